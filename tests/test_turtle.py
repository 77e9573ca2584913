import io
from decimal import Decimal

import pyoxigraph
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Literal
from kg.names import PREFIXES, expand
from kg.turtle import term, write

# Both parsers refuse characters that no IRI may have: those never come from kg.names.
LOCALS = st.from_regex(r"[A-Za-z0-9._~!$&'()*+,;=:@/é-]{0,12}", fullmatch=True)
IRIS = st.builds(str.__add__, st.sampled_from([*PREFIXES.values(), "http://e.org/", "http://e.org/?q="]), LOCALS)
TEXTS = st.text(st.characters() | st.characters(categories=["Cc"]) | st.sampled_from("\"'\\\n\r\t"))
LITERALS = st.one_of(
    st.builds(Literal, TEXTS),
    st.builds(Literal, TEXTS, IRIS.filter(lambda iri: not iri.startswith((PREFIXES["xsd"], PREFIXES["rdf"])))),
    st.builds(lambda number: Literal(str(number), expand("xsd:integer")), st.integers()),
    st.builds(Literal, st.from_regex(r"[+-]?[0-9]{0,5}\.?[0-9]{1,5}", fullmatch=True), st.just(expand("xsd:decimal"))),
    st.builds(
        Literal,
        st.from_regex(r"[+-]?[0-9]{1,3}(\.[0-9]{1,3})?([eE]-?[0-9])?", fullmatch=True),
        st.just(expand("xsd:double")),
    ),
    st.builds(Literal, st.sampled_from(["true", "false", "1"]), st.just(expand("xsd:boolean"))),
    st.builds(Literal, st.sampled_from(["2024", "0001"]), st.just(expand("xsd:gYear"))),
)
VALUES = {
    expand("xsd:integer"): int,
    expand("xsd:decimal"): Decimal,
    expand("xsd:double"): float,
    expand("xsd:boolean"): {"true": True, "1": True, "false": False}.get,
}
TRIPLES = st.lists(st.tuples(IRIS, IRIS, IRIS | LITERALS), max_size=8)


def written(triples):
    file = io.BytesIO()
    write(triples, file)
    return file.getvalue()


@given(TRIPLES)
def test_oxigraph_reads_back_what_was_written(triples):
    def told(node):
        if isinstance(node, pyoxigraph.NamedNode):
            return node.value
        datatype = node.datatype.value
        return Literal(node.value, "" if datatype == expand("xsd:string") else datatype)

    parsed = pyoxigraph.parse(written(triples), pyoxigraph.RdfFormat.TURTLE)
    assert {(told(quad.subject), told(quad.predicate), told(quad.object)) for quad in parsed} == set(triples)


@given(TRIPLES)
def test_rdflib_reads_back_what_was_written(triples):
    def told(node):
        return str(node) if isinstance(node, rdflib.URIRef) else Literal(str(node), str(node.datatype or ""))

    def valued(value):
        """rdflib writes numbers and truth its own way."""
        if isinstance(value, str) or value.datatype not in VALUES:
            return value
        return VALUES[value.datatype](value.value), value.datatype

    parsed = rdflib.Graph().parse(data=written(triples), format="turtle")
    assert {(str(s), str(p), valued(told(o))) for s, p, o in parsed} == {(s, p, valued(o)) for s, p, o in triples}


@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_a_lone_surrogate_is_replaced(text):
    [quad] = pyoxigraph.parse(
        written([("http://e.org/s", "http://e.org/p", Literal(text))]), pyoxigraph.RdfFormat.TURTLE
    )
    assert quad.object.value == "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


def test_blocks_stand_as_they_come():
    paper, other = expand("paper:b"), expand("paper:a")
    triples = [
        (paper, expand("rdf:type"), expand("kg:Paper")),
        (paper, expand("dc:creator"), Literal("Ada")),
        (paper, expand("dc:creator"), Literal("Bo")),
        (paper, expand("kg:year"), Literal("2024", expand("xsd:integer"))),
        (paper, expand("schema:url"), "https://e.org/x"),
        (other, expand("dcterms:issued"), Literal("2024", expand("xsd:gYear"))),
    ]
    assert written(triples).decode() == (
        "@prefix dc: <http://purl.org/dc/elements/1.1/> .\n"
        "@prefix dcterms: <http://purl.org/dc/terms/> .\n"
        "@prefix kg: <https://w3id.org/paperkg/ontology#> .\n"
        "@prefix paper: <https://w3id.org/paperkg/id/paper/> .\n"
        "@prefix schema: <https://schema.org/> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "\n"
        "paper:b\n"
        "    a                      kg:Paper ;\n"
        '    dc:creator             "Ada", "Bo" ;\n'
        "    kg:year                2024 ;\n"
        "    schema:url             <https://e.org/x> .\n"
        "\n"
        "paper:a\n"
        '    dcterms:issued         "2024"^^xsd:gYear .\n'
    )


def test_nothing_is_an_empty_document():
    assert written([]) == b""


@pytest.mark.parametrize(
    ("value", "turtle"),
    [
        (Literal("39.0", expand("xsd:decimal")), "39.0"),
        (Literal("39", expand("xsd:decimal")), '"39"^^xsd:decimal'),
        (Literal("-7", expand("xsd:integer")), "-7"),
        (Literal("3.8E25", expand("xsd:double")), "3.8E25"),
        (Literal("INF", expand("xsd:double")), '"INF"^^xsd:double'),
        (Literal("true", expand("xsd:boolean")), "true"),
        (Literal("x", expand("xsd:string")), '"x"'),
        (Literal('tab\tquote" back\\slash\nbell\x07'), '"tab\\tquote\\" back\\\\slash\\nbell\\u0007"'),
        (Literal("turned \u202e around"), '"turned \\u202E around"'),
        (expand("method:gpt-3.5"), "method:gpt-3.5"),
        (expand("method:c++"), "<https://w3id.org/paperkg/id/method/c++>"),
        (expand("method:a."), "<https://w3id.org/paperkg/id/method/a.>"),
        (expand("kg:"), "<https://w3id.org/paperkg/ontology#>"),
        ("http://e.org/<a b>", "<http://e.org/%3Ca%20b%3E>"),
        ("_:b0", "_:b0"),
    ],
)
def test_terms(value, turtle):
    assert term(value) == turtle
