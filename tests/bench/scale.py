"""Time and memory of a whole build by the number of papers: the table, and a plot of it.

    python tests/bench/scale.py ABSTRACTS [PLOT.svg] [SIZE ...] > docs/scale.md

ABSTRACTS is JSON Lines, packed or not. Each build is a process of its own with nothing kept from before. Memory is the
proportional set size of all its processes together, looked at twice a second. The plot wants matplotlib.
"""

import datetime as dt
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from watched import memory

from kg.model import Paper
from kg.read import line, read

SIZES = (1000, 2000, 5000, 10_000, 20_000, 40_000)


def built(source: Path, output: Path) -> tuple[float, float, int]:
    """Wall and CPU seconds of a build, and the most memory that it took."""
    before, began, most = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter(), 0
    with subprocess.Popen(
        [sys.executable, "-m", "kg", "build", source, "-o", output], stderr=subprocess.DEVNULL
    ) as run:
        while run.poll() is None:
            most = max(most, memory(run.pid))
            time.sleep(0.5)
    assert run.returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, cpu, most


def main() -> None:
    abstracts, *more = sys.argv[1:]
    plot = next((name for name in more if name.endswith(".svg")), None)
    sizes = [int(size) for size in more if size.isdecimal()] or SIZES
    print(f"# Scale\n\n{dt.datetime.now(dt.UTC).date()}, {platform.machine()}, {os.cpu_count()} processors, ", end="")
    print(f"Python {platform.python_version()}; made by `make scale`.\n")
    print("| papers | wall, s | CPU, s | CPU, ms a paper | memory, GB | memory, kB a paper |")
    print("|---|---|---|---|---|---|", flush=True)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            source = Path(folder) / f"{size}.jsonl"
            papers = islice((paper for paper in read([abstracts]) if isinstance(paper, Paper)), size)
            source.write_text("".join(f"{line(paper)}\n" for paper in papers), encoding="utf-8")
            seconds, cpu, most = built(source, Path(folder) / str(size))
            rows.append((size, 1e3 * cpu / size, most / 1e9))
            print(f"| {size:,} | {seconds:.0f} | {cpu:.0f} | {1e3 * cpu / size:.1f} ", end="")
            print(f"| {most / 1e9:.2f} | {most / size / 1e3:.0f} |", flush=True)
    if plot:
        print(f"\n![CPU time and memory by the number of papers]({Path(plot).name})")
        drawn(rows, plot)


def drawn(rows: list[tuple[int, float, float]], plot: str) -> None:
    from matplotlib import pyplot as plt

    plt.rcParams["svg.hashsalt"] = "paperkg"
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
    papers, times, memories = zip(*((number / 1000, *told) for number, *told in rows), strict=True)
    left.plot(papers, times, marker="o")
    left.set(xlabel="papers, thousands", ylabel="CPU, ms a paper", ylim=(0, None))
    right.plot(papers, memories, marker="o")
    right.axhline(4, linestyle="--", linewidth=1, color="grey")
    right.set(xlabel="papers, thousands", ylabel="memory of all processes, GB", ylim=(0, None))
    figure.savefig(plot, metadata={"Date": None})


if __name__ == "__main__":
    main()
