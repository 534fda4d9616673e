"""Writes the ground of an area out of the database as the files it could be loaded from."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import ColumnElement, Date, Table, cast, func, select
from sqlalchemy.dialects.postgresql import DATERANGE
from sqlalchemy.ext.asyncio import AsyncConnection

from grids import area_file, area_format, rows, speeds
from grids.sheet import Column, Shape, Sheet, number_text
from sql import tables

Record = Mapping[str, Any]


class NoArea(LookupError):
    """The area named is not there, or none is named where there are several; ``areas`` are those there are."""

    def __init__(self, code: str | None, areas: list[str]) -> None:
        self.code = code
        self.areas = areas
        super().__init__(f"area {code!r} is not one of {', '.join(areas)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An area on a day, and the folder it is written to."""

    connection: AsyncConnection
    folder: Path
    area: UUID
    code: str
    on: datetime.date

    async def records(self, table: Table, where: ColumnElement[bool] | None = None) -> list[Record]:
        """The table's rows of the area, or those ``where``; of rows with dates, those that hold on the day."""
        statement = select(table).where(table.c.area == self.area if where is None else where)
        if "valid" in table.c and table.name != "responder":
            statement = statement.where(cast(table.c.valid, DATERANGE).op("@>")(cast(self.on, Date)))
        return [dict(row) for row in (await self.connection.execute(statement)).mappings()]


async def begin(connection: AsyncConnection, folder: Path, code: str | None, on: datetime.date | None) -> Export:
    """The area of that code, or the only one there is. Raises ``NoArea``."""
    table = tables.area
    found = {row.code: row for row in await connection.execute(select(table.c.id, table.c.code, table.c.time_zone))}
    if code is None and len(found) == 1:
        (code,) = found
    if code not in found:
        raise NoArea(code, sorted(found))
    now: datetime.datetime = (await connection.execute(select(func.server_now()))).scalar_one()
    row = found[code]
    day = on or now.astimezone(ZoneInfo(row.time_zone)).date()
    return Export(connection=connection, folder=folder, area=row.id, code=row.code, on=day)


async def export(work: Export) -> None:
    """Write the ground's files."""
    work.folder.mkdir(parents=True, exist_ok=True)
    (area,) = await work.records(tables.area, tables.area.c.id == work.area)
    write(work, area_format.AREA, [area])
    write_shapes(work, area_format.BOUNDARY, [{"shape": _one(to_shape(area["boundary"]))}])
    teams = await coded(work, area_format.TEAMS, tables.team)
    grids = await coded(work, area_format.GRIDS, tables.grid, teams=teams)
    committees = await coded(work, area_format.COMMITTEES, tables.committee)
    await _cells(work, teams, grids, committees)
    await coded(work, area_format.PLACES, tables.place)
    await coded(work, area_format.POSTS, tables.post, teams=teams)
    await coded(work, area_format.CALL_POINTS, tables.call_point)
    await coded(work, area_format.SQUADS, tables.squad, teams=teams, committees=committees)
    await _network(work)
    for sheet, records in await speeds.current_rows(work.connection, work.area):
        if records:
            write(work, sheet, records)


async def coded(work: Export, sheet: Sheet, table: Table, **ids: Mapping[UUID, str]) -> dict[UUID, str]:
    """Write one table of the area as its sheet; the codes of its rows by id."""
    records = await work.records(table)
    write(work, sheet, [with_codes(sheet, record, ids) for record in records])
    return {record["id"]: record["code"] for record in records}


def with_codes(sheet: Sheet, record: Record, ids: Mapping[str, Mapping[UUID, str]]) -> Record:
    """A record of the database under the names of its sheet, ids as codes."""
    values = dict(record)
    for column in sheet.all_columns:
        value = record.get(column.stored or column.name)
        if column.refers_to is not None and isinstance(value, UUID):
            value = ids[column.refers_to][value]
        values[column.name] = value
    return values


def write(work: Export, sheet: Sheet, records: Sequence[Record]) -> None:
    """Records as CSV, in the order of their keys."""
    own, sourced = (
        [column.name for column in columns if not _always_default(column, records)]
        for columns in (sheet.columns, sheet.all_columns[len(sheet.columns) :])
    )
    names = [*own, *rows.shape_columns(sheet), *sourced]
    lines = [{**rows.texts(sheet, record), **_shape_texts(sheet, record)} for record in records]
    lines.sort(key=lambda line: natural(tuple(line[name] for name in sheet.key)))
    area_file.write_csv(work.folder / f"{sheet.name}.csv", names, lines)


