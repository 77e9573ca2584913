"""What two graphs do not share, in plain words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.model import Literal, Triple
from kg.names import THINGS, compact, expand
from kg.store import Remote, Store, local

_TYPE = expand("rdf:type")
# What people look at, each with the property that names it; the rest of a graph follows from these.
_NAMES = {
    "paper": expand("dcterms:title"),
    "concept": expand("skos:prefLabel"),
    "result": expand("kg:quote"),
    "quantity": expand("kg:quote"),
}
_KINDS = {
    expand("kg:Paper"): "paper",
    expand("skos:Concept"): "concept",
    expand("kg:Result"): "result",
    expand("kg:Quantity"): "quantity",
}
# What one more paper changes everywhere, though nobody said anything of the thing.
_OF_THE_WHOLE = {expand("kg:centrality")}

_Facts = Mapping[str, Mapping[str, frozenset[str]]]


@dataclass(frozen=True, slots=True)
class Change:
    """A thing that only the old graph has ("-"), only the new one ("+"), or both and differently ("~")."""

    sign: str
    kind: str
    name: str
    thing: str
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        head = f"{self.sign} {self.kind} {self.name} ({self.thing.removeprefix(THINGS)})"
        return "\n    ".join((head, *self.details))


@dataclass(frozen=True, slots=True)
class Difference:
    """The changes by kind and thing, and the number of triples that only one graph has."""

    changes: tuple[Change, ...]
    removed: int
    added: int

    def __str__(self) -> str:
        same = not (self.removed or self.added)
        told = "the same graph" if same else f"{self.added} triples added, {self.removed} removed"
        return "\n".join((*map(str, self.changes), told))


def diff(old: Store | Remote, new: Store | Remote) -> Difference:
    """What makes `new` of `old`, in papers, concepts, results and quantities.

    Numbers are compared by value, for a store keeps no more. How central a concept is follows from all papers, and is
    no change of the concept; its triples are counted.
    """
    before, after = local(old).values(), local(new).values()
    facts = _facts(before), _facts(after)
    changed = sorted({thing for thing, property_, _ in before ^ after if property_ not in _OF_THE_WHOLE})
    changes = [change for thing in changed if (change := _change(thing, *facts))]
    changes.sort(key=lambda change: (tuple(_NAMES).index(change.kind), change.name, change.thing))
    return Difference(tuple(changes), len(before - after), len(after - before))


def _facts(triples: Iterable[Triple]) -> _Facts:
    facts: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for subject, predicate, value in triples:
        facts[subject][predicate].add(f'"{value.value}"' if isinstance(value, Literal) else value)
    return {thing: {name: frozenset(values) for name, values in own.items()} for thing, own in facts.items()}


def _change(thing: str, before: _Facts, after: _Facts) -> Change | None:
    old, new = before.get(thing, {}), after.get(thing, {})
    types = old.get(_TYPE, frozenset()) | new.get(_TYPE, frozenset())
    kind = next((kind for type_, kind in _KINDS.items() if type_ in types), None)
    if kind is None:
        return None
    [name, *_] = sorted((new or old).get(_NAMES[kind], ())) or ['""']
    sign = "~" if old and new else "+" if new else "-"
    return Change(sign, kind, name[1:-1], thing, tuple(_details(old, new, before, after)) if sign == "~" else ())


def _details(
    old: Mapping[str, frozenset[str]], new: Mapping[str, frozenset[str]], before: _Facts, after: _Facts
) -> Iterator[str]:
    """The values that came and went, by property."""
    for name in sorted((old.keys() | new.keys()) - _OF_THE_WHOLE):
        was, is_ = old.get(name, frozenset()), new.get(name, frozenset())
        yield from (f"- {compact(name)} {_shown(value, before)}" for value in sorted(was - is_))
        yield from (f"+ {compact(name)} {_shown(value, after)}" for value in sorted(is_ - was))


def _shown(value: str, facts: _Facts) -> str:
    """A thing by its name, everything else as it is."""
    own = facts.get(value, {})
    names: Sequence[str] = sorted(label for name in _NAMES.values() for label in own.get(name, ()))
    return names[0] if names else value if value.startswith('"') else compact(value)
