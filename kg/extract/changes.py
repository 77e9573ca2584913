"""Whether a result is a level (`reaches 49.3%`) or a change (`improves by 3 points`), and of which kind.

The words that tell are in data/changes.tsv.
"""

import csv
import re
from collections.abc import Sequence

from kg.extract.passages import Spot
from kg.files import PACKAGE
from kg.model import Result
from kg.units import canonical

_BEFORE, _BEHIND, _VERB_REACH = 4, 4, 14  # words
_FILLING = frozenset(
    "an a the average of up to over about nearly almost roughly approximately as much by + $ \\".split()
)
_JOINTS = frozenset((",", "and", "or", "/"))
_WITHIN = frozenset(("-", "<Metric>", "<Method>", "$", "\\"))  # what may stand between a number and its noun
_STOPS = frozenset(
    "and or on with at in for of than but while to from using via over under compared is was are".split()
)

with (PACKAGE / "data" / "changes.tsv").open(encoding="utf-8", newline="") as _file:
    _ROWS = [(row["word"], row["role"]) for row in csv.DictReader(_file, delimiter="\t", quoting=csv.QUOTE_NONE)]
_NOUNS = frozenset(form for word, role in _ROWS if role == "noun" for form in (word, f"{word}s"))
_DEGREES = frozenset(word for word, role in _ROWS if role == "degree")
_SHARES = frozenset(word for word, role in _ROWS if role == "share")
_VERB = re.compile(rf"(?:{'|'.join(word for word, role in _ROWS if role == 'verb')})[a-z]{{0,5}}$")


def change(spot: Spot, metric: str, last: Result | None = None) -> str | None:
    """None for a level, else how the value differs from what it is compared with.

    "absolute" is a difference in the metric's own unit, "relative" a share or a multiple; "unclear" is a change in % of
    what is itself in %, where nobody can tell which. `last` is the result told before this one.
    """
    number = spot.number
    if number.baseline_value is not None or number.kind in {"complexity", "rank"}:
        return None  # `from 71 s to 29 s` gives both levels
    unit = canonical(number.unit or "") or number.unit
    if unit == "x":
        return "relative"
    if unit == "percentage points":
        return "absolute"
    return _kind(spot, metric, unit) if _is_change(spot) or _goes_on(spot, last) else None


def _kind(spot: Spot, metric: str, unit: str | None) -> str:
    near = _near(spot)
    if "relative" in near or "relatively" in near:
        return "relative"
    if "absolute" in near or unit != "%":
        return "absolute"
    return "unclear" if _SHARES.intersection(metric.lower().replace("-", " ").split()) else "relative"


def _near(spot: Spot) -> Sequence[str]:
    words = spot.passage.words
    return words[max(0, spot.first - _BEFORE) : spot.last + _BEHIND]


def _is_change(spot: Spot) -> bool:
    text, words = spot.scene.text, spot.passage.words
    if "+" in text[max(0, spot.number.start - 1) : spot.number.start + 1]:
        return True
    at = spot.first
    while at and words[at - 1] in _FILLING:
        at -= 1
    led = words[at : spot.first]
    before = words[max(0, at - _VERB_REACH) : at]
    if "by" in led and (any(map(_VERB.match, before)) or _DEGREES.intersection(before)):
        return True
    if at and words[at - 1] in _NOUNS and (spot.number.qualifier or {"of", "by"}.intersection(led)):
        return True  # `a reduction of 30%`, `gains over 30%`
    return _followed(words[spot.last : spot.last + 3 * _BEHIND])


def _goes_on(spot: Spot, last: Result | None) -> bool:
    """`by 18% on A, and 6% on B`: what a sentence says of a number holds for the next one of its list."""
    if last is None or last.change is None or last.start < spot.passage.start or last.unit != spot.number.unit:
        return False
    return spot.passage.words[spot.first - 1] in _JOINTS


def _followed(words: Sequence[str]) -> bool:
    """`30% faster`, `11%, 14%, and 19% accuracy gains`; the 5% of `5%, a gain` and `95% with less` is none."""
    listed = next((at for at, word in enumerate(words) if word not in _JOINTS and word != "<N>"), 0)
    for word in words[listed if "<N>" in words[:listed] else 0 :][:_BEHIND]:
        if word in _NOUNS or word in _DEGREES:
            return True
        if not (word.isalpha() or word in _WITHIN) or word in _STOPS:
            return False
    return False
