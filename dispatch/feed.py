"""The feed: its frames, its limits, and the rules of both its ends, as values that know no network.

A stream is a row of events numbered 1, 2, 3 … without a hole; each event is the whole present state of one thing, or
null for one that has left the stream. A server's ``Ring`` holds the newest of a stream for all its readers, a
``Follower`` is one reader's place in it, and a ``Copy`` is the reader's own side. Times are seconds of a monotonic
clock, brought in by the caller, unless a name ends in ``_ms``; envelope times are integer milliseconds UTC.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

SUBPROTOCOL = "dispatch.v1"
LONGEST_IN = 16 * 1024
LONGEST_OUT = 256 * 1024
RING_EVENTS = 1000
STREAMS_PER_SOCKET = 64

StreamName = Annotated[str, Meta(min_length=3, max_length=400)]
DeviceName = Annotated[str, Meta(min_length=1, max_length=100)]
Number = Annotated[int, Meta(ge=0, lt=2**62)]
Milliseconds = Annotated[int, Meta(ge=0, lt=2**53)]


# --- frames ---------------------------------------------------------------------------------------------------------


class ProfileName(StrEnum):
    CONSOLE = "console"
    PHONE = "phone"


class Why(StrEnum):
    """Why a subscriber gets a snapshot instead of the events it has not seen."""

    NEW = "new"
    EPOCH = "epoch"
    FLOOR = "floor"
    AHEAD = "ahead"


class _Frame(Struct, frozen=True, kw_only=True, tag_field="t"):
    """One JSON object of the feed; ``t`` says which."""


class Cursor(Struct, frozen=True, kw_only=True):
    """Up to where a reader has durably stored a stream; ``""`` and 0 when it has nothing."""

    s: StreamName
    e: Annotated[str, Meta(max_length=100)] = ""
    q: Number = 0


class Hello(_Frame, frozen=True, kw_only=True, tag="hello"):
    """The reader's first frame: who it is, by token or single-use ticket, and what it has."""

    v: int
    device: DeviceName
    subs: Annotated[list[Cursor], Meta(max_length=STREAMS_PER_SOCKET)]
    profile: ProfileName = ProfileName.CONSOLE
    now: Milliseconds | UnsetType = UNSET
    token: str | UnsetType = UNSET
    ticket: str | UnsetType = UNSET
    app: Annotated[str, Meta(max_length=100)] = ""
    positions: bool | UnsetType = UNSET


class Ack(_Frame, frozen=True, kw_only=True, tag="ack"):
    """Everything of the stream up to ``q`` is stored on this device."""

    s: StreamName
    e: Annotated[str, Meta(max_length=100)]
    q: Number


class Beat(_Frame, frozen=True, kw_only=True, tag="hb"):
    """A sign of life of either side, with its clock."""

    n: Number
    now: Milliseconds


class Renewal(_Frame, frozen=True, kw_only=True, tag="auth"):
    """A new token for an open socket, of the same account and seat."""

    token: str


class Welcome(_Frame, frozen=True, kw_only=True, tag="welcome"):
    """The server knows the reader; ``hb`` is seconds between beats, ``retry`` the bounds of reconnecting in seconds."""

    conn: UUID
    now: int
    hb: float
    user: str
    units: list[UUID]
    retry: tuple[float, float]


class Sub(_Frame, frozen=True, kw_only=True, tag="sub"):
    """How a subscription starts: with the events after the reader's cursor, or with a snapshot and why."""

    s: str
    e: str
    head: int
    mode: Literal["resume", "snapshot"]
    why: Why | UnsetType = UNSET


class Thing(Struct, frozen=True, kw_only=True):
    """The present state of one thing: its kind, id, version and body."""

    k: str
    id: UUID
    v: int
    b: Raw


class Snap(_Frame, frozen=True, kw_only=True, tag="snap"):
    """One part of the state exactly at ``q``; after the last part, the parts replace what the reader had."""

    s: str
    e: str
    q: int
    part: int
    last: bool
    rows: list[Thing]


