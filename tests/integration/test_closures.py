"""Ways closed and opened again: the next decision, the coverage, the feed, and what is refused."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
from house import A_MONDAY_MORNING, House, Signed, set_clock

from dispatch.decision import Inputs, replay, retimed
from dispatch.selection import Choice
from dispatch.server.app import service_over
from dispatch.server.config import Config
from geo.closure import Layer
from geo.conditions import NORMAL, profile_named
from grids.network import current_network
from grids.speeds import current_speeds

LIFT = "BLL-BLU-lift"
"""The lift up the cliff: from its foot there is no other quick way to 后花园."""

TRAIL, BEHIND_IT = "TXQ-YJB-trail", "430811002905001"
"""The trail from 天桥站, and a cell that is reached in time by it alone."""


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def close(seat: Signed, expect: int = 201, **what: Any) -> Any:
    body = {"id": str(uuid4()), "reason": "检修", **what}
    return await seat.ask("POST", "/api/closures", expect, **body)


async def end(seat: Signed, closure: str, expect: int = 201, **more: Any) -> Any:
    return await seat.ask("POST", f"/api/closures/{closure}/end", expect, id=str(uuid4()), **more)


async def advised(operator: Signed, incident: str) -> dict[str, Any]:
    told: dict[str, Any] = await operator.ask("GET", f"/api/incidents/{incident}/recommendation")
    return told


def times(advice: dict[str, Any]) -> dict[str, float | None]:
    return {each["code"]: each["eta_s"] for each in advice["candidates"]}


def by_lift(advice: dict[str, Any]) -> set[str]:
    return {each["code"] for each in advice["candidates"] if any(leg["mode"] == "lift" for leg in each["legs"])}


async def at_the_back_garden(operator: Signed) -> str:
    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    return str(told["id"])


async def test_the_next_decision_goes_by_it_and_once_ended_all_is_as_before(operator: Signed) -> None:
    incident = await at_the_back_garden(operator)
    before = await advised(operator, incident)
    assert by_lift(before)

    closed = await close(operator, edges=[LIFT])
    shut = await advised(operator, incident)
    assert by_lift(shut) == set()
    assert shut["network_version"]["closures"] == before["network_version"]["closures"] + 1
    for code, eta_s in times(before).items():
        assert (times(shut)[code] or float("inf")) >= (eta_s or float("inf"))
        assert code not in by_lift(before) or times(shut)[code] != eta_s

    await end(operator, closed["id"], reason="修好")
    after = await advised(operator, incident)
    assert times(after) == times(before)
    assert after["network_version"]["closures"] == before["network_version"]["closures"] + 2


async def test_a_lift_that_shuts_before_a_crew_is_there_is_not_counted_on_and_others_come_first(
    served: House, operator: Signed
) -> None:
    """By its hours in the area's own time: in November until 18:00, which is 10:00 in UTC."""
    incident = await at_the_back_garden(operator)
    by_day = await advised(operator, incident)
    shuts_at = A_MONDAY_MORNING + timedelta(hours=8)
    await set_clock(served.dsn, shuts_at - timedelta(minutes=5))
    late = await advised(operator, incident)
    far = [code for code in by_lift(by_day) if _until_lift(by_day, code) > 6 * 60]
    near = [code for code in by_lift(by_day) if _until_lift(by_day, code) < 4 * 60]
    assert far
    for code in far:
        assert times(late)[code] > times(by_day)[code]
        assert code not in by_lift(late) or _waits(late, code)  # on request, with its delay, or by the stairs
    assert all(times(late)[code] == times(by_day)[code] for code in near)
    assert [each["code"] for each in late["candidates"]] != [each["code"] for each in by_day["candidates"]]


def _of(advice: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in advice["candidates"] if each["code"] == code)
    return found


def _until_lift(advice: dict[str, Any], code: str) -> float:
    """Seconds until the unit is at the lift, from the decision on."""
    each = _of(advice, code)
    before = next(number for number, leg in enumerate(each["legs"]) if leg["mode"] == "lift")
    return float(each["eta_s"] - sum(leg["time_s"] for leg in each["legs"][before:]))


