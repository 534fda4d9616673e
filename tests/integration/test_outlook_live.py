"""P1 and P2 are watched: late is seen before it is late, who mends it is named, and short units are shared."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from chasing import alarms, later, raised, until
from house import House, Signed

TARGET_S = 600


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def arrest(operator: Signed, place: str = "后花园", **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = await operator.report(type="MED-CA", location={"place": place}, assign="recommend", **more)
    return told


async def outlook(operator: Signed, incident: str, *states: str) -> dict[str, Any]:
    """The incident's outlook, once it is one of these."""

    async def there() -> dict[str, Any] | None:
        found = (await operator.ask("GET", f"/api/incidents/{incident}"))["outlook"]
        return found if found is not None and found["state"] in states else None

    found: dict[str, Any] = await until(there)
    return found


def timed(told: dict[str, Any]) -> dict[str, float]:
    """When each unit that could go would be there."""
    return {
        each["code"]: each["eta_s"]
        for each in told["recommendation"]["candidates"]
        if each["eta_s"] is not None and (each["chosen"] or each["reason_code"] == "others_are_sooner_and_enough")
    }


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_a_crew_that_does_not_move_is_seen_to_be_late_before_it_is_and_another_is_named(
    served: House, operator: Signed
) -> None:
    told = await arrest(operator)
    etas = timed(told)
    slow = max((code for code in etas if etas[code] < 500), key=lambda code: etas[code])
    assert etas[slow] > 200
    await operator.assign(told["id"], slow, reason="试")
    seen = await outlook(operator, told["id"], "in_time")
    expected = (moment(seen["expected_at"]) - moment(told["clock"]["reported_at"])).total_seconds()
    assert seen["expected_unit"] == slow
    assert etas[slow] <= expected < etas[slow] + 10
    assert seen["source"] == "plan"

    await later(served, TARGET_S - etas[slow] + 60 + 5)
    seen = await outlook(operator, told["id"], "late")
    assert moment(seen["expected_at"]) > moment(seen["deadline"]) > moment(seen["at"])
    alarm = await raised(operator, "late")
    assert alarm["offer"]["code"] == seen["proposed"]["code"]
    assert moment(alarm["raised_at"]) + timedelta(seconds=alarm["offer"]["eta_s"]) <= moment(seen["deadline"])

    await operator.assign(told["id"], alarm["offer"]["code"], decision=alarm["offer"]["decision"], reason="更快")
    await outlook(operator, told["id"], "in_time")

    async def ended() -> bool:
        return not any(each["what"] == "late" for each in await alarms(operator))

    await until(ended)


async def test_a_nearer_unit_that_becomes_free_is_proposed_although_all_goes_well(
    served: House, operator: Signed
) -> None:
    etas = timed(await arrest(operator))
    soonest, slow = (
        min(etas, key=lambda code: etas[code]),
        max((code for code in etas if etas[code] < TARGET_S), key=lambda code: etas[code]),
    )
    assert etas[slow] - etas[soonest] > 120
    for code in etas.keys() - {slow}:
        await operator.ask("POST", f"/api/units/{code}/availability", 201, id=str(uuid4()), available=False)
    told = await arrest(operator)
    await operator.assign(told["id"], slow, reason="试")
    seen = await outlook(operator, told["id"], "in_time")
    assert (seen["expected_unit"], seen["proposed"]) == (slow, None)
    await operator.ask("POST", f"/api/units/{soonest}/availability", 201, id=str(uuid4()), available=True)
    await later(served, 16)

    async def proposed() -> bool:
        return (await operator.ask("GET", f"/api/incidents/{told['id']}"))["outlook"]["proposed"] is not None

    await until(proposed)
    now = (await operator.ask("GET", f"/api/incidents/{told['id']}"))["outlook"]
    assert (now["state"], now["proposed"]["code"]) == ("in_time", soonest)


async def test_out_of_reach_from_the_start_is_a_label_with_the_best_time_and_no_alarm(
    served: House, operator: Signed
) -> None:
    for code in (await operator.units()).keys() - {"G1-1"}:
        await operator.ask("POST", f"/api/units/{code}/availability", 201, id=str(uuid4()), available=False)
    told = await arrest(operator)
    seen = await outlook(operator, told["id"], "out_of_reach")
    best = (moment(seen["best_at"]) - moment(seen["at"])).total_seconds()
    assert best == pytest.approx(timed(told)["G1-1"], abs=0.2)
    assert best > TARGET_S
    assert seen["proposed"]["code"] == "G1-1"
    await operator.assign(told["id"], "G1-1")
    await later(served, 61)
    await outlook(operator, told["id"], "out_of_reach")
    assert [each for each in await alarms(operator, standing=False) if each["what"] in ("late", "not_sent")] == []


