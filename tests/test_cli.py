import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pyoxigraph
import pytest
from click.testing import CliRunner

from kg.cli import main

LISTING = (Path(__file__).parent / "cases/cli/papers.txt").read_text(encoding="utf-8")


@pytest.fixture
def listing(tmp_path):
    path = tmp_path / "papers.txt"
    path.write_text(LISTING, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    (folder / "papers.txt").write_text(LISTING, encoding="utf-8")
    result = run("build", str(folder / "papers.txt"), "-o", str(folder / "output"))
    assert result.exit_code == 0, result.output
    return folder / "output"


def run(*arguments, **options):
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False, **options)


on_a_terminal = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")


def on_terminal(command, stream):
    """What a program writes to a stream that is a terminal."""
    import pty  # not there on Windows

    ours, theirs = pty.openpty()
    with subprocess.Popen(command, **{stream: theirs}) as run_:
        os.close(theirs)
        said = b""
        with suppress(OSError):  # its end, as Linux tells it
            while part := os.read(ours, 4096):
                said += part
    os.close(ours)
    assert run_.returncode == 0
    return said.decode()


@on_a_terminal
def test_data_cannot_steer_a_terminal_but_is_as_it_is_in_a_file(tmp_path):
    hostile, shown = "\x1b]0;title\x07 \u202eabc", "\\u001b]0;title\\u0007 \\u202eabc"
    (tmp_path / "graph.nt").write_text(
        f'<https://example.org/a> <https://example.org/b> "{json.dumps(hostile)[1:-1]}" .\n', encoding="utf-8"
    )
    (tmp_path / "all.rq").write_text("SELECT ?o { ?s ?p ?o }", encoding="utf-8")
    command = [sys.executable, "-m", "kg", "query", str(tmp_path / "all.rq"), "--graph", str(tmp_path / "graph.nt")]
    for format_ in ("csv", "tsv", "json", "table"):
        said = on_terminal([*command, "--format", format_], "stdout")
        assert not set("\x1b\x07\u202e") & set(said)
        assert format_ == "json" or shown.lower() in said.lower()
    said = subprocess.run([*command, "--format", "csv"], check=True, capture_output=True).stdout.decode()
    assert said == f"o\r\n{hostile}\r\n"


@on_a_terminal
def test_a_terminal_is_shown_each_step_and_a_file_none(listing, tmp_path):
    command = [sys.executable, "-m", "kg", "build", str(listing), "-o", str(tmp_path / "output")]
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", on_terminal(command, "stderr"))
    assert list(dict.fromkeys(re.findall(r"([a-z][a-z ]+) \((\d of 7)\)", shown))) == [
        ("reading", "1 of 7"),
        ("extracting", "2 of 7"),
        ("linking", "3 of 7"),
        ("writing the graph", "4 of 7"),
        ("loading the graph", "5 of 7"),
        ("checking", "6 of 7"),
        ("drawing the page", "7 of 7"),
    ]
    told = subprocess.run(command, check=True, capture_output=True).stderr.decode()
    assert " of 7" not in told
    assert shown.replace("\r\n", "\n").endswith(told)


def test_build_writes_everything_and_nothing_else(built):
    assert sorted(path.name for path in built.iterdir()) == [
        ".cache",
        "ambiguous.tsv",
        "extractions.jsonl",
        "graph.html",
        "graph.ttl",
        "merges.tsv",
        "ontology.ttl",
        "rejects.jsonl",
        "report.json",
    ]
    papers = json.loads((built / "report.json").read_text(encoding="utf-8"))["papers"]
    assert papers == {"read": 2, "kept": 2, "joined": 0, "rejected": 0}


def test_extract_prints_what_build_writes(built, listing):
    result = run("extract", str(listing))
    assert result.stdout == (built / "extractions.jsonl").read_text(encoding="utf-8")
    first = json.loads(result.stdout.splitlines()[0])
    text = f"{first['title']}\n{first['abstract']}"
    assert all(text[m["start"] : m["end"]] == m["text"] for m in first["mentions"])
    assert {m["concept"] for m in first["mentions"] if m["text"] == "A100 GPUs"} == {
        "https://w3id.org/paperkg/id/hardware/a100"
    }


