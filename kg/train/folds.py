"""Taggers that have not seen what they read: what later steps learn from has the mistakes that they will meet."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from spacy.tokens import Doc

from kg.extract import load
from kg.train.corpus import rows

COUNT = 3
Annotated = Iterable[tuple[Doc, dict[str, Any]]]


def of(position: int) -> int:
    """The fold of the paper at a position in the annotations; the tagger of that fold has not seen it."""
    return position % COUNT


def read_back(
    folds: Path, annotations: Sequence[dict[str, Any]], texts: dict[str, str]
) -> Iterator[tuple[Doc, dict[str, Any]]]:
    """Each annotated paper, as the pipeline that learnt without it reads it, with its annotation; fold by fold.

    `folds` holds the weights of each fold in a folder named by its number.
    """
    for fold in range(COUNT):
        extractor = load(folds / str(fold))
        mine = [row for position, row in enumerate(annotations) if of(position) == fold]
        yield from zip(extractor.nlp.pipe(texts[row["id"]] for row in mine), mine, strict=True)


def annotated(corpus: Path, more: Path | None, abstracts: Path | None) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The annotations of a corpus and, where given, of further abstracts, in order; and the texts by id.

    The further ones name a device only where the same sentence does, so they teach nothing of that role.
    """
    annotations = [*rows(corpus / "train.ann.jsonl"), *(map(_without_devices, rows(more)) if more else ())]
    wanted = {row["id"] for row in annotations}
    sources = [corpus / "train.texts.jsonl", *([abstracts] if abstracts else [])]
    texts = {
        row["id"]: f"{row['title']}\n{row['abstract']}"
        for source in sources
        for row in rows(source)
        if row["id"] in wanted
    }
    return annotations, texts


def _without_devices(row: dict[str, Any]) -> dict[str, Any]:
    results = [{key: value for key, value in result.items() if key != "hardware"} for result in row["results"]]
    return {**row, "results": results}
