"""A field of travel times is what `travel_times` says of every origin and point, one by one."""

from datetime import UTC, datetime, timedelta
from math import inf, isfinite
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from geo_networks import ALWAYS, at_node, closing, edge, line_node, network, wulingyuan
from hypothesis import given, settings
from hypothesis import strategies as st
from test_geo_demo_area import BASES, NIGHT, NOON, crew
from test_geo_properties import Given, closings, crews, eta_s, in_force, networks, positions
from test_geo_properties import at as snap_at
from test_geo_travel_time import DAYTIME, ON_REQUEST, cliff

from geo.along import Position
from geo.closure import ALL_OPEN, Closures, together
from geo.coordinates import LonLat
from geo.field import NOBODY, Points, field, nearest
from geo.graph import graph
from geo.journey import Mode
from geo.lift_hours import lift_hours
from geo.network import Edge, EdgeClass, Network
from geo.snap import Snap
from geo.speed import LIFT_CLASSES, NORMAL
from geo.travel_time import Origin, travel_times

ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime(2026, 4, 30, 16, 0, tzinfo=UTC)


def one_by_one(
    ways: Network, origins: list[Origin], places: list[LonLat | Snap], at: datetime, closures: Closures = ALL_OPEN
) -> np.ndarray:
    answers = [travel_times(ways, origins, place, at=at, zone=ZONE, closures=closures) for place in places]
    return np.array([[eta_s(answer) for answer in each] for each in answers]).reshape(len(places), -1).T


def assert_same(
    ways: Network, origins: list[Origin], places: list[LonLat | Snap], at: datetime, closures: Closures = ALL_OPEN
) -> np.ndarray:
    told = field(ways, origins, Points(ways, places), at=at, zone=ZONE, closures=closures)
    expected = one_by_one(ways, origins, places, at, closures)
    assert told.origins == tuple(each.id for each in origins)
    assert np.array_equal(np.isfinite(told.eta_s), np.isfinite(expected))
    finite = np.isfinite(expected)
    assert np.allclose(told.eta_s[finite], expected[finite], rtol=0, atol=1e-6)
    return told.eta_s