def test_input_may_come_from_standard_input(built):
    result = run("extract", "-", input=LISTING)
    assert result.stdout == (built / "extractions.jsonl").read_text(encoding="utf-8")


def test_build_gives_the_same_bytes_whatever_the_order_and_the_hash_seed(built, tmp_path):
    head, first, second = "Daily Papers\n\n", *LISTING.removeprefix("Daily Papers\n\n").split("A Second Look", 1)
    (tmp_path / "turned.txt").write_text(f"{head}A Second Look{second}\n{first}", encoding="utf-8")
    command = [sys.executable, "-c", "from kg.cli import main; main()", "build", "turned.txt", "-o", "output"]
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run(command, check=True, cwd=tmp_path, env=environment, capture_output=True)
    for name in ("graph.ttl", "graph.html"):
        assert (tmp_path / "output" / name).read_bytes() == (built / name).read_bytes()


def test_a_rejected_record_is_named_and_the_rest_is_built(tmp_path):
    (tmp_path / "papers.jsonl").write_text(
        '{"title": "Good", "abstract": "We train BERT on SQuAD."}\n{"title": "No abstract"}\nnot json\n',
        encoding="utf-8",
    )
    result = run("build", str(tmp_path / "papers.jsonl"), "-o", str(tmp_path / "output"))
    assert result.exit_code == 0
    assert "papers.jsonl:2: " in result.stderr
    assert "papers.jsonl:3: " in result.stderr
    report = json.loads((tmp_path / "output" / "report.json").read_text(encoding="utf-8"))
    assert report["papers"] == {"read": 3, "kept": 1, "joined": 0, "rejected": 2}
    assert [reject["line"] for reject in report["rejected"]] == [2, 3]
    assert run("extract", str(tmp_path / "papers.jsonl"), "--strict").exit_code == 1


def test_an_input_that_is_not_there_is_wrong_use():
    result = run("build", "nowhere.txt")
    assert result.exit_code == 2
    assert "nowhere.txt" in result.stderr
    assert "Traceback" not in result.output


def test_without_any_paper_an_earlier_graph_stays(listing, tmp_path):
    output = tmp_path / "output"
    assert run("build", str(listing), "-o", str(output)).exit_code == 0
    graph = (output / "graph.ttl").read_bytes()
    (tmp_path / "empty.txt").touch()
    result = run("build", str(tmp_path / "empty.txt"), "-o", str(output))
    assert result.exit_code == 2
    assert "empty.txt: empty file" in result.stderr
    assert (output / "graph.ttl").read_bytes() == graph
    assert json.loads((output / "report.json").read_text(encoding="utf-8"))["rejected"][0]["reason"] == "empty file"
    assert run("build", str(tmp_path / "empty.txt"), "-o", str(output), "--strict").exit_code == 1
    assert run("extract", str(tmp_path / "empty.txt")).exit_code == 2


def test_a_query_may_begin_with_a_byte_order_mark(built, tmp_path):
    (tmp_path / "ask.rq").write_text("ASK {}", encoding="utf-8-sig")
    assert run("query", str(tmp_path / "ask.rq"), "--graph", str(built / "graph.ttl")).stdout == "true\n"


def test_a_question_is_answered(built):
    result = run("query", "results-by-metric", "-p", "metric=mfu", "--graph", str(built / "graph.ttl"))
    assert result.exit_code == 0
    assert "41.2" in result.stdout
    assert "A100" in result.stdout


def test_a_question_follows_the_hierarchy(built):
    result = run(
        "query", "papers-by-hardware", "-p", "hardware=Hopper", "--format", "csv", "--graph", str(built / "graph.ttl")
    )
    assert "A Second Look at Folding" in result.stdout
    assert "TinyFold" not in result.stdout


