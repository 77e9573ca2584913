"""The pipeline: one trained component, then rules."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import spacy
from spacy.language import Language
from thinc.api import get_current_ops

from kg.errors import ModelError
from kg.extract import components, tokenizer  # noqa: F401  # the weights name the tokenizer
from kg.model import Extraction, Paper

WEIGHTS = Path(__file__).parent / "weights"
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Extractor:
    """A loaded pipeline; `digest` is the SHA-256 of its weights."""

    nlp: Language
    digest: str

    def extract(self, papers: Iterable[Paper], *, min_score: float = 0.0) -> Iterator[Extraction]:
        """One extraction a paper, in order; mentions and results under `min_score` are left out."""
        pairs = ((paper.text, paper) for paper in papers)
        for doc, paper in self.nlp.pipe(pairs, as_tuples=True, batch_size=_BATCH):
            yield Extraction(
                paper,
                tuple(mention for mention in doc._.mentions if mention.score >= min_score),
                tuple(result for result in doc._.results if result.score >= min_score),
                doc._.quantities,
                doc._.abbreviations,
            )


def load(weights: Path = WEIGHTS) -> Extractor:
    """The shipped pipeline, or one trained with the same labels; ModelError when `weights` holds none."""
    if not (weights / "config.cfg").is_file():
        raise ModelError(f"{weights}: no trained pipeline there")
    ops = get_current_ops()
    if hasattr(ops, "use_blis"):
        ops.use_blis = False  # numpy's own matrix product is about three times as fast for matrices this small
    nlp = spacy.load(weights)
    nlp.max_length = 10**8  # the limit guards parsers that need much memory; nothing here does
    for name in components.RULES:
        nlp.add_pipe(name)
    return Extractor(nlp, _digest(weights))


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
