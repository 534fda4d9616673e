"""An authority's own survey (GeoPackage, GeoJSON, Shapefile) as drawn ways, by a mapping of its columns."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
from opening_hours import validate
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS, Geod
from pyproj.exceptions import CRSError

from geo.assembly import Account, DrawnWay
from geo.coordinates import (
    Floats,
    NotMetric,
    UnknownDatum,
    WrongZone,
    datum,
    metric,
    projected_to_wgs84,
    to_wgs84_arrays,
)
from geo.noding import noded, vertex_names
from geo.osm_tags import ASSUMED, LIFTS, Assumed, Dropped, LiftTraits, Noted, Traits
from geo.passage import Passage
from geo.speed import LIFT_CLASSES, EdgeClass

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "code": "text",
        "edge_class": "class",
        "name_zh": "text",
        "name_en": "text",
        "length_m": "number",
        "ascent_m": "number",
        "descent_m": "number",
        "vehicle": "passage",
        "foot": "passage",
        "oneway": "yes",
        "carried": "yes",
        "max_speed_kmh": "number",
        "kind": "text",
        "surface": "text",
        "steps": "number",
        "ride_s": "number",
        "speed_mps": "number",
        "headway_s": "number",
        "access_s": "number",
        "exit_s": "number",
        "opens": "hours",
        "on_request": "yes",
        "request_delay_s": "number",
        "source": "text",
    }
)
"""What a column of a survey may be taken as, and what must stand in it."""

USUAL_LIFTS = {
    EdgeClass.CABLEWAY: "gondola",
    EdgeClass.LIFT: "elevator",
    EdgeClass.RAIL: "funicular",
    EdgeClass.FERRY: "ferry",
}
MOST_FAULTS = 20
_YES = frozenset({"1", "true", "yes", "y", "t", "是", "有"})
_NO = frozenset({"0", "false", "no", "n", "f", "否", "无", ""})


class BadSurvey(ValueError):
    """The file, or rows of it, cannot be taken; the sentences, Chinese and English, name row, column and fact."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """Which column is which of `FIELDS`, which class each value of the class's column means, and what holds where a
    column is missing or empty. A column named as the field needs no mapping, nor a class named as ours."""

    columns: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, EdgeClass] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A feature as it was given, kept beside what was made of it."""

    id: str
    feature: int
    datum: str
    wkt: str
    attributes: str  # JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The lines of a file, and the file's own features."""

    ways: tuple[DrawnWay, ...]
    originals: tuple[Original, ...]

    def check_within(self, area: shapely.Geometry) -> None:
        """Raise `BadSurvey` when all of it lies somewhere else: two zones' numbers may look alike (4546, 4547)."""
        points = shapely.MultiPoint(np.concatenate([way.points for way in self.ways])) if self.ways else None
        if points is None or shapely.intersects(points, shapely.box(*shapely.bounds(area))):
            return
        here, there = points.centroid, shapely.centroid(area)
        km = Geod(ellps="WGS84").inv(here.x, here.y, there.x, there.y)[2] / 1000
        where = f"{here.x:.4f}, {here.y:.4f}"
        raise BadSurvey(
            f"所有线都在 {where} 一带,距区域 {km:.0f} 公里:投影带或坐标系不对?",
            f"all lines lie around {where}, {km:.0f} km from the area: is it another's zone or datum?",
        )


def read_mapping(path: Path | None, columns: Iterable[str] = (), classes: Iterable[str] = ()) -> ColumnMapping:
    """The mapping of a TOML file with tables `columns`, `classes` and `defaults`, and of words `FIELD=COLUMN` and
    `VALUE=CLASS`, which outrank it. Raises `BadSurvey`."""
    told: dict[str, dict[str, str]] = {"columns": {}, "classes": {}, "defaults": {}}
    if path is not None:
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            raise BadSurvey(f"无法读取 {path}:{error}", f"{path}: {error}") from error
        for name, table in document.items():
            if name not in told or not isinstance(table, dict):
                raise BadSurvey(f"{path}:没有名为 {name} 的表", f"{path}: there is no table {name}; {', '.join(told)}")
            told[name] |= {str(key): str(value) for key, value in table.items()}
    for name, words in (("columns", columns), ("classes", classes)):
        for word in words:
            left, sign, right = word.rpartition("=") if name == "classes" else word.partition("=")
            if not sign or not left or not right:
                raise BadSurvey(f"“{word}”应写作 名=名", f"{word!r} must be written NAME=NAME")
            told[name][left] = right
    for name in (*told["columns"], *told["defaults"]):
        if name not in FIELDS:
            raise BadSurvey(f"没有字段 {name};可用:{', '.join(FIELDS)}", f"no field {name}: {', '.join(FIELDS)}")
    unknown = [each for each in told["classes"].values() if each not in set(EdgeClass)]
    if unknown:
        raise BadSurvey(
            f"没有类别 {unknown[0]}:{', '.join(EdgeClass)}", f"no class {unknown[0]}: {', '.join(EdgeClass)}"
        )
    meant = {value: EdgeClass(name) for value, name in told["classes"].items()}
    return ColumnMapping(columns=told["columns"], classes=meant, defaults=told["defaults"])


