"""A text as role assignment sees it: sentences with their numbers and names, and the things that names stand for."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.extract.latex import plain
from kg.extract.numbers import Number
from kg.extract.ranges import expressions
from kg.model import Mention
from kg.text import fold, sentences

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?|\d+(?:[.,]\d+)*|[^\w\s]|_")

# A sentence with more numbers is a table, and a text with more names no abstract: these keep the time linear.
_MOST_NUMBERS, _MOST_NAMES, _MOST_THINGS = 20, 30, 100


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """What one or several surfaces of a text name; `text` is the first of them, `mentions` are in order.

    `form` tells how particular the name looks: `H100` and `GPT-4` have a digit, `PyTorch` a capital, else it is lower.
    `origin` tells what found it and how sure it is.
    """

    text: str
    type: str
    mentions: tuple[Mention, ...]
    surfaces: frozenset[str]
    form: str
    origin: str
    titled: bool
    introduced: bool

    def last_before(self, offset: int) -> int:
        """Where the last mention that ends before an offset starts, or -1."""
        known = bisect_right(self.mentions, offset, key=lambda mention: mention.end)
        return self.mentions[known - 1].start if known else -1


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A name in a sentence, or something else that a number may be of; `text` is what a result will say.

    `start` and `end` count characters of the text, `first` and `last` words of the sentence. `kind` is a mention's
    type, `word` for a word that implies a metric; a metric of another sentence is `away`, one that goes without saying
    `default`, and these stand at -1.
    """

    text: str
    kind: str
    start: int = -1
    end: int = -1
    first: int = -1
    last: int = -1
    thing: Thing | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """One sentence: `words` are its tokens, `starts` where they start in the text, `places` those that are `numbers`.

    A name is one word, its type in angle brackets, and so is a number (`<N>`); other words are in lower case. A short
    form in parentheses behind its long form is left out: `Model Flops Utilization (MFU) for` is `<Metric> for`.
    """

    start: int
    end: int
    words: tuple[str, ...]
    starts: tuple[int, ...]
    numbers: tuple[Number, ...]
    places: tuple[int, ...]
    names: tuple[Name, ...]

    def index(self, offset: int) -> int:
        """The number of tokens that start before `offset`."""
        return bisect_left(self.starts, offset)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A text's sentences, of those that hold a number, and its things, the most salient first."""

    text: str
    passages: tuple[Passage, ...]
    things: tuple[Thing, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """A number where it stands: the index of its first word, its qualifier included, and of the first word behind."""

    scene: Scene
    passage: Passage
    number: Number
    first: int
    last: int


def survey(text: str, mentions: Sequence[Mention], abbreviations: Sequence[tuple[str, str]] = ()) -> Scene:
    found = expressions(text)
    if not found:
        return Scene(text, (), ())
    mentions = sorted(mentions, key=lambda mention: (mention.start, -mention.end))
    things = _things(text, mentions, abbreviations)
    return Scene(text, tuple(_passages(text, found, mentions, things)), things)


def spots(scene: Scene, passage: Passage) -> Iterator[Spot]:
    for number in passage.numbers:
        yield Spot(scene, passage, number, passage.index(number.whole_start), passage.index(number.end))


def _passages(
    text: str, found: Sequence[Number], mentions: Sequence[Mention], things: Sequence[Thing]
) -> Iterator[Passage]:
    shown = plain(text)
    named = {(mention.start, mention.type): thing for thing in things for mention in thing.mentions}
    number_starts, mention_starts = [number.start for number in found], [mention.start for mention in mentions]
    for start, end in sentences(text):
        here = mentions[bisect_left(mention_starts, start) : bisect_left(mention_starts, end)][:_MOST_NAMES]
        numbers = tuple(
            number
            for number in found[bisect_left(number_starts, start) : bisect_left(number_starts, end)][
                : _MOST_NUMBERS + 1
            ]
            if _has_unit(text, number) or not any(name.start <= number.start < name.end for name in here)
        )
        if 0 < len(numbers) <= _MOST_NUMBERS:
            tokens = list(_tokens(shown, start, end, here, numbers))
            words, starts = tuple([word for word, _ in tokens]), tuple([at for _, at in tokens])
            names = [
                Name(it.text, it.type, it.start, it.end, *_words(starts, it), named.get((it.start, it.type)))
                for it in here
            ]
            places = tuple([bisect_left(starts, number.start) for number in numbers])
            yield Passage(start, end, words, starts, numbers, places, tuple(names))


def _has_unit(text: str, number: Number) -> bool:
    """Whether it has a unit or scale of its own: the 2007 of `VOC 2007 and 70%` shares one, but is a part of a name."""
    return bool(number.scale) or (number.unit is not None and not text[number.end - 1].isdigit())


def _words(starts: Sequence[int], mention: Mention) -> tuple[int, int]:
    return bisect_left(starts, mention.start), bisect_left(starts, mention.end)


def _tokens(
    shown: str, start: int, end: int, names: Sequence[Mention], numbers: Sequence[Number]
) -> Iterator[tuple[str, int]]:
    spans = [(name.start, name.end, f"<{name.type}>") for name in names]
    spans = sorted([*spans, *((number.start, number.end, "<N>") for number in numbers), (end, end, "")])
    kept: list[tuple[str, int]] = []
    at = start
    for left, right, symbol in spans:
        if left >= at:
            kept += [(token.group().lower(), token.start()) for token in _TOKEN.finditer(shown, at, left)]
            if symbol:
                kept.append((symbol, left))
            at = right
    skip = 0
    for i, token in enumerate(kept):
        if token[0] == "(" and 0 < i < len(kept) - 2 and kept[i + 2][0] == ")":
            skip = 3 * (kept[i - 1][0] == kept[i + 1][0] != "<N>")
        if not skip:
            yield token
        skip = max(0, skip - 1)


def _things(text: str, mentions: Sequence[Mention], abbreviations: Sequence[tuple[str, str]]) -> tuple[Thing, ...]:
    """What the names stand for; salient is what the paper introduces, has in its title, names often and early."""
    long_forms = {fold(short): fold(long) for short, long in abbreviations}
    groups: dict[tuple[str, str], list[Mention]] = {}
    for mention in mentions:
        folded = fold(mention.text)
        groups.setdefault((mention.type, long_forms.get(folded, folded)), []).append(mention)
    title_end = text.find("\n")
    things = [
        Thing(
            text=group[0].text,
            type=type_,
            mentions=tuple(group),
            surfaces=frozenset([name.text for name in group]),
            form=_form(group[0].text),
            origin=_origin(max(group, key=lambda name: name.score)),
            titled=group[0].start < title_end,
            introduced=any(name.introduced for name in group),
        )
        for (type_, _), group in groups.items()
    ]
    things.sort(key=lambda it: (not it.introduced, not it.titled, -len(it.mentions), it.mentions[0].start))
    return tuple(things[:_MOST_THINGS])


def _form(text: str) -> str:
    if any(map(str.isdigit, text)):
        kind = "digit"
    elif text.islower():
        kind = "lower"
    elif " " in text:
        kind = "capitals"
    elif text.isupper() or not text[1:].islower():
        kind = "acronym"
    else:
        kind = "capital"
    plural = text.endswith("s") and not text.endswith("ss") and len(text) > 3
    return f"{kind}{'s' if plural else ''}"


def _origin(best: Mention) -> str:
    sources = best.source.split("+")
    what = "listed" if "lexicon" in sources else "named" if "names" in sources else "patterned"
    return f"{what} {min(9, int(best.score * 10))}"
