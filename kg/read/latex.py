"""LaTeX as people write it in bibliographies, as plain text; formulas stay as they are written."""

import re
from functools import cache

from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexwalker import LatexWalkerError

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
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)([%$])")
_LINKED = re.compile(r"\\href\s*\{[^{}]*\}")


def plain(written: str) -> str:
    """Accents and macros as characters, `{` and `}` gone, `--` a dash.

    A bare percent sign is one (in BibTeX nothing is a comment), and so is a dollar that no other closes.
    """
    if not re.search(r"[\\{}~$%&`'#-]", written):
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
    escaped = _COMMENT.sub(r"\1\\\2", _LINKED.sub("", written))
    try:
        return str(_decoder().latex_to_text(escaped))
    except (LatexWalkerError, RecursionError, IndexError):  # a macro without its arguments, braces thousands deep
        return re.sub("[{}]", "", written)


@cache
def _decoder() -> LatexNodes2Text:
    return LatexNodes2Text(math_mode="verbatim", strict_latex_spaces=True)


def link(written: str) -> str:
    r"""An address without its `\url{}` and escapes."""
    return re.sub(r"\\url\b|[{}\\]", "", written).strip("<> ")
