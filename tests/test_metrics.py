import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.metrics import find_metrics


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("pass@1 and Recall@10", ["pass@1", "Recall@10"]),
        ("mAP@0.5, P@k", ["mAP@0.5", "P@k"]),
        ("the macro F1-score", ["macro F1-score"]),
        ("top-1 accuracy", ["top-1 accuracy"]),
        ("a word error rate", ["word error rate"]),
        ("peak GPU memory usage", ["peak GPU memory usage"]),
        ("test accuracies", ["test accuracies"]),
        ("Model FLOPs Utilization", ["Model FLOPs Utilization"]),
        ("12 tokens per second", ["tokens per second"]),
        ("accuracy alone", []),
        ("inference-time", []),
        ("", []),
    ],
)
def test_metrics_are_told_by_their_form(text, names):
    assert [text[start:end] for start, end in find_metrics(text)] == names


@given(st.text(st.sampled_from("F1@ pasteraccuy0.5kİ")))
def test_finds_lie_in_the_text_in_order(text):
    reached = 0
    for start, end in find_metrics(text):
        assert reached <= start < end <= len(text)
        reached = end
