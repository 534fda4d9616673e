"""One-time codes: ten letters that let one person in to one seat, once, soon; only their digest is stored."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from dispatch import refusal
from dispatch.seat import Role, Seat
from dispatch.server import auth, wire
from dispatch.server.store import Connection
from sql.queries import queries

LASTS = timedelta(minutes=10)
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH = 10
"""50 bits: beyond guessing within its ten minutes, and still typed with one thumb."""

_sql = queries("account")


async def make(pool: asyncpg.Pool, maker: Seat, new: wire.NewCode, address: str | None) -> wire.OneTimeCode:
    """A code for a seat of the maker's area, asked for from that address.

    Raises ``OneSeat``, ``UnknownCode``, ``Forbidden`` and ``IdReused``.

    Nobody is let in as another supervisor: that would be a way past what supervisors do being told by name.
    """
    if (new.login is None) == (new.unit is None):
        raise refusal.OneSeat(field="login")
    async with pool.acquire() as connection:
        row = await _sql.seat_of_area(connection, area=maker.area, login=new.login, unit=new.unit, role=new.role)
        if row is None:
            field, what_zh, what_en = ("login", "账号", "login") if new.unit is None else ("unit", "单元", "unit")
            raise refusal.UnknownCode(field=field, what_zh=what_zh, what_en=what_en, value=new.login or new.unit)
        if row["role"] == Role.SUPERVISOR and row["account"] != maker.account:
            raise refusal.Forbidden(field="login", role=maker.role)
        id = new.id or uuid4()
        return await _made(connection, id, maker.area, row, made_by=maker.account, address=address)


async def make_for_demo(pool: asyncpg.Pool, area_code: str, address: str | None) -> wire.OneTimeCode:
    """A code for the supervisor's seat of a demonstration's area. Raises ``NotFound`` where there is none."""
    async with pool.acquire() as connection:
        areas = {row["code"]: row["id"] async for row in _sql.areas(connection)}
        area = areas.get(area_code)
        row = await _sql.seat_of_area(connection, area=area, login=None, unit=None, role=Role.SUPERVISOR)
        if area is None or row is None:
            raise refusal.NotFound(what_zh="演示席位", what_en="seat for a demonstration in", name=area_code)
        return await _made(connection, uuid4(), area, row, made_by=row["account"], address=address)


async def _made(
    connection: Connection, id: UUID, area: UUID, seat: Mapping[str, Any], *, made_by: UUID, address: str | None
) -> wire.OneTimeCode:
    secret = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    try:
        expires_at: datetime = await _sql.add_code(
            connection,
            id=id,
            hash=auth.digest(secret),
            area=area,
            account=seat["account"],
            role=seat["role"],
            unit=seat["unit"],
            made_by=made_by,
            lasts=LASTS,
            address=address,
        )
    except asyncpg.UniqueViolationError as error:  # what was told once is not told again: ask with a new id
        raise refusal.IdReused(field="id", id=id) from error
    return wire.OneTimeCode(
        id=id,
        code=written(secret),
        login=seat["login"],
        name=seat["name"],
        role=seat["role"],
        unit=seat["unit"],
        unit_code=seat["unit_code"],
        expires_at=expires_at,
    )


async def log_in(pool: asyncpg.Pool, code: str, address: str | None) -> tuple[str, Seat]:
    """Use a code up: the token of the session it opened, and its seat. Raises ``WrongCode``."""
    async with pool.acquire() as connection, connection.transaction():
        used = await _sql.use_code(connection, hash=auth.digest(_typed(code)))
        if used is None:
            raise refusal.WrongCode
        token, session = await auth.begin_session(connection, used, address)
        await _sql.code_opened(connection, id=used["id"], session=session)
    seat = await auth.seat_of_token(pool, token)
    if seat is None:
        raise refusal.WrongCode
    return token, seat


def written(secret: str) -> str:
    """In two halves, as people read it to each other."""
    return f"{secret[: LENGTH // 2]}-{secret[LENGTH // 2 :]}"


def _typed(code: str) -> str:
    """What was meant by what was typed: capitals, hyphens and spaces say nothing."""
    return "".join(letter for letter in code.casefold() if letter.isalnum())
