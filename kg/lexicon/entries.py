"""An entry of the lexicon, and all of them with the ways to find one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kg.names import TYPE_KIND, concept_iri
from kg.spelling import loose

COLUMNS = ("key", "type", "label", "aliases", "acronyms", "broader", "exact_match", "match", "note")
MATCHES = ("", "exact", "context")
# What may be told of a thing beside its names, by kind. Peaks are TFLOPS (int8: TOPS), dense, `memory` is GB.
FACTS = {
    "hardware": ("released", "memory", "fp64", "fp32", "fp16", "bf16", "fp8", "int8"),
    "metric": ("direction", "unit"),
}
_TOO_SHORT = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """One known concept. `key` is the last part of its IRI, unique among the types of its kind.

    `broader` holds keys of the same kind, `exact_match` full IRIs. `match` says how the name may be looked for in a
    text: "" anywhere, "exact" in exactly this spelling and case, "context" never, because it is an everyday word; such
    an entry only tells what a name means that something else has found. `facts` are (name, value) as `FACTS` lists
    them: the year of a device's announcement, its memory and peaks, whether a metric is better higher or lower.
    """

    key: str
    type: str
    label: str
    aliases: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    exact_match: tuple[str, ...] = ()
    match: str = ""
    note: str = ""
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def iri(self) -> str:
        return concept_iri(self.type, self.key)

    @property
    def kind(self) -> str:
        return TYPE_KIND[self.type]

    @property
    def surfaces(self) -> tuple[str, ...]:
        return (self.label, *self.aliases, *self.acronyms)


class Lexicon:
    """All entries, in the order of the files; `digest` is the SHA-256 of those, in hexadecimal."""

    def __init__(self, entries: tuple[Entry, ...], digest: str = "") -> None:
        self.entries = entries
        self.digest = digest
        self._by_key: Mapping[tuple[str, str], Entry] = {(entry.kind, entry.key): entry for entry in entries}
        self._by_surface: dict[str, tuple[Entry, ...]] = {}
        for entry in entries:
            for surface in dict.fromkeys(map(loose, entry.surfaces)):
                self._by_surface[surface] = (*self._by_surface.get(surface, ()), entry)

    def __len__(self) -> int:
        return len(self.entries)

    def by_surface(self, surface: str) -> tuple[Entry, ...]:
        """The entries that a name may mean, in any spelling that `kg.spelling.loose` takes for the same."""
        return self._by_surface.get(loose(surface), ())

    def by_key(self, kind: str, key: str) -> Entry | None:
        return self._by_key.get((kind, key))

    def broader(self, entry: Entry) -> tuple[Entry, ...]:
        """The entries one step up."""
        return tuple(self._by_key[entry.kind, key] for key in entry.broader)

    def ancestors(self, entry: Entry) -> tuple[Entry, ...]:
        """All that the entry is a kind of, nearest first, each once: H100, Hopper, NVIDIA GPU, GPU of an H100 SXM5."""
        found = dict.fromkeys(self.broader(entry))
        for parent in tuple(found):
            found |= dict.fromkeys(self.ancestors(parent))
        return tuple(found)

    def surfaces(self) -> Iterator[tuple[str, Entry]]:
        """Each name that may be looked for in a text, with its only entry.

        A name of two entries (MAE is a metric and a method) is left out, and so is an acronym of two letters (SR):
        what they mean takes more than a match.
        """
        for entry in self.entries:
            if entry.match != "context":
                acronyms = (acronym for acronym in entry.acronyms if len(acronym) > _TOO_SHORT)
                for surface in (entry.label, *entry.aliases, *acronyms):
                    if len(self.by_surface(surface)) == 1:
                        yield surface, entry
