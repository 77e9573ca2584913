"""Turtle as the triples come: prefixes, then a block a subject, a property a line.

Serialisers of RDF libraries sort or shuffle their blocks; this one keeps the order in which `kg.graph` tells the story.
"""

import re
import shutil
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from tempfile import SpooledTemporaryFile
from typing import IO
from urllib.parse import quote

from kg.model import Literal, Term, Triple
from kg.names import PREFIXES, expand

_NAMESPACES = {namespace: prefix for prefix, namespace in PREFIXES.items()}
_TYPE = expand("rdf:type")
_STRING = expand("xsd:string")
# Narrower than the grammar: parsers disagree about escapes, a trailing dot and the empty name.
_LOCAL = re.compile(r"[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*")
_SHORT = {
    expand("xsd:integer"): re.compile(r"[+-]?[0-9]+"),
    expand("xsd:decimal"): re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    expand("xsd:double"): re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+"),
    expand("xsd:boolean"): re.compile("true|false"),
}
# Quotes, backslash, controls, line and paragraph separators, marks that turn the reading direction, surrogates.
_UNSAFE = re.compile(
    '["\\\\\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]'
)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_UNSAFE_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\\ud800-\udfff]')
_COLUMN = 22  # the width of prov:wasAssociatedWith, the longest name but few


def write(triples: Iterable[Triple], file: IO[bytes]) -> None:
    """Write `triples` to a binary file as they come; neighbours with one subject, or also one property, share it."""
    names = _Names()
    with SpooledTemporaryFile(max_size=1 << 26) as body:
        for subject, group in groupby(triples, key=itemgetter(0)):
            body.write(_block(subject, group, names).encode())
        for prefix in sorted(names.prefixes):
            file.write(f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n".encode())
        body.seek(0)
        shutil.copyfileobj(body, file)


def term(term: Term) -> str:
    """One IRI or literal as Turtle writes it: a prefixed name or a bare number where they need no escape.

    A lone surrogate, which UTF-8 cannot carry, becomes U+FFFD.
    """
    return _iri(term) if isinstance(term, str) else _literal(term, _Names())


def ntriple(triple: Triple) -> str:
    """One triple as a line of N-Triples (W3C, 2014), with its end."""
    subject, predicate, value = triple
    if isinstance(value, str):
        written = _full(value)
    else:
        written = _quoted(value.value)
        if value.datatype and value.datatype != _STRING:
            written += f"^^{_full(value.datatype)}"
    return f"{_full(subject)} {_full(predicate)} {written} .\n"


def _full(iri: str) -> str:
    return iri if iri.startswith("_:") else f"<{_UNSAFE_IRI.sub(_percent, iri)}>"


class _Names(dict[str, str]):
    """IRI to its form in Turtle, made when first asked for; `prefixes` are those in use, `columns` properties as a line
    begins with them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.prefixes: set[str] = set()
        self.columns: dict[str, str] = {}

    def __missing__(self, iri: str) -> str:
        form = self[iri] = _iri(iri)
        if form[0] not in "<_":
            self.prefixes.add(form.partition(":")[0])
        return form

    def column(self, predicate: str) -> str:
        name = "a" if predicate == _TYPE else self[predicate]
        column = self.columns[predicate] = f"    {name:<{_COLUMN}} "
        return column


def _block(subject: str, group: Iterable[Triple], names: _Names) -> str:
    lines: list[str] = []
    last = ""
    for _, predicate, value in group:
        written = names[value] if isinstance(value, str) else _literal(value, names)
        if predicate == last:
            lines[-1] += f", {written}"
        else:
            lines.append((names.columns.get(predicate) or names.column(predicate)) + written)
            last = predicate
    return f"\n{names[subject]}\n" + " ;\n".join(lines) + " .\n"


def _iri(iri: str) -> str:
    cut = max(iri.rfind("/"), iri.rfind("#")) + 1
    prefix = _NAMESPACES.get(iri[:cut])
    if prefix and _LOCAL.fullmatch(iri, cut):
        return f"{prefix}:{iri[cut:]}"
    return _full(iri)


def _literal(literal: Literal, names: _Names) -> str:
    value, datatype = literal.value, literal.datatype
    if not datatype or datatype == _STRING:
        return _quoted(value)
    short = _SHORT.get(datatype)
    return value if short and short.fullmatch(value) else f"{_quoted(value)}^^{names[datatype]}"


def _quoted(value: str) -> str:
    plain = value.isprintable() and '"' not in value and "\\" not in value  # as most are, and told at once
    return f'"{value}"' if plain else f'"{_UNSAFE.sub(_escape, value)}"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    return _ESCAPES.get(char) or f"\\u{ord(char):04X}"


def _percent(match: re.Match[str]) -> str:
    return quote(match[0].encode("utf-8", "replace"))
