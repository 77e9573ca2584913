"""Of two numbers that are compared, `81% vs. 74%`, whose each is: forms too rare to be learnt well."""

import re

from kg.extract.alternatives import things_for
from kg.extract.choices import ranked
from kg.extract.passages import Name, Passage, Spot
from kg.extract.phrases import nameless
from kg.model import Result
from kg.names import TYPE_KIND

_CUES = frozenset({"vs", "versus", "against", "compared"})  # of the second of two numbers that are compared
_BETWEEN = _CUES | {".", ",", "(", ")", "$", "\\", "to", "with", "<Metric>"}
_OF = re.compile(r"(?: (?:achieved|obtained|reached))? (?:for|by|with|under|of|from|in) (?:the |an? )?")
_LEAST = 0.1


def _is_compared(passage: Passage, at: int) -> bool:
    """Whether the number of that rank is what the one before it is compared with: the 17.6 of `21.1% vs 17.6%`."""
    if not 0 < at < len(passage.numbers):
        return False
    before, number = passage.numbers[at - 1], passage.numbers[at]
    between = passage.words[passage.places[at - 1] + 1 : passage.index(number.whole_start)]
    alike = before.unit == number.unit or None in (before.unit, number.unit)
    return alike and not _CUES.isdisjoint(between) and _BETWEEN.issuperset(between)


def is_second(spot: Spot, last: Result | None) -> bool:
    """Whether `last` is the result of a number that this one is compared with."""
    at = spot.passage.numbers.index(spot.number)
    first = spot.passage.numbers[at - 1]
    return (
        last is not None
        and _is_compared(spot.passage, at)
        and last.start <= first.start < last.end
        and last.value == first.value
    )


def of_second(spot: Spot, metric: Name, last: Result | None) -> str | None:
    """Whose value the second of two compared numbers is: what stands behind it, or before the parenthesis that holds
    both, else what the first is compared with.
    """
    subject, baseline = (last.subject, last.baseline) if last else (None, None)
    end = max(spot.number.end, metric.end)
    behind = _OF.match(spot.scene.text, end)
    after = next((name.text for name in _systems(spot) if behind and name.start == behind.end()), None)
    likely = ranked("baseline", things_for("baseline", spot, None))
    rivals = [after, rival(spot), baseline, *(name for name, chance in likely if chance >= _LEAST)]
    return next((name for name in rivals if name and name != subject), None)


def rival(spot: Spot) -> str | None:
    """The B of `A beats B (81% vs. 74%)`, where this is one of the numbers."""
    passage = spot.passage
    at = passage.numbers.index(spot.number)
    first = at - 1 if _is_compared(passage, at) else at if _is_compared(passage, at + 1) else None
    if first is None or passage.words[passage.places[first] - 1] != "(":
        return None
    return next((name.text for name in _systems(spot) if name.last == passage.places[first] - 1), None)


def _systems(spot: Spot) -> list[Name]:
    """What the sentence names that a number may be of, with and without a name of its own."""
    named = [name for name in spot.passage.names if TYPE_KIND.get(name.kind) == "method"]
    return [*named, *nameless("subject", spot)]
