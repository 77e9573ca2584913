"""Where the files that come with the package are, and how files are written: whole or not at all, by one at a time."""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

from kg.errors import InputError

PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder `shapes` or `queries`: inside an installed package as `_name`, in a checkout beside the package."""
    for place in (PACKAGE / f"_{name}", PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise InputError(f"{name}: not part of this installation")


@cache
def code_digest() -> str:
    """The SHA-256 of the code of this program: what another state of it made is told by that."""
    return hashed(PACKAGE, PACKAGE.rglob("*.py")).hexdigest()


def hashed(folder: Path, paths: Iterable[Path]) -> "hashlib._Hash":
    """The SHA-256 of files, by their names within a folder and their contents."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest


@contextmanager
def atomic(path: Path) -> Iterator[IO[bytes]]:
    """A binary file beside `path` that takes its place when the block ends well, and vanishes when it does not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)  # mkstemp makes it private; a result is as readable as any other file
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """A new folder beside `path` that takes its place when the block ends well, and vanishes when it does not.

    What a process left there that was killed meanwhile goes too.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    mark = f".{path.name}.new-"
    for left in path.parent.iterdir():
        if left.name.startswith(mark) and not _alive(left.name.removeprefix(mark).partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f"{mark}{os.getpid()}-") as name:
        new, old = Path(name) / "new", Path(name) / "old"
        new.mkdir()
        yield new
        if path.exists():
            path.replace(old)
        new.replace(path)


def _alive(process: str) -> bool:
    """Whether a process of that number may still be at work."""
    if not process.isdecimal() or sys.platform == "win32":  # where to ask would end it
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


@contextmanager
def claimed(output: Path, folder: Path | None = None) -> Iterator[None]:
    """Keep other builds out of a folder, and clear away what one that was killed left there.

    InputError when another build is at work there, or when the store of the build would take the place of something
    else in `folder`; OSError when nothing can be written there.
    """
    import filelock  # noqa: PLC0415

    replaceable(folder, output)
    try:
        (output / ".cache").mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(output / ".cache" / "lock", timeout=0)
        with lock:
            for left in output.glob(".build-*"):
                shutil.rmtree(left, ignore_errors=True)
            yield
    except filelock.Timeout as error:
        raise InputError(f"{output}: another build is at work there") from error


def replaceable(folder: Path | None, output: Path) -> None:
    """InputError for a folder whose place a store must not take."""
    if folder is None or not folder.exists():
        return
    place = folder.resolve()
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / "CURRENT").is_file()):
        raise InputError(f"{folder}: holds something else than a store; name a folder that is not there yet")
    if any(other.is_relative_to(place) for other in (output.resolve(), Path.cwd())):
        raise InputError(f"{folder}: a store there would take the place of what is in it")
