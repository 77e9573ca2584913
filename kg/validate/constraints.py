"""The constraints of SHACL Core that our shapes use, each as a SPARQL query for what breaks it (W3C SHACL, section 4).

A large graph is checked so in a tenth of the time that a SHACL engine takes, which stays the judge in the tests. What
is not translated here is an error, not a rule that nothing breaks.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rdflib import RDF, SH, XSD, Graph, URIRef
from rdflib.term import Node

from kg.errors import GraphError

_ABOUT = {SH.path, SH.name, SH.message, SH.targetClass, RDF.type, SH.sparql, SH.property, SH.order, SH.description}
# Datatypes whose values a cast tells from what only looks like one.
_CAST = {XSD.integer, XSD.decimal, XSD.double, XSD.date, XSD.boolean}


@dataclass(frozen=True, slots=True)
class Check:
    """A query for ?this and, for some constraints, ?value, and the shape and the message of what it finds.

    `screen` asks in a fraction of the time whether anything like that is anywhere; "" when there is no such question.
    `wanted` is a class and the property that each of its things must have, when that is what is checked.
    """

    shape: Node
    message: str
    query: str
    screen: str = ""
    wanted: tuple[str, str] | None = None


def checks(shapes: Graph) -> Iterator[Check]:
    """Every constraint of the shapes. GraphError for one that is not known here."""
    for shape in sorted(set(shapes.subjects(SH.targetClass)), key=str):
        message = str(shapes.value(shape, SH.message) or "")
        [class_] = shapes.objects(shape, SH.targetClass)
        target = f"?this {IS_A} {class_.n3()} ."
        path = shapes.value(shape, SH.path)
        for constraint, value in sorted(shapes.predicate_objects(shape), key=str):
            if constraint in _ABOUT:
                continue
            where, screen = _broken(shapes, constraint, value, path)
            query = f"{_PREFIX} SELECT DISTINCT ?this ?value WHERE {{ {target} {where} }}"
            needed = constraint == SH.minCount and int(str(value)) == 1 and isinstance(path, URIRef)
            wanted = (str(class_), str(path)) if needed else None
            yield Check(shape, message, query, screen and f"{_PREFIX} ASK {{ {screen} }}", wanted)
        for constraint in sorted(shapes.objects(shape, SH.sparql), key=str):
            query = str(shapes.value(constraint, SH.select)).replace("$this", "?this")
            told = str(shapes.value(constraint, SH.message) or message)
            yield Check(shape, told, f"{_PREFIX} {query.replace('WHERE {', f'WHERE {{ {target} ', 1)}")


_PREFIX = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>"
IS_A = "a/rdfs:subClassOf*"


def sparql_path(shapes: Graph, path: Node) -> str:
    """A SHACL path as SPARQL writes it: a property, an inverse one, or alternatives."""
    inverse, alternatives = shapes.value(path, SH.inversePath), shapes.value(path, SH.alternativePath)
    if inverse is not None:
        return f"^{sparql_path(shapes, inverse)}"
    if alternatives is not None:
        return "(" + "|".join(sparql_path(shapes, part) for part in shapes.items(alternatives)) + ")"
    return path.n3()


def _broken(shapes: Graph, constraint: Node, value: Node, path: Node | None) -> tuple[str, str]:
    """What must hold of ?this, and of ?value, where the constraint is broken; and of the graph, whatever ?this is."""
    way = None if path is None else sparql_path(shapes, path)
    if constraint in _OF_ALL and way is not None:
        return _OF_ALL[constraint](way, value), _several(way) if constraint == SH.maxCount else ""
    if constraint == SH["in"]:
        wrong = f"FILTER(?value NOT IN ({', '.join(item.n3() for item in shapes.items(value))}))"
    elif constraint in _OF_EACH:
        wrong = _OF_EACH[constraint](value)
    else:
        raise GraphError(f"shapes: {constraint} is not translated; use --engine pyshacl")
    if way is None:
        return f"BIND(?this AS ?value) {wrong}", ""
    return f"?this {way} ?value . {wrong}", f"{{ SELECT DISTINCT ?value WHERE {{ ?any {way} ?value }} }} {wrong}"


def _several(way: str) -> str:
    """More values than things that have any: one of them has two."""
    counted = f"SELECT (COUNT(*) AS ?values) (COUNT(DISTINCT ?any) AS ?things) WHERE {{ ?any {way} ?value }}"
    return f"{{ {counted} }} FILTER(?values > ?things)"


def has_several(property_: str) -> str:
    """A query that asks whether anything has several values of a property."""
    return f"{_PREFIX} ASK {{ {_several(f'<{property_}>')} }}"


def _datatype(value: Node) -> str:
    written = f"{value.n3()}(STR(?value))"
    well_formed = f"COALESCE(DATATYPE({written}) = {value.n3()}, false)" if value in _CAST else "true"
    return f"FILTER(!(isLiteral(?value) && DATATYPE(?value) = {value.n3()} && {well_formed}))"


def _compared(operator: str) -> Callable[[Node], str]:
    return lambda bound: f"FILTER(!COALESCE(?value {operator} {bound.n3()}, false))"


def _beside(operator: str) -> Callable[[str, Node], str]:
    def broken(way: str, other: Node) -> str:
        return f"?this {way} ?value ; {other.n3()} ?other . FILTER(!COALESCE(?value {operator} ?other, false))"

    return broken


_KINDS = {SH.IRI: "isIRI", SH.Literal: "isLiteral", SH.BlankNode: "isBlank"}

# Constraints on each value alone.
_OF_EACH: dict[Node, Callable[[Node], str]] = {
    SH.datatype: _datatype,
    SH["class"]: lambda value: f"FILTER NOT EXISTS {{ ?value {IS_A} {value.n3()} }}",
    SH.nodeKind: lambda value: f"FILTER(!{_KINDS[value]}(?value))",  # type: ignore[index]
    SH.pattern: lambda value: f"FILTER(isBlank(?value) || !REGEX(STR(?value), {value.n3()}))",
    SH.minLength: lambda value: f"FILTER(isBlank(?value) || STRLEN(STR(?value)) < {value})",
    SH.minInclusive: _compared(">="),
    SH.minExclusive: _compared(">"),
    SH.maxInclusive: _compared("<="),
    SH.maxExclusive: _compared("<"),
}
# Constraints on all values of a thing together, or on how they stand to those of another property.
_OF_ALL: dict[Node, Callable[[str, Node], str]] = {
    SH.minCount: lambda way, number: (
        f"FILTER NOT EXISTS {{ ?this {way} ?any }}"
        if int(str(number)) == 1
        else f"{{ SELECT ?this WHERE {{ ?this {way} ?any }} GROUP BY ?this HAVING(COUNT(DISTINCT ?any) < {number}) }}"
    ),
    SH.maxCount: lambda way, number: (
        f"{{ SELECT ?this WHERE {{ ?this {way} ?any }} GROUP BY ?this HAVING(COUNT(DISTINCT ?any) > {number}) }}"
    ),
    SH.hasValue: lambda way, value: f"FILTER NOT EXISTS {{ ?this {way} {value.n3()} }}",
    SH.lessThan: _beside("<"),
    SH.lessThanOrEquals: _beside("<="),
    SH.disjoint: lambda way, other: f"?this {way} ?value ; {other.n3()} ?value .",
}
