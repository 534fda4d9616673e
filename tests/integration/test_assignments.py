"""A unit is assigned once, its steps are legal, and everything is written down where it cannot be altered."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from house import House, Signed

from dispatch.decision import Inputs, code_version, replay

PAIRS = 30


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def sprain(operator: Signed, place: str = "后花园", **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = await operator.report(type="TRA-SP", location={"place": place}, **more)
    return told


async def test_two_operators_taking_one_unit_at_once_never_both_get_it(served: House) -> None:
    one, two = await served.sign_in("operator"), await served.sign_in("operator2")
    mine, theirs = await sprain(one), await sprain(two)
    for turn in range(PAIRS):
        asks = [
            client.post(
                f"/api/incidents/{told['id']}/assignments",
                json={"id": str(uuid4()), "unit": "G5-3", "reason": f"turn {turn}"},
            )
            for client, told in ((one, mine), (two, theirs))
        ]
        answers = await asyncio.gather(*asks)
        assert sorted(each.status_code for each in answers) == [201, 409]
        won = next(each.json() for each in answers if each.status_code == 201)
        lost = next(each.json() for each in answers if each.status_code == 409)
        assert lost["error"] == "unit_already_assigned"
        assert lost["detail"]["incident"] == won["incident"]
        assert lost["detail"]["since"] == won["assigned_at"]
        assert "G5-3" in lost["message"]
        async with served.pool.acquire() as connection:
            count = await connection.fetchval("SELECT count(*) FROM assignment WHERE ended_at IS NULL")
        assert count == 1
        await one.step(won["id"], "revoke")


async def test_the_database_itself_refuses_a_second_open_assignment(served: House, operator: Signed) -> None:
    told = await sprain(operator)
    order = await operator.assign(told["id"], "G5-3")
    copy = """INSERT INTO assignment (id, area, incident, unit, kind, decision, medical, people, assigned_at, by)
              SELECT gen_random_uuid(), area, incident, unit, kind, decision, medical, people, assigned_at, by
              FROM assignment WHERE id = $1"""
    async with served.pool.acquire() as connection:
        with pytest.raises(asyncpg.UniqueViolationError, match="one_open_assignment_per_unit"):
            await connection.execute(copy, UUID(order["id"]))


async def test_many_automatic_reports_at_once_never_share_a_unit(operator: Signed, served: House) -> None:
    bodies = [
        {"id": str(uuid4()), "type": "TRA-SP", "location": {"place": "后花园"}, "assign": "auto"} for _ in range(12)
    ]
    answers = await asyncio.gather(*(operator.post("/api/incidents", json=body) for body in bodies))
    assert [each.status_code for each in answers] == [201] * 12
    sent = [each["unit_code"] for answer in answers for each in answer.json()["assignments"]]
    assert len(sent) == len(set(sent)) == 12


async def test_the_same_assignment_sent_twice_is_one(operator: Signed) -> None:
    told = await sprain(operator)
    body = {"id": str(uuid4()), "unit": "G5-3"}
    first = await operator.ask("POST", f"/api/incidents/{told['id']}/assignments", 201, **body)
    assert await operator.ask("POST", f"/api/incidents/{told['id']}/assignments", 200, **body) == first


async def test_another_unit_than_the_recommended_one_needs_a_reason(operator: Signed) -> None:
    told = await sprain(operator)
    error = await operator.assign(told["id"], "G5-5", 422)
    assert (error["error"], error["field"]) == ("reason_required", "reason")
    assert error["detail"]["recommended"] == ["G5-3"]
    order = await operator.assign(told["id"], "G5-5", reason="已在路上")
    assert order["reason"] == "已在路上"


async def test_an_assignment_names_the_decision_it_follows_with_all_its_inputs(served: House, operator: Signed) -> None:
    told = await sprain(operator)
    advised = await operator.ask("GET", f"/api/incidents/{told['id']}/recommendation")
    order = await operator.assign(told["id"], "G5-3", decision=advised["decision"])
    assert order["decision"] == advised["decision"]
    async with served.pool.acquire() as connection:
        row = await connection.fetchrow("SELECT * FROM decision WHERE id = $1", UUID(advised["decision"]))
    inputs = msgspec.convert(row["inputs"], Inputs)
    assert row["code_version"] == code_version() == advised["code_version"]
    assert row["network_version"]["network"] == advised["network_version"]["network"]
    assert len(inputs.units) == 54
    assert msgspec.json.decode(msgspec.json.encode(replay(inputs), order="deterministic")) == row["result"]


async def test_a_decision_of_another_incident_is_not_followed(operator: Signed) -> None:
    one, two = await sprain(operator), await sprain(operator)
    other = two["recommendation"]["decision"]
    error = await operator.assign(one["id"], "G5-3", 409, decision=other)
    assert error["error"] == "other_decision"
    error = await operator.assign(one["id"], "G5-3", 422, decision=str(uuid4()))
    assert (error["error"], error["field"]) == ("unknown_code", "decision")


async def test_an_illegal_step_changes_nothing(operator: Signed) -> None:
    order = await operator.assign((await sprain(operator))["id"], "G5-3")
    error = await operator.step(order["id"], "clear", 409)
    assert (error["error"], error["detail"]["state"]) == ("illegal_step", "assigned")
    assert await operator.ask("GET", f"/api/assignments/{order['id']}") == order

    await operator.step(order["id"], "at_patient")
    error = await operator.step(order["id"], "acknowledge", 409)
    assert error["error"] == "illegal_step"


async def test_a_late_answer_to_a_revoked_order_is_told_so(served: House, operator: Signed) -> None:
    crew = await served.sign_in("crew-G5-3")
    order = await operator.assign((await sprain(operator))["id"], "G5-3")
    await operator.step(order["id"], "revoke", note="另有单元更近")
    error = await crew.step(order["id"], "acknowledge", 409)
    assert (error["error"], error["detail"]["state"]) == ("stale", "revoked")


async def test_a_crews_call_for_help_stands_on_its_assignment_for_every_console(
    served: House, operator: Signed
) -> None:
    crew = await served.sign_in("crew-G5-3")
    order = await operator.assign((await sprain(operator))["id"], "G5-3")
    board = f"area/{operator.session['area']}"
    async with served.listen(operator) as console:
        await crew.step(order["id"], "need_help", note="需要担架手")
        seen = await console.thing(board, "assignment", order["id"], lambda body: body["help_asked_at"] is not None)
    assert seen["state"] == "assigned"


async def test_a_later_step_may_be_taken_without_the_earlier_ones_and_missing_marks_stay_missing(
    operator: Signed,
) -> None:
    told = await sprain(operator)
    order = await operator.assign(told["id"], "G5-3")
    await operator.step(order["id"], "acknowledge")
    cleared = await operator.step(order["id"], "clear")
    assert cleared["at_patient_at"] is None
    clock = (await operator.ask("GET", f"/api/incidents/{told['id']}"))["clock"]
    assert (clock["response_time_s"], clock["travel_s"], clock["within_target"]) == (None, None, None)


async def test_t5_is_the_devices_time_corrected_by_its_clock(served: House, operator: Signed) -> None:
    crew = await served.sign_in("crew-G5-3")
    told = await sprain(operator)
    order = await operator.assign(told["id"], "G5-3")
    assigned_at = datetime.fromisoformat(order["assigned_at"])
    await set_drill_clock(served, assigned_at + timedelta(minutes=20))

    # The phone was offline; its clock is ten minutes fast; it presses at the patient at +6 min and sends at +20 min.
    fast = timedelta(minutes=10)
    crew.headers["device-now"] = str(round((assigned_at + timedelta(minutes=20) + fast).timestamp() * 1000))
    pressed = assigned_at + timedelta(minutes=6) + fast
    stepped = await crew.step(order["id"], "at_patient", device_at=pressed.isoformat())
    arrived = datetime.fromisoformat(stepped["at_patient_at"])
    assert abs(arrived - (assigned_at + timedelta(minutes=6))) < timedelta(seconds=5)

    entries = (await operator.ask("GET", f"/api/incidents/{told['id']}/timeline"))["items"]
    entry = next(each for each in entries if each["step"] == "at_patient")
    assert datetime.fromisoformat(entry["device_at"]) == pressed
    assert datetime.fromisoformat(entry["corrected_at"]) == arrived
    assert datetime.fromisoformat(entry["at"]) > arrived


async def test_badly_told_times_never_make_an_interval_negative(operator: Signed) -> None:
    told = await sprain(operator)
    order = await operator.assign(told["id"], "G5-3")
    await operator.step(order["id"], "en_route")
    early = (datetime.fromisoformat(order["assigned_at"]) - timedelta(hours=1)).isoformat()
    await operator.step(order["id"], "at_patient", device_at=early)
    clock = (await operator.ask("GET", f"/api/incidents/{told['id']}"))["clock"]
    assert clock["travel_s"] == 0
    assert clock["turnout_s"] > 0


async def set_drill_clock(served: House, at: datetime) -> None:
    async with served.pool.acquire() as connection:
        await connection.execute("UPDATE clock SET real_from = clock_timestamp(), told_from = $1", at)


async def test_the_timeline_only_grows(served: House, operator: Signed) -> None:
    await sprain(operator)
    async with served.pool.acquire() as connection:
        for statement in (
            "UPDATE incident_log SET step = 'other'",
            "DELETE FROM incident_log",
            "TRUNCATE incident_log",
            "UPDATE decision SET code_version = ''",
            "DELETE FROM decision",
        ):
            with pytest.raises(asyncpg.RestrictViolationError, match="only grows"):
                await connection.execute(statement)


async def test_what_fails_leaves_no_trace(served: House, operator: Signed) -> None:
    """The timeline, the outbox and the change are one transaction."""
    told = await sprain(operator)
    counts = (
        "SELECT (SELECT count(*) FROM incident_log), (SELECT sum(seq) FROM feed.stream), (SELECT count(*) FROM request)"
    )
    async with served.pool.acquire() as connection:
        before = tuple(await connection.fetchrow(counts))
    await operator.assign(told["id"], "G5-5", 422)
    async with served.pool.acquire() as connection:
        assert tuple(await connection.fetchrow(counts)) == before


async def test_a_real_incident_takes_a_unit_out_of_an_exercise(served: House, operator: Signed) -> None:
    supervisor = await served.sign_in("supervisor")
    drill = await supervisor.ask("POST", "/api/exercises", 201, id=str(uuid4()), name="演练")
    played = await sprain(operator, exercise=drill["id"])
    order = await operator.assign(played["id"], "G5-3")
    assert order["exercise"] == drill["id"]

    real = await sprain(operator)
    assert real["recommendation"]["first"][0]["code"] == "G5-3"
    await operator.assign(real["id"], "G5-3")
    ended = await operator.ask("GET", f"/api/assignments/{order['id']}")
    assert (ended["state"], ended["ended_reason"]) == ("revoked", "real_incident")
    assert (await operator.units())["G5-3"]["incident"] == real["id"]


async def test_an_incident_order_that_is_not_located_is_refused(operator: Signed) -> None:
    told = await operator.report(type="TRA-SP")
    assert (await operator.assign(told["id"], "G5-3", 409))["error"] == "not_located"
    path = f"/api/incidents/{told['id']}/recommendation"
    assert (await operator.ask("GET", path, 409))["error"] == "not_located"


async def test_a_relocated_incident_reaches_the_crew_with_its_new_place(served: House, operator: Signed) -> None:
    crew = await served.sign_in("crew-G5-3")
    told = await sprain(operator)
    order = await operator.assign(told["id"], "G5-3")
    async with served.listen(crew) as phone:
        stream = f"unit/{crew.session['unit']}"
        await phone.thing(stream, "assignment", order["id"], lambda body: body["place"]["name_en"] == "Back Garden")
        await operator.step_incident(told["id"], "locate", location={"place": "迷魂台站"})
        await phone.thing(stream, "assignment", order["id"], lambda body: body["place"]["name_zh"] == "迷魂台站")


async def test_an_order_is_small_enough_for_one_bar_of_signal(served: House, operator: Signed) -> None:
    told = await operator.report(
        type="MED-CA",
        location={"place": "天子阁"},
        note="游客突然倒地,无意识,旁边有人在做心肺复苏" * 20,
        caller={"name": "导游李某某", "phone": "0744-555-0188", "language": "zh"},
        assign="auto",
    )
    order = told["assignments"][0]
    async with served.pool.acquire() as connection:
        sizes = await connection.fetch(
            "SELECT octet_length(body::text) AS bytes FROM feed.outbox WHERE stream LIKE 'unit/%'"
        )
    assert sizes
    assert max(row["bytes"] for row in sizes) <= 2048
    shown = await operator.ask("GET", f"/api/assignments/{order['id']}")
    assert shown["notes"][0].startswith("游客突然倒地")
    assert shown["legs"]


async def test_a_crew_on_its_way_reads_the_whole_way(operator: Signed) -> None:
    told = await operator.report(
        type="TRA-FX",
        location={"place": "天桥站"},
        note="下车时踏空,小腿剧痛不能动",
        caller={"name": "马先生", "phone": "0744-555-0188", "language": "zh"},
    )
    far = next(each for each in told["recommendation"]["candidates"] if _modes(each) == ["drive", "leave", "walk"])
    order = await operator.assign(told["id"], far["unit"], reason="他们熟悉那里")
    for step in ("acknowledge", "en_route"):
        await operator.step(order["id"], step)
    shown = await operator.ask("GET", f"/api/assignments/{order['id']}")
    moving = [leg for leg in far["legs"] if leg["mode"] != "leave"]
    for name in ("mode", "to", "to_en", "length_m", "climb_m", "time_s"):
        assert [leg[name] for leg in shown["legs"]] == [leg[name] for leg in moving]
    assert shown["notes"] == ["下车时踏空,小腿剧痛不能动"]


def _modes(holder: dict[str, Any]) -> list[str]:
    return [leg["mode"] for leg in holder["legs"]]


async def test_nobody_waits_for_ever_on_an_old_moment(operator: Signed) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC).isoformat()
    order = await operator.assign((await sprain(operator))["id"], "G5-3")
    stepped = await operator.step(order["id"], "acknowledge", device_at=long_ago)
    assert stepped["acknowledged_at"] == order["assigned_at"]
