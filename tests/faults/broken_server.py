"""The service with one of its guarantees taken out, for the checker to see: never part of the product.

python -m tests.faults.broken_server VARIANT --port N   serves it, over DATABASE_URL
python -m tests.faults.broken_server VARIANT FOLDER     has two of them used, and their database's lines cut
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg

from bench.faults.people import Pace
from bench.faults.run import Size, run
from dispatch import feed
from dispatch.__main__ import main
from dispatch.server import store, work
from dispatch.server.relay import Relay


def push_without_the_outbox() -> None:
    """Who makes an event numbers it and pushes it to its own readers, and nothing keeps it."""
    unsaid: list[tuple[str, feed.Stored]] = []

    async def emit(connection: store.Connection, area: store.Area, now: store.Present) -> Sequence[str]:
        for each in sorted(store._things(area, now), key=lambda each: each.stream):
            q = await connection.fetchval(
                "INSERT INTO feed.stream AS h (name, seq) VALUES ($1, 1)"
                " ON CONFLICT (name) DO UPDATE SET seq = h.seq + 1 RETURNING h.seq",
                each.stream,
            )
            row = feed.Row(each.kind, each.id, each.version, each.body)
            unsaid.append((each.stream, feed.stored(each.stream, q, row, int(area.at.timestamp() * 1000))))
        return sorted({stream for stream, _ in unsaid})

    def wake(relay: Relay, streams: Iterable[str]) -> None:
        relay._append(unsaid)
        unsaid.clear()

    work.emit = emit  # type: ignore[assignment]
    Relay.wake = wake  # type: ignore[method-assign]


def a_listener_that_never_reconnects() -> None:
    """Events are read when a notification comes, and at no other time; the listener's connection is made once."""
    listen_once = Relay._listen_once

    async def listen(relay: Relay) -> None:
        with suppress(Exception):
            await listen_once(relay)
        relay.listening = True  # it does not know better
        await asyncio.Event().wait()

    async def look(relay: Relay) -> None:
        async with relay._connection() as connection:
            row = await connection.fetchrow("SELECT feed.epoch() AS epoch, server_now() AS at")
        relay._learn(row["epoch"], row["at"])
        relay._polled_at = relay._now()

    Relay._listen = listen  # type: ignore[method-assign]
    Relay.look = look  # type: ignore[method-assign]


def no_unique_index() -> None:
    """Nothing in the database guards a unit, and who decides does not wait for the others."""

    async def without_index() -> None:
        connection = await asyncpg.connect(os.environ["DATABASE_URL"])
        await connection.execute("DROP INDEX IF EXISTS one_open_assignment_per_unit")
        await connection.close()

    asyncio.run(without_index())
    deciders_in_no_order()


def deciders_in_no_order() -> None:
    """The area's lock is not taken, so that the index alone stands between two operators and one unit."""

    @asynccontextmanager
    async def at_once(_: work.Turns, __: Any) -> AsyncIterator[None]:
        yield

    work.Turns.of = at_once  # type: ignore[method-assign]
    store.incident_sql.begin_deciding = store.incident_sql.begin_request


VARIANTS: dict[str, Callable[[], None]] = {
    each.__name__: each
    for each in (
        push_without_the_outbox,
        a_listener_that_never_reconnects,
        no_unique_index,
        deciders_in_no_order,
    )
}

HURRY = Pace(step_s=1.0, look_s=0.05, race=1.0, sent_automatically=0.1, go_dark=0)


async def use(variant: str, folder: Path) -> None:
    await run(
        folder,
        seed=7,
        seconds=5,
        size=Size(callers=4, operators=6, most_open=12, settles_in_s=4, pace=HURRY),
        harms={"database_cut": 60},
        module=("tests.faults.broken_server", variant),
        database=os.environ["DATABASE_URL"],
    )


if __name__ == "__main__":
    if "--port" in sys.argv:
        VARIANTS[sys.argv[1]]()
        main(["serve", *sys.argv[2:]])
    asyncio.run(use(sys.argv[1], Path(sys.argv[2])))
