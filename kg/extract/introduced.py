"""Which of the names in an abstract the paper presents as its own.

A name is the paper's own if the learnt weights (kg/data/introduced.tsv) of what is seen of it, in the title and around
each of its occurrences, add up to more than nothing. `kg.train.introduced` learns them.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from math import fsum

from kg.extract.contexts import Context, contexts, role_of, verb_class
from kg.files import PACKAGE
from kg.lexicon import Lexicon, load
from kg.model import Mention
from kg.spelling import loose
from kg.text import fold

OWN_TYPES = frozenset({"Method", "Model", "Software", "Dataset"})

_INVENTED = re.compile(r".+[A-Z].*|[A-Z].*\d.*")
_SMALL_WORD = re.compile(r"(?<!\S)[^A-Z\s]\S{3,}")
_PLACES = {
    **dict.fromkeys(("with", "via", "using", "by", "through"), "with"),
    **dict.fromkeys(("for", "of", "in", "to", "on", "and", "from", "into"), "of"),
}
_TELLING = frozenset(("a", "an", "the", ",", "and", ")", ":", "of", "than", "."))
_FUNCTION = frozenset("and or can we has but not when under across without within into between".split())


def introduced(text: str, mentions: Sequence[Mention], same: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The folded surfaces that the text introduces; `same` pairs surfaces that name one thing (abbreviations).

    `mentions` are in order and do not overlap; the title ends at the first newline of `text`.
    """
    pairs = list(same)
    learnt = weights()
    own = {
        fold(mention.text)
        for group, features in described(text, mentions, pairs)
        if fsum(learnt[feature] for feature in features if feature in learnt) > 0  # exact, so in any order
        for mention in group
    }
    folded = [(fold(short), fold(long)) for short, long in pairs]
    return frozenset(own | {form for pair in folded if own & set(pair) for form in pair})


