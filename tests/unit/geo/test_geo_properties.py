"""What holds on every network: random ones, against a search written apart from the product's."""

import heapq
import itertools
import math
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from geo_networks import ALWAYS, at_node, edge, network, ring_node
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.closure import ALL_OPEN, Closure, ClosureMode, Closures, Layer, Passage, together
from geo.coordinates import metric
from geo.network import Edge, EdgeClass, Network
from geo.snap import Snap
from geo.speed import LIFT_CLASSES, NORMAL, path_s, road_s, walk_s
from geo.travel_time import Journey, Mode, Origin, Unreachable, travel_times

NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
Answers = tuple[Journey | Unreachable, ...]


passages = st.sampled_from([None, None, None, *Passage])
Given = tuple[ClosureMode, Layer, frozenset[int], Passage]


@st.composite
def networks(draw: st.DrawFn) -> Network:
    size = draw(st.integers(2, 7))
    nodes = [ring_node(number, size) for number in range(size)]
    x, y = metric(4546).metres(np.array([n.lon for n in nodes]), np.array([n.lat for n in nodes]))
    pairs = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda pair: pair[0] != pair[1])
    edges = []
    for number, (start, end) in enumerate(draw(st.lists(pairs, min_size=1, max_size=14))):
        of_class = draw(st.sampled_from(EdgeClass))
        chord_m = float(np.hypot(x[start] - x[end], y[start] - y[end]))
        edges.append(
            edge(
                nodes[start].id,
                nodes[end].id,
                of_class,
                chord_m * draw(st.sampled_from([1.0, 1.2, 2.0, 3.0])),
                number=number,
                ascent_m=draw(st.sampled_from([0.0, 50.0, 400.0])),
                descent_m=draw(st.sampled_from([0.0, 70.0])),
                lift=replace(ALWAYS, ride_s=draw(st.sampled_from([60.0, 600.0]))) if of_class in LIFT_CLASSES else None,
                vehicle=None if of_class in LIFT_CLASSES else draw(passages),
                foot=draw(passages),
            )
        )
    return network(nodes, edges)


def touched(ways: Network) -> list[str]:
    return sorted({end for each in ways.edges for end in (each.from_node, each.to_node)})


def crews(ways: Network) -> list[Origin]:
    """At every node that anything touches: one on foot, one that drives, one whose vehicle stands at the next node."""
    nodes = touched(ways)
    made = []
    for node, next_node in zip(nodes, nodes[1:] + nodes[:1], strict=True):
        lon, lat = at_node(ways, node)
        made += [
            Origin(id=f"{node} on foot", lon=lon, lat=lat),
            Origin(id=f"{node} driving", lon=lon, lat=lat, vehicle=at_node(ways, node), ready_after_s=30),
            Origin(id=f"{node} to {next_node}", lon=lon, lat=lat, vehicle=at_node(ways, next_node), ready_after_s=60),
        ]
    return made


def at(ways: Network, number: int, share: float) -> Snap:
    """A position on an edge, put there and not searched for."""
    chosen = ways.edges[number % len(ways.edges)]
    if chosen.lift:
        share = float(round(share))
    ends = ways.node(chosen.from_node), ways.node(chosen.to_node)
    return Snap(
        edge=chosen.id,
        offset_m=share * chosen.length_m,
        distance_m=0.0,
        lon=ends[0].lon + share * (ends[1].lon - ends[0].lon),
        lat=ends[0].lat + share * (ends[1].lat - ends[0].lat),
        elevation_m=500.0,
    )


def ask(ways: Network, origins: list[Origin], to: Snap, closures: Closures = ALL_OPEN) -> Answers:
    return travel_times(ways, origins, to, at=NOON, zone=ZONE, closures=closures)


def eta_s(answer: Journey | Unreachable) -> float:
    return answer.eta_s if isinstance(answer, Journey) else math.inf


closings: st.SearchStrategy[list[Given]] = st.lists(
    st.tuples(
        st.sampled_from(ClosureMode),
        st.sampled_from(Layer),
        st.frozensets(st.integers(0, 13), min_size=1, max_size=3),
        st.sampled_from([Passage.FORWARD, Passage.BACKWARD]),
    ),
    max_size=3,
)


