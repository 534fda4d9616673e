"""The conditions of the hour, switched live: the next decision, the coverage, the feed, and who switched them when."""

import asyncio
import shutil
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from house import House, Signed

from dispatch.decision import Inputs, replay
from dispatch.selection import Choice
from dispatch.server import store
from dispatch.server.app import service_over
from dispatch.server.config import Config
from grids.__main__ import main as grids_main

DEMO = Path(__file__).parents[2] / "areas" / "wulingyuan"


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def switch(seat: Signed, profile: str, expect: int = 201, **more: Any) -> Any:
    body = {"id": str(uuid4()), "profile": profile, "reason": "气象台预警", **more}
    return await seat.ask("POST", "/api/conditions", expect, **body)


async def advised(operator: Signed, incident: str) -> dict[str, Any]:
    told: dict[str, Any] = await operator.ask("GET", f"/api/incidents/{incident}/recommendation")
    return told


def times(advice: dict[str, Any]) -> dict[str, float]:
    return {each["code"]: each["eta_s"] for each in advice["candidates"] if each["eta_s"] is not None}


async def test_until_somebody_switches_them_they_are_normal(operator: Signed) -> None:
    told = await operator.ask("GET", "/api/conditions")
    area = operator.session["area"]
    assert (told["now"]["profile"], told["now"]["id"], told["now"]["version"]) == ("normal", area, 0)
    assert (told["now"]["by"], told["now"]["at"], told["history"]) == (None, None, [])
    names = {each["name"] for each in told["known"]}
    assert {"rain", "storm", "night", "golden_week"} <= names
    [storm] = [each for each in told["known"] if each["name"] == "storm"]
    assert (storm["name_zh"], storm["closes"]) == ("暴雨大风", ["cableway", "ferry", "rail"])


async def test_the_next_decision_takes_its_times_under_them_and_is_stored_so(served: House, operator: Signed) -> None:
    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    dry = await advised(operator, told["id"])
    assert dry["network_version"]["conditions"] == "normal"
    now = await switch(operator, "rain")
    assert (now["profile"], now["name_zh"], now["version"]) == ("rain", "下雨", 1)
    assert (now["by"], now["reason"]) == (operator.session["name"], "气象台预警")

    wet = await advised(operator, told["id"])
    assert wet["network_version"]["conditions"] == "rain"
    assert wet["network_version"]["closures"] == dry["network_version"]["closures"]
    slower = [code for code, eta_s in times(dry).items() if times(wet)[code] > eta_s]
    assert len(slower) > 40
    assert all(times(wet)[code] >= eta_s for code, eta_s in times(dry).items())
    async with served.pool.acquire() as connection:
        row = await connection.fetchrow("SELECT inputs, result FROM decision WHERE id = $1", UUID(wet["decision"]))
    inputs = msgspec.convert(row["inputs"], Inputs)
    assert inputs.network_version.conditions == "rain"
    assert replay(inputs) == msgspec.convert(row["result"], Choice)

    await switch(operator, "normal")
    assert times(await advised(operator, told["id"])) == times(dry)


async def test_conditions_that_close_cableways_leave_no_way_by_them(operator: Signed) -> None:
    told = await operator.report(type="TRA-SP", location={"place": "摘星台"})
    before = await advised(operator, told["id"])
    assert "cableway" in _modes(before)
    await switch(operator, "storm")
    assert not {"cableway", "rail"} & _modes(await advised(operator, told["id"]))


def _modes(advice: dict[str, Any]) -> set[str]:
    return {leg["mode"] for each in advice["candidates"] for leg in each["legs"]}


async def test_several_conditions_together_have_one_name_in_whatever_order_they_are_given(operator: Signed) -> None:
    both = await switch(operator, "rain + night")
    assert (both["profile"], both["name_en"]) == ("night+rain", "night, rain")


async def test_coverage_goes_by_them_to_the_second(operator: Signed) -> None:
    dry = await operator.ask("GET", "/api/coverage/now")
    await switch(operator, "golden_week")
    crowded = await operator.ask("GET", "/api/coverage/now")
    assert crowded["network_version"]["conditions"] == "golden_week"
    assert crowded["share_of_cells"] < dry["share_of_cells"]
    timed = [each for each in crowded["cells"] if each["point"]]
    for each in timed[::12]:
        located = {"point": {**each["point"], "datum": "WGS84"}}
        told = await operator.report(type="TRA-SP", location=located, assign="recommend")
        eta_s = times(told["recommendation"])
        for near in each["nearest"]:
            assert near["eta_s"] - crowded["allowance_s"] == pytest.approx(eta_s[near["code"]], abs=0.5), each["code"]


