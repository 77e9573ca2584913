"""The lines that end a record of a daily-papers page: authors, date, votes.

      • 18 authors
    ·
    Apr 21, 2025 2

On one line or several, with other bullets or none; a page may write `Published on Apr 21, 2025`, or leave out the
authors or the date.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kg.read import fields
from kg.read.source import Line

# A byte that is not UTF-8 is most likely a bullet of another encoding, and a byline is known by its words anyway.
_BULLET = "[•·●∙▪◦‧・*|\udc80-\udcff\ufffd-]"
_DOTS = re.compile(rf"\s*(?:{_BULLET}\s*)+")
_COUNT = r"\d[\d,.]*k?"
_TAIL = re.compile(
    rf"(?:{_BULLET}|\s)*"
    rf"(?:(?:(?:published|submitted)(?:\s+on)?:?\s+)?(?P<date>{fields.DATE})"
    rf"(?:(?:\s|{_BULLET}|[▲^])+(?P<votes>{_COUNT})(?:\s+(?:upvotes?|{_COUNT}|{_COUNT}\s+comments?))*)?)?"
    rf"(?:{_BULLET}|\s)*(?:submitted\s+by\b.*)?",
    re.IGNORECASE,
)
_AUTHORS = re.compile(
    rf"\s*(?P<bullet>(?:[^\s•·][^•·]{{0,60}})?[•·]\s*|{_BULLET}\s*)?(?P<count>\d[\d,]*)\s+authors?\b(?P<tail>.*)",
    re.IGNORECASE,
)
_VOTED = re.compile(rf"\s*(?P<label>(?:upvotes?|▲)\s*)?(?P<votes>{_COUNT})(?:\s+upvotes?)?\s*", re.IGNORECASE)
_WIDEST = 300  # characters, and lines: what is more is no byline, and hostile input must not make it expensive
_MOST_LINES = 12
_UPVOTE = re.compile(r"\s*upvotes?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Byline:
    """What the lines say so far; `date` and `votes` as they are written."""

    lines: tuple[Line, ...] = ()
    authors: int | None = None
    date: str | None = None
    votes: str | None = None
    dotted: bool = False  # a `·` announces the date


def begun(line: Line, before: Sequence[Line]) -> Byline | None:
    """The byline that a line begins: `• 18 authors`, or a date after a `·`.

    Without a bullet, authors stand alone after a blank line or a `·`: in running text they are no byline.
    """
    if len(line.text) > _WIDEST:
        return None
    dotted = bool(before) and is_dots(before[-1])
    if match := _AUTHORS.fullmatch(line.text):
        tail = _TAIL.fullmatch(match["tail"])
        if not tail or not (match["bullet"] or not before or dotted or not before[-1].text.strip()):
            return None
        authors = fields.count(match["count"])
        return Byline((line,), authors, tail["date"], tail["votes"], _DOTS.search(match["tail"]) is not None)
    tail = _TAIL.fullmatch(line.text) if dotted else None
    return Byline((line,), None, tail["date"], tail["votes"], dotted=True) if tail and tail["date"] else None


def continued(byline: Byline, line: Line) -> Byline | None:
    """The byline with one more line, or None when it ended before: it goes on to the date and the votes.

    After a blank line and no `·`, a date without a year is the heading of the page's next day.
    """
    if len(line.text) > _WIDEST or len(byline.lines) == _MOST_LINES:
        return None
    if byline.date is not None:
        return _voted(byline, line)
    lines = (*byline.lines, line)
    tail = _TAIL.fullmatch(line.text)
    if not tail:
        return None
    dotted = byline.dotted or is_dots(line)
    if tail["date"] is None:
        return replace(byline, lines=lines, dotted=dotted)
    if not dotted and not byline.lines[-1].text.strip() and not re.search(r"\d{4}", tail["date"]):
        return None
    return replace(byline, lines=lines, date=tail["date"], votes=tail["votes"], dotted=dotted)


def _voted(byline: Byline, line: Line) -> Byline | None:
    """After the date: a number right below it, or one under the word `Upvote`."""
    if byline.votes is not None:
        return None
    lines = (*byline.lines, line)
    if not line.text.strip() or _UPVOTE.fullmatch(line.text):
        return replace(byline, lines=lines)
    last = next(part.text for part in reversed(byline.lines) if part.text.strip())
    voted = _VOTED.fullmatch(line.text)
    if voted and (voted["label"] or byline.lines[-1].text.strip() or _UPVOTE.fullmatch(last)):
        return replace(byline, lines=lines, votes=voted["votes"])
    return None


def is_dots(line: Line) -> bool:
    return len(line.text) <= _WIDEST and _DOTS.fullmatch(line.text) is not None
