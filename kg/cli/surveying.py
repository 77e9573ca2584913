"""`kg related`, `kg trends` and `kg communities`: what the corpus as a whole tells; each asks shipped questions."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from kg.cli.options import format_option, graph_option, open_graph, show

if TYPE_CHECKING:
    from kg.store import Remote, Store


@click.command()
@click.argument("name")
@click.option("--papers", is_flag=True, help="Take NAME for a paper, though a concept is called so too.")
@graph_option
@format_option
def related(name: str, graph: str, papers: bool, format_: str) -> None:
    """List the concepts related to a concept, or the papers most like a paper.

    NAME is a label, an alias or an acronym of a concept; else a paper's key, arXiv id or a part of its title. Concepts
    are ranked by how much more papers name both than chance would have it, papers by the concepts that both name, rare
    ones first.
    """
    from kg.query import things

    store = open_graph(graph)
    if not papers and things(store, name, "Concept"):
        _ask(store, "related-concepts", {"concept": name}, format_)
    else:
        _ask(store, "related-papers", {"paper": name}, format_)


@click.command()
@click.argument("concept", required=False)
@click.option("--since", metavar="YYYY-MM", help="The month from which papers are recent; by default the last one.")
@click.option("--type", "type_", metavar="TYPE", help="Only concepts of this type, e.g. Dataset.")
@graph_option
@format_option
def trends(concept: str | None, since: str | None, type_: str | None, graph: str, format_: str) -> None:
    """List the concepts that recent papers name more than earlier ones, or count the papers of CONCEPT by month.

    Only papers whose month is known count.
    """
    values = {name: value for name, value in (("since", since), ("type", type_)) if value}
    if concept and values:
        raise click.UsageError("--since and --type are for the list of all concepts, without CONCEPT")
    if concept:
        _ask(open_graph(graph), "papers-per-month", {"concept": concept}, format_)
    else:
        _ask(open_graph(graph), "rising", values, format_)


@click.command()
@click.argument("concept", required=False)
@graph_option
@format_option
def communities(concept: str | None, graph: str, format_: str) -> None:
    """List concepts that papers name together, most central first; with CONCEPT, only its community."""
    _ask(open_graph(graph), "communities", {"concept": concept} if concept else {}, format_)


def _ask(store: "Store | Remote", question: str, values: Mapping[str, str], format_: str) -> None:
    from kg import query as questions

    show(questions.run(store, question, values), format_)
