"""The map of the demo area as vector tiles: what is in them, who may have them, and how long they hold."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import httpx
import pyogrio.raw
import pytest
import shapely
from house import House, Signed

AREA = Path(__file__).parents[2] / "areas" / "wulingyuan"
MIDDLE = (110.45, 29.35)

Layers = dict[str, list[dict[str, Any]]]


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


def square(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    """The square of a web map that holds the point."""
    n = 2**z
    x = int((lon + 180) / 360 * n)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)
    return z, x, y


async def fetched(seat: Signed, z: int, x: int, y: int, **headers: str) -> httpx.Response:
    address = (await seat.ask("GET", "/api/map"))["tiles"].format(z=z, x=x, y=y)
    return await seat.get(address, headers=headers)


def decoded(tile: bytes, z: int, x: int, y: int, folder: Path) -> Layers:
    """What GDAL finds in a tile: the features of each layer, their shapes in EPSG:3857 under `shape`."""
    path = folder / f"{z}-{x}-{y}.mvt"
    path.write_bytes(tile)
    layers: Layers = {}
    for name, _ in pyogrio.list_layers(path):
        meta, _, shapes, columns = pyogrio.raw.read(path, layer=name, X=x, Y=y, Z=z)
        rows = zip(*columns, shapely.from_wkb(shapes), strict=True)
        layers[name] = [dict(zip((*meta["fields"], "shape"), row, strict=True)) for row in rows]
    return layers


def listed(file: str) -> list[dict[str, str]]:
    with (AREA / file).open(encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


async def test_tiles_hold_the_cells_ways_posts_call_points_and_places_of_the_area(
    operator: Signed, tmp_path: Path
) -> None:
    z, east, y = square(*MIDDLE, 10)  # the area reaches a little into the square to the west of it
    answers = [await fetched(operator, z, x, y) for x in (east, east - 1)]
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].headers["content-type"] == "application/vnd.mapbox-vector-tile"
    layers, rest = [decoded(each.content, z, east - n, y, tmp_path) for n, each in enumerate(answers)]
    for name, features in layers.items():
        codes = {each["code"] for each in features}
        features += [each for each in rest.get(name, []) if each["code"] not in codes]
    described = {each["id"]: set(each["fields"]) for each in (await operator.ask("GET", "/api/map"))["layers"]}
    assert layers.keys() == described.keys()
    for name, features in layers.items():
        assert set(features[0]) - {"mvt_id", "shape"} == described[name]
        codes = [each["code"] for each in features]
        assert len(codes) == len(set(codes)), name

    cells = {each["code"]: each for each in layers["cells"]}
    told = {each["code"]: each for each in (await operator.ask("GET", "/api/cells"))["items"]}
    assert cells.keys() == told.keys()
    for code, cell in cells.items():
        assert (cell["name_zh"], cell["team"], cell["target_s"]) == (
            told[code]["name_zh"],
            told[code]["owner"]["code"],
            told[code]["target_s"],
        )
        inside = told[code]["label_point"]
        assert shapely.covers(shapely.from_geojson(json.dumps(told[code]["geometry"])), shapely.Point(*inside.values()))
    assert {each["code"] for each in layers["ways"]} == {each["code"] for each in listed("edges.csv")}
    assert {each["class"] for each in layers["ways"]} == {"road", "trail", "cableway", "lift", "rail"}
    assert {each["code"] for each in layers["call_points"]} == {each["code"] for each in listed("call_points.csv")}
    assert {each["name_zh"] for each in layers["places"]} >= {"后花园", "迷魂台站", "百龙天梯下站"}
    assert {each["kind"] for each in layers["posts"]} >= {"base", "police_office", "medical_point"}


async def test_a_shape_lies_where_the_file_says(operator: Signed, tmp_path: Path) -> None:
    garden = next(each for each in listed("places.csv") if each["name_zh"] == "后花园")
    lon, lat = float(garden["lon"]), float(garden["lat"])
    at = square(lon, lat, 14)
    layers = decoded((await fetched(operator, *at)).content, *at, tmp_path)
    [found] = [each for each in layers["places"] if each["code"] == garden["code"]]
    x = math.radians(lon) * 6378137
    y = math.asinh(math.tan(math.radians(lat))) * 6378137
    assert shapely.distance(found["shape"], shapely.Point(x, y)) < 1
    every = {each["code"] for each in (await operator.ask("GET", "/api/cells"))["items"]}
    assert {each["code"] for each in layers["cells"]} < every


async def test_from_far_away_small_things_are_left_out(operator: Signed, tmp_path: Path) -> None:
    at = square(*MIDDLE, 7)
    layers = decoded((await fetched(operator, *at)).content, *at, tmp_path)
    assert layers.keys() == {"boundary", "cells", "ways"}
    assert {each["class"] for each in layers["ways"]} == {"road", "cableway", "lift", "rail"}


async def test_where_nothing_of_the_area_lies_a_tile_is_empty(operator: Signed) -> None:
    answer = await fetched(operator, *square(2.35, 48.85, 12))
    assert (answer.status_code, answer.content) == (200, b"")


async def test_a_copy_that_is_the_same_is_not_sent_again(operator: Signed) -> None:
    at = square(*MIDDLE, 12)
    answer = await fetched(operator, *at)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["cache-control"].startswith("private")
    same = await fetched(operator, *at, **{"if-none-match": answer.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    plain = await fetched(operator, *at, **{"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("19/0/0", "z"),
        ("-1/0/0", "z"),
        ("3/8/0", "x"),
        ("3/0/-1", "y"),
        ("3/0/8", "y"),
        ("a/0/0", "z"),
        ("3/0/1.5", "y"),
    ],
)
async def test_a_square_that_is_none_is_refused_by_its_field(operator: Signed, path: str, field: str) -> None:
    version = (await operator.ask("GET", "/api/map"))["version"]
    answer = await operator.get(f"/api/tiles/{version}/{path}")
    assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text


async def test_a_ground_that_was_loaded_anew_has_another_version_at_once(served: House, operator: Signed) -> None:
    before = await operator.ask("GET", "/api/map")
    z, x, y = square(*MIDDLE, 10)
    old = before["tiles"].format(z=z, x=x, y=y)
    first = await operator.get(old)
    async with served.pool.acquire() as connection:
        await connection.execute("UPDATE place SET name_zh = '御笔峰观景台' WHERE name_zh = '后花园'")
    now = await operator.ask("GET", "/api/map")
    assert now["version"] != before["version"]
    fresh = await operator.get(now["tiles"].format(z=z, x=x, y=y))
    assert "御笔峰观景台".encode() in fresh.content
    assert (await operator.get(old)).content == first.content  # what is kept under a version stays what it was
    gone = await operator.get(before["tiles"].format(z=z + 1, x=2 * x, y=2 * y))
    assert (gone.status_code, gone.json()["detail"]["current"]) == (404, now["version"])


async def test_another_network_is_another_version_and_an_incident_is_none(served: House, operator: Signed) -> None:
    before = await operator.ask("GET", "/api/map")
    await operator.report(type="TRA-FX", location={"place": "后花园"}, assign="recommend")
    assert await operator.ask("GET", "/api/map") == before
    async with served.pool.acquire() as connection, connection.transaction():
        other = await connection.fetchval(
            "INSERT INTO network (area, version, loaded_at, current) SELECT area, 'x', now(), false FROM network"
            " RETURNING id"
        )
        await connection.execute("UPDATE network SET current = false")
        await connection.execute("UPDATE network SET current = true WHERE id = $1", other)
    now = await operator.ask("GET", "/api/map")
    assert now["version"] != before["version"]
    assert now["network_version"] == "x"


async def test_a_user_of_another_area_sees_none_of_ours(served: House, operator: Signed, tmp_path: Path) -> None:
    ours = await operator.ask("GET", "/api/map")
    assert ours["illustrative"] is True
    assert ours["bounds"] == pytest.approx([110.37086, 29.300143, 110.627301, 29.418121])
    async with served.pool.acquire() as connection:
        other = await connection.fetchval(
            "INSERT INTO area (code, name_zh, name_en, time_zone, srid, languages, boundary)"
            " SELECT 'elsewhere', '别处', 'Elsewhere', time_zone, srid, languages, boundary FROM area RETURNING id"
        )
        await connection.execute(
            "INSERT INTO place (area, code, name_zh, name_en, point)"
            " VALUES ($1, 'THEIRS', '他处', 'Theirs', ST_SetSRID(ST_MakePoint(110.45, 29.35), 4326))",
            other,
        )
        await connection.execute("UPDATE session SET area = $1", other)
    theirs = await operator.ask("GET", "/api/map")
    assert theirs["version"] != ours["version"]
    at = square(*MIDDLE, 10)
    assert (await operator.get(ours["tiles"].format(z=at[0], x=at[1], y=at[2]))).status_code == 404
    layers = decoded((await fetched(operator, *at)).content, *at, tmp_path)
    assert {name: [each["code"] for each in features] for name, features in layers.items()} == {
        "boundary": ["elsewhere"],
        "places": ["THEIRS"],
    }


@pytest.mark.parametrize("login", ["viewer", "planner", "crew-G5-3"])
async def test_everyone_signed_in_sees_the_map_and_nobody_else(served: House, login: str) -> None:
    someone = await served.sign_in(login)
    address = (await someone.ask("GET", "/api/map"))["tiles"].format(z=0, x=0, y=0)
    assert (await someone.get(address)).status_code == 200
    async with httpx.AsyncClient(base_url=served.url) as nobody:
        assert (await nobody.get(address)).status_code == 401
        assert (await nobody.get("/api/map")).status_code == 401
        await nobody.post("/api/session", json={"login": login, "password": served.password})
        assert (await nobody.get(address)).status_code == 200  # by its cookie, as a browser does
