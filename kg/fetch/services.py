"""The services that papers are fetched from: where each is, how fast it may be asked, and which pages to ask for.

The pages of a question are a generator: it gives the address of a page (a path below the server), is sent the page as
`parse` understood it, and gives the next address. So a fetch that was cut short goes on by sending what was saved.
"""

import json
import re
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

_PAGE = 100  # records
_ENTRY = re.compile(rb"<entry[\s>]")
_TOTAL = re.compile(rb"<opensearch:totalResults[^>]{0,200}>\s*(\d{1,12})\s*<")
_START = re.compile(rb"<opensearch:startIndex[^>]{0,200}>\s*(\d{1,12})\s*<")


@dataclass(frozen=True, slots=True)
class Page:
    """How many records a page holds, and how many the service says there are in all."""

    records: int
    total: int


Pages = Generator[str, Page, None]


@dataclass(frozen=True, slots=True)
class Service:
    """`interval` is in seconds between requests, as the service asks; `parse` raises ValueError for a broken page.

    `hosts` are those that the server may redirect to; `suffix` is that of a saved page. The environment variable
    `key`, where there is one, holds a key to send along as the parameter `api_key`, which is saved nowhere.
    """

    name: str
    server: str
    interval: float
    suffix: str
    parse: Callable[[bytes], Page]
    accept: str = "*/*"
    hosts: frozenset[str] = frozenset()
    key: str | None = None


def arxiv_pages(query: str, *, since: date | None, limit: int) -> Pages:
    """Newest first: what is new by the time a fetch goes on shifts the rest, so it repeats records and loses none."""
    if since:
        query = f"({query}) AND submittedDate:[{since:%Y%m%d}0000 TO 299912312359]"
    order = {"sortBy": "submittedDate", "sortOrder": "descending"}
    start = 0
    while start < limit:
        size = min(_PAGE, limit - start)
        page = yield f"/api/query?{urlencode({'search_query': query, 'start': start, 'max_results': size} | order)}"
        start += page.records
        if not page.records or start >= page.total:
            return


def daily_pages(day: date, *, limit: int) -> Pages:
    """The papers of a day, by their votes."""
    for number in range(-(-limit // _PAGE)):
        page = yield f"/api/daily_papers?{urlencode({'date': day.isoformat(), 'limit': _PAGE, 'p': number})}"
        if page.records < _PAGE:
            return


# What the graph can hold of a work; the whole of one is a hundred times as long.
_OPENALEX_FIELDS = (
    "id,doi,display_name,publication_date,publication_year,ids,authorships,primary_location,locations,topics,"
    "abstract_inverted_index"
)


def openalex_pages(search: str, *, since: date | None, limit: int) -> Pages:
    """By relevance. Without a key OpenAlex gives no more than 10,000 works, a hundred a page, and no cursors."""
    told: dict[str, str | int] = {"search": search, "per_page": _PAGE, "select": _OPENALEX_FIELDS}
    if since:
        told["filter"] = f"from_publication_date:{since.isoformat()}"
    found = 0
    for number in range(1, -(-limit // _PAGE) + 1):
        page = yield f"/works?{urlencode(told | {'page': number})}"
        found += page.records
        if not page.records or found >= page.total:
            return


def doi_pages(dois: Iterable[str]) -> Pages:
    """What the agency that registered each DOI knows of it, as CSL-JSON, by content negotiation at doi.org."""
    for doi in dois:
        yield f"/{quote(doi, safe='/()')}"


def _atom(body: bytes) -> Page:
    """A page of arXiv's. One without entries before the end is a known fault of the service, and asked for again."""
    if not body.rstrip().endswith(b"</feed>"):
        raise ValueError("no whole Atom feed")
    records, total, start = len(_ENTRY.findall(body)), _number(body, _TOTAL), _number(body, _START)
    if not records and start < total:
        raise ValueError(f"an empty page, though there are {total:,} records")
    return Page(records, total)


def _number(body: bytes, pattern: re.Pattern[bytes]) -> int:
    match = pattern.search(body)
    if not match:
        raise ValueError("an Atom feed that does not count its entries")
    return int(match[1])


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"broken JSON: {error}") from error


def _array(body: bytes) -> Page:
    value = _json(body)
    if not isinstance(value, list):
        raise ValueError("no JSON array")  # noqa: TRY004  # a broken page, whatever breaks it
    return Page(len(value), len(value))


def _works(body: bytes) -> Page:
    value = _json(body)
    try:
        return Page(len(value["results"]), int(value["meta"]["count"]))
    except (KeyError, TypeError) as error:
        raise ValueError("no page of works") from error


def _work(body: bytes) -> Page:
    if not isinstance(_json(body), dict):
        raise ValueError("no JSON object")  # noqa: TRY004  # as above
    return Page(1, 1)


ARXIV = Service("arxiv", "https://export.arxiv.org", 3, ".xml", _atom, hosts=frozenset({"arxiv.org"}))
DAILY_PAPERS = Service("daily-papers", "https://huggingface.co", 1, ".json", _array)
OPENALEX = Service("openalex", "https://api.openalex.org", 0.2, ".json", _works, key="OPENALEX_API_KEY")
DOI = Service(
    "doi",
    "https://doi.org",
    0.5,
    ".json",
    _work,
    accept="application/vnd.citationstyles.csl+json",
    hosts=frozenset(
        {
            "api.crossref.org",
            "data.crossref.org",
            "data.crosscite.org",
            "data.datacite.org",
            "api.datacite.org",
            "data.medra.org",
            "citation.doi.org",
        }
    ),
)
