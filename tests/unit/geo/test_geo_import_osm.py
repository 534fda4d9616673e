"""A network out of OpenStreetMap data: cut, draped, gated, joined, told of."""

import csv
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import hypot
from pathlib import Path
from zoneinfo import ZoneInfo

import pyogrio.raw
import pytest
import shapely
from drawn_maps import Tags, osm_file, tile

from geo.__main__ import main
from geo.assembly import Account, Assembled, assemble
from geo.closure import Closure, ClosureMode, together
from geo.coordinates import LonLat
from geo.journey import Journey, Origin, Unreachable
from geo.network import Edge, Passage
from geo.osm import UnreadableMap, read
from geo.osm_tags import Dropped, Noted
from geo.speed import EdgeClass
from geo.terrain import Terrain, read_terrain
from geo.travel_time import travel_times

AT = datetime(2026, 5, 1, 4, tzinfo=UTC)
ROAD, PATH = {"highway": "unclassified"}, {"highway": "path"}
STEP = 0.001  # of longitude: 97 m here


def row(count: int, lat: float = 29.35, first: int = 1, west: float = 110.45) -> dict[int, tuple[float, float]]:
    """Nodes from west to east, `STEP` apart."""
    return {first + number: (west + STEP * number, lat) for number in range(count)}


def made(
    folder: Path,
    nodes: Mapping[int, tuple[float, float]],
    ways: Mapping[int, tuple[Sequence[int], Tags]],
    tagged: Mapping[int, Tags] | None = None,
    *,
    terrain: Terrain | None = None,
    area: shapely.Geometry | None = None,
    keep_islands: bool = False,
) -> Assembled:
    account = Account()
    drawn, spots = read(osm_file(folder / "map.osm", nodes, ways, tagged), account)
    terrain = terrain or Terrain({})
    return assemble(drawn, account, code="here", terrain=terrain, area=area, spots=spots, keep_islands=keep_islands)


def edges(done: Assembled) -> dict[str, Edge]:
    return {edge.id: edge for edge in done.network.edges}


def journey(done: Assembled, start: int, end: int, *, drive: bool = False) -> Journey | Unreachable:
    points = {node.id: LonLat(node.lon, node.lat) for node in done.network.nodes}
    here, there = points[f"osm:node/{start}"], points[f"osm:node/{end}"]
    origin = Origin(id="crew", lon=here.lon, lat=here.lat, vehicle=here if drive else None)
    (came,) = travel_times(done.network, [origin], there, at=AT, zone=ZoneInfo("Asia/Shanghai"))
    return came


def test_ways_are_cut_where_they_meet_and_edges_are_named_by_their_nodes(tmp_path: Path) -> None:
    nodes = row(5) | {9: (110.452, 29.36)}
    done = made(tmp_path, nodes, {1: ([1, 2, 3, 4, 5], ROAD), 2: ([3, 9], PATH)})
    found = edges(done)
    assert set(found) == {"osm:way/1:0-2", "osm:way/1:2-4", "osm:way/2:0-1"}
    first = found["osm:way/1:0-2"]
    assert (first.from_node, first.to_node, first.edge_class) == ("osm:node/1", "osm:node/3", EdgeClass.ROAD)
    assert first.line is not None
    assert [point for place in first.line for point in place] == pytest.approx(
        [point for number in (1, 2, 3) for point in nodes[number]], abs=1e-7
    )
    assert first.length_m == pytest.approx(2 * 97.05, abs=0.2)
    assert "way 1 v3" in first.source
    assert "OpenStreetMap contributors" in first.source


def test_a_ring_is_cut_so_that_no_edge_begins_where_it_ends(tmp_path: Path) -> None:
    nodes = row(3) | {7: (110.452, 29.351), 8: (110.453, 29.350)}
    done = made(tmp_path, nodes, {1: ([1, 2, 3], ROAD), 2: ([3, 7, 8, 3], {**ROAD, "junction": "roundabout"})})
    assert all(edge.from_node != edge.to_node for edge in done.network.edges)
    assert {edge.driven for edge in done.network.edges if edge.id.startswith("osm:way/2")} == {Passage.FORWARD}


def test_a_one_way_road_is_driven_one_way_and_walked_both(tmp_path: Path) -> None:
    nodes = row(30)
    done = made(tmp_path, nodes, {1: (list(nodes), {**ROAD, "oneway": "yes"})})
    there, back = journey(done, 1, 30, drive=True), journey(done, 30, 1, drive=True)
    assert isinstance(there, Journey)
    assert isinstance(back, Journey)
    walked = journey(done, 30, 1)
    assert isinstance(walked, Journey)
    assert back.travel_s == pytest.approx(walked.travel_s)
    assert there.travel_s < walked.travel_s / 2


