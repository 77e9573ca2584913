"""Who may ask: by which name, from which page, with which token. And the headers that every answer carries."""

import ipaddress
import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_COOKIE = "paperkg"


class Guard:
    """Sends the security headers, and answers only who asks by this server's own name, or with the token it wants.

    A page elsewhere can make its own host name point here (DNS rebinding), and then read the answers as its own; the
    Host header still tells that name. An address in the header cannot be rebound, and with a token any name will do.
    `open_to` are paths that pages elsewhere may ask.
    """

    def __init__(self, app: ASGIApp, *, host: str, token: str | None, open_to: frozenset[str]) -> None:
        self._app = app
        self._names = {"localhost", host.lower()}
        self._token = token
        self._open_to = open_to

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        resources = b"cross-origin" if scope["path"] in self._open_to else b"same-origin"

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                policy = (b"cross-origin-resource-policy", resources)
                message["headers"] = [*message["headers"], *_HEADERS, policy]
            await send(message)

        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(scope, headers)
        await (refusal or self._app)(scope, receive, guarded)

    def _refusal(self, scope: Scope, headers: dict[bytes, str]) -> Response | None:
        if self._token:
            if given := self._given(scope):
                return given
            if not self._is_known(headers):
                reason = "a token is wanted: open the address that `kg serve` printed, or send it as a bearer token\n"
                return PlainTextResponse(reason, 401, {"WWW-Authenticate": "Bearer"})
        elif not self._is_own(headers.get(b"host", "")):
            return PlainTextResponse("this server is not known by that name\n", 421)
        is_page = headers.get(b"sec-fetch-mode") == "navigate" and scope["method"] == "GET"
        if headers.get(b"sec-fetch-site") == "cross-site" and scope["path"] not in self._open_to and not is_page:
            return PlainTextResponse("not to be asked from a page elsewhere\n", 403)
        return None

    def _given(self, scope: Scope) -> Response | None:
        """The way on for who comes with the token in the address: it goes into a cookie, and out of sight."""
        fields = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if scope["method"] != "GET" or not any(name == "token" and self._is_token(value) for name, value in fields):
            return None
        rest = urlencode([(name, value) for name, value in fields if name != "token"])
        path = "/" + scope["path"].lstrip("/")
        response = RedirectResponse(path + (f"?{rest}" if rest else ""), 303)
        response.set_cookie(_COOKIE, self._token or "", httponly=True, samesite="strict")
        return response

    def _is_known(self, headers: dict[bytes, str]) -> bool:
        scheme, _, credentials = headers.get(b"authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._is_token(credentials.strip())
        try:
            cookie = SimpleCookie(headers.get(b"cookie", "")).get(_COOKIE)
        except CookieError:
            return False
        return cookie is not None and self._is_token(cookie.value)

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), (self._token or "").encode())

    def _is_own(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
            return name in self._names or bool(ipaddress.ip_address(name))
        except ValueError:
            return False
