"""Coverage as it is now, on the demo area: the recommendation's own times, kept current as units come and go."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from house import A_MONDAY_MORNING, House, Signed, set_clock


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def coverage(seat: Signed, **query: str) -> dict[str, Any]:
    answer = await seat.get("/api/coverage/now", params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def cells(told: dict[str, Any]) -> dict[str, Any]:
    return {each["code"]: each for each in told["cells"]}


async def recommended(operator: Signed, point: dict[str, float]) -> dict[str, Any]:
    """Every unit's time to that point as a recommendation tells it, by code."""
    located = {"point": {**point, "datum": "WGS84"}}
    told = await operator.report(type="TRA-SP", location=located, assign="recommend")
    return {each["code"]: each["eta_s"] for each in told["recommendation"]["candidates"]}


async def test_the_times_are_the_recommendations_to_the_second(operator: Signed) -> None:
    told = await coverage(operator)
    timed = [each for each in told["cells"] if each["point"]]
    assert len(timed) == 49
    for each in timed[::3]:
        eta_s = await recommended(operator, each["point"])
        for near in each["nearest"]:
            assert near["eta_s"] - told["allowance_s"] == pytest.approx(eta_s[near["code"]], abs=0.5), each["code"]
        soonest = sorted(time for time in eta_s.values() if time is not None)[:3]
        assert [near["eta_s"] - told["allowance_s"] for near in each["nearest"]] == pytest.approx(soonest, abs=0.5)


async def test_every_cell_says_how_it_stands_and_the_shares_add_up(operator: Signed) -> None:
    told = await coverage(operator)
    assert len(told["free_units"]) == 54
    listed = {each["code"]: each for each in (await operator.ask("GET", "/api/cells"))["items"]}
    assert cells(told).keys() == listed.keys()
    for code, each in cells(told).items():
        assert each["target_s"] == listed[code]["target_s"]
        assert each["state"] == _state(each)
        assert each["unit"] == (each["nearest"][0]["code"] if each["nearest"] else None)
    states = [each["state"] for each in told["cells"]]
    with_ways = len(states) - states.count("search")
    assert told["share_of_cells"] == pytest.approx(states.count("inside") / with_ways)
    assert 0 < told["share_of_trail_m"] < 1
    assert (told["without"], told["lost"]) == (None, [])


def _state(cell: dict[str, Any]) -> str:
    if cell["length_m"] == 0:
        return "search"
    return "inside" if cell["eta_s"] <= cell["target_s"] else "outside"


async def test_a_unit_that_becomes_busy_changes_the_cells_it_covered_as_was_foretold(operator: Signed) -> None:
    before = await coverage(operator)
    unit, foretold = await _first_missed(operator, before)
    (first,) = [cells(before)[code] for code in foretold["lost"][:1]]

    incident = await operator.report(
        type="TRA-SP", location={"point": {**first["point"], "datum": "WGS84"}}, assign="recommend"
    )
    order = await operator.assign(incident["id"], unit, reason="演练")
    after = await coverage(operator)

    assert unit not in after["free_units"]
    assert cells(after)[first["code"]]["state"] == "outside"
    assert after["cells"] == foretold["cells"]
    assert (after["share_of_cells"], after["share_of_trail_m"]) == (
        foretold["share_of_cells"],
        foretold["share_of_trail_m"],
    )
    assert after["share_of_cells"] < before["share_of_cells"]

    await operator.step(order["id"], "acknowledge", channel="radio")
    await operator.step(order["id"], "clear", channel="radio")
    assert (await coverage(operator))["cells"] == before["cells"]


async def _first_missed(operator: Signed, told: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A unit whose leaving would lose a cell, and what would be left."""
    for unit in sorted({each["unit"] for each in told["cells"] if each["state"] == "inside"}):
        left = await coverage(operator, without=unit)
        assert left["without"] == unit
        assert left["free_units"] == [each for each in told["free_units"] if each != unit]
        if left["lost"]:
            return unit, left
    raise AssertionError("no unit is missed anywhere")


async def test_a_unit_that_moves_takes_its_coverage_along(operator: Signed) -> None:
    before = await coverage(operator)
    far = max((each for each in before["cells"] if each["point"]), key=lambda each: each["eta_s"])
    mover = next(each for each in before["free_units"] if each not in {near["code"] for near in far["nearest"]})
    where = {**far["point"], "datum": "WGS84", "device_at": before["at"], "source": "radio"}
    assert (await operator.post(f"/api/units/{mover}/positions", json=[where])).status_code == 201

    after = cells(await coverage(operator))[far["code"]]
    assert after["eta_s"] < far["eta_s"]
    assert after["covered_m"] > far["covered_m"]


async def test_by_night_fewer_units_cover_less_and_nobody_else_is_counted(served: House) -> None:
    operator = await served.sign_in("operator")
    day = await coverage(operator)
    await set_clock(served.dsn, A_MONDAY_MORNING + timedelta(hours=13))
    night = await coverage(operator)
    assert len(night["free_units"]) == 22
    assert night["share_of_cells"] < day["share_of_cells"]
    assert night["network_version"]["at"] != day["network_version"]["at"]


async def test_many_consoles_at_once_are_told_the_same(served: House) -> None:
    seats = [await served.sign_in(name) for name in ("operator", "supervisor", "planner")]
    first, *others = await asyncio.gather(*(coverage(seat) for seat in seats * 5))
    assert all(each == first for each in others)


async def test_only_seats_that_read_the_area_may_ask_and_a_unit_that_is_not_there_is_refused(served: House) -> None:
    crew = await served.sign_in("crew-G8-1")
    assert (await crew.get("/api/coverage/now")).status_code == 403
    async with httpx.AsyncClient(base_url=served.url) as nobody:
        assert (await nobody.get("/api/coverage/now")).status_code == 401
    planner = await served.sign_in("planner")
    refused = await planner.get("/api/coverage/now", params={"without": "G9-99"})
    assert (refused.status_code, refused.json()["error"], refused.json()["field"]) == (422, "unknown_code", "without")


async def test_a_unit_that_only_drills_still_covers(served: House) -> None:
    supervisor = await served.sign_in("supervisor")
    exercise = await supervisor.ask("POST", "/api/exercises", 201, id=str(uuid4()), name="演练")
    drilled = await supervisor.report(
        type="TRA-SP", location={"place": "后花园"}, assign="recommend", exercise=exercise["id"]
    )
    unit = drilled["recommendation"]["first"][0]["code"]
    await supervisor.assign(drilled["id"], unit)
    assert unit in (await coverage(supervisor))["free_units"]
