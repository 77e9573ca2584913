"""Which papers and concepts the page draws, how large, where they stand, and what joins them."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from kg.network import Graph, Positions, cooccurrence, layout, papers_of

_PARTNERS = 3  # edges that a concept asks for where concepts stand alone: more is a hairball
_PAPER = 9.0
_SMALLEST, _LARGEST, _STEP = 5.5, 30.0, 3.0


@dataclass(frozen=True, slots=True)
class Picture:
    """Nodes by IRI, best first; `places` with the papers, `alone` of the concepts alone.

    `links` are (from, to, roles), `pairs` (concept, concept, number of papers that name both).
    """

    papers: tuple[str, ...]
    concepts: tuple[str, ...]
    radii: Mapping[str, float]
    places: Positions
    alone: Positions
    links: tuple[tuple[str, str, tuple[str, ...]], ...]
    pairs: tuple[tuple[str, str, int], ...]


def draw(graph: Graph, results: Mapping[str, int], *, limit: int) -> Picture:
    """At most `limit` concepts: those that most papers name, of equals those with most results.

    At most half as many papers: those that name most of these concepts.
    """
    count = naming(graph)
    concepts = sorted(graph.nodes - {*papers_of(graph)}, key=lambda node: (-count[node], -results.get(node, 0), node))
    concepts = concepts[:limit]
    papers = _papers(graph, set(concepts), max(1, limit // 2))
    step = min(_STEP, (_LARGEST - _SMALLEST) / math.sqrt(max(1, *map(count.__getitem__, concepts), 1)))
    radii = dict.fromkeys(papers, _PAPER) | {node: _SMALLEST + step * math.sqrt(count[node]) for node in concepts}
    drawn = graph.subgraph(radii)
    together = cooccurrence(graph, concepts, partners=_PARTNERS)
    return Picture(
        papers=tuple(papers),
        concepts=tuple(concepts),
        radii=radii,
        places=layout(drawn, radii),
        alone=layout(together, radii),
        links=tuple((one, other, tuple(drawn[one][other])) for one in sorted(drawn) for other in drawn[one]),
        pairs=tuple(sorted(together.edges.data("weight"))),
    )


def naming(graph: Graph) -> Counter[str]:
    """For each concept, the number of papers that name it."""
    return Counter(concept for paper in papers_of(graph) for concept in graph[paper])


def _papers(graph: Graph, concepts: set[str], limit: int) -> list[str]:
    return sorted(papers_of(graph), key=lambda paper: (-len(concepts & graph[paper].keys()), paper))[:limit]
