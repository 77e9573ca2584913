"""The pipeline: one trained component, or another spaCy pipeline in its place, then rules."""

import json
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import spacy
from spacy.language import Language
from spacy.util import get_package_path, is_package
from thinc.api import get_current_ops

from kg.errors import ModelError
from kg.extract import components, tokenizer  # noqa: F401  # the weights name the tokenizer
from kg.extract.tagger import GROUP, Tagger
from kg.files import PACKAGE, hashed
from kg.model import Extraction, Paper

WEIGHTS = Path(__file__).parent / "weights"
_BATCH = 64
_DOUBTFUL = 0.12  # what the tagger is as sure of as this is for `kg.extract.judging` to decide
_NO_LABELS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Extractor:
    """A loaded pipeline.

    `digest` is the SHA-256 of its files and, where labels are mapped, of the mapping. `name` is "" for the shipped one.
    `warnings` are what spaCy said against it, a line each.
    """

    nlp: Language
    digest: str
    name: str = ""
    warnings: tuple[str, ...] = ()

    def extract(self, papers: Iterable[Paper]) -> Iterator[Extraction]:
        """One extraction a paper, in order; what it says depends on that paper alone.

        Raises ModelError when the pipeline's tokens do not spell the text.
        """
        pairs = ((paper.text, paper) for paper in papers)
        for doc, paper in self.nlp.pipe(pairs, as_tuples=True, batch_size=_BATCH):
            if doc._.source != paper.text:
                raise ModelError(f"{self.name}: its tokenizer changes the text, so that no offset would be right")
            yield Extraction(
                paper,
                doc._.mentions,
                doc._.results,
                doc._.quantities,
                doc._.abbreviations,
                doc._.ignored,
            )


def load(pipeline: str | Path = WEIGHTS, *, labels: Mapping[str, str] = _NO_LABELS) -> Extractor:
    """The shipped pipeline, or any spaCy pipeline in place of its tagger: a folder, or the name of an installed one.

    Its entities and span groups are taken for names; the rules are the same. `labels` maps its labels to types, or to
    "" to leave them out. Raises ModelError when there is no such pipeline, or it cannot be loaded.
    """
    place = _place(pipeline)
    ops = get_current_ops()
    if hasattr(ops, "use_blis"):
        ops.use_blis = False  # numpy's own matrix product is about three times as fast for matrices this small
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            nlp = spacy.load(place)
            for name in components.RULES:
                nlp.add_pipe(name)
        except (ImportError, KeyError, OSError, TypeError, ValueError) as error:
            raise ModelError(f"{pipeline}: cannot be loaded: {_line(error)}") from error
    nlp.max_length = 10**8  # the limit guards parsers that need much memory; ours does not
    candidates = _candidates(nlp)
    candidates.labels = labels
    for _, component in nlp.pipeline:
        if isinstance(component, Tagger) and component.judged:
            component.threshold = min(component.threshold, _DOUBTFUL)
            candidates.source = GROUP
    return Extractor(
        nlp,
        _digest(nlp.path, labels),
        "" if place == WEIGHTS else f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}",
        tuple(f"{pipeline}: {_line(warning.message)}" for warning in caught if warning.category is UserWarning),
    )


def _place(pipeline: str | Path) -> str | Path:
    """What spaCy can load: a folder, else the name of a package."""
    folder = Path(pipeline)
    if folder.is_dir():
        if not (folder / "config.cfg").is_file():
            raise ModelError(f"{pipeline}: no spaCy pipeline there (no config.cfg)")
        return folder
    name = str(pipeline)
    if not is_package(name):
        raise ModelError(f"{pipeline}: neither a folder nor an installed spaCy pipeline")
    if not (get_package_path(name) / "meta.json").is_file():
        raise ModelError(f"{pipeline}: installed, but no spaCy pipeline")
    return name


def _candidates(nlp: Language) -> components.Candidates:
    component = nlp.get_pipe("kg_candidates")
    assert isinstance(component, components.Candidates)
    return component


def _line(message: Warning | Exception | str) -> str:
    """The first sentence of what spaCy says, without its code."""
    told = " ".join(str(message).split())
    return re.sub(r"^\[[EW]\d+\] ", "", told).split(". ")[0]


@cache
def rules_digest() -> str:
    """The SHA-256 of the words and learnt weights with which any pipeline's names are judged and results are read."""
    data = PACKAGE / "data"
    return hashed(data, [*data.glob("*.tsv"), *data.glob("choices/*.tsv")]).hexdigest()


def _digest(folder: Path, labels: Mapping[str, str]) -> str:
    digest = hashed(folder, [path for path in folder.rglob("*") if path.is_file()])
    if labels:
        digest.update(json.dumps(sorted(labels.items())).encode())
    return digest.hexdigest()
