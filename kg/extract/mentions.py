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
LONGEST = 200  # characters; what is longer is no name, and finding it again would cost the square of its length

_JOINTS = "-/‐‑"
_REST = re.compile(rf"(?:[^\W_]|[{_JOINTS}])+")
_EDGES = " \"'`‘’“”*_,;:.-/‐‑–—"
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"))
_HANGING = re.compile(
    r"^(?:(?:the|an?|our|this|novel) )+|(?: (?:for|of|in|on|with|and|or|the|an?|to|by|via|from|using|based))+$"
)
_FORMULA = re.compile(r"\w\^\S*|.*\^(?:top)?")

# Of each surface, how sure each source is of each type: {"H100": {("Hardware", "lexicon"): 0.7}}.
Finds = dict[str, dict[tuple[str, str], float]]


def resolve(
    text: str, candidates: Iterable[Mention], abbreviations: Sequence[tuple[str, str]], *, threshold: float = THRESHOLD
) -> tuple[Mention, ...]:
    """The mentions of `text`, in order and without overlap.

    A surface has one type throughout a paper (ANNOTATING: all its occurrences get the type): the lexicon's where it
    lists the name, else the one with the strongest evidence. Both forms of an abbreviation share their evidence.
    """
    finds: Finds = defaultdict(dict)
    for candidate in candidates:
        if name := _whole(text, candidate):
            _note(finds[name], candidate.type, candidate.source, candidate.score)
    _share(finds, abbreviations)
    decided = {surface: _decide(found) for surface, found in finds.items()}
    mentions = _occurrences(text, {surface: best for surface, best in decided.items() if best[1] >= threshold})
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
        first = max(0, start - LONGEST)
        start = max(first, text.rfind(" ", first, start) + 1, text.rfind("\n", first, start) + 1)
    if text[end - 1] in _JOINTS and (rest := _REST.match(text, end, end + LONGEST)):
        end = rest.end()
    if end - start > LONGEST:
        return ""
    name = text[start:end].strip(_EDGES)
    for opening, closing in _BRACKETS:
        if name.count(opening) != name.count(closing):
            name = name.strip(opening + closing + " ")
    name = _HANGING.sub("", name)
    is_name = sum(map(str.isalnum, name)) > 1 and any(map(str.isalpha, name)) and _balanced(name)
    return name if (is_name and not _FORMULA.fullmatch(name)) or candidate.source == LEXICON else ""


def _balanced(name: str) -> bool:
    return all(name.count(opening) == name.count(closing) for opening, closing in _BRACKETS)


def _note(found: dict[tuple[str, str], float], type_: str, source: str, score: float) -> None:
    found[type_, source] = max(score, found.get((type_, source), 0.0))


def _share(finds: Finds, abbreviations: Sequence[tuple[str, str]]) -> None:
    """Give both forms of an abbreviation the finds of either.

    What the lexicon lists under a short form is set aside where the text gives it a meaning of its own.
    """
    for short, long in abbreviations:
        shorts, longs = finds.get(short, {}), finds.get(long, {})
        listed = any(source == LEXICON for _, source in longs)
        shared = {of: score for of, score in shorts.items() if listed or of[1] != LEXICON}
        for (type_, source), score in longs.items():
            _note(shared, type_, source, score)
        if shared:
            finds[short] = finds[long] = shared


def _decide(found: Mapping[tuple[str, str], float]) -> tuple[str, float, str]:
    """Type, score and sources of a surface; what several components say independently is likelier than one alone."""
    listed = {of: score for of, score in found.items() if of[1] == LEXICON}
    best, _ = max(listed or found, key=lambda of: (found[of], -TYPES.index(of[0]), of[1]))
    doubts = {source: 1 - score for (type_, source), score in found.items() if type_ == best}
    return best, 1 - math.prod(doubts.values()), "+".join(sorted(doubts))


def _occurrences(text: str, decided: Mapping[str, tuple[str, float, str]]) -> list[Mention]:
    """Every whole-word occurrence of the decided surfaces; where two overlap the longer wins, then the earlier.

    What stands in a web address, such as the owner of a repository, is none.
    """
    surfaces = sorted(decided)
    spans = [
        (start, end, surfaces[index])
        for index, start, end in AhoCorasick(surfaces).find_matches_as_indexes(text, overlapping=True)
        if not (_joined(text[start - 1 : start], text[start]) or _joined(text[end - 1], text[end : end + 1]))
    ]
    spans.sort(key=lambda span: (span[0] - span[1], span[0]))
    taken = bytearray(len(text))
    for start, end in links(text):
        taken[start:end] = b"\x01" * (end - start)
    mentions = []
    for start, end, surface in spans:
        if not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            mentions.append(Mention(start, end, surface, *decided[surface]))
    return sorted(mentions, key=lambda mention: mention.start)


def _joined(left: str, right: str) -> bool:
    """Whether two neighbouring characters belong to one word."""
    return left.isalnum() and right.isalnum()
