"""The concepts that papers share, and the schemes that hold them."""

from kg.graph.statements import Properties, integer
from kg.model import Community, Concept, Literal, Term
from kg.names import TYPE_KIND, expand, thing
from kg.units import unit_iri

_SCHEMES = {
    "method": "Methods, models and software",
    "dataset": "Datasets",
    "task": "Tasks",
    "metric": "Metrics",
    "hardware": "Hardware",
}
_FACTS = {
    "memory": "kg:memory",
    "fp64": "kg:peakFP64",
    "fp32": "kg:peakFP32",
    "fp16": "kg:peakFP16",
    "bf16": "kg:peakBF16",
    "fp8": "kg:peakFP8",
    "int8": "kg:peakINT8",
}
DIRECTIONS = {"higher": "kg:HigherIsBetter", "lower": "kg:LowerIsBetter"}


def concept_properties(concept: Concept, centrality: float | None = None) -> Properties:
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
    for name, value in concept.facts:
        yield _fact(name, value)
    yield "kg:centrality", None if centrality is None else Literal(f"{centrality:.4f}", expand("xsd:decimal"))


def community_properties(community: Community) -> Properties:
    yield "rdf:type", expand("kg:Community")
    yield "rdf:type", expand("skos:Collection")
    yield "skos:prefLabel", Literal(community.label)
    for member in sorted(community.members):
        yield "skos:member", member


def _fact(name: str, value: str) -> tuple[str, Term | None]:
    if name == "released":
        return "kg:released", integer(int(value))
    if name == "direction":
        return "kg:direction", expand(DIRECTIONS[value])
    if name == "unit":
        return "kg:usualUnit", unit_iri(value)
    return _FACTS[name], Literal(value if "." in value else f"{value}.0", expand("xsd:decimal"))


def scheme_properties(kind: str) -> Properties:
    yield "rdf:type", expand("skos:ConceptScheme")
    yield "dcterms:title", Literal(_SCHEMES[kind])
