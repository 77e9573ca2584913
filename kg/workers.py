"""Work spread over processes that may hang, run out of memory or be killed without any of it being lost.

Workers are forks: they have all that this process has loaded, and share its memory. Where there is no fork (Windows)
the work is done here, without that protection.
"""

import os
import pickle
import signal
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Any, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_BATCH = 32
_ATTEMPTS = 2  # for an item alone; what ends two workers is to blame itself


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an item has no result."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Task:
    start: int
    stop: int
    attempt: int = 1


class _Worker(Generic[T, R]):
    """A fork that works on one task at a time; `task` and `deadline` are those of the task it has."""

    def __init__(self, work: Callable[[Sequence[T]], Sequence[R]], items: Sequence[T], memory: int) -> None:
        self.connection: Connection
        self.connection, theirs = Pipe()
        us = os.getpid()
        ends = [signal.SIGINT, signal.SIGTERM]
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # until it is clear to whom they come
        try:
            with warnings.catch_warnings():
                # Of threads: a progress bar's holds no lock we take.
                warnings.simplefilter("ignore", DeprecationWarning)
                self.process = os.fork()  # not a multiprocessing.Process, of which some programs may start none
            if self.process == 0:
                try:
                    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends us
                    signal.signal(signal.SIGTERM, signal.SIG_DFL)
                    signal.pthread_sigmask(signal.SIG_SETMASK, before)
                    _serve(us, theirs, work, items, memory)
                finally:
                    os._exit(1)  # whatever happens, this process goes back to nobody's code
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        self.task: _Task | None = None
        self.deadline = 0.0

    def give(self, task: _Task, seconds: float) -> None:
        self.task, self.deadline = task, monotonic() + seconds
        with suppress(OSError):  # it is dead, as waiting for it will show
            self.connection.send((task.start, task.stop))

    def end(self) -> int:
        """What it ended with, by itself or because of us: its exit code, or minus a signal."""
        os.kill(self.process, signal.SIGKILL)
        _, status = os.waitpid(self.process, 0)
        self.connection.close()
        return os.waitstatus_to_exitcode(status)


def spread(
    work: Callable[[Sequence[T]], Sequence[R]],
    items: Sequence[T],
    *,
    processes: int | None = None,
    seconds: float = 120,
    memory: int = 4 << 30,
) -> Iterator[R | Failure]:
    """What `work` makes of each item, in order, or why there is nothing; by default by as many processes as there are
    processors for us.

    `work` gets several items at a time. When that fails, takes more than `seconds`, or more than `memory` bytes beyond
    what is in use, each of them is tried alone, twice. An error of ours in `work` comes here as it is.
    """
    number = min(processes or available(), -(-len(items) // _BATCH))
    if not items:
        return iter(())
    if sys.platform == "win32":
        return iter(work(items))
    return _spread(work, items, number, seconds, memory)


def available() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _spread(
    work: Callable[[Sequence[T]], Sequence[R]], items: Sequence[T], number: int, seconds: float, memory: int
) -> Iterator[R | Failure]:
    tasks = deque(_Task(start, min(start + _BATCH, len(items))) for start in range(0, len(items), _BATCH))
    done: dict[int, R | Failure] = {}
    workers: list[_Worker[T, R]] = []
    try:
        workers += [_Worker(work, items, memory) for _ in range(number)]
        for index in range(len(items)):
            while index not in done:
                for worker in workers:
                    if worker.task is None and tasks:
                        worker.give(tasks.popleft(), seconds)
                for at, worker in enumerate(workers):
                    if (reason := _collect(worker, done)) is not None:
                        code = worker.end()
                        _blame(worker, reason or _ended(code), tasks, done)
                        workers[at] = _Worker(work, items, memory)
                busy = [worker for worker in workers if worker.task is not None]
                if index not in done and busy:
                    first = min(worker.deadline for worker in busy)
                    wait([worker.connection for worker in busy], max(0.0, first - monotonic()))
            yield done.pop(index)
    finally:
        for worker in workers:
            worker.end()


def _collect(worker: _Worker[T, R], done: dict[int, R | Failure]) -> str | None:
    """Take what the worker has for us, if anything; why it has failed, if it has: "" when it is no more."""
    if worker.task is None:
        return None
    try:
        if worker.connection.poll():
            results = worker.connection.recv()
            if isinstance(results, str):
                return results
            if isinstance(results, Exception):
                raise results
            done.update(zip(count(worker.task.start), results, strict=False))
            worker.task = None
            return None
    except (EOFError, ConnectionError):
        return ""
    return "took too long" if monotonic() > worker.deadline else None


def _ended(code: int) -> str:
    return f"the process ended ({signal.Signals(-code).name if code < 0 else code})"


def _blame(worker: _Worker[T, R], reason: str, tasks: deque[_Task], done: dict[int, R | Failure]) -> None:
    """Try each item of a failed task alone; an item that was alone fails."""
    task = worker.task
    assert task is not None
    if task.stop - task.start > 1:
        tasks.extendleft(_Task(at, at + 1) for at in reversed(range(task.start, task.stop)))
    elif task.attempt < _ATTEMPTS:
        tasks.appendleft(_Task(task.start, task.stop, task.attempt + 1))
    else:
        done[task.start] = Failure(reason)


def _serve(
    parent: int, connection: Connection, work: Callable[[Sequence[T]], Sequence[R]], items: Sequence[T], memory: int
) -> None:
    """In the worker: answer until there is nobody to answer to."""
    _limit(memory)
    with suppress(EOFError, OSError):
        while os.getppid() == parent:
            if not connection.poll(1):  # the parent may be killed, and other forks hold its end of the pipe too
                continue
            start, stop = connection.recv()
            try:
                results: Any = list(work(items[start:stop]))
            except MemoryError:
                results = "took too much memory"
            except Exception as error:  # noqa: BLE001  # a bug: it is raised again where somebody sees it
                results = error
            try:
                connection.send(results)
            except (pickle.PicklingError, RecursionError, TypeError, AttributeError):
                connection.send(RuntimeError(f"{type(results).__name__}: {results}"))
    os._exit(0)


def _limit(memory: int) -> None:
    """Let this process take so many bytes more than it has."""
    import resource  # noqa: PLC0415  # Windows has none, and no forks either

    with suppress(OSError, ValueError), open("/proc/self/statm", encoding="ascii") as used:  # noqa: PTH123
        most = int(used.read().split()[0]) * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