@cache
def weights() -> Mapping[str, float]:
    with (PACKAGE / "data" / "introduced.tsv").open(encoding="utf-8", newline="") as file:
        return {row[0]: float(row[1]) for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


@cache
def _lexicon() -> Lexicon:
    return load()


def described(
    text: str, mentions: Sequence[Mention], same: Sequence[tuple[str, str]]
) -> Iterator[tuple[Sequence[Mention], set[str]]]:
    """The mentions of each thing that a paper could introduce, with the features of the thing."""
    title_end = text.find("\n")
    candidates = [mention for mention in mentions if mention.type in OWN_TYPES]
    body = [mention for mention in candidates if mention.start > title_end]
    seen = dict(zip((mention.start for mention in body), contexts(text, body, title_end + 1), strict=True))
    abbreviated = {loose(form) for pair in same for form in pair}
    scene = Scene(text, title_end, seen)
    for group in _groups(candidates, same):
        features = set(scene.features(group))
        if any(loose(mention.text) in abbreviated for mention in group):
            features.add("abbreviated")
        yield group, features


def _groups(mentions: Sequence[Mention], same: Iterable[tuple[str, str]]) -> Iterable[Sequence[Mention]]:
    """The mentions by the thing they name."""
    leader: dict[str, str] = {}

    def lead(name: str) -> str:
        while name in leader:
            leader[name] = name = leader.get(leader[name], leader[name])
        return name

    for short, long in same:
        left, right = lead(loose(short)), lead(loose(long))
        if left != right:
            leader[left] = right
    groups: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        groups[lead(loose(mention.text))].append(mention)
    return groups.values()


class Scene:
    """A paper's title and the contexts in its abstract, by the starts of the mentions."""

    def __init__(self, text: str, title_end: int, seen: Mapping[int, Context]) -> None:
        self._text = text
        self._title_end = title_end
        self._seen = seen
        self._colon = text.find(":", 0, max(title_end, 0))
        self._last = max((context.sentence for context in seen.values()), default=0)
        self._own = min(
            (context.sentence for context in seen.values() if context.actor == "self"), default=self._last + 1
        )

    def features(self, group: Sequence[Mention]) -> list[str]:
        body = [mention for mention in group if mention.start > self._title_end]
        names = {mention.text for mention in group}
        form = _form(names)
        found = ["bias", f"form {form}", f"occurrences {min(len(body), 4)} {form}"]
        if any(map(_lexicon().by_surface, names)):
            found += ("known", f"known {form}")
        if all(name.endswith("s") for name in names):
            found.append("plural")
        place = "none"
        for mention in group:
            if mention.start < self._title_end:
                place = self._place(mention)
                found += (f"title {place}", f"title {place} {form}")
            else:
                found += _around(self._seen[mention.start], form)
        found.append(f"title {place}")
        return found + self._spread(body, place, form)

    def _place(self, mention: Mention) -> str:
        """Where in the title a name stands."""
        start = mention.start
        if start < 8 and not self._text[:start].strip(" \"'`‘“$\\{("):
            after = self._text[mention.end : mention.end + 8].lstrip(" \"'’”)}*$")
            return "colon" if after[:1] in (":", "-", "–") else "start"
        subtitle = 0 <= self._colon < start
        if subtitle and start - self._colon < 40 and len(self._text[self._colon + 1 : start].split()) <= 2:
            return "subtitle"
        words = self._text[max(0, start - 20) : start].lower().split()
        return _PLACES.get(words[-1] if words else "", "after colon" if subtitle else "elsewhere")

    def _spread(self, body: Sequence[Mention], place: str, form: str) -> list[str]:
        """Where in the abstract a thing is named: before the paper speaks of itself, then, or after."""
        if not body:
            return ["only title", f"only title {place}"]
        first, last = (self._seen[mention.start].sentence for mention in (body[0], body[-1]))
        since = "before" if first < self._own else "with" if first == self._own else "after"
        found = [f"first {since}", f"first {since} {form}"]
        if place != "none":
            found.append(f"first {since} titled")
        if first == 0:
            found.append("first sentence")
        if last >= 0.6 * (self._last + 1):
            found.append("late")
        return found


def _form(names: Iterable[str]) -> str:
    """How a thing is written: as an invented name, in title case, or in plain words."""
    forms = set(map(_shape, names))
    return next((form for form in ("name", "title case") if form in forms), "plain")


def _shape(text: str) -> str:
    if " " in text:
        return "plain" if _SMALL_WORD.search(text) else "title case"
    return "name" if _INVENTED.fullmatch(text) else "title case" if text[:1].isupper() else "plain"


def _around(context: Context, form: str) -> list[str]:
    """What one occurrence tells."""
    verb, barred = context.verb, context.barred
    last, second = context.before
    if verb not in ("propose", "make", "name"):
        found = [f"{verb} barred={bool(barred)}", f"{verb} by {context.actor}"]
    elif barred:
        found = [f"{verb} {barred}", f"{barred} {form}"]
    else:
        near = "near" if context.since <= 6 else "far"
        found = [verb, f"{verb} {near}", f"{verb} by {context.actor}", f"{verb} {form}"]
        found += (f"{verb} after={_kind(context.after)}", f"{verb} apposed={context.apposed} {form}")
        if context.new:
            found.append(f"{verb} new")
        if last in (",", "a", "an", "the", "and"):
            found.append(f"{verb} {last}")
    if last in (",", "(", ":", "-") and role_of(second) == "head":
        found += ("head,", f"head, {form}")
    if "our" in (last, second):
        found += ("our", f"our {form}")
    if role_of(last) == "new":
        found.append("new")
    if last in _TELLING:
        found.append(f"before {last}")
    if context.presented:
        found.append("presented")
    return found


def _kind(word: str) -> str:
    """What sort of word follows: it tells whether the name is whole or modifies another noun."""
    role = role_of(word)
    if not word[:1].isalnum():
        return "hyphen" if word == "-" else "mark"
    if role == "head" or (word.endswith("s") and role_of(word[:-1]) == "head"):
        return "head"
    if role in ("be", "link", "clause") or word in _FUNCTION:
        return "function"
    if verb_class(word):
        return "verb"
    return "modifier" if word.endswith("based") else "ends in s" if word.endswith("s") and len(word) > 4 else "noun"
