"""Choosing by a log-linear model: each alternative has features, each feature a learnt weight."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import accumulate, repeat
from math import exp
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from kg.files import PACKAGE

It = TypeVar("It")
# Weights by the label of an alternative (empty for those that share theirs) and feature, of one choice.
Weights = Mapping[str, Mapping[str, float]]
_NOTHING: Mapping[str, float] = {}


class Alternative(NamedTuple, Generic[It]):
    """Something that may be chosen; a label gives it weights of its own."""

    it: It
    features: Sequence[str]
    label: str = ""


@cache
def weights() -> Mapping[str, Weights]:
    """The learnt weights of each choice (data/choices/*.tsv), which `kg.train` writes."""
    learnt: dict[str, dict[str, dict[str, float]]] = {}
    for path in sorted((PACKAGE / "data" / "choices").glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for choice, label, feature, weight in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                learnt.setdefault(choice, {}).setdefault(label, {})[feature] = float(weight)
    return learnt


@cache
def _table(choice: str, labels: tuple[str, ...]) -> tuple[Mapping[str, int], npt.NDArray[np.float64]]:
    """The weights of a choice as an array with a column a label, and which row a feature has.

    The last row holds nothing: it stands for features without weights.
    """
    learnt = weights().get(choice, {})
    rows = {feature: row for row, feature in enumerate(sorted({key for table in learnt.values() for key in table}))}
    table = np.zeros((len(rows) + 1, len(labels)))
    for column, label in enumerate(labels):
        for feature, weight in learnt.get(label, _NOTHING).items():
            table[rows[feature], column] = weight
    return rows, table


def classified(choice: str, labels: tuple[str, ...], given: Sequence[Sequence[str]]) -> list[dict[str, float]]:
    """The probability of each label, given that one of them is right, for each list of features in `given`.

    Labels share all features; each list must hold at least one.
    """
    rows, table = _table(choice, labels)
    if not given:
        return []
    nothing = len(table) - 1
    known = [rows.get(feature, nothing) for features in given for feature in features]
    starts = [0, *accumulate(map(len, given[:-1]))]
    scores = np.add.reduceat(table.take(known, axis=0), starts)
    parts = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = (parts / parts.sum(axis=1, keepdims=True)).tolist()
    return [dict(zip(labels, row, strict=True)) for row in shares]


def ranked(choice: str, alternatives: Iterable[Alternative[It]]) -> list[tuple[It, float]]:
    """The alternatives with their probabilities, given that one of them is right; the likeliest first."""
    learnt = weights().get(choice, {})
    scores = []
    for it, features, label in alternatives:
        known = learnt.get(label, _NOTHING)
        scores.append((it, sum(map(known.get, features, repeat(0.0)))))
    scores.sort(key=lambda pair: -pair[1])
    parts = [exp(score - scores[0][1]) for _, score in scores]
    total = sum(parts)
    return [(it, part / total) for (it, _), part in zip(scores, parts, strict=True)]
