from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import LexiconError
from kg.lexicon import COLUMNS, FACTS, check, load, read
from kg.lexicon.tables import SHIPPED

LEXICON = load()
HEADER = "\t".join(COLUMNS)


def written(folder, *rows, name="things.tsv"):
    (folder / name).write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    return folder


def row(key, type_="Method", label="Thing", **cells):
    cells = {"key": key, "type": type_, "label": label, **cells}
    return "\t".join(cells.get(column, "") for column in COLUMNS)


def facts(folder, kind, *rows):
    (folder / "facts").mkdir(exist_ok=True)
    lines = ["\t".join(("key", *FACTS[kind])), *rows]
    (folder / "facts" / f"{kind}.tsv").write_text("\n".join(lines) + "\n", "utf-8")


def problems(folder):
    tables = read(folder)
    return [*map(str, (*tables.problems, *check(tables.entries, tables.places)))]


def test_the_shipped_lexicon_has_no_problem():
    assert problems(SHIPPED) == []
    counts = Counter(entry.kind for entry in LEXICON.entries)
    assert counts["dataset"] > 2000
    assert counts["method"] > 2000
    assert counts["hardware"] > 400
    assert sum(dict(entry.facts).get("direction") is not None for entry in LEXICON.entries) > 150


def test_the_chain_from_a_device_to_its_class():
    entry = LEXICON.by_key("hardware", "h100-sxm5")
    assert [ancestor.label for ancestor in LEXICON.ancestors(entry)] == ["H100", "Hopper", "NVIDIA GPU", "GPU"]


@pytest.mark.parametrize(
    ("surface", "keys"),
    [
        ("MFU", ["model-flops-utilization"]),
        ("Model Flops Utilization", ["model-flops-utilization"]),
        ("FLOPs", ["flop-count"]),
        ("FLOPS", ["flops-rate"]),
        ("mixtures of nothing", []),
        ("Llama-2", ["llama-2"]),
        ("llama 2", ["llama-2"]),
        ("LLMs", ["large-language-model"]),
        ("C++", ["c-plus-plus"]),
        ("A100", ["a100"]),
        ("A10", ["a10"]),
        ("MAE", ["mean-absolute-error", "masked-autoencoder"]),
    ],
)
def test_a_name_finds_its_entries(surface, keys):
    assert sorted(entry.key for entry in LEXICON.by_surface(surface)) == sorted(keys)


@given(st.text())
def test_any_name_may_be_asked_for(surface):
    assert isinstance(LEXICON.by_surface(surface), tuple)


def test_the_digest_tells_the_data_apart(tmp_path):
    one = load(written(tmp_path, row("thing"))).digest
    assert one == load(written(tmp_path, row("thing"))).digest
    assert one != load(written(tmp_path, row("thing", note="new"))).digest


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([row("Thing")], "things.tsv:2: 'Thing' is no key"),
        ([row("thing"), row("other", "Gadget")], "things.tsv:3: 'Gadget' is none of"),
        ([row("thing", label="")], "things.tsv:2: no label"),
        ([row("thing", match="maybe")], "things.tsv:2: no label, or a match"),
        (["thing\tMethod"], "things.tsv:2: 2 columns instead of 9"),
        ([row("thing"), row("thing", label="Other")], "things.tsv:3: the key thing is used in things.tsv:2 too"),
        ([row("thing", broader="nothing")], "things.tsv:2: the parent nothing of thing is missing"),
        ([row("one", broader="two"), row("two", label="T", broader="one")], "things.tsv:2: one is broader than itself"),
    ],
)
def test_a_broken_file_is_an_error_that_says_where(tmp_path, rows, message):
    with pytest.raises(LexiconError, match=message.replace("(", r"\(")):
        load(written(tmp_path, *rows))


def test_a_file_without_header_or_in_another_encoding_is_an_error(tmp_path):
    (tmp_path / "a.tsv").write_text("key\tlabel\n", "utf-8")
    with pytest.raises(LexiconError, match=r"a\.tsv:1: the columns are key type label"):
        load(tmp_path)
    (tmp_path / "a.tsv").write_bytes(b"\xff\xfe")
    with pytest.raises(LexiconError, match=r"a\.tsv: not UTF-8"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (
            [row("one", label="One", aliases="Shared"), row("two", label="Two", aliases="shared")],
            ["things.tsv:3: 'shared' means one (things.tsv:2) and two (things.tsv:3)"],
        ),
        ([row("one", label="One"), row("one", "Metric", "One")], []),
        ([row("one", label="One", aliases="1|1")], ["things.tsv:2: '1' is there twice"]),
        ([row("one", label="One ")], ["things.tsv:2: white space around or within 'One '"]),
        ([row("one", exact_match="wikidata:Q1")], ["things.tsv:2: 'wikidata:Q1' is no IRI"]),
        (
            [row("one", "Model", "One"), row("two", label="Two", broader="one")],
            ["things.tsv:3: a method cannot be a kind of one, a model"],
        ),
        (["thing\tMethod", row("one")], ["things.tsv:2: 2 columns instead of 9"]),
    ],
)
def test_check_finds_faults_with_file_and_line(tmp_path, rows, found):
    assert problems(written(tmp_path, *rows)) == found


def test_facts_are_of_a_known_key_and_of_their_kind(tmp_path):
    written(tmp_path, row("loss", "Metric", "loss"), row("h1", "Hardware", "H1"))
    facts(tmp_path, "metric", "loss\tdown\tfurlong", "gain\thigher\t")
    facts(tmp_path, "hardware", "h1\tlast year\t80" + "\t" * 6)
    assert problems(tmp_path) == [
        "metric.tsv:3: no metric has the key gain, or it was there before",
        "things.tsv:2: 'down' is no direction",
        "things.tsv:2: 'furlong' is no unit",
        "things.tsv:3: 'last year' is no released",
    ]


def test_facts_come_with_their_entry():
    assert dict(LEXICON.by_key("hardware", "h100-sxm5").facts)["memory"] == "80"
    assert LEXICON.by_key("metric", "perplexity").facts == (("direction", "lower"),)


def test_only_names_with_one_meaning_are_looked_for():
    surfaces = {surface: entry.key for surface, entry in LEXICON.surfaces()}
    assert surfaces["MFU"] == "model-flops-utilization"
    assert "MAE" not in surfaces
    assert "Go" not in surfaces
