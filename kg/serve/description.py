"""What the endpoint says of itself: a SPARQL 1.1 Service Description, and VoID of the graph behind it."""

from collections.abc import Sequence
from io import BytesIO

from kg.model import Literal, Triple
from kg.names import PREFIXES, THINGS, expand
from kg.store import Store

CLASSES = "SELECT ?class (COUNT(*) AS ?things) WHERE { ?thing a ?class } GROUP BY ?class ORDER BY ?class"
SIZE = "SELECT (COUNT(*) AS ?triples) WHERE { ?s ?p ?o }"
_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"
_WRITTEN = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "JSON-LD", "RDF_XML"),
)
_VOCABULARIES = ("kg", "skos", "qudt", "nif", "prov", "dcterms")
Rows = Sequence[tuple[str, ...]]
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def describe(endpoint: str, size: Rows, classes: Rows) -> bytes:
    """Turtle: the service at the address `endpoint`, and the data set with the number of its triples and things.

    `size` and `classes` are the answers to SIZE and CLASSES. There are no blank nodes: parts are `endpoint#...`.
    """
    store, file = Store(), BytesIO()
    store.extend(_triples(endpoint, size, classes))
    store.dump(file, "ttl")
    return file.getvalue()


def _triples(endpoint: str, size: Rows, classes: Rows) -> Sequence[Triple]:
    def part(name: str) -> str:
        return f"{endpoint}#{name}"

    def number(written: str) -> Literal:
        return Literal(written, expand("xsd:integer"))

    [[triples]] = size
    service, data, graph = part("service"), part("data"), part("graph")
    found: list[Triple] = [
        (service, _TYPE, f"{_SD}Service"),
        (service, f"{_SD}endpoint", endpoint),
        (service, f"{_SD}supportedLanguage", f"{_SD}SPARQL11Query"),
        (service, f"{_SD}defaultDataset", data),
        *((service, f"{_SD}resultFormat", f"{_FORMATS}{name}") for name in _WRITTEN),
        (data, _TYPE, f"{_SD}Dataset"),
        (data, _TYPE, expand("void:Dataset")),
        (data, f"{_SD}defaultGraph", graph),
        (data, expand("dcterms:title"), Literal("Papers, their concepts and results")),
        (data, expand("void:sparqlEndpoint"), endpoint),
        (data, expand("void:triples"), number(triples)),
        (data, expand("void:uriSpace"), Literal(THINGS)),
        *((data, expand("void:vocabulary"), PREFIXES[name]) for name in _VOCABULARIES),
        (graph, _TYPE, f"{_SD}Graph"),
        (graph, expand("void:triples"), number(triples)),
    ]
    for at, (class_, things) in enumerate(classes, start=1):
        partition = part(f"class-{at}")
        found += [
            (data, expand("void:classPartition"), partition),
            (partition, expand("void:class"), class_),
            (partition, expand("void:entities"), number(things)),
        ]
    return found
