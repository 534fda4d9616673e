"""The network as a value, and the nearest point of it."""

import numpy as np
import pytest
from geo_networks import ALWAYS, at_node, edge, line_node, network, wulingyuan
from hypothesis import given
from hypothesis import strategies as st

from geo.coordinates import LonLat
from geo.network import BrokenNetwork, Edge, EdgeClass, Network, OffTheMap, islands

ROAD, TRAIL, CABLEWAY = EdgeClass.ROAD, EdgeClass.TRAIL, EdgeClass.CABLEWAY
A, B, C = line_node("A", 0, 400), line_node("B", 1000, 600), line_node("C", 2000, 600)


def east(metres: float, north: float = 0.0) -> tuple[float, float]:
    return A.lon + metres / 97_146.0, A.lat + north / 110_850.0


def test_the_same_content_has_the_same_version_whatever_its_order() -> None:
    area = wulingyuan()
    turned = Network(code="x", srid=area.srid, nodes=area.nodes[::-1], edges=area.edges[::-1])
    assert turned.version == area.version


def test_any_change_of_content_changes_the_version() -> None:
    before = network([A, B], [edge("A", "B", ROAD, 1000)])
    assert network([A, B], [edge("A", "B", ROAD, 1001)]).version != before.version
    assert network([A, B, C], [edge("A", "B", ROAD, 1000)]).version != before.version


@pytest.mark.parametrize(
    ("nodes", "edges", "fault"),
    [
        ([A], [edge("A", "B", ROAD, 1)], "A-B-road ends at B, which is not a node"),
        ([A, A], [], "A is there twice"),
        ([A, B], [edge("A", "B", ROAD, 1), edge("A", "B", ROAD, 2)], "A-B-road is there twice"),
        ([A, B], [edge("A", "B", ROAD, -1)], "no number >= 0"),
        ([A, B], [edge("A", "B", ROAD, float("nan"))], "no number >= 0"),
        ([A, B], [edge("A", "B", CABLEWAY, 1)], "of class cableway must say how its lift runs"),
        ([A, B], [edge("A", "B", ROAD, 1, lift=ALWAYS)], "of class road must not say how its lift runs"),
        ([A, B], [edge("A", "B", ROAD, 1, line=(LonLat(1, 1),))], "a line of fewer than two points"),
    ],
)
def test_what_makes_no_network_is_refused_with_its_fault(nodes: list, edges: list[Edge], fault: str) -> None:
    with pytest.raises(BrokenNetwork, match=fault):
        network(nodes, edges)


def test_a_point_beside_a_way_snaps_to_it_with_offset_distance_and_height() -> None:
    snap = network([A, B], [edge("A", "B", TRAIL, 1500)]).snap(*east(250, north=40))
    assert snap.edge == "A-B-trail"
    assert snap.offset_m == pytest.approx(375, rel=0.01)  # a quarter of the way along the ground
    assert snap.distance_m == pytest.approx(40, rel=0.01)
    assert snap.elevation_m == pytest.approx(450, rel=0.01)


@given(
    share=st.floats(0, 1),
    side_m=st.floats(-300, 300),
)
def test_a_snapped_point_snaps_to_itself(share: float, side_m: float) -> None:
    way = network([A, B], [edge("A", "B", TRAIL, 1500)])
    snap = way.snap(*east(1000 * share, north=side_m))
    again = way.snap(snap.lon, snap.lat)
    assert again.distance_m < 0.001
    assert again.offset_m == pytest.approx(snap.offset_m, abs=0.01)


def test_nobody_stands_in_the_middle_of_a_cableway_only_at_its_ends() -> None:
    hanging = network([A, B, C], [edge("A", "B", TRAIL, 1000), edge("B", "C", CABLEWAY, 1000, lift=ALWAYS)])
    assert hanging.snap(*east(1400)).edge == "A-B-trail"
    far_end = hanging.snap(*east(1600))
    assert (far_end.edge, far_end.offset_m) == ("B-C-cableway", 1000)
    assert (far_end.lon, far_end.lat) == pytest.approx(at_node(hanging, "C"), abs=1e-9)
    assert far_end.elevation_m == 600


def test_a_curved_way_is_measured_along_its_line() -> None:
    bend = (LonLat(*east(0)), LonLat(*east(0, north=1000)), LonLat(*east(1000)))
    way = network([A, B], [edge("A", "B", TRAIL, 2414, line=bend)])
    assert way.snap(*east(0, north=1000)).offset_m == pytest.approx(1000, rel=0.01)


def test_the_top_and_the_foot_of_a_cliff_are_both_offered_nearest_first() -> None:
    top, foot = line_node("T", 0, 1000), line_node("F", 0, 600)
    ways = network(
        [A, B, top, foot],
        [
            edge("A", "B", ROAD, 1000),
            Edge(
                id="rim",
                from_node="T",
                to_node="F",
                edge_class=TRAIL,
                length_m=1000,
                line=(LonLat(*east(0, north=60)), LonLat(*east(1000, north=60))),
            ),
        ],
    )
    offered = ways.snaps(*east(500, north=20), within_m=100)
    assert [snap.edge for snap in offered] == ["A-B-road", "rim"]
    assert [round(snap.distance_m) for snap in offered] == [20, 40]
    assert [round(snap.elevation_m) for snap in offered] == [500, 800]
    assert ways.snaps(*east(500, north=20), within_m=10) == ()


def test_a_point_off_the_map_is_refused() -> None:
    with pytest.raises(OffTheMap):
        network([A, B], [edge("A", "B", ROAD, 1000)]).snap(float("nan"), 29.0)
    with pytest.raises(OffTheMap):
        network([A, B], []).snap(*east(0))


def test_two_nodes_at_one_point_do_not_break_snapping() -> None:
    twin = line_node("D", 0)
    snap = network([A, twin], [edge("A", "D", EdgeClass.STAIRS, 10)]).snap(*east(3))
    assert (snap.edge, snap.offset_m) == ("A-D-stairs", 0.0)


def test_islands_are_listed_largest_first() -> None:
    d, e = line_node("D", 5000), line_node("E", 6000)
    found = islands(
        network(
            [A, B, C, d, e],
            [edge("A", "B", ROAD, 1), edge("B", "C", TRAIL, 1), edge("D", "E", ROAD, 1)],
        )
    )
    assert found.roads == (frozenset("AB"), frozenset("DE"))
    assert found.parts == (frozenset("ABC"), frozenset("DE"))


@given(lon=st.floats(110.2, 110.7), lat=st.floats(29.1, 29.5))
def test_one_point_is_put_where_it_would_be_among_many(lon: float, lat: float) -> None:
    index = wulingyuan().snap_index
    several = index.nearest_on_foot(np.array([lon] * 600), np.array([lat] * 600))

    assert index.nearest_one(lon, lat) == several[0] == several[-1]
