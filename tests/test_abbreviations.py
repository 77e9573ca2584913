from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.abbreviations import abbreviations, definitions

CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "cases/extract/abbreviations.tsv").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_text_defines_its_abbreviations(text, expected):
    assert [f"{short}={long}" for short, long in abbreviations(text)] == [pair for pair in expected.split("|") if pair]


def test_a_definition_in_the_title_does_not_reach_into_the_abstract():
    assert abbreviations("A study of trees\n(ASOT) is short.") == ()


@given(st.text(alphabet="ABab( )-2\n.;", max_size=60) | st.text(max_size=60))
def test_both_spans_lie_in_the_text_and_hold_a_letter(text):
    for short, long in definitions(text):
        for start, end in (short, long):
            assert 0 <= start < end <= len(text)
            assert any(character.isalnum() for character in text[start:end])


@given(st.lists(st.from_regex(r"[A-Z][a-z]{2,7}", fullmatch=True), min_size=2, max_size=5))
def test_initials_of_any_capitalised_name_are_found(words):
    short = "".join(word[0] for word in words)
    name = " ".join(words)
    if short.casefold() not in (word.casefold() for word in words) and words[0].casefold() not in {"this", "the"}:
        assert (short, name) in abbreviations(f"we study {name} ({short}) here.")
