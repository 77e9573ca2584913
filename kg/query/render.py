"""An answer as text: a table for people, or the formats that programs read."""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from itertools import zip_longest

from kg import turtle
from kg.errors import QueryError
from kg.model import Literal, Table, Term, Triple
from kg.names import expand
from kg.store import Answer, sparql_term
from kg.text import printable

FORMATS = ("table", "csv", "tsv", "json", "ttl")

_DECIMAL = expand("xsd:decimal")
_NUMBERS = frozenset({_DECIMAL, expand("xsd:double"), expand("xsd:integer")})
_GAP = "   "
_RULE = "─"
_NOTHING = "Nothing found.\n"


def render(answer: Answer, format: str = "table", *, width: int | None = None) -> str:  # noqa: A002
    """The answer as `table`, `csv`, `tsv`, `json` (SPARQL's result formats) or, for triples, `ttl`; ends in a newline.

    A table for people shows `xLabel` instead of `x`, leaves out columns without a value and folds lines at `width`
    characters, if that is given; the other formats give every column and term. QueryError for an unknown format, and
    for `ttl` where the answer is no triples.
    """
    if format not in FORMATS:
        raise QueryError(f"{format}: no such format; known are {', '.join(FORMATS)}")
    if format == "ttl":
        return _ttl(answer)
    if format == "json":
        return _json(answer)
    if isinstance(answer, bool):
        return f"{str(answer).lower()}\n"
    return {"table": _table, "csv": _csv, "tsv": _tsv}[format](_rows(answer), width)


def _rows(answer: Table | tuple[Triple, ...]) -> Table:
    return answer if isinstance(answer, Table) else Table(("subject", "predicate", "object"), tuple(_sorted(answer)))


def _sorted(triples: Iterable[Triple]) -> list[Triple]:
    """Triples are a set; in this order they read well and are the same each time."""
    return sorted(triples, key=lambda triple: (*triple[:2], sparql_term(triple[2])))


def _table(table: Table, width: int | None) -> str:
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415  # its tables take a minute for 30,000 rows

    if not table.rows:
        return _NOTHING
    shown = [
        (name, cells)
        for name, cells in zip(table.columns, zip(*table.rows, strict=True), strict=True)
        if f"{name}Label" not in table.columns and any(cell is not None for cell in cells)
    ]
    if not shown:
        return _NOTHING
    columns = [[_heading(name), *_cells(cells)] for name, cells in shown]
    numbers = [any(isinstance(cell, Literal) and cell.datatype in _NUMBERS for cell in cells) for _, cells in shown]
    widths = _fitted([max(map(cell_len, column)) for column in columns], width)
    text = StringIO()
    for number, row in enumerate(zip(*columns, strict=True)):
        for line in zip_longest(*map(_folded, row, widths), fillvalue=""):
            cells = [
                " " * (size - cell_len(cell)) + cell if right else set_cell_size(cell, size)
                for cell, size, right in zip(line, widths, numbers, strict=True)
            ]
            text.write(f" {_GAP.join(cells)}".rstrip() + "\n")
        if number == 0:
            text.write(f" {_RULE * (sum(widths) + len(_GAP) * (len(widths) - 1))}\n")
    return text.getvalue()


def _fitted(widths: Sequence[int], most: int | None) -> list[int]:
    """The widths of columns, the widest narrowed until all fit."""
    fitted = list(widths)
    room = None if most is None else max(most - 1 - len(_GAP) * (len(fitted) - 1), len(fitted))
    while room is not None and sum(fitted) > room:
        fitted[fitted.index(max(fitted))] -= 1
    return fitted


def _folded(cell: str, width: int) -> list[str]:
    """The lines of a cell: broken between words, and within a word that is wider than the column."""
    from rich.cells import cell_len  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    if cell_len(cell) <= width:
        return [cell]
    return [line.plain.rstrip() for line in Text(cell).wrap(Console(), width, overflow="fold")]


def _heading(column: str) -> str:
    """`baselineValue` is headed `baseline value`, and `paperLabel` `paper`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column.removesuffix("Label")).lower()
    return printable(words or column)


def _cells(terms: Sequence[Term | None]) -> list[str]:
    """A column's cells; a store turns 39.0 into 39, so where one decimal has places, all have at least one."""
    decimals = [term.value for term in terms if isinstance(term, Literal) and term.datatype == _DECIMAL]
    fraction = any("." in value for value in decimals)
    return [_cell(term, fraction=fraction) for term in terms]


def _cell(term: Term | None, *, fraction: bool) -> str:
    if term is None:
        return ""
    if isinstance(term, str):
        return printable(turtle.term(term).strip("<>"))
    if term.datatype == _DECIMAL and "." not in term.value:
        return f"{term.value}.0" if fraction else f"{int(term.value):,}"
    return printable(term.value)


def _csv(table: Table, _: int | None) -> str:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(table.columns)
    writer.writerows([term.value if isinstance(term, Literal) else term for term in row] for row in table.rows)
    return text.getvalue()


def _tsv(table: Table, _: int | None) -> str:
    lines = ["\t".join(f"?{column}" for column in table.columns)]
    lines += ["\t".join("" if term is None else _tsv_term(term) for term in row) for row in table.rows]
    return "".join(f"{line}\n" for line in lines)


def _tsv_term(term: Term) -> str:
    """As N-Triples, numbers as Turtle abbreviates them; a tab within is escaped."""
    if isinstance(term, Literal) and term.datatype in _NUMBERS:
        short = turtle.term(term)
        return sparql_term(term) if '"' in short else short
    return sparql_term(term).replace("\t", "\\t")


def _json(answer: Answer) -> str:
    if isinstance(answer, bool):
        told: dict[str, object] = {"head": {}, "boolean": answer}
    else:
        table = _rows(answer)
        bindings = [
            {column: _binding(term) for column, term in zip(table.columns, row, strict=True) if term is not None}
            for row in table.rows
        ]
        told = {"head": {"vars": table.columns}, "results": {"bindings": bindings}}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _binding(term: Term) -> dict[str, str]:
    if isinstance(term, Literal):
        return {"type": "literal", "value": term.value} | ({"datatype": term.datatype} if term.datatype else {})
    if term.startswith("_:"):
        return {"type": "bnode", "value": term[2:]}
    return {"type": "uri", "value": term}


def _ttl(answer: Answer) -> str:
    if not isinstance(answer, tuple):
        raise QueryError("ttl is for CONSTRUCT and DESCRIBE; take table, csv, tsv or json")
    file = BytesIO()
    turtle.write(_sorted(answer), file)
    return file.getvalue().decode()
