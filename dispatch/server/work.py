"""One piece of the desk's work: a transaction, carried out once per id, with its instant and its timeline."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from dispatch import refusal
from dispatch.seat import Seat
from dispatch.server import kept
from dispatch.server.chasing import follow
from dispatch.server.ground import Ground
from dispatch.server.stages import stage
from dispatch.server.store import (
    SHOWN_AFTER_CLOSE,
    Area,
    Changed,
    Connection,
    Present,
    area_now,
    emit,
    incident_sql,
    settle,
    transaction,
    unit_sql,
)

A = TypeVar("A", bound=msgspec.Struct)
Wake = Callable[[Sequence[str]], Awaitable[None]]

MOST_TRIES = 4


PATIENCE_S = 15.0
"""How long a request waits for its turn to decide; who waited in vain is asked to come again with the same id."""


class Turns:
    """Who decides next in an area, first come first served, among the requests of this process.

    The area's lock in the database lets one decide at a time, whatever the process. Here they queue before they take a
    connection, so that a burst of reports never holds all connections and keeps crews, consoles and the feed waiting.
    """

    def __init__(self) -> None:
        self._turns: dict[UUID, asyncio.Lock] = {}

    @asynccontextmanager
    async def of(self, area: UUID) -> AsyncIterator[None]:
        """One's turn in the area. Raises ``Busy`` when it does not come within ``PATIENCE_S``."""
        turn = self._turns.setdefault(area, asyncio.Lock())
        try:
            async with asyncio.timeout(PATIENCE_S):
                await turn.acquire()
        except TimeoutError:
            raise refusal.Busy from None
        try:
            yield
        finally:
            turn.release()


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the desk works with: connections, the ground, turns, and a way to tell the feed of news after a commit."""

    pool: asyncpg.Pool
    ground: Ground
    wake: Wake
    turns: Turns = field(default_factory=Turns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who asks, from where, in which language, and what their device's clock shows as they send."""

    seat: Seat
    address: str | None = None
    device_now: datetime | None = None
    language: str = "zh"


@dataclass(slots=True, kw_only=True)
class Work:
    """One transaction of the desk: its connection, its instant, and what it has changed so far."""

    connection: Connection
    sender: Sender
    area: Area
    ground: Ground
    changed: Changed = field(default_factory=Changed)

    @property
    def at(self) -> datetime:
        return self.area.at


Answer = Callable[[Present], A]
"""How to answer from what is there once everything is written."""

Act = Callable[[Work], Awaitable[Answer[A]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Generic[A]):
    """A request that is to be carried out once, whatever the network does: its id, what it is about, its body."""

    sender: Sender
    id: UUID
    what: str
    body: msgspec.Struct
    kind: type[A]

    @property
    def body_hash(self) -> bytes:
        return hashlib.sha256(msgspec.json.encode(self.body)).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Generic[A]):
    """An answer, and whether the same request had been answered before."""

    answer: A
    again: bool


async def once(means: Means, ask: Ask[A], act: Act[A], *, decides: bool = False) -> Done[A]:
    """Do it, or answer as before: the same id and body get the same answer, another body is refused.

    What ``decides`` who goes takes the area's lock. A deadlock or a serialisation failure is the database's word that
    nothing was done: the whole of it is tried again.
    """
    try:
        async with AsyncExitStack() as in_turn:
            if decides:
                with stage("turn"):
                    await in_turn.enter_async_context(means.turns.of(ask.sender.seat.area))
            for _ in range(MOST_TRIES - 1):
                with suppress(asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
                    return await _try_once(means, ask, act, decides)
            return await _try_once(means, ask, act, decides)
    except asyncpg.UniqueViolationError as error:
        if (error.constraint_name or "").endswith("_pkey"):  # the answer is forgotten, the thing is still there
            raise refusal.IdReused(field="id", id=ask.id) from error
        raise


async def _try_once(means: Means, ask: Ask[A], act: Act[A], decides: bool) -> Done[A]:
    async with transaction(means.pool) as connection:
        with stage("begin"):
            if not await _is_new(connection, ask, decides):
                return await _answered(connection, ask)
            work = await _begun(connection, means, ask.sender)
        answer = await act(work)
        with stage("settle"):
            await follow(connection, work.area, work.changed)
            now = await settle(connection, work.area, work.changed)
            told = answer(now)
            await incident_sql.keep_answer(connection, id=ask.id, answer=told)
        with stage("emit"):
            streams = await emit(connection, work.area, now)
    with stage("wake"):
        await means.wake(streams)
    return Done(answer=told, again=False)


async def _is_new(connection: Connection, ask: Ask[A], decides: bool) -> bool:
    begin = incident_sql.begin_deciding if decides else incident_sql.begin_request
    seat = ask.sender.seat
    fresh = await begin(connection, id=ask.id, area=seat.area, by=seat.account, what=ask.what, body_hash=ask.body_hash)
    return fresh is not None


async def _answered(connection: Connection, ask: Ask[A]) -> Done[A]:
    seat = ask.sender.seat
    before = await incident_sql.request_answer(connection, id=ask.id, area=seat.area, by=seat.account)
    if before is None or before["what"] != ask.what or before["body_hash"] != ask.body_hash:
        raise refusal.IdReused(field="id", id=ask.id)
    return Done(answer=kept.read(before["answer"], ask.kind), again=True)


@asynccontextmanager
async def working(means: Means, sender: Sender) -> AsyncIterator[Work]:
    """A transaction that may be repeated without harm, so that it needs no id; what it changed is told at its end."""
    async with transaction(means.pool) as connection:
        work = await _begun(connection, means, sender)
        yield work
        await follow(connection, work.area, work.changed)
        streams = await emit(connection, work.area, await settle(connection, work.area, work.changed))
    await means.wake(streams)


async def _begun(connection: Connection, means: Means, sender: Sender) -> Work:
    area = await area_now(connection, sender.seat.area)
    return Work(connection=connection, sender=sender, area=area, ground=means.ground)


def said_of(note: str | None, by: str | None) -> dict[str, Any]:
    """What a line of the timeline keeps of words and of who said them, where anything was said."""
    return {**({"note": note} if note else {}), **({"said_by": by} if by else {})}


async def changes_orders(work: Work, incident: UUID) -> None:
    """What an incident says, the orders made of it say: also to crews whose order has ended and is still shown."""
    async for row in unit_sql.touch_assignments(work.connection, incident=incident, since=work.at - SHOWN_AFTER_CLOSE):
        work.changed.assignments.add(row["id"])


def log(
    work: Work,
    incident: UUID,
    step: str,
    body: dict[str, Any],
    *,
    assignment: UUID | None = None,
    unit: UUID | None = None,
    device_at: datetime | None = None,
    corrected_at: datetime | None = None,
    channel: str = "console",
) -> None:
    """A line of the incident's timeline, written at the end of the transaction; with it the incident has changed."""
    work.changed.incidents.add(incident)
    work.changed.timeline.append(
        {
            "area": work.area.id,
            "incident": incident,
            "assignment": assignment,
            "unit": unit,
            "step": step,
            "at": work.at,
            "device_at": device_at,
            "corrected_at": corrected_at if device_at is not None else None,
            "by": work.sender.seat.account,
            "channel": channel,
            "address": work.sender.address,
            "body": body,
        }
    )
