"""Edges one behind the other are one stretch for the search, and nothing outside can tell."""

from dataclasses import replace
from itertools import pairwise
from math import inf

import pytest
from geo_networks import closing, edge, line_node, network, wulingyuan
from hypothesis import given, settings
from hypothesis import strategies as st
from test_geo_properties import Given, closings, crews, eta_s, in_force, networks, positions
from test_geo_properties import ask as answers
from test_geo_properties import at as snap_at
from test_geo_travel_time import BOARD_S, LEAVE_S, ask, at_node, driving, journey, modes, on_foot, point

from geo.along import Position
from geo.closure import ALL_OPEN, Closure, ClosureMode, Closures, Layer, together
from geo.graph import Graph, Tree, graph, seconds_of
from geo.journey import LIFT_MODES, Mode, Origin, Unreachable
from geo.network import Edge, EdgeClass, Network, Node
from geo.snap import Snap
from geo.speed import NORMAL
from geo.stretches import stretches_of

ROAD, FLAT = EdgeClass.ROAD, EdgeClass.FLAGSTONE


def cut(of: Network, pieces: list[int]) -> Network:
    """The same network, each edge but lifts cut into so many with nodes between."""
    nodes, edges = list(of.nodes), []
    for number, each in enumerate(of.edges):
        parts = 1 if each.lift else pieces[number % len(pieces)]
        tail, head = of.node(each.from_node), of.node(each.to_node)
        between = [
            Node(
                id=f"{each.id}~{part}",
                lon=tail.lon + part / parts * (head.lon - tail.lon),
                lat=tail.lat + part / parts * (head.lat - tail.lat),
                elevation_m=500.0,
            )
            for part in range(1, parts)
        ]
        nodes += between
        ends = [each.from_node, *(node.id for node in between), each.to_node]
        edges += [_piece(each, part, parts, *pair) for part, pair in enumerate(pairwise(ends))]
    return network(nodes, edges)


def _piece(of: Edge, part: int, parts: int, start: str, end: str) -> Edge:
    return replace(
        of,
        id=f"{of.id}/{part}",
        from_node=start,
        to_node=end,
        length_m=of.length_m / parts,
        ascent_m=of.ascent_m / parts,
        descent_m=of.descent_m / parts,
    )


def in_pieces(snap: Snap, of: Network, into: Network) -> Snap:
    whole = of.edge(snap.edge)
    parts = sum(each.id.startswith(f"{whole.id}/") for each in into.edges)
    share = snap.offset_m / whole.length_m
    part = min(int(share * parts), parts - 1)
    return replace(snap, edge=f"{whole.id}/{part}", offset_m=(share - part / parts) * whole.length_m)


def closures_in_pieces(closures: Closures, into: Network) -> Closures:
    return together(
        replace(one, edges=frozenset(each.id for each in into.edges if each.id.rpartition("/")[0] in one.edges))
        for one in closures
    )


cuts = st.lists(st.integers(1, 4), min_size=1, max_size=14)


