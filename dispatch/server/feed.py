"""The feed as a part of the service: the socket at /feed, its twin over HTTP, and what keeps both going."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NamedTuple, NoReturn
from uuid import UUID

import asyncpg
import msgspec
import structlog
from litestar import Request, WebSocket, get, websocket
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from dispatch import feed, refusal
from dispatch.feed import Close, ProfileName
from dispatch.seat import Role, Seat, may_read, streams
from dispatch.server import wire
from dispatch.server.reader import Reader, too_long
from dispatch.server.relay import DATABASE_AWAY, SESSIONS, Relay, Snapshot, Timing
from dispatch.server.transport import Peer, peer_of
from sql.queries import queries

MOST_WITHOUT_HELLO = 500
LONGEST_WAIT_S = 25.0
SEAT_S = 5.0
TWIN_EVENTS = 200
EXPIRY_TOLD = timedelta(minutes=10)
POSITION_SHOWN = timedelta(minutes=15)
POSITIONS_READ_AGAIN = 50
"""Positions are numbered before they are committed: a few numbers back are read again for those that came late."""

SOCKET = """A websocket, subprotocol `dispatch.v1`. The first frame is `hello`, with a token, or with a ticket from
`POST /api/ticket` in a browser; `subs` name the streams and the cursors stored on the device. The server answers
`welcome`, then for each stream `sub` and the events after the cursor, or a snapshot and the events after it. Store an
event and its number in one transaction, then send `ack`. Ignore numbers you have; at a gap, close and come back. An
event whose `b` is null tells that the thing is in this stream no longer."""

TWIN = """The same objects as on the socket, for networks that break websockets. `e` and `q` are the stored cursor, and
`q` acknowledges: everything up to it is stored on the device. Waits up to `wait` seconds (at most 25) when there is
nothing new; when more than a few hundred events are waiting, they come in several answers."""

_sql = queries("feed")
_log = structlog.get_logger("feed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Who may come in: the parts of ``auth`` that the feed asks."""

    seat_of_token: Callable[[asyncpg.Pool, str], Awaitable[Seat | None]]
    seat_of_ticket: Callable[[asyncpg.Pool, str], Awaitable[Seat | None]]
    still_seated: Callable[[asyncpg.Pool, Iterable[UUID]], Awaitable[set[UUID]]]
    allowed_origin: Callable[[str | None, str], bool]
    seat_of_request: Callable[[Request[Any, Any, Any]], Awaitable[Seat]]


Delivered = Callable[[Seat, int], Awaitable[None]]
"""A crew's device has stored its own unit's stream up to a number of the present epoch."""


class _Acknowledged(NamedTuple):
    seat: Seat
    epoch: str
    q: int
    own: bool


