"""A paper out of a JSON object, in any of the shapes that papers have in JSON.

Our own:

    {"id": "2504.14960", "title": "...", "abstract": "...", "authors": ["...", {"name": "..."}], "date": "2025-04-21",
     "url": "https://...", "categories": ["cs.LG"], "doi": "10...", "arxiv_id": "...", "author_count": 18, "upvotes": 3,
     "venue": "...", "licence": "...", "pmid": "..."}

Other keys are ignored. An `id` or `url` that is an arXiv id or a DOI, or links to one, counts as such. Each other shape
is told by its keys, record by record, and put into ours.
"""

import re
from collections.abc import Callable, Mapping
from email.utils import parsedate
from typing import Any

from kg.model import Paper
from kg.names import paper_key
from kg.read import fields, latex, markup

_CATEGORIES = re.compile(r"[a-z-]+(\.[A-Za-z-]+)?(\s+[a-z-]+(\.[A-Za-z-]+)?)*")  # arXiv's: "cs.LG stat.ML"


_Record = Mapping[str, Any]


def paper(record: _Record) -> Paper | str:
    """The paper, or why the record is none."""
    record = _ours(record)
    title, abstract = fields.text(record.get("title")), fields.text(record.get("abstract"))
    if reason := fields.lacking(title, abstract):
        return reason
    id_, link, doi = record.get("id"), record.get("url"), record.get("doi")
    arxiv_id = fields.first(fields.arxiv_id, record.get("arxiv_id"), id_, link, doi)
    doi = fields.first(fields.doi, doi, id_, link)
    authors = _authors(record.get("authors"))
    return Paper(
        key=paper_key(title, abstract, arxiv_id=arxiv_id, doi=doi),
        title=title,
        abstract=abstract,
        date=fields.date(record.get("date")),
        authors=authors,
        author_count=len(authors) or fields.count(record.get("author_count", record.get("authors"))),
        upvotes=fields.count(record.get("upvotes")),
        arxiv_id=arxiv_id,
        doi=doi,
        url=fields.first(fields.url, link, id_),
        categories=_categories(record.get("categories")),
        venue=fields.text(record.get("venue")) or None,
        licence=fields.text(record.get("licence", record.get("license"))) or None,
        pmid=fields.pmid(record.get("pmid")),
        same_as=tuple(sorted(iri for value in _list(record.get("same_as")) if (iri := fields.url(value)))),
    )


def _authors(value: object) -> tuple[str, ...]:
    """Names in order; the objects of a list hold them under `name`. A string is split at semicolons only."""
    if isinstance(value, str) and fields.count(value) is None:
        value = value.split(";")
    names = (item.get("name") if isinstance(item, dict) else item for item in value) if isinstance(value, list) else ()
    return tuple(name for item in names if (name := fields.text(item)))


