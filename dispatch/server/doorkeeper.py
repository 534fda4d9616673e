"""How often a password may be tried: counted in the database, so in all processes together and beyond a restart.

A try is written down before the password is looked at, so that a thousand at once are a thousand; the one that was
right is taken out again. What is left is who failed, when and from where. Refused tries are not counted: the next
place is free as soon as the oldest try is old enough, whatever somebody else goes on doing.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import structlog

from dispatch import refusal
from sql.queries import queries

TRIES, WINDOW = 10, timedelta(minutes=1)
"""Of one login from one address."""

ADDRESS_TRIES, ADDRESS_WINDOW = 100, timedelta(minutes=10)
"""From one address, of any logins. Those who have signed in from there before are let try: a command centre is one
address, and a guesser in it must not lock out its desk.
"""

KEPT = timedelta(days=90)

_sql = queries("account")
_log = structlog.get_logger("doorkeeper")


@asynccontextmanager
async def one_try(pool: asyncpg.Pool, *, address: str | None, login: str | None) -> AsyncIterator[None]:
    """A block in which a password (or, without a login, a one-time code) is looked at; what it raises is a failure.

    Raises ``TooManyTries`` before the block.
    """
    who = {"address": address or "", "login": login or ""}
    number = await _written_down(pool, who)
    try:
        yield
    except Exception:
        _log.info("sign_in_failed", **who)
        raise
    async with pool.acquire() as connection:
        await _sql.forget_try(connection, id=number)


async def _written_down(pool: asyncpg.Pool, who: dict[str, str]) -> int:
    async with pool.acquire() as connection, connection.transaction():
        await _sql.count_alone(connection, address=who["address"])
        wait: timedelta | None = await _sql.wait_before_trying(
            connection,
            **who,
            tries=TRIES,
            window=WINDOW,
            address_tries=ADDRESS_TRIES,
            address_window=ADDRESS_WINDOW,
        )
        if wait is not None:
            _log.warning("sign_in_refused", **who)
            raise refusal.TooManyTries(wait_s=int(wait.total_seconds()) + 1)
        number: int = await _sql.add_try(connection, **who)
        return number
