"""JSON Lines: one object a line with `title` and `abstract`, and more where it is known.

    {"id": "2504.14960", "title": "...", "abstract": "...", "authors": ["...", {"name": "..."}], "date": "2025-04-21",
     "url": "https://...", "categories": ["cs.LG"], "doi": "10...", "arxiv_id": "...", "author_count": 18, "upvotes": 3}

Other keys are ignored. An `id` or `url` that is an arXiv id or a DOI, or links to one, counts as such.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kg.model import Paper, Reject
from kg.names import paper_key
from kg.read import fields
from kg.read.source import Source, bad_byte

_OPENING = re.compile(r'\{\s*["}]')
_CATEGORIES = re.compile(r"[a-z-]+(\.[A-Za-z-]+)?(\s+[a-z-]+(\.[A-Za-z-]+)?)*")  # arXiv's: "cs.LG stat.ML"


def recognise(head: str) -> bool:
    """An object begins the file, or stands on a line of its own (after a broken one)."""
    lines = head.lstrip("\ufeff \t\r\n").splitlines()
    return bool(lines) and (
        bool(_OPENING.match(lines[0])) or any(line.startswith("{") and _is_object(line) for line in lines)
    )


def _is_object(line: str) -> bool:
    return isinstance(_loaded(line), dict)


def _loaded(line: str) -> object:
    """The value of a line, or a ValueError that tells what is wrong with it."""
    try:
        return json.loads(line, strict=False)  # a raw tab or NUL in a string is wrong, but harms nothing
    except json.JSONDecodeError as error:
        return ValueError(f"broken JSON: {error.msg.removesuffix(' at')} at column {error.colno}")
    except RecursionError:
        return ValueError("broken JSON: nested too deeply")
    except ValueError as error:  # an integer of thousands of digits
        return ValueError(f"broken JSON: {error}")


def parse(source: Source) -> Iterator[Paper | Reject]:
    for row in objects(source):
        if isinstance(row, Reject):
            yield row
            continue
        paper = _paper(row.value)
        yield source.reject(row.line, paper, row.written) if isinstance(paper, str) else paper


@dataclass(frozen=True, slots=True)
class Row:
    """A JSON object: the number of its line, what is written there, and its content."""

    line: int
    written: str
    value: Mapping[str, Any]


def objects(source: Source) -> Iterator[Row | Reject]:
    """The object of each line that is not empty, or why the line holds none."""
    for line in source.lines():
        written = line.text.strip("\ufeff \t\r\n")
        if not written and not line.fault:
            continue
        if fault := line.fault or bad_byte(written):
            yield source.reject(line.number, fault, written)
            continue
        value = _loaded(written)
        if isinstance(value, dict):
            yield Row(line.number, written, value)
        else:
            reason = str(value) if isinstance(value, ValueError) else "not a JSON object"
            yield source.reject(line.number, reason, written)


def _paper(record: Mapping[str, object]) -> Paper | str:
    """The paper, or why the record is none."""
    title, abstract = fields.text(record.get("title")), fields.text(record.get("abstract"))
    missing = [name for name, value in (("title", title), ("abstract", abstract)) if not value]
    if missing:
        return f"no {' and no '.join(missing)}"
    id_, link, doi = record.get("id"), record.get("url"), record.get("doi")
    arxiv_id = fields.first(fields.arxiv_id, record.get("arxiv_id"), id_, link, doi)
    doi = fields.first(fields.doi, doi, id_, link)
    authors = _authors(record.get("authors"))
    return Paper(
        key=paper_key(title, abstract, arxiv_id=arxiv_id, doi=doi),
        title=title,
        abstract=abstract,
        date=fields.date(record.get("date")),
        authors=authors,
        author_count=len(authors) or fields.count(record.get("author_count", record.get("authors"))),
        upvotes=fields.count(record.get("upvotes")),
        arxiv_id=arxiv_id,
        doi=doi,
        url=fields.first(fields.url, link, id_),
        categories=_categories(record.get("categories")),
    )


def _authors(value: object) -> tuple[str, ...]:
    """Names in order; the objects of a list hold them under `name`. A string is split at semicolons only."""
    if isinstance(value, str) and fields.count(value) is None:
        value = value.split(";")
    names = (item.get("name") if isinstance(item, dict) else item for item in value) if isinstance(value, list) else ()
    return tuple(name for item in names if (name := fields.text(item)))


def _categories(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split() if _CATEGORIES.fullmatch(value.strip()) else re.split("[,;]", value)
    names = map(fields.text, value) if isinstance(value, list) else ()
    return tuple(dict.fromkeys(name for name in names if name))