def _waits(advice: dict[str, Any], code: str) -> bool:
    return any(leg["mode"] == "wait" for leg in _of(advice, code)["legs"])


async def test_a_window_opens_and_closes_by_itself(served: House, operator: Signed) -> None:
    incident = await at_the_back_garden(operator)
    starts, until = A_MONDAY_MORNING + timedelta(minutes=10), A_MONDAY_MORNING + timedelta(minutes=20)
    await close(operator, edges=[LIFT], **{"from": starts.isoformat(), "until": until.isoformat()})
    lifts = []
    for at in (A_MONDAY_MORNING, starts, until - timedelta(seconds=30), until):
        await set_clock(served.dsn, at)
        told = await advised(operator, incident)
        lifts.append(bool(by_lift(told)))
        assert told["network_version"]["closures"] == 1
    assert lifts == [True, False, False, True]


async def test_each_mode_does_what_it_says_to_the_next_decision(operator: Signed) -> None:
    incident = await at_the_back_garden(operator)
    before = await advised(operator, incident)
    rides = by_lift(before)
    own = {code: eta_s for code, eta_s in times(before).items() if code in rides}

    asked = await close(operator, edges=[LIFT], layer="foot", mode="on_request", delay_s=60)
    on_request = times(await advised(operator, incident))
    assert {code: on_request[code] - eta_s for code, eta_s in own.items()} == pytest.approx(dict.fromkeys(own, 60))
    await end(operator, asked["id"])

    slow = await close(operator, edges=[LIFT], mode="slow", factor=2)
    assert (slow["factor"], slow["delay_s"], slow["direction"]) == (2, None, None)
    slowed = times(await advised(operator, incident))
    assert all(slowed[code] > eta_s for code, eta_s in own.items())
    await end(operator, slow["id"])

    down = await close(operator, edges=[LIFT], mode="one_way", direction="backward")
    assert by_lift(await advised(operator, incident)) == set()
    await end(operator, down["id"])
    up = await close(operator, edges=[LIFT], mode="one_way", direction="forward")
    assert times(await advised(operator, incident)) == times(before)
    await end(operator, up["id"])

    by_car = await close(operator, edges=[LIFT], layer="vehicle")
    assert times(await advised(operator, incident)) == times(before)
    await end(operator, by_car["id"])


async def test_a_unit_whose_way_is_cut_says_by_what_and_what_it_costs(served: House, operator: Signed) -> None:
    incident = await at_the_back_garden(operator)
    before = await advised(operator, incident)
    assert all(not each["cut_by"] and not each["enters"] for each in before["candidates"])
    closed = await close(operator, edges=[LIFT])
    told = {each["code"]: each for each in (await advised(operator, incident))["candidates"]}
    for code in by_lift(before):
        each = told[code]
        assert each["cut_by"] == [closed["id"]]
        assert each["longer_s"] == pytest.approx((each["eta_s"] or 0) - (times(before)[code] or 0), abs=0.2)
        assert each["reason"].endswith(f"; about {round(each['longer_s'] / 60)} min longer for a closure: Bailong lift")
    assert all(not each["cut_by"] for code, each in told.items() if code not in by_lift(before))

    everything = [await close(operator, kind=kind) for kind in ("road", "trail", "cableway", "rail")]
    chinese = await served.sign_in("supervisor", "zh")
    shut = [each for each in (await advised(chinese, incident))["candidates"] if each["eta_s"] is None]
    off = [each for each in shut if each["cut_by"]]
    assert off
    assert all(each["longer_s"] is None and "已封闭" in each["reason"] for each in off)
    assert {str(each) for one in off for each in one["cut_by"]} <= {closed["id"], *(each["id"] for each in everything)}


async def test_who_must_go_into_a_closed_way_is_told_so(operator: Signed) -> None:
    on_a_trail = {**(await coverage(operator))[BEHIND_IT]["point"], "datum": "WGS84"}
    told = await operator.report(type="TRA-SP", location={"point": on_a_trail})
    assert not any(each["enters"] for each in told["recommendation"]["candidates"])
    edge = told["place"]["snapped"]["edge"]
    await close(operator, edges=[edge])
    advice = await advised(operator, told["id"])
    going_in = [each for each in advice["candidates"] if edge in each["enters"]]
    assert going_in
    assert all("; has to go into a closed way" in each["reason"] for each in going_in)
    assert all(each["enters"] == [edge] for each in advice["first"])


