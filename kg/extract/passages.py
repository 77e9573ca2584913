"""A text as role assignment sees it: sentences with their numbers, and the things that names stand for."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.extract.latex import plain
from kg.extract.numbers import Number
from kg.extract.ranges import expressions
from kg.model import Mention
from kg.text import fold, sentences

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?|\d+(?:[.,]\d+)*|[^\w\s]|_")


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """What one or several surfaces of a text name; `text` is the first of them, `mentions` are in order."""

    text: str
    type: str
    mentions: tuple[Mention, ...]
    titled: bool
    introduced: bool


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """One sentence: `words` are its lower-cased tokens, `starts` where they start in the text."""

    start: int
    end: int
    words: tuple[str, ...]
    starts: tuple[int, ...]
    numbers: tuple[Number, ...]
    names: tuple[Mention, ...]

    def index(self, offset: int) -> int:
        """The number of tokens that start before `offset`."""
        return bisect_left(self.starts, offset)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A text's sentences, of those that hold a number, and its things, the most salient first."""

    text: str
    passages: tuple[Passage, ...]
    things: tuple[Thing, ...]


def survey(text: str, mentions: Sequence[Mention], abbreviations: Sequence[tuple[str, str]] = ()) -> Scene:
    names = sorted(mentions, key=lambda mention: (mention.start, -mention.end))
    return Scene(text, tuple(_passages(text, names)), _things(text, names, abbreviations))


def _passages(text: str, names: Sequence[Mention]) -> Iterator[Passage]:
    found = expressions(text)
    if not found:
        return
    shown = plain(text)
    number_starts, name_starts = [number.start for number in found], [name.start for name in names]
    for start, end in sentences(text):
        first, last = bisect_left(number_starts, start), bisect_left(number_starts, end)
        if first < last:
            tokens = list(_TOKEN.finditer(shown, start, end))
            here = names[bisect_left(name_starts, start) : bisect_left(name_starts, end)]
            yield Passage(
                start,
                end,
                tuple([token.group().lower() for token in tokens]),
                tuple([token.start() for token in tokens]),
                tuple(found[first:last]),
                tuple(here),
            )


def _things(text: str, names: Sequence[Mention], abbreviations: Sequence[tuple[str, str]]) -> tuple[Thing, ...]:
    """What the names stand for; salient is what the paper introduces, has in its title, names often and early."""
    long_forms = {fold(short): fold(long) for short, long in abbreviations}
    groups: dict[tuple[str, str], list[Mention]] = {}
    for name in names:
        folded = fold(name.text)
        groups.setdefault((name.type, long_forms.get(folded, folded)), []).append(name)
    title_end = text.find("\n")
    things = [
        Thing(group[0].text, type_, tuple(group), group[0].start < title_end, any(name.introduced for name in group))
        for (type_, _), group in groups.items()
    ]
    return tuple(
        sorted(things, key=lambda it: (not it.introduced, not it.titled, -len(it.mentions), it.mentions[0].start))
    )
