"""Markdown with one paper a heading.

    ## Title                      or **Title** on a line of its own
    Authors: Jane Doe, Richard Roe
    Date: 2024-05-02              and likewise arXiv, DOI, URL, each where known
    ### Abstract                  such a label may stand there, or not
    The abstract, of one paragraph or several.

A heading that has nothing under it but deeper headings is that of a chapter.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, pairwise

from kg.model import Paper, Reject
from kg.names import paper_key
from kg.read import fields
from kg.read.blocks import Block, blocks
from kg.read.source import Source, bad_byte

_HEADING = re.compile(r" {0,3}(?P<depth>#{1,6})[ \t]+(?P<hash>\S.*)|\*\*(?P<bold>[^*]+)\*\*[ \t]*")
_LABEL = re.compile(r"\W*(?:abstract|summary|tl;?dr|links?|authors?|keywords?)\W*", re.IGNORECASE)
_FIELD = re.compile(
    r"[-*+ \t]*(?P<name>authors?|date|published|year|arxiv|doi|url|link|paper)\**[ \t]*:\**[ \t]*(?P<value>.*)",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(r"\**abstract\**[ \t]*[:.]\**[ \t]*", re.IGNORECASE)
_LINK = re.compile(r"\[(?P<words>[^\[\]]*)\]\((?P<target>[^()\s]*)\)")
_AUTHORS = re.compile(r"\s*[,;]\s*|\s+and\s+")
_NO_PROSE = re.compile(r" {0,3}(?:[-*+>|]|\d+[.)][ \t]|```|    |\t)(?!\*)")
_PROSE = 80  # characters under a heading; what has less is no list of papers
_BOLD_DEPTH = 7  # deeper than any heading with hashes


@dataclass(slots=True)
class _Record:
    """What stands under a heading, by the names of fields."""

    title: str
    depth: int
    prose: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)


def recognise(head: str) -> bool:
    """Some heading has prose under it, and the file is about papers: it gives their authors, links or abstracts as
    such, or it is prose throughout. A README, with its lists, tables and commands, is not.
    """
    lines = [line for line in head.splitlines() if line.strip()]
    about = any(_FIELD.fullmatch(line) or _ABSTRACT.match(line) or _is_label(line) for line in lines)
    if not about and any(map(_NO_PROSE.match, lines)):
        return False
    told = [line for line in lines if not _FIELD.fullmatch(line) and not _is_label(line)]
    return any(_begins(line) and not _begins(next_) and len(next_) >= _PROSE for line, next_ in pairwise(told))


def parse(source: Source) -> Iterator[Paper | Reject]:
    """What stands before the first heading is the file's own."""
    found = blocks(source, _begins)
    for block, next_ in pairwise(chain(found, (None,))):
        if block is None or isinstance(block, Reject):
            if block:
                yield block
            continue
        if not _begins(block.lines[0].text):
            continue
        record = _record(block)
        deeper = isinstance(next_, Block) and _depth(next_.lines[0].text) > record.depth
        if record.values or not deeper or sum(map(len, record.prose)) >= _PROSE:
            yield source.kept(block.number, _paper(record, block.text), block.text)


def _begins(line: str) -> bool:
    return _HEADING.fullmatch(line) is not None and not _is_label(line)


def _is_label(line: str) -> bool:
    return _LABEL.fullmatch(line) is not None


def _depth(line: str) -> int:
    match = _HEADING.fullmatch(line)
    return len(match["depth"]) if match and match["depth"] else _BOLD_DEPTH


def _record(block: Block) -> _Record:
    first = block.lines[0].text
    match = _HEADING.fullmatch(first)
    record = _Record((match["hash"] or match["bold"]).rstrip("# \t") if match else "", _depth(first))
    for link in _LINK.finditer(record.title):
        record.values.setdefault("url", link["target"])
    for line in block.lines[1:]:
        if told := _FIELD.fullmatch(line.text):
            record.values.setdefault(told["name"].lower(), told["value"])
        elif line.text.strip() and not _is_label(line.text):
            record.prose.append(_ABSTRACT.sub("", line.text, count=1))
    return record


def _paper(record: _Record, written: str) -> Paper | str:
    if fault := bad_byte(written):
        return fault
    title = fields.text(_LINK.sub(lambda match: match["words"], record.title).strip("* "))
    abstract = fields.text(" ".join(record.prose))
    if reason := fields.lacking(title, abstract):
        return reason
    values = {name: _target(value) for name, value in record.values.items()}
    links = [values.get(name) for name in ("url", "link", "paper")]
    arxiv_id = fields.first(fields.arxiv_id, values.get("arxiv"), *links)
    doi = fields.first(fields.doi, values.get("doi"), *links)
    authors = _AUTHORS.split(fields.text(record.values.get("authors") or record.values.get("author")))
    return Paper(
        paper_key(title, abstract, arxiv_id=arxiv_id, doi=doi),
        title,
        abstract,
        date=fields.first(fields.date, *(values.get(name) for name in ("date", "published", "year"))),
        authors=tuple(filter(None, authors)),
        arxiv_id=arxiv_id,
        doi=doi,
        url=fields.first(fields.url, *links),
    )


def _target(value: str) -> str:
    """Where the first link of a value leads, or the value."""
    match = _LINK.search(value)
    return match["target"] if match else value.strip(" <>")