def _always_default(column: Column, records: Sequence[Record]) -> bool:
    return column.rare and all(record[column.name] == column.default for record in records)


def write_shapes(work: Export, sheet: Sheet, records: Iterable[Record]) -> None:
    """Records as GeoJSON, in the order of their keys."""
    features = [({**_properties(sheet, record), "datum": "WGS84"}, record["shape"]) for record in records]
    features.sort(key=lambda feature: natural(tuple(feature[0][name] for name in sheet.key)))
    area_file.write_geojson(work.folder / f"{sheet.name}.geojson", features)


def natural(key: tuple[str, ...]) -> tuple[tuple[tuple[bool, int, str], ...], ...]:
    """An order in which G1-10 comes after G1-9."""
    return tuple(_chunks(each) for each in key)


def _chunks(text: str) -> tuple[tuple[bool, int, str], ...]:
    return tuple((part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.findall(r"\d+|\D+", text))


def _shape_texts(sheet: Sheet, record: Record) -> dict[str, str]:
    if sheet.shape is Shape.POINT:
        if record["point"] is None:
            return {}
        point = to_shape(record["point"])
        return {"lon": number_text(point.x), "lat": number_text(point.y), "datum": "WGS84"}
    if sheet.shape is Shape.LINE and record["line"] is not None:
        line = record["line"]
        ends = ", ".join(f"{number_text(lon)} {number_text(lat)}" for lon, lat in line.coords)
        return {"wkt": f"LINESTRING ({ends})", "datum": "WGS84"}
    return {}


def _properties(sheet: Sheet, record: Record) -> dict[str, Any]:
    """GeoJSON keeps numbers and truths as they are; lists are written as in a table."""
    return {
        column.name: ";".join(record[column.name]) if isinstance(record[column.name], list) else record[column.name]
        for column in sheet.all_columns
    }


async def _cells(
    work: Export, teams: Mapping[UUID, str], grids: Mapping[UUID, str], committees: Mapping[UUID, str]
) -> None:
    cells = await work.records(tables.cell)
    mine = [cell["id"] for cell in cells]
    ranks: dict[UUID, dict[int, str]] = {each: {} for each in mine}
    for row in await work.records(tables.cell_team, tables.cell_team.c.cell.in_(mine)):
        ranks[row["cell"]][row["rank"]] = teams[row["team"]]
    records = [
        {
            **with_codes(area_format.CELLS, cell, {"grids": grids, "committees": committees}),
            "owner": ranks[cell["id"]][0],
            "backups": [team for rank, team in sorted(ranks[cell["id"]].items()) if rank > 0],
            "shape": _one(to_shape(cell["geom"])),
        }
        for cell in cells
    ]
    write_shapes(work, area_format.CELLS, records)
    codes = {cell["id"]: cell["code"] for cell in cells}
    contacts = await work.records(tables.cell_contact, tables.cell_contact.c.cell.in_(mine))
    write(work, area_format.CONTACTS, [with_codes(area_format.CONTACTS, each, {"cells": codes}) for each in contacts])


def _one(shape: shapely.Geometry) -> shapely.Geometry:
    """A single polygon is written as such."""
    return shape.geoms[0] if isinstance(shape, shapely.MultiPolygon) and len(shape.geoms) == 1 else shape


async def _network(work: Export) -> None:
    table = tables.network
    current = select(table.c.id).where(table.c.area == work.area, table.c.current).scalar_subquery()
    nodes = await work.records(tables.network_node, tables.network_node.c.network == current)
    edges = await work.records(tables.network_edge, tables.network_edge.c.network == current)
    write(work, area_format.NODES, nodes)
    points = {node["code"]: to_shape(node["point"]) for node in nodes}
    write(work, area_format.EDGES, [{**edge, "line": _bent(edge, points)} for edge in edges])
    lifts = [{"edge": edge["code"], **edge["lift"]} for edge in edges if edge["lift"] is not None]
    write(work, area_format.LIFTS, lifts)


def _bent(edge: Record, points: Mapping[str, shapely.Geometry]) -> shapely.Geometry | None:
    """The edge's line, unless it just runs straight between its nodes."""
    line = to_shape(edge["line"])
    straight = shapely.LineString([points[edge["from_node"]], points[edge["to_node"]]])
    return None if shapely.equals_exact(line, straight) else line