async def test_to_whom_nobody_was_sent_is_not_forgotten_when_it_is_too_late(served: House, operator: Signed) -> None:
    told = await arrest(operator)
    await later(served, 61)
    alarm = await raised(operator, "not_sent")
    await later(served, TARGET_S * 5)
    seen = await outlook(operator, told["id"], "out_of_reach")
    assert seen["proposed"] is not None
    [standing] = [each for each in await alarms(operator) if each["incident"] == told["id"]]
    assert (standing["id"], standing["what"]) == (alarm["id"], "not_sent")
    await operator.assign(told["id"], standing["offer"]["code"], decision=standing["offer"]["decision"])

    async def ended() -> bool:
        return alarm["id"] not in {each["id"] for each in await alarms(operator)}

    await until(ended)


async def test_an_urgent_call_without_a_place_is_an_alarm_until_somebody_says_where(
    served: House, operator: Signed
) -> None:
    told = await operator.report(type="MED-CA")
    await later(served, 61)
    alarm = await raised(operator, "not_located")
    assert (alarm["incident"], alarm["offer"]) == (told["id"], None)
    await operator.step_incident(told["id"], "locate", location={"place": "后花园"})
    await raised(operator, "not_sent")
    assert [each["what"] for each in await alarms(operator)] == ["not_sent"]


async def test_whoever_is_left_by_all_who_were_sent_is_an_alarm_however_urgent(served: House, operator: Signed) -> None:
    told = await operator.report(type="TRA-SP", location={"place": "后花园"}, priority="P3", assign="recommend")
    order = await operator.assign(told["id"], "G5-3", reason="试")
    await operator.step(order["id"], "decline", channel="radio", note="车坏")
    assert await alarms(operator) == []
    await later(served, 61)
    alarm = await raised(operator, "not_sent")
    assert alarm["incident"] == told["id"]
    assert alarm["offer"]["code"] != "G5-3"
    await operator.assign(told["id"], alarm["offer"]["code"], decision=alarm["offer"]["decision"])

    async def ended() -> bool:
        return alarm["id"] not in {each["id"] for each in await alarms(operator)}

    await until(ended)


async def test_whoever_was_helped_is_left_in_peace(served: House, operator: Signed) -> None:
    told = await operator.report(type="TRA-SP", location={"place": "后花园"}, priority="P3", assign="recommend")
    order = await operator.assign(told["id"], "G5-3", reason="试")
    for step in ("at_patient", "clear"):
        await operator.step(order["id"], step, channel="radio")
    async with served.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM timer WHERE kind = 'incident'") == 0


async def test_what_only_time_moves_is_not_told_again_and_again(served: House, operator: Signed) -> None:
    for code in (await operator.units()).keys() - {"G1-1"}:
        await operator.ask("POST", f"/api/units/{code}/availability", 201, id=str(uuid4()), available=False)
    told = await arrest(operator)
    seen = await outlook(operator, told["id"], "out_of_reach")
    version = (await operator.ask("GET", f"/api/incidents/{told['id']}"))["version"]
    for _ in range(3):
        await _looked_at_again(served, told["id"])
    after = await operator.ask("GET", f"/api/incidents/{told['id']}")
    assert (after["outlook"], after["version"]) == (seen, version)


async def _looked_at_again(served: House, incident: str) -> None:
    async def due() -> datetime | None:
        async with served.pool.acquire() as connection:
            found: datetime | None = await connection.fetchval(
                "SELECT due_at FROM timer WHERE kind = 'incident' AND thing = $1", UUID(incident)
            )
        return found

    async def put_off() -> bool:
        now = await due()
        return now is not None and before is not None and now > before

    before = await due()
    await later(served, 16)
    await until(put_off)


async def test_who_waits_is_warned_of_after_the_allowance_until_somebody_is_sent(
    served: House, operator: Signed
) -> None:
    board = f"area/{operator.session['area']}"
    async with served.listen(operator) as console:
        told = await arrest(operator)
        await outlook(operator, told["id"], "waiting")
        assert await alarms(operator) == []
        await later(served, 60)
        alarm = await raised(operator, "not_sent")
        assert alarm["offer"]["code"] == "G5-3"
        await operator.assign(told["id"], "G5-3", decision=alarm["offer"]["decision"])
        await outlook(operator, told["id"], "in_time")

        async def ended() -> bool:
            return not [each for each in await alarms(operator) if each["what"] == "not_sent"]

        await until(ended)
        await console.thing(board, "incident", told["id"], lambda body: body["outlook"]["state"] == "in_time")
        await served.assert_told_all(console)


async def test_once_somebody_is_at_the_patient_nothing_is_watched_any_more(served: House, operator: Signed) -> None:
    told = await arrest(operator)
    order = await operator.assign(told["id"], "G5-3")
    await outlook(operator, told["id"], "in_time")
    await operator.step(order["id"], "at_patient", channel="radio")
    assert (await operator.ask("GET", f"/api/incidents/{told['id']}"))["outlook"] is None
    async with served.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM timer WHERE kind = 'incident'") == 0


