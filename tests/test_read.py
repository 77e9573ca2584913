"""Cases: each file of tests/cases/read with the records that it gives beside it, in <name>.json."""

import json
import os
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.cli import main
from kg.errors import InputError
from kg.files import PACKAGE
from kg.model import Join, Paper, Reject
from kg.read import Merged, markup, merge, read

CASES = Path(__file__).parent / "cases" / "read"
law = settings(deadline=None, max_examples=60)
EXPECTED = {path for path in CASES.glob("*.json") if path.with_suffix("").exists()}
INPUTS = sorted(set(CASES.iterdir()) - EXPECTED)


def _told(record):
    """What a record says beyond the defaults; a reject without its file."""
    told = {
        field.name: getattr(record, field.name)
        for field in fields(record)
        if field.name != "file" and getattr(record, field.name) not in (None, (), "")
    }
    return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name)
def test_case(path):
    records = list(read([path]))
    assert [_told(record) for record in records] == json.loads((CASES / f"{path.name}.json").read_text("utf-8"))
    assert {record.file for record in records if isinstance(record, Reject)} <= {str(path)}


def test_cases_and_expectations_pair_up():
    assert {f"{path.name}.json" for path in INPUTS} == {path.name for path in EXPECTED}


def test_counts_add_up_over_every_format(tmp_path):
    """Each record of each case is kept, joined with another, or among the rejects with its file."""
    output = tmp_path / "output"
    result = CliRunner().invoke(main, ["build", *map(str, INPUTS), "-o", str(output)])
    assert result.exit_code == 0, result.output
    papers = json.loads((output / "report.json").read_text("utf-8"))["papers"]
    assert papers["read"] == sum(len(json.loads(path.read_text("utf-8"))) for path in EXPECTED)
    assert papers["read"] == papers["kept"] + papers["joined"] + papers["rejected"]
    assert papers["kept"] == len((output / "extractions.jsonl").read_text("utf-8").split("\n")) - 1
    rejects = [json.loads(line) for line in (output / "rejects.jsonl").read_text("utf-8").splitlines()]
    assert papers["rejected"] == len(rejects)
    assert all(reject["reason"] and Path(reject["file"].partition(":")[0]).exists() for reject in rejects)


def test_sample_is_whole():
    records = list(read([PACKAGE / "sample" / "daily-papers.txt"]))
    assert not [record for record in records if isinstance(record, Reject)]
    assert len(records) == len({record.key for record in records}) >= 45
    assert all(record.author_count and record.date and len(record.abstract) > 300 for record in records)


def test_folder_in_sorted_order_and_each_linked_folder_once(tmp_path):
    for name in ("b/2", "b/1", "a", ".hidden"):
        path = tmp_path / f"{name}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"title": name, "abstract": "Text."}))
    (tmp_path / "b" / "loop").symlink_to(tmp_path)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    (tmp_path / "x.json").mkdir()
    os.mkfifo(tmp_path / "pipe")
    records = list(read([tmp_path]))
    assert [record.title for record in records if isinstance(record, Paper)] == ["a", "b/1", "b/2"]
    assert [(Path(record.file).name, record.reason) for record in records if isinstance(record, Reject)] == [
        ("dangling", "cannot be read: No such file or directory"),
        ("empty", "empty folder"),
        ("pipe", "not a regular file"),
        ("x.json", "empty folder"),
    ]


def test_missing_input_is_an_error_before_anything_is_read(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.txt: no such file or folder"):
        read([CASES, tmp_path / "nowhere.txt"])


def test_unreadable_file_is_a_reject(tmp_path, monkeypatch):
    def refuse(path, *_):
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "a.jsonl").write_text('{"title": "A", "abstract": "B."}')
    monkeypatch.setattr(Path, "open", refuse)  # the tests may run as root, who may read everything
    assert [record.reason for record in read([tmp_path])] == ["cannot be read: Permission denied"]


