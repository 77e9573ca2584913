"""The way to the process that holds the store: questions go there, whole answers come back."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import OrderedDict
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from typing import Self

from kg.errors import GraphError
from kg.serve.protocol import Question

Answer = tuple[HTTPStatus, str, bytes]

# With glibc (2.35 or later), memory in pages of 2 MB: a fork of 3 GB then costs 5 ms, not 40.
_HUGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
_JSON = "application/sparql-results+json"
_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may take: seconds, bytes of memory beyond the store, bytes and rows of answer; how many run at
    once, how many wait, and how many bytes of answers are kept to be given again.
    """

    seconds: float = 10
    memory: int = 1 << 30
    answer: int = 64 << 20
    rows: int = 1_000_000
    at_once: int = 4
    waiting: int = 64
    kept: int = 64 << 20


class Asker:
    """Answers questions inside of its `with` block, in one event loop."""

    def __init__(self, graph: str | Path, limits: Limits) -> None:
        self._graph = graph
        self._limits = limits
        self._running = asyncio.Semaphore(limits.at_once)
        self._asked = 0
        self._kept: OrderedDict[Question, Answer] = OrderedDict()  # the graph does not change while it is served
        self._size = 0  # bytes of them
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
        self._holder = subprocess.Popen(  # noqa: S603  # our own module
            [sys.executable, "-m", "kg.serve.holder", str(self._graph), str(self._socket)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C ends this process, which then ends that one
            env={**os.environ, **_HUGE_PAGES},
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
        if question in self._kept:
            self._kept.move_to_end(question)
            return self._kept[question]
        if self._asked >= self._limits.at_once + self._limits.waiting:
            return told(HTTPStatus.SERVICE_UNAVAILABLE, "too many queries at once; ask again later")
        self._asked += 1
        try:
            async with self._running:
                answer = await self._answered(question, self._limits)
        finally:
            self._asked -= 1
        if answer[0] is HTTPStatus.OK:
            self._keep(question, answer)
        return answer

    def _keep(self, question: Question, answer: Answer) -> None:
        if question not in self._kept:  # another may have asked the same meanwhile
            self._size += len(answer[2])
        self._kept[question] = answer
        while self._size > self._limits.kept:
            _, (_, _, body) = self._kept.popitem(last=False)
            self._size -= len(body)

    async def rows(self, query: str) -> list[tuple[str, ...]]:
        """The rows of a query of our own as plain values, "" where unbound.

        It may take ten times as long as others; GraphError when it takes more.
        """
        limits = self._limits
        most = replace(limits, seconds=10 * limits.seconds, memory=4 * limits.memory, answer=1 << 30, rows=10**9)
        status, _, body = await self._answered(Question(query, _JSON, None), most)
        if status is not HTTPStatus.OK:
            raise GraphError(f"{self._graph}: {body.decode().strip()}")
        answer = json.loads(body)
        names = answer["head"]["vars"]
        return [
            tuple(row[name]["value"] if name in row else "" for name in names) for row in answer["results"]["bindings"]
        ]

    async def _answered(self, question: Question, limits: Limits) -> Answer:
        began = monotonic()
        asked = json.dumps({"question": asdict(question), "limits": asdict(limits)}).encode() + b"\n"
        try:
            head, _, body = (await self._exchanged(asked)).partition(b"\n")
        except OSError:
            return told(HTTPStatus.SERVICE_UNAVAILABLE, "the process that holds the graph has ended; serve it again")
        about = json.loads(head) if head else {}
        if about.get("length") == len(body):
            return HTTPStatus(about["status"]), about["media_type"], body
        if monotonic() - began >= limits.seconds:
            return told(HTTPStatus.SERVICE_UNAVAILABLE, f"stopped: the query took over {limits.seconds:g} s")
        return told(HTTPStatus.SERVICE_UNAVAILABLE, "stopped: the query took too much memory")

    async def _exchanged(self, asked: bytes) -> bytes:
        reader, writer = await asyncio.open_unix_connection(self._socket)
        try:
            writer.write(asked)
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()


def told(status: HTTPStatus, reason: str) -> Answer:
    return status, _TEXT, f"{reason}\n".encode()
