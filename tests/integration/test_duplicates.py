"""Two callers, one event: it is seen while the second speaks, both are kept, and nothing is closed by itself."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from house import House, Signed

BACK_GARDEN = {"place": "后花园"}


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def told(seat: Signed, expect: int = 201, **more: Any) -> Any:
    return await seat.ask("POST", "/api/reports", expect, id=str(uuid4()), **more)


async def link(seat: Signed, incident: str, same_as: str, expect: int = 201, **more: Any) -> Any:
    body = {"id": str(uuid4()), "same_as": same_as, **more}
    return await seat.ask("POST", f"/api/incidents/{incident}/links", expect, **body)


async def steps(seat: Signed, incident: str) -> list[dict[str, Any]]:
    """What people did; that nobody answers an order is noted by the service whenever that time comes."""
    items: list[dict[str, Any]] = (await seat.ask("GET", f"/api/incidents/{incident}/timeline"))["items"]
    return [each for each in items if each["step"] != "chased"]


async def test_a_machine_report_is_answered_with_what_it_may_repeat_and_how_far_that_is_on_foot(
    operator: Signed,
) -> None:
    first = await operator.report(type="TRA-FX", location=BACK_GARDEN)
    assert first["possible_duplicates"] == []
    at = first["place"]["point"]
    near = {"point": {"lon": at["lon"] + 0.0004, "lat": at["lat"], "datum": "WGS84"}}
    second = await told(operator, type="TRA-SP", location=near, channel="app")
    [like] = second["incident"]["possible_duplicates"]
    assert (like["incident"], like["number"], like["likeness"]) == (first["id"], first["number"], "kin")
    assert 0 < like["travel_s"] < 600
    assert 30 < like["distance_m"] < 60
    assert second["incident"]["state"] == "waiting"
    [likewise] = (await operator.ask("GET", f"/api/incidents/{second['incident']['id']}/similar"))["items"]
    assert (likewise["incident"], likewise["travel_s"]) == (first["id"], like["travel_s"])
    assert (await operator.ask("GET", f"/api/incidents/{first['id']}"))["status"] == "open"

    far = await told(operator, type="TRA-FX", location={"place": "黄石寨索道上站"}, channel="app")
    assert far["incident"]["possible_duplicates"] == []


async def test_while_a_call_is_typed_the_likely_ones_are_found_by_place_type_or_caller(served: House) -> None:
    operator = await served.sign_in("operator")
    first = await operator.report(type="TRA-FX", location=BACK_GARDEN, caller={"phone": "0744-555-0133"})

    async def similar(query: str, expect: int = 200) -> Any:
        return await operator.ask("GET", f"/api/reports/similar?{query}", expect)

    async def found(query: str) -> list[tuple[str, bool]]:
        return [(each["incident"], each["same_caller"]) for each in (await similar(query))["items"]]

    assert await found("place=后花园&type=TRA-FX") == [(first["id"], False)]
    assert await found("place=后花园") == [(first["id"], False)]
    assert await found("phone=0744-555-0133") == [(first["id"], True)]
    assert await found("type=MED-CA") == []
    assert await found("place=黄石寨索道上站&type=TRA-FX") == []
    assert (await similar("lon=110.45", 400))["field"] == "datum"
    elsewhere = await served.sign_in("committee-C1")
    assert (await elsewhere.ask("GET", "/api/reports/similar?place=后花园&type=TRA-FX"))["items"] == []


async def test_a_second_report_of_a_known_incident_keeps_both_callers_and_reaches_the_crew(served: House) -> None:
    operator, crew = await served.sign_in("operator"), await served.sign_in("crew-G5-3")
    first = await operator.report(type="TRA-FX", location=BACK_GARDEN, caller={"name": "王"}, note="摔倒")
    order = await operator.assign(first["id"], "G5-3")
    async with served.listen(operator) as console:
        second = await told(operator, incident=first["id"], caller={"name": "李"}, note="大出血", channel="sos")
        assert (second["report"]["incident"], second["incident"]["id"]) == (first["id"], first["id"])
        assert second["incident"]["reports"] == 2
        await served.assert_told_all(console)
    reports = (await operator.ask("GET", f"/api/incidents/{first['id']}/reports"))["items"]
    assert [each["caller"]["name"] for each in reports] == ["王", "李"]
    mine = await crew.ask("GET", f"/api/assignments/{order['id']}")
    assert mine["notes"] == ["摔倒", "大出血"]
    assert [each["channel"] for each in await steps(operator, first["id"]) if each["step"] == "report"] == ["sos"]
    await told(operator, 404, incident=str(uuid4()))
    assert len((await operator.ask("GET", "/api/incidents"))["items"]) == 1


async def test_a_report_of_an_incident_that_is_over_is_a_new_one_linked_with_it_and_nobody_is_forgotten(
    operator: Signed,
) -> None:
    first = await operator.report(type="MED-HT", location=BACK_GARDEN, assign="recommend")
    await operator.step_incident(first["id"], "close")
    answer = await told(operator, incident=first["id"], note="还在流血", channel="phone", assign="recommend")
    again = answer["incident"]
    assert again["id"] == answer["report"]["incident"] != first["id"]
    assert (again["status"], again["state"], again["type"]) == ("open", "waiting", first["type"])
    assert again["place"]["point"] == first["place"]["point"]
    assert [each["incident"] for each in again["links"]] == [first["id"]]
    assert (await operator.ask("GET", f"/api/incidents/{first['id']}"))["status"] == "closed"
    assert [each["step"] for each in await steps(operator, again["id"])] == ["received", "link"]
    assert [each["step"] for each in await steps(operator, first["id"])][-1] == "link"


async def test_the_clock_runs_from_the_first_word_of_all_reports_and_of_repeats(operator: Signed) -> None:
    first = await operator.report(type="MED-HT", location=BACK_GARDEN, assign="recommend")
    told_at = datetime.fromisoformat(first["clock"]["reported_at"])
    earlier = (told_at - timedelta(minutes=15)).isoformat()
    answer = await told(operator, incident=first["id"], reported_at=earlier, channel="phone")
    assert datetime.fromisoformat(answer["incident"]["clock"]["reported_at"]) == datetime.fromisoformat(earlier)
    later = await told(operator, incident=first["id"], channel="phone")
    assert datetime.fromisoformat(later["incident"]["clock"]["reported_at"]) == datetime.fromisoformat(earlier)

    before = (told_at - timedelta(minutes=20)).isoformat()
    repeat = await operator.report(type="MED-HT", location=BACK_GARDEN, reported_at=before, assign="recommend")
    await operator.step_incident(repeat["id"], "close", outcome="duplicate_of", duplicate_of=first["id"])
    now = await operator.ask("GET", f"/api/incidents/{first['id']}")
    assert datetime.fromisoformat(now["clock"]["reported_at"]) == datetime.fromisoformat(before)
    assert (await steps(operator, first["id"]))[-1]["step"] == "began_earlier"


async def test_a_crew_whose_order_has_ended_is_told_what_its_order_now_says(served: House, operator: Signed) -> None:
    first = await operator.report(type="TRA-FX", location=BACK_GARDEN, assign="recommend")
    order = await operator.assign(first["id"], "G5-3", reason="试")
    crew = await served.sign_in("crew-G5-3")
    unit = f"unit/{await served.unit_id('G5-3')}"
    async with served.listen(crew) as phone:
        await phone.thing(unit, "assignment", order["id"], lambda body: body["state"] == "assigned")
        await crew.step(order["id"], "decline", note="车坏")
        await phone.thing(unit, "assignment", order["id"], lambda body: body["state"] == "declined")
        await told(operator, incident=first["id"], note="还有一个人")
        await operator.step_incident(first["id"], "priority", priority="P1")
        await phone.thing(unit, "assignment", order["id"], lambda body: body["priority"] == "P1")
        await served.assert_told_all(phone)


async def test_a_report_kept_with_the_wrong_incident_becomes_its_own_with_its_first_word_as_its_clock(
    operator: Signed,
) -> None:
    first = await operator.report(type="TRA-FX", location=BACK_GARDEN)
    second = await told(operator, incident=first["id"], location={"place": "黄石寨索道上站"}, note="另一处")
    path, body = f"/api/reports/{second['report']['id']}/split", {"id": str(uuid4()), "note": "两起"}
    own = await operator.ask("POST", path, 201, **body)
    assert await operator.ask("POST", path, 200, **body) == own
    assert (own["report"]["incident"], own["incident"]["id"]) == (body["id"], body["id"])
    assert own["incident"]["clock"]["reported_at"] == second["report"]["received_at"]
    assert own["incident"]["place"]["name_zh"] == "黄石寨索道上站"
    before = await operator.ask("GET", f"/api/incidents/{first['id']}")
    assert (before["reports"], own["incident"]["reports"]) == (1, 1)
    assert (await steps(operator, first["id"]))[-1]["step"] == "split"
    error = await operator.ask("POST", path, 409, id=str(uuid4()))
    assert error["error"] == "only_report"


async def test_linked_incidents_both_stay_open_say_so_and_are_parted_again(served: House) -> None:
    operator = await served.sign_in("operator")
    one = await operator.report(type="TRA-FX", location=BACK_GARDEN, caller={"name": "王"})
    two = await operator.report(type="TRA-SP", location=BACK_GARDEN, caller={"name": "李"})
    async with served.listen(operator) as console:
        repeats = await link(operator, two["id"], one["id"], note="同一人", by="值班员甲")
        await served.assert_told_all(console)
    [told_of] = repeats["links"]
    assert (told_of["incident"], told_of["number"], told_of["repeats"]) == (one["id"], one["number"], True)
    leads = await operator.ask("GET", f"/api/incidents/{one['id']}")
    assert [(each["incident"], each["repeats"], each["by"]) for each in leads["links"]] == [
        (two["id"], False, "值班员甲")
    ]
    for each in (one, two):
        now = await operator.ask("GET", f"/api/incidents/{each['id']}")
        assert (now["status"], now["reports"]) == ("open", 1)
        assert (await steps(operator, each["id"]))[-1]["step"] == "link"

    assert (await link(operator, one["id"], two["id"], 409))["error"] == "linked_already"
    assert (await link(operator, one["id"], one["id"], 422))["error"] == "same_incident"
    assert (await link(operator, one["id"], str(uuid4()), 422))["field"] == "same_as"
    await link(operator, str(uuid4()), one["id"], 404)

    path = f"/api/incidents/{two['id']}/links/{told_of['id']}/end"
    assert (await operator.ask("POST", path, 201, id=str(uuid4()), reason="两个人"))["links"] == []
    assert (await operator.ask("GET", f"/api/incidents/{one['id']}"))["links"] == []
    assert (await steps(operator, one["id"]))[-1]["body"]["note"] == "两个人"
    assert (await operator.ask("POST", path, 409, id=str(uuid4())))["error"] == "link_over"
    assert (await link(operator, one["id"], two["id"]))["links"][0]["repeats"] is True


async def test_two_operators_who_link_the_same_two_at_once_make_one_link(operator: Signed) -> None:
    one, two = [await operator.report(type="TRA-FX", location=BACK_GARDEN) for _ in range(2)]

    async def try_to(incident: str, same_as: str) -> int:
        body = {"id": str(uuid4()), "same_as": same_as}
        return (await operator.post(f"/api/incidents/{incident}/links", json=body)).status_code

    tries = await asyncio.gather(try_to(one["id"], two["id"]), try_to(two["id"], one["id"]))
    assert sorted(tries) == [201, 409]
