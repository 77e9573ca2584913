"""The page in a real browser: what a person clicks, types and reads."""

import re

import pytest
from conftest import CASES, GOLDEN, linked_corpus
from playwright.sync_api import expect

from kg.graph import triples
from kg.model import Concept, LinkedPaper, Mention, Paper, Run
from kg.names import thing
from kg.store import Store, open_store
from kg.view import page

pytestmark = pytest.mark.browser

MFU, H100 = "metric/mfu", "hardware/h100"
FOLDSERVE = "paper/arxiv-2401.00017"


@pytest.fixture(scope="module")
def golden_page(tmp_path_factory):
    return written(tmp_path_factory, page(open_store(GOLDEN)))


@pytest.fixture(scope="module")
def cut_page(tmp_path_factory):
    return written(tmp_path_factory, page(many_papers(), limit=20))


def written(tmp_path_factory, html):
    path = tmp_path_factory.mktemp("page") / "graph.html"
    path.write_text(html, encoding="utf-8")
    return path.as_uri()


def many_papers():
    """30 papers that all name one method, and each a data set of its own."""
    concepts = [Concept(thing("method", "common"), "Method", "CommonNet")]
    papers = []
    for number in range(30):
        concepts.append(Concept(thing("dataset", f"set-{number}"), "Dataset", f"Set{number}"))
        text = f"CommonNet on Set{number}."
        mentions = (
            Mention(0, 9, "CommonNet", "Method", concept=concepts[0].iri),
            Mention(13, len(text) - 1, f"Set{number}", "Dataset", concept=concepts[-1].iri),
        )
        papers.append(LinkedPaper(Paper(f"paper-{number}", text, "No more is said."), mentions))
    store = Store()
    store.extend(triples(papers, concepts, Run("0.1.0")))
    return store


@pytest.fixture
def visit(browser):
    """Open a page; in the end it must have asked for nothing else, and said nothing on the console."""
    opened, said = [], []

    def go(address, *, width=1400, height=900, scheme="light"):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
        )
        opened.append(context)
        tab = context.new_page()
        tab.set_default_timeout(10_000)
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on(
            "request", lambda request: said.append(request.url) if request.url != address.partition("#")[0] else None
        )
        tab.goto(address)
        return tab

    yield go
    for context in opened:
        context.close()
    assert said == []


def spot(tab, *ids):
    """Where on the screen a node is, or a place on the line between two where nothing else is."""
    x, y = tab.evaluate(
        """([one, other]) => {
            const at = id => network.canvasToDOM(network.getPositions([id])[id]);
            const [from, to] = [at(one), at(other ?? one)];
            const along = part => ({ x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) });
            const free = place => under(place) === `${one}+${other}`;
            const place = other ? [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8].map(along).find(free) : from;
            return [place.x, place.y];
        }""",
        ids,
    )
    box = tab.locator("#picture").bounding_box()
    return box["x"] + x, box["y"] + y


def colours(tab):
    """How many different colours the drawing has."""
    return tab.evaluate("""() => {
        const drawn = document.querySelector("canvas");
        const { data } = drawn.getContext("2d").getImageData(0, 0, drawn.width, drawn.height);
        return new Set(new Uint32Array(data.buffer)).size;
    }""")


def test_opens_from_disk_and_draws(visit, golden_page):
    tab = visit(golden_page)
    expect(tab.locator("h1")).to_have_text("5 papers, 31 concepts, 12 results")
    expect(tab.locator("#list a")).to_have_count(36)
    assert colours(tab) > 20


def test_search_by_another_name_opens_the_card(visit, golden_page):
    tab = visit(golden_page)
    tab.keyboard.press("/")
    tab.keyboard.type("mfu")
    assert tab.get_by_role("option", selected=True).inner_text().split("\n") == ["Model FLOPs Utilization", "MFU"]
    tab.keyboard.press("Enter")
    tab.get_by_role("heading", name="Model FLOPs Utilization").wait_for()
    assert tab.url.endswith(f"#{MFU}")
    assert "Also MFU" in tab.locator("#card").inner_text()


