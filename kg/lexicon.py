"""The names the field knows: one TSV a type, curated by hand, with their aliases and what they are a kind of."""

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kg.errors import LexiconError
from kg.files import PACKAGE
from kg.model import TYPES
from kg.names import TYPE_KIND, concept_iri, is_key
from kg.spelling import loose

COLUMNS = ("key", "type", "label", "aliases", "acronyms", "broader", "exact_match", "match", "note")
MATCHES = ("", "exact", "context")
_TOO_SHORT = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """One known concept. `key` is the last part of its IRI, unique among the types of its kind.

    `broader` holds keys of the same kind, `exact_match` full IRIs. `match` says how the name may be looked for in a
    text: "" anywhere, "exact" in exactly this spelling and case, "context" never, because it is an everyday word; such
    an entry only tells what a name means that something else has found.
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


def load(folder: Path | None = None) -> Lexicon:
    """The lexicon in `folder`, by default the one that comes with the package, which is read once.

    Raises LexiconError for a row that cannot be read, with file and line, for a key used twice, a parent that is not
    there and for a circle of parents. Names that two entries claim are no error; `check` lists them.
    """
    return _read(folder) if folder else _shipped()


@cache
def _shipped() -> Lexicon:
    return _read(PACKAGE / "data" / "lexicon")


def _read(folder: Path) -> Lexicon:
    entries: list[Entry] = []
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.tsv")):
        data = path.read_bytes()
        digest.update(data)
        entries += _entries(path, data)
    lexicon = Lexicon(tuple(entries), digest.hexdigest())
    for problem in _broken_links(lexicon):
        raise LexiconError(problem)
    return lexicon


def _entries(path: Path, data: bytes) -> Iterator[Entry]:
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise LexiconError(f"{path.name}: not UTF-8 ({error.reason})") from error
    rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    if tuple(next(rows, ())) != COLUMNS:
        raise LexiconError(f"{path.name}:1: the columns are {' '.join(COLUMNS)}")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(COLUMNS):
            raise LexiconError(f"{path.name}:{number}: {len(row)} columns instead of {len(COLUMNS)}")
        key, type_, label, *lists, match, note = row
        if not is_key(key):
            raise LexiconError(f"{path.name}:{number}: {key!r} is no key")
        if type_ not in TYPES:
            raise LexiconError(f"{path.name}:{number}: {type_!r} is none of {' '.join(TYPES)}")
        if not label or match not in MATCHES:
            raise LexiconError(f"{path.name}:{number}: no label, or a match that is neither empty, exact nor context")
        aliases, acronyms, broader, exact = (tuple(filter(None, cell.split("|"))) for cell in lists)
        yield Entry(key, type_, label, aliases, acronyms, broader, exact, match, note)


def _broken_links(lexicon: Lexicon) -> Iterator[str]:
    """Two entries with one key, parents that are not there, and circles of parents."""
    seen: dict[tuple[str, str], Entry] = {}
    for entry in lexicon.entries:
        if seen.setdefault((entry.kind, entry.key), entry) is not entry:
            yield f"{entry.type} {entry.key}: a key used twice"
        for key in entry.broader:
            if lexicon.by_key(entry.kind, key) is None:
                yield f"{entry.type} {entry.key}: its parent {key} is missing"
    for kind, key in _in_circles({(e.kind, e.key): [(e.kind, up) for up in e.broader] for e in seen.values()}):
        yield f"{kind} {key}: broader than itself"


def _in_circles(parents: Mapping[tuple[str, str], list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """What is left when those without parents are taken away again and again."""
    left = {child: {up for up in ups if up in parents} for child, ups in parents.items()}
    while free := {child for child, ups in left.items() if not ups}:
        left = {child: ups - free for child, ups in left.items() if child not in free}
    return sorted(left)


def check(lexicon: Lexicon) -> list[str]:
    """What is wrong with the data, one line a problem; none is as it should be.

    Keys used twice, missing parents, circles, and names that two entries of one kind claim.
    """
    problems = list(_broken_links(lexicon))
    claims: dict[tuple[str, str], list[Entry]] = {}
    for entry in lexicon.entries:
        for surface in dict.fromkeys(map(loose, entry.surfaces)):
            claims.setdefault((entry.kind, surface), []).append(entry)
    for (kind, surface), entries in claims.items():
        if len(entries) > 1:
            problems.append(f"{kind}: {surface!r} is claimed by {' and '.join(entry.key for entry in entries)}")
    return problems