def test_a_bollard_is_an_edge_of_its_own_that_stops_cars_and_lets_feet_through(tmp_path: Path) -> None:
    nodes = row(30)
    ways = {1: (list(nodes), ROAD)}
    free, barred = made(tmp_path, nodes, ways), made(tmp_path, nodes, ways, {15: {"barrier": "bollard"}})
    stub = edges(barred)["osm:node/15"]
    assert (stub.driven, stub.walked, stub.kind) == (Passage.NONE, Passage.BOTH, "barrier")
    assert stub.length_m == pytest.approx(1.0)
    assert sum(edge.length_m for edge in barred.network.edges) == pytest.approx(free.network.edges[0].length_m)
    assert barred.account.noted[Noted.BARRIER].samples == ["osm:node/15"]
    fast, slow = journey(free, 1, 30, drive=True), journey(barred, 1, 30, drive=True)
    assert isinstance(fast, Journey)
    assert isinstance(slow, Journey)
    assert slow.travel_s > fast.travel_s + 100
    opened = Closure(edges=frozenset({"osm:node/15"}), mode=ClosureMode.ON_REQUEST, delay_s=20.0)
    origin = Origin(id="crew", lon=110.45, lat=29.35, vehicle=LonLat(110.45, 29.35))
    (let_in,) = travel_times(
        barred.network,
        [origin],
        LonLat(110.479, 29.35),
        at=AT,
        zone=ZoneInfo("Asia/Shanghai"),
        closures=together([opened]),
    )
    assert isinstance(let_in, Journey)
    assert let_in.travel_s == pytest.approx(fast.travel_s + 20, abs=0.5)


def test_a_barrier_between_two_ways_bars_and_one_at_a_junction_is_only_told(tmp_path: Path) -> None:
    nodes = row(5) | {9: (110.452, 29.36)}
    halves = {1: ([1, 2, 3], ROAD), 2: ([5, 4, 3], {**ROAD, "oneway": "yes"})}
    done = made(tmp_path, nodes, halves, {3: {"barrier": "block"}})
    assert edges(done)["osm:node/3"].driven is Passage.NONE
    done = made(tmp_path, nodes, halves | {3: ([3, 9], PATH)}, {3: {"barrier": "block"}})
    assert "osm:node/3" not in edges(done)
    assert done.account.noted[Noted.BARRIER_AT_JUNCTION].count == 1


def test_a_gate_keeps_the_direction_of_its_one_way_road(tmp_path: Path) -> None:
    nodes = row(5)
    for order in ([1, 2, 3, 4, 5], [5, 4, 3, 2, 1]):
        way = {1: (order, {**ROAD, "oneway": "yes", "foot": "yes"})}
        done = made(tmp_path, nodes, way, {3: {"barrier": "gate", "foot": "no"}})
        stub = edges(done)["osm:node/3"]
        assert (stub.driven, stub.walked) == (Passage.FORWARD, Passage.NONE)
        assert stub.line is not None
        assert stub.line[1] == pytest.approx(nodes[3], abs=1e-7)


@pytest.fixture
def ridge(tmp_path: Path) -> Terrain:
    """A wall 300 m high along 110.46, on ground at 500 m."""
    wall = tile(tmp_path / "N29E110.hgt", lambda lon, lat: 800 if abs(lon - 110.46) < 0.003 else 500)
    return read_terrain([wall])


def test_a_way_over_the_ridge_climbs_it_and_a_tunnel_in_two_parts_does_not(tmp_path: Path, ridge: Terrain) -> None:
    nodes = row(21) | row(21, lat=29.37, first=101)
    over = list(range(1, 22))
    ways = {
        1: (over, PATH),
        2: (list(range(101, 106)), ROAD),
        3: (list(range(105, 111)), {**ROAD, "tunnel": "yes"}),
        4: (list(range(110, 117)), {**ROAD, "tunnel": "yes"}),
        5: (list(range(116, 122)), ROAD),
        6: ([1, 101], PATH),
    }
    done = made(tmp_path, nodes, ways, terrain=ridge)
    path = edges(done)["osm:way/1:0-20"]
    assert path.ascent_m == pytest.approx(300, abs=15)
    assert path.descent_m == pytest.approx(300, abs=15)
    assert path.length_m > 20 * 97
    for name in ("osm:way/3:0-5", "osm:way/4:0-6"):
        assert (edges(done)[name].ascent_m, edges(done)[name].descent_m) == (pytest.approx(0, abs=1),) * 2
    assert done.network.node("osm:node/110").elevation_m == pytest.approx(500, abs=1)
    for edge in done.network.edges:
        rise_m = done.network.node(edge.to_node).elevation_m - done.network.node(edge.from_node).elevation_m
        assert edge.ascent_m - edge.descent_m == pytest.approx(rise_m, abs=0.01)


