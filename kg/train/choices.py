"""Fitting log-linear choices: maximum likelihood with a Gaussian prior, by L-BFGS. Nothing is random."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Key = tuple[str, str]  # a label and a feature
# The label and the features of each alternative, and which alternatives are right (at least one).
Decision = tuple[Sequence[tuple[str, Sequence[str]]], Sequence[bool]]


def fit(decisions: Sequence[Decision], *, penalty: float, rare: int, rounds: int = 200) -> dict[str, dict[str, float]]:
    """The weight by label and feature, of those that occur at least `rare` times; next to nothing is left out."""
    counts = Counter((label, feature) for given, _ in decisions for label, features in given for feature in features)
    index = {key: i for i, key in enumerate(sorted(key for key, count in counts.items() if count >= rare))}
    best = _minimise(_objective(decisions, index, penalty), np.zeros(len(index)), rounds)
    learnt: dict[str, dict[str, float]] = {}
    for (label, feature), i in index.items():
        if abs(weight := round(float(best[i]), 2)) >= 0.05:
            learnt.setdefault(label, {})[feature] = weight
    return learnt


def _objective(
    decisions: Sequence[Decision], index: dict[Key, int], penalty: float
) -> Callable[[Floats], tuple[float, Floats]]:
    """The penalised negative log-likelihood of the right alternatives, and its gradient."""
    features: list[int] = []  # of all alternatives, one after the other
    owners: list[int] = []  # the alternative that has each of them
    right: list[bool] = []
    starts: list[int] = []  # the first alternative of each decision
    for alternatives, good in decisions:
        starts.append(len(right))
        for (label, names), is_right in zip(alternatives, good, strict=True):
            known = [index[label, name] for name in names if (label, name) in index]
            features += known
            owners += [len(right)] * len(known)
            right.append(is_right)
    ids, owner, good_mask, first = np.array(features), np.array(owners), np.array(right), np.array(starts)
    decision = np.repeat(np.arange(len(starts)), np.diff([*starts, len(right)]))

    def objective(weights: Floats) -> tuple[float, Floats]:
        scores = np.bincount(owner, weights[ids], len(good_mask))
        likely = np.exp(scores - np.maximum.reduceat(scores, first)[decision])
        total, hit = np.add.reduceat(likely, first), np.add.reduceat(likely * good_mask, first)
        excess = likely / total[decision] - likely * good_mask / hit[decision]
        gradient = np.bincount(ids, excess[owner], len(weights)) + penalty * weights
        return float(np.log(total / hit).sum() + 0.5 * penalty * weights @ weights), gradient

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
