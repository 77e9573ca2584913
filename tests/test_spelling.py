import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.spelling import loose, singular

ONE_NAME = [
    ("LLaMA 2", "Llama-2"),
    ("Llama2", "Llama-2"),
    ("GPT4", "GPT-4"),
    ("language models", "Language Model"),
    ("GPUs", "GPU"),
    ("A100s", "A100"),
    ("KV caches", "KV-cache"),
    ("accuracies", "accuracy"),
    ("boxes", "box"),
    ("quantisation", "quantization"),
    ("data set", "dataset"),
    ("MATH-500", "Math 500"),
    ("$\\beta$-VAE", "\\beta VAE"),
    ("Earth Mover’s Distance", "earth mover's distance"),
    ("Alzheimer's Disease Initiative", "Alzheimers Disease Initiative"),
    ("Delayed Streams Modeling", "delayed-stream modeling"),
    ("LLMs-as-judges", "LLM-as-judge"),
    ("LLaVA-v1.5", "LLaVA-1.5"),
    ("YOLO v8", "YOLOv8"),
    ("Tanks & Temples", "tanks and temples"),
    ("language models~", "language model"),
]
TWO_NAMES = [
    ("LLaMA", "LLaMA 2"),
    ("GPT-4", "GPT-4o"),
    ("C++", "C"),
    ("C#", "C"),
    ("A100", "A10"),
    ("FLOPs", "FLOPS"),
    ("Llama 3 1B", "Llama 31B"),
    ("Llama 3.1", "Llama 31"),
    ("loss", "los"),
    ("β-VAE", "VAE"),
    ("1,024", "1024"),
    ("V2X", "2X"),
    ("GPT-4V", "GPT-4"),
    ("physics reasoning", "physic reasoning"),
]


@pytest.mark.parametrize(("left", "right"), ONE_NAME)
def test_spellings_of_one_name(left, right):
    assert loose(left) == loose(right)


@pytest.mark.parametrize(("left", "right"), TWO_NAMES)
def test_names_that_stay_apart(left, right):
    assert loose(left) != loose(right)


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("matrices", "matrix"),
        ("bias", "bias"),
        ("corpus", "corpus"),
        ("analysis", "analysis"),
        ("series", "series"),
        ("is", "is"),
    ],
)
def test_singular(plural, one):
    assert singular(plural) == one


@given(st.text(min_size=1))
def test_no_name_vanishes(name):
    assert loose(name) or not name.strip()
