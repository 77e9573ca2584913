import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract import load
from kg.extract.evidence import described
from kg.extract.judging import judge
from kg.extract.surfaces import by_surface, whole
from kg.model import TYPES, Mention

TEXT = (
    "Quarry: A Benchmark for Tool Use\nWe present Quarry, a benchmark of tool use. "
    "Mixture of Experts (MoE) models reach 71% accuracy on Quarry and on the Slate dataset."
)


def find(surface, type_, score=0.8, source="names", *, text=TEXT):
    start = text.index(surface)
    return Mention(start, start + len(surface), surface, type_, score, source)


def told(*candidates, pairs=(), **options):
    return {m.text: m.type for m in judge(TEXT, candidates, pairs, **options)}


@pytest.mark.parametrize(
    ("found", "name"),
    [
        ("-equivariant networks", "E(3)-equivariant networks"),
        ("peer-to-", "peer-to-peer"),
        ("acme/", "acme/Pebble-2.5-pro"),
        ("Mosaic-SDF (", "Mosaic-SDF"),
        ("deformation)", "deformation"),
        ("R(2)-maps", "R(2)-maps"),
        ("a deformation", "deformation"),
        ("F1", "F1"),
        ("L^6", ""),
        ("SPO) triples", ""),
        ("maps R^", ""),
        ("G", ""),
    ],
)
def test_a_name_is_whole(found, name):
    text = "Title\nE(3)-equivariant networks, peer-to-peer learning, Mosaic-SDF (a deformation), R(2)-maps, F1, L^6, G."
    text += " The (SPO) triples and maps R^{n}. We ask acme/Pebble-2.5-pro."
    assert whole(text, find(found, "Method", text=text)) == name


def test_what_the_title_calls_a_benchmark_is_a_dataset_though_the_tagger_took_it_for_a_method():
    assert told(find("Quarry", "Method", 0.6)) == {"Quarry": "Dataset"}


def test_what_is_called_a_dataset_is_one():
    assert told(find("Slate", "Method", 0.5), threshold=0.0) == {"Slate": "Dataset"}


def test_a_plain_word_that_hardly_anything_speaks_for_is_no_name():
    assert told(find("models", "Method", 0.15)) == {}


def test_the_threshold_trades_precision_for_recall():
    doubtful = find("tool use", "Task", 0.5)
    assert told(doubtful, threshold=0.0) == {"tool use": "Task"}
    assert told(doubtful, threshold=1.0) == {}


def test_both_forms_of_an_abbreviation_are_judged_where_one_was_found():
    assert told(find("MoE", "Method", 0.9), pairs=[("MoE", "Mixture of Experts")]) == {
        "MoE": "Method",
        "Mixture of Experts": "Method",
    }


def test_sources_tell_which_components_spoke_for_a_name():
    (mention,) = judge(TEXT, [find("accuracy", "Metric"), find("accuracy", "Metric", source="pattern")], ())
    assert mention.source == "names+pattern"


@given(
    st.text(alphabet="aB -,:\n", max_size=60),
    st.lists(st.tuples(st.integers(0, 59), st.integers(1, 6), st.sampled_from(TYPES)), max_size=8),
    st.randoms(),
)
def test_judgement_does_not_hang_on_the_order_of_candidates(text, spans, random):
    candidates = [
        Mention(start, start + length, text[start : start + length], type_, 0.5, "names")
        for start, length, type_ in spans
        if start + length <= len(text)
    ]
    judged = judge(text, candidates, (), threshold=0.0)
    random.shuffle(candidates)
    assert {(m.text, m.type, m.score) for m in judge(text, candidates, (), threshold=0.0)} == {
        (m.text, m.type, m.score) for m in judged
    }
    assert all(0 <= m.score <= 1 and text[m.start : m.end] == m.text for m in judged)


def test_few_features_however_often_a_name_occurs():
    text = "Slate\n" + "Slate, " * 2000
    finds = by_surface(text, [find("Slate", "Dataset", text=text)], ())
    ((surface, start, features),) = described(text, finds, ())
    assert (surface, start) == ("Slate", 0)
    assert len(features) < 200


def test_the_pipeline_hands_on_what_the_tagger_doubts():
    assert load().nlp.get_pipe("kg_tagger").threshold < 0.2
