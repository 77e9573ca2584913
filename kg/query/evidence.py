"""The sentences behind an edge of the graph."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from kg.errors import QueryError
from kg.query.fill import fill
from kg.query.questions import shipped
from kg.store import Remote, Store, plain, select, sparql_term
from kg.text import printable, sentences

_ABSTRACT = "SELECT ?abstract WHERE { %s <http://purl.org/dc/terms/abstract> ?abstract }"

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence of a paper that names a concept.

    `paper` is the title. `marks` are the (start, end) of the names in `sentence`; `score` is the highest probability
    among them, None where only a result speaks of the concept; `quotes` are the results and quantities about it.
    """

    paper: str
    sentence: str
    marks: tuple[tuple[int, int], ...] = ()
    score: float | None = None
    quotes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The sentence with its marks in brackets and the score, and the quotes below."""
        text, place = "", 0
        for start, end in self.marks:
            text += f"{self.sentence[place:start]}[{self.sentence[start:end]}]"
            place = end
        score = "" if self.score is None else f"  ({self.score:.2f})"
        quotes = "".join(f"\n    > {printable(quote)}" for quote in self.quotes)
        return f"{printable(text + self.sentence[place:])}{score}{quotes}"


def why(store: Store | Remote, paper: str, concept: str) -> list[Evidence]:
    """The sentences of a paper that name a concept or what is narrower, in the order of the text.

    The paper is given by IRI, key, arXiv id, title or a part of it (all papers of that name answer), the concept by
    IRI, key or label. QueryError for an unknown name, and when no paper of that name speaks of the concept.
    """
    values = {"paper": paper, "concept": concept}
    mentions, claims = _rows(store, "evidence", values), _rows(store, "claims", values)
    papers = {
        row["paper"]: row["paperLabel"] for row in sorted([*mentions, *claims], key=lambda row: row["paperLabel"])
    }
    if not papers:
        raise QueryError(f"{paper}: says nothing of {concept}")
    return [
        found
        for iri, title in papers.items()
        for found in _sentences(
            title,
            _abstract(store, iri),
            [row for row in mentions if row["paper"] == iri],
            [row for row in claims if row["paper"] == iri],
        )
    ]


def tell(evidence: Iterable[Evidence]) -> str:
    """The evidence for a terminal: each paper's title, its sentences below."""
    return "".join(
        f"{printable(title)}\n" + "".join(f"  {found}\n" for found in group)
        for title, group in groupby(evidence, key=attrgetter("paper"))
    )


def _sentences(title: str, abstract: str, mentions: list[Row], claims: list[Row]) -> list[Evidence]:
    text = f"{title}\n{abstract}"
    found = []
    for start, end in sentences(text):
        here = [row for row in mentions if start <= int(row["begin"]) < end]
        marks = dict.fromkeys((int(row["begin"]) - start, int(row["end"]) - start) for row in here)
        quotes = dict.fromkeys(row["quote"] for row in claims if start <= int(row["begin"]) < end)
        if here or quotes:
            score = max((float(row["score"]) for row in here), default=None)
            found.append(Evidence(title, text[start:end], tuple(marks), score, tuple(quotes)))
    return found


def _rows(store: Store | Remote, question: str, values: Mapping[str, str]) -> list[Row]:
    answer = select(store, fill(shipped()[question], values, store))
    return [dict(zip(answer.columns, map(plain, row), strict=True)) for row in answer.rows]


def _abstract(store: Store | Remote, paper: str) -> str:
    return next((plain(abstract) for (abstract,) in select(store, _ABSTRACT % sparql_term(paper)).rows), "")
