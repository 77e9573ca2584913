"""A graph of this machine, in memory or in a folder."""

import gzip
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import pyoxigraph

from kg.errors import GraphError, QueryError
from kg.model import Triple
from kg.names import PREFIXES
from kg.store import terms


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
            pyoxigraph.Quad(terms.subject(s), pyoxigraph.NamedNode(p), terms.to_native(o)) for s, p, o in triples
        )

    def query(self, sparql: str) -> terms.Answer:
        """Rows for SELECT, a truth value for ASK, triples for CONSTRUCT and DESCRIBE; QueryError for a broken query."""
        try:
            return terms.answer(self.native.query(sparql))
        except (SyntaxError, OSError, ValueError) as error:
            wrong = terms.reason(error)
        raise QueryError(wrong)  # only now, without its cause, which would keep solutions that must die in this thread

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
            raise QueryError(terms.reason(error)) from error
        return results

    def triples(self) -> tuple[Triple, ...]:
        """All triples of the graph, with their numbers as the files that were loaded write them; of a store that was
        kept on disk, with their values.
        """
        return tuple(map(terms.triple, self._spelled()))

    def values(self) -> set[Triple]:
        """All triples of the graph, with their numbers as the store keeps them: as values."""
        return set(map(terms.triple, self.native.quads_for_pattern(None, None, None, pyoxigraph.DefaultGraph())))

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
        raise GraphError(f"{path}:{error.lineno}: {terms.reason(error)}") from error
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise GraphError(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def _parsed(path: Path) -> Iterator[pyoxigraph.Quad]:
    with _opened(path) as (file, rdf_format):
        yield from pyoxigraph.parse(file, rdf_format)
