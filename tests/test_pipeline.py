"""Other people's pipelines in the place of the shipped tagger."""

import json
import os
import shutil
import subprocess
import sys

import pytest
import spacy
from click.testing import CliRunner
from spacy.tokens import Doc

from kg.cli import main
from kg.errors import ModelError
from kg.extract import WEIGHTS, load
from kg.model import Paper

PAPER = Paper("key", "Zorblax routes", "We train Zorblax on PlumBank and ImageNet-1K, with Pia, on 8 NVIDIA H100 GPUs.")
PATTERNS = [
    {"label": "ORG", "pattern": "Zorblax"},
    {"label": "Dataset", "pattern": "PlumBank"},
    {"label": "PERSON", "pattern": "Pia"},
]


@pytest.fixture
def ruler(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns(PATTERNS)
    nlp.to_disk(tmp_path / "ruler")
    return tmp_path / "ruler"


@pytest.fixture
def papers(tmp_path):
    path = tmp_path / "papers.jsonl"
    path.write_text(json.dumps({"title": PAPER.title, "abstract": PAPER.abstract}) + "\n", encoding="utf-8")
    return str(path)


def names(extractor, paper=PAPER):
    [extraction] = extractor.extract([paper])
    return {(mention.text, mention.type): mention.score for mention in extraction.mentions}


def run(*arguments):
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def test_entities_are_names_and_the_rules_stay(ruler):
    found = names(load(ruler, labels={"ORG": "Software"}))
    assert {("Zorblax", "Software"), ("PlumBank", "Dataset"), ("ImageNet-1K", "Dataset")} < found.keys()
    assert found["PlumBank", "Dataset"] == 0.7
    assert any(type_ == "Hardware" for _, type_ in found)


def test_labels_that_are_no_type_are_counted_and_left_out(ruler):
    extractor = load(ruler, labels={"PERSON": ""})
    assert not {name for name, _ in names(extractor)} & {"Zorblax", "Pia"}
    [extraction] = extractor.extract([PAPER])
    assert extraction.ignored == ("ORG", "ORG")


def test_span_groups_are_names_and_keep_their_scores(ruler):
    nlp = spacy.load(ruler)
    nlp.remove_pipe("entity_ruler")
    nlp.add_pipe("span_ruler").add_patterns(PATTERNS)
    nlp.to_disk(ruler)
    extractor = load(ruler)
    assert names(extractor)["PlumBank", "Dataset"] == 0.7

    @spacy.Language.component("test_scores")
    def score(doc):
        doc.spans["ruler"].attrs["scores"] = [0.9] * len(doc.spans["ruler"])
        return doc

    extractor.nlp.add_pipe("test_scores", after="span_ruler")
    assert names(extractor)["PlumBank", "Dataset"] == pytest.approx(0.9)


def test_a_copy_of_the_shipped_pipeline_finds_the_same(tmp_path):
    shutil.copytree(WEIGHTS, tmp_path / "copy")
    shipped, copy = load(), load(tmp_path / "copy")
    assert names(shipped) == names(copy)
    assert shipped.digest == copy.digest
    assert (shipped.name, copy.name) == ("", "en_names 0.0.0")


def test_an_installed_pipeline_is_found_by_name(ruler, tmp_path, monkeypatch):
    package = tmp_path / "site" / "en_plum"
    shutil.copytree(ruler, package / "en_plum-1.2.0")
    meta = json.loads((ruler / "meta.json").read_text("utf-8")) | {"name": "plum", "version": "1.2.0"}
    for folder in (package, package / "en_plum-1.2.0"):
        (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    (package / "__init__.py").write_text(
        "from spacy.util import load_model_from_init_py\n"
        "def load(**options): return load_model_from_init_py(__file__, **options)\n",
        encoding="utf-8",
    )
    (tmp_path / "site" / "en_plum-1.2.0.dist-info").mkdir()
    (tmp_path / "site" / "en_plum-1.2.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: en_plum\nVersion: 1.2.0\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path / "site")
    extractor = load("en_plum")
    assert extractor.name == "en_plum 1.2.0"
    assert ("PlumBank", "Dataset") in names(extractor)


def test_what_is_no_pipeline_is_told_in_a_line(ruler, papers, tmp_path):
    (tmp_path / "empty").mkdir()
    (ruler / "meta.json").write_text("{", encoding="utf-8")
    for name, reason in (
        ("nowhere", "neither a folder nor an installed spaCy pipeline"),
        ("numpy", "installed, but no spaCy pipeline"),
        (str(tmp_path / "empty"), "no spaCy pipeline there (no config.cfg)"),
        (str(ruler), "cannot be loaded: "),
    ):
        result = run("extract", papers, "--pipeline", name)
        assert result.exit_code == 2
        assert f"Error: {name}: {reason}" in result.stderr
        assert not result.stdout


def test_a_pipeline_of_another_spacy_is_told_in_a_line(ruler, papers):
    meta = json.loads((ruler / "meta.json").read_text("utf-8")) | {"spacy_version": ">=3.0.0,<3.1.0"}
    (ruler / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    [line] = run(
        "extract", papers, "--pipeline", str(ruler), "--label", "ORG=", "--label", "PERSON="
    ).stderr.splitlines()
    assert line.startswith(f"warning: {ruler}: Model 'en_pipeline' (0.0.0) was trained with spaCy v3.0.0")


def test_a_tokenizer_that_changes_the_text_is_refused(ruler):
    extractor = load(ruler)
    extractor.nlp.tokenizer = lambda text: Doc(extractor.nlp.vocab, words=text.lower().split())
    with pytest.raises(ModelError, match="its tokenizer changes the text"):
        list(extractor.extract([PAPER]))


def test_graph_and_report_tell_which_pipeline_was_used(ruler, papers, tmp_path):
    graphs = []
    for label in ("ORG=Method", "ORG=Model"):
        result = run("build", papers, "--pipeline", str(ruler), "--label", label, "-o", str(tmp_path / "output"))
        assert "warning: names left out whose labels are no type, with how many: PERSON (1)" in result.stderr
        report = json.loads((tmp_path / "output" / "report.json").read_text("utf-8"))
        assert report["ignored"] == {"PERSON": 1}
        digest = report["used"]["model en_pipeline 0.0.0"]
        graphs.append((tmp_path / "output" / "graph.ttl").read_text("utf-8"))
        assert f"sha256:{digest}" in graphs[-1]
        assert str(tmp_path) not in graphs[-1]
    runs = [{line for line in graph.splitlines() if line.startswith("run:")} for graph in graphs]
    assert runs[0] != runs[1]


@pytest.mark.parametrize("labels", [["ORG"], ["ORG=Person"], ["=Method"], ["ORG=Method", "ORG=Task"]])
def test_a_label_that_is_mapped_to_no_type_or_twice_is_wrong_use(labels, papers):
    result = run("extract", papers, *(word for label in labels for word in ("--label", label)))
    assert result.exit_code == 2
    assert "'ORG" in result.stderr or "'=Method'" in result.stderr


def test_hash_seeds_change_nothing():
    """Sums of weights depend on the order of the features, and the order of a set on the seed of the process."""
    code = """
from kg import extract, read
from kg.extract import choices
from kg.files import PACKAGE
asked = []
class Recorded(dict):
    def get(self, feature, default=None):
        asked.append(feature)
        return super().get(feature, default)
ranked, table = choices.ranked, choices._table
choices._table = lambda *of: (Recorded(table(*of)[0]), table(*of)[1])
learnt = {choice: {label: Recorded(told) for label, told in of.items()} for choice, of in choices.weights().items()}
choices.weights = lambda: learnt
papers = [it for it in read.read([PACKAGE / "sample" / "daily-papers.txt"]) if hasattr(it, "abstract")]
said = [repr(it) for it in extract.load().extract(papers)]
print(len(asked), *asked, *said, sep="\\n")
"""
    found = [
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout.decode()
        for seed in ("1", "2")
    ]
    assert int(found[0].split("\n", 1)[0]) > 10_000
    assert found[0] == found[1]
