"""The network behind the tagger: what a word looks like, then what stands around it, then a distribution over tags."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
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


def predict(network: Network, docs: Sequence[Text]) -> list[Floats]:
    """What `network.predict` tells, to rounding, in two thirds of its time: nothing is kept for training."""
    embed, encode, output = cast(Sequence[Any], network.layers)
    depth = sum(node.name == "expand_window" for node in encode.walk())
    margin = np.zeros((depth, embed.layers[-1].get_dim("nO")), dtype=np.float32)
    here = np.concatenate([margin, *(rows for words in embed.predict(docs) for rows in (words, margin))])
    window = np.zeros((len(here), 3 * here.shape[1]), dtype=np.float32)
    before, at, after = np.split(window, 3, axis=1)
    for maxout, norm in _maxouts(encode):
        before[1:], at[:], after[:-1] = here[:-1], here, here[1:]
        here += _maxout(maxout, norm, window)
    ends = np.cumsum([len(doc) + depth for doc in docs])
    starts = [end - len(doc) for end, doc in zip(ends.tolist(), docs, strict=True)]
    shares: list[Floats] = output.predict([here[start:end] for start, end in zip(starts, ends.tolist(), strict=True)])
    return shares


def _maxouts(model: Model[Any, Any]) -> Iterator[tuple[Model[Any, Any], Model[Any, Any]]]:
    """The maxout layers within a model, each with the layer that normalises what it gives."""
    named = {name: [node for node in model.walk() if node.name == name] for name in ("maxout", "layernorm")}
    return zip(named["maxout"], named["layernorm"], strict=True)


def _maxout(maxout: Model[Any, Any], norm: Model[Any, Any], inputs: Floats) -> Floats:
    weights: Any = maxout.get_param("W")
    bias: Any = maxout.get_param("b")
    gain: Any = norm.get_param("G")
    shift: Any = norm.get_param("b")
    pieces = [inputs @ np.ascontiguousarray(weights[:, piece].T) + bias[:, piece] for piece in range(bias.shape[1])]
    best: Floats = pieces[0]
    for piece in pieces[1:]:
        np.maximum(best, piece, out=best)
    best -= best.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", best, best) / np.float32(best.shape[1])
    best *= (1 / np.sqrt(variance + np.float32(1e-8)))[:, None]
    best *= gain
    best += shift
    return best


def by_word(hashed: Model[Any, Any], static: Model[Any, Any], mix: Model[Any, Any]) -> Network:
    """Embed each distinct word of a batch once: `hashed` reads its features, `static` its vector, and `mix` both."""
    return Model("by_word", _forward, init=_initialize, layers=[hashed, static, mix])


def _forward(
    model: Network, docs: Sequence[Text], is_train: bool
) -> tuple[list[Floats], Callable[[list[Floats]], Sequence[Text]]]:
    ops: Any = model.ops
    hashed, static, mix = model.layers
    orths = [doc.to_array([ORTH]).ravel() for doc in docs]  # type: ignore[union-attr]  # the stub of Span lacks it
    words, place = np.unique(np.concatenate(orths), return_inverse=True)
    features, vectors = read_words(docs[0].vocab, words)
    left, back_left = hashed(features, is_train)
    right, back_right = static(vectors, is_train)
    both = np.hstack([left, right])
    if not is_train:
        ((maxout, norm),) = _maxouts(mix)
        return _by_document(_maxout(maxout, norm, both)[place], docs), _no_way_back
    mixed, back_mixed = mix(both, is_train)

    def backprop(gradients: list[Floats]) -> Sequence[Text]:
        gradient = np.zeros_like(mixed)
        ops.scatter_add(gradient, place.astype(np.int32), np.concatenate(gradients))
        both = back_mixed(gradient)
        back_left(np.ascontiguousarray(both[:, : left.shape[1]]))
        back_right(np.ascontiguousarray(both[:, left.shape[1] :]))
        return docs

    return _by_document(mixed[place], docs), backprop


def _by_document(rows: Floats, docs: Sequence[Text]) -> list[Floats]:
    return np.split(rows, np.cumsum([len(doc) for doc in docs])[:-1])


def _no_way_back(_: list[Floats]) -> Sequence[Text]:
    raise RuntimeError("a prediction has no gradient")


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
