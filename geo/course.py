"""The edges of a leg as they are passed: each with its line, and from which share of it to which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import shapely

from geo.coordinates import LonLat
from geo.journey import Leg, Stop
from geo.network import Edge, Network


class Course(NamedTuple):
    """One edge as a leg passes it. `start` and `end` are shares of its line from `from_node` on, 0 to 1: against the
    edge where `start` is the larger."""

    edge: Edge
    line: shapely.LineString
    start: float
    end: float

    @property
    def onward(self) -> bool:
        """Whether it is passed from `from_node` to `to_node`."""
        return self.start <= self.end

    @property
    def through(self) -> bool:
        """Whether its middle is passed, where a closure stands."""
        return (self.start < 0.5) != (self.end < 0.5)


def courses(network: Network, leg: Leg) -> Iterator[Course]:
    """The edges of a leg in the order in which they are passed. Raises `KeyError` for a leg of another network."""
    edges = [network.edge(each) for each in leg.edges]
    meetings = [_meeting(edge, onward) for edge, onward in pairwise(edges)]
    for number, edge in enumerate(edges):
        line = shapely.LineString(points(network, edge))
        start = _at(line, edge, leg.start) if number == 0 else _end(edge, meetings[number - 1])
        end = _at(line, edge, leg.end) if number == len(edges) - 1 else _end(edge, meetings[number])
        yield Course(edge, line, start, end)


def points(network: Network, edge: Edge) -> Sequence[LonLat]:
    """The points of an edge's line, or its two ends."""
    if edge.line is not None:
        return edge.line
    ends = network.node(edge.from_node), network.node(edge.to_node)
    return [LonLat(node.lon, node.lat) for node in ends]


def _meeting(edge: Edge, onward: Edge) -> str:
    """The node where one edge goes over into the next."""
    return edge.to_node if edge.to_node in (onward.from_node, onward.to_node) else edge.from_node


def _at(line: shapely.LineString, edge: Edge, stop: Stop) -> float:
    if stop.node is not None and stop.node in (edge.from_node, edge.to_node):
        return _end(edge, stop.node)
    return float(line.project(shapely.Point(stop.lon, stop.lat), normalized=True))


def _end(edge: Edge, node: str) -> float:
    return 1.0 if node == edge.to_node else 0.0