def read(
    path: Path,
    datum_name: str,
    mapping: ColumnMapping,
    account: Account,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    north_first: bool = False,
    join_m: float = 1.0,
    assumed: Assumed = ASSUMED,
) -> Survey:
    """The lines of the file, in WGS-84, made to meet where they end within `join_m` of each other.

    `datum_name` is WGS84, CGCS2000, GCJ02, BD09, or the projection of a file that names none (`EPSG:4546`). Raises
    `BadSurvey` with all that is wrong with its rows.
    """
    crs, columns, shapes = _opened(path, layer, encoding)
    for name in mapping.columns.values():
        if name not in columns:
            known = ", ".join(columns)
            raise BadSurvey(f"{path} 没有列 {name};有:{known}", f"{path} has no column {name}; it has: {known}")
    rows = _Rows(path.name, columns, mapping)
    ways: list[DrawnWay] = []
    originals: list[Original] = []
    degrees = _in_wgs84(path, shapes, crs, datum_name, north_first=north_first)
    for number, (given, shape) in enumerate(zip(shapes, degrees, strict=True)):
        account.read["features"] += 1
        name = rows.code(number) or f"{path.stem}:{number + 1}"
        kept = json.dumps({column: _plain(values[number]) for column, values in columns.items()}, ensure_ascii=False)
        written = "" if given is None else shapely.to_wkt(given, rounding_precision=-1)
        originals.append(Original(id=name, feature=number + 1, datum=datum_name, wkt=written, attributes=kept))
        ways += _ways(rows, number, name, shape, account, assumed)
    rows.done()
    return Survey(ways=tuple(noded(ways, join_m, account)) if ways else (), originals=tuple(originals))


def _opened(path: Path, layer: str | None, encoding: str | None) -> tuple[str | None, dict[str, Any], Sequence[Any]]:
    try:
        meta, _, shapes, fields = pyogrio.raw.read(path, layer=layer, encoding=encoding)
    except (DataSourceError, DataLayerError, ValueError, UnicodeDecodeError) as error:
        raise BadSurvey(f"无法读取 {path}:{error}", f"{path}: {error}") from error
    if shapes is None:
        raise BadSurvey(f"{path} 没有几何图形", f"{path} has no geometry")
    columns = {str(name): values for name, values in zip(meta["fields"], fields, strict=True)}
    return meta["crs"], columns, shapely.from_wkb(shapes).tolist()


# --- where it lies ---


def _in_wgs84(
    path: Path, shapes: Sequence[Any], crs: str | None, datum_name: str, *, north_first: bool
) -> Sequence[Any]:
    """All shapes turned at once, here and nowhere else."""
    given = np.array(shapes, dtype=object)
    points = shapely.get_coordinates(given)
    if len(points) == 0:
        return shapes
    x, y = (points[:, 1], points[:, 0]) if north_first else (points[:, 0], points[:, 1])
    try:
        lons, lats = _degrees(path, x, y, crs, datum_name)
    except (WrongZone, UnknownDatum, NotMetric) as error:
        raise BadSurvey(f"{path}:{error}", f"{path}: {error}") from error
    return list(shapely.transform(given, _instead(lons, lats), include_z=True))


def _instead(lons: Floats, lats: Floats) -> Any:
    """These degrees for whatever stood there; heights stay."""

    def turned(points: Any) -> Any:
        return np.column_stack([lons, lats, points[:, 2]]) if points.shape[1] == 3 else np.column_stack([lons, lats])

    return turned


