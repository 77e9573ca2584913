"""Extractions kept between builds, by what the text is and by all that had a say in reading it."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from operator import attrgetter
from pathlib import Path

from kg.errors import InputError
from kg.model import Extraction, Mention, Paper, Quantity, Result

_SHAPE = json.dumps([[field.name for field in fields(kind)] for kind in (Extraction, Mention, Result, Quantity)])
# As a tuple; `dataclasses.astuple` copies deeply, and takes ten times as long.
_MENTION, _RESULT, _QUANTITY = (
    attrgetter(*(field.name for field in fields(kind))) for kind in (Mention, Result, Quantity)
)
_MOST = 500  # variables of a query


class Cache:
    """A file of extractions that one version of the program made; those of another version are let go."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self._path = connection, path

    def known(self, papers: Iterable[Paper]) -> dict[str, Extraction]:
        """By paper key, the extractions of those papers whose text has been read before."""
        wanted = [(digest(paper), paper) for paper in papers]
        found: dict[str, Extraction] = {}
        for start in range(0, len(wanted), _MOST):
            part = wanted[start : start + _MOST]
            marks = ",".join("?" * len(part))
            rows = dict(
                self._connection.execute(
                    f"SELECT text, said FROM extraction WHERE text IN ({marks})",  # noqa: S608  # question marks only
                    [key for key, _ in part],
                )
            )
            found |= {paper.key: reread(paper, rows[key]) for key, paper in part if key in rows}
        return found

    def keep(self, extractions: Iterable[Extraction]) -> None:
        """Keep these too; what is kept stays, whatever happens next. InputError when the disk is full."""
        rows = [(digest(extraction.paper), written(extraction)) for extraction in extractions]
        try:
            with self._connection:
                self._connection.executemany("INSERT OR REPLACE INTO extraction VALUES (?, ?)", rows)
        except sqlite3.OperationalError as error:
            raise InputError(f"{self._path}: cannot be written: {error}") from error


def digest(paper: Paper) -> bytes:
    return hashlib.sha256(paper.text.encode()).digest()


@contextmanager
def opened(path: Path, version: Mapping[str, str]) -> Iterator[Cache]:
    """The cache in a file, which is made, or made anew when it is damaged or of another version.

    `version` says what the extractions depend on. InputError when the file cannot be written.
    """
    told = hashlib.sha256(json.dumps([_SHAPE, sorted(version.items())]).encode()).hexdigest()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = _connected(path, told)
    except (OSError, sqlite3.OperationalError) as error:
        raise InputError(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}") from error
    try:
        yield Cache(connection, path)
    finally:
        connection.close()


def _connected(path: Path, version: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    try:
        [kept] = connection.execute("SELECT version FROM made_by").fetchone()
        [checked] = connection.execute("PRAGMA quick_check(1)").fetchone()
        if kept == version and checked == "ok":
            return connection
    except (sqlite3.DatabaseError, TypeError, ValueError):  # new, damaged, or of another time
        pass
    connection.close()
    for part in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + part).unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("CREATE TABLE made_by (version TEXT)")
        connection.execute("INSERT INTO made_by VALUES (?)", [version])
        connection.execute("CREATE TABLE extraction (text BLOB PRIMARY KEY, said TEXT) WITHOUT ROWID")
    return connection


def written(extraction: Extraction) -> str:
    return json.dumps(
        [
            [_MENTION(mention) for mention in extraction.mentions],
            [_RESULT(result) for result in extraction.results],
            [_QUANTITY(quantity) for quantity in extraction.quantities],
            extraction.abbreviations,
            extraction.ignored,
        ]
    )


def reread(paper: Paper, said: str) -> Extraction:
    mentions, results, quantities, abbreviations, ignored = json.loads(said)
    return Extraction(
        paper,
        tuple(Mention(*told) for told in mentions),
        tuple(Result(*told) for told in results),
        tuple(Quantity(*told) for told in quantities),
        tuple((short, long) for short, long in abbreviations),
        tuple(ignored),
    )
