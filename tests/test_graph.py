"""The graph of the small corpus; `UPDATE_GOLDEN=1 pytest tests/test_graph.py` rewrites it, to be reviewed as a diff."""

import io
import os
import random
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pyoxigraph
import pytest
from conftest import CASES, GOLDEN
from hypothesis import given
from hypothesis import strategies as st

from kg.graph import triples
from kg.model import Concept, LinkedPaper, Literal, Mention, Paper, Quantity, Result, Run, Survey
from kg.names import ONTOLOGY, PREFIXES, THINGS, expand, is_key, thing
from kg.turtle import write

PAPER = Paper("a-title-00000000", "A Title", "An abstract.")
ALONE = LinkedPaper(PAPER)
METHOD = Concept(expand("method:m"), "Method", "M")
METRIC = Concept(expand("metric:a"), "Metric", "accuracy")
RESULT = Result(0, 7, "A Title", metric="a", value="1")
RUN = Run("0.1.0")


def turtle(papers, concepts, run, survey=None):
    file = io.BytesIO()
    write(triples(papers, concepts, run, survey or Survey()), file)
    return file.getvalue()


def stated(subject, papers=(ALONE,), concepts=(METHOD, METRIC), run=RUN):
    """What the graph says of one subject: property to values."""
    found = {}
    for about, predicate, value in triples(papers, concepts, run):
        if about == expand(subject):
            found.setdefault(predicate, []).append(value)
    return found


def of_result(result=RESULT, **fields):
    linked = LinkedPaper(PAPER, results=(replace(result, **fields),), roles={("metric", "a"): METRIC.iri})
    return stated(f"result:{PAPER.key}-0-7", [linked])


def of_paper(**fields):
    return stated(f"paper:{PAPER.key}", [LinkedPaper(replace(PAPER, **fields))])


def literal(value, datatype=""):
    return Literal(value, expand(datatype) if datatype else "")


def test_the_golden_graph(linked, surveyed):
    made = turtle(*linked, surveyed)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_bytes(made)
    assert made.decode() == GOLDEN.read_text(encoding="utf-8")


def test_the_order_of_papers_and_concepts_does_not_matter(linked, surveyed):
    papers, concepts, run = linked
    chance = random.Random(1)
    shuffled = [
        replace(linked, mentions=chance.sample(linked.mentions, len(linked.mentions)), results=linked.results[::-1])
        for linked in chance.sample(papers, len(papers))
    ]
    assert turtle(shuffled, chance.sample(concepts, len(concepts)), run, surveyed) == GOLDEN.read_bytes()


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_hash_seed_does_not_matter(seed):
    code = (
        "import sys; from conftest import CASES, linked_corpus, linked_survey; from kg import graph, turtle\n"
        "path = CASES / 'graph' / 'linked.toml'\n"
        "turtle.write(graph.triples(*linked_corpus(path), linked_survey(path)), sys.stdout.buffer)"
    )
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(CASES.parent)}
    made = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True).stdout
    assert made == GOLDEN.read_bytes()


def test_without_mentions(linked):
    papers, concepts, run = linked
    whole, bare = list(triples(papers, concepts, run)), list(triples(papers, concepts, run, mentions=False))
    assert whole[: len(bare)] == bare
    left_out = {subject.removeprefix(THINGS).partition("/")[0] for subject, _, _ in whole[len(bare) :]}
    assert left_out == {"context", "mention"}


def test_no_triple_twice_and_every_iri_valid(linked):
    told = list(triples(*linked))
    assert len(set(told)) == len(told)
    for iri in {iri for triple in told for iri in triple if isinstance(iri, str)}:
        pyoxigraph.NamedNode(iri)
        if iri.startswith(THINGS):
            assert is_key(iri.removeprefix(THINGS).partition("/")[2]), iri


def test_no_node_is_named_without_being_described(linked):
    told = list(triples(*linked))
    described = {subject for subject, _, _ in told}
    named = {value for _, predicate, value in told if isinstance(value, str) and value.startswith(THINGS)}
    assert named <= described


