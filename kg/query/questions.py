"""A question: SPARQL with a summary and named slots, from `queries/` or from a user."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kg.errors import QueryError
from kg.files import folder
from kg.names import PREFIXES

if TYPE_CHECKING:
    from rdflib.plugins.sparql.parserutils import CompValue

_SUMMARY = re.compile(r"^#\+ summary:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_PARAMETER = re.compile(r"^#\+ param (\w+):[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_REFUSED = {
    "ServiceGraphPattern": "SERVICE would ask another server",
    "DatasetClause": "FROM would fetch another graph",
}


@dataclass(frozen=True, slots=True)
class Query:
    """One question; `parameters` maps the name of each `VALUES ?name { UNDEF }` slot to what it means."""

    name: str
    summary: str
    text: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def shipped() -> dict[str, Query]:
    """The questions that come with the package, by name."""
    files = sorted(folder("queries").glob("*.rq"))
    return {path.stem: _parsed(path.stem, path.read_text(encoding="utf-8")) for path in files}


def read(text: str, name: str = "query") -> Query:
    """A user's question, in which the project's prefixes need no declaration.

    QueryError unless it is SPARQL 1.1 that only reads, and only the graph at hand.
    What it does is seen in its parse tree. What is asked later is the text that was parsed: parsers disagree about
    carriage returns and about the time when an escaped quote becomes a quote, and in the gap a SERVICE could hide.
    """
    text = _plain(text)
    parts = list(_parts(_tree(text)))
    for part in parts:
        if part.name in _REFUSED:
            raise QueryError(f"{name}: {_REFUSED[part.name]}, which is refused")
    declared = {part.get("prefix") for part in parts if part.name == "PrefixDecl"}
    known = [f"PREFIX {prefix}: <{iri}>" for prefix, iri in PREFIXES.items() if prefix not in declared]
    return replace(_parsed(name, text), text=" ".join([*known, text]))  # in one line: errors name lines of the text


def _parsed(name: str, text: str) -> Query:
    summary = _SUMMARY.search(text)
    return Query(name, summary[1] if summary else "", text, dict(_PARAMETER.findall(text)))


def _plain(text: str) -> str:
    from rdflib.plugins.sparql.parser import expandUnicodeEscapes  # noqa: PLC0415

    try:
        plain: str = expandUnicodeEscapes(text.replace("\r\n", "\n").replace("\r", "\n"))
        if expandUnicodeEscapes(plain) != plain or "\r" in plain:
            raise QueryError("an escape within an escape is refused")
        plain.encode()
    except (ValueError, OverflowError) as error:
        raise QueryError("an escape that is no character") from error
    return plain


def _tree(text: str) -> object:
    from pyparsing import ParseBaseException  # noqa: PLC0415
    from rdflib.plugins.sparql.parser import parseQuery  # noqa: PLC0415

    try:
        return parseQuery(text)
    except ParseBaseException as error:
        found = text[error.loc : error.loc + 20].split()
        place = f"line {error.lineno}, column {error.column}"
        at = repr(found[0]) if found else "the end"
        raise QueryError(f"{place}: no SPARQL 1.1 query; it goes wrong at {at}") from error
    except RecursionError as error:
        raise QueryError("nested too deeply") from error


def _parts(tree: object) -> Iterator["CompValue"]:
    """All nodes of a parse tree."""
    from pyparsing import ParseResults  # noqa: PLC0415
    from rdflib.plugins.sparql.parserutils import CompValue  # noqa: PLC0415

    rest = [tree]
    while rest:
        node = rest.pop()
        if isinstance(node, CompValue):
            yield node
            rest.extend(node.values())
        elif isinstance(node, list | tuple | ParseResults):
            rest.extend(node)
