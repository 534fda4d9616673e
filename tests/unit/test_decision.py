"""A decision on a small valley drawn by hand: who is timed, who is chosen, and that it can be replayed from store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch import assignment
from dispatch.closure import Book
from dispatch.decision import Decision, Demand, Inputs, code_version, decide, replay
from dispatch.run_card import Need
from dispatch.selection import Choice, Why
from dispatch.unit import Errand, Fix, PositionSource, Unit, Vehicle
from geo.network import Edge, EdgeClass, Lift, Network, Node
from geo.travel_time import Mode

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
"""12:00 in the area."""


def node(name: str, east_m: float, elevation_m: float = 500.0) -> Node:
    return Node(id=name, lon=110.45 + east_m / 97_146, lat=29.35, elevation_m=elevation_m, name_zh=name, name_en=name)


def edge(start: str, end: str, kind: EdgeClass, length_m: float, up_m: float = 0.0, lift: Lift | None = None) -> Edge:
    return Edge(
        id=f"{start}-{end}", from_node=start, to_node=end, edge_class=kind, length_m=length_m, ascent_m=up_m, lift=lift
    )


VALLEY = Network(
    code="valley",
    srid=4546,
    nodes=(node("town", 0), node("bend", 2000), node("gate", 4000), node("rim", 4700, 900), node("hut", 5700, 900)),
    edges=(
        edge("town", "bend", EdgeClass.ROAD, 2000),
        edge("bend", "gate", EdgeClass.ROAD, 2000),
        edge("gate", "rim", EdgeClass.TRAIL, 1500, 400),
        edge("rim", "hut", EdgeClass.FLAGSTONE, 1000),
    ),
)
"""A road up a valley, half an hour of stairs to the rim, and a level path along it."""


def cardiac(lon: float, lat: float = 29.35) -> Demand:
    return Demand(
        lon=lon,
        lat=lat,
        needs=(Need(people=2, capabilities=frozenset({"FA"})),),
        second_tier=(Need(people=1, capabilities=frozenset({"MED"})),),
    )


AT_THE_RIM = cardiac(VALLEY.node("rim").lon)
"""Over the top of the stairs."""


def unit(number: int, at: str, *people: str, **facts: object) -> Unit:
    """At its post at a node since the morning, with two first aiders and a car, unless said otherwise."""
    usual = Unit(
        id=UUID(int=number),
        code=f"U{number}",
        team="G1",
        vehicle=Vehicle.CAR,
        turnout_s=60,
        post_lon=VALLEY.node(at).lon,
        post_lat=29.35,
        people=tuple(frozenset(person.split("+")) for person in people or ("FA", "FA")),
        duty_from=NOON - timedelta(hours=4),
    )
    return replace(usual, **facts)  # type: ignore[arg-type]


def decided(*units: Unit, demand: Demand = AT_THE_RIM, here: frozenset[UUID] = frozenset()) -> Decision:
    return decide(demand, units, here=here, network=VALLEY, at=NOON, zone=ZONE)


def chosen(choice: Choice) -> list[str]:
    return [each.code for each in choice.verdicts if each.chosen]


def why(decision: Decision) -> dict[str, Why]:
    return {each.code: each.why for each in decision.choice.verdicts}


HUT, GATE, TOWN = unit(1, "hut", vehicle=None), unit(2, "gate"), unit(3, "town", "FA+MED", "FA")


def test_the_crew_on_the_rim_goes_first_though_the_one_at_the_gate_is_nearer_by_straight_line() -> None:
    decision = decided(TOWN, GATE, HUT)
    assert chosen(decision.choice) == ["U1", "U3"]
    assert why(decision) == {"U1": Why.FIRST, "U3": Why.MEDICAL, "U2": Why.NOT_NEEDED}
    assert [each.code for each in decision.choice.verdicts] == ["U1", "U3", "U2"]


def test_what_was_seen_of_a_unit_is_kept_with_its_journey() -> None:
    decision = decided(TOWN, GATE, HUT)
    seen = decision.seen(TOWN.id)
    assert [leg.mode for leg in seen.legs if leg.length_m] == [Mode.DRIVE, Mode.WALK]
    assert seen.travel_s is not None
    assert sum(leg.time_s for leg in seen.legs) == pytest.approx(seen.travel_s)
    assert seen.weighed.eta_s == pytest.approx(seen.travel_s + TOWN.turnout_s)
    assert seen.position == Fix(lon=110.45, lat=29.35, source=PositionSource.POST, at=TOWN.duty_from or NOON)
    with pytest.raises(KeyError):
        decision.seen(UUID(int=99))


def test_turnout_counts() -> None:
    slow = replace(HUT, turnout_s=3600 * 3)
    assert chosen(decided(slow, GATE).choice) == ["U2"]


def test_a_unit_goes_from_where_it_is_and_not_from_its_post() -> None:
    on_the_way = Fix(lon=VALLEY.node("bend").lon, lat=29.35, source=PositionSource.DEVICE, at=NOON)
    far, near = unit(4, "town"), unit(5, "town", fix=on_the_way)
    assert chosen(decided(far, near).choice) == ["U5"]


def test_off_the_road_a_vehicle_is_where_it_was_left_and_the_crew_walks_to_it() -> None:
    on_the_rim = Fix(lon=VALLEY.node("hut").lon, lat=29.35, source=PositionSource.DEVICE, at=NOON)
    in_town = cardiac(110.45)
    walked_up = unit(4, "gate", fix=on_the_rim)
    modes = [leg.mode for leg in decided(walked_up, demand=in_town).seen(walked_up.id).legs if leg.length_m]
    assert modes == [Mode.WALK, Mode.DRIVE]
    without_a_car = replace(walked_up, vehicle=None)
    modes = [leg.mode for leg in decided(without_a_car, demand=in_town).seen(without_a_car.id).legs if leg.length_m]
    assert modes == [Mode.WALK]


def test_who_is_not_there_is_not_timed_and_not_sent() -> None:
    lost = unit(4, "gate", errand=Errand(ended_at=NOON, set_out=True, arrived=False, lon=None, lat=None))
    off_duty = unit(5, "gate", people=())
    decision = decided(lost, off_duty)
    assert why(decision) == {"U4": Why.NO_POSITION, "U5": Why.OFF_DUTY}
    for each in (lost, off_duty):
        seen = decision.seen(each.id)
        assert (seen.weighed.eta_s, seen.travel_s, seen.legs) == (None, None, ())


def test_a_busy_unit_is_timed_for_the_operator_and_not_sent() -> None:
    busy = replace(HUT, open_assignment=assignment.State.EN_ROUTE)
    decision = decided(busy, GATE)
    assert chosen(decision.choice) == ["U2"]
    assert why(decision)["U1"] is Why.BUSY
    assert decision.seen(busy.id).weighed.eta_s is not None


def test_who_is_on_the_incident_already_fills_the_card() -> None:
    there = replace(HUT, open_assignment=assignment.State.ACKNOWLEDGED)
    decision = decided(there, GATE, TOWN, here=frozenset({there.id}))
    assert why(decision) == {"U1": Why.HERE, "U2": Why.NOT_NEEDED, "U3": Why.MEDICAL}


@pytest.mark.parametrize(
    ("lon", "lat"), [(110.45, 29.60), (0.0, 0.0), (-69.55, -29.35)], ids=["over the hills", "0, 0", "the other side"]
)
def test_who_cannot_be_placed_on_the_map_stays_and_hinders_nobody(lon: float, lat: float) -> None:
    strayed = unit(4, "hut", fix=Fix(lon=lon, lat=lat, source=PositionSource.DEVICE, at=NOON))
    decision = decided(strayed, GATE)
    assert why(decision) == {"U4": Why.UNREACHABLE, "U2": Why.FIRST}
    assert decision.seen(strayed.id).weighed.unreachable == "origin_off_network"


def test_a_patient_far_from_any_way_is_reached_by_nobody_and_that_is_said() -> None:
    decision = decided(HUT, GATE, demand=cardiac(110.45, 29.60))
    assert chosen(decision.choice) == []
    assert {each.weighed.unreachable for each in decision.inputs.units} == {"destination_off_network"}
    assert [(each.people, each.tier) for each in decision.choice.shortfalls] == [(2, 1), (1, 2)]


def test_without_any_unit_there_is_a_decision_and_it_says_what_is_lacking() -> None:
    decision = decided()
    assert decision.choice.verdicts == ()
    assert [(each.people, each.tier) for each in decision.choice.shortfalls] == [(2, 1), (1, 2)]


def test_where_there_is_no_road_everybody_walks() -> None:
    path = replace(VALLEY, edges=VALLEY.edges[2:], nodes=VALLEY.nodes[2:])
    decision = decide(AT_THE_RIM, [HUT, GATE], network=path, at=NOON, zone=ZONE)
    assert chosen(decision.choice) == ["U1"]
    assert [leg.mode for leg in decision.seen(GATE.id).legs] == [Mode.WALK]


def test_a_lift_counts_in_its_hours_and_not_after_them() -> None:
    lift = Lift(ride_s=120, headway_s=20, access_s=30, exit_s=20, opens="08:00-18:00")
    cliff = replace(
        VALLEY,
        nodes=(*VALLEY.nodes, node("foot", 5650)),
        edges=(
            *VALLEY.edges,
            edge("gate", "foot", EdgeClass.ROAD, 1700),
            edge("foot", "hut", EdgeClass.LIFT, 400, 400, lift),
        ),
    )
    at_the_foot = replace(unit(4, "town"), post_lon=cliff.node("foot").lon)
    late = NOON + timedelta(hours=10)

    def eta_s(at: datetime) -> float:
        demand = cardiac(cliff.node("hut").lon)
        eta = decide(demand, [at_the_foot], network=cliff, at=at, zone=ZONE).choice.verdicts[0].eta_s
        assert eta is not None
        return eta

    assert eta_s(NOON) < 600
    assert eta_s(late) > 1800


def test_the_decision_names_the_network_and_the_instant_it_rests_on() -> None:
    stamp = decide(
        AT_THE_RIM, [HUT], network=VALLEY, at=NOON, zone=ZONE, closures=Book(counter=7)
    ).inputs.network_version
    assert (stamp.network, stamp.closures, stamp.conditions, stamp.at) == (VALLEY.version, 7, "normal", NOON)


def test_the_codes_version_stays_the_same_while_the_code_does() -> None:
    release, _, digest = code_version().partition("+")
    assert release
    assert len(digest) == 12
    assert code_version() == code_version()


# --- whatever the units ---


@st.composite
def some_units(draw: st.DrawFn) -> list[Unit]:
    facts = st.fixed_dictionaries(
        {},
        optional={
            "vehicle": st.none(),
            "turnout_s": st.sampled_from([0, 60, 300]),
            "fix": st.builds(
                Fix,
                lon=st.floats(110.44, 110.52),
                lat=st.floats(29.345, 29.355),
                source=st.just(PositionSource.DEVICE),
                at=st.integers(0, 60).map(lambda minutes: NOON - timedelta(minutes=minutes)),
                accuracy_m=st.none() | st.floats(0, 100),
            ),
            "open_assignment": st.sampled_from(sorted(assignment.OPEN)),
            "available": st.just(False),
            "in_contact": st.just(False),
            "people": st.just(()),
        },
    )
    crews = st.lists(st.sampled_from(["FA", "FA+MED", "ROPE"]), min_size=1, max_size=3)
    return [
        unit(number, draw(st.sampled_from(["town", "bend", "gate", "rim", "hut"])), *draw(crews), **draw(facts))
        for number in range(draw(st.integers(0, 6)))
    ]


@settings(max_examples=50, deadline=None)
@given(some_units(), st.data())
def test_stored_inputs_give_the_same_choice_again(units: list[Unit], data: st.DataObject) -> None:
    busy = [each.id for each in units if each.open_assignment is not None]
    here = frozenset(data.draw(st.lists(st.sampled_from(busy)))) if busy else frozenset[UUID]()
    decision = decided(*units, here=here)
    assert replay(decision.inputs) == decision.choice

    stored = msgspec.json.encode(decision.inputs)
    read = msgspec.json.decode(stored, type=Inputs)
    assert read == decision.inputs
    assert replay(read) == decision.choice
    assert msgspec.convert(msgspec.json.decode(stored), Inputs) == decision.inputs

    choice = msgspec.json.decode(msgspec.json.encode(decision.choice), type=Choice)
    assert choice == decision.choice


@settings(max_examples=30, deadline=None)
@given(some_units(), st.randoms(use_true_random=False))
def test_the_order_in_which_the_units_are_read_does_not_matter(units: list[Unit], random: Random) -> None:
    shuffled = list(units)
    random.shuffle(shuffled)
    assert decided(*shuffled) == decided(*units)


@settings(max_examples=30, deadline=None)
@given(some_units())
def test_nobody_is_chosen_without_a_position_a_journey_and_a_time(units: list[Unit]) -> None:
    decision = decided(*units)
    assert [each.weighed.code for each in decision.inputs.units] == sorted(each.code for each in units)
    for each in decision.inputs.units:
        timed = each.weighed.eta_s is not None
        assert timed == (each.travel_s is not None)
        assert not (timed and each.weighed.unreachable)
        if each.weighed.id in decision.choice.chosen:
            assert timed
            assert each.position is not None
            assert each.weighed.people