async def test_a_kind_and_a_polygon_name_their_ways(operator: Signed) -> None:
    by_kind = await close(operator, kind="cableway")
    assert (by_kind["kind"], by_kind["name_en"]) == ("cableway", "all cableways (3)")
    assert by_kind["edges"] == ["HZL-HZU-cableway", "TZL-TZU-cableway", "YJL-YJU-cableway"]

    place = (await operator.ask("GET", "/api/places?q=后花园"))["items"][0]["point"]
    lon, lat = place["lon"], place["lat"]
    ring = [(lon - 0.001, lat - 0.001), (lon + 0.001, lat - 0.001), (lon, lat + 0.001)]
    drawn = await close(operator, polygon={"ring": ring, "datum": "WGS84"})
    assert drawn["edges"]
    assert drawn["polygon"] == {"ring": [list(point) for point in ring], "datum": "WGS84"}
    assert drawn["name_zh"].startswith("圈定范围：")
    shifted = await close(operator, polygon={"ring": ring, "datum": "GCJ02"})
    assert shifted["edges"] != drawn["edges"]  # those numbers on another map mean a place 568 m away


async def test_coverage_follows_to_the_second_and_a_way_closed_is_no_demand(operator: Signed) -> None:
    before = await coverage(operator)
    closed = await close(operator, edges=[TRAIL])
    after = await coverage(operator)
    assert (before[BEHIND_IT]["state"], after[BEHIND_IT]["state"]) == ("inside", "outside")
    for code in [each for each, cell in after.items() if cell != before[each]]:
        located = {"point": {**after[code]["point"], "datum": "WGS84"}}
        told = await operator.report(type="TRA-SP", location=located, assign="recommend")
        eta_s = {each["code"]: each["eta_s"] for each in told["recommendation"]["candidates"]}
        for near in after[code]["nearest"]:
            assert near["eta_s"] - 60 == pytest.approx(eta_s[near["code"]], abs=0.5), code
    await end(operator, closed["id"])
    assert await coverage(operator) == before

    trail = await close(operator, kind="trail")
    fewer = await coverage(operator)
    assert sum(each["length_m"] for each in fewer.values()) < sum(each["length_m"] for each in before.values())
    assert searched(fewer) > searched(before)
    await end(operator, trail["id"])
    assert await coverage(operator) == before


def searched(cells: dict[str, Any]) -> set[str]:
    return {code for code, each in cells.items() if each["state"] == "search"}


async def coverage(operator: Signed) -> dict[str, Any]:
    return {each["code"]: each for each in (await operator.ask("GET", "/api/coverage/now"))["cells"]}


async def test_coverage_sees_a_window_begin_within_its_minute(served: House, operator: Signed) -> None:
    before = await coverage(operator)
    starts = A_MONDAY_MORNING + timedelta(seconds=30)
    await close(operator, edges=[TRAIL], **{"from": starts.isoformat()})
    assert await coverage(operator) == before
    await set_clock(served.dsn, starts)
    assert (await coverage(operator))[BEHIND_IT]["state"] == "outside"


async def test_readers_are_told_all_and_a_crew_too(served: House, operator: Signed) -> None:
    crew = await served.sign_in("crew-G5-3")
    await close(operator, edges=[LIFT])
    async with served.listen(operator) as console, served.listen(crew) as phone:
        made = await close(operator, kind="cableway", until=(A_MONDAY_MORNING + timedelta(hours=3)).isoformat())
        ended = await end(operator, made["id"], reason="恢复运行")
        for reader in (console, phone):
            stream = f"ground/{operator.session['area']}"
            shown = await reader.thing(stream, "closure", made["id"], lambda each: each["version"] == 2)
            assert shown == ended
            assert [kind for kind, _ in reader.things[stream]].count("closure") == 2
        await served.assert_told_all(console)
        await served.assert_told_all(phone)
    assert (ended["ended_by"], ended["ended_reason"]) == (operator.session["name"], "恢复运行")


