"""What the choices of `kg.extract.results` look at: the features of a number, and of a number with a name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.extract.numbers import Number
from kg.extract.passages import Passage
from kg.units import canonical

_UNIT_CLASSES = {
    "%": "%", "x": "x", "percentage points": "points", "points": "points",
    "parameters": "parameters", "tokens": "tokens", "devices": "devices", "USD": "cost", "GPU hours": "cost",
} | dict.fromkeys(("ns", "µs", "ms", "s", "min", "h", "days", "weeks", "months", "years"), "time") | dict.fromkeys(
    ("KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "B", "bits"), "memory"
)  # fmt: skip
_NEAR = (0, 1, 2, 3, 4, 5, 7, 10, 15, 25)


@dataclass(frozen=True, slots=True)
class Name:
    """Something that a number may be of: `text` is what a result says, `start` and `end` where it stands.

    `kind` is a mention's type, `word` for a word that stands for a metric, `default` for a metric that stands nowhere.
    """

    start: int
    end: int
    text: str
    kind: str


def unit_class(number: Number) -> str:
    unit = number.unit
    if unit is None:
        return f"no-{number.kind}"
    if unit.startswith("/"):
        return "out-of"
    known = canonical(unit)
    return _UNIT_CLASSES.get(unit) or (known if known else "rate" if "/" in unit or " per " in unit else "other")


def bucket(distance: int) -> str:
    return str(next((edge for edge in _NEAR if distance <= edge), "far"))


def number_features(passage: Passage, number: Number, metrics: Sequence[Name], *, place: str) -> Iterator[str]:
    """What tells a result from a size: the number itself, the words around it, the metrics near it."""
    unit = unit_class(number)
    first, last = passage.index(number.qualifier_start or number.start), passage.index(number.end)
    words = passage.words
    before, after = ("^", "^", "^", *words[max(0, first - 4) : first]), (*words[last : last + 5], "$", "$", "$")
    yield "any"
    yield f"unit={unit}"
    yield f"exact={number.unit}"
    yield f"qualifier={number.qualifier}|{unit}"
    yield f"place={place}"
    yield f"shape={_shape(number)}"
    yield f"shape={_shape(number)}|{unit}"
    if number.baseline_value:
        yield "change"
    if number.low:
        yield f"range|{unit}"
    yield f"b1={before[-1]}"
    yield f"b1={before[-1]}|{unit}"
    yield f"b2={before[-2]}"
    yield f"b3={before[-3]}"
    yield f"b12={before[-2]} {before[-1]}"
    yield f"a1={after[0]}"
    yield f"a1={after[0]}|{unit}"
    yield f"a2={after[1]}"
    yield f"a3={after[2]}"
    yield f"a12={after[0]} {after[1]}"
    for word in set(words[max(0, first - 12) : first]):
        yield f"B={word}"
    for word in set(words[last : last + 8]):
        yield f"A={word}"
    yield f"count={min(4, len(passage.numbers))}|{unit}"
    yield from _names_near(passage, number, first, last)
    yield from _nearest_metric(passage, metrics, first, last, unit)


def _shape(number: Number) -> str:
    if number.kind != "digits":
        return number.kind
    if number.scale:
        return f"scaled-{number.scale.lower()}"
    value = number.value
    if "." in value:
        return "fraction" if value.lstrip("-").startswith("0.") else "decimal"
    if value.startswith(("19", "20")) and len(value) == 4:
        return "year"
    return f"digits-{min(5, len(value.lstrip('-')))}"


def _names_near(passage: Passage, number: Number, first: int, last: int) -> Iterator[str]:
    for name in passage.names:
        if name.start <= number.start and number.end <= name.end or name.start < number.start < name.end:
            yield f"inside={name.type}"
        elif 0 <= (gap := passage.index(name.start) - last) <= 2:
            yield f"then={name.type}|{gap}"
        elif 0 <= (gap := first - passage.index(name.end)) <= 2:
            yield f"after={name.type}|{gap}"


def _nearest_metric(passage: Passage, metrics: Sequence[Name], first: int, last: int, unit: str) -> Iterator[str]:
    behind = [passage.index(name.start) - last for name in metrics if passage.index(name.start) >= last]
    ahead = [first - passage.index(name.end) for name in metrics if passage.index(name.end) <= first]
    yield f"metric-after={bucket(min(behind)) if behind else None}|{unit}"
    yield f"metric-before={bucket(min(ahead)) if ahead else None}|{unit}"


def pair_features(role: str, passage: Passage, number: Number, name: Name, rivals: Sequence[Name]) -> Iterator[str]:
    """What ties a name of this sentence to a number: where it stands, what stands between, who else could be meant."""
    first, last = passage.index(number.qualifier_start or number.start), passage.index(number.end)
    start, end = passage.index(name.start), passage.index(name.end)
    words = passage.words
    side, left, right = ("before", end, first) if name.start < number.start else ("after", last, start)
    between = words[left:right]
    others = sum(1 for other in passage.numbers if other is not number and left <= passage.index(other.start) < right)
    closer = sum(1 for rival in rivals if rival is not name and left <= passage.index(rival.start) < right)
    yield f"{role} {side} {bucket(len(between))}"
    yield f"{role} {side} numbers={min(others, 3)} closer={min(closer, 3)}"
    yield f"{role} {side} numbers={min(others, 3)}"
    yield f"{role} {side} closer={min(closer, 3)}"
    yield f"{role} {side} kind={name.kind}"
    if len(between) <= 4:
        yield f"{role} {side} gap={' '.join(between)}"
    pre = words[start - 1] if start else "^"
    post = words[end] if end < len(words) else "$"
    yield f"{role} {side} pre={pre}"
    yield f"{role} {side} post={post}"
    yield f"{role} pre2={words[start - 2] if start > 1 else '^'} {pre}"
    if between:
        yield f"{role} {side} first={between[0]}"
        yield f"{role} {side} last={between[-1]}"
    for mark in (
        ",",
        ";",
        "(",
        ")",
        "and",
        "while",
        "whereas",
        "with",
        "to",
        "by",
        "compared",
        "over",
        "than",
        "from",
        "on",
        "for",
        "of",
        "vs",
        "in",
        "at",
    ):
        if mark in between:
            yield f"{role} {side} between={mark}"
    yield f"{role} {side} {unit_class(number)}"
    if "respectively" in words and side == "before":
        yield from _aligned(role, passage, number, name, rivals)


def _aligned(role: str, passage: Passage, number: Number, name: Name, rivals: Sequence[Name]) -> Iterator[str]:
    """In `A and B ..., 3 and 4, respectively`, the names count from the left as the numbers do."""
    numbers = [other for other in passage.numbers if other.unit == number.unit]
    names = sorted({rival.start for rival in rivals})
    if len(numbers) > 1 and number in numbers and name.start in names:
        yield f"{role} respectively={numbers.index(number) == names.index(name.start)}"
        yield f"{role} respectively-end={len(numbers) - numbers.index(number) == len(names) - names.index(name.start)}"
