"""The same paper from several records."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from kg.groups import Groups
from kg.model import Join, Paper
from kg.text import fold

_Long = TypeVar("_Long", str, tuple[str, ...])
_SHORT_TITLE = 20  # characters; an `Editorial` is not the other one
_ARXIV_MONTH = re.compile(r"(\d\d)(0[1-9]|1[0-2])\.\d")
_ARXIV_DOI = "10.48550/arxiv."


@dataclass(frozen=True, slots=True)
class Merged:
    """The papers in the order of their first records, what was joined, and the keys of what may be one and was not."""

    papers: tuple[Paper, ...]
    joins: tuple[Join, ...]
    similar: tuple[tuple[str, ...], ...]


def merge(records: Iterable[Paper]) -> Merged:
    """One paper for the records that share an arXiv id, a DOI or a key, or a title with an author or the year.

    Records of one title that have two arXiv ids, or two publishers' DOIs, are never joined for their title. Field by
    field the richer value wins: the longer text, the more precise (then earlier) date, the longer list, the later
    arXiv version, a publisher's DOI before arXiv's. Ties fall to the value that sorts first, so that the order of the
    records does not matter.
    """
    papers = list(records)
    groups, reasons = Groups(), defaultdict[str, set[str]](set)
    names = [str(number) for number in range(len(papers))]
    for name in names:
        groups.add(name)
    titles: dict[str, list[int]] = defaultdict(list)
    for number, paper in enumerate(papers):
        if told := title(paper):
            titles[told].append(number)
    for reason, alike in (*_by_identifier(papers), *by_title(papers, titles)):
        for left, right in pairwise(alike):
            groups.join(names[left], names[right])
            reasons[names[left]].add(reason)
    together: dict[str, list[int]] = defaultdict(list)
    for number, name in enumerate(names):
        together[groups.find(name)].append(number)
    one = {root: joined([papers[number] for number in members]) for root, members in together.items()}
    joins = [
        Join(
            one[root].key,
            tuple(sorted(papers[number].key for number in members)),
            tuple(sorted({reason for number in members for reason in reasons[names[number]]})),
        )
        for root, members in together.items()
        if len(members) > 1
    ]
    similar = {
        tuple(sorted({one[groups.find(names[number])].key for number in members})) for members in titles.values()
    }
    return Merged(
        tuple(one.values()),
        tuple(sorted(joins, key=lambda join: (join.key, join.records))),
        tuple(sorted(keys for keys in similar if len(keys) > 1)),
    )


def _dated(paper: Paper) -> Paper:
    """A new-style arXiv id tells the month of the first version, where nothing else tells a date."""
    month = _ARXIV_MONTH.match(paper.arxiv_id or "")
    return replace(paper, date=f"20{month[1]}-{month[2]}") if month and not paper.date else paper


def identifiers(paper: Paper) -> Iterator[tuple[str, str]]:
    """What makes records one that have it, each with the reason to tell."""
    arxiv_id, doi = _arxiv(paper), _doi(paper)
    if arxiv_id:
        yield "same arXiv id", arxiv_id
    if doi:
        yield "same DOI", doi
    if not (arxiv_id or doi):
        yield "same title and abstract", paper.key


def title(paper: Paper) -> str | None:
    """What records of one title share; None of a title that says too little."""
    told = fold(paper.title)
    return told if len(told) >= _SHORT_TITLE else None


def _by_identifier(papers: Sequence[Paper]) -> Iterator[tuple[str, Sequence[int]]]:
    """The records that an identifier makes one."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, paper in enumerate(papers):
        for identifier in identifiers(paper):
            found[identifier].append(number)
    yield from ((reason, alike) for (reason, _), alike in found.items())


def by_title(papers: Sequence[Paper], titles: Mapping[str, Sequence[int]]) -> Iterator[tuple[str, Sequence[int]]]:
    """The records of one title that share an author or, where one has no authors, the only year in question."""
    for alike in titles.values():
        arxiv_ids = {_arxiv(papers[number]) for number in alike} - {None}
        dois = {_doi(papers[number]) for number in alike} - {None}
        if len(alike) < 2 or len(arxiv_ids) > 1 or len(dois) > 1:
            continue
        by_surname: dict[str, list[int]] = defaultdict(list)
        by_year: dict[str, list[int]] = defaultdict(list)
        for number in alike:
            for surname in _surnames(papers[number]):
                by_surname[surname].append(number)
            by_year[_year(papers[number])].append(number)
        yield from (("same title and author", found) for found in by_surname.values())
        for year, found in by_year.items():
            nameless = [number for number in found if not papers[number].authors]
            named = [number for number in found if papers[number].authors]
            one = not named or frozenset.intersection(*[_surnames(papers[number]) for number in named])
            if year and nameless and one:
                yield "same title and year", [*nameless, *named]


