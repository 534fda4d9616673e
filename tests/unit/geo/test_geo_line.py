"""Legs as lines on the map: they begin and end where the leg does, follow its edges, and leave nothing out."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import shapely
from geo_networks import at_node, edge, line_node, network, rows, wulingyuan
from pyproj import Geod

from geo.coordinates import LonLat
from geo.journey import Journey, Leg, Mode, Origin, Stop
from geo.line import leg_line
from geo.network import EdgeClass, Network
from geo.travel_time import travel_times

NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
GEOD = Geod(ellps="WGS84")


def apart_m(one: LonLat, other: LonLat) -> float:
    return float(GEOD.inv(*one, *other)[2])


def at(stop: Stop) -> LonLat:
    return LonLat(stop.lon, stop.lat)


def journeys() -> list[Journey]:
    """From every post of the demo area to a few places, by vehicle."""
    of = wulingyuan()
    origins = [
        Origin(id=row["code"], lon=lon, lat=lat, vehicle=LonLat(lon, lat))
        for row in rows("posts.csv")
        for lon, lat in [(float(row["lon"]), float(row["lat"]))]
    ]
    places = [row for row in rows("places.csv") if row["code"] in {"HHY", "BFH", "BLU", "HSZ", "TZG"}]
    answers = [
        travel_times(of, origins, LonLat(float(place["lon"]) + 0.0004, float(place["lat"])), at=NOON, zone=ZONE)
        for place in places
    ]
    return [each for each in itertools.chain.from_iterable(answers) if isinstance(each, Journey)]


def test_every_leg_of_the_demo_area_runs_from_its_start_to_its_end_along_its_edges() -> None:
    of = wulingyuan()
    legs = [leg for journey in journeys() for leg in journey.legs]
    assert {leg.mode for leg in legs} >= {Mode.DRIVE, Mode.WALK, Mode.LEAVE}
    moving = 0
    for leg in legs:
        line = leg_line(of, leg)
        if not line:
            assert leg.length_m < 21, leg
            continue
        moving += 1
        assert apart_m(line[0], at(leg.start)) < 21, leg  # a stop within 20 m of a node is named as the node
        assert apart_m(line[-1], at(leg.end)) < 21, leg
        ways = shapely.MultiLineString([_whole(of, each) for each in leg.edges] or [[line[0], line[-1]]])
        assert all(ways.distance(shapely.Point(point)) < 1e-9 for point in line)
        assert all(one != other for one, other in itertools.pairwise(line))
    assert moving > 200


def _whole(of: Network, code: str) -> list[LonLat]:
    edge = of.edge(code)
    return [at_node(of, edge.from_node), at_node(of, edge.to_node)]


def bent() -> Network:
    """A and B joined by a road over a point to the north, B and C by a straight path drawn from C to B."""
    a, b, c = line_node("A", 0), line_node("B", 1000), line_node("C", 2000)
    road = edge("A", "B", EdgeClass.ROAD, 1500)
    bow = (LonLat(a.lon, a.lat), LonLat((a.lon + b.lon) / 2, a.lat + 0.005), LonLat(b.lon, b.lat))
    return network([a, b, c], [replace(road, line=bow), edge("C", "B", EdgeClass.TRAIL, 1000)])


def leg(of: Network, mode: Mode, start: LonLat, end: LonLat, *edges: str) -> Leg:
    stops = [Stop(node=None, name_zh="", name_en="", lon=each.lon, lat=each.lat) for each in (start, end)]
    return Leg(
        mode=mode, start=stops[0], end=stops[1], length_m=1, ascent_m=0, descent_m=0, time_s=1, edges=tuple(edges)
    )


def test_an_edges_own_bends_are_kept_in_the_direction_that_is_travelled() -> None:
    of = bent()
    a, c = (at_node(of, node) for node in "AC")
    road, path = (each.id for each in of.edges)
    bend = of.edge(road).line
    assert bend is not None
    assert leg_line(of, leg(of, Mode.WALK, a, c, road, path)) == (*bend, c)
    assert leg_line(of, leg(of, Mode.WALK, c, a, path, road)) == (c, *reversed(bend))


def test_a_leg_within_one_edge_is_cut_at_both_ends() -> None:
    of = bent()
    b, c = at_node(of, "B"), at_node(of, "C")
    third, half = (LonLat(b.lon + (c.lon - b.lon) * share, b.lat) for share in (1 / 3, 1 / 2))
    for start, end in ((third, half), (half, third)):
        line = leg_line(of, leg(of, Mode.WALK, start, end, of.edges[1].id))
        assert [point for each in line for point in each] == pytest.approx([*start, *end])


def test_through_pathless_ground_it_is_straight_and_whoever_waits_goes_nowhere() -> None:
    of = bent()
    a, c = at_node(of, "A"), at_node(of, "C")
    assert leg_line(of, leg(of, Mode.OFF_NETWORK, a, c)) == (a, c)
    for mode in (Mode.WAIT, Mode.BOARD, Mode.LEAVE):
        assert leg_line(of, leg(of, mode, a, a)) == ()
    assert leg_line(of, leg(of, Mode.WALK, a, a, of.edges[0].id)) == ()
