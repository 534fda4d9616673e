"""Nearest means nearest by travel time, on the demo area; each test fails when time is replaced by distance."""

from collections.abc import Collection
from datetime import UTC, datetime
from math import cos, hypot, radians
from typing import Any
from uuid import uuid4

import pytest
from house import House, Signed

BASES = {"G1-1", "G2-1", "G3-1", "G4-1", "G5-1", "G6-1", "G7-1", "G8-1", "G9-1"}


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def sign_off(operator: Signed, units: Collection[str], reason: str = "维护") -> None:
    for unit in units:
        await operator.ask(
            "POST", f"/api/units/{unit}/availability", 201, id=str(uuid4()), available=False, reason=reason
        )


async def at_post(operator: Signed, name: str) -> str:
    """The unit that stands by at the post or place whose name begins so."""
    return next(
        code
        for code, unit in (await operator.units()).items()
        if unit["post"] and unit["post"]["name_zh"].startswith(name)
    )


def metres(one: dict[str, float], other: dict[str, float]) -> float:
    east = (one["lon"] - other["lon"]) * cos(radians(one["lat"])) * 111_320
    return hypot(east, (one["lat"] - other["lat"]) * 111_320)


def candidate(told: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in told["recommendation"]["candidates"] if each["code"] == code)
    return found


async def test_the_cliff_top_is_reached_from_the_lift_not_from_the_foot_of_the_cliff(operator: Signed) -> None:
    lift_top = await at_post(operator, "百龙天梯上站")
    below = await at_post(operator, "千里相会")
    await sign_off(operator, [await at_post(operator, name) for name in ("迷魂台", "后花园", "袁家界基地", "神龟问天")])

    told = await operator.report(type="TRA-SP", location={"place": "后花园"})

    units = await operator.units()
    patient = told["place"]["point"]
    assert metres(units[below]["post_point"], patient) < metres(units[lift_top]["post_point"], patient)
    assert told["recommendation"]["first"][0]["code"] == lift_top
    climbing = [leg for leg in candidate(told, below)["legs"] if leg["mode"] == "walk"]
    assert sum(leg["time_s"] for leg in climbing) > 25 * 60
    assert sum(leg["climb_m"] for leg in climbing) > 500


async def test_with_bases_only_the_valley_sends_from_its_own_end(operator: Signed) -> None:
    others = set(await operator.units()) - BASES
    await sign_off(operator, others)

    told = await operator.report(type="TRA-SP", location={"place": "三姐妹峰"})

    units = await operator.units()
    gallery, park = await at_post(operator, "十里画廊站"), await at_post(operator, "贺龙公园")
    patient = told["place"]["point"]
    assert metres(units[park]["post_point"], patient) < metres(units[gallery]["post_point"], patient)
    first = told["recommendation"]["first"][0]
    assert first["code"] == gallery
    assert 8 * 60 < first["eta_s"] < 14 * 60
    assert candidate(told, park)["eta_s"] > 30 * 60


async def test_candidates_come_in_order_with_legs_that_add_up(operator: Signed) -> None:
    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    advice = told["recommendation"]
    timed = [each["eta_s"] for each in advice["candidates"] if each["eta_s"] is not None and not each["chosen"]]
    assert timed == sorted(timed)
    assert len(advice["candidates"]) == 54
    for each in advice["candidates"]:
        assert each["reason"]
        if each["eta_s"] is not None:
            turnout = (await operator.units())[each["code"]]["turnout_s"] if each["chosen"] else None
            travel = sum(leg["time_s"] for leg in each["legs"])
            assert each["eta_s"] > travel
            if turnout is not None:
                assert each["eta_s"] == pytest.approx(travel + turnout, abs=1)
            assert all(leg["from"] and leg["to"] for leg in each["legs"])


async def test_a_fracture_takes_as_many_units_as_four_bearers_need_and_no_more(operator: Signed) -> None:
    told = await operator.report(type="TRA-FX", location={"place": "后花园"})
    first = told["recommendation"]["first"]
    bearers = sum(each["capabilities"].get("STR", 0) for each in first)
    assert bearers >= 4
    assert len(first) == 2
    assert first[0]["reason_code"] == "first_at_the_patient"


async def test_a_cardiac_arrest_asks_for_the_first_medic_too_and_names_who_to_tell(operator: Signed) -> None:
    told = await operator.report(type="MED-CA", location={"place": "后花园"})
    advice = told["recommendation"]
    assert sum("MED" in each["capabilities"] for each in advice["first"]) >= 1 or any(
        each["tier"] == 2 for each in advice["shortfalls"]
    )
    assert advice["first"][0]["code"] == "G5-3", "who begins to help soonest"
    assert any("AED" in each["capabilities"] for each in advice["first"])
    assert {each["kind"] for each in advice["responders"]} >= {"medical"}
    assert all(each["phone"] and each["name_zh"] for each in advice["responders"])


async def test_who_is_not_there_is_not_sent_and_says_why(served: House, operator: Signed) -> None:
    await operator.ask(
        "POST", "/api/units/G5-3/availability", 201, id=str(uuid4()), in_contact=False, reason="对讲无应答"
    )
    await sign_off(operator, ["G5-2"])
    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    assert candidate(told, "G5-3")["reason_code"] == "out_of_contact"
    assert "对讲无应答" in candidate(told, "G5-3")["reason"]
    assert candidate(told, "G5-2")["reason_code"] == "signed_off"
    assert not {"G5-3", "G5-2"} & {each["code"] for each in told["recommendation"]["first"]}


