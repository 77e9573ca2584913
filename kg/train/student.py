"""The student: the network that ships, trained on annotated abstracts and on a teacher's labels for many more."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.vectors import Vectors
from thinc.api import Adam, fix_random_seed, set_dropout_rate

from kg.extract.bio import Floats, Name, decode
from kg.extract.neural import Network
from kg.extract.tagger import Tagger, surest
from kg.extract.tokenizer import blank
from kg.model import TYPES
from kg.progress import Progress, silent
from kg.score import Score
from kg.train import folds
from kg.train.corpus import Example, read_annotated, read_silver
from kg.train.measure import GoldPaper, judged, measure, read_gold
from kg.train.vectors import read_vectors

logger = logging.getLogger(__name__)

SHAPE: dict[str, Any] = {"width": 96, "depth": 4, "pieces": 2, "rows": 5000}
SPACY = ">=3.8.18,<4.0.0"  # what the weights are tested with: the range of pyproject.toml
EAGERNESS = (0.0, 1.0, 2.0, 3.0)  # what is tried on dev
THRESHOLDS = tuple(step / 20 for step in range(6, 17))


def train(
    corpus: Path,
    output: Path,
    *,
    annotations: Path | None = None,
    abstracts: Path | None = None,
    silver: Path | None = None,
    vectors: Path | None = None,
    start: Path | None = None,
    epochs: int = 6,
    rate: float = 2e-3,
    dropout: float = 0.3,
    seed: int = 0,
    fold: int | None = None,
) -> Score:
    """Train the shipped weights into the folder `output`; returns their score on the development abstracts.

    `corpus` holds train.texts.jsonl, train.ann.jsonl and dev.gold.jsonl; dev decides only how the network's answers are
    read: eagerness, threshold and calibration.
    `annotations` is a further file of annotations, whose texts `abstracts` has under the same ids.
    `silver` is a file of labels (`kg.train.corpus.write_silver`), `vectors` one of word vectors (`kg.train.vectors`),
    `start` a folder of weights of the same shape to go on from. The annotated papers of `fold` are left out.
    """
    nlp = blank()
    if vectors:
        nlp.vocab.vectors = read_vectors(vectors)
    length = nlp.vocab.vectors.shape[1] if vectors else 0
    gold = read_annotated(nlp, corpus / "train.texts.jsonl", corpus / "train.ann.jsonl")
    if annotations and abstracts:
        gold += read_annotated(nlp, abstracts, annotations)
    gold = [example for position, example in enumerate(gold) if folds.of(position) != fold]
    taught = read_silver(nlp, silver) if silver else []
    tagger = Tagger(nlp, "tagger", **SHAPE, vectors=length)
    begun = _tagger_of(spacy.load(start)).to_bytes() if start else None
    fit(tagger.network, [*taught, *gold], start=begun, epochs=epochs, rate=rate, dropout=dropout, seed=seed)
    score = tune(nlp, tagger, read_gold(corpus / "dev.gold.jsonl"))
    save(nlp, tagger, {**SHAPE, "vectors": length}, output)
    return score


def fit(
    network: Network,
    examples: Sequence[Example],
    *,
    start: bytes | None = None,
    epochs: int,
    batch_size: int = 8,
    rate: float = 2e-3,
    dropout: float = 0.3,
    seed: int = 0,
    progress: Progress = silent,
) -> None:
    """Train `network` in place, from `start` or anew.

    The learning rate rises over the first twentieth of the steps and then falls to 0.
    """
    fix_random_seed(seed)
    rng = np.random.default_rng(seed)
    network.initialize()
    if start:
        network.from_bytes(start)
    set_dropout_rate(network, dropout)
    optimizer = Adam(rate, L2=0.01, L2_is_weight_decay=True, grad_clip=1.0)
    steps, step = epochs * -(-len(examples) // batch_size), 0
    for epoch in range(epochs):
        loss = 0.0
        order = rng.permutation(len(examples))
        batches = np.split(order, range(batch_size, len(order), batch_size))
        for chosen in progress(batches, what=f"epoch {epoch + 1} of {epochs}", total=len(batches)):
            batch = [examples[at] for at in chosen]
            step += 1
            optimizer.learn_rate = rate * min(20 * step / steps, 1 - step / (steps + 1))
            guesses, backprop = network.begin_update([example.doc for example in batch])
            backprop(_gradients(guesses, batch))
            network.finish_update(optimizer)
            loss += _cross_entropy(guesses, batch)
        logger.info("epoch %d of %d: loss %.4f", epoch + 1, epochs, loss / len(examples))


def _gradients(guesses: Sequence[Floats], batch: Sequence[Example]) -> list[Floats]:
    """Of the cross-entropy, with respect to the softmax's input; none for tokens of which nothing is known."""
    known = [example.targets.any(axis=1, keepdims=True).astype(np.float32) for example in batch]
    total = np.float32(max(1, sum(mask.sum() for mask in known)))
    return [(guess - e.targets) * mask / total for guess, e, mask in zip(guesses, batch, known, strict=True)]


