import re
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.results import find_results
from kg.model import TYPES, Mention

CASES = Path(__file__).parent / "cases" / "results"
MARKED = re.compile(r"\[([^\[\]|]+)\|(\w+)\]")


def cases() -> Iterator:
    """One parameter a block: a sentence with its names in brackets, then `->` for each result, `+>` for each size."""
    for path in sorted(CASES.glob("*.txt")):
        for number, block in zip(count(1), path.read_text("utf-8").split("\n\n"), strict=False):
            lines = [line for line in block.splitlines() if line and not line.startswith("#")]
            if lines:
                yield pytest.param(lines[0], lines[1:], id=f"{path.stem}-{number}")


def read(sentence: str) -> tuple[str, list[Mention]]:
    """The text, under a title, and the mentions that the brackets mark."""
    text, mentions, at = "A title\n", [], 0
    for match in MARKED.finditer(sentence):
        text += sentence[at : match.start()]
        mentions.append(Mention(len(text), len(text) + len(match[1]), match[1], match[2]))
        text += match[1]
        at = match.end()
    return text + sentence[at:], mentions


def fields(line: str) -> dict[str, str | None]:
    """`unit=%; change=` as a dictionary; nothing behind the sign is None."""
    pairs = (field.split("=", 1) for field in line[3:].split("; "))
    return {key: value or None for key, value in pairs}


@pytest.mark.parametrize(("sentence", "expected"), list(cases()))
def test_sentence(sentence, expected):
    text, mentions = read(sentence)
    results, quantities = find_results(text, mentions)
    stated = [fields(line) for line in expected if line.startswith("->")]
    sizes = [fields(line) for line in expected if line.startswith("+>")]
    assert [
        {key: getattr(result, key) for key in wish} for result, wish in zip(results, stated, strict=False)
    ] == stated
    assert len(results) == len(stated)
    if sizes:
        assert [{key: getattr(it, key) for key in wish} for it, wish in zip(quantities, sizes, strict=False)] == sizes


def test_the_quote_reaches_from_the_number_to_its_metric_and_subject():
    text, mentions = read(
        "It gets up to 49.3% [MFU|Metric] for the [Mixtral 8x22B|Model] model on [H100 GPUs|Hardware]."
    )
    (result,), _ = find_results(text, mentions)
    assert result.text == "up to 49.3% MFU for the Mixtral 8x22B"


def test_the_short_form_behind_the_long_one_stands_in_nobodys_way():
    sentence = "It gets 49.3% [Model Flops Utilization|Metric] ([MFU|Metric]) for the [Mixtral 8x22B|Model] model."
    text, mentions = read(sentence)
    (result,), _ = find_results(text, mentions, abbreviations=[("MFU", "Model Flops Utilization")])
    assert (result.metric, result.subject) == ("Model Flops Utilization", "Mixtral 8x22B")


def test_a_result_told_in_title_and_abstract_is_one():
    text = "ZipNet: 3x faster inference\nZipNet makes inference 3x faster."
    results, _ = find_results(text, [Mention(0, 6, "ZipNet", "Method"), Mention(28, 34, "ZipNet", "Method")])
    assert len(results) == 1


def test_results_below_the_least_score_are_left_out():
    text, mentions = read("[SpeedNet|Method] reaches 96.7% [accuracy|Metric].")
    (result,), _ = find_results(text, mentions)
    assert 0.4 <= result.score < 1
    assert find_results(text, mentions, least=1.0)[0] == ()


@st.composite
def texts_with_mentions(draw):
    pieces = st.sampled_from(
        ["up to ", "49.3%", " and ", "from ", "to ", "1.2-1.7x ", ", respectively", "$O(n^2)$ ", ". "]
    )
    text = "".join(draw(st.lists(pieces | st.text(max_size=8), max_size=30)))
    spans = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(1, 20), st.sampled_from(TYPES)), max_size=8))
    return text, [Mention(a, min(len(text), a + n), text[a : a + n], type_) for a, n, type_ in spans if a < len(text)]


@given(texts_with_mentions())
def test_offsets_hold_whatever_the_text(given_text):
    text, mentions = given_text
    results, quantities = find_results(text, mentions, least=0.0)
    for found in (*results, *quantities):
        assert text[found.start : found.end] == found.text
        assert found.start < found.end


@given(texts_with_mentions())
def test_mentions_count_in_any_order(given_text):
    text, mentions = given_text
    assert find_results(text, mentions) == find_results(text, mentions[::-1])


@pytest.mark.parametrize(
    "piece",
    [
        "1% accuracy ",
        "1 ",
        "$",
        "a",
        "9",
        "(",
        "from 1 to ",
        "O(",
        "up to ",
        "1.5 points. ",
        "X " * 50 + "is 3% faster. ",
    ],
)
def test_time_is_linear_in_whatever_text(piece):
    text = piece * (60_000 // len(piece))
    mentions = [Mention(i, i + 1, text[i], "Metric") for i in range(0, 40_000, 4)]
    start = time.process_time()
    find_results(text, mentions)
    assert time.process_time() - start < 20  # a second or two; quadratic time would be minutes
