"""Linked papers as RDF, term by term as `ontology.ttl` defines it: pure, and in the order in which Turtle shows it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from kg.files import PACKAGE
from kg.graph.concepts import community_properties, concept_properties, scheme_properties
from kg.graph.numbers import quantity_properties, result_properties, vocabulary
from kg.graph.papers import context_properties, edges, mention_properties, paper_properties
from kg.graph.provenance import digest, run_triples
from kg.graph.statements import stated
from kg.model import TYPES, Concept, LinkedPaper, Mention, Quantity, Result, Run, Survey, Triple
from kg.names import TYPE_KIND, expand, thing

Span = TypeVar("Span", Result, Quantity, Mention)

__all__ = [
    "digest",
    "evidence",
    "of_concept",
    "of_corpus",
    "of_paper",
    "ontology",
    "run_triples",
    "triples",
    "vocabulary",
]

_NONE = Survey()


def ontology() -> Path:
    """The file that defines every `kg:` term, OWL in Turtle."""
    return PACKAGE / "ontology.ttl"


def triples(
    papers: Iterable[LinkedPaper],
    concepts: Iterable[Concept],
    run: Run,
    survey: Survey = _NONE,
    *,
    mentions: bool = True,
) -> Iterator[Triple]:
    """The graph: papers by key, each with its results and quantities; concepts by type and key; communities; the run;
    mentions last.

    `concepts` holds every concept that a mention, a role or a `broader` names. The order of both does not matter.
    Without `mentions`, contexts and mentions are left out.
    """
    by_key = sorted(papers, key=lambda linked: linked.paper.key)
    nodes = sorted(concepts, key=lambda concept: (TYPES.index(concept.type), concept.iri))
    types = {concept.iri: concept.type for concept in nodes}
    for linked in by_key:
        yield from of_paper(linked, types)
    for concept in nodes:
        yield from of_concept(concept, survey)
    yield from of_corpus(survey)
    yield from vocabulary(by_key, nodes)
    yield from run_triples(run, digest(linked.paper.key for linked in by_key))
    if mentions:
        for linked in by_key:
            yield from evidence(linked)


def of_concept(concept: Concept, survey: Survey) -> Iterator[Triple]:
    return stated(concept.iri, concept_properties(concept, survey.centrality.get(concept.iri)))


def of_corpus(survey: Survey) -> Iterator[Triple]:
    """The schemes of all concepts, and the communities."""
    for kind in dict.fromkeys(TYPE_KIND.values()):
        yield from stated(thing("scheme", kind), scheme_properties(kind))
    for community in survey.communities:
        yield from stated(thing("community", community.key), community_properties(community))


def of_paper(linked: LinkedPaper, types: Mapping[str, str]) -> Iterator[Triple]:
    """A paper with its results and quantities; `types` are those of the concepts, by IRI."""
    key, roles = linked.paper.key, linked.roles
    results = dict(_keyed(key, linked.results, _result_order))
    quantities = dict(_keyed(key, linked.quantities, _quantity_order))
    subject = thing("paper", key)
    yield from stated(subject, paper_properties(linked.paper))
    yield from stated(subject, edges(linked, types))
    yield from ((subject, expand("kg:reportsResult"), thing("result", name)) for name in results)
    yield from ((subject, expand("kg:statesQuantity"), thing("quantity", name)) for name in quantities)
    for name, result in results.items():
        yield from stated(thing("result", name), result_properties(result, roles))
    for name, quantity in quantities.items():
        yield from stated(thing("quantity", name), quantity_properties(quantity, roles))


def evidence(linked: LinkedPaper) -> Iterator[Triple]:
    """Where a paper names what it names."""
    key = linked.paper.key
    context = thing("context", key)
    yield from stated(context, context_properties(linked.paper))
    for name, mention in _keyed(key, (m for m in linked.mentions if m.concept), _mention_order):
        yield from stated(thing("mention", name), mention_properties(mention, context))


def _keyed(paper: str, spans: Iterable[Span], order: Callable[[Span], tuple[str, ...]]) -> Iterator[tuple[str, Span]]:
    """Each span with its key, `paper-start-end`; further ones of the same span, in the given order, get -2, -3, ..."""
    seen: dict[tuple[int, int], int] = {}
    for span in sorted(set(spans), key=lambda span: (span.start, span.end, order(span))):
        place = span.start, span.end
        seen[place] = seen.get(place, 0) + 1
        suffix = f"-{seen[place]}" if seen[place] > 1 else ""
        yield f"{paper}-{span.start}-{span.end}{suffix}", span


def _result_order(result: Result) -> tuple[str, ...]:
    names = result.metric, result.subject, result.dataset, result.hardware
    number = result.value, result.unit, result.qualifier, result.low, result.high
    ties = *number, result.baseline, result.baseline_value, result.change
    return tuple(field or "" for field in (*names, *ties))


def _quantity_order(quantity: Quantity) -> tuple[str, ...]:
    return tuple(field or "" for field in (quantity.kind, quantity.of, quantity.value, quantity.unit))


def _mention_order(mention: Mention) -> tuple[str, ...]:
    return mention.concept or "", str(mention.score)
