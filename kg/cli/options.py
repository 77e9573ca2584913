"""What several commands share."""

import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kg.model import TYPES

if TYPE_CHECKING:
    from kg.link import Correction
    from kg.model import Reject
    from kg.progress import Progress
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


def _columns(_context: click.Context, _option: click.Parameter, written: str | None) -> dict[str, str]:
    """The name of each field's column."""
    from kg.read.table import NAMES

    columns: dict[str, str] = {}
    for pair in written.split(",") if written else ():
        field, equals, name = (part.strip() for part in pair.partition("="))
        if not (equals and name) or field not in NAMES:
            raise click.BadParameter(f"{pair!r} is not FIELD=NAME; fields are {', '.join(NAMES)}")
        columns[field] = name
    return columns


def _corrections(_context: click.Context, _option: click.Parameter, path: Path | None) -> "list[Correction]":
    from kg.link import read_corrections

    return read_corrections(path) if path else []


def input_options(command: F) -> F:
    """What the commands have that read abstracts."""
    for option in (
        click.option("--strict", is_flag=True, help="Exit with 1 when a record was rejected."),
        click.option(
            "--min-score",
            type=click.FloatRange(0, 1),
            default=0.0,
            show_default=True,
            help="Leave out mentions and results less likely than this.",
        ),
        click.option(
            "--listing-year",
            type=click.IntRange(1900, 2100),
            help="The year of dates that a listing gives without one.",
        ),
        click.option(
            "--columns",
            metavar="FIELD=NAME,...",
            callback=_columns,
            help="What CSV calls its columns, as in --columns title=TI,abstract=AB; known names need no telling.",
        ),
        click.option(
            "--corrections",
            metavar="FILE",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            callback=_corrections,
            help="What to merge, split, rename, retype or drop: lines of action, name and target, parted by tabs.",
        ),
        click.option(
            "--processes",
            type=click.IntRange(1),
            help="How many processes extract; by default one for each processor.",
        ),
        label_option,
        click.option(
            "--pipeline",
            metavar="NAME|PATH",
            help="A spaCy pipeline whose entities and span groups are taken for names, not the shipped one.",
        ),
    ):
        command = option(command)
    return command


def format_option(command: F) -> F:
    """`--format`, as every command has it that shows a table."""
    return click.option(
        "--format", "format_", type=click.Choice(["table", "csv", "tsv", "json"]), default="table", show_default=True
    )(command)


def show(answer: "Answer", format_: str) -> None:
    """Print an answer; a table is folded where the terminal ends."""
    from kg.query import render

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    say(render(answer, format_, width=width))


def say(text: str) -> None:
    """Print data: as it is, but on a terminal without what would steer that."""
    from kg.text import printable

    click.echo(re.sub(r"[^\t\r\n]+", lambda it: printable(it[0]), text) if sys.stdout.isatty() else text, nl=False)


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
    from rich.progress import Progress as Bars
    from rich.progress import SpinnerColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield from items
        return
    with Bars(SpinnerColumn(), *Bars.get_default_columns(), console=console, transient=True) as shown:
        yield from shown.track(items, total, description=what)


def steps(*names: str) -> "Progress":
    """Bars for work in steps of these names, each of which tells how many there are."""

    def shown(items: Iterable[T], *, what: str, total: int | None = None) -> Iterator[T]:
        return progress(items, what=f"{what} ({names.index(what) + 1} of {len(names)})", total=total)

    return shown


def tell_reject(reject: "Reject") -> None:
    """One line on stderr for a record that cannot be used."""
    from kg.report import where
    from kg.text import printable

    click.echo(printable(f"{where(reject)}: {reject.reason}"), err=True)


def tell_warning(warning: str) -> None:
    from kg.text import printable

    click.echo(printable(f"warning: {warning}"), err=True)
