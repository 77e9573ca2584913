"""The process that holds the store, and forks for each question that comes through its socket.

An endless query cannot be interrupted from Python, least of all in a sort or an aggregate. So the kernel does it: an
alarm ends the fork at the limit of time, a resource limit at that of memory. Forking shares the store's pages, so a
query costs no second copy. The answer is sent only when it is whole.

    python -m kg.serve.holder GRAPH SOCKET
"""

import json
import os
import resource
import signal
import sys
from contextlib import suppress
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from socketserver import ForkingMixIn, StreamRequestHandler, UnixStreamServer
from time import monotonic
from typing import TYPE_CHECKING

from kg.errors import PaperkgError, QueryError
from kg.query import read
from kg.serve.asker import Answer, Limits, told
from kg.serve.protocol import Question
from kg.store import Store, local, open_store

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


def main(graph: str, socket: str) -> None:
    """Open the store, say so with an empty line (or say what is wrong), and answer until terminated."""
    try:
        store = local(open_store(graph))
    except PaperkgError as error:
        sys.stdout.write(f"{error}\n")
        return
    read("ASK {}")  # loads the parser, once for all
    with _Server(socket, store, files=Path(graph).is_dir()) as server:
        sys.stdout.write("\n")
        sys.stdout.flush()
        server.serve_forever()


_LONG = 0.4  # seconds


class _Server(ForkingMixIn, UnixStreamServer):
    max_children = 1000  # the asker keeps them few
    request_queue_size = 128

    def __init__(self, socket: str, store: Store, *, files: bool) -> None:
        super().__init__(socket, _Handler)
        self.files = files
        self.store = store
        self._parent = os.getppid()
        self._since: dict[int, float] = {}  # when each fork was first seen

    def service_actions(self) -> None:
        """Called twice a second, and after each question."""
        super().service_actions()
        if os.getppid() != self._parent:  # it was killed and could not tell
            os._exit(1)
        self._step_back()

    def _step_back(self) -> None:
        """Let the quick questions go first: one that takes long gets what they leave of the processors."""
        now = monotonic()
        self._since = {pid: self._since.get(pid, now) for pid in self.active_children or ()}
        for pid, since in self._since.items():
            if now - since > _LONG:
                with suppress(OSError):  # it has ended
                    os.setpriority(os.PRIO_PROCESS, pid, 15)


class _Handler(StreamRequestHandler):
    """In a forked process: one question, one answer."""

    server: _Server

    def handle(self) -> None:
        asked = json.loads(self.rfile.readline())
        limits, question = Limits(**asked["limits"]), Question(**asked["question"])
        signal.setitimer(signal.ITIMER_REAL, limits.seconds)  # the default action of its signal ends the process
        confine(limits.memory, files=self.server.files)
        status, media_type, body = _answer(self.server.store, question, limits)
        head = {"status": status, "media_type": media_type, "length": len(body)}
        self.wfile.write(json.dumps(head).encode() + b"\n" + body)


def confine(memory: int, *, files: bool) -> None:
    """Let this process take so many bytes more, and reach nothing: without files it can open no socket either.

    A store in a folder needs its files; there, what `kg.query.read` refuses is the only wall.
    """
    in_use = Path("/proc/self/statm")
    if in_use.exists():  # on Linux; elsewhere memory is not limited
        most = int(in_use.read_text(encoding="ascii").split()[0]) * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    if not files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


# What stands in an answer once a row, and how many rows there are beyond that: a head has it too, or the first row not.
# Within a value each of these is escaped, but for a CSV's line end, which real values do not have.
_JSON, _XML = (b'}},{"', 1), (b"<result>", 0)
_ROW = {
    "application/sparql-results+json": _JSON,
    "application/json": _JSON,
    "application/sparql-results+xml": _XML,
    "application/xml": _XML,
    "text/csv": (b"\r\n", -1),
    "text/tab-separated-values": (b"\n", -1),
}


def _answer(store: Store, question: Question, limits: Limits) -> Answer:
    file = _Bounded(limits.answer)
    try:
        media_type = store.answer(read(question.query).text, file, question.results, question.triples)
    except QueryError as error:
        return told(HTTPStatus.BAD_REQUEST, str(error))
    except _TooLongError:
        return told(HTTPStatus.SERVICE_UNAVAILABLE, f"the answer has over {limits.answer:,} bytes; ask for less")
    if media_type is None:
        return told(HTTPStatus.NOT_ACCEPTABLE, "there is no such format for this form of query")
    body = file.getvalue()
    mark, more = _ROW.get(media_type, (b"\0", 0))
    if body.count(mark) + more > limits.rows:
        return told(HTTPStatus.SERVICE_UNAVAILABLE, f"the answer has over {limits.rows:,} rows; ask for less")
    return HTTPStatus.OK, media_type, body


class _TooLongError(Exception):
    pass


class _Bounded(BytesIO):
    """A file in memory that takes so many bytes and no more."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, part: "ReadableBuffer") -> int:
        if self.tell() + memoryview(part).nbytes > self._most:
            raise _TooLongError
        return super().write(part)


if __name__ == "__main__":
    main(*sys.argv[1:])
