r"""Plain text that labels what it gives: title, authors, abstract; also the mails and listings of arXiv.

    Title: Maps, Folded                   \\
    Authors: Ann Lee, Bo Li               arXiv:2504.00017
    Date: 2024-05-02                      Title: Maps, Folded
    Abstract: We fold maps.               Authors: Ann Lee, Bo Li
    They stay folded.                     \\
                                            We fold maps.
    Title: ...                            \\ ( https://arxiv.org/abs/2504.00017 ,  6kb)

A record begins with its title, or with what stands before it since the last abstract; a value goes on until the next
label.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg.model import Paper, Reject
from kg.read import source as files
from kg.read.record import paper
from kg.read.source import Line, Source

_LABEL = re.compile(
    r"(?P<name>title|authors?|abstract|summary|date|published|year|arxiv|doi|url|link|keywords|categories|subjects?"
    r"|journal(?:-ref)?|venue|comments?|submitted|report-no)[ \t]*:[ \t]*(?P<value>.*)",
    re.IGNORECASE,
)
_BREAK = re.compile(r"\\\\(?:[ \t]*\((?P<link>[^()]*)\))?[ \t]*")
_RULE = re.compile(r"[-=_*]{5,}[ \t]*")
_AUTHORS = re.compile(r"\s*[,;]\s*|\s+and\s+")
_NAMES = {
    "author": "authors", "summary": "abstract", "published": "date", "year": "date", "submitted": "date", "link": "url",
    "categories": "keywords", "subject": "keywords", "subjects": "keywords", "journal": "venue", "journal-ref": "venue",
}  # fmt: skip


@dataclass(slots=True)
class _Record:
    """The values by name, each as its lines, and the lines as they were with the number of the first."""

    values: dict[str, list[str]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    number: int = 0
    current: str = ""
    size: int = 0  # characters


def recognise(head: str) -> bool:
    """A line gives a title, and a later one begins an abstract, by label or between the bars of arXiv."""
    names = []
    for line in head.splitlines():
        label = _LABEL.match(line)
        names.append(_name(label) if label else "bar" if _BREAK.fullmatch(line) else "")
    titled = names.index("title") if "title" in names else len(names)
    return "abstract" in names[titled:] or "bar" in names[titled:]


def parse(source: Source) -> Iterator[Paper | Reject]:
    record = _Record()
    for line in source.lines():
        if line.fault:
            yield from _ended(source, record)
            yield source.reject(line.number, line.fault, line.text)
            record = _Record()
            continue
        label = _LABEL.match(line.text)
        ends = _RULE.fullmatch(line.text) or (label and _begins_another(_name(label), record))
        if ends:
            yield from _ended(source, record)
            record = _Record()
        if not _RULE.fullmatch(line.text):
            _take(record, line, label)
        if record.size > files.LINE_LIMIT:
            reason = f"record of more than {files.LINE_LIMIT:,} characters"
            yield source.reject(record.number, reason, "\n".join(record.lines))
            record = _Record()
    yield from _ended(source, record)


def _name(label: re.Match[str]) -> str:
    name = label["name"].lower()
    return _NAMES.get(name, name)


def _begins_another(name: str, record: _Record) -> bool:
    """A title or an id after a title that has its abstract, or a title after a title."""
    complete = "title" in record.values and "abstract" in record.values
    return (name == "title" and "title" in record.values) or (name == "arxiv" and complete)


def _take(record: _Record, line: Line, label: re.Match[str] | None) -> None:
    if not record.lines:
        record.number = line.number
    record.lines.append(line.text)
    record.size += len(line.text)
    if bar := _BREAK.fullmatch(line.text):
        record.current = "abstract" if "title" in record.values and "abstract" not in record.values else ""
        record.values.setdefault("url", []).extend(filter(None, [bar["link"]]))
    elif label:
        record.current = _name(label)
        record.values.setdefault(record.current, []).append(label["value"])
    elif record.current:
        record.values.setdefault(record.current, []).append(line.text)


def _ended(source: Source, record: _Record) -> Iterator[Paper | Reject]:
    """What is before the first title, or between records, is no record."""
    if "title" not in record.values and "abstract" not in record.values:
        return
    yield source.kept(record.number, _paper(record.values), "\n".join(record.lines))


def _paper(values: dict[str, list[str]]) -> Paper | str:
    def one(name: str) -> str:
        return " ".join(values.get(name, ())).strip()

    links = re.split(r"[\s,]+", one("url"))
    return paper(
        title=one("title"),
        abstract=one("abstract"),
        authors=_AUTHORS.split(one("authors")),
        dates=[one("date"), re.sub(r"^\w{3}, |\s+\d\d:.*$", "", one("date"))],
        ids=[one("arxiv").split(" ")[0], one("doi")],
        links=[link for link in links if link],
        categories=re.split(r"[;,]\s*|\s+(?=[a-z-]+\.[A-Z]{2})", one("keywords")),
        venue=one("venue"),
    )
