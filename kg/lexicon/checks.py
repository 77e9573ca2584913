"""What may be wrong with the tables of the lexicon, each with its file and line."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.lexicon.entries import Entry
from kg.spelling import loose
from kg.units import unit_iri

Places = Mapping[tuple[str, str], str]

_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DIRECTIONS = ("higher", "lower")


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: `place` is `file:line`."""

    place: str
    fault: str

    def __str__(self) -> str:
        return f"{self.place}: {self.fault}"


def check(entries: Sequence[Entry], places: Places) -> list[Problem]:
    """What is wrong with the data; none is as it should be.

    Missing parents, circles, names that two entries of one kind claim, a name twice in one entry, names with white
    space around, a parent of a type that cannot be one, links that are no IRI and facts that are no figure.
    """
    problems = list(broken_links(entries, places))
    claims: dict[tuple[str, str], list[Entry]] = {}
    types = {(entry.kind, entry.key): entry.type for entry in entries}
    for entry in entries:
        place = places[entry.kind, entry.key]
        problems += [Problem(place, fault) for fault in (*_of_names(entry), *_of_facts(entry))]
        for surface in dict.fromkeys(map(loose, entry.surfaces)):
            claims.setdefault((entry.kind, surface), []).append(entry)
        for up in entry.broader:
            if entry.type == "Method" and types.get((entry.kind, up)) in {"Model", "Software"}:
                problems.append(Problem(place, f"a method cannot be a kind of {up}, a {types[entry.kind, up].lower()}"))
    for (kind, surface), claiming in claims.items():
        if len(claiming) > 1:
            those = " and ".join(f"{entry.key} ({places[kind, entry.key]})" for entry in claiming)
            problems.append(Problem(places[kind, claiming[-1].key], f"{surface!r} means {those}"))
    return problems


def broken_links(entries: Iterable[Entry], places: Places) -> Iterator[Problem]:
    """Parents that are not there, and circles of parents."""
    parents = {(entry.kind, entry.key): [(entry.kind, up) for up in entry.broader] for entry in entries}
    for child, ups in parents.items():
        for up in ups:
            if up not in parents:
                yield Problem(places[child], f"the parent {up[1]} of {child[1]} is missing")
    for child in _in_circles(parents):
        yield Problem(places[child], f"{child[1]} is broader than itself")


def _of_names(entry: Entry) -> Iterator[str]:
    for surface in entry.surfaces:
        if " ".join(surface.split()) != surface:
            yield f"white space around or within {surface!r}"
    for surface in dict.fromkeys(entry.surfaces):
        if entry.surfaces.count(surface) > 1:
            yield f"{surface!r} is there twice"
    for iri in entry.exact_match:
        if not iri.startswith(("http://", "https://")):
            yield f"{iri!r} is no IRI"


def _of_facts(entry: Entry) -> Iterator[str]:
    for name, value in entry.facts:
        if name == "direction":
            fault = value not in _DIRECTIONS
        elif name == "unit":
            fault = unit_iri(value) is None
        else:
            fault = not (_YEAR if name == "released" else _NUMBER).fullmatch(value)
        if fault:
            yield f"{value!r} is no {name}"


def _in_circles(parents: Mapping[tuple[str, str], list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """What is left when those without parents are taken away again and again."""
    left = {child: {up for up in ups if up in parents} for child, ups in parents.items()}
    while free := {child for child, ups in left.items() if not ups}:
        left = {child: ups - free for child, ups in left.items() if child not in free}
    return sorted(left)
