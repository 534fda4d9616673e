"""A drill against the whole service: programs that hold logins report, answer, walk and close, in an exercise."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from house import House, Signed

from dispatch.drill.conduct import conduct

TOP = Path(__file__).parents[2]
PATIENCE_S = 240.0
PACE = 40

AWAY_M, BESIDE_M = 150.0, 30.0


class Playing:
    """``python -m dispatch drill`` as a process, and what it has said so far."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.lines: list[str] = []

    async def says(self, words: str) -> str:
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            while line := (await self.process.stdout.readline()).decode():
                self.lines.append(line)
                if words in line:
                    return line
        raise AssertionError(f"{words!r} was never said, but {self.lines}")

    async def ends(self) -> tuple[int, str]:
        said, _ = await asyncio.wait_for(self.process.communicate(), PATIENCE_S)
        assert self.process.returncode is not None
        return self.process.returncode, "".join(self.lines) + said.decode()


@asynccontextmanager
async def drill(served: House, *words: str) -> AsyncIterator[Playing]:
    surroundings = {**os.environ, "DISPATCH_DEMO_PASSWORD": served.password}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "dispatch", "drill", *words, "--url", served.url,
        cwd=TOP, env=surroundings, stdout=PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield Playing(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until(what: Callable[[], Any], holds: Callable[[Any], Any]) -> Any:
    async with asyncio.timeout(PATIENCE_S):
        while not holds(found := await what()):  # noqa: ASYNC110 another process
            await asyncio.sleep(0.3)
    return found


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def test_a_drill_is_played_from_the_calls_to_the_close_and_leaves_nothing_open(
    served: House, operator: Signed
) -> None:
    exercise = str(uuid4())

    async def incidents(status: str) -> list[Any]:
        return list((await operator.ask("GET", f"/api/incidents?status={status}"))["items"])

    async with drill(served, "--seed", "7", "--pace", str(PACE), "--exercise", exercise) as playing:
        closed = await until(lambda: incidents("closed"), lambda found: len(found) >= 3)
        playing.process.send_signal(signal.SIGTERM)
        code, said = await playing.ends()
    assert code == 0, said
    assert "Traceback" not in said
    for words in ("号警情", "has acknowledged", "is at the patient", "is clear", "closed"):
        assert words in said
    assert await incidents("open") == []
    made = await incidents("closed")
    assert {each["exercise"] for each in made} == {exercise}
    done = [each for each in closed if each["outcome"] == "done"]
    assert done
    for each in done:
        marks = each["clock"]
        times = {
            name: marks[f"{name}_at"] for name in ("assigned", "delivered", "acknowledged", "en_route", "at_patient")
        }
        if times["en_route"] is None:  # a patient at the crew's own post: where it stands, it is with the patient
            del times["en_route"]
        assert None not in times.values()
        assert list(times.values()) == sorted(times.values())
    [run] = [each for each in (await operator.ask("GET", "/api/exercises"))["items"] if each["id"] == exercise]
    assert run["ends_at"] is not None
    supervisor = await served.sign_in("supervisor")
    signed_in = {each["login"] for each in (await supervisor.ask("GET", "/api/sessions"))["items"]}
    assert signed_in == {"operator", "supervisor"}


async def assert_crews_moved_along_the_ways(served: House) -> None:
    async with served.pool.acquire() as connection:
        rows = await connection.fetch(POSITIONS)
    away = [row for row in rows if row["from_post_m"] > AWAY_M]
    assert len({(row["lon"], row["lat"]) for row in away}) >= 5
    beside = [row for row in away if row["from_way_m"] > BESIDE_M]
    assert len(beside) <= len(away) / 10, "they walk where no way is"


POSITIONS = """
SELECT ST_X(p.point) AS lon, ST_Y(p.point) AS lat,
       ST_Distance(p.point::geography, post.point::geography) AS from_post_m,
       (SELECT min(ST_Distance(p.point::geography, e.line::geography))
        FROM network_edge e JOIN network n ON n.id = e.network AND n.current) AS from_way_m
FROM position p JOIN unit u ON u.id = p.unit JOIN post ON post.area = u.area AND post.code = u.post_code
"""


def seed_of_a_silent_crew(unit: str, incident: int) -> int:
    """A seed by which this crew loses its signal on the way to this incident."""
    for seed in range(1000):
        how = conduct(seed, unit, incident, turnout_s=60)
        if how.silence is not None and how.declines is None:
            return seed
    raise AssertionError("no seed under 1000")


async def test_a_crew_without_signal_reports_late_and_one_that_a_person_has_signed_in_as_is_left_to_the_person(
    served: House, operator: Signed
) -> None:
    async def assignment(id: str) -> Any:
        return await operator.ask("GET", f"/api/assignments/{id}")

    async def position_of(unit: str) -> Any:
        return (await operator.units())[unit]["position"]

    seed = seed_of_a_silent_crew("G5-1", 1)
    async with drill(served, "crews", "--seed", str(seed), "--pace", "25") as playing:
        told = await operator.report(type="TRA-SP", location={"place": "乾坤柱观景台"})
        assert told["number"] == 1
        order = await operator.assign(told["id"], "G5-1", reason="a drill")
        await playing.says("G5-1 has acknowledged (#1)")

        visitor = await served.sign_in("crew-G5-3")
        other = await operator.report(type="TRA-SP", location={"place": "后花园"})
        left = await operator.assign(other["id"], "G5-3", reason="a drill")

        await playing.says("G5-1 has lost signal")
        assert (await assignment(order["id"]))["state"] == "en_route"
        await playing.says("G5-1 has signal again")
        ended = await until(lambda: assignment(order["id"]), lambda found: found["state"] == "cleared")
        timeline = (await operator.ask("GET", f"/api/incidents/{told['id']}/timeline"))["items"]
        [late] = [each for each in timeline if each["step"] == "on_scene"]
        delay = datetime.fromisoformat(late["at"]) - datetime.fromisoformat(late["corrected_at"])
        assert delay > timedelta(seconds=0.5)
        assert ended["on_scene_at"] == late["corrected_at"]
        await assert_crews_moved_along_the_ways(served)

        untouched = await assignment(left["id"])
        assert (untouched["state"], untouched["acknowledged_at"]) == ("assigned", None)
        await visitor.step(left["id"], "acknowledge")
        assert (await visitor.delete("/api/session")).status_code == 204
        await until(lambda: assignment(left["id"]), lambda found: found["at_patient_at"] is not None)

        taken_back = await operator.report(type="TRA-SP", location={"place": "天桥站"})
        called_off = await operator.assign(taken_back["id"], "G5-4", reason="a drill")
        await until(lambda: assignment(called_off["id"]), lambda found: found["state"] == "en_route")
        await until(lambda: position_of("G5-4"), lambda found: found and found["source"] == "device")
        await operator.step(called_off["id"], "revoke")
        await until(lambda: position_of("G5-4"), lambda found: found and found["source"] == "post")
        assert (await assignment(called_off["id"]))["on_scene_at"] is None


async def test_nobody_is_played_where_the_clock_is_a_real_one(served: House) -> None:
    async with served.pool.acquire() as connection:
        await connection.execute("UPDATE clock SET drill = false, real_from = NULL, told_from = NULL")
    async with drill(served) as playing:
        code, said = await playing.ends()
    assert code == 1
    assert "this service's clock is not a drill's" in said
    assert "Traceback" not in said
    async with served.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM incident") == 0
        assert await connection.fetchval("SELECT count(*) FROM session WHERE role = 'crew'") == 0
