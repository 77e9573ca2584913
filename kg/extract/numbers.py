"""Number expressions: value, unit and qualifier in whatever spelling; not yet what they are of.

The words that stand for numbers, scales and qualifiers are in data/numbers.tsv, the units in data/units.tsv.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from kg.extract.latex import plain
from kg.extract.measures import measure
from kg.files import PACKAGE


@dataclass(frozen=True, slots=True)
class Number:
    """A number expression; `start` to `end` (end-exclusive) reaches from its first digit or word to its unit.

    `kind` is digits, word (`two`), multiple (`twice`, `an order of magnitude`), rank or complexity; `scale` is the
    factor it was written with (`million`, `B`); `qualifier_start` is where the qualifier begins.
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

    @property
    def whole_start(self) -> int:
        """Where the expression starts with its qualifier."""
        return self.start if self.qualifier_start is None else self.qualifier_start


with (PACKAGE / "data" / "numbers.tsv").open(encoding="utf-8", newline="") as _file:
    _ROWS = list(csv.DictReader(_file, delimiter="\t", quoting=csv.QUOTE_NONE))
_WORDS = {row["spelling"]: row["value"] for row in _ROWS if row["kind"] == "word"}
_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS |= {f"{ten}-{one}": str(int(_WORDS[ten]) + n) for ten in _TENS for n, one in enumerate(_ONES, start=1)}
_MULTIPLES = {row["spelling"]: (row["value"], row["unit"]) for row in _ROWS if row["kind"] == "multiple"}
_SCALES = {row["spelling"].lower(): int(row["value"]) for row in _ROWS if row["kind"] == "scale"}
_QUALIFIERS = {row["spelling"]: row["value"] for row in _ROWS if row["kind"] == "qualifier"}
_QUALIFIERS_BY_END: dict[str, list[str]] = {}
for _qualifier in sorted(_QUALIFIERS, key=len, reverse=True):
    _QUALIFIERS_BY_END.setdefault(_qualifier.rsplit(" ", 1)[-1], []).append(_qualifier)


def _either(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))


_LONGEST = 40  # digits; what has more is no number that anybody reads
# The look-ahead comes first: it turns the search away from every other character at once.
_DIGITS = re.compile(
    r"(?=[\d.])(?<![\w.^@#])(?<![A-Za-z][-–])(?<![A-Za-z]\d[-–])(?<![A-Za-z]\d\.\d[-–])"
    r"(?P<digits>\d{1,3}(?:(?:,|\{,\})\d{3})+(?!\d)(?:\.\d+)?|\d{1,3}(?: \d{3}){0,4} 000(?![\d.,])"
    r"|\d{1,3},\d{1,2}(?= ?%)|\d+(?:\.\d+)?|\.\d+)"
    r"(?P<power> *[×x] *10 ?\^[ {]{0,3}[-−]? ?\d{1,2}| ?\^[ {]{0,3}[-−]? ?\d{1,2}|[eE][-−]?\d{1,2}\b)?"
    r"(?P<scale>(?:[ -]{1,2}(?:hundred|(?:thousand|million|billion|trillion)s?)|[KkMBT]|bn)(?![A-Za-z/]))?"
    r"(?P<plus>\+(?![\w.]))?"
)
_WORD = re.compile(
    rf"(?=[{''.join(sorted({c for w in (*_WORDS, *_MULTIPLES) for c in (w[0], w[0].upper())}))}])(?<![A-Za-z])"
    rf"(?P<word>{_either(w for word in (*_WORDS, *_MULTIPLES) for w in (word, word.capitalize()))})"
    r"(?:[ -](?P<scale>hundred|thousand|million|billion))?\b"
)
_ROUND = re.compile(
    r"\b(?:a|one) (?P<hundred>hundred (?=[tmb]))?(?P<scale>hundred|thousand|million|billion|trillion)\b"
)
_ORDERS = re.compile(
    r"\b(?P<word>(?:an?|one|two|three|four|five|six|\d+(?:\.\d+)?)"
    r"(?:(?: to |-to-| or |[-–])(?:one|two|three|four|five|six|\d+))?)"
    r"[ -]orders?[ -]of[ -]magnitude\b"
)
_RANK = re.compile(
    r"(?=[#\dfst])(?:#(?P<hash>\d{1,3})\b|(?<![\w.-])(?P<ordinal>\d{1,3})(?:st|nd|rd|th)\b"
    r"|(?<=ed )(?P<word>first|second|third)\b|(?<![\w-])(?P<place>first|second|third)(?=[ -](?:place|rank)\b))"
    r"(?: (?:out )?of (?:the )?\d{1,4}\b)?"
)
_DEVICES = re.compile(r"(?<![\w.])(?P<count>\d{1,5}) ?[x×] ?(?=(?:NVIDIA |AMD )?[A-Z]{1,3}\d)")  # 8xA100
_PLACES = {"first": "1", "second": "2", "third": "3"}
_COMPLEXITY = re.compile(r"[OΘΩ](?<![A-Za-z].) *(?=\()")
_LAST_WORD = re.compile(r"([A-Za-z.]+-?|[~≈<>≤≥])[ $]*(?:\b(?:an?|the|only|just) +)?$")
_COMMA = re.compile(r"\d{1,3},\d{1,2}")  # 95,3 %
_DECADE = re.compile(r"(?:19|20)\d0s")
_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)(?![A-Za-z])"
_OF_MONTH = re.compile(rf"(?<!\d)\d\d?(?:st|nd|rd|th)?(?: of)? {_MONTH}")
_NUMBERED = re.compile(rf"(?:\b{_MONTH} |§ ?)$")
_OTHER_SCRIPT = re.compile(" [\u0400-\u1dff\u3040-\ud7ff]")  # neither Latin nor Greek
_CURRENCY = re.compile(r"(?:(?<![\w})\]~])|US)\$$")  # one behind a word or brace ends a formula
_CONFIDENCE = re.compile(r"[ -]?(?:CI\b|confidence|credible)")  # 95% CI
_FORMULA = re.compile(r"[^\s$]{0,12}\$|\\")


