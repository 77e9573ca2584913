"""Results and sizes: each number of a text is classified once, then given its metric and its roles.

What numbers there are is read by rules (`kg.extract.ranges`); what a number is, and which name plays which role, are
choices by learnt weights (`kg.extract.choices`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from kg.extract.alternatives import SIZES, kinds, metric_names, metrics_of, sizes, things_for
from kg.extract.choices import probabilities, weights
from kg.extract.features import Name
from kg.extract.numbers import Number
from kg.extract.passages import Passage, Scene, survey
from kg.model import Mention, Quantity, Result

LEAST_SCORE = 0.4
_RESULT_ROLES = ("subject", "dataset", "hardware", "baseline")
# A role that the text does not give is rarer than a name overlooked: a name is taken at this share of the probability.
_LEAST_ROLE = 0.35
_AVERAGE_BEFORE, _AVERAGE_AFTER = frozenset({"average", "averaged", "averaging", "mean"}), ("on", "average")
_STOP = re.compile(
    r"(?:[^\w-]|of|on|in|for|with|from|to|by|at|across|and|or|that|which|are|is|was|were|using|per|than|as)$"
)
_EVIDENCE = 90

Found = tuple[tuple[Result, ...], tuple[Quantity, ...]]
Choice = TypeVar("Choice")


def find_results(
    text: str, mentions: Sequence[Mention], *, abbreviations: Sequence[tuple[str, str]] = (), least: float = LEAST_SCORE
) -> Found:
    """The results and the sizes that a text states, in order; `least` is the score that a result needs."""
    scene = survey(text, mentions, abbreviations)
    results: list[Result] = []
    quantities: list[Quantity] = []
    for passage in scene.passages:
        metrics = metric_names(scene, passage)
        before: Result | None = None
        for number in passage.numbers:
            chances = dict(_ranked("kind", kinds(scene, passage, number, metrics)))
            found = _results(scene, passage, number, metrics, (results or [None])[-1], chances["result"], least)
            if found:
                before = _distributed(scene, passage, number, found[0], before)
                results += [before, *found[1:]]
            elif chances["quantity"] > 0.5:
                quantities.append(_quantity(scene, passage, number))
    return tuple(results), tuple(quantities)


def _ranked(choice: str, alternatives: Iterable[tuple[Choice, list[str]]]) -> list[tuple[Choice, float]]:
    """The alternatives with their probabilities, the likeliest first."""
    names, features = zip(*alternatives, strict=True)
    chances = zip(names, probabilities(features, weights().get(choice, {})), strict=True)
    return sorted(chances, key=lambda pair: -pair[1])


def _results(scene, passage, number, metrics, previous, chance, least):  # noqa
    if chance < least:
        return []
    ranked = _ranked("metric", metrics_of(passage, number, metrics))
    metric, share = ranked[0]
    if chance * share < least:
        return []
    roles = {role: _role(role, scene, passage, number, previous) for role in _RESULT_ROLES}
    names = [metric]
    start, end = _evidence(passage, number, [metric, *[n for n in passage.names if n.text == roles["subject"]]])
    return [
        Result(
            start,
            end,
            scene.text[start:end],
            name.text,
            number.value,
            number.unit,
            number.qualifier or _average(passage, number),
            number.low,
            number.high,
            **roles,
            baseline_value=number.baseline_value,
            score=round(chance * share, 3),
        )
        for name in names
    ]


def _role(role: str, scene: Scene, passage: Passage, number: Number, previous: Result | None) -> str | None:
    before = getattr(previous, role) if previous else None
    ranked = _ranked(role, things_for(role, scene, passage, number, before))
    return next((name or None for name, chance in ranked if name or chance > 1 - _LEAST_ROLE), None)


def _average(passage: Passage, number: Number) -> str | None:
    first, last = passage.index(number.start), passage.index(number.end)
    before, after = passage.words[max(0, first - 5) : first], passage.words[last : last + 6]
    if _AVERAGE_BEFORE.intersection(before) or _AVERAGE_AFTER in zip(after, after[1:], strict=False):
        return "average"
    return None


def _distributed(scene, passage, number, result, before):
    return result


def _evidence(passage: Passage, number: Number, names) -> tuple[int, int]:
    """From the number out to its metric and subject, as far as no other number stands between."""
    start, end = number.whole_start, number.end
    for name in names:
        low, high = min(start, name.start), max(end, name.end)
        if not passage.start <= name.start < passage.end or high - low > _EVIDENCE + end - start:
            continue
        if not any(low <= other.start < high for other in passage.numbers if not start <= other.start < end):
            start, end = low, high
    return start, end


def _quantity(scene: Scene, passage: Passage, number: Number) -> Quantity:
    noun = size_noun(passage, number)
    size = _ranked("size", sizes(passage, number, noun))[0][0]
    unit = number.unit or ("parameters" if size == "parameters" else noun or None)
    of = _ranked("of", things_for("of", scene, passage, number, None))[0][0]
    return Quantity(
        number.start, number.end, scene.text[number.start : number.end], number.value, unit, size, of or None
    )


def size_noun(passage: Passage, number: Number) -> str:
    """What is counted: the first plural within four words of a number, else the word behind it."""
    last = passage.index(number.end)
    following = []
    for word in passage.words[last : last + 4]:
        if _STOP.match(word):
            break
        following.append(word)
    return next((word for word in following if word.endswith("s") and len(word) > 3), following[0] if following else "")