def test_any_sparql_is_answered(built):
    sparql = "SELECT (COUNT(?paper) AS ?papers) WHERE { ?paper a kg:Paper }"
    result = run("query", "-", "--format", "csv", "--graph", str(built / "graph.ttl"), input=sparql)
    assert result.stdout.split() == ["papers", "2"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("query", "results-by-metrics"), "results-by-metric"),
        (("query", "results-by-metric", "-p", "metrics=MFU"), "metric"),
        (("query", "results-by-metric", "-p", "MFU"), "NAME=VALUE"),
        (("query", "results-by-metric", "-p", "metric=MFU", "-p", "metric=FID"), "twice"),
        (("query", "missing.rq"), "missing.rq"),
        (("why", "TinyFold", "quantum computer"), "quantum computer"),
        (("export", "graph.docx"), "graphml"),
    ],
)
def test_wrong_use_is_told_in_a_line_with_exit_code_2(built, arguments, told):
    result = run(*arguments, "--graph", str(built / "graph.ttl"))
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.output


def test_a_place_that_cannot_be_written_is_told_in_a_line_with_exit_code_2(built, listing, tmp_path):
    graph = str(built / "graph.ttl")
    (tmp_path / "file").touch()
    (tmp_path / "output" / "graph.ttl").mkdir(parents=True)
    for arguments in (
        ("build", str(listing), "-o", str(tmp_path / "file" / "output")),
        ("build", str(listing), "-o", str(tmp_path / "output")),
        ("export", str(tmp_path / "file" / "graph.nt"), "--graph", graph),
        ("view", graph, "-o", str(tmp_path / "file" / "page.html")),
    ):
        result = run(*arguments)
        assert result.exit_code == 2
        assert str(tmp_path) in result.stderr.splitlines()[-1]


def test_what_an_error_cites_cannot_steer_a_terminal(built):
    result = run("query", "results\x1b[31m", "--graph", str(built / "graph.ttl"), color=True)
    assert result.exit_code == 2
    assert "results\\u001b[31m: no such question" in result.stderr
    assert "\x1b" not in result.stderr


def test_extract_needs_an_input():
    assert run("extract").exit_code == 2


def test_why_takes_the_ledger_beside_the_graph(built):
    told = run("why", "TinyFold", "MoE", "--graph", str(built / "graph.ttl")).stdout
    assert "is mixture of experts by this rule: lexicon (2 mentions in 2 papers)" in told
    assert told.count("MoE: found by") == 1


def test_related_concepts_and_papers(built):
    graph = "--graph", str(built / "graph.ttl")
    concepts = run("related", "MFU", *graph, "--format", "csv").stdout
    assert concepts.startswith("conceptLabel,otherLabel,kind,both,papers,strength,other\n")
    assert "Model FLOPs Utilization,mixture of experts,Method,2,2,1," in concepts
    papers = run("related", "A Second Look at Folding", *graph, "--format", "csv").stdout
    assert papers.splitlines()[1].startswith("A Second Look at Folding,TinyFold: Folding Experts on Few GPUs,1.5,")
    unknown = run("related", "nothing of the kind", *graph)
    assert unknown.exit_code == 2
    assert "the graph has no paper of that name" in unknown.stderr


def test_trends(built):
    graph = "--graph", str(built / "graph.ttl")
    assert run("trends", "MoE", *graph, "--format", "csv").stdout == "month,papers,all,percent\n2024-02,1,1,100\n"
    assert run("trends", *graph).stdout == "Nothing found.\n"
    assert run("trends", "MoE", "--type", "Method", *graph).exit_code == 2


def test_communities(built):
    told = run("communities", "MoE", "--graph", str(built / "graph.ttl"), "--format", "csv").stdout.splitlines()
    assert [line.split(",")[-3] for line in told[1:]] == [
        "ImageNet-1K",
        "Model FLOPs Utilization",
        "mixture of experts",
    ]


