"""A paper out of the values of a record, for the formats that name them differently."""

import re
from collections.abc import Iterable, Sequence

from kg.model import Paper
from kg.names import paper_key
from kg.read import fields
from kg.read.source import bad_byte

_NONE = re.compile(r"^\[?no (?:abstract|author name) available\]?\.?$", re.IGNORECASE)  # Scopus says so in its place


def paper(
    *,
    title: str,
    abstract: str,
    authors: Iterable[str] = (),
    dates: Iterable[str] = (),
    ids: Sequence[str] = (),
    links: Sequence[str] = (),
    categories: Iterable[str] = (),
    venue: str = "",
    pmid: str = "",
) -> Paper | str:
    """The paper, or why the record is none.

    The most precise of `dates` is taken and the first of `links`; `ids` and `links` may hold an arXiv id or a DOI.
    """
    authors, categories = tuple(authors), tuple(categories)
    for value in (title, abstract, venue, *authors, *categories):
        if fault := bad_byte(value):
            return fault
    title, abstract = fields.text(title), _NONE.sub("", fields.text(abstract))
    if reason := fields.lacking(title, abstract):
        return reason
    arxiv_id = fields.first(fields.arxiv_id, *ids, *links)
    doi = fields.first(fields.doi, *ids, *links)
    names = tuple(name for author in authors if (name := _NONE.sub("", fields.text(author))))
    return Paper(
        key=paper_key(title, abstract, arxiv_id=arxiv_id, doi=doi),
        title=title,
        abstract=abstract,
        date=max((date for value in dates if (date := fields.date(value))), key=_precision, default=None),
        authors=names,
        author_count=len(names) or None,
        arxiv_id=arxiv_id,
        doi=doi,
        url=fields.first(fields.url, *links),
        categories=tuple(dict.fromkeys(name for category in categories if (name := fields.text(category)))),
        venue=fields.text(venue) or None,
        pmid=fields.pmid(pmid),
    )


def _precision(date: str) -> int:
    return 0 if date.startswith("--") else len(date)
