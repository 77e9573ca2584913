"""The explorer as somebody uses it, in a real browser against a real server."""

import csv
import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from conftest import GOLDEN, serving
from playwright.sync_api import expect

from kg.cli import main
from kg.link import read_corrections
from kg.serve import EXPLORER

pytestmark = pytest.mark.browser
AXE = EXPLORER.parent / "node_modules" / "axe-core" / "axe.min.js"
MERGES = [
    ("metric/mfu", "Model FLOPs Utilization", "MFU", "lexicon", 3, 2),
    ("hardware/h100", "NVIDIA H100", "H100 GPUs", "known name within", 2, 1),
]


@pytest.fixture(scope="module")
def built():
    if not (EXPLORER / "index.html").is_file():
        if os.environ.get("PAPERKG_REQUIRE_ALL") == "1":
            pytest.fail("the explorer is not built: `make explorer` builds it")
        pytest.skip("the explorer is not built, which needs Node.js: `make explorer` builds it")


@pytest.fixture(scope="module")
def server(built, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    (folder / "graph.ttl").write_bytes(GOLDEN.read_bytes())
    rows = [("concept", "label", "surface", "rule", "mentions", "papers")]
    rows += [(f"https://w3id.org/paperkg/id/{name}", *rest) for name, *rest in MERGES]
    (folder / "merges.tsv").write_text("".join("\t".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")
    with serving(folder / "graph.ttl", seconds=10, at_once=4, waiting=64) as client:
        yield client


class Visit:
    """A window on the server; what it complains of, and whom else it asks, fails the test."""

    def __init__(self, browser, server, **options):
        self.base = str(server.base_url).rstrip("/")
        self.context = browser.new_context(viewport={"width": 1200, "height": 900}, **options)
        self.page = self.context.new_page()
        self.complaints, self.foreign = [], []
        self.page.set_default_timeout(10_000)
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda asked: self.foreign.append(asked.url) if not self._own(asked.url) else None)

    def _listen(self, said):
        """Chromium styles what is typed over a selection, in vain; the editor draws it anew anyway."""
        is_own_doing = said.text.startswith("Applying inline style") and self.path.startswith("/query")
        if said.type in {"error", "warning"} and not is_own_doing:
            self.complaints.append(said.text)

    def _own(self, url):
        return url.startswith((self.base, "data:", "blob:"))

    def go(self, path):
        self.page.goto(self.base + path)
        return self.page

    @property
    def path(self):
        return self.page.url.removeprefix(self.base)

    def saved(self, act):
        with self.page.expect_download() as download:
            act()
        return Path(download.value.path()), download.value.suggested_filename


@pytest.fixture
def visit(browser, server):
    visit = Visit(browser, server)
    yield visit
    visit.context.close()
    assert (visit.complaints, visit.foreign) == ([], [])


def test_from_a_search_to_a_concept_and_back(visit):
    page = visit.go("/")
    page.get_by_role("combobox", name="Search papers and concepts").type("mixtr")
    page.get_by_role("option", name="Mixtral 8x22B").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Mixtral 8x22B").wait_for()
    assert visit.path == "/id/method/mixtral-8x22b"
    assert page.title() == "Mixtral 8x22B · paperkg"
    page.go_back()
    page.get_by_role("heading", name="Newest papers").wait_for()
    assert visit.path == "/"


def test_what_has_no_suggestion_chosen_is_searched(visit):
    page = visit.go("/")
    page.get_by_role("combobox", name="Search papers and concepts").type("fold")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="FoldServe: Folding Experts for Faster Training").wait_for()
    page.get_by_role("button", name="Method", exact=True).click()
    page.wait_for_url(re.compile("type=Method"))
    expect(page.get_by_role("main").get_by_role("link")).to_have_text(["FoldServe"])


def test_a_concept_tells_what_it_is_and_who_names_it(visit):
    page = visit.go("/id/hardware/h100")
    tree = page.get_by_role("region", name="Hierarchy")
    tree.get_by_role("link", name="NVIDIA Hopper").wait_for()
    expect(tree.locator(".path")).to_have_text("GPU › NVIDIA GPU › NVIDIA Hopper › NVIDIA H100")
    expect(tree.get_by_role("link", name="NVIDIA H100 SXM")).to_be_visible()
    page.get_by_role("region", name="Papers", exact=True).get_by_role("link", name=re.compile("FoldServe")).wait_for()
    expect(page.get_by_role("region", name="Related").get_by_role("link").nth(3)).to_be_visible()
    expect(page.get_by_role("region", name="Where the name came from")).to_contain_text("H100 GPUs")
    expect(page.get_by_role("region", name="Results", exact=True).get_by_role("row").nth(1)).to_be_visible()
    page.get_by_role("link", name="SPARQL behind “Hierarchy”").click()
    page.get_by_role("region", name="Answer", exact=True).get_by_text("NVIDIA Hopper").wait_for()


def test_a_paper_shows_its_evidence_both_ways(visit):
    page = visit.go("/")
    page.get_by_role("link", name=re.compile("FoldServe: Folding")).click()
    name = page.locator(".abstract .name", has_text="Mixtral 8x22B").first
    name.wait_for()
    assert name.get_attribute("data-type") == "Model"
    assert re.fullmatch(r"Model: Mixtral 8x22B, score [01]\.\d\d.*", name.get_attribute("title"))
    row = page.get_by_role("region", name="Results of this paper").get_by_role("row").nth(1)
    assert page.locator(".quote.lit").count() == 0
    row.hover()
    page.locator(".quote.lit").first.wait_for()
    page.get_by_role("heading", level=2, name="Concepts").hover()
    page.locator(".abstract .quote").first.hover(position={"x": 3, "y": 8})
    page.locator("tr.lit").first.wait_for()
    name.click()
    page.wait_for_url("**/id/method/mixtral-8x22b")


def test_results_are_filtered_sorted_and_taken_home(visit):
    page = visit.go("/results")
    page.get_by_role("combobox", name="Filter by metric").type("mfu")
    page.get_by_role("option", name="Model FLOPs Utilization").click()
    page.wait_for_url(re.compile("metric=metric%2Fmfu"))
    table = page.get_by_role("region", name=re.compile("^Results: "))
    table.wait_for()

    def values():
        expect(table.locator("tbody tr").nth(1)).to_be_visible()
        return [float(re.search(r"[\d.]+", cell)[0]) for cell in table.locator("td.number").all_inner_texts()]

    assert values() == sorted(values(), reverse=True)
    table.get_by_role("button", name="value").click()
    page.wait_for_url(re.compile("sort=value"))
    assert values() == sorted(values())
    page.reload()
    assert values() == sorted(values())
    path, name = visit.saved(lambda: page.get_by_role("button", name="Download CSV").click())
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert name.endswith(".csv")
    assert [float(row["value"]) for row in rows] == values()
    assert {row["metric"] for row in rows} == {"Model FLOPs Utilization"}
    page.get_by_role("combobox", name="Filter by metric").fill("")
    page.wait_for_url(lambda url: "metric" not in url)


def test_a_chart_is_saved_as_a_picture(visit):
    page = visit.go(
        "/query?as=chart&query=SELECT+(STR(%3Fy)+AS+%3Fyear)+(COUNT(*)+AS+%3Fn)+WHERE+%7B%3Fp+kg:year+%3Fy%7D+GROUP+BY+%3Fy"
    )
    page.locator(".chart rect").first.wait_for()
    path, name = visit.saved(lambda: page.get_by_role("button", name="Save the chart as SVG").click())
    tree = ET.parse(path)  # our own file
    assert name.endswith(".svg")
    assert len(tree.findall(".//{http://www.w3.org/2000/svg}rect")) > 1
    assert "var(" not in path.read_text("utf-8")
    path, _ = visit.saved(lambda: page.get_by_role("button", name="Save the chart as PNG").click())
    assert path.read_bytes().startswith(b"\x89PNG")


def test_the_graph_grows_where_one_clicks(visit):
    page = visit.go("/graph?n=hardware/h100")
    nodes = page.locator(".drawing .node")
    page.get_by_role("button", name=re.compile("Paper: FoldServe")).wait_for()
    few = nodes.count()
    page.get_by_role("button", name=re.compile("Paper: FoldServe")).press("Enter")
    expect(nodes.nth(few)).to_be_attached()
    assert "n=hardware%2Fh100%2Cpaper%2F" in visit.path
    page.get_by_role("checkbox", name=re.compile("Model")).uncheck()
    expect(page.locator(".drawing [data-type=Model]")).to_have_count(0)
    page.go_back()
    expect(page.locator(".drawing [data-type=Model]").first).to_be_attached()
    page.go_back()
    expect(nodes).to_have_count(few)
    path, name = visit.saved(lambda: page.get_by_role("button", name="PNG").click())
    assert (name, path.read_bytes()[:4]) == ("NVIDIA-H100.png", b"\x89PNG")


def test_a_way_from_one_thing_to_another(visit):
    page = visit.go("/graph?n=hardware/rtx-4090")
    page.get_by_role("button", name=re.compile("GeForce RTX 4090")).wait_for()
    page.get_by_role("combobox", name="Find a way to").type("pytorch")
    page.get_by_role("option", name="PyTorch").click()
    page.get_by_role("button", name="Connect").click()
    page.get_by_text(re.compile(r"A way of \d steps")).wait_for()
    page.get_by_role("button", name="Software: PyTorch").wait_for()


def test_sparql_is_written_completed_and_shown_in_three_ways(visit):
    page = visit.go("/query")
    editor = page.get_by_role("textbox", name=re.compile("SPARQL query"))
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT ?paper ?thing WHERE { ?paper kg:usesHard")
    page.get_by_role("option", name=re.compile("kg:usesHardware")).wait_for()
    page.wait_for_timeout(100)  # CodeMirror takes no choice in the moment when its list appears
    page.keyboard.press("Enter")
    page.keyboard.type(" ?thing ")
    page.keyboard.press("Control+Enter")
    answer = page.get_by_role("region", name="Answer", exact=True)
    answer.get_by_text("hardware/h100").first.wait_for()
    page.get_by_role("button", name="graph", exact=True).click()
    page.get_by_role("button", name="Hardware: hardware/h100", exact=True).wait_for()
    page.get_by_role("button", name="chart", exact=True).click()
    page.get_by_text("A chart wants a column of numbers").wait_for()
    page.get_by_label("Shipped questions").select_option("papers-by-year")
    page.locator(".chart rect").first.wait_for()
    page.reload()
    page.locator(".chart rect").first.wait_for()


def test_a_construct_query_gives_a_graph_and_a_broken_one_a_reason(visit):
    page = visit.go("/query?as=graph&query=CONSTRUCT+WHERE+%7B+%3Fone+skos:broader+%3Fother+%7D")
    page.get_by_role("button", name="hardware/hopper").wait_for()
    page.get_by_role("textbox", name=re.compile("SPARQL query")).click()
    page.keyboard.press("Control+a")
    page.keyboard.type("DROP ALL")
    page.get_by_role("button", name="Run").click()
    assert "no SPARQL 1.1 query" in page.get_by_role("alert").inner_text()
    assert [text for text in visit.complaints if "400" not in text] == []
    visit.complaints.clear()


def test_merges_are_corrected_in_a_file(visit, tmp_path):
    page = visit.go("/merges")
    page.get_by_role("searchbox", name="Search the merges").fill("h100")
    page.get_by_role("button", name="Split H100 GPUs from NVIDIA H100").wait_for()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Split H100 GPUs from NVIDIA H100").click()
    page.get_by_label("name", exact=True).fill("FoldServe")
    page.get_by_label("target", exact=True).fill("Fold Server")
    page.get_by_role("button", name="Add", exact=True).click()
    path, name = visit.saved(lambda: page.get_by_role("button", name="Download corrections.tsv").click())
    assert name == "corrections.tsv"
    told = [(it.action, it.name, it.target) for it in read_corrections(path)]
    assert told == [("split", "H100 GPUs", ""), ("merge", "FoldServe", "Fold Server")]
    page.reload()
    page.get_by_role("button", name="Take back split H100 GPUs").click()
    expect(page.get_by_role("button", name=re.compile("Take back"))).to_have_count(1)


def test_abstracts_are_pasted_or_uploaded_and_seen_at_once(visit, tmp_path):
    page = visit.go("/extract")
    text = "Title: Serving\nAbstract: We run Mixtral 8x22B on 64 H100 GPUs and reach 41.5% MFU.\n"
    page.get_by_role("textbox", name="Abstracts").fill(text)
    page.get_by_role("button", name="Extract").click()
    page.locator("mark.name[data-type=Hardware]", has_text="H100").wait_for(timeout=30_000)
    assert page.get_by_role("region", name="What Serving states").get_by_text("41.5").is_visible()
    path = tmp_path / "one.bib"
    path.write_text("@misc{k, title={On {BERT}}, abstract={We fine-tune BERT on SQuAD.}}\n", encoding="utf-8")
    page.locator("input[type=file]").set_input_files(path)
    page.locator("mark.name", has_text="SQuAD").wait_for(timeout=30_000)


def test_what_is_not_there_is_told(visit):
    for path, words in (
        ("/id/method/no-such-thing", "The graph has no concept method/no-such-thing"),
        ("/id/paper/none", "The graph has no paper paper/none"),
        ("/id/method/%3Cscript%3E", "There is no concept of that name"),
        ("/nowhere/at/all", "There is nothing at this address"),
        ("/search?q=zzzz", "Nothing has that in its name"),
    ):
        visit.go(path).get_by_text(words).wait_for()


PAGES = [
    *("/", "/search?q=fold", "/id/hardware/h100", "/id/metric/mfu", "/results"),
    *("/graph?n=hardware/h100", "/query?query=SELECT+*+WHERE+%7B%3Fs+a+kg:Paper%7D", "/merges", "/extract", "PAPER"),
]


def _settled(visit, path):
    if path == "PAPER":
        visit.go("/").get_by_role("link", name=re.compile("FoldServe: Folding")).click()
    else:
        visit.go(path)
    visit.page.wait_for_load_state("networkidle")
    return visit.page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser, server, scheme):
    visit = Visit(browser, server, color_scheme=scheme)
    for path in PAGES:
        page = _settled(visit, path)
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        told = [(it["id"], it["nodes"][0]["html"][:200]) for it in found if it["impact"] in {"serious", "critical"}]
        assert (path, told) == (path, [])
    visit.context.close()


def test_nothing_is_cut_off_on_a_phone(browser, server):
    visit = Visit(browser, server, has_touch=True, is_mobile=True)
    visit.page.set_viewport_size({"width": 360, "height": 740})
    for path in PAGES:
        page = _settled(visit, path)
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, 360)
    visit.context.close()


