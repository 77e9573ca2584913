"""What all tasks share: the build that they are of, and the files that they leave."""

import gzip
import hashlib
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from typing import Any

from kg.cluster.storage import Storage
from kg.model import Concept, Paper

Summary = dict[str, Any]
Segments = list[list[Any]]

PAPER = attrgetter(*(field.name for field in fields(Paper)))
CONCEPT = attrgetter(*(field.name for field in fields(Concept)))


@dataclass(frozen=True, slots=True)
class Job:
    """A build: the address of its output, the folder of what it keeps until its end, and how it was asked for."""

    output: str
    folder: str
    graph: str
    version: str
    chunk: int
    buckets: int
    listing_year: int | None
    columns: tuple[tuple[str, str], ...]
    min_score: float
    pipeline: str
    labels: tuple[tuple[str, str], ...]
    mentions: bool

    def path(self, stage: str, number: int | str) -> str:
        return f"{self.folder}/{stage}/{number}"

    def bucket(self, *key: str) -> int:
        return zlib.crc32("\t".join(key).encode("utf-8", "surrogatepass")) % self.buckets


@cache
def storage(url: str) -> Storage:
    return Storage(url)


def summary(job: Job, name: str) -> Summary | None:
    """What the task said that wrote the file, when it is there and whole."""
    try:
        for _, told in storage(job.output).segment([name], -1):
            return dict(told)
    except (FileNotFoundError, EOFError, ValueError, gzip.BadGzipFile, struct.error, zlib.error):
        pass
    return None


def once(job: Job, name: str, work: Callable[[], tuple[Segments, Summary]]) -> Summary:
    """Write a file of segments, the last of which is the summary, unless it is there; the summary."""
    told = summary(job, name)
    if told is None:
        segments, told = work()
        storage(job.output).write_segments(name, [*segments, [told]])
    return told


def written(job: Job, name: str, lines: Iterable[str]) -> Summary:
    """A part of the output, for the manifest."""
    text, count = [], 0
    for line in lines:
        text.append(line)
        count += 1
    data = gzip.compress("".join(text).encode("utf-8", "replace"), compresslevel=6, mtime=0)
    storage(job.output).write(f"{job.graph}/{name}", data)
    return {"name": name, "lines": count, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def paper_of(row: Sequence[Any]) -> Paper:
    return Paper(*_tuples(row))


def concept_of(row: Sequence[Any]) -> Concept:
    return Concept(*_tuples(row))


def _tuples(value: Any) -> Any:
    """JSON's lists as the tuples that they were."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
