"""Names of the lexicon in a text: Aho-Corasick over all of them at once, then the question where a name ends.

Hyphens, underscores and line ends count as spaces while searching. Case matters for short names and acronyms and for
entries that ask for it; longer names are found in any case.
"""

import re
from collections.abc import Iterable, Iterator

from ahocorasick_rs import AhoCorasick

from kg.extract.occurrences import follows_count
from kg.lexicon import Entry, Lexicon
from kg.model import TYPES

Match = tuple[int, int, Entry]

_SPACES = {ord(mark): " " for mark in "-‐‑‒–—_~"}
_SHORT = 4  # letters; up to here `Rank` and `RANK` are two things
_LETTER_THEN_DIGIT = re.compile(r"(?<=[A-Za-z])[ -](?=\d)")
# What may follow a name: `GPT-4-based` names GPT-4, but `Llama-3-8B`, `GPT-4.1`, `GPT-4o`, `Recall@10` and `C++` go on.
_GOES_ON = re.compile(r"[^\W_]|[-‐‑_][A-Z0-9]|[-‐‑_][a-z]{1,2}(?![a-z])|[.,/:]\d|[@+#^]|’?\w")
_VERSION_FOLLOWS = re.compile(r"[ ~-]v?\d")
_PLURAL = re.compile(r"e?s(?![^\W_])")
_COMES_ON = re.compile(r"[^\W_]$|[^\W_][-‐‑_]$|[@#/.]$")
_SMALL_PREFIX = re.compile(r"(?<![^\W_])[a-z]{2,}[-‐‑]$")  # multi-GPU


class Matcher:
    """Finds the names of a lexicon. `find` is what it is for; the two automata are built once."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._exact: dict[str, Entry] = {}
        self._any: dict[str, Entry] = {}
        for surface, entry in lexicon.surfaces():
            exact = entry.match == "exact" or _is_acronym(surface)
            for spelling in _spellings(surface):
                if exact:
                    self._exact.setdefault(spelling, entry)
                else:
                    self._any.setdefault(_lower(spelling), entry)
        self._searches = tuple((AhoCorasick(list(names)), tuple(names.values())) for names in (self._exact, self._any))

    def find(self, text: str) -> list[Match]:
        """The names in `text` as (start, end, entry), in order, none overlapping: the first, then the longest, wins.

        `end` takes in the plural s. Offsets are code points, end-exclusive.
        """
        plain = text.translate(_SPACES)
        found: list[Match] = []
        for (automaton, entries), haystack in zip(self._searches, (plain, _lower(plain)), strict=True):
            for index, start, end in automaton.find_matches_as_indexes(haystack, overlapping=True):
                entry = entries[index]
                # Between spaces, as most are, a name is whole: no pattern need be asked.
                stop = end if text[end : end + 1] == " " and entry.type != "Model" else _end(text, end, entry)
                if stop is not None and (text[start - 1 : start] == " " or _begins(text, start, end)):
                    found.append((start, stop, entry))
        return list(_leftmost_longest(found))


def _is_acronym(surface: str) -> bool:
    """Whether case tells the name from an everyday word: it is short, or most of its letters are capitals."""
    letters = [letter for letter in surface if letter.isalpha()]
    return " " not in surface and (len(letters) <= _SHORT or sum(map(str.isupper, letters)) * 2 > len(letters))


def _spellings(surface: str) -> Iterator[str]:
    """The name with spaces for hyphens, without the one before its version, and with -ies for -y."""
    plain = surface.translate(_SPACES)
    joined = _LETTER_THEN_DIGIT.sub("", surface, count=1).translate(_SPACES)
    yield plain
    if joined != plain:
        yield joined
    if re.search(r"[b-df-hj-np-tv-z]y$", plain):
        yield plain[:-1] + "ies"


def _lower(text: str) -> str:
    """Lower case of the same length, so that offsets hold."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _begins(text: str, start: int, end: int) -> bool:
    """Whether no word runs into the name from before; `multi-GPU` has a GPU, `X-GPT-4` no GPT-4."""
    if not _COMES_ON.search(text[max(0, start - 2) : start]) or follows_count(text, start):
        return True
    return text[start:end].isupper() and _SMALL_PREFIX.search(text[max(0, start - 24) : start]) is not None


def _end(text: str, end: int, entry: Entry) -> int | None:
    """Where a name that seems to end at `end` really ends, or None when it goes on."""
    if plural := _PLURAL.match(text, end):
        end = plural.end()
    if _GOES_ON.match(text, end) or (entry.type == "Model" and _VERSION_FOLLOWS.match(text, end)):
        return None
    return end


def _leftmost_longest(matches: Iterable[Match]) -> Iterator[Match]:
    reached = 0
    for start, end, entry in sorted(matches, key=lambda m: (m[0], -m[1], TYPES.index(m[2].type), m[2].key)):
        if start >= reached:
            yield start, end, entry
            reached = end