def test_offsets_lead_to_the_words(linked):
    told = {}
    for subject, predicate, value in triples(*linked):
        told.setdefault(subject, {})[predicate] = value
    mentions = [node for node in told.values() if node[expand("rdf:type")] == expand("kg:Mention")]
    assert len(mentions) > 30
    for node in mentions:
        text = told[node[expand("nif:referenceContext")]][expand("nif:isString")].value
        begin, end = (int(node[expand(f"nif:{name}Index")].value) for name in ("begin", "end"))
        assert text[begin:end] == node[expand("nif:anchorOf")].value


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (
            "2025-04-21",
            {"dcterms:issued": literal("2025-04-21", "xsd:date"), "kg:year": literal("2025", "xsd:integer")},
        ),
        (
            "2025-04",
            {"dcterms:issued": literal("2025-04", "xsd:gYearMonth"), "kg:year": literal("2025", "xsd:integer")},
        ),
        ("2025", {"dcterms:issued": literal("2025", "xsd:gYear"), "kg:year": literal("2025", "xsd:integer")}),
        ("--05-02", {"kg:listedOn": literal("--05-02", "xsd:gMonthDay")}),
        (None, {}),
    ],
)
def test_a_date_is_told_as_far_as_it_is_known(date, expected):
    properties = of_paper(date=date)
    for name in ("dcterms:issued", "kg:listedOn", "kg:year"):
        assert properties.get(expand(name)) == ([expected[name]] if name in expected else None)


def test_authors_keep_their_order():
    properties = of_paper(authors=("Zoe Ω", "Ada X", "Zoe Ω"), author_count=3)
    assert properties[expand("kg:authorList")] == [literal("Zoe Ω; Ada X; Zoe Ω")]
    assert properties[expand("dc:creator")] == [literal("Zoe Ω"), literal("Ada X")]
    assert expand("kg:authorCount") not in properties
    assert of_paper(author_count=3)[expand("kg:authorCount")] == [literal("3", "xsd:integer")]


def test_what_is_not_known_is_not_stated():
    assert set(of_paper()) == {expand(name) for name in ("rdf:type", "dcterms:title", "dcterms:abstract")}


def test_addresses_are_valid_or_left_out():
    assert of_paper(url="https://e.org/a b")[expand("schema:url")] == ["https://e.org/a%20b"]
    assert expand("schema:url") not in of_paper(url="javascript:alert(1)")
    assert of_paper(arxiv_id="2401.1", doi="10.1/x")[expand("schema:url")] == ["https://arxiv.org/abs/2401.1"]
    assert of_paper(url="at home", doi="10.1/<x>")[expand("schema:url")] == ["https://doi.org/10.1/%3Cx%3E"]
    links = of_paper(abstract="Code: https://github.com/b/c{https://github.com/b/c}, https://github.com/a/b.")
    assert links[expand("schema:codeRepository")] == ["https://github.com/a/b", "https://github.com/b/c"]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("49.3", literal("49.3", "xsd:decimal")),
        ("39.0", literal("39.0", "xsd:decimal")),
        ("81.20", literal("81.20", "xsd:decimal")),
        ("1024", literal("1024.0", "xsd:decimal")),
        ("-0.5", literal("-0.5", "xsd:decimal")),
        (".5", literal("0.5", "xsd:decimal")),
        ("999999999999999", literal("999999999999999.0", "xsd:decimal")),
        ("1000000000000000", literal("1E15", "xsd:double")),
        ("0.123456789012", literal("0.123456789012", "xsd:decimal")),
        ("0.1234567890123", literal("1.234567890123E-1", "xsd:double")),
        ("38" + "0" * 24, literal("3.8E25", "xsd:double")),
        ("9" * 400, literal("INF", "xsd:double")),
    ],
)
def test_numbers_are_numbers(value, number):
    properties = of_result(value=value)
    assert properties[expand("qudt:numericValue")] == [number]
    assert expand("kg:complexity") not in properties


@given(st.from_regex(r"-?[0-9]{1,18}(\.[0-9]{1,14})?", fullmatch=True))
def test_a_decimal_keeps_its_value(value):
    [number] = of_result(value=value)[expand("qudt:numericValue")]
    if number.datatype == expand("xsd:decimal"):
        assert Decimal(number.value) == Decimal(value)
        assert "." in number.value
    else:
        assert float(number.value) == float(value)


