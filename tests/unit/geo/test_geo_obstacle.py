"""Why there is no way: every hindrance is named, and taking away what is named opens a way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from geo_networks import at_node, closing, edge, line_node, network
from hypothesis import given, settings
from test_geo_properties import Given, at, closings, crews, in_force, networks, positions

from geo.closure import ALL_OPEN, Closure, ClosureMode, Closures, Layer, Passage, together
from geo.conditions import NORMAL, STORM
from geo.journey import Journey, Origin, Unreachable
from geo.network import EdgeClass, Lift, Network
from geo.obstacle import Cause, Obstacle, obstacles
from geo.profile import SpeedProfile
from geo.travel_time import travel_times

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
NIGHT = NOON + timedelta(hours=10)

BY_DAY = Lift(ride_s=300, headway_s=20, access_s=30, exit_s=20, opens="08:00-18:00")


def cliff() -> Network:
    """A road to a lift, the lift up the cliff, a trail on; and beyond the river a hut that nothing leads to."""
    nodes = [line_node(name, east) for name, east in (("A", 0), ("B", 1000), ("C", 2000), ("D", 3000))]
    hut, ford = line_node("H", 6000), line_node("F", 7000)
    lift = replace(edge("B", "C", EdgeClass.CABLEWAY, 1000, lift=BY_DAY), name_zh="索道", name_en="the cableway")
    return network(
        [*nodes, hut, ford],
        [
            edge("A", "B", EdgeClass.ROAD, 1000),
            lift,
            edge("C", "D", EdgeClass.TRAIL, 1000),
            edge("H", "F", EdgeClass.PATH, 1000),
        ],
    )


def why(
    of: Network,
    to: str,
    *,
    moment: datetime = NOON,
    closures: Closures = ALL_OPEN,
    profile: SpeedProfile = NORMAL,
    start: str = "A",
) -> tuple[Obstacle, ...]:
    origins = [Origin(id="crew", lon=at_node(of, start).lon, lat=at_node(of, start).lat, vehicle=at_node(of, start))]
    target = at_node(of, to)
    answers = travel_times(of, origins, target, at=moment, zone=ZONE, closures=closures, profile=profile)
    assert isinstance(answers[0], Unreachable)
    found = obstacles(of, origins, answers, target, at=moment, zone=ZONE, closures=closures, profile=profile)
    return found["crew"]


def test_a_lift_outside_its_hours_is_named_with_the_hour_at_which_it_runs_again() -> None:
    [told] = why(cliff(), "D", moment=NIGHT)
    assert (told.cause, told.edge, told.name_en, told.layer) == (
        Cause.LIFT_SHUT,
        "B-C-cableway",
        "the cableway",
        Layer.FOOT,
    )
    assert told.until == datetime(2026, 5, 2, 0, 0, tzinfo=UTC)


def test_a_closure_is_named_by_its_edge_and_the_lift_behind_it_too_when_both_keep_somebody() -> None:
    shut = closing("C-D-trail")
    [told] = why(cliff(), "D", closures=shut)
    assert (told.cause, told.edge, told.until) == (Cause.CLOSURE, "C-D-trail", None)
    both = why(cliff(), "D", closures=shut, moment=NIGHT)
    assert [each.cause for each in both] == [Cause.LIFT_SHUT, Cause.CLOSURE]


def test_a_closed_lift_is_a_closure_whatever_the_hour_and_what_is_closed_beside_the_way_is_not_named() -> None:
    for moment in (NOON, NIGHT):
        told = why(cliff(), "D", closures=closing("B-C-cableway", "H-F-path"), moment=moment)
        assert {(each.cause, each.edge) for each in told} == {(Cause.CLOSURE, "B-C-cableway")}


def test_a_one_way_keeps_only_those_who_come_the_other_way() -> None:
    one_way = together([Closure(edges=frozenset({"C-D-trail"}), mode=ClosureMode.ONE_WAY, direction=Passage.BACKWARD)])
    [told] = why(cliff(), "D", closures=one_way)
    assert (told.cause, told.edge) == (Cause.CLOSURE, "C-D-trail")


def test_what_the_conditions_close_is_said_to_be_closed_by_them() -> None:
    [told] = why(cliff(), "D", profile=NORMAL.under(STORM))
    assert (told.cause, told.edge) == (Cause.CONDITIONS, "B-C-cableway")


def test_an_island_is_named_by_a_place_on_it_whoever_is_on_it() -> None:
    away = why(cliff(), "H")
    assert away == (Obstacle(cause=Cause.ISLAND, name_zh="H处", name_en="H"),)
    assert why(cliff(), "A", start="F") == (Obstacle(cause=Cause.ISLAND, name_zh="F处", name_en="F"),)


def test_who_is_far_from_any_way_is_off_the_network_and_who_has_a_way_is_not_asked_about() -> None:
    of = cliff()
    far = Origin(id="far", lon=110.6, lat=29.45)
    near = Origin(id="near", lon=at_node(of, "A").lon, lat=at_node(of, "A").lat)
    answers = travel_times(of, [far, near], at_node(of, "B"), at=NOON, zone=ZONE)
    found = obstacles(of, [far, near], answers, at_node(of, "B"), at=NOON, zone=ZONE, closures=ALL_OPEN)
    assert found == {"far": (Obstacle(cause=Cause.ORIGIN_OFF_NETWORK),)}
    nowhere = travel_times(of, [near], at_node(of, "B")._replace(lat=29.6), at=NOON, zone=ZONE)
    found = obstacles(of, [near], nowhere, at_node(of, "B")._replace(lat=29.6), at=NOON, zone=ZONE, closures=ALL_OPEN)
    assert found == {"near": (Obstacle(cause=Cause.DESTINATION_OFF_NETWORK),)}


@settings(deadline=None, max_examples=60)
@given(ways=networks(), where=positions, given_closures=closings)
def test_taking_away_what_is_named_opens_a_way(
    ways: Network, where: tuple[int, float], given_closures: list[Given]
) -> None:
    closures, to, origins = in_force(ways, given_closures), at(ways, *where), crews(ways)
    profile = NORMAL.under(STORM)
    for asked in (NORMAL, profile):
        answers = travel_times(ways, origins, to, at=NOON, zone=ZONE, closures=closures, profile=asked)
        found = obstacles(ways, origins, answers, to, at=NOON, zone=ZONE, closures=closures, profile=asked)
        assert set(found) == {each.origin for each in answers if isinstance(each, Unreachable)}
        for origin in origins:
            told = found.get(origin.id, ())
            if not told or {each.cause for each in told} & {Cause.ISLAND, Cause.CONDITIONS}:
                continue
            opened = {each.edge for each in told if each.edge is not None}
            assert opened
            less = together(
                replace(each, edges=each.edges - opened) if each.mode is not ClosureMode.ON_REQUEST else each
                for each in closures
            )
            [again] = travel_times(ways, [origin], to, at=NOON, zone=ZONE, closures=less, profile=asked)
            assert isinstance(again, Journey), (origin.id, told)


@settings(deadline=None, max_examples=30)
@given(ways=networks(), where=positions)
def test_where_all_is_open_whoever_has_no_way_is_on_an_island(ways: Network, where: tuple[int, float]) -> None:
    to, origins = at(ways, *where), crews(ways)
    answers = travel_times(ways, origins, to, at=NOON, zone=ZONE)
    found = obstacles(ways, origins, answers, to, at=NOON, zone=ZONE, closures=ALL_OPEN)
    assert all([each.cause for each in told] == [Cause.ISLAND] for told in found.values())


@pytest.mark.parametrize("hours", [1, 5])
def test_the_same_question_gives_the_same_obstacles(hours: int) -> None:
    moment = NIGHT + timedelta(hours=hours)
    assert why(cliff(), "D", moment=moment) == why(cliff(), "D", moment=moment)
