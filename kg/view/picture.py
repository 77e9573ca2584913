"""Which papers and concepts the page draws, how large, where they stand, and what joins them."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kg.network import Graph, Positions, cooccurrence, layout, papers_of

_PARTNERS = 3  # edges that a concept asks for where concepts stand alone: more is a hairball
_PAPER = 9.0
_SMALLEST, _LARGEST, _STEP = 5.5, 30.0, 3.0


@dataclass(frozen=True, slots=True)
class Picture:
    """Nodes by IRI, best first; `places` with the papers, `alone` of the concepts alone.

    `naming` is the number of papers that name a concept, drawn or not; `pairs` are two concepts and the number of
    papers that name both.
    """

    papers: tuple[str, ...]
    concepts: tuple[str, ...]
    naming: Mapping[str, int]
    radii: Mapping[str, float]
    places: Positions
    alone: Positions
    pairs: tuple[tuple[str, str, int], ...]


def draw(graph: Graph, results: Mapping[str, int], *, limit: int) -> Picture:
    """At most `limit` concepts: those that most papers name, of equals those with most results.

    At most half as many papers: those that name most of these concepts, and for each concept one, as far as they go.
    """
    every = papers_of(graph)
    count = Counter(concept for paper in every for concept in graph[paper])
    concepts = sorted(graph.nodes - {*every}, key=lambda node: (-count[node], -results.get(node, 0), node))
    concepts = concepts[:limit]
    papers = _papers(graph, every, concepts, limit=max(1, limit // 2))
    step = min(_STEP, (_LARGEST - _SMALLEST) / math.sqrt(max([1, *(count[node] for node in concepts)])))
    radii = dict.fromkeys(papers, _PAPER) | {node: _SMALLEST + step * math.sqrt(count[node]) for node in concepts}
    together = cooccurrence(graph, concepts, partners=_PARTNERS)
    return Picture(
        papers=tuple(papers),
        concepts=tuple(concepts),
        naming=count,
        radii=radii,
        places=layout(graph.subgraph(radii), radii),
        alone=layout(together, radii),
        pairs=tuple(sorted(together.edges.data("weight"))),
    )


def _papers(graph: Graph, papers: Sequence[str], concepts: Sequence[str], *, limit: int) -> list[str]:
    """The papers that name most of the concepts; before others, for each concept the best that names it."""
    drawn = set(concepts)
    best = sorted(papers, key=lambda paper: (-len(drawn.intersection(graph[paper])), paper))
    rank = {paper: place for place, paper in enumerate(best)}
    chosen: dict[str, None] = {}
    for concept in concepts if len(best) > limit else ():
        naming = [paper for paper in graph.predecessors(concept) if paper in rank]
        if naming and not chosen.keys() & naming:
            chosen[min(naming, key=rank.__getitem__)] = None
    return list(dict.fromkeys((*chosen, *best)))[:limit]
