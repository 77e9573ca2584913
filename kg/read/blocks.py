"""Records of several lines: where one ends and the next begins."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kg.model import Reject
from kg.read.source import Line, Source

RECORD_LIMIT = 1 << 22  # characters; no record of a paper is longer, and a hostile one must not fill the memory


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of a record; never empty."""

    lines: Sequence[Line]

    @property
    def number(self) -> int:
        return self.lines[0].number

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


def blocks(
    source: Source, begins: Callable[[str], bool], ends: Callable[[str], bool] = lambda _: False
) -> Iterator[Block | Reject]:
    """The lines from each that begins a record to the one that ends it, or to the next beginning.

    Lines between two records are a block of their own: whether they are a record without its first line, only the
    format can tell. A record with a line that cannot be read, or too long to be one, is a Reject.
    """
    block: list[Line] = []
    size, lost = 0, False  # after a fault, what is left of the record
    for line in source.lines():
        if begins(line.text):
            if block:
                yield Block(block)
            block, size, lost = [], 0, False
        size += len(line.text) + 1
        fault = line.fault
        if size > RECORD_LIMIT and not lost:
            fault = f"record of more than {RECORD_LIMIT:,} characters"
        if fault:
            yield source.reject(line.number, fault, "\n".join(part.text for part in block))
            block, size, lost = [], 0, True
        elif not lost and (block or line.text.strip()):
            block.append(line)
        if ends(line.text):
            if block:
                yield Block(block)
            block, size, lost = [], 0, False
    if block:
        yield Block(block)
