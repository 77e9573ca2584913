"""What a user knows better: corrections of the linking, applied after every rule.

A file of tab-separated lines, `action`, `name` and `target`, with that header; an empty target where there is none:

    merge   FoldNet   Folded Tree Network   everything called FoldNet is the concept called Folded Tree Network
    split   FTN                             what is called FTN is a concept of its own
    rename  moe       mixture of experts    the concept called moe has this label
    retype  Copper    Software              the concept called Copper is of this type
    drop    Figure                          nothing called Figure is a concept

Names are compared as linking compares them (`kg.spelling.loose`). Lines apply in their order.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kg.errors import InputError
from kg.model import TYPES, Concept, LinkedPaper
from kg.names import TYPE_KIND, concept_iri, concept_key
from kg.spelling import loose

ACTIONS = ("merge", "split", "rename", "retype", "drop")
_ROLE_TYPES = {"metric": "Metric", "dataset": "Dataset", "hardware": "Hardware"}
_Linked = tuple[list[LinkedPaper], list[Concept]]


@dataclass(frozen=True, slots=True)
class Correction:
    action: str
    name: str
    target: str = ""


def read_corrections(path: Path) -> list[Correction]:
    """The corrections of a file. InputError, with the line, for one that cannot be understood."""
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}") from error
    corrections = []
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in line.split("\t")]
        if not any(cells) or (number == 1 and cells[0] == "action"):
            continue
        action, name, target = (*cells, "", "")[:3]
        if action not in ACTIONS or not name:
            raise InputError(f"{path}:{number}: not one of {', '.join(ACTIONS)} and a name")
        if (action in {"merge", "rename"} and not target) or (action == "retype" and target not in TYPES):
            raise InputError(
                f"{path}:{number}: {action} wants {'a type' if action == 'retype' else 'a name'} as target"
            )
        corrections.append(Correction(action, name, target))
    return corrections


def correct(
    papers: Sequence[LinkedPaper], concepts: Sequence[Concept], corrections: Iterable[Correction]
) -> tuple[list[LinkedPaper], list[Concept], list[Correction]]:
    """The papers and concepts with the corrections applied, and those that met nothing of their name.

    A concept that nothing names any more goes, unless another is a kind of it; a result whose metric went goes too.
    """
    linked, idle = (list(papers), list(concepts)), []
    for correction in corrections:
        changed = _APPLY[correction.action](linked, correction)
        if changed is None:
            idle.append(correction)
        else:
            linked = _tidy(*changed)
    return *linked, idle


def _named(concepts: Iterable[Concept], name: str) -> list[Concept]:
    """The concepts of a name: those whose label it is, else those that have it as another label."""
    form = loose(name)
    labelled = [concept for concept in concepts if loose(concept.label) == form]
    return labelled or [
        concept for concept in concepts if form in {loose(other) for other in (*concept.alt_labels, *concept.acronyms)}
    ]


def _merge(linked: _Linked, correction: Correction) -> _Linked | None:
    papers, concepts = linked
    targets, form = _named(concepts, correction.target), loose(correction.name)
    moving = {concept.iri for concept in _named(concepts, correction.name) if concept not in targets[:1]}
    if not targets or not moving:
        return None
    target = targets[0]
    gone = [concept for concept in concepts if concept.iri in moving and loose(concept.label) == form]
    labels = {label for concept in gone for label in (concept.label, *concept.alt_labels)} | {correction.name}
    grown = replace(target, alt_labels=tuple(sorted({*target.alt_labels, *labels} - {target.label})))
    whole = {concept.iri for concept in gone}
    papers = _moved(
        papers, lambda iri, text: target.iri if iri in whole or (iri in moving and loose(text) == form) else iri
    )
    return papers, [grown if concept is target else concept for concept in concepts]


def _split(linked: _Linked, correction: Correction) -> _Linked | None:
    papers, concepts = linked
    form, made = loose(correction.name), dict[str, Concept]()
    of = {concept.iri: concept for concept in concepts}

    def apart(iri: str, text: str) -> str:
        concept = of[iri]
        if loose(text) != form or loose(concept.label) == form:
            return iri
        own = Concept(concept_iri(concept.type, concept_key(correction.name)), concept.type, correction.name)
        made[own.iri] = of.get(own.iri, own)
        return own.iri

    papers = _moved(papers, apart)
    return (papers, [*map(_without(form), concepts), *made.values()]) if made else None


def _without(form: str) -> Callable[[Concept], Concept]:
    """A concept without the labels of a form, unless that is its own label's."""

    def left(concept: Concept) -> Concept:
        if loose(concept.label) == form:
            return concept
        alt_labels, acronyms = (
            tuple([label for label in labels if loose(label) != form])
            for labels in (concept.alt_labels, concept.acronyms)
        )
        return replace(concept, alt_labels=alt_labels, acronyms=acronyms)

    return left


