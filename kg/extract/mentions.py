"""From the finds of several components to the mentions of a paper: one type a name, every occurrence, longest first."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ahocorasick_rs import AhoCorasick

from kg.extract.introduced import OWN_TYPES, introduced
from kg.model import TYPES, Mention
from kg.text import fold, links

THRESHOLD = 0.4
LEXICON = "lexicon"

_JOINTS = "-/‐‑"
_EDGES = " \"'`‘’“”*_,;:.-/‐‑–—"
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"))
_HANGING = re.compile(
    r"^(?:(?:the|an?|our|this|novel) )+|(?: (?:for|of|in|on|with|and|or|the|an?|to|by|via|from|using|based))+$"
)
_FORMULA = re.compile(r"\w\^\S*|.*\^(?:top)?")

Finds = dict[str, list[Mention]]


def resolve(
    text: str, candidates: Iterable[Mention], abbreviations: Sequence[tuple[str, str]], *, threshold: float = THRESHOLD
) -> tuple[Mention, ...]:
    """The mentions of `text`, in order and without overlap.

    A surface has one type throughout a paper (ANNOTATING: all its occurrences get the type): the lexicon's where it
    lists the name, else the one with the strongest evidence. Both forms of an abbreviation share their evidence.
    """
    finds: Finds = defaultdict(list)
    for candidate in candidates:
        if name := _whole(text, candidate):
            finds[name].append(candidate)
    _share(finds, abbreviations)
    decided = {surface: _decide(surface, found) for surface, found in finds.items()}
    mentions = _occurrences(text, {surface: best for surface, best in decided.items() if best.score >= threshold})
    own = introduced(text, mentions, abbreviations)
    return tuple(
        replace(mention, introduced=True) if mention.type in OWN_TYPES and fold(mention.text) in own else mention
        for mention in mentions
    )


def _whole(text: str, candidate: Mention) -> str:
    """The name as the text has it, where the tagger cut a word at its hyphen; empty when it is none.

    `-equivariant networks` is completed to `E(3)-equivariant networks`; a lone letter, a power or half of
    a formula or bracket is no name.
    """
    start, end = candidate.start, candidate.end
    if text[start] in _JOINTS:
        while start and not text[start - 1].isspace():
            start -= 1
    if text[end - 1] in _JOINTS:
        while end < len(text) and _continues(text[end]):
            end += 1
    name = text[start:end].strip(_EDGES)
    for opening, closing in _BRACKETS:
        if name.count(opening) != name.count(closing):
            name = name.strip(opening + closing + " ")
    name = _HANGING.sub("", name)
    is_name = sum(map(str.isalnum, name)) > 1 and any(map(str.isalpha, name)) and _balanced(name)
    return name if (is_name and not _FORMULA.fullmatch(name)) or candidate.source == LEXICON else ""


def _balanced(name: str) -> bool:
    return all(name.count(opening) == name.count(closing) for opening, closing in _BRACKETS)


def _continues(character: str) -> bool:
    return character.isalnum() or character in _JOINTS


def _share(finds: Finds, abbreviations: Sequence[tuple[str, str]]) -> None:
    """Give both forms of an abbreviation the finds of either.

    What the lexicon lists under a short form is set aside where the text gives it a meaning of its own.
    """
    for short, long in abbreviations:
        shorts, longs = finds.get(short, []), finds.get(long, [])
        if not any(find.source == LEXICON for find in longs):
            shorts = [find for find in shorts if find.source != LEXICON]
        if shorts or longs:
            finds[short] = finds[long] = [*shorts, *longs]


def _decide(surface: str, finds: Sequence[Mention]) -> Mention:
    """One find for a surface; what several components say independently is likelier than what one does."""
    listed = [find for find in finds if find.source == LEXICON]
    best = max(listed or finds, key=lambda find: (find.score, -TYPES.index(find.type), find.source))
    doubts: dict[str, float] = {}
    for find in finds:
        if find.type == best.type:
            doubts[find.source] = min(1 - find.score, doubts.get(find.source, 1.0))
    return replace(best, text=surface, score=1 - math.prod(doubts.values()), source="+".join(sorted(doubts)))


def _occurrences(text: str, decided: Mapping[str, Mention]) -> list[Mention]:
    """Every whole-word occurrence of the decided surfaces; where two overlap the longer wins, then the earlier.

    What stands in a web address, such as the owner of a repository, is none.
    """
    surfaces = sorted(decided)
    spans = [
        (start, end, decided[surfaces[index]])
        for index, start, end in AhoCorasick(surfaces).find_matches_as_indexes(text, overlapping=True)
        if not (_joined(text[start - 1 : start], text[start]) or _joined(text[end - 1], text[end : end + 1]))
    ]
    spans.sort(key=lambda span: (span[0] - span[1], span[0]))
    taken = bytearray(len(text))
    for start, end in links(text):
        taken[start:end] = b"\x01" * (end - start)
    mentions = []
    for start, end, found in spans:
        if not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            mentions.append(replace(found, start=start, end=end))
    return sorted(mentions, key=lambda mention: mention.start)


def _joined(left: str, right: str) -> bool:
    """Whether two neighbouring characters belong to one word."""
    return left.isalnum() and right.isalnum()
