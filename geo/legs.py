"""The legs of a journey: steps of one mode joined, with the places at their ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from geo.graph import Graph, Step
from geo.journey import Leg, Mode, Stop
from geo.snap import Snap

END, AGAIN = -1, -2  # nodes of steps that end at the position asked about, or where they began
_JOINED = {Mode.DRIVE, Mode.WALK}  # two lifts in a row are two rides


def legs(graph: Graph, steps: Sequence[Step], stops: dict[int, Stop], start: Stop) -> tuple[Leg, ...]:
    """The legs of these steps. `stops` names the places that steps with a negative node end at."""
    made: list[Leg] = []
    for run in _runs(steps):
        node = run[-1].node
        end = start if node == AGAIN else stops[node] if node < 0 else stop_at_node(graph, node)
        made.append(_leg(graph, run, start, end))
        start = end
    return tuple(made)


def stop_at_node(graph: Graph, number: int) -> Stop:
    """The stop at a node of the network."""
    node = graph.network.nodes[number]
    return Stop(node=node.id, name_zh=node.name_zh, name_en=node.name_en, lon=node.lon, lat=node.lat)


def stop_at(graph: Graph, snap: Snap, name_zh: str, name_en: str) -> Stop:
    """The stop at a position: the node if one is near along the edge, else a point of these names."""
    node = graph.node_at(graph.position(snap))
    if node is not None:
        return stop_at_node(graph, node)
    return Stop(node=None, name_zh=name_zh, name_en=name_en, lon=snap.lon, lat=snap.lat)


def _runs(steps: Sequence[Step]) -> Iterator[list[Step]]:
    for mode, group in groupby(steps, key=lambda step: step.mode):
        run = list(group)
        yield from [run] if mode in _JOINED else ([step] for step in run)


def _leg(graph: Graph, run: list[Step], start: Stop, end: Stop) -> Leg:
    edges = [graph.network.edges[step.edge].id for step in run if step.edge >= 0]
    return Leg(
        mode=run[0].mode,
        start=start,
        end=end,
        length_m=sum(step.length_m for step in run),
        ascent_m=sum(step.ascent_m for step in run),
        descent_m=sum(step.descent_m for step in run),
        time_s=sum(step.time_s for step in run),
        edges=tuple(edge for edge, _ in groupby(edges)),
    )
