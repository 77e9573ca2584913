from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.introduced import introduced
from kg.model import Mention
from kg.text import fold

CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "cases/extract/introduced.tsv").read_text(encoding="utf-8").splitlines()
]
BACKGROUND = "Mixing tokens takes long, and cooks know it."


def mentions(text, *names, type_="Method"):
    found = [
        Mention(at, at + len(name), name, type_)
        for name in names
        for at in range(len(text))
        if text.startswith(name, at)
    ]
    return sorted(found, key=lambda mention: mention.start)


def own(text, *names, type_="Method", same=()):
    return introduced(text, mentions(text, *names, type_=type_), same)


@pytest.mark.parametrize(("sentence", "name", "yes"), CASES)
def test_a_paper_presents_a_name_as_its_own(sentence, name, yes):
    text = f"A study of something\n{BACKGROUND} {sentence}"
    assert own(text, name) == ({fold(name)} if yes == "yes" else set())


def test_the_name_before_a_colon_in_the_title_is_its_own():
    assert own("FastMix: Mixing Tokens\nNothing more.", "FastMix") == {"fastmix"}


def test_what_the_own_thing_is_a_kind_of_is_not():
    text = f"FastMix: A Transformer for Mixing\n{BACKGROUND} We present FastMix, a Transformer that is quick."
    assert own(text, "FastMix", "Transformer") == {"fastmix"}


def test_a_survey_introduces_nothing():
    text = "A survey of mixing\nWe review FastMix, SlowMix and BERT, and compare their speed."
    assert own(text, "FastMix", "SlowMix", "BERT") == set()


def test_an_abbreviation_shares_it():
    text = f"A study\n{BACKGROUND} We propose Fast Token Mixing (FTM)."
    assert own(text, "Fast Token Mixing", same=[("FTM", "Fast Token Mixing")]) == {"fast token mixing", "ftm"}


def test_what_is_told_of_the_abbreviation_counts_for_the_long_form():
    text = f"A study\n{BACKGROUND} Fast Token Mixing (FTM) is our answer. We propose FTM, a layer."
    same = [("FTM", "Fast Token Mixing")]
    assert own(text, "Fast Token Mixing", "FTM", same=same) == {"fast token mixing", "ftm"}


@pytest.mark.parametrize("type_", ["Task", "Metric", "Hardware"])
def test_only_what_can_be_made_is_introduced(type_):
    assert own("A study\nWe propose image mixing.", "image mixing", type_=type_) == set()


def test_nothing_is_introduced_by_a_text_without_names():
    assert introduced("", (), ()) == introduced("FastMix: Mixing\nWe propose it.", (), ()) == set()


WORDS = st.sampled_from(
    ["we", "propose", "FastMix", "SlowMix", ",", ".", "\n", ":", "is introduced", "our", "with", "ß"]
)


@given(st.lists(WORDS, max_size=40).map(" ".join), st.booleans())
def test_only_names_of_the_text_are_introduced(text, paired):
    same = [("FastMix", "SlowMix")] if paired else []
    found = own(text, "FastMix", "SlowMix", same=same)
    assert found <= {"fastmix", "slowmix"}
    assert found == own(text, "FastMix", "SlowMix", same=same)
    if paired:
        assert len(found) != 1


@pytest.mark.parametrize(
    "piece", ["FastMix is proposed, ", "we propose FastMix ", "FastMix.a-", 'FastMix"""', "FastMix http://FastMix "]
)
def test_the_time_grows_with_the_text_and_not_with_its_square(piece):
    text = "T\n" + piece * (300_000 // len(piece))
    names = [
        Mention(at, at + 7, "FastMix", "Method")
        for line in range(2, len(text), len(piece))
        if (at := text.find("FastMix", line, line + len(piece))) >= 0
    ]
    before = process_time()
    introduced(text, names, ())
    assert process_time() - before < 20  # a few tenths of a second; the square would take minutes