def along(ways: Network, every_m: float) -> list[LonLat | Snap]:
    """Positions along all ways on which people stand, and at the ends of the lifts."""
    places: list[LonLat | Snap] = []
    for number, each in enumerate(ways.edges):
        pieces = 1 if each.edge_class in LIFT_CLASSES else max(1, int(each.length_m // every_m))
        places += [snap_at(ways, number, (piece + 0.5) / pieces) for piece in range(pieces)]
    return places


def spread(ways: Network, ready_s: tuple[float, ...] = (60.0, 600.0)) -> list[Origin]:
    """Crews at the demo area's bases: driving, on foot, away from their vehicle, off the network, busy for longer."""
    made = []
    for number, node in enumerate(BASES[::2]):
        here, other = at_node(ways, node), at_node(ways, BASES[2 * number - 1])
        ready = ready_s[number % len(ready_s)]
        made += [
            crew(node, ready_after_s=ready),
            Origin(id=f"{node} on foot", lon=here.lon + 0.0007, lat=here.lat, ready_after_s=ready + 30),
            Origin(id=f"{node} to {other}", lon=here.lon, lat=here.lat, vehicle=other, ready_after_s=ready),
        ]
    return [*made, Origin(id="far off", lon=112.0, lat=29.3), Origin(id="on the moon", lon=0.0, lat=89.0)]


@settings(deadline=None, max_examples=30)
@given(
    ways=networks(),
    where=st.lists(positions, min_size=1, max_size=6),
    stands=positions,
    given_closures=closings,
)
def test_on_every_network_the_field_is_what_travel_times_says(
    ways: Network, where: list[tuple[int, float]], stands: tuple[int, float], given_closures: list[Given]
) -> None:
    there = snap_at(ways, *stands)
    midway = [
        Origin(id="midway", lon=there.lon, lat=there.lat, ready_after_s=5),
        Origin(id="midway driving", lon=there.lon, lat=there.lat, vehicle=LonLat(there.lon, there.lat)),
    ]
    assert_same(
        ways, [*crews(ways), *midway], [snap_at(ways, *each) for each in where], NOON, in_force(ways, given_closures)
    )


@settings(deadline=None, max_examples=30)
@given(
    ways=networks(),
    where=st.lists(positions, min_size=1, max_size=4),
    hours=st.lists(
        st.sampled_from(["24/7", "08:00-18:00", "12:10-18:00", "08:00-12:05", "off"]), min_size=3, max_size=3
    ),
    on_request=st.lists(st.booleans(), min_size=2, max_size=2),
    minutes=st.sampled_from([-240, -20, 0, 3, 9, 355]),
)
def test_lifts_that_shut_or_open_on_the_way_are_met_alike(
    ways: Network, where: list[tuple[int, float]], hours: list[str], on_request: list[bool], minutes: int
) -> None:
    """Lengths are stretched a little, each differently: on a tie the two searches may differ, as the field says."""
    edges = []
    for number, each in enumerate(ways.edges):
        if each.lift:
            lift = ALWAYS.__class__(
                ride_s=each.lift.ride_s + number * 1.37,
                headway_s=20,
                access_s=30,
                exit_s=20,
                opens=hours[number % 3],
                on_request=on_request[number % 2],
                request_delay_s=500 + number,
            )
            edges.append(_with(each, lift=lift))
        else:
            edges.append(_with(each, length_m=each.length_m * (1 + number * 0.00731)))
    timed = network(list(ways.nodes), edges)
    places = [snap_at(timed, *each) for each in where]
    assert_same(timed, crews(timed), places, NOON + timedelta(minutes=minutes))


def _with(each: Edge, **more: object) -> Edge:
    return Edge(**{**{name: getattr(each, name) for name in Edge.__slots__}, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "minutes", [0, 7 * 60 - 15, 7 * 60 + 50, 12 * 60, 17 * 60 + 5, 17 * 60 + 25, 17 * 60 + 55, 22 * 60]
)
def test_over_the_demo_area_at_any_hour_the_field_is_what_travel_times_says(minutes: int) -> None:
    """The hours are those around which lifts open and shut; busy crews set out later and meet them otherwise."""
    ways = wulingyuan()
    origins = spread(ways, (60.0, 900.0, 1500.0))
    assert_same(ways, origins, along(ways, 3000.0), MIDNIGHT + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "closures",
    [
        closing("BLL-BLU-lift"),
        closing(opened=("BLL-BLU-lift", "TZL-TZU-cableway")),
        closing("TZL-TZU-cableway", opened=("YJL-YJU-cableway",)),
    ],
)
def test_closures_and_lifts_opened_at_night_change_the_field_as_they_change_travel_times(
    closures: Closures,
) -> None:
    ways = wulingyuan()
    origins = spread(ways)
    shut = together([*closures, *closing(ways.edges[0].id)])
    for at in (NOON, NIGHT):
        assert_same(ways, origins, along(ways, 4000.0), at, shut)


def test_a_field_on_the_cliff_knows_that_the_cableway_shuts_on_the_way() -> None:
    for lift in (DAYTIME, ON_REQUEST):
        ways = cliff(lift)
        origins = [
            Origin(id=f"{name} {ready}", lon=at_node(ways, name).lon, lat=at_node(ways, name).lat, ready_after_s=ready)
            for name in "ABC"
            for ready in (0.0, 90.0, 3000.0)
        ]
        for minute in (0, 7 * 60 + 35, 12 * 60, 17 * 60 + 47, 17 * 60 + 55):
            assert_same(ways, origins, along(ways, 200.0), MIDNIGHT + timedelta(minutes=minute))


def test_points_beside_the_ways_cost_the_walk_to_them_and_far_ones_have_no_time() -> None:
    ways = wulingyuan()
    places: list[LonLat | Snap] = [
        LonLat(110.474, 29.347),
        LonLat(110.4741, 29.3451),
        LonLat(111.9, 29.3),
        LonLat(0, 90),
    ]
    eta = assert_same(ways, spread(ways), places, NOON)
    assert np.isinf(eta[:, 2:]).all()
    assert isfinite(eta[:, :2].min())


def test_the_nearest_second_and_third_come_in_order_and_nobody_is_nobody() -> None:
    ways = wulingyuan()
    told = field(ways, spread(ways), Points(ways, along(ways, 2000.0)), at=NOON, zone=ZONE)
    who, times = told.ranked(3)
    assert np.array_equal(times, np.sort(told.eta_s, axis=0)[:3])
    assert (times[0] <= times[1]).all()
    assert np.array_equal(told.eta_s[who[2], np.arange(who.shape[1])], times[2])
    one = field(ways, spread(ways)[-1:], Points(ways, along(ways, 2000.0)), at=NOON, zone=ZONE)
    assert (one.ranked(2)[0] == NOBODY).all()
    assert (one.ranked(2)[1] == inf).all()


@settings(deadline=None, max_examples=30)
@given(
    ways=networks(),
    where=st.lists(positions, min_size=1, max_size=6),
    given_closures=closings,
    within_s=st.sampled_from([600.0, inf]),
)
def test_who_is_first_is_the_first_of_the_field(
    ways: Network, where: list[tuple[int, float]], given_closures: list[Given], within_s: float
) -> None:
    points, closures = Points(ways, [snap_at(ways, *each) for each in where]), in_force(ways, given_closures)
    told = field(ways, crews(ways), points, at=NOON, zone=ZONE, closures=closures)
    found = nearest(ways, crews(ways), points, at=NOON, zone=ZONE, closures=closures, within_s=within_s)
    soonest = told.ranked()[1][0]
    assert np.allclose(found.eta_s, np.where(soonest <= within_s, soonest, inf), rtol=0, atol=1e-6)
    for point, (who, eta) in enumerate(zip(found.who.tolist(), found.eta_s.tolist(), strict=True)):
        assert (who == NOBODY) == (eta == inf)
        assert who == NOBODY or told.eta_s[who, point] == pytest.approx(eta, abs=1e-6)


@pytest.mark.parametrize("minutes", [0, 7 * 60 + 50, 12 * 60, 17 * 60 + 25])
def test_who_is_first_in_the_demo_area_whatever_the_lifts_do(minutes: int) -> None:
    ways = wulingyuan()
    points, at = Points(ways, along(ways, 2000.0)), MIDNIGHT + timedelta(minutes=minutes)
    told = field(ways, spread(ways), points, at=at, zone=ZONE)
    assert np.allclose(nearest(ways, spread(ways), points, at=at, zone=ZONE).eta_s, told.ranked()[1][0], atol=1e-6)


def test_nobody_and_nowhere_make_an_empty_field() -> None:
    ways = wulingyuan()
    assert field(ways, [], Points(ways, along(ways, 2000.0)), at=NOON, zone=ZONE).ranked()[0].max() == NOBODY
    assert field(ways, spread(ways), Points(ways, []), at=NOON, zone=ZONE).eta_s.shape == (17, 0)


def test_an_instant_without_a_time_zone_is_refused() -> None:
    ways = wulingyuan()
    with pytest.raises(ValueError, match="time zone"):
        field(ways, [], Points(ways, []), at=datetime(2026, 5, 1), zone=ZONE)  # noqa: DTZ001


@settings(deadline=None, max_examples=60)
@given(ways=networks(), here=positions, there=st.lists(positions, min_size=1, max_size=8), given_closures=closings)
def test_along_stretches_the_many_are_timed_as_the_one(
    ways: Network, here: tuple[int, float], there: list[tuple[int, float]], given_closures: list[Given]
) -> None:
    closures = in_force(ways, given_closures)
    compiled = graph(ways, NORMAL, closures, lift_hours(ways, ZONE, closures).delays_s(NOON))
    start, *places = (Position(number % len(ways.edges), share) for number, share in (here, *there))
    edges, fractions = np.array([each.edge for each in places]), np.array([each.fraction for each in places])
    stretch = compiled.stretches.of_place[compiled.stretches.place]
    for mode in (Mode.WALK, Mode.DRIVE):
        layer = compiled.layer(mode)
        beside = np.flatnonzero(stretch[edges] == stretch[start.edge])
        straight_s = [layer.straight_s(start, places[number]) for number in beside.tolist()]
        assert np.allclose(layer.all_straight_s(start, edges[beside], fractions[beside]), straight_s)
        ends_s = [layer.ends_s(each, leaving=False) for each in places]
        assert np.allclose(np.transpose(layer.all_ends_s(edges, fractions)), ends_s)


def test_a_way_that_ends_where_it_began_is_left_by_its_nearer_end() -> None:
    loop = [edge("A", "A", EdgeClass.FLAGSTONE, 1000), edge("A", "B", EdgeClass.FLAGSTONE, 500)]
    bend = tuple(LonLat(110.45 + east, 29.35 + north) for east, north in ((0, 0), (-0.002, 0.003), (-0.004, 0), (0, 0)))
    ways = network([line_node("A", 0), line_node("B", 500)], [_with(loop[0], line=bend), loop[1]])
    origins = [Origin(id=str(share), lon=s.lon, lat=s.lat) for share, s in ((i, bend[i]) for i in range(3))]
    assert_same(ways, origins, [snap_at(ways, 1, 0.5), snap_at(ways, 0, 0.9)], NOON)
