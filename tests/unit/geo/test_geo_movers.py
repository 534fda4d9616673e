"""Units move in different ways, and one question may be about all of them."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from geo_networks import ALWAYS, at_node, edge, line_node, network, wulingyuan

from geo.conditions import GOLDEN_WEEK, ICE, NIGHT, STORM
from geo.coordinates import LonLat
from geo.field import Points, field
from geo.journey import Journey, Mode, Origin, Reason, Unreachable
from geo.network import Edge, EdgeClass, Network
from geo.open_times import open_times
from geo.profile import Movement
from geo.speed import NORMAL, SpeedProfile
from geo.travel_time import travel_times

NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


def crews(of: Network, node: str, *, driving: bool) -> list[Origin]:
    here = at_node(of, node)
    return [
        Origin(id=mover, lon=here.lon, lat=here.lat, vehicle=here if driving else None, movement=mover)
        for mover in Movement
    ]


def ask(of: Network, origins: list[Origin], to: LonLat, profile: SpeedProfile = NORMAL) -> dict[str, Journey]:
    answers = travel_times(of, origins, to, at=NOON, zone=ZONE, profile=profile)
    return {answer.origin: answer for answer in answers if isinstance(answer, Journey)}


def test_each_origin_is_timed_by_how_it_moves() -> None:
    ways = network([line_node("A", 0), line_node("B", 1000)], [edge("A", "B", EdgeClass.FLAGSTONE, 1000)])
    came = ask(ways, crews(ways, "A", driving=False), at_node(ways, "B"))
    assert {mover: round(journey.travel_s) for mover, journey in came.items()} == {
        "crew": 400,
        "motorbike": 400,
        "loaded": 500,
        "stretcher": 1250,
        "visitor": 901,
    }


def test_an_origin_that_does_not_say_moves_as_the_question_does() -> None:
    ways = network([line_node("A", 0), line_node("B", 1000)], [edge("A", "B", EdgeClass.FLAGSTONE, 1000)])
    here = at_node(ways, "A")
    (carried,) = travel_times(
        ways,
        [Origin(id="", lon=here.lon, lat=here.lat)],
        at_node(ways, "B"),
        at=NOON,
        zone=ZONE,
        profile=NORMAL.moving(Movement.STRETCHER),
    )
    assert isinstance(carried, Journey)
    assert carried.travel_s == pytest.approx(1250)


@pytest.mark.parametrize("profile", [NORMAL, NORMAL.under(NIGHT, GOLDEN_WEEK)])
def test_a_field_gives_every_mover_the_times_of_the_journeys(profile: SpeedProfile) -> None:
    park = wulingyuan()
    origins = [
        replace(each, id=f"{node}-{each.id}")
        for node in ("SRS", "MHT", "OXY")
        for each in crews(park, node, driving=True)
    ]
    places = [at_node(park, node) for node in ("HHY", "QLX", "TZG", "YJL", "ZXT", "BLL")]
    told = field(park, origins, Points(park, places), at=NOON, zone=ZONE, profile=profile)
    for number, place in enumerate(places):
        came = ask(park, origins, place, profile)
        assert [came[origin.id].eta_s for origin in origins] == pytest.approx(told.eta_s[:, number])


def test_a_field_remembers_how_places_are_reached_for_each_mover_of_the_last_conditions() -> None:
    park = wulingyuan()
    points = Points(park, [at_node(park, "HHY")])
    for profile in (NORMAL.under(NIGHT), NORMAL):
        field(park, crews(park, "SRS", driving=True), points, at=NOON, zone=ZONE, profile=profile)
        assert len(points._ends) == len(Movement)


def test_a_road_uphill_takes_longer_than_downhill_and_one_with_a_limit_goes_by_it() -> None:
    road = edge("A", "B", EdgeClass.ROAD, 3000, ascent_m=200)
    slow = replace(road, id="slow", max_speed_kmh=20.0)
    quick = replace(road, id="quick", kind="primary")
    rough = replace(road, id="rough", kind="primary", surface="earth")
    times = open_times(network([line_node("A", 0), line_node("B", 2900)], [road, slow, quick, rough]), NORMAL)
    assert times.drive_on[0] == pytest.approx(3600 / 7.5)
    assert times.drive_back[0] == pytest.approx(3100 / 7.5)
    assert times.drive_on[1] == pytest.approx(3600 / (20 / 3.6 * 0.8))
    assert times.drive_on[2] < times.drive_on[0] < times.drive_on[3]


@pytest.mark.parametrize(("tail_m", "head_m", "up"), [(500.0, 590.0, True), (590.0, 500.0, False)])
def test_stairs_of_which_only_the_steps_are_counted_have_15_centimetres_for_each(
    tail_m: float, head_m: float, up: bool
) -> None:
    nodes = [line_node("A", 0, tail_m), line_node("B", 180, head_m)]
    counted = Edge(id="s", from_node="A", to_node="B", edge_class=EdgeClass.STAIRS, length_m=200, steps=600)
    times = open_times(network(nodes, [counted]), NORMAL)
    climbs, descends = (times.foot_on, times.foot_back) if up else (times.foot_back, times.foot_on)
    assert climbs[0] == pytest.approx(90 / 0.24 + 20 / 2.5)
    assert descends[0] == pytest.approx(90 / 0.40 + 20 / 2.5)
    measured = replace(counted, ascent_m=60.0)
    assert open_times(network(nodes, [measured]), NORMAL).foot_on[0] == pytest.approx(60 / 0.24 + 80 / 2.5)


def lifted() -> Network:
    """A road, then either stairs or a cableway up."""
    nodes = [line_node("A", 0), line_node("B", 3000), line_node("C", 3800, 800)]
    return network(
        nodes,
        [
            edge("A", "B", EdgeClass.ROAD, 3000),
            edge("B", "C", EdgeClass.TRAIL, 1200, ascent_m=300),
            edge("B", "C", EdgeClass.CABLEWAY, 850, ascent_m=300, lift=ALWAYS),
        ],
    )


def modes(of: Journey) -> list[Mode]:
    return [leg.mode for leg in of.legs]


def test_in_a_storm_the_cableway_stands_and_on_ice_the_vehicles_too() -> None:
    ways = lifted()
    crew = crews(ways, "A", driving=True)[:1]
    to = at_node(ways, "C")
    assert modes(ask(ways, crew, to)["crew"]) == [Mode.DRIVE, Mode.LEAVE, Mode.CABLEWAY]
    assert modes(ask(ways, crew, to, NORMAL.under(STORM))["crew"]) == [Mode.DRIVE, Mode.LEAVE, Mode.WALK]
    assert modes(ask(ways, crew, to, NORMAL.under(ICE))["crew"]) == [Mode.WALK]


def test_where_conditions_close_the_only_way_nobody_comes_and_it_is_said() -> None:
    nodes = [line_node("A", 0), line_node("B", 200), line_node("C", 400)]
    ways = network(nodes, [edge("A", "B", EdgeClass.STAIRS, 200, ascent_m=50), edge("B", "C", EdgeClass.STAIRS, 200)])
    (answer,) = travel_times(
        ways, crews(ways, "A", driving=False)[:1], at_node(ways, "C"), at=NOON, zone=ZONE, profile=NORMAL.under(ICE)
    )
    assert answer == Unreachable(origin="crew", reason=Reason.NO_WAY)


def test_a_crowd_costs_each_lift_a_minute_even_by_the_staff_lane() -> None:
    ways = lifted()
    crew = crews(ways, "B", driving=False)[:1]
    usual, crowded = (
        ask(ways, crew, at_node(ways, "C"), profile)["crew"] for profile in (NORMAL, NORMAL.under(GOLDEN_WEEK))
    )
    assert modes(usual) == modes(crowded) == [Mode.CABLEWAY]
    assert crowded.travel_s - usual.travel_s == pytest.approx(60 + 0.5 * (ALWAYS.access_s + ALWAYS.exit_s))