def test_counted_steps_climb_15_cm_each_the_way_they_say(tmp_path: Path) -> None:
    steps = {"highway": "steps", "step_count": "400", "incline": "down"}
    done = made(tmp_path, row(4), {1: ([1, 2], ROAD), 2: ([2, 3], steps), 3: ([3, 4], PATH)})
    found = edges(done)["osm:way/2:0-1"]
    assert (found.ascent_m, found.descent_m, found.steps) == (0.0, pytest.approx(60.0), 400)
    assert found.length_m == pytest.approx(hypot(97.05, 60), abs=0.2)
    assert done.account.noted[Noted.STEPS_COUNTED].count == 1


def test_a_cableway_runs_from_station_to_station_and_is_joined_to_the_ways_beside_it(
    tmp_path: Path, ridge: Terrain
) -> None:
    nodes = (
        row(5) | {20: (110.4544, 29.3506), 21: (110.457, 29.352), 22: (110.460, 29.354)} | row(3, 29.3545, 30, 110.459)
    )
    gondola = {
        "aerialway": "gondola",
        "aerialway:capacity": "1500",
        "aerialway:occupancy": "8",
        "aerialway:speed": "6 m/s",
        "opening_hours": "07:30-18:00",
        "name": "索道",
    }
    ways = {1: ([1, 2, 3, 4, 5], ROAD), 2: ([20, 21, 22], gondola), 3: ([30, 31, 32], PATH)}
    done = made(tmp_path, nodes, ways, terrain=ridge)
    found = edges(done)
    assert set(found) == {
        "osm:way/1:0-4",
        "osm:way/2:0-2",
        "osm:way/3:0-1",
        "osm:way/3:1-2",
        "osm:node/20:link",
        "osm:node/22:link",
    }
    cable = found["osm:way/2:0-2"]
    assert cable.lift is not None
    assert cable.lift.headway_s == pytest.approx(19.2)
    assert cable.ascent_m == pytest.approx(300, abs=1)
    assert cable.lift.ride_s == pytest.approx(cable.length_m / 6, abs=0.01)
    assert done.account.noted[Noted.LINKED].count == 2
    came = journey(done, 1, 32)
    assert isinstance(came, Journey)
    assert "osm:way/2:0-2" in [edge for leg in came.legs for edge in leg.edges]


def test_what_lies_outside_is_cut_off_by_whole_segments(tmp_path: Path) -> None:
    area = shapely.box(110.4515, 29.3, 110.4535, 29.4)
    done = made(
        tmp_path, row(6) | row(2, 29.39, 11, 110.48), {1: ([1, 2, 3, 4, 5, 6], ROAD), 2: ([11, 12], ROAD)}, area=area
    )
    assert set(edges(done)) == {"osm:way/1:1-4"}
    assert done.account.dropped[Dropped.OUTSIDE].samples == ["osm:way/2"]


def test_islands_are_told_and_left_out_unless_they_are_to_be_kept(tmp_path: Path) -> None:
    nodes = row(4) | row(3, 29.37, 11)
    tow = {"aerialway": "t-bar"}
    ways = {1: ([1, 2, 3, 4], ROAD), 2: ([11, 12, 13], PATH), 3: ([4, 11], tow)}
    done = made(tmp_path, nodes, ways)
    assert set(edges(done)) == {"osm:way/1:0-3"}
    (island,) = done.islands
    assert (island.sample, island.edges) == ("osm:way/2:0-2", 1)
    assert sorted(done.account.dropped[Dropped.ISLAND].samples) == ["osm:way/2:0-2", "osm:way/3:0-1"]
    assert set(edges(made(tmp_path, nodes, ways, keep_islands=True))) == {
        "osm:way/1:0-3",
        "osm:way/2:0-2",
        "osm:way/3:0-1",
    }


def test_a_road_that_no_road_joins_is_told(tmp_path: Path) -> None:
    done = made(tmp_path, row(9), {1: ([1, 2, 3, 4], ROAD), 2: ([4, 5, 6], PATH), 3: ([6, 7, 8], ROAD)})
    (island,) = done.road_islands
    assert island.sample == "osm:way/3:0-2"


def test_a_way_with_nodes_that_are_not_in_the_file_keeps_the_rest_and_names_them(tmp_path: Path) -> None:
    done = made(tmp_path, row(5), {1: ([1, 2, 77, 4, 5], ROAD), 2: ([2, 4], PATH)})
    assert set(edges(done)) == {"osm:way/1:0-1", "osm:way/1:3-4", "osm:way/2:0-1"}
    assert done.account.dropped[Dropped.MISSING_NODES].samples == ["osm:way/1 (osm:node/77)"]