def _rename(linked: _Linked, correction: Correction) -> _Linked | None:
    papers, concepts = linked
    named = _named(concepts, correction.name)
    renamed = {
        concept.iri: replace(
            concept,
            label=correction.target,
            alt_labels=tuple(sorted({*concept.alt_labels, concept.label} - {correction.target})),
            acronyms=tuple([acronym for acronym in concept.acronyms if acronym != correction.target]),
        )
        for concept in named
    }
    return (papers, [renamed.get(concept.iri, concept) for concept in concepts]) if named else None


def _retype(linked: _Linked, correction: Correction) -> _Linked | None:
    papers, concepts = linked
    named = [concept for concept in _named(concepts, correction.name) if concept.type != correction.target]
    made = {concept.iri: _of_type(concept, correction.target) for concept in named}
    there = {concept.iri for concept in concepts} - made.keys()
    papers = _moved(papers, lambda iri, _: made[iri].iri if iri in made else iri)
    kept = [concept for concept in concepts if concept.iri not in made or made[concept.iri].iri != concept.iri]
    return (papers, [*kept, *(new for new in made.values() if new.iri not in there)]) if named else None


def _of_type(concept: Concept, type_: str) -> Concept:
    """The concept as one of another type; of another kind it has another IRI, and what it was a kind of is no more."""
    if TYPE_KIND[type_] == TYPE_KIND[concept.type]:
        return replace(concept, type=type_)
    return replace(
        concept, iri=concept_iri(type_, concept_key(concept.label)), type=type_, broader=(), exact_match=(), facts=()
    )


def _drop(linked: _Linked, correction: Correction) -> _Linked | None:
    papers, concepts = linked
    form = loose(correction.name)
    left = _moved(papers, lambda iri, text: None if loose(text) == form else iri)
    return (left, concepts) if left != papers else None


def _moved(papers: Iterable[LinkedPaper], to: Callable[[str, str], str | None]) -> list[LinkedPaper]:
    """The papers with each concept's IRI replaced by what `to` says of it and the surface; None takes it away."""
    moved = []
    for paper in papers:
        mentions = [(mention, to(mention.concept or "", mention.text)) for mention in paper.mentions]
        roles = {key: to(iri, key[1]) for key, iri in paper.roles.items()}
        moved.append(
            replace(
                paper,
                mentions=tuple([replace(mention, concept=iri) for mention, iri in mentions if iri]),
                roles={key: iri for key, iri in roles.items() if iri},
            )
        )
    return moved


def _tidy(papers: Iterable[LinkedPaper], concepts: Sequence[Concept]) -> _Linked:
    """Mentions of the type of their concept, roles of a type that they can have, and no concept that nothing needs."""
    types = {concept.iri: concept.type for concept in concepts}
    left = []
    for paper in papers:
        mentions = tuple([replace(mention, type=types[mention.concept or ""]) for mention in paper.mentions])
        roles = {key: iri for key, iri in paper.roles.items() if _ROLE_TYPES.get(key[0]) in {None, types[iri]}}
        results = tuple([result for result in paper.results if ("metric", result.metric) in roles])
        left.append(replace(paper, mentions=mentions, results=results, roles=roles))
    needed = {iri for paper in left for iri in (*(m.concept or "" for m in paper.mentions), *paper.roles.values())}
    by_iri = {concept.iri: concept for concept in concepts}
    waiting = list(needed)
    while waiting:
        for up in by_iri[waiting.pop()].broader:
            if up not in needed:
                needed.add(up)
                waiting.append(up)
    kept = [concept for concept in by_iri.values() if concept.iri in needed]
    return left, sorted(kept, key=lambda concept: (TYPES.index(concept.type), concept.iri))


_APPLY: Mapping[str, Callable[[_Linked, Correction], _Linked | None]] = {
    "merge": _merge, "split": _split, "rename": _rename, "retype": _retype, "drop": _drop,
}  # fmt: skip
