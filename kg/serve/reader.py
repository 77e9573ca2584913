"""The extraction of what somebody pastes: in a process of its own, in memory, within limits.

The process is started ahead: it loads all that it needs, then waits for the text on its standard input.
"""

import asyncio
import contextlib
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass

_SECONDS = 60
_MEMORY = 4 << 30  # bytes of address space
_LONGEST = 16 << 20  # bytes of an answer


@dataclass(frozen=True, slots=True)
class Extracted:
    """JSON Lines, one paper a line, and what was said of the rest, a line a record."""

    papers: bytes
    said: str


class Reader:
    """`command` reads a text from its standard input and writes JSON Lines: `kg extract -`. One text at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._turn = asyncio.Lock()
        self._waiting: asyncio.subprocess.Process | None = None

    async def warm(self) -> None:
        """Start the process, if none waits."""
        if self._waiting is None or self._waiting.returncode is not None:
            pipe = asyncio.subprocess.PIPE
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
            )
            if sys.platform == "linux":
                with contextlib.suppress(OSError, ValueError):  # it has ended, or may have less already
                    resource.prlimit(process.pid, resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            self._waiting = process

    async def extract(self, text: bytes) -> Extracted | None:
        """What is in the text, in any format that `kg build` reads; None when that took too long or too much."""
        async with self._turn:
            await self.warm()
            process, self._waiting = self._waiting, None
            assert process is not None
            try:
                papers, said = await asyncio.wait_for(process.communicate(text), _SECONDS)
            except TimeoutError:
                return None
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            await self.warm()
        if len(papers) > _LONGEST or process.returncode is None or process.returncode < 0:
            return None
        return Extracted(papers, said.decode("utf-8", "replace"))

    async def close(self) -> None:
        if self._waiting is not None and self._waiting.returncode is None:
            self._waiting.kill()
            await self._waiting.wait()
