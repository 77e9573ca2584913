"""Check a graph against the shapes, and tell what is wrong in plain words. The only home of pySHACL."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pyshacl
from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import Node

from kg import turtle
from kg.files import folder
from kg.model import Literal
from kg.store import Remote, Store, local, plain, select

_LABELS = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX kg: <https://w3id.org/paperkg/ontology#>
PREFIX nif: <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX qudt: <http://qudt.org/schema/qudt/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT (MIN(STR(?own)) AS ?label) (MIN(STR(?of)) AS ?title) WHERE {
  VALUES ?thing { %s }
  OPTIONAL { ?thing dcterms:title|skos:prefLabel|kg:quote|nif:anchorOf|qudt:symbol|rdfs:label ?own }
  OPTIONAL {
    { ?paper kg:reportsResult|kg:statesQuantity ?thing }
    UNION { ?thing prov:wasDerivedFrom ?paper }
    UNION { ?thing nif:referenceContext/prov:wasDerivedFrom ?paper }
    ?paper dcterms:title ?of
  }
}"""
_VALUES = "SELECT DISTINCT ?value WHERE { %s %s ?value } ORDER BY ?value"
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: the thing in words and by IRI, the field, what the rule is, and what stands there instead."""

    subject: str
    iri: str
    field: str
    message: str
    found: str

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        return f"{self.subject}: {field}{self.message}; found {self.found} ({turtle.term(self.iri)})"


def validate(source: Store | Remote) -> list[Violation]:
    """All violations, in the order of their text; none when the graph keeps the rules. The graph is not changed."""
    store = local(source)
    conforms, report, _ = pyshacl.validate(store.native, shacl_graph=_shapes())  # type: ignore[arg-type]
    if isinstance(report, Exception):
        raise report  # the shapes themselves are broken
    assert isinstance(report, Graph)
    if conforms:
        return []
    violations = {_violation(store, report, result) for result in report.subjects(RDF.type, SH.ValidationResult)}
    return sorted(violations, key=lambda violation: (str(violation), violation.iri))


@cache
def _shapes() -> Graph:
    shapes = Graph()
    for path in sorted(folder("shapes").glob("*.ttl")):
        shapes.parse(path)
    return shapes


def _violation(store: Store, report: Graph, result: Node) -> Violation:
    shapes = _shapes()
    focus, shape = report.value(result, SH.focusNode), report.value(result, SH.sourceShape)
    assert focus is not None
    assert shape is not None
    class_, path, value = (
        shapes.value(shape, SH.targetClass),
        shapes.value(shape, SH.path),
        report.value(result, SH.value),
    )
    if value is None and path is not None:
        found = list(_values(store, focus, path))
    else:
        found = [_shown(focus if value is None else value)]
    return Violation(
        subject=_subject(store, focus, str(class_)),
        iri=str(focus),
        field=str(shapes.value(shape, SH.name) or ""),
        message=str(report.value(result, SH.resultMessage)),
        found=" and ".join(found) or "none",
    )


def _subject(store: Store, focus: Node, class_: str) -> str:
    """In words: `paper "A Title"`, or `result "49.3% MFU" of paper "A Title"`."""
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.split("[/#]", class_)[-1]).lower()
    label, title = _labels(store, focus)
    name = f" {_quoted(label)}" if label else ""
    paper = f" of paper {_quoted(title)}" if title else ""
    return f"{kind}{name}{paper}"


def _labels(store: Store, focus: Node) -> tuple[str, str]:
    if not isinstance(focus, URIRef):
        return "", ""
    label, title = map(plain, select(store, _LABELS % focus.n3()).rows[0])
    return label, title


def _values(store: Store, focus: Node, path: Node) -> Iterator[str]:
    """What stands at the path of a property shape, for rules that count."""
    if isinstance(focus, URIRef):
        answer = select(store, _VALUES % (focus.n3(), _path(path)))
        yield from (_cut(turtle.term(value)) for (value,) in answer.rows if value is not None)


def _path(path: Node) -> str:
    """A SHACL path as SPARQL writes it: a property, an inverse one, or alternatives."""
    shapes = _shapes()
    inverse, alternatives = shapes.value(path, SH.inversePath), shapes.value(path, SH.alternativePath)
    if inverse is not None:
        return f"^{_path(inverse)}"
    if alternatives is not None:
        return "|".join(map(_path, shapes.items(alternatives)))
    return path.n3()


def _shown(node: Node) -> str:
    if isinstance(node, URIRef):
        return turtle.term(str(node))
    datatype = getattr(node, "datatype", None)
    return _cut(turtle.term(Literal(str(node), str(datatype or ""))))


def _quoted(text: str) -> str:
    return turtle.term(Literal(_cut(text)))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
