"""Results and sizes: each number of a text is classified once, then given its metric and its roles.

What numbers there are is read by rules (`kg.extract.ranges`); what a number is, and which name plays which role, are
choices by learnt weights (`kg.extract.choices`).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from kg.extract.alternatives import KINDS, SIZES, counted, metric_names, metrics_for, size_features, things_for
from kg.extract.changes import change
from kg.extract.choices import classified, ranked
from kg.extract.comparisons import is_second, of_second, rival
from kg.extract.features import coordinated, number_features
from kg.extract.passages import Name, Spot, spots, survey
from kg.model import Mention, Quantity, Result
from kg.names import TYPE_KIND
from kg.spelling import loose
from kg.text import fold

LEAST_SCORE = 0.253
_LEAST_QUANTITY = 0.4
_LEAST_DEFAULT = 0.465  # where no metric is named, and what goes without saying is a guess
# What is chosen twice, the kind of a number and its metric, is surer of itself than it should be: of 925 results in
# abstracts not learnt from, 71 % were right at .85 and 35 % at .55. So a score is this power of the probability.
_SOBER = 1.5
# A name overlooked is commoner than a role that the text does not give: a name needs this much, not the half. Devices
# need less still: most annotations leave this role open.
_LEAST_ROLE = {"subject": 0.25, "dataset": 0.25, "hardware": 0.15, "baseline": 0.25}
_AVERAGE, _ON_AVERAGE = frozenset({"average", "averaged", "averaging", "mean"}), ("on", "average")
_SHARED, _CONJUNCTIONS = frozenset({"up to", "average"}), frozenset({"and", ",", "or", "/"})
_RANK, _PLACING = Name("rank", "word"), 0.9
_PLACED = re.compile(r"(?:rank|place|placing|finish|leaderboard|position)")
_EVIDENCE = 90  # characters that a quote may reach out for its metric, and again for its subject
_FOR = re.compile(r"(?: \([^()]{1,20}\))? for (?:the )?")


def find_results(
    text: str, mentions: Sequence[Mention], *, abbreviations: Sequence[tuple[str, str]] = (), least: float = LEAST_SCORE
) -> tuple[tuple[Result, ...], tuple[Quantity, ...]]:
    """The results and the sizes that a text states, in order; `least` is the score that a result needs."""
    scene = survey(text, mentions, abbreviations)
    results: list[Result] = []
    quantities: list[Quantity] = []
    last: Result | None = None
    named = [(passage, metric_names(scene, passage)) for passage in scene.passages]
    seen = [(spot, metrics) for passage, metrics in named for spot in spots(scene, passage)]
    kinds = classified("kind", KINDS, [number_features(spot, metrics) for spot, metrics in seen])
    for (spot, metrics), chances in zip(seen, kinds, strict=True):
        chance = _PLACING if _is_placing(spot) else 1.0 if _is_new_order(spot) else chances["result"]
        second = is_second(spot, last)
        found = _results(spot, metrics, last, chance, least, second=second)
        results += found
        last = found[-1] if found and not second else last
        sized = not found and spot.number.kind != "complexity"
        if sized and chances["quantity"] > _LEAST_QUANTITY and (size := _quantity(spot)).unit:
            quantities.append(size)
    return _once(results), tuple(quantities)


def _is_placing(spot: Spot) -> bool:
    """`ranks #1 of 42`, `placed second`: forms too rare to be learnt well."""
    words = spot.passage.words
    near = (*words[max(0, spot.first - 3) : spot.first], *words[spot.last : spot.last + 2])
    return spot.number.kind == "rank" and any(map(_PLACED.match, near))


def _is_new_order(spot: Spot) -> bool:
    """`from O(n^2) to O(n log n)`: as rare, and never anything else than a result."""
    return spot.number.kind == "complexity" and spot.number.baseline_value is not None


def _results(
    spot: Spot, metrics: Sequence[Name], last: Result | None, chance: float, least: float, *, second: bool = False
) -> list[Result]:
    """The results of a number: none, one, or one for each metric that shares it."""
    if chance**_SOBER < least:
        return []
    metric, share = (_RANK, 1.0) if _is_placing(spot) else _metric(spot, metrics, last)
    score = (chance * share) ** _SOBER
    if score < (max(least, _LEAST_DEFAULT) if metric.kind == "default" else least):
        return []
    number = spot.number
    if second:
        subject = of_second(spot, metric, last)
    else:
        subject = _said_of(spot, metric) or _role("subject", spot, last, but=rival(spot))
    baseline, baseline_value = _role("baseline", spot, last, but=subject), number.baseline_value
    if number.kind == "complexity":  # its baseline is a formula, and a formula is no value
        baseline, baseline_value = baseline_value or baseline, None
    start, end = _evidence(spot, metric, subject)
    result = Result(
        start,
        end,
        spot.scene.text[start:end],
        metric.text,
        number.value,
        None if metric is _RANK else number.unit,
        number.qualifier or _average(spot) or _shared_qualifier(spot, last),
        number.low,
        number.high,
        subject,
        _role("dataset", spot, last),
        _role("hardware", spot, last),
        baseline,
        baseline_value,
        change(spot, metric.text, last),
        round(score, 3),
    )
    return [replace(result, metric=name.text) for name in coordinated(spot, metric, metrics)]


def _metric(spot: Spot, metrics: Sequence[Name], last: Result | None) -> tuple[Name, float]:
    """The likeliest metric and its probability: `speedup` and `speedups`, named or implied, are one."""
    names = ranked("metric", metrics_for(spot, metrics, last))
    shares: dict[str, float] = defaultdict(float)
    for name, part in names:
        shares[_form(name)] += part
    metric = max((name for name, _ in names), key=lambda name: shares[_form(name)])
    return metric, shares[_form(metric)]


def _form(name: Name) -> str:
    return loose(name.text)


def _role(role: str, spot: Spot, last: Result | None, *, but: str | None = None) -> str | None:
    """The name that plays a role and is not `but`, or None."""
    previous: str | None = getattr(last, role, None)
    names = ranked(role, things_for(role, spot, previous))
    return next(
        (name or None for name, chance in names if name != but and (name or chance > 1 - _LEAST_ROLE[role])), None
    )


def _said_of(spot: Spot, metric: Name) -> str | None:
    """Whose value it is in `41.2% utilization (UT) for the Granite 40B model`: a form too rare to be learnt well."""
    behind = _FOR.match(spot.scene.text, metric.end) if metric.start >= spot.number.end else None
    systems = (name for name in spot.passage.names if TYPE_KIND.get(name.kind) == "method")
    return next((name.text for name in systems if behind and name.start == behind.end()), None)


def _average(spot: Spot) -> str | None:
    words = spot.passage.words
    before, behind = words[max(0, spot.first - 5) : spot.first], words[spot.last : spot.last + 6]
    if _AVERAGE.intersection(before) or _ON_AVERAGE in pairwise(behind):
        return "average"
    return None


def _shared_qualifier(spot: Spot, last: Result | None) -> str | None:
    """`up to 13x speedup and 4x lower memory`: said once, it holds for what directly follows an `and` or a comma."""
    if last is None or last.start < spot.passage.start or last.qualifier not in _SHARED:
        return None
    return last.qualifier if spot.passage.words[spot.first - 1] in _CONJUNCTIONS else None


def _evidence(spot: Spot, metric: Name, subject: str | None) -> tuple[int, int]:
    """From the number out to its metric, then to its subject, as far as no other number stands between."""
    passage, number = spot.passage, spot.number
    start, end = number.whole_start, number.end
    subjects = [(name.start, name.end) for name in passage.names if name.text == subject]
    for left, right in (
        (metric.start, metric.end),
        *sorted(subjects, key=lambda span: abs(span[0] - number.start))[:1],
    ):
        low, high = min(start, left), max(end, right)
        crossed = any(low <= other.start < high for other in passage.numbers if not start <= other.start < end)
        if left >= 0 and not crossed and high - low <= end - start + _EVIDENCE:
            start, end = low, high
    return start, end


def _once(results: Iterable[Result]) -> tuple[Result, ...]:
    """A result told twice, in title and abstract, is one: the one of the higher score."""
    best: dict[tuple[str, ...], Result] = {}
    for result in results:
        key = (result.value, result.unit or "", fold(result.metric), fold(result.subject or ""), result.dataset or "")
        if key not in best or result.score > best[key].score:
            best[key] = result
    return tuple(sorted(best.values(), key=lambda result: (result.start, result.end)))


def _quantity(spot: Spot) -> Quantity:
    number = spot.number
    (chances,) = classified("size", SIZES, [size_features(spot)])
    size = max(SIZES, key=chances.__getitem__)
    unit = number.unit or ("parameters" if size == "parameters" else counted(spot) or None)
    of = ranked("of", things_for("of", spot, None))[0][0] or None
    return Quantity(number.start, number.end, spot.scene.text[number.start : number.end], number.value, unit, size, of)
