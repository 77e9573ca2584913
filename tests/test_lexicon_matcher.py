import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.lexicon_matcher import Matcher
from kg.lexicon import Entry, Lexicon, load

MATCHER = Matcher(load())


def found(text):
    return [(text[start:end], entry.key) for start, end, entry in MATCHER.find(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("on A100 and A1000", [("A100", "a100")]),
        ("GPT-4o, GPT 4 and GPT-4.9", [("GPT-4o", "gpt-4o"), ("GPT 4", "gpt-4")]),
        ("GPT-4-based agents", [("GPT-4", "gpt-4")]),
        ("in C++ or C", [("C++", "c-plus-plus")]),
        ("H100s and GPUs", [("H100s", "h100"), ("GPUs", "gpu")]),
        ("on 8xA100 and maxA100", [("A100", "a100")]),
        ("multi-GPU", [("GPU", "gpu")]),
        ("Large Language Models", [("Large Language Models", "large-language-model")]),
        ("mixture-of-experts model", [("mixture-of-experts model", "mixture-of-experts")]),
        ("for Mixture of Experts\nModel", [("Mixture of Experts", "mixture-of-experts")]),
        ("Recall@10 of recall", [("Recall@10", "recall-at-10")]),
        ("Llama3 or LLaMA-3", [("Llama3", "llama-3"), ("LLaMA-3", "llama-3")]),
        ("Llama-3-9B", []),
        ("go and see MATH and Math", [("MATH", "math-benchmark")]),
        ("accuracies", [("accuracies", "accuracy")]),
        ("DeepSeek-R1-Distill-Foo", []),
        ("", []),
    ],
)
def test_names_are_found_where_they_end(text, names):
    assert found(text) == names


def test_the_longest_name_wins():
    lexicon = Lexicon((Entry("b", "Method", "beam search"), Entry("d", "Method", "diverse beam search")))
    assert [entry.key for _, _, entry in Matcher(lexicon).find("a diverse beam search")] == ["d"]


@given(st.text(st.sampled_from("GPTU4o- ̈İßs\n@A1+0")))
def test_finds_lie_in_the_text_in_order(text):
    reached = 0
    for start, end, _ in MATCHER.find(text):
        assert reached <= start < end <= len(text)
        reached = end