def test_the_command_writes_tables_package_report_and_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nodes = row(5) | {9: (110.452, 29.36)}
    ways = {1: ([1, 2, 3, 4, 5], ROAD), 2: ([3, 9], {"highway": "steps"}), 3: ([1, 2], {"highway": "proposed"})}
    source = osm_file(tmp_path / "map.osm", nodes, ways, {9: {"name": "后花园", "name:en": "Back Garden"}})
    plane = tile(tmp_path / "N29E110.hgt", lambda lon, lat: 1000 + 20_000 * (lat - 29.35), side=1201)
    out = tmp_path / "out"
    assert main(["import-osm", str(source), "--dem", str(plane), "--out", str(out), "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert "network: 4 nodes, 3 edges" in said
    assert "1 not built yet, or abandoned: osm:way/3" in said
    assert (out / "report.txt").read_text(encoding="utf-8") in said
    assert json.loads((out / "report.json").read_text(encoding="utf-8"))["dropped"]["not_built"]["count"] == 1
    assert (out / "network.png").read_bytes().startswith(b"\x89PNG")
    with (out / "edges.csv").open(encoding="utf-8", newline="") as file:
        table = {each["code"]: each for each in csv.DictReader(file)}
    stairs = table["osm:way/2:0-1"]
    assert (stairs["edge_class"], stairs["kind"], stairs["datum"]) == ("stairs", "steps", "WGS84")
    assert float(stairs["ascent_m"]) == pytest.approx(200, abs=3)
    for layer, count in (("nodes", 4), ("edges", 3)):
        meta, _, shapes, fields = pyogrio.raw.read(out / "network.gpkg", layer=layer)
        assert (meta["crs"], len(shapes)) == ("EPSG:4326", count)
        assert "后花园" in dict(zip(meta["fields"], fields, strict=True))["name_zh"] or layer == "edges"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.osm"], "nowhere.osm"),
        (["junk.osm.pbf"], "junk.osm.pbf"),
        (["empty.osm"], "there is no road, path or lift in it"),
        (["map.osm", "--area", "undated.geojson"], "has no property datum"),
        (["map.osm", "--area", "undated.geojson", "--area-datum", "GPS"], "datum 'GPS' is not one of"),
        (["map.osm", "--area", "points.geojson"], "points.geojson, feature 1: it must be a valid polygon"),
        (["map.osm", "--area", "junk.osm.pbf"], "junk.osm.pbf"),
        (["map.osm", "--dem", "junk.osm.pbf"], "junk.osm.pbf"),
        (["map.osm", "--area", "undated.geojson", "--area-datum", "WGS84"], "no way of it can be used"),
    ],
)
def test_what_cannot_be_imported_is_said_and_nothing_is_written(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    osm_file(tmp_path / "map.osm", row(3), {1: ([1, 2, 3], ROAD)})
    osm_file(tmp_path / "empty.osm", row(3), {})
    Path("junk.osm.pbf").write_bytes(b"nothing of the kind")
    square = shapely.to_geojson(shapely.box(10, 10, 11, 11))
    Path("undated.geojson").write_text(f'{{"type": "Feature", "properties": {{}}, "geometry": {square}}}')
    Path("points.geojson").write_text('{"type": "Point", "coordinates": [110, 29]}')
    assert main(["import-osm", *words, "--out", "out", "--language", "en"]) == 1
    assert said in capsys.readouterr().err
    assert not Path("out").exists()


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    whole = osm_file(tmp_path / "map.osm", row(3), {1: ([1, 2, 3], ROAD)})
    half = tmp_path / "half.osm"
    half.write_bytes(whole.read_bytes()[:-30])
    with pytest.raises(UnreadableMap, match=r"half\.osm"):
        read(half, Account())


def test_without_the_extra_the_command_says_what_to_install(tmp_path: Path) -> None:
    source = osm_file(tmp_path / "map.osm", row(3), {1: ([1, 2, 3], ROAD)})
    (tmp_path / "osmium.py").write_text("raise ModuleNotFoundError(\"No module named 'osmium'\", name='osmium')")
    done = subprocess.run(
        [
            sys.executable,
            "-P",
            "-m",
            "geo",
            "import-osm",
            str(source),
            "--out",
            str(tmp_path / "out"),
            "--language",
            "en",
        ],
        env={"PYTHONPATH": f"{tmp_path}:{Path(__file__).parents[3]}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "osmium is missing: run script/install planning" in done.stderr
