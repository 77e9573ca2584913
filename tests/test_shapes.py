"""The shapes as files: well-formed, spelt as the ontology spells, each with a message that some example triggers."""

import re

import pyshacl
import pytest
import rdflib
from conftest import CASES, GOLDEN
from rdflib import RDF, SH, Graph

from kg.files import folder
from kg.graph import ontology
from kg.names import ONTOLOGY, PREFIXES

FILES = sorted(folder("shapes").glob("*.ttl"))


@pytest.fixture(scope="module")
def shapes():
    graph = Graph()
    for path in FILES:
        graph.parse(path)
    return graph


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_prefixes_are_the_projects_own(path):
    text = path.read_text(encoding="utf-8")
    for prefix, iri in re.findall(r"(?:@prefix|PREFIX) (\w+): <(.*?)>", text):
        if prefix not in {"sh", "shape"}:
            assert PREFIXES[prefix] == iri
        assert text.count(f"{prefix}:") > 1, f"{prefix} is not used"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_has_its_examples(path):
    for kind in ("valid.ttl", "invalid.ttl", "invalid.txt"):
        assert (CASES / "shapes" / f"{path.stem}.{kind}").is_file()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_term_is_one_of_the_ontology(path):
    known = {str(term) for term in Graph().parse(ontology()).subjects(RDF.type)}
    for name in re.findall(r"\bkg:(\w+)", path.read_text(encoding="utf-8")):
        assert ONTOLOGY + name in known, name


def test_each_target_stands_in_the_golden_graph(shapes):
    """A misspelt target would be a shape that nothing breaks."""
    used = set(Graph().parse(GOLDEN).objects(None, RDF.type))
    assert set(shapes.objects(None, SH.targetClass)) <= used


def test_each_shape_is_named_and_speaks(shapes):
    named = set(shapes.subjects(RDF.type, SH.PropertyShape))
    constraints = set(shapes.subjects(RDF.type, SH.SPARQLConstraint))
    for shape in named:
        assert isinstance(shape, rdflib.URIRef)
        assert shapes.value(shape, SH.targetClass), shape
        assert shapes.value(shape, SH.name), shape
    assert set(shapes.objects(None, SH.sparql)) == constraints
    silent = [
        shape
        for shape in {*named, *constraints, *shapes.subjects(RDF.type, SH.NodeShape)}
        if not shapes.value(shape, SH.message) and not shapes.value(shape, SH.sparql)
    ]
    assert silent == []


def test_each_message_is_triggered_by_an_example(shapes):
    said = "".join(path.read_text(encoding="utf-8") for path in (CASES / "shapes").glob("*.invalid.txt"))
    assert [str(message) for message in shapes.objects(None, SH.message) if str(message) not in said] == []


def test_shapes_are_shacl(shapes):
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=shapes, meta_shacl=True)
    assert conforms, text
