import shutil

import pytest
from click.testing import CliRunner
from conftest import GOLDEN
from hypothesis import given
from hypothesis import strategies as st

from kg.cli import main
from kg.diff import diff
from kg.model import Literal
from kg.names import compact, expand
from kg.store import Store, open_store

TRIPLES = sorted(open_store(GOLDEN).triples(), key=repr)
PAPER, H100 = expand("paper:arxiv-2401.00017"), expand("hardware:h100")


def store(triples):
    made = Store()
    made.extend(triples)
    return made


def told(old, new):
    return [(change.sign, change.kind, change.name) for change in diff(store(old), store(new)).changes]


def test_the_same_graph():
    assert str(diff(store(TRIPLES), store(reversed(TRIPLES)))) == "the same graph"


def test_what_came_went_and_changed():
    without = [triple for triple in TRIPLES if triple[0] != H100]
    assert told(TRIPLES, without) == [("-", "concept", "NVIDIA H100")]
    assert told(without, TRIPLES) == [("+", "concept", "NVIDIA H100")]
    label = (H100, expand("skos:altLabel"), Literal("the big one"))
    [change] = diff(store(TRIPLES), store([*TRIPLES, label])).changes
    assert (change.sign, change.details) == ("~", ('+ skos:altLabel "the big one"',))


def test_how_central_a_concept_is_changes_no_concept():
    without = [triple for triple in TRIPLES if triple[1] != expand("kg:centrality")]
    assert str(diff(store(TRIPLES), store(without))) == "0 triples added, 3 removed"


def test_links_are_told_by_the_names_of_what_they_lead_to():
    uses = (PAPER, expand("kg:usesHardware"), H100)
    [change] = diff(store(TRIPLES), store([triple for triple in TRIPLES if triple != uses])).changes
    assert change.details == ('- kg:usesHardware "NVIDIA H100"',)


@given(st.lists(st.sampled_from(TRIPLES)), st.lists(st.sampled_from(TRIPLES)))
def test_the_way_back_is_the_mirror(old, new):
    there, back = diff(store(old), store(new)), diff(store(new), store(old))
    assert (there.added, there.removed) == (back.removed, back.added)
    assert len(there.changes) == len(back.changes)
    assert there.added == len({*new} - {*old})


@pytest.mark.parametrize(
    ("iri", "curie"), [(H100, "hardware:h100"), ("https://example.org/x", "https://example.org/x")]
)
def test_an_iri_has_a_short_form(iri, curie):
    assert compact(iri) == curie
    assert curie == iri or expand(curie) == iri


def test_a_dry_run_says_what_would_change_and_writes_nothing(tmp_path):
    source, output = tmp_path / "one.jsonl", tmp_path / "output"
    source.write_text('{"title": "FoldNet: Folds", "abstract": "FoldNet runs on H100 GPUs."}\n', "utf-8")
    run = lambda *words: CliRunner().invoke(main, ["build", str(source), "-o", str(output), *words])  # noqa: E731
    assert "+ paper FoldNet: Folds" in run("--dry-run").stdout
    assert not output.exists()
    assert run().exit_code == 0
    assert run("--dry-run").stdout == "the same graph\n"
    copied = tmp_path / "copy.ttl"
    shutil.copyfile(output / "graph.ttl", copied)
    source.write_text('{"title": "FoldNet: Folds", "abstract": "FoldNet runs on A100 GPUs."}\n', "utf-8")
    lines = run("--dry-run").stdout
    assert run().exit_code == 0
    assert CliRunner().invoke(main, ["diff", str(copied), str(output / "graph.ttl")]).stdout == lines
    assert "A100" in lines
