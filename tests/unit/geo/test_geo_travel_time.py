"""Journeys on small networks drawn for one question each."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from geo_networks import ALWAYS, at_node, closing, edge, line_node, network

from geo.conditions import NIGHT
from geo.coordinates import LonLat
from geo.lift_hours import UnreadableHours, check_hours
from geo.network import Edge, EdgeClass, Lift, Network
from geo.speed import LIFT_CLASSES, NORMAL
from geo.travel_time import Journey, Leg, Mode, Origin, Reason, Unreachable, travel_times

ROAD, TRAIL, FLAT, CABLEWAY = EdgeClass.ROAD, EdgeClass.TRAIL, EdgeClass.FLAGSTONE, EdgeClass.CABLEWAY
ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)  # 12:00 there
LEAVE_S, BOARD_S = NORMAL.leave_vehicle_s.value, NORMAL.board_vehicle_s.value


def local(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, 1, hour, minute, tzinfo=ZONE).astimezone(UTC)


def ask(on: Network, origin: Origin, to: LonLat, at: datetime = NOON, **more: object) -> Journey | Unreachable:
    (answer,) = travel_times(on, [origin], to, at=at, zone=ZONE, **more)  # type: ignore[arg-type]
    return answer


def journey(on: Network, origin: Origin, to: LonLat, at: datetime = NOON, **more: object) -> Journey:
    answer = ask(on, origin, to, at, **more)
    assert isinstance(answer, Journey)
    return answer


def on_foot(at: LonLat, ready_after_s: float = 0.0) -> Origin:
    return Origin(id="unit", lon=at.lon, lat=at.lat, ready_after_s=ready_after_s)


def driving(at: LonLat) -> Origin:
    return Origin(id="unit", lon=at.lon, lat=at.lat, vehicle=at)


def with_vehicle_at(at: LonLat, vehicle: LonLat) -> Origin:
    return Origin(id="unit", lon=at.lon, lat=at.lat, vehicle=vehicle)


def modes(of: Journey) -> list[Mode]:
    return [leg.mode for leg in of.legs]


def point(east_m: float, north_m: float = 0.0) -> LonLat:
    return LonLat(110.45 + east_m / 97_146.0, 29.35 + north_m / 110_850.0)


def straight(*classes_and_lengths: tuple[EdgeClass, float], **more: object) -> Network:
    """Nodes A, B, C ... a kilometre apart in a row, joined by these edges."""
    names = "ABCDEFGH"[: len(classes_and_lengths) + 1]
    nodes = [line_node(name, 1000.0 * number) for number, name in enumerate(names)]
    edges = [
        edge(names[n], names[n + 1], of_class, length_m, **(more if of_class in {CABLEWAY} else {}))
        for n, (of_class, length_m) in enumerate(classes_and_lengths)
    ]
    return network(nodes, edges)


# The journey


def test_a_crew_drives_to_the_trailhead_leaves_the_vehicle_there_and_walks() -> None:
    ways = straight((ROAD, 1500), (FLAT, 1000))
    came = journey(ways, driving(at_node(ways, "A")), at_node(ways, "C"))
    assert [(leg.mode, leg.start.node, leg.end.node, leg.time_s) for leg in came.legs] == [
        (Mode.DRIVE, "A", "B", pytest.approx(200)),
        (Mode.LEAVE, "B", "B", LEAVE_S),
        (Mode.WALK, "B", "C", pytest.approx(400)),
    ]
    assert came.travel_s == pytest.approx(600 + LEAVE_S)


def test_turnout_and_busy_until_come_on_top_of_the_travel() -> None:
    ways = straight((FLAT, 1000))
    came = journey(ways, on_foot(at_node(ways, "A"), ready_after_s=90), at_node(ways, "B"))
    assert (came.travel_s, came.eta_s) == (pytest.approx(400), pytest.approx(490))


def test_a_vehicle_once_left_is_not_found_again_beyond_the_trail() -> None:
    ways = straight((ROAD, 1000), (FLAT, 1000), (ROAD, 3000))
    came = journey(ways, driving(at_node(ways, "A")), at_node(ways, "D"))
    assert modes(came) == [Mode.DRIVE, Mode.LEAVE, Mode.WALK]
    assert came.legs[-1].edges == ("B-C-flagstone", "C-D-road")


def test_a_crew_walks_to_where_its_vehicle_stands_and_drives_on() -> None:
    ways = straight((FLAT, 500), (ROAD, 7500), (FLAT, 500))
    came = journey(ways, with_vehicle_at(at_node(ways, "A"), at_node(ways, "B")), at_node(ways, "D"))
    assert modes(came) == [Mode.WALK, Mode.BOARD, Mode.DRIVE, Mode.LEAVE, Mode.WALK]
    assert came.travel_s == pytest.approx(200 + BOARD_S + 1000 + LEAVE_S + 200)


def test_a_vehicle_beyond_a_cableway_picks_the_crew_up_there() -> None:
    ways = straight((CABLEWAY, 1000), (ROAD, 7500), lift=ALWAYS)
    came = journey(ways, with_vehicle_at(at_node(ways, "A"), at_node(ways, "B")), at_node(ways, "C"))
    assert modes(came) == [Mode.CABLEWAY, Mode.BOARD, Mode.DRIVE, Mode.LEAVE]
    assert came.legs[0].time_s == pytest.approx(30 + 10 + 300 + 20)


def test_a_crew_leaves_its_vehicle_alone_when_walking_is_quicker() -> None:
    ways = straight((FLAT, 500), (ROAD, 7500))
    back = with_vehicle_at(at_node(ways, "A"), at_node(ways, "C"))
    assert modes(journey(ways, back, at_node(ways, "B"))) == [Mode.WALK]


def test_a_vehicle_that_stands_by_no_road_cannot_be_driven() -> None:
    ways = straight((ROAD, 7500), (FLAT, 500))
    assert modes(journey(ways, driving(at_node(ways, "C")), at_node(ways, "A"))) == [Mode.WALK]


def test_legs_name_places_in_both_languages_and_carry_their_heights() -> None:
    nodes = [line_node("A", 0), line_node("B", 1000)]
    ways = network(nodes, [edge("A", "B", TRAIL, 1000, ascent_m=120, descent_m=20)])
    (up,) = journey(ways, on_foot(at_node(ways, "A")), at_node(ways, "B")).legs
    (down,) = journey(ways, on_foot(at_node(ways, "B")), at_node(ways, "A")).legs
    assert (up.start.name_zh, up.end.name_en) == ("A处", "B")
    assert (up.ascent_m, up.descent_m, up.climb_m) == (120, 20, 100)
    assert (down.ascent_m, down.descent_m, down.climb_m) == (20, 120, -100)
    assert up.time_s == pytest.approx((1000 - 280) / 2.5 + 120 / 0.24 + 20 / 0.4)
    assert down.time_s == pytest.approx((1000 - 280) / 2.5 + 20 / 0.24 + 120 / 0.4)


def test_conditions_slow_the_journey() -> None:
    ways = straight((ROAD, 1500), (FLAT, 1000))
    crew, to = driving(at_node(ways, "A")), at_node(ways, "C")
    at_night = journey(ways, crew, to, profile=NORMAL.under(NIGHT))
    assert at_night.travel_s == pytest.approx(200 * 1.1 + LEAVE_S + 400 * 1.2)


# In the middle of an edge


def test_a_patient_on_the_road_is_driven_to() -> None:
    ways = straight((ROAD, 1000))
    came = journey(ways, driving(at_node(ways, "A")), point(750))
    assert modes(came) == [Mode.DRIVE, Mode.LEAVE]
    assert came.legs[0].length_m == pytest.approx(750, rel=0.01)


def test_a_patient_part_of_the_way_along_a_trail_costs_part_of_its_time_from_either_end() -> None:
    nodes = [line_node("A", 0), line_node("B", 1000)]
    ways = network(nodes, [edge("A", "B", TRAIL, 1000, ascent_m=300)])
    from_below = journey(ways, on_foot(at_node(ways, "A")), point(250))
    from_above = journey(ways, on_foot(at_node(ways, "B")), point(250))
    assert from_below.travel_s == pytest.approx((160 + 1250) * 0.25, rel=0.01)
    assert from_above.travel_s == pytest.approx((160 + 750) * 0.75, rel=0.01)
    assert from_above.legs[0].climb_m == pytest.approx(-225, rel=0.01)


def test_crew_and_patient_on_one_edge_go_straight_along_it() -> None:
    ways = straight((FLAT, 1000))
    came = journey(ways, on_foot(point(300)), point(700))
    assert came.travel_s == pytest.approx(160, rel=0.01)
    assert came.legs[0].edges == ("A-B-flagstone",)
    assert [(leg.start.node, leg.end.node) for leg in came.legs] == [(None, None)]


def test_crew_and_patient_on_one_long_edge_may_be_quicker_round_by_its_ends() -> None:
    nodes = [line_node("A", 0), line_node("B", 1000)]
    ways = network(nodes, [edge("A", "B", FLAT, 50_000), edge("A", "B", ROAD, 1000, line=None)])
    snaps = {snap.edge: snap for snap in ways.snaps(*point(990), within_m=50)}
    near_start = network(nodes, [edge("A", "B", FLAT, 50_000)]).snap(*point(10))
    assert near_start.edge == snaps["A-B-flagstone"].edge
    came = journey(ways, on_foot(LonLat(near_start.lon, near_start.lat)), snaps["A-B-flagstone"])
    assert came.travel_s < 1000


def test_a_crew_that_drives_and_its_patient_on_one_road_do_not_go_round_by_its_ends() -> None:
    ways = straight((ROAD, 1000))
    came = journey(ways, driving(point(300)), point(700))
    assert came.travel_s == pytest.approx(400 / 7.5 + LEAVE_S, rel=0.01)


def test_a_crew_already_there_needs_no_legs() -> None:
    ways = straight((FLAT, 1000))
    came = journey(ways, on_foot(point(300), ready_after_s=60), point(300))
    assert (came.legs, came.eta_s) == ((), 60)


# Off the network


def test_the_last_metres_off_the_way_are_a_slow_leg_of_their_own() -> None:
    ways = straight((FLAT, 1000))
    came = journey(ways, on_foot(at_node(ways, "A")), point(500, north_m=100))
    assert modes(came) == [Mode.WALK, Mode.OFF_NETWORK]
    assert came.legs[-1].time_s == pytest.approx(200, rel=0.01)
    assert came.legs[-1].end.name_zh == "目的地"


def test_a_crew_off_the_way_walks_to_it_first() -> None:
    ways = straight((FLAT, 1000))
    came = journey(ways, on_foot(point(500, north_m=-50)), at_node(ways, "B"))
    assert modes(came) == [Mode.OFF_NETWORK, Mode.WALK]
    assert came.travel_s == pytest.approx(100 + 200, rel=0.01)


def test_too_far_from_any_way_is_said_and_not_timed() -> None:
    ways = straight((FLAT, 1000))
    assert ask(ways, on_foot(at_node(ways, "A")), point(500, north_m=2500)) == Unreachable(
        origin="unit", reason=Reason.DESTINATION_OFF_NETWORK
    )
    for nowhere in (point(500, north_m=2500), LonLat(float("nan"), 0.0)):
        answer = ask(ways, on_foot(nowhere), at_node(ways, "A"))
        assert answer == Unreachable(origin="unit", reason=Reason.ORIGIN_OFF_NETWORK)


# Closures and parallel edges


def test_the_quickest_of_parallel_edges_counts_and_a_closed_one_never() -> None:
    nodes = [line_node("A", 0), line_node("B", 1000)]
    ways = network(
        nodes,
        [edge("A", "B", FLAT, length, number=number) for number, length in enumerate((2000.0, 1000.0, 3000.0))],
    )
    crew, to = on_foot(at_node(ways, "A")), at_node(ways, "B")
    shut: list[str] = []
    for length, number in ((1000, 1), (2000, 0), (3000, 2)):
        came = journey(ways, crew, to, closures=closing(*shut))
        assert came.travel_s == pytest.approx(length / 2.5)
        assert came.legs[0].edges == (f"A-B-flagstone{number}",)
        shut.append(f"A-B-flagstone{number}")
    assert ask(ways, crew, to, closures=closing(*shut)) == Unreachable(origin="unit", reason=Reason.NO_WAY)


def test_a_closed_road_is_shut_to_walkers_too() -> None:
    ways = straight((ROAD, 1000))
    answer = ask(ways, driving(at_node(ways, "A")), at_node(ways, "B"), closures=closing("A-B-road"))
    assert answer == Unreachable(origin="unit", reason=Reason.NO_WAY)


def test_a_patient_on_a_closed_trail_is_still_timed_and_the_journey_says_so() -> None:
    ways = straight((FLAT, 1000), (FLAT, 1000))
    came = journey(ways, on_foot(at_node(ways, "A")), point(1400), closures=closing("B-C-flagstone"))
    assert came.travel_s == pytest.approx(560, rel=0.01)
    assert came.closed == ("B-C-flagstone",)


def test_a_crew_on_a_closed_trail_may_walk_off_it_by_the_nearer_end_alone() -> None:
    ways = straight((FLAT, 1000), (FLAT, 1000))
    closures = closing("B-C-flagstone")
    came = journey(ways, on_foot(point(1300)), at_node(ways, "A"), closures=closures)
    assert came.travel_s == pytest.approx(520, rel=0.01)
    assert came.closed == ("B-C-flagstone",)
    for inside in (1300, 1500.5, 1900):
        answer = ask(ways, on_foot(point(inside)), at_node(ways, "C" if inside < 1500 else "A"), closures=closures)
        assert answer == Unreachable(origin="unit", reason=Reason.NO_WAY)


def test_crew_and_patient_on_either_side_of_a_closure_do_not_pass_it() -> None:
    ways = straight((FLAT, 1000))
    closures = closing("A-B-flagstone")
    assert isinstance(ask(ways, on_foot(point(100)), point(900), closures=closures), Unreachable)
    assert journey(ways, on_foot(point(100)), point(400), closures=closures).travel_s == pytest.approx(120, rel=0.01)


# Lifts by the clock


def cliff(lift: Lift) -> Network:
    """A walk of 12 minutes to a cableway of 5, or 2 000 s more of stairs beside it."""
    nodes = [line_node("A", 0), line_node("B", 1800), line_node("C", 2800)]
    edges = [
        edge("A", "B", FLAT, 1800),
        Edge(id="cable", from_node="B", to_node="C", edge_class=CABLEWAY, length_m=1000, ascent_m=400, lift=lift),
        Edge(id="stairs", from_node="B", to_node="C", edge_class=EdgeClass.STAIRS, length_m=1000, ascent_m=480),
    ]
    return network(nodes, edges)


DAYTIME = Lift(ride_s=300, headway_s=0, access_s=0, exit_s=0, opens="08:00-18:00")
STAIRS_S = (1000 - 2 * 480) / 2.5 + 480 / 0.24
ON_REQUEST = Lift(
    ride_s=300, headway_s=0, access_s=0, exit_s=0, opens="08:00-18:00", on_request=True, request_delay_s=600
)


def up_the_cliff(lift: Lift, at: datetime, ready_after_s: float = 0.0, **more: object) -> Journey:
    ways = cliff(lift)
    return journey(ways, on_foot(at_node(ways, "A"), ready_after_s), at_node(ways, "C"), at, **more)


def test_in_its_hours_the_cableway_is_taken() -> None:
    came = up_the_cliff(DAYTIME, local(12))
    assert modes(came) == [Mode.WALK, Mode.CABLEWAY]
    assert came.travel_s == pytest.approx(720 + 300)


def test_a_cableway_that_shuts_in_five_minutes_is_no_way_for_a_crew_twelve_minutes_off() -> None:
    came = up_the_cliff(DAYTIME, local(17, 55))
    assert modes(came) == [Mode.WALK]
    assert came.travel_s == pytest.approx(720 + STAIRS_S)


def test_a_cableway_that_shuts_in_thirteen_minutes_still_takes_that_crew() -> None:
    assert modes(up_the_cliff(DAYTIME, local(17, 47))) == [Mode.WALK, Mode.CABLEWAY]


def test_the_turnout_counts_towards_reaching_the_cableway_in_time() -> None:
    assert modes(up_the_cliff(DAYTIME, local(17, 47), ready_after_s=90)) == [Mode.WALK]


def test_each_crew_meets_the_clock_on_its_own() -> None:
    ways = cliff(DAYTIME)
    near, far = at_node(ways, "B"), at_node(ways, "A")
    crews = [Origin(id="near", lon=near.lon, lat=near.lat), Origin(id="far", lon=far.lon, lat=far.lat)]
    answers = travel_times(ways, crews, at_node(ways, "C"), at=local(17, 55), zone=ZONE)
    assert [modes(each) for each in answers if isinstance(each, Journey)] == [[Mode.CABLEWAY], [Mode.WALK]]


def test_at_night_a_lift_on_request_costs_its_delay_and_the_others_do_not_exist() -> None:
    asked = up_the_cliff(ON_REQUEST, local(2))
    assert modes(asked) == [Mode.WALK, Mode.WAIT, Mode.CABLEWAY]
    assert asked.travel_s == pytest.approx(720 + 600 + 300)
    assert modes(up_the_cliff(DAYTIME, local(2))) == [Mode.WALK]


def test_a_lift_on_request_that_shuts_on_the_way_is_opened_again_when_that_is_sooner() -> None:
    came = up_the_cliff(ON_REQUEST, local(17, 55))
    assert modes(came) == [Mode.WALK, Mode.WAIT, Mode.CABLEWAY]
    slow = Lift(
        ride_s=300, headway_s=0, access_s=0, exit_s=0, opens="08:00-18:00", on_request=True, request_delay_s=3600
    )
    assert modes(up_the_cliff(slow, local(17, 55))) == [Mode.WALK]


def test_a_lift_that_opens_while_the_crew_is_on_the_way_is_taken() -> None:
    assert modes(up_the_cliff(DAYTIME, local(7, 50))) == [Mode.WALK, Mode.CABLEWAY]


def test_a_crew_waits_at_a_lift_about_to_open_rather_than_climb() -> None:
    came = up_the_cliff(DAYTIME, local(7, 45))
    assert modes(came) == [Mode.WALK, Mode.WAIT, Mode.CABLEWAY]
    assert came.legs[1].time_s == pytest.approx(180)
    assert (came.legs[1].start, came.legs[1].end) == (came.legs[0].end, came.legs[2].start)


def test_a_crew_never_waits_the_night_through() -> None:
    ways = straight((CABLEWAY, 1000), lift=DAYTIME)
    answer = ask(ways, on_foot(at_node(ways, "A")), at_node(ways, "B"), local(18, 30))
    assert answer == Unreachable(origin="unit", reason=Reason.NO_WAY)


def test_an_opened_lift_runs_at_night_and_a_closed_one_not_by_day() -> None:
    assert modes(up_the_cliff(DAYTIME, local(2), closures=closing(opened=("cable",)))) == [Mode.WALK, Mode.CABLEWAY]
    assert modes(up_the_cliff(ON_REQUEST, local(12), closures=closing("cable"))) == [Mode.WALK]


def test_hours_are_the_areas_own_and_follow_its_summer_time() -> None:
    andorra = ZoneInfo("Europe/Andorra")
    ways = straight((CABLEWAY, 1000), lift=DAYTIME)
    crew, to = on_foot(at_node(ways, "A")), at_node(ways, "B")
    in_summer = datetime(2026, 7, 1, 6, 30, tzinfo=UTC)  # 08:30 there
    in_winter = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)  # 07:30 there: half an hour to wait
    for at, waits_s in ((in_summer, 0), (in_winter, 1800)):
        (answer,) = travel_times(ways, [crew], to, at=at, zone=andorra)
        assert isinstance(answer, Journey)
        assert sum(leg.time_s for leg in answer.legs if leg.mode is Mode.WAIT) == waits_s


def test_an_instant_without_a_time_zone_is_refused() -> None:
    ways = straight((FLAT, 1000))
    with pytest.raises(ValueError, match="no time zone"):
        ask(ways, on_foot(at_node(ways, "A")), at_node(ways, "B"), datetime(2026, 5, 1))  # noqa: DTZ001


def test_the_day_of_the_week_counts() -> None:
    sundays_off = Lift(ride_s=300, headway_s=0, access_s=0, exit_s=0, opens="08:00-18:00; Su off")
    sunday = datetime(2026, 5, 3, 4, 0, tzinfo=UTC)
    assert modes(up_the_cliff(sundays_off, sunday)) == [Mode.WALK]
    assert modes(up_the_cliff(sundays_off, sunday + timedelta(days=1))) == [Mode.WALK, Mode.CABLEWAY]


def test_hours_nobody_can_read_are_refused() -> None:
    with pytest.raises(UnreadableHours, match="half past seven"):
        check_hours(Lift(ride_s=1, headway_s=0, access_s=0, exit_s=0, opens="half past seven"))


def test_two_lifts_in_a_row_are_two_legs() -> None:
    ways = straight((CABLEWAY, 1000), (CABLEWAY, 1000), lift=ALWAYS)
    came = journey(ways, on_foot(at_node(ways, "A")), at_node(ways, "C"))
    assert [(leg.mode, leg.edges) for leg in came.legs] == [
        (Mode.CABLEWAY, ("A-B-cableway",)),
        (Mode.CABLEWAY, ("B-C-cableway",)),
    ]


@pytest.mark.parametrize("lift_class", sorted(LIFT_CLASSES))
def test_whatever_is_ridden_keeps_its_hours(lift_class: EdgeClass) -> None:
    nodes = [line_node("A", 0), line_node("B", 1800), line_node("C", 2800)]
    ways = network(nodes, [edge("A", "B", FLAT, 1800), edge("B", "C", lift_class, 1000, lift=DAYTIME)])
    crew, to = on_foot(at_node(ways, "A")), at_node(ways, "C")
    assert modes(journey(ways, crew, to, local(17, 47))) == [Mode.WALK, Mode(lift_class)]
    assert isinstance(ask(ways, crew, to, local(17, 55)), Unreachable)


def test_legs_join_end_to_start() -> None:
    came = up_the_cliff(ON_REQUEST, local(2))

    def ends(leg: Leg) -> tuple[float, float]:
        return leg.end.lon, leg.end.lat

    for before, after in zip(came.legs, came.legs[1:], strict=False):
        assert ends(before) == (after.start.lon, after.start.lat)
