"""Tasks on a Dask cluster that loses workers, and its scheduler too. The only home of Dask.

A task here may run twice and leaves what it makes in a file, so whatever is lost is given to the cluster again.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Self, TypeVar

import distributed
from distributed.client import Future

from kg.cluster.storage import reason
from kg.errors import InputError
from kg.progress import Progress

R = TypeVar("R")

_PATIENCE = 300  # seconds without a cluster, after which we give up
_ATTEMPTS = 3  # of a task that fails by itself, not by the loss of its worker
_LOSSES = 5  # of the workers of one task, each after those that Dask allows
_LOST = (
    *(distributed.CancelledError, distributed.KilledWorker, distributed.comm.CommClosedError),
    *(OSError, TimeoutError, RuntimeError),  # of a client that is closed
)


class Dask:
    """A cluster by its address, `tcp://HOST:PORT` or `HOST:PORT`. InputError when there is none."""

    def __init__(self, address: str, *, patience: float = _PATIENCE) -> None:
        self._address, self._patience = address, patience
        self._client: distributed.Client | None = None
        self._connect(10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._client:
            with suppress(Exception):
                self._client.close(timeout=2)
            self._client = None

    def everywhere(self, work: Callable[[], R]) -> dict[str, R]:
        """What each worker says now, by its address. InputError when there is no worker, or one that fails."""
        client = self._connect(self._patience)
        try:
            client.wait_for_workers(1, timeout=self._patience)
            said: dict[str, R] = client.run(work)
        except TimeoutError:
            raise InputError(f"dask://{self._address}: the cluster has no worker") from None
        except Exception as error:
            raise InputError(f"dask://{self._address}: a worker cannot run paperkg: {reason(error)}") from error
        return said

    def each(
        self, work: Callable[..., R], tasks: Sequence[tuple[Any, ...]], *, what: str, progress: Progress
    ) -> list[R]:
        """What `work` makes of each task's arguments, in their order.

        InputError for a task that fails again and again, and when there is no cluster for too long.
        """
        done = dict(progress(self._finished(work, tasks), what=what, total=len(tasks)))
        return [done[at] for at in range(len(tasks))]

    def _finished(self, work: Callable[..., R], tasks: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, R]]:
        waiting, losses = dict(enumerate(tasks)), dict.fromkeys(range(len(tasks)), 0)
        while waiting:
            client = self._connect(self._patience)
            futures: dict[Future[R], int] = {}
            with suppress(*_LOST):
                for at, task in waiting.items():
                    futures[client.submit(work, *task, pure=False, retries=_ATTEMPTS - 1)] = at
                for future in distributed.as_completed(futures, loop=client.loop, raise_errors=False):
                    at = futures[future]
                    if future.status == "finished":
                        yield at, future.result(timeout=self._patience)
                        del waiting[at]
                        future.release()
                    elif future.status == "error":
                        error = future.exception(timeout=self._patience)
                        losses[at] += 1
                        if not isinstance(error, distributed.KilledWorker) or losses[at] == _LOSSES:
                            raise InputError(f"task {at} of {work.__name__}: {reason(error)}") from error
            if waiting:
                time.sleep(1)
                if client.status != "running":
                    self.close()

    def _connect(self, patience: float) -> distributed.Client:
        """The client, made anew when its scheduler is gone."""
        if self._client and self._client.status == "running":
            return self._client
        self.close()
        end = time.monotonic() + patience
        while True:
            try:
                self._client = distributed.Client(self._address, timeout=min(10, patience), set_as_default=False)
            except (OSError, ValueError, TimeoutError) as error:
                if time.monotonic() > end:
                    raise InputError(f"dask://{self._address}: no cluster there ({reason(error)})") from error
                time.sleep(1)
            else:
                return self._client
