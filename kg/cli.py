"""The command line: each command has a library twin, and imports heavy things only when it runs."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kg import __version__
from kg.errors import PaperkgError

if TYPE_CHECKING:
    from kg.build import Corpus
    from kg.model import Reject
    from kg.store import Remote, Store

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_GRAPH = "output/graph.ttl"
RULE_BROKEN, WRONG_USE = 1, 2


class Commands(click.Group):
    """Tells our own errors in one line with exit code 2, and lists commands in the order of use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PaperkgError as error:
            click.echo(f"kg: {error}", err=True)
            ctx.exit(WRONG_USE)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kg")
def main() -> None:
    """Turn paper abstracts into a knowledge graph, ask it questions, look at it.

    Start with `kg build FILE`, then `kg queries`.
    """


def graph_option(command: F) -> F:
    return click.option(
        "--graph",
        default=DEFAULT_GRAPH,
        show_default=True,
        metavar="GRAPH",
        help="A Turtle or N-Triples file, a store folder, or the URL of a SPARQL endpoint.",
    )(command)


def input_options(command: F) -> F:
    """What `build` and `extract` share."""
    for option in (
        click.argument("inputs", nargs=-1, metavar="INPUT..."),
        click.option(
            "--listing-year",
            type=click.IntRange(1900, 2100),
            help="The year of dates that a listing gives without one.",
        ),
        click.option(
            "--min-score",
            type=click.FloatRange(0, 1),
            default=0.0,
            show_default=True,
            help="Leave out mentions and results less likely than this.",
        ),
        click.option("--strict", is_flag=True, help="Exit with 1 when a record was rejected."),
    ):
        command = option(command)
    return command


@main.command()
@input_options
@click.option(
    "-o",
    "--output",
    default="output",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write into.",
)
@click.option("--no-mentions", is_flag=True, help="Leave mentions and contexts out of the graph.")
@click.option("--timestamp", is_flag=True, help="Say in the graph when it was made (as SOURCE_DATE_EPOCH does).")
def build(
    inputs: tuple[str, ...], output: Path, *, no_mentions: bool, timestamp: bool, strict: bool, **options: Any
) -> None:
    """Build the graph of INPUT: Turtle, page, extractions and report.

    INPUT is a file, a folder or `-`; without one the bundled sample is built.
    """
    from kg import build as program

    corpus = _understand(inputs or (str(_sample()),), timestamp=_timestamp(asked=timestamp), **options)
    program.build(corpus, output, mentions=not no_mentions)
    _tell(corpus, output)
    if strict and corpus.report.rejected:
        sys.exit(RULE_BROKEN)


@main.command()
@input_options
def extract(inputs: tuple[str, ...], *, strict: bool, **options: Any) -> None:
    """Print what each paper of INPUT says, as JSON Lines."""
    from kg import report

    if not inputs:
        raise click.UsageError("name at least one INPUT (a file, a folder, or - for standard input)")
    corpus = _understand(inputs, **options)
    for paper in corpus.papers:
        click.echo(report.extraction_line(paper))
    if strict and corpus.report.rejected:
        sys.exit(RULE_BROKEN)


def _understand(inputs: tuple[str, ...], **options: Any) -> "Corpus":
    from kg import build as program

    return program.understand(inputs, progress=_progress, on_reject=_tell_reject, **options)


def _sample() -> Path:
    from kg.files import PACKAGE

    return PACKAGE / "sample" / "daily-papers.txt"


