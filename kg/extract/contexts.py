"""What stands around a name: one pass over its words, in time linear in the text's length.

The words that count, and what they count as, are data (kg/data/cues.tsv). A `stem` also matches with an ending of up to
five letters: `propos` stands for propose, proposes, proposed, proposing.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from kg.files import PACKAGE
from kg.model import Mention

_WORD = re.compile(r"\w+(?:['.-]\w+)*|[^\w\s\"'`‘’“”{}*]")  # quotes and markup are no words
NAME = "NAME"  # stands for a whole mention among the words before another
_BARE = frozenset((*".!?", "the", "a", "an"))  # what stands before a subject
_APPOSING = frozenset((",", ")", NAME))


@dataclass(slots=True)
class Context:
    """Of one occurrence of a name: what its sentence says up to it, and the word after it.

    `verb` is the class of the last verb (propose, make, use, test, name, have), `since` the number of words since it,
    `barred` the class of the first word since that leads elsewhere (link, clause, use), `actor` who acts (self, name);
    each is "" where there is none. `apposed` is told of a name that an article after a comma or another name begins,
    `before` holds the last word and the one before it, which may be of the sentence before.
    """

    sentence: int
    actor: str = ""
    verb: str = ""
    barred: str = ""
    since: int = 0
    new: bool = False
    apposed: bool = False
    before: tuple[str, str] = ("", "")
    after: str = ""
    presented: bool = False  # `NAME is introduced`


class _Reader:
    """What has been read, and how things stand in the present sentence."""

    def __init__(self) -> None:
        self.words = ["", "."]
        self._begin(0)

    def _begin(self, sentence: int) -> None:
        self.now = Context(sentence)
        self.verb_at = len(self.words)
        self.subjects: list[Context] = []

    def read(self, words: Sequence[str]) -> None:
        append = self.words.append
        for word in words:
            cue = _CUES[word]
            if cue:
                self._count(word, *cue)
            append(word)

    def name(self) -> Context:
        """Read a name; its context."""
        now, before = self.now, (self.words[-1], self.words[-2])
        if not now.actor and not now.verb and before[0] in _BARE:
            now.actor = "name"
        since = len(self.words) - self.verb_at
        found = Context(now.sentence, now.actor, now.verb, now.barred, since, now.new, now.apposed, before)
        if not now.verb:
            self.subjects.append(found)
        self.words.append(NAME)
        return found

    def _count(self, word: str, verb: str, role: str) -> None:
        now = self.now
        if verb:
            self._verb(verb, role)
        elif role in ("link", "clause"):
            now.barred = now.barred or role
        elif role == "self":
            now.actor = "self"
        elif role == "new":
            now.new = True
        elif role == "stop":
            self._begin(now.sentence + 1)
        if (role == "article" or word == "our") and self.words[-1] in _APPOSING and len(self.words) - self.verb_at > 1:
            now.apposed = True

    def _verb(self, verb: str, role: str) -> None:
        now = self.now
        if verb == "propose" and "be" in (role_of(self.words[-1]), role_of(self.words[-2])):
            for subject in self.subjects:
                subject.presented, subject.actor = True, "self"
            self.subjects.clear()
        if verb == "use" and (now.verb in ("propose", "name") or (role == "link" and now.verb)):
            now.barred = now.barred or "use"
        else:
            now.verb, now.barred, now.new, now.apposed = verb, "", False, False
            self.verb_at = len(self.words)


def contexts(text: str, mentions: Sequence[Mention], start: int) -> list[Context]:
    """The context of each of `mentions`, which are in order and do not overlap, in `text` from `start` on."""
    reader = _Reader()
    found: list[Context] = []
    for mention in mentions:
        words = _WORD.findall(text[start : mention.start].lower())
        if found and words:
            found[-1].after = words[0]
        reader.read(words)
        found.append(reader.name())
        start = mention.end
    if found:
        end = text.find(". ", start)
        words = _WORD.findall(text[start : end if end >= 0 else None].lower())
        found[-1].after = words[0] if words else ""
        reader.read(words)  # for `NAME is introduced`
    return found


class _Memory(dict[str, tuple[str, str] | None]):
    """What each word counts as, told once; it forgets all before it grows large."""

    def __missing__(self, word: str) -> tuple[str, str] | None:
        if len(self) > 50_000:
            self.clear()
        verb, role = verb_class(word), role_of(word)
        found = self[word] = (verb, role) if verb or role else None
        return found


_CUES = _Memory()


def verb_class(word: str) -> str:
    """What a word does as a verb: propose, make, use, test, name, have, or "" if nothing that matters here."""
    stems = _cues()[0]
    for length in range(min(len(word), 12), max(2, len(word) - 6), -1):
        if word[:length] in stems:
            return stems[word[:length]]
    return ""


def role_of(word: str) -> str:
    """What a word is otherwise: article, be, link, clause, self, new, head, stop, or ""."""
    return _cues()[1].get(word, "")


@cache
def _cues() -> tuple[Mapping[str, str], Mapping[str, str]]:
    stems, words = {}, {}
    with (PACKAGE / "data" / "cues.tsv").open(encoding="utf-8", newline="") as file:
        for role, word in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if role.startswith("stem "):
                stems[word] = role.removeprefix("stem ")
            else:
                words[word] = role
    return stems, words
