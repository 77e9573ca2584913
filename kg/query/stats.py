"""What a graph holds, in numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kg.model import TYPES
from kg.names import ONTOLOGY
from kg.query.questions import shipped
from kg.store import Remote, Store, plain, select
from kg.text import printable

_THINGS = ("Paper", *TYPES, "Result", "Quantity", "Mention")
_COUNTS = f"""
PREFIX kg: <{ONTOLOGY}>
SELECT ?class (COUNT(?thing) AS ?number) WHERE {{
  VALUES ?class {{ {" ".join(f"kg:{name}" for name in _THINGS)} }}
  ?thing a ?class .
  FILTER(?class != kg:Method || NOT EXISTS {{ ?thing a kg:Model }} && NOT EXISTS {{ ?thing a kg:Software }})
}}
GROUP BY ?class"""


@dataclass(frozen=True, slots=True)
class Stats:
    """How many things of each class there are, and for each type the (label, papers) of what most papers name.

    A model or a piece of software is not counted as a method.
    """

    counts: Mapping[str, int]
    top: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)

    def __str__(self) -> str:
        """A line a class, with its top concepts behind."""
        width = max(len(str(number)) for number in self.counts.values())
        return "\n".join(
            f"{name:<8}  {number:>{width}}  {self._leaders(name)}".rstrip() for name, number in self.counts.items()
        )

    def _leaders(self, type_: str) -> str:
        return ", ".join(f"{printable(label)} ({papers})" for label, papers in self.top.get(type_, ()))


def stats(store: Store | Remote, *, top: int = 5) -> Stats:
    """Count what the graph holds; name the `top` concepts of each type by the number of papers that name them."""
    numbers = {}
    for class_, number in _cells(store, _COUNTS):
        numbers[class_.removeprefix(ONTOLOGY)] = int(number)
    ranked: dict[str, list[tuple[str, int]]] = {type_: [] for type_ in TYPES}
    for label, kind, papers, _ in _cells(store, shipped()["top-concepts"].text):
        ranked[kind].append((label, int(papers)))
    return Stats(
        {name: numbers.get(name, 0) for name in _THINGS}, {type_: tuple(best[:top]) for type_, best in ranked.items()}
    )


def _cells(store: Store | Remote, sparql: str) -> Iterator[Iterator[str]]:
    return (map(plain, row) for row in select(store, sparql).rows)
