"""Where triples are kept and asked: the only home of pyoxigraph.

A `Store` is a graph in memory or in a folder, a `Remote` one behind a SPARQL endpoint; both answer `query` with the
model's terms. Queries given here are trusted: text from a user goes through `kg.query.read` first.
"""

import gzip
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

import pyoxigraph

from kg.errors import GraphError, QueryError
from kg.model import Literal, Table, Term, Triple
from kg.names import PREFIXES

if TYPE_CHECKING:
    import rdflib

Answer = Table | bool | tuple[Triple, ...]

_STRING = "http://www.w3.org/2001/XMLSchema#string"
_RESULTS = "application/sparql-results+json"
_TRIPLES = "application/n-triples"
_EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


class Store:
    """A graph in memory or in a folder; `native` is the pyoxigraph store under it."""

    def __init__(self, native: pyoxigraph.Store | None = None) -> None:
        self.native = pyoxigraph.Store() if native is None else native
        self._loaded: list[Path] = []

    def __len__(self) -> int:
        """The number of triples."""
        return len(self.native)

    def load(self, path: Path) -> None:
        """Add the triples of a file: Turtle, N-Triples or another RDF format by its suffix, with or without `.gz`.

        GraphError when it cannot be read; for a syntax error it names the line.
        """
        with _opened(path) as (file, rdf_format):
            self.native.bulk_load(file, rdf_format)
        self._loaded.append(path)

    def extend(self, triples: Iterable[Triple]) -> None:
        """Add triples that a program made."""
        self.native.bulk_extend(
            pyoxigraph.Quad(_subject(s), pyoxigraph.NamedNode(p), _to_native(o)) for s, p, o in triples
        )

    def query(self, sparql: str) -> Answer:
        """Rows for SELECT, a truth value for ASK, triples for CONSTRUCT and DESCRIBE; QueryError for a broken query."""
        try:
            return _answer(self.native.query(sparql))
        except (SyntaxError, OSError, ValueError) as error:
            raise QueryError(_reason(error)) from error

    def answer(self, sparql: str, file: IO[bytes], results: str | None, triples: str | None) -> str | None:
        """Write the answer to a file: for SELECT and ASK in the media type `results`, else in `triples`.

        The media type that was taken, None (and nothing written) where it is None. QueryError for a broken query.
        """
        try:
            answer = self.native.query(sparql)
            if isinstance(answer, pyoxigraph.QueryTriples):
                rdf_format = pyoxigraph.RdfFormat.from_media_type(triples or "")
                if rdf_format is not None:
                    answer.serialize(file, rdf_format)
                return triples
            results_format = pyoxigraph.QueryResultsFormat.from_media_type(results or "")
            if results_format is not None:
                answer.serialize(file, results_format)
        except (SyntaxError, OSError, ValueError) as error:
            raise QueryError(_reason(error)) from error
        return results

    def triples(self) -> tuple[Triple, ...]:
        """All triples of the graph, with their numbers as the files that were loaded write them."""
        return tuple(map(_triple, self._spelled()))

    def dump(self, file: IO[bytes], format: str) -> None:  # noqa: A002  # the name that RDF libraries give it
        """Write `triples`, sorted, as `ttl`, `nt`, `jsonld`, `rdf` or `trig`."""
        rdf_format = pyoxigraph.RdfFormat.from_extension(format)
        if rdf_format is None:
            raise GraphError(f"{format}: not a format that a graph is written in")
        pyoxigraph.serialize(sorted(self._spelled(), key=str), file, rdf_format, prefixes=PREFIXES)

    def _spelled(self) -> Iterator[pyoxigraph.Triple]:
        """The triples as the files write them, then what was added since.

        A store keeps values: to it 39.0 is 39, and an xsd:nonNegativeInteger an xsd:integer.
        """
        rest = pyoxigraph.Store()
        rest.bulk_extend(self.native.quads_for_pattern(None, None, None, pyoxigraph.DefaultGraph()))
        for quad in (quad for path in self._loaded for quad in _parsed(path)):
            if quad in rest:
                rest.remove(quad)
                yield quad.triple
        yield from (quad.triple for quad in rest)