def _arxiv(paper: Paper) -> str | None:
    """The arXiv id without its version; arXiv's DOI holds it too."""
    if paper.arxiv_id:
        return re.sub(r"v\d+$", "", paper.arxiv_id.lower())
    doi = (paper.doi or "").lower()
    return doi.removeprefix(_ARXIV_DOI) if doi.startswith(_ARXIV_DOI) else None


def _doi(paper: Paper) -> str | None:
    """The publisher's DOI."""
    doi = (paper.doi or "").lower()
    return doi if doi and not doi.startswith(_ARXIV_DOI) else None


def _surnames(paper: Paper) -> frozenset[str]:
    """`doe` of `Jane Doe` and of `Doe, Jane`."""
    parts = (author.partition(",") for author in paper.authors)
    return frozenset(fold(first if comma else first.rpartition(" ")[2]) for first, comma, _ in parts)


def _year(paper: Paper) -> str:
    return paper.date[:4] if paper.date and paper.date[:4].isdecimal() else ""


def joined(group: Sequence[Paper]) -> Paper:
    """The paper of records that are one."""
    return _dated(_joined(group))


def _joined(group: Sequence[Paper]) -> Paper:
    authors = _longest(paper.authors for paper in group)
    counts = [paper.author_count for paper in group if paper.author_count is not None]
    categories = _longest(paper.categories for paper in group)
    more = {category for paper in group for category in paper.categories} - set(categories)
    whole = Paper(
        key=min((paper.key for paper in group), key=_arxiv_first),
        title=_longest(paper.title for paper in group),
        abstract=_longest(paper.abstract for paper in group),
        date=min((paper.date for paper in group if paper.date), key=_vaguer, default=None),
        authors=authors,
        author_count=len(authors) or max(counts, default=None),
        upvotes=max((paper.upvotes for paper in group if paper.upvotes is not None), default=None),
        arxiv_id=max((paper.arxiv_id for paper in group if paper.arxiv_id), key=_version, default=None),
        doi=min((paper.doi for paper in group if paper.doi), key=_arxiv_last, default=None),
        url=min((paper.url for paper in group if paper.url), default=None),
        categories=(*categories, *sorted(more)),
        venue=_longest_of(paper.venue for paper in group),
        licence=_longest_of(paper.licence for paper in group),
        pmid=min((paper.pmid for paper in group if paper.pmid), default=None),
        same_as=tuple(sorted({iri for paper in group for iri in paper.same_as})),
    )
    address = _address(whole)
    others = {other for paper in group if (other := _address(paper)) and other != address}
    return replace(whole, versions=tuple(sorted(others)))


def _address(paper: Paper) -> str | None:
    arxiv = f"https://arxiv.org/abs/{paper.arxiv_id}" if paper.arxiv_id else None
    return paper.url or arxiv or (f"https://doi.org/{paper.doi}" if paper.doi else None)


def _longest_of(values: Iterable[str | None]) -> str | None:
    return _longest(value or "" for value in values) or None


def _arxiv_first(key: str) -> tuple[bool, bool, str]:
    return not key.startswith("arxiv-"), not key.startswith("doi-"), key


def _longest(values: Iterable[_Long]) -> _Long:
    return min(values, key=lambda value: (-len(value), value))


def _vaguer(date: str) -> tuple[int, str]:
    """Years with month and day come first, dates without year last."""
    return (0 if date.startswith("--") else -len(date)), date


def _version(arxiv_id: str) -> tuple[int, str]:
    match = re.search(r"v(\d+)$", arxiv_id)
    return int(match[1]) if match else 0, arxiv_id


def _arxiv_last(doi: str) -> tuple[bool, str]:
    return doi.startswith("10.48550/"), doi
