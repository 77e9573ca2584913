"""What several commands share."""

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kg.model import TYPES

if TYPE_CHECKING:
    from kg.model import Reject
    from kg.store import Answer, Remote, Store

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_GRAPH = "output/graph.ttl"
BROKEN = 1  # the exit code for a graph that breaks its shapes, and for rejects under --strict; wrong use is click's 2


def graph_option(command: F) -> F:
    """`--graph`, as every command has it that reads one."""
    return click.option(
        "--graph",
        default=DEFAULT_GRAPH,
        show_default=True,
        metavar="GRAPH",
        help="A Turtle or N-Triples file, a store folder, or the URL of a SPARQL endpoint.",
    )(command)


def graph_argument(command: F) -> F:
    """GRAPH as an argument, for the commands about a graph as a whole; `--graph` says the same."""
    command = click.argument("graph_", required=False, metavar="[GRAPH]")(command)
    return graph_option(command)


def _labels(_context: click.Context, _option: click.Parameter, pairs: tuple[str, ...]) -> dict[str, str]:
    """Each LABEL with its type, or "" for one to leave out."""
    labels: dict[str, str] = {}
    for pair in pairs:
        label, equals, type_ = pair.rpartition("=")
        if not (equals and label) or type_ not in ("", *TYPES):
            raise click.BadParameter(f"{pair!r} is not LABEL=TYPE; types are {', '.join(TYPES)}")
        if label in labels:
            raise click.BadParameter(f"{label!r} is given twice")
        labels[label] = type_
    return labels


def label_option(command: F) -> F:
    """`--label`, as every command has it that takes names from elsewhere."""
    return click.option(
        "--label",
        "labels",
        multiple=True,
        metavar="LABEL=TYPE",
        callback=_labels,
        help="What a label means that is none of our types, as in --label ORG=Method; --label MISC= leaves it out.",
    )(command)


def format_option(command: F) -> F:
    """`--format`, as every command has it that shows a table."""
    return click.option(
        "--format", "format_", type=click.Choice(["table", "csv", "tsv", "json"]), default="table", show_default=True
    )(command)


def show(answer: "Answer", format_: str) -> None:
    """Print an answer; a table is folded where the terminal ends."""
    from kg.query import render

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    click.echo(render(answer, format_, width=width), nl=False)


def open_graph(graph: str) -> "Store | Remote":
    from kg.store import open_store

    return open_store(graph)


@contextmanager
def working(what: str) -> Iterator[None]:
    """A sign of life on stderr, where that is a terminal, while something goes on whose length nobody knows."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


def progress(items: Iterable[T], *, what: str, total: int | None = None) -> Iterator[T]:
    """A bar on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(items, what, total, console=console, transient=True, disable=not console.is_terminal)


def tell_reject(reject: "Reject") -> None:
    """One line on stderr for a record that cannot be used."""
    from kg.report import where
    from kg.text import printable

    click.echo(printable(f"{where(reject)}: {reject.reason}"), err=True)


def tell_warning(warning: str) -> None:
    from kg.text import printable

    click.echo(printable(f"warning: {warning}"), err=True)
