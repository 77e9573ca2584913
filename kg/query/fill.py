"""Values for the slots of a question: a name in the user's words becomes the terms that bear it."""

import re
from collections.abc import Mapping
from difflib import get_close_matches

from kg import turtle
from kg.errors import QueryError
from kg.model import TYPES, Literal, Term
from kg.names import KINDS, ONTOLOGY, PREFIXES, expand, is_key, thing
from kg.query.questions import Query, read, shipped
from kg.store import Answer, Remote, Store, select, sparql_term
from kg.text import fold

_LABELS = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX fabio: <http://purl.org/spar/fabio/>
PREFIX kg: <https://w3id.org/paperkg/ontology#>
PREFIX prism: <http://prismstandard.org/namespaces/basic/2.0/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?thing ?label WHERE {
  VALUES ?class { %s }
  ?thing a ?class ; skos:prefLabel|skos:altLabel|kg:acronym|dcterms:title|fabio:hasArXivId|prism:doi ?label .
  %s
}
ORDER BY ?label ?thing"""
_KEYED = """
PREFIX kg: <https://w3id.org/paperkg/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?thing WHERE { VALUES ?class { %s } VALUES ?thing { %s } ?thing a ?class } ORDER BY ?thing"""
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d(-\d\d)?", re.ASCII)


def run(store: Store | Remote, question: Query | str, values: Mapping[str, str] | None = None) -> Answer:
    """The answer to a question: a `Query`, the name of a shipped one, or SPARQL text, with `values` in its slots.

    QueryError, in one line, for an unknown name, parameter or value, and for SPARQL that is broken or refused.
    """
    return store.query(fill(_found(question), values or {}, store))


def _found(question: Query | str) -> Query:
    if isinstance(question, Query):
        return question
    if len(question.split()) != 1 or "{" in question:
        return read(question)
    known, name = shipped(), question.strip()
    if name not in known:
        raise QueryError(f"{name}: no such question{_hint(name, known)}; `kg queries` lists them")
    return known[name]


def fill(query: Query, values: Mapping[str, str], store: Store | Remote) -> str:
    """The query's text with each value's terms in its `VALUES ?name { UNDEF }` slots; the others stay open.

    A value is a label, alternative label, acronym, title, key, arXiv id or DOI in any case, a class name, an integer, a
    date, an IRI or a prefixed name; all that it may mean is asked for. A parameter called `paper`, `concept` or like a
    type (`metric`) takes only things of that kind. QueryError for an unknown parameter, and, with near matches, for an
    unknown value.
    """
    text = query.text
    for name, value in values.items():
        if name not in query.parameters:
            known = f"it has {', '.join(query.parameters)}" if query.parameters else "it has none"
            raise QueryError(f"{query.name}: no parameter {name!r}; {known}")
        slot = re.compile(rf"\b(VALUES\s+\?{name}\s*\{{)\s*UNDEF\s*\}}", re.IGNORECASE)
        terms = " ".join(map(sparql_term, _terms(store, name, value)))
        text, filled = slot.subn(lambda match, terms=terms: f"{match[1]} {terms} }}", text)  # type: ignore[misc]
        if not filled:
            raise QueryError(f"{query.name}: declares {name!r} but has no slot VALUES ?{name} {{ UNDEF }}")
    return text


def _terms(store: Store | Remote, name: str, value: str) -> list[Term]:
    value = value.strip()
    type_ = next((type_ for type_ in (*TYPES, "Paper", "Concept") if type_.lower() == name.lower()), None)
    iri = _iri(value)
    if iri is not None:
        return [iri]
    terms: list[Term] = []
    if type_ is None:
        terms += [ONTOLOGY + class_ for class_ in TYPES if fold(class_) == fold(value)]
        terms += [Literal(value, expand("xsd:integer"))] if _INTEGER.fullmatch(value) else []
        terms += [Literal(value)] if _DATE.fullmatch(value) else []
    terms += things(store, value, type_)
    if not terms:
        what = type_.lower() if type_ else "thing"
        others = ", ".join(map(turtle.term, things(store, value))) if type_ else ""
        near = (
            f", but {others} is called so"
            if others
            else _hint(value, {*_labelled(store, type_), *(() if type_ else TYPES)})
        )
        raise QueryError(f"{name}={value}: the graph has no {what} of that name{near}")
    return terms


def things(store: Store | Remote, name: str, type_: str | None = None) -> list[str]:
    """The IRIs of all concepts and papers of that name, in order; only those of a type, when it is given.

    A key, a label as it is written but for case, or else a label that folds to the same; for papers also a part of the
    title.
    """
    classes = _classes(type_)
    keys = [f"<{thing(kind, name.lower())}>" for kind in KINDS] if is_key(name.lower()) else []
    wanted = sparql_term(Literal(re.sub("^(arxiv|doi):", "", name.lower())))
    found = [
        *_iris(store, _KEYED % (classes, " ".join(keys))),
        *_iris(store, _LABELS % (classes, f"FILTER(LCASE(STR(?label)) = {wanted})")),
    ]
    if not found and name:
        labels, folded = _labelled(store, type_), fold(name)
        found = [iri for label, iris in labels.items() if fold(label) == folded for iri in iris]
        if not found and type_ == "Paper":
            found = [iri for label, iris in labels.items() if folded in fold(label) for iri in iris]
    return list(dict.fromkeys(found))


def _labelled(store: Store | Remote, type_: str | None) -> dict[str, list[str]]:
    """Each label with the IRIs that bear it."""
    labelled: dict[str, list[str]] = {}
    for iri, label in select(store, _LABELS % (_classes(type_), "")).rows:
        if isinstance(iri, str) and isinstance(label, Literal):
            labelled.setdefault(label.value, []).append(iri)
    return labelled


def _classes(type_: str | None) -> str:
    if type_ is None:
        return "skos:Concept kg:Paper"
    return "skos:Concept" if type_ == "Concept" else f"kg:{type_}"


def _iris(store: Store | Remote, sparql: str) -> list[str]:
    return [row[0] for row in select(store, sparql).rows if isinstance(row[0], str)]


def _iri(value: str) -> str | None:
    """The IRI that a value is, as `<http...>`, `http...` or a prefixed name; None for any other value."""
    prefix, colon, local = value.partition(":")
    if colon and prefix in PREFIXES and local and not local.startswith(" "):
        value = expand(value)
    match = re.fullmatch(r"<?(https?://[^<>]*)>?", value)
    try:
        return sparql_term(match[1])[1:-1] if match else None
    except ValueError as error:
        raise QueryError(f"{value}: not an IRI: {error}") from error


def _hint(name: str, known: Mapping[str, object] | set[str]) -> str:
    forms = {fold(label): label for label in sorted(known, reverse=True)}
    near = [forms[form] for form in get_close_matches(fold(name), forms, n=3)]
    return f" (did you mean {' or '.join(map(repr, near))}?)" if near else ""
