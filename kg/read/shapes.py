"""A paper out of a JSON object, in any of the shapes that papers have in JSON.

Our own:

    {"id": "2504.14960", "title": "...", "abstract": "...", "authors": ["...", {"name": "..."}], "date": "2025-04-21",
     "url": "https://...", "categories": ["cs.LG"], "doi": "10...", "arxiv_id": "...", "author_count": 18, "upvotes": 3}

Other keys are ignored. An `id` or `url` that is an arXiv id or a DOI, or links to one, counts as such. Each other shape
is told by its keys, record by record, and put into ours.
"""

import re
from collections.abc import Callable, Mapping
from email.utils import parsedate
from typing import Any

from kg.model import Paper
from kg.names import paper_key
from kg.read import fields, latex

_CATEGORIES = re.compile(r"[a-z-]+(\.[A-Za-z-]+)?(\s+[a-z-]+(\.[A-Za-z-]+)?)*")  # arXiv's: "cs.LG stat.ML"


_Record = Mapping[str, Any]


def paper(record: _Record) -> Paper | str:
    """The paper, or why the record is none."""
    record = _ours(record)
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


def _ours(record: _Record) -> _Record:
    inner = record.get("paper")
    record = inner if isinstance(inner, dict) and "title" in inner else record
    return next((shape(record) for keys, shape in _SHAPES.items() if not keys.isdisjoint(record)), record)


def _daily_paper(record: _Record) -> _Record:
    """What the API of daily papers says of one: the abstract is `summary`, the date is that of arXiv."""
    return {**record, "abstract": record.get("abstract") or record["summary"], "date": record.get("publishedAt")}


def _arxiv(record: _Record) -> _Record:
    """A line of arXiv's metadata: names in parts, the date in the first version, accents in LaTeX."""
    created = [_dict(version).get("created") for version in _list(record.get("versions"))[:1]]
    names = [
        fields.text(" ".join([*parts[1:2], parts[0], *parts[2:]]))
        for parts in map(_strings, _list(record["authors_parsed"]))
        if parts
    ]
    return {
        **record,
        "title": latex.accents(record.get("title")),
        "abstract": latex.accents(record.get("abstract")),
        "authors": names,
        "doi": fields.text(record.get("doi")).partition(" ")[0],
        "date": fields.first(fields.date, *map(_day, created), record.get("update_date")),
    }


def _day(value: object) -> str:
    """The date of `Mon, 2 Apr 2007 19:18:42 GMT`."""
    parts = parsedate(value) if isinstance(value, str) else None
    return "-".join(f"{part:02}" for part in parts[:3]) if parts else ""


def _dict(value: object) -> _Record:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _strings(value: object) -> list[str]:
    return [item for item in _list(value) if isinstance(item, str)]


# By the keys of which any tells the shape; the first that has one is taken.
_SHAPES: Mapping[frozenset[str], Callable[[_Record], _Record]] = {
    frozenset({"summary"}): _daily_paper,
    frozenset({"authors_parsed"}): _arxiv,
}
