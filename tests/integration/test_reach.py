"""Where somebody can be within some minutes, over HTTP."""

from typing import Any
from uuid import uuid4

import numpy as np
import pytest
import shapely
from house import House, Signed

GATE = {"location": {"place": "水绕四门"}}


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def reach(seat: Signed, expect: int = 200, **asked: Any) -> Any:
    return await seat.ask("POST", "/api/reach", expect, **asked)


def cells(told: dict[str, Any], number: int) -> np.ndarray:
    grid = told["grid"]
    mask = np.zeros((grid["rows"], grid["columns"]), dtype=bool)
    for row, column, length in told["within"][number]["runs"]:
        mask[row, column : column + length] = True
    return mask


async def test_a_crew_in_a_vehicle_reaches_further_than_one_on_foot_and_longer_is_further(operator: Signed) -> None:
    on_foot = await reach(operator, origins=[GATE])
    driven = await reach(operator, origins=[{**GATE, "by": "vehicle"}])
    assert [each["minutes"] for each in on_foot["within"]] == [5, 10, 15]
    assert on_foot["grid"]["srid"] == 4546
    start = shapely.Point([on_foot["origins"][0]["point"][name] for name in ("lon", "lat")])
    for number in range(3):
        mask = cells(on_foot, number)
        assert mask.sum() * on_foot["grid"]["cell_m"] ** 2 / 1e6 == pytest.approx(on_foot["within"][number]["km2"])
        assert mask.sum() < cells(driven, number).sum()
        drawn = shapely.geometry.shape(on_foot["within"][number]["outline"])
        assert drawn.is_valid
        assert drawn.contains(start)
    assert not (cells(on_foot, 0) & ~cells(on_foot, 1)).any()
    assert not (cells(on_foot, 1) & ~cells(on_foot, 2)).any()


async def test_with_nobody_named_it_is_all_units_that_are_free(operator: Signed) -> None:
    told = await reach(operator, minutes=[10])
    free = {code for code, each in (await operator.units()).items() if each["state"] == "free"}
    assert {each["code"] for each in told["origins"]} == free
    gone = sorted(free)[0]
    await operator.ask("POST", f"/api/units/{gone}/availability", 201, id=str(uuid4()), available=False)
    fewer = await reach(operator, minutes=[10])
    assert {each["code"] for each in fewer["origins"]} == free - {gone}
    assert not (cells(fewer, 0) & ~cells(told, 0)).any()
    one = await reach(operator, minutes=[10], origins=[{"unit": sorted(free)[1]}])
    assert not (cells(one, 0) & ~cells(told, 0)).any()


async def test_a_closure_and_the_conditions_take_cells_away(operator: Signed) -> None:
    before = await reach(operator, minutes=[15], origins=[GATE])
    storm = await reach(operator, minutes=[15], origins=[GATE], conditions="storm")
    assert storm["within"][0]["km2"] < before["within"][0]["km2"]
    await operator.ask("POST", "/api/closures", 201, id=str(uuid4()), kind="lift", reason="试")
    after = await reach(operator, minutes=[15], origins=[GATE])
    assert after["network_version"]["closures"] > before["network_version"]["closures"]
    assert after["within"][0]["km2"] <= before["within"][0]["km2"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"minutes": []}, "minutes"),
        ({"minutes": [0]}, "minutes[0]"),
        ({"origins": [{}]}, "origins[0]"),
        ({"origins": [GATE, {"unit": "none"}]}, "origins[1].unit"),
        ({"at": "2020-01-01T00:00:00Z"}, "at"),
        ({"conditions": "snow+sun"}, "conditions"),
    ],
)
async def test_what_is_wrong_is_named(operator: Signed, body: dict[str, Any], field: str) -> None:
    answer = await operator.post("/api/reach", json=body)
    assert answer.status_code in (400, 404, 422)
    assert answer.json()["field"] == field
