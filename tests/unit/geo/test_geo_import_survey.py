"""A network out of an authority's own survey: its columns, its datum, its loose ends."""

import csv
import json
from collections.abc import Mapping, Sequence
from math import hypot
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.__main__ import main
from geo.assembly import Account, Assembled, DrawnWay, assemble
from geo.coordinates import from_wgs84_arrays, metric
from geo.network import Edge, Passage
from geo.noding import noded, vertex_names
from geo.osm_tags import Dropped, Noted, Traits
from geo.speed import EdgeClass
from geo.survey import BadSurvey, ColumnMapping, read, read_mapping
from geo.terrain import Terrain

Line = Sequence[tuple[float, ...]]
ROAD = [(110.450, 29.350), (110.451, 29.350), (110.452, 29.350)]
STAIRS = [(110.452, 29.350), (110.452, 29.351)]


def survey_file(path: Path, lines: Sequence[Line], crs: str | None = "EPSG:4326", **columns: Sequence[Any]) -> Path:
    """A file of lines with these columns, of the format its suffix names; a Shapefile may name no system."""
    drivers = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".shp": "ESRI Shapefile"}
    shapes = [shapely.LineString(line) for line in lines]
    pyogrio.raw.write(
        path,
        np.array(shapely.to_wkb(shapes), dtype=object),
        [np.array(values, dtype=np.float64 if _numbers(values) else object) for values in columns.values()],
        list(columns),
        driver=drivers[path.suffix],
        geometry_type="LineString Z" if shapes[0].has_z else "LineString",
        crs=crs or "EPSG:4326",
    )
    if crs is None:
        path.with_suffix(".prj").unlink()
    return path


def _numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(value, float) for value in values)


def made(path: Path, datum: str = "WGS84", mapping: ColumnMapping | None = None, **how: Any) -> Assembled:
    account = Account()
    survey = read(path, datum, mapping or ColumnMapping(), account, **how)
    return assemble(survey.ways, account, code="here", terrain=Terrain({}))


def edges(done: Assembled) -> dict[str, Edge]:
    return {edge.id: edge for edge in done.network.edges}


@pytest.mark.parametrize("name", ["ways.gpkg", "ways.geojson", "ways.shp"])
def test_columns_and_classes_are_taken_by_the_mapping_from_every_format(tmp_path: Path, name: str) -> None:
    told = tmp_path / "mapping.toml"
    told.write_text(
        '[columns]\nedge_class = "TYPE"\nname_zh = "NAME"\ncode = "NO"\nsteps = "STEPS"\n'
        '[classes]\n"公路" = "road"\n"石阶" = "stairs"\n[defaults]\nsource = "survey of 2025"\n',
        encoding="utf-8",
    )
    path = survey_file(
        tmp_path / name,
        [ROAD, STAIRS],
        NO=["R1", "S1"],
        TYPE=["公路", "石阶"],
        NAME=["环山路", "云梯"],
        STEPS=[0.0, 300.0],
    )
    done = made(path, mapping=read_mapping(told))
    found = edges(done)
    assert set(found) == {"R1", "S1"}
    assert (found["R1"].edge_class, found["R1"].name_zh) == (EdgeClass.ROAD, "环山路")
    stairs = found["S1"]
    assert (stairs.edge_class, stairs.steps, stairs.source) == (EdgeClass.STAIRS, 300, "survey of 2025")
    assert stairs.ascent_m == pytest.approx(45)
    assert (found["R1"].to_node, stairs.from_node) == ("at:110.452000,29.350000",) * 2


@pytest.mark.parametrize("datum", ["WGS84", "CGCS2000", "GCJ02", "BD09"])
def test_every_datum_comes_in_as_wgs84_within_half_a_metre(tmp_path: Path, datum: str) -> None:
    given = np.column_stack(from_wgs84_arrays(*np.array(ROAD).T, datum))
    done = made(survey_file(tmp_path / "ways.gpkg", [given.tolist()], edge_class=["road"]), datum)
    (edge,) = done.network.edges
    assert edge.line is not None
    for (lon, lat), there in zip(ROAD, edge.line, strict=True):
        assert hypot((there.lon - lon) * 97_000, (there.lat - lat) * 111_000) < 0.5


@pytest.mark.parametrize(("srid", "datum"), [(4546, "CGCS2000"), (4525, "CGCS2000"), (32649, "WGS84")])
def test_metres_come_in_by_the_files_projection_or_by_one_that_is_named(tmp_path: Path, srid: int, datum: str) -> None:
    x, y = metric(srid).metres(*np.array(ROAD).T)
    projected = list(zip(x.tolist(), y.tolist(), strict=True))
    named = survey_file(tmp_path / "named.gpkg", [projected], f"EPSG:{srid}", edge_class=["road"])
    bare = survey_file(tmp_path / "bare.shp", [projected], None, edge_class=["road"])
    for done in (made(named, datum), made(bare, f"EPSG:{srid}")):
        (node, _) = sorted(done.network.nodes, key=lambda node: node.lon)
        assert (node.lon, node.lat) == pytest.approx(ROAD[0], abs=5e-6)
    swapped = [(north, east) for east, north in projected]
    turned = survey_file(tmp_path / "turned.shp", [swapped], None, edge_class=["road"])
    with pytest.raises(BadSurvey, match="is north the first number"):
        made(turned, f"EPSG:{srid}")
    assert len(made(turned, f"EPSG:{srid}", north_first=True).network.edges) == 1