@settings(deadline=None, max_examples=60)
@given(ways=networks(), where=positions, pieces=cuts, given_closures=closings)
def test_contraction_changes_no_travel_time(
    ways: Network, where: tuple[int, float], pieces: list[int], given_closures: list[Given]
) -> None:
    """A way in many pieces is as quick as in one, whoever goes, wherever to, and whatever is slow or one-way. (What is
    shut or has a gate is so at the middle of every piece, which for a place between is not the same.)"""
    closures = in_force(ways, [each for each in given_closures if each[0] in {ClosureMode.SLOW, ClosureMode.ONE_WAY}])
    to, into = snap_at(ways, *where), cut(ways, pieces)
    whole = ask_all(ways, crews(ways), to, closures)
    in_parts = ask_all(into, crews(ways), in_pieces(to, ways, into), closures_in_pieces(closures, into))
    assert in_parts == pytest.approx(whole, abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(ways=networks(), number=st.integers(0, 13), pieces=cuts, given_closures=closings)
def test_nor_does_it_where_ways_are_shut(
    ways: Network, number: int, pieces: list[int], given_closures: list[Given]
) -> None:
    """From node to node, with all pieces of a shut way shut."""
    closures = in_force(ways, [each for each in given_closures if each[0] is not ClosureMode.ON_REQUEST])
    to, into = snap_at(ways, number, 0.0), cut(ways, pieces)
    shut = closures.shut(Layer.FOOT) | closures.shut(Layer.VEHICLE)
    if to.edge in shut:
        return
    whole = ask_all(ways, crews(ways), to, closures)
    in_parts = ask_all(into, crews(ways), in_pieces(to, ways, into), closures_in_pieces(closures, into))
    assert in_parts == pytest.approx(whole, abs=1e-6)


def ask_all(ways: Network, origins: list[Origin], to: Snap, closures: Closures) -> list[float]:
    return [eta_s(answer) for answer in answers(ways, origins, to, closures)]


def road_of(count: int, edge_class: EdgeClass = ROAD) -> Network:
    """A road of so many kilometres, a node at each."""
    nodes = [line_node(chr(ord("A") + number), 1000.0 * number) for number in range(count + 1)]
    return network(nodes, [edge(a.id, b.id, edge_class, 1000) for a, b in pairwise(nodes)])


def test_the_demo_area_has_fewer_stretches_than_edges_and_a_straight_road_has_one() -> None:
    assert len(stretches_of(road_of(9)).starts) == 1
    assert stretches_of(road_of(9)).states == 4
    assert len(stretches_of(wulingyuan()).starts) < len(wulingyuan().edges)


def test_legs_name_the_edges_themselves() -> None:
    ways = road_of(3)
    (came,) = journey(ways, on_foot(at_node(ways, "A")), at_node(ways, "D")).legs
    assert came.edges == ("A-B-road", "B-C-road", "C-D-road")
    assert came.length_m == pytest.approx(3000)


def test_crew_and_patient_inside_one_stretch_go_straight_along_it() -> None:
    ways = road_of(4)
    there = journey(ways, on_foot(point(500)), point(3300))
    back = journey(ways, on_foot(point(3300)), point(500))
    assert there.travel_s == pytest.approx(back.travel_s)
    assert there.travel_s == pytest.approx(2800 / 2.5, rel=0.01)
    assert there.legs[0].edges == ("A-B-road", "B-C-road", "C-D-road", "D-E-road")
    assert back.legs[0].edges == there.legs[0].edges[::-1]


def test_a_vehicle_inside_a_stretch_is_walked_to_and_driven_on() -> None:
    ways = road_of(4)
    crew = Origin(id="unit", lon=point(200).lon, lat=point(200).lat, vehicle=point(1200))
    came = journey(ways, crew, point(3700))
    assert modes(came) == [Mode.WALK, Mode.BOARD, Mode.DRIVE, Mode.LEAVE]
    assert came.legs[0].time_s == pytest.approx(400, rel=0.01)
    assert came.travel_s == pytest.approx(400 + BOARD_S + came.legs[2].time_s + LEAVE_S, rel=0.01)


def test_an_edge_shut_inside_a_stretch_parts_it() -> None:
    ways = road_of(4)
    shut = closing("B-C-road")
    assert isinstance(ask(ways, on_foot(point(200)), point(3500), closures=shut), Unreachable)
    assert journey(ways, on_foot(point(200)), point(1400), closures=shut).closed == ("B-C-road",)
    assert isinstance(ask(ways, on_foot(point(200)), point(1600), closures=shut), Unreachable)
    assert journey(ways, on_foot(point(3500)), point(1600), closures=shut).travel_s == pytest.approx(760, rel=0.01)


def test_inside_a_stretch_too_the_crew_gets_out_where_vehicles_are_stopped() -> None:
    ways = road_of(4)
    came = journey(ways, driving(at_node(ways, "A")), point(3500), closures=closing("C-D-road", layer=Layer.VEHICLE))
    assert [(leg.mode, leg.end.node) for leg in came.legs] == [
        (Mode.DRIVE, "C"),
        (Mode.LEAVE, "C"),
        (Mode.WALK, None),
    ]


def test_a_gate_inside_a_stretch_is_waited_for_where_its_edge_begins() -> None:
    ways = road_of(3, FLAT)
    gate = together([Closure(edges=frozenset({"B-C-flagstone"}), mode=ClosureMode.ON_REQUEST, delay_s=90.0)])
    came = journey(ways, on_foot(at_node(ways, "A")), at_node(ways, "D"), closures=gate)
    assert [(leg.mode, leg.start.node, leg.time_s) for leg in came.legs] == [
        (Mode.WALK, "A", pytest.approx(400)),
        (Mode.WAIT, "B", 90.0),
        (Mode.WALK, "B", pytest.approx(800)),
    ]


def test_a_ring_with_one_way_in_is_gone_round_by_the_shorter_side() -> None:
    nodes = [line_node(name, east_m) for name, east_m in (("A", 0), ("B", 1000), ("C", 2000), ("D", 3000))]
    pairs = (("A", "B", 1000), ("B", "C", 1000), ("C", "D", 1000), ("D", "B", 3000))
    ways = network(nodes, [edge(start, end, FLAT, length_m) for start, end, length_m in pairs])
    assert len(stretches_of(ways).starts) == 2
    there = next(snap for snap in ways.snaps(*point(2500), within_m=50) if snap.edge == "C-D-flagstone")
    assert journey(ways, on_foot(at_node(ways, "A")), there).legs[0].edges == (  # type: ignore[arg-type]
        "A-B-flagstone",
        "B-C-flagstone",
        "C-D-flagstone",
    )


def test_a_ring_that_nothing_leads_to_is_a_network_too() -> None:
    nodes = [line_node("A", 0), line_node("B", 1000), replace(line_node("C", 500), lat=29.36)]
    ways = network(nodes, [edge("A", "B", FLAT, 1000), edge("B", "C", FLAT, 1300), edge("C", "A", FLAT, 1300)])
    assert journey(ways, on_foot(at_node(ways, "A")), at_node(ways, "C")).travel_s == pytest.approx(1300 / 2.5)


@settings(deadline=None, max_examples=150)
@given(
    ways=networks(), pieces=st.lists(st.integers(1, 4), min_size=1, max_size=5), given_closures=closings, late=st.data()
)
def test_what_closures_touch_is_reckoned_anew_as_if_all_were(
    ways: Network, pieces: list[int], given_closures: list[Given], late: st.DataObject
) -> None:
    ways = cut(ways, pieces)
    closures, lifts = in_force(ways, given_closures), sum(each.lift is not None for each in ways.edges)
    delay = st.sampled_from([0.0, 0.0, 120.0, inf])
    delays = tuple(late.draw(st.lists(delay, min_size=lifts, max_size=lifts)))
    numbers = range(0, len(ways.edges), 1 + len(ways.edges) // 12)
    others = [edge("N0", "N1", FLAT, 500.0, number=100 + number) for number in range(9 * len(ways.edges))]
    ways = replace(ways, edges=(*ways.edges, *others))  # so that what is touched is little of it
    whole, patched = Graph(ways, NORMAL, closures, delays), graph(ways, NORMAL, closures, delays)
    assert patched.all_open is not None or patched is graph(ways, NORMAL, ALL_OPEN, (0.0,) * lifts)
    waits_s = dict(zip((each.id for each in ways.edges if each.lift), delays, strict=True))
    places = [Position(number, share) for number in numbers for share in (0.0, 0.3)]
    starts = [(place, mode) for place in places for mode in (Mode.WALK, Mode.DRIVE)]
    outwards = [(compiled, compiled.outward(starts)) for compiled in (whole, patched)]
    for target in places[::2]:
        one, other = (compiled.tree(target, driving=True) for compiled in (whole, patched))
        for number, (start, mode) in enumerate(starts):
            by_ends_s = by_ends(one, start, mode, waits_s)
            assert by_ends(other, start, mode, waits_s) == pytest.approx(by_ends_s, abs=1e-6)
            straight_s = whole.straight_s(start, target, mode)
            assert patched.straight_s(start, target, mode) == pytest.approx(straight_s, abs=1e-6)
            for compiled, outward in outwards:
                ends = [
                    *compiled.ends(target, Mode.WALK, leaving=False),
                    *compiled.ends(target, Mode.DRIVE, leaving=False),
                ]
                onward_s = min((outward.seconds[number].item(end.state) + end.seconds for end in ends), default=inf)
                assert onward_s == pytest.approx(by_ends_s, abs=1e-6)


def by_ends(tree: Tree, start: Position, mode: Mode, waits_s: dict[str, float]) -> float:
    """The seconds by either end of its stretch from a position to that of a tree, which are those of the steps."""
    ends = tree.compiled.ends(start, mode, leaving=True)
    seconds, end = min(((end.seconds + tree.seconds.item(end.state), end) for end in ends), default=(inf, None))
    if end is not None and seconds < inf:
        steps = [*tree.compiled.leaving(start, mode, end), *tree.path(end.state)]
        waited_s = sum(waits_s[step.edges[0]] for step in steps if step.mode in LIFT_MODES)
        assert seconds_of(steps) + waited_s == pytest.approx(seconds, abs=1e-6)
    return seconds
