"""MEDLINE, the text that PubMed exports as `.nbib` or `.txt`.

PMID- 16403221
DP  - 2006 Mar 1
TI  - A title that
      goes on.
AB  - Abstract
AID - 10.1186/1471-2105-7-10 [doi]
"""

import re
from collections.abc import Iterator

from kg.model import Paper, Reject
from kg.read import tagged
from kg.read.record import paper
from kg.read.source import Source
from kg.read.tagged import Values, every, first_name_first, one

_TAG = re.compile(r"([A-Z]{2,4}) {0,2}-(?:\s|$)")
_FIRST = re.compile(r"^\ufeff?PMID-\s*+\d", re.MULTILINE)
_DATE = re.compile(r"(\d{4})(?:\s+([A-Za-z]{3})(?:\s+(\d{1,2}))?(?![\w-]))?")
_ID = re.compile(r"(?P<doi>\S+)\s+\[doi\]|(?P<arxiv>arxiv:\S+)(?:\s+\[pii\])?", re.IGNORECASE)


def recognise(head: str) -> bool:
    """Some line gives a PubMed number."""
    return _FIRST.search(head) is not None


def parse(source: Source) -> Iterator[Paper | Reject]:
    yield from tagged.parse(source, _TAG, "PMID", "", _paper)


def _paper(values: Values) -> Paper | str | None:
    number, date = one(values, "PMID"), _DATE.match(one(values, "DP"))
    ids = [match for value in every(values, "LID", "AID") if (match := _ID.fullmatch(value))]
    terms = [term.replace("*", "").replace("\n", " ") for term in every(values, "OT", "MH")]
    names = every(values, "FAU") or every(values, "AU")
    return paper(
        title=one(values, "TI") or one(values, "BTI"),
        abstract=one(values, "AB"),
        authors=[*map(first_name_first, names), *every(values, "CN")],
        dates=[" ".join(part for part in reversed(date.groups()) if part), date[1]] if date else [],
        ids=[match["doi"] or match["arxiv"] for match in ids],
        links=[f"https://pubmed.ncbi.nlm.nih.gov/{number}/"] if number.isdecimal() and number.isascii() else [],
        categories=terms,
        venue=one(values, "JT", "TA"),
        pmid=number,
    )
