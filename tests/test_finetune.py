"""`kg train`: annotations in several formats, and the weights that come of them."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import spacy
from click.testing import CliRunner
from conftest import CASES
from hypothesis import given
from hypothesis import strategies as st

from kg.cli import main
from kg.extract import WEIGHTS
from kg.extract.bio import TAGS
from kg.extract.tokenizer import blank
from kg.files import atomic_folder
from kg.train.corpus import Mark, lay
from kg.train.finetune import _remember
from kg.train.formats import flat, read

FORMATS = sorted(path for path in (CASES / "train").iterdir() if path.suffix != ".json")
METHODS = ["Zorblax", "Mirelo", "Tandro", "Velquin", "Quorvel", "Dustrix"]


def told(path):
    """What a file of annotations says, as plain data: each name with the text where it stands."""
    rejects, skipped = [], Counter()
    papers = [
        {
            "line": paper.line,
            "text": paper.text,
            "names": [
                [
                    paper.text[mark.start : mark.start + len(mark.surface)] if mark.start is not None else mark.surface,
                    mark.label,
                    *(["?"] if not mark.firm else []),
                ]
                for mark in paper.marks
            ],
        }
        for paper in read([path], rejects.append, skipped)
    ]
    return {"papers": papers, "rejected": [[r.line, r.reason] for r in rejects], "skipped": dict(skipped)}


@pytest.mark.parametrize("path", FORMATS, ids=[path.name for path in FORMATS])
def test_each_format_is_read_as_the_case_tells(path):
    assert told(path) == json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))


@given(st.text(" \t\nab\u0301"), st.text(" \t\nab\u0301", min_size=1))
def test_offsets_outlive_the_folding_of_white_space(before, after):
    raw = f"{before}N{after}"
    assert flat(raw)[len(flat(before + "x")) - 1] == "N" or "\u0301" in after[:1]


def test_the_longer_of_overlapping_names_wins_and_what_fits_no_token_is_unlearnt():
    doc = blank().make_doc("deep sparse routing, preNets")
    marks = [Mark("sparse routing", "Task", 5), Mark("deep sparse routing", "Method", 0), Mark("Nets", "Model", 24)]
    laid = lay(doc, marks)
    assert [TAGS[tag] for tag in laid.targets.argmax(axis=1)] == ["B-Method", "I-Method", "I-Method", "O", "O"]
    assert (laid.covered, laid.misfits) == ((marks[0],), (marks[2],))


def test_what_the_tagger_knows_of_types_that_nobody_marked_is_remembered():
    nlp = spacy.load(WEIGHTS)
    doc = nlp.make_doc("We train BERT on SQuAD.")
    [example] = [lay(doc, [Mark("SQuAD", "Dataset")])]
    tagger = nlp.get_pipe("kg_tagger")
    before = example.targets.copy()
    _remember(tagger, [_Example(doc, example.targets)], {"Dataset"})
    changed = (before != example.targets).any(axis=1)
    assert [doc[at].text for at in np.flatnonzero(changed)] == ["BERT"]


class _Example:
    def __init__(self, doc, targets):
        self.doc, self.targets = doc, targets
        self.tags = targets.argmax(axis=1)


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "mine.jsonl"
    lines = (
        {
            "text": f"{name}: a router\nWe train {name} on PlumBank.",
            "spans": [{"start": 0, "end": len(name), "label": "ORG"}],
        }
        for name in METHODS
    )
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_training_gives_the_same_bytes_again_and_a_pipeline_that_extract_takes(corpus, tmp_path):
    made = []
    for name in ("one", "two"):
        result = run("train", corpus, "-o", tmp_path / name, "--label", "ORG=Method", "--epochs", "1", "--seed", "3")
        assert result.exit_code == 0, result.output
        assert "learnt from 5 papers, 1 held out" in result.stderr
        made.append(files(tmp_path / name))
    assert made[0] == made[1]
    table = result.stdout.splitlines()
    assert [line.split()[:2] for line in table[2:]] == [
        ["before", "all"],
        ["after", "all"],
        ["before", "Method"],
        ["after", "Method"],
    ]
    card = made[0][Path("README.md")].decode()
    assert '{"mine.jsonl": 6}' in card
    assert '"seed": 3' in card
    assert str(tmp_path) not in card
    assert spacy.load(tmp_path / "one").pipe_names == ["kg_tagger"]
    paper = tmp_path / "paper.jsonl"
    paper.write_text('{"title": "T", "abstract": "We train BERT on SQuAD."}\n', encoding="utf-8")
    assert "SQuAD" in run("extract", paper, "--pipeline", tmp_path / "one").stdout


def test_what_a_model_was_taught_is_what_extract_finds(corpus, tmp_path):
    """Judgement learnt from the shipped tagger has no say over names that it has never been taught."""
    run("train", corpus, "-o", tmp_path / "one", "--label", "ORG=Hardware", "--epochs", "30", "--seed", "3")
    paper = tmp_path / "paper.jsonl"
    paper.write_text(
        "".join(
            json.dumps({"title": f"{name}: a router", "abstract": f"We train {name} on PlumBank."}) + "\n"
            for name in METHODS
        ),
        encoding="utf-8",
    )
    rows = map(json.loads, run("extract", paper, "--pipeline", tmp_path / "one").stdout.splitlines())
    found = {(mention["text"], mention["type"]) for row in rows for mention in row["mentions"]}
    assert {(name, "Hardware") for name in METHODS} <= found


def test_a_folder_is_written_whole_or_not_at_all(tmp_path):
    def write(text, *, full=False):
        with atomic_folder(tmp_path / "model") as folder:
            (folder / text).touch()
            if full:
                raise OSError("full")

    write("one")
    with pytest.raises(OSError, match="full"):
        write("two", full=True)
    assert [path.name for path in tmp_path.rglob("*")] == ["model", "one"]
    write("three")
    assert [path.name for path in tmp_path.rglob("*")] == ["model", "three"]


def test_names_that_cannot_be_learnt_are_named_and_counted(corpus, tmp_path):
    wrong = {"title": "T", "abstract": "Subnets.", "mentions": [{"start": 5, "end": 9, "type": "Model"}]}
    more = tmp_path / "more.jsonl"
    more.write_text(json.dumps(wrong) + "\n" + '{"text": "No.", "answer": "reject"}\n{}\n', encoding="utf-8")
    options = ("--label", "ORG=Method", "--epochs", "1", "--dev", tmp_path / "dev.jsonl")
    (tmp_path / "dev.jsonl").write_text(corpus.read_text("utf-8").splitlines()[0], encoding="utf-8")
    result = run("train", corpus, more, "-o", tmp_path / "model", *options)
    assert result.exit_code == 0, result.output
    assert "more.jsonl:1: not learnt, as it begins or ends within a token: nets (Model)" in result.stderr
    assert "more.jsonl:3: neither title, abstract and mentions nor text and spans" in result.stderr
    assert "mine.jsonl:1: not learnt, as the same text is held out" in result.stderr
    assert "1 answers skipped (reject)" in result.stderr
    assert "1 names that begin or end within a token not learnt" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "labels that are no type: ORG (6); say what each means with --label LABEL=TYPE"),
        (["--label", "ORG="], "no name in the annotations"),
        (["--label", "ORG=Method", "--dev", "nowhere.jsonl"], "nowhere.jsonl: no such file or folder"),
        (
            ["--label", "ORG=Method", "--dev", str(CASES / "train" / "unknown.txt")],
            "6 annotated papers to learn from and 0",
        ),
        (["--label", "ORG=Method", "-o", "."], "holds other things than a trained pipeline; nothing written"),
    ],
)
def test_wrong_use_is_told_in_a_line_and_nothing_is_written(arguments, reason, corpus, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("train", corpus, "-o", "model", *arguments)
    assert result.exit_code == 2
    assert reason in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.jsonl"]


def test_no_library_of_the_teacher_is_needed():
    code = "import sys; import kg.train.finetune; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"torch", "transformers", "gensim"} & set(loaded)