class Event(_Frame, frozen=True, kw_only=True, tag="ev"):
    """The whole present state of one thing after a change; ``q`` is its number in the stream.

    ``b`` null: with its version ``v`` the thing is in this stream no longer, though it may be in another; whoever holds
    it forgets it. It may come back, at that version or a later one. Only a stream that a thing can leave tells so.
    """

    s: str
    q: int
    k: str
    id: UUID
    v: int
    at: int
    b: Raw


class Positions(_Frame, frozen=True, kw_only=True, tag="pos"):
    """Latest positions: unit, longitude, latitude, at. Not numbered, not kept, left out when the reader is slow."""

    s: str
    u: list[tuple[UUID, float, float, int]]


class Drain(_Frame, frozen=True, kw_only=True, tag="drain"):
    """The server is about to restart: reconnect at a random moment within ``in_ms``."""

    in_ms: int


class Expiry(_Frame, frozen=True, kw_only=True, tag="auth"):
    """The token ends at ``exp`` (milliseconds UTC): send a new one."""

    exp: int


class Refusal(_Frame, frozen=True, kw_only=True, tag="err"):
    """What the server did not understand (``bad_request``) or does not allow (``forbidden``, with the stream)."""

    error: Literal["bad_request", "forbidden"]
    message: str
    s: str | UnsetType = UNSET


ClientFrame = Hello | Ack | Beat | Renewal
ServerFrame = Welcome | Sub | Snap | Event | Beat | Positions | Drain | Expiry | Refusal


class Frames(Struct, frozen=True, kw_only=True):
    """The feed by HTTP: the same objects as on the socket, ``sub`` first."""

    items: list[Sub | Snap | Event]


class Socket(Struct, frozen=True, kw_only=True):
    """What is said on the socket, one JSON object per text frame: by the reader, and by the server."""

    client: ClientFrame
    server: ServerFrame


_client_frame: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)
_server_frame: msgspec.json.Decoder[ServerFrame] = msgspec.json.Decoder(ServerFrame)
encode = msgspec.json.Encoder().encode


class Malformed(Exception):
    """What came is not JSON, or not what its kind of frame must be."""


class BadFrame(Exception):
    """JSON, but no frame that a reader may send; answered and otherwise ignored."""


def client_frame(text: str | bytes) -> ClientFrame:
    """The frame a reader sent; unknown fields are ignored. Raises ``Malformed`` or ``BadFrame``."""
    try:
        return _client_frame.decode(text)
    except msgspec.ValidationError as error:
        raise BadFrame(str(error)) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise Malformed(str(error)) from None


def server_frame(text: str | bytes) -> ServerFrame | None:
    """The frame a server sent, or None for one that this version does not know. Raises ``Malformed``."""
    try:
        return _server_frame.decode(text)
    except msgspec.ValidationError as error:
        known = {"welcome", "sub", "snap", "ev", "hb", "pos", "drain", "auth", "err"}
        frame = msgspec.json.decode(text)
        if isinstance(frame, dict) and frame.get("t") not in known:
            return None
        raise Malformed(str(error)) from None
    except msgspec.DecodeError as error:
        raise Malformed(str(error)) from None


# --- limits ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a kind of reader may take its time for; None means without limit."""

    name: ProfileName
    hello_s: float
    beat_s: float
    silence_s: float
    behind_s: float | None
    behind_bytes: int
    user_timeout_s: float
    retry_s: tuple[float, float]
    sockets: int
    positions: bool


PROFILES: Mapping[ProfileName, Profile] = MappingProxyType(
    {
        ProfileName.CONSOLE: Profile(
            name=ProfileName.CONSOLE,
            hello_s=5,
            beat_s=10,
            silence_s=25,
            behind_s=5,
            behind_bytes=1024 * 1024,
            user_timeout_s=10,
            retry_s=(0.25, 5),
            sockets=4,
            positions=True,
        ),
        ProfileName.PHONE: Profile(
            name=ProfileName.PHONE,
            hello_s=30,
            beat_s=45,
            silence_s=150,
            behind_s=None,
            behind_bytes=256 * 1024,
            user_timeout_s=150,
            retry_s=(0.25, 60),
            sockets=1,
            positions=False,
        ),
    }
)


