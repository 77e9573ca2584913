import time

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.tokenizer import make_tokenizer

tokenizer = make_tokenizer(spacy.blank("en").vocab)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("on Qwen2-57B-A14B and ImageNet-1K.", ["on", "Qwen2-57B", "-", "A14B", "and", "ImageNet-1K", "."]),
        ("GPT-4, GPT-4o;", ["GPT-4", ",", "GPT-4o", ";"]),
        ("an LLM-based, H100-optimised stack", ["an", "LLM", "-", "based", ",", "H100", "-", "optimised", "stack"]),
        (r"49.3\% and 2.3$\times$", ["49.3", r"\%", "and", "2.3", "$", r"\times", "$"]),
        (r"$\mathcal{O}(n^2)$", ["$", r"\mathcal", "{", "O", "}", "(", "n^2", ")", "$"]),
        ("ViT-B/16 (16:9, 1,024 GPUs)", ["ViT", "-", "B", "/", "16", "(", "16:9", ",", "1,024", "GPUs", ")"]),
        ("C++/C# and BERT+CRF", ["C++", "/", "C#", "and", "BERT", "+", "CRF"]),
        ("8xH100 nodes", ["8x", "H100", "nodes"]),
        (
            "e.g., Adam's 'warm-up' (end).",
            ["e.g.", ",", "Adam", "'s", "'", "warm", "-", "up", "'", "(", "end", ")", "."],
        ),
        ("gains--without loss---hold", ["gains", "--", "without", "loss", "---", "hold"]),
    ],
)
def test_tokens(text, tokens):
    assert [token.text for token in tokenizer(text)] == tokens


@given(st.text() | st.text(alphabet="aA1 .,:;-–'’\"()[]\\${}%/+#x\n", max_size=60))
def test_no_character_is_lost_and_offsets_hold(text):
    doc = tokenizer(text)
    assert "".join(token.text_with_ws for token in doc) == text
    assert all(text[token.idx : token.idx + len(token)] == token.text for token in doc)


@pytest.mark.parametrize("unit", ["a", "a.", ".", "-", "a-", "(", "'", ":1", "\\", "é"])
def test_time_is_linear_in_a_text_without_spaces(unit):
    def seconds(size):
        start = time.process_time()
        tokenizer(unit * (size // len(unit)))
        return time.process_time() - start

    tokenizer(unit)
    assert seconds(300_000) < 40 * max(seconds(30_000), 0.05)  # the square would be 100
