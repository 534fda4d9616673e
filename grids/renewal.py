"""Brings the rows of a table to what files say, touching only what differs: ids stay, history stays."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import shapely
from geoalchemy2 import WKBElement
from sqlalchemy import ColumnElement, Table, delete, insert, select, update
from sqlalchemy.dialects.postgresql import Range as SqlRange
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

Key = tuple[Any, ...]
Values = Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Change:
    """What became of the rows of one sheet. ``kept`` and ``later`` name rows by what a person calls them."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    same: int = 0
    kept: list[str] = field(default_factory=list)
    later: list[tuple[str, datetime.date]] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        return not (self.added or self.changed or self.removed)


async def renew(
    connection: AsyncConnection,
    table: Table,
    where: ColumnElement[bool],
    key_of: Callable[[Values], Key],
    wanted: Mapping[Key, Values],
    *,
    on_change: Values | None = None,
) -> tuple[dict[Key, UUID], Change]:
    """The rows ``where`` becomes ``wanted``; the ids by key. A row no longer wanted goes, unless another names it."""
    change = Change()
    found = {key_of(row): row for row in await _rows(connection, table, where)}
    ids: dict[Key, UUID] = {}
    new: list[dict[str, Any]] = []
    for key, values in wanted.items():
        row = found.get(key)
        if row is None:
            ids[key] = uuid4()
            new.append({"id": ids[key], **stored(values)})
            continue
        ids[key] = row["id"]
        if _same(row, values):
            change.same += 1
        else:
            change.changed += 1
            changed = {**stored(values), **(on_change or {})}
            await connection.execute(update(table).where(table.c.id == row["id"]).values(**changed))
    change.added = len(new)
    if new:
        await connection.execute(insert(table), new)
    return ids, change


async def remove_unwanted(
    connection: AsyncConnection,
    table: Table,
    where: ColumnElement[bool],
    key_of: Callable[[Values], Key],
    wanted: Mapping[Key, Values],
    change: Change,
) -> None:
    """Delete the rows ``where`` that are not ``wanted``; what another row names is kept and told of."""
    for row in await _rows(connection, table, where):
        key = key_of(row)
        if key in wanted:
            continue
        if await _deleted(connection, table, row["id"]):
            change.removed += 1
        else:
            change.kept.append(" ".join(str(each) for each in key))


async def renew_dated(
    connection: AsyncConnection,
    table: Table,
    where: ColumnElement[bool],
    key_of: Callable[[Values], Key],
    wanted: Mapping[Key, Values],
    *,
    on: datetime.date | None,
) -> tuple[dict[Key, UUID], Change]:
    """Like ``renew`` for rows with dates of validity: a row that changes ends on the day ``on`` and another begins.

    ``on`` None is the first load of an area: its rows hold without beginning. A row that began on that very day is
    changed in place. What has a later version already is not touched, and told of.
    """
    change = Change()
    open_rows: dict[Key, Values] = {}
    ends_later: dict[Key, datetime.date] = {}
    for row in await _rows(connection, table, where):
        upper = row["valid"].upper
        if upper is None and not row["valid"].isempty:
            open_rows[key_of(row)] = row
        elif on is not None and upper is not None and upper > on:
            ends_later[key_of(row)] = upper
    ids: dict[Key, UUID] = {}
    new: list[dict[str, Any]] = []
    for key, values in wanted.items():
        old = open_rows.get(key)
        if old is not None and _same(old, values):
            ids[key] = old["id"]
            change.same += 1
            continue
        if old is None:
            change.added += 1
            if key in ends_later:
                change.later.append((_said(key), ends_later[key]))
                continue
        else:
            change.changed += 1
            if await _in_place(connection, table, old, values, on, change, key):
                ids[key] = old["id"]
                continue
        ids[key] = uuid4()
        new.append({"id": ids[key], "valid": SqlRange(on, None, bounds="[)"), **stored(values)})
    if new:
        await connection.execute(insert(table), new)
    for key, old in open_rows.items():
        if key not in wanted:
            change.removed += 1
            await _end(connection, table, old, on, change, key)
    return ids, change


async def holds(
    connection: AsyncConnection,
    table: Table,
    where: ColumnElement[bool],
    key_of: Callable[[Values], Key],
    wanted: Sequence[Values],
) -> bool:
    """Whether the rows ``where`` are just the ``wanted``."""
    found = {key_of(row): row for row in await _rows(connection, table, where)}
    return len(found) == len(wanted) and all(
        key_of(values) in found and _same(found[key_of(values)], values) for values in wanted
    )


def stored(values: Values) -> dict[str, Any]:
    """Values as the database takes them: shapes as EWKB with their SRID."""
    return {name: _element(value) if isinstance(value, shapely.Geometry) else value for name, value in values.items()}


async def _rows(connection: AsyncConnection, table: Table, where: ColumnElement[bool]) -> list[Values]:
    result = await connection.execute(select(table).where(where))
    return [dict(row) for row in result.mappings()]


def _element(shape: shapely.Geometry) -> WKBElement:
    return WKBElement(_ewkb(shape), srid=4326, extended=True)


def _ewkb(shape: shapely.Geometry) -> bytes:
    written: bytes = shapely.to_wkb(shapely.set_srid(shape, 4326), include_srid=True, byte_order=1, flavor="extended")
    return written


def _same(row: Values, values: Values) -> bool:
    return all(_equal(row[name], value) for name, value in values.items())


def _equal(old: Any, new: Any) -> bool:
    if isinstance(new, shapely.Geometry):
        return isinstance(old, WKBElement) and old.desc.lower() == _ewkb(new).hex()
    return bool(old == new)


def _said(key: Key) -> str:
    return " ".join(str(each) for each in key)


async def _in_place(
    connection: AsyncConnection,
    table: Table,
    old: Values,
    values: Values,
    on: datetime.date | None,
    change: Change,
    key: Key,
) -> bool:
    """Change the row itself when it began on the day of the change, else end it; False when another must begin."""
    lower = old["valid"].lower
    if lower is not None and on is not None and lower > on:
        change.later.append((_said(key), lower))
        return True
    if on is None or lower == on:
        await connection.execute(update(table).where(table.c.id == old["id"]).values(**stored(values)))
        return True
    await _end(connection, table, old, on, change, key)
    return False


async def _end(
    connection: AsyncConnection, table: Table, old: Values, on: datetime.date | None, change: Change, key: Key
) -> None:
    lower = old["valid"].lower
    if lower is not None and on is not None and lower > on:
        change.later.append((_said(key), lower))
        return
    never_held = on is None or lower == on
    if never_held and await _deleted(connection, table, old["id"]):
        return
    valid = SqlRange(empty=True) if never_held else SqlRange(lower, on, bounds="[)")
    await connection.execute(update(table).where(table.c.id == old["id"]).values(valid=valid))


async def _deleted(connection: AsyncConnection, table: Table, row: UUID) -> bool:
    try:
        async with connection.begin_nested():
            await connection.execute(delete(table).where(table.c.id == row))
    except IntegrityError:
        return False
    return True
