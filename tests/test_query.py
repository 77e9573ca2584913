"""The shipped questions on two stores, values by name, refusals, and answers as text.

A golden answer is a file called like the command that gives it: `NAME@PARAM=VALUE&PARAM=VALUE.csv`.
"""

import csv
import json
import random
import re
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from io import StringIO
from operator import attrgetter

import pyoxigraph
import pytest
import rdflib
from conftest import CASES, GOLDEN
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import QueryError
from kg.files import folder
from kg.graph import ontology
from kg.model import Literal, Merge, Table
from kg.names import ONTOLOGY, PREFIXES, expand, thing
from kg.query import Query, fill, read, render, run, shipped, stats, tell, why
from kg.store import Store, open_store
from kg.text import printable

each_question = pytest.mark.parametrize("question", shipped().values(), ids=attrgetter("name"))
GOLDENS = sorted((CASES / "query").glob("*.csv"))
CONTRACT = {
    "papers-by-hardware": ["hardware"],
    "results-by-metric": ["metric"],
    "results-by-dataset": ["dataset"],
    "methods-by-dataset": ["dataset"],
    "papers-by-method": ["method"],
    "datasets-by-task": ["task"],
    "introduced": ["type", "year"],
    "co-occurring": ["concept"],
    "metrics-by-hardware": ["hardware"],
    "top-concepts": ["type"],
    "papers-with-code": [],
    "evidence": ["paper", "concept"],
}


def command(path):
    name, _, values = path.stem.partition("@")
    return name, dict(value.split("=", 1) for value in values.split("&") if value)


def value(cell):
    """Stores write one number in several ways."""
    try:
        return Decimal(cell).normalize()
    except InvalidOperation:
        return cell


def values(rows):
    return [tuple(map(value, row)) for row in rows]


def golden_rows(path):
    return values(csv.reader(StringIO(path.read_text(encoding="utf-8"))))


def rows_of(answer):
    assert isinstance(answer, Table)
    return values(csv.reader(StringIO(render(answer, "csv"))))


def rdflib_rows(graph, sparql):
    result = graph.query(sparql)
    return values([[*map(str, result.vars)], *(["" if cell is None else str(cell) for cell in row] for row in result)])


@pytest.fixture(scope="module")
def rdflib_golden():
    return rdflib.Graph().parse(GOLDEN)


def test_contract():
    questions = shipped()
    assert len(questions) >= 14
    assert {name: list(questions[name].parameters) for name in CONTRACT} == CONTRACT


@each_question
def test_form(question):
    assert question.summary.endswith("?")
    assert all(question.parameters.values())
    slots = re.findall(r"VALUES \?(\w+) { UNDEF }", question.text)
    assert set(slots) == set(question.parameters)
    assert question.text.count("UNDEF") == len(slots)
    for prefix, iri in re.findall(r"^PREFIX (\w+): <(.*)>$", question.text, re.MULTILINE):
        assert PREFIXES[prefix] == iri
        assert question.text.count(f"{prefix}:") > 1, f"{prefix} is not used"
    assert max(map(len, question.text.splitlines())) <= 120


@each_question
def test_every_term_is_one_of_the_ontology(question):
    known = {triple[0] for triple in open_store(ontology()).query("CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }")}
    for name in re.findall(r"\bkg:(\w+)", question.text):
        assert ONTOLOGY + name in known, name


@each_question
def test_what_may_be_missing_comes_last(question):
    """Oxigraph pairs all that stands before an OPTIONAL with all behind it: what takes a second so took hours."""
    text = re.sub(r"^\s*#.*$", "", question.text, flags=re.MULTILINE)
    behind = re.findall(r"OPTIONAL\s*\{(?:[^{}]|\{[^{}]*\})*\}\s*\.?\s*(\S+)", text)
    assert all(word.startswith(("OPTIONAL", "BIND", "FILTER", "}")) for word in behind), behind


def test_each_question_has_a_golden_answer():
    assert {command(path)[0] for path in GOLDENS} == set(shipped())


@pytest.mark.parametrize("path", GOLDENS, ids=lambda path: path.stem)
def test_golden_on_oxigraph(golden, path):
    assert rows_of(run(golden, *command(path))) == golden_rows(path)


