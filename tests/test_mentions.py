from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.mentions import resolve
from kg.model import Mention

TEXT = "FlashFold: A Folding Layer\nFlashFold runs Mixture of Experts (MoE) models. MoE and FlashFold v2 need an A100."


def find(surface, type_, score=0.9, source="names"):
    start = TEXT.index(surface)
    return Mention(start, start + len(surface), surface, type_, score, source)


def told(candidates, pairs=(), **options):
    return [(m.text, m.type) for m in resolve(TEXT, candidates, pairs, **options)]


def test_a_name_found_once_is_found_everywhere():
    assert told([find("FlashFold", "Method")]) == [("FlashFold", "Method")] * 3


def test_the_longer_of_two_overlapping_names_wins():
    assert told([find("FlashFold", "Method"), find("FlashFold v2", "Method")])[-1] == ("FlashFold v2", "Method")


def test_both_forms_of_an_abbreviation_have_one_type():
    found = told([find("MoE", "Method")], [("MoE", "Mixture of Experts")])
    assert found == [("Mixture of Experts", "Method"), ("MoE", "Method"), ("MoE", "Method")]


def test_the_strongest_evidence_decides_the_type():
    assert told([find("A100", "Method", 0.6), find("A100", "Hardware", 0.8)]) == [("A100", "Hardware")]


def test_weak_finds_are_not_told():
    assert told([find("A100", "Hardware", 0.3)], threshold=0.5) == []


def test_a_name_inside_a_word_is_none():
    assert told([Mention(0, 5, "Flash", "Method", 0.9)]) == []


@pytest.mark.parametrize(
    ("found", "name"),
    [
        ("-equivariant networks", "E(3)-equivariant networks"),
        ("peer-to-", "peer-to-peer"),
        ("Mosaic-SDF (", "Mosaic-SDF"),
        ("deformation)", "deformation"),
        ("R(2)-maps", "R(2)-maps"),
        ("a deformation", "deformation"),
        ("F1", "F1"),
        ("L^6", None),
        ("SPO) triples", None),
        ("maps R^", None),
        ("G", None),
    ],
)
def test_a_name_is_whole(found, name):
    text = "Title\nE(3)-equivariant networks, peer-to-peer learning, Mosaic-SDF (a deformation), R(2)-maps, F1, L^6, G."
    text += " The (SPO) triples and maps R^{n}."
    start = text.index(found)
    mentions = resolve(text, [Mention(start, start + len(found), found, "Method")], ())
    assert [mention.text for mention in mentions] == ([name] if name else [])


def test_a_name_in_a_web_address_is_none():
    text = "Title\nThe code of FlashFold is at https://github.com/WeiDai/FlashFold."
    candidates = [Mention(text.index(n), text.index(n) + len(n), n, "Method") for n in ("FlashFold", "WeiDai")]
    assert [(mention.text, mention.start) for mention in resolve(text, candidates, ())] == [("FlashFold", 18)]


def test_what_the_title_names_is_introduced():
    mentions = resolve(TEXT, [find("FlashFold", "Method"), find("MoE", "Method")], ())
    assert {m.text for m in mentions if m.introduced} == {"FlashFold"}


@given(st.text(alphabet="ab -\n", max_size=40), st.lists(st.tuples(st.integers(0, 39), st.integers(1, 6)), max_size=6))
def test_mentions_are_exact_ordered_and_apart(text, spans):
    candidates = [
        Mention(start, start + length, text[start : start + length], "Task")
        for start, length in spans
        if start + length <= len(text)
    ]
    mentions = resolve(text, candidates, ())
    assert all(text[m.start : m.end] == m.text for m in mentions)
    assert all(left.end <= right.start for left, right in pairwise(mentions))
