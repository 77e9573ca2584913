import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.latex import plain
from kg.extract.numbers import numbers
from kg.extract.ranges import expressions

CASES = Path(__file__).parent / "cases" / "numbers"
DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?|[OΘΩ]\(.*\)")


def rows(name):
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


@pytest.mark.parametrize("row", list(rows("single.tsv")), ids=lambda row: row["text"])
def test_one_expression(row):
    (number,) = expressions(row["text"])
    assert {"text": row["text"]} | {key: getattr(number, key) or "" for key in row if key != "text"} == row


@pytest.mark.parametrize("row", list(rows("several.tsv")), ids=lambda row: row["text"])
def test_several_expressions(row):
    found = expressions(row["text"])
    assert " ".join(number.value for number in found) == row["values"]
    assert " ".join(number.unit or "-" for number in found) == row["units"]


@pytest.mark.parametrize("text", (CASES / "none.txt").read_text("utf-8").splitlines())
def test_digits_in_names_are_no_numbers(text):
    assert expressions(text) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [("2.3$\\times$ x", "2.3      ×  x"), ("49.3\\%", "49.3 %"), ("8timesA800", "8    ×A800"), ("plain", "plain")],
)
def test_markup_is_blanked(text, shown):
    assert plain(text) == shown


pieces = st.sampled_from(
    ["12", ".5", "%", "$\\times$", " to ", "from ", "-", "K", "\\%", "{", "}", " points", "O(", ")", "^"]
)


@given(st.lists(pieces | st.text(max_size=5), max_size=25).map("".join))
def test_numbers_stand_in_order_inside_the_text_with_plain_values(text):
    assert len(plain(text)) == len(text)
    for found in (numbers(text), expressions(text)):
        at = 0
        for number in found:
            assert at <= number.start < number.end <= len(text)
            assert all(DECIMAL.fullmatch(it) for it in (number.value, number.low, number.high) if it)
            at = number.end
