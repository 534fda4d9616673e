"""Who is signed in: passwords, sessions, tickets, and where a request may come from."""

import asyncio
import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from dispatch.refusal import WrongLogin
from dispatch.seat import Role, Seat
from dispatch.server.store import Connection
from sql.queries import queries

COOKIE = "rescue_circle_session"
LASTS = timedelta(hours=14)
"""Longer than the longest shift of the demo area (a night of 14 hours), so that nobody is thrown out on duty."""

_hasher = PasswordHasher(type=Type.ID, time_cost=3, memory_cost=64 * 1024, parallelism=4)
"""argon2id as RFC 9106 recommends where memory is scarce; said here, so that no library's default lowers it."""

_sql = queries("account")


def digest(secret: str) -> bytes:
    """What is stored of a token or ticket; the secret itself never is."""
    return hashlib.sha256(secret.encode()).digest()


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    return _hasher.hash(password)


_NOBODY = hash_password(secrets.token_urlsafe())
"""What the password for an unknown login is compared with, so that the answer takes as long."""


async def log_in(pool: asyncpg.Pool, login: str, password: str, address: str | None) -> tuple[str, Seat]:
    """Begin a session: its token and its seat. Raises ``WrongLogin``, as slowly for unknown logins as for known."""
    async with pool.acquire() as connection:
        row = await _sql.account_by_login(connection, login=login)
    if not await asyncio.to_thread(verified, _NOBODY if row is None else row["password_hash"], password) or row is None:
        raise WrongLogin
    async with pool.acquire() as connection:
        token, _ = await begin_session(connection, {**row, "account": row["id"]}, address)
    seat = await seat_of_token(pool, token)
    if seat is None:
        raise WrongLogin
    return token, seat


async def begin_session(connection: Connection, seat: Mapping[str, Any], address: str | None) -> tuple[str, UUID]:
    """A new session for the account, area, role, unit and cells of ``seat``: its token, told once, and its id."""
    token = secrets.token_urlsafe(32)
    session: UUID = await _sql.begin_session(
        connection,
        token_hash=digest(token),
        account=seat["account"],
        area=seat["area"],
        role=seat["role"],
        unit=seat["unit"],
        cells=seat["cells"],
        lasts=LASTS,
        address=address,
    )
    return token, session


def verified(password_hash: str, password: str) -> bool:
    """Whether the password is the one that was hashed."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


async def log_out(pool: asyncpg.Pool, seat: Seat) -> None:
    """End the session everywhere: its token, its tickets and its open sockets."""
    async with pool.acquire() as connection:
        await _sql.end_session(connection, id=seat.session)


async def end_session(pool: asyncpg.Pool, area: UUID, session: UUID) -> bool:
    """End a session of the area everywhere, as ``log_out`` does; False when the area has no such session."""
    async with pool.acquire() as connection:
        return await _sql.end_session_of_area(connection, id=session, area=area) is not None


async def seat_of_token(pool: asyncpg.Pool, token: str) -> Seat | None:
    """The seat whose session the token opens; None when it is unknown, ended or expired."""
    async with pool.acquire() as connection:
        return _seat(await _sql.seat_by_token(connection, token_hash=digest(token)))


async def new_ticket(pool: asyncpg.Pool, seat: Seat) -> tuple[str, datetime]:
    """A secret that opens one socket once within 30 seconds."""
    ticket = secrets.token_urlsafe(32)
    async with pool.acquire() as connection:
        await _sql.add_ticket(connection, hash=digest(ticket), session=seat.session)
        now: datetime = await connection.fetchval("SELECT clock_timestamp()")
    return ticket, now + timedelta(seconds=30)


async def seat_of_ticket(pool: asyncpg.Pool, ticket: str) -> Seat | None:
    """The seat that asked for the ticket, which is used up by this."""
    async with pool.acquire() as connection, connection.transaction():
        used = await _sql.use_ticket(connection, hash=digest(ticket))
        return None if used is None else _seat(await _sql.seat_by_session(connection, session=used["session"]))


async def still_seated(pool: asyncpg.Pool, sessions: Iterable[UUID]) -> set[UUID]:
    """Which of the sessions have neither ended nor expired."""
    async with pool.acquire() as connection:
        return {row["id"] async for row in _sql.still_seated(connection, sessions=list(sessions))}


def _seat(row: Mapping[str, Any] | None) -> Seat | None:
    if row is None:
        return None
    names = [name for name in Seat.__struct_fields__ if name not in ("role", "cells")]
    return Seat(role=Role(row["role"]), cells=tuple(row["cells"] or ()), **{name: row[name] for name in names})


def allowed_origin(origin: str | None, host: str) -> bool:
    """Whether a browser's ``Origin`` is this service itself; programs send none, which is for the caller to weigh."""
    return origin is None or urlsplit(origin).netloc == host
