"""Loads an area from a folder of files, all or nothing, and writes one back to a folder."""

from __future__ import annotations

import argparse
import asyncio
import datetime
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, delete, func, insert, select, tuple_
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from dispatch import area_format, roster
from dispatch.roster import Pattern
from grids import area_format as ground_format
from grids import load as ground
from grids import renewal, rows
from grids.load import Loaded
from grids.renewal import Change, Values
from grids.rows import Folder
from grids.sheet import Row
from sql import tables
from sql.migrate import sqlalchemy_url


async def load(connection: AsyncConnection, folder: Folder, from_day: datetime.date | None) -> Loaded:
    """Make everything in the database what the folder says, in the caller's transaction.

    Rosters are written from ``from_day`` (this week's Monday) for weeks ahead; what has dates of validity changes on
    ``from_day`` (today).
    """
    loaded = await ground.load(connection, folder, from_day)
    await ground.plain(connection, loaded, folder, area_format.MEMBERS, tables.member)
    version = {"version": tables.unit.c.version + 1}
    await ground.plain(connection, loaded, folder, area_format.UNITS, tables.unit, on_change=version)
    await _roster(connection, loaded, folder)
    await _duties(connection, loaded, folder, from_day)
    await ground.plain(connection, loaded, folder, area_format.RESPONDERS, tables.responder)
    await ground.plain(connection, loaded, folder, area_format.INCIDENT_TYPES, tables.incident_type)
    await _run_cards(connection, loaded, folder)
    await ground.remove_unwanted(loaded)
    return loaded


async def _roster(connection: AsyncConnection, loaded: Loaded, folder: Folder) -> None:
    sheet, table = area_format.ROSTER, tables.roster_pattern
    units, members = loaded.ids["units"], loaded.ids["members"]
    wanted = {
        (units[row["unit"]], members[row["member"]], row["cycle_day"], row["starts"]): {
            "area": loaded.area,
            **ground.columns(sheet, row, loaded.ids),
        }
        for row in folder[sheet]
    }
    where = table.c.area == loaded.area
    _, change = await renewal.renew(connection, table, where, _pattern_key, wanted)
    await renewal.remove_unwanted(connection, table, where, _pattern_key, wanted, change)
    loaded.changes[sheet.name] = change


def _pattern_key(values: Values) -> tuple[Any, ...]:
    return (values["unit"], values["member"], values["cycle_day"], values["starts"])


async def _duties(
    connection: AsyncConnection, loaded: Loaded, folder: Folder, from_day: datetime.date | None
) -> None:
    """The duties that begin from the first day on; earlier ones are the past and stay."""
    table = tables.duty
    zone = ZoneInfo(folder[ground_format.AREA][0]["time_zone"])
    now: datetime.datetime = (await connection.execute(select(func.server_now()))).scalar_one()
    first = from_day or roster.monday(now.astimezone(zone).date())
    begin = datetime.datetime.combine(first, datetime.time(), tzinfo=zone)
    where = (table.c.area == loaded.area) & (func.lower(table.c.during) >= begin)
    last = (await connection.execute(select(func.max(func.lower(table.c.during))).where(where))).scalar_one()
    days = roster.WEEKS_AHEAD * 7
    if last is not None:
        days = max(days, (last.astimezone(zone).date() - first).days + 1)
    wanted = {
        (duty.unit, duty.member, duty.begins): {
            "area": loaded.area,
            "unit": duty.unit,
            "member": duty.member,
            "kit": list(duty.kit),
            "during": Range(duty.begins, duty.ends, bounds="[)"),
        }
        for duty in roster.expand(_patterns(folder, loaded), zone, first, days)
    }
    loaded.changes["duties"] = await _renew_duties(connection, where, wanted)


def _patterns(folder: Folder, loaded: Loaded) -> list[Pattern[Any]]:
    units, members = loaded.ids["units"], loaded.ids["members"]
    return [pattern(row, units[row["unit"]], members[row["member"]]) for row in folder[area_format.ROSTER]]


def pattern(row: Row, unit: Any, member: Any) -> Pattern[Any]:
    """A row of the roster's file as a value."""
    return Pattern(
        unit=unit,
        member=member,
        kit=tuple(row["kit"]),
        cycle_days=row["cycle_days"],
        cycle_day=row["cycle_day"],
        starts=datetime.time.fromisoformat(row["starts"]),
        hours=row["hours"],
    )


async def _renew_duties(
    connection: AsyncConnection, where: ColumnElement[bool], wanted: Mapping[tuple[Any, ...], Values]
) -> Change:
    """Thousands of rows: what differs is taken out first, so that a member who moves is never in two units at once."""
    table, change = tables.duty, Change()
    found = {
        (row.unit, row.member, row.during.lower): row for row in await connection.execute(select(table).where(where))
    }
    stale = [
        row.id
        for key, row in found.items()
        if key not in wanted or row.during != wanted[key]["during"] or row.kit != wanted[key]["kit"]
    ]
    gone = set(stale)
    new = [values for key, values in wanted.items() if key not in found or found[key].id in gone]
    if stale:
        await connection.execute(delete(table).where(table.c.id.in_(stale)))
    if new:
        await connection.execute(insert(table), [dict(values) for values in new])
    change.same = len(found) - len(stale)
    change.removed, change.added = len(stale), len(new)
    return change


async def _run_cards(connection: AsyncConnection, loaded: Loaded, folder: Folder) -> None:
    sheet, table = area_format.RUN_CARDS, tables.run_card
    wanted = {}
    for row in folder[sheet]:
        values = {"area": loaded.area, **ground.columns(sheet, row, loaded.ids)}
        values["needs"] = _needs(row["needs"])
        values["second_tier"] = _needs(row["second_tier"])
        wanted[(values["incident_type"], values["priority"])] = values
    where = table.c.area == loaded.area
    _, change = await renewal.renew(connection, table, where, _card_key, wanted)
    await renewal.remove_unwanted(connection, table, where, _card_key, wanted, change)
    loaded.changes[sheet.name] = change


def _card_key(values: Values) -> tuple[Any, ...]:
    return (values["incident_type"], values["priority"])


def _needs(needs: Any) -> Any:
    return msgspec.to_builtins(needs, order="deterministic")


async def _main(url: str, path: Path, from_day: datetime.date | None) -> None:
    folder = rows.read(path, (*ground_format.GROUND, *area_format.PEOPLE_AND_RULES))
    for fault in folder.faults:
        print(fault.file, fault.row, fault.column, fault.reason("en"))
    if folder.refused:
        raise SystemExit(1)
    engine = create_async_engine(sqlalchemy_url(url))
    async with engine.begin() as connection:
        loaded = await load(connection, folder, from_day)
        for name, change in loaded.changes.items():
            print(name, change)
    await engine.dispose()


if __name__ == "__main__":
    import sys

    asyncio.run(_main(os.environ["DATABASE_URL"], Path(sys.argv[1]), None))
