"""Between the model's terms and pyoxigraph's: pure conversion."""

import pyoxigraph

from kg.model import Literal, Table, Term, Triple

Answer = Table | bool | tuple[Triple, ...]

_STRING = "http://www.w3.org/2001/XMLSchema#string"


def sparql_term(term: Term) -> str:
    """The term as SPARQL and N-Triples write it, escaped; ValueError when an IRI is none."""
    return str(to_native(term))


def answer(native: pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | pyoxigraph.QueryTriples) -> Answer:
    if isinstance(native, pyoxigraph.QueryBoolean):
        return bool(native)
    if isinstance(native, pyoxigraph.QuerySolutions):
        rows = tuple(tuple(None if cell is None else from_native(cell) for cell in row) for row in native)
        return Table(tuple(variable.value for variable in native.variables), rows)
    return tuple(map(triple, native))


def triple(native: pyoxigraph.Triple | pyoxigraph.Quad) -> Triple:
    about = from_native(native.subject)
    return about if isinstance(about, str) else about.value, native.predicate.value, from_native(native.object)


def from_native(term: object) -> Term:
    """An IRI in full, `_:name` for a blank node, the model's literal, which has no place for a language tag."""
    if isinstance(term, pyoxigraph.NamedNode):
        return term.value
    if isinstance(term, pyoxigraph.Literal):
        datatype = term.datatype.value
        return Literal(term.value, "" if datatype == _STRING or term.language else datatype)
    return str(term)


def subject(iri: str) -> pyoxigraph.NamedNode | pyoxigraph.BlankNode:
    return pyoxigraph.BlankNode(iri[2:]) if iri.startswith("_:") else pyoxigraph.NamedNode(iri)


def to_native(term: Term) -> pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal:
    if isinstance(term, str):
        return subject(term)
    return pyoxigraph.Literal(term.value, datatype=pyoxigraph.NamedNode(term.datatype) if term.datatype else None)


def reason(error: Exception) -> str:
    """What an error says, in one line."""
    return " ".join(str(error).split())
