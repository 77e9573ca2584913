"""Loading into real servers, started here: Oxigraph and, where Debian's package is there, Virtuoso."""

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from conftest import GOLDEN, free_port

from kg import load as loading
from kg.cli import main
from kg.errors import InputError, WebError
from kg.load import Target, load
from kg.store import Remote, Store, open_store
from kg.web import Web

OURS = "https://papers.example/graph"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


@contextmanager
def running(command, url, **options):
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options) as process:
        try:
            for _ in range(300):
                try:
                    httpx.get(url, params={"query": "ASK {}"}).raise_for_status()
                    break
                except httpx.HTTPError:
                    assert process.poll() is None, "the server ended"
                    time.sleep(0.1)
            yield
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def oxigraph():
    base = f"http://127.0.0.1:{free_port()}"
    command = [Path(sys.executable).with_name("oxigraph"), "serve", "--bind", base.removeprefix("http://")]
    with running(command, f"{base}/query"):
        yield base


VIRTUOSO = """
[Database]
DatabaseFile = {folder}/v.db
ErrorLogFile = {folder}/v.log
LockFile = {folder}/v.lck
TransactionFile = {folder}/v.trx
xa_persistent_file = {folder}/v.pxa
[TempDatabase]
DatabaseFile = {folder}/t.db
TransactionFile = {folder}/t.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 4
[SPARQL]
ResultSetMaxRows = 1000000
"""


@pytest.fixture(scope="module")
def virtuoso(tmp_path_factory):
    program = shutil.which("virtuoso-t")
    if program is None:
        if os.environ.get("PAPERKG_REQUIRE_ALL") == "1":
            pytest.fail("no Virtuoso found: `apt install virtuoso-opensource-7-bin` brings one")
        pytest.skip("no Virtuoso found: `apt install virtuoso-opensource-7-bin` brings one")
    folder = tmp_path_factory.mktemp("virtuoso")
    http = free_port()
    (folder / "virtuoso.ini").write_text(VIRTUOSO.format(folder=folder, sql=free_port(), http=http), encoding="ascii")
    with running([program, "-f", "-c", folder / "virtuoso.ini"], f"http://127.0.0.1:{http}/sparql", cwd=folder):
        yield f"http://127.0.0.1:{http}"


@pytest.fixture
def web():
    with Web(attempts=2, sleep=lambda _: None) as web:
        yield web


def triples(url, graph=None):
    """What the server has, with the numbers as values: stores spell them as they like."""
    where = f"GRAPH <{graph}> {{ ?s ?p ?o }}" if graph else "?s ?p ?o"
    return {tuple(map(str, row)) for row in Remote(url).query(f"SELECT ?s ?p ?o WHERE {{ {where} }}").rows}


@pytest.mark.parametrize(("path", "update"), [("store", False), ("update", True)])
@pytest.mark.parametrize("graph", [None, OURS])
def test_oxigraph_holds_what_was_sent(oxigraph, golden, web, path, update, graph, monkeypatch):
    monkeypatch.setattr(loading, "STORED", 100)
    monkeypatch.setattr(loading, "UPDATED", 100)
    target = Target(f"{oxigraph}/{path}", graph, update)
    for _ in range(2):
        assert load(golden, target, web=web, replace=True) == len(golden)
        sent = {tuple(map(str, row)) for row in golden.query("SELECT ?s ?p ?o WHERE { ?s ?p ?o }").rows}
        assert triples(f"{oxigraph}/query", graph) == sent


def test_questions_to_the_server_are_answered_as_by_the_file(oxigraph, golden, web):
    load(golden, Target(f"{oxigraph}/store"), web=web, replace=True)
    for arguments in (
        ("query", "results-by-metric", "-p", "metric=MFU"),
        ("why", "FoldServe", "MFU"),
        ("stats",),
        ("related", "MFU"),
        ("communities",),
        ("trends",),
        ("export", "-", "--format", "edges.csv"),
        ("view", "-o", "-"),
    ):
        told = [
            CliRunner().invoke(main, [*arguments, "--graph", graph]) for graph in (str(GOLDEN), f"{oxigraph}/query")
        ]
        assert [result.exit_code for result in told] == [0, 0], told[1].output
        assert told[0].stdout == told[1].stdout