def _categories(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split() if _CATEGORIES.fullmatch(value.strip()) else re.split("[,;]", value)
    names = map(fields.text, value) if isinstance(value, list) else ()
    return tuple(dict.fromkeys(name for name in names if name))


def _ours(record: _Record) -> _Record:
    """The record in our shape; one that is wrapped, as a paper that cites another is, is unwrapped."""
    inner = next((record[key] for key in ("paper", "citingPaper", "citedPaper") if key in record), None)
    record = inner if isinstance(inner, dict) and "title" in inner else record
    told = next((shape(record) for keys, shape in _SHAPES.items() if not keys.isdisjoint(record)), {})
    return {**record, **{key: value for key, value in told.items() if value}}


def _daily_paper(record: _Record) -> _Record:
    """What the API of daily papers says of one: the abstract is `summary`, the date is that of arXiv."""
    return {"abstract": record.get("abstract") or record["summary"], "date": record.get("publishedAt")}


def _arxiv(record: _Record) -> _Record:
    """A line of arXiv's metadata: names in parts, the date in the first version, accents in LaTeX."""
    created = [_dict(version).get("created") for version in _list(record.get("versions"))[:1]]
    names = [
        fields.text(" ".join([*parts[1:2], parts[0], *parts[2:]]))
        for parts in map(_strings, _list(record["authors_parsed"]))
        if parts
    ]
    return {
        "title": latex.accents(record.get("title")),
        "abstract": latex.accents(record.get("abstract")),
        "authors": names,
        "doi": fields.text(record.get("doi")).partition(" ")[0],
        "date": fields.first(fields.date, *map(_day, created), record.get("update_date")),
        "venue": record.get("journal-ref"),
    }


def _day(value: object) -> str:
    """The date of `Mon, 2 Apr 2007 19:18:42 GMT`."""
    parts = parsedate(value) if isinstance(value, str) else None
    return "-".join(f"{part:02}" for part in parts[:3]) if parts else ""


def _openalex(record: _Record) -> _Record:
    """A work of OpenAlex: the abstract as the places of each word, publishers' mark-up in the texts."""
    places = _dict(record.get("abstract_inverted_index"))
    words = sorted((at, word) for word, all_ in places.items() for at in _list(all_) if isinstance(at, int))
    abstract = " ".join(word for _, word in words)
    authors = [(_dict(_dict(item).get("author")), _dict(item)) for item in _list(record.get("authorships"))]
    links = [_dict(place).get("landing_page_url") for place in _list(record.get("locations"))]
    subjects = _list(record.get("topics")) + _list(record.get("keywords"))
    return {
        "title": markup.plain(record.get("title") or record.get("display_name")),
        "abstract": markup.plain(abstract or record.get("abstract")),
        "authors": [author.get("display_name") or item.get("raw_author_name") for author, item in authors],
        "date": fields.first(fields.date, record.get("publication_date"), record.get("publication_year")),
        "arxiv_id": fields.first(fields.arxiv_id, record.get("doi"), *links),
        "url": fields.first(fields.url, _dict(record.get("primary_location")).get("landing_page_url"), *links),
        "categories": [_dict(subject).get("display_name") for subject in subjects],
        "venue": _dict(_dict(record.get("primary_location")).get("source")).get("display_name"),
        "licence": _dict(record.get("primary_location")).get("license"),
        "pmid": _dict(record.get("ids")).get("pmid"),
        "same_as": [record.get("id")],
    }


def _semantic_scholar(record: _Record) -> _Record:
    """A paper of Semantic Scholar's API, or of its bulk data, which write the keys in lower case."""
    record = {key.lower(): value for key, value in record.items()}
    ids = {key.lower(): value for key, value in _dict(record.get("externalids")).items()}
    studied = [_dict(field).get("category") for field in _list(record.get("s2fieldsofstudy"))]
    return {
        "date": fields.first(fields.date, record.get("publicationdate"), record.get("year")),
        "arxiv_id": ids.get("arxiv"),
        "doi": ids.get("doi"),
        "categories": _list(record.get("fieldsofstudy")) or studied,
        "venue": record.get("venue") or _dict(record.get("journal")).get("name"),
        "pmid": ids.get("pubmed"),
        "same_as": [f"https://www.semanticscholar.org/paper/{number}" for number in [record.get("paperid")] if number],
    }


def _csl(record: _Record) -> _Record:
    """An item of CSL-JSON, or a work of Crossref, which differs in lists of titles and in JATS."""
    titles, subtitles = (_strings(record.get(key)) for key in ("title", "subtitle"))
    title = ": ".join(titles[:1] + subtitles[:1]) or record.get("title")
    noted = re.search(r"arxiv:\s*(\S+)", fields.text(record.get("note")), re.IGNORECASE)
    places = [record.get(key) for key in ("URL", "number", "archive_location", "archive-location")]
    return {
        "title": latex.accents(markup.plain(title)),
        "abstract": latex.accents(markup.plain(record.get("abstract"))),
        "authors": [_name(author) for author in _list(record.get("author"))],
        "date": next(filter(None, (_issued(record.get(key)) for key in ("issued", "published", "posted"))), None),
        "doi": record.get("DOI"),
        "arxiv_id": fields.first(fields.arxiv_id, record.get("DOI"), *places, noted and noted[1]),
        "url": record.get("URL"),
        "categories": record.get("keyword") or record.get("subject"),
        "venue": next(iter(_strings(record.get("container-title"))), record.get("container-title")),
        "licence": next((_dict(item).get("URL") for item in _list(record.get("license"))), None),
        "pmid": record.get("PMID"),
    }


def _name(author: object) -> str:
    """`Ludwig van Beethoven Jr`, or the name that is not in parts."""
    parts = _dict(author)
    person = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    written = " ".join(filter(None, (fields.text(parts.get(part)) for part in person)))
    return written or fields.text(parts.get("literal") or parts.get("name") or author)


def _issued(value: object) -> str | None:
    """The date of `{"date-parts": [[2015, "8", 26]]}`, of a range the first one, or of a text."""
    date = _dict(value)
    parts = next(iter(_list(date.get("date-parts"))), None)
    written = "-".join(str(part) for part in _list(parts) if isinstance(part, int | str))
    return fields.first(fields.date, written, date.get("raw"), date.get("literal"), value)


def _dict(value: object) -> _Record:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _strings(value: object) -> list[str]:
    return [item for item in _list(value) if isinstance(item, str)]


# By the keys of which any tells the shape; the first that has one is taken. A shape gives what it says in our keys.
_SHAPES: Mapping[frozenset[str], Callable[[_Record], _Record]] = {
    frozenset({"summary"}): _daily_paper,
    frozenset({"authors_parsed"}): _arxiv,
    frozenset({"abstract_inverted_index", "authorships"}): _openalex,
    frozenset({"DOI", "author", "container-title", "issued"}): _csl,
    frozenset({"paperId", "externalIds", "corpusid", "externalids"}): _semantic_scholar,
}
