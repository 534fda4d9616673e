"""The way from the outbox to this process: rings of the newest events, kept up by NOTIFY and by a poll that needs none.

NOTIFY only makes the reading early. It may be lost, its connection may die or fall silent, the network may swallow it:
the heads of the streams are looked at once a second whatever happens, and what was missed is read from the outbox.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import structlog

from dispatch import feed
from dispatch.server.store import Connection
from sql.queries import queries

CHANNEL = "feed"
SESSIONS = "sessions"
"""Told like a stream's name when sessions have been ended: whoever holds their sockets is to look."""

LONGEST_PAYLOAD = 7900  # PostgreSQL refuses 8000
DATABASE_AWAY = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what a connection says that was killed a moment before it was used
    OSError,
    TimeoutError,
)
"""Everything the way to the database throws when it is not there, or no longer."""

_sql = queries("feed")
_log = structlog.get_logger("feed")


class _Thing(Protocol):
    """A row of the store's snapshot."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> UUID: ...
    @property
    def version(self) -> int: ...
    @property
    def body(self) -> bytes: ...


Snapshot = Callable[[Connection, str], Awaitable[Sequence[_Thing]]]
"""The whole present state of a stream, read in the transaction of the connection."""


class Watcher(Protocol):
    """Someone who follows a ring. Neither call may wait."""

    def wake(self) -> None:
        """The ring has new events."""

    def lost(self) -> None:
        """The ring is no longer what it was (a failover, a database put back): start again from the stored cursor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A snapshot, ready to be sent to everyone who needs one of about this position."""

    epoch: str
    q: int
    frames: list[bytes]
    taken_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How often the feed looks and how long it waits, in seconds."""

    poll_s: float = 1.0
    listen_s: float = 1.0
    answer_s: float = 1.0
    query_s: float = 3.0
    reconnect_s: float = 0.2
    idle_ring_s: float = 60.0
    shot_s: float = 10.0
    tick_s: float = 1.0
    sessions_s: float = 15.0


BATCH = 200
FILLED = 256
"""How many events a new ring starts with, for readers that come back after a restart."""

SHOT_EVENTS = 100
"""How far behind the head a snapshot may be to be shared: so many events follow it."""


