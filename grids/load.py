"""Puts the ground of an area into the database: area, cells, teams, posts and network, in the caller's transaction."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import shapely
from sqlalchemy import Table, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.network import Network
from grids import area_format, renewal, speeds
from grids.fault import Fault, FaultyFiles
from grids.network import lift_of_row, network_of_rows, straight
from grids.renewal import Change, Key, Values
from grids.rows import Folder
from grids.sheet import Row, Shape, Sheet
from sql import tables

LOAD_LOCK = "rescue-circle load"
"""Two loads at once would each see half of the other."""


@dataclass(slots=True, kw_only=True)
class Loaded:
    """A ground in the database: the ids of its rows by code, and what became of each sheet."""

    area: UUID
    first: bool
    on: datetime.date | None
    ids: dict[str, dict[str, UUID]] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    unwanted: list[Callable[[], Any]] = field(default_factory=list)


async def load(connection: AsyncConnection, folder: Folder, from_day: datetime.date | None) -> Loaded:
    """Make the ground in the database what the folder says. Rows no longer listed go with ``finish``, which the caller
    calls when nothing of its own refers to them any more.

    What has dates of validity changes on ``from_day``, or today in the area.
    """
    await connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": LOAD_LOCK})
    loaded = await _area(connection, folder, from_day)
    await plain(connection, loaded, folder, area_format.TEAMS, tables.team)
    await plain(connection, loaded, folder, area_format.GRIDS, tables.grid)
    await plain(connection, loaded, folder, area_format.COMMITTEES, tables.committee)
    await _cells(connection, loaded, folder)
    await plain(connection, loaded, folder, area_format.PLACES, tables.place)
    await _dated(connection, loaded, folder, area_format.POSTS, tables.post)
    await plain(connection, loaded, folder, area_format.CALL_POINTS, tables.call_point)
    await plain(connection, loaded, folder, area_format.SQUADS, tables.squad)
    await _network(connection, loaded, folder)
    loaded.changes["speeds"] = await speeds.load(connection, loaded.area, folder)
    return loaded


async def finish(loaded: Loaded, folder: Folder) -> None:
    """Remove what the files list no more, last things first; what the past names stays, with a warning.

    Raises ``FaultyFiles`` when something to be changed has a later version already.
    """
    for remove in reversed(loaded.unwanted):
        await remove()
    later: list[Fault] = []
    for name, change in loaded.changes.items():
        file = folder.files[name].path.name if name in folder.files else name
        folder.faults += [Fault(code="kept", file=file, warning=True, facts={"value": each}) for each in change.kept]
        later += [Fault(code="later", file=file, facts={"value": said, "date": day}) for said, day in change.later]
    if later:
        raise FaultyFiles(later)


async def plain(
    connection: AsyncConnection,
    loaded: Loaded,
    folder: Folder,
    sheet: Sheet,
    table: Table,
    *,
    on_change: Values | None = None,
    more: Callable[[Row], Values] = lambda row: {},
) -> None:
    """One sheet into one table of the area, row by code."""
    wanted = {
        (row["code"],): {"area": loaded.area, **columns(sheet, row, loaded.ids), **more(row)} for row in folder[sheet]
    }
    where = table.c.area == loaded.area
    ids, change = await renewal.renew(connection, table, where, _code, wanted, on_change=on_change)
    loaded.ids[sheet.name] = {key[0]: each for key, each in ids.items()}
    loaded.changes[sheet.name] = change
    loaded.unwanted.append(lambda: renewal.remove_unwanted(connection, table, where, _code, wanted, change))


def columns(sheet: Sheet, row: Row, ids: Mapping[str, Mapping[str, UUID]]) -> dict[str, Any]:
    """A row's values by the names of the database's columns; codes of rows with ids become those."""
    values: dict[str, Any] = {}
    for column in sheet.all_columns:
        value = row[column.name]
        if column.refers_to is not None and column.stored is None and value is not None:
            value = ids[column.refers_to][value]
        values[column.stored or column.name] = value
    if sheet.shape is Shape.POINT:
        values["point"] = row.shape
    return values


def _code(values: Values) -> Key:
    return (values["code"],)


async def _area(connection: AsyncConnection, folder: Folder, from_day: datetime.date | None) -> Loaded:
    (row,), (boundary,) = folder[area_format.AREA], folder[area_format.BOUNDARY]
    table = tables.area
    wanted = {(row["code"],): {**row.values, "boundary": many(boundary.shape)}}
    ids, change = await renewal.renew(connection, table, table.c.code == row["code"], _code, wanted)
    today = (await connection.execute(select(func.server_now()))).scalar_one()
    first = bool(change.added)
    on = None if first else from_day or today.astimezone(ZoneInfo(row["time_zone"])).date()
    return Loaded(area=ids[(row["code"],)], first=first, on=on, changes={"area": change})


def many(shape: shapely.Geometry | None) -> shapely.MultiPolygon:
    """A polygon as one of possibly several, the way the tables keep it."""
    return shape if isinstance(shape, shapely.MultiPolygon) else shapely.MultiPolygon([shape])


async def _dated(connection: AsyncConnection, loaded: Loaded, folder: Folder, sheet: Sheet, table: Table) -> None:
    wanted = {(row["code"],): {"area": loaded.area, **columns(sheet, row, loaded.ids)} for row in folder[sheet]}
    where = table.c.area == loaded.area
    ids, change = await renewal.renew_dated(connection, table, where, _code, wanted, on=loaded.on)
    loaded.ids[sheet.name] = {key[0]: each for key, each in ids.items()}
    loaded.changes[sheet.name] = change


async def _cells(connection: AsyncConnection, loaded: Loaded, folder: Folder) -> None:
    table, sheet = tables.cell, area_format.CELLS
    own = ("code", "name_zh", "name_en", "kind", "code_status", "target_s", "target_source", "visitors")
    wanted = {
        (row["code"],): {
            "area": loaded.area,
            "grid": loaded.ids["grids"][row["grid"]],
            "committee": None if row["committee"] is None else loaded.ids["committees"][row["committee"]],
            "geom": many(row.shape),
            **{name: row[name] for name in (*own, "source", "confidence", "illustrative")},
        }
        for row in folder[sheet]
    }
    where = table.c.area == loaded.area
    ids, change = await renewal.renew_dated(connection, table, where, _code, wanted, on=loaded.on)
    loaded.ids[sheet.name] = {key[0]: each for key, each in ids.items()}
    loaded.changes[sheet.name] = change
    code_of = {row.id: row.code for row in await connection.execute(select(table.c.id, table.c.code).where(where))}
    await _cell_teams(connection, loaded, folder, code_of)
    await _contacts(connection, loaded, folder, code_of)


async def _cell_teams(connection: AsyncConnection, loaded: Loaded, folder: Folder, code_of: Mapping[UUID, str]) -> None:
    cells, teams = loaded.ids["cells"], loaded.ids["teams"]
    wanted = {
        (row["code"], rank): {"cell": cells[row["code"]], "rank": rank, "team": teams[team]}
        for row in folder[area_format.CELLS]
        for rank, team in enumerate([row["owner"], *row["backups"]])
    }
    where = tables.cell_team.c.cell.in_(list(code_of))
    _, change = await renewal.renew_dated(
        connection,
        tables.cell_team,
        where,
        lambda values: (code_of[values["cell"]], values["rank"]),
        wanted,
        on=loaded.on,
    )
    loaded.changes["cell teams"] = change


async def _contacts(connection: AsyncConnection, loaded: Loaded, folder: Folder, code_of: Mapping[UUID, str]) -> None:
    sheet = area_format.CONTACTS
    wanted = {tuple(row[name] for name in sheet.key): columns(sheet, row, loaded.ids) for row in folder[sheet]}
    where = tables.cell_contact.c.cell.in_(list(code_of))
    _, change = await renewal.renew_dated(
        connection,
        tables.cell_contact,
        where,
        lambda values: (code_of[values["cell"]], values["role_zh"], values["person"]),
        wanted,
        on=loaded.on,
    )
    loaded.changes[sheet.name] = change


async def _network(connection: AsyncConnection, loaded: Loaded, folder: Folder) -> None:
    """A network with the same content stays; another becomes current beside it, and the old one is kept."""
    nodes, edges, lifts = (folder[sheet] for sheet in (area_format.NODES, area_format.EDGES, area_format.LIFTS))
    area = folder[area_format.AREA][0]
    network = network_of_rows(area["code"], area["srid"], nodes, edges, lifts)
    node_rows = [{**columns(area_format.NODES, row, {}), "point": row.shape} for row in nodes]
    edge_rows = list(_edge_rows(nodes, edges, lifts))
    change = loaded.changes["network"] = Change()
    current = await _current(connection, loaded.area)
    if current is not None and await _holds(connection, current, node_rows, edge_rows):
        change.same = len(node_rows) + len(edge_rows)
        return
    if current is not None:
        where = tables.network.c.id == current
        await connection.execute(update(tables.network).where(where).values(current=False))
    change.added, change.changed = (0, 1) if current else (1, 0)
    await _insert_network(connection, loaded.area, network, node_rows, edge_rows)


async def _current(connection: AsyncConnection, area: UUID) -> UUID | None:
    table = tables.network
    found: UUID | None = (
        await connection.execute(select(table.c.id).where(table.c.area == area, table.c.current))
    ).scalar_one_or_none()
    return found


def _edge_rows(nodes: list[Row], edges: list[Row], lifts: list[Row]) -> Iterable[dict[str, Any]]:
    points = {row["code"]: row.shape for row in nodes}
    lift_of = {row["edge"]: row for row in lifts}
    for row in edges:
        lift = lift_of.get(row["code"])
        yield {
            **row.values,
            "line": straight(row, points),
            "lift": None if lift is None else _lift(lift),
        }


def _lift(row: Row) -> dict[str, Any]:
    """The lift with where its figures come from."""
    return {
        **asdict(lift_of_row(row)),
        **{name: row[name] for name in ("source", "confidence", "illustrative")},
    }


async def _holds(
    connection: AsyncConnection, network: UUID, nodes: list[dict[str, Any]], edges: list[dict[str, Any]]
) -> bool:
    return await renewal.holds(
        connection, tables.network_node, tables.network_node.c.network == network, _code, nodes
    ) and await renewal.holds(connection, tables.network_edge, tables.network_edge.c.network == network, _code, edges)


async def _insert_network(
    connection: AsyncConnection,
    area: UUID,
    network: Network,
    nodes: list[dict[str, Any]],
    edges: list[dict[str, Any]],
) -> None:
    new = uuid4()
    at = (await connection.execute(select(func.server_now()))).scalar_one()
    values = {"id": new, "area": area, "version": network.version, "current": True, "loaded_at": at}
    await connection.execute(insert(tables.network).values(**values))
    await connection.execute(insert(tables.network_node), [{"network": new, **renewal.stored(row)} for row in nodes])
    await connection.execute(insert(tables.network_edge), [{"network": new, **renewal.stored(row)} for row in edges])
