from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kg.extract.mentions import settle
from kg.model import Mention

TEXT = "FlashFold: A Folding Layer\nFlashFold runs Mixture of Experts (MoE) models. MoE and FlashFold v2 need an A100."


def name(surface, type_="Method"):
    start = TEXT.index(surface)
    return Mention(start, start + len(surface), surface, type_)


def told(names):
    return [(m.text, m.type) for m in settle(TEXT, names, ())]


def test_a_name_found_once_is_found_everywhere():
    assert told([name("FlashFold")]) == [("FlashFold", "Method")] * 3


def test_the_longer_of_two_overlapping_names_wins():
    assert told([name("FlashFold"), name("FlashFold v2", "Model")])[-1] == ("FlashFold v2", "Model")


def test_a_name_inside_a_word_is_none():
    assert told([Mention(0, 5, "Flash", "Method", 0.9)]) == []


def test_a_name_in_a_web_address_is_none():
    text = "Title\nThe code of FlashFold is at https://github.com/WeiDai/FlashFold."
    names = [Mention(text.index(n), text.index(n) + len(n), n, "Method") for n in ("FlashFold", "WeiDai")]
    assert [(mention.text, mention.start) for mention in settle(text, names, ())] == [("FlashFold", 18)]


def test_what_the_title_names_is_introduced():
    mentions = settle(TEXT, [name("FlashFold"), name("MoE")], ())
    assert {m.text for m in mentions if m.introduced} == {"FlashFold"}


@given(st.text(alphabet="ab -\n", max_size=40), st.lists(st.tuples(st.integers(0, 39), st.integers(1, 6)), max_size=6))
def test_mentions_are_exact_ordered_and_apart(text, spans):
    names = [
        Mention(start, start + length, text[start : start + length], "Task")
        for start, length in spans
        if start + length <= len(text)
    ]
    mentions = settle(text, names, ())
    assert all(text[m.start : m.end] == m.text for m in mentions)
    assert all(left.end <= right.start for left, right in pairwise(mentions))
