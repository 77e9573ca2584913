"""What a process and all below it take, as Linux tells."""

import os
from contextlib import suppress
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> int:
    """Bytes that they take together, what they share counted once."""
    total = 0
    for each in _tree(pid):
        with suppress(OSError, StopIteration):
            rollup = Path(f"/proc/{each}/smaps_rollup").read_text("ascii").splitlines()
            total += int(next(told for told in rollup if told.startswith("Pss:")).split()[1]) * 1024
    return total


def cpu(pid: int) -> float:
    """CPU seconds, with those of processes that ended and were waited for."""
    total = 0.0
    for each in _tree(pid):
        with suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text("ascii").rpartition(")")[2].split()
            total += sum(map(int, fields[11:15])) / _TICK
    return total


def _tree(pid: int) -> list[int]:
    below: list[str] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():  # each has the children that it started
            below += (thread / "children").read_text("ascii").split()
    return [pid, *(found for child in below for found in _tree(int(child)))]
