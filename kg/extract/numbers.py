"""Number expressions: value, unit, qualifier, range and baseline value, in whatever spelling; not yet what they are of.

The words that stand for numbers, scales and qualifiers are in data/numbers.tsv, the units in data/units.tsv.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from kg.files import PACKAGE
from kg.units import canonical, spellings

with (PACKAGE / "data" / "numbers.tsv").open(encoding="utf-8", newline="") as _file:
    _ROWS = list(csv.DictReader(_file, delimiter="\t", quoting=csv.QUOTE_NONE))
_WORDS = {row["spelling"]: row["value"] for row in _ROWS if row["kind"] == "word"}
_MULTIPLES = {row["spelling"]: (row["value"], row["unit"]) for row in _ROWS if row["kind"] == "multiple"}
_SCALES = {row["spelling"].lower(): int(row["value"]) for row in _ROWS if row["kind"] == "scale"}
_QUALIFIERS = {row["spelling"]: row["value"] for row in _ROWS if row["kind"] == "qualifier"}


def _either(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))


_DIGITS = r"\d{1,3}(?:(?:,|\{,\})\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_SMALL = "an|one|two|three|four|five|six|seven|eight|nine|\\d+(?:\\.\\d+)?"
_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9_.^@])(?P<order>(?:(?:{_SMALL})(?: to |-to-| or |[-–]))?(?:{_SMALL}))[ -]orders?[ -]of[ -]magnitude\b"
    rf"|(?P<sign>(?<![\w)\]}}%/+–-])[-−+])?(?<![A-Za-z0-9_.^@#])(?<![A-Za-z][-–])(?P<digits>{_DIGITS})"
    r"(?P<power> {0,9}× {0,3}10 ?\^ {0,3}[-−]? ?\d{1,2}| ?\^ {0,3}[-−]? ?\d{1,2}|[eE][-−]?\d{1,2}\b)?"
    r"(?P<scale>(?:[ -]{1,2}(?:hundred|thousand|million|billion|trillion)|[KkMBT]|bn)(?![A-Za-z/]))?"
    rf"|\b(?P<word>{_either(_WORDS)})(?P<wordscale>[ -](?:hundred|thousand|million|billion))?\b|\b(?P<multiple>{_either(_MULTIPLES)})\b"
    r"|#(?P<rank>\d{1,3})\b|(?<![\w.-])(?P<ordinal>\d{1,3})(?:st|nd|rd|th)\b",
    re.IGNORECASE,
)
_LOW_LETTERS = ("x", "s", "m", "h", "g", "t")
_POINTS = re.compile(
    r"(?: {0,4}%)?[ -]{1,3}(?!(?:data|key|time|way|end|check|view|test|training|evaluation|reference|feature|operating|grid|sample|query|change|anchor)[ -])"
    r"(?:(?:absolute|full|relative|[A-Za-z][\w@-]{0,12}) )?(?P<percent>percentage[ -]|percent[ -]|pct\.? )?(?:points?|pts?)\b",
    re.IGNORECASE,
)
_UNIT = re.compile(
    rf"(?: {{0,9}}|-)(?P<unit>{_either(s for s in spellings() if s != '$')})(?![A-Za-z²^])"
    r"(?P<per>(?: {0,2}/ {0,2}| per |-per-)(?:[A-Za-z]+))?",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"[ -](?P<noun>[A-Za-z]+(?:[ -][a-z]+)?)(?: {0,2}/ {0,2}| per |-per-)(?P<per>s|sec|second|minute|min|hour|day|GPU|W|J|watt|joule|token|frame|query|image)\b"
)
_SECONDS = re.compile(r"(?:/| per |-per-) {0,2}(?:s|sec|second)$", re.IGNORECASE)
_BEFORE = re.compile(
    rf"(?:(?<![A-Za-z])(?P<word>{_either(q for q in _QUALIFIERS if q[0].isalpha())})|(?P<sign>[~≈<>≤≥]))[ $]*(?:an? |the |only |just )?$",
    re.IGNORECASE,
)
_OUT_OF = re.compile(r" {0,2}/ {0,2}(\d{1,5})\b(?![.,%]\d)|(?: out)? of (\d{1,4})\b(?! ?%)")
_LATEX = re.compile(
    r"\\(?P<name>times|sim|approx|simeq|leq?|leqslant|geq?|geqslant|pm|rightarrow|to|lt|gt)(?![A-Za-z])"
    r"|(?<=\d)(?P<bare>times)(?=[A-Z \d])|\$(?P<minus>[-+−])\$(?=\d)|\\unicode\{x2013\}|\\(?:math|text|operatorname)[a-z]{0,4} ?\{|\\(?:emph|bf|bm|boldsymbol|rm) ?\{?"
    r"|\\(?P<sign>%)|\\[,;:!&# $]|\$|(?<!\d)\{|\}(?!\d)|\*\*"
)
_SYMBOLS = {
    "times": "×", "sim": "~", "approx": "≈", "simeq": "≈", "leq": "≤", "le": "≤", "leqslant": "≤", "geq": "≥", "ge": "≥",
    "geqslant": "≥", "pm": "±", "rightarrow": "→", "to": "→", "lt": "<", "gt": ">",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Number:
    """A number expression; `start` to `end` (end-exclusive) reaches from its first digit or word to its unit.

    `kind` is one of digits, word, multiple (`twice`), rank, complexity; `qualifier_start` is where its qualifier begins.
    """

    start: int
    end: int
    value: str
    unit: str | None = None
    kind: str = "digits"
    qualifier: str | None = None
    qualifier_start: int | None = None
    low: str | None = None
    high: str | None = None
    baseline_value: str | None = None
    scale: str = ""


def plain(text: str) -> str:
    r"""The text without LaTeX mark-up, every character where it was: `$2.3\times$` is ` 2.3×      `."""
    return _LATEX.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    if name := match["name"] or match["bare"]:
        shown = _SYMBOLS[name]
    else:
        shown = match["sign"] or match["minus"] or ("–" if match.group().startswith("\\unicode") else "")
    return shown.rjust(match.end() - match.start())


def numbers(text: str) -> list[Number]:
    """The number expressions of a text (or of its `plain` form), in order, ranges and `from A to B` as one."""
    shown = plain(text)
    found = [number for match in _NUMBER.finditer(shown) if (number := _read(match, shown, text))]
    found = [number for before, number in zip([None, *found], found) if before is None or number.start >= before.end]
    return list(_joined(shown, _with_units_shared(shown, found)))


def decimal(digits: str, power: int = 0) -> str:
    """A plain decimal number: as the text has it, or scaled by a power of ten."""
    digits = digits.replace("{,}", "").replace(",", "")
    if digits.startswith("."):
        digits = "0" + digits
    if not power:
        return digits
    shown = format(Decimal(digits).scaleb(power), "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _read(match: re.Match[str], shown: str, text: str) -> Number | None:
    start, end = match.span()
    if order := match["order"]:
        return _qualified(_orders(order, start, end), shown)
    if multiple := match["multiple"]:
        value, unit = _MULTIPLES[multiple.lower()]
        return _qualified(Number(start, end, value, unit, "multiple"), shown)
    if rank := match["rank"] or match["ordinal"]:
        return Number(start, end, rank, "rank", "rank")
    if word := match["word"]:
        scale = (match["wordscale"] or "").strip(" -").lower()
        number = Number(start, end, decimal(_WORDS[word.lower()], _SCALES.get(scale, 0)), None, "word", scale=scale)
    else:
        scale = (match["scale"] or "").strip(" -")
        value = _value(match["digits"], match["power"] or "", _SCALES.get(scale.lower(), 0))
        if value is None:
            return None
        sign = "-" if (match["sign"] or "+")[0] in "-−" else ""
        number = Number(start, end, sign + value, None, scale=scale)
    number = _with_unit(number, shown)
    if number.unit is None and text[start - 1 : start] == "$" and not _CLOSED.match(text, number.end):
        number = replace(number, start=start - 1, unit="USD")
    return _qualified(number, shown)


def _value(digits: str, power: str, scale: int) -> str | None:
    power = re.sub(r"[ ×]", "", power).replace("−", "-")
    exponent = int(re.split(r"[\^eE]", power)[-1]) if power else 0
    if power.startswith("^"):  # a power of the digits themselves: 10^-3, 2^20
        base = decimal(digits)
        if base != "10":
            return (
                format(int(base) ** exponent, "d")
                if base.isdecimal() and 0 <= exponent <= 64 and len(base) < 3
                else None
            )
        digits = "1"
    return decimal(digits, exponent + scale)


def _orders(words: str, start: int, end: int) -> Number:
    """Orders of magnitude as the factor they mean; a broken order (1.5) stays an order."""
    counts = [
        _WORDS.get(word, "1" if word in {"an", "one"} else word)
        for word in re.split(r" to |-to-| or |[-–]", words.lower())
    ]
    if not all(count.isdecimal() and len(count) < 3 for count in counts):
        return Number(start, end, counts[-1], "orders of magnitude", "multiple")
    factors = [decimal("1", int(count)) for count in counts]
    low, high = (factors[0], factors[1]) if len(factors) == 2 else (None, None)
    return Number(start, end, factors[-1], "x", "multiple", low=low, high=high)


def _with_unit(number: Number, shown: str) -> Number:
    if match := _POINTS.match(shown, number.end):
        percent = match["percent"] or "%" in match.group()
        return replace(number, end=match.end(), unit="percentage points" if percent else "points")
    if (match := _UNIT.match(shown, number.end)) and (unit := _unit(match, number, shown)):
        return replace(number, end=match.end(), unit=unit)
    if match := _RATE.match(shown, number.end):
        unit = " ".join(match.group().strip(" -").split())
        return replace(number, end=match.end(), unit=_SECONDS.sub("/s", unit))
    if number.kind == "digits" and (match := _OUT_OF.match(shown, number.end)):
        return replace(number, end=match.end(), unit=f"/{match[1] or match[2]}")
    return number


def _unit(match: re.Match[str], number: Number, shown: str) -> str | None:
    spelling, gap = match["unit"], match.start("unit") - number.end
    unit = canonical(spelling)
    if unit is None:
        return None
    if len(spelling) == 1 and spelling.isalpha():
        follows = shown[match.end("unit") : match.end("unit") + 3].lstrip()[:1]
        if (spelling.lower() == "x" and follows.isdigit()) or (spelling in "Bt" and not gap) or spelling in "MKTGk":
            return None
    if (
        unit == "x"
        and spelling == "×"
        and re.match(r" {0,8}\d|[A-Z]", shown[match.end("unit") : match.end("unit") + 10])
    ):
        return None
    if unit == "%" and gap > 1 and spelling not in "%\\%":
        unit = "%"
    if per := match["per"]:
        whole = " ".join((spelling + per).split())
        return canonical(whole) or _SECONDS.sub("/s", whole)
    return unit


def _qualified(number: Number, shown: str) -> Number:
    window = max(0, number.start - 24)
    if match := _BEFORE.search(shown[window : number.start]):
        spelling = " ".join((match["word"] or match["sign"]).lower().split())
        return replace(number, qualifier=_QUALIFIERS[spelling], qualifier_start=window + match.start())
    return number


_CLOSED = re.compile(r"[^\s$]{0,12}\$")  # a dollar that opens a formula is no currency
_LIST = re.compile(
    r" {0,9}(?:,|/|and|or|to|vs\.?|versus|[-–—]{1,3}|→|,? {0,2}(?:and|or)) {0,9}(?:up to |over |about |~)?$"
)


def _with_units_shared(shown: str, found: list[Number]) -> list[Number]:
    """`3.2 and 4.1 points`: the last of a list tells the unit of all."""
    shared = list(found)
    for i in range(len(found) - 2, -1, -1):
        number, after = shared[i], shared[i + 1]
        if (
            number.unit is None
            and number.kind == "digits"
            and not number.scale
            and after.unit
            and after.kind == "digits"
            and canonical_or_points(after.unit)
            and after.start - number.end < 20
            and _LIST.match(shown[number.end : after.qualifier_start or after.start])
        ):
            shared[i] = replace(number, unit=after.unit)
    return shared


def canonical_or_points(unit: str) -> bool:
    return unit == "points" or canonical(unit) is not None


_RANGE = re.compile(r" *(?:[-–—]{1,3}|to|~)[ ~$]*$")
_BETWEEN = re.compile(r"\b(?:between|rang\w+ (?:from|between|of)|var\w+ (?:from|between))[ ~]*$")
_FROM = re.compile(r"\bfrom[ ~]*$")
_TO = re.compile(r"(?:\bto|→|->)[ ~]*$")
_ARROW = re.compile(r" *(?:→|-+>|⟶) *$")
_PLUS_MINUS = re.compile(r" *(?:±|\+/-|\+-) *$")


def _joined(shown: str, found: list[Number]) -> Iterator[Number]:
    """Ranges, `from A to B`, `to B from A` and `A ± B` become one number each."""
    i = 0
    while i < len(found):
        number = found[i]
        after = found[i + 1] if i + 1 < len(found) and found[i + 1].start - number.end < 60 else None
        joined = _pair(shown, number, after) if after else None
        yield joined or number
        i += 2 if joined else 1


def _pair(shown: str, number: Number, after: Number) -> Number | None:
    gap = shown[number.end : after.qualifier_start or after.start]
    lead = shown[max(0, (number.qualifier_start or number.start) - 16) : number.qualifier_start or number.start]
    if number.kind not in {"digits", "word"} or after.kind != number.kind:
        return None
    if _PLUS_MINUS.match(gap):
        return replace(number, end=after.end, unit=number.unit or after.unit)
    same = number.unit == after.unit or number.unit is None or (after.unit is None and number.unit == "x")
    if not same or any(mark in gap for mark in ".;\n"):
        return None
    if _BETWEEN.search(lead) and re.fullmatch(r" *(?:and|to|[-–—]{1,3}) *", gap):
        return _range(number, after)
    if _ARROW.match(gap) or (_FROM.search(lead) and _TO.search(gap)):
        return replace(
            after,
            start=number.start,
            baseline_value=number.value,
            qualifier_start=None if after.qualifier is None else number.start,
        )
    if _TO.search(lead) and re.fullmatch(r" {0,3}(?:\([^()]{0,30}\) )?from[ ~]{0,4}", gap):
        return replace(number, end=after.end, baseline_value=after.value)
    if _RANGE.match(gap) and number.unit in {None, after.unit, "x"}:
        return _range(number, after)
    return None


def _range(number: Number, after: Number) -> Number:
    if after.scale and not number.scale and Decimal(number.value) < 1000:
        number = replace(number, value=decimal(number.value, _SCALES[after.scale.lower()]))
    low, high = sorted((number.value, after.value), key=Decimal)
    return replace(
        number, end=after.end, value=high, unit=after.unit or number.unit, low=low, high=high, scale=after.scale
    )
