"""What the explorer costs at scale: `python tests/bench/serving.py GRAPH`, e.g. one of 40,000 papers.

Prints the milliseconds until a page has all it shows, in a real browser (medians over things drawn at random), then
what eight clients see for a minute, one of which asks endless questions: their answers' times beside those of a quiet
server, the memory of the process that holds the graph, and how long each endless question lived.
"""

import os
import random
import statistics
import subprocess
import sys
import threading
import time

import httpx
from playwright.sync_api import sync_playwright

LIMIT = 10  # seconds
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a kg:mentions ?b . ?c kg:mentions ?d . ?e kg:mentions ?f }"
SETTLED = "() => !document.querySelector('.waiting[role=status]') && !!document.querySelector('main h1, main li')"


def pages(base: str, draw: random.Random) -> None:
    with httpx.Client(base_url=base, timeout=120) as client:

        def iris(query: str) -> list[str]:
            rows = client.post("/sparql", data={"query": query}, headers={"Accept": "text/csv"}).text.split()[1:]
            return [iri.removeprefix("https://w3id.org/paperkg") for iri in rows]

        concepts = iris("SELECT DISTINCT ?it WHERE { ?paper kg:mentions ?it } ORDER BY ?it")
        named = iris(
            "SELECT ?it WHERE { ?paper kg:mentions ?it } ORDER BY MD5(CONCAT(STR(?paper), STR(?it))) LIMIT 2000"
        )
        papers = iris("SELECT ?it WHERE { ?it a kg:Paper } ORDER BY ?it")
        top = iris("SELECT ?it WHERE { ?p kg:mentions ?it } GROUP BY ?it ORDER BY DESC(COUNT(*)) LIMIT 20")
        words = ["bert", "image", "a100", "graph neural", "accuracy", "diffusion model", "segmentation", "q-learning"]
    kinds = {
        "first page": ["/"] * 5,
        "search": [f"/search?q={word}" for word in words],
        "concept, any": draw.sample(concepts, 25),
        "concept, as often as papers name it": draw.sample(named, 25),
        "concept, the 20 most named": top,
        "paper": draw.sample(papers, 25),
    }
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--headless=new", "--no-sandbox"])
        page = browser.new_page()
        page.context.add_init_script("window.kg = 1")
        for kind, paths in kinds.items():
            spent = []
            for path in paths:
                page.goto("about:blank")
                began = time.perf_counter()
                page.goto(base + path, wait_until="commit")
                while not page.evaluate(f"({SETTLED})()"):
                    time.sleep(0.005)
                spent.append(1000 * (time.perf_counter() - began))
            told = f"{statistics.median(spent):>7.0f} ms at the median {max(spent):>7.0f} at most {len(spent):>4} pages"
            print(f"{kind:<40}{told}", flush=True)
        browser.close()


def load(base: str, pid: int, draw: random.Random, seconds: float) -> None:
    """Seven clients that look things up, first alone, then beside one that asks what never ends."""
    questions = [
        "SELECT ?p WHERE {{ ?p kg:mentions ?it . ?it skos:prefLabel {0} }} ORDER BY ?p LIMIT 50",
        """SELECT ?other (COUNT(*) AS ?n) WHERE {{ ?p kg:mentions ?it , ?other . ?it skos:prefLabel {0} }}
        GROUP BY ?other ORDER BY DESC(?n) ?other LIMIT 20""",
    ]

    def asking(times: list[float], until: float, seed: int) -> None:
        mine = random.Random(seed)
        with httpx.Client(base_url=base, timeout=60) as client:
            while time.monotonic() < until:
                label = mine.choice(['"BERT"', '"accuracy"', '"ImageNet"', '"H100"', '"transformer"', '"PyTorch"'])
                query = mine.choice(questions).format(label) + f" # {mine.random()}"  # no answer is kept for it
                began = time.monotonic()
                answer = client.post("/sparql", data={"query": query})
                times.append(time.monotonic() - began)
                assert answer.status_code == 200, answer.text
                time.sleep(0.2)

    def endless(lives: list[float], until: float) -> None:
        with httpx.Client(base_url=base, timeout=60) as client:
            while time.monotonic() < until:
                began = time.monotonic()
                assert client.post("/sparql", data={"query": ENDLESS}).status_code == 503
                lives.append(time.monotonic() - began)

    for name, runaway in (("quiet", False), ("with an endless query", True)):
        times: list[list[float]] = [[] for _ in range(7)]
        lives: list[float] = []
        until = time.monotonic() + seconds
        threads = [
            threading.Thread(target=asking, args=(spent, until, at + 100 * runaway)) for at, spent in enumerate(times)
        ]
        if runaway:
            threads.append(threading.Thread(target=endless, args=(lives, until)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent = sorted(1000 * second for client in times for second in client)
        late = spent[int(0.95 * len(spent))]
        told = f"{len(spent):>5} answers, {statistics.median(spent):>6.0f} ms at the median, {late:>6.0f} of 95 %"
        dead = f"; each endless one lived at most {max(lives):.2f} s of {LIMIT}" if lives else ""
        print(f"{name:<24}{told}, {_memory(pid):.0f} MB{dead}", flush=True)


def _memory(pid: int) -> float:
    """Megabytes of the server and all processes below it."""
    told = subprocess.run(["ps", "-eo", "pid,ppid,rss"], check=True, capture_output=True, text=True).stdout.split("\n")[
        1:
    ]
    rows = [tuple(map(int, line.split())) for line in told if line.strip()]
    below = {pid}
    for _ in range(3):
        below |= {child for child, parent, _ in rows if parent in below}
    return sum(size for process, _, size in rows if process in below) / 1024


def main() -> None:
    command = [sys.executable, "-m", "kg", "serve", "--graph", sys.argv[1], "--port", "0", "--timeout", str(LIMIT)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            began = time.monotonic()
            base = server.stderr.readline().split()[-1].rstrip("/")
            httpx.get(f"{base}/api/find", timeout=600)
            print(f"ready after {time.monotonic() - began:.1f} s, {_memory(server.pid):.0f} MB", flush=True)
            draw = random.Random(7)
            pages(base, draw)
            load(base, server.pid, draw, 60)
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
