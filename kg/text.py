"""Plain text: normalising, folding, cutting into sentences. All offsets are code points, end-exclusive."""

import re
import unicodedata
from collections.abc import Iterator

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]*(?=\s+[\"'“‘(\[$]?[A-Z0-9$\\])|\n")
_NO_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|vs|etc|al|Fig|Figs|Eq|Eqs|Sec|Tab|No|Dr|Prof|resp|approx|w\.r\.t|a\.k\.a|St)|\b[A-Z])\.$"
)
_LINK = re.compile(
    r"(?P<scheme>https?://)?(?P<host>(?:[\w-]+\.)+[A-Za-z]{2,})(?::\d+)?(?:/(?:\\[_#%&~]|[^\s\\{}<>\"|^`])*)?", re.ASCII
)
_CODE_HOST = re.compile(
    r"(?:^|\.)(?:github\.(?:com|io)|gitlab\.(?:com|io)|bitbucket\.org|codeberg\.org|huggingface\.co|hf\.co|zenodo\.org)$"
)
_CODE = re.compile(
    r"\b(?:codes?|repositor(?:y|ies)|repo|project|website|implementation|open[- ]?sourced?|released?)\b", re.I
)


def normalise(text: str) -> str:
    """NFC, with every run of white space folded to one space and none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(label: str) -> str:
    """The form under which two spellings of a label are one: case, dashes and white space folded, nothing else.

    Plus, hash, dot and digits stay: C++ is not C, and GPT-4 is not GPT-4o.
    """
    return " ".join(unicodedata.normalize("NFKC", label).translate(_DASHES).casefold().split())


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """The (start, end) of each sentence, in order; a newline (between title and abstract) always ends one."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        end = match.end()
        if match.group() != "\n" and _NO_END.search(text, max(start, end - 12), end):
            continue
        yield from _trimmed(text, start, end)
        start = end
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def code_links(text: str) -> Iterator[str]:
    """The web addresses of code or of the project's page, in order: those on a code host or announced as such.

    Without the punctuation and LaTeX around them; `github.com/a/b` gets its scheme.
    """
    for match in _LINK.finditer(text):
        host, bare = match["host"].lower(), not match["scheme"]
        announced = not bare and _CODE.search(text, max(0, match.start() - 80), match.start())
        if not (announced or _CODE_HOST.search(host)) or (bare and "/" not in match.group()):
            continue
        link = re.sub(r"\\(.)", r"\1", match.group())
        while link[-1] in ".,;:!?'*])" and not (link[-1] == ")" and link.count("(") >= link.count(")")):
            link = link[:-1]
        yield f"https://{link}" if bare else link
