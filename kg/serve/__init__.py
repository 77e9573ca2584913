"""A graph over HTTP: the explorer at `/`, a read-only SPARQL 1.1 endpoint at `/sparql`.

Each query runs in a process of its own that the kernel ends at the limit of time or memory: see `kg.serve.holder`.
"""

import hashlib
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from kg.errors import InputError
from kg.files import PACKAGE
from kg.hosts import is_local
from kg.model import Merge
from kg.serve.asker import Asker, Limits

__all__ = ["EXPLORER", "Limits", "run"]

EXPLORER = PACKAGE / "serve" / "explorer" / "dist"  # built from the sources beside it, by Vite


def run(
    graph: str | Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    limits: Limits | None = None,
    token: str | None = None,
    origins: Sequence[str] = (),
    reader: Sequence[str] = (),
    explorer: str | Path | None = EXPLORER,
    ready: Callable[[str], object] = lambda _: None,
) -> None:
    """Serve a graph until interrupted; `ready` is called with its address. Port 0 takes a free one.

    `graph` is a location as `kg.store.open_store` takes it; of an endpoint's graph a copy is served. `token` is what
    everybody must know who asks: bound to another address than this machine's own, a server without one is refused.
    Pages of `origins` may ask the endpoint. `reader` is the command that extracts from what is pasted,
    `explorer` the folder of the built front end; without one the page of `kg view` is shown.

    GraphError or InputError before anything is served.
    """
    import uvicorn  # noqa: PLC0415  # the process that holds the store comes through this module and needs none of it

    from kg.serve.reader import Reader  # noqa: PLC0415
    from kg.serve.web import Site, app  # noqa: PLC0415

    if not (token or is_local(host)):
        raise InputError(f"{host}: whoever reaches that address could ask; it wants a token")
    name = f"[{host}]" if ":" in host else host
    with _listening(host, port) as listening, Asker(graph, limits or Limits()) as asker, suppress(KeyboardInterrupt):
        site = Site(asker, Reader(reader), *_look(graph, explorer), _version(graph), _merges(graph))
        served = app(site, host=host, token=token, origins=origins)
        config = uvicorn.Config(
            served, lifespan="on", log_level="warning", access_log=False, server_header=False, limit_concurrency=200
        )
        ready(f"http://{name}:{listening.getsockname()[1]}/")
        uvicorn.Server(config).run(sockets=[listening])


def _look(graph: str | Path, explorer: str | Path | None) -> tuple[Path | None, str]:
    """The folder of the explorer, or else the page of the graph."""
    if explorer is not None and (Path(explorer) / "index.html").is_file():
        return Path(explorer), ""
    from kg import view  # noqa: PLC0415
    from kg.store import open_store  # noqa: PLC0415

    return None, view.page(open_store(graph))


def _version(graph: str | Path) -> str | None:
    """A name for what a file holds now; None for what may change while it is served, or is not here."""
    path = Path(graph)
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _merges(graph: str | Path) -> list[Merge]:
    """The ledger beside the graph, those of most papers first; none where there is none."""
    from kg.report import read_merges  # noqa: PLC0415

    path = Path(graph).with_name("merges.tsv")
    if not path.is_file():
        return []
    return sorted(read_merges(path), key=lambda it: (-it.papers, -it.mentions, it.label, it.surface, it.concept))


def _listening(host: str, port: int) -> socket.socket:
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise InputError(f"{host}:{port}: cannot listen there: {error.strerror or error}") from error
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or each answer waits 40 ms for its last part
    return listening
