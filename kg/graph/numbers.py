"""Results and quantities: numbers with their units, roles and words."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from kg.graph.concepts import DIRECTIONS
from kg.graph.statements import Properties, integer, stated
from kg.model import Concept, LinkedPaper, Literal, Quantity, Result, Triple
from kg.names import expand
from kg.units import canonical, scale, unit_iri

_QUALIFIERS = {
    "up to": "kg:UpTo",
    "at least": "kg:AtLeast",
    "over": "kg:MoreThan",
    "under": "kg:LessThan",
    "about": "kg:About",
    "average": "kg:Average",
}
_CHANGES = {"absolute": "kg:AbsoluteChange", "relative": "kg:RelativeChange", "unclear": "kg:UnclearChange"}
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)", re.ASCII)


def result_properties(result: Result, roles: Mapping[tuple[str, str], str]) -> Properties:
    def named(role: str, surface: str | None) -> str | None:
        return roles.get((role, surface)) if surface else None

    number, baseline = _number(result.value), named("baseline", result.baseline)
    yield "rdf:type", expand("kg:Result")
    yield "kg:metric", named("metric", result.metric)
    yield "qudt:numericValue", number
    yield "kg:complexity", None if number else Literal(result.value)
    yield "schema:minValue", _number(result.low)
    yield "schema:maxValue", _number(result.high)
    yield from _unit(result.unit)
    yield "kg:qualifier", expand(_QUALIFIERS[result.qualifier]) if result.qualifier else None
    yield "kg:change", expand(_CHANGES[result.change]) if result.change else None
    yield "kg:subject", named("subject", result.subject)
    yield "kg:onDataset", named("dataset", result.dataset)
    yield "kg:onHardware", named("hardware", result.hardware)
    yield "kg:baseline", baseline
    yield "kg:baselineValue", _number(result.baseline_value)
    yield "kg:baselineComplexity", None if number or baseline or not result.baseline else Literal(result.baseline)
    yield from _quoted(result)


def quantity_properties(quantity: Quantity, roles: Mapping[tuple[str, str], str]) -> Properties:
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
    decimal = Decimal(text)
    places = len(text.partition(".")[2])
    if abs(decimal) < Decimal(10**15) and places <= 12:
        return Literal(f"{decimal:f}" if places else f"{decimal}.0", expand("xsd:decimal"))
    double = float(text)
    written = f"{Decimal(repr(double)).normalize():E}".replace("E+", "E") if math.isfinite(double) else "INF"
    return Literal(written, expand("xsd:double"))


def _unit(unit: str | None) -> Properties:
    if unit is not None:
        iri = unit_iri(unit)
        yield ("qudt:hasUnit", iri) if iri else ("kg:unitText", Literal(unit))


def _quoted(span: Result | Quantity) -> Properties:
    yield "kg:quote", Literal(span.text)
    yield "kg:beginIndex", integer(span.start)
    yield "kg:endIndex", integer(span.end)


def vocabulary(papers: Iterable[LinkedPaper], concepts: Iterable[Concept]) -> Iterator[Triple]:
    """The units, qualifiers, kinds of change and directions in use with the words for them, so that no query needs the
    ontology to show `49.3 %`.
    """
    spans: list[Result | Quantity] = []
    for linked in papers:
        spans += [*linked.results, *linked.quantities]
    qualifiers = {span.qualifier for span in spans if isinstance(span, Result) and span.qualifier}
    for qualifier in sorted(qualifiers):
        yield from stated(expand(_QUALIFIERS[qualifier]), _term("kg:Qualifier", "rdfs:label", qualifier))
    for change in sorted({span.change for span in spans if isinstance(span, Result) and span.change}):
        yield from stated(expand(_CHANGES[change]), _term("kg:Change", "rdfs:label", f"{change} change"))
    facts = {fact for concept in concepts for fact in concept.facts}
    for way in sorted(value for name, value in facts if name == "direction"):
        yield from stated(expand(DIRECTIONS[way]), _term("kg:Direction", "rdfs:label", f"{way} is better"))
    units = {span.unit for span in spans if span.unit} | {value for name, value in facts if name == "unit"}
    units |= {scaled[1] for unit in units if (scaled := scale(unit))}
    symbols = {iri: canonical(unit) for unit in units if (iri := unit_iri(unit))}
    for iri, symbol in sorted(symbols.items()):
        yield from stated(iri, _term("qudt:Unit", "qudt:symbol", symbol or ""))
        yield from stated(iri, _scale(symbol or ""))


def _scale(unit: str) -> Properties:
    if scaled := scale(unit):
        factor, base = scaled
        yield "qudt:scalingOf", unit_iri(base)
        yield "kg:scale", Literal(factor if "." in factor else f"{factor}.0", expand("xsd:decimal"))


def _term(type_: str, property_: str, text: str) -> Properties:
    yield "rdf:type", expand(type_)
    yield property_, Literal(text)