def test_search_by_arrow_keys(visit, golden_page):
    tab = visit(golden_page)
    tab.locator("#search").fill("h100")
    options = tab.get_by_role("option")
    expect(options).to_have_count(2)
    second = options.nth(1).locator(".name").inner_text()
    tab.keyboard.press("ArrowDown")
    assert tab.locator("#search").get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    tab.keyboard.press("Enter")
    expect(tab.locator("#card h2")).to_have_text(second)


def test_search_tells_when_nothing_is_found(visit, golden_page):
    tab = visit(golden_page)
    tab.locator("#search").fill("zzzz")
    expect(tab.locator("#found")).to_have_text("Nothing goes by this name.")
    tab.keyboard.press("Enter")
    expect(tab.locator("#card")).to_be_hidden()


def test_concept_card_has_results_papers_and_the_marked_sentence(visit, golden_page):
    tab = visit(f"{golden_page}#{MFU}")
    card = tab.locator("#card")
    rows = [" ".join(row.split()) for row in card.locator("tbody tr").all_inner_texts()]
    assert any(row.startswith("up to 49.3 % of Mixtral 8x22B with NVIDIA H100") for row in rows), rows
    assert card.locator(".papers .title").all_inner_texts() == ["FoldServe: Folding Experts for Faster Training"]
    expect(card.locator(".papers .role a")).to_have_text("reports")
    assert set(card.locator("blockquote mark").all_inner_texts()) == {"Model FLOPs Utilization", "MFU"}


def test_concept_card_leads_to_wider_and_narrower_concepts(visit, golden_page):
    tab = visit(f"{golden_page}#{H100}")
    tab.locator("#card .pill", has_text="NVIDIA Hopper").click()
    expect(tab.locator("#card h2")).to_have_text("NVIDIA Hopper")
    tab.go_back()
    expect(tab.locator("#card h2")).to_have_text("NVIDIA H100")


def test_concept_card_tells_what_the_corpus_and_the_lexicon_know(visit, golden_page):
    tab = visit(f"{golden_page}#dataset/squareqa")
    expect(tab.locator("#card")).to_contain_text("often goes with")
    expect(tab.locator("#card .pills a", has_text="GPT-4")).to_be_visible()
    tab = visit(f"{golden_page}#hardware/a100")
    expect(tab.locator("#card")).to_contain_text("released 2020 · FP64 9.7 TFLOPS")
    tab = visit(f"{golden_page}#method/foldserve")
    expect(tab.locator("#card")).to_contain_text("In the community of FoldServe, Mixture of Experts, NVIDIA H100")


def test_paper_card_leads_to_the_papers_like_it(visit, golden_page):
    tab = visit(f"{golden_page}#paper/tiny-language-models-on-a-budget-5d41402a")
    like = tab.locator("#card li", has_text="both name")
    expect(like.first).to_contain_text("SquareQA: A Benchmark")
    expect(like.first).to_contain_text("both name SquareQA, GPT-4, question answering")
    like.first.locator("a").click()
    expect(tab.locator("#card h2")).to_contain_text("SquareQA: A Benchmark")


def test_paper_card_has_its_links_abstract_and_results(visit, golden_page):
    tab = visit(f"{golden_page}#{FOLDSERVE}")
    card = tab.locator("#card")
    link = card.locator("h2 a")
    assert link.get_attribute("href") == "https://arxiv.org/abs/2401.00017"
    assert set(link.get_attribute("rel").split()) == {"noreferrer", "noopener"}
    assert "3 Jan 2024 · Ada Vector, Bo Tensor" in card.inner_text()
    assert card.locator("a", has_text="github.com/foldserve/foldserve").get_attribute("href").startswith("https://")
    expect(card.locator("tbody tr")).to_have_count(2)
    assert "1024" in card.locator(".sizes").inner_text()
    card.locator(".abstract a", has_text="H100 GPUs").click()
    expect(tab.locator("#card h2")).to_have_text("NVIDIA H100")


def test_click_on_a_node_opens_its_card(visit, golden_page):
    tab = visit(golden_page)
    tab.mouse.click(*spot(tab, "dataset/squareqa"))
    tab.get_by_role("heading", name="SquareQA").wait_for()
    assert tab.url.endswith("#dataset/squareqa")


