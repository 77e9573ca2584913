"""The small corpus that many tests share: linked papers, and the golden graph that they make."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import settings

from kg.model import Community, Concept, LinkedPaper, Mention, Paper, Quantity, Result, Run, Survey
from kg.names import expand

settings.register_profile("paperkg", deadline=None, derandomize=True)  # the same on every machine, however busy
settings.load_profile("paperkg")

CASES = Path(__file__).parent / "cases"
GOLDEN = CASES / "graph" / "golden.ttl"
ROLES = ("metric", "subject", "dataset", "hardware", "baseline", "of")

Corpus = tuple[tuple[LinkedPaper, ...], tuple[Concept, ...], Run]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def linked_corpus(path: Path) -> Corpus:
    """The papers, concepts and run of a TOML file, with the offsets found in the texts."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    concepts = tuple(_concept(expand(name), **fields) for name, fields in told["concepts"].items())
    papers = tuple(_linked(told["surfaces"], **fields) for fields in told["paper"])
    return papers, concepts, Run(**told["run"])


def linked_survey(path: Path) -> Survey:
    """The communities and centralities of the same file."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    return Survey(
        tuple(Community(it["key"], it["label"], tuple(map(expand, it["members"]))) for it in told["community"]),
        {expand(name): value for name, value in told["centrality"].items()},
    )


def _concept(iri: str, **fields: Any) -> Concept:
    lists = {name: tuple(fields.pop(name, ())) for name in ("alt_labels", "acronyms")}
    facts = tuple(fields.pop("facts", {}).items())
    broader = tuple(map(expand, fields.pop("broader", ())))
    exact_match = tuple(fields.pop("exact_match", ()))
    return Concept(iri, **fields, **lists, broader=broader, exact_match=exact_match, facts=facts)


def _linked(surfaces: dict[str, str], **fields: Any) -> LinkedPaper:
    mentions, results, quantities = (fields.pop(name, []) for name in ("mentions", "results", "quantities"))
    lists = {name: tuple(fields.pop(name, ())) for name in ("authors", "categories", "same_as", "versions")}
    paper = Paper(**fields, **lists)
    concept_of = {**surfaces, **{mention["text"]: mention["concept"] for mention in mentions}}
    roles = {
        (role, stated[role]): expand(concept_of[stated[role]])
        for stated in (*results, *quantities)
        for role in ROLES
        if stated.get(role) in concept_of
    }
    return LinkedPaper(
        paper,
        tuple(
            Mention(start, end, **mention | {"concept": expand(mention["concept"])})
            for mention in mentions
            for start, end in _places(paper.text, mention["text"])
        ),
        tuple(Result(*next(_places(paper.text, result["text"])), **result) for result in results),
        tuple(Quantity(*next(_places(paper.text, quantity["text"])), **quantity) for quantity in quantities),
        roles,
    )


def _places(text: str, surface: str) -> Iterator[tuple[int, int]]:
    found = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(surface)}(?!\w)", text)]
    assert found, surface
    yield from found


@pytest.fixture(scope="session")
def linked() -> Corpus:
    return linked_corpus(CASES / "graph" / "linked.toml")


@pytest.fixture(scope="session")
def surveyed() -> Survey:
    return linked_survey(CASES / "graph" / "linked.toml")


@pytest.fixture(scope="session")
def golden():
    """The golden graph, opened; read only."""
    from kg.store import open_store

    return open_store(GOLDEN)


class Played(ThreadingHTTPServer):
    """Answers each request with the next of `moves`, the last one again and again; keeps what it was asked."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.moves, self.asked = [], []

    def handle_error(self, request, client_address):
        """A client that has gone is no news here."""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        moves = self.server.moves
        (moves.pop(0) if len(moves) > 1 else moves[0])(self)

    do_POST = do_GET  # noqa: N815  # as http.server looks for it

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    """A web server that answers each request with the next of its `moves`, functions of its handler."""
    played = Played()
    thread = threading.Thread(target=played.serve_forever, args=[0.02])
    thread.start()
    yield played
    played.shutdown()
    thread.join()
    played.server_close()


SERVER = """
import json, sys
from kg.serve import Limits, run
graph, limits, options = sys.argv[1], *map(json.loads, sys.argv[2:])
reader = [sys.executable, "-m", "kg", "extract", "-"]
run(graph, port=0, limits=Limits(**limits), reader=reader, ready=lambda url: print(url, flush=True), **options)
"""


@contextmanager
def serving(graph, *, options=None, **limits):
    """A client of `kg serve` in a process of its own, with small limits."""
    limits = {"seconds": 2, "memory": 1 << 30, "answer": 1 << 20, "at_once": 2, "waiting": 2} | limits
    command = [sys.executable, "-c", SERVER, str(graph), json.dumps(limits), json.dumps(options or {})]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip()
        try:
            with httpx.Client(base_url=url, timeout=30, transport=httpx.HTTPTransport(retries=20)) as client:
                client.pid = process.pid
                yield client
            process.send_signal(signal.SIGINT)
            process.wait(timeout=10)
        finally:
            process.kill()


_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_HOW_TO_GET_ONE = "`apt install chromium` brings one, or set CHROMIUM to its path"
_SKIPPED = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium; without one the test is skipped, or fails when PAPERKG_REQUIRE_ALL=1."""
    executable = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _CHROMIUMS)), None)
    if executable is None:
        if os.environ.get("PAPERKG_REQUIRE_ALL") == "1":
            pytest.fail(f"no Chromium found: {_HOW_TO_GET_ONE}")
        pytest.skip("no Chromium found")
    from playwright.sync_api import sync_playwright

    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=options)
        yield chromium
        chromium.close()


def pytest_terminal_summary(terminalreporter, config):
    skipped = [report for report in terminalreporter.stats.get("skipped", ()) if "browser" in report.keywords]
    config.stash[_SKIPPED] = len(skipped)


def pytest_unconfigure(config):
    """After all else that pytest says, so that it is the last line."""
    if count := config.stash.get(_SKIPPED, 0):
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        tests = "test" if count == 1 else "tests"
        reporter.write_line(f"{count} browser {tests} skipped, no Chromium found: {_HOW_TO_GET_ONE}.")