class Relay:
    """Rings by stream, each opened when someone asks for it and followed from then on."""

    def __init__(self, pool: asyncpg.Pool, dsn: str, snapshot: Snapshot, timing: Timing) -> None:
        self._pool, self._dsn, self._snapshot, self._timing = pool, dsn, snapshot, timing
        self._rings: dict[str, feed.Ring] = {}
        self._watchers: dict[str, set[Watcher]] = {}
        self._unwatched_since: dict[str, float] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._shots: dict[str, Shot] = {}
        self._dirty: set[str] = set()
        self._dirtied = asyncio.Event()
        self._to_tell: set[str] = set()
        self._telling = asyncio.Event()
        self._epoch: str | None = None
        self._clock: tuple[float, int] | None = None
        self._polled_at: float | None = None
        self.sessions_ended = asyncio.Event()
        self.listening = False
        self.listener_pid: int | None = None

    async def run(self) -> None:
        """Follow the outbox until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._poll())
            group.create_task(self._read())
            group.create_task(self._tell())

    @property
    def ready(self) -> bool:
        """Whether events arrive: something listens, and the streams were looked at lately."""
        recent_s = 3 * (self._timing.poll_s + self._timing.answer_s)
        return self.listening and self._polled_at is not None and self._now() - self._polled_at < recent_s

    @property
    def now_ms(self) -> int | None:
        """Server time as the database tells it; None until it has been asked once."""
        if self._clock is None:
            return None
        then, at_ms = self._clock
        return at_ms + round((self._now() - then) * 1000)

    def wake(self, streams: Iterable[str]) -> None:
        """Events of these streams have been committed by this process: read them now, tell the other processes."""
        streams = list(streams)
        self._mark(streams)
        self._to_tell.update(streams)
        self._telling.set()

    def watch(self, stream: str, watcher: Watcher) -> None:
        self._watchers.setdefault(stream, set()).add(watcher)
        self._unwatched_since.pop(stream, None)

    def unwatch(self, stream: str, watcher: Watcher) -> None:
        watchers = self._watchers.get(stream, set())
        watchers.discard(watcher)
        if not watchers:
            self._watchers.pop(stream, None)
            self._unwatched_since[stream] = self._now()

    async def ring(self, stream: str, at_least: int = 0) -> feed.Ring:
        """The stream's ring, opened if need be, and read up to ``at_least`` if the stream goes that far."""
        async with self._lock(stream):
            ring = self._rings.get(stream)
            if ring is None:
                ring = await self._open(stream)
                self._rings[stream] = ring
                if stream not in self._watchers:
                    self._unwatched_since[stream] = self._now()
        if ring.head < at_least:
            await self._catch_up([stream])
        return ring

    async def events(self, ring: feed.Ring, after: int) -> list[feed.Stored]:
        """The next events after a number, from the database; a reader fell out of the ring."""
        async with self._connection() as connection:
            return [stored async for _, stored in _events(connection, {ring.stream: after})]

    async def shot(self, ring: feed.Ring) -> Shot:
        """A snapshot of the stream: one that was taken just now, or a new one that all who wait will share."""
        async with self._lock(ring.stream):
            shot = self._shots.get(ring.stream)
            if shot is None or not self._good(shot, ring):
                shot = await self._take(ring.stream)
                self._shots[ring.stream] = shot
        if shot.epoch != ring.epoch:
            self._lose([ring.stream])
        return shot

    def wake_watchers(self) -> None:
        """Have everyone who follows a ring look again."""
        for watchers in list(self._watchers.values()):
            for watcher in list(watchers):
                watcher.wake()

    # --- what it does all the time ---

    async def _listen(self) -> None:
        """A connection of its own, because a pool's forgets what it listens to; a silent one is as good as lost."""
        while True:
            with suppress(*DATABASE_AWAY):
                await self._listen_once()
            _log.warning("feed_listener_lost")
            await asyncio.sleep(self._timing.reconnect_s)

    async def _listen_once(self) -> None:
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
            self._dsn, timeout=self._timing.query_s, server_settings={"application_name": "rescue-circle-feed"}
        )
        try:
            gone = asyncio.Event()
            connection.add_termination_listener(lambda _: gone.set())
            async with asyncio.timeout(self._timing.query_s):
                await connection.add_listener(CHANNEL, self._heard)
            self.listening, self.listener_pid = True, connection.get_server_pid()
            self._mark(self._rings)
            while not gone.is_set():
                async with asyncio.timeout(self._timing.answer_s):
                    await connection.execute("SELECT 1")
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._timing.listen_s):
                        await gone.wait()
        finally:
            self.listening = False
            connection.terminate()

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: Any) -> None:
        self._mark(str(payload).split())

    async def _poll(self) -> None:
        while True:
            try:
                await self.look()
            except DATABASE_AWAY as error:
                _log.warning("feed_poll_failed", error=repr(error))
            await asyncio.sleep(self._timing.poll_s)

    async def look(self) -> None:
        """Compare the rings with the streams' heads; also learns epoch, floors and server time."""
        before = {name: ring.head for name, ring in self._rings.items()}
        async with self._connection() as connection:
            rows = [row async for row in _sql.present(connection, names=list(before))]
        self._learn(rows[0]["epoch"], rows[0]["at"])
        self._polled_at = self._now()
        for row in rows:
            ring = self._rings.get(row["name"])
            if ring is None:
                continue
            ring.floor = max(ring.floor, row["floor"])
            if row["head"] < before[ring.stream]:
                self._lose([ring.stream])  # the stream went back: a database was put back from a copy
            elif row["head"] > ring.head:
                self._mark([ring.stream])
        self._forget_unwatched()

    def _learn(self, epoch: str, at: datetime) -> None:
        self._clock = (self._now(), _ms(at))
        if self._epoch is not None and epoch != self._epoch:
            _log.warning("feed_epoch_changed", before=self._epoch, now=epoch)
            self._lose(list(self._rings))
        self._epoch = epoch

    async def _read(self) -> None:
        """Bring the rings that are behind up to date and wake those who follow them."""
        while True:
            await self._dirtied.wait()
            self._dirtied.clear()
            names, self._dirty = self._dirty & self._rings.keys(), set()
            try:
                await self._catch_up(names)
            except DATABASE_AWAY as error:
                _log.warning("feed_read_failed", error=repr(error))
                await asyncio.sleep(self._timing.reconnect_s)
                self._mark(names)

    async def _tell(self) -> None:
        while True:
            await self._telling.wait()
            self._telling.clear()
            names, self._to_tell = self._to_tell, set()
            with suppress(*DATABASE_AWAY):  # the others find out by their poll
                async with self._connection() as connection:
                    for payload in _payloads(sorted(names)):
                        await _sql.tell(connection, names=payload)

    # --- reading ---

    async def _catch_up(self, names: Iterable[str]) -> None:
        todo = set(names)
        while places := {name: self._rings[name].head for name in todo if name in self._rings}:
            async with self._connection() as connection:
                rows = [row async for row in _events(connection, places)]
            self._append(rows)
            todo = {name for name, count in Counter(name for name, _ in rows).items() if count == BATCH}

    def _append(self, rows: Iterable[tuple[str, feed.Stored]]) -> None:
        """Puts events into their rings and wakes who follows them."""
        grown: set[str] = set()
        for name, event in rows:
            ring = self._rings.get(name)
            if ring is None or event.q <= ring.head:  # another read was quicker
                continue
            try:
                ring.append(event)
            except feed.Hole as hole:
                _log.error("feed_hole", hole=str(hole))
                self._lose([name])
            else:
                grown.add(name)
        for name in grown:
            for watcher in list(self._watchers.get(name, ())):
                watcher.wake()

    async def _open(self, stream: str) -> feed.Ring:
        async with self._connection() as connection:
            [row] = [row async for row in _sql.present(connection, names=[stream])]
            self._learn(row["epoch"], row["at"])
            start = max(row["floor"], row["head"] - FILLED)
            ring = feed.Ring(stream, epoch=row["epoch"], head=start, floor=row["floor"])
            while ring.head < row["head"]:
                batch = [event async for _, event in _events(connection, {stream: ring.head})]
                if not batch or batch[0].q != ring.head + 1:  # dropped meanwhile
                    return feed.Ring(stream, epoch=row["epoch"], head=row["head"], floor=row["head"])
                for event in batch:
                    ring.append(event)
        return ring

    async def _take(self, stream: str) -> Shot:
        """The state exactly at the stream's head: both are read in one transaction that sees one instant."""
        async with (
            self._connection() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            [row] = [row async for row in _sql.present(connection, names=[stream])]
            things = await self._snapshot(connection, stream)
        rows = [feed.Row(each.kind, each.id, each.version, each.body) for each in things]
        frames = feed.snapshot_frames(stream, row["epoch"], row["head"], rows)
        return Shot(epoch=row["epoch"], q=row["head"], frames=frames, taken_at=self._now())

    def _good(self, shot: Shot, ring: feed.Ring) -> bool:
        fresh = self._now() - shot.taken_at < self._timing.shot_s
        return fresh and shot.epoch == ring.epoch and ring.holds(shot.q) and ring.head - shot.q <= SHOT_EVENTS

    # --- housekeeping ---

    def _mark(self, names: Iterable[str]) -> None:
        names = set(names)
        if SESSIONS in names:
            names.remove(SESSIONS)
            self.sessions_ended.set()
        self._dirty.update(names)
        self._dirtied.set()

    def _lose(self, names: Iterable[str]) -> None:
        for name in names:
            self._rings.pop(name, None)
            self._shots.pop(name, None)
            for watcher in list(self._watchers.get(name, ())):
                watcher.lost()

    def _forget_unwatched(self) -> None:
        for name, since in list(self._unwatched_since.items()):
            if self._now() - since > self._timing.idle_ring_s:
                for of_stream in (self._rings, self._shots, self._locks, self._unwatched_since):
                    of_stream.pop(name, None)

    def _lock(self, stream: str) -> asyncio.Lock:
        return self._locks.setdefault(stream, asyncio.Lock())

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        limit_s = self._timing.query_s
        async with asyncio.timeout(limit_s), self._pool.acquire(timeout=limit_s) as connection:
            yield connection

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


async def _events(connection: Connection, after: dict[str, int]) -> AsyncIterator[tuple[str, feed.Stored]]:
    rows = _sql.events(connection, names=list(after), numbers=list(after.values()), most=BATCH)
    async for row in rows:
        thing = feed.Row(row["kind"], row["id"], row["version"], row["body"].encode())
        yield row["stream"], feed.stored(row["stream"], row["seq"], thing, _ms(row["at"]))


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _payloads(names: Sequence[str]) -> Iterable[str]:
    """The names in as few notifications as their limit allows."""
    line = ""
    for name in names:
        if line and len(line) + 1 + len(name.encode()) > LONGEST_PAYLOAD:
            yield line
            line = ""
        line = f"{line} {name}" if line else name
    if line:
        yield line
