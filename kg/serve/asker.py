"""The way to the process that holds the store: questions go there, whole answers come back."""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from typing import Self

from kg.errors import GraphError
from kg.serve.protocol import Question

Answer = tuple[HTTPStatus, str, bytes]

_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may take: seconds, bytes of memory beyond the store, bytes of answer; how many run at once."""

    seconds: float = 10
    memory: int = 1 << 30
    answer: int = 64 << 20
    at_once: int = 4
    waiting: int = 64


class Asker:
    """Answers questions inside of its `with` block, in one event loop."""

    def __init__(self, graph: str | Path, limits: Limits) -> None:
        self._graph = graph
        self._limits = limits
        self._running = asyncio.Semaphore(limits.at_once)
        self._asked = 0
        self._folder: Path | None = None
        self._holder: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start the process that holds the store, and wait for it. GraphError when it cannot open the graph."""
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _start(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="kg-"))  # only its owner may enter, and so ask there
        limits = json.dumps(asdict(self._limits))
        self._holder = subprocess.Popen(  # noqa: S603  # our own module
            [sys.executable, "-m", "kg.serve.holder", str(self._graph), str(self._socket), limits],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C ends this process, which then ends that one
        )
        assert self._holder.stdout is not None
        said = self._holder.stdout.readline()
        if said != "\n":
            raise GraphError(said.strip() or f"{self._graph}: the process that should hold it ended")

    def _stop(self) -> None:
        if self._holder is not None:
            with self._holder:
                self._holder.terminate()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _socket(self) -> Path:
        assert self._folder is not None
        return self._folder / "asked"

    async def ask(self, question: Question) -> Answer:
        """The status, media type and body with which to answer; never a part of an answer as if it were all."""
        if self._asked >= self._limits.at_once + self._limits.waiting:
            return told(HTTPStatus.SERVICE_UNAVAILABLE, "too many queries at once; ask again later")
        self._asked += 1
        try:
            async with self._running:
                return await self._answered(question)
        finally:
            self._asked -= 1

    async def _answered(self, question: Question) -> Answer:
        began = monotonic()
        try:
            reader, writer = await asyncio.open_unix_connection(self._socket)
        except OSError:
            return told(HTTPStatus.SERVICE_UNAVAILABLE, "the process that holds the graph has ended; serve it again")
        try:
            writer.write(json.dumps(asdict(question)).encode() + b"\n")
            await writer.drain()
            head, _, body = (await reader.read()).partition(b"\n")
        finally:
            writer.close()
        about = json.loads(head) if head else {}
        if about.get("length") == len(body):
            return HTTPStatus(about["status"]), about["media_type"], body
        if monotonic() - began >= self._limits.seconds:
            return told(HTTPStatus.SERVICE_UNAVAILABLE, f"stopped: the query took over {self._limits.seconds:g} s")
        return told(HTTPStatus.SERVICE_UNAVAILABLE, "stopped: the query took too much memory")


def told(status: HTTPStatus, reason: str) -> Answer:
    return status, _TEXT, f"{reason}\n".encode()
