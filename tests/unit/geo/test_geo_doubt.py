"""A vague point between a cliff's top and its foot is told to be one; one beside a single way is not."""

from dataclasses import replace

import pytest
from geo_networks import ALWAYS, edge, line_node, network
from hypothesis import given, settings
from hypothesis import strategies as st
from test_geo_properties import networks

from geo.conditions import NORMAL
from geo.doubt import LEAST_M, MOST_PARTS, WIDEST_M, on_way, parts, there
from geo.network import EdgeClass, Network, Node


def north(node: Node, north_m: float) -> Node:
    return replace(node, lat=node.lat + north_m / 110_900)


def cliff(stairs_m: float = 2500.0) -> Network:
    """A valley road and, 150 m north of it, a rim trail 300 m higher; stairs at the far end, a lift between."""
    foot = [line_node(name, east) for name, east in (("V0", 0), ("V1", 1000), ("V2", 2000))]
    rim = [north(line_node(name, east, 800), 150) for name, east in (("R0", 0), ("R1", 1000), ("R2", 2000))]
    return network(
        [*foot, *rim],
        [
            replace(edge("V0", "V1", EdgeClass.ROAD, 1000), name_zh="谷底公路", name_en="valley road"),
            edge("V1", "V2", EdgeClass.ROAD, 1000),
            replace(edge("R0", "R1", EdgeClass.TRAIL, 1000), name_zh="崖顶步道", name_en="rim trail"),
            edge("R1", "R2", EdgeClass.TRAIL, 1000),
            edge("V2", "R2", EdgeClass.STAIRS, stairs_m, ascent_m=300),
            edge("V1", "R1", EdgeClass.LIFT, 335, ascent_m=300, lift=ALWAYS),
        ],
    )


LON, LAT = 110.45 + 500 / 97_146, 29.35 + 60 / 110_900
"""Halfway along, 60 m north of the road and 90 m south of the rim trail."""


def test_cliff_top_and_valley_floor_within_the_accuracy_are_two_parts_with_their_heights_and_names() -> None:
    road, rim = parts(cliff(), LON, LAT, 100.0, NORMAL)
    assert (road.name_en, road.name_zh, rim.name_en) == ("valley road", "谷底公路", "rim trail")
    assert (road.snap.elevation_m, rim.snap.elevation_m) == (500, 800)
    assert (road.snap.distance_m, rim.snap.distance_m) == pytest.approx((60, 90), abs=1)


def test_a_better_known_point_leaves_no_doubt_and_one_off_the_ways_is_as_vague_as_the_nearest_is_far() -> None:
    assert [each.name_en for each in parts(cliff(), LON, LAT, 30.0, NORMAL)] == ["valley road"]
    assert [each.name_en for each in parts(cliff(), LON, LAT, None, NORMAL)] == ["valley road"]


def test_a_phone_under_a_wall_is_not_believed_to_the_metre_and_a_place_that_is_known_is() -> None:
    of = cliff()
    close = replace(
        of,
        nodes=tuple(replace(each, lat=29.35 + 25 / 110_900) if each.id in ("R0", "R1") else each for each in of.nodes),
    )
    on_the_road = (close, 110.45 + 500 / 97_146, 29.35)
    assert [each.name_en for each in parts(*on_the_road, 3.0, NORMAL)] == ["valley road", "rim trail"]
    assert [each.name_en for each in parts(*on_the_road, None, NORMAL)] == ["valley road"]


def test_two_ways_with_a_short_walk_between_them_are_one_part() -> None:
    of = cliff()
    cut = replace(of, edges=(*of.edges, edge("V0", "R0", EdgeClass.FLAGSTONE, 160)))
    assert len(parts(cut, 110.45 + 100 / 97_146, LAT, 100.0, NORMAL)) == 1


def test_a_path_beside_a_road_is_no_other_place_unless_a_wall_is_between() -> None:
    of = cliff()
    for high_m, names in ((505, ["valley road"]), (530, ["valley road", "rim trail"])):
        beside = {each.id: north(replace(each, lat=29.35, elevation_m=high_m), 20) for each in of.nodes[3:]}
        along = replace(of, nodes=tuple(beside.get(each.id, each) for each in of.nodes))
        assert [each.name_en for each in parts(along, LON, 29.35, 30.0, NORMAL)] == names


def test_a_long_way_along_which_one_goes_straight_is_one_part_however_vague_the_point() -> None:
    nodes = [line_node(f"P{number}", 200.0 * number) for number in range(8)]
    pieces = [edge(f"P{number}", f"P{number + 1}", EdgeClass.FLAGSTONE, 200) for number in range(7)]
    assert len(parts(network(nodes, pieces), 110.45 + 700 / 97_146, 29.35, WIDEST_M, NORMAL)) == 1


def test_what_is_unnamed_takes_the_name_of_the_nearer_end() -> None:
    _, rim = parts(cliff(), 110.45 + 1800 / 97_146, LAT, 100.0, NORMAL)
    assert rim.name_zh == "R2处"


def test_the_accuracy_explains_why_a_point_lies_beside_its_way() -> None:
    _, rim = parts(cliff(), LON, LAT, 100.0, NORMAL)
    assert there(rim.snap, 100.0).distance_m == 0.0
    assert there(rim.snap, 50.0).distance_m == pytest.approx(40, abs=1)
    assert there(rim.snap, None).distance_m == pytest.approx(60, abs=1)


def test_a_way_is_found_by_its_code_where_it_is_near() -> None:
    of = cliff()
    found = on_way(of, LON, LAT, "R0-R1-trail", 100.0)
    assert found is not None
    assert found.distance_m == pytest.approx(90, abs=1)
    assert on_way(of, LON, LAT, "R0-R1-trail", 50.0) is None
    assert on_way(of, LON, LAT, "V1-R1-lift", 2000.0) is None


def test_far_off_the_map_there_are_no_parts() -> None:
    assert parts(cliff(), 200.0, 95.0, 100.0, NORMAL) == ()


@settings(deadline=None, max_examples=40)
@given(
    ways=networks(),
    east_m=st.floats(-4000, 4000),
    north_m=st.floats(-4000, 4000),
    accuracy_m=st.sampled_from([0.0, 50.0, 400.0]),
)
def test_the_nearest_way_is_always_the_first_part_and_all_lie_within_the_accuracy(
    ways: Network, east_m: float, north_m: float, accuracy_m: float
) -> None:
    lon, lat = 110.45 + east_m / 97_000, 29.35 + north_m / 110_900
    found = parts(ways, lon, lat, accuracy_m, NORMAL)
    nearest = ways.snap(lon, lat)
    assert 1 <= len(found) <= MOST_PARTS
    assert found[0].snap.distance_m == pytest.approx(nearest.distance_m)
    assert len({each.snap.edge for each in found}) == len(found)
    assert all(each.snap.distance_m <= max(accuracy_m, LEAST_M, nearest.distance_m) + 1e-6 for each in found)
    [known, *_] = parts(ways, lon, lat, None, NORMAL)
    assert known == found[0]
