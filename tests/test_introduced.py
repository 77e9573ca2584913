from pathlib import Path

import pytest

from kg.extract.introduced import introduced
from kg.model import Mention

CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "cases/extract/introduced.tsv").read_text(encoding="utf-8").splitlines()
]


def mention(text, surface, type_="Method"):
    start = text.index(surface)
    return Mention(start, start + len(surface), surface, type_)


@pytest.mark.parametrize(("sentence", "name", "own"), CASES)
def test_a_paper_presents_a_name_as_its_own(sentence, name, own):
    text = f"A study of something\n{sentence}"
    assert (name.casefold() in introduced(text, [mention(text, name)], ())) == (own == "yes")


def test_the_name_before_a_colon_in_the_title_is_its_own():
    text = "FastMix: Mixing Tokens\nNothing more."
    assert introduced(text, [mention(text, "FastMix")], ()) == {"fastmix"}


def test_an_abbreviation_shares_it():
    text = "A study\nWe propose Fast Token Mixing (FTM)."
    assert introduced(text, [mention(text, "Fast Token Mixing")], [("FTM", "Fast Token Mixing")]) == {
        "fast token mixing",
        "ftm",
    }


def test_a_task_is_never_introduced():
    text = "A study\nWe propose image mixing."
    assert introduced(text, [mention(text, "image mixing", "Task")], ()) == frozenset()
