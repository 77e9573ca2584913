"""Where records come from: files, folders, gzip, standard input, each as a stream of numbered lines."""

import codecs
import gzip
import io
import os
import re
import stat
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from kg.errors import InputError
from kg.model import Reject

HEAD = 1 << 16  # bytes by which a format is recognised
PIECE = 1 << 16  # bytes
LINE_LIMIT = 1 << 24  # characters; no record of a paper is longer, and a hostile one must not fill the memory
RAW_LIMIT = 100_000  # characters of a rejected record that are kept for mending

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_GZIP = b"\x1f\x8b"
_DAMAGE = (OSError, EOFError, zlib.error, UnicodeError)
_NOT_UTF8 = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end, 1-based; `fault` says why the line, or all that follows it, cannot be read.

    A byte that is not UTF-8 is no fault of the line but a lone surrogate in `text` (PEP 383), for `bad_byte` to find:
    only the record that needs the byte has to go.
    """

    number: int
    text: str
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """An open file: its name in messages, its first characters (LF ends a line), and all of it as bytes (once)."""

    name: str
    head: str
    encoding: str
    stream: io.BufferedReader

    def lines(self) -> Iterator[Line]:
        """Every line, whatever ends it (LF, CRLF, CR); damage ends the stream with a last, faulty line."""
        errors = "surrogateescape" if self.encoding == "utf-8-sig" else "strict"
        text = io.TextIOWrapper(self.stream, encoding=self.encoding, errors=errors)
        number = 0
        try:
            while line := text.readline(LINE_LIMIT):
                number += 1
                if len(line) < LINE_LIMIT or line.endswith("\n"):
                    yield Line(number, line.rstrip("\n"))
                    continue
                yield Line(number, line[:RAW_LIMIT], f"line of more than {LINE_LIMIT:,} characters")
                while (line := text.readline(LINE_LIMIT)) and not line.endswith("\n"):
                    pass
        except _DAMAGE as error:
            yield Line(number + 1, "", _reason(error))

    def pieces(self) -> Iterator[str | Reject]:
        """The text in pieces of any length, with LF for each line end; damage ends it with a Reject."""
        errors = "surrogateescape" if self.encoding == "utf-8-sig" else "strict"
        decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(self.encoding)(errors), translate=True)
        number = 1
        try:
            while data := self.stream.read1(PIECE):
                piece = decoder.decode(data)
                number += piece.count("\n")
                yield piece
            yield decoder.decode(b"", final=True)
        except _DAMAGE as error:
            yield self.reject(number, _reason(error))

    def reject(self, line: int | None, reason: str, raw: str = "") -> Reject:
        """A record of this source that is no paper; bytes that are not UTF-8 are shown in hexadecimal in `raw`."""
        shown = raw[:RAW_LIMIT].encode("utf-8", "surrogateescape" if _NOT_UTF8.search(raw) else "replace")
        return Reject(self.name, line, reason, shown.decode("utf-8", "backslashreplace"))


def bad_byte(text: str) -> str | None:
    """What is wrong with the encoding of a line, or None."""
    match = _NOT_UTF8.search(text)
    return f"byte 0x{ord(match.group()) - 0xDC00:02x} is not UTF-8" if match else None


def check(inputs: Sequence[str | Path]) -> None:
    """InputError for the first input that does not exist."""
    for name in inputs:
        if str(name) == "-":
            if sys.stdin is None:  # whoever started the program closed it
                raise InputError("<stdin>: closed")
        elif not os.path.lexists(name):
            raise InputError(f"{_shown(name)}: no such file or folder")


def files(name: str | Path) -> Iterator[Path | Reject]:
    """The input itself, or every file below a folder in sorted order; hidden ones (`.git`, `.DS_Store`) are skipped.

    Inside a folder only regular files are opened: a named pipe or a device could block for ever. Links are followed,
    each folder once.
    """
    path = Path(name)
    if path.is_dir():
        yield from _walk(path, set())
    else:
        yield path


def _walk(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path | Reject]:
    try:
        status = folder.stat()
        children = sorted(folder.iterdir())
    except OSError as error:
        yield Reject(_shown(folder), None, _reason(error))
        return
    if (status.st_dev, status.st_ino) in seen:
        return
    seen.add((status.st_dev, status.st_ino))
    if not children:
        yield Reject(_shown(folder), None, "empty folder")
    for child in children:
        if child.name.startswith("."):
            continue
        try:
            mode = child.stat().st_mode
        except OSError as error:
            yield Reject(_shown(child), None, _reason(error))
            continue
        if stat.S_ISDIR(mode):
            yield from _walk(child, seen)
        elif stat.S_ISREG(mode):
            yield child
        else:
            yield Reject(_shown(child), None, "not a regular file")


@contextmanager
def opened(path: Path) -> Iterator[Source | Reject]:
    """The file, unpacked when it is gzip, ready to be recognised and read; or why it cannot be opened."""
    name = "<stdin>" if str(path) == "-" else _shown(path)
    try:
        file = cast(io.BufferedReader, sys.stdin.buffer) if str(path) == "-" else path.open("rb")
    except OSError as error:
        yield Reject(name, None, _reason(error))
        return
    try:
        start, stream = _peeked(file)
        if start.startswith(_GZIP):
            start, stream = _peeked(gzip.GzipFile(fileobj=stream))
        encoding = next((encoding for bom, encoding in _BOMS if start.startswith(bom)), "utf-8-sig")
        head = re.sub("\r\n?", "\n", start.decode(encoding, "replace"))
        yield Source(name, head, encoding, stream)
    finally:
        if file is not sys.stdin.buffer:
            file.close()


class _Bytes(Protocol):
    def read1(self, size: int, /) -> bytes: ...


def _peeked(file: _Bytes) -> tuple[bytes, io.BufferedReader]:
    """The first bytes, and a stream that still begins with them; damage met on the way is raised when it is reached."""
    start, damage = b"", None
    try:
        while len(start) < HEAD and (piece := file.read1(HEAD)):
            start += piece
    except _DAMAGE as error:
        damage = error
    return start, io.BufferedReader(_Rejoined(start, file, damage))


class _Rejoined(io.RawIOBase):
    """Bytes that were read ahead, then the rest of their file: a pipe cannot be rewound."""

    def __init__(self, start: bytes, file: _Bytes, damage: Exception | None) -> None:
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


def _shown(path: str | Path) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _reason(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "compressed data ends too early"
    if isinstance(error, gzip.BadGzipFile | zlib.error):
        return f"compressed data is damaged: {error}"
    if isinstance(error, UnicodeError):
        return f"wrong encoding: {error}"
    return f"cannot be read: {error.strerror or error}" if isinstance(error, OSError) else str(error)