def test_why_shows_the_sentence(built):
    result = run("why", "TinyFold", "MFU", "--graph", str(built / "graph.ttl"))
    assert "41.2% [Model Flops Utilization] ([MFU]) on A100 GPUs" in result.stdout


def test_validate_accepts_what_build_writes_and_refuses_what_is_broken(built, tmp_path):
    assert run("validate", str(built / "graph.ttl")).exit_code == 0
    assert run("validate", "--graph", str(built / "graph.ttl")).exit_code == 0
    broken = (built / "graph.ttl").read_text(encoding="utf-8").replace("dcterms:title  ", "dcterms:alternative ")
    (tmp_path / "broken.ttl").write_text(broken, encoding="utf-8")
    result = run("validate", str(tmp_path / "broken.ttl"))
    assert result.exit_code == 1
    assert "title" in result.stdout


def test_view_and_export_write_files(built, tmp_path):
    graph = str(built / "graph.ttl")
    assert run("view", graph, "-o", str(tmp_path / "page.html")).exit_code == 0
    assert (tmp_path / "page.html").read_bytes() == (built / "graph.html").read_bytes()
    assert run("export", str(tmp_path / "graph.graphml"), "--graph", graph).exit_code == 0
    assert (tmp_path / "graph.graphml").stat().st_size > 0


def test_stats_counts(built):
    result = run("stats", "--graph", str(built / "graph.ttl"))
    assert result.stdout.split()[:2] == ["Paper", "2"]


def test_an_earlier_graph_stays_when_the_new_one_cannot_be_written(built, listing, tmp_path, monkeypatch):
    output = tmp_path / "output"
    assert run("build", str(listing), "-o", str(output)).exit_code == 0
    before = {path.name: path.read_bytes() for path in output.iterdir() if path.is_file()}
    (tmp_path / "other.jsonl").write_text('{"title": "T", "abstract": "We train BERT on SQuAD."}\n', encoding="utf-8")

    def no_space(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kg.view.page", no_space)
    result = run("build", str(tmp_path / "other.jsonl"), "-o", str(output))
    assert (result.exit_code, "No space left" in result.stderr) == (2, True)
    assert {path.name: path.read_bytes() for path in output.iterdir() if path.is_file()} == before
    assert not list(output.glob(".build-*"))


def test_timestamp_is_stated_only_when_asked(listing, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert run("build", str(listing), "-o", str(tmp_path)).exit_code == 0
    assert "2023-11-14T22:13:20Z" in (tmp_path / "graph.ttl").read_text(encoding="utf-8")


def test_no_mentions_leaves_them_out(listing, tmp_path):
    assert run("build", str(listing), "--no-mentions", "-o", str(tmp_path)).exit_code == 0
    graph = (tmp_path / "graph.ttl").read_text(encoding="utf-8")
    assert "nif:" not in graph
    assert "kg:usesHardware" in graph


def test_every_command_is_in_the_readme():
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    assert all(f"$ kg {name} --help" in readme for name in main.commands)


def test_help_is_quick():
    """Heavy libraries are imported inside the command that needs them."""
    code = "import sys; from kg.cli import main; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"spacy", "rdflib", "pyshacl", "networkx", "pyvis", "numpy", "pyoxigraph", "rich"} & set(loaded)


@pytest.mark.parametrize("name", ["validate", "query", "view", "export", "why", "stats", "serve"])
def test_every_reading_command_takes_a_graph(name):
    [option] = [parameter for parameter in main.commands[name].params if "--graph" in parameter.opts]
    assert option.default == "output/graph.ttl"


def test_standard_output_takes_a_page_and_an_export(built):
    graph = str(built / "graph.ttl")
    assert run("view", graph, "-o", "-").stdout == (built / "graph.html").read_text(encoding="utf-8")
    triples = run("export", "-", "--format", "nt", "--graph", graph).stdout.splitlines()
    assert len(triples) == len(list(pyoxigraph.parse(path=built / "graph.ttl")))
    assert run("export", "-", "--format", "docx", "--graph", graph).exit_code == 2
