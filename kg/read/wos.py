"""Web of Science's tagged text ("plain text file").

FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Lee, A
   Li, B
TI A title that
   goes on
AB Abstract
PD MAR 12
PY 2020
ER

EF
"""

import re
from collections.abc import Iterator

from kg.model import Paper, Reject
from kg.read import tagged
from kg.read.record import paper
from kg.read.source import Source
from kg.read.tagged import Values, every, first_name_first, one, split

_TAG = re.compile(r"([A-Z][A-Z0-9])(?: |$)")
_FIRST = re.compile(r"^\ufeff?PT [A-Z][ \t]*+$", re.MULTILINE)
_TITLE = re.compile(r"^(?:TI|AU|AB) \S", re.MULTILINE)
_NO_RECORD = {"FN", "VR", "EF", "ER"}


def recognise(head: str) -> bool:
    """A line begins a record, and others have its title, authors or abstract."""
    return _FIRST.search(head) is not None and _TITLE.search(head) is not None


def parse(source: Source) -> Iterator[Paper | Reject]:
    yield from tagged.parse(source, _TAG, "PT", "ER", _paper)


def _paper(values: Values) -> Paper | str | None:
    if values.keys() <= _NO_RECORD:
        return None
    year = one(values, "PY")
    return paper(
        title=one(values, "TI"),
        abstract=one(values, "AB"),
        authors=map(first_name_first, split(values, "AF") or split(values, "AU")),
        dates=[f"{one(values, 'PD')} {year}", year],
        ids=every(values, "DI", "AR"),
        links=every(values, "UR"),
        venue=one(values, "SO"),
        pmid=one(values, "PM"),
        categories=[term for tag in ("DE", "ID") for term in one(values, tag).split(";")],
    )
