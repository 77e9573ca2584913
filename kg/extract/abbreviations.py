"""Abbreviations that a text defines itself: `Model Flops Utilization (MFU)`.

After A. S. Schwartz and M. A. Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text",
PSB 2003, with the plural `s` of the short form set aside (`large language models (LLMs)`).
"""

import re
from collections.abc import Iterator

_PARENTHESIS = re.compile(r"\(([^()\n]{2,60})\)")
_SHORT = re.compile(r"[^\W_][\w+&./*@$^{}\\-]{1,14}(?: [\w+&./-]{1,8})?")
_WORD = re.compile(r"[^\s()\[\],;:.]+(?:[.,/][^\s()\[\],;:.]+)*")
_LETTERS = re.compile(r"[^\W_]+")
_FIRST_OF_COMPOUND = re.compile(r"(?:[^\W_]+[-‐‑])+$")  # MLLM: not `Modal` of `Multi-Modal Large Language Model`
_EDGE = "\"'`‘’“”*_"
_LEADING = frozenset(
    "a an the our this that these those called named dubbed termed propose proposed introduce present of for with to "
    "in on and or by using via as is are we its their novel new".split()
)
_SOUNDS = {"2": "to", "4": "for"}  # T2S: text to speech

Span = tuple[int, int]


def definitions(text: str) -> Iterator[tuple[Span, Span]]:
    """The (short form, long form) spans of each definition, in order of the short forms."""
    for match in _PARENTHESIS.finditer(text):
        start, end = match.span(1)
        inside = match.group(1)
        cut = re.search(r"[;,]", inside)
        short_end = start + cut.start() if cut else end
        short = text[start:short_end]
        if _is_short(short):
            long = _long_form(short, text, match.start())
            if long:
                yield _bare(text, start, short_end), _bare(text, *long)
                continue
        if before := _word_before(text, match.start()):
            outside = text[slice(*before)]
            if _is_short(outside) and any(c.isupper() for c in outside) and " " in inside.strip():
                whole = _match(outside, inside)
                if whole is not None and not inside[:whole].strip():
                    yield _bare(text, *before), _bare(text, start, end)


def abbreviations(text: str) -> tuple[tuple[str, str], ...]:
    """The (short form, long form) pairs of `definitions`, each once, in order of appearance."""
    pairs = ((text[slice(*short)], text[slice(*long)]) for short, long in definitions(text))
    return tuple(dict.fromkeys(pairs))


def _is_short(form: str) -> bool:
    form = form.strip(_EDGE)
    capitals = sum(c.isupper() for c in form)
    return _SHORT.fullmatch(form) is not None and capitals > form[:1].isdigit()  # 3DGS is one, 8B is not


def _word_before(text: str, end: int) -> Span | None:
    stop = len(text[max(0, end - 2) : end].rstrip()) + max(0, end - 2)
    start = max(text.rfind(" ", max(0, stop - 20), stop), text.rfind("\n", max(0, stop - 20), stop)) + 1
    return (start, stop) if 0 < stop - start <= 12 else None


def _long_form(short: str, text: str, end: int) -> Span | None:
    """The span before `end` whose letters the short form takes in order, its first at the start of a word."""
    bare = short.strip(_EDGE)
    letters = sum(c.isalnum() for c in bare)
    reach = text[max(0, end - 200) : end].rpartition("\n")[2]
    offset = end - len(reach)
    words = list(_WORD.finditer(reach))[-min(letters + 5, letters * 2) :]
    if not words:
        return None
    window = reach[words[0].start() :].rstrip()
    for form in (bare[:-1], bare) if bare.endswith("s") and bare[:-1].isupper() else (bare,):
        begin = _match(form, window)
        if begin is not None:
            start = offset + words[0].start() + len(_FIRST_OF_COMPOUND.sub("", window[:begin]))
            span = start, offset + words[0].start() + len(window)
            if _plausible(form, text[slice(*span)]):
                return span
    return None


def _match(short: str, window: str) -> int | None:
    """Where in `window` the long form begins, matching the short form's letters from the right; None if they do not."""
    at = len(window)
    letters = [c for c in short.casefold() if c.isalnum()]
    last = list(_LETTERS.finditer(window))[-len(letters) :]
    if [word.group()[0].casefold() for word in last] == letters:  # initials win: PPO is not `Policy Optimization`
        return last[0].start()
    folded = window.casefold()
    if len(folded) != len(window):  # a letter that folds to two would shift every offset
        return None
    for i in range(len(letters) - 1, -1, -1):
        sound = letters[i] if letters[i] in folded[:at] else _SOUNDS.get(letters[i], letters[i])
        at = folded.rfind(sound, 0, at)
        while i == 0 and at > 0 and folded[at - 1].isalnum():
            at = folded.rfind(sound, 0, at)
        if at < 0:
            return None
    return at


def _plausible(short: str, long: str) -> bool:
    words = long.split()
    return (
        len(long) > len(short)
        and short.casefold() not in (word.strip(_EDGE).casefold() for word in words)
        and words[0].casefold() not in _LEADING
        and not any(mark in long for mark in ("(", ". ", "; "))
    )


def _bare(text: str, start: int, end: int) -> Span:
    """The span without white space and quotation marks at its ends."""
    while start < end and (text[start].isspace() or text[start] in _EDGE):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in _EDGE):
        end -= 1
    return start, end