def test_virtuoso_holds_what_was_sent(virtuoso, golden, monkeypatch):
    monkeypatch.setattr(loading, "STORED", 300)
    with Web(credentials=("dba", "dba")) as web:
        target = Target(f"{virtuoso}/sparql-graph-crud-auth", OURS)
        assert load(golden, target, web=web, replace=True) == len(golden)
        assert load(golden, target, web=web, replace=True) == len(golden)
    url = f"{virtuoso}/sparql"
    assert {row[:2] for row in triples(url, OURS)} == {
        tuple(map(str, row)) for row in golden.query("SELECT DISTINCT ?s ?p WHERE { ?s ?p ?o }").rows
    }
    [[number]] = Remote(url).query(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{OURS}> {{ ?s ?p ?o }} }}").rows
    assert number.value == str(len(golden))
    ask = ["query", "results-by-metric", "-p", "metric=MFU", "--format", "csv", "--graph"]
    there = CliRunner().invoke(main, [*ask, f"{url}?default-graph-uri={OURS}"])
    here = CliRunner().invoke(main, [*ask, str(GOLDEN)])
    assert there.exit_code == 0, there.output
    assert [line.split(",")[0] for line in there.stdout.splitlines()] == [
        line.split(",")[0] for line in here.stdout.splitlines()
    ]


def test_virtuoso_wants_a_password(virtuoso, golden):
    with Web(credentials=("dba", "wrong")) as web, pytest.raises(WebError, match="401"):
        load(golden, Target(f"{virtuoso}/sparql-graph-crud-auth", OURS), web=web)


def taken(handler):
    handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
    handler.send_response(204)
    handler.end_headers()


def refused(status):
    def move(handler):
        handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        handler.send_response(status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return move


def test_what_was_cut_short_goes_on(server, golden, web, tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "STORED", 200)
    account = tmp_path / ".cache" / "load.json"
    parts = -(-len(golden) // 200)
    server.moves = [taken, taken, refused(507)]
    with pytest.raises(WebError, match=rf"507: .*; 2 of {parts} parts have arrived, load again to go on"):
        load(golden, Target(server.url), web=web, account=account)
    server.asked.clear()
    server.moves = [taken]
    assert load(golden, Target(server.url), web=web, account=account) == len(golden)
    assert len(server.asked) == parts - 2
    assert not account.exists()


@pytest.mark.parametrize("kept", ["", "{", "[]", json.dumps({"told": ["other"], "done": 3}), json.dumps({"done": 1})])
def test_an_account_of_another_load_is_not_believed(server, golden, web, tmp_path, kept):
    (tmp_path / "load.json").write_text(kept, encoding="utf-8")
    server.moves = [taken]
    load(golden, Target(server.url), web=web, account=tmp_path / "load.json")
    assert len(server.asked) == 1


def test_what_fails_in_passing_is_sent_again(server, golden, web):
    server.moves = [refused(503), taken]
    assert load(golden, Target(server.url), web=web) == len(golden)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (Target("ftp://example.org/"), "not the address of a server"),
        (Target("nothing"), "not the address of a server"),
        (Target("http://[/"), "Invalid IPv6"),
        (Target("https://me:secret@example.org/"), "PAPERKG_PASSWORD"),
        (Target("http://127.0.0.1/", "no iri"), "not an address to name a graph by"),
        (Target("http://127.0.0.1/", "https://x.example/> } ; DROP ALL #"), "not an address to name a graph by"),
    ],
)
def test_wrong_use(golden, web, target, message):
    with pytest.raises(InputError, match=message) as error:
        load(golden, target, web=web)
    assert "secret" not in str(error.value)


def basic(handler):
    if "Authorization" in handler.headers:
        taken(handler)
    else:
        handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        handler.send_response(401)
        handler.send_header("WWW-Authenticate", 'Basic realm="x"')
        handler.send_header("Content-Length", "0")
        handler.end_headers()


def test_a_password_is_given_only_when_asked_and_not_in_the_clear(server, monkeypatch):
    store = Store()
    store.extend([("https://a.example/s", "https://a.example/p", "https://a.example/o")])
    monkeypatch.setenv("PAPERKG_USER", "me")
    monkeypatch.setenv("PAPERKG_PASSWORD", "geheim")
    server.moves = [basic]
    with Web(credentials=("me", "geheim")) as web:
        assert load(store, Target(server.url), web=web) == 1
    assert ["Authorization" in headers for _, headers in server.asked] == [False, True]
    server.asked.clear()
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with Web(credentials=("me", "geheim")) as web, pytest.raises(WebError, match="401"):
        load(store, Target("http://papers.invalid/store"), web=web)
    assert not any("Authorization" in headers for _, headers in server.asked)


def test_the_command(oxigraph, tmp_path):
    graph = tmp_path / "graph.ttl"
    graph.write_bytes(GOLDEN.read_bytes())
    result = CliRunner().invoke(main, ["load", f"{oxigraph}/store", "--graph", str(graph), "--into", f"{OURS}/other"])
    assert (result.exit_code, result.stderr) == (0, f"{len(open_store(graph))} triples are at {oxigraph}/store\n")
    assert list((tmp_path / ".cache").iterdir()) == []
