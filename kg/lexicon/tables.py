"""The tables that the lexicon is kept in: a folder with a TSV a type, and in `facts/` one a kind."""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from kg.errors import LexiconError
from kg.files import PACKAGE
from kg.lexicon.checks import Problem, broken_links
from kg.lexicon.entries import COLUMNS, FACTS, MATCHES, Entry, Lexicon
from kg.model import TYPES
from kg.names import is_key

SHIPPED = PACKAGE / "data" / "lexicon"


@dataclass(frozen=True, slots=True)
class Tables:
    """The entries with their places, `file:line` by kind and key, and what is wrong with the rows themselves."""

    entries: tuple[Entry, ...]
    places: dict[tuple[str, str], str]
    problems: tuple[Problem, ...]
    digest: str


def load(folder: Path | None = None) -> Lexicon:
    """The lexicon in `folder`, by default the one that comes with the package, which is read once.

    Raises LexiconError for a row that cannot be read, with file and line, for a key used twice, a parent that is not
    there and for a circle of parents. Names that two entries claim are no error; `check` lists them.
    """
    return _loaded(folder) if folder else _shipped()


@cache
def _shipped() -> Lexicon:
    return _loaded(SHIPPED)


def _loaded(folder: Path) -> Lexicon:
    tables = read(folder)
    lexicon = Lexicon(tables.entries, tables.digest)
    for problem in (*tables.problems, *broken_links(tables.entries, tables.places)):
        raise LexiconError(str(problem))
    return lexicon


def read(folder: Path) -> Tables:
    """Everything that can be read in `folder`, and a problem for each row that cannot. LexiconError for no UTF-8."""
    entries: list[Entry] = []
    places: dict[tuple[str, str], str] = {}
    problems: list[Problem] = []
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.tsv")):
        for line, row in _rows(path, COLUMNS, digest, problems):
            place = f"{path.name}:{line}"
            if fault := _fault(row):
                problems.append(Problem(place, fault))
                continue
            entry = _entry(row)
            entries.append(entry)
            if other := places.get((entry.kind, entry.key)):
                problems.append(Problem(place, f"the key {entry.key} is used in {other} too"))
            places.setdefault((entry.kind, entry.key), place)
    told: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
    for kind, names in FACTS.items():
        path = folder / "facts" / f"{kind}.tsv"
        for line, (key, *values) in _rows(path, ("key", *names), digest, problems) if path.exists() else ():
            if (kind, key) not in places or (kind, key) in told:
                problems.append(Problem(f"{path.name}:{line}", f"no {kind} has the key {key}, or it was there before"))
            told[kind, key] = tuple((name, value) for name, value in zip(names, values, strict=True) if value)
    known = tuple(replace(entry, facts=told.get((entry.kind, entry.key), ())) for entry in entries)
    return Tables(known, places, tuple(problems), digest.hexdigest())


def _rows(
    path: Path, columns: tuple[str, ...], digest: "hashlib._Hash", problems: list[Problem]
) -> Iterator[tuple[int, list[str]]]:
    data = path.read_bytes()
    digest.update(data)
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise LexiconError(f"{path.name}: not UTF-8 ({error.reason})") from error
    rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    if tuple(next(rows, ())) != columns:
        raise LexiconError(f"{path.name}:1: the columns are {' '.join(columns)}")
    for line, row in enumerate(rows, start=2):
        if len(row) == len(columns):
            yield line, row
        else:
            problems.append(Problem(f"{path.name}:{line}", f"{len(row)} columns instead of {len(columns)}"))


def _fault(row: list[str]) -> str:
    key, type_, label, *_, match, _ = row
    if not is_key(key):
        return f"{key!r} is no key"
    if type_ not in TYPES:
        return f"{type_!r} is none of {' '.join(TYPES)}"
    if not label or match not in MATCHES:
        return "no label, or a match that is neither empty, exact nor context"
    return ""


def _entry(row: list[str]) -> Entry:
    key, type_, label, *lists, match, note = row
    aliases, acronyms, broader, exact = (tuple(filter(None, cell.split("|"))) for cell in lists)
    return Entry(key, type_, label, aliases, acronyms, broader, exact, match, note)
