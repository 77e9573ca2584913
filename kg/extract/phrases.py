"""Plain phrases that a number may be the measure of, where no metric is named: `reduces Z by 3%`, `3% fewer Z`."""

import re
from collections.abc import Iterator, Sequence

from kg.extract.occurrences import LONGEST
from kg.extract.passages import Name, Passage, Spot

_LONGEST = 4
_STOP = re.compile(
    r"<|[^\w-]|(?:a|an|the|its|their|our|this|these|that|which|of|on|in|for|with|from|to|by|at|across|and|or|but|while"
    r"|when|as|than|over|compared|per|is|are|was|were|be|up|it|we|only|also|not|all|each|both|using|against|under|between)$"
)
_VERB = re.compile(
    r"(?:reduc|increas|improv|lower|cut|decreas|boost|rais|sav|accelerat|enhanc|outperform|achiev|reach)\w*$"
)
_DEGREE = frozenset(
    "higher lower better fewer more less greater larger smaller longer shorter relative absolute average mean".split()
)
_HEADS = {
    "subject": re.compile(
        r"(?:model|baseline|approach|system|variant|framework|pipeline|agent|method|network|classifier|architecture"
        r"|policy|algorithm|strategy|ensemble|implementation|encoder|decoder|detector|learner|controller|solver)s?$"
    ),
    "dataset": re.compile(
        r"(?:(?:data)?set|benchmark|suite|task|environment|simulation|cohort|split|problem)s?$|corpus$|corpora$"
    ),
}
_PLAIN = frozenset("proposed new novel same other existing previous prior several many most some first second".split())
_CHANGE = re.compile(r"(?:improvement|reduction|increase|decrease|gain|drop|boost|saving|decline|rise)s?$")


def phrases(spot: Spot, taken: Sequence[Name]) -> Iterator[Name]:
    """The phrases behind and before a number; those that share a word with a name in `taken` are left out."""
    words, first, last = spot.passage.words, spot.first, spot.last
    ranges = [_behind(words, last), _behind(words, last, of_change=True)]
    if first and words[first - 1] in {"by", "to", "of", "from", "is", "at", "(", "="}:
        ranges.append(_before(words, first - 1))
    for left, right in dict.fromkeys(ranges):
        if left < right and not any(name.first < right and left < name.last for name in taken):
            phrase = _name(spot, left, right)
            if len(phrase.text) <= LONGEST:
                yield phrase


def nameless(role: str, spot: Spot) -> Iterator[Name]:
    """Phrases for what has no name: `the fine-tuned model` as subject, `a held-out test set` as data set."""
    words, head = spot.passage.words, _HEADS.get(role)
    for last, word in enumerate(words if head else ()):
        if head is None or not head.match(word):
            continue
        first = last
        while first > max(0, last - _LONGEST) and not _STOP.match(words[first - 1]) and words[first - 1] not in _PLAIN:
            first -= 1
        if first < last:
            phrase = _name(spot, first, last + 1)
            if len(phrase.text) <= LONGEST:
                yield phrase


def _behind(words: tuple[str, ...], at: int, *, of_change: bool = False) -> tuple[int, int]:
    """`3% fewer safety violations`, `3% reduction in violations`."""
    while at < len(words) and words[at] in _DEGREE:
        at += 1
    if of_change:
        change = next((i for i in range(at, min(len(words), at + 3)) if _CHANGE.match(words[i])), None)
        if change is None or words[change + 1 : change + 2] not in [("in",), ("of",)]:
            return at, at
        at = change + 2
        while at < len(words) and words[at] in {"the", "its", "both", "average", "overall"}:
            at += 1
    end = at
    while end < min(len(words), at + _LONGEST) and not _STOP.match(words[end]) and not _CHANGE.match(words[end]):
        end += 1
    return at, end


def _before(words: tuple[str, ...], end: int) -> tuple[int, int]:
    """`reduces safety violations by 3%`, `a violation rate of 3%`."""
    at = end
    while at > max(0, end - _LONGEST) and not _STOP.match(words[at - 1]) and not _VERB.match(words[at - 1]):
        at -= 1
    return at, end


def _name(spot: Spot, left: int, right: int) -> Name:
    passage: Passage = spot.passage
    start, end = passage.starts[left], passage.starts[right - 1] + len(passage.words[right - 1])
    return Name(spot.scene.text[start:end], "phrase", start, end, left, right)
