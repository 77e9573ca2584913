"""Violations in plain words: each file of examples beside what is said of it."""

import pytest
from conftest import CASES, GOLDEN
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph

from kg.errors import GraphError
from kg.model import Literal
from kg.names import expand
from kg.store import Store, open_store
from kg.validate import Violation, validate
from kg.validate.constraints import checks

SHAPES = CASES / "shapes"


def lines(path):
    return [str(violation) for violation in validate(open_store(path))]


@pytest.mark.parametrize("path", sorted(SHAPES.glob("*.valid.ttl")), ids=lambda path: path.stem)
def test_valid(path):
    assert lines(path) == []


@pytest.mark.parametrize("path", sorted(SHAPES.glob("*.invalid.ttl")), ids=lambda path: path.stem)
def test_invalid(path):
    assert lines(path) == path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("path", sorted(SHAPES.glob("*.ttl")), ids=lambda path: path.stem)
def test_both_engines_say_the_same(path):
    store = open_store(path)
    assert validate(store) == validate(store, engine="pyshacl")


TRIPLES = open_store(GOLDEN).triples()
XSD = "http://www.w3.org/2001/XMLSchema#"
IRIS = ["hardware:h100", "kg:Metric", "schema:x"]
WRITTEN = ["", "nonsense", "  ", "2024", "<b>", "x" * 300]
TYPED = [("-1", "integer"), ("5.0", "decimal"), ("2024", "gYear")]
TYPED += [("2024-02-03", "date")]
LITERALS = [*map(Literal, WRITTEN), *(Literal(value, XSD + type_) for value, type_ in TYPED)]
VALUES = st.sampled_from([*map(expand, IRIS), *LITERALS])  # no blank node, which pySHACL does not compare
FAULT = st.tuples(st.sampled_from(TRIPLES), st.sampled_from(["drop", "change", "add", "move"]), VALUES)
FAULTS = st.lists(FAULT, min_size=1, max_size=4)


def other(subject, predicate):
    """Another thing with the property, if there is one."""
    return next((s for s, p, _ in TRIPLES if p == predicate and s != subject), subject)


@settings(max_examples=40, deadline=None)
@given(FAULTS)
def test_both_engines_find_the_same_faults(faults):
    triples = set(TRIPLES)
    for (s, p, o), how, value in faults:
        if how != "add":
            triples.discard((s, p, o))
        if how in {"change", "add"}:
            triples.add((s, p, value))
        if how == "move":  # there are as many values as before
            triples.add((other(s, p), p, o))
    store = Store()
    store.extend(triples)
    assert list(map(str, validate(store))) == list(map(str, validate(store, engine="pyshacl")))


def test_one_has_two_and_another_none(golden):
    """What counts values and things alone does not see."""
    triples = set(golden.triples())
    quote = expand("nif:anchorOf")
    (one, _, mine), (other_, _, _) = sorted(triple for triple in triples if triple[1] == quote)[:2]
    triples.remove((one, quote, mine))
    triples.add((other_, quote, Literal(f"{mine.value}s")))
    store = Store()
    store.extend(triples)
    found = list(map(str, validate(store)))
    assert sum("a mention marks exactly one name" in violation for violation in found) == 2
    assert found == list(map(str, validate(store, engine="pyshacl")))


def test_a_class_within_a_class(golden):
    store = Store()
    narrow = "https://example.org/Preprint"
    store.extend(golden.triples())
    store.extend([(narrow, expand("rdfs:subClassOf"), expand("kg:Paper"))])
    assert validate(store) == []
    store.extend([("https://example.org/p", expand("rdf:type"), narrow)])
    found = validate(store)
    assert {violation.iri for violation in found} == {"https://example.org/p"}
    assert found == validate(store, engine="pyshacl")


def test_a_constraint_that_is_not_translated_is_an_error():
    about = "@prefix sh: <http://www.w3.org/ns/shacl#> . [] sh:targetClass sh:Shape ; sh:path sh:name ; "
    with pytest.raises(GraphError, match="uniqueLang is not translated"):
        list(checks(Graph().parse(data=f"{about} sh:uniqueLang true .")))


def test_golden_is_valid_and_stays_as_it_is(golden):
    before = len(golden)
    assert validate(golden) == []
    assert len(golden) == before


def test_nothing_breaks_no_rule():
    assert validate(Store()) == []


def test_violation_is_data(tmp_path):
    path = tmp_path / "graph.ttl"
    path.write_text(
        "@prefix dcterms: <http://purl.org/dc/terms/> . @prefix kg: <https://w3id.org/paperkg/ontology#> .\n"
        "@prefix paper: <https://w3id.org/paperkg/id/paper/> . @prefix schema: <https://schema.org/> .\n"
        'paper:a a kg:Paper, schema:ScholarlyArticle ; dcterms:title "T\\u001b[31m" .',
        encoding="utf-8",
    )
    (violation,) = validate(open_store(path))
    assert violation == Violation(
        subject='paper "T\\u001B[31m"',
        iri="https://w3id.org/paperkg/id/paper/a",
        field="abstract",
        message="a paper has exactly one abstract, a plain string that is not empty",
        found="none",
    )
    assert str(violation) == (
        'paper "T\\u001B[31m": abstract: a paper has exactly one abstract, a plain string that is not empty; '
        "found none (paper:a)"
    )


def test_blank_nodes_can_be_named_too():
    store = Store()
    store.extend([("_:b", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "https://w3id.org/paperkg/ontology#Task")])
    assert any("a task is also typed skos:Concept" in str(violation) for violation in validate(store))


def test_long_values_are_cut():
    store = open_store(SHAPES / "unit.invalid.ttl")
    store.native.update(
        'INSERT DATA { <http://qudt.org/vocab/unit/SEC> <http://qudt.org/schema/qudt/symbol> "%s" }' % ("s" * 500)
    )
    assert max(len(str(violation)) for violation in validate(store)) < 400
