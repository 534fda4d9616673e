"""The ways of an area: nodes, edges and lifts, as one immutable value with a version made from its content."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.coordinates import LonLat
from geo.passage import Passage
from geo.snap import OffTheMap, Snap, SnapIndex
from geo.speed import LIFT_CLASSES, EdgeClass

__all__ = [
    "BrokenNetwork",
    "Edge",
    "EdgeClass",
    "Islands",
    "Lift",
    "Network",
    "Node",
    "OffTheMap",
    "Passage",
    "Snap",
    "islands",
]


class BrokenNetwork(ValueError):
    """The nodes and edges do not make a network; the message names the edge or node and the fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A place or junction: where edges meet. WGS-84 degrees, metres above sea level. Ids are strings and stay."""

    id: str
    lon: float
    lat: float
    elevation_m: float
    name_zh: str = ""
    name_en: str = ""
    source: str = ""
    confidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """How a cableway, lift or rail runs, both ways alike.

    `opens` is in OSM's opening_hours grammar, read in the area's time zone. Outside it the lift does not run; if
    `on_request`, it is started for a rescue and costs `request_delay_s` more, counted from reaching it.
    """

    ride_s: float
    headway_s: float
    access_s: float
    exit_s: float
    opens: str
    on_request: bool = False
    request_delay_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A way between two nodes.

    `length_m` is measured along the ground (not taken from `line`); `ascent_m` and `descent_m` are the heights gained
    and lost from `from_node` to `to_node`, both >= 0. `line` runs the same way; None is the straight line. The id is
    stable (`SLI-SLE-rail`, `osm:way/12:4-9`): closures name it. Several edges may join the same two nodes.

    `vehicle` and `foot` say which way each may pass, None as the class has it: both ways on foot, and in a vehicle on
    a road. What is known beyond the class is kept for the speeds: `max_speed_kmh`; `kind` and `surface` in the words
    of OSM's `highway=*` and `surface=*`; `steps`, their number.
    """

    id: str
    from_node: str
    to_node: str
    edge_class: EdgeClass
    length_m: float
    ascent_m: float = 0.0
    descent_m: float = 0.0
    line: tuple[LonLat, ...] | None = None
    lift: Lift | None = None
    name_zh: str = ""
    name_en: str = ""
    source: str = ""
    confidence: str = ""
    vehicle: Passage | None = None
    foot: Passage | None = None
    max_speed_kmh: float | None = None
    kind: str = ""
    surface: str = ""
    steps: int | None = None

    @property
    def driven(self) -> Passage:
        """Which way vehicles may pass."""
        if self.vehicle is not None:
            return self.vehicle
        return Passage.BOTH if self.edge_class == EdgeClass.ROAD else Passage.NONE

    @property
    def walked(self) -> Passage:
        """Which way people may pass on foot, or ride a lift."""
        return Passage.BOTH if self.foot is None else self.foot


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """All ways of an area. Raises `BrokenNetwork` when a reference, a length or a lift does not fit.

    Load it once and keep it: compiled graphs are cached per object.
    """

    code: str
    srid: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def __post_init__(self) -> None:
        _check(self)

    @cached_property
    def version(self) -> str:
        """A hash of the content: the same nodes, edges and SRID give the same version whatever their order."""
        nodes = sorted(self.nodes, key=lambda node: node.id)
        edges = sorted(self.edges, key=lambda edge: edge.id)
        return hashlib.sha256(msgspec.json.encode((self.srid, nodes, edges))).hexdigest()[:16]

    @cached_property
    def node_index(self) -> dict[str, int]:
        """Position of each node in `nodes`, by id."""
        return {node.id: number for number, node in enumerate(self.nodes)}

    @cached_property
    def edge_index(self) -> dict[str, int]:
        """Position of each edge in `edges`, by id."""
        return {edge.id: number for number, edge in enumerate(self.edges)}

    @cached_property
    def snap_index(self) -> SnapIndex:
        """The search tree behind `snap`, built at first use."""
        return SnapIndex(self)

    def snap(self, lon: float, lat: float) -> Snap:
        """The nearest point of the network that people can stand on, however far. Raises `OffTheMap`."""
        snap = self.snap_index.nearest_one(lon, lat)
        if snap is None:
            raise OffTheMap(f"{lon}, {lat} has no place on the map of {self.code}")
        return snap

    def snaps(self, lon: float, lat: float, within_m: float) -> tuple[Snap, ...]:
        """The nearest such point of every edge within that distance, nearest first: a cliff has a top and a foot."""
        return self.snap_index.within(lon, lat, within_m)

    def edge(self, edge_id: str) -> Edge:
        """The edge of that id. Raises `KeyError`."""
        return self.edges[self.edge_index[edge_id]]

    def node(self, node_id: str) -> Node:
        """The node of that id. Raises `KeyError`."""
        return self.nodes[self.node_index[node_id]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Islands:
    """The pieces a network falls into, as sets of node ids, largest first."""

    roads: tuple[frozenset[str], ...]  # joined by roads alone: a vehicle stays in its own
    parts: tuple[frozenset[str], ...]  # joined by anything, lifts included


def islands(network: Network) -> Islands:
    """The road islands and the disconnected parts. More than one part means somebody cannot be reached at all."""
    roads = [edge for edge in network.edges if edge.driven is not Passage.NONE]
    on_roads = {end for edge in roads for end in (edge.from_node, edge.to_node)}
    return Islands(
        roads=tuple(part for part in _components(network, roads) if part & on_roads),
        parts=_components(network, network.edges),
    )


def _components(network: Network, edges: Sequence[Edge]) -> tuple[frozenset[str], ...]:
    index, size = network.node_index, len(network.nodes)
    tails = [index[edge.from_node] for edge in edges]
    heads = [index[edge.to_node] for edge in edges]
    joined = coo_array((np.ones(len(edges)), (tails, heads)), shape=(size, size)).tocsr()
    _, labels = connected_components(joined, directed=False)
    parts: dict[int, set[str]] = {}
    for node, label in zip(network.nodes, labels.tolist(), strict=True):
        parts.setdefault(label, set()).add(node.id)
    return tuple(sorted((frozenset(part) for part in parts.values()), key=lambda part: (-len(part), min(part))))


def _check(network: Network) -> None:
    if len(network.node_index) != len(network.nodes):
        raise BrokenNetwork(f"network {network.code}: {_first_twin([n.id for n in network.nodes])} is there twice")
    if len(network.edge_index) != len(network.edges):
        raise BrokenNetwork(f"network {network.code}: {_first_twin([e.id for e in network.edges])} is there twice")
    for edge in network.edges:
        fault = _edge_fault(edge, network)
        if fault:
            raise BrokenNetwork(f"network {network.code}: edge {edge.id} {fault}")


def _edge_fault(edge: Edge, network: Network) -> str:
    for end in (edge.from_node, edge.to_node):
        if end not in network.node_index:
            return f"ends at {end}, which is not a node"
    numbers = (edge.length_m, edge.ascent_m, edge.descent_m)
    if not all(np.isfinite(number) and number >= 0 for number in numbers):
        return f"has a length or height that is no number >= 0: {numbers}"
    if edge.line is not None and len(edge.line) < 2:
        return "has a line of fewer than two points"
    if (edge.edge_class in LIFT_CLASSES) != (edge.lift is not None):
        return f"of class {edge.edge_class} must{'' if edge.lift is None else ' not'} say how its lift runs"
    return _passage_fault(edge)


def _passage_fault(edge: Edge) -> str:
    if edge.lift is not None and edge.driven is not Passage.NONE:
        return "is a lift and lets vehicles pass"
    if edge.max_speed_kmh is not None and not (np.isfinite(edge.max_speed_kmh) and edge.max_speed_kmh > 0):
        return f"has a speed that is no number > 0: {edge.max_speed_kmh}"
    if edge.steps is not None and edge.steps < 0:
        return f"has {edge.steps} steps"
    return ""


def _first_twin(ids: list[str]) -> str:
    return next(each for number, each in enumerate(ids) if each in ids[:number])
