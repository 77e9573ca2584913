"""The unit of a number in a text: what it is called, and where it ends."""

import re
from decimal import Decimal

from kg.units import canonical, spellings

_POINTS = re.compile(
    r"(?: *%)?[ -]{1,3}"
    r"(?!(?:data|key|time|way|end|check|view|test|training|reference|feature|operating|grid|sample|query)[ -])"
    r"(?:(?!percent|pct)[A-Za-z][\w@-]{0,12} )?(?P<percent>percentage[ -]|percent[ -]|pct\.? )?(?:points?|pts?)\b"
)
_SPELLINGS = "|".join(map(re.escape, sorted(spellings(), key=lambda spelling: (-len(spelling), spelling))))
_UNIT = re.compile(
    rf"(?: *|-)(?!\$)(?P<unit>{_SPELLINGS})(?![A-Za-z0-9²^]|-(?:generation|order|stage|level)\b)"
    r"(?P<per>(?: ?/ ?|[ -]per[ -])[A-Za-z]+(?![^\W_]))?",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"[ -]?[A-Za-z]{1,20}(?:[ -][a-z]{1,20})?(?: ?/ ?|[ -]per[ -])"
    r"(?:s|sec|second|minute|min|hour|day|GPU|W|J|watt|joule)\b"
)
_PER_SECOND = re.compile(r"(?: ?/ ?|[ -]per[ -])(?:s|sec|second)$")
_OUT_OF = re.compile(r" ?/ ?(\d{1,5})\b(?![.,%/]\d)|(?: out)? of (\d{1,4})\b(?! ?%)")
_TIMES = re.compile(r"(?<!\d)(?<!\d )×$")  # ×3, but not 2×3
_FACTOR = re.compile(r"\bfactors? of [a-z ~]{0,15}$")


def measure(shown: str, start: int, end: int, value: str | None) -> tuple[str | None, int]:
    """The unit of the number that stands from `start` to `end`, or None, and where number and unit end.

    `value` is None for a number in words, which has no `of 12` or `×` about it.
    """
    if match := _POINTS.match(shown, end):
        percent = match["percent"] or "%" in match.group()
        return "percentage points" if percent else "points", match.end()
    if (match := _UNIT.match(shown, end)) and (unit := _unit(match, shown)):
        return unit, match.end()
    if match := _RATE.match(shown, end):
        return _tidy(match), match.end()
    if value and (match := _OUT_OF.match(shown, end)) and Decimal(value) <= int(whole := match[1] or match[2]):
        return f"/{whole}", match.end()
    before = shown[max(0, start - 28) : start]
    return "x" if value and (_TIMES.search(before[-3:]) or _FACTOR.search(before)) else None, end


def _unit(match: re.Match[str], shown: str) -> str | None:
    spelling, unit = match["unit"], canonical(match["unit"])
    attached = match.start() == match.start("unit")
    if spelling in {"M", "G", "SEC", "MIN"} or (
        spelling in {"B", "t", "V"} and attached
    ):  # scales, not metres or volts
        return None
    if unit == "x" and re.match(r" *\d|[A-Z]", shown[match.end("unit") : match.end("unit") + 10]):  # 3 x 3, 8×A800
        return None
    return _tidy(match) if match["per"] else unit


def _tidy(match: re.Match[str]) -> str:
    """`tokens / s`, `samples per second`: a known unit's name, else `/s` for the second and the text's own words."""
    whole = " ".join(match.group().strip(" -").split())
    return canonical(whole) or _PER_SECOND.sub("/s", whole)
