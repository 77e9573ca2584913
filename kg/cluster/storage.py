"""Files wherever fsspec reaches: a disk that all share, S3 and its like. The only home of fsspec.

A file is written whole or not at all, and is a row of segments: JSON Lines, gzipped, of which each can be read alone.
So a stage writes one file a task and not one for each task that reads it.
"""

import gzip
import hashlib
import io
import json
import struct
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
from fsspec.utils import get_protocol

from kg.errors import InputError

_OFFSET = struct.Struct("<Q")
_LOCAL = {"file", "local"}
_OBJECTS = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oci", "oss"}  # show an object when it is complete


@dataclass(frozen=True, slots=True)
class Input:
    """A file of abstracts: where it is, and what changes when it does."""

    url: str
    size: int
    version: str


def inputs(urls: Sequence[str]) -> list[Input]:
    """The files that addresses and patterns name, sorted. InputError for one that names none or cannot be asked."""
    found: dict[str, Input] = {}
    for url in urls:
        try:
            files, paths = fsspec.core.url_to_fs(url)
            names = files.glob(paths) if files.exists(paths) is False else [paths]
            named = [file for name in names for file in (files.find(name) if files.isdir(name) else [name])]
            for name in sorted(named):
                address = files.unstrip_protocol(name)
                info = files.info(name)
                changed = info.get("ETag") or info.get("mtime") or info.get("LastModified")
                found[address] = Input(address, info.get("size") or 0, str([info.get("size"), changed]))
        except (OSError, ImportError, ValueError) as error:
            raise InputError(f"{url}: {reason(error)}") from error
        if not named:
            raise InputError(f"{url}: no such file")
    return sorted(found.values(), key=lambda one: one.url)


@contextmanager
def fetched(url: str) -> Iterator[Path]:
    """A copy of a file on this machine, under its own name, for as long as the block lasts."""
    files, path = fsspec.core.url_to_fs(url)
    with tempfile.TemporaryDirectory(prefix="paperkg-") as folder:
        copy = Path(folder) / Path(path).name
        files.get_file(path, str(copy))
        yield copy


class Storage:
    """A folder at an address."""

    def __init__(self, url: str) -> None:
        self.url = url if get_protocol(url) not in _LOCAL else f"file://{Path(url.removeprefix('file://')).resolve()}"
        self._files, self._root = fsspec.core.url_to_fs(self.url)

    def write(self, name: str, data: bytes) -> None:
        """Write a file; a reader sees all of it or nothing."""
        path = self._path(name)
        if get_protocol(self.url) in _OBJECTS:
            self._files.pipe_file(path, data)
            return
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        beside = f"{path}.{uuid4().hex}"
        self._files.pipe_file(beside, data)
        self._files.mv(beside, path)

    def read(self, name: str) -> bytes | None:
        """The content of a file, or None when there is none."""
        try:
            data: bytes = self._files.cat_file(self._path(name))
        except FileNotFoundError:
            return None
        return data

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with all in it, if it is there."""
        self._files.invalidate_cache()
        if self._files.exists(self._path(name)):
            self._files.rm(self._path(name), recursive=True)

    def names(self, folder: str) -> set[str]:
        """The files of a folder; none when it is not there."""
        self._files.invalidate_cache()
        try:
            return {path.rpartition("/")[2] for path in self._files.ls(self._path(folder), detail=False)}
        except FileNotFoundError:
            return set()

    def write_segments(self, name: str, segments: Iterable[Iterable[Any]]) -> None:
        body, ends = io.BytesIO(), []
        for segment in segments:
            if text := "".join(f"{json.dumps(item)}\n" for item in segment):
                body.write(gzip.compress(text.encode(), compresslevel=1, mtime=0))
            ends.append(body.tell())
        head = _OFFSET.size * (len(ends) + 2)
        offsets = (len(ends), head, *(head + end for end in ends))
        self.write(name, b"".join(map(_OFFSET.pack, offsets)) + body.getvalue())

    def segment(self, names: Sequence[str], number: int) -> Iterator[tuple[int, Any]]:
        """Each item of the segment of that number in files that all have it, with the number of its file.

        Negative numbers count from the end of the files, which then must have equally many.
        """
        if not names:
            return
        paths = [self._path(name) for name in names]
        if number < 0:
            [count] = _OFFSET.unpack(self._files.cat_file(paths[0], start=0, end=_OFFSET.size))
            number += count
        start = _OFFSET.size * (number + 1)
        spans = self._ranges(paths, [start] * len(paths), [start + 2 * _OFFSET.size] * len(paths))
        bounds = [struct.unpack("<QQ", span) for span in spans]
        full = [at for at, (first, last) in enumerate(bounds) if last > first]
        data = self._ranges([paths[at] for at in full], *([bounds[at][end] for at in full] for end in (0, 1)))
        for at, packed in zip(full, data, strict=True):
            for line in gzip.decompress(packed).splitlines():
                yield at, json.loads(line)

    def _ranges(self, paths: list[str], starts: list[int], ends: list[int]) -> list[bytes]:
        ranges: list[bytes] = self._files.cat_ranges(paths, starts, ends, on_error="raise") if paths else []
        return ranges

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"


def digest(*told: Any) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def reason(error: BaseException) -> str:
    """What an error says, in one line."""
    return " ".join(str(error).split()) or type(error).__name__
