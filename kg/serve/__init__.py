"""A graph over HTTP: the page at `/`, a read-only SPARQL 1.1 endpoint at `/sparql`.

Each query runs in a process of its own that the kernel ends at the limit of time or memory: see `kg.serve.holder`.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from kg.errors import InputError
from kg.serve.asker import Asker, Limits

__all__ = ["Limits", "run"]


def run(
    graph: str | Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    limits: Limits | None = None,
    ready: Callable[[str], object] = lambda _: None,
) -> None:
    """Serve a graph until interrupted; `ready` is called with its address. Port 0 takes a free one.

    `graph` is a location as `kg.store.open_store` takes it; of an endpoint's graph a copy is served.

    GraphError or InputError before anything is served.
    """
    import uvicorn  # noqa: PLC0415  # the process that holds the store comes through this module and needs none of it

    from kg import view  # noqa: PLC0415
    from kg.serve.web import app  # noqa: PLC0415
    from kg.store import open_store  # noqa: PLC0415

    page = view.page(open_store(graph))
    name = f"[{host}]" if ":" in host else host
    with _listening(host, port) as listening, Asker(graph, limits or Limits()) as asker, suppress(KeyboardInterrupt):
        served = app(page, asker, host=host)
        config = uvicorn.Config(
            served, lifespan="off", log_level="warning", access_log=False, server_header=False, limit_concurrency=200
        )
        ready(f"http://{name}:{listening.getsockname()[1]}/")
        uvicorn.Server(config).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise InputError(f"{host}:{port}: cannot listen there: {error.strerror or error}") from error