def numbers(text: str) -> list[Number]:
    """The number expressions of a text, each by itself, in order and without overlap."""
    shown = plain(text)
    found = sorted(
        (number for number in _candidates(text, shown) if number is not None and not _is_unread(number, shown)),
        key=lambda number: (number.start, -number.end, number.kind),
    )
    kept: list[Number] = []
    for number in found:
        if not kept or number.start >= kept[-1].end:
            kept.append(number)
    return kept


def _candidates(text: str, shown: str) -> Iterator[Number | None]:
    for match in _DIGITS.finditer(shown):
        yield _digits(match, text, shown)
    for match in _WORD.finditer(shown):
        yield _word(match, shown)
    for match in _ROUND.finditer(shown) if any(word in shown for word in ("illion", "thousand", "hundred")) else ():
        yield _spelt(*match.span(), "100" if match["hundred"] else "1", match["scale"], shown)
    for match in _DEVICES.finditer(shown):
        yield Number(*match.span(), match["count"])
    for match in _RANK.finditer(shown):
        place = match["word"] or match["place"]
        yield Number(*match.span(), _PLACES[place] if place else match["hash"] or match["ordinal"], "rank", "rank")
    for match in _COMPLEXITY.finditer(shown):
        yield _complexity(match, text)
    if "magnitude" in shown:
        for match in _ORDERS.finditer(shown):
            yield _qualified(_orders(match), shown)


def _is_unread(number: Number, shown: str) -> bool:
    """Whether it numbers a day or a paragraph, says how sure another is, or is in digits or words not read here."""
    if not number.value.isascii():
        return number.kind != "complexity"
    if number.unit == "%" and _CONFIDENCE.match(shown, number.end):
        return True
    if number.unit not in {None, "rank"}:
        return False
    window = max(0, number.start - 10)
    is_ordinal = _OF_MONTH.match(shown, number.start) or _NUMBERED.search(shown[window : number.start])
    return (len(number.value) <= 2 and is_ordinal is not None) or _OTHER_SCRIPT.match(shown, number.end) is not None