class Allowance:
    """How many frames a reader may still send: ``burst`` at once, refilled at ``rate`` a second."""

    def __init__(self, *, rate: float, burst: float, at: float) -> None:
        self._rate, self._burst = rate, burst
        self._left, self._at = burst, at

    def take(self, cost: float, at: float) -> bool:
        self._left = min(self._burst, self._left + (at - self._at) * self._rate)
        self._at = at
        if self._left < cost:
            return False
        self._left -= cost
        return True


ACK_COST = 0.02
"""Acks are cumulative and cheap: a reader that acknowledges every event of a long resume is no flood."""


class Pace:
    """Whether a reader keeps up. Before it was level for the first time only standing still counts as slow."""

    def __init__(self, profile: Profile, at: float) -> None:
        self._profile = profile
        self._well_at = at
        self._taken = 0

    def too_slow(self, *, behind: int, taken: int, live: bool, at: float) -> bool:
        """``behind`` is bytes it has yet to take, ``taken`` the bytes it took so far."""
        if behind == 0 or (not live and taken != self._taken):
            self._well_at = at
        self._taken = taken
        if live and behind > self._profile.behind_bytes:
            return True
        return self._profile.behind_s is not None and at - self._well_at > self._profile.behind_s


# --- closing --------------------------------------------------------------------------------------------------------


class Close(IntEnum):
    BYE = 1000
    RESTART = 1012
    MALFORMED = 4400
    TOKEN = 4401
    WITHDRAWN = 4403
    SLOW_OR_SILENT = 4408
    GAP_OR_REPLACED = 4409
    TOO_BIG = 4413
    TOO_MANY = 4429
    BUG = 4500
    OVERLOADED = 4503


class After(Enum):
    """What a reader does when its socket has been closed."""

    STOP = "stop"
    WIPE_AND_STOP = "wipe and stop"
    SIGN_IN = "sign in again, then reconnect"
    SOON = "reconnect at a random moment of the next 3 s"
    AT_ONCE = "reconnect at once"
    BACK_OFF = "reconnect after a growing wait"


_AFTER = {
    Close.RESTART: After.SOON,
    Close.TOKEN: After.SIGN_IN,
    Close.WITHDRAWN: After.WIPE_AND_STOP,
    Close.SLOW_OR_SILENT: After.AT_ONCE,
}


def after_close(code: int | None) -> After:
    """What to do after a close by the server; a failed handshake, 1006 or a code not known is network trouble."""
    return _AFTER.get(Close(code), After.BACK_OFF) if code in set(Close) else After.BACK_OFF


class BackOff:
    """Growing waits with full jitter, from 0 s to at most ``most_s``; ``success`` starts afresh."""

    def __init__(self, first_s: float, most_s: float, chance: random.Random) -> None:
        self._first_s, self.most_s = first_s, most_s
        self._chance = chance
        self._tries = 0

    def wait_s(self) -> float:
        limit_s = min(self.most_s, self._first_s * 2.0 ** min(self._tries, 30))
        self._tries += 1
        return self._chance.uniform(0, limit_s)

    def success(self) -> None:
        self._tries = 0


# --- the server's side ----------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """One thing of a snapshot as the database tells it; ``body`` is JSON."""

    kind: str
    id: UUID
    version: int
    body: bytes


class Stored(NamedTuple):
    """One event of the outbox, encoded once for all who read it."""

    q: int
    frame: bytes


class Hole(Exception):
    """An event does not follow the one before it."""


def stored(stream: str, q: int, row: Row, at_ms: int) -> Stored:
    frame = Event(s=stream, q=q, k=row.kind, id=row.id, v=row.version, at=at_ms, b=Raw(row.body))
    return Stored(q, encode(frame))


