"""Choosing by a log-linear model: each alternative has features, each feature a learnt weight."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import exp

from kg.files import PACKAGE

Weights = Mapping[str, Mapping[str, float]]


@cache
def weights() -> Weights:
    """The learnt weights by choice and feature (data/choices.tsv); `kg.train.results` writes them."""
    learnt: dict[str, dict[str, float]] = {}
    with (PACKAGE / "data" / "choices.tsv").open(encoding="utf-8", newline="") as file:
        for choice, feature, weight in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            learnt.setdefault(choice, {})[feature] = float(weight)
    return learnt


def probabilities(alternatives: Sequence[Iterable[str]], learnt: Mapping[str, float]) -> list[float]:
    """The probability of each alternative, given that one of them is right."""
    scores = [sum([learnt[feature] for feature in features if feature in learnt]) for features in alternatives]
    top = max(scores)
    parts = [exp(score - top) for score in scores]
    total = sum(parts)
    return [part / total for part in parts]