def in_force(ways: Network, given: list[Given]) -> Closures:
    """These closures of the edges of these numbers."""
    closures = []
    for number, (mode, layer, edges, direction) in enumerate(given):
        closures.append(
            Closure(
                edges=frozenset(ways.edges[edge % len(ways.edges)].id for edge in edges),
                mode=mode,
                layer=layer,
                factor=1.5 + 3 * number if mode is ClosureMode.SLOW else None,
                direction=direction if mode is ClosureMode.ONE_WAY else None,
                delay_s=100.0 * number if mode is ClosureMode.ON_REQUEST else None,
            )
        )
    return together(closures)


positions = st.tuples(st.integers(0, 13), st.sampled_from([0.0, 0.1, 0.5, 0.77, 1.0]))
inside = st.tuples(st.integers(0, 13), st.sampled_from([0.1, 0.5, 0.77]))


@settings(deadline=None, max_examples=25)
@given(ways=networks(), where=positions, longer=st.integers(0, 13), factor=st.sampled_from([1.01, 2.0, 10.0]))
def test_a_longer_way_is_never_faster(ways: Network, where: tuple[int, float], longer: int, factor: float) -> None:
    chosen = ways.edges[longer % len(ways.edges)]
    to = at(ways, *where)
    stretched = replace(chosen, length_m=chosen.length_m * factor)
    edges = [stretched if each.id == chosen.id else each for each in ways.edges]
    other_to = replace(to, offset_m=to.offset_m * factor) if to.edge == chosen.id else to
    before = ask(ways, crews(ways), to)
    after = ask(network(list(ways.nodes), edges), crews(ways), other_to)
    for one, other in zip(before, after, strict=True):
        assert eta_s(other) >= eta_s(one) - 1e-6


@settings(deadline=None, max_examples=50)
@given(ways=networks(), where=positions, given_before=closings, closing=closings)
def test_closing_edges_never_shortens_a_time(
    ways: Network, where: tuple[int, float], given_before: list[Given], closing: list[Given]
) -> None:
    """Shut, slow and one-way; what is opened on request is there before and after."""
    to = at(ways, *where)
    opened = [each for each in given_before if each[0] is ClosureMode.ON_REQUEST]
    slows = [each for each in closing if each[0] is not ClosureMode.ON_REQUEST]
    before, after = in_force(ways, opened), in_force(ways, opened + slows)
    for one, other in zip(ask(ways, crews(ways), to, before), ask(ways, crews(ways), to, after), strict=True):
        assert eta_s(other) >= eta_s(one) - 1e-6
        if isinstance(other, Journey):
            driven = {edge for leg in other.legs for edge in leg.edges if leg.mode is Mode.DRIVE}
            walked = {edge for leg in other.legs for edge in leg.edges if leg.mode is not Mode.DRIVE}
            entered = (driven & after.shut(Layer.VEHICLE)) | (walked & after.shut(Layer.FOOT))
            assert set(other.closed) == entered
            assert entered <= {to.edge}  # crews stand at nodes here: only the patient's own edge may be entered


@settings(deadline=None, max_examples=30)
@given(ways=networks(), where=positions, data=st.data())
def test_the_order_of_units_does_not_matter(ways: Network, where: tuple[int, float], data: st.DataObject) -> None:
    origins = crews(ways)
    shuffled = data.draw(st.permutations(origins))
    to = at(ways, *where)
    assert {answer.origin: answer for answer in ask(ways, shuffled, to)} == {
        answer.origin: answer for answer in ask(ways, origins, to)
    }
    assert [answer.origin for answer in ask(ways, shuffled, to)] == [origin.id for origin in shuffled]


