"""The same paper from several records."""

import re
from collections.abc import Iterable
from typing import TypeVar

from kg.model import Paper

_Long = TypeVar("_Long", str, tuple[str, ...])


def merge(papers: Iterable[Paper]) -> list[Paper]:
    """One paper a key, in the order in which the keys first came.

    Field by field the richer value wins: the longer text, the more precise (then earlier) date, the longer list, the
    later arXiv version, a publisher's DOI before arXiv's. Ties fall to the value that sorts first, so that the order of
    the records does not matter.
    """
    groups: dict[str, list[Paper]] = {}
    for paper in papers:
        groups.setdefault(paper.key, []).append(paper)
    return [_joined(group) if len(group) > 1 else group[0] for group in groups.values()]


def _joined(group: list[Paper]) -> Paper:
    authors = _longest(paper.authors for paper in group)
    counts = [paper.author_count for paper in group if paper.author_count is not None]
    categories = _longest(paper.categories for paper in group)
    others = {category for paper in group for category in paper.categories} - set(categories)
    return Paper(
        key=group[0].key,
        title=_longest(paper.title for paper in group),
        abstract=_longest(paper.abstract for paper in group),
        date=min((paper.date for paper in group if paper.date), key=_vaguer, default=None),
        authors=authors,
        author_count=len(authors) or max(counts, default=None),
        upvotes=max((paper.upvotes for paper in group if paper.upvotes is not None), default=None),
        arxiv_id=max((paper.arxiv_id for paper in group if paper.arxiv_id), key=_version, default=None),
        doi=min((paper.doi for paper in group if paper.doi), key=_arxiv_last, default=None),
        url=min((paper.url for paper in group if paper.url), default=None),
        categories=(*categories, *sorted(others)),
    )


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