def _timestamp(*, asked: bool) -> str | None:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        if not epoch.isdigit():
            raise click.UsageError(f"SOURCE_DATE_EPOCH is no number of seconds: {epoch}")
        moment = datetime.fromtimestamp(int(epoch), UTC)
    elif asked:
        moment = datetime.now(UTC)
    else:
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _progress(items: Iterable[T], *, what: str, total: int | None = None) -> Iterator[T]:
    """A bar on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(
        items, description=what, total=total, console=console, transient=True, disable=not console.is_terminal
    )


def _tell_reject(reject: "Reject") -> None:
    from kg.report import where

    click.echo(f"{where(reject)}: {reject.reason}", err=True)


def _tell(corpus: "Corpus", output: Path) -> None:
    counts, report = corpus.report.counts, corpus.report
    rejected = f", {len(report.rejected)} rejected (see {output / 'report.json'})" if report.rejected else ""
    joined = f", {report.joined} joined" if report.joined else ""
    click.echo(
        f"{report.kept} papers{joined}{rejected}; {len(corpus.concepts)} concepts, {counts['results']} results, "
        f"{counts['quantities']} quantities\n"
        f"graph: {output / 'graph.ttl'}\npage:  {output / 'graph.html'}",
        err=True,
    )


@main.command()
@click.argument("graph", default=DEFAULT_GRAPH)
def validate(graph: str) -> None:
    """Check GRAPH against its SHACL shapes; exit with 1 when it breaks one."""
    from kg import validate as validation

    violations = validation.validate(_open(graph))
    for violation in violations:
        click.echo(str(violation))
    click.echo(f"{graph}: {len(violations) or 'no'} violation{'s' * (len(violations) != 1)}", err=True)
    if violations:
        sys.exit(RULE_BROKEN)


@main.command()
@click.argument("question", metavar="NAME|FILE.rq|-")
@graph_option
@click.option(
    "-p",
    "--param",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help='A value for a parameter, e.g. -p dataset="ImageNet-1K".',
)
@click.option(
    "--format", "format_", type=click.Choice(["table", "csv", "tsv", "json", "ttl"]), default="table", show_default=True
)
def query(question: str, graph: str, parameters: tuple[str, ...], format_: str) -> None:
    """Ask a shipped question, or any SPARQL query from a file or standard input."""
    from kg import query as questions

    values = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals:
            raise click.BadParameter(f"{parameter!r} is not NAME=VALUE", param_hint="-p")
        values[name] = value
    answer = questions.run(_open(graph), _question(question), values)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    click.echo(questions.render(answer, format_, width=width), nl=False)


@main.command()
def queries() -> None:
    """List the shipped questions and their parameters."""
    from kg import query as questions

    for shipped in questions.shipped().values():
        click.echo(f"{shipped.name} ({', '.join(shipped.parameters)})\n    {shipped.summary}")


@main.command()
@click.argument("graph", default=DEFAULT_GRAPH)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The page to write; by default graph.html beside GRAPH.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=300,
    show_default=True,
    help="Show at most so many concepts, the strongest.",
)
@click.option("--open", "open_", is_flag=True, help="Open it in the browser.")
def view(graph: str, output: Path | None, *, limit: int, open_: bool) -> None:
    """Write the interactive page of GRAPH: one file that needs no network."""
    from kg import view as page
    from kg.files import atomic

    target = output or (Path("graph.html") if "://" in graph else Path(graph).with_name("graph.html"))
    html = page.page(_open(graph), limit=limit)
    with atomic(target) as file:
        file.write(html.encode())
    click.echo(f"page: {target}", err=True)
    if open_:
        click.launch(str(target))


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@graph_option
def export(file: Path, graph: str) -> None:
    """Write the graph to FILE: ttl nt jsonld rdf trig graphml gexf csv, by its suffix."""
    from kg import export as exports

    for written in exports.export(_open(graph), file):
        click.echo(f"wrote {written}", err=True)


@main.command()
@click.argument("paper")
@click.argument("concept")
@graph_option
def why(paper: str, concept: str, graph: str) -> None:
    """Show the sentences of PAPER that speak of CONCEPT, each named by key, title or label."""
    from kg import query as questions

    click.echo(questions.tell(questions.why(_open(graph), paper, concept)), nl=False)


@main.command()
@graph_option
def stats(graph: str) -> None:
    """Count papers, results and concepts per type, and name the top concepts."""
    from kg import query as questions

    click.echo(questions.stats(_open(graph)))


@main.command()
@graph_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
def serve(graph: str, host: str, port: int) -> None:
    """Serve a read-only SPARQL endpoint at /sparql and the explorer at /."""
    from kg import serve as server

    server.run(Path(graph), host=host, port=port)


def _open(graph: str) -> "Store | Remote":
    from kg.store import open_store

    return open_store(graph)


def _question(question: str) -> str:
    """The text of a query: standard input, a file, or the name of a shipped one, which `kg.query.run` looks up."""
    if question == "-":
        return click.get_text_stream("stdin").read()
    if question.endswith((".rq", ".sparql")):
        try:
            return Path(question).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise click.FileError(question, hint=str(error)) from None
    return question
