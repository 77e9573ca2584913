"""The concepts that papers share, and the schemes that hold them."""

from kg.graph.statements import Properties
from kg.model import Concept, Literal
from kg.names import TYPE_KIND, expand, thing

_SCHEMES = {
    "method": "Methods, models and software",
    "dataset": "Datasets",
    "task": "Tasks",
    "metric": "Metrics",
    "hardware": "Hardware",
}


def concept_properties(concept: Concept) -> Properties:
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


def scheme_properties(kind: str) -> Properties:
    yield "rdf:type", expand("skos:ConceptScheme")
    yield "dcterms:title", Literal(_SCHEMES[kind])
