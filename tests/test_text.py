import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text import code_links, fold, normalise, sentences

ANY_TEXT = st.text(
    st.characters() | st.characters(categories=["Cs", "Cc", "Zs", "Mn"]) | st.sampled_from("e\u0301.\n ")
)


@given(ANY_TEXT)
def test_normalised_text_stays_as_it_is_and_can_be_written(text):
    once = normalise(text)
    assert normalise(once) == once
    assert json.loads(json.dumps(once).encode()) == once
    assert "\n" not in once
    assert "  " not in once


def test_normalising_keeps_formulas_and_composes_accents():
    assert normalise("  $\\alpha_1$\u00a0is\n caf\u0065\u0301 ") == "$\\alpha_1$ is caf\u00e9"
    assert normalise("a\x00b\ud800c\ufffe") == "a\ufffdb\ufffdc\ufffd"


@given(ANY_TEXT)
def test_folding_is_settled_after_once(label):
    assert fold(fold(label)) == fold(label)
    assert fold(normalise(label)) == fold(normalise(label.upper().lower())) or label.upper().lower() != label.lower()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mixture of Experts", "mixture  of experts"),
        ("Self\u2013Attention", "self-attention"),
        ("ImageNet\u20111K", "IMAGENET-1K"),
        ("Cohen\u2019s kappa", "Cohen's Kappa"),
        ("multi\u00admodal", "multimodal"),
        ("\uff21100", "A100"),
    ],
)
def test_spellings_that_are_one(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("C++", "C"), ("C#", "C"), ("A100", "A10"), ("GPT-4", "GPT-4o"), ("GPT-3.5", "GPT-35"), ("β-VAE", "VAE")],
)
def test_spellings_that_are_two(one, other):
    assert fold(one) != fold(other)


@given(ANY_TEXT)
def test_sentences_cover_all_but_white_space(text):
    spans = list(sentences(text))
    assert spans == sorted(spans)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())


def test_sentences():
    text = "A Title? Yes\nWe use e.g. BERT by Li et al. and 3.5 points. It works! (See Fig. 2.) $x$ is 5."
    assert [text[start:end] for start, end in sentences(text)] == [
        "A Title?",
        "Yes",
        "We use e.g. BERT by Li et al. and 3.5 points.",
        "It works!",
        "(See Fig. 2.)",
        "$x$ is 5.",
    ]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://github.com/ada/x.", ["https://github.com/ada/x"]),
        ("See \\url{https://ada.github.io/x\\_y}.", ["https://ada.github.io/x_y"]),
        ("At github.com/ada/x, now.", ["https://github.com/ada/x"]),
        ("https://github.com/a/b{https://github.com/a/b}", ["https://github.com/a/b"] * 2),
        ("[https://github.com/a](https://github.com/a)", ["https://github.com/a"] * 2),
        ("(https://github.com/a_(b)).", ["https://github.com/a_(b)"]),
        ("Our project page: http://ada.example.org/x?y=1&z=2;", ["http://ada.example.org/x?y=1&z=2"]),
        ("Models: https://huggingface.co/ada and https://zenodo.org/records/1", 2),
        ("The method of http://ada.example.org/ is old.", []),
        ("Code and video: https://youtu.be/abc", []),
        ("ada@github.com/x, github.com and https://", []),
    ],
)
def test_code_links(text, links):
    found = list(code_links(text))
    assert (len(found) if isinstance(links, int) else found) == links
