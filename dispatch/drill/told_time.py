"""What time a drill begins at: such that the day's units are on whatever the hour is outside, and never going back."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import asyncpg

from sql.queries import queries

_sql = queries("clock")


class RealDatabase(Exception):
    """Real incidents are in the database: its clock stays true."""


async def begin(url: str, area_code: str, at: time, *, speed: float = 1.0) -> datetime:
    """Mark the database as a drill's and let it tell that it is ``at`` in the area, time going so many times as fast
    from there (at 0 it stands still); answers that instant.

    Raises ``RealDatabase`` and changes nothing where real incidents are and no drill was before.
    """
    connection = await asyncpg.connect(url)
    try:
        zone = ZoneInfo(await connection.fetchval("SELECT time_zone FROM area WHERE code = $1", area_code))
        row = await _sql.told(connection)
        if row["has_real_incidents"] and not row["drill"]:
            raise RealDatabase
        begins = beginning(at, zone, real=row["real"], told=row["told"] if row["drill"] else None)
        await _sql.begin_drill(connection, at=begins, speed=speed)
        return begins
    finally:
        await connection.close()


async def go_on(url: str, *, speed: float) -> None:
    """From now on time goes by so many times as fast as outside, from where the drill has come to."""
    connection = await asyncpg.connect(url)
    try:
        await _sql.go_on(connection, speed=speed)
    finally:
        await connection.close()


class ToldClock:
    """What the devices of a played script go by: its hour of beginning until ``go``, then so many times as fast."""

    def __init__(self, begins: datetime, speed: float) -> None:
        self._begins, self._speed = begins, speed
        self._gone_at: datetime | None = None

    def go(self) -> None:
        self._gone_at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return (
            self._begins if self._gone_at is None else self._begins + (datetime.now(UTC) - self._gone_at) * self._speed
        )


def beginning(at: time, zone: ZoneInfo, *, real: datetime, told: datetime | None) -> datetime:
    """Today at that hour of the area; after an earlier drill, which came to ``told``, the next such hour after it."""
    day = (told or real).astimezone(zone).date()
    begins = datetime.combine(day, at, zone)
    if told is not None and begins <= told:
        begins = datetime.combine(day + timedelta(days=1), at, zone)
    return begins
