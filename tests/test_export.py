import csv
import io
from decimal import Decimal

import networkx as nx
import pyoxigraph
import pytest
import rdflib
from conftest import GOLDEN

from kg.errors import GraphError
from kg.export import FORMATS, export, write
from kg.model import Literal
from kg.names import expand
from kg.network import graph_of
from kg.store import Store, open_store

RDF = {"ttl": "turtle", "nt": "nt", "jsonld": "json-ld", "rdf": "xml", "xml": "xml", "rdfxml": "xml", "trig": "trig"}
OLD_RDFLIB = pytest.mark.filterwarnings("ignore:(Dataset|ConjunctiveGraph):DeprecationWarning")
NUMBERS = {str(expand(f"xsd:{name}")): Decimal for name in ("integer", "decimal", "double", "nonNegativeInteger")}
ODD = 'a "quote", a \\, a tab\t, a line\nbreak, <b>&amp;</b>, é, 𝛽, \u202e'


def valued(value, datatype):
    return NUMBERS.get(datatype, str)(value), datatype


def told(store):
    """The triples, numbers by their value."""
    return {
        (s, p) + (valued(o.value, o.datatype or str(rdflib.XSD.string)) if isinstance(o, Literal) else (o,))
        for s, p, o in store.triples()
    }


def told_by_rdflib(path):
    suffix = path.suffix.removeprefix(".")
    graph = rdflib.Dataset(default_union=True) if suffix == "trig" else rdflib.Graph()
    graph.parse(data=path.read_bytes(), format=RDF[suffix])
    return {
        (str(s), str(p))
        + (valued(str(o), str(o.datatype or rdflib.XSD.string)) if isinstance(o, rdflib.Literal) else (str(o),))
        for s, p, o in graph.triples((None, None, None))
    }


def spelled(path):
    """The triples with every literal as it is written."""
    return {str(quad.triple) for quad in pyoxigraph.parse(path=str(path), format=oxigraph_format(path))}


def oxigraph_format(path):
    suffix = path.suffix.removeprefix(".")
    return pyoxigraph.RdfFormat.from_extension({"rdfxml": "rdf", "xml": "rdf"}.get(suffix, suffix))


def odd(*texts):
    store = Store()
    store.extend(
        (expand(f"dataset:d{rank}"), expand(name), value)
        for rank, text in enumerate(texts)
        for name, value in (
            ("rdf:type", expand("kg:Dataset")),
            ("rdf:type", expand("skos:Concept")),
            ("skos:prefLabel", Literal(text)),
            ("schema:url", "https://e.org/x?y=1&z=(2)#a"),
        )
    )
    return store


@OLD_RDFLIB
@pytest.mark.parametrize("suffix", RDF)
@pytest.mark.parametrize("odd_one", [False, True])
def test_rdf_reads_back_the_same(golden, tmp_path, suffix, odd_one):
    source = odd(ODD, "") if odd_one else golden
    [path] = export(source, tmp_path / f"graph.{suffix}")
    back = Store()
    back.native.load(path=str(path), format=oxigraph_format(path))
    assert set(back.native) == set(source.native)
    assert told_by_rdflib(path) == told(source)


@pytest.mark.parametrize("suffix", RDF)
def test_rdf_keeps_what_the_file_writes(tmp_path, suffix):
    """The store takes 49.30 for 49.3, and xsd:nonNegativeInteger for xsd:integer."""
    file = tmp_path / "graph.ttl"
    file.write_bytes(GOLDEN.read_bytes() + b'\n<http://e.org/> <http://e.org/p> 49.30, 39.0, "007"^^xsd:integer .\n')
    [path] = export(open_store(file), tmp_path / f"exported.{suffix}")
    assert spelled(path) == spelled(file)