def _cross_entropy(guesses: Sequence[Floats], batch: Sequence[Example]) -> float:
    return sum(
        float(-(example.targets * np.log(guess + 1e-8)).sum()) / max(1, len(guess))
        for guess, example in zip(guesses, batch, strict=True)
    )


def tune(nlp: Language, tagger: Tagger, gold: Sequence[GoldPaper], types: Collection[str] = TYPES) -> Score:
    """Set the eagerness and threshold of `tagger` to those that score best on `gold`, and calibrate it there.

    Names of other types than `types` do not count.
    """
    docs = [nlp.make_doc(paper.text) for paper in gold]
    shares = tagger.network.predict(docs)
    best = Score(0.0, 0.0)
    for eagerness in EAGERNESS:
        found = of_types(types, decode(shares, eagerness=eagerness))
        for threshold in THRESHOLDS:
            names = (surest(doc, some, threshold) for doc, some in zip(docs, found, strict=True))
            score = measure(gold, docs, names)
            if score.f1 > best.f1:
                best, tagger.eagerness, tagger.threshold = score, eagerness, threshold
    found = of_types(types, decode(shares, eagerness=tagger.eagerness))
    tagger.slope, tagger.offset = calibrate(*judged(gold, docs, found))
    return best


def of_types(types: Collection[str], found: Iterable[Iterable[Name]]) -> list[list[Name]]:
    return [[name for name in names if name.kind in types] for names in found]


def calibrate(scores: Floats, right: Floats) -> tuple[float, float]:
    """The slope and offset that turn the log-odds of `scores` into those of being `right` (a logistic regression)."""
    inner = np.clip(scores.astype(np.float64), 1e-6, 1 - 1e-6)
    inputs = np.stack([np.log(inner / (1 - inner)), np.ones(len(inner))], axis=1)
    weights = start = np.array([1.0, 0.0])
    for _ in range(20):  # of Newton's method, with one example's worth of belief that the scores are right as they are
        chances = 1 / (1 + np.exp(-inputs @ weights))
        slopes = inputs.T @ (right - chances) - (weights - start)
        curvature = (inputs * (chances * (1 - chances))[:, None]).T @ inputs + np.eye(2)
        weights = weights + np.linalg.solve(curvature, slopes)
    return float(weights[0]), float(weights[1])


def save(
    nlp: Language,
    tagger: Tagger,
    shape: Mapping[str, int],
    output: Path,
    meta: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Write a pipeline of tokenizer and `tagger`, whose network has that `shape`, without the words it has seen.

    `meta` is what its meta.json should tell beside or instead of what that of the shipped one does.
    """
    fresh = blank()
    known = nlp.vocab.vectors
    keys = np.array(sorted(known.key2row, key=known.key2row.__getitem__), dtype=np.uint64)
    fresh.vocab.vectors = Vectors(data=known.data[[known.key2row[key] for key in keys]], keys=keys, name=known.name)
    tuned = {setting: getattr(tagger, setting) for setting in ("eagerness", "threshold", "slope", "offset", "judged")}
    fresh.add_pipe("kg_tagger", config={**shape, **tuned})
    _tagger_of(fresh).from_bytes(tagger.to_bytes())
    fresh.meta.update(
        spacy_version=SPACY, name="names", description="Names in abstracts of research papers", license="MIT"
    )
    fresh.meta.update(meta)
    fresh.to_disk(output)


def probabilities(pipeline: Language, texts: Sequence[str]) -> list[Floats]:
    """What a trained pipeline thinks of each token of `texts`: tag probabilities, shaped (tokens, len(TAGS))."""
    return _tagger_of(pipeline).network.predict([pipeline.make_doc(text) for text in texts])


def _tagger_of(pipeline: Language) -> Tagger:
    tagger = pipeline.get_pipe("kg_tagger")
    assert isinstance(tagger, Tagger)
    return tagger
