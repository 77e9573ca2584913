"""The graph as networkx sees it, and where its nodes stand."""

import math
from itertools import combinations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.names import thing
from kg.network import cooccurrence, graph_of, layout, papers_of, related

H100, HOPPER = thing("hardware", "h100"), thing("hardware", "hopper")
FOLDSERVE, MFU = thing("method", "foldserve"), thing("metric", "mfu")
PAPER = thing("paper", "arxiv-2401.00017")


@pytest.fixture(scope="module")
def graph(golden):
    return graph_of(golden)


def test_nodes_have_their_label_and_narrowest_type(graph):
    assert graph.nodes[H100] == {"label": "NVIDIA H100", "type": "Hardware"}
    assert graph.nodes[thing("method", "gpt-4")]["type"] == "Model"
    assert graph.nodes[thing("method", "pytorch")]["type"] == "Software"
    assert graph.nodes[PAPER] == {"label": "FoldServe: Folding Experts for Faster Training", "type": "Paper"}


def test_edges_have_roles(graph):
    assert set(graph[PAPER][FOLDSERVE]) == {"introduces"}
    assert graph.edges[PAPER, H100, "usesHardware"] == {"role": "usesHardware"}
    assert graph.has_edge(H100, HOPPER, "broader")
    assert not any(role == "mentions" for _, _, role in graph.edges(data="role"))


def test_papers_come_in_order(graph):
    assert papers_of(graph) == sorted(node for node in graph if "/paper/" in node)
    assert len(papers_of(graph)) == 5


def test_cooccurrence_counts_the_papers_that_name_both(graph):
    question_answering, squareqa = thing("task", "question-answering"), thing("dataset", "squareqa")
    together = cooccurrence(graph, list(graph), partners=99)
    assert together.edges[squareqa, question_answering]["weight"] == 2
    assert together.edges[FOLDSERVE, MFU]["weight"] == 1
    assert not together.has_edge(FOLDSERVE, squareqa)
    assert HOPPER not in together, "no paper names it"


def test_cooccurrence_keeps_the_strongest_of_either_end(graph):
    every, few = (cooccurrence(graph, list(graph), partners=number) for number in (99, 2))
    assert set(few.edges) < set(every.edges)
    for node in every:
        best = max((every.edges[edge]["weight"] for edge in every.edges(node)), default=0)
        assert best == max((few.edges[edge]["weight"] for edge in few.edges(node)), default=0)


@st.composite
def drawings(draw):
    size = draw(st.integers(0, 30))
    nodes = [f"n{number:02}" for number in range(size)]
    graph = nx.Graph()
    graph.add_nodes_from(nodes)
    if size:
        node = st.sampled_from(nodes)
        graph.add_edges_from(draw(st.lists(st.tuples(node, node), max_size=60)))
    return graph, {node: draw(st.floats(3, 30)) for node in nodes}


@settings(deadline=None, max_examples=60)
@given(drawings())
def test_no_two_nodes_overlap(drawing):
    graph, radii = drawing
    positions = layout(graph, radii)
    assert positions.keys() == set(graph)
    for one, other in combinations(graph, 2):
        assert math.dist(positions[one], positions[other]) > radii[one] + radii[other]


def test_layout_depends_on_the_graph_alone(graph):
    shuffled = nx.MultiDiGraph()
    shuffled.add_nodes_from(reversed(list(graph.nodes(data=True))))
    shuffled.add_edges_from(reversed(list(graph.edges(keys=True, data=True))))
    radii = dict.fromkeys(graph, 8.0)
    assert layout(graph, radii) == layout(shuffled, radii)


def test_neighbours_stand_closer_than_strangers(graph):
    positions = layout(graph, dict.fromkeys(graph, 8.0))
    apart = {
        linked: [
            math.dist(positions[one], positions[other])
            for one, other in combinations(graph, 2)
            if (graph.has_edge(one, other) or graph.has_edge(other, one)) is linked
        ]
        for linked in (True, False)
    }
    mean = {linked: sum(distances) / len(distances) for linked, distances in apart.items()}
    assert mean[True] < mean[False] / 2


def test_related_are_what_two_papers_name_and_papers_that_share(graph):
    question_answering, squareqa = thing("task", "question-answering"), thing("dataset", "squareqa")
    gpt, tiny = thing("method", "gpt-4"), thing("paper", "tiny-language-models-on-a-budget-5d41402a")
    found = related(graph, papers_of(graph), [node for node in graph if "/paper/" not in node])
    assert found[squareqa] == [gpt, question_answering]
    assert found[FOLDSERVE] == []
    assert found[tiny] == [
        thing("paper", "squareqa-a-benchmark-of-plain-questions-7d793037"),
        thing("paper", "arxiv-2205.00042"),
    ]
    assert found[PAPER] == []
