"""Violations in plain words: each file of examples beside what is said of it."""

import pytest
from conftest import CASES

from kg.store import Store, open_store
from kg.validate import Violation, validate

SHAPES = CASES / "shapes"


def lines(path):
    return [str(violation) for violation in validate(open_store(path))]


@pytest.mark.parametrize("path", sorted(SHAPES.glob("*.valid.ttl")), ids=lambda path: path.stem)
def test_valid(path):
    assert lines(path) == []


@pytest.mark.parametrize("path", sorted(SHAPES.glob("*.invalid.ttl")), ids=lambda path: path.stem)
def test_invalid(path):
    assert lines(path) == path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()


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
