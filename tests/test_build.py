"""The bundled sample, built as `make demo` builds it, and the code of the README."""

import gc
import re
import shlex
import shutil
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pyoxigraph
import pytest
from click.testing import CliRunner
from conftest import CASES

from kg import store
from kg.build import build, understand
from kg.cli import main
from kg.errors import GraphError
from kg.files import PACKAGE
from kg.model import TYPES, LinkedPaper
from kg.names import THINGS, is_key

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def corpus():
    return understand([PACKAGE / "sample" / "daily-papers.txt"])


@pytest.fixture(scope="module")
def output(corpus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    build(corpus, folder)
    return folder


def test_the_sample_is_worth_looking_at(corpus):
    report = corpus.report
    assert report.kept == report.read >= 40
    assert all(report.counts[type_] >= 10 for type_ in TYPES)
    assert min(report.counts[name] for name in ("results", "quantities")) >= 40


def test_a_store_is_asked_served_and_checked_like_the_file(output, tmp_path):
    folder = tmp_path / "output" / "store"
    for _ in range(2):
        result = CliRunner().invoke(main, ["build", "-o", str(tmp_path / "output"), "--store", str(folder)])
        assert result.exit_code == 0, result.output
    assert (tmp_path / "output" / "graph.ttl").read_bytes() == (output / "graph.ttl").read_bytes()
    assert (tmp_path / "output" / "graph.html").read_bytes() == (output / "graph.html").read_bytes()
    assert [path.name for path in folder.parent.glob(".*")] == [".cache"]
    for arguments in (["query", "top-concepts"], ["stats"], ["why", "FlashAttention-2", "MFU"], ["validate"]):
        asked = [[*arguments, "--graph", str(graph)] for graph in (output / "graph.ttl", folder)]
        told = [CliRunner().invoke(main, it).stdout.replace(str(it[-1]), "GRAPH") for it in asked]
        assert told[0] == told[1]


def test_offsets_lead_to_the_words(corpus):
    for paper in corpus.papers:
        for span in (*paper.mentions, *paper.results, *paper.quantities):
            assert paper.paper.text[span.start : span.end] == span.text


def test_mentions_are_in_order_and_do_not_overlap(corpus):
    for paper in corpus.papers:
        assert all(one.end <= other.start for one, other in zip(paper.mentions, paper.mentions[1:], strict=False))


def test_turtle_tells_papers_then_concepts_then_the_run_then_mentions(output):
    subjects = re.findall(r"^([a-z]+):(\S+)$", (output / "graph.ttl").read_text(encoding="utf-8"), re.MULTILINE)
    parts = {"result": "paper", "quantity": "paper", "mention": "context", "agent": "run", "unit": "kg"}
    order = [kind for kind, _ in groupby(parts.get(prefix, prefix) for prefix, _ in subjects)]
    concepts = ["method", "dataset", "task", "metric", "hardware", "scheme"]
    assert [kind for kind in order if kind != "kg"] == ["paper", *concepts, "community", "run", "context"]
    papers = [key for prefix, key in subjects if prefix == "paper"]
    assert papers == sorted(papers)


def test_every_node_has_a_key_and_none_is_blank(output):
    quads = list(pyoxigraph.parse(path=str(output / "graph.ttl")))
    assert len(set(quads)) == len(quads)
    for node in {term for quad in quads for term in (quad.subject, quad.object)}:
        assert not isinstance(node, pyoxigraph.BlankNode)
        if isinstance(node, pyoxigraph.NamedNode) and node.value.startswith(THINGS):
            assert is_key(node.value.removeprefix(THINGS).partition("/")[2])


def test_the_demo_asks_what_the_sample_answers(output):
    questions = re.findall(r"^\t@\$\(BIN\)/kg (query .*|why .*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert len(questions) == 3
    for question in questions:
        result = CliRunner().invoke(main, [*shlex.split(question), "--graph", str(output / "graph.ttl")])
        assert result.exit_code == 0, result.output
        assert len(result.stdout.splitlines()) >= 2, question


def test_the_code_of_the_readme_runs(output, tmp_path, monkeypatch, capsys):
    (tmp_path / "my-papers.txt").write_bytes((CASES / "cli" / "papers.txt").read_bytes())
    (tmp_path / "output").symlink_to(output)
    monkeypatch.chdir(tmp_path)
    [code] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    told = {}
    exec(code, told)
    assert "TinyFold" in capsys.readouterr().out
    assert told["table"].rows
    assert len(told["graph"]) == len(told["opened"])


def test_a_graph_that_breaks_its_shapes_replaces_nothing(corpus, output, tmp_path):
    folder = tmp_path / "output"
    shutil.copytree(output, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    first, *others = corpus.papers
    unloved = replace(first, paper=replace(first.paper, upvotes=-1))
    with pytest.raises(GraphError, match=r"breaks its shapes in 1 place.*upvotes"):
        build(replace(corpus, papers=(unloved, *others)), folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_corpus_is_let_go_before_the_store_is_opened(tmp_path, monkeypatch):
    """Together they would take twice the memory."""
    source = tmp_path / "papers.jsonl"
    source.write_text('{"title": "On things let go", "abstract": "We train BERT on SQuAD."}\n')

    def held():
        there = [it for it in gc.get_objects() if isinstance(it, LinkedPaper)]
        return sum(it.paper.title == "On things let go" for it in there)

    read = [understand([source])]
    assert held() == 1
    seen = []
    honest = store.open_store
    monkeypatch.setattr(store, "open_store", lambda path: (seen.append(held()), honest(path))[1])
    build(read.pop(), tmp_path / "output")
    assert seen == [0]
