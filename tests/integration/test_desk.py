"""The desk under several hands: advice waits for nobody, a step for its own incident only, nobody in a ring."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from house import House, Signed


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def sprain(operator: Signed, **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = await operator.report(type="TRA-SP", location={"place": "后花园"}, **more)
    return told


async def test_advice_is_given_while_others_decide_and_change_the_incident(served: House, operator: Signed) -> None:
    told = await sprain(operator)
    async with served.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM area FOR NO KEY UPDATE")
        await connection.execute("UPDATE incident SET version = version + 1")
        advice = await operator.ask("GET", f"/api/incidents/{told['id']}/recommendation")
    assert [each["code"] for each in advice["first"]] == [each["code"] for each in told["recommendation"]["first"]]
    await operator.assign(told["id"], advice["first"][0]["code"], decision=advice["decision"])


async def test_a_crew_is_heard_and_an_incident_closed_while_others_decide(served: House, operator: Signed) -> None:
    told = await sprain(operator)
    order = await operator.assign(told["id"], told["recommendation"]["first"][0]["code"])
    async with served.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM area FOR NO KEY UPDATE")
        await operator.step(order["id"], "acknowledge")
        await operator.step(order["id"], "clear")
        closed = await operator.step_incident(told["id"], "close")
    assert closed["state"] == "closed"


async def test_drills_called_off_cancelled_and_stepped_at_once_never_wait_in_a_ring(
    served: House, operator: Signed
) -> None:
    supervisor = await served.sign_in("supervisor")
    drill = await supervisor.ask("POST", "/api/exercises", 201, id=str(uuid4()), name="演练")
    for _ in range(5):
        played = [await sprain(operator, exercise=drill["id"], assign="auto") for _ in range(2)]
        crews = [each["id"] for one in played for each in one["assignments"]]
        bodies = [
            ("/api/incidents", {"type": "TRA-FX", "location": {"place": "后花园"}, "assign": "auto"}),
            *((f"/api/assignments/{each}/steps", {"step": "note", "note": "在途"}) for each in crews * 2),
            (f"/api/incidents/{played[0]['id']}/steps", {"step": "cancel"}),
        ]
        asks = [operator.post(path, json={"id": str(uuid4()), **body}) for path, body in bodies]
        answers = await asyncio.gather(*asks)
        assert {each.status_code for each in answers} == {201}, [each.text for each in answers]
        real = answers[0].json()
        assert real["assignments"]
        for each in real["assignments"]:
            await operator.step(each["id"], "revoke")
        await operator.step_incident(played[1]["id"], "cancel")
    async with served.pool.acquire() as connection:
        deadlocks = await connection.fetchval(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
    assert deadlocks == 0


async def test_nobody_is_sent_outside_the_area_without_an_operator(served: House, operator: Signed) -> None:
    async with served.pool.acquire() as connection:
        await connection.execute("UPDATE area SET boundary = ST_Translate(boundary, 0.2, 0)")
    told = await operator.report(location={"place": "后花园"}, assign="auto")
    assert told["place"]["outside_area"]
    assert told["assignments"] == []
    retyped = await operator.step_incident(told["id"], "retype", type="MED-CA")
    assert retyped["recommendation"]["first"]
    assert retyped["assignments"] == []


async def test_an_assignment_takes_its_unit_from_a_drill_and_both_incidents_are_told(
    served: House, operator: Signed
) -> None:
    supervisor = await served.sign_in("supervisor")
    drill = await supervisor.ask("POST", "/api/exercises", 201, id=str(uuid4()), name="演练")
    async with served.listen(operator) as listener:
        played = await sprain(operator, exercise=drill["id"], assign="auto")
        real = await sprain(operator, assign="auto")
        assert [each["unit"] for each in real["assignments"]] == [each["unit"] for each in played["assignments"]]
        await served.assert_told_all(listener)
    assert (await operator.ask("GET", f"/api/incidents/{played['id']}"))["state"] == "waiting"