@pytest.mark.parametrize("path", GOLDENS, ids=lambda path: path.stem)
def test_golden_on_rdflib(golden, rdflib_golden, path):
    name, filled = command(path)
    assert rdflib_rows(rdflib_golden, fill(shipped()[name], filled, golden)) == golden_rows(path)


@each_question
def test_order_does_not_depend_on_the_store(golden, question):
    triples = sorted(golden.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"), key=repr)
    answers = set()
    for seed in range(3):
        random.Random(seed).shuffle(triples)
        shuffled = Store()
        shuffled.extend(triples)
        answers.add(render(run(shuffled, question), "json"))
    assert len(answers) == 1


@each_question
def test_order_by_names_every_column(question):
    """Rows that differ only in a column which the order leaves out could come in any order."""
    columns = set(re.findall(r"\?(\w+)", re.search(r"SELECT(.*?)WHERE", question.text, re.DOTALL)[1]))
    columns -= set(re.findall(r"\([^)]*\?(\w+)\) AS", question.text))
    ordered = set(re.findall(r"\?(\w+)", question.text[question.text.rindex("ORDER BY") :]))
    counted = set(re.findall(r"\bAS \?(\w+)\)", question.text))
    implied = {"number": {"value"}, "method": {"papers"}, "dataset": {"papers"}}  # one row a thing
    for column in ordered & set(implied):
        ordered |= implied[column]
    assert columns - ordered - counted - {"snippet", "score", "foundBy", "introduced"} == set()


def test_shipped_questions_pass_the_guard(golden):
    for question in shipped().values():
        assert run(golden, question.text) == run(golden, question)


class TestFill:
    @pytest.mark.parametrize(
        ("name", "text", "term"),
        [
            ("metric", "MFU", "metric:mfu"),
            ("metric", "mfu", "metric:mfu"),
            ("metric", "  Model  FLOPs\tutilization ", "metric:mfu"),
            ("metric", "Model FLOPs Utilization", "metric:mfu"),
            ("metric", "metric:mfu", "metric:mfu"),
            ("metric", thing("metric", "mfu"), "metric:mfu"),
            ("metric", f"<{thing('metric', 'mfu')}>", "metric:mfu"),
            ("dataset", "imagenet\u20111k", "dataset:imagenet-1k"),
            ("method", "β-vae", "method:vae-1f9a3c"),
            ("paper", "2401.00017", "paper:arxiv-2401.00017"),
            ("paper", "arXiv:2401.00017", "paper:arxiv-2401.00017"),
            ("paper", "arxiv-2401.00017", "paper:arxiv-2401.00017"),
            ("paper", "doi:10.1000/SwiftScan.42", "paper:arxiv-2205.00042"),
            ("paper", "folding experts", "paper:arxiv-2401.00017"),
            ("type", "dataset", "kg:Dataset"),
            ("type", "kg:Dataset", "kg:Dataset"),
        ],
    )
    def test_name_becomes_term(self, golden, name, text, term):
        question = Query("q", "", f"SELECT * WHERE {{ VALUES ?{name} {{ UNDEF }} }}", {name: ""})
        assert run(golden, question, {name: text}).rows == ((expand(term),),)

    def test_integer_and_date(self, golden):
        question = Query("q", "", "SELECT * WHERE { values ?x {undef} }", {"x": ""})
        assert run(golden, question, {"x": "2025"}).rows == ((Literal("2025", expand("xsd:integer")),),)
        assert run(golden, question, {"x": "2025-04"}).rows == ((Literal("2025-04"),),)

    def test_all_things_of_a_name_are_asked_for(self):
        store = Store()
        for iri, type_ in (("method:mae", "kg:Method"), ("metric:mae", "kg:Metric")):
            store.extend(
                [
                    (expand(iri), expand("rdf:type"), expand(type_)),
                    (expand(iri), expand("rdf:type"), expand("skos:Concept")),
                    (expand(iri), expand("skos:prefLabel"), Literal("MAE")),
                ]
            )
        question = Query("q", "", "SELECT * WHERE { VALUES ?concept { UNDEF } }", {"concept": ""})
        assert run(store, question, {"concept": "mae"}).rows == ((expand("method:mae"),), (expand("metric:mae"),))

    @pytest.mark.parametrize(
        ("name", "values", "message"),
        [
            ("results-by-metric", {"metric": "latencies"}, "metric=latencies: .*did you mean 'latency'"),
            ("results-by-metric", {"metric": "SquareQA"}, "no metric of that name, but dataset:squareqa is called so"),
            ("results-by-metric", {"metric": ""}, "no metric of that name"),
            ("results-by-metric", {"metric": "http://a b"}, "not an IRI"),
            ("introduced", {"type": "Datasets"}, "did you mean 'Dataset'"),
            ("introduced", {"year": "soon"}, "year=soon"),
            ("results-by-metric", {"metrics": "MFU"}, "no parameter 'metrics'; it has metric"),
            ("papers-with-code", {"metric": "MFU"}, "it has none"),
            ("result-by-metric", {}, "did you mean 'results-by-metric'"),
        ],
    )
    def test_wrong_value_is_named(self, golden, name, values, message):
        with pytest.raises(QueryError, match=message) as error:
            run(golden, name, values)
        assert "\n" not in str(error.value)

    def test_declared_without_slot(self, golden):
        with pytest.raises(QueryError, match="no slot"):
            fill(Query("q", "", "ASK {}", {"metric": ""}), {"metric": "MFU"}, golden)

    @given(st.text())
    def test_no_value_leaves_its_slot(self, value):
        """Whatever a label holds, filled in it is one term."""
        store = Store()
        iri = expand("metric:m")
        label = Literal(value.encode(errors="ignore").decode())
        store.extend([(iri, expand("rdf:type"), expand("kg:Metric")), (iri, expand("skos:prefLabel"), label)])
        question = Query("q", "", "SELECT ?metric WHERE { VALUES ?metric { UNDEF } }", {"metric": ""})
        with suppress(QueryError):
            assert len(run(store, question, {"metric": value}).rows) == 1


class TestGuard:
    @pytest.mark.parametrize(
        "sparql",
        [
            "SELECT * WHERE { SERVICE <http://example.org/> { ?s ?p ?o } }",
            "SELECT * WHERE { { SELECT * WHERE { OPTIONAL { SERVICE SILENT ?x { ?s ?p ?o } } } } }",
            "ASK { FILTER(1 = 1 && EXISTS { SERVICE <http://example.org/> { ?s ?p ?o } }) }",
            "SELECT * WHERE { ?s ?p ?o MINUS { SERVICE <http://example.org/> {} } }",
            "SELECT (EXISTS { SERVICE <http://example.org/> {} } AS ?x) WHERE { }",
            "SELECT * WHERE { } ORDER BY EXISTS { SERVICE <http://example.org/> {} }",
            "SELECT * FROM <http://example.org/> WHERE { ?s ?p ?o }",
            "ASK FROM NAMED <http://example.org/> { ?s ?p ?o }",
            "CONSTRUCT FROM <http://example.org/> WHERE { ?s ?p ?o }",
            "DESCRIBE <http://example.org/> FROM <http://example.org/>",
            "SELECT * WHERE { \\u0053ERVICE <http://example.org/> {} }",
            "SELECT * WHERE { # hidden from one parser \r SERVICE <http://example.org/> {} \n }",
            "SELECT * WHERE { FILTER('\\u005c' = 'a') SERVICE <http://example.org/> {} # ')\n }",
            "SELECT * WHERE { FILTER('\\u005cu0027' = '') }",
        ],
    )
    def test_no_other_graph(self, sparql):
        with pytest.raises(QueryError):
            read(sparql)

    @pytest.mark.parametrize(
        "update",
        ["LOAD <http://example.org/>", "INSERT DATA { <a:a> <a:b> 1 }", "DROP ALL", "DELETE WHERE { ?s ?p ?o }"],
    )
    def test_no_update(self, update):
        with pytest.raises(QueryError, match="no SPARQL 1"):
            read(update)

    def test_words_in_text_are_no_commands(self, golden):
        table = run(golden, "SELECT ('SERVICE FROM <x>' AS ?x) WHERE { } # SERVICE <http://example.org/> { }")
        assert table.rows == ((Literal("SERVICE FROM <x>"),),)

    @pytest.mark.parametrize("sparql", ["", "SELECT * WHERE { ?s ?p }", "SELECT * WHERE { ?s nope:x ?o }", "{" * 5000])
    def test_broken_is_told_in_a_line(self, golden, sparql):
        with pytest.raises(QueryError) as error:
            run(golden, sparql)
        assert "\n" not in str(error.value)

    def test_place_of_the_mistake(self):
        with pytest.raises(QueryError, match="line 3, column"):
            read("SELECT *\nWHERE {\n  ?s ?p . }")


class TestAdHoc:
    def test_forms(self, golden):
        assert run(golden, "ASK { ?paper a kg:Paper }") is True
        assert run(golden, "SELECT (COUNT(*) AS ?n) WHERE { ?p a kg:Paper }").rows == (
            (Literal("5", expand("xsd:integer")),),
        )
        triples = run(golden, "CONSTRUCT { ?m a kg:Metric } WHERE { ?m a kg:Metric }")
        assert (expand("metric:mfu"), expand("rdf:type"), expand("kg:Metric")) in triples

    def test_own_parameters(self, golden):
        text = "#+ summary: Papers?\n#+ param paper: its title\nSELECT ?paper WHERE { VALUES ?paper { UNDEF } }"
        assert read(text).parameters == {"paper": "its title"}
        assert read(text).summary == "Papers?"
        assert run(golden, text, {"paper": "foldserve"}).rows == ((expand("paper:arxiv-2401.00017"),),)

    def test_own_prefix_goes_first(self, golden):
        assert run(golden, "PREFIX kg: <http://example.org/> ASK { ?paper a kg:Paper }") is False


HOSTILE = Table(
    ("thing", "thingLabel", "empty", "aNumber"),
    (
        (expand("metric:mfu"), Literal("\x1b[31mred\x07 \u202egnp.exe"), None, Literal("39", expand("xsd:decimal"))),
        ("http://example.org/", Literal('quote " comma , tab\tline\nend'), None, Literal("0.5", expand("xsd:decimal"))),
        (None, Literal("[bold]markup[/bold]"), None, None),
    ),
)


class TestRender:
    def test_table_is_for_people(self):
        text = render(HOSTILE)
        head, *_ = text.splitlines()
        assert head.split() == ["thing", "a", "number"]
        assert "39.0" in text
        assert "[bold]markup[/bold]" in text
        assert "metric:mfu" not in text

    def test_table_cannot_steer_a_terminal(self):
        text = render(HOSTILE)
        assert text.replace("\n", "").isprintable()
        assert "\\u001b[31mred\\u0007 \\u202egnp.exe" in text

    def test_width(self, golden):
        answer = run(golden, "results-by-metric")
        assert max(map(len, render(answer, width=72).splitlines())) <= 72
        assert "FoldServe: Folding Experts for Faster Training\n" in render(answer)

    def test_large_and_iri(self):
        table = Table(("x", "n"), ((expand("metric:mfu"), Literal("15000000000000", expand("xsd:decimal"))),))
        assert render(table).splitlines()[-1].split() == ["metric:mfu", "15,000,000,000,000"]

    def test_nothing(self):
        assert render(Table(("a",), ())) == "Nothing found.\n"
        assert render(Table(("a",), ((None,),))) == "Nothing found.\n"

    def test_long_cells_are_folded_between_words_and_wide_letters_counted(self):
        rows = ((Literal("of three words"), Literal("日本語 text")), (Literal("abcdefghijklm"), None))
        assert render(Table(("a", "b"), rows), width=21).splitlines() == [
            " a          b",
            " ────────────────────",
            " of three   日本語",
            " words      text",
            " abcdefgh",
            " ijklm",
        ]
        assert render(Table(("a",), ()), "csv") == "a\r\n"

    def test_csv_gives_every_column(self):
        rows = list(csv.reader(StringIO(render(HOSTILE, "csv"))))
        assert rows[0] == ["thing", "thingLabel", "empty", "aNumber"]
        assert rows[2] == ["http://example.org/", 'quote " comma , tab\tline\nend', "", "0.5"]

    @pytest.mark.parametrize(
        ("format_", "kind"), [("json", pyoxigraph.QueryResultsFormat.JSON), ("tsv", pyoxigraph.QueryResultsFormat.TSV)]
    )
    def test_machines_read_it_back(self, format_, kind):
        solutions = pyoxigraph.parse_query_results(render(HOSTILE, format_), kind)
        assert [variable.value for variable in solutions.variables] == list(HOSTILE.columns)
        assert [[cell and cell.value for cell in row] for row in solutions] == [
            [cell.value if isinstance(cell, Literal) else cell for cell in row] for row in HOSTILE.rows
        ]

    def test_json_is_the_standard_one(self):
        assert json.loads(render(HOSTILE, "json"))["results"]["bindings"][0] == {
            "thing": {"type": "uri", "value": expand("metric:mfu")},
            "thingLabel": {"type": "literal", "value": "\x1b[31mred\x07 \u202egnp.exe"},
            "aNumber": {"type": "literal", "value": "39", "datatype": expand("xsd:decimal")},
        }
        assert json.loads(render(True, "json")) == {"head": {}, "boolean": True}

    def test_triples(self, golden):
        answer = run(golden, "CONSTRUCT { ?m a kg:Metric } WHERE { ?m a kg:Metric } ORDER BY DESC(?m)")
        again = Store()
        again.native.load(render(answer, "ttl").encode(), pyoxigraph.RdfFormat.TURTLE)
        assert len(again) == len(answer)
        assert render(answer, "ttl") == render(answer[::-1], "ttl")
        assert render(answer, "csv").startswith("subject,predicate,object\r\n")
        assert render(answer) == render(answer[::-1])

    def test_blank_nodes(self, golden):
        answer = run(golden, "CONSTRUCT { _:b a kg:Metric ; kg:of ?m } WHERE { ?m a kg:Metric }")
        again = Store()
        again.native.load(render(answer, "ttl").encode(), pyoxigraph.RdfFormat.TURTLE)
        assert len(again) == len(answer)

    def test_truth(self):
        assert render(True) == "true\n"
        assert render(False, "csv") == "false\n"

    @pytest.mark.parametrize(("answer", "format_"), [(HOSTILE, "ttl"), (True, "ttl"), (HOSTILE, "xlsx")])
    def test_wrong_format(self, answer, format_):
        with pytest.raises(QueryError, match="table, csv, tsv"):
            render(answer, format_)

    @given(st.text())
    def test_printable(self, text):
        shown = printable(text)
        assert "\n" not in shown
        assert "\x1b" not in shown


class TestWhy:
    def test_sentence_with_its_marks(self, golden):
        (found,) = why(golden, "2401.00017", "mfu")
        assert found.paper == "FoldServe: Folding Experts for Faster Training"
        assert found.sentence.startswith("It reaches up to 49.3%")
        assert [found.sentence[start:end] for start, end in found.marks] == ["Model FLOPs Utilization", "MFU", "MFU"]
        assert found.score == 1.0
        assert found.quotes == (
            "up to 49.3% Model FLOPs Utilization (MFU) for Mixtral 8x22B",
            "39.0% MFU for Qwen2-57B-A14B on H100 GPUs",
        )
        assert "[MFU] for Qwen2-57B-A14B" in str(found)
        assert tell([found]).startswith(f"{found.paper}\n  It reaches")

    def test_what_is_narrower(self, golden):
        assert why(golden, "foldserve", "GPU") == why(golden, "foldserve", "H100")

    def test_it_tells_how_a_name_was_found_and_linked(self, golden):
        merge = Merge(thing("method", "mixture-of-experts"), "Mixture of Experts", "MoE", "lexicon", 3, 2)
        found = why(golden, "foldserve", "mixture-of-experts", [merge])
        assert found[0].how == (
            "Mixture of Experts: found by the graph's maker (1.00)",
            (
                "MoE: found by lexicon and names (0.96); "
                "is Mixture of Experts by this rule: lexicon (3 mentions in 2 papers)"
            ),
        )
        assert (
            why(golden, "foldserve", "MFU")[0].how[-1]
            == "MFU: found by abbreviation (1.00); is Model FLOPs Utilization"
        )

    def test_title_counts(self, golden):
        assert why(golden, "foldserve", "FoldServe")[0].sentence == "FoldServe: Folding Experts for Faster Training"

    @pytest.mark.parametrize(
        ("paper", "concept", "message"),
        [
            ("foldserve", "SquareQA", "says nothing of SquareQA"),
            ("no such paper", "MFU", "no paper of that name"),
            ("foldserve", "no such concept", "no concept of that name"),
        ],
    )
    def test_nothing_to_show(self, golden, paper, concept, message):
        with pytest.raises(QueryError, match=message):
            why(golden, paper, concept)

    def test_without_mentions_results_still_tell(self, golden):
        bare = Store()
        bare.extend(
            triple
            for triple in golden.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
            if not triple[0].startswith((thing("mention", ""), thing("context", "")))
        )
        (found,) = why(bare, "foldserve", "MFU")
        assert found.score is None
        assert len(found.quotes) == 2


def test_stats(golden):
    counted = stats(golden, top=1)
    assert counted.counts["Paper"] == 5
    assert counted.counts["Result"] == 12
    assert counted.top["Dataset"] == (("SquareQA", 2),)
    assert "Dataset    2  SquareQA (2)" in str(counted).splitlines()


def test_stats_of_nothing():
    assert set(stats(Store()).counts.values()) == {0}


def test_files_are_found():
    assert (folder("queries") / "results-by-metric.rq").is_file()


class TestOnGraphsOfTheirOwn:
    """Questions that the small corpus has no telling answer to, asked of graphs made for them."""

    PREFIXES = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())

    def ask(self, tmp_path, turtle, name, values=None):
        """The rows without the IRIs; both stores must agree."""
        path = tmp_path / "graph.ttl"
        path.write_text(self.PREFIXES + turtle, "utf-8")
        store = open_store(path)
        answer = rows_of(run(store, name, values))
        assert rdflib_rows(rdflib.Graph().parse(path), fill(shipped()[name], values or {}, store)) == answer
        return [tuple(cell for cell in row if not str(cell).startswith("http")) for row in answer[1:]]

    def test_rising(self, tmp_path):
        months = {
            "2026-01": ["old", "old", "both"],
            "2026-02-03": ["old", "both"],
            "2026-03-09": ["new", "new", "both"],
        }
        papers = "".join(
            f'paper:p{month[:7]}-{number} a kg:Paper ; dcterms:issued "{month}" ; kg:mentions method:{name} .\n'
            for month, names in months.items()
            for number, name in enumerate(names)
        )
        concepts = "".join(
            f'method:{name} a kg:Method, skos:Concept ; skos:prefLabel "{name}" .\n' for name in ("old", "new", "both")
        )
        months = "".join(f'paper:y{year} a kg:Paper ; dcterms:issued "{year}" .\n' for year in (2025, 2026))
        graph = papers + concepts + months
        found = self.ask(tmp_path, graph, "rising")
        assert found == values([("2026-03", "new", "Method", 2, 0, 2, "4.5")])
        assert self.ask(tmp_path, graph, "rising", {"type": "Dataset"}) == []
        since = self.ask(tmp_path, graph, "rising", {"since": "2026-02"})
        assert since == values(
            [("2026-02", "new", "Method", 2, 0, 2, 2), ("2026-02", "both", "Method", 2, 1, "0.3", 1)]
        )

    def test_the_best_is_the_lowest_where_lower_is_better(self, tmp_path):
        graph = """
metric:latency a kg:Metric, skos:Concept ; skos:prefLabel "latency" ; kg:direction kg:LowerIsBetter .
metric:tail-latency a kg:Metric, skos:Concept ; skos:prefLabel "tail latency" ; skos:broader metric:latency .
metric:accuracy a kg:Metric, skos:Concept ; skos:prefLabel "accuracy" .
dataset:d a kg:Dataset, skos:Concept ; skos:prefLabel "D" .
paper:p a kg:Paper ; dcterms:title "P" ;
    kg:reportsResult result:r1, result:r2, result:r3, result:r4, result:r5, result:r6 .
result:r1 kg:metric metric:latency ; kg:onDataset dataset:d ; qudt:numericValue 5.0 .
result:r2 kg:metric metric:latency ; kg:onDataset dataset:d ; qudt:numericValue 7.0 .
result:r3 kg:metric metric:accuracy ; kg:onDataset dataset:d ; qudt:numericValue 90.0 .
result:r4 kg:metric metric:accuracy ; kg:onDataset dataset:d ; qudt:numericValue 80.0 .
result:r5 kg:metric metric:tail-latency ; kg:onDataset dataset:d ; qudt:numericValue 12.0 .
result:r6 kg:metric metric:tail-latency ; kg:onDataset dataset:d ; qudt:numericValue 11.0 .
"""
        best = [(metric, value) for _, metric, _, value, *_ in self.ask(tmp_path, graph, "best-by-dataset-and-metric")]
        assert best == values([("accuracy", 90), ("latency", 5), ("tail latency", 11)])