def test_what_was_added_since_is_exported_too(golden, tmp_path):
    opened = open_store(GOLDEN)
    added = (expand("paper:a"), expand("dcterms:title"), Literal("Added"))
    opened.extend([added])
    [path] = export(opened, tmp_path / "graph.nt")
    assert set(open_store(path).triples()) == {*golden.triples(), added}


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_graph_gives_the_same_bytes(golden, tmp_path, format_):
    [lines] = export(golden, tmp_path / "graph.nt")
    turned = tmp_path / "turned.nt"
    turned.write_bytes(b"".join(sorted(lines.read_bytes().splitlines(keepends=True), reverse=True)))
    other = open_store(turned)
    for name, source in (("one", golden), ("other", other)):
        with (tmp_path / name).open("wb") as file:
            write(source, file, format_)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


@pytest.mark.parametrize(("suffix", "read"), [("graphml", nx.read_graphml), ("gexf", nx.read_gexf)])
@pytest.mark.parametrize("odd_one", [False, True])
def test_networkx_opens_it(golden, tmp_path, suffix, read, odd_one):
    source = odd(ODD) if odd_one else golden
    [path] = export(source, tmp_path / f"graph.{suffix}")
    expected, found = graph_of(source), read(path)
    assert set(found) == set(expected)
    for node, data in expected.nodes(data=True):
        assert found.nodes[node]["label"] == data["label"]
        assert found.nodes[node]["type"] == data["type"]
    assert sorted(found.edges(data="role")) == sorted(expected.edges(data="role"))


def test_csv_is_two_tables(golden, tmp_path):
    paths = export(golden, tmp_path / "graph.csv")
    assert [path.name for path in paths] == ["graph.nodes.csv", "graph.edges.csv"]
    nodes, edges = map(rows, paths)
    assert nodes[0] == ["id", "type", "label"]
    assert [expand("hardware:h100"), "Hardware", "NVIDIA H100"] in nodes
    assert edges[0] == ["source", "target", "role"]
    assert [expand("paper:arxiv-2401.00017"), expand("method:foldserve"), "introduces"] in edges
    assert [expand("hardware:h100"), expand("hardware:hopper"), "broader"] in edges
    assert {cell for edge in edges[1:] for cell in edge[:2]} <= {node[0] for node in nodes[1:]}


def rows(path):
    return list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-fold", "@SUM(A1)", "\tx", "\rx"])
def test_a_cell_is_never_a_formula(tmp_path, text):
    nodes, _ = export(odd(text, "plain"), tmp_path / "graph.csv")
    labels = [row[2] for row in rows(nodes)]
    assert labels == ["label", f"'{text}", "plain"]


def test_an_unknown_format_leaves_no_file(golden, tmp_path):
    with pytest.raises(GraphError, match="ttl, nt"):
        export(golden, tmp_path / "graph.docx")
    with pytest.raises(GraphError, match="docx"):
        write(golden, io.BytesIO(), "docx")
    assert not (tmp_path / "graph.docx").exists()


@pytest.mark.parametrize("suffix", ["rdf", "graphml", "gexf"])
def test_xml_tells_what_it_cannot_carry(tmp_path, suffix):
    path = tmp_path / f"graph.{suffix}"
    path.write_text("an older one")
    with pytest.raises(GraphError, match="control characters"):
        export(odd("a bell \x07"), path)
    assert path.read_text() == "an older one"
    assert len(list(tmp_path.iterdir())) == 1


@OLD_RDFLIB
@pytest.mark.parametrize("suffix", ["ttl", "nt", "jsonld", "trig", "rdf"])
def test_a_carriage_return_is_kept(tmp_path, suffix):
    source = odd("a\r\nb\rc")
    [path] = export(source, tmp_path / f"graph.{suffix}")
    assert told_by_rdflib(path) == told(source)


def test_turtle_starts_with_the_papers(golden, tmp_path):
    [path] = export(golden, tmp_path / "graph.ttl")
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    kinds = [block.partition(":")[0] for block in blocks[1:]]
    assert kinds[:6] == ["paper"] * 5 + ["method"]


def test_json_ld_is_prefixed(golden, tmp_path):
    [path] = export(golden, tmp_path / "graph.jsonld")
    text = path.read_text(encoding="utf-8")
    assert '{"@id": "paper:arxiv-2205.00042", "@type": ' in text
    assert '"kg:year": 2022' in text