async def test_everybody_who_reads_the_ground_is_told_and_history_keeps_who_and_why(
    served: House, operator: Signed
) -> None:
    supervisor, crew = await served.sign_in("supervisor"), await served.sign_in("crew-G5-3")
    area = operator.session["area"]
    async with served.listen(operator) as console, served.listen(crew) as phone:
        for reader in (console, phone):
            before = await reader.thing(f"ground/{area}", "conditions", area, lambda each: each["version"] == 0)
            assert before["profile"] == "normal"
        await switch(operator, "rain", reason="开始下雨")
        now = await switch(supervisor, "storm", reason="雷雨大风")
        for reader in (console, phone):
            shown = await reader.thing(f"ground/{area}", "conditions", area, lambda each: each["version"] == 2)
            assert shown == now
        await served.assert_told_all(console)
        await served.assert_told_all(phone)
    told = await crew.ask("GET", "/api/conditions")
    assert told["now"] == now
    assert [(each["profile"], each["by"], each["reason"]) for each in told["history"]] == [
        ("storm", supervisor.session["name"], "雷雨大风"),
        ("rain", operator.session["name"], "开始下雨"),
    ]


async def test_unknown_conditions_are_refused_with_those_there_are(operator: Signed) -> None:
    told = await switch(operator, "hail", 422)
    assert (told["error"], told["field"]) == ("unknown_code", "profile")
    assert {"normal", "rain", "storm"} <= set(told["detail"]["known"])
    assert (await switch(operator, "rain+hail", 422))["message"].endswith("'hail'")
    assert (await switch(operator, "rain", 400, reason=""))["error"] == "bad_request"
    assert (await operator.ask("GET", "/api/conditions"))["history"] == []


async def test_the_same_id_switches_once(operator: Signed) -> None:
    body = {"id": str(uuid4()), "profile": "rain", "reason": "雨"}
    answers = [await operator.post("/api/conditions", json=body) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert len((await operator.ask("GET", "/api/conditions"))["history"]) == 1


async def test_history_cannot_be_rewritten(served: House, operator: Signed) -> None:
    await switch(operator, "rain")
    async with served.pool.acquire() as connection:
        for change in ("UPDATE conditions SET profile = 'normal'", "DELETE FROM conditions"):
            with pytest.raises(asyncpg.RestrictViolationError, match="conditions only grows"):
                await connection.execute(change)


async def test_another_process_goes_by_them_in_its_very_next_decision(served: House, operator: Signed) -> None:
    """A second service on the same database whose feed never runs: no notice reaches it."""
    area = UUID(operator.session["area"])
    async with service_over(Config(database_url=served.dsn)) as other, other.pool.acquire() as connection:
        for profile in ("rain", "normal", "night+storm"):
            await switch(operator, profile)
            ways = await other.ground.ways(connection, await store.area_now(connection, area))
            assert ways.profile.name == profile


async def test_conditions_of_another_release_are_taken_as_normal_and_said_to_be(
    served: House, operator: Signed
) -> None:
    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    before = times(await advised(operator, told["id"]))
    async with served.pool.acquire() as connection:
        await connection.execute(
            "INSERT INTO conditions (id, area, number, profile, reason, by, at)"
            " SELECT gen_random_uuid(), a.id, 1, 'sandstorm', 'x', (SELECT id FROM account LIMIT 1), now() FROM area a"
        )
    advice = await advised(operator, told["id"])
    assert (advice["network_version"]["conditions"], times(advice)) == ("normal", before)


async def test_an_areas_own_speeds_and_conditions_are_those_of_the_next_decision(
    served: House, operator: Signed, demo_url: str, tmp_path: Path
) -> None:
    told = await operator.report(type="TRA-SP", location={"place": "黄莲湾"})
    dry = await advised(operator, told["id"])
    known = {each["name"]: each for each in (await operator.ask("GET", "/api/conditions"))["known"]}
    assert "ZCT-HLW-trail" in known["flood"]["closes"]  # the demo's own flood shuts the trails of its valleys
    await switch(operator, "flood")
    flooded = await advised(operator, told["id"])
    assert flooded["network_version"]["speeds"] == dry["network_version"]["speeds"]
    assert min(times(flooded).values(), default=9e9) > min(times(dry).values())

    await switch(operator, "normal")
    area = tmp_path / "area"
    shutil.copytree(DEMO, area)
    (area / "speeds.csv").write_text(
        "mover,figure,value,source,confidence,illustrative\ncrew,level_mps,1.25,our tracks,M,false\n", encoding="utf-8"
    )
    (area / "conditions.csv").write_text(
        "code,name_zh,name_en,kind,closes,queue_s,source,confidence,illustrative\n"
        "march,三月会,March fair,crowds,,60,ours,A,false\n",
        encoding="utf-8",
    )
    words = ["load", str(area), "--database", demo_url, "--language", "en"]
    assert await asyncio.to_thread(grids_main, words) == 0
    slow = await advised(operator, told["id"])
    assert slow["network_version"]["speeds"] != dry["network_version"]["speeds"]
    assert min(times(slow).values()) > min(times(dry).values())
    fair = await switch(operator, "march+night")
    assert (fair["profile"], fair["name_zh"]) == ("march+night", "三月会、夜间")
    refused = await operator.ask("POST", "/api/conditions", 422, id=str(uuid4()), profile="typhoon", reason="test")
    assert "march" in refused["detail"]["known"]
