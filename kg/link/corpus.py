"""All papers together: what each name of each paper is."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg.lexicon import Entry, Lexicon
from kg.link.known import agree, bare, expand, headless, known
from kg.link.reading import KINDS, Name, Reading
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


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """What a name means: an entry of the lexicon by `key`, or a thing of its own by the loose `form` of its name."""

    kind: str
    key: str
    form: str


class Corpus:
    """The readings of all papers, and what they say of a name together. `clusters` holds the names of each thing."""

    def __init__(self, readings: Iterable[Reading], lexicon: Lexicon, acronyms: Mapping[str, str]) -> None:
        self._lexicon = lexicon
        self._acronyms = acronyms
        names = [name for reading in readings for name in reading.names]
        self._settle_kinds(names)
        self._seen = {(name.kind, form) for name in names for form in name.forms}
        self._meanings: dict[tuple[str, str], set[Identity]] = defaultdict(set)
        for name in names:
            for short, long in name.defined:
                meaning = Name(name.kind, Counter([short, long]), defined=((short, long),))
                self._meanings[name.kind, loose(short)].add(self._identity(meaning))
        self.identities = {name: self._identity(name) for name in names}
        self.clusters: dict[Identity, list[Name]] = defaultdict(list)
        for name, identity in self.identities.items():
            self.clusters[identity].append(name)

    def _settle_kinds(self, names: Iterable[Name]) -> None:
        """Give a name the kind that nearly all papers give it, unless the lexicon knows it as what this paper says."""
        papers: dict[str, Counter[str]] = defaultdict(Counter)
        for name in names:
            for form in name.forms:
                papers[form][name.kind] += 1
        for name in names:
            counts = papers[loose(name.main)]
            usual = min(counts, key=lambda kind: (-counts[kind], KINDS.index(kind)))
            mistaken = counts[usual] >= _MISTAKE * counts[name.kind]
            if mistaken and not name.fixed and not self._entry(name):
                name.kind = usual
                name.types.clear()

    def _entry(self, name: Name) -> Entry | None:
        """What the lexicon takes a name for: its longest surface, and a shorter one only where that agrees."""
        main = name.main
        for surface in (main, *sorted(name.surfaces, key=lambda surface: (-len(surface), surface))):
            entry = known(self._lexicon, name.kind, surface)
            if entry and (loose(surface) == loose(main) or agree(main, entry)):
                return entry
        return None

    def _identity(self, name: Name) -> Identity:
        if entry := self._entry(name):
            return Identity(name.kind, entry.key, "")
        surface = self._in_use(name.kind, name.main)
        meanings = () if name.defined else self._meanings.get((name.kind, loose(surface)), ())
        return next(iter(meanings)) if len(meanings) == 1 else self._new(name.kind, surface)

    def _in_use(self, kind: str, surface: str) -> str:
        """The name as other papers use it: without vendor, without `dataset`, or with an acronym spelled out."""
        surface = bare(kind, surface)
        shorter = headless(kind, surface) or ""
        full = expand(surface, self._acronyms)
        if _STILL_A_NAME[kind].search(shorter) and (kind, loose(shorter)) in self._seen:
            return shorter
        return full if (kind, loose(full)) in self._seen else surface

    def _new(self, kind: str, surface: str) -> Identity:
        """A thing of its own, unless its key is that of an entry."""
        key = concept_key(singular(surface))
        return Identity(kind, key, "") if self._lexicon.by_key(kind, key) else Identity(kind, "", loose(surface))