class _TurnedAway(Exception):
    """A socket that is closed before it has become a reader."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Feed:
    """Pushes what the outbox holds to every socket that may read it; ``wake`` it after each commit."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        dsn: str,
        *,
        doors: Doors,
        snapshot: Snapshot,
        delivered: Delivered,
        profiles: Mapping[ProfileName, feed.Profile] = feed.PROFILES,
        timing: Timing | None = None,
    ) -> None:
        self._timing = timing or Timing()
        self._pool, self._doors, self._delivered, self._profiles = pool, doors, delivered, profiles
        self.relay = Relay(pool, dsn, snapshot, self._timing)
        self._readers: set[Reader] = set()
        self._waiting: dict[_Waiter, UUID] = {}
        self._without_hello = 0
        self._draining = False
        self._acknowledged: dict[tuple[str, str], _Acknowledged] = {}
        self._own_acknowledged = asyncio.Event()
        self._positions: dict[UUID, dict[UUID, tuple[float, float, int]]] = {}
        self._moved: dict[UUID, set[UUID]] = {}
        self._last_position: int | None = None
        self._task: asyncio.Task[None] | None = None

    # --- what the app calls ---

    async def start(self) -> None:
        with suppress(*DATABASE_AWAY):
            await self.relay.look()
        self._task = asyncio.create_task(self._run(), name="feed")

    async def stop(self) -> None:
        """Let go of all sockets and end the feed's own work; what was acknowledged is stored first."""
        await self.drain(in_ms=0)
        for reader in list(self._readers):
            reader.close(Close.RESTART, "restart")
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        with suppress(*DATABASE_AWAY):
            await self._store_acknowledged()

    async def drain(self, in_ms: int = 3000, linger_s: float = 0.2) -> None:
        """Before a planned restart: tell every reader to come back at a random moment, and take no new ones."""
        if self._draining:
            return
        self._draining = True
        for reader in self._readers:
            reader.send(feed.Drain(in_ms=in_ms))
        self.relay.wake_watchers()
        if self._readers:
            await asyncio.sleep(linger_s)

    @property
    def ready(self) -> bool:
        """Whether events reach the readers at once: for /readyz."""
        return self.relay.ready and not self._draining and self._task is not None and not self._task.done()

    @property
    def readers(self) -> int:
        return len(self._readers)

    @property
    def waiting(self) -> int:
        """Requests of the twin that wait for something new."""
        return len(self._waiting)

    async def wake(self, streams: Iterable[str]) -> None:
        """Streams have new events, committed: readers here get them now, other processes are told. Never waits."""
        self.relay.wake(streams)

    async def sessions_ended(self) -> None:
        """Sessions have been ended, committed: their sockets are closed here and in other processes. Never waits."""
        self.relay.wake([SESSIONS])

    def positions(self, area: UUID, of: Iterable[tuple[UUID, float, float, datetime]]) -> None:
        """Units of an area have new positions: consoles get the latest of each within a second."""
        if area in self._positions:
            for unit, lon, lat, at in of:
                self._place(area, unit, lon, lat, at)

    @property
    def routes(self) -> list[BaseRouteHandler]:
        """The socket, what plain HTTP is told there, and the twin for networks that break websockets."""
        the_feed = self

        @websocket("/feed", opt={"exclude_from_auth": True})
        async def follow(socket: WebSocket[Any, Any, Any]) -> None:
            await the_feed._serve(socket)

        @get(
            "/feed",
            summary="The feed's socket",
            description=SOCKET,
            operation_id="Feed",
            security=[{}],
            status_code=426,
            responses={
                101: ResponseSpec(feed.Socket, generate_examples=False, description="one JSON object per text frame"),
                426: ResponseSpec(wire.Error, generate_examples=False, description="this is a websocket"),
            },
            tags=["feed"],
        )
        async def tell(request: Request[Any, Any, Any]) -> Response[wire.Error]:
            english = request.headers.get("accept-language", "zh").casefold().startswith("en")
            words = (
                "this is a websocket, subprotocol dispatch.v1" if english else "此处为 WebSocket，子协议 dispatch.v1"
            )
            error = wire.Error(error="upgrade_required", message=words)
            return Response(error, status_code=426, headers={"upgrade": "websocket"})

        @get(
            "/api/streams/{stream:path}",
            summary="Read a stream of the feed over HTTP",
            description=TWIN,
            operation_id="ReadStream",
            responses={
                200: ResponseSpec(feed.Frames, generate_examples=False, description="`sub` first, then what follows"),
                400: ResponseSpec(wire.Error, generate_examples=False, description="a parameter cannot be read"),
                401: ResponseSpec(wire.Error, generate_examples=False, description="not signed in"),
                403: ResponseSpec(wire.Error, generate_examples=False, description="the seat may not read the stream"),
                503: ResponseSpec(wire.Error, generate_examples=False, description="the database is away: ask again"),
            },
            tags=["feed"],
        )
        async def read(
            request: Request[Any, Any, Any],
            stream: FromPath[str],
            e: Annotated[str, QueryParameter(description="epoch of the stored cursor", max_length=100)] = "",
            q: Annotated[int, QueryParameter(description="number of the stored cursor", ge=0, lt=2**62)] = 0,
            wait: Annotated[float, QueryParameter(description="seconds to wait for something new", ge=0, le=60)] = 0,
            device: Annotated[str, QueryParameter(description="the device that stores", max_length=100)] = "",
        ) -> Response[bytes]:
            seat = await the_feed._doors.seat_of_request(request)
            cursor = feed.Cursor(s=stream.strip("/"), e=e, q=q)
            frames = await the_feed._read(seat, cursor, device, min(wait, LONGEST_WAIT_S))
            body = b'{"items":[' + b",".join(frames) + b"]}"
            return Response(body, media_type="application/json", headers={"cache-control": "no-store"})

        return [follow, tell, read]

    # --- a socket ---

    async def _serve(self, socket: WebSocket[Any, Any, Any]) -> None:
        """Accept first, then find out who it is: what is refused before ``accept`` is a bare 403 to the other side."""
        peer = peer_of(socket.scope)
        offered = socket.scope["subprotocols"]
        await socket.accept(subprotocols=feed.SUBPROTOCOL if feed.SUBPROTOCOL in offered else None)

        async def receive() -> str | None:
            message: Mapping[str, Any] = await socket.receive()
            if message["type"] != "websocket.receive":
                return None
            return message.get("text") or ""

        try:
            reader = await self._let_in(socket, peer, receive)
        except _TurnedAway as away:
            _log.info("feed_turned_away", code=int(away.code), reason=away.reason)
            peer.close(away.code, away.reason)
            return
        try:
            await self._attend(reader, receive)
        except* Exception:
            _log.exception("feed_bug", conn=str(reader.id), login=reader.seat.login)
            reader.close(Close.BUG, "something went wrong here")

    async def _attend(self, reader: Reader, receive: Callable[[], Awaitable[str | None]]) -> None:
        self._replace(reader)
        self._readers.add(reader)
        try:
            async with asyncio.TaskGroup() as group:
                following = group.create_task(reader.follow())
                await reader.listen(receive)
                following.cancel()
        finally:
            self._readers.discard(reader)

    async def _let_in(
        self, socket: WebSocket[Any, Any, Any], peer: Peer, receive: Callable[[], Awaitable[str | None]]
    ) -> Reader:
        if self._draining:
            raise _TurnedAway(Close.RESTART, "restart")
        if self._without_hello >= MOST_WITHOUT_HELLO:
            raise _TurnedAway(Close.OVERLOADED, "too many sockets without hello")
        origin, host = socket.headers.get("origin"), socket.headers.get("host", "")
        if not self._doors.allowed_origin(origin, host):
            raise _TurnedAway(Close.WITHDRAWN, "this origin is not allowed")
        hello = await self._hello(socket, receive)
        seat = await self._seat(hello)
        if hello.subs and not any(may_read(seat, cursor.s) for cursor in hello.subs):
            raise _TurnedAway(Close.WITHDRAWN, "this seat may read none of the streams")
        now_ms = self.relay.now_ms
        if now_ms is None:
            raise _TurnedAway(Close.OVERLOADED, "database away")
        profile = self._profiles[hello.profile]
        peer.wait_for_answers(profile.user_timeout_s)
        reader = Reader(
            relay=self.relay,
            peer=peer,
            seat=seat,
            hello=hello,
            profile=profile,
            stored=self._note_stored,
            renew=self._renew,
        )
        reader.send(
            feed.Welcome(
                conn=reader.id,
                now=now_ms,
                hb=profile.beat_s,
                user=seat.login,
                units=[] if seat.unit is None else [seat.unit],
                retry=profile.retry_s,
            )
        )
        return reader

    async def _hello(
        self, socket: WebSocket[Any, Any, Any], receive: Callable[[], Awaitable[str | None]]
    ) -> feed.Hello:
        """The first frame, in time. A phone says ``?profile=phone`` in the address to get a phone's time for it."""
        asked = socket.query_params.get("profile")
        profile = self._profiles[ProfileName.PHONE if asked == ProfileName.PHONE else ProfileName.CONSOLE]
        self._without_hello += 1
        try:
            async with asyncio.timeout(profile.hello_s):
                text = await receive()
        except TimeoutError:
            raise _TurnedAway(Close.SLOW_OR_SILENT, "no hello in time") from None
        finally:
            self._without_hello -= 1
        if text is None:
            raise _TurnedAway(Close.BYE, "gone")
        if too_long(text):
            raise _TurnedAway(Close.TOO_BIG, f"frames are at most {feed.LONGEST_IN} bytes")
        try:
            hello = feed.client_frame(text)
        except (feed.Malformed, feed.BadFrame) as error:
            raise _TurnedAway(Close.MALFORMED, str(error)[:100]) from None
        if not isinstance(hello, feed.Hello) or hello.v != 1:
            raise _TurnedAway(Close.MALFORMED, "the first frame is hello, version 1")
        return hello

    async def _seat(self, hello: feed.Hello) -> Seat:
        """Whose socket it is. A page of another site was turned away by its origin before; programs send none, and a
        ticket in their hands came from a session of their own.
        """
        try:
            async with asyncio.timeout(SEAT_S):
                match hello.token, hello.ticket:
                    case str(token), msgspec.UNSET:
                        seat = await self._doors.seat_of_token(self._pool, token)
                    case msgspec.UNSET, str(ticket):
                        seat = await self._doors.seat_of_ticket(self._pool, ticket)
                    case _:
                        raise _TurnedAway(Close.MALFORMED, "either a token or a ticket")
        except DATABASE_AWAY:
            raise _TurnedAway(Close.OVERLOADED, "database away") from None
        if seat is None:
            raise _TurnedAway(Close.TOKEN, "not signed in")
        return seat

    def _replace(self, new: Reader) -> None:
        """A device that comes back through another network leaves its old socket behind: the newest count."""
        same = [each for each in self._readers if (each.seat.account, each.device) == (new.seat.account, new.device)]
        for old in sorted(same, key=lambda each: each.since)[: max(0, len(same) + 1 - new.profile.sockets)]:
            old.close(Close.GAP_OR_REPLACED, "replaced by a newer socket of this device")

    async def _renew(self, reader: Reader, token: str) -> None:
        try:
            seat = await self._doors.seat_of_token(self._pool, token)
            if seat is None:
                reader.close(Close.TOKEN, "not signed in")
                return
            old = reader.seat
            if (seat.account, seat.role, streams(seat)) != (old.account, old.role, streams(old)):
                reader.close(Close.WITHDRAWN, "the token is of another seat")
                return
            reader.seat, reader.told_expiry = seat, True
            async with self._pool.acquire() as connection:
                for row in [row async for row in _sql.sessions(connection, ids=[seat.session])]:
                    reader.send(feed.Expiry(exp=round(row["expires_at"].timestamp() * 1000)))
        except DATABASE_AWAY:
            reader.close(Close.OVERLOADED, "database away")

    # --- the twin over HTTP ---

    async def _read(self, seat: Seat, cursor: feed.Cursor, device: str, wait_s: float) -> list[bytes]:
        if not may_read(seat, cursor.s):
            raise refusal.Forbidden(role=seat.role)
        waiter = _Waiter()
        self._waiting[waiter] = seat.session
        self.relay.watch(cursor.s, waiter)
        loop = asyncio.get_running_loop()
        until = loop.time() + wait_s
        try:
            while True:
                waiter.woken.clear()
                if waiter.ended:
                    raise refusal.NotSignedIn
                frames = await self._frames(seat, cursor, device)
                left_s = until - loop.time()
                if len(frames) > 1 or left_s <= 0 or self._draining:
                    return frames
                with suppress(TimeoutError):
                    async with asyncio.timeout(left_s):
                        await waiter.woken.wait()
        except DATABASE_AWAY:
            raise refusal.Busy from None
        finally:
            self.relay.unwatch(cursor.s, waiter)
            del self._waiting[waiter]

    async def _frames(self, seat: Seat, cursor: feed.Cursor, device: str) -> list[bytes]:
        ring = await self.relay.ring(cursor.s, at_least=cursor.q)
        follower = feed.Follower(ring, cursor)
        why = feed.why_snapshot(cursor, epoch=ring.epoch, head=ring.head, floor=ring.floor)
        if why is not None:
            shot = await self.relay.shot(ring)
            return [feed.encode(follower.start(shot.q, why)), *shot.frames]
        sub = follower.resume()
        self._note(seat, device or f"session {seat.session}", cursor.s, ring.epoch, cursor.q)
        events = follower.next(TWIN_EVENTS) if follower.in_ring else await self.relay.events(ring, cursor.q)
        return [feed.encode(sub), *follower.take(events)]

    # --- what devices have stored ---

    def _note_stored(self, reader: Reader, follower: feed.Follower) -> None:
        self._note(reader.seat, reader.device, follower.ring.stream, follower.ring.epoch, follower.acknowledged)

    def _note(self, seat: Seat, device: str, stream: str, epoch: str, q: int) -> None:
        """Remember to store a cursor; that of a crew over its own orders is stored at once, for it delivers."""
        own = seat.role is Role.CREW and seat.unit is not None and stream == f"unit/{seat.unit}"
        if q > 0:
            self._acknowledged[device, stream] = _Acknowledged(seat, epoch, q, own)
            if own:
                self._own_acknowledged.set()

    async def _keep_acknowledged(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._timing.tick_s):
                    await self._own_acknowledged.wait()
            self._own_acknowledged.clear()
            try:
                await self._store_acknowledged()
            except DATABASE_AWAY as error:
                _log.warning("feed_cursors_not_stored", error=repr(error))
                await asyncio.sleep(self._timing.tick_s)

    async def _store_acknowledged(self) -> None:
        """Cursors first, then what was delivered; what fails is tried again, unless something newer came."""
        new, self._acknowledged = self._acknowledged, {}
        if not new:
            return
        try:
            async with self._pool.acquire() as connection:
                await _sql.store_cursors(
                    connection,
                    devices=[device for device, _ in new],
                    streams=[stream for _, stream in new],
                    epochs=[each.epoch for each in new.values()],
                    numbers=[each.q for each in new.values()],
                )
            for each in new.values():
                if each.own:
                    await self._deliver(each)
        except DATABASE_AWAY:
            self._acknowledged = new | self._acknowledged
            raise

    async def _deliver(self, acknowledged: _Acknowledged) -> None:
        """One order that cannot be marked must not keep the others from being marked."""
        try:
            await self._delivered(acknowledged.seat, acknowledged.q)
        except DATABASE_AWAY:
            raise
        except Exception:
            _log.exception("feed_bug", what="delivered", unit=acknowledged.seat.unit_code)

    # --- what goes on all the time ---

    async def _run(self) -> None:
        """A bug in one part is logged and all parts begin afresh: a feed that stands still silently is the worst."""
        while True:
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self.relay.run())
                    group.create_task(self._keep_acknowledged())
                    group.create_task(_every(self._timing.tick_s, self._tick))
                    group.create_task(_every(self._timing.tick_s, self._push_positions))
                    group.create_task(
                        _every(self._timing.sessions_s, self._look_at_sessions, self.relay.sessions_ended)
                    )
                    group.create_task(_every(3600, self._roll))
            except* Exception:
                _log.exception("feed_bug")
            await asyncio.sleep(self._timing.tick_s)

    async def _tick(self) -> None:
        at, now_ms = asyncio.get_running_loop().time(), self.relay.now_ms or 0
        for reader in list(self._readers):
            reader.tick(at, now_ms)

    async def _look_at_sessions(self) -> None:
        """Close the sockets whose session was ended (wipe) or is over (sign in again), tell those that soon will be."""
        ids = {reader.seat.session for reader in self._readers} | set(self._waiting.values())
        if not ids:
            return
        seated = await self._doors.still_seated(self._pool, ids)
        async with self._pool.acquire() as connection:
            sessions = {row["id"]: row async for row in _sql.sessions(connection, ids=list(ids))}
        for waiter, session_id in self._waiting.items():
            if session_id in ids - seated:
                waiter.end()
        soon = datetime.now(UTC) + EXPIRY_TOLD
        for reader in list(self._readers):
            session = sessions.get(reader.seat.session)
            if reader.seat.session not in ids:
                continue
            if session is None or session["ended_at"] is not None:
                reader.close(Close.WITHDRAWN, "the session has been ended")
            elif reader.seat.session not in seated:
                reader.close(Close.TOKEN, "the session is over")
            elif session["expires_at"] < soon and not reader.told_expiry:
                reader.told_expiry = True
                reader.send(feed.Expiry(exp=round(session["expires_at"].timestamp() * 1000)))

    async def _roll(self) -> None:
        """Gives way to whoever writes events: waiting longer than a deadlock is noticed would make them lose."""
        while True:
            with suppress(asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
                async with self._pool.acquire() as connection, connection.transaction():
                    await connection.execute("SET LOCAL lock_timeout = '500ms'")
                    await _sql.roll(connection)
                return
            await asyncio.sleep(10)

    # --- positions ---

    async def _push_positions(self) -> None:
        """The latest position of each unit to the consoles of its area; other processes' positions from the table."""
        areas = {reader.seat.area for reader in self._readers if reader.wants_positions}
        for gone in self._positions.keys() - areas:
            del self._positions[gone]
            self._moved.pop(gone, None)
        if not areas:
            self._last_position = None
            return
        await self._read_positions(areas)
        for area in areas:
            stream, places = f"area/{area}", self._positions[area]
            moved = self._moved.pop(area, set())
            all_of = _positions_frame(stream, places)
            new = _positions_frame(stream, {unit: places[unit] for unit in moved}) if moved else None
            for reader in list(self._readers):
                reader.tell_positions(area, all_of, new)

    async def _read_positions(self, areas: set[UUID]) -> None:
        async with self._pool.acquire() as connection:
            if self._last_position is None:
                self._last_position = await _sql.last_position(connection)
            rows = []
            if fresh := areas - self._positions.keys():
                rows += [
                    row async for row in _sql.latest_positions(connection, areas=list(fresh), fresh=POSITION_SHOWN)
                ]
                self._positions |= {area: {} for area in fresh}
            number = max(0, (self._last_position or 0) - POSITIONS_READ_AGAIN)
            newer = [row async for row in _sql.positions_after(connection, areas=list(areas), number=number)]
        self._last_position = max([self._last_position or 0, *(row["last"] for row in newer)])
        for row in [*rows, *newer]:
            self._place(row["area"], row["unit"], row["lon"], row["lat"], row["at"])

    def _place(self, area: UUID, unit: UUID, lon: float, lat: float, at: datetime) -> None:
        at_ms = round(at.timestamp() * 1000)
        known = self._positions[area].get(unit)
        if known is None or known[2] < at_ms:
            self._positions[area][unit] = (lon, lat, at_ms)
            self._moved.setdefault(area, set()).add(unit)


class _Waiter:
    """A request of the twin that waits for something new."""

    def __init__(self) -> None:
        self.woken = asyncio.Event()
        self.ended = False

    def end(self) -> None:
        """Its session is over."""
        self.ended = True
        self.woken.set()

    def wake(self) -> None:
        self.woken.set()

    def lost(self) -> None:
        self.woken.set()


def _positions_frame(stream: str, places: Mapping[UUID, tuple[float, float, int]]) -> bytes:
    return feed.encode(feed.Positions(s=stream, u=[(unit, *place) for unit, place in places.items()]))


async def _every(seconds: float, what: Callable[[], Awaitable[None]], at_once: asyncio.Event | None = None) -> NoReturn:
    """Do it again and again, at once when told so; a database that is away is waited for."""
    told = at_once or asyncio.Event()
    while True:
        told.clear()
        try:
            await what()
        except DATABASE_AWAY as error:
            _log.warning("feed_upkeep_failed", what=what.__name__, error=repr(error))
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await told.wait()
