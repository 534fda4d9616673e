"""An area's own speeds and conditions: out of its files, into the database and out of it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.conditions import BUILT_IN
from geo.profile import Speeds, Way
from geo.speed import EdgeClass
from geo.speed_files import BadRow, SourcedRow, speeds_of
from grids import area_format
from grids.fault import Fault
from grids.renewal import Change
from grids.rows import Folder
from grids.sheet import Row, Sheet
from sql import tables
from sql.queries import queries

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

SHEETS = (area_format.SPEEDS, area_format.CONDITIONS, area_format.FACTORS)
CLOSED_BY_NAME = frozenset({*EdgeClass, Way.CAR, Way.MOTORBIKE})

_sql = queries("speeds")


async def current_speeds(connection: Connection, area: UUID) -> Speeds:
    """The speeds in use in an area: its own rows over what is built in."""
    row = await _sql.current(connection, area=area)
    return BUILT_IN if row is None else speeds_of_stored(msgspec.json.decode(row["rows"]))


async def speeds_of_version(connection: Connection, area: UUID, version: str) -> Speeds | None:
    """The speeds an area had under that version, in use or not; None where they were never loaded."""
    if version == BUILT_IN.version:
        return BUILT_IN
    row = await _sql.of_version(connection, area=area, version=version)
    return None if row is None else speeds_of_stored(msgspec.json.decode(row["rows"]))


def speeds_of_stored(stored: Mapping[str, Sequence[Mapping[str, Any]]]) -> Speeds:
    """The speeds of rows as the database keeps them, by the names of their files."""
    return speeds_of(*(_numbered(stored.get(sheet.name, ())) for sheet in SHEETS))


def inspect(folder: Folder) -> None:
    """Add to the folder's faults what its rows of speeds and conditions, each right by itself, get wrong together."""
    known = CLOSED_BY_NAME | {row["code"] for row in folder[area_format.EDGES]}
    for row in folder[area_format.CONDITIONS]:
        for each in row["closes"]:
            if each not in known:
                folder.add(row, "closes_nothing", "closes", value=each)
    try:
        speeds_of(*(_sourced(folder[sheet]) for sheet in SHEETS))
    except BadRow as bad:
        (sheet,) = (sheet for sheet in SHEETS if sheet.name == bad.file)
        (row,) = (row for row in folder[sheet] if row.number == bad.row)
        folder.faults.append(Fault(code=bad.code, file=row.file, row=row.number, column=bad.column, facts=bad.facts))


async def load(connection: AsyncConnection, area: UUID, folder: Folder) -> Change:
    """Speeds with the same content stay; others become current beside them, and the old ones are kept."""
    change, table = Change(), tables.speeds
    rows = {sheet.name: [_plain(sheet, row) for row in folder[sheet]] for sheet in SHEETS}
    count = sum(len(each) for each in rows.values())
    before = await _stored(connection, area)
    if before == rows or (before is None and not count):
        change.same = count
        return change
    mine = table.c.area == area
    await connection.execute(update(table).where(mine, table.c.current).values(current=False))
    if not count:
        change.removed = 1
        return change
    change.added, change.changed = (1, 0) if before is None else (0, 1)
    at = (await connection.execute(select(func.server_now()))).scalar_one()
    version = speeds_of_stored(rows).version
    values = {"id": uuid4(), "area": area, "version": version, "rows": rows, "loaded_at": at, "current": True}
    await connection.execute(insert(table).values(**values))
    return change


async def current_rows(connection: AsyncConnection, area: UUID) -> list[tuple[Sheet, list[dict[str, Any]]]]:
    """The area's own rows as they were loaded, by sheet."""
    stored = await _stored(connection, area) or {}
    return [(sheet, stored.get(sheet.name, [])) for sheet in SHEETS]


async def _stored(connection: AsyncConnection, area: UUID) -> dict[str, list[dict[str, Any]]] | None:
    table = tables.speeds
    found: dict[str, list[dict[str, Any]]] | None = (
        await connection.execute(select(table.c.rows).where(table.c.area == area, table.c.current))
    ).scalar_one_or_none()
    return found


def _plain(sheet: Sheet, row: Row) -> dict[str, Any]:
    return {column.name: row[column.name] for column in sheet.all_columns}


def _sourced(rows: Sequence[Row]) -> list[SourcedRow]:
    return [SourcedRow(number=row.number, values=row.values) for row in rows]


def _numbered(rows: Sequence[Mapping[str, Any]]) -> list[SourcedRow]:
    return [SourcedRow(number=number, values=row) for number, row in enumerate(rows, start=2)]
