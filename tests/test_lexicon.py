import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import LexiconError
from kg.lexicon import COLUMNS, Entry, Lexicon, check, load

LEXICON = load()
HEADER = "\t".join(COLUMNS)


def written(folder, *rows, name="things.tsv"):
    (folder / name).write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    return folder


def row(key, type_="Method", label="Thing", **cells):
    cells = {"key": key, "type": type_, "label": label, **cells}
    return "\t".join(cells.get(column, "") for column in COLUMNS)


def test_the_shipped_lexicon_has_no_problem():
    assert check(LEXICON) == []
    assert len(LEXICON) > 3000


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
        ([row("thing"), row("thing", label="Other")], "Method thing: a key used twice"),
        ([row("thing", broader="nothing")], "Method thing: its parent nothing is missing"),
        ([row("one", broader="two"), row("two", label="T", broader="one")], "method one: broader than itself"),
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


def test_check_finds_names_that_two_entries_claim():
    clash = Lexicon((Entry("one", "Method", "One", ("Shared",)), Entry("two", "Method", "Two", ("shared",))))
    assert check(clash) == ["method: 'shared' is claimed by one and two"]
    assert check(Lexicon((Entry("one", "Method", "One"), Entry("one", "Metric", "One")))) == []


def test_only_names_with_one_meaning_are_looked_for():
    surfaces = {surface: entry.key for surface, entry in LEXICON.surfaces()}
    assert surfaces["MFU"] == "model-flops-utilization"
    assert "MAE" not in surfaces
    assert "Go" not in surfaces
