"""A paper out of a JSON object, in any of the shapes that papers have in JSON.

Our own:

    {"id": "2504.14960", "title": "...", "abstract": "...", "authors": ["...", {"name": "..."}], "date": "2025-04-21",
     "url": "https://...", "categories": ["cs.LG"], "doi": "10...", "arxiv_id": "...", "author_count": 18, "upvotes": 3}

Other keys are ignored. An `id` or `url` that is an arXiv id or a DOI, or links to one, counts as such.
"""

import re
from collections.abc import Mapping

from kg.model import Paper
from kg.names import paper_key
from kg.read import fields

_CATEGORIES = re.compile(r"[a-z-]+(\.[A-Za-z-]+)?(\s+[a-z-]+(\.[A-Za-z-]+)?)*")  # arXiv's: "cs.LG stat.ML"


def paper(record: Mapping[str, object]) -> Paper | str:
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
