"""The page as text: what is in it, what is cut, and that no data can become anything but text."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from conftest import CASES, GOLDEN, linked_corpus

from kg.graph import triples
from kg.store import Store, open_store
from kg.turtle import ntriple
from kg.view import page

PAPER, MFU, H100 = "paper/arxiv-2401.00017", "metric/mfu", "hardware/h100"


class Parsed(HTMLParser):
    """The elements of a page with their attributes, and the text of each kind of element."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.texts, self.inside = [], {}, [""]
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "link", "input"}:
            self.inside.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        assert self.inside.pop() == tag

    def handle_data(self, data):
        if self.inside[-1]:
            self.texts[self.inside[-1]][-1] += data


def store_of(name):
    papers, concepts, run = linked_corpus(CASES / "view" / f"{name}.toml")
    store = Store()
    store.extend(triples(papers, concepts, run))
    return store


def data_of(html):
    return json.loads(Parsed(html).texts["script"][0])


@pytest.fixture(scope="module")
def html(golden):
    return page(golden)


@pytest.fixture(scope="module")
def things(html):
    return data_of(html)["things"]


def test_tells_how_much_there_is(html):
    assert Parsed(html).texts["h1"] == ["5 papers, 31 concepts, 12 results"]
    assert 'id="cut"' not in html


def test_tells_what_was_cut_and_by_which_rule(golden):
    small = page(golden, limit=4)
    (told,) = re.findall(r'<p id="cut">(.*?)</p>', small, re.DOTALL)
    assert " ".join(told.split()) == (
        "Showing the 4 of 31 concepts that most papers name and the 2 of 5 papers that name most of these."
    )
    drawn = {name for name, thing in data_of(small)["things"].items() if "at" in thing}
    assert {"metric/accuracy", "method/gpt-4"} <= drawn, "two papers name them"
    assert len(drawn) == 6


def test_what_is_cut_can_still_be_looked_up(golden):
    things = data_of(page(golden, limit=4))["things"]
    assert "at" not in things["hardware/a100"]
    assert things["hardware/a100"]["label"] == "NVIDIA A100"


@pytest.mark.parametrize("copies", [1, 10])  # of ten, of which most are not drawn
def test_same_graph_same_bytes(tmp_path, copies):
    papers, concepts, run = linked_corpus(CASES / "graph" / "linked.toml")
    several = [
        replace(it, paper=replace(it.paper, key=f"{it.paper.key}-{at}")) for it in papers for at in range(copies)
    ]
    graph = tmp_path / "graph.nt"
    graph.write_text("".join(map(ntriple, triples(several, concepts, run))), encoding="utf-8")
    program = (
        "import sys; from kg.store import open_store; from kg.view import page\n"
        "sys.stdout.write(page(open_store(sys.argv[1]), limit=4))"
    )
    told = set()
    for seed in "1", "2", "3":
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"}
        command = [sys.executable, "-c", program, graph]
        told.add(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    assert len(told) == 1


def test_asks_no_network_for_anything(html):
    for tag, attributes in Parsed(html).elements:
        assert "src" not in attributes
        assert tag not in {"img", "iframe", "object", "embed", "base", "form", "video", "audio"}
        assert attributes.get("href", "data:,") == "data:,", "the icon is the only link in the page's own HTML"
    style = Parsed(html).texts["style"][0]
    assert "url(" not in style
    assert "@import" not in style


def test_policy_names_the_style_and_the_two_scripts_and_nothing_else(html):
    parsed = Parsed(html)
    (policy,) = [
        attributes["content"]
        for tag, attributes in parsed.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in (*parsed.texts["script"][1:], *parsed.texts["style"])
    ]
    assert rules == {
        "default-src": "'none'",
        "script-src": " ".join(hashes[:2]),
        "style-src": hashes[2],
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_library_keeps_its_licence(html):
    assert "@license" in Parsed(html).texts["script"][1]


def test_a_paper_is_told_with_its_sentences_cut_at_names(things):
    paper = things[PAPER]
    assert paper["authors"] == ["Ada Vector", "Bo Tensor"]
    assert paper["date"] == "2024-01-03"
    assert paper["url"] == "https://arxiv.org/abs/2401.00017"
    assert paper["code"] == ["https://github.com/foldserve/foldserve"]
    assert paper["title"] == [[["FoldServe", "method/foldserve", 0.98], ": Folding Experts for Faster Training"]]
    assert [["FoldServe", "method/foldserve", 0.98]] in [sentence[1:2] for sentence in paper["abstract"]]
    plain = " ".join(
        "".join(piece if isinstance(piece, str) else piece[0] for piece in sentence) for sentence in paper["abstract"]
    )
    assert plain.startswith("Mixture of Experts (MoE) models are hard to train at scale. We present FoldServe")


def test_a_result_has_its_value_unit_qualifier_and_roles(things):
    first = next(result for result in things[PAPER]["results"] if result["value"] == "49.3")
    assert first["unit"] == "%"
    assert first["qualifier"] == "up to"
    assert first["roles"] == {"metric": MFU, "subject": "method/mixtral-8x22b", "hardware": H100}


def test_a_size_has_its_kind(things):
    (size,) = things[PAPER]["sizes"]
    assert (size["value"].removesuffix(".0"), size["kind"]) == ("1024", "scale")


def test_a_concept_has_its_names_and_counts(things):
    assert things[MFU]["also"] == ["MFU", "Model Flops Utilization"]
    assert (things[MFU]["papers"], things[MFU]["results"]) == (1, 2)
    assert things["method/pytorch"]["same"] == ["https://pytorch.org/"]


def test_links_have_roles_and_wider_concepts(html):
    links = {(one, other): roles for one, other, roles in data_of(html)["links"]}
    assert links[PAPER, "method/foldserve"] == ["introduces"]
    assert links[PAPER, H100] == ["usesHardware"]
    assert links[H100, "hardware/hopper"] == ["broader"]


def test_hostile_texts_stay_inside_the_data(html):
    parsed = Parsed(page(store_of("hostile")))
    assert [tag for tag, _ in parsed.elements] == [tag for tag, _ in Parsed(html).elements]
    things = json.loads(parsed.texts["script"][0])["things"]
    assert things["paper/hostile-1"]["label"].startswith("</script><script>window.hacked")
    assert things["paper/hostile-1"]["url"] is None, "only http and https become links"
    assert things["method/rivetnet"]["same"] == []


def test_an_empty_graph_has_a_page():
    html = page(Store())
    assert Parsed(html).texts["h1"] == ["0 papers, 0 concepts, 0 results"]
    assert data_of(html) == {"links": [], "pairs": [], "things": {}}


def test_a_graph_without_mentions_has_a_page():
    papers, concepts, run = linked_corpus(CASES / "graph" / "linked.toml")
    store = Store()
    store.extend(triples(papers, concepts, run, mentions=False))
    paper = data_of(page(store))["things"][PAPER]
    assert paper["abstract"][0] == ["Mixture of Experts (MoE) models are hard to train at scale."]


def test_a_large_graph_stays_small(golden):
    assert len(page(golden).encode()) < 700_000
    assert len(page(open_store(GOLDEN), limit=1)) < 700_000
