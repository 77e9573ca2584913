"""The text of a daily-papers page, as a browser copies it.

    Title

    Abstract, of one paragraph or several.

      • 18 authors
    ·
    Apr 21, 2025 2

The byline ends a record. What stands before the title is the page's own (`kg/data/chrome.txt` and whatever else comes
before the line above the abstract): menus, day headings, votes. A date that does not exist (Feb 30) is left out and the
paper stays.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from kg.files import PACKAGE
from kg.model import Paper, Reject
from kg.names import paper_key
from kg.read import fields
from kg.read.byline import Byline, begun, continued, is_dots
from kg.read.source import Line, Source, bad_byte
from kg.text import sentences

_PROSE = 250  # characters; hardly a title is longer
_WRAPPED = 200  # characters; lines of more are no editor's
_CHROME = re.compile(
    "|".join(
        [rf"[+-]?\d[\d,.]*k?|https?://\S+|(?:\w+day,?\s+)?{fields.DATE}"]
        + [
            line
            for line in (PACKAGE / "data" / "chrome.txt").read_text("utf-8").splitlines()
            if line and line[0] != "#"
        ]
    ).join(("(?:", "):?")),
    re.IGNORECASE,
)
_NAME_FOLLOWS = re.compile(r"(?:submitted|posted|shared) by:?", re.IGNORECASE)
_HEADING = re.compile(
    r"(?:abstract|background|introduction|motivation|objectives?|aims?|methods?|results?|conclusions?|summary|tl;?dr)\W*",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?]['\"\u201d\u2019)\]]*$")
_NO_TITLE_END = re.compile(r"[.:;,]['\"\u201d\u2019)\]]*$")
_NO_TITLE_START = re.compile(r"[•·●▪◦*\u2013-]|https?:")

_Paragraph = tuple[Line, ...]


def recognise(head: str) -> bool:
    """Some line of the file begins a byline."""
    lines = [Line(0, line) for line in head.splitlines()]
    return any(begun(line, lines[max(0, at - 1) : at]) for at, line in enumerate(lines))


def parse(source: Source) -> Iterator[Paper | Reject]:
    block: list[Line] = []
    byline: Byline | None = None
    for line in source.lines():
        if line.fault:
            yield source.reject(line.number, line.fault, "\n".join(part.text for part in _content(block)))
            block, byline = [], None
            continue
        if byline:
            longer = continued(byline, line)
            if not longer:
                yield from _records(source, block, byline)
                block = []
            byline = longer
        if not byline:
            byline = begun(line, block)
            if not byline:
                block.append(line)
    yield from _records(source, block, byline)


def _records(source: Source, block: Sequence[Line], byline: Byline | None) -> Iterator[Paper | Reject]:
    """The papers of a block: the last has the byline, one before it has lost its own."""
    *lost, last = _divided(_paragraphs(_content(block)))
    for paragraphs in lost:
        yield from _record(source, paragraphs, None)
    yield from _record(source, last, byline)


def _record(source: Source, paragraphs: Sequence[_Paragraph], byline: Byline | None) -> Iterator[Paper | Reject]:
    at = _title(paragraphs)
    title = " ".join(map(_text, paragraphs[at : at + 1])) if at is not None else ""
    abstract = " ".join(map(_text, paragraphs[0 if at is None else at + 1 :]))
    if not byline and not (title and _is_abstract(abstract)):
        return  # the foot of the page
    used = [line for paragraph in paragraphs[at or 0 :] for line in paragraph]
    lines = [*used, *(byline.lines if byline else ())]
    raw = "\n".join(line.text for line in lines).rstrip()
    bad = next((line for line in used if bad_byte(line.text)), None)
    title, abstract = fields.text(title), fields.text(abstract)
    if bad:
        yield source.reject(bad.number, bad_byte(bad.text) or "", raw)
    elif reason := fields.lacking(title, abstract):
        yield source.reject(lines[0].number, reason, raw)
    else:
        yield _paper(title, abstract, byline or Byline())


def _paper(title: str, abstract: str, byline: Byline) -> Paper:
    return Paper(
        key=paper_key(title, abstract),
        title=title,
        abstract=abstract,
        date=fields.date(byline.date),
        author_count=byline.authors,
        upvotes=fields.count(byline.votes),
    )


def _content(block: Sequence[Line]) -> Sequence[Line]:
    """The lines of a block without the known chrome at both ends."""
    start, end = 0, len(block)
    while start < end and _is_chrome(block[start]):
        named = _NAME_FOLLOWS.fullmatch(block[start].text.strip())
        start += 1
        while named and start < end and not block[start].text.strip():
            start += 1
        start += bool(named)
    signed = False
    while start < end and _is_chrome(block[end - 1]) and (_is_blank(block[end - 1]) or _is_blank(block[end - 2])):
        signed |= is_dots(block[end - 1])
        end -= 1
    if signed and end - start > 2 and _is_signature(block[end - 1].text.strip()):
        end -= 1
    return block[start:end]


def _is_signature(text: str) -> bool:
    """An organisation, which some pages put before the `·` in place of the authors or beside them."""
    return len(text) <= 60 and not (_NO_TITLE_END.search(text) or _NO_TITLE_START.match(text))


def _is_blank(line: Line) -> bool:
    return not line.text.strip() or is_dots(line)


def _is_chrome(line: Line) -> bool:
    return _is_blank(line) or (len(line.text) < _PROSE and _CHROME.fullmatch(" ".join(line.text.split())) is not None)


def _paragraphs(lines: Sequence[Line]) -> list[_Paragraph]:
    """A page's copy has one line a paragraph, whether or not blank lines stand between.

    Where no line is long, an editor or a mailer may have wrapped the text: then a paragraph is what blank lines part
    or, without any, goes on after a line on which the next word would not have fitted.
    """
    width = max((len(line.text) for line in lines), default=0)
    wrapped = width <= _WRAPPED
    parted = any(not line.text.strip() for line in lines)
    paragraphs: list[list[Line]] = []
    apart = True
    for line in lines:
        words = line.text.split()
        if words and wrapped and not apart and (parted or _is_full(paragraphs[-1][-1], words[0], width)):
            paragraphs[-1].append(line)
        elif words:
            paragraphs.append([line])
        apart = not words
    return [tuple(paragraph) for paragraph in paragraphs]


def _is_full(line: Line, word: str, width: int) -> bool:
    return len(line.text.rstrip()) + 1 + len(word) > width - 3  # wrappers do not agree on the last few columns


def _divided(paragraphs: list[_Paragraph]) -> list[list[_Paragraph]]:
    """Cut before each further title: a line like one, between the end of a sentence and a long paragraph."""
    cuts = [
        at
        for at in range(2, len(paragraphs) - 1)
        if _is_title(_text(paragraphs[at]))
        and _SENTENCE_END.search(_text(paragraphs[at - 1]))
        and _is_abstract(_text(paragraphs[at + 1]))
    ]
    return [paragraphs[start:end] for start, end in pairwise([0, *cuts, len(paragraphs)])]


def _is_title(text: str) -> bool:
    return (
        len(text) < _PROSE
        and len(text.split()) > 3
        and not (_NO_TITLE_START.match(text) or _NO_TITLE_END.search(text) or "://" in text)
    )


def _title(paragraphs: Sequence[_Paragraph]) -> int | None:
    """Which paragraph is the title: the one above the first that reads like prose, or else the first of all."""
    texts = [_text(paragraph) for paragraph in paragraphs]
    if not texts or len(texts[0]) >= 2 * _PROSE or (len(texts) == 1 and _is_abstract(texts[0])):
        return None
    if len(texts[0]) >= _PROSE and _SENTENCE_END.search(texts[0]):
        return None
    below = next((at for at in range(1, len(texts)) if _is_prose(texts[at])), 1)
    at = below - 1
    return at - 1 if at and _HEADING.fullmatch(texts[at]) else at


def _is_prose(text: str) -> bool:
    return len(text) >= _PROSE or _NO_TITLE_END.search(text) is not None or _NO_TITLE_START.match(text) is not None


def _is_abstract(text: str) -> bool:
    """Too long for a title, or several sentences."""
    return len(text) >= _PROSE or (_SENTENCE_END.search(text) is not None and len(list(sentences(text))) > 1)


def _text(paragraph: _Paragraph) -> str:
    return " ".join(line.text.strip() for line in paragraph)
