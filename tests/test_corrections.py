import pytest
from click.testing import CliRunner
from test_link import LEXICON, extraction, surfaces_of

from kg.cli import main
from kg.errors import InputError
from kg.link import Correction, correct, link, merges, read_corrections

CASE = {
    "text": "FoldNet: Folds\nFoldNet and FoldingNet reach 3% accuracy on Adult. Copper (CP) and CP on Figure.",
    "mentions": [
        ["FoldNet", "Method"],
        ["FoldingNet", "Method"],
        ["accuracy", "Metric"],
        ["Adult", "Dataset"],
        ["Copper", "Method"],
        ["CP", "Method"],
        ["Figure", "Dataset"],
    ],
    "abbreviations": [["CP", "Copper"]],
    "results": [{"metric": "accuracy", "subject": "FoldNet", "dataset": "Adult"}],
}


def corrected(*corrections):
    return correct(*link([extraction(CASE, "paper-1")], LEXICON), [Correction(*it) for it in corrections])


def test_without_corrections_nothing_changes():
    assert corrected() == (*link([extraction(CASE, "paper-1")], LEXICON), [])


def test_merge():
    papers, concepts, idle = corrected(("merge", "foldnet", "FoldingNet"))
    assert surfaces_of(papers)["method/foldingnet"] == ["FoldNet", "FoldingNet"]
    assert {concept.label: concept.alt_labels for concept in concepts}["FoldingNet"] == ("FoldNet", "foldnet")
    assert papers[0].roles["subject", "FoldNet"].endswith("method/foldingnet")
    assert not [concept for concept in concepts if concept.iri.endswith("method/foldnet")]
    assert idle == []


def test_split():
    papers, concepts, _ = corrected(("split", "CP", ""))
    assert surfaces_of(papers)["method/cp"] == ["CP"]
    copper = next(concept for concept in concepts if concept.label == "Copper")
    assert "CP" not in (*copper.alt_labels, *copper.acronyms)


def test_rename():
    _, concepts, _ = corrected(("rename", "FoldNet", "Fold Network"))
    renamed = next(concept for concept in concepts if concept.label == "Fold Network")
    assert (renamed.iri.rpartition("/")[2], renamed.alt_labels) == ("foldnet", ("FoldNet",))


def test_retype_within_a_kind_keeps_the_iri_and_across_kinds_moves_it():
    papers, concepts, _ = corrected(("retype", "Copper", "Software"), ("retype", "FoldingNet", "Dataset"))
    types = {concept.label: (concept.type, concept.iri.split("/")[-2:]) for concept in concepts}
    assert types["Copper"] == ("Software", ["method", "copper"])
    assert types["FoldingNet"] == ("Dataset", ["dataset", "foldingnet"])
    assert {mention.type for mention in papers[0].mentions if mention.text == "FoldingNet"} == {"Dataset"}


def test_drop_takes_mentions_and_roles_and_the_results_of_a_metric():
    papers, concepts, _ = corrected(("drop", "Figure", ""), ("drop", "accuracy", ""))
    assert not {"Figure", "accuracy"} & {concept.label for concept in concepts}
    assert papers[0].results == ()


def test_a_role_that_its_type_no_longer_fits_is_left_empty():
    papers, _, _ = corrected(("retype", "Adult", "Method"))
    assert ("dataset", "Adult") not in papers[0].roles
    assert len(papers[0].results) == 1


def test_what_meets_nothing_is_told():
    wanted = [("merge", "FoldNet", "Nowhere"), ("split", "Copper", ""), ("drop", "Nothing", "")]
    assert corrected(*wanted)[2] == [Correction(*it) for it in wanted]


def test_the_ledger_says_that_it_was_a_correction():
    extractions, wanted = [extraction(CASE, "paper-1")], [Correction("merge", "FoldNet", "FoldingNet")]
    papers, concepts, _ = correct(*link(extractions, LEXICON), wanted)
    found = merges(extractions, papers, concepts, LEXICON, corrections=wanted)
    assert {merge.surface: merge.rule for merge in found}["FoldNet"] == "correction"


def test_a_file_is_read_and_its_faults_are_told(tmp_path):
    path = tmp_path / "corrections.tsv"
    path.write_text("action\tname\ttarget\nmerge\tA\tB\n\ndrop\tC\r\n", "utf-8")
    assert read_corrections(path) == [Correction("merge", "A", "B"), Correction("drop", "C")]
    for line, message in (
        ("join\tA\tB", "1: not one of merge, split"),
        ("drop", "1: not one of"),
        ("merge\tA", "1: merge wants a name"),
        ("retype\tA\tThing", "1: retype wants a type"),
    ):
        path.write_text(line, "utf-8")
        with pytest.raises(InputError, match=message):
            read_corrections(path)


def test_a_correction_without_effect_is_told(tmp_path):
    (tmp_path / "one.jsonl").write_text('{"title": "FoldNet: Folds", "abstract": "FoldNet runs."}\n', "utf-8")
    (tmp_path / "corrections.tsv").write_text("merge\tNothing\tFoldNet\ndrop\tFoldNet\n", "utf-8")
    words = ["build", str(tmp_path / "one.jsonl"), "--corrections", str(tmp_path / "corrections.tsv"), "--dry-run"]
    result = CliRunner().invoke(main, [*words, "-o", str(tmp_path / "output")])
    assert "correction without effect: merge Nothing FoldNet\n" in result.stderr
    assert "drop" not in result.stderr
    assert "concept FoldNet" not in result.stdout
