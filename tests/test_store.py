"""Opening, loading, asking and dumping graphs; remote ones are answered by a small server in the test."""

import gzip
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from urllib.parse import parse_qs

import pyoxigraph
import pytest
import rdflib
from click.testing import CliRunner
from conftest import GOLDEN

from kg.cli import main
from kg.diff import diff
from kg.errors import GraphError, QueryError
from kg.files import atomic_folder
from kg.model import Literal, Table
from kg.names import expand
from kg.store import Remote, Store, local, new_store, open_store, rdflib_graph, select, sparql_term

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


def size(graph):
    return int(graph.query(COUNT).rows[0][0].value)


class TestOpen:
    def test_turtle(self, golden):
        assert size(golden) == len(golden) == len(rdflib.Graph().parse(GOLDEN))

    @pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf", "jsonld", "trig"])
    @pytest.mark.parametrize("packed", [False, True])
    def test_what_is_dumped_opens_again(self, golden, tmp_path, suffix, packed):
        file = BytesIO()
        golden.dump(file, suffix)
        path = tmp_path / f"graph.{suffix}{'.gz' if packed else ''}"
        path.write_bytes(gzip.compress(file.getvalue()) if packed else file.getvalue())
        assert set(open_store(path).query(EVERYTHING)) == set(golden.query(EVERYTHING))

    def test_folder(self, golden, tmp_path):
        folder = tmp_path / "store"
        native = pyoxigraph.Store(str(folder))
        native.bulk_extend(golden.native)
        native.flush()
        del native
        assert size(open_store(folder)) == len(golden)

    def test_missing(self, tmp_path):
        with pytest.raises(GraphError, match="no such graph"):
            open_store(tmp_path / "graph.ttl")

    def test_folder_without_store(self, tmp_path):
        with pytest.raises(GraphError, match="holds no store"):
            open_store(tmp_path)

    def test_broken_store(self, tmp_path):
        (tmp_path / "CURRENT").write_text("nonsense")
        with pytest.raises(GraphError):
            open_store(tmp_path)

    @pytest.mark.parametrize("cut", [1, 400])
    def test_a_store_whose_manifest_was_cut_is_not_an_empty_graph(self, tmp_path, cut):
        new_store(tmp_path / "store", GOLDEN)
        [manifest] = (tmp_path / "store").glob("MANIFEST-*")
        manifest.write_bytes(manifest.read_bytes()[:-cut])
        with pytest.raises(GraphError, match="damaged store"):
            open_store(tmp_path / "store")

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("a.ttl", b"@prefix a: <http://a/> .\n\na:a a:b a:c\na:d .\n", ":4: "),
            ("a.ttl", b"<relative> a <http://a/> .", ":1: "),
            ("a.nt", b'<http://a/> <http://b/> "\xff" .', "a.nt"),
            ("a.ttl.gz", b"not packed", "gz"),
            ("a.ttl.gz", gzip.compress(b"<http://a/> a <http://b/> .", mtime=0)[:-12], "gz"),
            ("a.csv", b"a,b", "known are .ttl and .nt"),
            ("a", b"", "known are .ttl and .nt"),
        ],
    )
    def test_broken_file_is_told_in_a_line(self, tmp_path, name, content, message):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(GraphError) as error:
            open_store(path)
        assert str(error.value).startswith(str(path))
        assert message in str(error.value)
        assert "\n" not in str(error.value)


class TestQuery:
    def test_select(self, golden):
        table = golden.query(
            "SELECT ?title ?year ?none WHERE { ?paper <http://purl.org/dc/terms/title> ?title ; "
            "<https://w3id.org/paperkg/ontology#year> ?year } ORDER BY ?year"
        )
        assert table.columns == ("title", "year", "none")
        assert table.rows[0] == (
            Literal("SwiftScan: Exact Attention with Few Reads"),
            Literal("2022", expand("xsd:integer")),
            None,
        )

    def test_ask_and_construct(self, golden):
        assert golden.query("ASK { ?s ?p ?o }") is True
        triples = golden.query(
            "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o FILTER(?o = <http://www.w3.org/ns/prov#Activity>) }"
        )
        assert [triple[1:] for triple in triples] == [(expand("rdf:type"), expand("prov:Activity"))]

    @pytest.mark.parametrize("broken", ["", "SELECT", "SELECT * WHERE { ?s nope:x ?o }", "DROP ALL"])
    def test_broken(self, broken):
        with pytest.raises(QueryError) as error:
            Store().query(broken)
        assert "\n" not in str(error.value)

    def test_language_tag_and_blank_node(self):
        store = Store()
        store.native.load(b'_:a <http://a/> "b"@en .', pyoxigraph.RdfFormat.TURTLE)
        ((subject, _, value),) = store.query(EVERYTHING)
        assert subject.startswith("_:")
        assert value == Literal("b")
        copy = Store()
        copy.extend(store.query(EVERYTHING))
        assert len(copy) == 1


def test_rdflib_graph_is_the_same_graph(golden):
    graph = rdflib_graph(golden)
    paper = rdflib.URIRef(expand("paper:arxiv-2401.00017"))
    assert str(graph.value(paper, rdflib.DCTERMS.title)) == "FoldServe: Folding Experts for Faster Training"
    assert graph.qname(paper) == "paper:arxiv-2401.00017"
    assert len(graph) == len(golden)
    assert {str(subject) for subject in graph.subjects()} == {triple[0] for triple in golden.query(EVERYTHING)}


@pytest.mark.parametrize("iri", ["", "no scheme", "http://a b/", "http://a/>", "http://a/\n"])
def test_term_must_be_an_iri(iri):
    with pytest.raises(ValueError, match=r"."):
        sparql_term(iri)


