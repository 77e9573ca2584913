"""The ACL Anthology's XML: volumes with the <meta> of their date, and one <paper> a paper.

The front matter of a volume is no paper.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from kg.model import Paper, Reject
from kg.names import paper_key
from kg.read import fields
from kg.read.elements import begins, plain, records
from kg.read.source import Source

_ID = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)


def recognise(head: str) -> bool:
    return begins(head, "collection") or begins(head, "volume")


def parse(source: Source) -> Iterator[Paper | Reject]:
    date, venue = None, ""
    for record in records(source, "collection", "meta", "paper"):
        if isinstance(record, Reject):
            date, venue = (None, "") if record.raw.startswith("<meta") else (date, venue)
            yield record
        elif record.tree.tag == "meta":
            date, venue = _date(record.tree), plain(record.tree.find("booktitle"))
        else:
            yield source.kept(record.line, _paper(record.tree, date, venue), record.written)


def _date(meta: Element) -> str | None:
    """The month of the volume, where it is one (`June-July` is none), or its year."""
    year, month = plain(meta.find("year")), plain(meta.find("month"))
    return fields.first(fields.date, f"{month} {year}", year)


def _paper(paper: Element, date: str | None, venue: str) -> Paper | str:
    """The paper, or why the record is none."""
    title, abstract = plain(paper.find("title")), plain(paper.find("abstract"))
    if reason := fields.lacking(title, abstract):
        return reason
    doi = fields.doi(plain(paper.find("doi")))
    authors = [_name(author) for author in paper.iterfind("author")]
    link = plain(paper.find("url"))
    return Paper(
        key=paper_key(title, abstract, doi=doi),
        title=title,
        abstract=abstract,
        date=date,
        authors=tuple(filter(None, authors)),
        author_count=sum(map(bool, authors)) or None,
        doi=doi,
        url=f"https://aclanthology.org/{link}/" if _ID.fullmatch(link) else fields.url(link),
        venue=venue or None,
    )


def _name(author: Element) -> str:
    return fields.text(" ".join(plain(author.find(part)) for part in ("first", "last")))
