"""A graph elsewhere, by the SPARQL 1.1 Protocol."""

import urllib.error
import urllib.request
from http import HTTPStatus
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import urlencode

import pyoxigraph

from kg.errors import GraphError, QueryError
from kg.model import Triple
from kg.store import terms

_RESULTS = "application/sparql-results+json"
_TRIPLES = "application/n-triples"
_EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


class Remote:
    """A graph behind a SPARQL 1.1 endpoint. It is asked by POST; `timeout` is in seconds of silence."""

    def __init__(self, url: str, *, timeout: float = 60) -> None:
        self.url = url
        self.timeout = timeout

    def query(self, sparql: str) -> terms.Answer:
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

    def _parse(self, media_type: str, body: bytes) -> terms.Answer:
        results = pyoxigraph.QueryResultsFormat.from_media_type(media_type)
        rdf_format = pyoxigraph.RdfFormat.from_media_type(media_type)
        try:
            if results is not None:
                return terms.answer(pyoxigraph.parse_query_results(body, results))
            if rdf_format is not None:
                quads = pyoxigraph.parse(body, rdf_format, base_iri=self.url, rename_blank_nodes=True)
                return tuple(map(terms.triple, quads))
        except (SyntaxError, ValueError) as error:
            wrong = f"a broken answer: {terms.reason(error)}"
        else:
            wrong = f"answers with {media_type}, which is no SPARQL result; is it an endpoint?"
        # Raised only now, without its cause: a cause would keep the half-read answer, which must die in this thread.
        raise GraphError(f"{self.url}: {wrong}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would send the query, and whatever it tells, to a host that the user did not name."""

    def redirect_request(self, req: urllib.request.Request, fp: IO[bytes], *rest: Any, **_: Any) -> None:
        fp.close()
        raise GraphError(f"{req.full_url}: moved to {rest[-1]}; give that address if you trust it")
