"""A crew's terminal against the whole service: its orders come, its steps arrive, whatever dies in between."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from cable import Cable, cable
from house import House, Signed

from dispatch.assignment import State, Step
from dispatch.server import wire
from dispatch.terminal import Answered, Happening, Link, NoAnswer, SignInRefused, Store, Terminal, Told

PATIENCE_S = 30.0
CREW, UNIT = "crew-G5-3", "G5-3"
TOP = Path(__file__).parents[2]


class Hand:
    """Holds a terminal and remembers what it told."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.told: list[Happening] = []

    async def until(self, holds: Callable[[], Any]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                self.told.append(await anext(self.terminal))

    def answers(self) -> list[Answered]:
        return [each for each in self.told if isinstance(each, Answered)]

    def state(self, order: str) -> State | None:
        known = self.terminal.order(UUID(order))
        return None if known is None else known.state


@asynccontextmanager
async def terminal(url: str, path: Path, password: str | None, login: str = CREW) -> AsyncIterator[Hand]:
    store = Store(path)
    try:
        async with Terminal(url, store, login=login, password=password) as made:
            yield Hand(made)
    finally:
        store.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "device.sqlite"


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


@pytest.fixture
async def wire_to(served: House) -> AsyncIterator[Cable]:
    async with cable(urlsplit(served.url).port) as made:
        yield made


async def ordered(operator: Signed, unit: str = UNIT) -> tuple[str, str]:
    """An incident and the order for it."""
    incident = str(uuid4())
    await operator.report(id=incident, type="TRA-SP", location={"place": "后花园"}, note="脚踝扭伤")
    told = await operator.assign(incident, unit, reason="test")
    return incident, str(told["id"])


async def marks(served: House, order: str) -> Any:
    async with served.pool.acquire() as connection:
        return await connection.fetchrow("SELECT * FROM assignment WHERE id = $1", UUID(order))


async def steps(served: House, order: str) -> list[str]:
    async with served.pool.acquire() as connection:
        rows = await connection.fetch("SELECT step FROM incident_log WHERE assignment = $1 ORDER BY seq", UUID(order))
    return [row["step"] for row in rows]


async def test_an_order_comes_and_is_followed_to_the_end(served: House, operator: Signed, path: Path) -> None:
    async with terminal(served.url, path, served.password) as hand:
        await hand.until(lambda: Link(up=True, why="") in hand.told)
        _, order = await ordered(operator)
        await hand.until(lambda: hand.state(order))
        [known] = hand.terminal.orders()
        assert isinstance(known, wire.Order)
        assert known.notes == ["脚踝扭伤"]
        hand.terminal.alarmed(known.id)
        hand.terminal.alarmed(known.id)
        for step in (Step.ACKNOWLEDGE, Step.EN_ROUTE, Step.ON_SCENE, Step.AT_PATIENT, Step.MOVING, Step.HANDED_OVER):
            hand.terminal.step(known.id, step)
        hand.terminal.step(known.id, Step.CLEAR)
        await hand.until(lambda: hand.state(order) is State.CLEARED and len(hand.answers()) == 8)
        assert {answer.error for answer in hand.answers()} == {None}
        assert hand.terminal.orders() == []
        assert [each.id for each in hand.terminal.orders(ended=True)] == [known.id]
    told = await steps(served, order)
    assert [step for step in told if step != "delivered"] == [
        "assigned", "alarmed", "acknowledge", "en_route", "on_scene", "at_patient", "moving", "handed_over", "clear",
    ]  # fmt: skip
    assert told.count("delivered") == 1


KILLED_BEFORE_COMMIT = """
import asyncio, os, signal, sys
from pathlib import Path
from dispatch.feed import Apply
from dispatch.terminal import Store, Terminal

class Doomed(Store):
    def _write(self, change):
        super()._write(change)
        if isinstance(change, Apply):
            os.kill(os.getpid(), signal.SIGKILL)

    def apply(self, changes):
        super().apply(changes)
        for change in changes:
            print("stored", change.stream, flush=True)

async def main(url, path, login, password):
    async with Terminal(url, Doomed(Path(path)), login=login, password=password) as terminal:
        async for _ in terminal:
            pass

asyncio.run(main(*sys.argv[1:]))
"""


async def test_an_order_lost_by_a_kill_before_the_commit_comes_again_and_was_never_delivered(
    served: House, operator: Signed, path: Path
) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED_BEFORE_COMMIT, served.url, str(path), CREW, served.password,
        cwd=TOP, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        while not (line := await child.stdout.readline()).startswith(b"stored unit/"):
            assert line
        _, order = await ordered(operator)
        assert await child.wait() == -signal.SIGKILL
    assert (await marks(served, order))["delivered_at"] is None
    store = Store(path)
    unit = await served.unit_id(UNIT)
    assert store.cursor(f"unit/{unit}").e
    assert store.things(f"unit/{unit}", "assignment") == []
    store.close()

    # No password: the kept session must do.
    async with terminal(served.url, path, None) as hand:
        await hand.until(lambda: hand.state(order))
        async with asyncio.timeout(PATIENCE_S):
            while (await marks(served, order))["delivered_at"] is None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert (await steps(served, order)).count("delivered") == 1


async def test_steps_taken_without_a_network_arrive_in_order_when_it_is_back(
    served: House, operator: Signed, path: Path, wire_to: Cable
) -> None:
    _, order = await ordered(operator)
    async with terminal(wire_to.url, path, served.password) as hand:
        await hand.until(lambda: hand.state(order))
        wire_to.cut()
        for step in (Step.ACKNOWLEDGE, Step.EN_ROUTE):
            hand.terminal.step(UUID(order), step)
        await hand.until(lambda: any(isinstance(each, Link) and not each.up for each in hand.told))
    # The device is switched off and on again before there is a network.
    async with terminal(wire_to.url, path, None) as hand:
        assert hand.terminal.store.writes() == 2
        hand.terminal.step(UUID(order), Step.AT_PATIENT)
        wire_to.target = urlsplit(served.url).port
        hand.terminal.nudge()
        await hand.until(lambda: hand.state(order) is State.AT_PATIENT and len(hand.answers()) == 3)
    told = [step for step in await steps(served, order) if step != "delivered"]
    assert told == ["assigned", "acknowledge", "en_route", "at_patient"]


async def test_a_step_whose_answer_is_lost_is_sent_again_and_done_once(
    served: House, operator: Signed, path: Path, wire_to: Cable
) -> None:
    _, order = await ordered(operator)
    async with terminal(wire_to.url, path, served.password) as hand:
        await hand.until(lambda: hand.state(order))
        wire_to.swallow = b"HTTP/1.1 201"
        hand.terminal.step(UUID(order), Step.ACKNOWLEDGE)
        await hand.until(hand.answers)
        assert wire_to.swallow is None
        assert hand.answers()[0].status == 200
        await hand.until(lambda: hand.state(order) is State.ACKNOWLEDGED)
    assert (await steps(served, order)).count("acknowledge") == 1


@pytest.mark.parametrize("status", [b"201", b"409"])
async def test_an_answer_that_breaks_off_after_its_head_is_none_and_is_asked_for_again(
    served: House, operator: Signed, path: Path, wire_to: Cable, status: bytes
) -> None:
    _, order = await ordered(operator)
    async with terminal(wire_to.url, path, served.password) as hand:
        await hand.until(lambda: hand.state(order))
        wire_to.behead = b"HTTP/1.1 " + status
        hand.terminal.step(UUID(order), Step.ACKNOWLEDGE if status == b"201" else Step.CLEAR)
        await hand.until(hand.answers)
        assert wire_to.behead is None
        assert hand.answers()[0].error == (None if status == b"201" else "illegal_step")


async def test_a_step_that_is_refused_is_told_and_does_not_hold_up_the_next(
    served: House, operator: Signed, path: Path
) -> None:
    _, first = await ordered(operator)
    async with terminal(served.url, path, served.password) as hand:
        await hand.until(lambda: hand.state(first))
        await operator.step(first, "revoke")
        hand.terminal.step(UUID(first), Step.ACKNOWLEDGE)
        await hand.until(hand.answers)
        [answer] = hand.answers()
        assert (answer.status, answer.error) == (409, "stale")
        assert answer.message
        await hand.until(lambda: hand.state(first) is State.REVOKED)
        _, second = await ordered(operator)
        await hand.until(lambda: hand.state(second))
        hand.terminal.step(UUID(second), Step.ACKNOWLEDGE)
        await hand.until(lambda: hand.state(second) is State.ACKNOWLEDGED)


async def test_a_wrong_password_ends_it(served: House, path: Path) -> None:
    async with terminal(served.url, path, "wrong") as hand:
        with pytest.raises(SignInRefused):
            await hand.until(lambda: False)


async def test_a_session_that_is_over_is_begun_again(served: House, operator: Signed, path: Path) -> None:
    async with terminal(served.url, path, served.password) as hand:
        await hand.until(lambda: Link(up=True, why="") in hand.told)
    async with served.pool.acquire() as connection:
        await connection.execute("UPDATE session SET expires_at = clock_timestamp() WHERE role = 'crew'")
    async with terminal(served.url, path, served.password) as hand:
        _, order = await ordered(operator)
        await hand.until(lambda: hand.state(order))
        hand.terminal.step(UUID(order), Step.ACKNOWLEDGE)
        await hand.until(lambda: hand.state(order) is State.ACKNOWLEDGED)
    async with terminal(served.url, path, None) as hand:
        await hand.until(lambda: Link(up=True, why="") in hand.told)


async def test_a_cut_cable_loses_nothing(served: House, operator: Signed, path: Path, wire_to: Cable) -> None:
    _, order = await ordered(operator)
    async with terminal(wire_to.url, path, served.password) as hand:
        for step in ("acknowledge", "en_route", "on_scene", "at_patient", "moving", "handed_over", "clear"):
            await operator.step(order, step, channel="radio")
            wire_to.break_off()
            hand.terminal.nudge()
        await hand.until(lambda: hand.state(order) is State.CLEARED)
        seen = [each for each in hand.told if isinstance(each, Told)]
        assert seen


async def positions(served: House) -> Any:
    async with served.pool.acquire() as connection:
        return await connection.fetch(
            "SELECT ST_X(point) AS lon, device_at, at, source FROM position ORDER BY device_at"
        )


async def test_where_the_crew_was_without_a_network_is_told_at_once_when_it_is_back(
    served: House, path: Path, wire_to: Cable
) -> None:
    async with terminal(wire_to.url, path, served.password) as hand:
        await hand.until(lambda: Link(up=True, why="") in hand.told)
        there = wire_to.target
        wire_to.cut()
        ago = [timedelta(minutes=minutes) for minutes in (3, 2, 1)]
        for number, each in enumerate(ago):
            hand.terminal.position(110.44 + number / 1000, 29.34, accuracy_m=8, at=datetime.now(UTC) - each)
        await hand.until(lambda: any(isinstance(each, Link) and not each.up for each in hand.told))
        assert await positions(served) == []
        wire_to.target = there
        hand.terminal.nudge()
        async with asyncio.timeout(PATIENCE_S):
            while len(told := await positions(served)) < 3:  # noqa: ASYNC110 another process's database
                await asyncio.sleep(0.05)
    assert [round(row["lon"], 3) for row in told] == [110.44, 110.441, 110.442]
    assert len({row["at"] for row in told}) == 1
    for row, each in zip(told, ago, strict=True):
        assert timedelta() <= (row["at"] - row["device_at"]) - each < timedelta(seconds=PATIENCE_S)


async def test_a_crew_signs_itself_off_and_on_and_its_device_knows_the_services_time(served: House, path: Path) -> None:
    async with terminal(served.url, path, served.password) as hand:
        await hand.until(lambda: Link(up=True, why="") in hand.told)
        ahead = await served_now(served) - hand.terminal.now()
        assert abs(ahead) < timedelta(seconds=5)
        hand.terminal.stand(available=False, reason="车辆故障")
        await hand.until(lambda: len(hand.answers()) == 1)
        status, told = await hand.terminal.ask("GET", "/api/units")
        assert (status, told["items"][0]["state"], told["items"][0]["reason"]) == (200, "unavailable", "车辆故障")
        hand.terminal.stand(at_post=True)
        await hand.until(lambda: len(hand.answers()) == 2)
        assert (await hand.terminal.ask("GET", "/api/units"))[1]["items"][0]["state"] == "free"


async def served_now(served: House) -> datetime:
    async with served.pool.acquire() as connection:
        told: datetime = await connection.fetchval("SELECT server_now()")
        return told


async def test_what_is_asked_at_once_begins_a_new_session_if_need_be_and_signing_out_ends_it(
    served: House, path: Path
) -> None:
    supervisor = await served.sign_in("supervisor")

    async def sessions() -> list[str]:
        return [each["id"] for each in (await supervisor.ask("GET", "/api/sessions"))["items"] if not each["own"]]

    store = Store(path)
    crew = Terminal(served.url, store, login=CREW, password=served.password)
    assert crew.session is None
    assert (await crew.ask("GET", "/api/units"))[0] == 200
    assert [str(crew.session)] == await sessions()
    await supervisor.delete(f"/api/sessions/{crew.session}")
    assert (await crew.ask("GET", "/api/units"))[0] == 200
    assert [str(crew.session)] == await sessions()
    await crew.sign_out()
    assert await sessions() == []
    assert (await crew.ask("GET", "/api/incidents"))[0] == 403
    await crew.sign_out()
    store.close()
    assert await sessions() == []
    nowhere = Store(":memory:")
    with pytest.raises(NoAnswer):
        await Terminal("http://127.0.0.1:1", nowhere, login=CREW, password="x").ask("GET", "/api/units")
    nowhere.close()


async def test_the_command_shows_orders_and_takes_steps(served: House, operator: Signed, path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dispatch", "terminal", "--url", served.url, "--login", CREW, "--store", str(path),
        "--language", "en", cwd=TOP, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "DISPATCH_PASSWORD": served.password, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    shown = ""

    async def until(words: str) -> None:
        nonlocal shown
        async with asyncio.timeout(PATIENCE_S):
            while words not in shown:
                line = await child.stdout.readline()  # type: ignore[union-attr]
                assert line, shown
                shown += line.decode()

    try:
        await until("connected")
        incident, order = await ordered(operator)
        number = (await operator.ask("GET", f"/api/incidents/{incident}"))["number"]
        await until("ETA")
        assert f"#{number}" in shown
        assert "Back Garden" in shown
        assert "脚踝扭伤" in shown
        child.stdin.write(b"dance\n a\n")
        await until("dance is no command")
        await until("State: acknowledged")
        assert (await marks(served, order))["acknowledged_at"] is not None
        assert (await marks(served, order))["alarmed_at"] is not None
        child.stdin.write(f"e {number} on our way\nq\n".encode())
        async with asyncio.timeout(PATIENCE_S):
            assert await child.wait() == 0
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
