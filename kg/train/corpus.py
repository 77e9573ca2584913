"""Abstracts to learn from: annotated ones, and ones that a teacher labelled."""

import base64
import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.bio import TAGS, Floats, Ints, Name, encode
from kg.text import normalise

UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Example:
    """A tokenised abstract and what its tokens are.

    `targets`, shaped (tokens, len(TAGS)), holds a distribution over tags for each token, or zeros for a token of which
    nothing is known: no answer is right or wrong there.
    """

    doc: Doc
    targets: Floats

    @property
    def tags(self) -> Ints:
        """The most probable tag of each token, `UNKNOWN` where nothing is known."""
        return np.where(self.targets.any(axis=1), self.targets.argmax(axis=1), UNKNOWN)


@dataclass(frozen=True, slots=True)
class Mark:
    """A name of the type `label` as someone marked it: at `start`, or where that is None, wherever `surface` stands.

    What is not `firm` is borderline, and unknown to the learner.
    """

    surface: str
    label: str
    start: int | None = None
    firm: bool = True


def read_annotated(nlp: Language, texts: Path, annotations: Path) -> list[Example]:
    """Examples of a corpus annotated by surface strings. Raises KeyError for an annotation without text."""
    papers = {row["id"]: f"{normalise(row['title'])}\n{normalise(row['abstract'])}" for row in rows(texts)}
    pairs = ((nlp.make_doc(papers[row["id"]]), row["mentions"]) for row in rows(annotations))
    return [Example(doc, targets(doc, mentions)) for doc, mentions in pairs]


def targets(doc: Doc, mentions: Iterable[Sequence[str]]) -> Floats:
    """What (surface, type) and (surface, type, "?") tell of each token."""
    marks = (Mark(surface, kind, firm=not doubt) for surface, kind, *doubt in mentions)
    return lay(doc, marks).targets


@dataclass(frozen=True, slots=True)
class Laid:
    """What marks tell of the tokens of a text, and the marks that tell nothing.

    `misfits` begin or end within a token; `covered` ones lie in a longer name.
    """

    doc: Doc
    targets: Floats
    misfits: tuple[Mark, ...]
    covered: tuple[Mark, ...]


def lay(doc: Doc, marks: Iterable[Mark]) -> Laid:
    """Lay marks on tokens. Where they overlap, the longer one wins, and of two as long the one that comes first."""
    taken = np.zeros(len(doc), dtype=bool)
    unknown = np.zeros(len(doc), dtype=bool)
    names: list[Name] = []
    misfits, covered = [], []
    for mark in sorted(marks, key=lambda mark: -len(mark.surface)):
        places = list(_places(doc, mark))
        before = len(names), unknown.sum()
        for start, end in places:
            if not taken[start:end].any():
                taken[start:end] = True
                if mark.firm:
                    names.append(Name(start, end, mark.label))
                else:
                    unknown[start:end] = True
        if not places:
            misfits.append(mark)
        elif before == (len(names), unknown.sum()):
            covered.append(mark)
    one_hot = np.eye(len(TAGS), dtype=np.float32)[encode(names, len(doc))]
    one_hot[unknown] = 0.0
    return Laid(doc, one_hot, tuple(misfits), tuple(covered))


def _places(doc: Doc, mark: Mark) -> Iterator[tuple[int, int]]:
    """Token ranges of the marked name, where both its ends are ends of tokens."""
    at = doc.text.find(mark.surface) if mark.start is None else mark.start
    while at >= 0:
        span = doc.char_span(at, at + len(mark.surface))
        if span is not None and span.text == mark.surface:
            yield span.start, span.end
        at = doc.text.find(mark.surface, at + 1) if mark.start is None else -1


def write_silver(path: Path, labelled: Iterable[tuple[str, Floats]]) -> None:
    """Write (text, tag probabilities) as gzipped JSON Lines, each probability in a byte."""
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as out:
        for text, probabilities in labelled:
            packed = base64.b64encode(np.rint(probabilities * 255).astype(np.uint8).tobytes()).decode("ascii")
            print(json.dumps({"text": text, "probabilities": packed}, ensure_ascii=False), file=out)


def read_silver(nlp: Language, path: Path) -> list[Example]:
    """Examples that `write_silver` wrote. Raises ValueError where the tokenizer has changed since."""
    examples = []
    for row in rows(path):
        doc = nlp.make_doc(row["text"])
        packed = np.frombuffer(base64.b64decode(row["probabilities"]), dtype=np.uint8)
        if packed.size != len(doc) * len(TAGS):
            raise ValueError(f"{path}: labels of other tokens than {doc.text[:40]!r} has now; label it again")
        shares = packed.reshape(len(doc), len(TAGS)).astype(np.float32)
        examples.append(Example(doc, shares / shares.sum(axis=1, keepdims=True)))
    return examples


def titles(corpus: Path) -> frozenset[str]:
    """The folded titles of a corpus's train and dev."""
    return frozenset(fold(row["title"]) for part in ("train", "dev") for row in rows(corpus / f"{part}.texts.jsonl"))


def fold(title: str) -> str:
    """Without case, punctuation and spaces, so that two listings of one paper agree."""
    return "".join(filter(str.isalnum, title.casefold()))


def rows(path: Path) -> Iterator[dict[str, Any]]:
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in filter(str.strip, lines):
            yield json.loads(line)