async def test_a_stored_decision_holds_what_applied_and_gives_the_same_choice_again(
    served: House, operator: Signed
) -> None:
    incident = await at_the_back_garden(operator)
    shut, later = await close(operator, edges=[LIFT]), A_MONDAY_MORNING + timedelta(hours=2)
    await close(operator, kind="cableway", **{"from": later.isoformat()})
    advice = await advised(operator, incident)
    await end(operator, shut["id"])
    async with served.pool.acquire() as connection:
        row = await connection.fetchrow("SELECT inputs, result FROM decision WHERE id = $1", UUID(advice["decision"]))
    inputs, result = msgspec.convert(row["inputs"], Inputs), msgspec.convert(row["result"], Choice)
    assert replay(inputs) == result
    assert inputs.network_version.closures == 2
    assert [str(each.id) for each in inputs.closures] == [shut["id"]]
    assert inputs.closures[0].effect.edges == {LIFT}
    async with served.pool.acquire() as connection:
        _, network = await current_network(connection, UUID(operator.session["area"]))
        speeds = await current_speeds(connection, UUID(operator.session["area"]))
    again = retimed(inputs, network, zone=ZoneInfo("Asia/Shanghai"), profile=profile_named("normal", speeds))
    assert again == inputs
    with pytest.raises(ValueError, match="are not those of the decision"):
        retimed(inputs, network, zone=ZoneInfo("Asia/Shanghai"), profile=NORMAL)
    with pytest.raises(ValueError, match="under rain is not that of the decision"):
        retimed(inputs, network, zone=ZoneInfo("Asia/Shanghai"), profile=profile_named("rain"))


async def test_who_is_cut_off_is_told_by_what_and_until_when_and_a_replay_finds_the_same(
    served: House, operator: Signed
) -> None:
    """One trail leads to 仙人桥, and no other."""
    told = await operator.report(type="TRA-SP", location={"place": "仙人桥"})
    until = A_MONDAY_MORNING + timedelta(hours=5)
    made = await close(operator, edges=["DGT-XRQ-trail"], until=until.isoformat())
    advice = await advised(operator, told["id"])
    cut = [each for each in advice["candidates"] if each["reason_code"] == "no_open_way_to_the_patient"]
    assert cut
    for each in cut:
        [why] = each["obstacles"]
        assert (why["cause"], why["edge"], why["closures"]) == ("closure", "DGT-XRQ-trail", [made["id"]])
        assert why["until"] == until.isoformat().replace("+00:00", "Z")
        assert each["reason"] == ("no open way to the patient: Daguantai–Immortal Bridge is closed until 11-23 15:00")
    chinese = await served.sign_in("operator", language="zh")
    [first, *_] = [each for each in (await advised(chinese, told["id"]))["candidates"] if each["obstacles"]]
    assert first["reason"] == "无可通行路线:“大观台–仙人桥”封闭至 11-23 15:00"
    route = await operator.ask("GET", f"/api/incidents/{told['id']}/route?unit={cut[0]['code']}")
    assert (route["reason"], route["obstacles"]) == (cut[0]["reason"].partition(": ")[2], cut[0]["obstacles"])
    async with served.pool.acquire() as connection:
        row = await connection.fetchrow("SELECT inputs FROM decision WHERE id = $1", UUID(advice["decision"]))
        _, network = await current_network(connection, UUID(operator.session["area"]))
        speeds = await current_speeds(connection, UUID(operator.session["area"]))
    inputs = msgspec.convert(row["inputs"], Inputs)
    assert retimed(inputs, network, zone=ZoneInfo("Asia/Shanghai"), profile=profile_named("normal", speeds)) == inputs
    assert {seen.weighed.code for seen in inputs.units if seen.kept_by} >= {each["code"] for each in cut}


