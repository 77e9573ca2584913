"""What RIS, MEDLINE and Web of Science share: lines that begin with a tag, and lines that go on."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from kg.model import Paper, Reject
from kg.read.blocks import blocks
from kg.read.source import Source

Values = Mapping[str, Sequence[str]]  # each tag with its values in order; lines within a value stay apart


def parse(
    source: Source, tag: re.Pattern[str], first: str, last: str, paper: Callable[[Values], Paper | str | None]
) -> Iterator[Paper | Reject]:
    """The records from the tag `first` to the tag `last`, or to the next `first`.

    `tag` matches what stands before a value and has the tag as its group 1. `paper` gives None for lines that are no
    record, such as the head of the file.
    """

    def is_tag(text: str, wanted: str) -> bool:
        match = tag.match(text.lstrip("\ufeff"))
        return match is not None and match[1] == wanted

    for block in blocks(source, lambda text: is_tag(text, first), lambda text: is_tag(text, last)):
        if isinstance(block, Reject):
            yield block
            continue
        lines: dict[str, list[list[str]]] = {}
        current: list[str] = []
        for line in block.lines:
            text = line.text.lstrip("\ufeff").rstrip()
            if match := tag.match(text):
                current = [text[match.end() :].lstrip()]
                lines.setdefault(match[1], []).append(current)
            elif current and text:
                current.append(text.lstrip())
        values = {name: ["\n".join(value) for value in several] for name, several in lines.items()}
        found = paper(values) if values else None
        if found is not None:
            yield source.kept(block.number, found, block.text.rstrip("\n"))


def one(values: Values, *tags: str) -> str:
    """The longest value of the tags, as one line; the first of those as long."""
    return max((value.replace("\n", " ") for tag in tags for value in values.get(tag, ())), key=len, default="")


def every(values: Values, *tags: str) -> list[str]:
    """All values of the tags, as they are."""
    return [value for tag in tags for value in values.get(tag, ())]


def split(values: Values, *tags: str, at: str = "[;\n]") -> list[str]:
    """All values of the tags, cut at what parts a list."""
    return [part for value in every(values, *tags) for part in re.split(at, value)]


def first_name_first(name: str) -> str:
    """`Ann Lee` for `Lee, Ann`, and `Ann Lee Jr.` for `Lee, Ann, Jr.`."""
    last, *first = (part.strip() for part in name.split(","))
    return " ".join([first[0], last, *first[1:]]).strip() if len(first) in (1, 2) else name
