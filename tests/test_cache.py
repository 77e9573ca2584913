"""Extractions kept between builds: as they were, or not at all; and a build that uses them gives the same bytes."""

import json
import sqlite3

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import build as program
from kg import extract
from kg.cache import opened
from kg.cli import main
from kg.errors import InputError
from kg.files import PACKAGE, claimed
from kg.model import Paper
from kg.read import read

SAMPLE = PACKAGE / "sample" / "daily-papers.txt"
VERSION = {"code": "1"}


@pytest.fixture(scope="module")
def extractions():
    return list(extract.load().extract([paper for paper in read([SAMPLE]) if isinstance(paper, Paper)]))


def test_what_is_kept_comes_back_as_it_was(tmp_path, extractions):
    path = tmp_path / "deep" / "cache.sqlite"
    papers = [extraction.paper for extraction in extractions]
    with opened(path, VERSION) as cache:
        cache.keep(extractions[::2])
    with opened(path, VERSION) as cache:
        assert cache.known(papers) == {extraction.paper.key: extraction for extraction in extractions[::2]}
        changed = Paper(papers[0].key, papers[0].title, papers[0].abstract + " More.")
        assert cache.known([changed]) == {}


def test_another_version_has_nothing(tmp_path, extractions):
    path = tmp_path / "cache.sqlite"
    with opened(path, VERSION) as cache:
        cache.keep(extractions)
    for version in ({"code": "2"}, VERSION):
        with opened(path, version) as cache:
            assert cache.known([extractions[0].paper]) == {}


@pytest.mark.parametrize("damage", [b"", b"nothing", bytes(5000), b"SQLite format 3\0" + bytes(4096)])
def test_a_damaged_cache_is_made_anew(tmp_path, extractions, damage):
    path = tmp_path / "cache.sqlite"
    path.write_bytes(damage)
    with opened(path, VERSION) as cache:
        assert cache.known([extractions[0].paper]) == {}
        cache.keep(extractions[:1])
        assert len(cache.known([extractions[0].paper])) == 1


def test_a_cache_of_other_tables_is_made_anew(tmp_path, extractions):
    path = tmp_path / "cache.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE made_by (version TEXT, more TEXT)")
        connection.execute("INSERT INTO made_by VALUES ('9', '9')")
    connection.close()
    with opened(path, VERSION) as cache:
        assert cache.known([extractions[0].paper]) == {}