async def test_the_same_id_closes_once_and_ends_once(operator: Signed) -> None:
    body = {"id": str(uuid4()), "reason": "落石", "edges": [LIFT]}
    first, *again = [await operator.post("/api/closures", json=body) for _ in range(3)]
    assert [first.status_code, *(each.status_code for each in again)] == [201, 200, 200]
    assert all(each.json() == first.json() for each in again)
    other = await operator.ask("POST", "/api/closures", 409, **{**body, "reason": "别的"})
    assert other["error"] == "id_reused"

    path, ending = f"/api/closures/{body['id']}/end", {"id": str(uuid4())}
    answers = [await operator.post(path, json=ending) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    over = await end(operator, body["id"], 409)
    assert (over["error"], "2026-11-23 10:00" in over["message"]) == ("closure_over", True)
    assert (await operator.ask("GET", "/api/incidents"))["items"] == []


@pytest.mark.parametrize(
    ("what", "status", "error", "field"),
    [
        ({}, 400, "one_naming", None),
        ({"edges": [LIFT], "kind": "lift"}, 400, "one_naming", None),
        ({"edges": [LIFT, "nowhere"]}, 422, "unknown_code", "edges[1]"),
        ({"edges": []}, 400, "bad_request", "edges"),
        ({"kind": "flagstone"}, 422, "no_edge_there", "kind"),
        ({"kind": "canal"}, 400, "bad_request", "kind"),
        ({"polygon": {"ring": [[110.4, 29.3], [110.5, 29.3], [110.5, 29.4]]}}, 400, "bad_request", "datum"),
        ({"polygon": {"ring": [[110.4, 29.3], [110.5, 29.3]], "datum": "WGS84"}}, 400, "bad_request", "ring"),
        ({"polygon": {"ring": [[0, 0], [1, 1], [1, 0], [0, 1]], "datum": "WGS84"}}, 400, "not_a_polygon", "polygon"),
        ({"polygon": {"ring": [[0, 0], [1, 0], [1, 1]], "datum": "WGS84"}}, 422, "no_edge_there", "polygon"),
        ({"edges": [LIFT], "until": "2026-11-23T01:00:00Z"}, 400, "wrong_period", "until"),
        (
            {"edges": [LIFT], "from": "2026-11-24T02:00:00Z", "until": "2026-11-24T01:00:00Z"},
            400,
            "wrong_period",
            "until",
        ),
        ({"edges": [LIFT], "from": "2026-11-24T02:00:00"}, 400, "bad_request", "from"),
        ({"edges": [LIFT], "reason": ""}, 400, "bad_request", "reason"),
        ({"edges": [LIFT], "mode": "on_request"}, 400, "mode_needs", "delay_s"),
        ({"edges": [LIFT], "mode": "slow", "delay_s": 60}, 400, "mode_needs", "factor"),
        ({"edges": [LIFT], "mode": "slow", "factor": 0.5}, 400, "bad_request", "factor"),
        ({"edges": [LIFT], "mode": "one_way"}, 400, "mode_needs", "direction"),
        ({"edges": [LIFT], "delay_s": 60}, 400, "mode_has_no", "delay_s"),
        ({"edges": [LIFT], "mode": "blocked"}, 400, "bad_request", "mode"),
        ({"edges": [LIFT], "layer": "air"}, 400, "bad_request", "layer"),
    ],
)
async def test_what_cannot_be_closed_is_told_with_its_field_and_nothing_changes(
    operator: Signed, what: dict[str, Any], status: int, error: str, field: str | None
) -> None:
    told = await close(operator, status, **what)
    assert told["error"] == error, told
    assert field is None or field in f"{told.get('field')} {told['message']}", told
    assert (await operator.ask("GET", "/api/closures", 200))["items"] == []
    incident = await at_the_back_garden(operator)
    assert (await advised(operator, incident))["network_version"]["closures"] == 0


async def test_ways_are_found_by_code_and_by_name_in_both_languages(operator: Signed) -> None:
    async def found(**query: Any) -> list[str]:
        answer = await operator.get("/api/edges", params=query)
        assert answer.status_code == 200, answer.text
        return [each["code"] for each in answer.json()["items"]]

    for words in ("百龙", "bailong l", "bll-blu"):
        assert (await found(q=words))[0] == LIFT
    assert await found(kind="cableway") == ["HZL-HZU-cableway", "TZL-TZU-cableway", "YJL-YJU-cableway"]
    assert await found(q="100%") == []
    assert all("_" in code for code in await found(q="_", limit=500))
    assert len(await found(limit=7)) == 7
    begins = await found(q="HZ")
    assert begins[0].startswith("HZ")


async def test_lists_are_of_now_of_an_instant_or_of_all(served: House, operator: Signed) -> None:
    hour = timedelta(hours=1)
    first = await close(operator, edges=[LIFT], until=(A_MONDAY_MORNING + 2 * hour).isoformat())
    coming = await close(operator, kind="rail", **{"from": (A_MONDAY_MORNING + 3 * hour).isoformat()})
    called_off = await close(operator, kind="road")
    await end(operator, called_off["id"])

    async def told(**query: Any) -> list[str]:
        answer = await operator.get("/api/closures", params=query)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["items"]]

    assert await told() == [coming["id"], first["id"]]
    assert await told(at=(A_MONDAY_MORNING + hour).isoformat()) == [first["id"]]
    assert await told(at=(A_MONDAY_MORNING + 4 * hour).isoformat()) == [coming["id"]]
    assert set(await told(all=True)) == {first["id"], coming["id"], called_off["id"]}
    await set_clock(served.dsn, A_MONDAY_MORNING + 2 * hour)
    assert await told() == [coming["id"]]
    both = await operator.get("/api/closures", params={"at": A_MONDAY_MORNING.isoformat(), "all": True})
    assert (both.status_code, both.json()["field"]) == (400, "at")


