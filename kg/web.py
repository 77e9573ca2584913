"""HTTP as this program speaks it: patient, bounded, to nobody whom the user did not name. The only home of httpx."""

import os
import time
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx
import tenacity

from kg import __version__
from kg.errors import WebError
from kg.hosts import is_local

_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_MOST_REDIRECTS = 5
_LONGEST_WAIT = 300  # seconds between two attempts; who asks for more is asked again by the user, another day
_SAID = 300  # characters of an error's text that are told
_back_off = tenacity.wait_exponential_jitter(initial=1, max=60)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came for `url`, which is where redirects led; `media_type` is without parameters."""

    url: str
    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    params: dict[str, str]
    headers: dict[str, str]
    content: bytes | None


class _PassingError(Exception):
    """A failure that another attempt may not meet; `wait` is how many seconds the server wants to be left alone."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class _Challenged(httpx.Auth):
    """Basic or Digest authentication, whichever the server asks for, and only when it asks."""

    def __init__(self, user: str, password: str) -> None:
        self._user, self._password = user, password

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        response = yield request
        challenge = response.headers.get("WWW-Authenticate", "").lower()
        if response.status_code != HTTPStatus.UNAUTHORIZED:
            return
        if challenge.startswith("digest"):  # which sends no password
            flow = httpx.DigestAuth(self._user, self._password).auth_flow(request)
            next(flow)
            with suppress(StopIteration):
                yield flow.send(response)
        elif challenge.startswith("basic") and (request.url.scheme == "https" or is_local(request.url.host)):
            yield from httpx.BasicAuth(self._user, self._password).auth_flow(request)


class Web:
    """A client with its connections, to be closed.

    `interval` is the least number of seconds between two requests, `attempts` how often one is made that fails in
    passing (no connection, silence, status 429 or 5xx, an answer cut short or refused by `check`), with growing waits
    between, or with those that the server asks for. `patience` is the number of seconds for silence and, ten times
    that, for a whole answer; `limit` is the size of the largest answer in bytes, unpacked. Redirects are followed to
    the same server and to `hosts` only. `credentials`, a name and a password, are given to a server that asks for them,
    never in the clear to another machine. Proxies are taken from the environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY).
    """

    def __init__(
        self,
        *,
        interval: float = 0,
        attempts: int = 1,
        patience: float = 60,
        limit: int = 1 << 27,
        hosts: Collection[str] = (),
        contact: str | None = None,
        credentials: tuple[str, str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        agent = f"paperkg/{__version__}" + (f" (mailto:{contact})" if contact else "")
        try:
            auth = _Challenged(*credentials) if credentials else None
            self._client = httpx.Client(timeout=patience, headers={"User-Agent": agent}, auth=auth)
        except (ValueError, OSError, ImportError) as error:  # a proxy or certificate of the environment
            raise WebError(f"the settings of the environment cannot be used: {_line(str(error))}") from error
        self._interval, self._attempts, self._patience, self._limit = interval, attempts, patience, limit
        self._hosts, self._sleep, self._last = frozenset(hosts), sleep, -interval

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def ask(
        self,
        url: str,
        *,
        method: str = "GET",
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        check: Callable[[Reply], object] = lambda _: None,
    ) -> Reply:
        """The reply, of whatever status; `check` raises ValueError for one that cannot be what was asked for.

        `params` are parameters of the address that no message tells, such as a key.

        Raises WebError, in one line, when every attempt failed or none could help.
        """
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, _PassingError) and _is_short(error.wait)),
            stop=tenacity.stop_after_attempt(self._attempts),
            wait=_wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(self._once, _Request(method, url, dict(params or {}), dict(headers or {}), content), check)
        except _PassingError as error:
            again = f"; it asks to be left alone for {error.wait:.0f} s" if error.wait else ""
            raise WebError(f"{url}: {error}{again}") from error

    def _once(self, request: _Request, check: Callable[[Reply], object]) -> Reply:
        try:
            reply, wait = self._followed(request)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
            raise WebError(f"{request.url}: {_line(str(error))}") from error
        except httpx.RequestError as error:
            raise _PassingError(_line(str(error)) or type(error).__name__) from error
        if reply.status in _TRY_AGAIN:
            raise _PassingError(f"{reply.status}: {said(reply)}", wait)
        try:
            check(reply)
        except ValueError as error:
            raise _PassingError(_line(str(error))) from error
        return reply

    def _followed(self, request: _Request) -> tuple[Reply, float | None]:
        """The reply at the end of all redirects, and the wait that it asks for."""
        for _ in range(_MOST_REDIRECTS + 1):
            self._keep_distance()
            url = httpx.URL(request.url)
            with self._client.stream(
                request.method, url.copy_merge_params(request.params), headers=request.headers, content=request.content
            ) as response:
                if not response.has_redirect_location:
                    type_ = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                    reply = Reply(request.url, response.status_code, type_, self._body(request.url, response))
                    return reply, _retry_after(response.headers.get("Retry-After"))
                target = url.join(response.headers["Location"])
            if request.method != "GET" or not self._may_follow(url, target):
                raise WebError(f"{url}: moved to {_line(str(target))}; give that address if you trust it")
            request = replace(request, url=str(target))
        raise WebError(f"{request.url}: redirects without end")

    def _may_follow(self, source: httpx.URL, target: httpx.URL) -> bool:
        """To the same server, perhaps by https now, or to a host of the service; never from https to http."""
        if target.scheme not in {source.scheme, "https"}:
            return False
        same_port = source.port == target.port or source.scheme != target.scheme
        return target.host in self._hosts or (source.host == target.host and same_port)

    def _keep_distance(self) -> None:
        wait = self._last + self._interval - time.monotonic()
        if self._interval and wait > 0:
            self._sleep(wait)
        self._last = time.monotonic()

    def _body(self, url: str, response: httpx.Response) -> bytes:
        end, pieces, size = time.monotonic() + 10 * self._patience, [], 0
        for piece in response.iter_bytes():
            pieces.append(piece)
            size += len(piece)
            if size > self._limit:
                raise WebError(f"{url}: an answer of more than {self._limit:,} bytes")
            if time.monotonic() > end:
                raise _PassingError(f"the answer was not complete after {10 * self._patience:.0f} s")
        return b"".join(pieces)


def credentials() -> tuple[str, str] | None:
    """The name and password of the environment: PAPERKG_USER and PAPERKG_PASSWORD."""
    user = os.environ.get("PAPERKG_USER")
    return (user, os.environ.get("PAPERKG_PASSWORD", "")) if user else None


def said(reply: Reply) -> str:
    """What the server says of its own failure, in one line."""
    text = _line(reply.body[: 4 * _SAID].decode(errors="replace")) if reply.media_type.startswith("text/plain") else ""
    if text:
        return text[:_SAID]
    try:
        return HTTPStatus(reply.status).phrase
    except ValueError:
        return "an unknown status"


def _line(text: str) -> str:
    return " ".join(text.split())


def _is_short(wait: float | None) -> bool:
    return wait is None or wait <= _LONGEST_WAIT


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait if isinstance(error, _PassingError) else None
    return max(_back_off(state), asked or 0)


def _retry_after(value: str | None) -> float | None:
    """Seconds, from a number of them or an HTTP date (RFC 9110, section 10.2.3)."""
    if value is None:
        return None
    try:
        return max(0.0, float(int(value)))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
