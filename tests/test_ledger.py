import pytest
from click.testing import CliRunner
from test_link import LEXICON, extraction

from kg.cli import main
from kg.errors import GraphError
from kg.link import kept_apart, link, merges
from kg.report import merges_text, read_merges


def ledger(*cases):
    extractions = [extraction(case, f"paper-{number}") for number, case in enumerate(cases)]
    papers, concepts = link(extractions, LEXICON)
    return merges(extractions, papers, concepts, LEXICON)


def case(text, *mentions, **more):
    return {"text": f"A title\n{text}", "mentions": mentions, **more}


@pytest.mark.parametrize(
    ("told", "surface", "label", "rule"),
    [
        (case("We use FoldNet.", ["FoldNet", "Method"]), "FoldNet", "", ""),
        (case("On H100s.", ["H100s", "Hardware"]), "H100s", "H100", "spelling"),
        (case("We use a ConvNet.", ["ConvNet", "Method"]), "ConvNet", "convolutional neural network", "lexicon"),
        (
            case("On NVIDIA H100 GPUs.", ["NVIDIA H100 GPUs", "Hardware"]),
            "NVIDIA H100 GPUs",
            "H100",
            "known name within",
        ),
        (
            case(
                "Folded Tree Nets (FTN) are FTN.",
                ["Folded Tree Nets", "Method"],
                ["FTN", "Method"],
                abbreviations=[["FTN", "Folded Tree Nets"]],
            ),
            "FTN",
            "Folded Tree Nets",
            "abbreviation defined in a paper",
        ),
    ],
)
def test_each_merge_has_its_rule(told, surface, label, rule):
    found = {merge.surface: (merge.label, merge.rule) for merge in ledger(told)}
    assert found.get(surface) == ((label, rule) if rule else None)


def test_mentions_and_papers_are_counted():
    told = case("H100s and more H100s.", ["H100s", "Hardware"])
    [merge] = ledger(told, told, case("One H100.", ["H100", "Hardware"]))
    assert (merge.surface, merge.mentions, merge.papers) == ("H100s", 2, 2)


def test_the_ledger_reads_back(tmp_path):
    path, written = tmp_path / "merges.tsv", ledger(case("On H100s.", ["H100s", "Hardware"]))
    path.write_text(merges_text(written), "utf-8")
    assert read_merges(path) == written


@pytest.mark.parametrize(
    "content", ["", "a\tb\n", merges_text([]) + "one\ttwo\n", merges_text([]) + "a\tb\tc\td\te\tf\n"]
)
def test_what_is_no_ledger_is_an_error(tmp_path, content):
    path = tmp_path / "merges.tsv"
    with pytest.raises(GraphError, match="not there"):
        read_merges(path)
    path.write_text(content, "utf-8")
    with pytest.raises(GraphError, match="not a ledger"):
        read_merges(path)


def test_the_command_lists_what_was_asked_for(tmp_path):
    path = tmp_path / "merges.tsv"
    path.write_text(
        merges_text(ledger(case("On H100s with a ConvNet.", ["H100s", "Hardware"], ["ConvNet", "Method"]))), "utf-8"
    )
    run = lambda *words: CliRunner().invoke(main, ["merges", "--ledger", str(path), "--format", "csv", *words])  # noqa: E731
    assert len(run().stdout.splitlines()) == 3
    assert run("NEURAL").stdout.splitlines()[1].startswith("ConvNet,convolutional neural network,lexicon,1,1,")
    assert run("--rule", "spelling").stdout.splitlines()[1].startswith("H100s,H100,spelling,1,1,")
    assert len(run("nothing such").stdout.splitlines()) == 1


def test_a_name_of_several_meanings_is_told_and_not_merged():
    cases = (
        case("MAE is low.", ["MAE", "Metric"]),
        case("We pre-train an MAE, a big MAE.", ["MAE", "Method"]),
        case("FoldNet is FoldNet.", ["FoldNet", "Method"]),
    )
    papers, concepts = link([extraction(it, f"paper-{number}") for number, it in enumerate(cases)], LEXICON)
    told = [(merge.surface, merge.label, merge.mentions, merge.papers) for merge in kept_apart(papers, concepts)]
    assert told == [("MAE", "masked autoencoder", 1, 1), ("MAE", "mean absolute error", 1, 1)]
