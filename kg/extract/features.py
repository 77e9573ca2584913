"""What choices look at: the features of a number, and of a number with a name of its sentence."""

from collections.abc import Iterator, Sequence

from kg.extract.numbers import Number
from kg.extract.passages import Name, Passage, Spot
from kg.units import canonical

_UNIT_CLASSES = {
    "%": "%", "x": "x", "percentage points": "points", "points": "points", "parameters": "parameters",
    "tokens": "tokens", "devices": "devices", "USD": "cost", "GPU hours": "cost", "rank": "rank",
    **dict.fromkeys(("ns", "µs", "ms", "s", "min", "h", "days", "weeks", "months", "years"), "time"),
    **dict.fromkeys(("KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "B", "bits"), "memory"),
}  # fmt: skip
_BUCKETS = ("0", "1", "2", "3", "4", "5", "7", "7", *["10"] * 3, *["15"] * 5, *["25"] * 10)
_LINKS = frozenset(
    ", ; ( ) and while whereas with to by compared over than from on for of vs in at using versus baseline".split()
)
_DETERMINERS = frozenset(("the", "a", "an", "its", "their", "our"))
_JOINTS = frozenset((",", "/", "and", "or", "&"))


def unit_class(number: Number) -> str:
    unit = number.unit
    if unit is None:
        return f"no-{number.kind}"
    if unit.startswith("/"):
        return "out-of"
    return _UNIT_CLASSES.get(unit) or canonical(unit) or ("rate" if "/" in unit or " per " in unit else "other")


def bucket(distance: int) -> str:
    """A distance in words, the coarser the longer."""
    return _BUCKETS[distance] if distance < len(_BUCKETS) else "far"


def number_features(spot: Spot, metrics: Sequence[Name]) -> list[str]:
    """What tells a result from a size: the number itself, the words around it, the names and metrics near it."""
    passage, number, first, last = spot.passage, spot.number, spot.first, spot.last
    unit, shape, words = unit_class(number), _shape(number), passage.words
    place = "title" if passage.start == 0 else "last" if passage is spot.scene.passages[-1] else "body"
    b3, b2, b1 = ("^", "^", "^", *words[max(0, first - 3) : first])[-3:]
    a1, a2, a3 = (*words[last : last + 3], "$", "$", "$")[:3]
    return [
        "any", f"unit={unit}", f"exact={number.unit}", f"qualifier={number.qualifier}|{unit}", f"place={place}|{unit}",
        f"shape={shape}", f"shape={shape}|{unit}", f"change={number.baseline_value is not None}",
        f"range={number.low is not None}|{unit}", f"count={min(4, len(passage.numbers))}|{unit}",
        f"b1={b1}", f"b1={b1}|{unit}", f"b2={b2}", f"b3={b3}", f"b12={b2} {b1}",
        f"a1={a1}", f"a1={a1}|{unit}", f"a2={a2}", f"a3={a3}", f"a12={a1} {a2}",
        *[f"B={word}" for word in dict.fromkeys(words[max(0, first - 12) : first])],
        *[f"A={word}" for word in dict.fromkeys(words[last : last + 8])],
        *_names_near(spot),
        *_metrics_near(metrics, first, last, unit),
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


def _names_near(spot: Spot) -> Iterator[str]:
    for name in spot.passage.names:
        if name.start <= spot.number.start < name.end:
            yield f"inside={name.kind}"
        elif 0 <= (gap := name.first - spot.last) <= 2:
            yield f"then={name.kind}|{gap}"
        elif 0 <= (gap := spot.first - name.last) <= 2:
            yield f"after={name.kind}|{gap}"


def _metrics_near(metrics: Sequence[Name], first: int, last: int, unit: str) -> Iterator[str]:
    behind = min([gap for name in metrics if (gap := name.first - last) >= 0], default=99)
    ahead = min([gap for name in metrics if (gap := first - name.last) >= 0], default=99)
    yield f"metric-after={bucket(behind)}|{unit}"
    yield f"metric-before={bucket(ahead)}|{unit}"


def pair_features(spot: Spot, name: Name, rivals: Sequence[Name]) -> list[str]:
    """What ties a name of this sentence to a number: where it stands, what stands between, who else could be meant."""
    number, words = spot.number, spot.passage.words
    side, left, right = (
        ("before", name.last, spot.first) if name.start < number.start else ("after", spot.last, name.first)
    )
    between = words[left:right]
    others = min(3, sum([left <= place < right for place in spot.passage.places]))
    closer = min(3, sum([left <= rival.first < right for rival in rivals if rival is not name]))
    distance = bucket(len(between))
    pre, post = words[name.first - 1] if name.first else "^", words[name.last] if name.last < len(words) else "$"
    features = [
        side, f"{side} {distance}", f"{side} {others} {closer}", f"{side} numbers={others}", f"{side} closer={closer}",
        f"{side} kind={name.kind}", f"{side} pre={pre}", f"{side} post={post}", f"{side} unit={unit_class(number)}",
        f"{side} pre2={words[name.first - 2] if name.first > 1 else '^'} {pre}",
        f"{side} owned={_owner(spot, name, len(between))} {distance}",
        *[f"{side} between={word}" for word in dict.fromkeys(between) if word in _LINKS],
        *[f"{side} verb={word[:6]}" for word in dict.fromkeys(between) if len(word) > 3],
        f"{side} first={name.first == 0} post={post}", f"{side} at={min(name.first, 3)} {distance}",
    ]  # fmt: skip
    if between:
        link = next((word for word in reversed(between) if word not in _DETERMINERS), between[-1])
        features += (f"{side} first={between[0]}", f"{side} last={between[-1]}")
        features.append(f"{side} link={link} {others} {closer}")
    if len(between) <= 4:
        features.append(f"{side} gap={' '.join(between)}")
    if len(rivals) > 1 and len(spot.passage.numbers) > 1:
        features += _aligned(spot, name, rivals)
    return features


def _owner(spot: Spot, name: Name, distance: int) -> str:
    """Whether another number is nearer to a name than this one."""
    nearest = 99
    for other, place in zip(spot.passage.numbers, spot.passage.places, strict=True):
        if other is not spot.number:
            nearest = min(nearest, place - name.last if place >= name.last else max(0, name.first - place - 1))
    return "this" if nearest > distance else "both" if nearest == distance else "other"


def _aligned(spot: Spot, name: Name, rivals: Sequence[Name]) -> Iterator[str]:
    """What lists say: `A and B ... 3 and 4`, `3 for A and 4 for B`; their members count from the left or the right."""
    passage, number = spot.passage, spot.number
    here = passage.places[passage.numbers.index(number)]
    alike = [at for other, at in zip(passage.numbers, passage.places, strict=True) if other.unit == number.unit]
    named = sorted({rival.first for rival in rivals})
    if len(alike) == 1 or len(named) == 1:
        return
    match = alike.index(here) == named.index(name.first)
    yield f"parallel {_parallel(passage, here, [at for at in alike if at != here], name, rivals)}"
    turns = "".join([kind for _, kind in sorted([(at, "n") for at in alike] + [(at, "s") for at in named])])
    if turns in {"ns" * len(alike), "sn" * len(alike)}:
        yield f"turns {turns[:2]} {match}"
    numbers, names = _run(passage, passage.places, here), _run(passage, named, name.first)
    if len(numbers) > 1 and len(names) > 1:
        yield f"list {len(numbers) == len(names)} {numbers.index(here) == names.index(name.first)}"
    if "respectively" in passage.words:
        yield f"respectively {len(alike) == len(named)} {match}"
        yield f"respectively {len(alike) - alike.index(here) == len(named) - named.index(name.first)}"


def _parallel(passage: Passage, here: int, others: Sequence[int], name: Name, rivals: Sequence[Name]) -> str:
    """Whether another number and another name stand as these two do: `3% for the A and 4% for the B`."""
    words = passage.words
    if here < name.first:
        pattern = words[here + 1 : name.first]
        ends = {rival.first for rival in rivals}
        places = ((at + 1, at + 1 + len(pattern)) for at in others)
        alike = any(end in ends and words[start:end] == pattern for start, end in places)
        return f"after {alike}"
    pattern = words[name.last : here]
    starts = {rival.last for rival in rivals}
    alike = any(at - len(pattern) in starts and words[at - len(pattern) : at] == pattern for at in others)
    return f"before {alike}"


def _run(passage: Passage, places: Sequence[int], place: int) -> list[int]:
    """Those of some places that nothing but commas, slashes and conjunctions joins to `place`, one of them."""
    run: list[int] = []
    for at in sorted(set(places)):
        between = passage.words[run[-1] + 1 : at] if run else ()
        if run and not (between and _JOINTS.issuperset(between)):
            if place in run:
                break
            run = []
        run.append(at)
    return run


def coordinated(spot: Spot, name: Name, rivals: Sequence[Name]) -> list[Name]:
    """The names that share a number: `98% precision and recall` is of both, `3% and 4%` have one each."""
    passage = spot.passage
    rivals = [rival for rival in rivals if rival.kind == "Metric"]
    here = passage.places[passage.numbers.index(spot.number)]
    if name not in rivals or len(_run(passage, passage.places, here)) > 1:
        return [name]
    run = _run(passage, [rival.first for rival in rivals], name.first)
    return [rival for rival in rivals if rival.first in run]
