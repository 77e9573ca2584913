"""Linked papers as RDF, term by term as `ontology.ttl` defines it: pure, and in the order in which Turtle shows it.

Each private function yields the (property, value) pairs of one thing, the property as a prefixed name; a value of None
is not stated.
"""

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TypeVar

from kg.files import PACKAGE
from kg.model import TYPES, Concept, LinkedPaper, Literal, Mention, Paper, Quantity, Result, Run, Term, Triple
from kg.names import ONTOLOGY, THINGS, TYPE_KIND, concept_key, expand, thing, web_iri
from kg.text import code_links
from kg.units import canonical, unit_iri

Span = TypeVar("Span", Result, Quantity, Mention)
Properties = Iterator[tuple[str, Term | None]]

_USES = {
    "Method": "kg:usesMethod",
    "Model": "kg:usesMethod",
    "Software": "kg:usesMethod",
    "Dataset": "kg:usesDataset",
    "Task": "kg:addressesTask",
    "Metric": "kg:reportsMetric",
    "Hardware": "kg:usesHardware",
}
_INTRODUCED = frozenset({"Method", "Model", "Software", "Dataset"})
_EDGES = ("kg:introduces", *dict.fromkeys(_USES.values()), "kg:mentions")
_QUALIFIERS = {
    "up to": "kg:UpTo",
    "at least": "kg:AtLeast",
    "over": "kg:MoreThan",
    "under": "kg:LessThan",
    "about": "kg:About",
    "average": "kg:Average",
}
_DATE_TYPES = {4: "xsd:gYear", 7: "xsd:gYearMonth", 10: "xsd:date"}
_SCHEMES = {
    "method": "Methods, models and software",
    "dataset": "Datasets",
    "task": "Tasks",
    "metric": "Metrics",
    "hardware": "Hardware",
}
_FORMULA = re.compile(r"[OΘΩ~]\W*\(|\\")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)", re.ASCII)


def ontology() -> Path:
    """The file that defines every `kg:` term, OWL in Turtle."""
    return PACKAGE / "ontology.ttl"


def triples(
    papers: Iterable[LinkedPaper], concepts: Iterable[Concept], run: Run, *, mentions: bool = True
) -> Iterator[Triple]:
    """The graph: papers by key, each with its results and quantities; concepts by type and key; the run; mentions last.

    `concepts` holds every concept that a mention, a role or a `broader` names. The order of both does not matter.
    Without `mentions`, contexts and mentions are left out.
    """
    by_key = sorted(papers, key=lambda linked: linked.paper.key)
    nodes = sorted(concepts, key=lambda concept: (TYPES.index(concept.type), concept.iri))
    types = {concept.iri: concept.type for concept in nodes}
    for linked in by_key:
        yield from _linked(linked, types)
    for concept in nodes:
        yield from _stated(concept.iri, _concept(concept))
    for kind in dict.fromkeys(TYPE_KIND.values()):
        yield from _stated(thing("scheme", kind), _scheme(kind))
    yield from _vocabulary(by_key)
    yield from _run(run, [linked.paper.key for linked in by_key])
    if mentions:
        for linked in by_key:
            yield from _evidence(linked)


def _stated(subject: str, properties: Properties) -> Iterator[Triple]:
    for name, value in properties:
        if value is not None:
            yield subject, expand(name), value


def _linked(linked: LinkedPaper, types: Mapping[str, str]) -> Iterator[Triple]:
    key, roles = linked.paper.key, linked.roles
    results = dict(_keyed(key, linked.results, _result_order))
    quantities = dict(_keyed(key, linked.quantities, _quantity_order))
    subject = thing("paper", key)
    yield from _stated(subject, _paper(linked.paper))
    yield from _stated(subject, _edges(linked, types))
    yield from ((subject, expand("kg:reportsResult"), thing("result", name)) for name in results)
    yield from ((subject, expand("kg:statesQuantity"), thing("quantity", name)) for name in quantities)
    for name, result in results.items():
        yield from _stated(thing("result", name), _result(result, roles))
    for name, quantity in quantities.items():
        yield from _stated(thing("quantity", name), _quantity(quantity, roles))


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
    ties = result.value, result.unit, result.qualifier, result.low, result.high, result.baseline, result.baseline_value
    return tuple(field or "" for field in (*names, *ties))


def _quantity_order(quantity: Quantity) -> tuple[str, ...]:
    return tuple(field or "" for field in (quantity.kind, quantity.of, quantity.value, quantity.unit))


def _mention_order(mention: Mention) -> tuple[str, ...]:
    return mention.concept or "", str(mention.score)


