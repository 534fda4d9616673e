"""Looking back over HTTP and from a shell: decisions made again."""

import argparse
import asyncio
import json
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from house import PASSWORD, House, Signed

from dispatch import review, ways

LIFT = "BLL-BLU-lift"


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def command(
    served: House, fill: Callable[[argparse.ArgumentParser], None], *words: str, language: str = "en"
) -> tuple[int, list[str]]:
    parser = argparse.ArgumentParser()
    fill(parser)
    common = ["--url", served.url, "--login", "operator", "--password", PASSWORD, "--language", language]
    lines: list[str] = []
    return await asyncio.to_thread(ways.run, parser.parse_args([*common, *words]), lines.append), lines


async def test_a_decision_is_made_again_on_the_ground_of_then_and_one_altered_input_shows(
    served: House, operator: Signed
) -> None:
    shut = await operator.ask("POST", "/api/closures", 201, id=str(uuid4()), edges=[LIFT], reason="检修")
    await operator.ask("POST", "/api/conditions", 201, id=str(uuid4()), profile="rain", reason="下雨")
    told = await operator.report(type="MED-CA", location={"place": "后花园"})
    advice = told["recommendation"]
    await operator.ask("POST", f"/api/closures/{shut['id']}/end", 201, id=str(uuid4()))
    await operator.ask("POST", "/api/conditions", 201, id=str(uuid4()), profile="normal", reason="晴")
    path = f"/api/decisions/{advice['decision']}/replay"

    again = await operator.ask("GET", path)
    assert (again["same"], again["differences"]) == (True, [])
    assert again["stored"] == again["recomputed"]
    assert again["stored"]["chosen"] == [each["code"] for each in advice["first"]]
    assert [each["code"] for each in again["recomputed"]["candidates"]] == [
        each["code"] for each in advice["candidates"]
    ]
    assert (again["closures"], again["network_version"]["conditions"]) == ([shut["id"]], "rain")
    assert again["incident_number"] == told["number"]

    async with served.pool.acquire() as connection:
        inputs = await connection.fetchval("SELECT inputs FROM decision WHERE id = $1", UUID(advice["decision"]))
        [first] = [each for each in inputs["units"] if each["weighed"]["code"] == advice["first"][0]["code"]]
        first["turnout_s"] += 3600
        forged = await connection.fetchval(  # a stored decision itself cannot be changed: the database refuses
            "INSERT INTO decision (area, incident, at, network_version, code_version, inputs, result, by)"
            " SELECT area, incident, at, network_version, code_version, $2, result, by FROM decision WHERE id = $1"
            " RETURNING id",
            UUID(advice["decision"]),
            inputs,
        )
    altered = await operator.ask("GET", f"/api/decisions/{forged}/replay")
    assert altered["same"] is False
    assert altered["stored"] == again["stored"]
    assert altered["recomputed"]["chosen"] != again["stored"]["chosen"]
    [eta] = [each for each in altered["differences"] if each["what"] == "eta_s"]
    assert eta["unit"] == advice["first"][0]["code"]
    assert eta["recomputed"] == pytest.approx(eta["stored"] + 3600)

    status, lines = await command(served, review.add_replay_arguments, str(forged))
    assert status == review.DIFFERS
    assert any(f"{eta['unit']} eta_s: " in line for line in lines)
    status, lines = await command(served, review.add_replay_arguments, str(forged), "--json")
    assert json.loads(lines[0])["differences"] == altered["differences"]


async def test_a_replay_that_cannot_be_made_says_why(served: House, operator: Signed) -> None:
    advice = (await operator.report(type="TRA-SP", location={"place": "后花园"}))["recommendation"]
    status, lines = await command(served, review.add_replay_arguments, advice["decision"], language="zh")
    assert (status, lines[3]) == (0, "一致")
    async with served.pool.acquire() as connection:
        await connection.execute("UPDATE network SET version = 'another'")
    refused = await operator.ask("GET", f"/api/decisions/{advice['decision']}/replay", 409)
    assert refused["error"] == "ground_gone"
    assert advice["network_version"]["network"] in refused["message"]
    assert (await operator.ask("GET", f"/api/decisions/{uuid4()}/replay", 404))["error"] == "not_found"
