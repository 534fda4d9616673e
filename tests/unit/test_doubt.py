"""A place between a cliff's top and its foot: the decision says so, what it would mean, and which it was made for."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_decision import NOON, ZONE, cardiac, edge, node, unit

from dispatch.closure import Book, Standing
from dispatch.decision import Decision, Demand, Inputs, decide, replay, retimed
from dispatch.doubt import APART_S, TIMES, differ
from dispatch.replay import differences
from dispatch.unit import Unit
from geo.closure import Closure, ClosureMode
from geo.network import EdgeClass, Lift, Network
from geo.speed import NORMAL

LON, LAT = 110.45 + 500 / 97_146, 29.35 + 60 / 110_900
"""60 m north of the road, and 90 m south of the rim trail."""

ROAD, RIM = "town-V1", "R0-R1"


def cliff() -> Network:
    """A valley road and, 150 m north of it, a rim trail 300 m higher; stairs at the far end, a lift between."""
    below = [node("town", 0), node("V1", 1000), node("V2", 2000)]
    above = [
        replace(node(name, east, 800), lat=29.35 + 150 / 110_900)
        for name, east in (("R0", 0), ("R1", 1000), ("R2", 2000))
    ]
    return Network(
        code="cliff",
        srid=4546,
        nodes=(*below, *above),
        edges=(
            replace(edge("town", "V1", EdgeClass.ROAD, 1000), name_zh="谷底公路", name_en="valley road"),
            edge("V1", "V2", EdgeClass.ROAD, 1000),
            replace(edge("R0", "R1", EdgeClass.TRAIL, 1000), name_zh="崖顶步道", name_en="rim trail"),
            edge("R1", "R2", EdgeClass.TRAIL, 1000),
            edge("V2", "R2", EdgeClass.STAIRS, 2500, 300),
            edge(
                "V1",
                "R1",
                EdgeClass.LIFT,
                335,
                300,
                Lift(ride_s=88, headway_s=120, access_s=60, exit_s=60, opens="24/7"),
            ),
        ),
    )


BELOW = unit(1, "town", "FA+MED", "FA")
"""Where the road begins, by car."""

BETWEEN = msgspec.structs.replace(cardiac(LON, LAT), accuracy_m=100.0)


def decided(
    demand: Demand = BETWEEN, *units: Unit, network: Network | None = None, closures: Book | None = None
) -> Decision:
    return decide(
        demand, units or (BELOW,), network=network or cliff(), at=NOON, zone=ZONE, closures=closures or Book()
    )


def again(decision: Decision, network: Network | None = None) -> Decision:
    """Read from store, and decided once more by the code of today."""
    read = msgspec.convert(msgspec.json.decode(msgspec.json.encode(decision.inputs)), Inputs)
    timed = retimed(read, network or cliff(), zone=ZONE, profile=NORMAL)
    return Decision(inputs=timed, choice=replay(timed))


def test_cliff_top_and_valley_floor_are_told_with_their_names_heights_and_who_would_be_there_when() -> None:
    decision = decided()
    road, rim = decision.inputs.doubt
    assert (road.edge, road.name_zh, road.elevation_m, road.taken) == (ROAD, "谷底公路", 500, True)
    assert (rim.edge, rim.name_en, rim.elevation_m, rim.taken) == (RIM, "rim trail", 800, False)
    assert (road.distance_m, rim.distance_m) == pytest.approx((60, 90), abs=1)
    assert (road.code, rim.code) == ("U1", "U1")
    assert road.eta_s is not None
    assert rim.eta_s is not None
    assert rim.eta_s - road.eta_s >= APART_S
    assert decision.choice.verdicts[0].eta_s is not None
    assert abs(decision.choice.verdicts[0].eta_s - road.eta_s) < 150, "it was decided for the road, 60 m off it"


def test_the_way_that_is_named_is_gone_by_to_the_time_that_was_told_and_no_doubt_is_left() -> None:
    road, rim = decided().inputs.doubt
    for way in (road, rim):
        named = decided(msgspec.structs.replace(BETWEEN, way=way.edge))
        assert named.inputs.doubt == ()
        assert named.choice.verdicts[0].eta_s == pytest.approx(way.eta_s)
        assert differences(named, again(named)) == []


def test_a_well_known_place_and_one_said_without_an_accuracy_leave_no_doubt() -> None:
    for accuracy_m in (None, 20.0):
        assert decided(msgspec.structs.replace(BETWEEN, accuracy_m=accuracy_m)).inputs.doubt == ()


def test_nobody_is_asked_where_it_makes_no_great_difference() -> None:
    above = unit(2, "town", "FA+MED", "FA", vehicle=None, post_lon=LON, post_lat=29.35 + 150 / 110_900)
    decision = decided(BETWEEN, BELOW, above)
    assert decision.inputs.doubt == (), "each has somebody near"


def test_a_way_that_nobody_can_reach_is_the_greatest_difference() -> None:
    shut = Standing(
        id=BELOW.id,
        effect=Closure(edges=frozenset({"V2-R2", "V1-R1"}), mode=ClosureMode.SHUT),
        name_zh="",
        name_en="",
        valid_from=NOON,
    )
    decision = decided(closures=Book(counter=1, closures=(shut,)))
    assert [(each.taken, each.code) for each in decision.inputs.doubt] == [(True, "U1"), (False, None)]
    assert differences(decision, again(decision)) == []


def test_it_is_told_as_long_as_somebody_more_could_go_whoever_is_there_already() -> None:
    other = unit(3, "town", "FA+MED", "FA")
    first = decide(BETWEEN, [BELOW, other], here=frozenset({BELOW.id}), network=cliff(), at=NOON, zone=ZONE)
    assert [each.code for each in first.inputs.doubt] == ["U3", "U3"]


def test_a_replay_doubts_the_same_and_tells_what_was_forged() -> None:
    decision = decided()
    assert again(decision) == decision
    road, rim = decision.inputs.doubt
    forged = msgspec.structs.replace(decision, inputs=msgspec.structs.replace(decision.inputs, doubt=(rim, road)))
    assert [each.what for each in differences(forged, again(decision))] == ["doubt"]


def test_a_decision_stored_before_there_was_any_doubt_is_read_and_replayed_the_same() -> None:
    stored = msgspec.to_builtins(decided(msgspec.structs.replace(BETWEEN, accuracy_m=None)).inputs)
    for new in ("accuracy_m", "way", "doubt"):
        del stored[new]
    inputs = msgspec.convert(stored, Inputs)
    timed = retimed(inputs, cliff(), zone=ZONE, profile=NORMAL)
    assert (timed, timed.doubt) == (inputs, ())


def test_a_named_way_that_the_network_has_no_more_is_decided_for_the_nearest_and_asked_about_again() -> None:
    gone = decided(msgspec.structs.replace(BETWEEN, way="V0-V1-old"))
    assert [each.taken for each in gone.inputs.doubt] == [True, False]
    assert gone.choice == decided().choice


@given(st.lists(st.one_of(st.none(), st.floats(0, 7200)), max_size=4))
def test_a_difference_is_one_whatever_the_order_and_never_of_one_way_alone(times_s: list[float | None]) -> None:
    assert differ(times_s) == differ(times_s[::-1])
    assert not differ(times_s[:1])
    known = [each for each in times_s if each is not None]
    if known and len(known) == len(times_s):
        apart = max(known) - min(known) >= APART_S and max(known) >= TIMES * min(known)
        assert differ(times_s) == apart


def test_three_minutes_of_an_hour_ask_nobody() -> None:
    assert differ([300.0, 500.0])
    assert not differ([300.0, 420.0])
    assert not differ([3600.0, 3800.0])


def test_a_level_network_asks_nobody_however_vague_the_point() -> None:
    of = cliff()
    level = replace(of, nodes=tuple(each for each in of.nodes if each.lat == 29.35), edges=of.edges[:2])
    assert decided(msgspec.structs.replace(BETWEEN, accuracy_m=500.0), network=level).inputs.doubt == ()
