import re
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS

from kg.graph import ontology
from kg.names import ONTOLOGY, PREFIXES

ROOT = Path(__file__).parent.parent
KG = rdflib.Namespace(ONTOLOGY)
QUDT = rdflib.Namespace(PREFIXES["qudt"])
CURIE = re.compile(r"(?<![\w:/])kg:([A-Za-z]\w*)")


@pytest.fixture(scope="module")
def terms():
    return rdflib.Graph().parse(ontology(), format="turtle")


def named(terms):
    return sorted({term for term in terms.subjects() if str(term).startswith(ONTOLOGY)})


def test_it_says_what_it_is(terms):
    [header] = terms.subjects(RDF.type, OWL.Ontology)
    assert str(header) == ONTOLOGY.rstrip("#")
    for property_ in (DCTERMS.title, DCTERMS.description, DCTERMS.license, OWL.versionInfo):
        assert len(list(terms.objects(header, property_))) == 1


def test_every_term_is_typed_labelled_and_explained(terms):
    for term in named(terms):
        assert len(list(terms.objects(term, RDF.type))) == 1, term
        [label] = terms.objects(term, RDFS.label)
        [comment] = terms.objects(term, RDFS.comment)
        assert label
        assert comment.endswith("."), term


def test_no_two_terms_of_a_type_share_a_label(terms):
    labels = [(terms.value(term, RDF.type), terms.value(term, RDFS.label)) for term in named(terms)]
    assert len(set(labels)) == len(labels)


def test_domains_and_ranges_are_classes_that_exist(terms):
    classes = set(terms.subjects(RDF.type, OWL.Class))
    for property_ in (RDFS.domain, RDFS.range):
        for class_ in terms.objects(None, property_):
            assert class_ in classes or not str(class_).startswith(ONTOLOGY), class_


@pytest.mark.parametrize(
    ("name", "wider"),
    [
        ("Paper", "http://purl.org/spar/fabio/ResearchPaper"),
        ("Paper", "https://schema.org/ScholarlyArticle"),
        ("Model", "http://www.w3.org/ns/mls#Model"),
        ("Model", str(KG.Method)),
        ("Software", "http://www.w3.org/ns/mls#Software"),
        ("Software", str(KG.Method)),
        ("Dataset", "http://www.w3.org/ns/dcat#Dataset"),
        ("Task", "http://www.w3.org/ns/mls#Task"),
        ("Metric", "http://www.w3.org/ns/mls#EvaluationMeasure"),
        ("Hardware", "http://data.europa.eu/it6/Hardware"),
        ("Result", "http://www.w3.org/ns/mls#ModelEvaluation"),
        ("Result", "http://qudt.org/schema/qudt/QuantityValue"),
        ("Quantity", "http://qudt.org/schema/qudt/QuantityValue"),
        ("Mention", "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#Phrase"),
    ],
)
def test_classes_are_aligned(terms, name, wider):
    assert (KG[name], RDFS.subClassOf, rdflib.URIRef(wider)) in terms


def test_a_method_is_only_related_to_an_algorithm(terms):
    algorithm = rdflib.URIRef("http://www.w3.org/ns/mls#Algorithm")
    assert set(terms.predicates(KG.Method, algorithm)) == {SKOS.relatedMatch}
    assert set(terms.subjects(RDFS.subClassOf, algorithm)) == set()


def test_roles_are_mentions(terms):
    roles = {
        KG[name]
        for name in ("usesMethod", "usesDataset", "addressesTask", "reportsMetric", "usesHardware", "introduces")
    }
    assert set(terms.subjects(RDFS.subPropertyOf, KG.mentions)) == roles
    assert (KG.acronym, RDFS.subPropertyOf, SKOS.altLabel) in terms


def test_qualifiers_and_units(terms):
    qualifiers = {term.removeprefix(ONTOLOGY) for term in terms.subjects(RDF.type, KG.Qualifier)}
    assert qualifiers == {"UpTo", "AtLeast", "MoreThan", "LessThan", "About", "Average"}
    changes = {term.removeprefix(ONTOLOGY) for term in terms.subjects(RDF.type, KG.Change)}
    assert changes == {"AbsoluteChange", "RelativeChange", "UnclearChange"}
    for unit in terms.subjects(RDF.type, QUDT.Unit):
        assert terms.value(unit, QUDT.symbol), unit


@pytest.mark.parametrize(
    "pattern", ["kg/**/*.py", "kg/data/**/*.tsv", "queries/*.rq", "shapes/*.ttl", "tests/cases/graph/*.ttl"]
)
def test_every_term_in_use_is_defined(terms, pattern):
    defined = {term.removeprefix(ONTOLOGY) for term in named(terms)}
    for file in sorted(ROOT.glob(pattern)):
        used = set(CURIE.findall(file.read_text(encoding="utf-8")))
        assert used <= defined, f"{file.relative_to(ROOT)}: {sorted(used - defined)}"