def test_a_complexity_is_no_number():
    properties = of_result(value="O(L^4)", baseline="O(L^6)")
    assert properties[expand("kg:complexity")] == [literal("O(L^4)")]
    assert properties[expand("kg:baselineComplexity")] == [literal("O(L^6)")]
    assert expand("qudt:numericValue") not in properties


@pytest.mark.parametrize(
    ("word", "name"), [("absolute", "AbsoluteChange"), ("relative", "RelativeChange"), ("unclear", "UnclearChange")]
)
def test_changes(word, name):
    assert of_result(change=word)[expand("kg:change")] == [ONTOLOGY + name]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("up to", "UpTo"),
        ("at least", "AtLeast"),
        ("over", "MoreThan"),
        ("under", "LessThan"),
        ("about", "About"),
        ("average", "Average"),
    ],
)
def test_qualifiers(words, name):
    assert of_result(qualifier=words)[expand("kg:qualifier")] == [ONTOLOGY + name]


def test_units_have_an_iri_or_their_spelling():
    assert of_result(unit="percent")[expand("qudt:hasUnit")] == [PREFIXES["unit"] + "PERCENT"]
    assert of_result(unit="flurbs")[expand("kg:unitText")] == [literal("flurbs")]
    linked = LinkedPaper(PAPER, results=(replace(RESULT, unit="percent"),))
    assert stated("unit:PERCENT", [linked])[expand("qudt:symbol")] == [literal("%")]


def test_the_roles_of_a_result():
    concepts = [Concept(expand(f"{kind}:x"), kind.title(), "x") for kind in ("metric", "method", "dataset", "hardware")]
    names = {"metric": "metric:x", "subject": "method:x", "dataset": "dataset:x", "hardware": "hardware:x"}
    roles = {(role, "x"): expand(name) for role, name in names.items()}
    result = replace(RESULT, metric="x", subject="x", dataset="x", hardware="x", low="1", high="2.5")
    linked = LinkedPaper(PAPER, results=(result,), roles=roles)
    properties = stated(f"result:{PAPER.key}-0-7", [linked], concepts)
    for name, target in {
        "metric": "metric",
        "subject": "method",
        "onDataset": "dataset",
        "onHardware": "hardware",
    }.items():
        assert properties[expand(f"kg:{name}")] == [expand(f"{target}:x")]
    assert properties[expand("schema:minValue")] == [literal("1.0", "xsd:decimal")]
    assert properties[expand("schema:maxValue")] == [literal("2.5", "xsd:decimal")]
    paper = stated(f"paper:{PAPER.key}", [linked], concepts)
    assert paper[expand("kg:reportsMetric")] == [expand("metric:x")]
    assert paper[expand("kg:usesHardware")] == [expand("hardware:x")]


def test_results_of_one_span_are_numbered_by_metric_subject_dataset_hardware():
    fields = [{"metric": "b"}, {"metric": "a", "subject": "z"}, {"metric": "a", "subject": "y"}, {"metric": "a"}]
    results = tuple(replace(RESULT, value=str(rank), **each) for rank, each in enumerate(fields))
    linked = LinkedPaper(PAPER, results=results + results[:1])
    keys = (f"{PAPER.key}-0-7{suffix}" for suffix in ("", "-2", "-3", "-4"))
    values = [stated(f"result:{key}", [linked])[expand("qudt:numericValue")][0].value for key in keys]
    assert values == ["3.0", "2.0", "1.0", "0.0"]
    assert len(stated(f"paper:{PAPER.key}", [linked])[expand("kg:reportsResult")]) == 4


def test_quantities():
    linked = LinkedPaper(
        PAPER, quantities=(Quantity(0, 7, "A Title", "8", "GPUs", "scale", "M"),), roles={("of", "M"): METHOD.iri}
    )
    properties = stated(f"quantity:{PAPER.key}-0-7", [linked])
    assert properties[expand("kg:quantityKind")] == [literal("scale")]
    assert properties[expand("qudt:hasUnit")] == [expand("kg:Device")]
    assert properties[expand("kg:of")] == [METHOD.iri]
    assert properties[expand("kg:endIndex")] == [literal("7", "xsd:integer")]


