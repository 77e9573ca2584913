"""Fitting log-linear choices: maximum likelihood with a Gaussian prior, by L-BFGS. Nothing is random."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from kg.extract.choices import Weights
from kg.files import PACKAGE, atomic

Floats = npt.NDArray[np.float64]
LEAST_WEIGHT = 0.1
# The label and the features of each alternative, and which alternatives are right (at least one).
Decision = tuple[Sequence[tuple[str, Sequence[str]]], Sequence[bool]]


def fit(decisions: Sequence[Decision], *, penalty: float, rare: int, rounds: int = 200) -> dict[str, dict[str, float]]:
    """The weight by label and feature, of features that occur at least `rare` times; next to nothing is left out."""
    data = _Data(decisions, rare)
    best = _minimise(_objective(data, penalty), np.zeros(len(data.features) * len(data.labels)), rounds)
    learnt: dict[str, dict[str, float]] = {}
    for feature, row in zip(data.features, best.reshape(-1, len(data.labels)).round(2).tolist(), strict=True):
        for label, weight in zip(data.labels, row, strict=True):
            if abs(weight) >= LEAST_WEIGHT:
                learnt.setdefault(label, {})[feature] = weight
    return learnt


class _Data:
    """Decisions as arrays. Alternatives that share one list of features, and differ by label, share a row.

    Entry k of `columns` is a feature of row `rows[k]`; alternative k is row `row[k]` with label `label[k]`, it is
    `right[k]`, and belongs to decision `decision[k]`, whose first alternative is `first[decision[k]]`.
    """

    def __init__(self, decisions: Sequence[Decision], rare: int) -> None:
        lists: dict[int, Sequence[str]] = {id(names): names for given, _ in decisions for _, names in given}
        counts = Counter(chain.from_iterable(lists.values()))
        self.features = sorted(feature for feature, count in counts.items() if count >= rare)
        self.labels = sorted({label for given, _ in decisions for label, _ in given})
        feature_index = {feature: i for i, feature in enumerate(self.features)}
        label_index = {label: i for i, label in enumerate(self.labels)}
        known = [[feature_index[name] for name in names if name in feature_index] for names in lists.values()]
        row_index = {identity: i for i, identity in enumerate(lists)}
        self.columns = np.fromiter(chain.from_iterable(known), dtype=np.int64)
        self.rows = np.repeat(np.arange(len(known)), [len(names) for names in known])
        self.row = np.array([row_index[id(names)] for given, _ in decisions for _, names in given])
        self.label = np.array([label_index[label] for given, _ in decisions for label, _ in given])
        self.right = np.array([is_right for _, right in decisions for is_right in right])
        sizes = [len(right) for _, right in decisions]
        self.first = np.cumsum([0, *sizes[:-1]])
        self.decision = np.repeat(np.arange(len(sizes)), sizes)


def _objective(data: _Data, penalty: float) -> Callable[[Floats], tuple[float, Floats]]:
    """The penalised negative log-likelihood of the right alternatives, and its gradient."""
    shape = len(data.features), len(data.labels)
    size = int(data.row.max()) + 1, shape[1]
    flat = data.row * shape[1] + data.label
    by_column = np.argsort(data.columns, kind="stable")
    columns, column_starts = np.unique(data.columns[by_column], return_index=True)
    rows, row_starts = np.unique(data.rows, return_index=True)
    sorted_rows = data.rows[by_column]

    def objective(weights: Floats) -> tuple[float, Floats]:
        table = np.zeros(size)
        table[rows] = np.add.reduceat(weights.reshape(shape)[data.columns], row_starts)
        scores = table.ravel()[flat]
        likely = np.exp(scores - np.maximum.reduceat(scores, data.first)[data.decision])
        total, hit = np.add.reduceat(likely, data.first), np.add.reduceat(likely * data.right, data.first)
        excess = likely / total[data.decision] - likely * data.right / hit[data.decision]
        pull = np.bincount(flat, excess, table.size).reshape(size)
        gradient = penalty * weights.reshape(shape)
        gradient[columns] += np.add.reduceat(pull[sorted_rows], column_starts)
        return float(np.log(total / hit).sum() + 0.5 * penalty * weights @ weights), gradient.ravel()

    return objective


def _minimise(objective: Callable[[Floats], tuple[float, Floats]], at: Floats, rounds: int, memory: int = 8) -> Floats:
    """L-BFGS with backtracking (Nocedal and Wright, Numerical Optimization, 2nd edition, algorithms 7.4 and 3.1)."""
    value, gradient = objective(at)
    history: list[tuple[Floats, Floats]] = []
    for _ in range(rounds):
        direction = _direction(gradient, history)
        rate, slope = 1.0, float(gradient @ direction)
        next_value, next_gradient = objective(at + direction)
        while next_value > value + 1e-4 * rate * slope and rate > 1e-6:
            rate /= 2
            next_value, next_gradient = objective(at + rate * direction)
        step, change = rate * direction, next_gradient - gradient
        if float(step @ change) > 1e-10:
            history = [*history, (step, change)][-memory:]
        gained = value - next_value
        at, value, gradient = at + step, next_value, next_gradient
        if gained < 1e-6 * abs(value):
            break
    return at


def _direction(gradient: Floats, history: Sequence[tuple[Floats, Floats]]) -> Floats:
    """The two-loop recursion: the gradient through the inverse Hessian that the last steps suggest."""
    if not history:
        return -gradient / max(1.0, float(np.linalg.norm(gradient)))
    direction = -gradient
    shares = []
    for step, change in reversed(history):
        share = float(step @ direction) / float(step @ change)
        shares.append(share)
        direction = direction - share * change
    step, change = history[-1]
    direction = direction * (float(step @ change) / float(change @ change))
    for (step, change), share in zip(history, reversed(shares), strict=True):
        direction = direction + step * (share - float(change @ direction) / float(step @ change))
    return direction


def write(choices: Mapping[str, Weights], name: str) -> None:
    """Write what `fit` learnt, by choice, to kg/data/choices/`name`.tsv: the same bytes for the same weights."""
    with atomic(PACKAGE / "data" / "choices" / f"{name}.tsv") as file:
        for choice, labels in sorted(choices.items()):
            for label, weights in sorted(labels.items()):
                for feature, weight in sorted(weights.items()):
                    file.write(f"{choice}\t{label}\t{feature}\t{weight:g}\n".encode())
