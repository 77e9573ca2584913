"""A real server in a process of its own, asked over HTTP."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import httpx
import pyoxigraph
import pytest
from conftest import GOLDEN

from kg.errors import GraphError, InputError
from kg.query import shipped
from kg.serve import Limits, run
from kg.serve.holder import confine
from kg.serve.protocol import RESULTS, _preferred
from kg.store import open_store

SERVER = """
import sys
from kg.serve import Limits, run
limits = Limits(seconds=float(sys.argv[2]), memory=int(sys.argv[3]), answer=int(sys.argv[4]), at_once=2, waiting=2)
run(sys.argv[1], port=0, limits=limits, ready=lambda url: print(url, flush=True))
"""
SECONDS = 2
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
RUNAWAY = (
    "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(STRLEN(CONCAT(STR(?a), STR(?d))) > 1) }"
)
SORTING = "SELECT ?a ?d ?g WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY STRLEN(STR(?g)) LIMIT 1"


@contextmanager
def serving(graph, *, seconds=SECONDS, memory=1 << 30, answer=1 << 20):
    command = [sys.executable, "-c", SERVER, str(graph), str(seconds), str(memory), str(answer)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip()
        with httpx.Client(base_url=url, timeout=30, transport=httpx.HTTPTransport(retries=20)) as client:
            yield client
        process.send_signal(signal.SIGINT)
        process.wait(timeout=10)


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
            ({"method": "GET"}, 400),
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
    def test_page(self, server):
        answer = server.get("/")
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"
        assert "FoldServe" in answer.text

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
            assert second.get("/").text == first.get("/").text

    def test_missing_graph(self, tmp_path):
        with pytest.raises(GraphError, match="no such graph"):
            run(tmp_path / "graph.ttl", port=0)

    def test_taken_port(self):
        with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InputError, match="cannot listen there"):
            run(GOLDEN, port=taken.getsockname()[1])

    def test_default_limit_is_that_of_the_contract(self):
        assert Limits().seconds == 10
