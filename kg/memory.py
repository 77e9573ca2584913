"""How millions of small objects are kept and let go without waste."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from kg import spelling


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the search for cycles, which goes through millions of objects again and again and finds nothing: that is
    a quarter of the time of linking.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def give_back() -> None:
    """Let the system have what a corpus took that is let go: the little that is left, here and there, keeps it all.

    That is the spellings seen, and tuples that Python keeps for later until it searches for cycles.
    """
    spelling.forget()
    gc.collect()
