"""The crew's side of the feed: orders kept on the device, steps sent until they are answered; a library and a command.

What the feed tells is stored together with the place it was told at, in one local transaction, and acknowledged only
after its commit: an order is *delivered* when this device cannot lose it any more. Nothing is shown that is not stored.
What the crew does goes into a queue in the same file and is sent in order, each with an id of its own, until it is
answered, however often the network or this program dies in between.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import os
import random
import sqlite3
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import time_ns
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from dispatch import feed, order_words
from dispatch.assignment import ENDED, Step
from dispatch.feed import After, Close, ProfileName
from dispatch.order_words import Typed, Word
from dispatch.server import wire
from dispatch.words import said

HTTP_S = 20.0
ACK_EVERY_S = 0.1
ACTIVE_RETRY_S = 5.0
"""The longest wait between tries while there is an order or something to send; an idle phone may wait longer."""

ASK_AGAIN = frozenset({408, 425, 429})


# --- what the device keeps ------------------------------------------------------------------------------------------


class StoreInUse(Exception):
    """Another terminal has this file open."""


class OtherOwner(Exception):
    """The file holds what belongs to another login or another service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Something to be sent; ``id`` is also in the body, so that sending it twice does it once."""

    number: int
    id: UUID
    path: str
    body: bytes


_TABLES = """
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cursor (stream TEXT PRIMARY KEY, epoch TEXT NOT NULL, q INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS thing (
  stream TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (stream, kind, id)
);
CREATE TABLE IF NOT EXISTS write (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, path TEXT NOT NULL, body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS alarmed (id TEXT PRIMARY KEY);
"""


class Store:
    """One SQLite file; every method is one transaction that has reached the disk when it returns."""

    def __init__(self, path: Path | str) -> None:
        """Raises ``StoreInUse``."""
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).touch(mode=0o600)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=1)
        try:
            for setting in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"):
                self._db.execute(f"PRAGMA {setting}")
            self._db.executescript(_TABLES)
        except sqlite3.OperationalError:
            self._db.close()
            raise StoreInUse(f"{path} is in use by another terminal") from None

    def close(self) -> None:
        self._db.close()

    def kept(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def keep(self, name: str, value: str | None) -> None:
        with self._transaction():
            self._db.execute("DELETE FROM kept WHERE name = ?", (name,))
            if value is not None:
                self._db.execute("INSERT INTO kept VALUES (?, ?)", (name, value))

    def cursor(self, stream: str) -> feed.Cursor:
        row = self._db.execute("SELECT epoch, q FROM cursor WHERE stream = ?", (stream,)).fetchone()
        return feed.Cursor(s=stream) if row is None else feed.Cursor(s=stream, e=row[0], q=row[1])

    def apply(self, changes: Iterable[feed.Change]) -> None:
        """Store what was told together with the place it was told at."""
        with self._transaction():
            for change in changes:
                self._write(change)

    def _write(self, change: feed.Change) -> None:
        if isinstance(change, feed.Replace):
            self._db.execute("DELETE FROM thing WHERE stream = ?", (change.stream,))
        things = change.things if isinstance(change, feed.Replace) else [change.thing]
        self._db.executemany(
            "INSERT OR REPLACE INTO thing VALUES (?, ?, ?, ?, ?)",
            [(change.stream, thing.k, str(thing.id), thing.v, bytes(thing.b)) for thing in things],
        )
        self._db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, ?)", (change.stream, change.epoch, change.q))

    def things(self, stream: str, kind: str) -> list[bytes]:
        """The bodies of a stream's things of one kind."""
        rows = self._db.execute("SELECT body FROM thing WHERE stream = ? AND kind = ? ORDER BY id", (stream, kind))
        return [row[0] for row in rows]

    def thing(self, stream: str, kind: str, id: UUID) -> bytes | None:
        row = self._db.execute(
            "SELECT body FROM thing WHERE stream = ? AND kind = ? AND id = ?", (stream, kind, str(id))
        ).fetchone()
        return None if row is None else row[0]

    def queue(self, id: UUID, path: str, body: bytes, *, alarmed: UUID | None = None) -> bool:
        """Put a write at the end of the queue; with ``alarmed`` only if that order has not rung here before."""
        with self._transaction():
            if alarmed is not None:
                first = self._db.execute("INSERT OR IGNORE INTO alarmed VALUES (?)", (str(alarmed),)).rowcount
                if not first:
                    return False
            self._db.execute("INSERT INTO write (id, path, body) VALUES (?, ?, ?)", (str(id), path, body))
            return True

    def next_write(self) -> Write | None:
        row = self._db.execute("SELECT number, id, path, body FROM write ORDER BY number LIMIT 1").fetchone()
        return None if row is None else Write(number=row[0], id=UUID(row[1]), path=row[2], body=row[3])

    def writes(self) -> int:
        """How many writes have not been answered."""
        return int(self._db.execute("SELECT count(*) FROM write").fetchone()[0])

    def answered(self, number: int) -> None:
        with self._transaction():
            self._db.execute("DELETE FROM write WHERE number = ?", (number,))

    def wipe(self) -> None:
        """Forget everything: the device has been withdrawn."""
        with self._transaction():
            for table in ("kept", "cursor", "thing", "write", "alarmed"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        self._db.execute("VACUUM")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


# --- what the terminal tells ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A thing has been stored as it is now."""

    stream: str
    kind: str
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The socket is up, or down and why."""

    up: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A write has been answered and has left the queue; ``error`` and ``message`` say why it was refused."""

    id: UUID
    path: str
    status: int
    error: str | None = None
    message: str | None = None


Happening = Told | Link | Answered


class SignInRefused(Exception):
    """The service does not know this login and password, or this token."""


class Withdrawn(Exception):
    """The service has withdrawn this device; everything on it has been wiped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Session:
    token: str
    streams: tuple[str, ...]


class _NoAnswer(Exception):
    """The service could not be asked: network trouble, or it is away."""


# --- the terminal ---------------------------------------------------------------------------------------------------


class Terminal:
    """One crew's device. Inside ``async with`` it keeps its orders up to date and sends what is queued, by itself.

    Iterate over it (``async for happening in terminal``) for what changes. The iteration ends by raising
    ``SignInRefused`` or ``Withdrawn`` when there is no use in going on.
    """

    def __init__(
        self,
        url: str,
        store: Store,
        *,
        login: str | None = None,
        password: str | None = None,
        token: str | None = None,
        device: str | None = None,
        language: str = "zh",
        profile: ProfileName = ProfileName.PHONE,
        chance: random.Random | None = None,
    ) -> None:
        """Raises ``OtherOwner`` when the store is somebody else's."""
        self.url, self.store, self.language = url.rstrip("/"), store, language
        self._login, self._password, self._token = login, password, token
        self._claim(f"{login or ''} {self.url}")
        self.device = device or store.kept("device") or f"terminal {uuid4()}"
        store.keep("device", self.device)
        self._profile = feed.PROFILES[profile]
        self._chance = chance or random.Random()  # noqa: S311 - spreads reconnects, guards nothing
        first_s, most_s = self._profile.retry_s
        self._back_off = feed.BackOff(first_s, most_s, self._chance)
        self._happenings: asyncio.Queue[Happening | BaseException] = asyncio.Queue()
        self._to_send = asyncio.Event()
        self._nudged = asyncio.Event()
        self._signing_in = asyncio.Lock()
        self._working: asyncio.Task[None] | None = None
        self.up = False

    def _claim(self, owner: str) -> None:
        before = self.store.kept("owner")
        if before is not None and before != owner:
            raise OtherOwner(f"the store belongs to {before}, not to {owner}")
        self.store.keep("owner", owner)

    async def __aenter__(self) -> Self:
        self._working = asyncio.create_task(self._work(), name="terminal")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._working is not None:
            self._working.cancel()
            with suppress(asyncio.CancelledError):
                await self._working

    def __aiter__(self) -> AsyncIterator[Happening]:
        return self

    async def __anext__(self) -> Happening:
        happening = await self._happenings.get()
        if isinstance(happening, BaseException):
            self._happenings.put_nowait(happening)
            raise happening
        return happening

    # --- orders and steps ---

    def orders(self, *, ended: bool = False) -> list[wire.Order]:
        """The stored orders, oldest first; only the open ones unless ``ended``."""
        bodies = [body for stream in self._own_streams for body in self.store.things(stream, "assignment")]
        orders = sorted((order_of(body) for body in bodies), key=lambda order: order.assigned_at)
        return [order for order in orders if ended or order.state not in ENDED]

    def order(self, id: UUID) -> wire.Order | None:
        for stream in self._own_streams:
            body = self.store.thing(stream, "assignment", id)
            if body is not None:
                return order_of(body)
        return None

    def step(self, order: UUID, step: Step, note: str | None = None, *, at: datetime | None = None) -> UUID:
        """Queue a step, durably, and return its id; it is sent as soon as the service can be reached."""
        return self._queue(order, step, note, at)

    def alarmed(self, order: UUID) -> None:
        """The order has been shown and has rung; told once, however often it is shown."""
        self._queue(order, Step.ALARMED, None, None, alarmed=order)

    def nudge(self) -> None:
        """Try now: somebody touches the device, or a network has come up."""
        self._nudged.set()
        self._to_send.set()

    def _queue(
        self, order: UUID, step: Step, note: str | None, at: datetime | None, alarmed: UUID | None = None
    ) -> UUID:
        write = wire.AssignmentStep(id=uuid4(), step=step, device_at=at or datetime.now(UTC), note=note)
        self.store.queue(write.id, f"/api/assignments/{order}/steps", msgspec.json.encode(write), alarmed=alarmed)
        self.nudge()
        return write.id

    @property
    def _own_streams(self) -> list[str]:
        kept = self.store.kept("streams")
        return [stream for stream in json.loads(kept or "[]") if stream.startswith("unit/")]

    @property
    def _idle(self) -> bool:
        return not self.store.writes() and not self.orders()

    # --- work ---

    async def _work(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow())
                group.create_task(self._send_writes())
        except* Exception as errors:
            self._happenings.put_nowait(errors.exceptions[0])

    async def _follow(self) -> None:
        """Keep a socket open; each time it closes, do what its code asks for."""
        while True:
            self._back_off.most_s = self._profile.retry_s[1] if self._idle else ACTIVE_RETRY_S
            try:
                session = await self._session()
            except _NoAnswer as trouble:
                self._tell_link(up=False, why=str(trouble))
                await self._wait(self._back_off.wait_s())
                continue
            talk = _Talk(self, session)
            await talk.run()
            self._tell_link(up=False, why=talk.why)
            await self._after(talk, session)

    async def _after(self, talk: _Talk, session: _Session) -> None:
        match feed.after_close(talk.code):
            case After.WIPE_AND_STOP:
                self.store.wipe()
                raise Withdrawn(talk.why or "the service has withdrawn this device")
            case After.SIGN_IN:
                self._forget(session)
                await self._wait(self._back_off.wait_s())
            case After.SOON:
                await self._wait(max(talk.drain_s, self._chance.uniform(0, 3)))
            case After.AT_ONCE if talk.welcomed:
                await self._wait(self._chance.uniform(0, self._profile.retry_s[0]))
            case _:
                await self._wait(self._back_off.wait_s())

    async def _wait(self, seconds: float) -> None:
        self._nudged.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._nudged.wait()

    def _tell_link(self, *, up: bool, why: str) -> None:
        if self.up != up or not up:
            self.up = up
            self._happenings.put_nowait(Link(up=up, why=why))

    def store_change(self, change: feed.Change) -> None:
        """Store what the feed told, then show it; in this order."""
        self.store.apply([change])
        for thing in change.things if isinstance(change, feed.Replace) else [change.thing]:
            self._happenings.put_nowait(Told(stream=change.stream, kind=thing.k, id=thing.id))

    # --- signing in ---

    async def _session(self) -> _Session:
        """The kept session, or a new one. Raises ``SignInRefused`` or ``_NoAnswer``."""
        async with self._signing_in:
            token, streams = self._token or self.store.kept("token"), self.store.kept("streams")
            if token is None:
                return await self._sign_in()
            if streams is None:
                answer = await self._ask("GET", "/api/session", token=token)
                streams = json.dumps(_refusal_or(answer, (200,))["streams"])
                self.store.keep("streams", streams)
            return _Session(token=token, streams=tuple(json.loads(streams)))

    async def _sign_in(self) -> _Session:
        if self._login is None or self._password is None:
            raise SignInRefused("the session is over, and there is no password to begin another")
        body = msgspec.json.encode(wire.LogIn(login=self._login, password=self._password))
        session = _refusal_or(await self._ask("POST", "/api/session", body), (200, 201))
        self.store.keep("streams", json.dumps(session["streams"]))
        self.store.keep("token", session["token"])
        return _Session(token=session["token"], streams=tuple(session["streams"]))

    def _forget(self, session: _Session) -> None:
        """The session's token opens nothing any more."""
        if session.token == self.store.kept("token"):
            self.store.keep("token", None)
        if session.token == self._token:
            self._token = None

    # --- writing ---

    async def _send_writes(self) -> None:
        """Send the queue in order; what was answered leaves it, whatever the answer was."""
        first_s, _ = self._profile.retry_s
        back_off = feed.BackOff(first_s, ACTIVE_RETRY_S, self._chance)
        while True:
            self._to_send.clear()
            write = self.store.next_write()
            if write is None:
                await self._to_send.wait()
                continue
            try:
                answered = await self._send(write)
            except _NoAnswer:
                answered = None
            if answered is None:
                with suppress(TimeoutError):
                    async with asyncio.timeout(back_off.wait_s()):
                        await self._to_send.wait()
                continue
            back_off.success()
            self.store.answered(write.number)
            self._happenings.put_nowait(answered)

    async def _send(self, write: Write) -> Answered | None:
        """None when it must be asked again with the same id."""
        session = await self._session()
        status, answer = await self._ask("POST", write.path, write.body, token=session.token)
        if status == 401:
            self._forget(session)
            return None
        if status >= 500 or status in ASK_AGAIN:
            return None
        if status < 300:
            return Answered(id=write.id, path=write.path, status=status)
        return Answered(
            id=write.id, path=write.path, status=status, error=answer.get("error"), message=answer.get("message")
        )

    async def _ask(
        self, method: str, path: str, body: bytes | None = None, token: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        headers = {
            "Accept-Language": self.language,
            "Content-Type": "application/json",
            "Device-Now": str(time_ns() // 1_000_000),
        }
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.url + path, data=body, headers=headers, method=method)  # noqa: S310
        return await asyncio.to_thread(_answer, request)


def _answer(request: urllib.request.Request) -> tuple[int, dict[str, Any]]:
    """Ask and wait. Raises ``_NoAnswer``."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=HTTP_S) as response:
            status, text = response.status, response.read()
    except urllib.error.HTTPError as refused:
        with refused:
            status, text = refused.code, refused.read()
    except (OSError, ValueError, urllib.error.URLError) as trouble:
        raise _NoAnswer(str(getattr(trouble, "reason", trouble))) from None
    try:
        answer = json.loads(text) if text else {}
    except ValueError:
        answer = {}
    return status, answer if isinstance(answer, dict) else {}


def _refusal_or(answer: tuple[int, dict[str, Any]], good: Sequence[int]) -> dict[str, Any]:
    status, body = answer
    if status in good:
        return body
    if status in (400, 401, 403):
        raise SignInRefused(body.get("message", f"the service answered {status}"))
    raise _NoAnswer(f"the service answered {status}")


def order_of(body: bytes) -> wire.Order:
    return msgspec.json.decode(body, type=wire.Order)


class _Talk:
    """One socket from hello to close, by the client's rule."""

    def __init__(self, terminal: Terminal, session: _Session) -> None:
        self._terminal, self._session = terminal, session
        self._copies = {stream: feed.Copy(terminal.store.cursor(stream)) for stream in session.streams}
        self._stored: set[str] = set()
        self._something_stored = asyncio.Event()
        self._silence_s = terminal._profile.silence_s
        self.welcomed = False
        self.drain_s = 0.0
        self.code: int | None = None
        self.why = ""

    async def run(self) -> None:
        """Returns when the socket is closed; ``code`` and ``why`` say how."""
        profile = self._terminal._profile
        try:
            async with connect(
                self._terminal.url.replace("http", "ws", 1) + f"/feed?profile={profile.name}",
                subprotocols=[Subprotocol(feed.SUBPROTOCOL)],
                open_timeout=profile.hello_s,
                ping_interval=None,
                close_timeout=2,
                compression=None,
                max_size=4 * feed.LONGEST_OUT,
                proxy=None,
            ) as socket:
                await self._talk(socket)
        except (OSError, TimeoutError, WebSocketException, ssl.SSLError) as trouble:
            self.why = self.why or str(trouble)

    async def _talk(self, socket: ClientConnection) -> None:
        chores: list[asyncio.Task[None]] = []
        try:
            await socket.send(feed.encode(self._hello()).decode())
            async with asyncio.TaskGroup() as group:
                chores = [group.create_task(self._beat(socket)), group.create_task(self._acknowledge(socket))]
                await self._listen(socket, group, chores)
                for chore in chores:
                    chore.cancel()
        except* ConnectionClosed:
            pass
        self.code = self.code or socket.close_code
        self.why = self.why or f"{socket.close_code} {socket.close_reason or ''}".strip()

    def _hello(self) -> feed.Hello:
        store = self._terminal.store
        return feed.Hello(
            v=1,
            device=self._terminal.device,
            profile=self._terminal._profile.name,
            now=time_ns() // 1_000_000,
            app="rescue-circle terminal",
            token=self._session.token,
            subs=[store.cursor(stream) for stream in self._session.streams],
        )

    async def _listen(
        self, socket: ClientConnection, group: asyncio.TaskGroup, chores: list[asyncio.Task[None]]
    ) -> None:
        while True:
            try:
                async with asyncio.timeout(self._silence_s):
                    text = await socket.recv()
            except TimeoutError:
                await self._close(socket, Close.SLOW_OR_SILENT, "the service is silent")
                return
            except ConnectionClosed:
                return
            try:
                frame = feed.server_frame(text)
                if frame is not None:
                    self._take(frame)
            except feed.Gap as gap:
                await self._close(socket, Close.GAP_OR_REPLACED, str(gap), then=Close.SLOW_OR_SILENT)
                return
            except feed.Malformed as bad:
                await self._close(socket, Close.MALFORMED, str(bad))
                return
            if isinstance(frame, feed.Drain):
                self.drain_s = self._terminal._chance.uniform(0, frame.in_ms / 1000)
                chores.append(group.create_task(self._leave(socket)))

    def _take(self, frame: feed.ServerFrame) -> None:
        match frame:
            case feed.Welcome():
                self.welcomed = True
                self._terminal._back_off.success()
                self._terminal._tell_link(up=True, why="")
            case feed.Sub() | feed.Snap() | feed.Event():
                copy = self._copies.get(frame.s)
                change = None if copy is None else copy.take(frame)
                if change is not None:
                    self._terminal.store_change(change)
                    self._stored.add(change.stream)
                    self._something_stored.set()
            case feed.Refusal():
                self._terminal._tell_link(up=True, why=f"{frame.error} {frame.message}")
            case _:
                pass

    async def _acknowledge(self, socket: ClientConnection) -> None:
        """Say what is stored, as it is stored, but not for every event of a long resume."""
        while True:
            await self._something_stored.wait()
            self._something_stored.clear()
            streams, self._stored = self._stored, set()
            for stream in streams:
                cursor = self._terminal.store.cursor(stream)
                await socket.send(feed.encode(feed.Ack(s=cursor.s, e=cursor.e, q=cursor.q)).decode())
            await asyncio.sleep(ACK_EVERY_S)

    async def _beat(self, socket: ClientConnection) -> None:
        n = 0
        while True:
            await asyncio.sleep(self._terminal._profile.beat_s)
            n += 1
            await socket.send(feed.encode(feed.Beat(n=n, now=time_ns() // 1_000_000)).decode())

    async def _leave(self, socket: ClientConnection) -> None:
        """Come back at a moment of our own, before the service ends."""
        await asyncio.sleep(self.drain_s)
        self.drain_s = 0.0
        await self._close(socket, Close.BYE, "drained", then=Close.SLOW_OR_SILENT)

    async def _close(self, socket: ClientConnection, code: Close, why: str, then: Close | None = None) -> None:
        """Close, and go on as if the service had closed with ``then``."""
        self.code, self.why = int(then or Close.BUG), why
        await socket.close(code, why[:100])


# --- the command ----------------------------------------------------------------------------------------------------


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the service (http://127.0.0.1:8000)")
    parser.add_argument("--login", required=True, help="such as crew-G4-2")
    parser.add_argument("--password", help="else DISPATCH_PASSWORD, else it is asked for")
    parser.add_argument("--store", type=Path, help="file for orders and what is still to be sent (one per login)")
    parser.add_argument("--language", choices=("zh", "en"), default="zh", help="of what is shown (zh)")


def run(args: argparse.Namespace) -> int:
    """Show orders as they come and take what the crew types, until told to quit."""
    path = args.store or _state_folder() / f"{args.login}.sqlite"
    try:
        store = Store(path)
    except StoreInUse as error:
        print(error, file=sys.stderr)
        return 1
    try:
        password = args.password or os.environ.get("DISPATCH_PASSWORD")
        if password is None and store.kept("token") is None:
            password = getpass.getpass(said(("密码: ", "Password: "), args.language))
        return asyncio.run(_show(store, args.url, args.login, password, args.language))
    except (SignInRefused, Withdrawn, OtherOwner) as error:
        print(error, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):
        return 0
    finally:
        store.close()


def _state_folder() -> Path:
    root = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(root) / "rescue-circle"


async def _show(store: Store, url: str, login: str, password: str | None, language: str) -> int:
    async with Terminal(url, store, login=login, password=password, language=language) as terminal:
        screen = _Screen(terminal, language, print)
        showing = asyncio.create_task(screen.show())
        typing = asyncio.create_task(screen.take())
        done, waiting = await asyncio.wait({showing, typing}, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for task in done:
            task.result()
    return 0


class _Screen:
    """Lines out for what happens, lines in for what the crew does."""

    def __init__(self, terminal: Terminal, language: str, out: Callable[[str], None]) -> None:
        self._terminal, self._language, self._out = terminal, language, out

    def _say(self, zh: str, en: str) -> None:
        self._out(said((zh, en), self._language))

    async def show(self) -> None:
        for order in self._terminal.orders():
            self._show_order(order)
        async for happening in self._terminal:
            match happening:
                case Link(up=True, why=""):
                    self._say("— 已连接", "— connected")
                case Link(up=up, why=why):
                    self._say(
                        f"— {'连接' if up else '连接中断，自动重连'}: {why}", f"— {'link' if up else 'offline'}: {why}"
                    )
                case Told(kind="assignment", id=id):
                    known = self._terminal.order(id)
                    if known is not None:
                        self._show_order(known)
                case Answered(status=status, message=message) if status >= 300:
                    self._say(f"✗ 未被接受: {message or status}", f"✗ refused: {message or status}")
                case _:
                    pass

    def _show_order(self, order: wire.Order) -> None:
        new = order.alarmed_at is None and order.state not in ENDED
        bell = "\a" if new and order.acknowledged_at is None else ""
        head, *rest = order_words.order_lines(order, self._language)
        self._out("\n".join([f"{bell}■ {head}", *(f"  {line}" for line in rest)]))
        if new:
            self._terminal.alarmed(order.id)

    async def take(self) -> None:
        async with _lines() as lines:
            async for line in lines:
                self._terminal.nudge()
                try:
                    meaning = order_words.typed(line)
                except order_words.NotUnderstood as word:
                    self._say(f"不明白“{word}”，输入 ? 查看命令", f"{word} is no command; ? shows them")
                    continue
                if meaning is Word.QUIT:
                    return
                self._do(meaning)

    def _do(self, meaning: Typed | Word | None) -> None:
        match meaning:
            case Word.HELP:
                self._out("\n".join(order_words.help_lines(self._language)))
            case Word.ORDERS:
                orders = self._terminal.orders()
                for order in orders:
                    self._show_order(order)
                if not orders:
                    self._say("目前没有派警", "no orders")
            case Typed(step=step, number=number, note=note):
                meant = order_words.chosen(self._terminal.orders(ended=True), number)
                if meant is None:
                    self._say("没有这样的派警", "there is no such order")
                    return
                self._terminal.step(meant.id, step, note)
                words = said(order_words.STEPS[step], self._language)
                self._say(f"→ {meant.incident_number} 号: {words}", f"→ #{meant.incident_number}: {words}")
            case _:
                pass


@asynccontextmanager
async def _lines() -> AsyncIterator[AsyncIterator[str]]:
    """Lines of standard input as they are typed; at its end, none ever more, so that an unwatched terminal goes on."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

    async def lines() -> AsyncIterator[str]:
        while line := await reader.readline():
            yield line.decode(errors="replace")
        await asyncio.Event().wait()

    try:
        yield lines()
    finally:
        transport.close()
