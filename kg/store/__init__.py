"""Where triples are kept and asked: the only home of pyoxigraph.

A `Store` is a graph in memory or in a folder, a `Remote` one behind a SPARQL endpoint; both answer `query` with the
model's terms. Queries given here are trusted: text from a user goes through `kg.query.read` first.
"""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph

from kg.errors import GraphError
from kg.model import Literal, Table, Term
from kg.names import PREFIXES
from kg.store.oxigraph import Store
from kg.store.remote import Remote
from kg.store.terms import Answer, reason, sparql_term

if TYPE_CHECKING:
    import rdflib

__all__ = [
    "Answer",
    "Remote",
    "Store",
    "local",
    "open_store",
    "plain",
    "rdflib_graph",
    "select",
    "sparql_term",
    "table",
]


def open_store(location: str | Path) -> Store | Remote:
    """The graph in a file (Turtle, N-Triples, `.gz`), in a store folder (read-only), in the parts of a cluster's build,
    or behind a SPARQL endpoint's URL.

    GraphError, in one line, when there is none or when it is broken.
    """
    if isinstance(location, str) and location.startswith(("http://", "https://")):
        return Remote(location)
    path = Path(location)
    if not path.exists():
        raise GraphError(f"{path}: no such graph; `kg build` makes one")
    if path.is_dir():
        if (path / "manifest.json").is_file():
            return _of_parts(path)
        if not (path / "CURRENT").is_file():
            raise GraphError(f"{path}: a folder that holds no store")
        try:
            kept = pyoxigraph.Store.read_only(str(path))
            empty = next(iter(kept), None) is None
        except (OSError, RuntimeError) as error:  # a corrupt store is a RuntimeError
            raise GraphError(f"{path}: {reason(error)}") from error
        if empty and any(path.glob("*.sst")):  # RocksDB takes a manifest that was cut for that of an earlier day
            raise GraphError(f"{path}: a damaged store: its files hold triples that its manifest does not know")
        return Store(kept)
    store = Store()
    store.load(path)
    return store


def _of_parts(folder: Path) -> Store:
    """What `kg.cluster` wrote, each part with the hash that the manifest tells."""
    store = Store()
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        parts = [(folder / manifest["folder"] / part["name"], part["sha256"]) for part in manifest["parts"]]
        for path, digest in parts:
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                    raise GraphError(f"{path}: not the part that the manifest names")
            store.load(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GraphError(f"{folder}: {reason(error)}") from error
    return store


def new_store(folder: Path, graph: Path) -> Store:
    """A store in a new folder with the triples of a file: it takes little memory, and `open_store` opens it again."""
    store = Store(pyoxigraph.Store(str(folder)))
    store.load(graph)
    store.native.flush()
    return store


def local(source: Store | Remote) -> Store:
    """The store itself, or a copy in memory of what an endpoint's default graph holds."""
    if isinstance(source, Store):
        return source
    store = Store()
    store.extend(source.triples())
    return store


def select(source: Store | Remote, sparql: str) -> Table:
    """The answer to a SELECT query; GraphError when an endpoint has no rows to give."""
    answer = source.query(sparql)
    if not isinstance(answer, Table):
        raise GraphError("the endpoint answers a SELECT query with no rows")
    return answer


def plain(term: Term | None) -> str:
    """A cell as text: an IRI in full, a literal's value, nothing where it is unbound."""
    return term.value if isinstance(term, Literal) else term or ""


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
