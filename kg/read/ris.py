"""RIS, as databases and reference managers write it.

    TY  - JOUR
    T1  - Title
    A1  - Last, First
    N2  - Abstract
    ER  -

A record without its first or last line is one all the same.
"""

import re
from collections.abc import Iterator

from kg.model import Paper, Reject
from kg.read import tagged
from kg.read.record import paper
from kg.read.source import Source
from kg.read.tagged import Values, every, first_name_first, one, split

_TAG = re.compile(r"([A-Z][A-Z0-9])  ?-(?:\s|$)")
_FIRST = re.compile(r"^\ufeff?TY  ?-\s", re.MULTILINE)
_DATE = re.compile(r"\d{4}(?:[/-]\d{1,2}(?:[/-]\d{1,2})?)?")  # what follows may be a season


def recognise(head: str) -> bool:
    """Some line begins a record."""
    return _FIRST.search(head) is not None


def parse(source: Source) -> Iterator[Paper | Reject]:
    yield from tagged.parse(source, _TAG, "TY", "ER", _paper)


def _paper(values: Values) -> Paper | str | None:
    if values.keys() <= {"ER"}:
        return None
    return paper(
        title=one(values, "TI", "T1") or one(values, "CT", "BT"),
        abstract=one(values, "AB", "N2"),
        authors=map(first_name_first, split(values, "AU", "A1")),
        dates=[match.group() for value in every(values, "DA", "PY", "Y1") if (match := _DATE.match(value))],
        ids=every(values, "DO", "M3", "AN"),
        links=split(values, "UR", "L2", "LK", "L1", at="\n"),
        categories=split(values, "KW"),
        venue=one(values, "T2", "JF", "JO", "JA", "BT"),
    )
