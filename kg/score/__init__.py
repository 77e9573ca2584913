"""How well papers are extracted: what was found against what people marked.

    strict     a concept is right when one of its surfaces equals one of gold's, whatever the case, punctuation, plural
               and, of hardware, the vendor's name; Model and Software count as Method
    lenient    when they share at least half of their words
    results    a number is right when value, unit and metric agree
    results_full    and subject, dataset and hardware do, where gold names them

All are one to one. Precision counts finds and recall what gold requires; what gold only tolerates counts in neither.

    gold, found = read_gold(path, on_reject), read_found(other_path, on_reject)
    score(gold, found).strict["Dataset"].f1
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kg.score.alike import TYPES
from kg.score.counting import Mistake, Score, Tally, count_concepts, count_results
from kg.score.reading import FoundPaper, GoldConcept, GoldPaper, read_found, read_gold

__all__ = [
    "FoundPaper",
    "GoldConcept",
    "GoldPaper",
    "Mistake",
    "Score",
    "Scores",
    "Tally",
    "account",
    "read_found",
    "read_gold",
    "score",
]


@dataclass(frozen=True, slots=True)
class Scores:
    """`strict` and `lenient` map "all" and each type to a score; `missing` are the titles without prediction."""

    papers: int
    missing: tuple[str, ...]
    strict: Mapping[str, Score]
    lenient: Mapping[str, Score]
    results: Score
    results_full: Score
    mistakes: tuple[Mistake, ...]


def score(gold: Mapping[str, GoldPaper], found: Mapping[str, FoundPaper]) -> Scores:
    """Score the papers of `gold`; others are not looked at. `mistakes` are the strict ones, then those in results."""
    strict, lenient = (count_concepts(gold, found, lenient=lenient) for lenient in (False, True))
    results, full = (count_results(gold, found, full=full) for full in (False, True))
    return Scores(
        papers=len(gold),
        missing=tuple(paper.title for key, paper in gold.items() if key not in found),
        strict=_by_type(strict),
        lenient=_by_type(lenient),
        results=results.score(""),
        results_full=full.score(""),
        mistakes=(*strict.mistakes, *results.mistakes),
    )


def _by_type(tally: Tally) -> dict[str, Score]:
    return {"all": tally.score(*TYPES), **{type_: tally.score(type_) for type_ in TYPES}}


def account(scores: Scores) -> dict[str, Any]:
    """The scores as plain data, to four places."""
    return {
        "papers": scores.papers,
        "papers_without_prediction": len(scores.missing),
        "strict": {name: _account(one) for name, one in scores.strict.items()},
        "lenient": {name: _account(one) for name, one in scores.lenient.items()},
        "results": _account(scores.results),
        "results_full": _account(scores.results_full),
    }


def _account(one: Score) -> dict[str, float | int]:
    return {"p": round(one.precision, 4), "r": round(one.recall, 4), "f": round(one.f1, 4), "gold": one.gold}
