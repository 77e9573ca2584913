"""Where surfaces stand in a text as whole words."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

_COUNT = re.compile(r"(?<![\w.])\d{1,5}x$")
LONGEST = 200  # characters; what is longer is no name, and finding it again would cost the square of its length


class Place(NamedTuple):
    """`text[start:end] == surface`."""

    start: int
    end: int
    surface: str


def places(text: str, surfaces: Iterable[str]) -> list[Place]:
    """Every whole-word occurrence of `surfaces`, overlapping ones too, in order."""
    ordered = sorted(surfaces)
    # Of the implementations the one that is made fastest, for it reads one text.
    found = AhoCorasick(ordered, implementation=Implementation.NoncontiguousNFA)
    return sorted(
        Place(start, end, ordered[index])
        for index, start, end in found.find_matches_as_indexes(text, overlapping=True)
        if not _joined(text[end - 1], text[end : end + 1])
        and (not _joined(text[start - 1 : start], text[start]) or follows_count(text, start))
    )


def follows_count(text: str, start: int) -> bool:
    """Whether what starts here is counted by what it is joined to: the A100 of `8xA100`."""
    return text[start - 1 : start] == "x" and _COUNT.search(text, max(0, start - 7), start) is not None


def _joined(left: str, right: str) -> bool:
    """Whether two neighbouring characters belong to one word."""
    return left.isalnum() and right.isalnum()
