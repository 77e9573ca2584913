"""The form in which each thing of the graph is told: its properties, one after the other."""

from collections.abc import Iterator

from kg.model import Literal, Term, Triple
from kg.names import expand

# Prefixed name and value; None is not stated.
Properties = Iterator[tuple[str, Term | None]]


def stated(subject: str, properties: Properties) -> Iterator[Triple]:
    for name, value in properties:
        if value is not None:
            yield subject, expand(name), value


def integer(number: int) -> Literal:
    return Literal(str(number), expand("xsd:integer"))
