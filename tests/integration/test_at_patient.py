"""T5 when the crew forgets to press: proposed from its position, said afterwards, and how it is known stays known."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from house import A_MONDAY_MORNING, House, Signed


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def sent(operator: Signed) -> tuple[dict[str, Any], dict[str, Any]]:
    told = await operator.report(type="TRA-FX", location={"place": "后花园"})
    order = await operator.assign(told["id"], "G5-3", reason="test")
    return told, order


async def stands(crew: Signed, point: dict[str, float], *, metres_north: float = 0, **more: Any) -> None:
    body = {"lon": point["lon"], "lat": point["lat"] + metres_north / 111_000, "datum": "WGS84", "source": "device"}
    fix = body | {"device_at": (A_MONDAY_MORNING + timedelta(minutes=1)).isoformat(), "accuracy_m": 10} | more
    answer = await crew.post("/api/units/G5-3/positions", json=[fix])
    assert answer.status_code == 201, answer.text


async def how(operator: Signed) -> Any:
    told = await operator.ask("GET", "/api/reports/response")
    return next(each["provenance"] for each in told["rows"] if each["by"] == "all")


async def test_a_position_near_the_patient_proposes_and_one_key_confirms(served: House, operator: Signed) -> None:
    crew = await served.sign_in("crew-G5-3")
    async with served.pool.acquire() as connection:
        await connection.execute("UPDATE clock SET told_from = told_from + interval '2 minutes'")
        at = await connection.fetchval("SELECT server_now()")
    told, order = await sent(operator)
    path, patient = f"/api/assignments/{order['id']}", told["place"]["point"]
    await crew.step(order["id"], "en_route", channel="device")
    async with served.listen(operator) as console, served.listen(crew) as phone:
        now = (at + timedelta(seconds=1)).isoformat()
        await stands(crew, patient, metres_north=45, device_at=now)
        await stands(crew, patient, accuracy_m=400, device_at=now)
        await stands(crew, patient, device_at=(at - timedelta(hours=1)).isoformat())
        assert (await operator.ask("GET", path))["near_patient_at"] is None, "too far, too vague, before the order"
        await stands(crew, patient, metres_north=20, device_at=(at + timedelta(hours=1)).isoformat())
        stream = f"unit/{crew.session['unit']}"
        seen = await phone.thing(stream, "assignment", order["id"], lambda each: each["near_patient_at"] is not None)
        assert seen["at_patient_at"] is None, "proposed, not taken for said"
        near = seen["near_patient_at"]
        await stands(crew, patient)
        assert (await operator.ask("GET", path))["near_patient_at"] == near, "the first counts"
        done = await crew.step(order["id"], "at_patient", channel="position", happened_at=near)
        assert done["at_patient_at"] == near
        await served.assert_told_all(console)
        await served.assert_told_all(phone)
    lines = (await operator.ask("GET", f"/api/incidents/{told['id']}/timeline"))["items"]
    assert [(each["step"], each["channel"]) for each in lines][-2:] == [
        ("near_patient", "position"),
        ("at_patient", "position"),
    ]
    assert await how(operator) == {"position": 1}


async def test_who_is_asked_afterwards_may_say_when_and_an_hour_to_come_is_refused(
    served: House, operator: Signed
) -> None:
    told, order = await sent(operator)
    on_scene = await operator.step(order["id"], "on_scene", channel="radio")
    ahead = (A_MONDAY_MORNING + timedelta(days=1)).isoformat()
    refused = await operator.step(order["id"], "at_patient", 400, channel="asked", happened_at=ahead)
    assert refused["field"] == "happened_at"
    early = A_MONDAY_MORNING.isoformat()
    done = await operator.step(order["id"], "at_patient", channel="asked", by="队长", happened_at=early)
    assert done["at_patient_at"] == on_scene["on_scene_at"], "never before the step before it"
    assert await how(operator) == {"asked": 1}
    lines = (await operator.ask("GET", f"/api/incidents/{told['id']}/timeline"))["items"]
    assert {**lines[-1]["body"], "happened_at": None} == {"said_by": "队长", "happened_at": None}
    assert datetime.fromisoformat(lines[-1]["body"]["happened_at"]) == A_MONDAY_MORNING, "what was said is kept"


async def test_a_step_entered_from_a_paper_log_says_so_and_counts_as_entered_late(operator: Signed) -> None:
    told, order = await sent(operator)
    await operator.step(order["id"], "at_patient", channel="late", by="王")
    await operator.step_incident(told["id"], "note", note="据纸质记录", channel="late")
    lines = (await operator.ask("GET", f"/api/incidents/{told['id']}/timeline"))["items"]
    assert [each["channel"] for each in lines if each["step"] in ("at_patient", "note")] == ["late", "late"]
    assert await how(operator) == {"late": 1}


async def test_once_the_unit_is_clear_the_operator_confirms_what_its_position_proposed(
    served: House, operator: Signed
) -> None:
    crew = await served.sign_in("crew-G5-3")
    told, order = await sent(operator)
    await crew.step(order["id"], "en_route")
    async with served.pool.acquire() as connection:
        there = await connection.fetchval("SELECT server_now()")
    await crew.step(order["id"], "clear")
    await stands(crew, told["place"]["point"], device_at=there.isoformat())  # it had no signal
    cleared = await operator.ask("GET", f"/api/assignments/{order['id']}")
    assert (cleared["state"], cleared["at_patient_at"]) == ("cleared", None)
    fix = {"of": "at_patient", "happened_at": cleared["near_patient_at"], "note": "按位置确认", "channel": "position"}
    done = await operator.step(order["id"], "correct", id=str(uuid4()), **fix)
    assert done["at_patient_at"] == cleared["near_patient_at"]
    assert (await operator.ask("GET", f"/api/incidents/{told['id']}"))["clock"]["within_target"] is True
    assert await how(operator) == {"position": 1}