def _paper(paper: Paper) -> Properties:
    yield "rdf:type", expand("kg:Paper")
    yield "rdf:type", expand("schema:ScholarlyArticle")
    yield "dcterms:title", Literal(paper.title)
    yield from _date(paper.date)
    for author in dict.fromkeys(paper.authors):
        yield "dc:creator", Literal(author)
    if paper.authors:
        yield "kg:authorList", Literal("; ".join(paper.authors))
    elif paper.author_count is not None:
        yield "kg:authorCount", _integer(paper.author_count)
    if paper.upvotes is not None:
        yield "kg:upvotes", _integer(paper.upvotes)
    for name, text in (("fabio:hasArXivId", paper.arxiv_id), ("prism:doi", paper.doi)):
        yield name, Literal(text) if text else None
    yield "schema:url", web_iri(paper.url or "")
    for link in sorted(set(filter(None, map(web_iri, code_links(paper.abstract))))):
        yield "schema:codeRepository", link
    for category in sorted(set(paper.categories)):
        yield "dcterms:subject", Literal(category)
    yield "dcterms:abstract", Literal(paper.abstract)


def _date(date: str | None) -> Properties:
    if date is None:
        return
    if date.startswith("--"):
        yield "kg:listedOn", Literal(date, expand("xsd:gMonthDay"))
        return
    yield "dcterms:issued", Literal(date, expand(_DATE_TYPES[len(date)]))
    yield "kg:year", _integer(int(date[:4]))


def _edges(linked: LinkedPaper, types: Mapping[str, str]) -> Properties:
    """From the paper to every concept that its mentions, results or quantities name."""
    named = {mention.concept for mention in linked.mentions if mention.concept} | set(linked.roles.values())
    own = {mention.concept for mention in linked.mentions if mention.introduced}
    edges: dict[str, list[str]] = {edge: [] for edge in _EDGES}
    for concept in sorted(named):
        introduced = concept in own and types[concept] in _INTRODUCED
        edges["kg:introduces" if introduced else _USES[types[concept]]].append(concept)
        edges["kg:mentions"].append(concept)
    for edge, ends in edges.items():
        for concept in ends:
            yield edge, concept


def _result(result: Result, roles: Mapping[tuple[str, str], str]) -> Properties:
    def named(role: str, surface: str | None) -> str | None:
        return roles.get((role, surface)) if surface else None

    yield "rdf:type", expand("kg:Result")
    yield "kg:metric", named("metric", result.metric)
    yield "qudt:numericValue", _number(result.value)
    yield "kg:complexity", _formula(result.value)
    yield "schema:minValue", _number(result.low)
    yield "schema:maxValue", _number(result.high)
    yield from _unit(result.unit)
    yield "kg:qualifier", expand(_QUALIFIERS[result.qualifier]) if result.qualifier else None
    yield "kg:subject", named("subject", result.subject)
    yield "kg:onDataset", named("dataset", result.dataset)
    yield "kg:onHardware", named("hardware", result.hardware)
    yield "kg:baseline", named("baseline", result.baseline)
    yield "kg:baselineValue", _number(result.baseline_value)
    yield "kg:baselineComplexity", _formula(result.baseline)
    yield from _quoted(result)


def _quantity(quantity: Quantity, roles: Mapping[tuple[str, str], str]) -> Properties:
    yield "rdf:type", expand("kg:Quantity")
    yield "kg:quantityKind", Literal(quantity.kind)
    yield "qudt:numericValue", _number(quantity.value)
    yield from _unit(quantity.unit)
    yield "kg:of", roles.get(("of", quantity.of)) if quantity.of else None
    yield from _quoted(quantity)


def _number(text: str | None) -> Literal | None:
    """A decimal keeps its digits (49.30), a whole one gets the `.0` that makes it a decimal in Turtle.

    Stores hold 18 places in 128 bits, so what is larger or finer becomes a double; None when it is no number.
    """
    if text is None or not _NUMBER.fullmatch(text):
        return None
    places = len(text.partition(".")[2])
    if abs(Decimal(text)) < Decimal(10**15) and places <= 12:
        return Literal(text if places else f"{text}.0", expand("xsd:decimal"))
    double = float(text)
    written = f"{Decimal(repr(double)).normalize():E}".replace("E+", "E") if math.isfinite(double) else "INF"
    return Literal(written, expand("xsd:double"))


def _formula(text: str | None) -> Literal | None:
    return Literal(text) if text is not None and _FORMULA.match(text) else None


def _unit(unit: str | None) -> Properties:
    if unit is not None:
        iri = unit_iri(unit)
        yield ("qudt:hasUnit", iri) if iri else ("kg:unitText", Literal(unit))


def _quoted(span: Result | Quantity) -> Properties:
    yield "kg:quote", Literal(span.text)
    yield "kg:beginIndex", _integer(span.start)
    yield "kg:endIndex", _integer(span.end)


