import pytest

from kg.extract.titles import find_title_name


@pytest.mark.parametrize(
    ("title", "abstract", "name"),
    [
        ("FastMix: Mixing Tokens", "FastMix is quick.", "FastMix"),
        ("Make-A-Chair: Furniture from Text", "This paper introduces Make-A-Chair.", "Make-A-Chair"),
        ("Granite Code 2: Open Models", "We release Granite Code 2.", "Granite Code 2"),
        ("“FastMix”: Mixing Tokens", "FastMix is quick.", "FastMix"),
        ("FastMix: Mixing Tokens", "Our layer is quick.", None),
        ("FastMix: Mixing Tokens", "FastMixer is quick.", None),
        ("A Study of Mixing in Four Acts: Tokens", "A Study of Mixing in Four Acts.", None),
        ("attention: a survey", "attention is old.", None),
        ("Mixing Tokens", "Mixing Tokens.", None),
    ],
)
def test_the_name_before_the_colon_is_found_when_the_abstract_has_it_too(title, abstract, name):
    text = f"{title}\n{abstract}"
    assert [text[start:end] for start, end in find_title_name(text)] == ([name] if name else [])
