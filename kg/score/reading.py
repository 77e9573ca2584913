"""Gold and predictions out of JSON Lines: each paper under the key of its title, each line that is none a reject."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from kg.model import TYPES, Reject
from kg.read.jsonl import objects
from kg.read.source import check, opened
from kg.score.alike import FOLDED_TYPES, key

ROLES = {"subject": "Method", "dataset": "Dataset", "hardware": "Hardware"}  # and of which type their names are


@dataclass(frozen=True, slots=True)
class GoldConcept:
    """One thing that a paper names: any of `surfaces`, as any of `types` (where Model and Software are Method).

    What is not `required` is neither demanded nor punished.
    """

    types: frozenset[str]
    surfaces: tuple[str, ...]
    required: bool


@dataclass(frozen=True, slots=True)
class GoldResult:
    """`metric` and each of `roles` list the names that are right; where a role has none, anything is."""

    metric: tuple[str, ...]
    value: object
    unit: str | None
    roles: Mapping[str, tuple[str, ...]]
    required: bool


@dataclass(frozen=True, slots=True)
class GoldPaper:
    title: str
    abstract: str
    concepts: tuple[GoldConcept, ...]
    results: tuple[GoldResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """One concept that was found: all its surfaces in the paper."""

    type: str
    surfaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundResult:
    metric: str | None
    value: object
    unit: str | None
    roles: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class FoundPaper:
    title: str
    nodes: tuple[Node, ...]
    results: tuple[FoundResult, ...] = ()


Record = Mapping[str, Any]
P = TypeVar("P", GoldPaper, FoundPaper)


def read_gold(path: Path, on_reject: Callable[[Reject], None]) -> dict[str, GoldPaper]:
    """The papers of a file of gold concepts, or of annotations by surface. Raises InputError if there is no file."""
    return _read(path, gold_paper, on_reject)


def read_found(path: Path, on_reject: Callable[[Reject], None]) -> dict[str, FoundPaper]:
    """The papers of a file of what `kg extract` prints. Raises InputError if there is no file."""
    return _read(path, found_paper, on_reject)


def _read(path: Path, parse: Callable[[Record], P], on_reject: Callable[[Reject], None]) -> dict[str, P]:
    check([path])
    papers: dict[str, P] = {}
    with opened(path) as source:
        if isinstance(source, Reject):
            on_reject(source)
            return papers
        for row in objects(source):
            if isinstance(row, Reject):
                on_reject(row)
                continue
            try:
                paper = parse(row.value)
            except ValueError as error:
                on_reject(source.reject(row.line, str(error), row.written))
                continue
            if key(paper.title) in papers:
                on_reject(source.reject(row.line, "a title that came before; this line counts", row.written))
            papers[key(paper.title)] = paper
    return papers


def gold_paper(record: Record) -> GoldPaper:
    """A paper of gold concepts, or annotated by surface; ValueError tells what is wrong with it."""
    if "concepts" in record:
        found = tuple(map(_concept, _objects(record, "concepts")))
        named: dict[str, tuple[str, ...]] = {}
    elif "mentions" in record:
        same = [_names(group, "a group of the same") for group in _list(record, "same")]
        found = concepts(map(_mark, _list(record, "mentions")), same)
        named = {surface: concept.surfaces for concept in found for surface in concept.surfaces}
    else:
        raise ValueError("no concepts and no mentions")
    results = tuple(_gold_result(result, named) for result in _objects(record, "results"))
    return GoldPaper(_text(record, "title"), record.get("abstract") or "", found, results)


def concepts(marks: Iterable[tuple[str, str, bool]], same: Iterable[Sequence[str]] = ()) -> tuple[GoldConcept, ...]:
    """The concepts of (surface, type, firm): surfaces that are alike are one, and so are those of a `same` group.

    One firm surface makes a concept required. ValueError for a group with a surface that is not marked.
    """
    marked = {surface: (FOLDED_TYPES.get(type_, type_), firm) for surface, type_, firm in marks}
    alike: dict[str, list[str]] = {}
    for surface in marked:
        alike.setdefault(key(surface), []).append(surface)
    groups = {surface: [surface] for surface in marked}
    for joined in (*same, *alike.values()):
        if unknown := [surface for surface in joined if surface not in marked]:
            raise ValueError(f"the same as another, but not among the mentions: {unknown[0]}")
        for surface in joined[1:]:
            if groups[surface] is not groups[joined[0]]:
                groups[joined[0]] += groups[surface]
                groups.update(dict.fromkeys(groups[surface], groups[joined[0]]))
    return tuple(
        GoldConcept(
            frozenset(marked[surface][0] for surface in group),
            tuple(sorted(group, key=lambda surface: (-len(surface), surface))),
            any(marked[surface][1] for surface in group),
        )
        for group in {id(group): group for group in groups.values()}.values()
    )


def found_paper(record: Record) -> FoundPaper:
    """A paper as `kg extract` prints it; ValueError tells what is wrong with it."""
    surfaces: dict[tuple[str, str], list[str]] = {}
    for mention in _objects(record, "mentions"):
        name, told = _text(mention, "text"), _text(mention, "type")
        type_ = FOLDED_TYPES.get(told, told)
        surfaces.setdefault((type_, str(mention.get("concept") or key(name, type_))), []).append(name)
    nodes = tuple(Node(type_, tuple(dict.fromkeys(names))) for (type_, _), names in surfaces.items())
    return FoundPaper(_text(record, "title"), nodes, tuple(map(_found_result, _objects(record, "results"))))


def _concept(record: Record) -> GoldConcept:
    types, surfaces = (_names(record.get(name), name) for name in ("types", "surfaces"))
    if not isinstance(required := record.get("required"), bool) or not types or not surfaces:
        raise ValueError(f"a concept without types, surfaces or required: {_shown(record)}")
    return GoldConcept(frozenset(FOLDED_TYPES.get(type_, type_) for type_ in map(_type, types)), surfaces, required)


def _mark(mention: object) -> tuple[str, str, bool]:
    match mention:
        case [str(surface), str(type_), *doubt] if doubt in ([], ["?"]):
            return surface, _type(type_), not doubt
        case {"text": str(surface), "type": str(type_)}:
            return surface, _type(type_), True
    raise ValueError(f'a mention that is neither [surface, type] nor [surface, type, "?"]: {_shown(mention)}')


def _type(name: str) -> str:
    if name not in TYPES:
        raise ValueError(f"no such type: {name}")
    return name


def _gold_result(record: Record, named: Mapping[str, tuple[str, ...]]) -> GoldResult:
    if "value" not in record:
        raise ValueError(f"a result without value: {_shown(record)}")
    metric, *names = (_all_names(_names(record.get(role), role), named) for role in ("metric", *ROLES))
    required = bool(record.get("required", True))
    return GoldResult(
        metric, record["value"], _text_or_none(record, "unit"), dict(zip(ROLES, names, strict=True)), required
    )


def _all_names(told: Iterable[str], named: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """With the other surfaces of the concepts that are told."""
    return tuple(dict.fromkeys(name for surface in told for name in (surface, *named.get(surface, ()))))


def _found_result(record: Record) -> FoundResult:
    metric, unit, *names = (_text_or_none(record, name) for name in ("metric", "unit", *ROLES))
    return FoundResult(metric, record.get("value"), unit, dict(zip(ROLES, names, strict=True)))


def _text(record: Record, name: str) -> str:
    if isinstance(value := record.get(name), str) and value:
        return value
    raise ValueError(f"no {name}")


def _text_or_none(record: Record, name: str) -> str | None:
    if (value := record.get(name)) is None or isinstance(value, str):
        return value
    raise ValueError(f"{name} is no text: {_shown(value)}")


def _list(record: Record, name: str) -> list[Any]:
    if isinstance(value := record.get(name) or [], list):
        return value
    raise ValueError(f"{name} is no list: {_shown(value)}")


def _objects(record: Record, name: str) -> list[Record]:
    if wrong := [value for value in _list(record, name) if not isinstance(value, dict)]:
        raise ValueError(f"{name} has what is no object: {_shown(wrong[0])}")
    return _list(record, name)


def _names(value: object, what: str) -> tuple[str, ...]:
    """A list of names, or one, or none."""
    names = [value] if isinstance(value, str) else value or []
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        return tuple(names)
    raise ValueError(f"{what} is no list of names: {_shown(value)}")


def _shown(value: object) -> str:
    """The beginning of a wrong value: enough to find it."""
    return json.dumps(value, ensure_ascii=False)[:80]
