"""LaTeX as people write it in bibliographies, as plain text; formulas stay as they are written."""

import logging
import re
from functools import cache, lru_cache

from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexwalker import LatexWalkerError, get_default_latex_context_db
from pylatexenc.macrospec import LatexContextDb

logging.getLogger("pylatexenc").addHandler(logging.NullHandler())  # what it cannot make out stays as it is

# Each alternative stops at the next opening, so that hostile input takes no more than a look at each character.
_FORMULA = re.compile(
    r"(?P<formula>\\\((?:[^\\]|\\[^()])*\\\)|\\\[(?:[^\\]|\\[^\[\]])*\\\])|\\."
    r"|(?P<dollars>\${1,2}(?:[^$\\]|\\.)+\${1,2})",
    re.DOTALL,
)
_LETTER = (
    r"(?:\\[\"'`^~=.]\s{0,3}(?:\{\\?[A-Za-z]\}|\\[ij](?![A-Za-z])|[A-Za-z])"
    r"|\\[Hcuvkrdb](?:\s{0,3}\{\\?[A-Za-z]\}|\s{1,3}[A-Za-z](?![A-Za-z]))"
    r"|\\(?:ss|[oOlL]|ae|AE|oe|OE|aa|AA)(?:\{\}|(?![A-Za-z])))"
)
_FORMULA_OR_LETTER = re.compile(rf"(?P<letter>\{{{_LETTER}\}}|{_LETTER})|{_FORMULA.pattern}", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)([%$&])")
_SPECIAL = re.compile(r"[\\{}~&`]|--|''")  # without any of these LaTeX is plain text
# What most of it is; the rest is the library's.
_MEANT = {"{": "", "}": "", "~": "\xa0", "---": "\u2014", "--": "\u2013", "``": "\u201c", "''": "\u201d"}
_MEANT |= {"!`": "\xa1", "?`": "\xbf"} | {f"\\{mark}": mark for mark in "&%$#_{}"}
_SIMPLE = re.compile("|".join(map(re.escape, sorted(_MEANT, key=len, reverse=True))))
_WORD = re.compile(r"\s*[^\s\\{}~&`'-]+(?:\s+[^\s\\{}~&`'-]+)*(?=\s|\Z)|\s*\S+|\s+")
_MARK, _DEPTH = re.compile(r"\\.|[{}]", re.DOTALL), {"{": 1, "}": -1}
_OPEN_ARGUMENT = re.compile(r"\\(?:[A-Za-z]+|\\)\*?\s*\[[^\]]*\Z")
_MACRO_AT_END = re.compile(r"\\(?:[A-Za-z]+\*?|.)\]?$", re.DOTALL)
_LINKED = re.compile(r"\\href\s*\{[^{}]*\}")


def plain(written: str) -> str:
    """Accents and macros as characters, `{` and `}` gone, `--` a dash.

    A bare percent sign is one (in BibTeX nothing is a comment), and so is a dollar that no other closes.
    """
    if not _SPECIAL.search(written):
        return written
    parts, start = [], 0
    for match in _FORMULA.finditer(written):
        if formula := match["formula"] or match["dollars"]:
            parts += [_decoded(written[start : match.start()]), formula]
            start = match.end()
    return "".join([*parts, _decoded(written[start:])])


def accents(written: object) -> str:
    """Accented and foreign letters as characters, and all else as it is written; "" for no string."""
    if not isinstance(written, str) or "\\" not in written:
        return written if isinstance(written, str) else ""
    return _FORMULA_OR_LETTER.sub(lambda match: _letter(match[0]) if match["letter"] else match[0], written)


@cache  # there are not many
def _letter(written: str) -> str:
    return plain(written)


def _decoded(written: str) -> str:
    """As `_whole`, but word by word, since that takes long and most words are no LaTeX."""
    if "\\begin" in written:
        return _whole(written)
    parts, start, depth = [], 0, 0
    for word in _WORD.finditer(written):
        if _SPECIAL.search(word[0]):
            depth += sum(_DEPTH.get(mark, 0) for mark in _MARK.findall(word[0]))
        if depth > 0 or _MACRO_AT_END.search(word[0]) or _OPEN_ARGUMENT.search(written, start, word.end()):
            continue  # what follows belongs to it
        chunk = written[start : word.end()]
        parts.append(_short(chunk) if _SPECIAL.search(chunk) else chunk)
        start = word.end()
    return "".join([*parts, _whole(written[start:])])


@lru_cache(10_000)  # words come again
def _short(written: str) -> str:
    simple = _SIMPLE.sub(lambda match: _MEANT[match[0]], written)
    return simple if "\\" not in simple else _whole(written)


def _whole(written: str) -> str:
    if not _SPECIAL.search(written):
        return written
    escaped = _COMMENT.sub(r"\1\\\2", _LINKED.sub("", written))
    try:
        return str(_decoder().latex_to_text(escaped, latex_context=_macros()))
    except (
        LatexWalkerError,
        RecursionError,
        IndexError,
        KeyError,
    ):  # a macro without its arguments, braces thousands deep
        return re.sub("[{}]", "", written)


@cache  # or it is made anew for each text
def _macros() -> LatexContextDb:
    return get_default_latex_context_db()


@cache
def _decoder() -> LatexNodes2Text:
    return LatexNodes2Text(math_mode="verbatim", strict_latex_spaces=True)


def link(written: str) -> str:
    r"""An address without its `\url{}` and escapes."""
    return re.sub(r"\\url\b|[{}\\]", "", written).strip("<> ")