def test_term_is_escaped():
    assert sparql_term(Literal('"} DROP \\ \n')) == '"\\"} DROP \\\\ \\n"'


def test_dump_knows_its_formats(golden):
    with pytest.raises(GraphError, match="xlsx"):
        golden.dump(BytesIO(), "xlsx")


class Endpoint(BaseHTTPRequestHandler):
    """Answers by path, and with the golden graph at /sparql."""

    def do_POST(self):
        query = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["query"][0]
        self.send(*ANSWERS.get(self.path, ask)(query))

    def send(self, status, media_type, body, *headers):
        self.send_response(status)
        for name, value in (("Content-Type", media_type), ("Content-Length", str(len(body))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def ask(query):
    try:
        answer = open_store(GOLDEN).native.query(query)
    except SyntaxError as error:
        return 400, "text/plain", str(error).encode()
    if isinstance(answer, pyoxigraph.QueryTriples):
        return 200, "application/n-triples", answer.serialize(format=pyoxigraph.RdfFormat.N_TRIPLES)
    return 200, "application/sparql-results+json", answer.serialize(format=pyoxigraph.QueryResultsFormat.JSON)


ANSWERS = {
    "/moved": lambda _: (302, "text/plain", b"", ("Location", "http://example.org/elsewhere")),
    "/page": lambda _: (200, "text/html", b"<h1>Hello</h1>"),
    "/cut": lambda _: (200, "application/sparql-results+json", b'{"head":{"vars":["a"]},"results":{"bindings":['),
    "/yes": lambda _: (200, "application/sparql-results+json", b'{"head":{},"boolean":true}'),
    "/down": lambda _: (503, "text/plain", b"come back\nlater"),
}


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class TestRemote:
    def test_answers_as_the_file_does(self, golden, endpoint):
        remote = open_store(f"{endpoint}/sparql")
        assert isinstance(remote, Remote)
        query = "SELECT ?s ?o WHERE { ?s <https://w3id.org/paperkg/ontology#year> ?o } ORDER BY ?o"
        assert isinstance(remote.query(query), Table)
        assert remote.query(query) == golden.query(query)
        assert remote.query("ASK { ?s ?p ?o }") is True
        assert set(remote.query(EVERYTHING)) == set(golden.query(EVERYTHING))

    def test_local_copy(self, golden, endpoint):
        assert len(local(open_store(f"{endpoint}/sparql"))) == len(golden)
        assert local(golden) is golden

    def test_broken_query(self, endpoint):
        with pytest.raises(QueryError, match="error at"):
            open_store(f"{endpoint}/sparql").query("SELECT")

    @pytest.mark.parametrize(
        ("path", "message"),
        [
            ("moved", "moved to http://example.org/elsewhere"),
            ("page", "answers with text/html"),
            ("cut", "a broken answer"),
            ("down", "503: come back later"),
        ],
    )
    def test_trouble_is_told_in_a_line(self, endpoint, path, message):
        with pytest.raises(GraphError, match=message) as error:
            open_store(f"{endpoint}/{path}").query("ASK {}")
        assert str(error.value).startswith(endpoint)
        assert "\n" not in str(error.value)

    def test_rows_that_do_not_come_are_no_bug_of_ours(self, endpoint):
        with pytest.raises(GraphError, match="no rows"):
            select(open_store(f"{endpoint}/yes"), "SELECT * WHERE { ?s ?p ?o }")

    @pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://127.0.0.1:port/", "http://[", "http://no.invalid/"])
    def test_nobody_there(self, url):
        with pytest.raises(GraphError):
            open_store(url).query("ASK {}")


def test_a_store_takes_the_place_of_a_store_only(tmp_path, monkeypatch):
    listing, output = tmp_path / "papers.jsonl", tmp_path / "output"
    listing.write_text('{"title": "A net", "abstract": "We train BERT on SQuAD."}\n', encoding="utf-8")
    mine, beside = tmp_path / "mine", tmp_path / ".store.backup"
    for folder in (mine, beside):
        folder.mkdir()
        (folder / "thesis.txt").write_text("important", encoding="utf-8")
    work = tmp_path / "work"
    (work / "below").mkdir(parents=True)
    monkeypatch.chdir(work / "below")

    def run(store):
        return CliRunner().invoke(
            main, ["build", str(listing), "-o", str(output), "--store", str(store)], catch_exceptions=False
        )

    for wrong in (mine, tmp_path, output):
        output.mkdir(exist_ok=True)
        (output / "graph.ttl").touch()
        result = run(wrong)
        assert (result.exit_code, result.stderr.startswith(f"Error: {wrong}: holds something else")) == (2, True)
    (work / "CURRENT").touch()  # as if it were one
    result = run(work)
    assert (result.exit_code, "would take the place of what is in it" in result.stderr) == (2, True)
    for again in ("new", "replaced"):
        assert run(tmp_path / "store").exit_code == 0, again
    assert len(open_store(tmp_path / "store")) > 100
    assert (mine / "thesis.txt").read_text("utf-8") == (beside / "thesis.txt").read_text("utf-8") == "important"


def test_what_a_killed_build_left_of_a_store_goes(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, others = (tmp_path / f".store.new-{process}-x" for process in (ended.pid, os.getppid()))
    for folder in (left, others):
        (folder / "new").mkdir(parents=True)
    with atomic_folder(tmp_path / "store") as new:
        (new / "there").touch()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([others.name, "store"])


def test_a_kept_store_is_the_graph_it_was_made_of(tmp_path):
    new_store(tmp_path / "store", GOLDEN)
    assert str(diff(open_store(GOLDEN), open_store(tmp_path / "store"))) == "the same graph"
