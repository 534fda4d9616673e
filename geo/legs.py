"""The legs of a journey: steps of one mode joined, with the places at their ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby

from geo.graph import AGAIN, Step
from geo.journey import Leg, Mode, Stop
from geo.network import Network
from geo.snap import Snap

END = -1  # the node of a step that ends at the position asked about
JUNCTION_M = 20.0  # so near the end of an edge one is at its node: a leg names it
_JOINED = {Mode.DRIVE, Mode.WALK}  # two lifts in a row are two rides


def legs(network: Network, steps: Sequence[Step], stops: Mapping[int, Stop], start: Stop) -> tuple[Leg, ...]:
    """The legs of these steps. `stops` names the places that steps with a negative node end at."""
    made: list[Leg] = []
    for run in _runs(steps):
        node = run[-1].node
        end = start if node == AGAIN else stops[node] if node < 0 else stop_at_node(network, node)
        made.append(_leg(run, start, end))
        start = end
    return tuple(made)


def parted(before: Step, after: Step) -> bool:
    """Whether a step begins another leg than the one before it."""
    return before.mode is not after.mode or before.mode not in _JOINED


def stop_at_node(network: Network, number: int) -> Stop:
    """The stop at the node of that number."""
    known = _node_stops(network)
    stop = known.get(number)
    if stop is None:
        node = network.nodes[number]
        stop = Stop(node=node.id, name_zh=node.name_zh, name_en=node.name_en, lon=node.lon, lat=node.lat)
        known[number] = stop
    return stop


@lru_cache(maxsize=16)
def _node_stops(network: Network) -> dict[int, Stop]:
    return {}


def stop_at(network: Network, snap: Snap, name_zh: str, name_en: str) -> Stop:
    """The stop at a position: the node if one is near along the edge, else a point of these names."""
    edge = network.edge(snap.edge)
    to_end_m = edge.length_m - snap.offset_m
    if min(snap.offset_m, to_end_m) <= JUNCTION_M:
        return stop_at_node(network, network.node_index[edge.from_node if snap.offset_m <= to_end_m else edge.to_node])
    return Stop(node=None, name_zh=name_zh, name_en=name_en, lon=snap.lon, lat=snap.lat)


def _runs(steps: Sequence[Step]) -> Iterator[list[Step]]:
    run: list[Step] = []
    for step in steps:
        if run and parted(run[-1], step):
            yield run
            run = []
        run.append(step)
    if run:
        yield run


def _leg(run: list[Step], start: Stop, end: Stop) -> Leg:
    first = run[0]
    if len(run) == 1:
        _, edges, _, length_m, ascent_m, descent_m, time_s = first
    else:
        edges = tuple(edge for edge, _ in groupby(edge for step in run for edge in step.edges))
        length_m = ascent_m = descent_m = time_s = 0.0
        for step in run:
            length_m += step.length_m
            ascent_m += step.ascent_m
            descent_m += step.descent_m
            time_s += step.time_s
    return Leg(
        mode=first.mode,
        start=start,
        end=end,
        length_m=length_m,
        ascent_m=ascent_m,
        descent_m=descent_m,
        time_s=time_s,
        edges=edges,
    )
