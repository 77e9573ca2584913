"""A paper out of the values of a record, for the formats that name them differently."""

from collections.abc import Iterable, Sequence

from kg.model import Paper
from kg.names import paper_key
from kg.read import fields
from kg.read.source import bad_byte


def paper(
    *,
    title: str,
    abstract: str,
    authors: Iterable[str] = (),
    dates: Iterable[str] = (),
    ids: Sequence[str] = (),
    links: Sequence[str] = (),
    categories: Iterable[str] = (),
) -> Paper | str:
    """The paper, or why the record is none.

    The first of `dates`, `ids` and `links` that is one is taken; `ids` and `links` may hold an arXiv id or a DOI.
    """
    authors, dates, categories = tuple(authors), tuple(dates), tuple(categories)
    for value in (title, abstract, *authors, *categories):
        if fault := bad_byte(value):
            return fault
    title, abstract = fields.text(title), fields.text(abstract)
    missing = [name for name, value in (("title", title), ("abstract", abstract)) if not value]
    if missing:
        return f"no {' and no '.join(missing)}"
    arxiv_id = fields.first(fields.arxiv_id, *ids, *links)
    doi = fields.first(fields.doi, *ids, *links)
    names = tuple(name for author in authors if (name := fields.text(author)))
    return Paper(
        key=paper_key(title, abstract, arxiv_id=arxiv_id, doi=doi),
        title=title,
        abstract=abstract,
        date=fields.first(fields.date, *dates),
        authors=names,
        author_count=len(names) or None,
        arxiv_id=arxiv_id,
        doi=doi,
        url=fields.first(fields.url, *links),
        categories=tuple(dict.fromkeys(name for category in categories if (name := fields.text(category)))),
    )
