"""How far something long is, for those who like to know."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """Passes items through, and may tell how far it is; `total` is the number of items where it is known."""

    def __call__(self, items: Iterable[T], *, what: str, total: int | None = None) -> Iterator[T]: ...


def silent(items: Iterable[T], *, what: str, total: int | None = None) -> Iterator[T]:  # noqa: ARG001
    yield from items


@contextmanager
def during(progress: Progress, what: str) -> Iterator[None]:
    """Progress of something whose parts nobody can count."""
    shown = progress((None for _ in range(1)), what=what)
    next(shown)
    try:
        yield
    finally:
        for _ in shown:  # to its end, so that it goes
            pass