def test_damage_in_the_middle_is_found_by_the_build(tmp_path):
    """A page of the file is overwritten: the build is told, or finds all it needs; its bytes are the same."""
    listing = tmp_path / "papers.jsonl"
    rows = [
        {"title": f"On Net {at}", "abstract": f"We train model {at} on ImageNet-1K with PyTorch."} for at in range(150)
    ]
    listing.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    output = tmp_path / "output"
    assert run("build", str(listing), "-o", str(output)).exit_code == 0
    before = contents(output)
    path = output / ".cache" / "extractions.sqlite"
    data = bytearray(path.read_bytes())
    data[8192:16384] = b"\xff" * 8192
    path.write_bytes(data)
    result = run("build", str(listing), "-o", str(output))
    assert result.exit_code == 0, result.output
    assert contents(output) == before


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_done(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"), opened(tmp_path / "file" / "cache.sqlite", VERSION):
        pass


def run(*arguments):
    return CliRunner().invoke(main, list(arguments))


def contents(output):
    return {path.name: path.read_bytes() for path in output.iterdir() if path.is_file()}


def test_building_again_extracts_only_what_is_new(tmp_path, monkeypatch):
    seen = []
    spread = program.spread
    monkeypatch.setattr(
        program, "spread", lambda work, items, **options: (seen.append(len(items)), spread(work, items, **options))[1]
    )
    papers = [json.dumps({"title": f"On Net {at}", "abstract": f"We train model {at} on SQuAD."}) for at in range(6)]
    listing = tmp_path / "papers.jsonl"
    for number in (4, 6, 6):
        listing.write_text("\n".join(papers[:number]), encoding="utf-8")
        assert run("build", str(listing), "-o", str(tmp_path / "output")).exit_code == 0
    assert seen == [4, 2, 0]


TEXTS = [
    {
        "title": "SwiftNet: Nets that are Swift",
        "abstract": "SwiftNet (SN) has 91.5% accuracy on ImageNet-1K on an A100.",
    },
    {"title": "Serving", "abstract": "We serve Mixtral 8x22B on H100 GPUs at 41.5% MFU."},
    {"title": "On SN", "abstract": "We compare SN, BERT and GPT-4o on SQuAD; BERT gets 88.1 F1."},
    {"title": "SwiftNet, Again", "abstract": "We train SwiftNet in 3 hours on TPU v4."},
    {"title": "Nothing", "abstract": "There is nothing here."},
]
STATES = st.lists(st.sampled_from(range(len(TEXTS))), min_size=1, max_size=5, unique=True)


@settings(max_examples=12, deadline=None)
@given(st.lists(STATES, min_size=2, max_size=4), st.sampled_from([0.0, 0.8]))
def test_whatever_came_and_went_the_bytes_are_those_of_a_new_build(tmp_path_factory, states, min_score):
    folder = tmp_path_factory.mktemp("states")
    for number, state in enumerate(states):
        listing = folder / "papers.jsonl"
        listing.write_text("".join(json.dumps(TEXTS[at]) + "\n" for at in state), encoding="utf-8")
        for output in ("again", f"new-{number}"):
            result = run("build", str(listing), "-o", str(folder / output), "--min-score", str(min_score))
            assert result.exit_code == 0, result.output
    assert contents(folder / "again") == contents(folder / f"new-{len(states) - 1}")


def test_two_builds_into_one_folder(tmp_path):
    listing = tmp_path / "papers.jsonl"
    listing.write_text(json.dumps(TEXTS[0]), encoding="utf-8")
    output = tmp_path / "output"
    with claimed(output):
        result = run("build", str(listing), "-o", str(output))
    assert (result.exit_code, "another build is at work there" in result.stderr) == (2, True)
    (output / ".build-left").mkdir()
    assert run("build", str(listing), "-o", str(output)).exit_code == 0
    assert not list(output.glob(".build-*"))


def test_a_paper_that_cannot_be_extracted_is_rejected_and_the_rest_is_built(tmp_path, monkeypatch):
    extracted = extract.Extractor.extract

    def poisoned(self, papers):
        for paper in papers:
            if "poison" in paper.abstract:
                raise MemoryError
        return extracted(self, papers)

    monkeypatch.setattr(extract.Extractor, "extract", poisoned)
    listing = tmp_path / "papers.jsonl"
    rows = [*TEXTS, {"title": "Poison", "abstract": "This is poison."}]
    listing.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    output = tmp_path / "output"
    result = run("build", str(listing), "-o", str(output), "--strict")
    assert result.exit_code == 1
    assert "not extracted: took too much memory" in result.stderr
    papers = json.loads((output / "report.json").read_text("utf-8"))["papers"]
    assert papers == {"read": 6, "kept": 5, "joined": 0, "rejected": 1}
    [reject] = [json.loads(line) for line in (output / "rejects.jsonl").read_text("utf-8").splitlines()]
    assert json.loads(reject["raw"])["title"] == "Poison"


def test_a_paper_is_removed_and_taken_in_again(tmp_path):
    listing = tmp_path / "papers.jsonl"
    listing.write_text("".join(json.dumps(row) + "\n" for row in TEXTS), encoding="utf-8")
    fewer = tmp_path / "fewer.jsonl"
    fewer.write_text("".join(json.dumps(row) + "\n" for row in TEXTS if row["title"] != "Serving"), encoding="utf-8")
    output = tmp_path / "output"
    assert run("build", str(listing), "-o", str(output)).exit_code == 0
    assert run("build", str(fewer), "-o", str(tmp_path / "fewer")).exit_code == 0
    before = contents(output)
    result = run("remove", "Serving", "-o", str(output))
    assert result.exit_code == 0, result.output
    for name in ("graph.ttl", "graph.html", "extractions.jsonl", "merges.tsv"):
        assert (output / name).read_bytes() == (tmp_path / "fewer" / name).read_bytes()
    papers = json.loads((output / "report.json").read_text("utf-8"))["papers"]
    assert papers == {"read": 5, "kept": 4, "joined": 0, "rejected": 1}
    assert run("build", str(listing), "-o", str(output)).exit_code == 0
    assert "mixtral" not in (output / "graph.ttl").read_text("utf-8")
    [key] = (output / "removed.txt").read_text("utf-8").split()
    assert run("remove", key, "--undo", "-o", str(output)).exit_code == 0
    (output / "removed.txt").unlink()
    assert contents(output) == before
    listing.unlink()
    assert run("remove", "Serving", "-o", str(output)).exit_code == 2
    assert (output / "removed.txt").read_text("utf-8") == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("On",), "2 papers are called so"), (("No such",), "no such paper"), (("x", "--undo"), "x: not removed")],
)
def test_what_cannot_be_removed_is_told(tmp_path, arguments, message):
    listing = tmp_path / "papers.jsonl"
    rows = [{"title": f"On Net {at}", "abstract": f"We train model {at} on SQuAD."} for at in range(2)]
    listing.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    result = run("remove", *arguments, "-o", str(tmp_path))
    assert (result.exit_code, "no build is remembered there" in result.stderr) == (2, True)
    assert run("build", str(listing), "-o", str(tmp_path)).exit_code == 0
    result = run("remove", *arguments, "-o", str(tmp_path))
    assert (result.exit_code, message in result.stderr) == (2, True), result.stderr


