"""Looking back over HTTP and from a shell: decisions made again, and how long help took."""

import argparse
import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
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


async def handled(operator: Signed, at_patient: dict[str, Any] | None, **what: Any) -> dict[str, Any]:
    """An incident reported, run by radio and closed; who sent nobody word of the patient clears without it."""
    told = await operator.report(type="TRA-FX", location={"place": "后花园"}, **what)
    unit = told["recommendation"]["first"][0]["code"]
    order = await operator.assign(told["id"], unit, decision=told["recommendation"]["decision"])
    await operator.step(order["id"], "en_route", channel="radio")
    if at_patient is not None:
        await operator.step(order["id"], "at_patient", **at_patient)
    await operator.step(order["id"], "clear", channel="radio")
    await operator.step_incident(told["id"], "close", outcome="done")
    return {**told, "order": order["id"]}


async def test_figures_count_what_is_real_say_how_it_is_known_and_leave_nothing_out(
    served: House, operator: Signed, tmp_path: Path
) -> None:
    supervisor = await served.sign_in("supervisor")
    drill = await supervisor.ask("POST", "/api/exercises", 201, id=str(uuid4()), name="演练")
    await handled(operator, {"channel": "radio"})
    await handled(operator, {"channel": "position"})
    forgotten = await handled(operator, None)
    await handled(operator, {"channel": "radio"}, exercise=drill["id"])
    await operator.report(type="LOS-TR", location={"place": "后花园"}, assign="recommend")
    report = await operator.ask("GET", "/api/reports/response")
    rows = {(each["by"], each["population"]): each for each in report["rows"] if each["by"] in ("all", "cell")}
    circle = rows["all", "circle"]
    assert (circle["n"], circle["within"], circle["undecided"]) == (3, 2, 1)
    assert circle["provenance"] == {"radio": 1, "position": 1}
    assert (circle["response"]["known"], circle["response"]["missing"]) == (2, 1)
    assert rows["all", "without_target"]["n"] == 1
    assert rows["cell", "circle"]["name_en"]
    assert report["left"] == {"exercise": 1, "called_off": 0, "shadow": 0}
    assert (report["from_day"], report["to_day"]) == ("2026-10-25", "2026-11-23")
    alone = await operator.ask("GET", f"/api/reports/response?exercise={drill['id']}")
    assert [each["n"] for each in alone["rows"] if each["by"] == "all"] == [1]

    happened = forgotten["clock"]["reported_at"]
    moment = await operator.ask("GET", f"/api/assignments/{forgotten['order']}")
    assert moment["at_patient_at"] is None
    asked = {"of": "at_patient", "happened_at": moment["en_route_at"], "note": "电话询问"}
    await operator.step(forgotten["order"], "correct", **asked)
    again = await operator.ask("GET", f"/api/reports/response?from={happened[:10]}&to={happened[:10]}")
    [circle] = [each for each in again["rows"] if (each["by"], each["population"]) == ("all", "circle")]
    assert circle["provenance"] == {"radio": 1, "position": 1, "asked": 1}
    assert circle["share"]["value"] == 1

    files = tmp_path / "r.csv", tmp_path / "r.png"
    words = ["--csv", str(files[0]), "--plot", str(files[1]), "--by", "hour"]
    status, lines = await command(served, review.add_response_arguments, *words)
    assert status == 0, lines
    assert lines[1].startswith("hour 10 10:00 · P1, P2 with a target: n = 3")
    table = await operator.get("/api/reports/response.csv")
    assert table.content == files[0].read_bytes()
    assert table.content.startswith("\ufeffby,code,name".encode())
    assert files[1].read_bytes().startswith(b"\x89PNG")

    moments = {name: at for name, at in moment.items() if name in ("assigned_at", "en_route_at", "at_patient_at")}
    unit = {"unit": "G1-1", **moments, "at_patient_at": moment["en_route_at"], "cleared_at": moment["en_route_at"]}
    late = {"reported_at": happened, "closed_at": unit["cleared_at"], "by": "值班员", "units": [unit], "type": "TRA-FX"}
    await operator.ask("POST", "/api/incidents/late", 201, id=str(uuid4()), location={"place": "后花园"}, **late)
    with_late = await operator.ask("GET", "/api/reports/response")
    shown = {each["population"]: each for each in with_late["rows"] if each["by"] == "all"}
    assert (shown["late"]["n"], shown["late"]["provenance"], shown["circle"]["n"]) == (1, {"late": 1}, 3)

    refused = await operator.ask("GET", "/api/reports/response?from=2026-11-23&to=2026-11-01", 400)
    assert (refused["error"], refused["field"]) == ("bad_request", "from")
    unknown = await operator.ask("GET", f"/api/reports/response?exercise={uuid4()}", 422)
    assert unknown["field"] == "exercise"
