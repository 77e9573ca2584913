"""JSON Lines: one object a line, of any of `kg.read.shapes`."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from kg.model import Paper, Reject
from kg.read import shapes
from kg.read.source import Line, Source, bad_byte

_OPENING = re.compile(r'\{\s*["}]')

_TOLD = tuple(field.name for field in fields(Paper) if field.name not in {"key", "versions"})


def recognise(head: str) -> bool:
    """An object begins the file, or stands on a line of its own (after a broken one)."""
    lines = head.lstrip("\ufeff \t\r\n").splitlines()
    return bool(lines) and (
        bool(_OPENING.match(lines[0])) or any(line.startswith("{") and _is_object(line) for line in lines)
    )


def _is_object(line: str) -> bool:
    return isinstance(loaded(line), dict)


def loaded(line: str) -> object:
    """The value of a JSON text, or a ValueError that tells what is wrong with it."""
    try:
        return json.loads(line, strict=False)  # a raw tab or NUL in a string is wrong, but harms nothing
    except json.JSONDecodeError as error:
        place = f"column {error.colno}" + (f" of the record's line {error.lineno}" if error.lineno > 1 else "")
        return ValueError(f"broken JSON: {error.msg.removesuffix(' at')} at {place}")
    except RecursionError:
        return ValueError("broken JSON: nested too deeply")
    except ValueError as error:  # an integer of thousands of digits
        return ValueError(f"broken JSON: {error}")


def line(paper: Paper) -> str:
    """The paper as `parse` reads it again, but for what joining found; without the newline."""
    told = {name: value for name in _TOLD if (value := getattr(paper, name)) not in (None, ())}
    return json.dumps(told, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Row:
    """A JSON object: the number of its line, what is written there, and its content."""

    line: int
    written: str
    value: Mapping[str, Any]


def parse(source: Source) -> Iterator[Paper | Reject]:
    return papers(source, objects(source))


def papers(source: Source, rows: Iterable[Row | Reject]) -> Iterator[Paper | Reject]:
    """The paper of each object, or why it is none."""
    for row in rows:
        yield row if isinstance(row, Reject) else source.kept(row.line, shapes.paper(row.value), row.written)


def objects(source: Source, lines: Iterable[Line] | None = None) -> Iterator[Row | Reject]:
    """The object of each line that is not empty, or why the line holds none; by default of each line of the file."""
    for line in source.lines() if lines is None else lines:
        written = line.text.strip("\ufeff \t\r\n")
        if not written and not line.fault:
            continue
        if fault := line.fault or bad_byte(written):
            yield source.reject(line.number, fault, written)
            continue
        value = loaded(written)
        if isinstance(value, dict):
            yield Row(line.number, written, value)
        else:
            reason = str(value) if isinstance(value, ValueError) else "not a JSON object"
            yield source.reject(line.number, reason, written)