def test_heights_lengths_and_climbs_that_were_measured_are_kept(tmp_path: Path) -> None:
    high = [(110.450, 29.350, 500.0), (110.451, 29.350, 560.0), (110.452, 29.350, 520.0)]
    done = made(survey_file(tmp_path / "ways.gpkg", [high], edge_class=["trail"]))
    (edge,) = done.network.edges
    assert (edge.ascent_m, edge.descent_m) == (pytest.approx(60), pytest.approx(40))
    assert {node.elevation_m for node in done.network.nodes} == {500.0, 520.0}
    path = survey_file(
        tmp_path / "told.gpkg", [ROAD], edge_class=["trail"], length_m=[321.0], ascent_m=[12.0], descent_m=[7.0]
    )
    (edge,) = made(path).network.edges
    assert (edge.length_m, edge.ascent_m, edge.descent_m) == (321.0, 12.0, 7.0)


def test_directions_speeds_and_lifts_come_in(tmp_path: Path) -> None:
    path = survey_file(
        tmp_path / "ways.gpkg",
        [ROAD, STAIRS],
        code=["R", "L"],
        edge_class=["road", "cableway"],
        oneway=["是", ""],
        max_speed_kmh=[30.0, 0.0],
        ride_s=["", "349"],
        headway_s=["", "19"],
        opens=["", "07:30-18:00"],
        on_request=["", "yes"],
        request_delay_s=["", "600"],
    )
    found = edges(made(path))
    assert (found["R"].driven, found["R"].walked, found["R"].max_speed_kmh) == (Passage.FORWARD, Passage.BOTH, 30.0)
    lift = found["L"].lift
    assert lift is not None
    assert (lift.ride_s, lift.headway_s, lift.opens, lift.on_request, lift.request_delay_s) == (
        349.0,
        19.0,
        "07:30-18:00",
        True,
        600.0,
    )


def test_ends_beside_a_vertex_or_a_line_are_joined_and_crossings_are_only_told(tmp_path: Path) -> None:
    beside_end = [(110.452004, 29.350003), (110.453, 29.351)]  # half a metre beside the road's end
    beside_line = [(110.4505, 29.350004), (110.4505, 29.352)]  # half a metre beside the road
    across = [(110.4515, 29.349), (110.4515, 29.351)]
    path = survey_file(
        tmp_path / "ways.gpkg",
        [ROAD, beside_end, beside_line, across],
        code=["road", "end", "tee", "cross"],
        edge_class=["road", "path", "path", "path"],
    )
    done = made(path)
    assert set(edges(done)) == {"road:0-1", "road:1-3", "end", "tee"}
    assert done.account.dropped[Dropped.ISLAND].samples == ["cross"]
    (told,) = done.account.noted[Noted.CROSSING_APART].samples
    assert told.startswith("road × cross at:110.4515")
    assert set(edges(made(path, join_m=0.1))) == {"road"}


def test_what_has_no_line_or_an_unknown_class_is_dropped_and_told(tmp_path: Path) -> None:
    path = survey_file(tmp_path / "ways.gpkg", [ROAD, STAIRS], edge_class=["road", "河流"])
    done = made(path)
    assert done.account.dropped[Dropped.UNKNOWN_CLASS].samples == ["ways:2 ('河流')"]
    assert set(edges(done)) == {"ways:1"}


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"code": ["A", "A"]}, "feature 2, code: 'A' is feature 1's already"),
        ({"steps": ["12", "many"]}, "feature 2, steps: 'many' is not a number of 0 or more"),
        ({"ascent_m": [-5.0, 0.0]}, "feature 1, ascent_m: '-5' is not a number"),
        ({"oneway": ["perhaps", ""]}, "feature 1, oneway: 'perhaps' is neither yes nor no"),
        ({"foot": ["", "sometimes"]}, "feature 2, foot: 'sometimes' is not one of both, forward"),
    ],
)
def test_rows_that_cannot_be_read_are_told_by_feature_and_column(
    tmp_path: Path, columns: Mapping[str, Sequence[Any]], said: str
) -> None:
    path = survey_file(tmp_path / "ways.gpkg", [ROAD, STAIRS], edge_class=["road", "stairs"], **columns)
    with pytest.raises(BadSurvey) as told:
        made(path)
    assert said in told.value.en
    assert "第 " in told.value.zh


