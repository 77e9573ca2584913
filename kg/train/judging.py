"""Learn which candidates are names, and of what type (kg.extract.judging), from annotated abstracts."""

from collections.abc import Iterator
from typing import Any

from spacy.tokens import Doc

from kg.extract.evidence import described
from kg.extract.judging import ANSWERS, NOTHING
from kg.extract.surfaces import by_surface
from kg.text import fold
from kg.train.choices import Decision, fit
from kg.train.folds import Annotated

PENALTY = 3.0  # how strongly weights are drawn to nothing; by cross-validation
RARE = 6


def learn(papers: Annotated) -> dict[str, dict[str, float]]:
    """The weights by type and feature."""
    return fit([decision for doc, row in papers for decision in _decisions(doc, row)], penalty=PENALTY, rare=RARE)


def _decisions(doc: Doc, row: dict[str, Any]) -> Iterator[Decision]:
    """What each candidate is. One that annotators merely tolerate is neither."""
    sure = {fold(surface): kind for surface, kind, *doubt in row["mentions"] if not doubt}
    tolerated = {fold(surface) for surface, _, *doubt in row["mentions"] if doubt}
    finds = by_surface(doc._.source, doc._.candidates, doc._.abbreviations)
    for surface, _, features in described(doc._.source, finds, doc._.abbreviations):
        folded = fold(surface)
        if folded in sure or folded not in tolerated:
            right = sure.get(folded, NOTHING)
            yield [(kind, features) for kind in ANSWERS], [kind == right for kind in ANSWERS]
