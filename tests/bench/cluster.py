"""What a build on a cluster costs for each paper, measured on this machine: docs/cluster.md computes from it.

    python tests/bench/cluster.py ABSTRACTS [PAPERS] > docs/cluster.json

A real scheduler, two workers of one thread, ABSTRACTS (JSON Lines) cut into files of 5,000. CPU seconds are those of
the workers with all below them, by stage; memory is the most that one worker took; the store is Oxigraph's, loaded by
its own program from the parts.
"""

import datetime as dt
import json
import os
import platform
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from threading import Event, Thread
from typing import TypeVar

from watched import cpu, memory

from kg import cluster
from kg.model import Paper
from kg.read import line, read

T = TypeVar("T")
BIN = Path(sys.executable).parent


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    papers = islice((it for it in read([sys.argv[1]]) if isinstance(it, Paper)), int((*sys.argv, "10000")[2]))
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder, total = Path(name), 0
        for number, some in enumerate(batch(papers, 5000)):
            (folder / f"{number}.jsonl").write_text("".join(f"{line(it)}\n" for it in some), encoding="utf-8")
            total += len(some)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
        processes = [
            stack.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            for command in (
                [BIN / "dask", "scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2]],
                *[[BIN / "dask", "worker", f"tcp://{address}", "--nthreads", "1", "--memory-limit", "0"]] * 2,
            )
        ]
        workers = [process.pid for process in processes[1:]]
        stages: Counter[str] = Counter()
        most, kept, over = [0], [0], Event()

        def watch() -> None:
            while not over.wait(0.3):
                most[0] = max(most[0], *map(memory, workers))
                kept[0] = max(kept[0], size(folder / "out" / ".cache"))

        def progress(items: Iterable[T], *, what: str, total: int | None = None) -> Iterator[T]:
            before = sum(map(cpu, workers))
            yield from items
            stages[what] += sum(map(cpu, workers)) - before

        watching = Thread(target=watch)
        watching.start()
        began = time.perf_counter()
        with cluster.Dask(address) as dask:
            manifest = cluster.build(dask, [str(folder / "*.jsonl")], str(folder / "out"), progress=progress)
        wall = time.perf_counter() - began
        over.set()
        watching.join()
        for process in processes:
            process.kill()
        parts = [str(folder / "out" / manifest["folder"] / part["name"]) for part in manifest["parts"]]
        before, loading = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        load = [BIN / "oxigraph", "load", "--location", folder / "store", "--file", *parts]
        subprocess.run(load, check=True, capture_output=True)
        loading = time.perf_counter() - loading
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        told = {
            "date": str(dt.datetime.now(dt.UTC).date()),
            "machine": f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
            "papers": total,
            "wall_seconds": round(wall, 1),
            "cpu_seconds": {stage: round(seconds, 1) for stage, seconds in stages.items()},
            "worker_bytes": most[0],
            "input_bytes": sum(path.stat().st_size for path in folder.glob("*.jsonl")),
            "kept_bytes": kept[0],
            "output_bytes": {what: sum(part["bytes"] for part in manifest[what]) for what in ("parts", "extractions")},
            "triples": manifest["triples"],
            "store": {
                "bytes": size(folder / "store"),
                "wall_seconds": round(loading, 1),
                "cpu_seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
            },
        }
    print(json.dumps(told, indent=2))


def batch(items: Iterable[T], number: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while some := list(islice(iterator, number)):
        yield some


if __name__ == "__main__":
    main()
