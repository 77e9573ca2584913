import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.names import KINDS, PREFIXES, concept_iri, concept_key, expand, is_key, paper_key, thing, web_iri

ANY_TEXT = st.text(st.characters() | st.characters(categories=["Cs", "Cc"]) | st.sampled_from("aB1.-_+# "))


def test_names_expand_to_iris():
    assert expand("kg:UpTo") == "https://w3id.org/paperkg/ontology#UpTo"
    assert expand("hardware:h100") == thing("hardware", "h100") == "https://w3id.org/paperkg/id/hardware/h100"
    assert set(KINDS) <= set(PREFIXES)
    with pytest.raises(KeyError):
        expand("nobody:knows")


@pytest.mark.parametrize("key", ["h100", "qwen2-57b-a14b", "gpt-3.5", "arxiv-2504.14960", "a_b"])
def test_keys(key):
    assert is_key(key)


@pytest.mark.parametrize("key", ["", "H100", "c++", "a b", "-a", "a.", "a--b", "é", "a\n"])
def test_no_keys(key):
    assert not is_key(key)


@given(ANY_TEXT, ANY_TEXT)
def test_every_label_and_paper_gets_a_key(one, other):
    assert is_key(concept_key(one))
    assert is_key(paper_key(one, other))
    assert is_key(paper_key("", "", arxiv_id=one or "1"))
    assert is_key(paper_key("", "", doi=one or "1"))


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("Mixture of Experts", "mixture-of-experts"),
        ("GPT-3.5", "gpt-3.5"),
        ("ImageNet\u20111K", "imagenet-1k"),
    ],
)
def test_a_plain_label_is_its_own_key(label, key):
    assert concept_key(label) == key


@pytest.mark.parametrize("label", ["β-VAE", "C++", "C#", "F1@10", "naïve Bayes", "x" * 80, "A&B"])
def test_a_label_that_loses_a_character_keeps_apart(label):
    slug, _, digest = concept_key(label).rpartition("-")
    assert slug
    assert len(digest) == 6
    assert concept_key(label) != concept_key(slug)


def test_a_key_depends_on_the_folded_label_alone():
    assert concept_key("β-VAE") == concept_key("Β\u2013vae")
    assert concept_iri("Model", "gpt-4") == concept_iri("Method", "gpt-4") == thing("method", "gpt-4")


@pytest.mark.parametrize(
    ("identifiers", "key"),
    [
        ({"arxiv_id": "2504.14960v2"}, "arxiv-2504.14960"),
        ({"arxiv_id": "cs/0112017"}, "arxiv-cs-0112017"),
        ({"doi": "10.1000/ABC.5"}, "doi-10.1000-abc.5"),
        ({"arxiv_id": "2504.14960", "doi": "10.1000/abc"}, "arxiv-2504.14960"),
    ],
)
def test_a_paper_is_known_by_its_identifier(identifiers, key):
    assert paper_key("A Title", "An abstract.", **identifiers) == key


def test_identifiers_that_share_a_slug_keep_apart():
    keys = {paper_key("", "", doi=f"10.1000/a{mark}b") for mark in ("(", ")", "-", ";")}
    assert len(keys) == 4


def test_a_paper_without_identifier_is_known_by_its_text():
    key = paper_key("A Title: of «Things»", "An abstract.")
    assert key.startswith("a-title-of-things-")
    assert key == paper_key("a title: of «things»", "AN  abstract.")
    assert key != paper_key("A Title: of «Things»", "Another abstract.")


@pytest.mark.parametrize(
    ("url", "iri"),
    [
        ("https://arxiv.org/abs/2401.00017", "https://arxiv.org/abs/2401.00017"),
        ("HTTP://Example.org", "http://Example.org"),
        ("https://e.org/a b<c>|^`{}[]\\", "https://e.org/a%20b%3Cc%3E%7C%5E%60%7B%7D%5B%5D%5C"),
        ("https://e.org/100%/%20?q=é#a#b", "https://e.org/100%25/%20?q=%C3%A9#a%23b"),
        ("https://my_lab.github.io:80/x", "https://my_lab.github.io:80/x"),
    ],
)
def test_a_web_address_becomes_an_iri(url, iri):
    assert web_iri(url) == iri


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "https://a:b@c.org/",
        "https://[::1]/",
    ],
)
def test_other_addresses_are_none(url):
    assert web_iri(url) is None


@given(ANY_TEXT)
def test_a_web_iri_is_always_valid(text):
    for start in ("", "https://e.org", "https://e.org/", "https://e.org/?", "https://e.org#"):
        iri = web_iri(start + text)
        assert iri is None or pyoxigraph.Store().query(f"ASK {{ <{iri}> ?p ?o }}") is not None
        assert iri is None or web_iri(iri) == iri
