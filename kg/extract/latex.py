r"""LaTeX mark-up in running text, made invisible without moving a character."""

import re

_MARKUP = re.compile(
    r"\\(?P<name>times|sim|approx|simeq|leqslant|leq|le|geqslant|geq|ge|pm|rightarrow|to"
    r"|lt|gt|percent|mu|circ)(?![A-Za-z])"
    r"|(?<=\d)(?P<glued>times)(?=[A-Z \d])|(?<=\d)(?P<star>\*)(?![\w*])"
    r"|\$(?P<sign>[-+−])\$(?=\d)|\\(?P<percent>%)|\\unicode\{x(?P<dash>2013)\}"
    r"|\\(?:math|text|operatorname)[a-z]{0,4} ?\{|\\(?:emph|bf|bm|boldsymbol|rm|SI|num) ?\{?"
    r"|\\[,;:!&# $()]|\$|(?<!\d)\{|\}(?!\d)|\*\*"
)
_SYMBOLS = {
    "times": "×", "sim": "~", "approx": "≈", "simeq": "≈", "leq": "≤", "le": "≤", "leqslant": "≤", "geq": "≥",
    "ge": "≥", "geqslant": "≥", "pm": "±", "rightarrow": "→", "to": "→", "lt": "<", "gt": ">", "percent": "%",
    "mu": "µ", "circ": "°", "*": "×", "2013": "–",
}  # fmt: skip

_WIDE = str.maketrans("０１２３４５６７８９．％", "0123456789.%")  # noqa: RUF001 - digits as wide as ideographs


def plain(text: str) -> str:
    r"""The text with its LaTeX mark-up blanked, every character where it was: `$2.3\times$` gives ` 2.3     × `."""
    if not text.isascii():
        text = text.translate(_WIDE)
    if not any(mark in text for mark in ("\\", "$", "{", "*", "times")):
        return text
    return _MARKUP.sub(_shown, text)


def _shown(match: re.Match[str]) -> str:
    sign = match[match.lastgroup] if match.lastgroup else ""
    return _SYMBOLS.get(sign, sign).rjust(match.end() - match.start())
