"""A mountain network of any size, made up: valley roads, trails and stairs between them, a few cableways.

Junctions stand on a jittered grid 400 m apart on a wavy surface; between two of them an edge is cut into short pieces,
as surveyed ways are. The same numbers give the same network.
"""

from __future__ import annotations

import math
import random

from geo.network import Edge, EdgeClass, Lift, Network, Node, Passage

SPACING_M = 400.0
PIECES = 5  # of an edge, on average: nodes where nothing meets
EVERY = 6  # every so many rows and columns of the grid one is a road
_WEST, _SOUTH = 110.40, 29.20
_LON_M, _LAT_M = 97_146.0, 110_850.0


def generated(nodes: int, seed: int = 1) -> Network:
    """A network of about so many nodes."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    side = max(4, round(math.sqrt(nodes / (1 + 1.24 * (PIECES - 1)))))
    return _Builder(side, chance).network()


class _Builder:
    def __init__(self, side: int, chance: random.Random) -> None:
        self._side, self._chance = side, chance
        self._nodes: list[Node] = []
        self._edges: list[Edge] = []
        self._junctions = [[self._junction(row, column) for column in range(side)] for row in range(side)]

    def network(self) -> Network:
        side = self._side
        for row in range(side):
            for column in range(side):
                here = self._junctions[row][column]
                if column + 1 < side:
                    self._way(here, self._junctions[row][column + 1], road=row % EVERY == 0)
                if row + 1 < side:
                    self._way(here, self._junctions[row + 1][column], road=column % EVERY == 0)
        for number in range(max(2, side // 8)):
            self._cableway(number)
        touched = {end for edge in self._edges for end in (edge.from_node, edge.to_node)}
        nodes = tuple(node for node in self._nodes if node.id in touched)
        return Network(code="generated", srid=4546, nodes=nodes, edges=tuple(self._edges))

    def _junction(self, row: int, column: int) -> Node:
        x = column * SPACING_M + self._chance.uniform(-120, 120)
        y = row * SPACING_M + self._chance.uniform(-120, 120)
        return self._node(x, y)

    def _node(self, x: float, y: float) -> Node:
        height_m = 800 + 250 * math.sin(x / 900) * math.cos(y / 1100) + 60 * math.sin(x / 170 + y / 230)
        node = Node(id=f"n{len(self._nodes)}", lon=_WEST + x / _LON_M, lat=_SOUTH + y / _LAT_M, elevation_m=height_m)
        self._nodes.append(node)
        return node

    def _way(self, start: Node, end: Node, *, road: bool) -> None:
        if not road and self._chance.random() > 0.55:
            return
        kinds = (EdgeClass.TRAIL, EdgeClass.PATH, EdgeClass.STAIRS, EdgeClass.FLAGSTONE)
        edge_class = EdgeClass.ROAD if road else self._chance.choice(kinds)
        one_way = Passage.FORWARD if road and self._chance.random() < 0.03 else None
        pieces = self._chance.randint(1, 2 * PIECES - 1)
        before = start
        for piece in range(1, pieces + 1):
            after = end if piece == pieces else self._between(start, end, piece / pieces)
            self._edge(before, after, edge_class, one_way)
            before = after

    def _between(self, start: Node, end: Node, share: float) -> Node:
        x, y = ((1 - share) * a + share * b for a, b in zip(_metres(start), _metres(end), strict=True))
        return self._node(x + self._chance.uniform(-15, 15), y + self._chance.uniform(-15, 15))

    def _edge(self, start: Node, end: Node, edge_class: EdgeClass, vehicle: Passage | None) -> None:
        climb_m = end.elevation_m - start.elevation_m
        self._edges.append(
            Edge(
                id=f"e{len(self._edges)}",
                from_node=start.id,
                to_node=end.id,
                edge_class=edge_class,
                length_m=math.hypot(_apart_m(start, end), climb_m),
                ascent_m=max(climb_m, 0.0),
                descent_m=max(-climb_m, 0.0),
                vehicle=vehicle,
            )
        )

    def _cableway(self, number: int) -> None:
        start, end = (self._chance.choice(self._chance.choice(self._junctions)) for _ in range(2))
        apart_m = _apart_m(start, end)
        if not 0 < apart_m < 4000:
            return
        self._edges.append(
            Edge(
                id=f"cableway{number}",
                from_node=start.id,
                to_node=end.id,
                edge_class=EdgeClass.CABLEWAY,
                length_m=apart_m,
                lift=Lift(ride_s=apart_m / 6, headway_s=20, access_s=30, exit_s=30, opens="07:30-18:00"),
            )
        )


def _metres(node: Node) -> tuple[float, float]:
    return (node.lon - _WEST) * _LON_M, (node.lat - _SOUTH) * _LAT_M


def _apart_m(start: Node, end: Node) -> float:
    (x0, y0), (x1, y1) = _metres(start), _metres(end)
    return math.hypot(x1 - x0, y1 - y0)
