"""When two spellings are one name: case, hyphens, spaces, the plural s of any word and British endings are folded.

Plus, hash, dot, slash and digits are never folded: C++ is not C, GPT-4 is not GPT-4o, Llama 3.1 is not Llama 31. Where
case tells two things apart, it is kept: only a small s makes a plural, so FLOPs is FLOP and FLOPS a word of its own.
"""

import re
import unicodedata
from functools import lru_cache

from kg.text import fold

_IRREGULAR = {
    "analyses": "analysis",
    "caches": "cache",
    "corpora": "corpus",
    "criteria": "criterion",
    "hypotheses": "hypothesis",
    "indices": "index",
    "matrices": "matrix",
    "vertices": "vertex",
}
_NO_PLURAL = frozenset("across always canvas chaos gps hermes ios kubernetes lens news ros series sms species".split())
# Endings that are no plural, but for the words after them.
_SINGULAR = re.compile(r"(?:[sui]s|ics|[a-z]as)$")
_PLURAL = re.compile(
    r"(?:metric|topic|heuristic|critic|characteristic|clinic|graphic|camera|schema|area|formula|persona|quota|llama)s$"
)
_WORD = re.compile(r"(?<![^\W_])[^\W_]+$")
_INNER_PLURAL = re.compile(r"(?<![^\W_])[^\W_]{3,}s(?=[\s-])")
_MARKUP = re.compile(r"\\(?:underline|textbf|textit|emph|mathbf|text)(?=\{)|\\[!,;]|\*\*|[${}\\]|,(?!\d)")
_POSSESSIVE = re.compile(r"['’]s(?=[\s-])")
_VERSION = re.compile(r"(?<=[^\W_])[\s-]?[vV](?=\d)")
_SEPARATOR = re.compile(r"[\s_~-]+")
_BRITISH = (
    (re.compile(r"is(?=(?:ation|ations|ing|ed|er|ers|e)\b)"), "iz"),
    (re.compile(r"(?<=(?:behavi|neighb))our"), "or"),
    (re.compile(r"(?<=\b(?:col|tum))our"), "or"),
    (re.compile(r"(?<=\b(?:mode|labe))ll(?=ing|ed)"), "l"),
    (re.compile(r"\bcentre"), "center"),
)


@lru_cache(maxsize=1 << 18)
def singular(name: str) -> str:
    """The name with its last word in the singular; a name that is not in the plural stays as it is."""
    match = _WORD.search(name)
    if match is None:
        return name
    return name[: match.start()] + _of_one(match[0])


def _of_one(word: str) -> str:
    return _IRREGULAR.get(word.lower(), _without_s(word))


def _without_s(word: str) -> str:
    if not word.endswith("s"):
        return word
    stem = word[:-1]
    if stem[-1:].isupper() or stem[-1:].isdigit():
        return stem if len(stem) > 1 else word  # GPUs, A100s
    small = word.lower()
    if len(word) < 4 or small in _NO_PLURAL or (_SINGULAR.search(small) and not _PLURAL.search(small)):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return stem


@lru_cache(maxsize=1 << 18)
def loose(name: str) -> str:
    """The form under which two spellings are one name: `LLaMA 2` and `Llama-2`, `language models` and `Language Model`.

    It is for comparing only, and says nothing of what the name means. Hyphens and spaces vanish, except between two
    digits, so that `Llama 3 1B` does not become `Llama 31B`; so does the v of a version (`LLaVA-v1.5`) and a possessive
    s (`Pearson's correlation`).
    """
    text = singular(_MARKUP.sub("", unicodedata.normalize("NFKC", name)).strip(" ~"))
    text = _POSSESSIVE.sub("", text.replace(" & ", " and "))
    text = fold(_VERSION.sub(" ", _INNER_PLURAL.sub(lambda match: _of_one(match[0]), text)))
    for pattern, american in _BRITISH:
        text = pattern.sub(american, text)
    return _SEPARATOR.sub(_joint, text).strip(".;:'\"") or fold(name)


def forget() -> None:
    """Let go what was seen so far, for the memory."""
    loose.cache_clear()
    singular.cache_clear()


def _joint(match: re.Match[str]) -> str:
    text, start, end = match.string, match.start(), match.end()
    return "-" if text[max(start - 1, 0) : start].isdigit() and text[end : end + 1].isdigit() else ""
