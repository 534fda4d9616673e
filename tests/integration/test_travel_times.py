"""Travel times from anywhere to anywhere, equal to a recommendation's, with the reason where there is no way."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from house import A_MONDAY_MORNING, House, Signed

BACK_GARDEN = {"location": {"place": "后花园"}}
GATE = {"location": {"place": "水绕四门"}}


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def times(seat: Signed, origins: list[Any], destinations: list[Any], expect: int = 200, **more: Any) -> Any:
    body = {"origins": origins, "destinations": destinations, **more}
    return await seat.ask("POST", "/api/travel-times", expect, **body)


async def test_all_units_to_one_incident_are_the_recommendation_to_the_second(operator: Signed) -> None:
    told = await operator.report(type="TRA-SP", location={"place": "后花园"}, assign="recommend")
    of = {each["code"]: each["eta_s"] for each in told["recommendation"]["candidates"] if each["eta_s"] is not None}
    answer = await times(operator, [{"unit": code} for code in of], [BACK_GARDEN])
    assert [row[0]["eta_s"] for row in answer["times"]] == pytest.approx(list(of.values()), abs=1)
    assert answer["network_version"]["network"] == told["recommendation"]["network_version"]["network"]


async def test_one_post_to_all_cells_is_the_same_either_way_round(operator: Signed) -> None:
    post = (await operator.ask("GET", "/api/posts"))["items"][0]["code"]
    cells = [{"location": {"cell": each["code"]}} for each in (await operator.ask("GET", "/api/cells"))["items"]]
    [row] = (await times(operator, [{"post": post, "by": "vehicle"}], cells))["times"]
    assert len(row) == len(cells)
    for number in (0, 7, 20):
        [[alone]] = (await times(operator, [{"post": post, "by": "vehicle"}], [cells[number]], legs=True))["times"]
        assert alone["eta_s"] == pytest.approx(row[number]["eta_s"], abs=1)
        assert sum(leg["time_s"] for leg in alone["legs"]) == pytest.approx(alone["eta_s"], abs=len(alone["legs"]) + 1)


async def test_who_moves_and_under_which_conditions_makes_the_difference(operator: Signed) -> None:
    async def one(by: str, **more: Any) -> float:
        [[told]] = (await times(operator, [{**GATE, "by": by}], [BACK_GARDEN], **more))["times"]
        return float(told["eta_s"])

    on_foot = await one("foot")
    assert await one("vehicle") <= on_foot
    assert on_foot < await one("stretcher")
    assert on_foot < await one("foot", conditions="storm")


async def test_closures_count_as_they_are_at_the_instant_asked_about_and_the_network_tells_of_them(
    operator: Signed,
) -> None:
    until = (A_MONDAY_MORNING + timedelta(hours=1)).isoformat()
    closed = await operator.ask("POST", "/api/closures", 201, id=str(uuid4()), kind="lift", reason="test", until=until)
    version = (await operator.ask("GET", "/api/network"))["version"]["closures"]
    lifts = {each["edge"]: each for each in (await operator.ask("GET", "/api/network"))["lifts"]}
    assert not lifts["BLL-BLU-lift"]["runs_now"]
    before = await times(operator, [GATE], [BACK_GARDEN])
    assert before["network_version"]["closures"] == version
    later = await times(operator, [GATE], [BACK_GARDEN], at=(A_MONDAY_MORNING + timedelta(hours=2)).isoformat())
    assert later["times"][0][0]["eta_s"] < before["times"][0][0]["eta_s"]
    network = await operator.ask("GET", "/api/network")
    assert network["closures"] == [closed["id"]]
    assert network["edges"] == 70
    west, south, east, north = network["extent"]
    assert west < 110.45 < east
    assert south < 29.34 < north


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"origins": [{}]}, "origins[0]"),
        ({"origins": [{"unit": "G5-1", "post": "x"}]}, "origins[0]"),
        ({"origins": [{"unit": "none"}]}, "origins[0].unit"),
        ({"destinations": [GATE, {"post": "nowhere"}]}, "destinations[1].post"),
        ({"destinations": [{"location": {"place": "no such place"}}]}, "destinations[0].location.place"),
        ({"conditions": "sunshine"}, "conditions"),
        ({"at": "2020-01-01T00:00:00Z"}, "at"),
        ({"origins": [GATE] * 40, "destinations": [GATE] * 40, "legs": True}, "destinations"),
    ],
)
async def test_what_is_wrong_is_told_by_its_field(operator: Signed, body: dict[str, Any], field: str) -> None:
    answer = await operator.post("/api/travel-times", json={"origins": [GATE], "destinations": [GATE], **body})
    assert answer.status_code in (400, 422)
    assert answer.json()["field"] == field
