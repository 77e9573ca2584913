"""What the pages of this folder show: cog runs these, so that they show what is."""

import io
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
