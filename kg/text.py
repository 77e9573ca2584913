"""Plain text: normalising, folding, cutting into sentences. All offsets are code points, end-exclusive."""

import re
import unicodedata
from collections.abc import Iterator

# What JSON, XML and UTF-8 cannot all carry: controls that are no white space, non-characters, lone surrogates.
_UNWRITABLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
# Composing a letter with n accents takes n squared steps: a run of them is cut at what Unicode calls stream-safe.
_MOST_ACCENTS = 30
_BECOME_ACCENTS = "\u0f73\u0f75\u0f81\uff9e\uff9f"  # by decomposing
_ACCENTS = re.compile(rf"(?:[^\w\s\x00-\x7f]|[{_BECOME_ACCENTS}]){{{_MOST_ACCENTS + 1},}}")
_FOLDED = {
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-"),
    **dict.fromkeys(map(ord, "\u2018\u2019"), "'"),
    **dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff")),  # invisible
}
_SENTENCE_END = re.compile(r"[.!?][\"'\u201d\u2019)\]]*(?=\s+[\"'\u201c\u2018(\[$]?[A-Z0-9$\\])|\n")
_NO_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|vs|etc|al|Fig|Figs|Eq|Eqs|Sec|Tab|No|Dr|Prof|resp|approx|w\.r\.t|a\.k\.a|St)|\b[A-Z])\.$"
)
_LONGEST_SENTENCE = 2_000  # characters: those of real abstracts have up to 1,800
_LINK = re.compile(
    r"https?://(?P<host>[\w.-]+)(?::\d+)?(?:/(?:\\[_#%&~]|[^\s\\{}\[\]<>\"|^`])*)?"
    r"|(?<![\w.@/-])(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|huggingface\.co)/(?:\\[_#%&~]|[^\s\\{}\[\]<>\"|^`])+",
    re.ASCII,
)
_LINK_SIGNS = ("://", ".com/", ".org/", ".co/")  # no link goes without one, and most texts have none
_CODE_HOST = re.compile(
    r"(?:^|\.)(?:github\.(?:com|io)|gitlab\.(?:com|io)|bitbucket\.org|codeberg\.org|huggingface\.co|hf\.co|zenodo\.org"
    r"|4open\.science)$"
)
_NO_CODE_HOST = re.compile(r"(?:^|\.)(?:youtube\.com|youtu\.be|vimeo\.com|arxiv\.org|doi\.org)$")
_CODE = re.compile(
    r"\b(?:codes?|repositor(?:y|ies)|repo|projects?|website|implementations?|open[- ]?sourced?|released?)\b",
    re.IGNORECASE,
)
# Controls move a terminal's cursor or change its title; bidi marks show a text other than it is.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def normalise(text: str) -> str:
    """NFC, with every run of white space folded to one space and none at the ends.

    A character that no file format carries safely, such as NUL, becomes U+FFFD; of more than 30 accents on one letter
    the rest is left out.
    """
    return " ".join(unicodedata.normalize("NFC", _few_accents(_UNWRITABLE.sub("\ufffd", text))).split())


def fold(label: str) -> str:
    """The form under which two spellings of a label are one: case, dashes, apostrophes and white space folded.

    Plus, hash, dot and digits stay: C++ is not C, and GPT-4 is not GPT-4o.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", _few_accents(label)).casefold())
    return " ".join(folded.translate(_FOLDED).split())


def _few_accents(text: str) -> str:
    return text if text.isascii() else _ACCENTS.sub(_first_accents, text)


def _first_accents(match: re.Match[str]) -> str:
    kept, run = [], 0
    for character in match[0]:
        run = run + 1 if unicodedata.combining(character) or character in _BECOME_ACCENTS else 0
        if run <= _MOST_ACCENTS:
            kept.append(character)
    return "".join(kept)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """The (start, end) of each sentence, in order; a newline (between title and abstract) always ends one.

    What goes on for longer than any sentence, a list or a text without full stops, is cut, if it can be at a space.
    """
    start = 0
    for match in _SENTENCE_END.finditer(text):
        end = match.end()
        if match.group() != "\n" and _NO_END.search(text, max(start, end - 12), end):
            continue
        yield from _parts(text, start, end)
        start = end
    yield from _parts(text, start, len(text))


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > _LONGEST_SENTENCE:
        stop = start + _LONGEST_SENTENCE
        cut = text.rfind(" ", start, stop)
        cut = stop if cut <= start else cut
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def links(text: str) -> Iterator[tuple[int, int]]:
    """The (start, end) of each web address, in order."""
    return (match.span() for match in _links(text))


def _links(text: str) -> Iterator[re.Match[str]]:
    return _LINK.finditer(text) if any(sign in text for sign in _LINK_SIGNS) else iter(())


def code_links(text: str) -> Iterator[str]:
    """The web addresses of code or of the project's page, in order: those on a code host or announced as such.

    Without the punctuation and LaTeX around them; `github.com/a/b` gets its scheme.
    """
    for match in _links(text):
        link = _closed(re.sub(r"\\(.)", r"\1", match.group()))
        host = match["host"]
        if host is None:
            yield f"https://{link}"
        elif _CODE_HOST.search(host.lower()) or (
            not _NO_CODE_HOST.search(host.lower()) and _CODE.search(text[max(0, match.start() - 80) : match.start()])
        ):
            yield link


def _closed(link: str) -> str:
    """Without the punctuation of the sentence around it; a bracket stays where it closes one of the link's own."""
    unopened = link.count(")") - link.count("(")
    end = len(link)
    while link[end - 1] in ".,;:!?'\"*" or (link[end - 1] == ")" and unopened > 0):
        end -= 1
        unopened -= link[end] == ")"
    return link[:end]


def printable(text: str) -> str:
    """The text with what would steer a terminal written as an escape, in one line."""
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text.replace("\n", " "))
