"""The ASGI application: routes, security headers, and a guard against being asked under a false name."""

import ipaddress
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.serve.asker import Asker
from kg.serve.protocol import Refused, question

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
# The page carries a policy of its own, with the hashes of its scripts; this one adds what a page cannot say.
_PAGE_POLICY = "frame-ancestors 'none'"
_DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


def app(page: str, asker: Asker, *, host: str) -> Starlette:
    """The application that shows a page and passes queries on; it may be asked by the name `host`, or by an address."""

    async def show(_: Request) -> Response:
        return HTMLResponse(page, headers={"Content-Security-Policy": _PAGE_POLICY})

    async def answer(request: Request) -> Response:
        headers = {"Content-Security-Policy": _DATA_POLICY, "Vary": "Accept", "Cache-Control": "no-cache"}
        try:
            asked = await question(request)
        except Refused as refusal:
            return PlainTextResponse(f"{refusal}\n", refusal.status, headers)
        status, media_type, body = await asker.ask(asked)
        return Response(body, status, headers, media_type)

    return Starlette(
        routes=[Route("/", show), Route("/sparql", answer, methods=["GET", "POST"])],
        middleware=[Middleware(_Guard, host=host)],
    )


class _Guard:
    """Sends the security headers, and answers only who asks this server by its own name.

    A page elsewhere can make its own host name point here (DNS rebinding), and then read the answers as its own; the
    Host header still tells that name. An address in the header cannot be rebound.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._names = {"localhost", host.lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if not self._is_own(headers.get(b"host", "")):
            await PlainTextResponse("this server is not known by that name\n", 421)(scope, receive, guarded)
        elif headers.get(b"sec-fetch-site") == "cross-site" and scope["path"] != "/":
            await PlainTextResponse("not to be asked from a page elsewhere\n", 403)(scope, receive, guarded)
        else:
            await self._app(scope, receive, guarded)

    def _is_own(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
            return name in self._names or bool(ipaddress.ip_address(name))
        except ValueError:
            return False
