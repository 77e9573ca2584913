"""What holds for every format of bibliographies; their cases are those of test_read."""

import json
import logging
from dataclasses import asdict
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.cli import main
from kg.model import Paper, Reject
from kg.read import FORMATS, read

CASES = Path(__file__).parent / "cases" / "read"
law = settings(deadline=None, max_examples=60)

# A record by its abstract, which may be empty; records are joined by line ends.
WRITTEN = {
    "BibTeX": ("", "@misc{{k,\n title = {{T}},\n abstract = {{{}}},\n}}\n"),
    "RIS": ("Made by hand\n\n", "TY  - JOUR\nTI  - T\nAB  - {}\nER  - \n\n"),
    "MEDLINE": ("", "PMID- 1\nTI  - T\nAB  - {}\n\n"),
    "CSV": ("Abstract,Title,Year\n", '"{}",T,2020\n'),
    "Web of Science": ("FN Web of Science\nVR 1.0\n", "PT J\nTI T\nAB {}\nER\n\n"),
}
SAMPLES = {"BibTeX": "bibtex.bib", "RIS": "ris.ris", "MEDLINE": "medline.txt", "Web of Science": "wos.txt"} | {
    "CSV": "table.csv"
}


def _written(name, abstracts, end="\n"):
    head, record = WRITTEN[name]
    return (head + "".join(record.format(abstract) for abstract in abstracts)).replace("\n", end)


@pytest.mark.parametrize("name", WRITTEN)
@law
@given(
    st.lists(st.sampled_from(["", "Text.", "More text, and more."]), min_size=1, max_size=9),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_every_record_is_a_paper_or_a_reject_in_file_order(tmp_path_factory, name, abstracts, end):
    path = tmp_path_factory.getbasetemp() / "records"
    path.write_bytes(_written(name, abstracts, end).encode())
    records = list(read([path]))
    assert [record.abstract if isinstance(record, Paper) else "" for record in records] == abstracts
    height = WRITTEN[name][1].count("\n")
    first = WRITTEN[name][0].count("\n") + 1
    for at, record in enumerate(records):
        if isinstance(record, Reject):
            assert (record.line, record.reason) == (first + at * height, "no abstract")
            assert record.raw.strip()


@pytest.mark.parametrize("name", SAMPLES)
@law
@given(st.data())
def test_damage_anywhere_is_told_and_breaks_nothing(tmp_path_factory, name, data):
    whole = (CASES / SAMPLES[name]).read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    tail = data.draw(st.sampled_from([b"", b"\0", b"\xff", b"{", b"}", b'"', b"\\", b"$", b"\r"])) + whole[at + 1 :]
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(whole[:at] + data.draw(st.sampled_from([b"", tail])))
    for record in read([path]):
        json.dumps(asdict(record), ensure_ascii=False).encode()


@pytest.mark.parametrize("name", SAMPLES)
def test_one_format_recognises_a_sample(name):
    head = (CASES / SAMPLES[name]).read_text("utf-8", "replace")
    assert [format_.name for format_ in FORMATS if format_.recognise(head)] == [name]


@pytest.mark.parametrize("name", sorted(WRITTEN.keys() - {"CSV"}))
def test_an_endless_record_is_rejected_without_being_held(tmp_path, monkeypatch, name):
    monkeypatch.setattr("kg.read.blocks.RECORD_LIMIT", 1000)
    path = tmp_path / "long"
    path.write_text(_written(name, ["a\n" * 2000, "Text."]))
    first, second = read([path])
    assert first.reason == "record of more than 1,000 characters"
    assert second.abstract == "Text."


@pytest.mark.parametrize(
    "value", ["{" * 50_000 + "}" * 50_000, "\\textbf{" * 20_000 + "}" * 20_000, "$" * 9_999, "\\(" * 50_000]
)
def test_deep_and_unfinished_latex_is_still_text(tmp_path, caplog, value):
    path = tmp_path / "deep.bib"
    path.write_text(f"@misc{{a, title = {{T}}, author = {{{value}}}, abstract = {{Text {value}}}}}\n@misc{{b, title={{")
    with caplog.at_level(logging.WARNING):
        first, second = read([path])
    assert first.abstract.startswith("Text")
    assert second.reason.startswith("broken BibTeX")


def test_columns_of_other_names(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("Kopf,Inhalt,Jahr,title\nA Title,Text.,2020,x\n")
    assert [record.reason for record in read([path])] == ["no known format"]
    columns = {"title": "kopf", "abstract": "Inhalt", "date": "Jahr"}
    [record] = read([path], columns=columns)
    assert (record.title, record.abstract, record.date) == ("A Title", "Text.", "2020")
    assert list(read([CASES / "jsonl.jsonl"], columns=columns)) == list(read([CASES / "jsonl.jsonl"]))


@pytest.mark.parametrize("written", ["title", "title=", "=TI", "name=TI", "title=TI,"])
def test_columns_that_are_none_are_wrong_use(written):
    result = CliRunner().invoke(main, ["extract", "--columns", written, "-"])
    assert (result.exit_code, "is not FIELD=NAME; fields are title, abstract" in result.output) == (2, True)


def test_a_table_of_stray_quotes_takes_no_long(tmp_path):
    path = tmp_path / "quotes.csv"
    path.write_text("title,abstract\n" + '"a,b\nc,d\n' * 5_000)
    rejected = sum(isinstance(record, Reject) for record in read([path]))
    assert rejected == 5_000
