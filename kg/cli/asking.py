"""`kg query`, `kg queries`, `kg why` and `kg stats`: questions to a graph."""

import sys
from pathlib import Path

import click

from kg.cli.options import format_option, graph_option, open_graph, show


@click.command()
@click.argument("question", metavar="NAME|FILE.rq|-")
@graph_option
@click.option(
    "-p", "--param", "parameters", multiple=True, metavar="NAME=VALUE", help='As in -p dataset="ImageNet-1K".'
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "csv", "tsv", "json", "ttl"]),
    default="table",
    show_default=True,
    help="json is SPARQL's results format, ttl is for CONSTRUCT.",
)
def query(question: str, graph: str, parameters: tuple[str, ...], format_: str) -> None:
    """Ask a shipped question, or any SPARQL 1.1 query from a file or standard input."""
    from kg import query as questions

    values = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals:
            raise click.BadParameter(f"{parameter!r} is not NAME=VALUE", param_hint="-p")
        if name in values:
            raise click.BadParameter(f"{name!r} is given twice", param_hint="-p")
        values[name] = value
    asked = _question(question)
    show(questions.run(open_graph(graph), asked, values), format_)


@click.command()
def queries() -> None:
    """List the shipped questions with their parameters."""
    from kg import query as questions

    for shipped in questions.shipped().values():
        click.echo(f"{shipped.name}\n    {shipped.summary}")
        for parameter, meaning in shipped.parameters.items():
            click.echo(f"    -p {parameter}=...  {meaning}")


@click.command()
@click.argument("paper")
@click.argument("concept")
@graph_option
@click.option(
    "--ledger",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The merges.tsv of the build; by default the one beside the graph, if there is one.",
)
def why(paper: str, concept: str, graph: str, ledger: Path | None) -> None:
    """Show the sentences of PAPER that speak of CONCEPT, and how each name in them was found and linked.

    PAPER is a key, an arXiv id or a part of the title; CONCEPT is a label, an alias or an acronym.
    """
    from kg import query as questions
    from kg.report import read_merges

    beside = Path(graph).parent / "merges.tsv"
    path = ledger or (beside if Path(graph).exists() and beside.is_file() else None)
    found = questions.why(open_graph(graph), paper, concept, read_merges(path) if path else ())
    click.echo(questions.tell(found), nl=False)


@click.command()
@graph_option
def stats(graph: str) -> None:
    """Count papers, results and concepts per type, and name the top concepts."""
    from kg import query as questions

    click.echo(str(questions.stats(open_graph(graph))))


def _question(question: str) -> str:
    """The text of a query: standard input, a file, or the name of a shipped one, which `kg.query.run` looks up."""
    if question != "-" and not question.endswith((".rq", ".sparql")):
        return question
    if question == "-" and sys.stdin is None:
        raise click.UsageError("<stdin>: closed")
    try:
        data = sys.stdin.buffer.read() if question == "-" else Path(question).read_bytes()
        return data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{question}: {getattr(error, 'strerror', None) or error}") from None


@click.command()
@click.argument("text", required=False)
@click.option(
    "--ledger",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("output/merges.tsv"),
    show_default=True,
    help="The merges.tsv of a build.",
)
@click.option("--rule", help="Only what this rule merged, e.g. spelling.")
@click.option("--apart", is_flag=True, help="Instead, names of several meanings that were not merged (ambiguous.tsv).")
@format_option
def merges(text: str | None, ledger: Path, rule: str | None, *, apart: bool, format_: str) -> None:
    """List the surfaces that were taken for a concept of another label, and by which rule.

    TEXT leaves those with it in their surface or label, whatever the case. Most frequent first.
    """
    from kg.model import Literal, Table
    from kg.names import expand
    from kg.report import read_merges

    wanted = (text or "").casefold()
    chosen = [
        merge
        for merge in read_merges(ledger.with_name("ambiguous.tsv") if apart else ledger)
        if rule in {None, merge.rule} and (wanted in merge.surface.casefold() or wanted in merge.label.casefold())
    ]
    chosen.sort(key=lambda merge: (-merge.papers, -merge.mentions, merge.label, merge.surface, merge.concept))
    number = expand("xsd:integer")
    rows = tuple(
        (
            Literal(merge.surface),
            Literal(merge.label),
            Literal(merge.rule),
            Literal(str(merge.mentions), number),
            Literal(str(merge.papers), number),
            merge.concept,
        )
        for merge in chosen
    )
    columns = ("surface", "label", "rule", "mentions", "papers", "concept")
    show(Table(columns, rows), format_)