@pytest.fixture
def listed(tmp_path):
    listing = tmp_path / "papers.jsonl"
    listing.write_text("".join(json.dumps(row) + "\n" for row in TEXTS), encoding="utf-8")
    return listing


def keys(output):
    return [json.loads(line)["id"] for line in (output / "extractions.jsonl").read_text("utf-8").splitlines()]


def test_a_removed_paper_stays_away_whatever_the_build_says_of_it(listed, tmp_path):
    output = tmp_path / "output"
    with listed.open("a", encoding="utf-8") as file:
        file.write("{broken\n")
    assert run("build", str(listed), "-o", str(output), "--strict").exit_code == 1
    before = keys(output)
    assert run("remove", "Serving", "-o", str(output)).exit_code == 1  # as that build
    [key] = (output / "removed.txt").read_text("utf-8").split()
    assert keys(output) == [other for other in before if other != key]
    dry = run("build", str(listed), "-o", str(output), "--dry-run")
    assert dry.stdout == "the same graph\n"
    assert run("remove", "Serv", "--undo", "-o", str(output)).exit_code == 1
    assert keys(output) == before


def test_an_arxiv_id_takes_in_again(tmp_path):
    listing, output = tmp_path / "papers.jsonl", tmp_path / "output"
    rows = [{**row, "id": f"2504.0000{at}"} for at, row in enumerate(TEXTS)]
    listing.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert run("build", str(listing), "-o", str(output)).exit_code == 0
    for undo in ([], ["--undo"]):
        assert run("remove", "2504.00001", *undo, "-o", str(output)).exit_code == 0
        assert ("arxiv-2504.00001" in keys(output)) == bool(undo)


def test_papers_are_removed_from_a_folder_that_was_moved(listed, tmp_path):
    assert run("build", str(listed), "-o", str(tmp_path / "output")).exit_code == 0
    moved = (tmp_path / "output").rename(tmp_path / "moved")
    assert run("remove", "Serving", "-o", str(moved)).exit_code == 0
    assert len(keys(moved)) == len(TEXTS) - 1
    assert not (tmp_path / "output").exists()


def test_what_cannot_be_built_leaves_the_removed_as_they_are(listed, tmp_path, monkeypatch):
    output, place = tmp_path / "output", tmp_path / "place"
    place.mkdir()
    monkeypatch.chdir(place)
    assert run("build", str(listed), "-o", str(output)).exit_code == 0
    (tmp_path / "empty.jsonl").write_text("{broken\n")
    assert run("build", str(tmp_path / "empty.jsonl"), "-o", str(output)).exit_code == 2  # it is not remembered
    monkeypatch.chdir(tmp_path)
    place.rmdir()
    result = run("remove", "Serving", "-o", str(output))
    assert (result.exit_code, f"Error: {place}: No such file or directory" in result.stderr) == (2, True)
    place.mkdir()
    assert len(keys(output)) == len(TEXTS)
    assert run("remove", "Serving", "-o", str(output)).exit_code == 0
    assert len(keys(output)) == len(TEXTS) - 1


def test_only_what_is_left_out_is_told(listed, tmp_path):
    output = tmp_path / "output"
    assert run("build", str(listed), "-o", str(output)).exit_code == 0
    assert run("remove", "Serving", "-o", str(output)).exit_code == 0
    [key] = (output / "removed.txt").read_text("utf-8").split()
    listed.write_text(listed.read_text("utf-8").replace("41.5%", "42.5%"), encoding="utf-8")  # the key changes with it
    said = run("build", str(listed), "-o", str(output)).stderr
    assert "0 left out, as `kg remove` was told" in said
    assert f"warning: removed, and not in the input any more: {key}" in said
    (output / "removed.txt").write_bytes(b"\xff")
    assert "removed.txt: not UTF-8" in run("build", str(listed), "-o", str(output)).stderr
