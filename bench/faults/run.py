"""One run from the first server's start to the record that the checker reads."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from bench.faults import harm
from bench.faults.people import (
    LEFT_OPEN,
    LEFT_OPEN_OF_FIRST,
    Console,
    Crew,
    Desk,
    Pace,
    Scene,
    Twin,
    call,
    operate,
    read_on,
)
from bench.faults.record import Record, RecordedStore, copy_database
from bench.faults.stage import Stage, stage
from bench.served import MORNING, SERVE, places, tokens

DESK_LOGINS = ("operator", "operator2", "supervisor")
CREW_LOGINS = tuple(f"crew-G{team}-{number}" for team in range(1, 10) for number in range(1, 7))

BEGINS_IN_S = 180.0
SNAPSHOT_IS_SHARED_S = 12.0

Fresh = dict[tuple[str, str], RecordedStore]
"""What a server told somebody who knew nothing, by server and stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much goes on at once."""

    servers: int = 2
    callers: int = 8
    operators: int = 3
    consoles: int = 3
    most_open: int = 36
    pace: Pace | None = None
    settles_in_s: float = 300.0
    incidents: int | None = None
    """Stop calling after so many, even if there is time left."""


async def run(
    folder: Path,
    *,
    seed: int,
    seconds: float,
    size: Size,
    harms: Mapping[str, float] = harm.A_MINUTE,
    module: tuple[str, ...] = SERVE,
    database: str | None = None,
    tell: Callable[[str], None] = print,
) -> None:
    """Break the service for so many seconds under load, let it come to rest, write everything down in ``folder``.

    ``database`` is one with the demo area that is there already, and is neither killed nor restarted.
    """
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(64))
    with Record(folder / "record") as record:
        async with stage(folder, seed, servers=size.servers, module=module, url=database) as running:
            scene = Scene(url=running.lines.url, folder=folder, record=record, seed=seed, pace=size.pace or Pace())
            scene.tokens = await tokens(running.url, [*DESK_LOGINS, *CREW_LOGINS])
            await _play(
                running, scene, harm.plan(seed, seconds, harms), seed=seed, seconds=seconds, size=size, tell=tell
            )


async def _play(
    running: Stage, scene: Scene, plan: harm.Plan, *, seed: int, seconds: float, size: Size, tell: Callable[[str], None]
) -> None:
    record = scene.record
    desks = [Desk(scene, f"operator {n + 1}", ("operator", "operator2")[n % 2]) for n in range(size.operators)]
    callers = [Desk(scene, f"caller {n + 1}", "operator") for n in range(size.callers)]
    consoles = [Console(scene, f"console {n + 1}", ("operator", "supervisor")[n % 2]) for n in range(size.consoles)]
    crews = [Crew(scene, login) for login in CREW_LOGINS]
    twin = Twin(scene, "twin", "operator2")
    streams = await desks[0].streams()

    def begin(*work: Coroutine[Any, Any, None]) -> list[asyncio.Task[None]]:
        return [asyncio.create_task(each) for each in work]

    watching = begin(running.watch(record))
    reading = begin(*(each.follow() for each in consoles), twin.follow(), *(each.serve() for each in crews))
    await _until_reading([*consoles, *crews, twin])
    operating = begin(
        *(operate(scene, desk, consoles[n % len(consoles)], n, len(desks)) for n, desk in enumerate(desks))
    )
    calling = begin(*(call(scene, desk, consoles[0], places(), most_open=size.most_open) for desk in callers))
    everything = [*watching, *reading, *operating, *calling]
    does = harm.Harm(running, crews, record, seed)
    try:
        harming = asyncio.create_task(does.do(plan))
        begun = time.monotonic()
        while time.monotonic() - begun < seconds and (size.incidents is None or scene.called < size.incidents):
            _raise_what_broke(everything)
            await asyncio.sleep(0.5)
        scene.calling = False
        if size.incidents is None or not harming.done():
            harming.cancel()
        await asyncio.gather(harming, return_exceptions=True)
        await does.heal()
        scene.going_on = False
        tell(f"{scene.called} reports, harm done: {dict(does.done)}; coming to rest")
        await asyncio.gather(*calling)
        readers: list[Any] = [*consoles, *crews, twin]
        fresh, settled = await _rest(running, record, everything, readers, streams, size.settles_in_s)
        for task in [*operating, *reading]:
            task.cancel()
        await asyncio.gather(*operating, *reading, return_exceptions=True)
        watching[0].cancel()
    finally:
        for task in everything:
            task.cancel()
        await asyncio.gather(*everything, return_exceptions=True)
    for each in readers:
        each.store.hand_over()
        each.store.close()
    for (server, stream), store in fresh.items():
        store.hand_over_fresh(server, stream)
        store.close()
    await copy_database(running.url, record)
    record.say(
        seed=seed,
        seconds=seconds,
        servers=[server.name for server in running.servers],
        settled=settled,
        harm=dict(does.done),
        told_minus_real=await _told_minus_real(running.url),
        morning=MORNING.isoformat(),
    )
    for desk in [*desks, *callers]:
        await desk.close()


async def _until_reading(readers: list[Any]) -> None:
    """Everybody has been told of all streams once; only then do things begin to break."""
    async with asyncio.timeout(BEGINS_IN_S):
        while not all(_reads(each.store) for each in readers):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def _reads(store: RecordedStore) -> bool:
    streams = _streams(store)
    return bool(streams) and all(store.cursor(stream).e for stream in streams)


def _raise_what_broke(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        if task.done():
            task.result()


async def _rest(
    running: Stage, record: Record, tasks: list[asyncio.Task[None]], readers: list[Any], streams: list[str], in_s: float
) -> tuple[Fresh, bool]:
    """What each server tells somebody who knows nothing, once all is at rest, and whether it came to that.

    An incident that waits may still change, as an alarm of it is raised: all is at rest when nothing has changed from
    the moment at which it was to the end of reading.
    """
    give_up = time.monotonic() + in_s
    while True:
        _raise_what_broke([task for task in tasks if not task.cancelled()])
        at_rest = await _at_rest(running.url, readers)
        late = time.monotonic() > give_up
        if at_rest or late:
            until = time.monotonic() + (SNAPSHOT_IS_SHARED_S if at_rest else 0)
            fresh = await _read_afresh(running, record, readers, streams, until)
            same = _stand_there(readers, fresh)
            if same or late:
                return fresh, same and at_rest
            for store in fresh.values():
                store.close()
        await asyncio.sleep(0.5)


def _stand_there(readers: list[Any], fresh: Fresh) -> bool:
    """Whether everybody stands, in each of their streams, where every server's fresh snapshot does."""
    heads: dict[str, set[int]] = {}
    for (_, stream), store in fresh.items():
        heads.setdefault(stream, set()).add(store.cursor(stream).q)
    return all(
        heads[stream] == {reader.store.cursor(stream).q}
        for reader in readers
        for stream in _streams(reader.store)
        if stream in heads
    )