def _degrees(path: Path, x: Floats, y: Floats, crs: str | None, datum_name: str) -> tuple[Floats, Floats]:
    named = _named(path, crs)
    if datum_name.upper().startswith("EPSG:"):
        srid = int(datum_name[5:]) if datum_name[5:].isdecimal() else 0
        if named is not None and named.to_epsg() not in {srid, 4326, None}:
            raise UnknownDatum(f"the file says {named.name} (EPSG:{named.to_epsg()}), not {datum_name}")
        metric(srid)
        return projected_to_wgs84(x, y, srid)
    datum(datum_name)
    if named is not None and named.is_projected:
        srid = named.to_epsg() or 0
        x, y = projected_to_wgs84(x, y, srid)
    if np.abs(x).max() > 180 or np.abs(y).max() > 90:
        raise UnknownDatum("the coordinates are not degrees; name their projection, such as --datum EPSG:4546")
    return to_wgs84_arrays(x, y, datum_name)


def _named(path: Path, crs: str | None) -> CRS | None:
    try:
        return None if crs is None else CRS.from_user_input(crs)
    except CRSError as error:
        raise BadSurvey(f"{path}:{error}", f"{path}: {error}") from error


# --- what it is ---


class _Rows:
    """The columns of a file under the names of `FIELDS`; notes what is wrong and tells it all at once."""

    def __init__(self, file: str, columns: Mapping[str, Any], mapping: ColumnMapping) -> None:
        self._file, self._columns, self._mapping = file, columns, mapping
        self._faults: list[tuple[str, str]] = []
        self._seen: dict[str, int] = {}

    def text(self, number: int, name: str) -> str:
        column = self._mapping.columns.get(name, name)
        found = _plain(self._columns[column][number]) if column in self._columns else None
        text = "" if found is None else str(found).strip()
        return text or self._mapping.defaults.get(name, "")

    def bad(self, number: int, name: str, zh: str, en: str) -> None:
        said = self.text(number, name)
        column = self._mapping.columns.get(name, name)
        self._faults.append(
            (
                f"{self._file} 第 {number + 1} 个要素 {column}:“{said}”{zh}",
                f"{self._file} feature {number + 1}, {column}: {said!r} {en}",
            )
        )

    def done(self) -> None:
        if self._faults:
            more = len(self._faults) - MOST_FAULTS
            shown = self._faults[:MOST_FAULTS]
            tail = ([f"…另有 {more} 处"], [f"… and {more} more"]) if more > 0 else ([], [])
            zh, en = ("\n".join([*(pair[side] for pair in shown), *tail[side]]) for side in (0, 1))
            raise BadSurvey(zh, en)

    def code(self, number: int) -> str:
        code = self.text(number, "code")
        if code in self._seen and code:
            self.bad(number, "code", f"与第 {self._seen[code]} 个要素重复", f"is feature {self._seen[code]}'s already")
        self._seen.setdefault(code, number + 1)
        return code

    def edge_class(self, number: int) -> EdgeClass | None:
        said = self.text(number, "edge_class")
        meant = self._mapping.classes.get(said)
        if meant is not None:
            return meant
        return EdgeClass(said) if said in set(EdgeClass) else None

    def number(self, number: int, name: str) -> float | None:
        text = self.text(number, name)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = np.nan
        if not np.isfinite(value) or value < 0:
            self.bad(number, name, "不是 ≥ 0 的数字", "is not a number of 0 or more")
            return None
        return value

    def yes(self, number: int, name: str) -> bool:
        text = self.text(number, name).lower()
        if text not in _YES | _NO:
            self.bad(number, name, "应为 是/否", "is neither yes nor no")
        return text in _YES

    def passage(self, number: int, name: str) -> Passage | None:
        text = self.text(number, name)
        if not text:
            return None
        if text not in set(Passage):
            self.bad(number, name, f"应为 {', '.join(Passage)}", f"is not one of {', '.join(Passage)}")
            return None
        return Passage(text)

    def hours(self, number: int) -> str:
        text = self.text(number, "opens")
        if text and not validate(text):
            self.bad(number, "opens", "不是开放时间(OSM 写法)", "is not opening hours as OSM writes them")
        return text


