"""A real server in a process of its own, asked over HTTP."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

import pyoxigraph
import pytest
import rdflib
from conftest import GOLDEN, serving
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import GET, JSON, POST, TURTLE, XML, SPARQLWrapper

from kg.errors import GraphError, InputError
from kg.query import read, shipped
from kg.serve import Limits, run
from kg.serve.holder import confine
from kg.serve.protocol import RESULTS, _preferred
from kg.store import open_store, select

SECONDS = 2
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
RUNAWAY = (
    "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(STRLEN(CONCAT(STR(?a), STR(?d))) > 1) }"
)
SORTING = "SELECT ?a ?d ?g WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY STRLEN(STR(?g)) LIMIT 1"


@pytest.fixture(scope="module")
def server():
    with serving(GOLDEN) as client:
        yield client


def ask(client, query, **headers):
    return client.post("/sparql", data={"query": query}, headers=headers)


class TestProtocol:
    def test_three_ways_of_asking(self, server, golden):
        answers = [
            server.get("/sparql", params={"query": COUNT}),
            server.post("/sparql", data={"query": COUNT}),
            server.post("/sparql", content=COUNT, headers={"Content-Type": "application/sparql-query"}),
        ]
        for answer in answers:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("application/sparql-results+json")
            assert answer.json()["results"]["bindings"][0]["n"]["value"] == str(len(golden))

    @pytest.mark.parametrize(
        ("accept", "media_type"),
        [
            ("text/csv", "text/csv"),
            ("text/tab-separated-values", "text/tab-separated-values"),
            ("application/sparql-results+xml, */*;q=0.1", "application/sparql-results+xml"),
            ("text/turtle, text/csv;q=0.2", "text/csv"),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/xml"),
            ("text/*", "text/csv"),
            ("*/*", "application/sparql-results+json"),
            ("application/json;q=nonsense, text/csv", "text/csv"),
        ],
    )
    def test_format_of_rows(self, server, golden, accept, media_type):
        answer = ask(server, COUNT, Accept=accept)
        assert answer.headers["content-type"].partition(";")[0] == media_type
        assert str(len(golden)) in answer.text

    @pytest.mark.parametrize("accept", ["text/turtle", "application/n-triples", "application/ld+json", "text/csv, */*"])
    def test_format_of_triples(self, server, accept):
        answer = ask(server, "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }", Accept=accept)
        media_type = answer.headers["content-type"].partition(";")[0]
        assert media_type == ("text/turtle" if "*" in accept else accept)
        assert len(list(pyoxigraph.parse(answer.content, pyoxigraph.RdfFormat.from_media_type(media_type)))) > 50

    def test_shipped_questions_answer_as_in_the_library(self, server, golden):
        for name in ("results-by-metric", "co-occurring", "evidence"):
            text = shipped()[name].text
            assert len(ask(server, text).json()["results"]["bindings"]) == len(golden.query(text).rows)

    @pytest.mark.parametrize(
        ("request_", "status"),
        [
            ({"method": "POST"}, 415),
            ({"method": "GET", "params": {"quary": COUNT}}, 400),
            ({"method": "GET", "params": {"query": "SELECT"}}, 400),
            ({"method": "GET", "params": [("query", COUNT), ("query", COUNT)]}, 400),
            ({"method": "GET", "params": {"query": COUNT, "default-graph-uri": "http://example.org/"}}, 400),
            ({"method": "GET", "params": {"query": "ASK { SERVICE <http://example.org/> {} }"}}, 400),
            ({"method": "GET", "params": {"query": "ASK FROM <http://example.org/> {}"}}, 400),
            ({"method": "GET", "params": {"query": "DROP ALL"}}, 400),
            ({"method": "GET", "params": {"query": COUNT}, "headers": {"Accept": "image/png"}}, 406),
            ({"method": "POST", "data": {"update": "DROP ALL"}}, 403),
            ({"method": "POST", "content": "DROP ALL", "headers": {"Content-Type": "application/sparql-update"}}, 403),
            ({"method": "POST", "content": COUNT, "headers": {"Content-Type": "text/plain"}}, 415),
            ({"method": "POST", "content": b"\xff", "headers": {"Content-Type": "application/sparql-query"}}, 400),
            ({"method": "POST", "data": {"query": "#" * (1 << 21)}}, 413),
            ({"method": "PUT", "content": COUNT}, 405),
            ({"method": "DELETE"}, 405),
        ],
    )
    def test_refusals_are_plain_lines(self, server, request_, status):
        answer = server.request(url="/sparql", **request_)
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/plain")
        assert len(answer.text.splitlines()) == 1
        assert "Traceback" not in answer.text

    def test_accept_prefers_the_specific_range(self):
        assert _preferred("text/csv;q=0, */*", RESULTS) == RESULTS[0]
        assert _preferred("*/*;q=0.1, application/sparql-results+json;q=0", RESULTS) == RESULTS[1]
        assert _preferred("image/png", RESULTS) is None


class TestLimits:
    @pytest.mark.parametrize("query", [RUNAWAY, SORTING, "SELECT * WHERE { ?a ((!<a:a>)|(^!<a:a>))* ?b } ORDER BY ?a"])
    def test_runaway_ends_while_others_are_answered(self, server, query):
        answers = {}
        began = time.monotonic()
        runaway = threading.Thread(target=lambda: answers.update(runaway=ask(server, query)))
        runaway.start()
        time.sleep(0.2)
        assert ask(server, "ASK { ?s ?p ?o }").json()["boolean"] is True
        assert runaway.is_alive()
        runaway.join()
        assert time.monotonic() - began < SECONDS + 1
        assert answers["runaway"].status_code == 503
        assert "bindings" not in answers["runaway"].text

    def test_queue_is_bounded(self, server):
        statuses = []
        threads = [threading.Thread(target=lambda: statuses.append(ask(server, RUNAWAY))) for _ in range(7)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {answer.status_code for answer in statuses} == {503}
        assert any("too many queries at once" in answer.text for answer in statuses)
        assert ask(server, COUNT).status_code == 200

    def test_long_answer_is_no_answer(self, server):
        answer = ask(server, "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f }")
        assert answer.status_code == 503
        assert "the answer has over 1,048,576 bytes" in answer.text

    def test_many_rows_are_no_answer_in_any_format(self, golden):
        titles = "SELECT ?title ?any WHERE { ?paper dcterms:title ?title } ORDER BY ?title"
        number = len(golden.query(read(titles).text).rows)
        with serving(GOLDEN, rows=number - 1) as fewer, serving(GOLDEN, rows=number) as enough:
            for accept in RESULTS:
                refused = ask(fewer, titles, Accept=accept)
                assert (refused.status_code, refused.text) == (
                    503,
                    f"the answer has over {number - 1} rows; ask for less\n",
                )
                assert ask(enough, titles, Accept=accept).status_code == 200

    def test_memory(self):
        with serving(GOLDEN, seconds=20, memory=64 << 20) as client:
            answer = ask(client, SORTING)
            assert answer.status_code == 503
            assert answer.text == "stopped: the query took too much memory\n"
            assert ask(client, COUNT).status_code == 200

    def test_deep_query(self, server):
        answer = ask(server, "ASK " + "{" * 20_000 + "}" * 20_000)
        assert answer.status_code in {400, 503}
        assert len(answer.text.splitlines()) == 1

    def test_process_of_a_query_reaches_no_network(self):
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=_try_to_connect)
        process.start()
        process.join()
        assert process.exitcode == 0


def _try_to_connect():
    open_store(GOLDEN)
    confine(1 << 30, files=False)
    try:
        socket.socket()
    except OSError:
        os._exit(0)
    os._exit(1)


class TestSafety:
    def test_page_where_the_explorer_is_not_built(self):
        with serving(GOLDEN, options={"explorer": None}) as client:
            answer = client.get("/")
            assert answer.headers["content-type"].startswith("text/html")
            assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"
            assert "FoldServe" in answer.text

    def test_explorer_may_run_its_own_scripts_only(self, tmp_path):
        (tmp_path / "assets").mkdir()
        (tmp_path / "index.html").write_text("<p>explorer")
        (tmp_path / "secret").write_text("secret")
        (tmp_path / "assets" / "x.js").write_text("1")
        with serving(GOLDEN, options={"explorer": str(tmp_path)}) as client:
            for path in ("/", "/id/method/bert", "/query?query=ASK%20%7B%7D", "/secret", "/assets/../secret"):
                answer = client.get(path)
                assert "explorer" in answer.text
                policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
                assert policy["default-src"] == "'none'"
                assert policy["script-src"] == policy["style-src"] == "'self'"
            assert client.get("/assets/x.js").text == "1"
            for path in ("/assets/%2e%2e/secret", "/assets/..%2fsecret", "/assets//etc/passwd", "/api/nothing"):
                answer = client.get(path)
                assert answer.status_code == 404
                assert "secret" not in answer.text

    @pytest.mark.parametrize("path", ["/", "/sparql", "/nowhere", "/%2e%2e/%2e%2e/etc/passwd"])
    def test_headers(self, server, path):
        answer = server.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "server" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers

    @pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000", "192.168.0.7"])
    def test_own_names(self, server, host):
        assert server.get("/", headers={"Host": host}).status_code == 200

    @pytest.mark.parametrize(
        "host", ["example.org", "example.org:8000", "localhost.example.org", "127.0.0.1.nip.io", "["]
    )
    def test_rebound_names(self, server, host):
        answer = server.get("/sparql", params={"query": COUNT}, headers={"Host": host})
        assert answer.status_code == 421
        assert "bindings" not in answer.text

    def test_pages_elsewhere_cannot_ask(self, server):
        assert ask(server, COUNT, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert ask(server, COUNT, **{"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.fixture(scope="module")
def guarded():
    with serving(GOLDEN, options={"token": "geheim"}) as client:
        yield client


@pytest.fixture(scope="module")
def client():
    with serving(GOLDEN, options={"origins": ["https://yasgui.example"]}) as client:
        yield client


class TestToken:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Authorization": "Bearer falsch"},
            {"Cookie": "paperkg=falsch"},
            {"Cookie": "paperkg"},
            {"Cookie": ";=;"},
        ],
    )
    @pytest.mark.parametrize("path", ["/", "/sparql?query=ASK%20%7B%7D", "/api/find", "/assets/x", "/?token=falsch"])
    def test_nothing_without_it(self, guarded, path, headers):
        answer = guarded.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["x-content-type-options"] == "nosniff"

    def test_as_a_bearer_and_by_any_name(self, guarded):
        headers = {"Authorization": "Bearer geheim", "Host": "papers.example.org"}
        assert guarded.get("/api/find", headers=headers).status_code == 200

    def test_in_the_address_it_becomes_a_cookie(self, guarded):
        answer = guarded.get("/search?q=a%20b&token=geheim")
        assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=a+b")
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert "SameSite=strict" in answer.headers["set-cookie"]
        assert guarded.get("/api/find", headers={"Cookie": "paperkg=geheim"}).status_code == 200
        assert guarded.get(f"{guarded.base_url}/evil.example/?token=geheim").headers["location"] == "/evil.example/"
        guarded.cookies.clear()

    def test_an_open_address_without_one_is_refused(self):
        with pytest.raises(InputError, match="wants a token"):
            run(GOLDEN, host="0.0.0.0", port=0)


class TestOrigins:
    def test_a_page_that_may_ask(self, client):
        headers = {"Origin": "https://yasgui.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
        answer = ask(client, COUNT, **headers)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "https://yasgui.example"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "accept"}
        assert client.options("/sparql", headers=headers | asked).status_code == 200

    def test_a_page_that_may_not(self, client):
        headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        assert "access-control-allow-origin" not in ask(client, COUNT, **headers).headers
        assert client.get("/api/find", headers=headers).status_code == 403


class TestDescription:
    def test_of_the_service_and_of_the_data(self, server, golden):
        for path in ("/sparql", "/.well-known/void"):
            answer = server.get(path)
            assert answer.headers["content-type"].startswith("text/turtle")
            graph = rdflib.Graph().parse(data=answer.text)
            sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
            [service] = graph.subjects(rdflib.RDF.type, sd.Service)
            endpoint = rdflib.URIRef(f"{server.base_url}sparql")
            assert graph.value(service, sd.endpoint) == endpoint
            assert graph.value(service, sd.supportedLanguage) == sd.SPARQL11Query
            data = graph.value(service, sd.defaultDataset)
            assert graph.value(data, rdflib.VOID.sparqlEndpoint) == endpoint
            assert graph.value(data, rdflib.VOID.triples).toPython() == len(golden)
            papers = "https://w3id.org/paperkg/ontology#Paper"
            [part] = graph.subjects(rdflib.VOID["class"], rdflib.URIRef(papers))
            rows = select(golden, f"SELECT ?paper WHERE {{ ?paper a <{papers}> }}").rows
            assert graph.value(part, rdflib.VOID.entities).toPython() == len(rows)
            assert not [node for node in graph.all_nodes() if isinstance(node, rdflib.BNode)]

    def test_an_answer_that_is_known_is_not_sent_again(self, server):
        answer = server.get("/sparql", params={"query": COUNT})
        tag = answer.headers["etag"]
        assert server.get("/sparql", params={"query": COUNT}, headers={"If-None-Match": tag}).status_code == 304
        known = {"If-None-Match": tag}
        assert server.get("/sparql", params={"query": "ASK {}"}, headers=known).status_code == 200
        assert server.get("/sparql", params={"query": COUNT}, headers=known | {"Accept": "text/csv"}).status_code == 200
        assert server.get("/sparql", params={"query": "SELECT"}, headers=known).status_code == 400
        assert server.post("/sparql", data={"query": COUNT}, headers=known).status_code == 200
        assert "Accept" in answer.headers["vary"]

    @pytest.mark.skipif(sys.platform != "linux", reason="looks for processes as Linux shows them")
    def test_an_answer_that_was_given_is_given_again_without_asking(self):
        with serving(GOLDEN) as client:
            first = ask(client, COUNT)
            [holder] = Path(f"/proc/{client.pid}/task/{client.pid}/children").read_text().split()
            os.kill(int(holder), signal.SIGKILL)
            assert ask(client, COUNT).content == first.content
            assert ask(client, COUNT, Accept="text/csv").status_code == 503


class TestClients:
    def test_sparqlwrapper(self, server, golden):
        client = SPARQLWrapper(f"{server.base_url}sparql")
        for method in (GET, POST):
            client.setMethod(method)
            client.setQuery(shipped()["top-concepts"].text)
            client.setReturnFormat(JSON)
            rows = client.queryAndConvert()["results"]["bindings"]
            assert len(rows) == len(golden.query(shipped()["top-concepts"].text).rows)
        client.setQuery("CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }")
        client.setReturnFormat(TURTLE)
        assert len(rdflib.Graph().parse(data=client.queryAndConvert())) > 50
        client.setQuery("ASK { ?s ?p ?o }")
        client.setReturnFormat(XML)
        assert b"true" in client.query().convert().toxml().encode()

    def test_rdflib(self, server, golden):
        store = SPARQLStore(f"{server.base_url}sparql")
        graph = rdflib.Graph(store)
        assert len(graph) == len(golden)
        papers = list(graph.subjects(rdflib.RDF.type, rdflib.URIRef("https://w3id.org/paperkg/ontology#Paper")))
        assert papers
        assert {str(title) for _, _, title in graph.triples((papers[0], rdflib.DCTERMS.title, None))}

    def test_curl(self, server):
        command = [
            "curl",
            "-sf",
            f"{server.base_url}sparql",
            "--data-urlencode",
            f"query={COUNT}",
            "-H",
            "Accept: text/csv",
        ]
        assert subprocess.run(command, check=True, capture_output=True).stdout.startswith(b"n\r\n")


class TestFind:
    def found(self, server, **query):
        return [(it["label"], it["type"]) for it in server.get("/api/find", params=query).json()]

    def test_by_name_alias_and_title(self, server):
        assert ("Mixtral 8x22B", "Model") in self.found(server, q="mixtral")
        assert self.found(server, q="mfu")[0] == ("Model FLOPs Utilization", "Metric")
        assert [type_ for _, type_ in self.found(server, q="fold", type="Paper")] == ["Paper"] * len(
            self.found(server, q="fold", type="Paper")
        )
        assert self.found(server, q="no such thing") == []

    @pytest.mark.parametrize("query", [{"type": "Nothing"}, {"limit": "0"}, {"limit": "x"}, {"limit": "201"}])
    def test_wrong_use(self, server, query):
        assert server.get("/api/find", params=query).status_code == 400


class TestReader:
    TEXT = "Title: Serving\nAbstract: We run Mixtral 8x22B on H100 GPUs and reach 41.5% MFU.\n"

    def test_what_is_pasted_is_extracted_and_not_kept(self, server, golden):
        assert server.get("/api/extract").status_code == 204
        for _ in range(2):
            answer = server.post("/api/extract", content=self.TEXT.encode()).json()
            [paper] = answer["papers"]
            assert {"Mixtral 8x22B", "H100 GPUs"} <= {mention["text"] for mention in paper["mentions"]}
            assert paper["results"][0]["value"] == "41.5"
        assert server.get("/sparql", params={"query": COUNT}).json()["results"]["bindings"][0]["n"]["value"] == str(
            len(golden)
        )

    def test_what_is_no_paper_is_told(self, server):
        answer = server.post("/api/extract", content=b"\x00\xff nothing").json()
        assert answer["papers"] == []
        assert "binary file" in answer["said"][0]

    def test_too_much(self, server):
        assert server.post("/api/extract", content=bytes(1 << 21)).status_code == 413


METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"])
PATHS = st.sampled_from(["/", "/sparql", "/api/find", "/api/merges", "/api/queries", "/api/terms", "/assets/", "/id/"])
LATIN = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30)
NAMES = st.sampled_from(["query", "q", "type", "limit", "concept", "default-graph-uri", "update", "token"])
VALUES = st.sampled_from([COUNT, "ASK {}", "Method", "7"]) | st.text(max_size=30)
HEADERS = st.dictionaries(
    st.sampled_from(["Accept", "Content-Type", "If-None-Match", "Origin", "Range", "Cookie", "Authorization"]), LATIN
)


@settings(max_examples=300)
@given(METHODS, PATHS, LATIN, st.lists(st.tuples(NAMES, VALUES), max_size=3), HEADERS, st.binary(max_size=200))
def test_no_request_brings_the_server_down(server, method, path, more, query, headers, body):
    query = [(name, value.encode("utf-8", "replace").decode()) for name, value in query]
    url = path + quote(more) * (path != "/sparql")
    answer = server.request(method, url, params=query, headers=headers, content=body or None)
    assert answer.status_code in {200, 204, 206, 303, 304, 307, 400, 403, 404, 405, 406, 413, 415, 416, 421, 503}
    assert "Traceback" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


class TestLife:
    def test_folder_is_served_and_nothing_left_behind(self, tmp_path, golden, monkeypatch):
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        monkeypatch.setenv("TMPDIR", str(scratch))
        native = pyoxigraph.Store(str(tmp_path / "store"))
        native.bulk_extend(golden.native)
        native.flush()
        del native
        with serving(tmp_path / "store") as client:
            assert ask(client, COUNT).json()["results"]["bindings"][0]["n"]["value"] == str(len(golden))
            assert len(list(scratch.iterdir())) == 1
        assert list(scratch.iterdir()) == []

    def test_an_endpoint_is_served_as_a_copy(self, golden):
        with serving(GOLDEN) as first, serving(f"{first.base_url}sparql") as second:
            assert ask(second, COUNT).json()["results"]["bindings"][0]["n"]["value"] == str(len(golden))

    def test_missing_graph(self, tmp_path):
        with pytest.raises(GraphError, match="no such graph"):
            run(tmp_path / "graph.ttl", port=0)

    def test_taken_port(self):
        with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InputError, match="cannot listen there"):
            run(GOLDEN, port=taken.getsockname()[1])

    def test_default_limit_is_that_of_the_contract(self):
        assert Limits().seconds == 10
