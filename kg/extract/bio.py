"""Names as tags of tokens: `O`, `B-Method` (the first token of one), `I-Method` (a later one), for the seven types."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.model import TYPES

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

OUTSIDE = 0
TAGS = ("O", *(f"B-{kind}" for kind in TYPES), *(f"I-{kind}" for kind in TYPES))
_KINDS = len(TYPES)
_FIRST_INSIDE = 1 + _KINDS  # tags below it may follow any tag, those from it on only their own type
_METHODS = [kind in ("Method", "Model", "Software") for kind in TYPES]
_KIN = np.kron(np.eye(2), np.maximum(np.outer(_METHODS, _METHODS), np.eye(_KINDS))).astype(np.float32)
_FLOOR = 1e-8  # keeps logarithms finite


@dataclass(frozen=True, slots=True)
class Name:
    """Tokens `start` to `end` (exclusive) name something of `kind`; `score` is how sure that is, 0 to 1."""

    start: int
    end: int
    kind: str
    score: float = 1.0


def encode(names: Iterable[Name], length: int) -> Ints:
    """The tag of each of `length` tokens. Names must not overlap."""
    tags = np.full(length, OUTSIDE, dtype=np.int64)
    for name in names:
        kind = TYPES.index(name.kind)
        tags[name.start : name.end] = _FIRST_INSIDE + kind
        tags[name.start] = 1 + kind
    return tags


def decode(batch: Sequence[Floats], *, eagerness: float = 0.0) -> list[list[Name]]:
    """The most probable names of each document, given its tokens' tag probabilities, shaped (tokens, len(TAGS)).

    `eagerness` is added to the log-odds of every tag but O: above 0 it finds more and longer names.
    """
    return [_names(tags, shares) for tags, shares in zip(_viterbi(batch, eagerness), batch, strict=True)]


def _viterbi(batch: Sequence[Floats], eagerness: float) -> list[Ints]:
    """The best valid tag sequence of each document. All documents advance together, a token a step."""
    lengths = [len(document) for document in batch]
    steps = max(lengths, default=0)
    scores = np.zeros((steps, len(batch), len(TAGS)), dtype=np.float32)
    for column, document in enumerate(batch):
        scores[: len(document), column] = np.log(document + _FLOOR)
    scores[:, :, 1:] += eagerness
    back = np.zeros(scores.shape, dtype=np.int8)
    if steps:
        scores[0, :, _FIRST_INSIDE:] = -np.inf
    for step in range(1, steps):
        before = scores[step - 1]
        scores[step, :, :_FIRST_INSIDE] += before.max(axis=1, keepdims=True)
        back[step, :, :_FIRST_INSIDE] = before.argmax(axis=1, keepdims=True)
        begun, inside = before[:, 1:_FIRST_INSIDE], before[:, _FIRST_INSIDE:]
        scores[step, :, _FIRST_INSIDE:] += np.maximum(begun, inside)
        back[step, :, _FIRST_INSIDE:] = np.arange(_KINDS) + np.where(inside > begun, _FIRST_INSIDE, 1)
    return [_backtrack(scores[:length, column], back[:length, column]) for column, length in enumerate(lengths)]


def _backtrack(scores: Floats, back: NDArray[np.int8]) -> Ints:
    tags = np.zeros(len(scores), dtype=np.int64)
    if len(scores):
        tags[-1] = scores[-1].argmax()
    for step in range(len(scores) - 1, 0, -1):
        tags[step - 1] = back[step, tags[step]]
    return tags


def _names(tags: Ints, shares: Floats) -> list[Name]:
    """Runs of one B and its I's, scored by the geometric mean of their tags' shares.

    A model or a piece of software is a method too, so the share of their tags is that of the three together: which of
    the three it is may be in doubt where nobody doubts that it is one.
    """
    tagged = np.flatnonzero(tags != OUTSIDE)
    if not len(tagged):
        return []
    logs = np.log((shares[tagged, 1:] @ _KIN)[np.arange(len(tagged)), tags[tagged] - 1] + _FLOOR)
    first = np.flatnonzero(tags[tagged] < _FIRST_INSIDE)
    sizes = np.diff(np.append(first, len(tagged)))
    scores = np.exp(np.add.reduceat(logs, first) / sizes)
    return [
        Name(start, start + size, TYPES[tags[start] - 1], score)
        for start, size, score in zip(tagged[first].tolist(), sizes.tolist(), scores.tolist(), strict=True)
    ]
