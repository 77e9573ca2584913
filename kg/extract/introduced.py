"""Which of the names in an abstract the paper presents as its own."""

import re
from collections.abc import Iterable, Sequence

from kg.model import Mention
from kg.text import fold, sentences

OWN_TYPES = frozenset({"Method", "Model", "Software", "Dataset"})

_VERB = (
    r"(?:propos|present|introduc|develop|design|releas|creat|construct|contribut|devis|formulat|unveil|"
    r"open-?sourc|establish|describ|build|built|curat|collect|offer|provid|put forward|publish|implement)\w*"
)
_WHO = r"(?:we|this (?:paper|work|article|study|report|letter)|the authors|here)"
# `we then propose a novel, lightweight framework, NAME` up to the name; verbs of use between would mean another's work.
_BEFORE = re.compile(
    rf"\b{_WHO}\b(?:(?!\b(?:use|using|on|with|for|based|by|than|over|against|via|from|of)\b)[^.;:]){{0,60}}?\b{_VERB}\b"
    rf"(?P<gap>[^.;]{{0,90}})$",
    re.IGNORECASE,
)
_GAP_STOP = re.compile(
    r"\b(?:for|that|which|to|with|using|based on|on|from|where|of|by|in|via|by|over|than)\b", re.IGNORECASE
)
_NAMED = re.compile(
    r"\b(?:named|called|dubbed|termed|coined|namely|which we (?:call|name|dub|term)|we (?:call|name|dub|term)(?: it| this)?)\s+(?:the\s+)?[\"'`‘“*]*$"
)
_PASSIVE = re.compile(
    rf"^\W{{0,3}}(?:\([^)]*\) )?(?:is|are) (?:then |first |thus |here )?(?:proposed|presented|introduced|developed|released)\b"
)


def introduced(text: str, mentions: Sequence[Mention], same: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The folded surfaces that the text introduces; `same` pairs surfaces that name one thing (abbreviations)."""
    title_end = text.find("\n")
    spans = list(sentences(text))
    own: set[str] = set()
    for mention in mentions:
        if mention.type in OWN_TYPES and (
            _in_title(text, mention, title_end) or _in_sentence(text, mention, _sentence(spans, mention), title_end)
        ):
            own.add(fold(mention.text))
    pairs = [(fold(short), fold(long)) for short, long in same]
    return frozenset(own | {other for pair in pairs for other in pair if own & set(pair)})


def _sentence(spans: Sequence[tuple[int, int]], mention: Mention) -> tuple[int, int]:
    return next(((start, end) for start, end in spans if start <= mention.start < end), (mention.start, mention.end))


def _in_title(text: str, mention: Mention, title_end: int) -> bool:
    """`NAME: what it is`."""
    return mention.end < title_end and text[mention.end] == ":" and not text[: mention.start].strip(" \"'`‘“")


def _in_sentence(text: str, mention: Mention, sentence: tuple[int, int], title_end: int) -> bool:
    if mention.start < title_end:
        return False
    before = text[max(sentence[0], mention.start - 200) : mention.start]
    after = text[mention.end : min(sentence[1], mention.end + 120)]
    if _NAMED.search(before) or _PASSIVE.match(after):
        return True
    found = _BEFORE.search(before)
    return found is not None and not _GAP_STOP.search(found["gap"])
