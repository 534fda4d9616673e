"""The logins of a demonstration: a few at the desk, one for every unit and every committee, all with one password."""

import asyncio
from typing import NamedTuple
from uuid import UUID

import asyncpg

from dispatch.seat import Role
from dispatch.server import auth
from sql.queries import listed, queries

SEATS = (
    ("operator", Role.OPERATOR, "调度员甲"),
    ("operator2", Role.OPERATOR, "调度员乙"),
    ("supervisor", Role.SUPERVISOR, "值班长"),
    ("planner", Role.PLANNER, "规划员"),
    ("viewer", Role.VIEWER, "大屏"),
)

_sql = queries("account")


async def put_logins(dsn: str, area_code: str, password: str) -> int:
    """Make the area's demo logins, or give them this password; answers how many there are.

    Hashing is slow on purpose, so logins that already have the password are left alone. Raises ``LookupError`` when the
    area was not loaded.
    """
    connection = await asyncpg.connect(dsn)
    try:
        area = next((row["id"] for row in await listed(_sql.areas(connection)) if row["code"] == area_code), None)
        if area is None:
            raise LookupError(f"the area {area_code!r} is not in the database: load it first")
        seats = await _seats(connection, area)
        rows = await listed(_sql.logins_of_area(connection, area=area))
        known = {row["login"]: (row["unit"], row["cells"]) for row in rows}
        if all(known.get(each.login) == (each.unit, each.cells) for each in seats) and await _has_password(
            connection, "operator", password
        ):
            return len(seats)
        password_hash = await asyncio.to_thread(auth.hash_password, password)  # one password, so one hash will do
        async with connection.transaction():
            for each in seats:
                account = await _sql.put_account(
                    connection, login=each.login, name=each.name, password_hash=password_hash, language="zh"
                )
                await _sql.put_role(
                    connection, account=account, area=area, role=each.role.value, unit=each.unit, cells=each.cells
                )
        return len(seats)
    finally:
        await connection.close()


class _DemoSeat(NamedTuple):
    login: str
    role: Role
    name: str
    unit: UUID | None = None
    cells: list[str] | None = None


async def _seats(connection: "asyncpg.Connection[asyncpg.Record]", area: UUID) -> list[_DemoSeat]:
    units = await listed(_sql.units_of_area(connection, area=area))
    committees = await listed(_sql.committees_of_area(connection, area=area))
    return [
        *(_DemoSeat(*seat) for seat in SEATS),
        *(_DemoSeat(f"crew-{row['code']}", Role.CREW, row["code"], unit=row["id"]) for row in units),
        *(
            _DemoSeat(f"committee-{row['code']}", Role.COMMITTEE, row["name_zh"], cells=list(row["cells"]))
            for row in committees
        ),
    ]


async def _has_password(connection: "asyncpg.Connection[asyncpg.Record]", login: str, password: str) -> bool:
    row = await _sql.account_by_login(connection, login=login)
    return row is not None and await asyncio.to_thread(auth.verified, row["password_hash"], password)
