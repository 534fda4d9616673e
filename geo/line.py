"""The line of a leg on the map: its edges one after the other, cut where it begins and ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import shapely
from shapely.ops import substring

from geo.coordinates import LonLat
from geo.journey import Leg, Mode, Stop
from geo.network import Edge, Network

_STANDING = {Mode.WAIT, Mode.BOARD, Mode.LEAVE}  # nobody moves


def leg_line(network: Network, leg: Leg) -> tuple[LonLat, ...]:
    """The points a leg passes, from its start to its end, without repetition; empty for one that goes nowhere.

    Through pathless ground it is the straight line. Raises `KeyError` for a leg of another network.
    """
    if leg.mode in _STANDING:
        return ()
    edges = [network.edge(each) for each in leg.edges]
    points = list(_along(network, edges, leg)) if edges else [_point(leg.start), _point(leg.end)]
    distinct = [point for point, before in zip(points, [None, *points], strict=False) if point != before]
    return tuple(distinct) if len(distinct) > 1 else ()


def _along(network: Network, edges: Sequence[Edge], leg: Leg) -> Iterator[LonLat]:
    meetings = [_meeting(edge, onward) for edge, onward in pairwise(edges)]
    for number, edge in enumerate(edges):
        line = shapely.LineString(_points(network, edge))
        start = _at(line, leg.start) if number == 0 else _end(line, edge, meetings[number - 1])
        end = _at(line, leg.end) if number == len(edges) - 1 else _end(line, edge, meetings[number])
        yield from (LonLat(lon, lat) for lon, lat in substring(line, start, end).coords)


def _points(network: Network, edge: Edge) -> Sequence[LonLat]:
    if edge.line is not None:
        return edge.line
    ends = network.node(edge.from_node), network.node(edge.to_node)
    return [LonLat(node.lon, node.lat) for node in ends]


def _meeting(edge: Edge, onward: Edge) -> str:
    """The node where one edge goes over into the next."""
    return edge.to_node if edge.to_node in (onward.from_node, onward.to_node) else edge.from_node


def _at(line: shapely.LineString, stop: Stop) -> float:
    return float(line.project(shapely.Point(_point(stop))))


def _end(line: shapely.LineString, edge: Edge, node: str) -> float:
    return float(line.length) if node == edge.to_node else 0.0


def _point(stop: Stop) -> LonLat:
    return LonLat(stop.lon, stop.lat)
