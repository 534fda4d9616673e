"""Reports become incidents: nothing is refused for not being known yet, nothing wrong gets in, nothing is doubled."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from house import House, Signed

from dispatch.server.wire import DatumName
from geo.coordinates import from_wgs84

HHY = (110.4495, 29.3462)


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def test_a_report_with_nothing_known_is_received_and_its_clock_runs(operator: Signed) -> None:
    told = await operator.report()
    assert (told["state"], told["type"], told["place"], told["cell"]) == ("received", None, None, None)
    assert told["clock"]["reported_at"] is not None
    assert told["clock"]["located_at"] is None
    assert told["target_s"] == 600
    assert told["target_source"] == "area wulingyuan"


@pytest.mark.parametrize("datum", ["WGS84", "CGCS2000", "GCJ02", "BD09"])
async def test_the_same_point_in_any_datum_is_the_same_cell_and_unit(operator: Signed, datum: DatumName) -> None:
    lon, lat = from_wgs84(*HHY, datum)
    told = await operator.report(
        type="TRA-SP", location={"point": {"lon": lon, "lat": lat, "datum": datum, "accuracy_m": 15}}
    )
    assert told["cell"]["name_zh"] == "后花园步道段"
    assert told["place"]["point"] == pytest.approx({"lon": HHY[0], "lat": HHY[1]}, abs=5e-6)
    assert told["place"]["given"]["point"]["lon"] == lon
    assert told["place"]["snapped"]["distance_m"] < 1
    assert told["recommendation"]["first"][0]["code"] == "G5-3"


async def test_a_gcj02_point_taken_for_wgs84_would_have_sent_another_unit(operator: Signed) -> None:
    lon, lat = from_wgs84(*HHY, "GCJ02")
    told = await operator.report(type="TRA-SP", location={"point": {"lon": lon, "lat": lat, "datum": "WGS84"}})
    assert told["cell"]["name_zh"] != "后花园步道段"


@pytest.mark.parametrize(
    ("location", "field"),
    [
        ({"point": {"lon": 110.45, "lat": 29.34}}, "location.point"),
        ({"point": {"lon": 110.45, "lat": 29.34, "datum": "WGS72"}}, "location.point.datum"),
        ({"point": {"lon": 300, "lat": 29.34, "datum": "WGS84"}}, "location.point.lon"),
        ({"point": {"lon": 110.45, "lat": 29.34, "datum": "WGS84"}, "place": "后花园"}, "location"),
        ({}, "location"),
        ({"places": "后花园"}, "location"),
    ],
)
async def test_a_malformed_location_is_refused_with_its_field(
    operator: Signed, location: dict[str, object], field: str
) -> None:
    error = await operator.report(400, location=location)
    assert (error["error"], error["field"]) in [("bad_request", field), ("one_location", field)]
    assert error["message"]
    assert (await operator.ask("GET", "/api/incidents"))["items"] == []


async def test_a_point_far_outside_is_refused_and_one_near_the_boundary_is_marked(operator: Signed) -> None:
    error = await operator.report(422, location={"point": {"lon": 112.0, "lat": 29.34, "datum": "WGS84"}})
    assert (error["error"], error["field"]) == ("too_far_away", "location.point")

    near = await operator.report(
        type="MED-CA", assign="auto", location={"point": {"lon": 110.30, "lat": 29.34, "datum": "WGS84"}}
    )
    assert near["place"]["outside_area"] is True
    assert near["cell"] is not None
    assert near["assignments"] == []
    assert near["state"] == "waiting"


async def test_a_call_point_locates_without_a_question(operator: Signed) -> None:
    told = await operator.report(type="MED-GN", location={"call_point": "SOS-08"})
    assert told["place"]["source"] == "call_point"
    assert told["place"]["name_zh"] == "黄石寨前山步道口报警救助点"
    assert told["cell"] is not None
    error = await operator.report(422, location={"call_point": "SOS-999"})
    assert (error["error"], error["field"]) == ("unknown_code", "location.call_point")


async def test_a_cell_locates_somewhere_people_can_be_in_it(operator: Signed) -> None:
    cells = (await operator.ask("GET", "/api/cells"))["items"]
    cell = next(each for each in cells if each["name_zh"] == "后花园步道段")
    told = await operator.report(type="MED-GN", location={"cell": cell["code"]})
    assert told["cell"]["code"] == cell["code"]
    assert told["place"]["snapped"]["distance_m"] < 1
    assert told["place"]["accuracy_m"] > 0


@pytest.mark.parametrize("words", ["后花园", "Back Garden", "back garden", "HHY", "后花园步道段"])
async def test_an_exact_name_alias_or_cell_name_locates(operator: Signed, words: str) -> None:
    told = await operator.report(location={"place": words})
    assert told["clock"]["located_at"] is not None
    assert told["cell"]["name_zh"] == "后花园步道段"
    assert told["place"]["words"] == words


async def test_words_that_may_mean_two_heights_are_kept_and_candidates_are_told(operator: Signed) -> None:
    told = await operator.report(type="TRA-FX", location={"place": "黄石寨"}, assign="auto")
    assert told["state"] == "received"
    assert told["place"]["words"] == "黄石寨"
    assert told["place"]["point"] is None
    assert told["assignments"] == []
    heights = {each["elevation_m"] for each in told["place_candidates"] if each["elevation_m"]}
    assert max(heights) - min(heights) > 400

    # One of the candidates is what was meant; the incident is located by a step, and now the wish to assign counts.
    meant = next(each for each in told["place_candidates"] if each["name_zh"] == "黄石寨索道上站")
    located = await operator.step_incident(told["id"], "locate", location=meant["location"])
    assert located["cell"] is not None
    assert located["target_s"] == 900
    assert "cell" in located["target_source"]
    assert located["state"] == "assigned"
    assert located["assignments"]


@pytest.mark.parametrize("query", ["黄石寨", "hsz", "huangshizhai", "Huangshizhai"])
async def test_places_are_found_by_chinese_english_pinyin_and_initials(operator: Signed, query: str) -> None:
    found = (await operator.ask("GET", f"/api/places?q={query}"))["items"]
    assert any("黄石寨" in each["name_zh"] for each in found[:3])
    assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)


async def test_the_same_id_and_body_again_answer_200_with_the_same_incident(operator: Signed) -> None:
    what = {"id": str(uuid4()), "type": "TRA-SP", "location": {"place": "后花园"}}
    first = await operator.report(201, **what)
    assert await operator.report(200, **what) == first
    error = await operator.report(409, **{**what, "type": "TRA-FX"})
    assert (error["error"], error["field"]) == ("id_reused", "id")
    assert len((await operator.ask("GET", "/api/incidents"))["items"]) == 1


async def test_an_id_whose_answer_is_forgotten_is_still_not_used_twice(operator: Signed, served: House) -> None:
    what = {"id": str(uuid4()), "type": "TRA-SP", "location": {"place": "后花园"}}
    await operator.report(201, **what)
    async with served.pool.acquire() as connection:
        await connection.execute("DELETE FROM request")
    assert (await operator.report(409, **what))["error"] == "id_reused"


async def test_the_same_report_sent_many_times_at_once_is_one_incident(operator: Signed, served: House) -> None:
    what = {"id": str(uuid4()), "type": "MED-CA", "location": {"place": "后花园"}, "assign": "auto"}
    answers = await asyncio.gather(*(operator.post("/api/incidents", json=what) for _ in range(8)))
    assert sorted(each.status_code for each in answers) == [200] * 7 + [201]
    assert all(each.json() == answers[0].json() for each in answers)
    async with served.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM incident") == 1
        assert await connection.fetchval("SELECT count(*) FROM report") == 1


async def test_a_wrong_type_or_exercise_is_refused_with_its_field(operator: Signed) -> None:
    error = await operator.report(422, type="NO-SUCH")
    assert (error["error"], error["field"]) == ("unknown_code", "type")
    error = await operator.report(422, exercise=str(uuid4()))
    assert (error["error"], error["field"]) == ("unknown_code", "exercise")


async def test_a_phones_wrong_clock_does_not_refuse_a_report(operator: Signed) -> None:
    ahead = (datetime.fromisoformat((await operator.report())["clock"]["reported_at"]) + timedelta(hours=1)).isoformat()
    told = await operator.report(reported_at=ahead)
    assert datetime.fromisoformat(told["clock"]["reported_at"]) < datetime.fromisoformat(ahead)
    reports = (await operator.ask("GET", f"/api/incidents/{told['id']}/reports"))["items"]
    assert datetime.fromisoformat(reports[0]["device_at"]) == datetime.fromisoformat(ahead)


async def test_a_phone_that_has_lost_its_clock_can_still_report(operator: Signed) -> None:
    now = datetime.fromisoformat((await operator.report())["clock"]["reported_at"])
    lost = datetime(1970, 1, 1, 0, 10, tzinfo=UTC)
    operator.headers["device-now"] = str(round((lost + timedelta(minutes=2)).timestamp() * 1000))
    told = await operator.report(reported_at=lost.isoformat())
    ago = datetime.fromisoformat(told["clock"]["reported_at"]) - (now - timedelta(minutes=2))
    assert abs(ago) < timedelta(seconds=30)


async def test_t0_is_when_the_caller_pressed_not_when_it_reached_us(operator: Signed) -> None:
    now = datetime.fromisoformat((await operator.report())["clock"]["reported_at"])
    pressed = now - timedelta(minutes=4)
    told = await operator.report(reported_at=pressed.isoformat(), type="TRA-SP", location={"place": "后花园"})
    assert datetime.fromisoformat(told["clock"]["reported_at"]) == pressed


async def test_retyping_and_lowering_the_priority_are_steps(operator: Signed) -> None:
    told = await operator.report(type="MED-CA", location={"place": "后花园"})
    assert told["priority"] == "P1"
    lower = await operator.step_incident(told["id"], "priority", priority="P3")
    assert (lower["priority"], lower["type"]["code"]) == ("P3", "MED-CA")
    other = await operator.step_incident(told["id"], "retype", type="TRA-SP")
    assert (other["priority"], other["type"]["code"], other["target_s"]) == ("P3", "TRA-SP", 900)
    error = await operator.step_incident(told["id"], "retype", 400)
    assert (error["error"], error["field"]) == ("missing", "type")


async def test_an_illegal_step_is_refused_and_changes_nothing(operator: Signed) -> None:
    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    await operator.step_incident(told["id"], "close", outcome="false_alarm")
    before = await operator.ask("GET", f"/api/incidents/{told['id']}")
    assert (before["state"], before["outcome"]) == ("closed", "false_alarm")
    for step, more in (("close", {}), ("retype", {"type": "TRA-FX"}), ("locate", {"location": {"place": "后花园"}})):
        error = await operator.step_incident(told["id"], step, 409, **more)
        assert error["error"] == "illegal_step"
        assert error["detail"]["state"] == "closed"
    assert await operator.ask("GET", f"/api/incidents/{told['id']}") == before
    again = await operator.step_incident(told["id"], "reopen")
    assert (again["state"], again["outcome"]) == ("waiting", None)


async def test_closing_as_done_waits_for_the_units_and_cancelling_calls_them_off(operator: Signed) -> None:
    told = await operator.report(type="TRA-SP", location={"place": "后花园"}, assign="auto")
    (sent,) = told["assignments"]
    error = await operator.step_incident(told["id"], "close", 409, outcome="done")
    assert (error["error"], error["detail"]["units"]) == ("units_still_out", [sent["unit_code"]])
    await operator.step_incident(told["id"], "cancel", note="误报")
    ended = await operator.ask("GET", f"/api/assignments/{sent['id']}")
    assert ended["state"] == "revoked"
    assert (await operator.units())[sent["unit_code"]]["state"] == "free"


async def test_a_duplicate_names_the_incident_it_repeats(operator: Signed) -> None:
    first = await operator.report(type="TRA-SP", location={"place": "后花园"})
    second = await operator.report(type="TRA-SP", location={"place": "后花园"})
    assert (await operator.step_incident(second["id"], "close", 400, outcome="duplicate_of"))["field"] == "duplicate_of"
    itself = await operator.step_incident(second["id"], "close", 422, outcome="duplicate_of", duplicate_of=second["id"])
    assert (itself["error"], itself["field"]) == ("same_incident", "duplicate_of")
    closed = await operator.step_incident(second["id"], "close", outcome="duplicate_of", duplicate_of=first["id"])
    ring = await operator.step_incident(first["id"], "close", 409, outcome="duplicate_of", duplicate_of=second["id"])
    assert ring["error"] == "repeats_another"
    assert str(first["number"]) in ring["message"]
    assert closed["duplicate_of"] == first["id"]


async def test_incidents_are_listed_newest_first_in_pages(operator: Signed) -> None:
    for _ in range(5):
        await operator.report()
    page = await operator.ask("GET", "/api/incidents?limit=3")
    rest = await operator.ask("GET", f"/api/incidents?limit=3&before={page['next']}")
    assert [each["number"] for each in page["items"] + rest["items"]] == [5, 4, 3, 2, 1]
    assert "next" not in rest
    assert (await operator.ask("GET", "/api/incidents?status=closed"))["items"] == []


async def test_what_never_existed_is_not_found(operator: Signed) -> None:
    nowhere = f"/api/incidents/{uuid4()}"
    for path in ("", "/timeline", "/reports", "/recommendation"):
        assert (await operator.ask("GET", nowhere + path, 404))["error"] == "not_found"
    assert (await operator.ask("GET", f"/api/assignments/{uuid4()}", 404))["error"] == "not_found"


async def test_errors_come_in_the_callers_language(served: House) -> None:
    chinese = await served.sign_in("operator", language="zh-CN,zh;q=0.9")
    english = await served.sign_in("operator", language="en-GB")
    assert "不存在" in (await chinese.report(422, type="NO-SUCH"))["message"]
    assert "there is no" in (await english.report(422, type="NO-SUCH"))["message"]
