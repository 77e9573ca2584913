"""Whatever the text, extraction and linking end, in time linear in its length, and what they say stands in the text."""

import sys
import tomllib
import unicodedata
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import extract, lexicon, link
from kg.extract.abbreviations import abbreviations
from kg.extract.hardware import find_hardware
from kg.extract.judging import judge
from kg.extract.lexicon_matcher import Matcher
from kg.extract.metrics import find_metrics
from kg.extract.occurrences import LONGEST
from kg.extract.ranges import expressions
from kg.extract.tokenizer import BOUNDARY
from kg.model import Extraction, Mention, Paper
from kg.spelling import loose
from kg.text import code_links, fold, links, normalise, sentences

OTHER_TEXTS = tomllib.loads(
    (Path(__file__).parent / "cases" / "hostile" / "other_texts.toml").read_text(encoding="utf-8")
)["text"]

# Pieces that are repeated until the text is long, by what they try.
PIECES = {
    "one word": "model ",
    "no space": "a",
    "capitals": "ABC DEF ",
    "camel case": "CamelCase",
    "digits": "7",
    "numbers": "7 ",
    "grouped digits": "123,",
    "percents": "1% 2% 3% ",
    "percents without space": "1%2%",
    "opening": "(",
    "closing": ")",
    "brackets": "([{x ",
    "abbreviations": "(ABC) (ABD) ",
    "defined again": "Alpha Beta Cat (ABC) ",
    "short form first": "ABC (alpha beta cat) ",
    "plural abbreviations": "large language models (LLMs) ",
    "hyphens": "a-b-",
    "hyphened names": "BERT-",
    "slashes": "a/b/",
    "dollars": "$",
    "formulas": "$\\mathcal{O}(n^2)$ ",
    "open commands": "\\frac{\\sqrt{",
    "powers": "10^",
    "complexities": "O(n^",
    "a listed name": "H100 ",
    "listed names": "BERT, ImageNet, ",
    "families of devices": "RTX ",
    "devices": "Jetson AGX Orin ",
    "vendors": "NVIDIA GeForce RTX ",
    "counted devices": "8xA100",
    "metrics": "mean average precision ",
    "metric signs": "P@[1.2:",
    "areas": "Area Under the a b c ",
    "units": "10 tokens/s/s/s ",
    "ranges": "1-2-3-4-",
    "from and to": "from 1 to 2 ",
    "arrows": "1→",
    "plus or minus": "1 ± 2 ",
    "lists": "1, 2, 3, and ",
    "orders": "two-to-three-",
    "up to": "up to ",
    "out of": "1/2/3/",
    "addresses": "https://",
    "code": "github.com/a(b).",
    "stops": '."',
    "shortened words": "e.g. A. Fig. ",
    "proposals": "BERT and GPT-2 are proposed, ",
    "emoji": "👩‍👩‍👧‍👦😀 ",
    "accents": "\u0301\u0316",
    "half-width accents": "\uff9e\u0316",
    "stacked accents": "a" + "\u0301\u0316\u0489" * 5,
    "right to left": "\u202eשלום עולם\u202c ",
    "Arabic digits": "٣٤٫٥٪ ",
    "Chinese": "准确率达到95.3%，我们",
    "Thai": "เราเสนอแบบจำลอง",
    "letters that grow": "İß\ufdfa ",
    "full width": "Ｈ１００ ９５％ ",
    "NUL and controls": "a\x00\x1b[31m\x7f",
    "lone surrogates": "\ud800a\udc00 ",
    "byte order marks": "\ufeffa\u200b\u00ad",
    "line ends": "a\n",
    "space": " \t\u00a0\u2028",
}


