"""Shadow mode: decided as ever, nobody commanded, who went logged by hand, and the two compared to the second."""

import argparse
import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from chasing import later
from house import PASSWORD, House, Signed

from dispatch import mode, review, ways

HERE = {"place": "后花园"}


@pytest.fixture
async def supervisor(served: House) -> Signed:
    return await served.sign_in("supervisor")


async def switch(seat: Signed, to: str, expect: int = 201) -> Any:
    return await seat.ask("POST", "/api/mode", expect, id=str(uuid4()), mode=to, reason="试运行")


async def went(seat: Signed, incident: str, expect: int = 201, **what: Any) -> Any:
    return await seat.ask("POST", f"/api/incidents/{incident}/departures", expect, id=str(uuid4()), **what)


async def commands(served: House) -> dict[str, int]:
    """How much there is of all that tells or chases anybody, beside what is told of incidents taken live."""
    async with served.pool.acquire() as connection:
        return {
            "assignments": await connection.fetchval("SELECT count(*) FROM assignment"),
            "orders": await connection.fetchval("SELECT count(*) FROM feed.outbox WHERE stream LIKE 'unit/%'"),
            "timers": await connection.fetchval("SELECT count(*) FROM timer"),
            "alarms": await connection.fetchval("SELECT count(*) FROM alarm"),
            "pages": await connection.fetchval("SELECT count(*) FROM page"),
        }


async def test_in_shadow_it_is_decided_as_ever_and_nobody_is_commanded_or_chased(
    served: House, supervisor: Signed
) -> None:
    assert (await supervisor.ask("GET", "/api/mode"))["now"]["mode"] == "live"
    before = await commands(served)
    async with served.listen(supervisor) as listener:
        ground = f"ground/{supervisor.session['area']}"
        now = await switch(supervisor, "shadow")
        assert (now["mode"], now["by"], now["reason"]) == ("shadow", supervisor.session["name"], "试运行")
        told = await supervisor.report(type="MED-CA", location=HERE, assign="auto")
        assert (told["shadow"], told["assign"], told["assignments"]) == (True, "recommend", [])
        advice = told["recommendation"]
        assert advice["first"]
        unit = advice["first"][0]["code"]
        refused = await supervisor.assign(told["id"], unit, 409, decision=advice["decision"])
        assert refused["error"] == "shadow_mode"
        body = {"unit": unit, "to": (await supervisor.units())[unit]["post"]["code"]}
        assert (await supervisor.ask("POST", "/api/moves", 409, id=str(uuid4()), **body))["error"] == "shadow_mode"

        gone = await went(supervisor, told["id"], unit=unit, by="调度员")
        assert gone["state"] == "under_way"
        assert [each["code"] for each in gone["departures"]] == gone["units"] == [unit]
        assert (await went(supervisor, told["id"], 409, unit=unit))["error"] == "logged_already"
        busy = (await supervisor.units())[unit]
        assert (busy["state"], busy["incident"], busy["assignment"]) == ("busy", told["id"], None)
        await later(served, 3600)  # long after every step of the ladder and the target
        await asyncio.sleep(2.5)  # two looks of the chaser
        assert (await supervisor.ask("GET", "/api/queue"))["items"] == []
        assert await commands(served) == before

        again = await supervisor.ask("GET", f"/api/decisions/{advice['decision']}/replay")
        assert (again["same"], again["differences"]) == (True, [])
        timeline = (await supervisor.ask("GET", f"/api/incidents/{told['id']}/timeline"))["items"]
        [line] = [each for each in timeline if each["step"] == "departure"]
        assert (line["channel"], line["by"], line["body"]["said_by"]) == ("radio", supervisor.session["name"], "调度员")

        await switch(supervisor, "live")
        await listener.thing(ground, "mode", supervisor.session["area"], lambda body: body["version"] == 2)
        told_now = await supervisor.ask("GET", "/api/mode")
        assert (told_now["open_shadow"], told_now["open_live"], len(told_now["history"])) == (1, 0, 2)
        await supervisor.step_incident(told["id"], "priority", priority="P1")
        assert await commands(served) == before, "an incident taken in shadow is not pushed by the switch to live"
        live = await supervisor.report(type="MED-CA", location=HERE, assign="auto")
        assert live["assignments"]
        assert not live["shadow"]
        assert unit not in {each["unit_code"] for each in live["assignments"]}, "it is out by radio"
        assert (await went(supervisor, live["id"], 409, unit=unit))["error"] == "live_incident"
        await supervisor.step_incident(told["id"], "close", outcome="done")
        assert (await supervisor.units())[unit]["state"] == "free"
        await served.assert_told_all(listener)
    figures = await supervisor.ask("GET", "/api/reports/response")
    assert [each["n"] for each in figures["rows"] if each["by"] == "all"] == [1]
    assert figures["left"]["shadow"] == 1


async def test_a_report_split_off_in_shadow_is_in_shadow_and_an_exercise_is_run_as_ever(
    served: House, supervisor: Signed
) -> None:
    await switch(supervisor, "shadow")
    told = await supervisor.report(type="TRA-SP", location=HERE)
    body = {"id": str(uuid4()), "incident": told["id"], "location": HERE}
    more = await supervisor.ask("POST", "/api/reports", 201, **body)
    drill = await supervisor.ask("POST", "/api/exercises", 201, id=str(uuid4()), name="演练")
    played = await supervisor.report(type="MED-CA", location=HERE, assign="auto", exercise=drill["id"])
    assert (played["shadow"], bool(played["assignments"])) == (False, True)
    await switch(supervisor, "live")
    split = await supervisor.ask("POST", f"/api/reports/{more['report']['id']}/split", 201, id=str(uuid4()))
    assert split["incident"]["shadow"]