def test_dark_and_light_are_remembered(visit):
    page = visit.go("/")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Dark colours").click()
    page.locator("html[data-theme=dark]").wait_for()
    assert page.evaluate(ground) != light
    page.reload()
    page.get_by_role("button", name="Light colours").wait_for()


HOSTILE = [
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">",
    "\"'><svg onload=alert(1)> {{constructor}} ${alert(1)} </title></textarea>",
    "\u202egnp.exe\u2066 hidden \u2069 javascript:alert(1)",
    '=HYPERLINK("http://evil.example")',
    "Long " + "word" * 2500,
]


def test_hostile_titles_are_only_text(browser, built, tmp_path):
    lines = [
        json.dumps({"title": title, "abstract": f"{title} We train BERT on SQuAD, 91.5% F1."}) for title in HOSTILE
    ]
    (tmp_path / "hostile.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert CliRunner().invoke(main, ["build", str(tmp_path / "hostile.jsonl"), "-o", str(tmp_path)]).exit_code == 0
    with serving(tmp_path / "graph.ttl", seconds=10, at_once=4, waiting=64) as server:
        visit = Visit(browser, server)
        visit.page.on("dialog", lambda dialog: visit.complaints.append(dialog.message))
        links = _settled(visit, "/search?type=Paper").locator(".list a").evaluate_all("all => all.map(a => a.pathname)")
        assert len(links) == len(HOSTILE)
        for path in (*links, "/results", "/id/dataset/squad", "/graph?n=dataset/squad"):
            page = _settled(visit, path)
            page.get_by_role("heading", level=1).wait_for(state="attached")
            assert page.locator("main script, main img, main [onerror], main [onload]").count() == 0
            assert page.evaluate("document.documentElement.scrollWidth") <= 1200
        _settled(visit, "/results")
        path, _ = visit.saved(lambda: visit.page.get_by_role("button", name="Download CSV").click())
        with path.open(encoding="utf-8", newline="") as file:
            told = {row["paper"] for row in csv.DictReader(file)}
        assert '\'=HYPERLINK("http://evil.example")' in told
        assert not any(title.startswith(("=", "+", "@")) for title in told)
        assert (visit.complaints, visit.foreign) == ([], [])
        visit.context.close()
