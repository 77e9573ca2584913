"""From the finds of several components to the mentions of a paper: one type a name, every occurrence, longest first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ahocorasick_rs import AhoCorasick

from kg.extract.introduced import OWN_TYPES, introduced
from kg.model import TYPES, Mention
from kg.text import fold

# A name that two components find is likelier than either says; a weak find alone is not told.
THRESHOLD = 0.5


def resolve(
    text: str, candidates: Iterable[Mention], abbreviations: Sequence[tuple[str, str]], *, threshold: float = THRESHOLD
) -> tuple[Mention, ...]:
    """The mentions of `text`, in order and without overlap.

    A surface has one type throughout a paper (ANNOTATING: all its occurrences get the type), the one with the
    strongest evidence; the short and the long form of an abbreviation share it.
    """
    evidence = _evidence(candidates)
    _share(evidence, abbreviations)
    decided = {surface: best for surface, found in evidence.items() if (best := _strongest(found)).score >= threshold}
    mentions = _occurrences(text, decided)
    own = introduced(text, mentions, abbreviations)
    return tuple(
        replace(mention, introduced=True) if mention.type in OWN_TYPES and fold(mention.text) in own else mention
        for mention in mentions
    )


def _evidence(candidates: Iterable[Mention]) -> dict[str, dict[str, Mention]]:
    """For each surface and type the best find."""
    evidence: dict[str, dict[str, Mention]] = defaultdict(dict)
    for found in candidates:
        known = evidence[found.text].get(found.type)
        if known is None or (found.score, found.source) > (known.score, known.source):
            evidence[found.text][found.type] = found
    return evidence


def _strongest(found: Mapping[str, Mention]) -> Mention:
    return max(found.values(), key=lambda mention: (mention.score, -TYPES.index(mention.type)))


def _share(evidence: dict[str, dict[str, Mention]], abbreviations: Sequence[tuple[str, str]]) -> None:
    """Give both forms of an abbreviation the evidence of either."""
    for short, long in abbreviations:
        for type_ in TYPES:
            finds = [evidence[form][type_] for form in (short, long) if type_ in evidence.get(form, {})]
            for form in (short, long):
                if finds:
                    best = max(finds, key=lambda mention: mention.score)
                    source = best.source if best.text == form else "abbreviation"
                    evidence.setdefault(form, {})[type_] = replace(best, text=form, source=source)


def _occurrences(text: str, decided: Mapping[str, Mention]) -> list[Mention]:
    """Every whole-word occurrence of the decided surfaces; where two overlap the longer wins, then the earlier."""
    surfaces = sorted(decided)
    spans = [
        (start, end, decided[surfaces[index]])
        for index, start, end in AhoCorasick(surfaces).find_matches_as_indexes(text, overlapping=True)
        if not (_joined(text[start - 1 : start], text[start]) or _joined(text[end - 1], text[end : end + 1]))
    ]
    spans.sort(key=lambda span: (span[0] - span[1], span[0]))
    taken = bytearray(len(text))
    mentions = []
    for start, end, found in spans:
        if not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            mentions.append(replace(found, start=start, end=end))
    return sorted(mentions, key=lambda mention: mention.start)


def _joined(left: str, right: str) -> bool:
    """Whether two neighbouring characters belong to one word."""
    return left.isalnum() and right.isalnum()
