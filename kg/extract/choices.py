"""Choosing by a log-linear model: each alternative has features, each feature a learnt weight."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import repeat
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
def _table(choice: str) -> tuple[Mapping[str, int], Mapping[str, int], npt.NDArray[np.float64]]:
    """The weights of a choice as an array, and which row a feature and which column a label has.

    The last row and column hold nothing: they stand for features and labels without weights.
    """
    learnt = weights().get(choice, {})
    rows = {feature: row for row, feature in enumerate(sorted({key for table in learnt.values() for key in table}))}
    columns = {label: column for column, label in enumerate(learnt)}
    table = np.zeros((len(rows) + 1, len(columns) + 1))
    for label, column in columns.items():
        for feature, weight in learnt[label].items():
            table[rows[feature], column] = weight
    return rows, columns, table


def classified(choice: str, labels: Sequence[str], given: Sequence[Sequence[str]]) -> list[dict[str, float]]:
    """The probability of each label, given that one of them is right, for each list of features in `given`.

    Labels share all features; each list must hold at least one.
    """
    rows, columns, table = _table(choice)
    if not given:
        return []
    nothing = len(table) - 1
    known = [rows.get(feature, nothing) for features in given for feature in features]
    starts = np.cumsum([0, *map(len, given[:-1])])
    scores = np.add.reduceat(table[known], starts)[:, [columns.get(label, len(columns)) for label in labels]]
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
