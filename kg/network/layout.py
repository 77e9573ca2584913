"""Where the nodes of a graph stand on a page: springs, repulsion and gravity, then discs that push each other away."""

import math
from collections.abc import Mapping, Sequence

import networkx as nx
import numpy as np
from numpy.typing import NDArray

Positions = dict[str, tuple[float, float]]

_Floats = NDArray[np.floating]

_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_GAP = 9.0  # between two discs, in the unit of the radii
_GRAVITY = (0.05, 0.068)  # stronger along y, since screens are wider than high


def layout(graph: "nx.Graph[str]", radii: Mapping[str, float]) -> Positions:
    """A place for every node, in the unit of the radii, so that no two discs overlap.

    Nodes with one edge stand around their neighbour; the others are placed by springs along edges, repulsion between
    all and gravity, then pushed apart. No chance is involved: all start on a spiral, the best linked in the middle.

    networkx's own layouts need SciPy or an n x n x 2 array a step (a minute for 2,000 nodes, against 5 seconds here).
    """
    if not graph:
        return {}
    graph = nx.Graph(graph)  # of edges with the same ends, one is enough
    petals = _petals(graph)
    leaves = {leaf for around in petals.values() for leaf in around}
    inner = sorted(graph.nodes - leaves, key=lambda node: (-graph.degree(node), node))
    room = np.array([_distance(radii, node, petals.get(node, ()))[-1] for node in inner])
    places = _apart(_fitted(_settled(graph, inner, petals), room), room)
    positions = {node: (float(x), float(y)) for node, (x, y) in zip(inner, places, strict=True)}
    for node, around in petals.items():
        x, y = positions[node]
        for rank, (leaf, distance) in enumerate(zip(around, _distance(radii, node, around), strict=False)):
            angle = math.atan2(y, x) + rank * _GOLDEN_ANGLE  # the first outwards
            positions[leaf] = x + distance * math.cos(angle), y + distance * math.sin(angle)
    return positions


def _petals(graph: "nx.Graph[str]") -> dict[str, list[str]]:
    """The nodes with one edge, sorted, by their neighbour; of two that have only each other, one is the leaf."""
    petals: dict[str, list[str]] = {}
    for node in sorted(graph):
        if graph.degree(node) == 1 and node not in petals and node not in graph[node]:
            petals.setdefault(next(iter(graph[node])), []).append(node)
    return petals


def _distance(radii: Mapping[str, float], node: str, around: Sequence[str]) -> list[float]:
    """How far from a node's middle each of its petals stands, and last the radius of the room that all need."""
    start, step = radii[node] + _GAP / 2, max((radii[leaf] for leaf in around), default=0) + _GAP / 3
    distances = [start + step * math.sqrt(rank + 1) for rank in range(len(around))]
    return [*distances, (distances[-1] + step if distances else radii[node]) + _GAP / 2]


def _spiral(count: int) -> _Floats:
    rank = np.arange(count) + 0.5
    turn = rank * _GOLDEN_ANGLE
    return np.stack([np.sqrt(rank) * np.cos(turn), np.sqrt(rank) * np.sin(turn)], axis=1)


def _settled(graph: "nx.Graph[str]", inner: Sequence[str], petals: Mapping[str, Sequence[str]]) -> _Floats:
    """Where springs, repulsion and gravity leave the nodes, in no particular unit."""
    row = {node: number for number, node in enumerate(inner)}
    pairs = sorted((row[one], row[other]) for one, other in graph.edges if one in row and other in row)
    ends = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    degree = np.array([graph.degree(node) for node in inner], dtype=float)
    mass = 1 + 0.15 * degree + 0.25 * np.array([len(petals.get(node, ())) for node in inner])
    weight = np.where(degree > 0, mass, 3)  # what nothing holds would drift far out
    spring = 1 / np.sqrt(np.minimum(*degree[ends]))  # hubs would pull everything into one heap
    places, count = _spiral(len(inner)), len(inner)
    rounds = int(np.clip(100_000 / max(count, 1), 60, 200))
    for number in range(rounds):
        move = _repulsion(places, mass) - places * weight[:, None] * _GRAVITY
        for axis, pull in enumerate((places[ends[1]] - places[ends[0]]).T * spring):
            move[:, axis] += np.bincount(ends[0], pull, count) - np.bincount(ends[1], pull, count)
        longest = 0.3 * math.sqrt(count) * (1 - number / rounds) ** 1.5
        length = np.maximum(np.hypot(*move.T), 1e-9)
        places = places + move * np.minimum(1 / mass, longest / length)[:, None]
    return places


def _repulsion(places: _Floats, mass: _Floats) -> _Floats:
    """The push on each node: the others' mass over the distance. As matrix products, for n x n numbers and no more."""
    compact = places.astype(np.float32)
    square = (compact**2).sum(axis=1)
    force = compact @ compact.T
    force *= -2
    force += square[:, None]
    force += square
    np.maximum(force, 0.01, out=force)
    np.divide(np.outer(mass, mass).astype(np.float32), force, out=force)
    np.fill_diagonal(force, 0)
    push: _Floats = compact * force.sum(axis=1)[:, None] - force @ compact
    return push.astype(float)


def _fitted(places: _Floats, room: _Floats) -> _Floats:
    """The same picture, as large as the discs' area asks for."""
    spread = math.sqrt(max(float(((places - places.mean(axis=0)) ** 2).sum()), 1.0) / max(len(places), 1))
    return places * (1.4 * math.sqrt(float((room**2).sum())) / spread)


def _apart(places: _Floats, room: _Floats) -> _Floats:
    """Discs that overlap push each other away; the picture grows a little each round, so it ends."""
    reach = room[:, None] + room
    while True:
        dx, dy = (np.subtract.outer(axis, axis) for axis in places.T)
        distance = np.hypot(dx, dy)
        np.fill_diagonal(distance, np.inf)
        overlap = np.maximum(reach - distance, 0)
        if overlap.max(initial=0) < 1:
            return places
        overlap /= 2 * np.maximum(distance, 1e-3)
        push = np.stack([(overlap * dx).sum(axis=1), (overlap * dy).sum(axis=1)], axis=1)
        places = places * 1.01 + push
