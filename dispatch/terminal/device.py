"""A crew's device: it keeps its orders up to date and sends what the crew does, by itself, through any network."""

import asyncio
import http.client
import json
import random
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, cast
from uuid import UUID, uuid4

import msgspec

from dispatch import feed
from dispatch.assignment import ENDED, Step
from dispatch.feed import After, ProfileName
from dispatch.server import wire
from dispatch.terminal.store import OtherOwner, Store, Write
from dispatch.terminal.talk import Talk

HTTP_S = 20.0
ACTIVE_RETRY_S = 5.0
"""The longest wait between tries while there is an order or something to send; an idle phone may wait longer."""

STEADY_S = 5.0
"""A socket that lasted so long was no accident: the waits begin afresh."""

ASK_AGAIN = frozenset({408, 425, 429})

MOST_POSITIONS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A thing has been stored as it is now, or is in its stream no longer and has been forgotten."""

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


class NoAnswer(Exception):
    """The service could not be asked: network trouble, or it is away."""


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
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """``clock`` is the device's own, right or wrong. Raises ``OtherOwner`` when the store is somebody else's."""
        self.url, self.store, self.language = url.rstrip("/"), store, language
        self._login, self._password, self._token = login, password, token
        self._claim(f"{login or ''} {self.url}")
        self.device = device or store.kept("device") or f"terminal {uuid4()}"
        store.keep("device", self.device)
        self._profile = feed.PROFILES[profile]
        self._chance = chance or random.Random()  # noqa: S311 - spreads reconnects, guards nothing
        self._clock = clock or partial(datetime.now, UTC)
        first_s, most_s = self._profile.retry_s
        self._back_off = feed.BackOff(first_s, most_s, self._chance)
        self._happenings: asyncio.Queue[Happening | BaseException] = asyncio.Queue()
        self._to_send = asyncio.Event()
        self._positions: list[wire.NewPosition] = []
        self._moved = asyncio.Event()
        self._ahead_ms = 0
        self._nudged = asyncio.Event()
        self._signing_in = asyncio.Lock()
        self._working: asyncio.Task[None] | None = None
        self._link: Link | None = None

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
        orders = [order for body in bodies if (order := _order(body)) is not None]
        orders.sort(key=lambda order: order.assigned_at)
        return [order for order in orders if ended or order.state not in ENDED]

    def order(self, id: UUID) -> wire.Order | None:
        """The order as stored; None also for one that this version cannot read."""
        for stream in self._own_streams:
            body = self.store.thing(stream, "assignment", id)
            if body is not None:
                return _order(body)
        return None

    def step(self, order: UUID, step: Step, note: str | None = None, *, at: datetime | None = None) -> UUID:
        """Queue a step, durably, and return its id; it is sent as soon as the service can be reached."""
        return self._queue(order, step, note, at)

    def alarmed(self, order: UUID) -> None:
        """The order has been shown and has rung; told once, however often it is shown."""
        self._queue(order, Step.ALARMED, None, None, alarmed=order)

    def stand(self, *, available: bool = True, at_post: bool = False, reason: str | None = None) -> UUID:
        """Queue, durably, whether the unit can be sent, or that it is back at its post."""
        write = wire.NewAvailability(id=uuid4(), available=available, at_post=at_post, reason=reason)
        self.store.queue(write.id, f"/api/units/{self._unit}/availability", msgspec.json.encode(write))
        self.nudge()
        return write.id

    def position(self, lon: float, lat: float, *, accuracy_m: float | None = None, at: datetime | None = None) -> None:
        """Where the device is (WGS-84). Told when there is a network, many at once.

        Kept in memory only, and the oldest are let go of after a long time without: the next one comes by itself.
        """
        at = at or self._clock()
        fix = wire.NewPosition(lon=lon, lat=lat, datum="WGS84", device_at=at, source="device", accuracy_m=accuracy_m)
        self._positions = [*self._positions, fix][-MOST_POSITIONS:]
        self._moved.set()

    # --- what else can be asked ---

    def now(self) -> datetime:
        """The service's time as this device knows it: its own clock, corrected by what the service last told."""
        return self._clock() + timedelta(milliseconds=self._ahead_ms)

    @property
    def session(self) -> UUID | None:
        """The id of the session, as the service lists it; None before the first sign-in."""
        kept = self.store.kept("session")
        return None if kept is None else UUID(kept)

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        """Ask the service now, signing in if need be: the status and the answer.

        For what is only of use at once; what must not be lost is queued (``step``, ``stand``). Raises ``NoAnswer``
        when the service cannot be reached, ``SignInRefused``.
        """
        encoded = None if body is None else msgspec.json.encode(body)
        for _ in range(2):
            session = await self._session()
            status, answer = await self._ask(method, path, encoded, session.token)
            if status != HTTPStatus.UNAUTHORIZED:
                break
            self._forget(session)
        return status, answer

    async def sign_out(self) -> None:
        """End the session at the service, after the block, if it can be reached; orders and queue stay."""
        token = self._token or self.store.kept("token")
        if token is None:
            return
        with suppress(NoAnswer):
            await self._ask("DELETE", "/api/session", token=token)
        self.store.keep("token", None)

    def nudge(self) -> None:
        """Try now: somebody touches the device, or a network has come up."""
        self._nudged.set()
        self._to_send.set()

    def _queue(
        self, order: UUID, step: Step, note: str | None, at: datetime | None, alarmed: UUID | None = None
    ) -> UUID:
        write = wire.AssignmentStep(id=uuid4(), step=step, device_at=at or self._clock(), note=note)
        self.store.queue(write.id, f"/api/assignments/{order}/steps", msgspec.json.encode(write), alarmed=alarmed)
        self.nudge()
        return write.id

    @property
    def _unit(self) -> str:
        """The id of the crew's unit. Raises ``LookupError`` for a seat that has none, or before the first sign-in."""
        for stream in self._own_streams:
            return stream.removeprefix("unit/")
        raise LookupError("this seat has no unit, or has not signed in yet")

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
                group.create_task(self._send_positions())
        except* Exception as errors:
            self._happenings.put_nowait(_first(errors))

    async def _follow(self) -> None:
        """Keep a socket open; each time it closes, do what its code asks for."""
        while True:
            self._back_off.most_s = self._profile.retry_s[1] if self._idle else ACTIVE_RETRY_S
            try:
                session = await self._session()
            except NoAnswer as trouble:
                self._tell_link(up=False, why=str(trouble))
                await self._wait(self._back_off.wait_s())
                continue
            talk = Talk(
                self.store,
                url=self.url,
                token=session.token,
                streams=session.streams,
                device=self.device,
                profile=self._profile,
                chance=self._chance,
                stored=self._tell_stored,
                up=lambda why: self._tell_link(up=True, why=why),
                clock_ms=self._clock_ms,
                service_clock=self._set_clock,
            )
            await talk.run()
            self._tell_link(up=False, why=talk.why)
            await self._after(talk, session)

    async def _after(self, talk: Talk, session: _Session) -> None:
        steady = talk.lasted_s >= STEADY_S
        if steady:
            self._back_off.success()
        match feed.after_close(talk.code):
            case After.WIPE_AND_STOP:
                self.store.wipe()
                raise Withdrawn(talk.why)
            case After.SIGN_IN:
                self._forget(session)
                await self._wait(self._back_off.wait_s())
            case After.SOON:
                await self._wait(max(talk.drain_s, self._chance.uniform(0, 3)))
            case After.AT_ONCE if steady:
                pass
            case _:
                await self._wait(self._back_off.wait_s())

    async def _wait(self, seconds: float) -> None:
        self._nudged.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._nudged.wait()

    def _clock_ms(self) -> int:
        return int(self._clock().timestamp() * 1000)

    def _set_clock(self, service_ms: int) -> None:
        self._ahead_ms = service_ms - self._clock_ms()

    def _tell_link(self, *, up: bool, why: str) -> None:
        link = Link(up=up, why=why)
        if link != self._link:
            self._link = link
            self._happenings.put_nowait(link)

    def _tell_stored(self, change: feed.Change) -> None:
        match change:
            case feed.Replace():
                named = [(thing.k, thing.id) for thing in change.things]
            case feed.Apply():
                named = [(change.thing.k, change.thing.id)]
            case feed.Remove():
                named = [(change.kind, change.id)]
        for kind, id in named:
            self._happenings.put_nowait(Told(stream=change.stream, kind=kind, id=id))

    # --- signing in ---

    async def _session(self) -> _Session:
        """The kept session, or a new one. Raises ``SignInRefused`` or ``NoAnswer``."""
        async with self._signing_in:
            token, streams = self._token or self.store.kept("token"), self.store.kept("streams")
            if token is None:
                return await self._sign_in()
            if streams is None:
                answer = await self._ask("GET", "/api/session", token=token)
                told = _refusal_or(answer, (200,))
                streams = json.dumps(told["streams"])
                self.store.keep("streams", streams)
                self.store.keep("session", told["id"])
            return _Session(token=token, streams=tuple(json.loads(streams)))

    async def _sign_in(self) -> _Session:
        if self._login is None or self._password is None:
            raise SignInRefused("the session is over, and there is no password to begin another")
        body = msgspec.json.encode(wire.LogIn(login=self._login, password=self._password))
        session = _refusal_or(await self._ask("POST", "/api/session", body), (200, 201))
        self.store.keep("streams", json.dumps(session["streams"]))
        self.store.keep("session", session["id"])
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
            except NoAnswer:
                answered = None
            if answered is None:
                with suppress(TimeoutError):
                    async with asyncio.timeout(back_off.wait_s()):
                        await self._to_send.wait()
                continue
            back_off.success()
            self.store.answered(write.number)
            self._happenings.put_nowait(answered)

    async def _send_positions(self) -> None:
        """Tell where the device has been; what could not be told waits for the next try."""
        back_off = feed.BackOff(self._profile.retry_s[0], ACTIVE_RETRY_S, self._chance)
        while True:
            await self._moved.wait()
            self._moved.clear()
            untold, self._positions = self._positions, []
            try:
                session = await self._session()
                status, _ = await self._ask(
                    "POST", f"/api/units/{self._unit}/positions", msgspec.json.encode(untold), session.token
                )
                if status == HTTPStatus.UNAUTHORIZED:
                    self._forget(session)
                if status >= 500 or status in ASK_AGAIN or status == HTTPStatus.UNAUTHORIZED:
                    raise NoAnswer(f"the service answered {status}")
            except NoAnswer:
                self._positions = [*untold, *self._positions][-MOST_POSITIONS:]
                await asyncio.sleep(back_off.wait_s())
                self._moved.set()
                continue
            back_off.success()

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
            "Device-Now": str(self._clock_ms()),
        }
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.url + path, data=body, headers=headers, method=method)  # noqa: S310
        return await asyncio.to_thread(_answer, request)