@settings(deadline=None, max_examples=25)
@given(ways=networks(), where=positions)
def test_the_legs_add_up_join_and_only_ever_leave_the_vehicle_once(ways: Network, where: tuple[int, float]) -> None:
    for answer, origin in zip(ask(ways, crews(ways), at(ways, *where)), crews(ways), strict=True):
        if isinstance(answer, Unreachable):
            continue
        assert sum(leg.time_s for leg in answer.legs) == pytest.approx(answer.travel_s)
        assert answer.eta_s == origin.ready_after_s + answer.travel_s
        assert all(before.end == after.start for before, after in itertools.pairwise(answer.legs))
        assert sum(leg.mode is Mode.DRIVE for leg in answer.legs) <= 1
        assert all(leg.time_s > 0 for leg in answer.legs)


@settings(deadline=None, max_examples=60)
@given(ways=networks(), number=st.integers(0, 6), given_closures=closings)
def test_every_time_is_that_of_a_search_written_apart(ways: Network, number: int, given_closures: list[Given]) -> None:
    closures = in_force(ways, given_closures)
    target = touched(ways)[number % len(touched(ways))]
    to = next(at(ways, n, share) for n, e in enumerate(ways.edges) for share in (0.0, 1.0) if _end(e, share) == target)
    for answer, origin in zip(ask(ways, crews(ways), to, closures), crews(ways), strict=True):
        expected = _searched(ways, closures, origin, target, to.edge)
        assert eta_s(answer) == pytest.approx(expected + origin.ready_after_s, abs=1e-6)


@settings(deadline=None, max_examples=25)
@given(ways=networks(), where=inside)
def test_a_position_in_mid_edge_is_timed_as_if_a_node_stood_there(ways: Network, where: tuple[int, float]) -> None:
    to = at(ways, *where)
    cut = ways.edge(to.edge)
    assume(not cut.lift and 0 < to.offset_m < cut.length_m)
    share = to.offset_m / cut.length_m
    middle = replace(ways.nodes[0], id="MIDDLE", lon=to.lon, lat=to.lat)
    first = _part(cut, "/first", cut.from_node, "MIDDLE", share)
    second = _part(cut, "/second", "MIDDLE", cut.to_node, 1 - share)
    edges = [each for each in ways.edges if each.id != cut.id] + [first, second]
    split = network([*ways.nodes, middle], edges)
    on_node = replace(to, edge=first.id, offset_m=first.length_m)
    for one, other in zip(ask(ways, crews(ways), to), ask(split, crews(ways), on_node), strict=True):
        # A path's slope is that of the whole edge, and a part has the same: all classes split evenly.
        assert eta_s(one) == pytest.approx(eta_s(other), rel=1e-6)


def _part(of: Edge, suffix: str, start: str, end: str, share: float) -> Edge:
    return replace(
        of,
        id=of.id + suffix,
        from_node=start,
        to_node=end,
        length_m=of.length_m * share,
        ascent_m=of.ascent_m * share,
        descent_m=of.descent_m * share,
    )


def _end(of: Edge, share: float) -> str:
    return of.from_node if share == 0 else of.to_node


# The search written apart: forward, node by node, with a heap


def _searched(ways: Network, closures: Closures, origin: Origin, target: str, target_edge: str) -> float:
    here = next(node.id for node in ways.nodes if (node.lon, node.lat) == (origin.lon, origin.lat))
    foot_arcs = _arcs(ways, closures, Layer.FOOT)
    foot_from_here = _times(foot_arcs, here)
    best = foot_from_here.get(target, math.inf)
    if origin.vehicle is None:
        return best
    stands = next(node.id for node in ways.nodes if (node.lon, node.lat) == origin.vehicle)
    to_vehicle = 0.0 if stands == here else foot_from_here.get(stands, math.inf) + NORMAL.board_vehicle_s.value
    roads = [each for each in ways.edges if each.driven is not Passage.NONE]
    if stands not in {end for each in roads for end in (each.from_node, each.to_node)}:
        return best
    leaves_at = {node.id for node in ways.nodes if _may_leave(ways, closures, node.id)}
    if _could_be_driven(ways.edge(target_edge)):
        leaves_at.add(target)
    for node, driven_s in _times(_arcs(ways, closures, Layer.VEHICLE), stands).items():
        if node in leaves_at:
            walked_s = _times(foot_arcs, node).get(target, math.inf)
            best = min(best, to_vehicle + driven_s + NORMAL.leave_vehicle_s.value + walked_s)
    return best


