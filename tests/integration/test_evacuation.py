"""The way out: where to, by which way with a stretcher, how many carry, which lift was asked, which hospital told."""

from typing import Any
from uuid import uuid4

import pytest
from house import House, Signed

LIFT = "BLL-BLU-lift"


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def post(seat: Signed, incident: str, what: str, expect: int = 201, **more: Any) -> Any:
    return await seat.ask("POST", f"/api/incidents/{incident}/{what}", expect, id=str(uuid4()), **more)


async def steps(seat: Signed, incident: str) -> list[str]:
    """What people did, without what the service noted of orders that nobody answered in time."""
    items = (await seat.ask("GET", f"/api/incidents/{incident}/timeline"))["items"]
    return [each["step"] for each in items if each["step"] != "chased"]


async def test_a_plan_has_the_way_with_a_stretcher_and_who_must_carry(served: House) -> None:
    operator, crew = await served.sign_in("operator"), await served.sign_in("crew-G5-3")
    told = await operator.report(type="TRA-FX", location={"place": "后花园"})
    assert told["evacuation"] is None
    order = await operator.assign(told["id"], "G5-3", reason="x")
    async with served.listen(operator) as console:
        one = await post(operator, told["id"], "evacuation", rendezvous={"place": "百龙天梯下站"})
        await served.assert_told_all(console)
    plan = one["evacuation"]
    assert (plan["patients"], plan["rendezvous_zh"]) == (1, "百龙天梯下站")
    assert plan["travel_s"] == pytest.approx(sum(leg["time_s"] for leg in plan["legs"]), abs=1)
    assert plan["lifts"] == [LIFT]
    assert plan["on_foot_m"] > 0
    assert plan["carriers"] == (8 if plan["stairs_m"] > 0 else 4)

    two = (await post(operator, told["id"], "evacuation", patients=3, hospital="R-120"))["evacuation"]
    assert (two["patients"], two["carriers"], two["told_at"]) == (3, 3 * plan["carriers"], None)
    assert two["legs"] == plan["legs"]
    three = (await post(operator, told["id"], "evacuation", told_who="护士长"))["evacuation"]
    assert (three["hospital"]["code"], three["told_who"], three["told_at"] is not None) == ("R-120", "护士长", True)
    mine = (await crew.ask("GET", f"/api/assignments/{order['id']}"))["way_out"]
    assert (mine["patients"], mine["to_zh"], mine["hospital"]["code"]) == (3, "百龙天梯下站", "R-120")
    assert await steps(operator, told["id"]) == ["received", "assigned", *["evacuation"] * 3]


async def test_while_no_way_is_known_as_many_carry_as_stairs_need_and_another_place_has_another_way(
    operator: Signed,
) -> None:
    told = await operator.report(type="TRA-FX", location={"place": "后花园"})
    bare = (await post(operator, told["id"], "evacuation", patients=2))["evacuation"]
    assert (bare["travel_s"], bare["carriers"]) == (None, 16)
    plan = (await post(operator, told["id"], "evacuation", rendezvous={"place": "水绕四门"}))["evacuation"]
    await operator.step_incident(told["id"], "locate", location={"place": "水绕四门"})
    now = (await operator.ask("GET", f"/api/incidents/{told['id']}"))["evacuation"]
    assert now["rendezvous_zh"] == plan["rendezvous_zh"]
    assert now["travel_s"] < plan["travel_s"]
    assert (await steps(operator, told["id"]))[-2:] == ["evacuation", "locate"]


async def test_a_lift_is_asked_grants_or_refuses_and_says_who(served: House) -> None:
    operator = await served.sign_in("operator")
    told = await operator.report(type="TRA-FX", location={"place": "后花园"})
    asked = await post(operator, told["id"], "lifts", edge=LIFT, wish="hold", asked_of="百龙天梯公司")
    [request] = asked["lift_requests"]
    assert (request["edge"], request["wish"], request["granted"], request["asked_of"]) == (
        LIFT,
        "hold",
        None,
        "百龙天梯公司",
    )
    granted = await post(operator, told["id"], f"lifts/{request['id']}/answer", granted=True, by="李师傅")
    assert [(each["granted"], each["answered_who"]) for each in granted["lift_requests"]] == [(True, "李师傅")]
    refused = await post(
        operator, told["id"], f"lifts/{request['id']}/answer", granted=False, by="值班经理", note="检修"
    )
    assert [(each["granted"], each["note"]) for each in refused["lift_requests"]] == [(False, "检修")]
    assert await steps(operator, told["id"]) == ["received", "lift_asked", "lift_granted", "lift_refused"]
    assert (await post(operator, told["id"], "lifts", 422, edge="no-such", wish="open"))["field"] == "edge"
    await post(operator, told["id"], f"lifts/{uuid4()}/answer", 404, granted=True, by="x")


async def test_where_a_patient_is_handed_on_is_proposed_by_the_time_of_the_carry(operator: Signed) -> None:
    told = await operator.report(type="TRA-FX", location={"place": "后花园"})
    items = (await operator.ask("GET", f"/api/incidents/{told['id']}/rendezvous"))["items"]
    assert items
    assert [each["travel_s"] for each in items] == sorted(each["travel_s"] for each in items)
    best = items[0]
    plan = await post(operator, told["id"], "evacuation", rendezvous={"place": best["name_zh"]})
    assert plan["evacuation"]["travel_s"] == pytest.approx(best["travel_s"], abs=1)


async def test_what_cannot_be_planned_is_refused_with_its_field(operator: Signed) -> None:
    nowhere = await operator.report(type="TRA-FX")
    assert (await post(operator, nowhere["id"], "evacuation", 409, rendezvous={"place": "后花园"}))["error"] == (
        "not_located"
    )
    told = await operator.report(type="TRA-FX", location={"place": "后花园"})
    for body, status, field in (
        ({"rendezvous": {"place": "没有这个地方"}}, 422, "rendezvous"),
        ({"hospital": "R-999"}, 422, "hospital"),
        ({"hospital": "R-110"}, 422, "hospital"),
        ({"told_who": "护士长"}, 400, "hospital"),
        ({"patients": -1}, 400, "patients"),
    ):
        assert (await post(operator, told["id"], "evacuation", status, **body))["field"] == field
    await operator.step_incident(told["id"], "close")
    assert (await post(operator, told["id"], "evacuation", 409, patients=1))["error"] == "illegal_step"


async def test_leaving_the_scene_and_handing_over_are_the_clocks_last_marks(operator: Signed) -> None:
    told = await operator.report(type="TRA-FX", location={"place": "后花园"})
    order = await operator.assign(told["id"], "G5-3", reason="x")
    for step in ("at_patient", "moving", "handed_over"):
        await operator.step(order["id"], step, by="王队")
    clock = (await operator.ask("GET", f"/api/incidents/{told['id']}"))["clock"]
    assert clock["at_patient_at"] <= clock["moving_at"] <= clock["handed_over_at"]
