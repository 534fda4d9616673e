"""Who goes on whatever breaks: callers, operators who race each other, crews who answer, decline or go dark."""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from random import Random
from time import time
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec

from bench.faults.record import Record, RecordedStore
from bench.served import PASSWORD
from dispatch import feed
from dispatch.assignment import Step
from dispatch.feed import ProfileName
from dispatch.terminal import Answered, Terminal, Told

ANSWER_S = 6.0
LEFT_OPEN, LEFT_OPEN_OF_FIRST = 20, 600
"""One in so many of the first so many incidents is left as it is: some are open, and some waiting, at the end."""

SILENT = ("5", "6")
"""The last figure of the crews whose first order nobody hears of, so that there is somebody to chase in every run."""

TWICE = 0.15
"""How often a write is sent twice at once, as by a proxy that repeats it."""


@dataclass(slots=True)
class Pace:
    """How quickly people act, in seconds, and how often they do not do what is expected of them."""

    step_s: float = 0.4
    look_s: float = 0.3
    dark_s: tuple[float, float] = (6.0, 20.0)
    decline: float = 0.08
    go_dark: float = 0.05
    cancel: float = 0.03
    race: float = 0.4
    sent_automatically: float = 0.7
    further: float = 0.1
    """How often a call is of an incident that is known."""
    silent_s: float = 34.0
    """So long do some crews (`SILENT`) not hear of their first order."""
    patience_s: float = 32.0
    """So long do operators wait before they look after an order that nobody has answered: its ladder comes first."""


@dataclass(slots=True)
class Scene:
    """What all who take part share: where the service is, what is being written down, and how things stand."""

    url: str
    folder: Path
    record: Record
    seed: int
    pace: Pace = field(default_factory=Pace)
    calling: bool = True
    """Whether there are still new reports."""

    going_on: bool = True
    """Whether faults go on; afterwards nobody goes dark any more, so that everything comes to its end."""

    called: int = 0
    tokens: dict[str, str] = field(default_factory=dict)
    """Of the sessions that are there from the start, by login."""

    def chance(self, name: str) -> Random:
        return Random(f"{self.seed} {name}")  # noqa: S311 - plays, guards nothing


# --- writing over HTTP ---


