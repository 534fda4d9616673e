"""Closures: what each mode does to a journey on either layer, and how several are one value."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from geo_networks import ALWAYS, at_node, closing, edge, line_node, network
from test_geo_travel_time import BOARD_S, FLAT, LEAVE_S, ROAD, ask, driving, journey, modes, on_foot, point, straight

from geo.closure import ALL_OPEN, BadClosure, Closure, ClosureMode, Closures, Layer, Passage, together
from geo.conditions import ICE
from geo.journey import Mode, Origin, Reason, Unreachable
from geo.network import BrokenNetwork, EdgeClass, Network
from geo.speed import NORMAL

NIGHT = datetime(2026, 5, 1, 18, 0, tzinfo=UTC)  # 02:00 there


def closed(edges: str, mode: ClosureMode, **more: Any) -> Closures:
    return together([Closure(edges=frozenset({edges}), mode=mode, **more)])


def test_where_vehicles_are_stopped_and_walkers_are_not_the_crew_gets_out_and_walks_on() -> None:
    ways = straight((ROAD, 1500), (ROAD, 1000), (ROAD, 1500))
    shut = closing("B-C-road", layer=Layer.VEHICLE)
    came = journey(ways, driving(at_node(ways, "A")), at_node(ways, "D"), closures=shut)
    assert [(leg.mode, leg.end.node) for leg in came.legs] == [(Mode.DRIVE, "B"), (Mode.LEAVE, "B"), (Mode.WALK, "D")]
    assert came.travel_s == pytest.approx(200 + LEAVE_S + 400 + 600)
    assert came.closed == ()


def test_a_road_shut_to_walkers_is_still_driven() -> None:
    ways = straight((ROAD, 1500), (FLAT, 1000))
    shut = closing("A-B-road", layer=Layer.FOOT)
    assert modes(journey(ways, driving(at_node(ways, "A")), at_node(ways, "C"), closures=shut))[0] is Mode.DRIVE
    answer = ask(ways, on_foot(at_node(ways, "A")), at_node(ways, "C"), closures=shut)
    assert answer == Unreachable(origin="unit", reason=Reason.NO_WAY)


def test_slow_multiplies_the_time_on_its_layer_alone_and_two_such_closures_multiply() -> None:
    ways = straight((ROAD, 1500), (FLAT, 1000))
    slow = together(
        [
            Closure(edges=frozenset({"A-B-road", "B-C-flagstone"}), mode=ClosureMode.SLOW, factor=2.0),
            Closure(edges=frozenset({"A-B-road"}), mode=ClosureMode.SLOW, factor=1.5, layer=Layer.VEHICLE),
        ]
    )
    came = journey(ways, driving(at_node(ways, "A")), at_node(ways, "C"), closures=slow)
    assert [leg.time_s for leg in came.legs] == [pytest.approx(600), LEAVE_S, pytest.approx(800)]


def test_a_road_made_so_slow_that_walking_is_quicker_is_walked() -> None:
    ways = straight((ROAD, 1500), (ROAD, 1500), (ROAD, 1500))
    slow = closed("B-C-road", ClosureMode.SLOW, factor=100.0, layer=Layer.VEHICLE)
    came = journey(ways, driving(at_node(ways, "A")), at_node(ways, "D"), closures=slow)
    assert modes(came) == [Mode.DRIVE, Mode.LEAVE, Mode.WALK]


def test_a_one_way_is_passed_in_its_direction_alone() -> None:
    ways = straight((ROAD, 1500))
    onward = closed("A-B-road", ClosureMode.ONE_WAY, direction=Passage.FORWARD, layer=Layer.VEHICLE)
    a, b = at_node(ways, "A"), at_node(ways, "B")
    assert modes(journey(ways, driving(a), b, closures=onward)) == [Mode.DRIVE, Mode.LEAVE]
    assert modes(journey(ways, driving(b), a, closures=onward)) == [Mode.WALK]
    assert modes(journey(ways, driving(point(750)), a, closures=onward)) == [Mode.WALK]


def test_two_one_ways_against_each_other_leave_no_way() -> None:
    ways = straight((FLAT, 1000))
    both = together(
        Closure(edges=frozenset({"A-B-flagstone"}), mode=ClosureMode.ONE_WAY, direction=direction)
        for direction in (Passage.FORWARD, Passage.BACKWARD)
    )
    assert isinstance(ask(ways, on_foot(at_node(ways, "A")), at_node(ways, "B"), closures=both), Unreachable)


def test_a_gate_opened_on_request_costs_its_delay_once_and_only_to_who_passes_it() -> None:
    ways = straight((ROAD, 1500))
    gate = closed("A-B-road", ClosureMode.ON_REQUEST, delay_s=60.0)
    came = journey(ways, driving(at_node(ways, "A")), at_node(ways, "B"), closures=gate)
    assert [(leg.mode, leg.time_s) for leg in came.legs] == [
        (Mode.WAIT, 60.0),
        (Mode.DRIVE, pytest.approx(200)),
        (Mode.LEAVE, LEAVE_S),
    ]
    this_side = journey(ways, driving(at_node(ways, "A")), point(400), closures=gate)
    assert this_side.travel_s == pytest.approx(80 + LEAVE_S, rel=0.01)


def test_a_road_that_the_network_bars_to_vehicles_is_opened_on_request_and_stairs_are_not() -> None:
    barred = straight((ROAD, 1500), (FLAT, 500))
    ways = network(
        list(barred.nodes), [replace(each, vehicle=Passage.NONE) for each in barred.edges[:1]] + [barred.edges[1]]
    )
    drive = network(
        [*ways.nodes, line_node("Z", -1000)],
        [*ways.edges, edge("Z", "A", ROAD, 1000)],
    )
    crew = driving(at_node(drive, "Z"))
    assert modes(journey(drive, crew, at_node(drive, "B"))) == [Mode.DRIVE, Mode.LEAVE, Mode.WALK]
    gates = together(
        Closure(edges=frozenset({each}), mode=ClosureMode.ON_REQUEST, delay_s=30.0)
        for each in ("A-B-road", "B-C-flagstone")
    )
    opened = journey(drive, crew, at_node(drive, "C"), closures=gates)
    assert modes(opened) == [Mode.DRIVE, Mode.WAIT, Mode.DRIVE, Mode.LEAVE, Mode.WAIT, Mode.WALK]


def test_what_the_conditions_close_is_shut_and_a_vehicle_that_stays_is_left() -> None:
    ways = straight((ROAD, 1500), (EdgeClass.CABLEWAY, 1000), lift=ALWAYS)
    icy = NORMAL.under(ICE)
    answer = ask(ways, driving(at_node(ways, "A")), at_node(ways, "C"), profile=icy)
    assert answer == Unreachable(origin="unit", reason=Reason.NO_WAY)
    assert modes(journey(ways, driving(at_node(ways, "A")), at_node(ways, "B"), profile=icy)) == [Mode.WALK]


def test_shut_counts_whatever_else_there_is() -> None:
    ways = straight((FLAT, 1000))
    both = together([*closing("A-B-flagstone"), *closed("A-B-flagstone", ClosureMode.ON_REQUEST, delay_s=5.0)])
    assert isinstance(ask(ways, on_foot(at_node(ways, "A")), at_node(ways, "B"), closures=both), Unreachable)
    assert both.on_request(Layer.FOOT) == {}


def test_closures_of_edges_that_are_not_there_change_nothing() -> None:
    ways = straight((ROAD, 1000))
    assert journey(ways, driving(at_node(ways, "A")), at_node(ways, "B"), closures=closing("elsewhere")).travel_s > 0


# One-ways and access of the network itself


def one_way_ring() -> Network:
    """A to B one-way along the straight kilometre, back by a road of three."""
    nodes = [line_node("A", 0), line_node("B", 1000)]
    return network(
        nodes,
        [
            replace(edge("A", "B", ROAD, 1000), vehicle=Passage.FORWARD),
            replace(edge("A", "B", ROAD, 3000, number="back"), vehicle=Passage.BACKWARD),
        ],
    )


def test_vehicles_keep_to_a_one_way_and_walkers_do_not() -> None:
    ways = one_way_ring()
    a, b = at_node(ways, "A"), at_node(ways, "B")
    assert journey(ways, driving(a), b).legs[0].edges == ("A-B-road",)
    assert modes(journey(ways, on_foot(b), a)) == [Mode.WALK]
    assert journey(ways, on_foot(b), a).travel_s == pytest.approx(400)


def test_who_drives_against_a_one_way_may_get_out_and_walk() -> None:
    """A crew that comes from the right reaches the middle of the one-way on foot, not by the loop of three km."""
    ring = one_way_ring()
    ways = network([*ring.nodes, line_node("C", 4000)], [*ring.edges, edge("B", "C", ROAD, 3000)])
    middle = next(snap for snap in ways.snaps(*point(700), within_m=5) if snap.edge == "A-B-road")
    came = journey(ways, driving(at_node(ways, "C")), middle)  # type: ignore[arg-type]
    assert modes(came) == [Mode.DRIVE, Mode.LEAVE, Mode.WALK]
    assert came.legs[0].end.node == "B"


def test_a_trail_that_lets_vehicles_pass_is_driven_and_a_road_that_does_not_is_walked() -> None:
    open_ = straight((ROAD, 1500), (FLAT, 1500))
    ways = network(
        list(open_.nodes),
        [
            replace(open_.edges[0], vehicle=Passage.NONE),
            replace(open_.edges[1], vehicle=Passage.BOTH),
        ],
    )
    crew = Origin(id="unit", lon=at_node(ways, "A").lon, lat=at_node(ways, "A").lat, vehicle=at_node(ways, "B"))
    came = journey(ways, crew, at_node(ways, "C"))
    assert modes(came) == [Mode.WALK, Mode.BOARD, Mode.DRIVE, Mode.LEAVE]
    assert came.travel_s == pytest.approx(600 + BOARD_S + 540 + LEAVE_S)  # 10 km/h


def test_a_way_barred_to_walkers_is_no_way_for_them() -> None:
    ways = straight((ROAD, 1500))
    tunnel = network(list(ways.nodes), [replace(ways.edges[0], foot=Passage.NONE)])
    assert isinstance(ask(tunnel, on_foot(at_node(ways, "A")), at_node(ways, "B")), Unreachable)
    assert modes(journey(tunnel, driving(at_node(ways, "A")), point(700))) == [Mode.DRIVE, Mode.LEAVE]


@pytest.mark.parametrize(
    ("wrong", "said"), [({"max_speed_kmh": 0.0}, "speed"), ({"steps": -1}, "steps"), ({"length_m": -1.0}, "length")]
)
def test_an_edge_with_impossible_figures_is_refused(wrong: dict[str, Any], said: str) -> None:
    ways = straight((ROAD, 1500))
    with pytest.raises(BrokenNetwork, match=said):
        network(list(ways.nodes), [replace(ways.edges[0], **wrong)])


# The values


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": ClosureMode.SLOW},
        {"mode": ClosureMode.SLOW, "factor": 0.5},
        {"mode": ClosureMode.SLOW, "factor": float("nan")},
        {"mode": ClosureMode.SHUT, "factor": 2.0},
        {"mode": ClosureMode.ONE_WAY},
        {"mode": ClosureMode.ONE_WAY, "direction": Passage.BOTH},
        {"mode": ClosureMode.ON_REQUEST},
        {"mode": ClosureMode.ON_REQUEST, "delay_s": -1.0},
        {"mode": ClosureMode.ON_REQUEST, "delay_s": float("inf")},
    ],
)
def test_a_closure_says_what_its_mode_needs_and_nothing_else(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadClosure):
        Closure(edges=frozenset({"A"}), **wrong)


def test_the_same_closures_in_any_order_are_one_value_and_survive_being_stored() -> None:
    one = Closure(edges=frozenset({"A", "B"}), mode=ClosureMode.SHUT, layer=Layer.VEHICLE)
    other = Closure(edges=frozenset({"C"}), mode=ClosureMode.ON_REQUEST, delay_s=0.0)
    both = together([one, other])
    assert both == together([other, one, other])
    assert hash(both) == hash(together([other, one]))
    assert msgspec.json.decode(msgspec.json.encode(both), type=Closures) == both
    assert together([]) == ALL_OPEN
    assert both.shut(Layer.VEHICLE) == {"A", "B"}
    assert both.shut(Layer.FOOT) == both.shut(Layer.BOTH) == frozenset()
