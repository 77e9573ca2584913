"""A graph into a server elsewhere, in parts, by the SPARQL 1.1 Graph Store HTTP Protocol or SPARQL 1.1 Update.

There are no blank nodes, so a part that is sent twice does no harm, and loading that was cut short goes on with the
part that did not arrive.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from kg.errors import InputError, WebError
from kg.files import atomic
from kg.names import web_iri
from kg.progress import Progress, silent
from kg.store import Remote, Store, sparql_term
from kg.web import Reply, Web, said

# Triples of a part: about 3 MB for a Graph Store. Servers compile an update as a whole, and have less patience with it.
STORED, UPDATED = 20_000, 1_000


@dataclass(frozen=True, slots=True)
class Target:
    """Where to: the address of a Graph Store, or with `update` of SPARQL Update; `graph` None is the default graph."""

    url: str
    graph: str | None = None
    update: bool = False


def load(
    source: Store | Remote,
    target: Target,
    *,
    web: Web,
    replace: bool = False,
    account: Path | None = None,
    progress: Progress = silent,
) -> int:
    """Send every triple of `source`; how many there are.

    With `replace` the graph there is emptied first. `account` is a file that remembers how many parts have arrived.

    Raises InputError for an address or a graph name that is none, WebError when the server does not take a part: then
    the same call goes on from there.
    """
    _check(target)
    lines = sorted(" ".join(map(sparql_term, triple)) + " .\n" for triple in source.triples())
    told = [target.url, target.graph, target.update, replace, hashlib.sha256("".join(lines).encode()).hexdigest()]
    done = _done(account, told)
    if replace and not done:
        _clear(web, target)
    size = UPDATED if target.update else STORED
    parts = [lines[start : start + size] for start in range(0, len(lines), size)]
    for number, part in enumerate(progress(parts[done:], what="loading", total=len(parts) - done), start=done + 1):
        try:
            _add(web, target, part)
        except WebError as error:
            arrived = f"; {number - 1} of {len(parts)} parts have arrived, load again to go on" if account else ""
            raise WebError(f"{error}{arrived}") from error
        if account:
            with atomic(account) as file:
                file.write(json.dumps({"told": told, "done": number}).encode())
    if account:
        account.unlink(missing_ok=True)
    return len(lines)


def _check(target: Target) -> None:
    try:
        parts = urlsplit(target.url)
        secret = parts.username or parts.password
    except ValueError as error:
        raise InputError(f"{target.url}: {error}") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InputError(f"{target.url}: not the address of a server")
    if secret:
        raise InputError("a password does not belong in an address; set PAPERKG_USER and PAPERKG_PASSWORD")
    if target.graph is not None and (" " in target.graph or web_iri(target.graph) is None):
        raise InputError(f"{target.graph}: not an address to name a graph by")


def _done(account: Path | None, told: Sequence[object]) -> int:
    """How many parts of this very load have arrived."""
    if account is None or not account.exists():
        return 0
    try:
        kept = json.loads(account.read_text("utf-8"))
        return int(kept["done"]) if kept["told"] == list(told) else 0
    except (ValueError, KeyError, TypeError):  # of another version, or damaged: all is sent again
        return 0


def _add(web: Web, target: Target, lines: Sequence[str]) -> None:
    triples = "".join(lines)
    if target.update:
        _updated(web, target, f"INSERT DATA {{ {_within(target, triples)} }}")
    else:
        _stored(web, target, "POST", triples.encode())


def _clear(web: Web, target: Target) -> None:
    if target.update:
        _updated(web, target, f"CLEAR SILENT {f'GRAPH {sparql_term(target.graph)}' if target.graph else 'DEFAULT'}")
    else:
        _stored(web, target, "DELETE", None)


def _within(target: Target, triples: str) -> str:
    return f"GRAPH {sparql_term(target.graph)} {{\n{triples}}}" if target.graph else f"\n{triples}"


def _updated(web: Web, target: Target, update: str) -> None:
    headers = {"Content-Type": "application/sparql-update"}
    _taken(target, web.ask(target.url, method="POST", headers=headers, content=update.encode()))


def _stored(web: Web, target: Target, method: str, triples: bytes | None) -> None:
    which = urlencode({"graph": target.graph}) if target.graph else "default"
    url = f"{target.url}{'&' if urlsplit(target.url).query else '?'}{which}"
    headers = {"Content-Type": "application/n-triples"} if triples is not None else {}
    reply = web.ask(url, method=method, headers=headers, content=triples)
    if not (method == "DELETE" and reply.status == 404):  # there was no such graph
        _taken(target, reply)


def _taken(target: Target, reply: Reply) -> None:
    if not 200 <= reply.status < 300:
        raise WebError(f"{target.url}: {reply.status}: {said(reply)}")