async def test_operators_close_and_everybody_reads(served: House, operator: Signed) -> None:
    closed = await close(operator, edges=[LIFT])
    for login in ("crew-G5-3", "viewer", "planner"):
        seat = await served.sign_in(login)
        assert [each["id"] for each in (await seat.ask("GET", "/api/closures"))["items"]] == [closed["id"]]
        await close(seat, 403, kind="lift")
        await end(seat, closed["id"], 403)
    supervisor = await served.sign_in("supervisor")
    await end(supervisor, closed["id"])
    await end(supervisor, str(uuid4()), 404)
    async with httpx.AsyncClient(base_url=served.url) as nobody:
        assert (await nobody.get("/api/closures")).status_code == 401


async def test_closures_of_another_area_are_neither_seen_nor_ended(served: House, operator: Signed) -> None:
    closed = await close(operator, edges=[LIFT])
    async with served.pool.acquire() as connection:
        other = await connection.fetchval(
            "INSERT INTO area (code, name_zh, name_en, time_zone, srid, languages, boundary)"
            " SELECT 'elsewhere', '别处', 'Elsewhere', time_zone, srid, languages, boundary FROM area RETURNING id"
        )
        await connection.execute("UPDATE session SET area = $1", other)
    assert (await operator.ask("GET", "/api/closures?all=true"))["items"] == []
    assert (await close(operator, 404, edges=[LIFT]))["error"] == "not_found"
    assert (await end(operator, closed["id"], 404))["error"] == "not_found"


async def test_many_hands_at_once_count_every_change(served: House, operator: Signed) -> None:
    incident = await at_the_back_garden(operator)
    made = await asyncio.gather(*(close(operator, edges=[LIFT], reason=str(number)) for number in range(8)))
    counts = [advised(operator, incident) for _ in range(3)]
    await asyncio.gather(*(end(operator, each["id"]) for each in made), *counts)
    told = await advised(operator, incident)
    assert told["network_version"]["closures"] == 16
    assert by_lift(told)


async def test_another_process_goes_by_it_in_its_very_next_decision(served: House, operator: Signed) -> None:
    """A second service on the same database whose feed never runs: no notice reaches it."""
    async with service_over(Config(database_url=served.dsn)) as other, other.pool.acquire() as connection:
        area = UUID(operator.session["area"])
        for number in range(3):
            assert (await _closures_of(other, connection, area)).counter == 2 * number
            closed = await close(operator, edges=[LIFT])
            seen = await _closures_of(other, connection, area)
            assert (seen.counter, seen.effect.shut(Layer.BOTH)) == (2 * number + 1, {LIFT})
            await end(operator, closed["id"])


async def _closures_of(service: Any, connection: Any, area: UUID) -> Any:
    from dispatch.server import store

    return await service.ground.closures(connection, await store.area_now(connection, area))
