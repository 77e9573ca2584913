"""What is laid down for every XML format: no record is lost, no reader breaks; the cases are in tests/cases/read."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Paper, Reject
from kg.read import read

ROOTS = {
    "feed": "<entry><title>T{}</title><summary>S.</summary></entry>",
    "collection": "<paper><title>T{}</title><abstract>S.</abstract></paper>",
    "PubmedArticleSet": "<PubmedArticle><MedlineCitation><Article><ArticleTitle>T{}</ArticleTitle>"
    "<Abstract><AbstractText>S.</AbstractText></Abstract>"
    "</Article></MedlineCitation></PubmedArticle>",
}
LAW = pytest.mark.parametrize("root", ROOTS)


def _counts(path):
    records = list(read([path]))
    for record in records:
        assert isinstance(record, Paper | Reject)
        json.dumps([record.key, record.text] if isinstance(record, Paper) else record.raw, ensure_ascii=False).encode()
    kept = [record.title for record in records if isinstance(record, Paper)]
    return kept, [record for record in records if isinstance(record, Reject)]


FINE = {"": "", "\x00": "\ufffd", "é": "é", "\x01": "\ufffd"}
BROKEN = ["<b>", "</b>", "&", "&x;", "<!--", "<![CDATA[", "<"]


@LAW
@given(st.lists(st.sampled_from([*FINE, *BROKEN]), max_size=20), st.sampled_from([1, 9, 70_000]))
def test_every_record_is_kept_or_rejected(tmp_path_factory, root, faults, gap):
    path = tmp_path_factory.getbasetemp() / "any.xml"
    records = [ROOTS[root].format(at).replace(">T", f">{fault}T") for at, fault in enumerate(faults)]
    path.write_text(f"<{root}>" + (" " * gap).join([*records, f"</{root}>"]))
    kept, rejected = _counts(path)
    assert len(kept) + len(rejected) == max(len(faults), 1)
    assert kept == [f"{FINE[fault]}T{at}" for at, fault in enumerate(faults) if fault in FINE]


@LAW
@given(
    st.lists(
        st.sampled_from([*BROKEN, "\n", "<title>", "-->", "]]>", "<entry>", "</PubmedArticle>", "<paper>", "é", "\\"])
    )
)
def test_no_xml_breaks_a_reader(tmp_path_factory, root, parts):
    path = tmp_path_factory.getbasetemp() / "any.xml"
    path.write_text(f"<{root}><volume/>" + "".join(parts))
    _counts(path)


@LAW
def test_a_record_is_the_memory_that_a_file_needs(tmp_path, monkeypatch, root):
    monkeypatch.setattr("kg.read.source.LINE_LIMIT", 200_000)
    path = tmp_path / "long.xml"
    long = ROOTS[root].format("x" * 900_000)
    path.write_text(f"<{root}>" + ROOTS[root].format(1) + "\n" + long + "\n" + ROOTS[root].format(2) + f"</{root}>")
    kept, [long] = _counts(path)
    assert kept == ["T1", "T2"]
    assert (long.line, len(long.raw), long.reason[-31:]) == (2, 100_000, "of more than 200,000 characters")


@LAW
def test_a_cut_archive_gives_what_is_in_it(tmp_path, root):
    path = tmp_path / "cut.xml.gz"
    packed = gzip.compress(f"<{root}>".encode() + b"\n".join(ROOTS[root].format(at).encode() for at in range(3_000)))
    path.write_bytes(packed[: len(packed) // 2])
    kept, [cut] = _counts(path)
    assert kept == [f"T{at}" for at in range(len(kept))]
    assert cut.line == len(kept) + 1
    assert cut.reason == "compressed data ends too early"