class Desk:
    """A signed-in program that asks again with the same id until it is answered."""

    def __init__(self, scene: Scene, name: str, login: str) -> None:
        self._scene, self.name, self._login = scene, name, login
        self._chance = scene.chance(name)
        self._client = httpx.AsyncClient(base_url=scene.url, timeout=ANSWER_S)
        self.token = scene.tokens.get(login)

    async def close(self) -> None:
        await self._client.aclose()

    async def sign_in(self) -> None:
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await self._client.post("/api/session", json={"login": self._login, "password": PASSWORD})
                if answer.status_code == httpx.codes.CREATED:
                    self.token = answer.json()["token"]
                    return
            await asyncio.sleep(0.5)

    async def streams(self) -> list[str]:
        """The streams that this login would read."""
        while True:
            with contextlib.suppress(httpx.HTTPError):
                answer = await self._client.get("/api/session", headers={"authorization": f"Bearer {self.token}"})
                found: list[str] = answer.raise_for_status().json()["streams"]
                return found
            await asyncio.sleep(0.5)

    async def write(self, path: str, **body: Any) -> tuple[int, Any]:
        """Send until answered; the status and the answer."""
        body = {"id": str(uuid4()), **body}
        self._scene.record.put("sent", client=self.name, id=body["id"], path=path, body=body)
        if self._chance.random() < TWICE:
            async with asyncio.TaskGroup() as group:
                both = [group.create_task(self._until_answered(path, body)) for _ in range(2)]
            first, second = (each.result() for each in both)
            return min(first, second, key=lambda each: each[0])
        return await self._until_answered(path, body)

    async def _until_answered(self, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        while True:
            try:
                answer = await self._client.post(path, json=body, headers={"authorization": f"Bearer {self.token}"})
            except httpx.TransportError as broken:
                status, told = 0, {"error": type(broken).__name__}
            else:
                status, told = answer.status_code, _json(answer)
            error = told.get("error") if status >= 300 or status == 0 else None
            self._scene.record.put("answer", client=self.name, id=body["id"], path=path, status=status, error=error)
            if status == HTTPStatus.UNAUTHORIZED:
                await self.sign_in()
            elif 0 < status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.TOO_MANY_REQUESTS:
                return status, told
            await asyncio.sleep(self._chance.uniform(0.1, 1.0))


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


# --- who calls ---


def left_open(number: int) -> bool:
    """Whether nobody looks after the incident of this number."""
    return number % LEFT_OPEN == 0 and number <= LEFT_OPEN_OF_FIRST


async def call(scene: Scene, desk: Desk, console: "Console", places: list[str], *, most_open: int) -> None:
    """Report one incident after the other, as long as no more than so many are open."""
    chance = scene.chance(desk.name)
    while scene.calling:
        if sum(not left_open(each["number"]) for each in console.open.values()) >= most_open:
            await asyncio.sleep(0.2)
            continue
        known = [each["id"] for each in console.open.values() if not left_open(each["number"])]
        if known and chance.random() < scene.pace.further:
            told = {"incident": chance.choice(known), "channel": "phone", "note": "another call about it"}
            await desk.write("/api/reports", **told)
            continue
        scene.called += 1
        what: dict[str, Any] = {"type": chance.choice(("TRA-SP", "MON-BT", "MED-HT")), "channel": "phone"}
        what["location"] = {"place": chance.choice(places)}
        if chance.random() < scene.pace.sent_automatically:
            what["assign"] = "auto"
        if chance.random() < 0.5:
            what["caller"] = {"name": "游客", "phone": f"138{chance.randrange(10**8):08}"}
        await desk.write("/api/incidents", **what)
        await asyncio.sleep(chance.uniform(0, scene.pace.look_s))


# --- who reads ---


class Console:
    """An operator's screen: the product's own reader of the feed, and what it shows that somebody could act on."""

    def __init__(self, scene: Scene, name: str, login: str) -> None:
        self.store = RecordedStore(":memory:", scene.record, name)
        self.store.keep("token", scene.tokens[login])
        self._terminal = Terminal(
            scene.url,
            self.store,
            login=login,
            password=PASSWORD,
            device=name,
            profile=ProfileName.CONSOLE,
            chance=scene.chance(name),
        )
        self.name = name
        self.open: dict[str, dict[str, Any]] = {}
        self.free: dict[str, str] = {}
        self.out: dict[str, dict[str, Any]] = {}
        self.since: dict[str, float] = {}
        self.helped: set[str] = set()

    async def follow(self) -> None:
        async with self._terminal as happenings:
            async for happening in happenings:
                if isinstance(happening, Told):
                    self._see(happening)

    def _see(self, told: Told) -> None:
        raw = self.store.thing(told.stream, told.kind, told.id)
        if raw is None:
            return
        body, name = msgspec.json.decode(raw), str(told.id)
        match told.kind:
            case "incident":
                _keep(self.open, name, body, body["status"] == "open")
            case "unit":
                _keep(self.free, name, body["code"], body["state"] == "free")
            case "assignment":
                _keep(self.out, name, body, body["ended_at"] is None)
                self.since.setdefault(name, time())
                if body["state"] == "cleared":
                    self.helped.add(body["incident"])


def _keep(of: dict[str, Any], name: str, value: Any, wanted: bool) -> None:
    if wanted:
        of[name] = value
    else:
        of.pop(name, None)


async def operate(scene: Scene, desk: Desk, console: Console, number: int, of: int) -> None:
    """Send whoever is free to who waits, racing the others for the same unit; call off; close what is done."""
    chance, pace = scene.chance(desk.name), scene.pace
    tried: dict[str, float] = {}
    while True:
        await asyncio.sleep(chance.uniform(0.5, 1.5) * pace.look_s)
        for incident in chance.sample(list(console.open.values()), len(console.open)):
            mine = incident["number"] % of == number or chance.random() < pace.race
            if not mine or left_open(incident["number"]) or tried.get(incident["id"], 0) > time():
                continue
            tried[incident["id"]] = time() + (2.0 if scene.going_on else 1.0)
            await _look_after(scene, desk, console, incident, chance)
            break


async def _look_after(scene: Scene, desk: Desk, console: Console, incident: Mapping[str, Any], chance: Random) -> None:
    path, orders = f"/api/incidents/{incident['id']}", _orders(console, incident["id"])
    if orders:
        if scene.going_on and chance.random() < scene.pace.cancel:
            await desk.write(f"{path}/steps", step="cancel", note="nobody was there")
        else:
            await _chase(scene, desk, console, orders, chance)
    elif incident["id"] in console.helped:
        await desk.write(f"{path}/steps", step="close")
    elif console.free:
        # All look for the same one first, so that they meet.
        codes = sorted(console.free.values())
        unit = codes[0] if chance.random() < scene.pace.race else chance.choice(codes)
        await desk.write(f"{path}/assignments", unit=unit, reason="the first that is free")


async def _chase(scene: Scene, desk: Desk, console: Console, orders: list[dict[str, Any]], chance: Random) -> None:
    """Whoever has not answered for long is asked by radio, or another is sent."""
    for order in orders:
        waited = order["alarmed_at"] is None and time() - console.since[order["id"]] > scene.pace.patience_s
        if order["state"] == "assigned" and waited and chance.random() < 0.2:
            how = chance.choice(("acknowledge", "revoke"))
            await desk.write(f"/api/assignments/{order['id']}/steps", step=how, channel="radio")
        elif order["state"] != "assigned" and chance.random() < 0.02:
            await desk.write(f"/api/assignments/{order['id']}/steps", step="note", note="radio check", channel="radio")


def _orders(console: Console, incident: str) -> list[dict[str, Any]]:
    return [each for each in list(console.out.values()) if each["incident"] == incident]


class Twin:
    """A reader over plain HTTP, for networks that break websockets."""

    def __init__(self, scene: Scene, name: str, login: str) -> None:
        self.store = RecordedStore(":memory:", scene.record, name)
        self.name = name
        self._desk = Desk(scene, name, login)
        self._scene = scene

    async def follow(self, *, wait_s: float = 3.0) -> None:
        streams = await self._desk.streams()
        self.store.keep("streams", json.dumps(streams))
        async with httpx.AsyncClient(base_url=self._scene.url, timeout=wait_s + ANSWER_S) as client:
            while True:
                for stream in streams:
                    await read_on(client, self._desk.token, self.store, stream, wait_s=wait_s / 3)


async def read_on(
    client: httpx.AsyncClient, token: str | None, store: RecordedStore, stream: str, *, wait_s: float = 0
) -> bool:
    """Read what follows the stored cursor, once; whether there was anything."""
    cursor = store.cursor(stream)
    asked: dict[str, Any] = {"e": cursor.e, "q": cursor.q, "wait": wait_s}
    try:
        answer = await client.get(f"/api/streams/{stream}", params=asked, headers={"authorization": f"Bearer {token}"})
        answer.raise_for_status()
    except httpx.HTTPError:
        await asyncio.sleep(0.3)
        return True
    frames = msgspec.json.decode(answer.content, type=feed.Frames).items
    copy = feed.Copy(cursor)
    changes = [change for frame in frames if (change := copy.take(frame)) is not None]
    store.apply(changes)
    return bool(changes)


# --- who goes ---


class Crew:
    """A crew with its own device, whose clock may be minutes off, and which may be killed at any moment."""

    def __init__(self, scene: Scene, login: str) -> None:
        self._scene, self.name = scene, login
        self._chance = scene.chance(login)
        self._path = scene.folder / f"{login}.sqlite"
        self._off = timedelta(seconds=self._chance.choice((0, 0, 1, -1)) * self._chance.uniform(60, 900))
        self._away_s = 0.0
        self.store = self._open()
        self.store.keep("token", scene.tokens[login])
        self._killed = asyncio.Event()
        self._under_way: dict[UUID, asyncio.Task[None]] = {}
        self._unheard: tuple[UUID, float] | None = None

    def _open(self) -> RecordedStore:
        return RecordedStore(self._path, self._scene.record, self.name)

    def kill(self, away_s: float) -> None:
        """The app dies where it stands, and is started again after that time."""
        self._away_s = away_s
        self._killed.set()

    async def serve(self) -> None:
        while True:
            self._killed.clear()
            working = asyncio.create_task(self._work())
            dying = asyncio.create_task(self._killed.wait())
            try:
                await asyncio.wait({working, dying}, return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    working.result()
            finally:
                for task in (working, dying, *self._under_way.values()):
                    task.cancel()
                await asyncio.gather(working, dying, *self._under_way.values(), return_exceptions=True)
                self._under_way.clear()
            self.store.close()
            self.store = self._open()
            await asyncio.sleep(self._away_s)

    async def _work(self) -> None:
        terminal = Terminal(
            self._scene.url,
            self.store,
            login=self.name,
            password=PASSWORD,
            profile=ProfileName.PHONE,
            chance=self._chance,
            clock=lambda: datetime.now(UTC) + self._off,
        )
        async with terminal as happenings:
            for order in terminal.orders():
                self._begin(terminal, order.id)
            async for happening in happenings:
                if isinstance(happening, Answered):
                    self._scene.record.put(
                        "answer",
                        client=self.name,
                        id=happening.id,
                        path=happening.path,
                        status=happening.status,
                        error=happening.error,
                    )
                elif isinstance(happening, Told) and happening.kind == "assignment":
                    self._begin(terminal, happening.id)

    def _begin(self, terminal: Terminal, order: UUID) -> None:
        known = terminal.order(order)
        if order in self._under_way or known is None or known.ended_at is not None:
            return
        self._under_way[order] = asyncio.create_task(self._carry_out(terminal, order))

    async def _carry_out(self, terminal: Terminal, order: UUID) -> None:
        chance, pace = self._chance, self._scene.pace
        if self._unheard is None and self.name.endswith(SILENT):
            self._unheard = order, time() + pace.silent_s
        if self._unheard is not None and self._unheard[0] == order:
            await asyncio.sleep(max(self._unheard[1] - time(), 0.0))
        if self._scene.going_on and chance.random() < pace.go_dark:
            await asyncio.sleep(chance.uniform(*pace.dark_s))
        terminal.alarmed(order)
        await asyncio.sleep(chance.uniform(0.5, 1.5) * pace.step_s)
        if chance.random() < pace.decline:
            terminal.step(order, Step.DECLINE, "nobody here who could")
            return
        steps = [Step.ACKNOWLEDGE, Step.EN_ROUTE, Step.AT_PATIENT, Step.CLEAR]
        if chance.random() < 0.5:
            steps.remove(Step.EN_ROUTE)
        if chance.random() < 0.1:
            steps.insert(-1, Step.NEED_HELP)
        for step in steps:
            known = terminal.order(order)
            if known is None or known.ended_at is not None:
                return
            terminal.step(order, step)
            if self._scene.going_on and chance.random() < pace.go_dark / 4:
                await asyncio.sleep(chance.uniform(*pace.dark_s))
            await asyncio.sleep(chance.uniform(0.5, 1.5) * pace.step_s)
