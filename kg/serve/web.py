"""The ASGI application: the endpoint, the explorer, and what the explorer asks besides SPARQL."""

import asyncio
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, astuple, dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from kg import query
from kg.errors import GraphError
from kg.graph import ontology
from kg.model import TYPES, Merge, Table
from kg.names import THINGS, compact
from kg.serve import finder
from kg.serve.asker import Asker
from kg.serve.description import CLASSES, SIZE, describe
from kg.serve.guard import Guard
from kg.serve.protocol import Question, Refused, body_of, question
from kg.serve.reader import Reader
from kg.store import open_store, plain

# The page carries a policy of its own, with the hashes of its scripts; this one adds what a page cannot say.
_PAGE_POLICY = "frame-ancestors 'none'"
_EXPLORER_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
_TERMS = "SELECT ?term ?comment WHERE { ?term rdfs:comment ?comment FILTER(STRSTARTS(STR(?term), STR(kg:))) }"
_PREFIXED = re.compile(r"\b(?:dc|dcterms|itsrdf|nif|prov|qudt|rdf|rdfs|schema|skos|xsd|fabio|prism):\w+")
_PASTED = 1 << 20  # bytes of a text to extract from
_MOST_FOUND = 200
_TURTLE = "text/turtle"


@dataclass(frozen=True, slots=True)
class Site:
    """What is served: `explorer` is the folder of the built explorer, `page` is shown where there is none.

    `version` tells one graph from another, None where that is not known; `merges` is the ledger of the build.
    """

    asker: Asker
    reader: Reader
    explorer: Path | None
    page: str
    version: str | None
    merges: Sequence[Merge]


def app(site: Site, *, host: str, token: str | None = None, origins: Sequence[str] = ()) -> ASGIApp:
    """The application, which may be asked by the name `host` or by an address, with the `token` if there is one.

    Pages of `origins` may ask the endpoint from elsewhere ("*" is all).
    """
    state = _State(site)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> Any:
        indexing = asyncio.create_task(state.finder())
        yield
        indexing.cancel()
        await site.reader.close()

    cors = Middleware(CORSMiddleware, allow_origins=list(origins), allow_methods=["GET", "POST"], allow_headers=["*"])
    endpoint = (
        Route("/sparql", state.sparql, methods=["GET", "POST", "OPTIONS"], middleware=[cors])
        if origins
        else Route("/sparql", state.sparql, methods=["GET", "POST"])
    )
    routes = [
        endpoint,
        Route("/.well-known/void", state.void),
        Route("/api/find", state.find),
        Route("/api/counts", state.counts),
        Route("/api/queries", state.queries),
        Route("/api/terms", state.terms),
        Route("/api/merges", state.merges),
        Route("/api/extract", state.extract, methods=["GET", "POST"]),
    ]
    if site.explorer:
        routes.append(Mount("/assets", StaticFiles(directory=site.explorer / "assets")))  # type: ignore[arg-type]
        routes.append(Route("/{path:path}", state.explorer))
    else:
        routes.append(Route("/", state.page))
    served = Starlette(routes=routes, lifespan=lifespan, exception_handlers={GraphError: _unable})
    return Guard(served, host=host, token=token, open_to=frozenset({"/sparql"} if origins else ()))


