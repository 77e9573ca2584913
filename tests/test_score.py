import json
from itertools import permutations

import pytest
from click.testing import CliRunner
from conftest import CASES
from hypothesis import given
from hypothesis import strategies as st

from kg.cli import main
from kg.score import account, score
from kg.score.alike import alike, key, number, unit
from kg.score.counting import assign
from kg.score.reading import concepts, found_paper, gold_paper

GOLD, PREDICTED = (str(CASES / "score" / name) for name in ("gold.jsonl", "predicted.jsonl"))
TABLE = CASES / "score" / "table.txt"


def run(*arguments, **options):
    return CliRunner().invoke(main, ["score", *arguments], catch_exceptions=False, **options)


def test_the_table_and_the_mistakes_are_those_of_the_case():
    result = run(GOLD, PREDICTED, "--errors", "20")
    assert result.stdout == TABLE.read_text(encoding="utf-8")
    assert result.exit_code == 0


def test_bad_lines_and_papers_without_prediction_are_named():
    told = run(GOLD, PREDICTED).stderr.splitlines()
    assert [line.partition(".jsonl:")[2] for line in told[:5]] == [
        "3: broken JSON: Expecting value at column 1",
        "4: no title",
        "5: no such type: Person",
        "7: the same as another, but not among the mentions: Y",
        "3: no text",
    ]
    assert told[5:] == ["1 of 3 papers without prediction:", "  Nobody read this"]


def test_json_tells_the_same_to_four_places():
    told = json.loads(run(GOLD, PREDICTED, "--json", "--errors", "1").stdout)
    assert told["papers"] == 3
    assert told["papers_without_prediction"] == 1
    assert told["strict"]["all"] == {"p": 0.5, "r": 0.4286, "f": 0.4615, "gold": 7}
    assert told["results_full"] == {"p": 0.25, "r": 0.5, "f": 0.3333, "gold": 2}
    assert told["errors"] == [["split", "Method", "FN", "FooNet: sparse routing"]]


def test_a_file_that_is_not_there_or_holds_no_paper_is_wrong_use(tmp_path):
    (tmp_path / "empty.jsonl").touch()
    for gold in ("nowhere.jsonl", str(tmp_path / "empty.jsonl")):
        result = run(gold, PREDICTED)
        assert result.exit_code == 2
        assert gold in result.stderr


def test_the_later_of_two_lines_about_one_paper_counts(tmp_path):
    line = '{"title": "T", "concepts": [{"types": ["Task"], "surfaces": ["a"], "required": %s}]}\n'
    (tmp_path / "gold.jsonl").write_text(line % "true" + line % "false", encoding="utf-8")
    result = run(str(tmp_path / "gold.jsonl"), PREDICTED, "--json")
    assert "gold.jsonl:2: a title that came before; this line counts" in result.stderr
    assert json.loads(result.stdout)["strict"]["all"]["gold"] == 0


@pytest.mark.parametrize(
    ("type_", "one", "other", "lenient"),
    [
        ("Method", "Graph Neural Networks", "graph-neural network", False),
        ("Hardware", "an NVIDIA H100 GPU", "An H100", False),
        ("Method", "ﬁne-tuning", "finetuning", False),
        ("Task", "robust image retrieval", "image retrieval", True),
    ],
)
def test_names_that_are_alike(type_, one, other, lenient):
    assert alike(type_, [one], [other], lenient=lenient)
    assert alike(type_, [one], [other], lenient=False) is not lenient


@pytest.mark.parametrize(
    ("one", "other"), [("C++", "C"), ("A100", "A10"), ("GPT-4", "GPT-4o"), ("Llama 3.1", "Llama 31")]
)
def test_names_that_are_not(one, other):
    assert not alike("Method", [one], [other], lenient=False)


def test_numbers_and_units_in_several_spellings():
    assert number("1,024") == number(1024) == number("1024.0000001")
    assert number("O(n)") == number("o(N)") == "on"
    for spellings in (
        "% percent pct",
        "points pp ppt",
        "ms milliseconds",
        "TFLOPS TFLOP/s teraflops/s",
        "FPS frames/s",
    ):
        assert len({unit(spelling) for spelling in spellings.split()}) == 1
    assert unit(None) == unit("") != unit("%")


def test_surfaces_that_are_alike_or_told_to_be_the_same_are_one_concept():
    marks = [
        ("VAEs", "Method", False),
        ("autoencoder", "Model", True),
        ("VAE", "Method", False),
        ("GAN", "Task", False),
    ]
    first, second = concepts(marks, [("autoencoder", "VAE")])
    assert (first.types, first.surfaces, first.required) == ({"Method"}, ("autoencoder", "VAEs", "VAE"), True)
    assert (second.surfaces, second.required) == (("GAN",), False)


wishes = st.lists(st.lists(st.integers(0, 3), unique=True), max_size=4)


@given(wishes)
def test_as_many_as_can_be_are_served_and_each_gets_a_wish(wishes):
    owner = assign(wishes)
    assert len(set(owner.values())) == len(owner)
    assert all(thing in wishes[who] for thing, who in owner.items())
    most = max(sum(thing in its for thing, its in zip(order, wishes, strict=False)) for order in permutations(range(4)))
    assert len(owner) == most


def test_a_long_chain_of_changed_wishes_is_no_recursion():
    length = 5000
    owner = assign([*([at, at + 1] for at in range(length)), [0]])
    assert owner == {0: length, **{at + 1: at for at in range(length)}}


names = st.sampled_from(["FooNet", "foonets", "Bar", "the Bar set", "+", "H100"])
types = st.sampled_from(["Method", "Model", "Dataset", "Hardware"])
marked = st.lists(st.tuples(names, types), unique_by=lambda mark: key(mark[0]), max_size=5)


@given(marked)
def test_what_is_predicted_as_it_was_marked_is_right(marks):
    gold = {"": gold_paper({"title": "T", "mentions": [list(mark) for mark in marks]})}
    found = {"": found_paper({"title": "T", "mentions": [{"text": name, "type": type_} for name, type_ in marks]})}
    told = account(score(gold, found))
    assert told["strict"]["all"]["f"] == told["lenient"]["all"]["f"] == float(bool(marks))
