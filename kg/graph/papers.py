"""What a paper is, which concepts it names, and where in its text it names them."""

from collections.abc import Mapping
from functools import cache

from kg.graph.statements import Properties, integer
from kg.model import LinkedPaper, Literal, Mention, Paper
from kg.names import expand, thing, web_iri
from kg.text import code_links

_USES = {
    "Method": "kg:usesMethod",
    "Model": "kg:usesMethod",
    "Software": "kg:usesMethod",
    "Dataset": "kg:usesDataset",
    "Task": "kg:addressesTask",
    "Metric": "kg:reportsMetric",
    "Hardware": "kg:usesHardware",
}
_INTRODUCED = frozenset({"Method", "Model", "Software", "Dataset"})
_EDGES = ("kg:introduces", *dict.fromkeys(_USES.values()), "kg:mentions")
_DATE_TYPES = {4: "xsd:gYear", 7: "xsd:gYearMonth", 10: "xsd:date"}


def paper_properties(paper: Paper) -> Properties:
    yield "rdf:type", expand("kg:Paper")
    yield "rdf:type", expand("schema:ScholarlyArticle")
    yield "dcterms:title", Literal(paper.title)
    yield from _date(paper.date)
    for author in dict.fromkeys(paper.authors):
        yield "dc:creator", Literal(author)
    if paper.authors:
        yield "kg:authorList", Literal("; ".join(paper.authors))
    elif paper.author_count is not None:
        yield "kg:authorCount", integer(paper.author_count)
    if paper.upvotes is not None:
        yield "kg:upvotes", integer(paper.upvotes)
    yield from _published(paper)
    yield "schema:url", _address(paper)
    for link in sorted(set(filter(None, map(web_iri, code_links(paper.abstract))))):
        yield "schema:codeRepository", link
    for category in sorted(set(paper.categories)):
        yield "dcterms:subject", Literal(category)
    yield "dcterms:abstract", Literal(paper.abstract)


def _published(paper: Paper) -> Properties:
    """Its identifiers, where it came out, under which licence, and where else it is described."""
    for name, text in (
        ("fabio:hasArXivId", paper.arxiv_id),
        ("prism:doi", paper.doi),
        ("fabio:hasPubMedId", paper.pmid),
        ("prism:publicationName", paper.venue),
    ):
        yield name, Literal(text) if text else None
    licence = web_iri(paper.licence or "")
    if paper.licence:
        yield ("dcterms:license", licence) if licence else ("dcterms:rights", Literal(paper.licence))
    for name, addresses in (("schema:sameAs", paper.same_as), ("dcterms:hasVersion", paper.versions)):
        for iri in sorted(set(filter(None, map(web_iri, addresses)))):
            yield name, iri


def _address(paper: Paper) -> str | None:
    """Where its source says the paper is, else where its identifier leads."""
    arxiv = f"https://arxiv.org/abs/{paper.arxiv_id}" if paper.arxiv_id else ""
    doi = f"https://doi.org/{paper.doi}" if paper.doi else ""
    return next(filter(None, map(web_iri, (paper.url or "", arxiv, doi))), None)


def _date(date: str | None) -> Properties:
    if date is None:
        return
    if date.startswith("--"):
        yield "kg:listedOn", Literal(date, expand("xsd:gMonthDay"))
        return
    yield "dcterms:issued", Literal(date, expand(_DATE_TYPES[len(date)]))
    yield "kg:year", integer(int(date[:4]))


def edges(linked: LinkedPaper, types: Mapping[str, str]) -> Properties:
    """From the paper to every concept that its mentions, results or quantities name."""
    named = {mention.concept for mention in linked.mentions if mention.concept} | set(linked.roles.values())
    own = {mention.concept for mention in linked.mentions if mention.introduced}
    edges: dict[str, list[str]] = {edge: [] for edge in _EDGES}
    for concept in sorted(named):
        introduced = concept in own and types[concept] in _INTRODUCED
        edges["kg:introduces" if introduced else _USES[types[concept]]].append(concept)
        edges["kg:mentions"].append(concept)
    for edge, ends in edges.items():
        for concept in ends:
            yield edge, concept


def context_properties(paper: Paper) -> Properties:
    yield "rdf:type", expand("nif:Context")
    yield "prov:wasDerivedFrom", thing("paper", paper.key)
    yield "nif:isString", Literal(paper.text)


def mention_properties(mention: Mention, context: str) -> Properties:
    yield "rdf:type", expand("kg:Mention")
    yield "nif:referenceContext", context
    yield "nif:beginIndex", _offset(mention.start)
    yield "nif:endIndex", _offset(mention.end)
    yield "nif:anchorOf", Literal(mention.text)
    yield "itsrdf:taIdentRef", mention.concept
    yield "itsrdf:taConfidence", _confidence(round(mention.score, 4))
    yield "kg:foundBy", _component(mention.source) if mention.source else None


# The same few of these stand in many mentions.
@cache
def _offset(number: int) -> Literal:
    return Literal(str(number), expand("xsd:nonNegativeInteger"))


@cache
def _confidence(score: float) -> Literal:
    return Literal(f"{score}e0", expand("xsd:double"))


@cache
def _component(name: str) -> Literal:
    return Literal(name)
