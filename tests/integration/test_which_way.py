"""A vague place between the top and the foot of a cliff: the desk is asked which, and goes by what it answers."""

from typing import Any
from uuid import uuid4

import pytest
from house import House, Signed

BELOW_THE_FORT = {"lon": 110.427, "lat": 29.3245, "datum": "WGS84", "accuracy_m": 100}
"""The lower station of Huangshizhai's cableway; the stairs pass 48 m from it on the plan and 85 m above."""


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


def soonest_s(advice: Any) -> float:
    return float(min(each["eta_s"] for each in advice["first"]))


async def test_the_answer_asks_which_and_the_way_that_is_chosen_leaves_no_doubt(
    operator: Signed,
) -> None:
    told = await operator.report(type="TRA-FX", location={"point": BELOW_THE_FORT}, assign="recommend")
    doubt = told["recommendation"]["doubt"]
    assert [each["taken"] for each in doubt] == [True, False]
    assert {each["edge"] for each in doubt} == {"LMW-HZL-road", "HZU-LMW-trail"}
    assert abs(doubt[0]["elevation_m"] - doubt[1]["elevation_m"]) > 80
    again = await operator.ask("GET", f"/api/decisions/{told['recommendation']['decision']}/replay")
    assert (again["same"], again["differences"]) == (True, [])

    for way in doubt[::-1]:
        location = {"point": {**BELOW_THE_FORT, "edge": way["edge"]}}
        settled = await operator.step_incident(told["id"], "locate", location=location)
        advice = settled["recommendation"]
        assert advice["doubt"] == []
        assert soonest_s(advice) == pytest.approx(way["eta_s"], abs=1)
        assert (settled["place"]["given"]["point"]["edge"], settled["place"]["snapped"]["edge"]) == (way["edge"],) * 2
        assert str(round(way["elevation_m"])) in settled["place"]["name_en"]
        again = await operator.ask("GET", f"/api/decisions/{advice['decision']}/replay")
        assert (again["same"], again["differences"]) == (True, [])

    for edge, error in (("no-such-way", "unknown_code"), ("BLL-BLU-lift", "not_on_that_way")):
        body = {"id": str(uuid4()), "step": "locate", "location": {"point": {**BELOW_THE_FORT, "edge": edge}}}
        refused = await operator.post(f"/api/incidents/{told['id']}/steps", json=body)
        assert (refused.status_code, refused.json()["error"]) == (422, error)
        assert refused.json()["field"] == "location.point.edge"


async def test_travel_times_say_which_end_is_in_doubt_and_take_the_way_that_is_named(operator: Signed) -> None:
    vague, station = {"location": {"point": BELOW_THE_FORT}}, {"location": {"place": "黄石寨索道下站"}}

    async def times(origin: Any, destination: Any) -> Any:
        return await operator.ask("POST", "/api/travel-times", 200, origins=[origin], destinations=[destination])

    [there], [back] = (await times(station, vague))["destinations"], (await times(vague, station))["origins"]
    assert [each["taken"] for each in there["doubt"]] == [each["taken"] for each in back["doubt"]] == [True, False]
    for way in there["doubt"]:
        named = {"location": {"point": {**BELOW_THE_FORT, "edge": way["edge"]}}}
        answer = await times(station, named)
        assert answer["destinations"][0]["doubt"] == []
        assert answer["times"][0][0]["eta_s"] == pytest.approx(way["eta_s"], abs=1)
