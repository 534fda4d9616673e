"""The way of a unit to an incident as a line on the map: the recommendation's own, drawn without a gap."""

from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from house import A_MONDAY_MORNING, House, Signed, set_clock
from pyproj import Geod

GEOD = Geod(ellps="WGS84")


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def route(seat: Signed, incident: str, unit: str, expect: int = 200) -> dict[str, Any]:
    told: dict[str, Any] = await seat.ask("GET", f"/api/incidents/{incident}/route?unit={unit}", expect)
    return told


def gaps_m(told: dict[str, Any]) -> list[float]:
    """How far each moving leg begins from where the one before it ended."""
    lines = [leg["line"] for leg in told["legs"] if leg["line"]]
    return [GEOD.inv(*one[-1], *other[0])[2] for one, other in pairwise(lines)]


async def test_every_candidates_way_is_the_recommendations_own_and_is_drawn_without_a_gap(operator: Signed) -> None:
    incident = await operator.report(type="TRA-FX", location={"place": "后花园"}, assign="recommend")
    patient = incident["place"]["point"]
    timed = [each for each in incident["recommendation"]["candidates"] if each["eta_s"] is not None]
    modes = set()
    for each in timed[::6]:
        told = await route(operator, incident["id"], each["code"])
        assert (told["unit"], told["unit_code"], told["reason"]) == (each["unit"], each["code"], None)
        assert told["eta_s"] == pytest.approx(each["eta_s"], abs=0.1)
        bare = [{name: leg[name] for name in each["legs"][0]} for leg in told["legs"]] if each["legs"] else []
        assert bare == each["legs"]
        assert all(gap < 21 for gap in gaps_m(told)), each["code"]
        moving = [leg for leg in told["legs"] if leg["line"]]
        modes |= {leg["mode"] for leg in moving}
        if moving:
            assert GEOD.inv(*moving[-1]["line"][-1], patient["lon"], patient["lat"])[2] < 21
    assert modes >= {"drive", "walk", "lift"}


async def test_a_unit_under_way_is_routed_from_where_it_is_now(operator: Signed) -> None:
    incident = await operator.report(type="TRA-FX", location={"place": "后花园"}, assign="recommend")
    units = await operator.units()
    code = next(
        each["code"]
        for each in incident["recommendation"]["candidates"]
        if each["eta_s"] and [leg for leg in each["legs"] if leg["mode"] == "walk"] and each["eta_s"] > 600
    )
    order = await operator.assign(incident["id"], code, reason="演练")
    await operator.step(order["id"], "en_route", channel="radio")
    before = await route(operator, incident["id"], code)
    halfway = next(leg for leg in before["legs"] if leg["mode"] == "walk" and len(leg["line"]) > 1)["line"][-1]
    where = {"lon": halfway[0], "lat": halfway[1], "datum": "WGS84", "device_at": before["at"], "source": "radio"}
    assert (await operator.post(f"/api/units/{units[code]['id']}/positions", json=[where])).status_code == 201
    now = await route(operator, incident["id"], code)
    assert now["travel_s"] < before["travel_s"]
    lines = [leg["line"] for leg in now["legs"] if leg["line"]]
    assert not lines or GEOD.inv(*lines[0][0], *halfway)[2] < 300


async def test_a_route_says_where_to_turn_and_its_turns_add_up_to_its_legs(operator: Signed) -> None:
    incident = await operator.report(type="TRA-FX", location={"place": "后花园"}, assign="recommend")
    kinds, turns = set(), set()
    for each in [each for each in incident["recommendation"]["candidates"] if each["eta_s"] is not None][::5]:
        for leg in (await route(operator, incident["id"], each["code"]))["legs"]:
            assert leg["turns"][0]["turn"] == "start"
            for name in ("length_m", "climb_m", "descent_m", "time_s"):
                assert sum(turn[name] for turn in leg["turns"]) == pytest.approx(
                    leg[name], abs=0.06 * len(leg["turns"])
                )
            kinds |= {turn["kind"] for turn in leg["turns"]}
            turns |= {turn["turn"] for turn in leg["turns"]}
    assert {"road", "trail", "lift", None} <= kinds
    assert len(turns) > 1


async def test_a_crew_reads_the_way_of_its_own_unit_to_the_incident_whose_order_it_has_and_no_other(
    served: House, operator: Signed
) -> None:
    crew = await served.sign_in("crew-G5-3")
    incident = await operator.report(type="TRA-FX", location={"place": "后花园"}, assign="recommend")
    assert (await route(crew, incident["id"], "G5-3", 403))["error"] == "forbidden"
    order = await operator.assign(incident["id"], "G5-3", reason="试")
    told = await route(crew, incident["id"], "G5-3")
    assert told == {
        **await route(operator, incident["id"], "G5-3"),
        "at": told["at"],
        "network_version": told["network_version"],
    }
    assert (await route(crew, incident["id"], "G5-2", 403))["error"] == "forbidden"
    another = await operator.report(type="TRA-FX", location={"place": "水绕四门"}, assign="recommend")
    assert (await route(crew, another["id"], "G5-3", 403))["error"] == "forbidden"
    await crew.step(order["id"], "decline", note="车坏")
    assert (await route(crew, incident["id"], "G5-3", 403))["error"] == "forbidden"


async def test_where_there_is_no_way_the_reason_is_said_in_the_askers_language(served: House, operator: Signed) -> None:
    viewer = await served.sign_in("viewer", language="zh")
    forest = {"point": {"lon": 110.33, "lat": 29.28, "datum": "WGS84"}}
    incident = await operator.report(type="TRA-FX", location=forest, assign="recommend")
    told = await route(operator, incident["id"], "G5-2")
    assert (told["eta_s"], told["legs"]) == (None, [])
    assert told["reason"] == "the patient is far from any way (a search)"
    assert (await route(viewer, incident["id"], "G5-2"))["reason"] == "伤者位置远离任何道路(需搜救)"
    await set_clock(served.dsn, A_MONDAY_MORNING + timedelta(hours=13))
    off = next(code for code, unit in (await operator.units()).items() if not unit["on_duty"])
    assert (await route(operator, incident["id"], off))["reason"] == "has nobody on duty"


async def test_what_is_not_there_is_refused(operator: Signed, served: House) -> None:
    unknown = await route(operator, str(uuid4()), "G5-2", 404)
    assert unknown["error"] == "not_found"
    incident = await operator.report(type="TRA-FX", location={"place": "后花园"}, assign="recommend")
    assert (await route(operator, incident["id"], "G9-99", 422))["field"] == "unit"
    nowhere = await operator.report(type="TRA-FX", assign="recommend")
    assert (await route(operator, nowhere["id"], "G5-2", 409))["error"] == "not_located"
    crew = await served.sign_in("crew-G5-2")
    assert (await route(crew, incident["id"], "G5-2", 403))["error"] == "forbidden"
