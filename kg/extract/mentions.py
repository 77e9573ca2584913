"""From the names of a paper to its mentions: every occurrence, the longest of overlapping ones."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from kg.extract.introduced import OWN_TYPES, introduced
from kg.extract.occurrences import places
from kg.model import Mention
from kg.text import fold, links


def settle(text: str, names: Iterable[Mention], abbreviations: Sequence[tuple[str, str]]) -> tuple[Mention, ...]:
    """The mentions of `text`, in order and without overlap, given one mention of each name.

    Where two overlap the longer wins, then the earlier. What stands in a web address, such as the owner of
    a repository, is none.
    """
    decided = {name.text: name for name in names}
    taken = bytearray(len(text))
    for start, end in links(text):
        taken[start:end] = b"\x01" * (end - start)
    mentions = []
    for start, end, surface in sorted(places(text, decided), key=lambda place: (place.start - place.end, place.start)):
        if not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            mentions.append(replace(decided[surface], start=start, end=end))
    mentions.sort(key=lambda mention: mention.start)
    own = introduced(text, mentions, abbreviations)
    return tuple(
        replace(mention, introduced=True) if mention.type in OWN_TYPES and fold(mention.text) in own else mention
        for mention in mentions
    )
