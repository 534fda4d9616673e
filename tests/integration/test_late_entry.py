"""An incident run by radio while the system was down is entered afterwards, with its real times, as closed history."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from house import A_MONDAY_MORNING, House, Signed


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


def ago(minutes: float) -> str:
    return (A_MONDAY_MORNING - timedelta(minutes=minutes)).isoformat()


def went(unit: str = "G5-3", begin: float = 55, end: float = 20, **more: Any) -> dict[str, Any]:
    return {"unit": unit, "assigned_at": ago(begin), "cleared_at": ago(end), "by": "王队", **more}


async def enter(seat: Signed, *units: dict[str, Any], expect: int = 201, **more: Any) -> Any:
    body = {
        "id": str(uuid4()),
        "type": "TRA-FX",
        "location": {"place": "后花园"},
        "reported_at": ago(60),
        "closed_at": ago(10),
        "by": "值班员甲",
        "units": list(units),
        **more,
    }
    return await seat.ask("POST", "/api/incidents/late", expect, **body)


async def test_it_is_closed_history_with_its_real_times_and_marked_as_late(served: House) -> None:
    operator, crew = await served.sign_in("operator"), await served.sign_in("crew-G5-3")
    async with served.listen(operator) as console, served.listen(crew) as phone:
        told = await enter(
            operator,
            went(en_route_at=ago(54), at_patient_at=ago(45), moving_at=ago(40), handed_over_at=ago(25)),
            went("G5-2", begin=50, at_patient_at=ago(38), by="李"),
            caller={"name": "王女士"},
            note="台阶上摔倒",
        )
        await served.assert_told_all(console)
        await served.assert_told_all(phone)
    assert (told["status"], told["outcome"], told["units"], told["reports"]) == ("closed", "done", [], 1)
    assert datetime.fromisoformat(told["entered_late_at"]) >= A_MONDAY_MORNING
    assert (told["clock"]["response_time_s"], told["clock"]["within_target"]) == (15 * 60, False)
    assert [(each["unit_code"], each["state"], each["late"], each["decision"]) for each in told["assignments"]] == [
        ("G5-3", "cleared", True, None),
        ("G5-2", "cleared", True, None),
    ]
    assert told["assignments"][0]["people"] > 0
    lines = (await operator.ask("GET", f"/api/incidents/{told['id']}/timeline"))["items"]
    assert {each["channel"] for each in lines} == {"late"}
    assert [each["step"] for each in lines] == [
        "received", "assigned", "en_route", "assigned", "at_patient", "moving", "at_patient", "handed_over", "clear",
        "clear", "close",
    ]  # fmt: skip
    assert [each["device_at"] for each in lines] == sorted(each["device_at"] for each in lines)
    assert lines[1]["body"]["said_by"] == "王队"
    late = await operator.ask("GET", "/api/incidents?late=true")
    assert [each["id"] for each in late["items"]] == [told["id"]]
    assert (await operator.ask("GET", "/api/incidents?late=false"))["items"] == []
    assert (await operator.ask("GET", "/api/alarms"))["items"] == []


async def test_the_unit_is_free_meanwhile_and_back_at_its_post_where_it_said_so(operator: Signed) -> None:
    await enter(operator, went("G5-3", at_patient_at=ago(40), back_at_post=True), went("G5-2", at_patient_at=ago(40)))
    units = await operator.units()
    assert (units["G5-3"]["state"], units["G5-3"]["position"]["source"]) == ("free", "post")
    assert units["G5-2"]["position"] is None or units["G5-2"]["position"]["source"] != "post"
    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    order = await operator.assign(told["id"], "G5-3", reason="x")
    assert (order["late"], order["decision"] is not None) == (False, True)


async def test_impossible_times_are_refused_each_with_its_field_and_nothing_is_kept(operator: Signed) -> None:
    error = await enter(
        operator, went(begin=70, moving_at=ago(30), at_patient_at=ago(25)), went("G5-2", end=5), expect=422
    )
    assert (error["error"], error["field"]) == ("impossible_times", "units.0.assigned_at")
    assert error["detail"]["fields"].keys() == {"units.0.assigned_at", "units.0.moving_at", "closed_at"}
    assert error["detail"]["fields"]["units.0.moving_at"] == ("G5-3 moving cannot be before G5-3 at the patient")
    assert (await enter(operator, closed_at=ago(-5), expect=422))["field"] == "closed_at"
    assert (await enter(operator, went("G9-99"), expect=422))["field"] == "units.0.unit"
    assert (await enter(operator, outcome="transferred", expect=400))["field"] == "to"
    assert (await operator.ask("GET", "/api/incidents"))["items"] == []


async def test_a_unit_was_not_in_two_places_at_once_nor_is_what_is_open_touched(operator: Signed) -> None:
    first = await enter(operator, went())
    error = await enter(operator, went(begin=30), expect=422)
    assert error["detail"]["fields"] == {
        "units.0.assigned_at": f"G5-3 assigned: it was on incident {first['number']} at that time"
    }
    again = await enter(operator, went(begin=20, end=12))
    assert again["status"] == "closed"

    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    order = await operator.assign(told["id"], "G5-3", reason="x")
    await enter(operator, went(begin=11, end=10))
    open_one = await operator.ask("GET", f"/api/assignments/{order['id']}")
    assert open_one["state"] == "assigned"


async def test_entering_it_twice_with_one_id_enters_it_once_and_only_the_desk_may(served: House) -> None:
    operator = await served.sign_in("operator")
    body = {"id": str(uuid4()), "reported_at": ago(60), "closed_at": ago(10), "by": "甲", "units": [went()]}
    first = await operator.ask("POST", "/api/incidents/late", 201, **body)
    assert await operator.ask("POST", "/api/incidents/late", 200, **body) == first
    committee = await served.sign_in("committee-C1")
    await enter(committee, expect=403)
