"""A graph elsewhere, by the SPARQL 1.1 Protocol."""

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pyoxigraph

from kg.errors import GraphError, QueryError, WebError
from kg.model import Triple
from kg.store import terms

if TYPE_CHECKING:
    from kg.web import Reply

_RESULTS = "application/sparql-results+json"
_TRIPLES = "application/n-triples"
_EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_LIMIT = 1 << 33  # bytes of an answer: a graph of millions of triples is asked for on purpose


class Remote:
    """A graph behind a SPARQL 1.1 endpoint. It is asked by POST; `timeout` is in seconds of silence."""

    def __init__(self, url: str, *, timeout: float = 60) -> None:
        self.url = url
        self.timeout = timeout

    def query(self, sparql: str) -> terms.Answer:
        """As `Store.query`; GraphError when the endpoint cannot be reached or answers with something else."""
        from kg.web import Web, credentials, said  # noqa: PLC0415  # httpx costs 0.13 s that no local graph should pay

        headers = {"Accept": f"{_RESULTS}, {_TRIPLES}", "Content-Type": "application/x-www-form-urlencoded"}
        content = urlencode({"query": sparql}).encode()
        try:
            with Web(patience=self.timeout, limit=_LIMIT, credentials=credentials()) as web:
                reply = web.ask(self.url, method="POST", headers=headers, content=content)
        except WebError as error:
            raise GraphError(str(error)) from error
        if reply.status == HTTPStatus.BAD_REQUEST:
            raise QueryError(f"{self.url}: {said(reply)}")
        if reply.status != HTTPStatus.OK:
            raise GraphError(f"{self.url}: {reply.status}: {said(reply)}")
        return self._parse(reply)

    def triples(self) -> tuple[Triple, ...]:
        """All triples of the endpoint's default graph."""
        answer = self.query(_EVERYTHING)
        if not isinstance(answer, tuple):
            raise GraphError(f"{self.url}: gives no triples")
        return answer

    def _parse(self, reply: "Reply") -> terms.Answer:
        results = pyoxigraph.QueryResultsFormat.from_media_type(reply.media_type)
        rdf_format = pyoxigraph.RdfFormat.from_media_type(reply.media_type)
        try:
            if results is not None:
                return terms.answer(pyoxigraph.parse_query_results(reply.body, results))
            if rdf_format is not None:
                quads = pyoxigraph.parse(reply.body, rdf_format, base_iri=self.url, rename_blank_nodes=True)
                return tuple(map(terms.triple, quads))
        except (SyntaxError, ValueError) as error:
            wrong = f"a broken answer: {terms.reason(error)}"
        else:
            wrong = f"answers with {reply.media_type}, which is no SPARQL result; is it an endpoint?"
        # Raised only now, without its cause: a cause would keep the half-read answer, which must die in this thread.
        raise GraphError(f"{self.url}: {wrong}")
