"""One-time codes: ten letters that let one person in to one seat, once, soon; only their digest is stored."""

import secrets
from datetime import datetime, timedelta
from uuid import uuid4

import asyncpg

from dispatch import refusal
from dispatch.seat import Role, Seat
from dispatch.server import auth, wire
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
    secret = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    async with pool.acquire() as connection:
        row = await _sql.seat_of_area(connection, area=maker.area, login=new.login, unit=new.unit, role=new.role)
        if row is None:
            field, what_zh, what_en = ("login", "账号", "login") if new.unit is None else ("unit", "单元", "unit")
            raise refusal.UnknownCode(field=field, what_zh=what_zh, what_en=what_en, value=new.login or new.unit)
        if row["role"] == Role.SUPERVISOR and row["account"] != maker.account:
            raise refusal.Forbidden(field="login", role=maker.role)
        id = new.id or uuid4()
        try:
            expires_at: datetime = await _sql.add_code(
                connection,
                id=id,
                hash=auth.digest(secret),
                area=maker.area,
                account=row["account"],
                role=row["role"],
                unit=row["unit"],
                made_by=maker.account,
                lasts=LASTS,
                address=address,
            )
        except asyncpg.UniqueViolationError as error:  # what was told once is not told again: ask with a new id
            raise refusal.IdReused(field="id", id=id) from error
    return wire.OneTimeCode(
        id=id,
        code=written(secret),
        login=row["login"],
        name=row["name"],
        role=row["role"],
        unit=row["unit"],
        unit_code=row["unit_code"],
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
