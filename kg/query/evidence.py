"""The sentences behind an edge of the graph."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter

from kg.errors import QueryError
from kg.model import Merge
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
    among them, None where only a result speaks of the concept; `quotes` are the results and quantities about it. `how`
    tells of each name what found it, how sure it is, and why it is taken for the concept.
    """

    paper: str
    sentence: str
    marks: tuple[tuple[int, int], ...] = ()
    score: float | None = None
    quotes: tuple[str, ...] = ()
    how: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The sentence with its marks in brackets and the score; below it the quotes, and how each name was found."""
        text, place = "", 0
        for start, end in self.marks:
            text += f"{self.sentence[place:start]}[{self.sentence[start:end]}]"
            place = end
        score = "" if self.score is None else f"  ({self.score:.2f})"
        quotes = "".join(f"\n    > {printable(quote)}" for quote in self.quotes)
        how = "".join(f"\n    = {printable(line)}" for line in self.how)
        return f"{printable(text + self.sentence[place:])}{score}{quotes}{how}"


def why(store: Store | Remote, paper: str, concept: str, ledger: Iterable[Merge] = ()) -> list[Evidence]:
    """The sentences of a paper that name a concept or what is narrower, in the order of the text.

    The paper is given by IRI, key, arXiv id, title or a part of it (all papers of that name answer), the concept by
    IRI, key or label. `ledger` is that of the build. QueryError for an unknown name, and when no paper of that name
    speaks of the concept.
    """
    merges = {(merge.concept, merge.surface): merge for merge in ledger}
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
            merges,
        )
    ]


def tell(evidence: Iterable[Evidence]) -> str:
    """The evidence for a terminal: each paper's title, its sentences below. How a name was found is told once."""
    told, known = "", set[tuple[str, str]]()
    for title, group in groupby(evidence, key=attrgetter("paper")):
        told += f"{printable(title)}\n"
        for found in group:
            new = tuple(line for line in found.how if (title, line) not in known)
            known |= {(title, line) for line in new}
            told += f"  {replace(found, how=new)}\n"
    return told


def _sentences(
    title: str, abstract: str, mentions: list[Row], claims: list[Row], merges: Mapping[tuple[str, str], Merge]
) -> list[Evidence]:
    text = f"{title}\n{abstract}"
    found = []
    for start, end in sentences(text):
        here = [row for row in mentions if start <= int(row["begin"]) < end]
        marks = dict.fromkeys((int(row["begin"]) - start, int(row["end"]) - start) for row in here)
        quotes = dict.fromkeys(row["quote"] for row in claims if start <= int(row["begin"]) < end)
        if here or quotes:
            score = max((float(row["score"]) for row in here), default=None)
            how = dict.fromkeys(_how(row, text[int(row["begin"]) : int(row["end"])], merges) for row in here)
            found.append(Evidence(title, text[start:end], tuple(marks), score, tuple(quotes), tuple(how)))
    return found


def _how(row: Row, surface: str, merges: Mapping[tuple[str, str], Merge]) -> str:
    """`MoE: found by lexicon and names (0.97), is Mixture of Experts by spelling, as 3 mentions in 2 papers are`."""
    parts = row["foundBy"].replace("+", " and ") or "the graph's maker"
    told = f"{surface}: found by {parts} ({float(row['score']):.2f})"
    if merge := merges.get((row["found"], " ".join(surface.split()))):
        mentions, papers = (
            f"{number} {what}{'' if number == 1 else 's'}"
            for number, what in ((merge.mentions, "mention"), (merge.papers, "paper"))
        )
        return f"{told}; is {merge.label} by this rule: {merge.rule} ({mentions} in {papers})"
    return told if surface == row["foundLabel"] else f"{told}; is {row['foundLabel']}"


def _rows(store: Store | Remote, question: str, values: Mapping[str, str]) -> list[Row]:
    answer = select(store, fill(shipped()[question], values, store))
    return [dict(zip(answer.columns, map(plain, row), strict=True)) for row in answer.rows]


def _abstract(store: Store | Remote, paper: str) -> str:
    return next((plain(abstract) for (abstract,) in select(store, _ABSTRACT % sparql_term(paper)).rows), "")
