"""Where surfaces stand in a text as whole words."""

from collections.abc import Iterable
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

LONGEST = 200  # characters; what is longer is no name, and finding it again would cost the square of its length


class Place(NamedTuple):
    """`text[start:end] == surface`."""

    start: int
    end: int
    surface: str


def places(text: str, surfaces: Iterable[str]) -> list[Place]:
    """Every whole-word occurrence of `surfaces`, overlapping ones too, in order."""
    ordered = sorted(surfaces)
    return sorted(
        Place(start, end, ordered[index])
        for index, start, end in AhoCorasick(ordered).find_matches_as_indexes(text, overlapping=True)
        if not (_joined(text[start - 1 : start], text[start]) or _joined(text[end - 1], text[end : end + 1]))
    )


def _joined(left: str, right: str) -> bool:
    """Whether two neighbouring characters belong to one word."""
    return left.isalnum() and right.isalnum()
