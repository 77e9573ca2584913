"""The values of a record, whatever its format: text, dates, identifiers, links. What is not valid is None."""

import datetime as dt
import re
from collections.abc import Callable

from kg.names import web_iri
from kg.text import normalise

# Turtle and XML know neither control characters nor lone surrogates, and JSON can escape both.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?:19|20)\d\d"
# A date in English, or in ISO 8601; without groups, to be part of other patterns; whatever the case.
DATE = (
    rf"(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+{_YEAR})?(?!\d)|\d{{1,2}}\s+{_MONTH}(?:,?\s+{_YEAR})?(?!\d)"
    rf"|{_MONTH},?\s+{_YEAR}(?!\d)|{_YEAR}-\d\d-\d\d)"
)
_ISO = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2})(?:[T\s].*)?)?)?")
_MONTH_DAY = re.compile(r"--(\d\d)-(\d\d)")

_ARXIV = re.compile(
    r"(?:arxiv:\s*|(?:https?://)?(?:[a-z]+\.)?(?:arxiv\.org|huggingface\.co|alphaxiv\.org|hf\.co)/(?:[a-z]+/)?"
    r"|(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?10\.48550/arxiv\.)?"
    r"(?:(?P<new>\d\d(?:0[1-9]|1[0-2])\.\d{4,5})|(?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[a-z]{2})?/(?P<old>\d{7}))"
    r"(?P<version>v\d+)?(?:\.pdf)?(?:[?#].*|/)?",
    re.IGNORECASE,
)
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_PMID = re.compile(
    r"(?:pmid:\s*|https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/)?([1-9]\d{0,8})/?",
    re.ASCII | re.IGNORECASE,
)


def text(value: object) -> str:
    """Normalised, with a space for each control character and U+FFFD for what is no character; "" for no string."""
    if not isinstance(value, str):
        return ""
    return normalise(_NO_CHARACTER.sub("\ufffd", _CONTROL.sub(" ", value)))


def date(value: object) -> str | None:
    """`2025-04-21`, `2025-04`, `2025` or `--05-02`, as precise as the source; None for no date or an impossible one.

    Takes ISO 8601 dates and times, a year as a number, and English dates (`Apr 21, 2025`, `21 April 2025`, `May 2`).
    """
    written = str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value)
    if match := _ISO.fullmatch(written):
        year, month, day = (int(part) if part else None for part in match.groups())
        return _written(year, month, day)
    if match := _MONTH_DAY.fullmatch(written):
        return _written(None, int(match[1]), int(match[2]))
    return _english(written) if re.fullmatch(DATE, written, re.IGNORECASE) else None


def _english(written: str) -> str | None:
    month, *_ = re.findall("[a-z]{3}", written.lower())
    numbers = [int(number) for number in re.findall(r"\d+", written)]
    year = next((number for number in numbers if number > 99), None)
    day = next((number for number in numbers if number <= 99), None)
    return _written(year, _MONTHS.index(month) + 1, day)


def completed(date: str, year: int) -> str:
    """A date without year in that year; one that the year does not have (Feb 29) stays as it is."""
    return (_written(year, int(date[2:4]), int(date[5:])) if date.startswith("--") else None) or date


def _written(year: int | None, month: int | None, day: int | None) -> str | None:
    """As XSD writes it, or None when the calendar has no such day."""
    try:
        dt.date(2024 if year is None else year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return None
    if year is None:  # 2024, above, has a February 29
        return f"--{month:02}-{day:02}"
    return "-".join(f"{part:02}" for part in (year, month, day) if part is not None)


def arxiv_id(value: object) -> str | None:
    """`2504.14960v2` or `math/0309136`, out of an id, `arXiv:...`, an arXiv DOI or a link to arXiv or its mirrors.

    The subject class of an old id (`math.GT/...`) is no part of it and goes; a version stays.
    """
    match = _ARXIV.fullmatch(text(value))
    if not match:
        return None
    number = match["new"] or f"{match['archive'].lower()}/{match['old']}"
    return number + (match["version"] or "").lower()


def doi(value: object) -> str | None:
    """A DOI in lower case (case means nothing in it) and without `https://doi.org/` or `doi:`."""
    match = _DOI.fullmatch(text(value))
    return match[1].lower() if match else None


def pmid(value: object) -> str | None:
    """`31452104`, out of a PubMed id or a link to PubMed."""
    match = _PMID.fullmatch(text(value) if not isinstance(value, int) else str(value))
    return match[1] if match else None


def url(value: object) -> str | None:
    """An http(s) link as a valid IRI, percent-encoded where need be."""
    return web_iri(text(value))


def count(value: object) -> int | None:
    """A number of things: 3, "1,204"; a page's "1.2k" is 1200."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value < 10**12 else None
    match = re.fullmatch(r"(\d{1,3}(?:,\d{3})+|\d{1,12})|(\d{1,4}(?:\.\d)?)k", text(value), re.IGNORECASE | re.ASCII)
    if not match:
        return None
    return int(match[1].replace(",", "")) if match[1] else round(float(match[2]) * 1000)


def first(read: Callable[[object], str | None], *values: object) -> str | None:
    """The first value that `read` understands."""
    return next((found for value in values if (found := read(value))), None)


def lacking(title: str, abstract: str) -> str | None:
    """Why a record with these is no paper, or None."""
    missing = [name for name, value in (("title", title), ("abstract", abstract)) if not value]
    return f"no {' and no '.join(missing)}" if missing else None
