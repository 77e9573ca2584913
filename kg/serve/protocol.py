"""What a request asks, by the SPARQL 1.1 Protocol: the query, and the formats that the client takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.requests import Request

RESULTS = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
    "application/json",
    "application/xml",
)
TRIPLES = (
    "text/turtle",
    "application/n-triples",
    "application/ld+json",
    "application/rdf+xml",
    "text/plain",
)
_LONGEST = 1 << 20  # bytes of a query


@dataclass(frozen=True, slots=True)
class Question:
    """A query, and the media types in which to answer: for SELECT and ASK, and for CONSTRUCT and DESCRIBE.

    None where the client takes no format that there is.
    """

    query: str
    results: str | None
    triples: str | None


class Refused(Exception):  # noqa: N818  # no error of ours: the client is told
    """A request that is not answered, with the HTTP status and a line that says why."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


async def question(request: Request) -> Question:
    """What `request` asks. Refused when it is no query of the protocol, or one of another data set."""
    fields = parse_qsl(request.url.query, keep_blank_values=True)
    if request.method == "POST":
        fields += await _posted(request)
    for name, _ in fields:
        if name in {"default-graph-uri", "named-graph-uri"}:
            raise Refused(HTTPStatus.BAD_REQUEST, f"{name}: there is one graph only")
        if name in {"update", "using-graph-uri", "using-named-graph-uri"}:
            raise Refused(HTTPStatus.FORBIDDEN, "this endpoint is read-only")
    queries = [value for name, value in fields if name == "query"]
    if len(queries) != 1:
        raise Refused(HTTPStatus.BAD_REQUEST, f"one query is asked for, {len(queries)} were given")
    accept = ",".join(request.headers.getlist("accept")) or "*/*"
    return Question(queries[0], _preferred(accept, RESULTS), _preferred(accept, TRIPLES))


async def _posted(request: Request) -> list[tuple[str, str]]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/sparql-update":
        raise Refused(HTTPStatus.FORBIDDEN, "this endpoint is read-only")
    if media_type not in {"application/sparql-query", "application/x-www-form-urlencoded"}:
        raise Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "a query is posted as application/sparql-query or application/x-www-form-urlencoded",
        )
    try:
        text = (await body_of(request, _LONGEST)).decode()
    except UnicodeDecodeError as error:
        raise Refused(HTTPStatus.BAD_REQUEST, "the query is not UTF-8") from error
    if media_type == "application/sparql-query":
        return [("query", text)]
    return parse_qsl(text, keep_blank_values=True)


async def body_of(request: Request, most: int) -> bytes:
    """What was posted; Refused when it has more than so many bytes."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {most:,} bytes")
    return bytes(body)


def _preferred(accept: str, offered: Sequence[str]) -> str | None:
    """The offered media type that the Accept header likes best, the first of equals; None when it takes none."""
    ranges = [_range(part) for part in accept.split(",") if part.strip()]
    best, liked = None, 0.0
    for media_type in offered:
        kind = media_type.partition("/")[0]
        for name in (media_type, f"{kind}/*", "*/*"):  # the most specific range decides
            qualities = [quality for range_, quality in ranges if range_ == name]
            if qualities:
                if max(qualities) > liked:
                    best, liked = media_type, max(qualities)
                break
    return best


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (field.strip().lower() for field in part.split(";"))
    quality = next((field[2:] for field in parameters if field.startswith("q=")), "1")
    try:
        return name, float(quality)
    except ValueError:
        return name, 0.0
