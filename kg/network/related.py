"""Which concepts go with a concept, and which papers are like a paper: the measures of the shipped questions."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import permutations

import networkx as nx

_MOST = 6


def related(
    graph: "nx.MultiDiGraph[str]", papers: Sequence[str], concepts: Collection[str]
) -> Mapping[str, Sequence[str]]:
    """For each of the papers and concepts the most related of its own sort, best first, at most six.

    Concepts by the equivalence index over all papers of the graph, those that two papers name together; papers by their
    shared concepts, each as one over the papers that name it.
    """
    naming = {concept: [node for node in graph.predecessors(concept) if _is_paper(graph, node)] for concept in concepts}
    found: dict[str, Sequence[str]] = {}
    for concept, where in naming.items():
        both = Counter(other for paper in where for other in graph[paper] if other != concept and other in naming)
        strength = {
            other: number**2 / (len(where) * len(naming[other])) for other, number in both.items() if number > 1
        }
        found[concept] = _best(strength)
    among = set(papers)
    likeness: dict[str, defaultdict[str, float]] = {paper: defaultdict(float) for paper in papers}
    for where in naming.values():
        for one, other in permutations(sorted(among.intersection(where)), 2):
            likeness[one][other] += 1 / len(where)
    return found | {paper: _best(strength) for paper, strength in likeness.items()}


def _best(strength: Mapping[str, float]) -> list[str]:
    return sorted(strength, key=lambda node: (-round(strength[node], 9), node))[:_MOST]


def _is_paper(graph: "nx.MultiDiGraph[str]", node: str) -> bool:
    return bool(graph.nodes[node]["type"] == "Paper")