async def test_a_unit_with_nobody_on_is_not_recommended_and_cannot_be_sent(served: House, operator: Signed) -> None:
    async with served.pool.acquire() as connection:
        await connection.execute("DELETE FROM duty WHERE unit = (SELECT id FROM unit WHERE code = 'G5-3')")
    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    assert candidate(told, "G5-3")["reason_code"] == "nobody_on_duty"
    error = await operator.assign(told["id"], "G5-3", 422, reason="就在旁边")
    assert error["error"] == "nobody_on_duty"


async def test_a_unit_off_its_post_without_a_fresh_position_is_not_recommended(served: House, operator: Signed) -> None:
    now = datetime.fromisoformat((await operator.report())["clock"]["reported_at"])
    old = now.replace(hour=now.hour - 1)
    fix = {"lon": 110.4618, "lat": 29.3521, "datum": "WGS84", "source": "radio"}
    answer = await operator.post("/api/units/G5-3/positions", json=[{**fix, "device_at": old.isoformat()}])
    assert answer.status_code == 201, answer.text
    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    assert candidate(told, "G5-3")["reason_code"] == "off_its_post_without_a_position"

    await operator.post("/api/units/G5-3/positions", json=[{**fix, "device_at": now.isoformat()}])
    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    here = candidate(told, "G5-3")
    assert (here["position_source"], here["eta_s"] is not None) == ("radio", True)
    assert here["position_age_s"] < 60


async def test_an_order_called_off_does_not_hide_where_a_unit_was_last_sent(operator: Signed) -> None:
    """Cleared at 迷魂台站 the unit is there, not back at its post, whatever was offered to it since and taken back."""
    there = await operator.report(type="TRA-SP", location={"place": "迷魂台站"})
    order = await operator.assign(there["id"], "G5-3", reason="最近")
    for step in ("en_route", "at_patient", "clear"):
        await operator.step(order["id"], step)
    other = await operator.report(type="TRA-SP", location={"place": "后花园"})
    assert candidate(other, "G5-3")["position_source"] == "incident"
    await operator.step((await operator.assign(other["id"], "G5-3", reason="试派"))["id"], "revoke")
    again = await operator.report(type="TRA-SP", location={"place": "后花园"})
    assert candidate(again, "G5-3")["position_source"] == "incident"

    # Who left with the patient is somewhere nobody knows until somebody says where.
    order = await operator.assign(again["id"], "G5-3", reason="最近")
    for step in ("at_patient", "moving", "handed_over", "clear"):
        await operator.step(order["id"], step)
    last = await operator.report(type="TRA-SP", location={"place": "后花园"})
    assert candidate(last, "G5-3")["reason_code"] == "off_its_post_without_a_position"
    await operator.ask("POST", "/api/units/G5-3/availability", 201, id=str(uuid4()), at_post=True)
    back = await operator.report(type="TRA-SP", location={"place": "后花园"})
    assert candidate(back, "G5-3")["position_source"] == "post"


async def test_a_position_comes_with_its_datum(operator: Signed) -> None:
    body = [{"lon": 110.46, "lat": 29.35, "device_at": datetime.now(UTC).isoformat(), "source": "radio"}]
    answer = await operator.post("/api/units/G5-3/positions", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"] == "bad_request"
    assert "datum" in answer.text


async def test_units_on_another_incident_are_named_as_busy(operator: Signed) -> None:
    first = await operator.report(type="TRA-SP", location={"place": "后花园"}, assign="auto")
    second = await operator.report(type="TRA-SP", location={"place": "后花园"})
    busy = candidate(second, first["assignments"][0]["unit_code"])
    assert busy["reason_code"] == "on_another_incident"
    assert str(first["number"]) in busy["reason"]


async def test_at_night_the_lifts_are_shut_or_opened_on_request(served: House) -> None:
    async with served.pool.acquire() as connection:
        await connection.execute("UPDATE clock SET real_from = clock_timestamp(), told_from = '2026-11-23T15:00:00Z'")
    operator = await served.sign_in("operator")
    on_duty = [unit for unit in (await operator.units()).values() if unit["on_duty"]]
    assert len(on_duty) == 22
    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    by_lift = [
        each["legs"]
        for each in told["recommendation"]["candidates"]
        if any(leg["mode"] == "lift" for leg in each["legs"])
    ]
    assert by_lift
    assert all(any(leg["mode"] == "wait" and leg["time_s"] >= 300 for leg in legs) for legs in by_lift)


async def test_by_day_all_fifty_four_units_are_on(operator: Signed) -> None:
    units = await operator.units()
    assert len(units) == 54
    assert all(unit["on_duty"] and unit["state"] == "free" for unit in units.values())


async def test_a_unit_that_declined_an_incident_is_not_recommended_for_it_again(
    served: House, operator: Signed
) -> None:
    told = await operator.report(type="TRA-SP", location={"place": "后花园"}, assign="recommend")
    first = told["recommendation"]["first"][0]["code"]
    order = await operator.assign(told["id"], first, decision=told["recommendation"]["decision"])
    crew = await served.sign_in(f"crew-{first}")
    await crew.step(order["id"], "decline", note="vehicle fault")

    again = await operator.ask("GET", f"/api/incidents/{told['id']}/recommendation")
    assert first not in [each["code"] for each in again["first"]]
    declined = next(each for each in again["candidates"] if each["code"] == first)
    assert declined["reason_code"] == "declined_this_incident"
    assert declined["reason"] == "declined this incident: vehicle fault"
    await operator.assign(told["id"], first, 422, decision=again["decision"])
    persuaded = await operator.assign(told["id"], first, decision=again["decision"], reason="fault mended")
    await operator.step(persuaded["id"], "revoke", note="not needed")
    after = await operator.ask("GET", f"/api/incidents/{told['id']}/recommendation")
    assert first in [each["code"] for each in after["first"]]
    other = await operator.report(type="TRA-SP", location={"place": "后花园"}, assign="recommend")
    assert other["recommendation"]["first"][0]["code"] == first
