"""A graph in the formats of others: RDF for stores, GraphML and GEXF for graph tools, CSV for tables.

All are sorted, so that one graph gives the same bytes each time. Language tags, of which our graphs have none, are lost
in Turtle, TriG and JSON-LD.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

from kg import turtle
from kg.errors import GraphError
from kg.files import atomic
from kg.model import Literal, Term, Triple
from kg.names import KINDS, PREFIXES, THINGS, expand
from kg.network import gexf, graph_of, graphml
from kg.store import Remote, Store, local

_TYPE = expand("rdf:type")
_INTEGER = expand("xsd:integer")
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}
_PLAIN = re.compile(r"0|-?[1-9][0-9]{0,14}")  # what JSON readers, which take numbers for doubles, keep as it is
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_FORMULA = re.compile(r"[=+\-@\t\r]")


def export(source: Store | Remote, path: Path) -> tuple[Path, ...]:
    """Write the graph in the format that the suffix of `path` names, and return the files written.

    One of `FORMATS`, or `.csv`: that makes two files, `NAME.nodes.csv` and `NAME.edges.csv`. GraphError for any other.
    """
    suffix = path.suffix.removeprefix(".").lower()
    if suffix == "csv":
        paths = {path.with_suffix(f".{format_}"): format_ for format_ in ("nodes.csv", "edges.csv")}
    else:
        paths = {path: suffix}
    for target, format_ in paths.items():
        if format_ not in FORMATS:
            raise GraphError(f"{target}: no format is known by this suffix; known are {', '.join(FORMATS)} and csv")
        with atomic(target) as file:
            write(source, file, format_)
    return tuple(paths)


def write(source: Store | Remote, file: IO[bytes], format: str) -> None:  # noqa: A002  # the name that readers look for
    """Write the graph to a binary file in one of `FORMATS`; GraphError when there is no such format.

    Also GraphError when XML cannot carry a character of the graph.
    """
    if format not in FORMATS:
        raise GraphError(f"{format}: no such format; known are {', '.join(FORMATS)}")
    FORMATS[format](source, file)


def _turtle(source: Store | Remote, file: IO[bytes]) -> None:
    turtle.write(_sorted(source), file)


def _ntriples(source: Store | Remote, file: IO[bytes]) -> None:
    local(source).dump(file, "nt")


def _jsonld(source: Store | Remote, file: IO[bytes]) -> None:
    """One node a line, its properties by prefixed name."""
    file.write(f'{{"@context": {_json(PREFIXES)},\n"@graph": ['.encode())
    separator = "\n"
    for subject, triples in groupby(_sorted(source), key=itemgetter(0)):
        node: dict[str, Any] = {"@id": _compact(subject)}
        for predicate, values in groupby(triples, key=itemgetter(1)):
            name = "@type" if predicate == _TYPE else _compact(predicate)
            objects = [_jsonld_value(value, name) for _, _, value in values]
            node[name] = objects[0] if len(objects) == 1 else objects
        file.write(f"{separator}{_json(node)}".encode())
        separator = ",\n"
    file.write(b"\n]}\n")


def _jsonld_value(value: Term, name: str) -> Any:
    if isinstance(value, str):
        return _compact(value) if name == "@type" else {"@id": _compact(value)}
    if value.datatype == _INTEGER and _PLAIN.fullmatch(value.value):
        return int(value.value)
    return {"@value": value.value, "@type": _compact(value.datatype)} if value.datatype else value.value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _compact(iri: str) -> str:
    name = turtle.term(iri)
    return iri if name.startswith("<") else name


def _rdfxml(source: Store | Remote, file: IO[bytes]) -> None:
    written = io.BytesIO()
    local(source).dump(written, "rdf")
    file.write(_xml(written.getvalue()).replace(b"\r", b"&#13;"))  # or a reader would take it for a line's end


def _graphml(source: Store | Remote, file: IO[bytes]) -> None:
    file.write(_xml(graphml(graph_of(source))))


def _gexf(source: Store | Remote, file: IO[bytes]) -> None:
    file.write(_xml(gexf(graph_of(source))))


def _xml(document: bytes) -> bytes:
    if _NOT_XML.search(document):
        raise GraphError("the graph holds control characters, which XML cannot carry; ttl, nt and jsonld can")
    return document


def _nodes(source: Store | Remote, file: IO[bytes]) -> None:
    graph = graph_of(source)
    _csv(file, ("id", "type", "label"), ((node, data["type"], data["label"]) for node, data in graph.nodes(data=True)))


def _edges(source: Store | Remote, file: IO[bytes]) -> None:
    _csv(file, ("source", "target", "role"), graph_of(source).edges(data="role"))


def _csv(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """RFC 4180 in UTF-8 with a header; a cell that a spreadsheet would run as a formula starts with an apostrophe."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([f"'{cell}" if _FORMULA.match(cell) else cell for cell in row] for row in rows)
    text.detach()


def _sorted(source: Store | Remote) -> list[Triple]:
    """Papers, concepts and then all else, each by key, `a` before the other properties."""
    return sorted(source.triples(), key=_place)


def _place(triple: Triple) -> tuple[int, str, bool, str, str, str]:
    subject, predicate, value = triple
    kind = subject.removeprefix(THINGS).partition("/")[0]
    text, datatype = (value.value, value.datatype) if isinstance(value, Literal) else (value, "")
    return _RANK.get(kind, len(_RANK)), subject, predicate != _TYPE, predicate, text, datatype


FORMATS: dict[str, Callable[[Store | Remote, IO[bytes]], None]] = {
    "ttl": _turtle,
    "nt": _ntriples,
    "jsonld": _jsonld,
    "rdfxml": _rdfxml,
    "rdf": _rdfxml,
    "xml": _rdfxml,
    "trig": _turtle,  # the default graph alone is written as Turtle is
    "graphml": _graphml,
    "gexf": _gexf,
    "nodes.csv": _nodes,
    "edges.csv": _edges,
}
