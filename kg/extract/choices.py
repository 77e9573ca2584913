"""Choosing by a log-linear model: each alternative has features, each feature a learnt weight."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import exp

from kg.files import PACKAGE

Features = Iterable[str]


@cache
def weights() -> Mapping[str, float]:
    """The learnt weights (data/choices.tsv); `kg.train.results` writes them."""
    with (PACKAGE / "data" / "choices.tsv").open(encoding="utf-8", newline="") as file:
        return {row[0]: float(row[1]) for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def probabilities(alternatives: Sequence[Features], learnt: Mapping[str, float]) -> list[float]:
    """The probability of each alternative, given that one of them is right."""
    scores = [sum(learnt.get(feature, 0.0) for feature in features) for features in alternatives]
    top = max(scores)
    parts = [exp(score - top) for score in scores]
    total = sum(parts)
    return [part / total for part in parts]