def _may_leave(ways: Network, closures: Closures, node: str) -> bool:
    """By one edge comes a vehicle, by another one goes on where no vehicle may; or a closure stops or slows it."""
    ends = [(number, each, end == each.from_node) for number, each in enumerate(ways.edges) for end in _ends_at(each)]
    ends = [(number, each, at_tail) for number, each, at_tail in ends if _end(each, 0.0 if at_tail else 1.0) == node]
    comes = [
        (number, at_tail) for number, each, at_tail in ends if (each.driven.back if at_tail else each.driven.onward)
    ]
    goes = [
        (number, at_tail)
        for number, each, at_tail in ends
        if (each.walked.onward and not each.driven.onward if at_tail else each.walked.back and not each.driven.back)
    ]
    if any(one != other for one in comes for other in goes):
        return True
    for _, each, at_tail in ends:
        closed = [one for one in closures if each.id in one.edges and one.layer.covers(Layer.VEHICLE)]
        if closed and _could_be_driven(each):
            if each.driven is Passage.NONE and any(one.mode is ClosureMode.ON_REQUEST for one in closed):
                return True
            driving, walking = (_edge_s(each, closures, layer) for layer in (Layer.VEHICLE, Layer.FOOT))
            if driving[0 if at_tail else 1] + driving[2] > walking[0 if at_tail else 1] + walking[2]:
                return True
    return False


def _ends_at(of: Edge) -> tuple[str, str]:
    return of.from_node, of.to_node


def _could_be_driven(each: Edge) -> bool:
    return each.edge_class is EdgeClass.ROAD or each.driven is not Passage.NONE


def _edge_s(each: Edge, closures: Closures, layer: Layer) -> tuple[float, float, float]:
    """Forward, backward, and what stands in its middle."""
    mine = [one for one in closures if each.id in one.edges and one.layer.covers(layer)]
    delays = [one.delay_s for one in mine if one.delay_s is not None]
    passage = each.walked if layer is Layer.FOOT else each.driven
    may = [passage.onward, passage.back]
    if delays and passage is Passage.NONE:
        may = [True, True]
    up, down = np.array([each.ascent_m]), np.array([each.descent_m])
    on_foot = path_s if each.edge_class == "path" else walk_s
    seconds = []
    for ascent, descent in ((up, down), (down, up)):
        if layer is Layer.VEHICLE:
            free_mps = None if each.edge_class is EdgeClass.ROAD else 10 / 3.6
            driven_s = float(road_s(NORMAL, np.array([each.length_m]), ascent, descent, free_mps=free_mps)[0])
            seconds.append(driven_s if _could_be_driven(each) else math.inf)
        elif each.lift:
            seconds.append(each.lift.access_s + each.lift.headway_s / 2 + each.lift.ride_s + each.lift.exit_s)
        else:
            seconds.append(float(on_foot(NORMAL, np.array([each.length_m]), ascent, descent)[0]))
    for one in mine:
        if one.direction is not None:
            may[1 if one.direction is Passage.FORWARD else 0] = False
        if one.factor is not None:
            seconds = [each_s * one.factor for each_s in seconds]
    forward, backward = (each_s if way else math.inf for each_s, way in zip(seconds, may, strict=True))
    return forward, backward, math.inf if any(one.mode is ClosureMode.SHUT for one in mine) else max(delays, default=0)


def _arcs(ways: Network, closures: Closures, layer: Layer) -> list[tuple[str, str, float]]:
    arcs = []
    for each in ways.edges:
        forward, backward, middle = _edge_s(each, closures, layer)
        arcs += [(each.from_node, each.to_node, forward + middle), (each.to_node, each.from_node, backward + middle)]
    return [arc for arc in arcs if arc[2] < math.inf]


def _times(arcs: list[tuple[str, str, float]], start: str) -> dict[str, float]:
    times: dict[str, float] = {}
    heap = [(0.0, start)]
    while heap:
        time, node = heapq.heappop(heap)
        if node in times:
            continue
        times[node] = time
        for tail, head, seconds in arcs:
            if tail == node and head not in times:
                heapq.heappush(heap, (time + seconds, head))
    return times
