"""What is said wrongly is corrected without losing what was said; who said it and how it came is kept."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from house import House, Signed


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def lines(operator: Signed, incident: str, step: str) -> list[dict[str, Any]]:
    items = (await operator.ask("GET", f"/api/incidents/{incident}/timeline"))["items"]
    return [each for each in items if each["step"] == step]


async def test_a_correction_adds_to_the_timeline_and_loses_nothing(served: House, operator: Signed) -> None:
    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    order = await operator.assign(told["id"], "G5-3")
    said = await operator.step(order["id"], "at_patient", channel="radio", by="队长")
    [line] = await lines(operator, told["id"], "at_patient")
    assert (line["channel"], line["body"]["said_by"]) == ("radio", "队长")
    right = datetime.fromisoformat(order["assigned_at"]) + timedelta(microseconds=5)
    again = await operator.step(
        order["id"], "correct", of="at_patient", happened_at=right.isoformat(), note="误按", by="队长"
    )
    assert datetime.fromisoformat(again["at_patient_at"]) == right
    [line] = await lines(operator, told["id"], "correct")
    assert line["body"] == {
        "of": "at_patient", "was": said["at_patient_at"], "now": again["at_patient_at"], "note": "误按",
        "said_by": "队长",
    }  # fmt: skip
    assert len(await lines(operator, told["id"], "at_patient")) == 1
    back = await operator.step(order["id"], "correct", of="at_patient", never=True, note="不是此人")
    assert (back["state"], back["at_patient_at"]) == ("assigned", None)
    assert (await operator.ask("GET", f"/api/incidents/{told['id']}"))["clock"]["at_patient_at"] is None


async def test_a_correction_out_of_order_without_a_reason_or_by_a_crew_is_refused(
    served: House, operator: Signed
) -> None:
    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    order = await operator.assign(told["id"], "G5-3")
    await operator.step(order["id"], "acknowledge", channel="radio")
    early = (datetime.fromisoformat(order["assigned_at"]) - timedelta(seconds=1)).isoformat()
    more: dict[str, Any] = {"of": "en_route", "happened_at": early}
    assert (await operator.step(order["id"], "correct", 400, **more))["field"] == "note"
    assert (await operator.step(order["id"], "correct", 422, note="x", **more))["error"] == "out_of_order"
    assert (await operator.step(order["id"], "correct", 400, note="x", of="en_route"))["field"] == "happened_at"
    assert (await operator.step(order["id"], "correct", 400, note="x", of="note", never=True))["field"] == "of"
    crew = await served.sign_in("crew-G5-3")
    assert (await crew.step(order["id"], "correct", 403, note="x", **more))["field"] == "step"


async def test_an_incident_is_confirmed_once_and_handed_to_others_by_name(operator: Signed) -> None:
    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    assert told["confirmed_at"] is None
    first = await operator.step_incident(told["id"], "confirm", by="景区警务室", channel="phone")
    again = await operator.step_incident(told["id"], "confirm", by="导游")
    assert first["confirmed_at"] == again["confirmed_at"] is not None
    assert [each["body"]["said_by"] for each in await lines(operator, told["id"], "confirm")] == ["景区警务室", "导游"]
    error = await operator.step_incident(told["id"], "close", 400, outcome="transferred")
    assert (error["error"], error["field"]) == ("missing", "to")
    closed = await operator.step_incident(told["id"], "close", outcome="transferred", to="张家界 120")
    assert (closed["outcome"], closed["transferred_to"]) == ("transferred", "张家界 120")
    assert (await operator.step_incident(told["id"], "reopen"))["transferred_to"] is None
