"""Loads an area from a folder of files, all or nothing, and writes one out as such a folder."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, Table, delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from dispatch import area_format, roster
from dispatch.inspection import inspect
from dispatch.roster import Pattern, pattern_of_row
from dispatch.run_card import Need
from grids import area_format as ground_format
from grids import command, renewal
from grids import export as ground_export
from grids import load as ground
from grids.export import Export
from grids.inspection import inspect as inspect_ground
from grids.load import Loaded
from grids.renewal import Change, Values
from grids.rows import Folder
from sql import tables


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `load`."""
    command.add_load_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Do a `load`; the exit code: 0 done, 1 faults in the files, 2 wrong use, 3 no database."""
    return command.run_load(args, JOB)


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `export`."""
    parser.add_argument("folder", type=Path, help="folder to write to; made if missing / 导出到的文件夹")
    parser.add_argument("--area", metavar="CODE", help="code of the area, if there are several / 区域编码")
    parser.add_argument(
        "--on",
        metavar="DATE",
        type=datetime.date.fromisoformat,
        help="the day whose cells, owners and posts are written (default: today) / 导出哪一天有效的内容(默认今日)",
    )
    command.add_common_arguments(parser)


def run_export(args: argparse.Namespace) -> int:
    """Do an `export`; the exit code: 0 done, 2 wrong use, 3 no database."""
    return command.run(args, lambda: _export(args))


async def load(connection: AsyncConnection, folder: Folder, from_day: datetime.date | None) -> Loaded:
    """Make everything in the database what the folder says, in the caller's transaction.

    Rosters are written for weeks ahead. Without ``from_day`` an area's first load begins with this week's Monday; a
    later one changes what comes from today on, and leaves the past as it was.
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
    await ground.finish(loaded, folder)
    await connection.execute(text("ANALYZE"))  # else the first hours' plans are made as if the tables were empty
    return loaded


_DAY = datetime.timedelta(days=1)
_AHEAD = datetime.timedelta(weeks=roster.WEEKS_AHEAD)

JOB = command.Job(sheets=area_format.ALL, inspections=(inspect_ground, inspect), load=load)


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


async def _duties(connection: AsyncConnection, loaded: Loaded, folder: Folder, from_day: datetime.date | None) -> None:
    """The duties that begin from the first day on; earlier ones are the past and stay."""
    table = tables.duty
    zone = ZoneInfo(folder[ground_format.AREA][0]["time_zone"])
    now: datetime.datetime = (await connection.execute(select(func.server_now()))).scalar_one()
    today = now.astimezone(zone).date()
    begins = func.lower(table.c.during)
    last = (await connection.execute(select(func.max(begins)).where(table.c.area == loaded.area))).scalar_one()
    if last is None:
        first = (from_day or roster.monday(today)) - _DAY  # that night reaches into the first morning
        until = first + _DAY + _AHEAD
    else:
        first = from_day or today
        filled = last.astimezone(zone).date() + _DAY  # filling on from there is the running service's: ``extend``
        until = filled if filled > first else first + _AHEAD
    where = (table.c.area == loaded.area) & (begins >= datetime.datetime.combine(first, datetime.time(), tzinfo=zone))
    wanted = {
        (duty.unit, duty.member, duty.begins): {
            "area": loaded.area,
            "unit": duty.unit,
            "member": duty.member,
            "kit": list(duty.kit),
            "during": Range(duty.begins, duty.ends, bounds="[)"),
        }
        for duty in roster.expand(_patterns(folder, loaded), zone, first, (until - first).days)
    }
    loaded.changes["duties"] = await _renew_duties(connection, where, wanted)


def _patterns(folder: Folder, loaded: Loaded) -> list[Pattern[Any]]:
    units, members = loaded.ids["units"], loaded.ids["members"]
    return [pattern_of_row(row, units[row["unit"]], members[row["member"]]) for row in folder[area_format.ROSTER]]


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
    return msgspec.to_builtins(list(needs), order="deterministic")


async def _export(args: argparse.Namespace) -> int:
    names = {sheet.name for sheet in area_format.ALL}
    engine = create_async_engine(command.database_of(args))
    try:
        async with engine.connect() as connection:
            work = await ground_export.begin(connection, args.folder, args.area, args.on)
            others = command.other_formats(args.folder, names)
            if others:
                raise command.Refused("not_empty", folder=args.folder, names=", ".join(others))
            await export(work)
    except ground_export.NoArea as error:
        word = "which_area" if args.area is None and error.areas else "no_area"
        raise command.Refused(word, area=args.area or "", areas=", ".join(error.areas)) from error
    finally:
        await engine.dispose()
    print(command.say(args.language, "exported", count=len(names), folder=args.folder))
    return command.DONE


async def export(work: Export) -> None:
    """Write all files of the area: what `load` would read back without changing anything."""
    await ground_export.export(work)
    ids = {"teams": await _codes(work, tables.team)}
    ids["members"] = await ground_export.coded(work, area_format.MEMBERS, tables.member, **ids)
    ids["units"] = await ground_export.coded(work, area_format.UNITS, tables.unit, **ids)
    patterns = await work.records(tables.roster_pattern)
    ground_export.write(
        work, area_format.ROSTER, [ground_export.with_codes(area_format.ROSTER, each, ids) for each in patterns]
    )
    await ground_export.coded(work, area_format.RESPONDERS, tables.responder)
    ids["incident_types"] = await ground_export.coded(work, area_format.INCIDENT_TYPES, tables.incident_type)
    cards = await work.records(tables.run_card)
    ground_export.write(work, area_format.RUN_CARDS, [_card(each, ids) for each in cards])


async def _codes(work: Export, table: Table) -> dict[UUID, str]:
    return {record["id"]: record["code"] for record in await work.records(table)}


def _card(record: Values, ids: Mapping[str, Mapping[UUID, str]]) -> Values:
    values = dict(ground_export.with_codes(area_format.RUN_CARDS, record, ids))
    for tier in ("needs", "second_tier"):
        values[tier] = msgspec.convert(values[tier], type=tuple[Need, ...])
    return values


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m dispatch.load")
    add_arguments(parser)
    sys.exit(run(parser.parse_args()))