@pytest.mark.parametrize("name", ["listing-dates.txt", "listing-gzip.txt.gz", "jsonl.jsonl", "empty.txt"])
def test_standard_input_is_read_like_a_file(name, monkeypatch):
    with (CASES / name).open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        told = [_told(record) for record in read(["-"])]
        assert not stdin.closed
    assert told == json.loads((CASES / f"{name}.json").read_text("utf-8"))


def test_a_closed_standard_input_is_wrong_use(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(InputError, match="closed"):
        read(["-"])


def test_pipe_that_gives_a_byte_at_a_time(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    if not os.fork():
        with pipe.open("wb", buffering=0) as file:
            for byte in b'{"title": "Slow", "abstract": "But sure."}\n':
                file.write(bytes([byte]))
        os._exit(0)
    assert [record.title for record in read([pipe])] == ["Slow"]
    os.wait()


def test_listing_year_completes_dates_that_have_none():
    dates = [record.date for record in read([CASES / "listing-dates.txt"], listing_year=2026)]
    assert dates == ["2025-04-21", "2026-05-02", "2026-02-27", "2025-02-19"]
    assert [record.date for record in read([CASES / "listing-trending.txt"], listing_year=2025)][2] == "2024-02-29"


def test_listing_year_does_not_make_an_impossible_date():
    dates = {
        record.date for record in read([CASES / "listing-broken.txt"], listing_year=2025) if isinstance(record, Paper)
    }
    assert "--02-29" in dates


def test_hostile_lines_are_rejected_and_the_rest_is_read(tmp_path):
    path = tmp_path / "hostile.jsonl"
    deep = '{"title": ' + "[" * 100_000
    path.write_text(f'{deep}\n{{"upvotes": {"9" * 5000}}}\n{{"title": "Fine", "abstract": "Text."}}\n')
    first, second, third = read([path])
    assert (first.line, first.reason, len(first.raw)) == (1, "broken JSON: nested too deeply", 100_000)
    assert (second.line, second.reason[:12]) == (2, "broken JSON:")
    assert third.title == "Fine"


def test_endless_line_is_rejected_without_being_held(tmp_path, monkeypatch):
    monkeypatch.setattr("kg.read.source.LINE_LIMIT", 1000)
    path = tmp_path / "long.jsonl"
    path.write_text('{"title": "' + "x" * 5000 + '"}\n{"title": "Fine", "abstract": "Text."}\n')
    first, second = read([path])
    assert (first.line, first.reason) == (1, "line of more than 1,000 characters")
    assert second.title == "Fine"


def test_labelled_text_without_end_is_rejected_and_what_follows_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("kg.read.source.LINE_LIMIT", 5000)
    path = tmp_path / "endless.txt"
    endless = "Title: Endless\nAbstract: It goes on.\n" + "And on.\n" * 1000
    path.write_text(f"{endless}Title: A Short One\nAbstract: It ends.\n", encoding="utf-8")
    rejected, kept = read([path])
    assert (rejected.line, rejected.reason) == (1, "record of more than 5,000 characters")
    assert (kept.title, kept.abstract) == ("A Short One", "It ends.")


def test_names_that_are_no_text_can_be_reported(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xe9.txt"
    Path(os.fsdecode(path)).touch()
    [record] = read([tmp_path])
    assert record.file.endswith("\\xe9.txt")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("<jats:title>Abstract</jats:title><jats:p>We <jats:italic>fold</jats:italic>.</jats:p>", "We fold."),
        ("<jats:sec><jats:title>Aim</jats:title><jats:p>One.</jats:p></jats:sec><p>Two.</p>", "Aim One. Two."),
        ("p < 0.05 & q>r, <i>n</i> < 3 &amp; H<sub>2</sub>O", "p < 0.05 & q>r, n < 3 & H2O"),
        ("10<sup>-6</sup> of the 4<sup>th</sup>", "10^-6 of the 4th"),
        ("<alternatives><tex-math>$x^2$</tex-math><mml:math><mml:mi>x</mml:mi></mml:math></alternatives>", "$x^2$"),
        (r"<tex-math>\documentclass{minimal} \begin{document}$$a<b$$\end{document}</tex-math>", "$$a<b$$"),
        ("<p>never <b>closed, x<y", "never closed, x<y"),
        ("a &lt; b &unknown; &#0; <y> AT&T", "a < b &unknown; \ufffd <y> AT&T"),
        ("<p>&unknown; &amp;lt;</p>", "&unknown; &lt;"),
        ("<p>A<br>B<img src='x'>C</p>", "A B<img src='x'>C"),
        ("<i>" * 5000 + "deep", "deep"),
        ("<i>" * 5000 + "deep" + "</i>" * 5000, "deep"),
    ],
)
def test_markup_becomes_text(written, text):
    assert " ".join(markup.plain(written).split()) == text


ANY = st.text() | st.lists(st.sampled_from(["", "·", "  • 3 authors", "May 2", "Title", "Upvote", "7"])).map("\n".join)


@law
@given(st.one_of(ANY.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary()))
def test_no_bytes_break_the_reader(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(data)
    for record in read([path]):
        assert isinstance(record, Paper | Reject)
        json.dumps(_told(record), ensure_ascii=False).encode()


PARTS = ['{"title": "', '"abstract": "', '",', '"}', '\\"', "\n", "[", "]", "{", "}", '"data": [', "null", ","]


@law
@given(st.text(alphabet='[]{},:"\\\n 1a') | st.lists(st.sampled_from(PARTS)).map("".join), st.integers(1, 9))
def test_json_is_cut_alike_however_it_comes(tmp_path_factory, text, size):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text("[{" + text)
    whole = list(read([path]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kg.read.source.PIECE", size)
        assert list(read([path])) == whole


PAGES = [
    lambda papers: papers,
    lambda papers: {"total": len(papers), "data": papers, "meta": {"title": [{"x": []}]}},
    lambda papers: {"status": "ok", "message": {"items": papers, "query": {"title": "x"}}, "next": None},
    lambda papers: [{"results": papers[:1]}, {"next": "x", "results": papers[1:]}],
]


@law
@given(
    st.lists(st.tuples(st.text('ab\\"[]{}:,\n', min_size=1), st.lists(st.text('[]{}\\"')))),
    st.sampled_from(PAGES),
    st.sampled_from([None, 0, 2, "\t"]),
    st.integers(1, 99),
)
def test_every_paper_of_a_json_document_is_read(tmp_path_factory, papers, page, indent, size):
    records = [{"title": f"t{title}", "abstract": "Text.", "x": {"y": names}} for title, names in papers]
    path = tmp_path_factory.getbasetemp() / "page.json"
    path.write_text(json.dumps(page(records), indent=indent))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kg.read.source.PIECE", size)
        read_again = list(read([path]))
    assert [record.title for record in read_again] == [" ".join(record["title"].split()) for record in records]


def test_a_record_without_end_is_rejected_without_being_held(tmp_path, monkeypatch):
    monkeypatch.setattr("kg.read.source.LINE_LIMIT", 1000)
    monkeypatch.setattr("kg.read.source.PIECE", 100)
    path = tmp_path / "long.json"
    fine = {"title": "Fine", "abstract": "Text."}
    path.write_text(json.dumps([fine, {"title": "x" * 5000}, fine, {"title": ["[]"] * 5000}, fine], indent=1))
    records = list(read([path]))
    assert [getattr(record, "reason", "") for record in records] == [
        "",
        "record of more than 1,000 characters",
        "",
        "record of more than 1,000 characters",
        "",
    ]
    assert max(len(record.raw) for record in records if isinstance(record, Reject)) < 1200


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5)
KEYS = ["id", "title", "abstract", "authors", "date", "url", "categories", "doi", "arxiv_id", "upvotes", "author_count"]
FOREIGN = """paper summary publishedAt authors_parsed versions update_date display_name abstract_inverted_index
authorships locations publication_date publication_year topics paperId externalIds year fieldsOfStudy s2FieldsOfStudy
DOI URL author issued published subject keyword note subtitle""".split()
INNER = st.sampled_from(["name", "title", "a", "display_name", "family", "date-parts", "ArXiv", "created", "category"])


@law
@given(
    st.dictionaries(st.sampled_from(KEYS), JSON | st.dictionaries(st.just("name"), JSON)),
    st.dictionaries(st.sampled_from(FOREIGN), JSON | (inner := st.dictionaries(INNER, JSON)) | st.lists(inner)),
)
def test_no_object_breaks_the_reader(tmp_path_factory, value, foreign):
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_text(json.dumps({"title": "Title", **value, **foreign}) + "\n")
    [record] = read([path])
    json.dumps(_told(record), ensure_ascii=False).encode()


VOCABULARY = ["Maps", "nets", "learn", "β-VAE", "3D", "of", "the", "C++", "(GPUs)", "$O(n)$", "fast", "42", "May"]
WORDS = st.lists(st.sampled_from(VOCABULARY), min_size=4, max_size=12)
SENTENCES = st.lists(WORDS.map(lambda words: f"We show that {' '.join(words)}."), min_size=2, max_size=6)
PAPERS = st.fixed_dictionaries(
    {
        "title": WORDS.map(lambda words: f"On {' '.join(words)}"),
        "abstract": st.lists(SENTENCES.map(" ".join), min_size=1, max_size=3),
        "authors": st.integers(1, 5000),
        "date": st.sampled_from([None, ("Apr 21, 2025", "2025-04-21"), ("May 2", "--05-02"), ("Feb 29", "--02-29")]),
        "upvotes": st.none() | st.integers(0, 999),
    }
)


@law
@given(st.lists(PAPERS, min_size=1, max_size=5), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["\n\n", "\n"]))
def test_listing_gives_back_the_papers_it_was_written_from(tmp_path_factory, papers, end, gap):
    text = "Daily Papers\n\nJun 11\n\n"
    for paper in papers:
        votes = f" {paper['upvotes']}" if paper["upvotes"] is not None else ""
        date = f"·\n{paper['date'][0]}{votes}\n" if paper["date"] else ""
        parts = [paper["title"], *paper["abstract"], f"  • {paper['authors']} authors\n{date}"]
        text += gap.join(parts) + "\n"
    path = tmp_path_factory.getbasetemp() / "listing.txt"
    path.write_bytes(text.replace("\n", end).encode())
    assert [(p.title, p.abstract, p.author_count, p.date, p.upvotes) for p in read([path])] == [
        (
            paper["title"],
            " ".join(paper["abstract"]),
            paper["authors"],
            paper["date"] and paper["date"][1],
            paper["upvotes"] if paper["date"] else None,
        )
        for paper in papers
    ]


@law
@given(st.lists(st.sampled_from(["good", "", "{", "[]", '{"title": "x"}']), max_size=30))
def test_rejects_tell_the_line(tmp_path_factory, lines):
    path = tmp_path_factory.getbasetemp() / "lines.jsonl"
    good = '{"title": "Title", "abstract": "Text."}'
    path.write_text("\n".join([good, *(line.replace("good", good) for line in lines)]))
    bad = [record for record in read([path]) if isinstance(record, Reject)]
    assert [(record.line, record.raw) for record in bad] == [
        (at, line) for at, line in enumerate(lines, 2) if line not in ("good", "")
    ]


FULL = Paper(
    "arxiv-1", "Title", "Text.", "2025-04-21", ("A", "B"), 2, 7, "1v2", "10.1/a", "https://a.example", ("x", "y")
)
RECORDS = st.lists(
    st.builds(
        Paper,
        key=st.sampled_from("ab"),
        title=st.sampled_from(["T", "T'", "Title"]),
        abstract=st.sampled_from(["A.", "B.", "Abstract."]),
        date=st.sampled_from([None, "--05-02", "2025", "2025-05", "2025-05-02", "2025-05-03"]),
        authors=st.sampled_from([(), ("A",), ("B",), ("A", "B")]),
        arxiv_id=st.sampled_from([None, "2504.14960", "2504.14960v2", "2504.14960v10"]),
        doi=st.sampled_from([None, "10.48550/arxiv.2504.14960", "10.1145/1"]),
        upvotes=st.none() | st.integers(0, 3),
        categories=st.sampled_from([(), ("a",), ("b", "a"), ("c",)]),
    )
)


@law
@given(RECORDS, st.randoms())
def test_merge_does_not_depend_on_order(papers, random):
    merged, other = merge(papers), merge(random.sample(papers, len(papers)))
    assert sorted(merged.papers, key=repr) == sorted(other.papers, key=repr)
    assert (merged.joins, merged.similar) == (other.joins, other.similar)
    assert len(papers) == len(merged.papers) + sum(len(join.records) - 1 for join in merged.joins)


LONG = "On the Folding of Experts in Parallel"


def record(key, **fields):
    return Paper(key, **{"title": LONG, "abstract": "Text.", **fields})


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ({"arxiv_id": "2401.00001v1"}, {"arxiv_id": "2401.00001v3", "title": "Renamed"}, "same arXiv id"),
        ({"arxiv_id": "2401.00001"}, {"doi": "10.48550/arXiv.2401.00001"}, "same arXiv id"),
        ({"doi": "10.1145/1.A"}, {"doi": "10.1145/1.a", "title": "Renamed"}, "same DOI"),
        (
            {"arxiv_id": "2401.00001", "authors": ("Jane Doe",)},
            {"authors": ("Doe, J.", "Roe, R.")},
            "same title and author",
        ),
        ({"title": LONG.upper(), "date": "2024-01-02"}, {"authors": ("A B",), "date": "2024"}, "same title and year"),
    ],
)
def test_records_of_one_paper_are_joined_and_the_report_says_why(one, other, reason):
    for first, second in ((one, other), (other, one)):
        merged = merge([record("a", **first), record("b", **second)])
        assert len(merged.papers) == 1
        assert merged.joins == (Join("a", ("a", "b"), (reason,)),)
        assert merged.similar == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"authors": ("Jane Doe",)}, {"authors": ("Richard Roe",)}),
        ({"date": "2023"}, {"date": "2024"}),
        ({}, {}),
        ({"authors": ("A B",), "arxiv_id": "2401.00001"}, {"authors": ("A B",), "arxiv_id": "2402.00002"}),
        ({"authors": ("A B",), "doi": "10.1145/1"}, {"authors": ("A B",), "doi": "10.1145/2"}),
    ],
)
def test_what_only_has_the_title_in_common_is_told_and_not_joined(one, other):
    merged = merge([record("a", **one), record("b", **other)])
    assert [paper.key for paper in merged.papers] == ["a", "b"]
    assert merged.similar == (("a", "b"),)


def test_a_title_of_one_word_makes_nothing_one():
    merged = merge([record("a", title="Editorial", authors=("A B",)), record("b", title="Editorial", authors=("A B",))])
    assert len(merged.papers) == 2
    assert merged.similar == ()


def test_merge_takes_the_richer_value_of_each_field():
    poor = Paper("arxiv-1", "Title", "Text, cut", "2025", (), 2, None, "1v1", "10.48550/arxiv.1", None, ("z",))
    assert merge([poor, FULL]).papers == (
        Paper(
            "arxiv-1",
            "Title",
            "Text, cut",
            *[getattr(FULL, field.name) for field in fields(Paper)[3:10]],
            ("x", "y", "z"),
            versions=("https://arxiv.org/abs/1v1",),
        ),
    )
    assert merge([FULL]) == Merged((FULL,), (), ())
