"""A sentence with what role assignment looks at: its tokens, numbers and names."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.extract.numbers import Number, numbers, plain
from kg.model import Mention
from kg.text import sentences

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?|\d+(?:[.,]\d+)*|[^\w\s]|_")


@dataclass(frozen=True, slots=True)
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


def passages(text: str, mentions: Sequence[Mention]) -> Iterator[Passage]:
    """The sentences of a text, in order."""
    shown = plain(text)
    found = numbers(text)
    names = sorted(mentions, key=lambda mention: (mention.start, -mention.end))
    n = m = 0
    for start, end in sentences(text):
        first, n = n, n + sum(1 for _ in _until(found, n, end))
        first_name, m = m, m + sum(1 for _ in _until(names, m, end))
        tokens = list(_TOKEN.finditer(shown, start, end)) if n > first else []
        words = tuple(token.group().lower() for token in tokens)
        starts = tuple(token.start() for token in tokens)
        yield Passage(start, end, words, starts, tuple(found[first:n]), tuple(names[first_name:m]))


def _until(items: Sequence[Number] | Sequence[Mention], first: int, end: int) -> Iterator[int]:
    for i in range(first, len(items)):
        if items[i].start >= end:
            return
        yield i