class Remote:
    """A graph behind a SPARQL 1.1 endpoint. It is asked by POST; `timeout` is in seconds of silence."""

    def __init__(self, url: str, *, timeout: float = 60) -> None:
        self.url = url
        self.timeout = timeout

    def query(self, sparql: str) -> Answer:
        """As `Store.query`; GraphError when the endpoint cannot be reached or answers with something else."""
        headers = {"Accept": f"{_RESULTS}, {_TRIPLES}", "User-Agent": "paperkg"}
        data = urlencode({"query": sparql}).encode()
        try:
            request = urllib.request.Request(self.url, data, headers)  # noqa: S310  # open_store lets only http(s) through
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=self.timeout) as response:
                media_type, body = response.headers.get_content_type(), response.read()
        except urllib.error.HTTPError as error:
            with error:
                said = " ".join(error.read(300).decode(errors="replace").split()) or error.reason
            if error.code == HTTPStatus.BAD_REQUEST:
                raise QueryError(f"{self.url}: {said}") from error
            raise GraphError(f"{self.url}: {error.code}: {said}") from error
        except (OSError, HTTPException, ValueError) as error:
            raise GraphError(f"{self.url}: {getattr(error, 'reason', error)}") from error
        return self._parse(media_type, body)

    def triples(self) -> tuple[Triple, ...]:
        """All triples of the endpoint's default graph."""
        answer = self.query(_EVERYTHING)
        if not isinstance(answer, tuple):
            raise GraphError(f"{self.url}: gives no triples")
        return answer

    def _parse(self, media_type: str, body: bytes) -> Answer:
        results = pyoxigraph.QueryResultsFormat.from_media_type(media_type)
        rdf_format = pyoxigraph.RdfFormat.from_media_type(media_type)
        try:
            if results is not None:
                return _answer(pyoxigraph.parse_query_results(body, results))
            if rdf_format is not None:
                quads = pyoxigraph.parse(body, rdf_format, base_iri=self.url, rename_blank_nodes=True)
                return tuple(_triple(quad) for quad in quads)
        except (SyntaxError, ValueError) as error:
            raise GraphError(f"{self.url}: a broken answer: {_reason(error)}") from error
        raise GraphError(f"{self.url}: answers with {media_type}, which is no SPARQL result; is it an endpoint?")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would send the query, and whatever it tells, to a host that the user did not name."""

    def redirect_request(self, req: urllib.request.Request, fp: IO[bytes], *rest: Any, **_: Any) -> None:
        fp.close()
        raise GraphError(f"{req.full_url}: moved to {rest[-1]}; give that address if you trust it")


def open_store(location: str | Path) -> Store | Remote:
    """The graph in a file (Turtle, N-Triples, `.gz`), in a store folder (read-only), or behind a SPARQL endpoint's URL.

    GraphError, in one line, when there is none or when it is broken.
    """
    if isinstance(location, str) and location.startswith(("http://", "https://")):
        return Remote(location)
    path = Path(location)
    if not path.exists():
        raise GraphError(f"{path}: no such graph; `kg build` makes one")
    if path.is_dir():
        if not (path / "CURRENT").is_file():
            raise GraphError(f"{path}: a folder that holds no store")
        try:
            return Store(pyoxigraph.Store.read_only(str(path)))
        except (OSError, RuntimeError) as error:  # a corrupt store is a RuntimeError
            raise GraphError(f"{path}: {_reason(error)}") from error
    store = Store()
    store.load(path)
    return store


def local(source: Store | Remote) -> Store:
    """The store itself, or a copy in memory of what an endpoint's default graph holds."""
    if isinstance(source, Store):
        return source
    store = Store()
    store.extend(source.triples())
    return store


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], pyoxigraph.RdfFormat]]:
    """A file of triples and its format, by its suffix; what is wrong with it becomes a GraphError."""
    suffixes = [suffix.removeprefix(".") for suffix in path.suffixes]
    packed = suffixes[-1:] == ["gz"]
    suffix = "".join(suffixes[-2:-1] if packed else suffixes[-1:])
    rdf_format = pyoxigraph.RdfFormat.from_extension(suffix)
    if rdf_format is None:
        raise GraphError(f"{path}: not a graph by its suffix; known are .ttl and .nt, also with .gz")
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            yield cast("IO[bytes]", file), rdf_format
    except SyntaxError as error:
        raise GraphError(f"{path}:{error.lineno}: {_reason(error)}") from error
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise GraphError(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def _parsed(path: Path) -> Iterator[pyoxigraph.Quad]:
    with _opened(path) as (file, rdf_format):
        yield from pyoxigraph.parse(file, rdf_format)


def rdflib_graph(store: Store) -> "rdflib.Graph":
    """The same triples as an rdflib graph, without a copy: what is added to one is in the other.

    Its plain strings come as `xsd:string` literals, which rdflib tells from plain ones: compare `str(literal)`.
    """
    import oxrdflib  # noqa: PLC0415  # rdflib costs 0.14 s that only its users should pay
    import rdflib  # noqa: PLC0415
    from rdflib.graph import DATASET_DEFAULT_GRAPH_ID  # noqa: PLC0415

    graph = rdflib.Graph(
        store=oxrdflib.OxigraphStore(store=store.native), identifier=DATASET_DEFAULT_GRAPH_ID, bind_namespaces="none"
    )
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    return graph


def sparql_term(term: Term) -> str:
    """The term as SPARQL and N-Triples write it, escaped; ValueError when an IRI is none."""
    return str(_to_native(term))


def _answer(
    answer: pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | pyoxigraph.QueryTriples,
) -> Answer:
    if isinstance(answer, pyoxigraph.QueryBoolean):
        return bool(answer)
    if isinstance(answer, pyoxigraph.QuerySolutions):
        rows = tuple(tuple(None if cell is None else _from_native(cell) for cell in row) for row in answer)
        return Table(tuple(variable.value for variable in answer.variables), rows)
    return tuple(_triple(triple) for triple in answer)


def _triple(triple: pyoxigraph.Triple | pyoxigraph.Quad) -> Triple:
    subject = _from_native(triple.subject)
    return subject if isinstance(subject, str) else subject.value, triple.predicate.value, _from_native(triple.object)


def _from_native(term: object) -> Term:
    """An IRI in full, `_:name` for a blank node, the model's literal, which has no place for a language tag."""
    if isinstance(term, pyoxigraph.NamedNode):
        return term.value
    if isinstance(term, pyoxigraph.Literal):
        datatype = term.datatype.value
        return Literal(term.value, "" if datatype == _STRING or term.language else datatype)
    return str(term)


def _subject(iri: str) -> pyoxigraph.NamedNode | pyoxigraph.BlankNode:
    return pyoxigraph.BlankNode(iri[2:]) if iri.startswith("_:") else pyoxigraph.NamedNode(iri)


def _to_native(term: Term) -> pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal:
    if isinstance(term, str):
        return _subject(term)
    return pyoxigraph.Literal(term.value, datatype=pyoxigraph.NamedNode(term.datatype) if term.datatype else None)


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())
