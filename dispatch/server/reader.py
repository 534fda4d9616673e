"""One open socket of the feed: a seat's cursors over the rings, what its device sends, and when it is let go."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import structlog
from msgspec import UNSET

from dispatch import feed
from dispatch.feed import Close
from dispatch.seat import Seat, may_read
from dispatch.server.relay import DATABASE_AWAY, Relay
from dispatch.server.transport import Peer

FRAMES_PER_S = 20
FRAMES_AT_ONCE = 40
PUMPED = 64
"""How many events are written before looking again whether the peer still has room."""

_log = structlog.get_logger("feed")

Receive = Callable[[], Awaitable[str | None]]
"""The next message of the socket; None when it is closed."""


class Reader:
    """Follows the streams of one socket. It keeps no queue: places in rings, and what the peer has yet to take."""

    def __init__(
        self,
        *,
        relay: Relay,
        peer: Peer,
        seat: Seat,
        hello: feed.Hello,
        profile: feed.Profile,
        stored: Callable[["Reader", feed.Follower], None],
        renew: Callable[["Reader", str], Awaitable[None]],
    ) -> None:
        self.id = uuid4()
        self.peer, self.seat, self.profile, self.device = peer, seat, profile, hello.device
        self.wants_positions = profile.positions if hello.positions is UNSET else hello.positions
        self.told_expiry = False
        self.positions_begun: set[UUID] = set()
        self._relay, self._hello = relay, hello
        self._stored, self._renew = stored, renew
        self._followers: dict[str, feed.Follower] = {}
        self._work = asyncio.Event()
        self.since = at = _now()
        self._heard_at = self._beat_at = at
        self._beats = 0
        self._pace = feed.Pace(profile, at)
        self._allowance = feed.Allowance(rate=FRAMES_PER_S, burst=FRAMES_AT_ONCE, at=at)
        self._answered = self._live = False

    def send(self, frame: feed.ServerFrame) -> None:
        self.peer.write_text(feed.encode(frame))

    def close(self, code: Close, reason: str) -> None:
        if self.peer.open:
            _log.info("feed_closed", conn=str(self.id), login=self.seat.login, code=int(code), reason=reason)
        self.peer.close(code, reason)

    # --- sending ---

    async def follow(self) -> None:
        """Answer the subscriptions in their order, then keep each stream's events going, until the socket closes."""
        self.peer.when_writable = self.wake
        cursors = feed.in_order(self._hello.subs)
        try:
            for cursor in cursors:
                await self._open(cursor)
            self._answered = True
            while self.peer.open:
                await self._from_database()
                self.wake()
                await self._work.wait()
                self._work.clear()
        except DATABASE_AWAY as error:
            _log.warning("feed_database_away", error=repr(error))
            self.close(Close.OVERLOADED, "database away")
        except feed.Hole as hole:
            _log.error("feed_hole", hole=str(hole))
            self.close(Close.RESTART, "stream interrupted")
        finally:
            self.peer.when_writable = None
            for cursor in cursors:
                self._relay.unwatch(cursor.s, self)

    async def _open(self, cursor: feed.Cursor) -> None:
        if not may_read(self.seat, cursor.s):
            self.send(feed.Refusal(error="forbidden", message="this seat may not read the stream", s=cursor.s))
            return
        self._relay.watch(cursor.s, self)
        ring = await self._relay.ring(cursor.s, at_least=cursor.q)
        follower = feed.Follower(ring, cursor)
        why = feed.why_snapshot(cursor, epoch=ring.epoch, head=ring.head, floor=ring.floor)
        if why is None:
            self.send(follower.resume())
            self._stored(self, follower)  # the cursor in hello says the same as an ack that was lost on its way
        else:
            await self._snapshot(follower, why)
        self._followers[cursor.s] = follower
        self.wake()

    async def _snapshot(self, follower: feed.Follower, why: feed.Why) -> None:
        shot = await self._relay.shot(follower.ring)
        self.send(follower.start(shot.q, why))
        for part in shot.frames:
            if not await self.peer.room():
                return
            self.peer.write_text(part)
        follower.started(shot.q)

    async def _from_database(self) -> None:
        """Catch up where the ring no longer reaches back, as fast as the peer takes it."""
        for follower in self._followers.values():
            while follower.sent is not None and not follower.in_ring and await self.peer.room():
                events = await self._relay.events(follower.ring, follower.sent)
                if not events:
                    raise feed.Hole(f"{follower.ring.stream}: nothing after {follower.sent} is kept")
                for frame in follower.take(events):
                    self.peer.write_text(frame)

    def wake(self) -> None:
        """Write what the rings have, as long as the peer has room. Called by the relay, so nothing here may wait."""
        try:
            self._pump()
        except feed.Hole as hole:
            _log.error("feed_hole", hole=str(hole))
            self.close(Close.RESTART, "stream interrupted")

    def _pump(self) -> None:
        for follower in self._followers.values():
            while self.peer.has_room and (events := follower.next(PUMPED)):
                for frame in follower.take(events):
                    self.peer.write_text(frame)
        if not self.peer.open or any(not follower.in_ring for follower in self._followers.values()):
            self._work.set()
        elif self._answered and all(follower.level for follower in self._followers.values()):
            self._live = True

    def lost(self) -> None:
        self.close(Close.RESTART, "stream interrupted")

    def tell_positions(self, area: UUID, all_of: bytes, new: bytes | None) -> None:
        """The latest positions: all of them first, then what is new; left out when the peer is slow."""
        follower = self._followers.get(f"area/{area}")
        if not self.wants_positions or follower is None or not follower.level or not self.peer.has_room:
            return
        if area not in self.positions_begun:
            self.positions_begun.add(area)
            self.peer.write_text(all_of)
        elif new is not None:
            self.peer.write_text(new)

    def tick(self, at: float, now_ms: int) -> None:
        """Once a second: let go of a peer that is silent or behind; send a beat when one is due."""
        if at - self._heard_at > self.profile.silence_s:
            self.close(Close.SLOW_OR_SILENT, "silent")
            return
        waiting = self.peer.waiting
        behind = waiting + (sum(each.behind for each in self._followers.values()) if self._live else 0)
        if self._pace.too_slow(behind=behind, taken=self.peer.taken, live=self._live, at=at):
            self.close(Close.SLOW_OR_SILENT, "too far behind")
            return
        if at - self._beat_at >= self.profile.beat_s and self.peer.has_room:
            self._beat_at = at
            self._beats += 1
            self.send(feed.Beat(n=self._beats, now=now_ms))

    # --- hearing ---

    async def listen(self, receive: Receive) -> None:
        """Take what the device sends until the socket closes."""
        while (text := await receive()) is not None:
            self._heard_at = _now()
            if too_long(text):
                self.close(Close.TOO_BIG, f"frames are at most {feed.LONGEST_IN} bytes")
                continue
            frame: feed.ClientFrame | feed.BadFrame
            try:
                frame = feed.client_frame(text)
            except feed.Malformed:
                self.close(Close.MALFORMED, "not JSON")
                continue
            except feed.BadFrame as bad:
                frame = bad
            cost = feed.ACK_COST if isinstance(frame, feed.Ack) else 1
            if not self._allowance.take(cost, self._heard_at):
                self.close(Close.TOO_MANY, f"at most {FRAMES_PER_S} frames a second")
                continue
            await self._hear(frame)

    async def _hear(self, frame: feed.ClientFrame | feed.BadFrame) -> None:
        match frame:
            case feed.Ack():
                follower = self._followers.get(frame.s)
                if follower is not None and follower.acknowledge(frame.e, frame.q):
                    self._stored(self, follower)
            case feed.Renewal():
                await self._renew(self, frame.token)
            case feed.Hello():
                self.send(feed.Refusal(error="bad_request", message="hello has been said"))
            case feed.BadFrame():
                self.send(feed.Refusal(error="bad_request", message=str(frame)[:500]))


def too_long(text: str) -> bool:
    return len(text) > feed.LONGEST_IN or len(text.encode()) > feed.LONGEST_IN


def _now() -> float:
    return asyncio.get_running_loop().time()
