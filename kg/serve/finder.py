"""Finding papers and concepts by a part of their name, among hundreds of thousands, while somebody types."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from kg.text import fold

# What an index is made of. Each asks little: what joins them is quicker here than in the store.
LABELS = "SELECT ?thing ?label WHERE { ?thing skos:inScheme ?scheme ; skos:prefLabel ?label }"
ALIASES = "SELECT ?thing ?name WHERE { ?thing skos:altLabel ?name }"
CLASSES = """SELECT ?thing ?class WHERE {
  VALUES ?class { kg:Method kg:Model kg:Software kg:Dataset kg:Task kg:Metric kg:Hardware } ?thing a ?class }"""
COUNTS = "SELECT ?thing (COUNT(*) AS ?papers) WHERE { ?paper kg:mentions ?thing } GROUP BY ?thing"
PAPERS = (
    "SELECT ?thing ?title ?year WHERE { ?thing a kg:Paper ; dcterms:title ?title OPTIONAL { ?thing kg:year ?year } }"
)
Rows = Sequence[tuple[str, ...]]
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

    def __init__(self, labels: Rows, aliases: Rows, classes: Rows, counts: Rows, papers: Rows) -> None:
        """From the answers to the five queries above."""
        self._things = [*_concepts(labels, aliases, classes, counts), *_papers(papers)]
        self.papers = {found.iri: found.papers for found in self._things}
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


def _concepts(labels: Rows, aliases: Rows, classes: Rows, counts: Rows) -> list[Found]:
    """Every name of every concept; what most papers name first."""
    label = {iri: name for iri, name in labels}  # noqa: C416  # pairs, which their type does not tell
    papers = {iri: int(number) for iri, number in counts}
    kinds: dict[str, str] = {}
    for iri, class_ in classes:
        kind = class_.rpartition("#")[2]
        if kind != "Method" or iri not in kinds:  # a model is a method too, and shown as a model
            kinds[iri] = kind
    names = [*labels, *((iri, name) for iri, name in aliases if iri in label)]
    found = [Found(iri, label[iri], kinds.get(iri, "Method"), name, papers.get(iri, 0)) for iri, name in names]
    return sorted(found, key=lambda it: (-it.papers, it.label, it.iri, it.name != it.label, it.name))


def _papers(papers: Rows) -> list[Found]:
    """Every title, newest first."""
    found = [Found(iri, title, "Paper", title, 0, year or None) for iri, title, year in papers]
    return sorted(found, key=lambda it: (-int(it.year or 0), it.label, it.iri))
