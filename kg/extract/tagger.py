"""The one trained component: it finds names, types them, and says how sure it is."""
# ruff: noqa: ARG002  # spaCy tells components more than this one needs

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import LOWER, SPACY
from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from kg.extract.bio import Name, decode
from kg.extract.neural import Predictor, Text, build

GROUP = "names"
WINDOW = 2_000  # tokens; the longest abstracts have 600
_TOGETHER = 16  # windows in one pass through the network: more are slower, as they leave the processor's cache
_MOST_TOKENS = 20_000  # in one pass: its memory grows with them
_FILE = "network"


@Language.factory(
    "kg_tagger",
    assigns=["doc.spans"],
    default_config={
        "width": 96,
        "depth": 4,
        "pieces": 2,
        "rows": 5000,
        "vectors": 0,
        "eagerness": 0.0,
        "threshold": 0.0,
        "slope": 1.0,
        "offset": 0.0,
        "judged": True,
    },
)
class Tagger:
    """Leaves what it finds in `doc.spans["names"]`: spans of the seven types that do not overlap.

    Names are decoded with `eagerness` (`kg.extract.bio.decode`), and then kept if a mention of the same name in the
    document scores `threshold` or more. `attrs["scores"]` of the group holds the probability of each span: its score,
    whose log-odds are multiplied by `slope` and moved by `offset`, since networks are surer than they are right.
    `judged` tells whether `kg.extract.judging` learnt from what this tagger finds, and so may overrule it.
    The other settings are the network's (`kg.extract.neural.build`).
    """

    def __init__(
        self,
        nlp: Language,
        name: str,
        *,
        width: int,
        depth: int,
        pieces: int,
        rows: int,
        vectors: int = 0,
        eagerness: float = 0.0,
        threshold: float = 0.0,
        slope: float = 1.0,
        offset: float = 0.0,
        judged: bool = True,
    ) -> None:
        self.name = name
        self.eagerness = eagerness
        self.threshold = threshold
        self.slope = slope
        self.offset = offset
        self.judged = judged
        self.network = build(width=width, depth=depth, pieces=pieces, rows=rows, vectors=vectors)

    @cached_property
    def _predictor(self) -> Predictor:
        return Predictor(self.network)

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        waiting = iter(docs)
        while batch := list(islice(waiting, min(batch_size, 64))):
            for doc, names in zip(batch, self._find(batch), strict=True):
                doc.spans[GROUP] = self._as_spans(doc, surest(doc, names, self.threshold))
                yield doc

    def _find(self, docs: list[Doc]) -> Iterator[list[Name]]:
        """The names in each document, which is read in windows: memory is bounded, however long it is."""
        starts = [range(0, len(doc), WINDOW) for doc in docs]
        windows: list[Text] = [
            doc
            if len(doc) <= WINDOW
            else doc[at : at + WINDOW]  # of a document its words are had faster than of a span
            for doc, here in zip(docs, starts, strict=True)
            for at in here
        ]
        shares = [shares for together in _passes(windows) for shares in self._predictor(together)]
        found = iter(decode(shares, eagerness=self.eagerness))
        for here in starts:
            yield [
                name if at == 0 else replace(name, start=name.start + at, end=name.end + at)
                for at, names in zip(here, found, strict=False)
                for name in names
            ]

    def _as_spans(self, doc: Doc, names: Sequence[Name]) -> SpanGroup:
        spans = [Span(doc, name.start, name.end, label=name.kind) for name in names]
        scores = calibrated(np.array([name.score for name in names]), self.slope, self.offset)
        return SpanGroup(doc, name=GROUP, attrs={"scores": scores.tolist()}, spans=spans)

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        return self.network.to_bytes()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> "Tagger":
        self.network.from_bytes(data)
        self.__dict__.pop("_predictor", None)
        return self

    def to_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> None:
        path.mkdir(parents=True, exist_ok=True)
        (path / _FILE).write_bytes(self.to_bytes())

    def from_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> "Tagger":
        return self.from_bytes((path / _FILE).read_bytes())


def _passes(windows: Iterable[Text]) -> Iterator[list[Text]]:
    """The windows in the groups that go through the network together."""
    together: list[Text] = []
    tokens = 0
    for window in windows:
        if len(together) == _TOGETHER or (together and tokens + len(window) > _MOST_TOKENS):
            yield together
            together, tokens = [], 0
        together.append(window)
        tokens += len(window)
    if together:
        yield together


def surest(doc: Doc, names: Sequence[Name], threshold: float) -> list[Name]:
    """The names of which one mention in `doc`, in whatever case, scores `threshold` or more."""
    words, spaces = doc.to_array(LOWER), doc.to_array(SPACY)
    texts = [
        (words[name.start : name.end].tobytes(), spaces[name.start : name.end - 1].tobytes())  # faster than their text
        for name in names
    ]
    scores: dict[tuple[bytes, bytes], float] = {}
    for text, name in zip(texts, names, strict=True):
        scores[text] = max(name.score, scores.get(text, 0.0))
    return [name for text, name in zip(texts, names, strict=True) if scores[text] >= threshold]


def calibrated(scores: NDArray[np.float64], slope: float, offset: float) -> NDArray[np.float64]:
    """Probabilities: the log-odds of `scores` times `slope` plus `offset`."""
    inner = np.clip(scores, 1e-6, 1 - 1e-6)
    return 1 / (1 + np.exp(-slope * np.log(inner / (1 - inner)) - offset))
