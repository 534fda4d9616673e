"""The ways people can stand on, out of an area's CSV files, for programs without the area's loader."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import shapely

from geo.coordinates import Datum, LonLat, NotMetric, UnknownDatum, metric, to_wgs84
from geo.network import BrokenNetwork, Edge, Network, Node
from geo.passage import Passage
from geo.speed import LIFT_CLASSES, EdgeClass


class BadFile(ValueError):
    """A file, or a row of it, is not what it must be; the sentences name row, column and fact."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)


def read_ways(folder: Path) -> Network:
    """The network of `area.csv`, `nodes.csv` and `edges.csv` without its lifts. Raises `BadFile`."""
    area = next(iter(_rows(folder / "area.csv")), None)
    if area is None:
        raise BadFile("area.csv 没有内容", "area.csv holds no row")
    srid = int(area.number("srid"))
    try:
        metric(srid)
        nodes = tuple(_node(row) for row in _rows(folder / "nodes.csv"))
        every = tuple(_edge(row) for row in _rows(folder / "edges.csv") if row["edge_class"] not in LIFT_CLASSES)
        return Network(code=area["code"], srid=srid, nodes=nodes, edges=every)
    except (BrokenNetwork, NotMetric) as error:
        raise BadFile(f"路网有误:{error}", str(error)) from error


class _Row(Mapping[str, str]):
    """A row of a CSV file as texts, "" where it has none; knows where it stands."""

    def __init__(self, file: str, number: int, texts: Mapping[str, str | None]) -> None:
        self._file, self._number = file, number
        self._texts = {name: (value or "").strip() for name, value in texts.items() if name}

    def __getitem__(self, column: str) -> str:
        return self._texts.get(column, "")

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def bad(self, column: str, zh: str, en: str) -> BadFile:
        said = self[column]
        return BadFile(
            f"{self._file} 第 {self._number} 行 {column} 列:“{said}”{zh}",
            f"{self._file} row {self._number}, {column}: {said!r} {en}",
        )

    def number(self, column: str) -> float:
        try:
            return float(self[column])
        except ValueError:
            raise self.bad(column, "不是数字", "is not a number") from None


def _rows(path: Path) -> list[_Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [_Row(path.name, number, texts) for number, texts in enumerate(csv.DictReader(file), start=2)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"无法读取 {path.name}:{error}", f"{path.name} cannot be read: {error}") from error


def _node(row: _Row) -> Node:
    return Node(
        id=row["code"],
        **_point(row, row.number("lon"), row.number("lat"))._asdict(),
        elevation_m=row.number("elevation_m"),
        name_zh=row["name_zh"],
        name_en=row["name_en"],
    )


def _edge(row: _Row) -> Edge:
    return Edge(
        id=row["code"],
        from_node=row["from_node"],
        to_node=row["to_node"],
        edge_class=EdgeClass(_one_of(row, "edge_class", tuple(EdgeClass))),
        length_m=row.number("length_m"),
        ascent_m=row.number("ascent_m"),
        descent_m=row.number("descent_m"),
        line=_line(row),
        vehicle=_passage(row, "vehicle"),
        foot=_passage(row, "foot"),
        max_speed_kmh=row.number("max_speed_kmh") if row["max_speed_kmh"] else None,
        kind=row["kind"],
        surface=row["surface"],
        steps=int(row.number("steps")) if row["steps"] else None,
    )


def _passage(row: _Row, column: str) -> Passage | None:
    return Passage(_one_of(row, column, tuple(Passage))) if row[column] else None


def _one_of(row: _Row, column: str, known: Sequence[str]) -> str:
    if row[column] not in known:
        names = ", ".join(known)
        raise row.bad(column, f"不在允许的取值内:{names}", f"is not one of {names}")
    return row[column]


def _line(row: _Row) -> tuple[LonLat, ...] | None:
    if not row["wkt"]:
        return None
    try:
        drawn = shapely.from_wkt(row["wkt"])
    except shapely.errors.GEOSException as error:
        raise row.bad("wkt", f"不是折线:{error}", f"is no line: {error}") from error
    if drawn.geom_type != "LineString":
        raise row.bad("wkt", "不是折线", "is no line")
    return tuple(_point(row, lon, lat) for lon, lat in drawn.coords)


def _point(row: _Row, lon: float, lat: float) -> LonLat:
    try:
        return to_wgs84(lon, lat, row["datum"])
    except UnknownDatum:
        known = ", ".join(Datum)
        raise row.bad("datum", f"不是 {known} 之一,拒绝猜测", f"is not one of {known}; none is guessed") from None
