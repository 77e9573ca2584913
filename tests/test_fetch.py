"""Fetching, from a real server in the test that plays what each service answers."""

import json
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from kg.cli import main
from kg.errors import InputError, WebError
from kg.fetch import (
    ARXIV,
    DAILY_PAPERS,
    DOI,
    OPENALEX,
    arxiv_pages,
    daily_pages,
    doi_pages,
    fetch,
    openalex_pages,
)
from kg.model import Paper, Reject
from kg.names import paper_key
from kg.read import jsonl, read
from kg.text import normalise
from kg.web import Web

ENTRY = """<entry><id>http://arxiv.org/abs/2611.{0:05}v1</id><title>Folding Experts {0}</title>
<summary>We train model {0} on ImageNet-1K.</summary><published>2026-11-02T00:00:00Z</published></entry>"""
FEED = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
<opensearch:totalResults>{total}</opensearch:totalResults><opensearch:startIndex>{start}</opensearch:startIndex>
{entries}</feed>"""


def reply(handler, body, status=200, media_type="application/json", **headers):
    handler.send_response(status)
    for name, value in {"Content-Type": media_type, "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def arxiv(total, *, cut=False, empty=False):
    """arXiv as it answers when it has `total` records, perhaps cut short or with no entries for once."""

    def move(handler):
        asked = parse_qs(urlsplit(handler.path).query)
        start, size = int(asked["start"][0]), int(asked["max_results"][0])
        entries = "" if empty else "".join(map(ENTRY.format, range(start, min(start + size, total))))
        body = FEED.format(total=total, start=start, entries=entries).encode()
        reply(handler, body[:-20] if cut else body, media_type="application/atom+xml")

    return move


def page(value, status=200):
    return lambda handler: reply(handler, json.dumps(value).encode(), status)


def broken(handler):
    reply(handler, b"<html>Sign in to the hotel's network</html>", media_type="text/html")


@pytest.fixture
def go(server, tmp_path):
    """Fetch into a folder from the server, without waiting."""

    def run(service, pages, **asked):
        with Web(attempts=3, hosts=service.hosts, sleep=lambda _: None) as web:
            return fetch(service, pages, tmp_path / "fetched", asked=asked, web=web, server=server.url)

    return run


def titles(folder):
    return [record.title for record in read([folder / "fetched" / "papers.jsonl"])]


def test_arxiv_page_by_page(server, go, tmp_path):
    server.moves = [arxiv(250)]
    fetched = go(ARXIV, arxiv_pages("cat:cs.LG AND ti:mixture", since=date(2026, 11, 1), limit=220), query="x")
    assert (fetched.papers, fetched.rejects, fetched.missing) == (220, (), 30)
    assert titles(tmp_path) == [f"Folding Experts {number}" for number in range(220)]
    asked = [parse_qs(urlsplit(path).query) for path, _ in server.asked]
    assert [(it["start"], it["max_results"]) for it in asked] == [
        (["0"], ["100"]),
        (["100"], ["100"]),
        (["200"], ["20"]),
    ]
    assert asked[0]["search_query"] == ["(cat:cs.LG AND ti:mixture) AND submittedDate:[202611010000 TO 299912312359]"]
    assert (asked[0]["sortBy"], asked[0]["sortOrder"]) == (["submittedDate"], ["descending"])
    saved = sorted((tmp_path / "fetched" / "responses").iterdir())
    assert [path.name for path in saved] == ["000000.xml", "000001.xml", "000002.xml"]
    assert saved[2].read_bytes().count(b"<entry>") == 20


def test_pages_that_are_cut_empty_or_none_are_asked_for_again(server, go):
    server.moves = [arxiv(120, cut=True), arxiv(120), arxiv(120, empty=True), broken, arxiv(120)]
    assert go(ARXIV, arxiv_pages("x", since=None, limit=1000)).papers == 120
    assert len(server.asked) == 5


def test_what_was_cut_short_goes_on_where_it_stopped(server, go, tmp_path):
    server.moves = [arxiv(250), arxiv(250), page({}, 500)]
    with pytest.raises(WebError, match=r"500: .*; .*papers.jsonl has 200 papers so far, ask again to go on"):
        go(ARXIV, arxiv_pages("x", since=None, limit=1000))
    assert len(titles(tmp_path)) == 200
    server.asked.clear()
    server.moves = [arxiv(250)]
    assert go(ARXIV, arxiv_pages("x", since=None, limit=1000)).papers == 250
    assert [parse_qs(urlsplit(path).query)["start"] for path, _ in server.asked] == [["200"]]
    server.asked.clear()
    assert go(ARXIV, arxiv_pages("x", since=None, limit=1000)).papers == 250
    assert server.asked == []


def test_another_question_is_kept_out_of_the_folder(server, go, tmp_path):
    server.moves = [arxiv(1)]
    go(ARXIV, arxiv_pages("x", since=None, limit=10), query="x")
    with pytest.raises(InputError, match="holds another fetch"):
        go(ARXIV, arxiv_pages("y", since=None, limit=10), query="y")
    (tmp_path / "fetched" / "request.json").unlink()
    with pytest.raises(InputError, match="holds something else"):
        go(ARXIV, arxiv_pages("x", since=None, limit=10), query="x")


def test_an_error_of_arxiv_is_told(server, go):
    error = "<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title><summary>incorrect id</summary></entry>"
    server.moves = [
        lambda handler: reply(handler, FEED.format(total=1, start=0, entries=error).encode(), media_type="text/xml")
    ]
    fetched = go(ARXIV, arxiv_pages("id:x", since=None, limit=10))
    assert (fetched.papers, [reject.reason for reject in fetched.rejects]) == (0, ["an error of arXiv: incorrect id"])


def test_a_bad_request_is_no_page(server, go, tmp_path):
    server.moves = [page({}, 400)]
    with pytest.raises(WebError, match="400: Bad Request"):
        go(ARXIV, arxiv_pages("((", since=None, limit=10))
    assert len(server.asked) == 1
    assert not (tmp_path / "fetched" / "responses").exists()


def test_daily_papers(server, go, tmp_path):
    papers = [
        {"paper": {"id": f"2611.{at:05}", "title": f"Daily {at}", "summary": "We align\nmodels.", "upvotes": at}}
        for at in range(103)
    ]
    server.moves = [page(papers[:100]), page(papers[100:])]
    assert go(DAILY_PAPERS, daily_pages(date(2026, 11, 2), limit=1000)).papers == 103
    assert titles(tmp_path) == [f"Daily {at}" for at in range(103)]
    assert [path for path, _ in server.asked] == [
        "/api/daily_papers?date=2026-11-02&limit=100&p=0",
        "/api/daily_papers?date=2026-11-02&limit=100&p=1",
    ]


def work(at):
    return {
        "id": f"https://openalex.org/W{at}",
        "display_name": f"Work {at}",
        "abstract_inverted_index": {"We": [0], "measure": [1], "nets.": [2]},
        "authorships": [],
    }


def test_openalex(server, go, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENALEX_API_KEY", "geheim")
    works = [page({"meta": {"count": 150}, "results": list(map(work, span))}) for span in (range(100), range(100, 150))]
    server.moves = works
    fetched = go(OPENALEX, openalex_pages("graph nets", since=date(2026, 1, 1), limit=1000), search="graph nets")
    assert (fetched.papers, fetched.missing) == (150, 0)
    asked = [parse_qs(urlsplit(path).query) for path, _ in server.asked]
    assert [it["page"] for it in asked] == [["1"], ["2"]]
    assert asked[0]["filter"] == ["from_publication_date:2026-01-01"]
    assert asked[0]["api_key"] == ["geheim"]
    kept = [path for path in (tmp_path / "fetched").rglob("*") if path.is_file()]
    assert not any("geheim" in path.read_text("utf-8") for path in kept)


def test_openalex_that_is_no_page_of_works(server, go):
    for lie in ({"results": 7}, {"meta": {}, "results": []}, [], "x", {"meta": {"count": None}, "results": []}):
        server.moves = [page(lie)]
        with pytest.raises(WebError, match="no page of works"):
            go(OPENALEX, openalex_pages("x", since=None, limit=10))


def test_dois_one_by_one_with_what_nobody_knows(server, go, tmp_path):
    def csl(doi):
        return {
            "DOI": doi,
            "title": f"On {doi}",
            "abstract": "<jats:p>We <jats:i>fold</jats:i>.</jats:p>",
            "author": [],
        }

    target = f"http://localhost:{server.server_port}/works"
    server.moves = [
        lambda handler: reply(handler, b"", 302, Location="/elsewhere"),
        page(csl("10.1/a")),
        page({}, 404),
        page(csl("10.3/c")),
    ]
    fetched = go(DOI, doi_pages(["10.1/a", "10.2/(b)", "10.3/c?x"]), dois="")
    assert titles(tmp_path) == ["On 10.1/a", "On 10.3/c"]
    assert [(reject.file, reject.reason) for reject in fetched.rejects] == [
        (f"{server.url}/10.2/(b)", "unknown to the service")
    ]
    assert [path for path, _ in server.asked] == ["/10.1/a", "/elsewhere", "/10.2/(b)", "/10.3/c%3Fx"]
    assert {headers["Accept"] for _, headers in server.asked} == {"application/vnd.citationstyles.csl+json"}
    server.moves = [lambda handler: reply(handler, b"", 302, Location=target)]
    with pytest.raises(WebError, match=f"moved to {target}"):
        go(DOI, doi_pages(["10.9/z"] * 4), dois="")


def run(*arguments):
    return CliRunner().invoke(main, ["fetch", *arguments])


def test_the_command_prints_the_file_that_build_takes(server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    server.moves = [arxiv(3)]
    result = run("arxiv", "cat:cs.LG", "--since", "2026-11-01", "--limit", "2", "--server", server.url)
    assert (result.exit_code, result.stderr) == (0, "2 papers; 1 more match, see --limit\n")
    path = tmp_path / result.stdout.strip()
    assert len(list(read([path]))) == 2
    assert path.parent.parent.name == "fetched"
    assert json.loads((path.parent / "request.json").read_text("utf-8")) == {
        "service": "arxiv",
        "server": server.url,
        "query": "cat:cs.LG",
        "since": "2026-11-01",
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("doi", "10.1145/1", "no doi"), "'no doi' is no DOI"),
        (("daily-papers", "--date", "yesterday"), "'yesterday' does not match"),
        (("arxiv", "x", "--server", "ftp://example.org"), "ftp://example.org/api/query"),
        (("openalex",), "Missing option '--search'"),
    ],
)
def test_wrong_use_is_told(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert (result.exit_code, message in result.stderr) == (2, True)


def test_what_the_service_refuses_is_told_in_a_line(server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    server.moves = [lambda handler: reply(handler, b"no such\x1b[2J field", 400, media_type="text/plain")]
    result = run("arxiv", "zz:x", "--server", server.url)
    assert result.exit_code == 2
    assert "400: no such" in result.stderr
    assert "\x1b" not in result.stderr


LABELS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(normalise).filter(bool)


@given(
    st.builds(
        Paper,
        key=st.just(""),
        title=LABELS.filter(lambda text: any(map(str.isalnum, text))),
        abstract=LABELS.filter(lambda text: any(map(str.isalnum, text))),
        date=st.sampled_from([None, "2025", "2025-04", "2025-04-21", "--02-29"]),
        authors=st.lists(LABELS).map(tuple),
        upvotes=st.none() | st.integers(0, 9999),
        arxiv_id=st.sampled_from([None, "2504.14960v2", "math/0309136"]),
        doi=st.sampled_from([None, "10.1145/1.a"]),
        url=st.sampled_from([None, "https://example.org/a%20b"]),
        categories=st.sampled_from([(), ("cs.LG", "stat.ML"), ("machine learning",)]),
        venue=st.none() | LABELS,
        licence=st.none() | LABELS,
        pmid=st.sampled_from([None, "31452104"]),
        same_as=st.sampled_from([(), ("https://openalex.org/W1",)]),
    )
)
def test_a_paper_written_is_read_again(tmp_path_factory, paper):
    path = tmp_path_factory.getbasetemp() / "written.jsonl"
    path.write_text(jsonl.line(paper) + "\n", "utf-8")
    [again] = read([path])
    assert not isinstance(again, Reject)
    for name in (
        "title",
        "abstract",
        "authors",
        "upvotes",
        "arxiv_id",
        "doi",
        "categories",
        "venue",
        "licence",
        "pmid",
    ):
        assert getattr(again, name) == getattr(paper, name)
    assert again.key == paper_key(paper.title, paper.abstract, arxiv_id=paper.arxiv_id, doi=paper.doi)
