"""Several processes on one socket and one database push each other's changes, replace each other, and end together."""

import asyncio
import contextlib
import json
import os
import select
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from feed_client import FeedClient
from house import PASSWORD, Signed

from dispatch.feed import Drain

TOP = Path(__file__).parents[2]
PATIENCE_S = 60.0


class Workers:
    """A running ``python -m dispatch serve --workers N``; ``pids`` are the workers that serve."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.pids: list[int] = []
        self.url = ""
        self.said: list[str] = []
        self.open = contextlib.AsyncExitStack()

    async def says(self, event: str) -> dict[str, Any]:
        """Read on until the event is logged."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            async for line in self.process.stdout:
                self.said.append(line.decode())
                try:
                    told: dict[str, Any] = json.loads(line)
                except json.JSONDecodeError:
                    continue
                match told.get("event"):
                    case "serving":
                        self.url = f"http://{told['host']}:{told['port']}"
                    case "worker_serves":
                        self.pids.append(told["pid"])
                    case "worker_ended":
                        self.pids.remove(told["pid"])
                if told.get("event") == event:
                    return told
        raise AssertionError(f"{event} was never logged, but:\n{''.join(self.said)}")

    @contextlib.contextmanager
    def alone(self, pid: int) -> Iterator[None]:
        """The other workers sleep: whatever connects now connects to this one."""
        others = [each for each in self.pids if each != pid]
        for other in others:
            os.kill(other, signal.SIGSTOP)
        try:
            yield
        finally:
            for other in others:
                os.kill(other, signal.SIGCONT)

    async def sign_in(self, login: str) -> Signed:
        client = Signed(base_url=self.url, headers={"accept-language": "en"}, timeout=30)
        self.open.push_async_callback(client.aclose)
        client.session = await client.ask("POST", "/api/session", 201, login=login, password=PASSWORD)
        client.headers["authorization"] = f"Bearer {client.token}"
        return client

    async def pinned(self, pid: int, login: str) -> Signed:
        """Somebody whose one connection is kept, and is to that worker."""
        with self.alone(pid):
            return await self.sign_in(login)

    async def reader(self, pid: int, signed: Signed) -> FeedClient:
        """A reader of the area's stream, connected to that worker."""
        [stream] = [each for each in signed.session["streams"] if each.startswith("area/")]
        with self.alone(pid):
            reader = FeedClient(self.url, stream, token=signed.token, positions=False)
            return await self.open.enter_async_context(reader)