def _concept(concept: Concept) -> Properties:
    yield "rdf:type", expand(f"kg:{concept.type}")
    if concept.type in {"Model", "Software"}:
        yield "rdf:type", expand("kg:Method")
    yield "rdf:type", expand("skos:Concept")
    yield "skos:prefLabel", Literal(concept.label)
    acronyms = {*concept.acronyms} - {concept.label}
    for label in sorted({*concept.alt_labels, *acronyms} - {concept.label}):
        yield "skos:altLabel", Literal(label)
    for label in sorted(acronyms):
        yield "kg:acronym", Literal(label)
    for iri in sorted(set(concept.broader)):
        yield "skos:broader", iri
    for iri in sorted(set(concept.exact_match)):
        yield "skos:exactMatch", iri
    yield "skos:inScheme", thing("scheme", TYPE_KIND[concept.type])


def _scheme(kind: str) -> Properties:
    yield "rdf:type", expand("skos:ConceptScheme")
    yield "dcterms:title", Literal(_SCHEMES[kind])


def _vocabulary(papers: Iterable[LinkedPaper]) -> Iterator[Triple]:
    """The units and qualifiers in use with the words for them, so that no query needs the ontology to show `49.3 %`."""
    spans: list[Result | Quantity] = [span for linked in papers for span in (*linked.results, *linked.quantities)]
    qualifiers = {span.qualifier for span in spans if isinstance(span, Result) and span.qualifier}
    for qualifier in sorted(qualifiers):
        yield from _stated(expand(_QUALIFIERS[qualifier]), _term("kg:Qualifier", "rdfs:label", qualifier))
    symbols = {iri: canonical(unit) for unit in {span.unit for span in spans if span.unit} if (iri := unit_iri(unit))}
    for iri, symbol in sorted(symbols.items()):
        yield from _stated(iri, _term("qudt:Unit", "qudt:symbol", symbol or ""))


def _term(type_: str, property_: str, text: str) -> Properties:
    yield "rdf:type", expand(type_)
    yield property_, Literal(text)


def _run(run: Run, papers: list[str]) -> Iterator[Triple]:
    """One activity that made one data set; its key tells what went in, and not when."""
    told = json.dumps([run.version, sorted(run.used.items()), papers])
    activity = thing("run", hashlib.sha256(told.encode()).hexdigest()[:12])
    agent = thing("agent", concept_key(f"paperkg {run.version}"))
    used = {name: thing("run", concept_key(f"{name} {digest[:12]}")) for name, digest in sorted(run.used.items())}
    yield from _stated(activity, _activity(run, agent, used.values()))
    yield from _stated(f"{activity}-graph", _data_set(activity))
    yield from _stated(agent, _agent(run.version))
    for name, iri in used.items():
        yield from _stated(iri, _entity(name, run.used[name]))


def _activity(run: Run, agent: str, used: Iterable[str]) -> Properties:
    yield "rdf:type", expand("prov:Activity")
    yield "rdfs:label", Literal("kg build")
    yield "prov:wasAssociatedWith", agent
    for iri in used:
        yield "prov:used", iri
    yield "prov:endedAtTime", Literal(run.timestamp, expand("xsd:dateTime")) if run.timestamp else None


def _data_set(activity: str) -> Properties:
    yield "rdf:type", expand("void:Dataset")
    yield "dcterms:title", Literal("Knowledge graph of papers")
    yield "void:uriSpace", Literal(THINGS)
    yield "void:vocabulary", ONTOLOGY.rstrip("#")
    yield "prov:wasGeneratedBy", activity


def _agent(version: str) -> Properties:
    yield "rdf:type", expand("prov:SoftwareAgent")
    yield "rdfs:label", Literal(f"paperkg {version}")
    yield "schema:softwareVersion", Literal(version)


def _entity(name: str, digest: str) -> Properties:
    yield "rdf:type", expand("prov:Entity")
    yield "rdfs:label", Literal(name)
    yield "dcterms:identifier", Literal(f"sha256:{digest}")


def _evidence(linked: LinkedPaper) -> Iterator[Triple]:
    key = linked.paper.key
    context = thing("context", key)
    yield from _stated(context, _context(linked.paper))
    for name, mention in _keyed(key, (m for m in linked.mentions if m.concept), _mention_order):
        yield from _stated(thing("mention", name), _mention(mention, context))


def _context(paper: Paper) -> Properties:
    yield "rdf:type", expand("nif:Context")
    yield "prov:wasDerivedFrom", thing("paper", paper.key)
    yield "nif:isString", Literal(paper.text)


def _mention(mention: Mention, context: str) -> Properties:
    yield "rdf:type", expand("kg:Mention")
    yield "nif:referenceContext", context
    yield "nif:beginIndex", _offset(mention.start)
    yield "nif:endIndex", _offset(mention.end)
    yield "nif:anchorOf", Literal(mention.text)
    yield "itsrdf:taIdentRef", mention.concept
    yield "itsrdf:taConfidence", Literal(f"{round(mention.score, 4)}e0", expand("xsd:double"))


def _integer(number: int) -> Literal:
    return Literal(str(number), expand("xsd:integer"))


@cache
def _offset(number: int) -> Literal:
    return Literal(str(number), expand("xsd:nonNegativeInteger"))