def _ways(rows: _Rows, number: int, name: str, shape: Any, account: Account, assumed: Assumed) -> Iterable[DrawnWay]:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "LineString" and not part.is_empty]
    if not parts:
        account.drop(Dropped.NO_GEOMETRY, name)
        return
    edge_class = rows.edge_class(number)
    if edge_class is None:
        account.drop(Dropped.UNKNOWN_CLASS, f"{name} ({rows.text(number, 'edge_class')!r})")
        return
    traits = _traits(rows, number, edge_class, assumed)
    ascent_m, descent_m = rows.number(number, "ascent_m"), rows.number(number, "descent_m")
    climb_m = None if ascent_m is None and descent_m is None else (ascent_m or 0.0, descent_m or 0.0)
    total_m = sum(shapely.length(part) for part in parts)
    measured_m = rows.number(number, "length_m")
    for which, part in enumerate(parts, start=1):
        share = shapely.length(part) / total_m if total_m > 0 else 1.0
        points = shapely.get_coordinates(part)
        own = name if len(parts) == 1 else f"{name}/{which}"
        heights = shapely.get_coordinates(part, include_z=True)[:, 2] if part.has_z else None
        yield DrawnWay(
            id=own,
            vertices=vertex_names(points),
            points=points,
            traits=traits,
            source=rows.text(number, "source") or f"survey, feature {number + 1}",
            whole=own,
            climb_m=None if climb_m is None else (climb_m[0] * share, climb_m[1] * share),
            length_m=None if measured_m is None else measured_m * share,
            heights_m=heights if heights is not None and np.isfinite(heights).all() else None,
        )


def _traits(rows: _Rows, number: int, edge_class: EdgeClass, assumed: Assumed) -> Traits:
    vehicle = rows.passage(number, "vehicle")
    if vehicle is None and edge_class == EdgeClass.ROAD and rows.yes(number, "oneway"):
        vehicle = Passage.FORWARD
    steps = rows.number(number, "steps")
    speed = rows.number(number, "max_speed_kmh")
    lift, noted = (None, ()) if edge_class not in LIFT_CLASSES else _lift(rows, number, edge_class, assumed)
    return Traits(
        edge_class=edge_class,
        vehicle=None if lift else vehicle,
        foot=rows.passage(number, "foot"),
        kind=rows.text(number, "kind"),
        surface=rows.text(number, "surface"),
        max_speed_kmh=speed or None,
        steps=None if steps is None else round(steps),
        carried=rows.yes(number, "carried"),
        lift=lift,
        name_zh=rows.text(number, "name_zh"),
        name_en=rows.text(number, "name_en"),
        noted=noted,
    )


def _lift(rows: _Rows, number: int, edge_class: EdgeClass, assumed: Assumed) -> tuple[LiftTraits, tuple[Noted, ...]]:
    _, usual_mps, usual_headway_s = LIFTS[USUAL_LIFTS[edge_class]]
    ride_s, speed_mps = rows.number(number, "ride_s"), rows.number(number, "speed_mps")
    headway_s, opens = rows.number(number, "headway_s"), rows.hours(number)
    access_s, exit_s = rows.number(number, "access_s"), rows.number(number, "exit_s")
    noted = [
        what
        for what, missing in (
            (Noted.SPEED_ASSUMED, ride_s is None and not speed_mps),
            (Noted.HEADWAY_ASSUMED, headway_s is None),
            (Noted.HOURS_ASSUMED, not opens),
        )
        if missing
    ]
    lift = LiftTraits(
        ride_s=ride_s,
        speed_mps=speed_mps or usual_mps,
        headway_s=usual_headway_s if headway_s is None else headway_s,
        access_s=assumed.access_s if access_s is None else access_s,
        exit_s=assumed.exit_s if exit_s is None else exit_s,
        opens=opens or assumed.hours,
        on_request=rows.yes(number, "on_request"),
        request_delay_s=rows.number(number, "request_delay_s") or 0.0,
    )
    return lift, tuple(noted)


def _plain(value: Any) -> Any:
    """A number out of an array as Python's own; NaN stands for an empty field there."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return None if np.isnan(value) else int(value) if value.is_integer() else value
    return value if value is None or isinstance(value, str | int | bool) else str(value)
