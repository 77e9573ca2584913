"""All papers together: what each name of each paper is.

`Rules` decide name by name, from what they know of the name itself and from what all papers say of its spellings. That
is little, and what is asked of it is known beforehand, so the papers can be anywhere: `kg.cluster` asks across machines
what `identities` asks here.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.lexicon import Entry, Lexicon
from kg.link.known import acronyms, agree, bare, expand, headless, known
from kg.link.reading import KINDS, Name, Reading, read
from kg.model import Extraction
from kg.names import concept_key
from kg.spelling import loose, singular

# Of a name used as two kinds, the one with so many times fewer papers is taken for a mistake, else both are told apart.
_MISTAKE = 5
# What is left when the word of its kind is cut off must be a name still: `Deep` of `Deep Networks` is none. A score is
# what it scores, and a task of several words is what it is without `task`.
_STILL_A_NAME = {
    "dataset": re.compile(r"[A-Z]|\d"),
    "hardware": re.compile(r"[A-Z]|\d"),
    "metric": re.compile(r"[^\W_]"),
    "task": re.compile(r"[^\W_] [^\W_]"),
    "method": re.compile(r"[^\W_][A-Z]|\d"),
}

Form = tuple[str, str]  # the kind of a name and one of its loose spellings


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """What a name means: an entry of the lexicon by `key`, or a thing of its own by the loose `form` of its name."""

    kind: str
    key: str
    form: str


class Rules:
    """What a name means, given what all papers say: `kinds` counts the names of a spelling by kind (a spelling of one
    kind may be missing), `seen` holds the forms in use, and `meanings` what papers define a short form as.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._acronyms = acronyms(lexicon)

    def read(self, extraction: Extraction) -> Reading:
        return read(extraction, self.lexicon, self._acronyms)

    def settle(self, name: Name, kinds: Mapping[str, Mapping[str, int]]) -> None:
        """Give a name the kind that nearly all papers give it, unless the lexicon knows it as what this paper says."""
        counts = kinds.get(loose(name.main), {name.kind: 1})
        usual = min(counts, key=lambda kind: (-counts[kind], KINDS.index(kind)))
        mistaken = counts[usual] >= _MISTAKE * counts[name.kind]
        if mistaken and not name.fixed and not self._entry(name):
            name.kind = usual
            name.types.clear()

    def ways(self, name: Name) -> Iterator[Form]:
        """The other forms that the name has where they are in use, the first before the second: without vendor and
        `dataset`, with an acronym spelled out.
        """
        surface = bare(name.kind, name.main)
        shorter = headless(name.kind, surface) or ""
        if _STILL_A_NAME[name.kind].search(shorter):
            yield name.kind, loose(shorter)
        yield name.kind, loose(expand(surface, self._acronyms))

    def form(self, name: Name, seen: Collection[Form]) -> Form:
        """The form of the name that is in use."""
        return name.kind, loose(self._in_use(name.kind, name.main, seen))

    def definitions(self, name: Name, seen: Collection[Form]) -> Iterator[tuple[Form, Identity]]:
        """What the paper of the name defines each short form of it as."""
        for short, long in name.defined:
            yield (name.kind, loose(short)), self.identity(name.meaning(short, long), seen, {})

    def identity(self, name: Name, seen: Collection[Form], meanings: Mapping[Form, Collection[Identity]]) -> Identity:
        if entry := self._entry(name):
            return Identity(name.kind, entry.key, "")
        surface = self._in_use(name.kind, name.main, seen)
        meant = () if name.defined else meanings.get((name.kind, loose(surface)), ())
        return next(iter(meant)) if len(meant) == 1 else self._new(name.kind, surface)

    def _entry(self, name: Name) -> Entry | None:
        """What the lexicon takes a name for: its longest surface, and a shorter one only where that agrees."""
        main = name.main
        for surface in (main, *sorted(name.surfaces, key=lambda surface: (-len(surface), surface))):
            entry = known(self.lexicon, name.kind, surface)
            if entry and (loose(surface) == loose(main) or agree(main, entry)):
                return entry
        return None

    def _in_use(self, kind: str, surface: str, seen: Collection[Form]) -> str:
        """The name as other papers use it: without vendor, without `dataset`, or with an acronym spelled out."""
        surface = bare(kind, surface)
        shorter = headless(kind, surface) or ""
        full = expand(surface, self._acronyms)
        if _STILL_A_NAME[kind].search(shorter) and (kind, loose(shorter)) in seen:
            return shorter
        return full if (kind, loose(full)) in seen else surface

    def _new(self, kind: str, surface: str) -> Identity:
        """A thing of its own, unless its key is that of an entry."""
        key = concept_key(singular(surface))
        return Identity(kind, key, "") if self.lexicon.by_key(kind, key) else Identity(kind, "", loose(surface))


def identities(readings: Iterable[Reading], rules: Rules) -> dict[Name, Identity]:
    """What each name of all papers means. The names' kinds are settled."""
    names = [name for reading in readings for name in reading.names]
    kinds = kinds_of(names)
    for name in names:
        rules.settle(name, kinds)
    seen = forms(names)
    meanings: dict[Form, set[Identity]] = defaultdict(set)
    for name in names:
        for form, meaning in rules.definitions(name, seen):
            meanings[form].add(meaning)
    return {name: rules.identity(name, seen, meanings) for name in names}


def kinds_of(names: Sequence[Name]) -> dict[str, Counter[str]]:
    """Of each loose spelling, how many names of each kind have it."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        for form in name.forms:
            kinds[form][name.kind] += 1
    return kinds


def forms(names: Sequence[Name]) -> set[Form]:
    return {(name.kind, form) for name in names for form in name.forms}