def test_the_command_keeps_the_original_beside_what_it_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = np.column_stack(from_wgs84_arrays(*np.array(ROAD).T, "GCJ02")).tolist()
    path = survey_file(tmp_path / "ways.geojson", [given, STAIRS], TYPE=["公路", "石阶"], 责任人=["张三", "李四"])
    out = tmp_path / "out"
    words = ["--column", "edge_class=TYPE", "--class", "公路=road", "--class", "石阶=stairs", "--language", "zh"]
    assert main(["import-network", str(path), "--datum", "GCJ02", "--out", str(out), "--keep-islands", *words]) == 0
    assert "已读取:2 要素" in capsys.readouterr().out
    with (out / "original.csv").open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["datum"], first["feature"], second["feature"]) == ("GCJ02", "1", "2")
    assert shapely.from_wkt(first["wkt"]).equals_exact(shapely.LineString(given), tolerance=1e-9)
    assert json.loads(first["attributes"]) == {"TYPE": "公路", "责任人": "张三"}
    assert (out / "network.png").read_bytes().startswith(b"\x89PNG")
    with (out / "edges.csv").open(encoding="utf-8", newline="") as file:
        road = next(row for row in csv.DictReader(file) if row["edge_class"] == "road")
    assert shapely.from_wkt(road["wkt"]).equals_exact(shapely.LineString(ROAD), tolerance=5e-6)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--datum", "GPS"], "datum 'GPS' is not one of"),
        (["--datum", "EPSG:4547"], "the file says WGS 84 / UTM zone 49N (EPSG:32649), not EPSG:4547"),
        (["--datum", "WGS84", "--column", "edge_class=KIND"], "has no column KIND; it has: edge_class"),
        (["--datum", "WGS84", "--column", "colour=KIND"], "no field colour"),
        (["--datum", "WGS84", "--class", "x=motorway"], "no class motorway"),
        (["--datum", "WGS84", "--class", "road"], "must be written NAME=NAME"),
        (["--datum", "WGS84", "--layer", "nowhere"], "nowhere"),
        (["--datum", "WGS84", "--mapping", "broken.toml"], "broken.toml"),
        (["--datum", "WGS84", "--mapping", "odd.toml"], "there is no table colours"),
        (["--datum", "WGS84", "--area", "far.geojson"], "km from the area: is it another's zone or datum?"),
    ],
)
def test_what_cannot_be_imported_is_said_in_a_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    x, y = metric(32649).metres(*np.array(ROAD).T)
    survey_file(Path("ways.gpkg"), [list(zip(x.tolist(), y.tolist(), strict=True))], "EPSG:32649", edge_class=["road"])
    Path("broken.toml").write_text("[columns", encoding="utf-8")
    Path("odd.toml").write_text("[colours]\nroad = 'red'\n", encoding="utf-8")
    square = shapely.to_geojson(shapely.box(113.3, 29.2, 113.6, 29.5))
    far = f'{{"type": "Feature", "properties": {{"datum": "WGS84"}}, "geometry": {square}}}'
    Path("far.geojson").write_text(far, encoding="utf-8")
    assert main(["import-network", "ways.gpkg", "--out", "out", "--language", "en", *words]) == 1
    assert said in capsys.readouterr().err
    assert not Path("out").exists()


def test_without_a_datum_nothing_is_read(tmp_path: Path) -> None:
    path = survey_file(tmp_path / "ways.gpkg", [ROAD], edge_class=["road"])
    with pytest.raises(SystemExit) as ended:
        main(["import-network", str(path), "--out", str(tmp_path / "out")])
    assert ended.value.code == 2
    metres = survey_file(tmp_path / "bare.shp", [[(447_555.0, 3_247_075.0), (447_655.0, 3_247_075.0)]], None, a=["x"])
    with pytest.raises(BadSurvey, match="name their projection"):
        made(metres, "WGS84")


points = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda at: (110.45 + at[0] * 1e-4, 29.35 + at[1] * 1e-4))


@given(lines=st.lists(st.lists(points, min_size=2, max_size=5, unique=True), min_size=1, max_size=6))
def test_noding_loses_no_line_and_leaves_every_vertex_where_its_name_says(
    lines: list[list[tuple[float, float]]],
) -> None:
    path = Traits(edge_class=EdgeClass.PATH, vehicle=None, foot=None, kind="")
    ways = [
        DrawnWay(
            id=str(number),
            vertices=vertex_names(np.array(line)),
            points=np.array(line),
            traits=path,
            source="",
            whole=str(number),
        )
        for number, line in enumerate(lines)
    ]
    done = noded(ways, 1.0, Account())
    assert [way.id for way in done] == [way.id for way in ways]
    for before, after in zip(ways, done, strict=True):
        assert set(before.vertices) <= set(after.vertices)
        assert after.vertices == vertex_names(after.points)
    where = {}
    for way in done:
        for vertex, point in zip(way.vertices, way.points.tolist(), strict=True):
            assert where.setdefault(vertex, point) == point