def _answer(request: urllib.request.Request) -> tuple[int, dict[str, Any]]:
    """Ask and wait. Raises ``NoAnswer``."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with _answered(opener, request) as response:
            status, text = response.status, response.read()
    except (OSError, ValueError, http.client.HTTPException) as trouble:
        raise NoAnswer(str(getattr(trouble, "reason", trouble))) from None
    try:
        answer = json.loads(text) if text else {}
    except ValueError:
        answer = {}
    return status, answer if isinstance(answer, dict) else {}


def _answered(opener: urllib.request.OpenerDirector, request: urllib.request.Request) -> http.client.HTTPResponse:
    """The answer, also where it is a refusal."""
    try:
        return cast(http.client.HTTPResponse, opener.open(request, timeout=HTTP_S))
    except urllib.error.HTTPError as refused:
        return cast(http.client.HTTPResponse, refused)


def _refusal_or(answer: tuple[int, dict[str, Any]], good: Sequence[int]) -> dict[str, Any]:
    status, body = answer
    if status in good:
        return body
    if status in (400, 401, 403):
        raise SignInRefused(body.get("message", f"the service answered {status}"))
    raise NoAnswer(f"the service answered {status}")


def _order(body: bytes) -> wire.Order | None:
    try:
        return msgspec.json.decode(body, type=wire.Order)
    except msgspec.ValidationError:
        return None


def _first(errors: BaseExceptionGroup[Exception]) -> BaseException:
    first: BaseException = errors
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first
