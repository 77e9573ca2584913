"""Where records come from: files, folders, patterns, standard input, packed or not, each as numbered lines."""

import codecs
import glob
import io
import os
import re
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from kg.errors import InputError
from kg.model import Paper, Reject
from kg.read.packed import DAMAGE, ZIP, Bytes, Member, is_zip, members, reason, unpacked

PIECE = 1 << 16  # bytes
LINE_LIMIT = 1 << 24  # characters; no record of a paper is longer, and a hostile one must not fill the memory
RAW_LIMIT = 100_000  # characters of a rejected record that are kept for mending

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_WIDE = frozenset(encoding for _, encoding in _BOMS)
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_ANY_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_LATIN = re.compile(rb"[A-Za-z][\xc0-\xff]|[\xc0-\xff][A-Za-z]")  # an accent in a word


File = Path | Member


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
        errors = "strict" if self.encoding in _WIDE else "surrogateescape"
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
        except DAMAGE as error:
            yield Line(number + 1, "", reason(error))

    def pieces(self) -> Iterator[str | Reject]:
        """The text in pieces of any length, with LF for each line end; damage ends it with a Reject."""
        errors = "strict" if self.encoding in _WIDE else "surrogateescape"
        decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(self.encoding)(errors), translate=True)
        number = 1
        try:
            while data := self.stream.read1(PIECE):
                piece = decoder.decode(data)
                number += piece.count("\n")
                yield piece
            yield decoder.decode(b"", final=True)
        except DAMAGE as error:
            yield self.reject(number, reason(error))

    def kept(self, line: int, found: Paper | str, raw: str) -> Paper | Reject:
        """The paper, or the reject that a reason makes of its record."""
        return self.reject(line, found, raw) if isinstance(found, str) else found

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
        elif not os.path.lexists(name) and not _matching(name):
            raise InputError(f"{_shown(name)}: no such file or folder")


def files(name: str | Path) -> Iterator[File | Reject]:
    """The input itself, every file below a folder in sorted order, or every match of a pattern (`papers/**/*.xml`).

    A zip gives its members. Hidden files (`.git`, `.DS_Store`) are skipped. Inside a folder only regular files are
    opened: a named pipe or a device could block for ever. Links are followed, each folder once.
    """
    seen: set[tuple[int, int]] = set()
    if str(name) == "-" or os.path.lexists(name):
        path = Path(name)
        yield from _walk(path, seen) if path.is_dir() else _unzipped(path)
    else:
        for match in _matching(name):
            yield from _entry(match, seen)


def _matching(name: str | Path) -> list[Path]:
    return sorted(map(Path, glob.glob(str(name), recursive=True)))  # noqa: PTH207  # Path.glob takes no absolute one


def _unzipped(path: Path) -> Iterator[File | Reject]:
    if is_zip(path):
        yield from members(path, _shown(path))
    else:
        yield path


def _walk(folder: Path, seen: set[tuple[int, int]]) -> Iterator[File | Reject]:
    try:
        status = folder.stat()
        children = sorted(folder.iterdir())
    except OSError as error:
        yield Reject(_shown(folder), None, reason(error))
        return
    if (status.st_dev, status.st_ino) in seen:
        return
    seen.add((status.st_dev, status.st_ino))
    if not children:
        yield Reject(_shown(folder), None, "empty folder")
    for child in children:
        if child.name.startswith("."):
            continue
        yield from _entry(child, seen)


def _entry(path: Path, seen: set[tuple[int, int]]) -> Iterator[File | Reject]:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        yield Reject(_shown(path), None, reason(error))
        return
    if stat.S_ISDIR(mode):
        yield from _walk(path, seen)
    elif stat.S_ISREG(mode):
        yield from _unzipped(path)
    else:
        yield Reject(_shown(path), None, "not a regular file")


@contextmanager
def opened(path: File) -> Iterator[Source | Reject]:
    """The file, unpacked when it is packed, ready to be recognised and read; or why it cannot be opened."""
    name = path.name if isinstance(path, Member) else "<stdin>" if str(path) == "-" else _shown(path)
    try:
        file = _file(path)
    except DAMAGE as error:
        yield Reject(name, None, reason(error))
        return
    try:
        start, stream = unpacked(file)
        if start.startswith(ZIP):
            yield Reject(name, None, "a zip is read from a file, not from standard input or out of another")
            return
        encoding = _encoding(start)
        head = re.sub("\r\n?", "\n", start.decode(encoding, "replace"))
        yield Source(name, head, encoding, stream)
    finally:
        if file is not sys.stdin.buffer:
            file.close()


def _encoding(start: bytes) -> str:
    """UTF-16 and UTF-32 by their marks; Windows' Latin where accents stand alone and nothing is UTF-8; else UTF-8."""
    marked = next((encoding for bom, encoding in _BOMS if start.startswith(bom)), None)
    return marked or ("cp1252" if _LATIN.search(start) and not _ANY_UTF8.search(start) else "utf-8-sig")


def _file(path: File) -> Bytes:
    if isinstance(path, Member):
        return path.open()
    return cast(io.BufferedReader, sys.stdin.buffer) if str(path) == "-" else path.open("rb")


def _shown(path: str | Path) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")
