"""The command line. Each command has a library twin, and imports heavy things only when it runs."""

import errno
from typing import Any

import click

from kg import __version__
from kg.cli import asking, fetching, making, showing, surveying, training
from kg.errors import PaperkgError
from kg.text import printable

__all__ = ["main"]

_COMMANDS = (
    making.build,
    making.extract,
    making.remove,
    fetching.fetch,
    showing.validate,
    asking.query,
    asking.queries,
    showing.view,
    showing.export,
    showing.load,
    showing.diff,
    asking.why,
    asking.stats,
    surveying.related,
    surveying.trends,
    surveying.communities,
    asking.merges,
    showing.serve,
    training.score,
    training.train,
)


class Commands(click.Group):
    """Lists commands in the order of use, and tells wrong use in one line, with exit code 2.

    That is our own errors, and files that cannot be written where the user wants them. What an error cites may come
    from a hostile file or endpoint, so it is made harmless to the terminal.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PaperkgError as error:
            raise click.UsageError(printable(str(error))) from error
        except OSError as error:
            path = error.filename2 or error.filename
            if path is None and error.errno != errno.ENOSPC:  # a broken pipe is left to click
                raise
            raise click.UsageError(printable(f"{path}: {error.strerror}" if path else str(error.strerror))) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kg")
def main() -> None:
    """Turn paper abstracts into a knowledge graph, ask it questions, look at it.

    Start with `kg build FILE`, then `kg queries`.
    """


for command in _COMMANDS:
    main.add_command(command)
