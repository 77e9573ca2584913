"""arXiv's answers and feeds in Atom: one <entry> a paper, with arXiv's id, DOI, authors and categories."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from kg.model import Paper, Reject
from kg.names import paper_key
from kg.read import fields
from kg.read.elements import begins, papers, plain
from kg.read.source import Source

_ANNOUNCED = re.compile(r"^arXiv:\S+ Announce Type: \S+ Abstract: ")  # the daily feed puts it before the abstract


def recognise(head: str) -> bool:
    return begins(head, "feed")


def parse(source: Source) -> Iterator[Paper | Reject]:
    return papers(source, _paper, "feed", "entry")


def _paper(entry: Element) -> Paper | str:
    """The paper, or why the record is none."""
    title = plain(entry.find("title"))
    abstract = _ANNOUNCED.sub("", plain(entry.find("summary")))
    id_ = plain(entry.find("id"))
    if "/api/errors" in id_:
        return f"an error of arXiv: {abstract}"
    if reason := fields.lacking(title, abstract):
        return reason
    links: dict[str, str | None] = {
        link.get("title", link.get("rel", "alternate")): link.get("href") for link in entry.iter("link")
    }
    written_doi = fields.first(fields.doi, plain(entry.find("doi")), plain(entry.find("DOI")), links.get("doi"))
    arxiv_id = fields.first(fields.arxiv_id, id_.removeprefix("oai:arXiv.org:"), links.get("alternate"), written_doi)
    authors = [plain(name) for name in entry.iterfind("author/name")] or plain(entry.find("creator")).split(", ")
    categories = [fields.text(category.get("term")) for category in entry.iterfind("category")]
    return Paper(
        key=paper_key(title, abstract, arxiv_id=arxiv_id, doi=written_doi),
        title=title,
        abstract=abstract,
        date=fields.first(fields.date, plain(entry.find("published")), plain(entry.find("updated"))),
        authors=tuple(filter(None, authors)),
        author_count=sum(map(bool, authors)) or None,
        arxiv_id=arxiv_id,
        doi=written_doi,
        url=fields.first(fields.url, links.get("alternate"), id_),
        categories=tuple(dict.fromkeys(filter(None, categories))),
        venue=plain(entry.find("journal_ref")) or None,
        licence=plain(entry.find("rights")) or None,
    )
