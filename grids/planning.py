"""A planner's first step: the ground out of the database, its coverage from posts, and the answer as a file."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import numpy as np
import pyogrio.raw
import shapely

from geo.closure import ALL_OPEN
from geo.conditions import BUILT_IN, profile_named
from geo.coordinates import LonLat
from geo.edge_times import in_force
from geo.field import field
from geo.network import Network
from geo.profile import NORMAL_NAME, Speeds
from geo.start import VEHICLE_REACH_M
from geo.travel_time import Origin
from grids import area_file
from grids.coverage import Cell, CellCoverage, Coverage, State, coverage, demand
from grids.export import NoArea
from grids.network import current_network
from grids.sheet import number_text
from grids.speeds import current_speeds
from sql.queries import listed, queries

TURNOUT_S = 60.0
"""What a crew at its post needs to set out, where a plan does not say otherwise."""

_sql = queries("coverage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Where units stand by; ``of_a_team`` tells the nine teams' posts from fire stations and clinics."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    of_a_team: bool
    phone: str | None
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """An area as plans see it: on a day, without rosters. ``names`` are those of cells, Chinese and English."""

    code: str
    zone: ZoneInfo
    allowance_s: float
    at: datetime.datetime
    network: Network
    cells: tuple[Cell, ...]
    names: Mapping[str, tuple[str, str]]
    places: tuple[LonLat, ...]
    posts: tuple[Post, ...]
    speeds: Speeds = BUILT_IN


async def read(database: str, area: str | None = None, at: datetime.datetime | None = None) -> Ground:
    """The area of that code, or the only one there is, as it is now or ``at`` (in the area's time if it names none).

    Raises ``NoArea`` and ``NoNetwork``.
    """
    connection = await asyncpg.connect(database)
    try:
        areas = {row["code"]: row for row in await listed(_sql.areas(connection))}
        (code,) = areas if area is None and len(areas) == 1 else (area,)
        if code is None or code not in areas:
            raise NoArea(area, sorted(areas))
        row = areas[code]
        zone = ZoneInfo(row["time_zone"])
        when = row["at"] if at is None else at.replace(tzinfo=at.tzinfo or zone)
        day = when.astimezone(zone).date()
        _, network = await current_network(connection, row["id"])
        speeds = await current_speeds(connection, row["id"])
        cells = await listed(_sql.cells(connection, area=row["id"], day=day))
        places = await listed(_sql.places(connection, area=row["id"]))
        posts = await listed(_sql.posts(connection, area=row["id"], day=day))
    finally:
        await connection.close()
    return Ground(
        code=code,
        zone=zone,
        allowance_s=row["allowance_s"],
        at=when.astimezone(datetime.UTC),
        network=network,
        cells=tuple(
            Cell(code=each["code"], shape=shapely.from_wkb(each["geom"]), target_s=each["target_s"]) for each in cells
        ),
        names={each["code"]: (each["name_zh"], each["name_en"]) for each in cells},
        places=tuple(LonLat(each["lon"], each["lat"]) for each in places),
        posts=tuple(Post(**each) for each in posts),
        speeds=speeds,
    )


def crews(
    ground: Ground, kinds: Collection[str] = (), *, on_foot: bool = False, turnout_s: float = TURNOUT_S
) -> list[Origin]:
    """One crew at each post of those kinds, or of a team where no kinds are named.

    A crew at a post by a road sits in its vehicle; elsewhere, or if all go ``on_foot``, it walks.
    """
    chosen = [post for post in ground.posts if (post.kind in kinds if kinds else post.of_a_team)]
    lons, lats = np.array([post.lon for post in chosen]), np.array([post.lat for post in chosen])
    roads = ground.network.snap_index.nearest_on_road(lons, lats)
    by_road = [not on_foot and road is not None and road.distance_m <= VEHICLE_REACH_M for road in roads]
    return [
        Origin(
            id=post.code,
            lon=post.lon,
            lat=post.lat,
            vehicle=LonLat(post.lon, post.lat) if drives else None,
            ready_after_s=turnout_s,
        )
        for post, drives in zip(chosen, by_road, strict=True)
    ]


def cover(
    ground: Ground, origins: Sequence[Origin], minutes: float | None = None, *, conditions: str = NORMAL_NAME
) -> Coverage:
    """The coverage of the ground by these origins, within so many minutes or else each cell's own target.

    ``conditions`` are named, such as ``night+rain``. Raises ``UnknownConditions``.
    """
    profile = profile_named(conditions, ground.speeds)
    cells = ground.cells if minutes is None else [replace(each, target_s=minutes * 60) for each in ground.cells]
    of = demand(ground.network, cells, ground.places, in_force(ground.network, profile, ALL_OPEN))
    times = field(ground.network, origins, of.points, at=ground.at, zone=ground.zone, profile=profile)
    return coverage(of, times, allowance_s=ground.allowance_s)


# --- the answer as a file ---

STATES: Mapping[State, tuple[str, str]] = MappingProxyType(
    {
        State.INSIDE: ("时限内", "inside"),
        State.OUTSIDE: ("超时限", "outside"),
        State.SEARCH: ("无开放道路(搜救)", "search"),
        State.NOBODY: ("无人可达", "nobody"),
    }
)

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "code": "网格编码",
        "name_zh": "网格名称",
        "name_en": "英文名称",
        "state": "状态",
        "eta_s": "到达时间(秒)",
        "target_s": "时限(秒)",
        "nearest": "最近驻点",
        "second": "次近驻点",
        "second_eta_s": "次近到达时间(秒)",
        "lon": "经度",
        "lat": "纬度",
        "length_m": "道路长度(米)",
        "covered_m": "时限内长度(米)",
    }
)
"""The columns of the answer, with their Chinese headings; lon and lat (WGS-84) are where the cell's time is reached."""


def write(path: Path, ground: Ground, told: Coverage, language: str = "zh") -> None:
    """The cells as CSV (headings and states in that language, with the mark by which Excel knows UTF-8), GeoJSON or
    GeoPackage (EPSG:4326, English names), by the path's suffix. Raises ``KeyError`` for another suffix."""
    WRITERS[path.suffix.lower()](path, ground, told, language)


def _write_csv(path: Path, ground: Ground, told: Coverage, language: str) -> None:
    chinese = language.startswith("zh")
    heads = [COLUMNS[name] if chinese else name for name in COLUMNS]
    lines = []
    for each in told.cells:
        values = {**_values(ground, each), "state": STATES[each.state][0 if chinese else 1]}
        lines.append({head: _text(values[name]) for head, name in zip(heads, COLUMNS, strict=True)})
    area_file.write_csv(path, heads, lines, for_excel=True)


def _write_geojson(path: Path, ground: Ground, told: Coverage, _: str) -> None:
    shapes = {cell.code: cell.shape for cell in ground.cells}
    area_file.write_geojson(path, [(_values(ground, each), shapes[each.code]) for each in told.cells])


def _write_gpkg(path: Path, ground: Ground, told: Coverage, _: str) -> None:
    shapes = {cell.code: cell.shape for cell in ground.cells}
    rows = [_values(ground, each) for each in told.cells]
    path.unlink(missing_ok=True)
    pyogrio.raw.write(
        path,
        np.array([shapely.to_wkb(shapes[each.code]) for each in told.cells], dtype=object),
        [_array(name, [row[name] for row in rows]) for name in COLUMNS],
        list(COLUMNS),
        layer="coverage",
        driver="GPKG",
        geometry_type="MultiPolygon",
        crs="EPSG:4326",
    )


WRITERS: Mapping[str, Callable[[Path, Ground, Coverage, str], None]] = MappingProxyType(
    {".csv": _write_csv, ".geojson": _write_geojson, ".gpkg": _write_gpkg}
)


def _values(ground: Ground, each: CellCoverage) -> dict[str, Any]:
    name_zh, name_en = ground.names[each.code]
    first, second = (*each.nearest, None, None)[:2]
    return {
        "code": each.code,
        "name_zh": name_zh,
        "name_en": name_en,
        "state": each.state.value,
        "eta_s": None if each.eta_s is None else round(each.eta_s, 1),
        "target_s": each.target_s,
        "nearest": None if first is None else first.origin,
        "second": None if second is None else second.origin,
        "second_eta_s": None if second is None else round(second.eta_s, 1),
        "lon": None if each.point is None else round(each.point.lon, 6),
        "lat": None if each.point is None else round(each.point.lat, 6),
        "length_m": round(each.length_m, 1),
        "covered_m": round(each.covered_m, 1),
    }


def _text(value: Any) -> str:
    if value is None:
        return ""
    return number_text(value) if isinstance(value, (int, float)) else str(value)


def _array(name: str, values: list[Any]) -> Any:
    if name.endswith(("_s", "_m")) or name in {"lon", "lat"}:
        return np.array(values, dtype=np.float64)
    return np.array(values, dtype=object)