def test_click_on_a_line_shows_its_evidence(visit, golden_page):
    tab = visit(golden_page)
    tab.mouse.click(*spot(tab, "paper/tiny-language-models-on-a-budget-5d41402a", "method/gpt-4"))
    tab.locator("#card blockquote").wait_for()
    assert tab.locator("#card .pills").inner_text().split("\n") == ["Tiny Language Models on a Budget", "uses", "GPT-4"]
    assert tab.locator("#card mark").all_inner_texts() == ["GPT-4"]
    assert "confidence 1" in tab.locator("#card").inner_text()


def test_concepts_alone_are_joined_by_papers(visit, golden_page):
    tab = visit(golden_page)
    tab.get_by_role("button", name="Concepts only").click()
    expect(tab.locator("#legend button", has_text="Papers")).to_be_hidden()
    tab.mouse.click(*spot(tab, "dataset/squareqa", "task/question-answering"))
    tab.locator("#card .papers").wait_for()
    expect(tab.locator("#card .papers > li")).to_have_count(2)
    assert "Papers 2" in tab.locator("#card").inner_text()


def test_legend_hides_a_type(visit, golden_page):
    tab = visit(golden_page)
    hardware = tab.locator("#legend button", has_text="Hardware")
    assert hardware.inner_text().split() == ["Hardware", "8"]
    hardware.click()
    assert hardware.get_attribute("aria-pressed") == "false"
    assert tab.evaluate("nodes.get('hardware/h100')") is None
    assert tab.evaluate("edges.get().filter(edge => edge.to.startsWith('hardware/')).length") == 0
    expect(tab.locator("#list a", has_text="NVIDIA H100")).to_have_count(0)
    tab.evaluate(f"location.hash = '{H100}'")
    tab.get_by_role("heading", name="NVIDIA H100").wait_for()
    assert hardware.get_attribute("aria-pressed") == "true", "what is asked for is shown"


def test_double_click_in_the_legend_shows_only_that_type(visit, golden_page):
    tab = visit(golden_page)
    tab.locator("#legend button", has_text="Metrics").dblclick()
    expect(tab.locator("#list a")).to_have_count(7)


def test_everything_by_keyboard(visit, golden_page):
    tab = visit(golden_page)
    stops = [None]
    while stops[-1] != "":
        tab.keyboard.press("Tab")
        stops.append(tab.evaluate("document.activeElement.closest('[id]')?.id ?? ''"))
    told = "search with-papers concepts-alone theme legend list nearer farther whole"
    assert list(dict.fromkeys(stops[1:-1])) == told.split()
    assert stops.count("list") == 1
    tab.locator("#list a[tabindex='0']").focus()
    tab.keyboard.press("ArrowDown")
    name = tab.evaluate("document.activeElement.querySelector('.name').textContent")
    tab.keyboard.press("Enter")
    tab.get_by_role("heading", name=name, exact=True).wait_for()
    tab.wait_for_function("document.activeElement.id === 'card'")
    tab.keyboard.press("Escape")
    tab.locator("#card").wait_for(state="hidden")
    tab.wait_for_function("name => document.activeElement.querySelector('.name')?.textContent === name", arg=name)


def test_keys_zoom(visit, golden_page):
    tab = visit(golden_page)
    scale = [tab.evaluate("network.getScale()")]
    for key in "+", "-", "-", "0":
        tab.keyboard.press(key)
        scale.append(tab.evaluate("network.getScale()"))
    assert scale[1] > scale[0] > scale[3]
    assert scale[4] == pytest.approx(scale[0])


def test_address_tells_what_is_open(visit, golden_page):
    tab = visit(f"{golden_page}#{FOLDSERVE}+{H100}")
    assert tab.locator("#card mark").all_inner_texts() == ["H100 GPUs"]
    tab.get_by_role("button", name="Close").click()
    expect(tab.locator("#card")).to_be_hidden()
    tab.go_back()
    expect(tab.locator("#card")).to_be_visible()


def test_unknown_address_opens_nothing(visit, golden_page):
    tab = visit(f"{golden_page}#method/%E0%A4%A")
    expect(tab.locator("#card")).to_be_hidden()


def brightness(tab):
    return sum(map(int, re.findall(r"\d+", tab.evaluate("getComputedStyle(document.body).backgroundColor"))[:3]))


def test_light_and_dark(visit, golden_page):
    light, dark = visit(golden_page), visit(golden_page, scheme="dark")
    assert brightness(light) > 600
    assert brightness(dark) < 150
    dark.locator("#theme").click()
    assert brightness(dark) > 600
    light.locator("#theme").click()
    assert brightness(light) < 150