class Ring:
    """The newest events of one stream in memory, shared by all its readers: those after ``base`` up to ``head``."""

    def __init__(self, stream: str, *, epoch: str, head: int, floor: int, size: int = RING_EVENTS) -> None:
        self.stream, self.epoch, self.floor = stream, epoch, floor
        self.base = self.head = head
        self._size = size
        self._events: list[Stored] = []
        self._ends: list[int] = []  # the bytes of all events ever appended, after each
        self._bytes = 0

    def append(self, event: Stored) -> None:
        """Raises ``Hole`` when the event is not the next one."""
        if event.q != self.head + 1:
            raise Hole(f"{self.stream}: {event.q} came after {self.head}")
        self.head = event.q
        self._bytes += len(event.frame)
        self._events.append(event)
        self._ends.append(self._bytes)
        if len(self._events) >= 2 * self._size:
            del self._events[: -self._size], self._ends[: -self._size]
            self.base = self._events[0].q - 1

    def holds(self, q: int) -> bool:
        """Whether everything after ``q`` is here."""
        return q >= self.base

    def after(self, q: int, limit: int) -> Sequence[Stored]:
        """The next events after ``q``, which the ring must hold."""
        start = max(0, q - self.base)
        return self._events[start : start + limit]

    def bytes_after(self, q: int) -> int:
        """How many bytes a reader at ``q`` has still to get, as far as the ring reaches."""
        if q >= self.head or not self._ends:
            return 0
        if q <= self.base:
            return self._bytes - (self._ends[0] - len(self._events[0].frame))
        return self._bytes - self._ends[q - self.base - 1]


def why_snapshot(cursor: Cursor, *, epoch: str, head: int, floor: int) -> Why | None:
    """Why the reader cannot go on from its cursor, or None when it can."""
    if not cursor.e:
        return Why.NEW
    if cursor.e != epoch:
        return Why.EPOCH
    if cursor.q > head:
        return Why.AHEAD
    return Why.FLOOR if cursor.q < floor else None


class Follower:
    """One reader's place in one stream: what was sent, and what its device says it has stored."""

    def __init__(self, ring: Ring, cursor: Cursor) -> None:
        self.ring = ring
        self.asked = cursor
        self.sent: int | None = None  # nothing may be sent before the subscription has been answered
        self.acknowledged = 0

    def resume(self) -> Sub:
        self.sent = self.acknowledged = self.asked.q
        return Sub(s=self.ring.stream, e=self.ring.epoch, head=self.ring.head, mode="resume")

    def start(self, q: int, why: Why) -> Sub:
        """The answer before the parts of a snapshot at ``q``; call ``started`` once the last part is on its way."""
        return Sub(s=self.ring.stream, e=self.ring.epoch, head=q, mode="snapshot", why=why)

    def started(self, q: int) -> None:
        self.sent = q

    @property
    def level(self) -> bool:
        return self.sent is not None and self.sent >= self.ring.head

    @property
    def in_ring(self) -> bool:
        return self.sent is not None and self.ring.holds(self.sent)

    def next(self, limit: int) -> Sequence[Stored]:
        """The next events to send out of the ring; none when level, or when the database must be asked first."""
        if self.sent is None or not self.ring.holds(self.sent):
            return ()
        return self.ring.after(self.sent, limit)

    def take(self, events: Iterable[Stored]) -> Iterable[bytes]:
        """The frames of the next events, moving the place past each. Raises ``Hole``."""
        for event in events:
            if self.sent is None or event.q != self.sent + 1:
                raise Hole(f"{self.ring.stream}: {event.q} would follow {self.sent}")
            self.sent = event.q
            yield event.frame

    def acknowledge(self, epoch: str, q: int) -> bool:
        """Whether the ack says something new; what was never sent, or is of another epoch, is not believed."""
        if epoch != self.ring.epoch or self.sent is None or not self.acknowledged < q <= self.sent:
            return False
        self.acknowledged = q
        return True

    @property
    def behind(self) -> int:
        return 0 if self.sent is None else self.ring.bytes_after(self.sent)


class _Ended(Struct, frozen=True):
    ended_at: Any = None


_ended = msgspec.json.Decoder(_Ended)


def _open_order(stream: str, row: Row) -> bool:
    return stream.startswith("unit/") and row.kind == "assignment" and _ended.decode(row.body).ended_at is None


def snapshot_frames(stream: str, epoch: str, q: int, rows: Sequence[Row], longest: int = LONGEST_OUT) -> list[bytes]:
    """The parts of a snapshot, each at most ``longest`` bytes; a unit's open orders come first, in a part of their own.

    A single row longer than that has a part to itself.
    """
    first = [row for row in rows if _open_order(stream, row)]
    rest = [row for row in rows if not _open_order(stream, row)] if first else rows
    parts = [part for group in (first, rest) for part in _packed(group, longest - 1024)] or [[]]
    return [
        encode(Snap(s=stream, e=epoch, q=q, part=n, last=n == len(parts) - 1, rows=part))
        for n, part in enumerate(parts)
    ]


