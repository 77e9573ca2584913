"""Finding papers and concepts by a part of their name, among hundreds of thousands, while somebody types."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from kg.model import Table
from kg.store import plain
from kg.text import fold

# Every name of a concept with the papers that name it, and every title; what most papers name first.
CONCEPTS = """
PREFIX kg: <https://w3id.org/paperkg/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?thing ?label ?name ?type ?papers WHERE {
  ?thing skos:prefLabel ?label ; skos:inScheme ?scheme ; skos:prefLabel|skos:altLabel ?name ; a ?class .
  OPTIONAL { SELECT ?thing (COUNT(*) AS ?papers) WHERE { ?paper kg:mentions ?thing } GROUP BY ?thing }
  VALUES ?class { kg:Method kg:Model kg:Software kg:Dataset kg:Task kg:Metric kg:Hardware }
  BIND(STRAFTER(STR(?class), "#") AS ?type)
} ORDER BY DESC(?papers) ?label ?thing (?class = kg:Method) ?name"""
PAPERS = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX kg: <https://w3id.org/paperkg/ontology#>
SELECT ?thing ?label ?year WHERE { ?thing a kg:Paper ; dcterms:title ?label OPTIONAL { ?thing kg:year ?year } }
ORDER BY DESC(?year) ?label ?thing"""
_MOST_SEEN = 5000  # places looked at before the best are chosen: those of what most papers name come first


@dataclass(frozen=True, slots=True)
class Found:
    """A thing: `type` is a concept's or "Paper", `name` the one that was found, `papers` how many name the concept."""

    iri: str
    label: str
    type: str
    name: str
    papers: int
    year: str | None = None


class Finder:
    """An index of all names, folded, in one long text, which is searched faster than any list."""

    def __init__(self, concepts: Table, papers: Table) -> None:
        """From the answers to CONCEPTS and PAPERS."""
        self._things = list(_found(concepts, papers))
        folded = [fold(found.name).replace("\n", " ") for found in self._things]
        self._text = "\n".join(folded)
        self._starts = [0, *accumulate(len(name) + 1 for name in folded)]
        self._exact: dict[str, list[int]] = {}
        for at, name in enumerate(folded):
            self._exact.setdefault(name, []).append(at)

    def find(self, text: str, *, type: str | None = None, limit: int = 20) -> list[Found]:  # noqa: A002
        """The things with all the words of `text` in one name: whole names first, then by where the words stand, then
        by papers; each thing once. Without a word all things, those of most papers first.
        """
        words = fold(text).split()
        whole = " ".join(words)
        ranks = {at: self._rank(at, whole) for at in self._candidates(whole, words)} if words else {}
        best: dict[str, Found] = {}
        for at in sorted(ranks, key=lambda at: (ranks[at], at)) if words else range(len(self._things)):
            found = self._things[at]
            if type in {None, found.type} and found.iri not in best:
                best[found.iri] = found
                if len(best) == limit:
                    break
        return list(best.values())

    def _candidates(self, whole: str, words: list[str]) -> Iterator[int]:
        yield from self._exact.get(whole, ())
        longest = max(words, key=len)
        start, seen = 0, 0
        while seen < _MOST_SEEN and (place := self._text.find(longest, start)) >= 0:
            at = bisect_right(self._starts, place) - 1
            name = self._text[self._starts[at] : self._starts[at + 1] - 1]
            if all(word in name for word in words):
                yield at
                seen += 1
            start = self._starts[at + 1]

    def _rank(self, at: int, whole: str) -> int:
        """0 for the name itself, then for a name that begins so, that has it as words, as a part, or in pieces."""
        name = self._text[self._starts[at] : self._starts[at + 1] - 1]
        if name == whole:
            return 0
        if name.startswith(whole):
            return 1
        if f" {whole}" in name:
            return 2
        return 3 if whole in name else 4


def _found(concepts: Table, papers: Table) -> Iterator[Found]:
    last: tuple[str, str] | None = None
    for thing, label, name, type_, number in (tuple(map(plain, row)) for row in concepts.rows):
        if (thing, name) != last:  # a model is a method too, and comes as a model first
            last = thing, name
            yield Found(thing, label, type_, name, int(number or 0))
    for thing, label, year in (tuple(map(plain, row)) for row in papers.rows):
        yield Found(thing, label, "Paper", label, 0, year or None)