def contrast(one, other):
    """By WCAG 2: the ratio of two colours' luminances."""
    channels = [[int(channel) / 255 for channel in re.findall(r"\d+", colour)[:3]] for colour in (one, other)]
    linear = [[c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour] for colour in channels]
    dark, light = sorted(0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in linear)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_have_contrast(visit, golden_page, scheme):
    tab = visit(golden_page, scheme=scheme)
    grounds = tab.evaluate("['--paper', '--panel', '--field'].map(name => colour(name))")
    inks = tab.evaluate("['--ink', '--soft'].map(name => colour(name))")
    assert min(contrast(ink, ground) for ink in inks for ground in grounds) >= 4.5, "text, WCAG AA"
    assert min(contrast(shape, grounds[0]) for shape in tab.evaluate("[...tint.values()]")) >= 3, "shapes, WCAG AA"


def test_telephone(visit, golden_page):
    tab = visit(f"{golden_page}#{MFU}", width=390, height=844)
    assert tab.evaluate("document.documentElement.scrollWidth") == 390
    card = tab.locator("#card").bounding_box()
    assert (card["x"], card["width"]) == (0, 390)
    assert card["y"] > 300, "the card is a sheet at the bottom"
    expect(tab.locator("#list")).to_be_hidden()
    tab.get_by_role("button", name="Close").click()
    tab.get_by_role("button", name="List").click()
    expect(tab.locator("#list")).to_be_visible()


def test_tells_what_was_cut(visit, cut_page):
    tab = visit(cut_page)
    told = " ".join(tab.locator("#cut").inner_text().split())
    assert (
        told == "Showing the 20 of 31 concepts that most papers name and the 10 of 30 papers that name most of these."
    )
    tab.locator("#list a").first.click()
    expect(tab.locator("#card h2")).to_have_text("CommonNet")
    assert "Papers showing 10 of 30" in tab.locator("#card").inner_text()


def test_long_lists_are_opened_on_demand(visit, tmp_path_factory):
    tab = visit(written(tmp_path_factory, page(many_papers())) + "#method/common")
    assert "Papers showing 20 of 30" in tab.locator("#card").inner_text()
    tab.get_by_role("button", name="Show all 30 on this page").click()
    expect(tab.locator("#card .papers > li")).to_have_count(30)


def test_hostile_data_is_only_text(visit, tmp_path_factory):
    store = Store()
    store.extend(triples(*linked_corpus(CASES / "view" / "hostile.toml")))
    tab = visit(written(tmp_path_factory, page(store)))
    for key in tab.evaluate("[...ends.keys(), ...things.keys()]"):
        tab.evaluate("key => choose(key)", key)
        tab.wait_for_function("key => state.chosen === key", arg=key)
    tab.locator("#search").fill("<")
    assert "</style><style>*{display:none}</style>" in tab.locator("#found").inner_text()
    tab.locator("#search").fill("")
    tab.evaluate("choose('paper/hostile-1')")
    tab.get_by_role("heading", name="RivetNet").wait_for()
    card = tab.locator("#card").inner_text()
    assert "</script><script>window.hacked = 1</script> RivetNet" in card
    assert '<img src=x onerror="window.hacked = 2">' in card
    assert "{{ 7 * 7 }} ${7 * 7}" in card
    assert "<i>percent</i>" in card
    assert tab.evaluate("window.hacked") is None
    expect(tab.locator("#card img, #card script, #card b i, #card a[href^='javascript']")).to_have_count(0)


def test_very_long_names_keep_the_page_in_shape(visit, tmp_path_factory):
    long = "Endless" * 1500
    concept = Concept(thing("method", "endless"), "Method", long)
    paper = Paper("long-1", f"{long} again", f"{long} is long.")
    store = Store()
    mention = Mention(0, len(long), long, "Method", concept=concept.iri)
    store.extend(triples([LinkedPaper(paper, (mention,))], [concept], Run("0.1.0")))
    tab = visit(written(tmp_path_factory, page(store)) + "#method/endless")
    assert tab.evaluate("document.documentElement.scrollWidth") == 1400
    assert tab.locator("#card").evaluate("card => card.scrollWidth <= card.clientWidth")
