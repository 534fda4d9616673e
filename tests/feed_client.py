"""A reader of the feed for tests: it keeps what it is told by the client rule, and shows every frame it got."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from time import time_ns
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from dispatch import feed

Things = dict[tuple[str, UUID], tuple[int, Any]]
"""What is known of a stream: (kind, id) to (version, body)."""

PATIENCE_S = 20.0


class FeedClient:
    """One socket. ``things`` and ``cursors`` hold what has been told so far; a later socket may go on from them."""

    def __init__(
        self,
        url: str,
        *streams: str,
        token: str | None = None,
        ticket: str | None = None,
        device: str | None = None,
        profile: feed.ProfileName = feed.ProfileName.CONSOLE,
        origin: str | None = None,
        after: "FeedClient | None" = None,
        positions: bool | None = None,
        receive_buffer: int | None = None,
    ) -> None:
        self.url = url.replace("http", "ws", 1) + "/feed"
        self.device = device or (after.device if after else f"test {uuid4()}")
        self.cursors = {name: feed.Cursor(s=name) for name in streams}
        self.things: dict[str, Things] = {name: {} for name in streams}
        if after is not None:
            self.cursors = dict(after.cursors)
            self.things = {name: dict(things) for name, things in after.things.items()}
        self.frames: list[feed.ServerFrame] = []
        self.applied: list[tuple[str, int]] = []
        self.welcome: feed.Welcome | None = None
        self._secret = {"token": token} if token else {"ticket": ticket}
        self._profile, self._origin, self._positions = profile, origin, positions
        self._receive_buffer = receive_buffer
        self._copies: dict[str, feed.Copy] = {}
        self._news = asyncio.Condition()
        self._reading: asyncio.Task[None] | None = None
        self.socket: ClientConnection

    async def __aenter__(self) -> Self:
        await self.connect()
        await self.say_hello()
        await self.until(lambda: self.welcome is not None)
        return self

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """A socket on which nothing has been said yet."""
        await self.connect()
        try:
            yield
        finally:
            await self.close()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def connect(self) -> None:
        self._copies = {name: feed.Copy(cursor) for name, cursor in self.cursors.items()}
        self.socket = await connect(
            self.url,
            sock=None if self._receive_buffer is None else _narrow(self.url, self._receive_buffer),
            subprotocols=[Subprotocol(feed.SUBPROTOCOL)],
            origin=None if self._origin is None else Origin(self._origin),
            ping_interval=None,
            compression=None,
            max_size=4 * feed.LONGEST_OUT,
            close_timeout=1,
            proxy=None,
        )
        self._reading = asyncio.create_task(self._read())

    async def say_hello(self) -> None:
        hello = {
            "t": "hello",
            "v": 1,
            "device": self.device,
            "profile": self._profile,
            "now": time_ns() // 1_000_000,
            "subs": [msgspec.to_builtins(cursor) for cursor in self.cursors.values()],
        }
        hello |= {name: secret for name, secret in self._secret.items() if secret is not None}
        if self._positions is not None:
            hello["positions"] = self._positions
        await self.send(hello)

    async def send(self, frame: dict[str, Any]) -> None:
        await self.socket.send(json.dumps(frame))

    async def acknowledge(self, stream: str) -> None:
        cursor = self.cursors[stream]
        await self.send({"t": "ack", "s": stream, "e": cursor.e, "q": cursor.q})

    async def close(self) -> None:
        await self.socket.close()
        if self._reading is not None:
            await self._reading

    async def stop_reading(self) -> None:
        """As an app that hangs: the kernel still answers, nobody takes what comes."""
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading

    def read_on(self) -> None:
        self._reading = asyncio.create_task(self._read())

    async def closed(self) -> int | None:
        """Wait for the close; its code, None when the connection just broke."""
        async with asyncio.timeout(PATIENCE_S):
            await self.socket.wait_closed()
        if self._reading is not None:
            await self._reading
        return self.socket.close_code

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until it holds; fails when the socket closes before."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: holds() or self._reading is None or self._reading.done())
        assert holds(), f"closed with {self.socket.close_code} {self.socket.close_reason}; got {self.frames[-3:]}"

    async def reach(self, stream: str, q: int) -> None:
        await self.until(lambda: bool(self.cursors[stream].e) and self.cursors[stream].q >= q)

    def subs(self, stream: str) -> list[feed.Sub]:
        return [frame for frame in self.frames if isinstance(frame, feed.Sub) and frame.s == stream]

    def got(self, kind: type[Any]) -> list[Any]:
        return [frame for frame in self.frames if isinstance(frame, kind)]

    async def _read(self) -> None:
        try:
            async for message in self.socket:
                frame = feed.server_frame(message)
                if frame is not None:
                    self._take(frame)
                async with self._news:
                    self._news.notify_all()
        except ConnectionClosed:
            pass
        finally:
            self._reading = None
            async with self._news:
                self._news.notify_all()

    def _take(self, frame: feed.ServerFrame) -> None:
        self.frames.append(frame)
        if isinstance(frame, feed.Welcome):
            self.welcome = frame
        if not isinstance(frame, feed.Sub | feed.Snap | feed.Event):
            return
        change = self._copies[frame.s].take(frame)
        if change is None:
            return
        self.cursors[frame.s] = feed.Cursor(s=frame.s, e=change.epoch, q=change.q)
        if not isinstance(change, feed.Replace):
            self.applied.append((frame.s, change.q))
        match change:
            case feed.Replace():
                self.things[frame.s] = known(change.things)
            case feed.Apply():
                self.things[frame.s] |= known([change.thing])
            case feed.Remove():
                self.things[frame.s].pop((change.kind, change.id), None)


def _narrow(url: str, receive_buffer: int) -> socket.socket:
    """A connection whose kernel takes little ahead of the reader."""
    place = urlsplit(url)
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    made.connect((place.hostname, place.port))
    made.setblocking(False)
    return made


def known(things: Iterable[feed.Thing]) -> Things:
    return {(thing.k, thing.id): (thing.v, msgspec.json.decode(thing.b)) for thing in things}


async def present(
    connection: asyncpg.Connection, snapshot: Callable[[asyncpg.Connection, str], Awaitable[Sequence[Any]]], stream: str
) -> tuple[int, Things]:
    """The whole state of a stream and its head as the database holds them at one instant."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        head = await connection.fetchval("SELECT seq FROM feed.stream WHERE name = $1", stream)
        rows = await snapshot(connection, stream)
    return head or 0, {(row.kind, row.id): (row.version, msgspec.json.decode(row.body)) for row in rows}


async def assert_told_all(
    client: FeedClient,
    connection: asyncpg.Connection,
    snapshot: Callable[[asyncpg.Connection, str], Awaitable[Sequence[Any]]],
) -> None:
    """Snapshot before + pushed messages = snapshot after, for every stream that the client follows.

    ``snapshot`` is the store's own; the state is read from the database, not through the feed, which may share a
    snapshot taken a moment ago.
    """
    for stream in client.cursors:
        head, things = await present(connection, snapshot, stream)
        await client.reach(stream, head)
        assert client.cursors[stream].q == head, f"{stream} moved on meanwhile"
        assert client.things[stream] == things, stream
