"""Papers out of what people have: every format one module, every format one line of a table.

A format is a module with two functions,

    recognise(head: str) -> bool                    the first characters of a file tell whether it is one
    parse(source: Source) -> Iterator[Paper | Reject]    one item a record, in the order of the file

and a line in `FORMATS`; the first that recognises a file reads it. `kg.read.source` gives it an open `Source`, with
`lines()` (numbered, decoded) or `stream` (bytes) to read from and `reject(line, reason, raw)` for a record that is no
paper; `kg.read.fields` turns its values into text, dates and identifiers. Nothing else has to change.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from kg.model import Paper, Reject
from kg.read import (
    anthology,
    atom,
    bibtex,
    documents,
    fields,
    headings,
    jsonl,
    labelled,
    listing,
    medline,
    pubmed,
    ris,
    table,
    wos,
)
from kg.read.join import Merged, merge
from kg.read.jsonl import line
from kg.read.source import File, Source, check, files, opened

__all__ = ["FORMATS", "Format", "Merged", "line", "merge", "read"]


@dataclass(frozen=True, slots=True)
class Format:
    name: str
    recognise: Callable[[str], bool]
    parse: Callable[[Source], Iterator[Paper | Reject]]


FORMATS = (
    Format("JSON", documents.recognise, documents.parse),
    Format("JSON Lines", jsonl.recognise, jsonl.parse),
    Format("arXiv Atom", atom.recognise, atom.parse),
    Format("PubMed XML", pubmed.recognise, pubmed.parse),
    Format("ACL Anthology", anthology.recognise, anthology.parse),
    Format("BibTeX", bibtex.recognise, bibtex.parse),
    Format("RIS", ris.recognise, ris.parse),
    Format("MEDLINE", medline.recognise, medline.parse),
    Format("Web of Science", wos.recognise, wos.parse),
    Format("CSV", table.recognise, table.parse),
    Format("labelled text", labelled.recognise, labelled.parse),
    Format("daily-papers listing", listing.recognise, listing.parse),
    Format("Markdown", headings.recognise, headings.parse),
)


def read(
    inputs: Sequence[str | Path], *, listing_year: int | None = None, columns: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Paper | Reject]:
    """Every record of the inputs, in order: a `Paper`, or a `Reject` that names file, line and reason.

    An input is a file, a folder (with all below it, sorted), a pattern like "papers/*.xml", or "-" for standard input;
    what is packed (gzip, bzip2, xz, Zstandard, zip) is unpacked on the way. Records are read one at a time.
    `listing_year` completes dates that come without a year. `columns` names the columns of CSV and TSV files that have
    other names than `kg.read.table.NAMES` knows: {"title": "TI"}.

    Raises InputError, before anything is read, for an input that does not exist.
    """
    check(inputs)
    formats: Sequence[Format] = FORMATS
    if columns:
        named = Format("CSV", partial(table.recognise, columns=columns), partial(table.parse, columns=columns))
        formats = (named, *FORMATS)
    records = (record for name in inputs for path in files(name) for record in _file(path, formats))
    return (_completed(record, listing_year) for record in records) if listing_year else records


def _file(path: File | Reject, formats: Sequence[Format]) -> Iterator[Paper | Reject]:
    if isinstance(path, Reject):
        yield path
        return
    with opened(path) as source:
        if isinstance(source, Reject):
            yield source
            return
        for format_ in formats:
            if format_.recognise(source.head):
                yield from format_.parse(source)
                return
        yield _unknown(source)


def _unknown(source: Source) -> Reject:
    """Why no format takes the file; the reason that reading it meets, if it meets one, says most."""
    if "\0" in source.head:
        return source.reject(None, "binary file")
    first = next((line for line in source.lines() if line.fault or line.text.strip("\ufeff \t")), None)
    if first is None:
        return source.reject(None, "empty file")
    return source.reject(first.number, first.fault or "no known format", first.text)


def _completed(record: Paper | Reject, year: int) -> Paper | Reject:
    if isinstance(record, Paper) and record.date:
        return replace(record, date=fields.completed(record.date, year))
    return record