def decimal(digits: str, power: int = 0) -> str:
    """A plain decimal number: as the text has it, or scaled by a power of ten."""
    if _COMMA.fullmatch(digits):
        digits = digits.replace(",", ".")
    digits = digits.replace("{,}", "").replace(",", "").replace(" ", "")
    if digits.startswith("."):
        digits = "0" + digits
    if not power:
        return digits
    shown = format(Decimal(digits).scaleb(power), "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def scaled(value: str, scale: str) -> str:
    """A value times the scale it shares with another (`2 to 3 million`)."""
    return decimal(value, _SCALES[scale.lower()]) if scale else value


def _digits(match: re.Match[str], text: str, shown: str) -> Number | None:
    start, end = match.span()
    scale = (match["scale"] or "").strip(" -")
    value = _value(match["digits"], match["power"] or "", _SCALES.get(scale.lower(), 0))
    if value is None or len(value) > _LONGEST:
        return None
    if shown[start - 1 : start] in {"-", "−", "+"} and not re.search(
        r"[\w)\]}%/+–-]$", shown[max(0, start - 2) : start - 1]
    ):
        start -= 1
        value = value if shown[start] == "+" else f"-{value}"
    unit, unit_end = measure(shown, start, end, value)
    number = Number(start, unit_end, value, unit, scale=scale)
    if (number.end == end and shown[end : end + 1].isalpha()) or _DECADE.fullmatch(shown, start, number.end):
        return None  # 3D, 1990s
    if (
        number.unit is None
        and _CURRENCY.search(text, max(0, start - 3), start)
        and not _FORMULA.match(text, match.end("digits"))
    ):
        number = replace(number, start=start - 1, unit="USD")
    if match["plus"] and number.qualifier is None:
        return replace(number, qualifier="over", qualifier_start=number.start)
    return _qualified(number, shown)


def _value(digits: str, power: str, scale: int) -> str | None:
    if len(digits) > _LONGEST:
        return None
    power = re.sub(r"[ ×x{]", "", power).replace("−", "-")
    exponent = int(re.split(r"[\^eE]", power)[-1]) if power else 0
    if power.startswith("^"):  # a power of the digits themselves: 10^-3, 2^20
        base = decimal(digits)
        if base != "10":
            small = base.isdecimal() and len(base) < 3 and 0 <= exponent <= 64
            return format(int(base) ** exponent, "d") if small else None
        digits = "1"
    return decimal(digits, exponent + scale)


def _word(match: re.Match[str], shown: str) -> Number | None:
    start, end = match.span()
    word = match["word"].lower()
    if word in _MULTIPLES and re.search(r"\d\w? $", shown[max(0, start - 4) : start]):
        return None  # 76K triples
    if word in _MULTIPLES:
        value, unit = _MULTIPLES[word]
        return _qualified(Number(start, start + len(word), value, unit, "multiple"), shown)
    return _spelt(start, end, _WORDS[word], match["scale"] or "", shown)


def _spelt(start: int, end: int, value: str, scale: str, shown: str) -> Number:
    value = decimal(value, _SCALES[scale] if scale else 0)
    unit, end = measure(shown, start, end, None)
    return _qualified(Number(start, end, value, unit, "word", scale=scale), shown)


def _complexity(match: re.Match[str], text: str) -> Number | None:
    r"""`O(n \log n)` up to its closing parenthesis; mark-up that only sets type is left out of the value."""
    depth = 0
    for i in range(match.end(), min(len(text), match.end() + 80)):
        depth += (text[i] == "(") - (text[i] == ")")
        if not depth:
            inside = re.sub(r"\\(?:mathcal|left|right|mathrm|[,;!])|\$|\\", "", text[match.end() + 1 : i])
            inside = re.sub(r"\{(\w|[+=-])\}", r"\1", inside)
            return Number(match.start(), i + 1, f"{match.group()[0]}({' '.join(inside.split())})", None, "complexity")
    return None


def _orders(match: re.Match[str]) -> Number:
    """Orders of magnitude as the factor they mean; a broken order (1.5) stays an order."""
    start, end = match.span()
    words = re.split(r" to |-to-| or |[-–]", match["word"].lower())
    counts = ["1" if word in {"a", "an", "one"} else _WORDS.get(word, word) for word in words]
    if not all(count.isdecimal() and len(count) < 3 for count in counts):
        return Number(start, end, counts[-1], "orders of magnitude", "multiple")
    factors = [decimal("1", int(count)) for count in counts]
    low, high = factors if len(factors) == 2 else (None, None)
    return Number(start, end, factors[-1], "x", "multiple", low=low, high=high)


def _qualified(number: Number, shown: str) -> Number:
    window = shown[max(0, number.start - 24) : number.start]
    if match := _LAST_WORD.search(window, max(0, len(window) - 18)):
        before = window[: match.end(1)].lower()
        for qualifier in _QUALIFIERS_BY_END.get(match[1].lower(), ()):
            if before.endswith(qualifier) and not before[: -len(qualifier)][-1:].isalpha():
                start = number.start - len(window) + len(before) - len(qualifier)
                return replace(number, qualifier=_QUALIFIERS[qualifier], qualifier_start=start)
    return number