def mention(type_, key, *, introduced=False):
    return Mention(0, 7, "A Title", type_, introduced=introduced, concept=expand(key))


@pytest.mark.parametrize(
    ("type_", "key", "introduced", "edge"),
    [
        ("Method", "method:x", False, "usesMethod"),
        ("Model", "method:x", False, "usesMethod"),
        ("Software", "method:x", False, "usesMethod"),
        ("Dataset", "dataset:x", False, "usesDataset"),
        ("Task", "task:x", False, "addressesTask"),
        ("Metric", "metric:x", False, "reportsMetric"),
        ("Hardware", "hardware:x", False, "usesHardware"),
        ("Method", "method:x", True, "introduces"),
        ("Model", "method:x", True, "introduces"),
        ("Software", "method:x", True, "introduces"),
        ("Dataset", "dataset:x", True, "introduces"),
        ("Task", "task:x", True, "addressesTask"),
        ("Metric", "metric:x", True, "reportsMetric"),
        ("Hardware", "hardware:x", True, "usesHardware"),
    ],
)
def test_a_paper_has_one_role_for_each_concept(type_, key, introduced, edge):
    concept = Concept(expand(key), type_, "x")
    linked = LinkedPaper(PAPER, (mention(type_, key, introduced=introduced), mention(type_, key)))
    told = [
        (s, p, o)
        for s, p, o in triples([linked], [concept], RUN)
        if o == concept.iri and s == thing("paper", PAPER.key)
    ]
    assert {predicate.removeprefix(ONTOLOGY) for _, predicate, _ in told} == {edge, "mentions"}


@pytest.mark.parametrize(
    ("type_", "classes"),
    [
        ("Method", {"kg:Method"}),
        ("Model", {"kg:Model", "kg:Method"}),
        ("Software", {"kg:Software", "kg:Method"}),
    ],
)
def test_models_and_software_are_methods_too(type_, classes):
    types = stated("method:m", (), [replace(METHOD, type=type_)])[expand("rdf:type")]
    assert set(types) == {expand("skos:Concept"), *map(expand, classes)}


def test_labels():
    concept = replace(METHOD, alt_labels=("em", "M"), acronyms=("MM", "M"), broader=(expand("method:n"),))
    properties = stated("method:m", (), [concept])
    assert properties[expand("skos:prefLabel")] == [literal("M")]
    assert properties[expand("skos:altLabel")] == [literal("MM"), literal("em")]
    assert properties[expand("kg:acronym")] == [literal("MM")]
    assert properties[expand("skos:broader")] == [expand("method:n")]
    assert properties[expand("skos:inScheme")] == [expand("scheme:method")]


def activity(run):
    told = list(triples([], [], run))
    return next(subject for subject, _, value in told if value == expand("prov:Activity")), told


def test_the_run_is_known_by_what_went_in_and_not_when():
    one, _ = activity(Run("0.1.0", {"model": "a" * 64}))
    later, told = activity(Run("0.1.0", {"model": "a" * 64}, timestamp="2025-01-01T00:00:00Z"))
    other, _ = activity(Run("0.1.0", {"model": "b" * 64}))
    assert one == later != other
    moments = [value for _, predicate, value in told if predicate == expand("prov:endedAtTime")]
    assert moments == [literal("2025-01-01T00:00:00Z", "xsd:dateTime")]
    assert any(value == literal(f"sha256:{'a' * 64}") for _, _, value in told)


@given(st.text(), st.text())
def test_hostile_words_stay_words(title, abstract):
    paper = replace(PAPER, title=title, abstract=abstract, url=f"https://{title}", authors=(title,), doi=abstract)
    linked = LinkedPaper(paper, results=(replace(RESULT, unit=title, text=abstract),))
    made = turtle([linked], [replace(METHOD, label=title, alt_labels=(abstract,))], RUN)
    parsed = list(pyoxigraph.parse(made, pyoxigraph.RdfFormat.TURTLE))
    assert len(parsed) == len(list(triples([linked], [replace(METHOD, label=title, alt_labels=(abstract,))], RUN)))
