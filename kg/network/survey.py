"""What only the whole corpus tells of its concepts: which belong together, and how central each is."""

from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Mapping
from itertools import chain, combinations

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from kg.model import Community, Concept, LinkedPaper, Survey
from kg.names import THINGS

_MOST = 2000  # concepts, those that most papers name: beyond, a handful of papers each says little of neighbours
_PARTNERS = 10  # edges that each of them asks for, the strongest: all pairs would make one heap of everything
_PAPERS = 2  # that a concept, and a pair of them, needs
_SMALLEST = 3  # concepts of a community
_NAMED_BY = 3  # concepts
_DAMPING, _ROUNDS = 0.85, 100


def survey(papers: Iterable[LinkedPaper], concepts: Iterable[Concept]) -> Survey:
    """Communities and centrality in the network of concepts that papers name together.

    Two concepts are joined as strongly as their equivalence index says: the square of the papers that name both, over
    the product of the papers that name each (Callon, Courtial and Laville, Scientometrics 22, 1991). Communities are
    those of Louvain (Blondel et al., J. Stat. Mech. 2008) with a fixed seed, those of three concepts and more;
    centrality is PageRank over the same edges (Page et al., 1999), with the mean at 1. The order of papers and concepts
    does not matter.
    """
    together = list(map(named, papers))
    count = most_named(Counter(chain.from_iterable(together)))
    return survey_of(count, pairs(together, count), {concept.iri: concept.label for concept in concepts})


def named(linked: LinkedPaper) -> set[str]:
    """The concepts that a paper names."""
    return {*(mention.concept for mention in linked.mentions if mention.concept), *linked.roles.values()}


def most_named(count: Mapping[str, int]) -> dict[str, int]:
    """Of the numbers of papers that name each concept those that the survey is made of, the largest first."""
    most = sorted((node for node in count if count[node] >= _PAPERS), key=lambda node: (-count[node], node))
    return {node: count[node] for node in most[:_MOST]}


def pairs(together: Iterable[Collection[str]], kept: Container[str]) -> Counter[tuple[str, str]]:
    """In how many papers each two of the kept concepts are named together."""
    return Counter(
        pair for nodes in together for pair in combinations(sorted(node for node in nodes if node in kept), 2)
    )


def survey_of(count: Mapping[str, int], both: Mapping[tuple[str, str], int], labels: Mapping[str, str]) -> Survey:
    """The survey by what `most_named` and `pairs` tell of all papers, and the labels of these concepts."""
    strength = _strength(count, both)
    nodes = sorted({node for pair in strength for node in pair})
    place = {node: number for number, node in enumerate(nodes)}
    graph: nx.Graph[int] = nx.Graph()  # numbers, since sets of strings have another order in each process
    graph.add_nodes_from(range(len(nodes)))
    graph.add_weighted_edges_from((place[one], place[other], weight) for (one, other), weight in strength.items())
    centrality = dict(zip(nodes, _pagerank(graph), strict=True))
    groups = nx.community.louvain_communities(graph, seed=0) if nodes else []
    members = [
        sorted((nodes[number] for number in group), key=lambda node: (-centrality[node], node))
        for group in groups
        if len(group) >= _SMALLEST
    ]
    return Survey(
        tuple(_community(group, labels) for group in sorted(members, key=lambda group: (-len(group), group))),
        centrality,
    )


def _strength(count: Mapping[str, int], both: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], float]:
    """The equivalence index of the pairs that are kept."""
    index = {
        (one, other): round(number**2 / (count[one] * count[other]), 9)
        for (one, other), number in both.items()
        if number >= _PAPERS
    }
    partners = defaultdict[str, int](int)
    strongest: dict[tuple[str, str], float] = {}
    for pair in sorted(index, key=lambda pair: (-index[pair], pair)):
        if min(partners[pair[0]], partners[pair[1]]) < _PARTNERS:
            strongest[pair] = index[pair]
            for node in pair:
                partners[node] += 1
    return strongest


def _pagerank(graph: "nx.Graph[int]") -> list[float]:
    """By hand, since networkx wants SciPy for it; the nodes are 0, 1, ..."""
    if not graph:
        return []
    edges = [*graph.edges.data("weight")]
    ends = np.array([*((one, other) for one, other, _ in edges), *((other, one) for one, other, _ in edges)])
    weight = np.array([weight for _, _, weight in edges] * 2)
    share = weight / np.bincount(ends[:, 0], weight, len(graph))[ends[:, 0]]
    rank: NDArray[np.floating] = np.ones(len(graph))
    for _ in range(_ROUNDS):
        rank = 1 - _DAMPING + _DAMPING * np.bincount(ends[:, 1], share * rank[ends[:, 0]], len(graph))
    return [round(float(value), 4) for value in rank]


def _community(members: list[str], labels: Mapping[str, str]) -> Community:
    """Called like its most central concepts, and known by the first of them."""
    key = members[0].removeprefix(THINGS).replace("/", "-")
    return Community(key, ", ".join(labels[member] for member in members[:_NAMED_BY]), tuple(members))
