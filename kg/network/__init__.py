"""The graph as networkx sees it: the only home of networkx.

`graph_of` reads it from a store, `layout` places its nodes on a page, `survey` tells communities and centrality.
"""

import io
import re
from collections import Counter
from collections.abc import Collection
from itertools import combinations
from typing import TypeAlias

import networkx as nx

from kg.model import TYPES, Literal
from kg.names import ONTOLOGY
from kg.network.layout import Positions, layout
from kg.network.related import related
from kg.network.survey import most_named, named, pairs, survey, survey_of
from kg.store import Remote, Store, select

__all__ = [
    "Graph",
    "Positions",
    "cooccurrence",
    "gexf",
    "graph_of",
    "graphml",
    "layout",
    "most_named",
    "named",
    "pairs",
    "papers_of",
    "related",
    "survey",
    "survey_of",
]

Graph: TypeAlias = "nx.MultiDiGraph[str]"
_NODES = """
PREFIX kg: <https://w3id.org/paperkg/ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?node ?type ?label WHERE {
  { ?node a kg:Paper ; dcterms:title ?label . BIND(kg:Paper AS ?type) }
  UNION
  { ?node a skos:Concept ; skos:prefLabel ?label ; a ?type . FILTER(?type != skos:Concept) }
}
"""
_EDGES = """
PREFIX kg: <https://w3id.org/paperkg/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?from ?to ?role WHERE {
  VALUES ?role {
    kg:usesMethod kg:usesDataset kg:addressesTask kg:reportsMetric kg:usesHardware kg:introduces skos:broader
  }
  ?from ?role ?to
}
"""


def graph_of(store: Store | Remote) -> Graph:
    """Papers and concepts by IRI with `label` and `type`; edges with a `role`, which is also their key.

    A role is a property's local name: `usesMethod`, `introduces`, ... from a paper, `broader` between concepts.
    Nodes and edges come in sorted order.
    """
    graph: Graph = nx.MultiDiGraph()
    types = {ONTOLOGY + name: (rank, name) for rank, name in enumerate(("Paper", *TYPES))}
    nodes = {
        (str(node), *types[type_], label.value)
        for node, type_, label in select(store, _NODES).rows
        if isinstance(type_, str) and type_ in types and isinstance(label, Literal)
    }
    for node, _, type_, label in sorted(nodes):  # a model is a method too: the narrower type is the last
        graph.add_node(node, label=label, type=type_)
    for source, target, role in sorted(tuple(map(str, row)) for row in select(store, _EDGES).rows):
        if source in graph and target in graph:
            name = role.rpartition("#")[2]
            graph.add_edge(source, target, key=name, role=name)
    return graph


def papers_of(graph: Graph) -> list[str]:
    """The papers, in the order of the graph."""
    return [node for node, told in graph.nodes(data=True) if told["type"] == "Paper"]


def graphml(graph: Graph) -> bytes:
    """The graph as a GraphML document."""
    file = io.BytesIO()
    nx.write_graphml(graph, file)
    return file.getvalue()


def gexf(graph: Graph) -> bytes:
    """The graph as a GEXF document, without the day and the version that networkx puts into it."""
    file = io.BytesIO()
    nx.write_gexf(graph, file)
    return re.sub(rb"<meta .*?</meta>\s*", b"", file.getvalue(), flags=re.DOTALL)


def cooccurrence(graph: Graph, concepts: Collection[str], *, partners: int) -> "nx.Graph[str]":
    """Those of the concepts that papers name, and between two the number of papers that name both, as `weight`.

    All pairs would be a hairball: an edge stays when it is among the `partners` strongest of either end, by the number
    of papers, then by their share of the papers of both.
    """
    every = set(papers_of(graph))
    papers = {concept: every.intersection(graph.predecessors(concept)) for concept in concepts}
    named: dict[str, list[str]] = {}
    for concept in sorted(papers):
        for paper in papers[concept]:
            named.setdefault(paper, []).append(concept)
    weights = Counter(pair for together in named.values() for pair in combinations(together, 2))

    def strength(pair: tuple[str, str]) -> tuple[float, ...]:
        one, other = pair
        return weights[pair], weights[pair] / len(papers[one] | papers[other])

    result: nx.Graph[str] = nx.Graph()
    result.add_nodes_from(concept for concept in sorted(papers) if papers[concept])
    kept = Counter[str]()
    for pair in sorted(weights, key=lambda pair: (*(-figure for figure in strength(pair)), pair)):
        if min(kept[pair[0]], kept[pair[1]]) < partners:
            result.add_edge(*pair, weight=weights[pair])
            kept.update(pair)
    return result