def many(form):
    """A text without end, of `form` with numbers filled in."""
    return lambda size: "".join(form.format(i) for i, _ in zip(count(), range(size // 12), strict=False))[:size]


SHAPES = {
    **{name: (lambda size, piece=piece: piece * (size // len(piece))) for name, piece in PIECES.items()},
    "nested": lambda size: "(" * (size // 2) + ")" * (size // 2),
    "new names": many("We propose Foo{0}Net. "),
    "new names in one sentence": many("Foo{0}Net gets 5% on the Bar{0}Set dataset, "),
    "new short forms": many("Xa{0} Model (X{0}M) is used, "),
    "one chain of definitions": many("A{0} B{0} (A{0}B{0}), "),
    "a giant word": lambda size: "We reduce " + "a" * size + " by 3%.",
    "a giant name": lambda size: "We propose " + "A" * size + " on " + "B-" * (size // 2) + ".",
    "a giant address": lambda size: "Code: https://a.b/" + "(a)." * (size // 4),
    "a table": lambda size: "accuracy of 90% and " * 12 + "word " * (size // 5) + "recall b " * 25,
}


@pytest.fixture(scope="module")
def extractor():
    return extract.load()


@pytest.fixture(scope="module")
def names():
    return lexicon.load()


def read(extractor, abstract, title="A Title"):
    (found,) = extractor.extract([Paper("key", title, abstract)])
    return found


def check(found):
    text = found.paper.text
    for left, right in pairwise(found.mentions):
        assert left.end <= right.start
    for it in (*found.mentions, *found.results, *found.quantities):
        assert 0 <= it.start < it.end <= len(text)
        assert text[it.start : it.end] == it.text
    for mention in found.mentions:
        assert len(mention.text) <= LONGEST


@pytest.mark.parametrize("name", SHAPES)
def test_any_text_is_read_and_linked(name, extractor, names):
    text = SHAPES[name](3_000)
    raw = text.encode("utf-8", "replace").decode()
    for abstract in (raw, normalise(text)):  # as a library's user may give it, and as `kg.read` does
        found = read(extractor, abstract)
        check(found)
        (linked,), concepts = link.link([found], names)
        assert {mention.concept for mention in linked.mentions} <= {concept.iri for concept in concepts}


@pytest.mark.parametrize("abstract", ["", " ", "\n\n", "\x00", ".", "\ufffd"])
def test_next_to_nothing_says_nothing(abstract, extractor):
    for title in ("", "A Title"):
        found = read(extractor, abstract, title)
        assert (found.mentions, found.results, found.quantities, found.abbreviations) == ((), (), (), ())


def calls(function, *arguments):
    """How many functions are called: a measure of work that no other process disturbs."""
    counted = 0

    def tally(_frame, event, _argument):
        nonlocal counted
        counted += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(tally)
    try:
        function(*arguments)
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize("name", SHAPES)
def test_work_grows_with_the_text_and_not_with_its_square(name, extractor, names):
    def work(size):
        return calls(lambda: link.link([read(extractor, normalise(SHAPES[name](size)))], names))

    work(1_000)  # what is cached is so before the count
    assert work(12_000) < 8 * work(3_000)  # four times the text: the square would be sixteen times the work


MATCHER = Matcher(lexicon.load())
# A pattern's work no profiler counts: these end in a second, or after ten minutes with the square of the length.
RULES = {
    "abbreviations": abbreviations,
    "addresses": lambda text: [*links(text), *code_links(text)],
    "hardware": find_hardware,
    "lexicon": MATCHER.find,
    "metrics": find_metrics,
    "folding": fold,
    "spelling": loose,
    "sentences": lambda text: list(sentences(text)),
    "tokens": lambda text: sum(1 for _ in BOUNDARY.finditer(text)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_patterns_come_to_an_end(name):
    text = normalise(SHAPES[name](150_000))
    for rule in RULES.values():
        rule(text)
    expressions(text[:30_000])  # a number costs as much as a hundred letters


def test_a_long_string_is_no_name():
    """Nor is it searched for: its automaton alone would take minutes."""
    text = "A" * 100_000
    assert judge(text, [Mention(0, len(text), text, "Method", 0.9, "names")], [], threshold=0.0) == []
    chain = "a-" * 20_000
    found = [Mention(at, at + 1, "-", "Method", 0.9, "names") for at in range(1, len(chain), 2)]
    assert all(len(mention.text) <= LONGEST for mention in judge(chain, found, [], threshold=0.0))


def test_short_forms_that_share_long_forms_do_not_multiply():
    """Each definition passes on what is known of both forms; kept as lists, the finds of these would be 10^11."""
    pairs = [(f"AB{short}", f"Alpha Beta{long}") for long in range(20) for short in range(20)]
    text = " ".join(f"{long} ({short})" for short, long in pairs)
    found = judge(text, [Mention(0, 11, "Alpha Beta0", "Method", 0.9, "names")], pairs, threshold=0.0)
    assert len({mention.text for mention in found}) == 40


def test_a_long_chain_of_definitions_is_one_thing(names):
    forms = [f"Net{number:05}" for number in range(30_000, 0, -1)]
    text = " ".join(forms)
    mentions = [Mention(at, at + 8, form, "Method") for at, form in zip(range(0, len(text), 9), forms, strict=True)]
    paper = Extraction(Paper("key", "", ""), tuple(mentions), abbreviations=tuple(pairwise(forms)))
    (linked,), _ = link.link([paper], names)
    assert len({mention.concept for mention in linked.mentions}) == 1


def test_accents_are_kept_but_for_a_heap_of_them():
    vietnamese = unicodedata.normalize("NFD", "Tiếng Việt, é̂")
    assert normalise(vietnamese) == unicodedata.normalize("NFC", vietnamese)
    assert len(normalise("a" + "\u0316\u0301" * 1_000 + "b")) < 40


def test_a_sentence_without_end_is_cut_at_a_space():
    text = "word " * 1_000 + "a" * 5_000
    spans = list(sentences(text))
    assert max(end - start for start, end in spans) <= 2_000
    assert all(text[start - 1] == " " for start, _ in spans[1:3])
    assert "".join(text[start:end] for start, end in spans).replace(" ", "") == text.replace(" ", "")


# Letters of any script, controls and lone surrogates, and what the rules look for.
ANY_TEXT = st.lists(
    st.text(st.characters() | st.characters(categories=["Cs", "Cc", "Mn", "Nd", "Sm"]), max_size=8)
    | st.sampled_from(
        "BERT H100 ImageNet 49.3% accuracy up-to from to O(n^2) $ \\times { } ( ) (ABC) - / . , ± ^ @ https://".split()
    ),
    max_size=25,
).map(" ".join)


@settings(max_examples=60)
@given(title=ANY_TEXT, abstract=ANY_TEXT)
def test_what_is_said_of_any_text_stands_in_it_and_is_said_again(extractor, names, title, abstract):
    title, abstract = normalise(title), normalise(abstract)
    found = read(extractor, abstract, title)
    check(found)
    assert read(extractor, abstract, title) == found
    assert link.link([found], names) == link.link([found], names)


@pytest.mark.parametrize("case", OTHER_TEXTS, ids=lambda case: case["name"])
def test_texts_of_other_languages_and_fields_report_no_results(case, extractor, names):
    found = read(extractor, normalise(case["abstract"]), normalise(case["title"]))
    check(found)
    assert found.results == ()
    assert not {quantity.value for quantity in found.quantities} & set(case["numbers"])
    assert len(found.mentions) <= 4
    link.link([found], names)