@contextlib.asynccontextmanager
async def serve(dsn: str, count: int) -> AsyncIterator[Workers]:
    command = [sys.executable, "-P", "-m", "dispatch", "serve", "--workers", str(count), "--port", "0"]
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=TOP,
        env={**os.environ, "DATABASE_URL": dsn, "DISPATCH_POOL_SIZE": "4"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    running = Workers(process)
    try:
        await running.says("serving")
        for _ in range(count):
            await running.says("worker_serves")
        yield running
    finally:
        await running.open.aclose()
        with contextlib.suppress(ProcessLookupError):
            process.kill()  # the kernel tells the workers
        await process.communicate()  # returns when all who print there have ended


@pytest.fixture
async def two(demo_url: str) -> AsyncIterator[Workers]:
    async with serve(demo_url, 2) as running:
        yield running


async def until_shown(reader: FeedClient, *incidents: str) -> None:
    wanted = {("incident", UUID(each)) for each in incidents}
    await reader.until(lambda: all(wanted <= things.keys() for things in reader.things.values()))


async def report(signed: Signed, **more: Any) -> str:
    """As every client does it: the same id is sent again when the connection broke."""
    body = {"id": str(uuid4()), "type": "TRA-SP", **more}
    for _ in range(3):
        with contextlib.suppress(httpx.TransportError):
            answer = await signed.post("/api/incidents", json=body)
            assert answer.status_code in {200, 201}, answer.text
            return str(answer.json()["id"])
    raise AssertionError("three connections broke")


async def readiness(url: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url) as nobody:
        return await nobody.get("/readyz")


async def test_what_is_changed_through_one_process_is_pushed_by_the_other(two: Workers) -> None:
    one, other = two.pids
    operator = await two.sign_in("operator")
    here, there = await two.reader(one, operator), await two.reader(other, operator)
    for _ in range(5):
        incident = await report(operator)
        for reader in (here, there):  # one of them is of the process that did not write
            await until_shown(reader, incident)
    assert here.things == there.things


async def test_a_way_closed_through_one_process_is_closed_in_the_very_next_decision_of_the_other(two: Workers) -> None:
    here, there = [await two.pinned(pid, "operator") for pid in two.pids]
    incident = await report(here, location={"place": "后花园"})
    for number in range(1, 6):
        closed = await here.ask("POST", "/api/closures", 201, id=str(uuid4()), edges=["BLL-BLU-lift"], reason="检修")
        assert await closures_counted(there, incident, by_lift=False) == 2 * number - 1
        await here.ask("POST", f"/api/closures/{closed['id']}/end", 201, id=str(uuid4()))
        assert await closures_counted(there, incident, by_lift=True) == 2 * number


async def closures_counted(signed: Signed, incident: str, *, by_lift: bool) -> int:
    """How many changes of closures the next decision counts; somebody comes by lift, or nobody can."""
    told = await signed.ask("GET", f"/api/incidents/{incident}/recommendation")
    assert any(leg["mode"] == "lift" for each in told["candidates"] for leg in each["legs"]) is by_lift
    counted: int = told["network_version"]["closures"]
    return counted


async def test_every_process_says_for_itself_whether_it_is_ready(two: Workers) -> None:
    for pid in two.pids:
        with two.alone(pid):
            async with asyncio.timeout(PATIENCE_S):
                while not (answer := await readiness(two.url)).json().get("ready") or not answer.json()["chaser"]:
                    pass
            assert answer.json() == {"ready": True, "database": True, "network": True, "feed": True, "chaser": True}
            assert answer.status_code == httpx.codes.OK


async def test_a_killed_process_costs_the_others_readers_nothing_and_its_own_come_back_without_a_hole(
    two: Workers,
) -> None:
    one, other = two.pids
    operator = await two.sign_in("operator")
    hit, safe = await two.reader(one, operator), await two.reader(other, operator)
    await until_shown(hit, await report(operator))
    os.kill(one, signal.SIGKILL)
    assert await hit.closed() == 1006
    missed = [await report(operator) for _ in range(3)]
    [(stream, cursor)] = hit.cursors.items()
    async with FeedClient(two.url, token=operator.token, after=hit, positions=False) as back:
        for reader in (back, safe):
            await until_shown(reader, *missed)
        assert [sub.mode for sub in back.subs(stream)] == ["resume"]
        assert (await two.says("worker_ended"))["pid"] == one
        successor = await two.reader((await two.says("worker_serves"))["pid"], operator)
        newest = await report(operator)
        for reader in (back, safe, successor):
            await until_shown(reader, newest)
        numbers = [q for _, q in back.applied]
        assert numbers == list(range(cursor.q + 1, cursor.q + 1 + len(numbers)))
    numbers = [q for _, q in safe.applied]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_orders_are_chased_once_each_though_every_process_is_killed_as_they_fall_due(
    two: Workers, demo_url: str
) -> None:
    operator = await two.sign_in("operator")
    orders = []
    for unit in ("G5-1", "G5-2", "G5-3", "G5-4", "G5-5"):
        incident = await operator.report(type="TRA-SP", location={"place": "后花园"})
        orders.append(await operator.assign(incident["id"], unit, reason="试"))
    connection = await asyncpg.connect(demo_url)
    await connection.execute("UPDATE clock SET told_from = told_from + interval '45 seconds'")
    for pid in list(two.pids):  # the one, and while it may still be at it, the other
        os.kill(pid, signal.SIGKILL)
        await two.says("worker_ended")
    for _ in range(2):
        await two.says("worker_serves")
    count = "SELECT count(*) FROM timer WHERE due_at <= (SELECT server_now())"
    async with asyncio.timeout(PATIENCE_S):
        while await connection.fetchval(count):  # noqa: ASYNC110 what the service does is seen by asking
            await asyncio.sleep(0.1)
    alarms = await connection.fetch("SELECT assignment::text, what FROM alarm")
    assert sorted(row["assignment"] for row in alarms if row["what"] == "unacknowledged") == sorted(
        each["id"] for each in orders
    )
    assert len(alarms) == len({tuple(row) for row in alarms})
    lines = await connection.fetch("SELECT assignment::text, body->>'what' FROM incident_log WHERE step = 'chased'")
    assert sorted(tuple(row) for row in lines) == sorted(tuple(row) for row in alarms)
    await connection.close()


async def test_told_to_stop_it_tells_the_readers_and_ends_with_all_its_processes(two: Workers) -> None:
    operator = await two.sign_in("operator")
    readers = [await two.reader(pid, operator) for pid in two.pids]
    ends = [os.pidfd_open(pid) for pid in two.pids]
    two.process.terminate()
    for reader in readers:
        assert await reader.closed() == 1012
        assert reader.got(Drain)
    async with asyncio.timeout(PATIENCE_S):
        assert await two.process.wait() == 0
    assert all(ended(each) for each in ends)
    with pytest.raises(httpx.ConnectError):
        await readiness(two.url)


async def test_when_the_parent_is_killed_its_processes_end_too(two: Workers) -> None:
    ends = [os.pidfd_open(pid) for pid in two.pids]
    two.process.kill()
    await two.process.communicate()
    assert all(ended(each, PATIENCE_S) for each in ends)


def ended(process: int, within_s: float = 0) -> bool:
    gone = bool(select.select([process], [], [], within_s)[0])
    os.close(process)
    return gone


async def test_it_gives_up_when_a_worker_cannot_start() -> None:
    with pytest.raises(AssertionError, match="ended with code 1 before it served"):
        async with serve("postgresql://nobody@127.0.0.1:1/none", 2):
            pass


@pytest.mark.parametrize("count", ["0", "65"])
async def test_an_impossible_number_of_workers_is_named(count: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "dispatch", "serve", "--workers", count), stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 2
    assert f"--workers: a number from 1 to 64, not '{count}'" in said.decode()
