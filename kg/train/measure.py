"""How well names are found: the project's strict concept score, in little, for choosing between models."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from spacy.tokens import Doc

from kg.extract.bio import Floats, Name

_FOLDED_TYPES = {"Model": "Method", "Software": "Method"}


@dataclass(frozen=True, slots=True)
class GoldConcept:
    """One node that annotators want (`required`) or tolerate: the keys that satisfy it."""

    keys: frozenset[tuple[str, str]]
    required: bool


@dataclass(frozen=True, slots=True)
class GoldPaper:
    text: str
    concepts: tuple[GoldConcept, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Shares between 0 and 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def read_gold(path: Path) -> list[GoldPaper]:
    """Papers with the concepts that two annotators agreed on."""
    papers = []
    with path.open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            concepts = tuple(
                GoldConcept(frozenset(key(s, t) for s in c["surfaces"] for t in c["types"]), c["required"])
                for c in row["concepts"]
            )
            papers.append(GoldPaper(f"{row['title']}\n{row['abstract']}", concepts))
    return papers


def key(surface: str, kind: str) -> tuple[str, str]:
    """What makes two surfaces of a type the same: case, punctuation and the plural's s do not count."""
    words = re.findall(r"[^\W_]+(?:\.[0-9]+)*|[+#]+", surface.casefold())
    singular = (
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in words
    )
    return "".join(singular), _FOLDED_TYPES.get(kind, kind)


def measure(gold: Sequence[GoldPaper], docs: Iterable[Doc], names: Iterable[Sequence[Name]]) -> Score:
    """Strict precision and recall: a key that no concept has is wrong, a required concept without a key is missed."""
    right = wrong = missed = 0
    for paper, doc, found in zip(gold, docs, names, strict=True):
        keys = {key(doc[name.start : name.end].text, name.kind) for name in found}
        missed += sum(concept.required and not concept.keys & keys for concept in paper.concepts)
        right += sum(concept.required and bool(concept.keys & keys) for concept in paper.concepts)
        wrong += len(keys.difference(*(concept.keys for concept in paper.concepts)))
    return Score(right / max(1, right + wrong), right / max(1, right + missed))


def judged(gold: Sequence[GoldPaper], docs: Iterable[Doc], names: Iterable[Sequence[Name]]) -> tuple[Floats, Floats]:
    """The score of each name's surest mention, and 1 where a required concept has it, 0 where no concept does."""
    scores, right = [], []
    for paper, doc, found in zip(gold, docs, names, strict=True):
        wanted = frozenset().union(*(concept.keys for concept in paper.concepts if concept.required))
        tolerated = frozenset().union(*(concept.keys for concept in paper.concepts)) - wanted
        surest: dict[tuple[str, str], float] = {}
        for name in found:
            its = key(doc[name.start : name.end].text, name.kind)
            surest[its] = max(name.score, surest.get(its, 0.0))
        scores += [score for its, score in surest.items() if its not in tolerated]
        right += [float(its in wanted) for its in surest if its not in tolerated]
    return np.array(scores, dtype=np.float32), np.array(right, dtype=np.float32)
