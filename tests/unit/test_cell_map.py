"""A cell's map on paper."""

import re

import pytest
import shapely

from geo.coordinates import LonLat
from geo.network import Edge, Network, Node
from geo.speed import EdgeClass
from grids.cell_map import HEIGHT_MM, STYLES, WIDTH_MM, Maps, Mark

CELL = shapely.box(110.460, 29.340, 110.470, 29.350)


def network(**lines: tuple[EdgeClass, list[tuple[float, float]]]) -> Network:
    """Edges by name, each with its class and its points; every end is a node of its own."""
    nodes, edges = [], []
    for name, (edge_class, points) in lines.items():
        ends = [f"{name}-{which}" for which in ("from", "to")]
        for end, (lon, lat) in zip(ends, (points[0], points[-1]), strict=True):
            nodes.append(Node(id=end, lon=lon, lat=lat, elevation_m=0))
        line = tuple(LonLat(*point) for point in points)
        edges.append(Edge(id=name, from_node=ends[0], to_node=ends[1], edge_class=edge_class, length_m=1000, line=line))
    return Network(code="here", srid=4546, nodes=tuple(nodes), edges=tuple(edges))


def paths(svg: str, style: str) -> list[tuple[float, float]]:
    """The points of the paths drawn in that style."""
    drawn = re.findall(r'<path d="([^"]*)"[^>]*' + re.escape(style), svg)
    return [(float(x), float(y)) for path in drawn for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]


def test_ways_are_drawn_by_class_north_up_and_cut_at_the_frame() -> None:
    ways = network(
        road=(EdgeClass.ROAD, [(110.400, 29.345), (110.600, 29.345)]),
        steps=(EdgeClass.STAIRS, [(110.465, 29.342), (110.465, 29.348)]),
        away=(EdgeClass.PATH, [(110.60, 29.50), (110.61, 29.50)]),
    )
    svg = Maps(ways).draw(CELL, [], [])
    road = paths(svg, STYLES[EdgeClass.ROAD][0])
    assert {x for x, _ in road} == {0.0, WIDTH_MM}
    assert all(y == pytest.approx(HEIGHT_MM / 2, abs=0.5) for _, y in road)
    (south, north) = paths(svg, STYLES[EdgeClass.STAIRS][0])
    assert south[1] > HEIGHT_MM / 2 > north[1]
    assert south[0] == pytest.approx(WIDTH_MM / 2, abs=0.5)
    assert paths(svg, STYLES[EdgeClass.PATH][0]) == []


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    ways = network(road=(EdgeClass.ROAD, [(110.460, 29.345), (110.470, 29.345)]))
    svg = Maps(ways).draw(CELL, [], [])
    (west, east) = paths(svg, STYLES[EdgeClass.ROAD][0])
    ground_m = 0.01 * 111_320 * 0.8716  # cos 29.36 degrees
    said = re.search(r">(\d+) (k?)m<", svg)
    assert said is not None
    bar = re.search(r'd="M2 [\d.]+V[\d.]+H([\d.]+)V', svg)
    assert bar is not None
    bar_m = (float(bar[1]) - 2) * ground_m / (east[0] - west[0])
    assert bar_m == pytest.approx(int(said[1]) * (1000 if said[2] else 1), rel=0.01)


def test_signs_at_one_place_stand_in_a_row_under_one_label_and_what_is_outside_is_left_out() -> None:
    ways = network(road=(EdgeClass.ROAD, [(110.460, 29.345), (110.470, 29.345)]))
    marks = [
        Mark("call_point", 110.465, 29.345, "1"),
        Mark("post", 110.465, 29.345, "G1-B"),
        Mark("place", 110.467, 29.347, "<2>"),
        Mark("post", 110.9, 29.9, "far"),
    ]
    svg = Maps(ways).draw(CELL, [("next", shapely.box(110.470, 29.340, 110.480, 29.350))], marks)
    assert ">1 G1-B<" in svg
    assert ">&lt;2&gt;<" in svg
    assert "far" not in svg
    assert ">next<" in svg
