"""What the pages of this folder show: cog runs these, so that they show what is."""

import io
import json
import re
import shlex
import shutil
import tempfile
from collections import defaultdict
from contextlib import chdir, redirect_stdout
from pathlib import Path

import cog
from click.testing import CliRunner
from rdflib import OWL, RDF, RDFS, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from kg.cli import main
from kg.graph import ontology

HERE = Path(__file__).parent
_KG = "https://w3id.org/paperkg/ontology#"
_place = Path(tempfile.mkdtemp(prefix="paperkg-docs-"))


def put(name: str, text: str) -> None:
    """Show a file, and put it where the commands of the page run."""
    (_place / name).write_text(text, encoding="utf-8")
    cog.outl(f"`{name}`:\n\n```{name.rpartition('.')[2].replace('rq', 'sparql')}\n{text.rstrip()}\n```")


def shell(*commands: str, lines: int = 40) -> None:
    """Run commands one after the other, and show them with what they print."""
    cog.outl("```console")
    for command in commands:
        cog.outl(f"$ {command}")
        name, *arguments = shlex.split(command)
        if name == "kg":
            with chdir(_place):
                result = CliRunner().invoke(main, arguments, prog_name="kg", catch_exceptions=False)
            said = result.output
            assert result.exit_code in {0, 1}, said
        elif name == "grep":
            about, path = arguments[-2:]
            blocks = (_place / path).read_text("utf-8").split("\n\n")
            said = next(block for block in blocks if re.search(about, block)) + "\n"
        elif name == "cp":
            shutil.copyfile(_place / arguments[0], _place / arguments[1])
            said = ""
        else:
            raise ValueError(command)
        shown = said.rstrip().splitlines()
        for line in [*shown[:lines], *(["..."] if len(shown) > lines else [])]:
            cog.outl(line.rstrip())
    cog.outl("```")


def python(code: str) -> None:
    """Show Python, run where the commands ran, and what it prints."""
    with chdir(_place), redirect_stdout(io.StringIO()) as said:
        exec(compile(code, "<page>", "exec"), {})  # noqa: S102  # the code that the page shows
    cog.outl(f"```python\n{code.strip()}\n```\n\n```text\n{said.getvalue().strip()}\n```")


def diagram() -> None:
    """The classes of the ontology, what is a kind of what, and the properties that lead from one to another."""
    graph = Graph().parse(ontology())
    ours = sorted(graph.subjects(RDF.type, OWL.Class), key=str)
    fields, edges = defaultdict(list), set()
    for property_ in sorted(graph.subjects(RDF.type, OWL.DatatypeProperty), key=str):
        for of in _classes(graph, property_, RDFS.domain):
            fields[of] += [f"{_name(range_)} {_name(property_)}" for range_ in graph.objects(property_, RDFS.range)]
    for property_ in sorted(graph.subjects(RDF.type, OWL.ObjectProperty), key=str):
        for one in _classes(graph, property_, RDFS.domain):
            for other in _classes(graph, property_, RDFS.range):
                edges.add((_name(one), _name(other), _name(property_)))
    kinds = {
        (_name(upper), _name(class_))
        for class_ in ours
        for upper in graph.objects(class_, RDFS.subClassOf)
        if upper in ours or _name(upper) == "Concept"
    }
    cog.outl("```mermaid\nclassDiagram\n    direction LR")
    for upper, lower in sorted(kinds):
        cog.outl(f"    {upper} <|-- {lower}")
    for (one, other), names in sorted(_grouped(edges).items()):
        cog.outl(f"    {one} --> {other} : {', '.join(names)}")
    for class_ in sorted(fields, key=str):
        cog.outl(f"    class {_name(class_)} {{")
        for field in fields[class_]:
            cog.outl(f"        {field}")
        cog.outl("    }")
    cog.outl("```")


def terms() -> None:
    """Every term of the ontology with what it means."""
    graph = Graph().parse(ontology())
    cog.outl("| term | of | is | |\n|---|---|---|---|")
    for term in sorted({term for term in graph.subjects(RDFS.comment) if str(term).startswith(_KG)}, key=str):
        of, range_ = (", ".join(sorted(map(_name, _classes(graph, term, side)))) for side in (RDFS.domain, RDFS.range))
        told = str(graph.value(term, RDFS.comment)).replace("|", "\\|")
        cog.outl(f"| `kg:{_name(term)}` | {of} | {range_} | {told} |")


def _classes(graph: Graph, property_: Node, side: URIRef) -> list[Node]:
    """The classes of a domain or range, those of a union one by one; if none, of the wider property."""
    found: list[Node] = []
    while not list(graph.objects(property_, side)):
        wider = graph.value(property_, RDFS.subPropertyOf)
        if wider is None:
            break
        property_ = wider
    for class_ in graph.objects(property_, side):
        union = graph.value(class_, OWL.unionOf)
        found += list(Collection(graph, union)) if union is not None else [class_]
    return found


def _name(term: Node) -> str:
    return re.split(r"[/#]", str(term))[-1]


def _grouped(edges: set[tuple[str, str, str]]) -> dict[tuple[str, str], list[str]]:
    grouped = defaultdict(list)
    for one, other, name in sorted(edges):
        grouped[one, other].append(name)
    return grouped


def costs() -> None:
    """What two well-known collections cost, by what `tests/bench/cluster.py` measured."""
    told = json.loads((HERE / "cluster.json").read_text("utf-8"))
    papers, cpu, store = told["papers"], told["cpu_seconds"], told["store"]
    output = sum(told["output_bytes"].values())
    cog.outl(
        f"Measured on {told['date']} ({told['machine']}): {papers:,} abstracts, a scheduler and two workers of one"
    )
    cog.outl(f"thread, {told['wall_seconds']:.0f} seconds. A worker took {told['worker_bytes'] / 1e9:.1f} GB at most.")
    cog.outl("\n| | ms a paper |\n|---|---|")
    for stage, seconds in cpu.items():
        cog.outl(f"| {stage} | {1e3 * seconds / papers:.2f} |")
    each = sum(cpu.values()) / papers
    cog.outl(f"| together, CPU | {1e3 * each:.1f} |")
    cog.outl(f"| loading into Oxigraph, CPU | {1e3 * store['cpu_seconds'] / papers:.1f} |")
    cog.outl("\nComputed from that, in proportion:\n")
    cog.outl("| | arXiv, 2.5 M abstracts | OpenAlex, 250 M abstracts |\n|---|---|---|")

    def row(what: str, of_one: float, unit: str, digits: int = 0) -> None:
        cells = (f"{of_one * number:,.{digits}f}" for number in (2_500_000, 250_000_000))
        cog.outl(f"| {what}{', ' + unit if unit else ''} | {' | '.join(cells)} |")

    row("CPU", each / 3600, "core hours")
    row("time on 64 cores", each / 3600 / 64, "hours", 1)
    memory = f"{64 * told['worker_bytes'] / 1e9:.0f}"
    cog.outl(f"| memory of these 64 workers, GB | {memory} | {memory} |")
    row("input, JSON Lines", told["input_bytes"] / papers / 1e9, "GB")
    row("kept while it runs", told["kept_bytes"] / papers / 1e9, "GB")
    row("parts and extractions, packed", output / papers / 1e9, "GB")
    row("triples", told["triples"] / papers / 1e6, "million")
    row("as an Oxigraph store", store["bytes"] / papers / 1e9, "GB")
    row("loading that", store["wall_seconds"] / papers / 3600, "hours", 1)
