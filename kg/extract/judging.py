"""Which of the candidates are names, and of what type: a choice by learnt weights (`kg.train.judging`)."""

from collections.abc import Iterable, Mapping, Sequence

from kg.extract.choices import classified
from kg.extract.evidence import by_score, described
from kg.extract.surfaces import PIPELINE, by_surface
from kg.model import TYPES, Mention
from kg.names import TYPE_KIND

THRESHOLD = 0.4
NOTHING = ""  # no name at all
ANSWERS = (NOTHING, *TYPES)


def judge(
    text: str, candidates: Iterable[Mention], abbreviations: Sequence[tuple[str, str]], *, threshold: float = THRESHOLD
) -> list[Mention]:
    """One mention for each surface that is a name of `text` with a probability of `threshold` or more, or by another
    pipeline's word. A surface has one type throughout a paper (ANNOTATING: all its occurrences get the type).
    """
    finds = by_surface(text, candidates, abbreviations)
    things = list(described(text, finds, abbreviations))
    judged = []
    for (surface, start, _), chances in zip(
        things, classified("name", ANSWERS, [features for *_, features in things]), strict=True
    ):
        sure = [find for find in finds[surface] if find.source == PIPELINE]
        kind, score = _best(sure) if sure else _likeliest(chances)
        if sure or score >= threshold:
            sources = "+".join(sorted({find.source for find in finds[surface]})) or "abbreviation"
            judged.append(Mention(start, start + len(surface), surface, kind, round(score, 4), sources))
    return judged


def _best(finds: Sequence[Mention]) -> tuple[str, float]:
    best = max(finds, key=by_score)
    return best.type, best.score


def _likeliest(chances: Mapping[str, float]) -> tuple[str, float]:
    """A type and its probability. Models and software are methods too: which it is may be in doubt where nobody doubts
    that it is one of them.
    """
    shares = dict.fromkeys(TYPE_KIND.values(), 0.0)
    for kind in TYPES:
        shares[TYPE_KIND[kind]] += chances[kind]
    kind = max(TYPES, key=lambda kind: (shares[TYPE_KIND[kind]], chances[kind]))
    return kind, shares[TYPE_KIND[kind]]