async def test_the_week_says_to_the_second_where_it_would_have_chosen_otherwise(
    served: House, supervisor: Signed, tmp_path: Path
) -> None:
    await switch(supervisor, "shadow")
    same = await supervisor.report(type="TRA-SP", location=HERE)
    first, *others = same["recommendation"]["candidates"]
    await went(supervisor, same["id"], unit=first["code"])
    await supervisor.step_incident(same["id"], "close", outcome="done")

    other = await supervisor.report(type="TRA-SP", location=HERE)
    ranked = other["recommendation"]["candidates"]
    assert [each["eta_s"] for each in ranked[:2]] == [each["eta_s"] for each in (first, others[0])]
    slow = next(each for each in ranked if not each["chosen"] and each["eta_s"] is not None)
    logged = await went(supervisor, other["id"], unit=slow["code"], went_at=other["clock"]["reported_at"])
    id = logged["departures"][0]["id"]
    there = await step(supervisor, id, "at_patient")
    assert there["clock"]["at_patient_at"] == there["departures"][0]["at_patient_at"]
    free = await step(supervisor, id, "handed_over")
    assert (free["units"], (await supervisor.units())[slow["code"]]["state"]) == ([], "free")

    nobody = await supervisor.report(type="TRA-SP", location=HERE)
    club = await supervisor.report(type="TRA-SP", location=HERE)
    await went(supervisor, club["id"], name="民间救援队")
    wrong = await went(supervisor, club["id"], unit=first["code"])
    [mistaken] = [each["id"] for each in wrong["departures"] if each["code"]]
    gone = await step(supervisor, mistaken, "withdraw", note="听错")
    assert [each["name"] for each in gone["departures"]] == ["民间救援队"]
    assert (await step(supervisor, mistaken, "withdraw", 409))["error"] == "stale"
    assert (await went(supervisor, club["id"], 400, unit=first["code"], name="x"))["field"] == "unit"

    report = await supervisor.ask("GET", "/api/reports/shadow")
    rows = {each["incident"]: each for each in report["rows"]}
    assert list(rows) == [same["id"], other["id"], nobody["id"], club["id"]]
    verdicts = [each["compared"]["verdict"] for each in rows.values()]
    assert verdicts == ["same", "other", "not_logged", "not_weighed"]
    told = rows[other["id"]]
    assert told["decision"] == other["recommendation"]["decision"]
    lost = told["compared"]["lost_s"]
    chosen = next(each for each in ranked if each["chosen"])
    assert lost == pytest.approx(slow["eta_s"] - chosen["eta_s"], abs=0.11)
    stored = await etas(served, told["decision"])
    assert lost == stored[slow["code"]] - stored[chosen["code"]]
    totals = report["totals"]
    assert (totals["n"], totals["same"], totals["other"], totals["timed"]) == (4, 1, 1, 2)
    assert (totals["not_logged"], totals["not_weighed"], totals["same_share"]) == (1, 1, 0.5)
    assert (totals["median_lost_s"], totals["p90_lost_s"]) == (0, lost)
    assert (report["from_day"], report["to_day"]) == ("2026-11-17", "2026-11-23")
    earlier = await supervisor.ask("GET", "/api/reports/shadow?from=2026-11-09&to=2026-11-15")
    assert (earlier["rows"], earlier["totals"]["n"]) == ([], 0)

    table = await supervisor.get("/api/reports/shadow.csv")
    assert table.content.startswith("\ufeffincident,".encode())
    assert f"{lost:.1f}" in table.text.splitlines()[2]
    file = tmp_path / "week.csv"
    status, lines = await command(served, review.add_shadow_arguments, "--csv", str(file))
    assert (status, file.read_bytes()) == (0, table.content)
    assert f"another choice  {lost / 60:+.1f} min" in lines[2]


async def test_the_mode_is_shown_and_switched_from_a_shell_by_a_supervisor_alone(
    served: House, supervisor: Signed
) -> None:
    status, lines = await command(served, mode.add_arguments, "switch", "shadow", "--reason", "试运行")
    assert (status, lines[0].startswith("shadow")) == (0, True)
    assert "sends and chases nobody" in lines[1]
    status, lines = await command(served, mode.add_arguments, "show", language="zh")
    assert (status, lines[0].startswith("影子运行")) == (0, True)
    status, _ = await command(served, mode.add_arguments, "switch", "live", "--reason", "x", login="operator")
    assert status == 1
    operator = await served.sign_in("operator")
    assert (await switch(operator, "live", 403))["error"] == "forbidden"
    assert (await supervisor.ask("GET", "/api/mode"))["now"]["mode"] == "shadow"


async def step(seat: Signed, departure: str, name: str, expect: int = 201, **more: Any) -> Any:
    return await seat.ask("POST", f"/api/departures/{departure}/steps", expect, id=str(uuid4()), step=name, **more)


async def etas(served: House, decision: str) -> dict[str, float]:
    async with served.pool.acquire() as connection:
        inputs = await connection.fetchval("SELECT inputs FROM decision WHERE id = $1", UUID(decision))
    return {each["weighed"]["code"]: each["weighed"]["eta_s"] for each in inputs["units"]}


async def command(
    served: House, fill: Any, *words: str, language: str = "en", login: str = "supervisor"
) -> tuple[int, list[str]]:
    parser = argparse.ArgumentParser()
    fill(parser)
    common = ["--url", served.url, "--login", login, "--password", PASSWORD, "--language", language]
    lines: list[str] = []
    return await asyncio.to_thread(ways.run, parser.parse_args([*common, *words]), lines.append), lines