class _State:
    """What is asked for once and kept: the index of names, the description."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._once = asyncio.Lock()
        self._indexing = asyncio.Lock()
        self._finder: finder.Finder | None = None
        self._described: dict[str, bytes] = {}

    async def sparql(self, request: Request) -> Response:
        if request.method == "GET" and not request.url.query:
            return await self.void(request)
        try:
            asked = await question(request)
        except Refused as refusal:
            return _line(str(refusal), refusal.status)
        headers = _FRESH | self._tag(asked)
        if request.method == "GET" and headers.get("ETag") == request.headers.get("if-none-match", ""):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        status, media_type, body = await self._site.asker.ask(asked)
        return Response(body, status, headers if status is HTTPStatus.OK else _DATA, media_type)

    async def void(self, request: Request) -> Response:
        """The description, of the service and the data in one."""
        endpoint = str(request.url.replace(path="/sparql", query=""))
        async with self._once:
            if endpoint not in self._described:
                asker = self._site.asker
                self._described = {endpoint: describe(endpoint, await asker.rows(SIZE), await asker.rows(CLASSES))}
        return Response(self._described[endpoint], headers=_FRESH, media_type=_TURTLE)

    async def finder(self) -> finder.Finder:
        """The index of names; it is made when the first asks for it, or before."""
        async with self._indexing:
            if self._finder is None:
                asked = (finder.LABELS, finder.ALIASES, finder.CLASSES, finder.COUNTS, finder.PAPERS)
                rows = [await self._site.asker.rows(text) for text in asked]
                self._finder = await asyncio.to_thread(finder.Finder, *rows)
            return self._finder

    async def find(self, request: Request) -> Response:
        type_ = request.query_params.get("type") or None
        if type_ not in {None, "Paper", *TYPES}:
            return _line(f"type is one of Paper, {', '.join(TYPES)}", HTTPStatus.BAD_REQUEST)
        try:
            limit = int(request.query_params.get("limit", "20"))
        except ValueError:
            limit = 0
        if not 1 <= limit <= _MOST_FOUND:
            return _line(f"limit is a number from 1 to {_MOST_FOUND}", HTTPStatus.BAD_REQUEST)
        found = (await self.finder()).find(request.query_params.get("q", "")[:500], type=type_, limit=limit)
        return JSONResponse([asdict(thing) for thing in found], headers=_FRESH)

    async def counts(self, request: Request) -> Response:
        """How many papers name each of the things, given by the ends of their IRIs, parted by commas."""
        things = request.query_params.get("things", "").split(",")[:_MOST_FOUND]
        papers = (await self.finder()).papers
        return JSONResponse({thing: papers.get(THINGS + thing, 0) for thing in things}, headers=_FRESH)

    async def queries(self, _: Request) -> Response:
        told = [
            {"name": it.name, "summary": it.summary, "parameters": dict(it.parameters), "text": it.text}
            for it in query.shipped().values()
        ]
        return JSONResponse(told, headers=_FRESH)

    async def terms(self, _: Request) -> Response:
        """The ontology's terms and those of other vocabularies that the shipped questions use, for completion."""
        return JSONResponse(await asyncio.to_thread(_terms), headers=_FRESH)

    async def merges(self, request: Request) -> Response:
        """The merges into a concept, or with a text in their surface or label, those of most papers first."""
        concept, wanted = request.query_params.get("concept"), request.query_params.get("q", "").casefold()
        found = [
            it
            for it in self._site.merges
            if concept in {None, it.concept} and (wanted in it.surface.casefold() or wanted in it.label.casefold())
        ]
        shown = [asdict(merge) for merge in found[:_MOST_FOUND]]
        return JSONResponse({"all": len(found), "merges": shown}, headers=_FRESH)

    async def extract(self, request: Request) -> Response:
        """What is in the body of a POST; a GET says that one will come."""
        if request.method == "GET":
            await self._site.reader.warm()
            return Response(status_code=HTTPStatus.NO_CONTENT, headers=_DATA)
        try:
            text = await body_of(request, _PASTED)
        except Refused as refusal:
            return _line(str(refusal), refusal.status)
        extracted = await self._site.reader.extract(text)
        if extracted is None:
            return _line("stopped: this took too long or too much memory", HTTPStatus.SERVICE_UNAVAILABLE)
        papers = [json.loads(line) for line in extracted.papers.splitlines()]
        return JSONResponse({"papers": papers, "said": extracted.said.splitlines()}, headers=_DATA)

    async def explorer(self, request: Request) -> Response:
        """The one page of the explorer, whatever the address within it."""
        assert self._site.explorer is not None
        if request.url.path.startswith("/api/"):
            return _line("there is nothing of that name", HTTPStatus.NOT_FOUND)
        headers = {"Content-Security-Policy": _EXPLORER_POLICY, "Cache-Control": "no-cache"}
        return FileResponse(self._site.explorer / "index.html", headers=headers)

    async def page(self, _: Request) -> Response:
        return HTMLResponse(self._site.page, headers={"Content-Security-Policy": _PAGE_POLICY})

    def _tag(self, asked: Question) -> dict[str, str]:
        """By what an answer is known again: the graph, the query and the formats."""
        if self._site.version is None:
            return {}
        told = hashlib.sha256(json.dumps([self._site.version, *astuple(asked)]).encode()).hexdigest()
        return {"ETag": f'"{told[:32]}"'}


_DATA: dict[str, str] = {"Content-Security-Policy": _DATA_POLICY}
_FRESH = _DATA | {"Vary": "Accept", "Cache-Control": "no-cache"}


@cache
def _terms() -> list[dict[str, str]]:
    answer = open_store(ontology()).query(query.read(_TERMS).text)
    assert isinstance(answer, Table)
    told = {compact(plain(term)): plain(comment) for term, comment in answer.rows}
    used = {name for it in query.shipped().values() for name in _PREFIXED.findall(it.text)}
    return [{"name": name, "told": told.get(name, "")} for name in sorted(told.keys() | used)]


def _unable(_: Request, error: Exception) -> Response:
    return _line(str(error), HTTPStatus.SERVICE_UNAVAILABLE)


def _line(reason: str, status: HTTPStatus, headers: Mapping[str, str] = _DATA) -> Response:
    return PlainTextResponse(f"{reason}\n", status, headers)
