"""How well names are found: the strict concept score (`kg.score`) of names alone, for choosing between models.

Names are not linked here, so each name is weighed as if it were linked rightly: one right name finds its concept, and
others of that concept are no split.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np
from spacy.tokens import Doc

from kg import score
from kg.errors import InputError
from kg.extract.bio import Floats, Name
from kg.model import Reject
from kg.score import Score, Tally
from kg.score.alike import FOLDED_TYPES, TYPES
from kg.score.alike import key as name_key

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class GoldConcept:
    """One node that annotators want (`required`) or tolerate: the keys that satisfy it."""

    keys: frozenset[Key]
    required: bool


@dataclass(frozen=True, slots=True)
class GoldPaper:
    text: str
    concepts: tuple[GoldConcept, ...]


def read_gold(path: Path) -> list[GoldPaper]:
    """Papers with the concepts that annotators agreed on. Raises InputError for a line that is none."""
    return [
        wanted(f"{paper.title}\n{paper.abstract}", paper.concepts) for paper in score.read_gold(path, _refuse).values()
    ]


def _refuse(reject: Reject) -> NoReturn:
    raise InputError(f"{reject.file}:{reject.line}: {reject.reason}")


def wanted(text: str, concepts: Iterable[score.GoldConcept]) -> GoldPaper:
    """A paper whose concepts are looked up by key."""
    return GoldPaper(
        text,
        tuple(
            GoldConcept(frozenset(key(s, t) for s in concept.surfaces for t in concept.types), concept.required)
            for concept in concepts
        ),
    )


def key(surface: str, kind: str) -> Key:
    """What makes two surfaces of a type the same: see `kg.score`."""
    folded = FOLDED_TYPES.get(kind, kind)
    return folded, name_key(surface, folded)


def measure(gold: Sequence[GoldPaper], docs: Iterable[Doc], names: Iterable[Sequence[Name]]) -> Score:
    """Strict precision and recall: a key that no concept has is wrong, a required concept without a key is missed."""
    return tally(gold, docs, names).score(*TYPES)


def tally(gold: Sequence[GoldPaper], docs: Iterable[Doc], names: Iterable[Sequence[Name]]) -> Tally:
    """What `measure` counts, by type."""
    counts = Tally()
    for paper, doc, found in zip(gold, docs, names, strict=True):
        keys = {key(doc[name.start : name.end].text, name.kind) for name in found}
        for concept in paper.concepts:
            if concept.required:
                type_ = min((type_ for type_, _ in concept.keys), key=TYPES.index)
                counts.right[type_] += bool(concept.keys & keys)
                (counts.found if concept.keys & keys else counts.missed)[type_] += 1
        counts.wrong.update(type_ for type_, _ in keys.difference(*(concept.keys for concept in paper.concepts)))
    return counts


def judged(gold: Sequence[GoldPaper], docs: Iterable[Doc], names: Iterable[Sequence[Name]]) -> tuple[Floats, Floats]:
    """The score of each name's surest mention, and 1 where a required concept has it, 0 where no concept does."""
    scores, right = [], []
    for paper, doc, found in zip(gold, docs, names, strict=True):
        wanted = frozenset().union(*(concept.keys for concept in paper.concepts if concept.required))
        tolerated = frozenset().union(*(concept.keys for concept in paper.concepts)) - wanted
        surest: dict[Key, float] = {}
        for name in found:
            its = key(doc[name.start : name.end].text, name.kind)
            surest[its] = max(name.score, surest.get(its, 0.0))
        scores += [score for its, score in surest.items() if its not in tolerated]
        right += [float(its in wanted) for its in surest if its not in tolerated]
    return np.array(scores, dtype=np.float32), np.array(right, dtype=np.float32)
