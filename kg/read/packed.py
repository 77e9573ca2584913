"""What is packed, read as it stands: gzip, bzip2, xz, Zstandard, and the members of a zip. Nothing goes to disk."""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from backports import zstd

from kg.model import Reject

HEAD = 1 << 16  # bytes by which a format is recognised
# A bomb gives thousands of bytes for one; no text of papers comes near the ratio, and a little is let through anyway.
RATIO = 200
FREE = 1 << 26  # bytes

ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second begins an empty one


class BombError(Exception):
    """Out of a packed file comes more than anybody packs."""


DAMAGE = (
    *(OSError, EOFError, UnicodeError, zlib.error, lzma.LZMAError, zstd.ZstdError),
    *(zipfile.BadZipFile, NotImplementedError, BombError),
)


class Bytes(Protocol):
    def read1(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


@dataclass(slots=True)
class Budget:
    """Counts what comes out of a packed file; `packed` tells how many bytes of it are read."""

    packed: Callable[[], int]
    given: int = 0

    def spend(self, size: int) -> None:
        self.given += size
        if self.spent():
            raise BombError(f"unpacks to more than {RATIO} times its size, so the rest is not read")

    def spent(self) -> bool:
        return self.given > max(FREE, RATIO * self.packed())


class _Counted:
    """A file of which is known how much was read; with a budget, no more than that."""

    def __init__(self, file: Bytes, budget: Budget | None = None) -> None:
        self._file, self._budget, self.taken = file, budget, 0

    def read1(self, size: int, /) -> bytes:
        piece = self._file.read1(size)
        self.taken += len(piece)
        if self._budget:
            self._budget.spend(len(piece))
        return piece

    def close(self) -> None:
        self._file.close()


def unpacked(file: Bytes) -> tuple[bytes, io.BufferedReader]:
    """The first bytes of a file, unpacked if it is packed, and a stream that begins with them."""
    counted = _Counted(file)
    start, stream = _peeked(counted)
    opened = _opened(start, stream)
    return _peeked(_Counted(opened, Budget(lambda: counted.taken))) if opened else (start, stream)


def _opened(start: bytes, stream: io.BufferedReader) -> Bytes | None:
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=stream)
    if start.startswith(b"BZh") and start[4:10] in (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90"):
        return bz2.BZ2File(stream)
    if start.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMAFile(stream)
    return zstd.ZstdFile(stream) if start.startswith(b"\x28\xb5\x2f\xfd") else None


def _peeked(file: Bytes) -> tuple[bytes, io.BufferedReader]:
    """The first bytes, and a stream that still begins with them; damage met on the way is raised when it is reached."""
    start, damage = b"", None
    try:
        while len(start) < HEAD and (piece := file.read1(HEAD)):
            start += piece
    except DAMAGE as error:
        damage = error
    return start, io.BufferedReader(_Rejoined(start, file, damage))


class _Rejoined(io.RawIOBase):
    """Bytes that were read ahead, then the rest of their file: a pipe cannot be rewound."""

    def __init__(self, start: bytes, file: Bytes, damage: Exception | None) -> None:
        self._start, self._file, self._damage = io.BytesIO(start), file, damage

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._start.read(len(buffer))
        if not piece:
            if self._damage:
                raise self._damage
            piece = self._file.read1(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a zip that is open. Its name is shown, and no path: `..` in it leads nowhere."""

    name: str
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo
    budget: Budget

    def open(self) -> Bytes:
        return _Counted(cast(zipfile.ZipExtFile, self.archive.open(self.info)), self.budget)


def is_zip(path: Path) -> bool:
    try:
        if not path.is_file():  # to look into a pipe would take from it
            return False
        with path.open("rb") as file:
            return file.read(4) in ZIP
    except OSError:
        return False


def members(path: Path, name: str) -> Iterator[Member | Reject]:
    """Every file in a zip in sorted order, as of a folder: hidden ones are skipped, and what macOS adds."""
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGE as error:
        yield Reject(name, None, reason(error))
        return
    with archive:
        size = path.stat().st_size
        budget = Budget(lambda: size)
        found = [info for info in archive.infolist() if not info.is_dir() and not _is_hidden(info.filename)]
        if not found:
            yield Reject(name, None, "empty archive")
        for info in sorted(found, key=lambda info: info.filename):
            shown = f"{name}:{info.filename.encode('utf-8', 'replace').decode()}"
            if info.flag_bits & 1:
                yield Reject(shown, None, "encrypted")
                continue
            yield Member(shown, archive, info, budget)
            if budget.spent():
                return  # as the last member was told


def _is_hidden(name: str) -> bool:
    parts = name.split("/")
    return parts[0] == "__MACOSX" or any(part.startswith(".") and part.strip(".") for part in parts)


def reason(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "compressed data ends too early"
    if isinstance(error, BombError | NotImplementedError):
        return str(error)
    if isinstance(error, UnicodeError):
        return f"wrong encoding: {error}"
    if isinstance(error, OSError) and error.errno is not None:
        return f"cannot be read: {error.strerror or error}"
    return f"compressed data is damaged: {error}"