async def test_less_urgent_incidents_are_not_watched_until_they_are_urgent(operator: Signed) -> None:
    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    assert (await operator.ask("GET", f"/api/incidents/{told['id']}"))["outlook"] is None
    await operator.step_incident(told["id"], "priority", priority="P2")
    await outlook(operator, told["id"], "waiting")
    await operator.step_incident(told["id"], "priority", priority="P4")
    assert (await operator.ask("GET", f"/api/incidents/{told['id']}"))["outlook"] is None


async def test_a_position_under_way_says_better_than_the_plan_when_a_crew_arrives(
    served: House, operator: Signed
) -> None:
    told = await arrest(operator)
    order = await operator.assign(told["id"], "G5-3", reason="试")
    await operator.step(order["id"], "en_route", channel="radio")
    await outlook(operator, told["id"], "in_time")
    base = (await operator.units())["G1-1"]["post_point"]
    at = moment((await operator.step(order["id"], "note", note="走错路"))["assigned_at"]) + timedelta(seconds=3)
    await later(served, 5)
    here = {**base, "datum": "WGS84", "source": "radio", "device_at": at.isoformat()}
    await operator.post("/api/units/G5-3/positions", json=[here])
    await later(served, 15)
    seen = await outlook(operator, told["id"], "late")
    assert (seen["source"], seen["expected_unit"]) == ("position", "G5-3")
    assert (await raised(operator, "late"))["offer"]["code"] != "G5-3"


async def test_a_unit_is_proposed_from_a_less_urgent_incident_and_taken_by_one_act(
    served: House, operator: Signed
) -> None:
    for code in (await operator.units()).keys() - {"G5-3", "G1-1"}:
        await operator.ask("POST", f"/api/units/{code}/availability", 201, id=str(uuid4()), available=False)
    minor = await operator.report(type="TRA-SP", location={"place": "后花园"}, priority="P4")
    held = await operator.assign(minor["id"], "G5-3")
    told = await arrest(operator)
    await later(served, 60)
    offer = (await raised(operator, "not_sent"))["offer"]
    assert (offer["code"], offer["taken_from"], offer["taken_from_number"]) == ("G5-3", minor["id"], minor["number"])

    refused = await operator.assign(told["id"], "G5-3", 409, reason="急")
    assert refused["error"] == "unit_already_assigned"
    await operator.assign(told["id"], "G5-3", take_from=minor["id"], reason="急")
    ended = await operator.ask("GET", f"/api/assignments/{held['id']}")
    assert (ended["state"], ended["ended_reason"]) == ("revoked", "preempted")
    assert (await operator.units())["G5-3"]["incident"] == told["id"]


async def test_nobody_is_taken_from_a_patient_or_from_what_is_as_urgent(operator: Signed) -> None:
    minor = await operator.report(type="TRA-SP", location={"place": "后花园"}, priority="P4")
    held = await operator.assign(minor["id"], "G5-3")
    told, other = await arrest(operator), await arrest(operator)
    await operator.step(held["id"], "at_patient", channel="radio")
    refused = await operator.assign(told["id"], "G5-3", 409, take_from=minor["id"], reason="急")
    assert (refused["error"], refused["field"]) == ("may_not_take", "take_from")
    await operator.assign(other["id"], "G5-2", reason="试")
    refused = await operator.assign(told["id"], "G5-2", 409, take_from=other["id"], reason="急")
    assert refused["error"] == "may_not_take"
    assert (await operator.ask("GET", f"/api/assignments/{held['id']}"))["state"] == "at_patient"


async def test_those_who_wait_are_matched_together_the_urgent_first_and_no_unit_twice(
    served: House, operator: Signed
) -> None:
    free = {"G5-3", "G5-2"}
    for code in (await operator.units()).keys() - free:
        await operator.ask("POST", f"/api/units/{code}/availability", 201, id=str(uuid4()), available=False)
    sprain = await operator.report(type="TRA-SP", location={"place": "后花园"})
    first, second = await arrest(operator), await arrest(operator, "迷魂台")
    received = await operator.report()
    items = (await operator.ask("GET", "/api/queue"))["items"]
    assert [each["incident"] for each in items] == [first["id"], second["id"], received["id"], sprain["id"]]
    assert {each["proposed"]["code"] for each in items[:2]} == free
    assert [each["reason"] for each in items[2:]] == ["nobody_can_come", "others_go_first"]
    assert [each["proposed"] for each in items[2:]] == [None, None]
    await operator.assign(first["id"], items[0]["proposed"]["code"], reason="排队")
    left = (await operator.ask("GET", "/api/queue"))["items"]
    assert [each["incident"] for each in left] == [second["id"], received["id"], sprain["id"]]
