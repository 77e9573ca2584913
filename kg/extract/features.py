"""What choices look at: the features of a number, and of a number with a name of its sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.extract.numbers import Number
from kg.extract.passages import Passage
from kg.units import canonical

_UNIT_CLASSES = {
    "%": "%", "x": "x", "percentage points": "points", "points": "points", "parameters": "parameters",
    "tokens": "tokens", "devices": "devices", "USD": "cost", "GPU hours": "cost", "rank": "rank",
    **dict.fromkeys(("ns", "µs", "ms", "s", "min", "h", "days", "weeks", "months", "years"), "time"),
    **dict.fromkeys(("KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "B", "bits"), "memory"),
}  # fmt: skip
_EDGES = (0, 1, 2, 3, 4, 5, 7, 10, 15, 25)
_LINKS = frozenset(
    ", ; ( ) and while whereas with to by compared over than from on for of vs in at using versus baseline".split()
)


@dataclass(frozen=True, slots=True)
class Name:
    """Something a number may be of: `text` is what the result will say, `start` and `end` where that stands.

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
    return _UNIT_CLASSES.get(unit) or canonical(unit) or ("rate" if "/" in unit or " per " in unit else "other")


def bucket(distance: int) -> str:
    return next((str(edge) for edge in _EDGES if distance <= edge), "far")


def number_features(passage: Passage, number: Number, metrics: Sequence[Name], *, place: str) -> list[str]:
    """What tells a result from a size: the number itself, the words around it, the names and metrics near it."""
    unit, shape = unit_class(number), _shape(number)
    first, last = passage.index(number.whole_start), passage.index(number.end)
    words = passage.words
    b3, b2, b1 = ("^", "^", "^", *words[max(0, first - 3) : first])[-3:]
    a1, a2, a3 = (*words[last : last + 3], "$", "$", "$")[:3]
    return [
        "any", f"unit={unit}", f"exact={number.unit}", f"qualifier={number.qualifier}|{unit}", f"place={place}|{unit}",
        f"shape={shape}", f"shape={shape}|{unit}", f"change={number.baseline_value is not None}",
        f"range={number.low is not None}|{unit}", f"count={min(4, len(passage.numbers))}|{unit}",
        f"b1={b1}", f"b1={b1}|{unit}", f"b2={b2}", f"b3={b3}", f"b12={b2} {b1}",
        f"a1={a1}", f"a1={a1}|{unit}", f"a2={a2}", f"a3={a3}", f"a12={a1} {a2}",
        *[f"B={word}" for word in set(words[max(0, first - 12) : first])],
        *[f"A={word}" for word in set(words[last : last + 8])],
        *_names_near(passage, number, first, last),
        *_metrics_near(passage, metrics, first, last, unit),
    ]  # fmt: skip


def _shape(number: Number) -> str:
    if number.kind != "digits":
        return number.kind
    if number.scale:
        return f"scaled-{number.scale.lower()}"
    value = number.value.lstrip("-")
    if "." in value:
        return "fraction" if value.startswith("0.") else "decimal"
    if len(value) == 4 and value.startswith(("19", "20")):
        return "year"
    return f"digits-{min(5, len(value))}"


def _names_near(passage: Passage, number: Number, first: int, last: int) -> Iterator[str]:
    for name in passage.names:
        if name.end < number.start - 40 or name.start > number.end + 40:
            continue
        if name.start <= number.start < name.end:
            yield f"inside={name.type}"
        elif 0 <= (gap := passage.index(name.start) - last) <= 2:
            yield f"then={name.type}|{gap}"
        elif 0 <= (gap := first - passage.index(name.end)) <= 2:
            yield f"after={name.type}|{gap}"


def _metrics_near(passage: Passage, metrics: Sequence[Name], first: int, last: int, unit: str) -> Iterator[str]:
    behind = [gap for name in metrics if (gap := passage.index(name.start) - last) >= 0]
    ahead = [gap for name in metrics if (gap := first - passage.index(name.end)) >= 0]
    yield f"metric-after={bucket(min(behind)) if behind else None}|{unit}"
    yield f"metric-before={bucket(min(ahead)) if ahead else None}|{unit}"


def pair_features(passage: Passage, number: Number, name: Name, rivals: Sequence[Name]) -> list[str]:
    """What ties a name of this sentence to a number: where it stands, what stands between, who else could be meant."""
    words = passage.words
    first, last = passage.index(number.whole_start), passage.index(number.end)
    start, end = passage.index(name.start), passage.index(name.end)
    side, left, right = ("before", end, first) if name.start < number.start else ("after", last, start)
    between = words[left:right]
    others = min(
        3, sum(1 for other in passage.numbers if left <= passage.index(other.start) < right and other is not number)
    )
    closer = min(3, sum(1 for rival in rivals if left <= passage.index(rival.start) < right and rival is not name))
    pre, post = words[start - 1] if start else "^", words[end] if end < len(words) else "$"
    features = [
        side, f"{side} {bucket(len(between))}", f"{side} {others} {closer}", f"{side} numbers={others}", f"{side} closer={closer}",
        f"{side} kind={name.kind}", f"{side} pre={pre}", f"{side} post={post}", f"{side} pre2={words[start - 2] if start > 1 else '^'} {pre}",
        f"{side} unit={unit_class(number)}", *[f"{side} between={mark}" for mark in _LINKS.intersection(between)],
    ]  # fmt: skip
    if between:
        features += (f"{side} first={between[0]}", f"{side} last={between[-1]}")
    if len(between) <= 4:
        features.append(f"{side} gap={' '.join(between)}")
    if side == "before" and "respectively" in words:
        features += _aligned(passage, number, name, rivals)
    return features


def _aligned(passage: Passage, number: Number, name: Name, rivals: Sequence[Name]) -> Iterator[str]:
    """In `A and B ..., 3 and 4, respectively`, the names count as the numbers do, from the left or from the right."""
    numbers = [other for other in passage.numbers if other.unit == number.unit]
    names = sorted({rival.start for rival in rivals if rival.start < numbers[0].start})
    if len(numbers) > 1 and name.start in names:
        at, of = numbers.index(number), names.index(name.start)
        yield f"respectively={at == of}"
        yield f"respectively-end={len(numbers) - at == len(names) - of}"