def _packed(rows: Iterable[Row], longest: int) -> Iterable[list[Thing]]:
    part: list[Thing] = []
    size = 0
    for row in rows:
        row_size = len(row.body) + len(row.kind) + 100
        if part and size + row_size > longest:
            yield part
            part, size = [], 0
        part.append(Thing(k=row.kind, id=row.id, v=row.version, b=Raw(row.body)))
        size += row_size
    if part:
        yield part


def in_order(cursors: Iterable[Cursor]) -> list[Cursor]:
    """The order in which subscriptions are answered: a unit's orders before anything else, each stream once."""
    once = {cursor.s: cursor for cursor in cursors}
    return sorted(once.values(), key=lambda cursor: not cursor.s.startswith("unit/"))


# --- the reader's side ----------------------------------------------------------------------------------------------


class Gap(Exception):
    """The reader's copy cannot go on from here: close 4409 and reconnect with the stored cursor."""


class Replace(NamedTuple):
    """Store these things instead of all there were, and move the cursor, in one local transaction."""

    stream: str
    epoch: str
    q: int
    things: list[Thing]


class Apply(NamedTuple):
    """Store this thing and move the cursor, in one local transaction."""

    stream: str
    epoch: str
    q: int
    thing: Thing


class Remove(NamedTuple):
    """Forget the thing of this kind and id, if it is stored, and move the cursor, in one local transaction."""

    stream: str
    epoch: str
    q: int
    kind: str
    id: UUID


Change = Replace | Apply | Remove

GONE = b"null"
"""The body of an event that tells of a thing leaving."""


class Copy:
    """A reader's copy of one stream for the time of one connection, starting at its stored cursor.

    ``take`` says what to store; nothing else may be stored, and nothing shown that is not.
    """

    def __init__(self, cursor: Cursor) -> None:
        self.stream = cursor.s
        self.epoch, self.q = cursor.e, cursor.q
        self._answered = False
        self._snapshot: Sub | None = None
        self._parts: list[Snap] = []

    def take(self, frame: Sub | Snap | Event) -> Change | None:
        """What to store now, if anything: a known event and an unfinished snapshot change nothing. Raises ``Gap``."""
        match frame:
            case Sub():
                self._start(frame)
                return None
            case Snap():
                return self._collect(frame)
            case Event():
                return self._apply(frame)

    def _start(self, sub: Sub) -> None:
        self._answered, self._parts = True, []
        self._snapshot = sub if sub.mode == "snapshot" else None
        if sub.mode == "resume" and (sub.e != self.epoch or sub.head < self.q):
            raise Gap(f"{self.stream}: resumed at {sub.e} {sub.head}, but {self.epoch} {self.q} is stored")

    def _collect(self, snap: Snap) -> Replace | None:
        asked = self._snapshot
        if asked is None or snap.e != asked.e or snap.q != asked.head or snap.part != len(self._parts):
            raise Gap(f"{self.stream}: part {snap.part} of a snapshot at {snap.q} was not to come")
        self._parts.append(snap)
        if not snap.last:
            return None
        things = [thing for part in self._parts for thing in part.rows]
        self._snapshot, self._parts = None, []
        self.epoch, self.q = snap.e, snap.q
        return Replace(self.stream, snap.e, snap.q, things)

    def _apply(self, event: Event) -> Apply | Remove | None:
        if not self._answered or self._snapshot is not None:
            raise Gap(f"{self.stream}: event {event.q} before the subscription was answered")
        if event.q <= self.q:
            return None
        if event.q > self.q + 1:
            raise Gap(f"{self.stream}: event {event.q} after {self.q}")
        self.q = event.q
        if bytes(event.b) == GONE:
            return Remove(self.stream, self.epoch, event.q, event.k, event.id)
        return Apply(self.stream, self.epoch, event.q, Thing(k=event.k, id=event.id, v=event.v, b=event.b))
