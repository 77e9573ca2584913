"""What the cards of the page can tell, as JSON: things by short name, and text cut where it names a concept."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kg.names import THINGS, expand
from kg.network import Graph
from kg.store import Remote, Store, plain, select, sparql_term
from kg.text import sentences

Json = dict[str, Any]

_Facts = Mapping[tuple[str, str], Sequence[str]]
_Mark = tuple[int, int, str, float | None]

_FACTS = "SELECT ?thing ?property ?value WHERE {{ VALUES ?thing {{ {things} }} ?thing ?property ?value }}"
_MENTIONS = """
PREFIX itsrdf: <http://www.w3.org/2005/11/its/rdf#>
PREFIX nif: <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#>
PREFIX prov: <http://www.w3.org/ns/prov#>
SELECT ?paper ?start ?end ?concept ?score WHERE {{
  VALUES ?paper {{ {things} }}
  ?context prov:wasDerivedFrom ?paper .
  ?mention nif:referenceContext ?context ; nif:beginIndex ?start ; nif:endIndex ?end ; itsrdf:taIdentRef ?concept .
  OPTIONAL {{ ?mention itsrdf:taConfidence ?score }}
}}
"""
_FIELDS = {
    "value": "qudt:numericValue",
    "formula": "kg:complexity",
    "low": "schema:minValue",
    "high": "schema:maxValue",
    "before": "kg:baselineValue",
    "formulaBefore": "kg:baselineComplexity",
    "unit": "kg:unitText",
    "kind": "kg:quantityKind",
    "quote": "kg:quote",
}
_OF_CONCEPTS = {
    "released": ("kg:released", ""),
    "memory": ("kg:memory", " GB"),
    "FP64": ("kg:peakFP64", " TFLOPS"),
    "FP32": ("kg:peakFP32", " TFLOPS"),
    "FP16": ("kg:peakFP16", " TFLOPS"),
    "BF16": ("kg:peakBF16", " TFLOPS"),
    "FP8": ("kg:peakFP8", " TFLOPS"),
    "INT8": ("kg:peakINT8", " TOPS"),
}
_DIRECTIONS = {"kg:HigherIsBetter": "higher is better", "kg:LowerIsBetter": "lower is better"}
_WORDS = {
    "unit": ("qudt:hasUnit", "qudt:symbol"),
    "qualifier": ("kg:qualifier", "rdfs:label"),
    "change": ("kg:change", "rdfs:label"),
}
_ROLES = {
    "metric": "kg:metric",
    "subject": "kg:subject",
    "dataset": "kg:onDataset",
    "hardware": "kg:onHardware",
    "baseline": "kg:baseline",
    "of": "kg:of",
}


def short(iri: str) -> str:
    """The name of a thing on the page: `hardware/h100`, or the whole IRI of what is not ours."""
    return iri.removeprefix(THINGS)


def papers(store: Store | Remote, iris: Sequence[str]) -> dict[str, Json]:
    """For each paper what is known of it, its sentences with the concepts they name, its results and its sizes."""
    known = _facts(store, iris)
    stated = [*_all(known, iris, "kg:reportsResult"), *_all(known, iris, "kg:statesQuantity")]
    numbers = _facts(store, stated)
    words = _facts(store, [iri for property_, _ in _WORDS.values() for iri in _all(numbers, stated, property_)])
    marks = _marks(store, iris)
    return {
        short(iri): _paper(known, iri, marks[iri])
        | {
            "results": [_number(numbers, words, result) for result in known.get((iri, expand("kg:reportsResult")), ())],
            "sizes": [_number(numbers, words, size) for size in known.get((iri, expand("kg:statesQuantity")), ())],
        }
        for iri in iris
    }


def concepts(store: Store | Remote, graph: Graph, iris: Sequence[str]) -> dict[str, Json]:
    """For each concept its names, and where else it is known."""
    known = _facts(store, iris)
    return {
        short(iri): {
            "type": graph.nodes[iri]["type"],
            "label": graph.nodes[iri]["label"],
            "also": known.get((iri, expand("skos:altLabel")), ()),
            "facts": _told(known, iri),
            "same": [link for link in known.get((iri, expand("skos:exactMatch")), ()) if _is_web(link)],
        }
        for iri in iris
    }


def _told(known: _Facts, iri: str) -> list[str]:
    """What the lexicon tells of a concept, in words: `released 2022`, `80 GB`, `lower is better`."""
    figures = [
        f"{name} {value.removesuffix('.0')}{unit}"
        for name, (property_, unit) in _OF_CONCEPTS.items()
        if (value := _first(known, iri, property_))
    ]
    directions = {expand(term): words for term, words in _DIRECTIONS.items()}
    return [*figures, *(directions[way] for way in known.get((iri, expand("kg:direction")), ()) if way in directions)]


def _facts(store: Store | Remote, iris: Iterable[str]) -> _Facts:
    """All that is said of the things, by thing and property; several values are sorted."""
    things = " ".join(sparql_term(iri) for iri in sorted(set(iris)))
    facts: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for thing, property_, value in select(store, _FACTS.format(things=things)).rows:
        facts[str(thing), str(property_)].append(plain(value))
    return {key: sorted(values) for key, values in facts.items()}


def _all(facts: _Facts, iris: Iterable[str], property_: str) -> list[str]:
    return [value for iri in iris for value in facts.get((iri, expand(property_)), ())]


def _first(facts: _Facts, iri: str, property_: str) -> str | None:
    return next(iter(facts.get((iri, expand(property_)), ())), None)


def _is_web(link: str) -> bool:
    return link.startswith(("http://", "https://"))


def _paper(known: _Facts, iri: str, marks: Sequence[_Mark]) -> Json:
    title, abstract = (_first(known, iri, name) or "" for name in ("dcterms:title", "dcterms:abstract"))
    text = f"{title}\n{abstract}"
    spans = list(_sentences(text, marks))
    return {
        "type": "Paper",
        "label": title,
        "date": _first(known, iri, "dcterms:issued") or _first(known, iri, "kg:listedOn"),
        "authors": [*filter(None, (_first(known, iri, "kg:authorList") or "").split("; "))],
        "authorCount": _first(known, iri, "kg:authorCount"),
        "upvotes": _first(known, iri, "kg:upvotes"),
        "url": next(filter(_is_web, _all(known, [iri], "schema:url")), None),
        "code": [*filter(_is_web, _all(known, [iri], "schema:codeRepository"))],
        "title": [_pieces(text, start, end, marks) for start, end in spans if end <= len(title)],
        "abstract": [_pieces(text, start, end, marks) for start, end in spans if end > len(title)],
    }


def _sentences(text: str, marks: Sequence[_Mark]) -> Iterator[tuple[int, int]]:
    """The sentences, joined where the cut would go through a name."""
    begun: int | None = None
    for start, end in sentences(text):
        begun = start if begun is None else begun
        if not any(mark[0] < end < mark[1] for mark in marks):
            yield begun, end
            begun = None


def _pieces(text: str, start: int, end: int, marks: Sequence[_Mark]) -> list[str | list[Any]]:
    """A sentence in pieces: plain text, or [text, concept, score] for a name; of overlapping names the first stays."""
    pieces: list[str | list[Any]] = []
    for mark_start, mark_end, concept, score in marks:
        if start <= mark_start and mark_end <= end:
            pieces += [text[start:mark_start], [text[mark_start:mark_end], short(concept), score]]
            start = mark_end
    return [piece for piece in (*pieces, text[start:end]) if piece]


def _marks(store: Store | Remote, iris: Iterable[str]) -> Mapping[str, Sequence[_Mark]]:
    """For each paper where it names which concept: by start, of equals the longest first."""
    things = " ".join(map(sparql_term, iris))
    marks: defaultdict[str, list[_Mark]] = defaultdict(list)
    for paper, start, end, concept, score in select(store, _MENTIONS.format(things=things)).rows:
        place = int(plain(start)), int(plain(end))
        marks[str(paper)].append((*place, str(concept), round(float(plain(score)), 2) if score else None))
    for found in marks.values():
        found.sort(key=lambda mark: (mark[0], -mark[1], mark[2]))
    return marks


def _number(numbers: _Facts, words: _Facts, iri: str) -> Json:
    """A result or a size: its figures and words as text, and the concepts in its roles by short name."""
    fields = {name: _first(numbers, iri, property_) for name, property_ in _FIELDS.items()}
    for name, (property_, label) in _WORDS.items():
        for word in _all(numbers, [iri], property_):
            fields[name] = _first(words, word, label)
    roles = {name: _first(numbers, iri, property_) for name, property_ in _ROLES.items()}
    return {
        **{name: value for name, value in fields.items() if value},
        "roles": {name: short(concept) for name, concept in roles.items() if concept},
    }
