"""The chaser: whatever process it runs in, it looks at assignments whose time has come and raises what is missing."""

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from dispatch.chase import What, goes_by_second_channel, is_stale
from dispatch.seat import service_seat
from dispatch.server import choosing, second_channel, watching
from dispatch.server.chasing import (
    ASSIGNMENT,
    INCIDENT,
    SERVICE,
    Chased,
    alarm_row,
    chased,
    end,
    set_incident_timers,
    set_timers,
)
from dispatch.server.locks import Incident, see_incident
from dispatch.server.store import AWAY, chase_sql
from dispatch.server.work import Means, Sender, Work, log, working
from sql.queries import listed

TICK_S = 1.0
NAME = "chaser"
BEATS_EVERY_S = 2.0
DEAD_AFTER = timedelta(seconds=10)
"""A chaser that was not seen at work for so long is dead, and its death an alarm."""

PUT_OFF = timedelta(seconds=30)

_log = structlog.get_logger(NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """What looking at the assignments of an incident made: rows of alarms, and of pages to the second channel."""

    alarms: list[dict[str, Any]] = field(default_factory=list)
    pages: list[dict[str, Any]] = field(default_factory=list)


class Chaser:
    """Fires timers until cancelled. ``pages``: whether there is a second channel to send orders by."""

    def __init__(self, means: Means, *, pages: bool) -> None:
        self._means, self._pages = means, pages
        self._process = f"{socket.gethostname()}:{os.getpid()}"
        self._does_good = True

    async def run(self) -> None:
        """Look once a second; a database that is away is waited for, and what fails by a bug holds up nobody else. The
        heart beats as long as looking does any good: not when every look of a round failed.
        """
        loop = asyncio.get_running_loop()
        beaten_at = -BEATS_EVERY_S
        while True:
            try:
                if not await self.look():
                    _log.error("chasing_fails_throughout")
                elif loop.time() - beaten_at >= BEATS_EVERY_S:
                    await self._beat()
                    beaten_at = loop.time()
            except AWAY as error:
                _log.warning("chasing_put_off", error=repr(error))
            except Exception:
                _log.exception("chasing_failed")
            await asyncio.sleep(TICK_S)

    async def look(self) -> bool:
        """Look at every incident of which something is due, except those that somebody is at work on; whether it did
        any good, this time or, where nothing was due, the last time that something was.
        """
        async with self._means.pool.acquire() as connection:
            due = await listed(chase_sql.due_incidents(connection))
        failed = 0
        for row in due:
            try:
                await self._look_at(row)
            except AWAY:
                raise
            except Exception:
                failed += 1
                _log.exception("chasing_failed", incident=str(row["incident"]))
                async with self._means.pool.acquire() as connection:
                    await chase_sql.put_off(connection, incident=row["incident"], wait=PUT_OFF)
        if due:
            self._does_good = failed < len(due)
        return self._does_good

    async def _look_at(self, row: Mapping[str, Any]) -> None:
        sender = Sender(seat=service_seat(row["area"], ""))
        async with working(self._means, sender) as work:
            if await chase_sql.claim_incident(work.connection, id=row["incident"]) is None:
                return
            await fire(work, row["incident"], pages=self._pages)

    async def _beat(self) -> None:
        async with self._means.pool.acquire() as connection:
            await chase_sql.beat(connection, name=NAME, process=self._process)


async def fire(work: Work, incident_id: UUID, *, pages: bool) -> None:
    """Look at all of a locked incident of which something is due; nothing happens when another process has done it."""
    due = await listed(chase_sql.due_things(work.connection, incident=incident_id, at=work.at))
    if not due:
        return
    incident = await see_incident(work, incident_id)
    if any(row["kind"] == INCIDENT for row in due):
        times = {incident.id: await watching.look(work, incident)}
        await set_incident_timers(work.connection, work.area, times)
    orders = [row["thing"] for row in due if row["kind"] == ASSIGNMENT]
    if orders:
        await _look_at_orders(work, incident, orders, pages=pages)


async def _look_at_orders(work: Work, incident: Incident, orders: Sequence[UUID], *, pages: bool) -> None:
    raised = Raised()
    times: dict[Chased, datetime | None] = {}
    for each in await chased(work.connection, orders):
        found = each.look(work.at)
        for what, due_at in found.due.items():
            await _raise(work, incident, each, what, due_at, raised, pages=pages)
        await end(work.connection, work.area, work.changed, each, found.answered)
        times[each] = found.next_at
    await chase_sql.raise_alarms(work.connection, raised.alarms)
    await chase_sql.add_pages(work.connection, raised.pages)
    await set_timers(work.connection, work.area, times)


async def _raise(
    work: Work, incident: Incident, each: Chased, what: What, due_at: datetime, raised: Raised, *, pages: bool
) -> None:
    stale = is_stale(due_at, work.at)
    acts = not stale and each.exercise is None
    offer = await choosing.next_best(work, incident, each.unit) if what is What.UNACKNOWLEDGED and not stale else None
    alarm = alarm_row(
        work.area,
        incident.id,
        what,
        exercise=each.exercise,
        due_at=due_at,
        assignment=each.id,
        unit=each.unit,
        stale=stale,
        offer=offer,
    )
    raised.alarms.append(alarm)
    work.changed.alarms.add(alarm["id"])
    page = pages and acts and not each.paged and goes_by_second_channel(each.of, what)
    if page:
        raised.pages.append(await second_channel.page(work, each, alarm["id"]))
    body = {"what": what, "due_at": due_at, "stale": stale, "second_channel": page, "offer": offer and offer.code}
    log(work, incident.id, "chased", body, assignment=each.id, unit=each.unit, channel=SERVICE)
