"""The network behind the tagger: what a word looks like, then what stands around it, then a distribution over tags."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from threading import Lock
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import ORTH
from spacy.ml.models.tok2vec import MaxoutWindowEncoder
from spacy.strings import get_string_id
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab
from thinc.api import HashEmbed, Linear, Maxout, Model, Softmax_v2, chain, concatenate, noop, with_array

from kg.extract.bio import TAGS, Floats

Text = Doc | Span
Network = Model[Sequence[Text], list[Floats]]

FEATURES = 4
_SEEN_WORDS = 100_000
_KNOWN_WORDS = 1 << 15  # whose looks a predictor keeps: 12 MB


def build(*, width: int, depth: int, pieces: int, rows: int, vectors: int) -> Network:
    """Documents, or spans of them, to tag probabilities, each shaped (tokens, len(TAGS)).

    A word has hashed embeddings of its spelling, beginning, end and shape, in tables of `rows`, and the vector of
    length `vectors` that the vocabulary holds for it (0 for none). A token sees `depth` neighbours on each side.
    """
    tables: list[Model[Any, Any]] = [
        HashEmbed(width, rows, column=column, seed=column + 1) for column in range(FEATURES)
    ]
    static: Model[Any, Any] = Linear(width, vectors) if vectors else noop()
    mix = Maxout(width, width * (FEATURES + bool(vectors)), nP=3, normalize=True)
    encode: Model[Any, Any] = MaxoutWindowEncoder(width, window_size=1, maxout_pieces=pieces, depth=depth)
    return chain(by_word(concatenate(*tables), static, mix), encode, with_array(Softmax_v2(len(TAGS), width)))


class Predictor:
    """What `network.predict` tells, to rounding, in half of its time: nothing is kept for training, and what a word
    looks like is worked out once, however many texts have it. The network must not change any more.
    """

    def __init__(self, network: Network) -> None:
        embed, encode, self._output = cast(Sequence[Any], network.layers)
        self._hashed, self._static, mix = embed.layers
        [self._mix] = _maxouts(mix)
        self._encode = list(_maxouts(encode))
        self._depth = sum(node.name == "expand_window" for node in encode.walk())
        self._lock = Lock()  # of the rows
        self._row: dict[int, int] = {}  # of a word in the table
        self._table: Floats = np.empty((_KNOWN_WORDS, mix.get_dim("nO")), dtype=np.float32)

    def __call__(self, docs: Sequence[Text]) -> list[Floats]:
        margin = np.zeros((self._depth, self._table.shape[1]), dtype=np.float32)
        here = np.concatenate([margin, *(rows for words in self._words(docs) for rows in (words, margin))])
        window = np.zeros((len(here), 3 * here.shape[1]), dtype=np.float32)
        before, at, after = np.split(window, 3, axis=1)
        for maxout in self._encode:
            before[1:], at[:], after[:-1] = here[:-1], here, here[1:]
            here += maxout(window)
        ends = np.cumsum([len(doc) + self._depth for doc in docs])
        starts = [end - len(doc) for end, doc in zip(ends.tolist(), docs, strict=True)]
        shares: list[Floats] = self._output.predict(
            [here[start:end] for start, end in zip(starts, ends.tolist(), strict=True)]
        )
        return shares

    def _words(self, docs: Sequence[Text]) -> list[Floats]:
        """What the words of each document look like."""
        words, place = _distinct(docs)
        with self._lock:
            self._look_at(docs[0].vocab, words)
            rows = np.array([self._row[word] for word in words.tolist()], dtype=np.intp)
            return _by_document(self._table[rows[place]], docs)

    def _look_at(self, vocab: Vocab, words: NDArray[np.uint64]) -> None:
        """Have a row in the table for each word."""
        new = words[[word not in self._row for word in words.tolist()]]
        if len(self._row) + len(new) > _KNOWN_WORDS:
            self._row.clear()
            new = words
        if new.size:
            features, vectors = read_words(vocab, new)
            both = np.hstack([self._hashed.predict(features), self._static.predict(vectors)])
            rows = range(len(self._row), len(self._row) + len(new))
            self._table[rows.start : rows.stop] = self._mix(both)
            self._row.update(zip(new.tolist(), rows, strict=True))


class _Maxout:
    """A maxout layer and the one that normalises what it gives, as they are when this is made."""

    def __init__(self, maxout: Model[Any, Any], norm: Model[Any, Any]) -> None:
        weights: Any = maxout.get_param("W")
        biases: Any = maxout.get_param("b")
        self._pieces = [(np.ascontiguousarray(weights[:, at].T), biases[:, at].copy()) for at in range(biases.shape[1])]
        gain: Any = norm.get_param("G")
        shift: Any = norm.get_param("b")
        self._gain, self._shift = gain.copy(), shift.copy()

    def __call__(self, inputs: Floats) -> Floats:
        (weights, bias), *others = self._pieces
        best: Floats = inputs @ weights + bias
        for weights, bias in others:
            np.maximum(best, inputs @ weights + bias, out=best)
        best -= best.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", best, best) / np.float32(best.shape[1])
        best *= (1 / np.sqrt(variance + np.float32(1e-8)))[:, None]
        best *= self._gain
        best += self._shift
        return best


def _maxouts(model: Model[Any, Any]) -> Iterator[_Maxout]:
    """The maxout layers within a model."""
    named = {name: [node for node in model.walk() if node.name == name] for name in ("maxout", "layernorm")}
    return map(_Maxout, named["maxout"], named["layernorm"])


def by_word(hashed: Model[Any, Any], static: Model[Any, Any], mix: Model[Any, Any]) -> Network:
    """Embed each distinct word of a batch once: `hashed` reads its features, `static` its vector, and `mix` both."""
    return Model("by_word", _forward, init=_initialize, layers=[hashed, static, mix])


def _forward(
    model: Network, docs: Sequence[Text], is_train: bool
) -> tuple[list[Floats], Callable[[list[Floats]], Sequence[Text]]]:
    ops: Any = model.ops
    hashed, static, mix = model.layers
    words, place = _distinct(docs)
    features, vectors = read_words(docs[0].vocab, words)
    left, back_left = hashed(features, is_train)
    right, back_right = static(vectors, is_train)
    both = np.hstack([left, right])
    mixed, back_mixed = mix(both, is_train)

    def backprop(gradients: list[Floats]) -> Sequence[Text]:
        gradient = np.zeros_like(mixed)
        ops.scatter_add(gradient, place.astype(np.int32), np.concatenate(gradients))
        both = back_mixed(gradient)
        back_left(np.ascontiguousarray(both[:, : left.shape[1]]))
        back_right(np.ascontiguousarray(both[:, left.shape[1] :]))
        return docs

    return _by_document(mixed[place], docs), backprop


def _distinct(docs: Sequence[Text]) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
    """The words of a batch, and for each of its tokens the place of its word among them."""
    orths = [doc.to_array([ORTH]).ravel() for doc in docs]  # type: ignore[union-attr]  # the stub of Span lacks it
    return np.unique(np.concatenate(orths), return_inverse=True)


def _by_document(rows: Floats, docs: Sequence[Text]) -> list[Floats]:
    return np.split(rows, np.cumsum([len(doc) for doc in docs])[:-1])


def _initialize(model: Network, **_samples: object) -> None:
    for layer in model.layers:
        layer.initialize()


def read_words(vocab: Vocab, words: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], Floats]:
    """Features of words, shaped (words, FEATURES), and their vectors, zeros where the vocabulary has none."""
    features = np.array([features_of(vocab.strings[word]) for word in words.tolist()], dtype=np.uint64)
    features = features.reshape(-1, FEATURES)
    if not vocab.vectors.size:
        return features, np.zeros((len(words), 0), dtype=np.float32)
    rows = vocab.vectors.find(keys=features[:, 0])
    vectors = vocab.vectors.data[rows].astype(np.float32)
    vectors[rows < 0] = 0.0
    return features, vectors


@lru_cache(_SEEN_WORDS)
def features_of(word: str) -> tuple[int, ...]:
    """Hashes of the word without case, of its first three characters, its last four and its shape."""
    lower = word.lower()
    parts = (lower, f"^{word[:3]}", f"{lower[-4:]}$", f"~{shape_of(word)}")
    return tuple(map(get_string_id, parts))


def shape_of(word: str) -> str:
    """`ImageNet-1K` has the shape `XxxXxx-dX`: runs of letters are cut at two, of anything else at one."""
    shape = ""
    for character in word[:32]:
        kind = "X" if character.isupper() else "x" if character.isalpha() else "d" if character.isdigit() else character
        if not shape.endswith(kind * 2 if kind in "Xx" else kind):
            shape += kind
    return shape
