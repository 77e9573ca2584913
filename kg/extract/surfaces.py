"""The surfaces that components propose for names, each with what proposed it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from kg.extract.occurrences import LONGEST
from kg.model import Mention

PIPELINE = "pipeline"  # the source of names by another pipeline than ours: they are taken at its word

_JOINTS = "-/‐‑"
_EDGES = " \"'`‘’“”*_,;:.-/‐‑–—"
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"))
_HANGING = re.compile(
    r"^(?:(?:the|an?|our|this|novel) )+|(?: (?:for|of|in|on|with|and|or|the|an?|to|by|via|from|using|based))+$"
)
_FORMULA = re.compile(r"\w\^\S*|.*\^(?:top)?")

Finds = Mapping[str, Sequence[Mention]]


def by_surface(text: str, candidates: Iterable[Mention], abbreviations: Sequence[tuple[str, str]]) -> Finds:
    """The finds of each surface; both forms of an abbreviation stand for judgement where one was found."""
    finds: dict[str, list[Mention]] = defaultdict(list)
    for candidate in candidates:
        if name := whole(text, candidate):
            finds[name].append(candidate)
    for pair in abbreviations:
        if not finds.keys().isdisjoint(pair):
            for form in pair:
                finds.setdefault(form, [])
    return finds


def whole(text: str, candidate: Mention) -> str:
    """The name as the text has it, where the tagger cut a word at its hyphen; empty when it is none.

    `-equivariant networks` is completed to `E(3)-equivariant networks`; a lone letter, a power or half of
    a formula or bracket is no name.
    """
    start, end = candidate.start, candidate.end
    if candidate.source == PIPELINE:
        return text[start:end] if end - start <= LONGEST else ""
    first, last = max(0, start - LONGEST), min(len(text), end + LONGEST)
    if text[start] in _JOINTS:
        while start > first and not text[start - 1].isspace():
            start -= 1
    if text[end - 1] in _JOINTS:
        while end < last and _continues(text, end):
            end += 1
    if end - start > LONGEST:
        return ""
    name = text[start:end].strip(_EDGES)
    for opening, closing in _BRACKETS:
        if name.count(opening) != name.count(closing):
            name = name.strip(opening + closing + " ")
    name = _HANGING.sub("", name)
    is_name = sum(map(str.isalnum, name)) > 1 and any(map(str.isalpha, name)) and _balanced(name)
    return name if (is_name and not _FORMULA.fullmatch(name)) or candidate.source == "lexicon" else ""


def _balanced(name: str) -> bool:
    return all(name.count(opening) == name.count(closing) for opening, closing in _BRACKETS)


def _continues(text: str, at: int) -> bool:
    """Whether a word goes on there: `vendor/Model-2.5-pro` is one."""
    return text[at].isalnum() or text[at] in _JOINTS or (text[at] == "." and text[at - 1 : at + 2 : 2].isdecimal())
