"""Text in which publishers have left HTML or JATS, as plain text."""

import html
import re

from kg.read import elements

# A known tag; in `p < q and r > s` there is none.
_TAG = re.compile(
    r"<(/?(?:jats:|mml:)?(?:p|title|sec|abstract|alternatives|(?:inline|disp)-formula|tex-math|list(?:-item)?|xref"
    r"|ext-link|(?:named|styled)-content|monospace|italic|bold|underline|su[bp]|sc(?:p)?|[biuap]|em|strong|small|span|div"
    r"|br|[uo]l|li|h[1-6]|math|m(?:i|o|n|row|su[bp]|subsup|frac|text|space|style|over|under|sqrt|fenced|table|t[rd]))"
    r"(?:\s[^<>]{0,500})?/?)>",
    re.IGNORECASE,
)
_VOID = re.compile(r"<br\s*>", re.IGNORECASE)
_NO_ENTITY = re.compile(r"&(?!(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]\w{1,30});)", re.IGNORECASE)
# Of a formula: its form that is not in TeX, and the TeX around it. Each stops at the next that opens: hostile text has
# many that nothing closes.
_SECOND_FORM = re.compile(r"<(?:mml:)?math\b(?:(?!<(?:mml:)?math\b).)*?</(?:mml:)?math>", re.DOTALL)
_PREAMBLE = re.compile(
    r"\\documentclass(?:(?!\\documentclass).){0,2000}?\\begin\{document\}|\\end\{document\}", re.DOTALL
)
_HEADING = re.compile(r"<(?:jats:)?title>\s*(?:abstract|summary)\s*[.:]?\s*</(?:jats:)?title>", re.IGNORECASE)


def plain(written: object) -> str:
    """Without tags and entities; 10<sup>6</sup> is 10^6, a formula in TeX stays. "" for no string.

    A heading that only says "Abstract" goes. What is no known tag is text.
    """
    if not isinstance(written, str) or not re.search("[<&]", written):
        return written if isinstance(written, str) else ""
    if not _TAG.search(written):
        return html.unescape(written)
    written = _VOID.sub("<br/>", _HEADING.sub(" ", written))
    if "tex-math" in written:
        written = _PREAMBLE.sub("", _SECOND_FORM.sub("", written))
    parts, start = [], 0
    for tag in _TAG.finditer(written):
        parts += [_escaped(written[start : tag.start()]), tag[0].replace("&", "&amp;")]
        start = tag.end()
    tree = elements.tree(1, f"<text>{''.join(parts)}{_escaped(written[start:])}</text>")
    return html.unescape(_TAG.sub(" ", written)) if isinstance(tree, str) else elements.plain(tree)


def _escaped(text: str) -> str:
    return _NO_ENTITY.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")