async def _at_rest(url: str, readers: list[Any]) -> bool:
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval(
            "SELECT EXISTS (SELECT FROM incident WHERE status = 'open' AND (number % $1 <> 0 OR number > $2))"
            " OR EXISTS (SELECT FROM assignment WHERE ended_at IS NULL)",
            LEFT_OPEN,
            LEFT_OPEN_OF_FIRST,
        ):
            return False
        heads = {row["name"]: row["seq"] for row in await connection.fetch("SELECT name, seq FROM feed.stream")}
    finally:
        await connection.close()
    for reader in readers:
        if reader.store.writes():
            return False
        streams: list[str] = _streams(reader.store)
        if any(reader.store.cursor(stream).q < heads.get(stream, 0) for stream in streams):
            return False
    return True


def _streams(store: RecordedStore) -> list[str]:
    return list(json.loads(store.kept("streams") or "[]"))


async def _read_afresh(running: Stage, record: Record, readers: list[Any], streams: list[str], give_up: float) -> Fresh:
    """What each server tells somebody who knows nothing yet, once it is no longer a snapshot shared with others."""
    fresh: Fresh = {}
    desk, crews = readers[0], [each for each in readers if isinstance(each, Crew)]
    for server in running.servers:
        async with httpx.AsyncClient(base_url=server.address, timeout=60) as client:
            for stream in streams:
                token = desk.store.kept("token")
                fresh[server.name, stream] = await _read_stream(client, record, server.name, token, stream, give_up)
    server = running.servers[0]
    async with httpx.AsyncClient(base_url=server.address, timeout=60) as client:
        for crew in crews:
            token, own = crew.store.kept("token"), _streams(crew.store)[0]
            fresh[server.name, own] = await _read_stream(client, record, server.name, token, own, give_up)
    return fresh


async def _read_stream(
    client: httpx.AsyncClient, record: Record, server: str, token: str | None, stream: str, give_up: float
) -> RecordedStore:
    while True:
        store = RecordedStore(":memory:", record, f"fresh {server}")
        await read_on(client, token, store, stream)
        moved = await read_on(client, token, store, stream)
        if not moved or time.monotonic() > give_up:
            return store
        store.close()
        await asyncio.sleep(1)


async def _told_minus_real(url: str) -> float:
    connection = await asyncpg.connect(url)
    try:
        return float(await connection.fetchval("SELECT extract(epoch FROM server_now() - clock_timestamp())::float8"))
    finally:
        await connection.close()
