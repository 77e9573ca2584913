"""Check a graph against the shapes, and tell what is wrong in plain words. The only home of pySHACL.

The shapes are checked by SPARQL made of them (`kg.validate.constraints`); pySHACL is the other engine, slower, and the
judge of the first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rdflib import RDF, SH, BNode, Graph, URIRef
from rdflib.term import Node

from kg import turtle
from kg.files import folder
from kg.model import Literal, Term
from kg.progress import Progress, during, silent
from kg.store import Remote, Store, local, plain, rdflib_graph, select, sparql_term
from kg.validate.constraints import checks, sparql_path
from kg.validate.screens import Screens

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


ENGINES = ("sparql", "pyshacl")


def validate(source: Store | Remote, *, engine: str = "sparql", progress: Progress = silent) -> list[Violation]:
    """All violations, in the order of their text; none when the graph keeps the rules. The graph is not changed."""
    store = local(source)
    found = _by_sparql(store, progress) if engine == "sparql" else _by_pyshacl(store, progress)
    violations = {_violation(store, *broken) for broken in found}
    return sorted(violations, key=lambda violation: (str(violation), violation.iri))


def _by_sparql(store: Store, progress: Progress) -> Iterator[tuple[Term, Node, str, Term | None]]:
    """What each violation is about, the shape, the message, and the value that breaks it, if one does."""
    screens, several = Screens(store), list(checks(_shapes()))
    for check in progress(several, what="checking", total=len(several)):
        if screens.passed(check):
            continue
        for this, value in select(store, screens.fitted(check.query)).rows:
            assert this is not None
            yield this, check.shape, check.message, value


def _by_pyshacl(store: Store, progress: Progress) -> Iterator[tuple[Term, Node, str, Term | None]]:
    import pyshacl  # noqa: PLC0415  # 0.3 s

    # Not the store itself, which pySHACL asks for the classes of a literal, and falls over.
    with during(progress, "checking"):
        conforms, report, _ = pyshacl.validate(rdflib_graph(store), shacl_graph=_shapes())
    if isinstance(report, Exception):
        raise report  # the shapes themselves are broken
    assert isinstance(report, Graph)
    if conforms:
        return
    for result in report.subjects(RDF.type, SH.ValidationResult):
        focus, shape = report.value(result, SH.focusNode), report.value(result, SH.sourceShape)
        assert focus is not None
        assert shape is not None
        value = report.value(result, SH.value)
        message = str(report.value(result, SH.resultMessage))
        yield _term(focus), shape, message, None if value is None else _term(value)


def _term(node: Node) -> Term:
    if isinstance(node, URIRef):
        return str(node)
    if isinstance(node, BNode):
        return f"_:{node}"
    return Literal(str(node), str(getattr(node, "datatype", None) or ""))


@cache
def _shapes() -> Graph:
    shapes = Graph()
    for path in sorted(folder("shapes").glob("*.ttl")):
        shapes.parse(path)
    return shapes


def _violation(store: Store, focus: Term, shape: Node, message: str, value: Term | None) -> Violation:
    shapes = _shapes()
    class_, path = shapes.value(shape, SH.targetClass), shapes.value(shape, SH.path)
    if value is None and path is not None:
        found = list(_values(store, focus, sparql_path(shapes, path)))
    else:
        found = [_cut(turtle.term(focus if value is None else value))]
    return Violation(
        subject=_subject(store, focus, str(class_)),
        iri=plain(focus),
        field=str(shapes.value(shape, SH.name) or ""),
        message=message,
        found=" and ".join(found) or "none",
    )


def _subject(store: Store, focus: Term, class_: str) -> str:
    """In words: `paper "A Title"`, or `result "49.3% MFU" of paper "A Title"`."""
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.split("[/#]", class_)[-1]).lower()
    label, title = _labels(store, focus)
    name = f" {_quoted(label)}" if label else ""
    paper = f" of paper {_quoted(title)}" if title else ""
    return f"{kind}{name}{paper}"


def _labels(store: Store, focus: Term) -> tuple[str, str]:
    if not _is_iri(focus):
        return "", ""
    label, title = map(plain, select(store, _LABELS % sparql_term(focus)).rows[0])
    return label, title


def _values(store: Store, focus: Term, path: str) -> Iterator[str]:
    """What stands at the path of a property shape, for rules that count."""
    if _is_iri(focus):
        answer = select(store, _VALUES % (sparql_term(focus), path))
        yield from (_cut(turtle.term(value)) for (value,) in answer.rows if value is not None)


def _is_iri(term: Term) -> bool:
    return isinstance(term, str) and not term.startswith("_:")


def _quoted(text: str) -> str:
    return turtle.term(Literal(_cut(text)))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
