"""Numbers that belong together: ranges, `from A to B`, `A ± B`, and lists that share the unit of their last."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from kg.extract.latex import plain
from kg.extract.numbers import Number, numbers, scaled
from kg.units import canonical

_REACH = 60  # how far two numbers of one expression may be apart, in characters
_DASH = r" *[-–—]{1,3} *"
_LIST = re.compile(r" *(?:,|/|and|or|to|vs\.?|versus|[-–—]{1,3}|→|, *(?:and|or)) *")
_RANGE = re.compile(rf"{_DASH}| +to +")
_BETWEEN = re.compile(r"\b(?:between|(?:rang|vary|vari)\w* (?:from|between|of))[ ~]*$")
_FROM = re.compile(r"\bfrom[ ~]*$")
_TO = re.compile(r"(?:\bto|→|->)[ ~]*$")
_AND_TO = re.compile(rf" *(?:and|to) *|{_DASH}")
_ARROW = re.compile(r" *(?:→|-+>|⟶) *")
_BACK = re.compile(r" *(?:\([^()]{0,30}\) )?(?:\(?up|down)? ?from[ ~]*")
_INSTEAD = re.compile(r" (?:instead of|rather than|compared (?:to|with)|versus|vs\.?|down from)(?: the)? ")
# What measures the same in another unit, so that `from 3 hours to 5 minutes` has its baseline in minutes.
_SIZES = (
    {"ns": "1e-9", "µs": "1e-6", "ms": "0.001", "s": "1", "min": "60", "h": "3600", "days": "86400", "weeks": "604800"},
    {"KB": "1", "MB": "1e3", "GB": "1e6", "TB": "1e9"},
)
_MOST_DIGITS = 12
_PLUS_MINUS = re.compile(r" *(?:±|\+/-|\+-) *")


def expressions(text: str) -> list[Number]:
    """The number expressions of a text, in order: `from 71s to 29s` is one, with the baseline value 71."""
    shown = plain(text)
    return list(_joined(shown, _sharing(shown, numbers(text))))


def _sharing(shown: str, found: list[Number]) -> list[Number]:
    """`3.2 and 4.1 points`: the last of a list tells the unit of all."""
    shared = list(found)
    for i in range(len(found) - 2, -1, -1):
        number, after = shared[i], shared[i + 1]
        bare = number.unit is None and number.kind == after.kind == "digits" and not number.scale
        known = after.unit is not None and canonical(after.unit.partition("/")[0]) is not None
        listed = after.start - number.end < _REACH and _LIST.fullmatch(shown, number.end, after.whole_start)
        if bare and known and listed:
            shared[i] = replace(number, unit=after.unit)
    return shared


def _joined(shown: str, found: list[Number]) -> Iterator[Number]:
    i = 0
    while i < len(found):
        near = i + 1 < len(found) and found[i + 1].start - found[i].end < _REACH
        joined = _pair(shown, found[i], found[i + 1]) if near else None
        yield joined or found[i]
        i += 2 if joined else 1


def _pair(shown: str, number: Number, after: Number) -> Number | None:
    """What two neighbours make together, or None where each stands for itself."""
    if number.kind != after.kind or number.kind not in {"digits", "word", "complexity"}:
        return None
    gap = shown[number.end : after.whole_start]
    lead = shown[max(0, number.whole_start - 16) : number.whole_start]
    if after.qualifier == "about" and not gap.strip() and shown[after.whole_start] == "~":  # 2~3
        after, gap = replace(after, qualifier=None, qualifier_start=None), "-"
    if _PLUS_MINUS.fullmatch(gap):
        return replace(number, end=after.end, unit=number.unit or after.unit)
    if any(mark in gap for mark in ".;\n"):
        return None
    if number.unit not in {None, "x", after.unit}:
        value = _converted(number.value, number.unit, after.unit)
        return _change(replace(number, value=value, unit=after.unit), after, lead, gap) if value else None
    return _change(number, after, lead, gap) or _reach(number, after, lead, gap)


def _converted(value: str, unit: str | None, other: str | None) -> str | None:
    """A value in another unit of the same dimension, where that is a number as short as people write them."""
    for sizes in _SIZES:
        if unit in sizes and other in sizes:
            size = Decimal(value) * Decimal(sizes[unit]) / Decimal(sizes[other])
            text = format(size, "f")
            text = text.rstrip("0").rstrip(".") if "." in text else text
            return text if len(text) <= _MOST_DIGITS else None
    return None


def _change(number: Number, after: Number, lead: str, gap: str) -> Number | None:
    """`from A to B`, `A → B`, `to B from A` and `O(n) instead of O(n^2)` are B with the baseline value A."""
    if _ARROW.fullmatch(gap) or (_FROM.search(lead) and _TO.search(gap) and not _BETWEEN.search(lead)):
        qualifier_start = None if after.qualifier is None else number.start
        return replace(after, start=number.start, baseline_value=number.value, qualifier_start=qualifier_start)
    if (_TO.search(lead) and _BACK.fullmatch(gap)) or (number.kind == "complexity" and _INSTEAD.fullmatch(gap)):
        return replace(number, end=after.end, baseline_value=after.value)
    return None


def _reach(number: Number, after: Number, lead: str, gap: str) -> Number | None:
    """`A to B`, `A-B` and `between A and B` are a range; its value is the high end."""
    if number.kind == "complexity" or not (_RANGE.fullmatch(gap) or (_BETWEEN.search(lead) and _AND_TO.fullmatch(gap))):
        return None
    value = scaled(number.value, after.scale) if not number.scale and Decimal(number.value) < 1000 else number.value
    low, high = sorted((value, after.value), key=Decimal)
    unit = after.unit or number.unit
    return replace(number, end=after.end, value=high, unit=unit, low=low, high=high, scale=after.scale)
