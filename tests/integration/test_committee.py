"""A committee's seat: the incidents of its cells and who goes to them, its own calls, and nothing else."""

import json
from typing import Any
from uuid import uuid4

import pytest
from feed_client import FeedClient
from house import House, Signed

CALLER = {"name": "王女士", "phone": "0744-555-0199"}
ITS_CELL, ITS_PLACE = "430811002904003", "紫草潭"
ANOTHER_OF_ITS = "430811002904004"
ELSEWHERE_CELL = "430811002905001"
HERE, THERE, ELSEWHERE = ({"cell": code} for code in (ITS_CELL, ANOTHER_OF_ITS, ELSEWHERE_CELL))


@pytest.fixture
async def committee(served: House) -> Signed:
    return await served.sign_in("committee-C4")


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def sent(operator: Signed, location: dict[str, Any], **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """An incident, and the order for the unit that was recommended."""
    told = await operator.report(type="TRA-SP", location=location, caller=CALLER, note="扭伤", **more)
    unit = told["recommendation"]["first"][0]["code"]
    return told, await operator.assign(told["id"], unit)


def in_cells(reader: FeedClient) -> list[tuple[str, Any]]:
    """What the streams of cells hold: kinds and bodies."""
    streams = [things for name, things in reader.things.items() if name.startswith("cell/")]
    return [(kind, body) for things in streams for (kind, _), (_, body) in things.items()]


async def test_a_committee_is_seated_over_the_cells_that_the_areas_files_give_it(
    served: House, committee: Signed
) -> None:
    session = committee.session
    cells = {each["code"]: each for each in (await committee.ask("GET", "/api/cells"))["items"]}
    assert (session["role"], session["name"]) == ("committee", "金鞭溪管委会")
    assert session["cells"] == sorted(code for code, cell in cells.items() if cell["grid"]["code"] == "G4")
    streams = [f"cell/{session['area']}/{code}" for code in session["cells"]]
    assert session["streams"] == [*streams, f"ground/{session['area']}"]


async def test_it_sees_what_is_open_in_its_cells_and_who_goes_but_no_caller(
    served: House, committee: Signed, operator: Signed
) -> None:
    mine, order = await sent(operator, HERE)
    theirs, _ = await sent(operator, ELSEWHERE)
    [listed] = (await committee.ask("GET", "/api/incidents"))["items"]
    assert listed == await committee.ask("GET", f"/api/incidents/{mine['id']}")
    assert (await committee.ask("GET", f"/api/incidents/{mine['id']}/reports"))["items"] == []
    for path in ("", "/reports", "/timeline", "/recommendation"):
        assert (await committee.get(f"/api/incidents/{theirs['id']}{path}")).status_code == 403, path
    async with served.listen(committee) as reader:
        await served.assert_told_all(reader)
        assert {body["id"] for _, body in in_cells(reader)} == {mine["id"], order["id"]}
        assert CALLER["phone"] not in json.dumps(
            [body for things in reader.things.values() for _, body in things.values()]
        )
        crew = await served.sign_in(f"crew-{order['unit_code']}")
        for step in ("acknowledge", "en_route", "at_patient", "clear"):
            await crew.step(order["id"], step)
        await operator.step_incident(mine["id"], "close")
        await served.assert_told_all(reader)
    assert [each["status"] for each in (await committee.ask("GET", "/api/incidents"))["items"]] == ["closed"]


async def test_an_incident_that_is_located_anew_moves_from_stream_to_stream_with_all_its_assignments(
    served: House, committee: Signed, operator: Signed
) -> None:
    neighbour = await served.sign_in("committee-C5")
    told, order = await sent(operator, HERE)
    crew = await served.sign_in(f"crew-{order['unit_code']}")
    await crew.step(order["id"], "decline", note="车坏")
    async with served.listen(committee) as reader, served.listen(neighbour) as other:
        for location, readers in ((THERE, (1, 0)), (ELSEWHERE, (0, 1)), (HERE, (1, 0)), (HERE, (1, 0))):
            await operator.step_incident(told["id"], "locate", location=location)
            for each, count in zip((reader, other), readers, strict=True):
                await served.assert_told_all(each)
                assert sorted(kind for kind, _ in in_cells(each)) == ["assignment", "incident"] * count
            assert len((await committee.ask("GET", "/api/incidents"))["items"]) == readers[0]
    async with served.listen(committee, cell_stream_of(committee, ITS_CELL)) as late:
        await served.assert_told_all(late)


def cell_stream_of(signed: Signed, cell: str) -> str:
    return f"cell/{signed.session['area']}/{cell}"


async def test_an_incident_located_at_last_enters_the_stream_of_its_cell(
    served: House, committee: Signed, operator: Signed
) -> None:
    async with served.listen(committee) as reader:
        told = await operator.report(type="TRA-SP", caller=CALLER)
        assert (await committee.ask("GET", "/api/incidents"))["items"] == []
        await operator.step_incident(told["id"], "locate", location=HERE)
        await reader.thing(cell_stream_of(committee, ITS_CELL), "incident", told["id"], lambda body: True)
        await served.assert_told_all(reader)


async def test_a_reload_of_the_cells_files_leaves_streams_and_seats_as_they_are(
    served: House, committee: Signed, operator: Signed
) -> None:
    told, _ = await sent(operator, HERE)
    async with served.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "UPDATE cell SET valid = daterange(NULL, '2026-11-23') WHERE code = $1 AND upper_inf(valid)", ITS_CELL
        )
        await connection.execute(
            "INSERT INTO cell (area, code, name_zh, name_en, grid, committee, kind, code_status, geom, valid)"
            " SELECT area, code, '紫草潭新段', name_en, grid, committee, kind, code_status, geom,"
            " daterange('2026-11-23', NULL) FROM cell WHERE code = $1",
            ITS_CELL,
        )
    new, _ = await sent(operator, HERE)
    async with served.listen(committee) as reader:
        await served.assert_told_all(reader)
        kept = reader.things[cell_stream_of(committee, ITS_CELL)]
        assert {str(id) for kind, id in kept if kind == "incident"} == {told["id"], new["id"]}


async def test_it_takes_a_call_from_its_cells_and_reads_its_own_report_again(
    served: House, committee: Signed, operator: Signed
) -> None:
    told = await committee.report(type="TRA-SP", location={"place": ITS_PLACE}, caller=CALLER, note="老人摔倒")
    assert (told["cell"]["code"], told["recommendation"]) == (ITS_CELL, None)
    [report] = (await committee.ask("GET", f"/api/incidents/{told['id']}/reports"))["items"]
    assert (report["caller"]["phone"], report["by"]) == (CALLER["phone"], "金鞭溪管委会")
    [seen] = (await operator.ask("GET", f"/api/incidents/{told['id']}/reports"))["items"]
    assert seen == report
    async with served.pool.acquire() as connection:
        await connection.execute(
            "INSERT INTO report (area, incident, channel, caller_phone, received_at, by) SELECT area, id, 'phone',"
            " '0744-555-0198', server_now(), (SELECT id FROM account WHERE login = 'operator') FROM incident"
        )
    assert (await committee.ask("GET", f"/api/incidents/{told['id']}/reports"))["items"] == [report]


async def test_where_the_run_card_says_so_units_go_at_a_committees_call_as_at_anybodys(
    served: House, committee: Signed
) -> None:
    async with served.pool.acquire() as connection:
        await connection.execute("UPDATE run_card SET auto_assign = true")
    told = await committee.report(type="TRA-SP", location=HERE)
    assert told["assignments"]
    assert told["recommendation"] is None
    assert "caller" not in told["assignments"][0]


@pytest.mark.parametrize(
    ("what", "error", "field"),
    [
        ({"location": ELSEWHERE}, "outside_own_cells", "location"),
        ({"location": {"place": "后花园"}}, "outside_own_cells", "location"),
        ({"location": {"place": "大树下面"}}, "cell_not_known", "location"),
        ({}, "cell_not_known", "location"),
        ({"location": HERE, "assign": "auto"}, "forbidden", "assign"),
        ({"location": HERE, "assign": "recommend"}, "forbidden", "assign"),
    ],
)
async def test_a_call_from_elsewhere_or_an_order_is_refused_with_what_is_wrong(
    served: House, committee: Signed, what: dict[str, Any], error: str, field: str
) -> None:
    refused = await committee.report(403, type="TRA-SP", **what)
    assert (refused["error"], refused["field"]) == (error, field)
    async with served.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM incident") == 0


async def test_it_notes_what_it_knows_in_its_cells_and_commands_nothing(
    served: House, committee: Signed, operator: Signed
) -> None:
    mine, order = await sent(operator, HERE)
    theirs, _ = await sent(operator, ELSEWHERE)
    await committee.step_incident(mine["id"], "note", note="步道口有人接应")
    await committee.step_incident(theirs["id"], "note", 403, note="x")
    entries = (await operator.ask("GET", f"/api/incidents/{mine['id']}/timeline"))["items"]
    assert [(each["by"], each["body"]["note"], each["address"]) for each in entries if each["step"] == "note"] == [
        ("金鞭溪管委会", "步道口有人接应", "127.0.0.1")
    ]
    for step in ("locate", "retype", "priority", "cancel", "reopen"):
        await committee.step_incident(mine["id"], step, 403, location=HERE)
    assert (await committee.step_incident(mine["id"], "close", 409))["error"] == "not_owner"
    await committee.assign(mine["id"], "G4-1", 403)
    await committee.step(order["id"], "acknowledge", 403)
    for path in (f"/api/assignments/{order['id']}", "/api/units", "/api/exercises", "/api/sessions"):
        assert (await committee.get(path)).status_code == 403, path


async def test_what_was_closed_long_ago_is_no_longer_its_to_see(
    served: House, committee: Signed, operator: Signed
) -> None:
    told = await operator.report(type="TRA-SP", location=HERE)
    await operator.step_incident(told["id"], "cancel")
    assert len((await committee.ask("GET", "/api/incidents"))["items"]) == 1
    async with served.pool.acquire() as connection:
        await connection.execute("UPDATE incident SET closed_at = closed_at - interval '25 hours'")
    assert (await committee.ask("GET", "/api/incidents"))["items"] == []
    assert (await committee.get(f"/api/incidents/{told['id']}")).status_code == 403
    async with served.listen(committee) as reader:
        await operator.step_incident(told["id"], "note", note="x")
        await served.assert_told_all(reader)
        assert in_cells(reader) == []
    assert (await operator.get(f"/api/incidents/{told['id']}")).status_code == 200


async def test_coverage_is_told_of_its_cells_only_and_of_the_units_nearest_to_them(
    served: House, committee: Signed, operator: Signed
) -> None:
    whole, part = [await each.ask("GET", "/api/coverage/now") for each in (operator, committee)]
    mine = set(committee.session["cells"])
    assert {each["code"] for each in part["cells"]} == mine
    assert part["cells"] == [each for each in whole["cells"] if each["code"] in mine]
    near = {unit["code"] for cell in part["cells"] for unit in cell["nearest"]}
    assert set(part["free_units"]) == near
    with_ways = [each for each in part["cells"] if each["state"] != "search"]
    inside = [each for each in with_ways if each["state"] == "inside"]
    assert part["share_of_cells"] == pytest.approx(len(inside) / len(with_ways))
    assert part["trail_m"] < whole["trail_m"]
    gone = part["cells"][0]["unit"]
    left = await committee.ask("GET", f"/api/coverage/now?without={gone}")
    assert {each["code"] for each in left["cells"]} == mine
    assert set(left["lost"]) <= mine


async def test_its_session_is_ended_like_any_other_and_its_sockets_with_it(served: House, committee: Signed) -> None:
    supervisor = await served.sign_in("supervisor")
    sessions = (await supervisor.ask("GET", "/api/sessions"))["items"]
    [its] = [each for each in sessions if each["login"] == "committee-C4"]
    async with served.listen(committee) as reader:
        assert (await supervisor.delete(f"/api/sessions/{its['id']}")).status_code == 204
        assert await reader.closed() == 4403
    assert (await committee.get("/api/incidents")).status_code == 401


async def test_the_same_request_of_another_account_is_not_answered_with_what_the_first_was_told(
    served: House, committee: Signed, operator: Signed
) -> None:
    body = {"id": "3b0f3a52-0f60-4bb2-9f39-9b8e7ce62f0b", "type": "TRA-SP", "location": HERE}
    told = await operator.report(**body)
    assert told["recommendation"] is not None
    assert (await committee.report(409, **body))["error"] == "id_reused"
    assert (await operator.report(200, **body)) == told


async def test_it_keeps_what_it_can_deal_with_itself_and_hands_up_what_it_cannot(
    served: House, committee: Signed, operator: Signed
) -> None:
    told = await committee.report(type="TRA-SP", location=HERE, keep=True)
    assert told["owner"]["code"] == "C4"
    assert (await operator.ask("GET", f"/api/incidents/{told['id']}"))["owner"]["code"] == "C4"
    await committee.step_incident(told["id"], "confirm")
    await committee.step_incident(told["id"], "priority", 403, priority="P1")
    assert (await committee.step_incident(told["id"], "transfer", owner="centre", note="需要担架"))["owner"] is None
    error = await committee.step_incident(told["id"], "close", 409)
    assert error["error"] == "not_owner"
    back = await operator.step_incident(told["id"], "transfer", owner="C4", by="值班长")
    assert back["owner"]["code"] == "C4"
    lines = (await operator.ask("GET", f"/api/incidents/{told['id']}/timeline"))["items"]
    said = [(each["body"]["owner"], each["by"]) for each in lines if each["step"] == "transfer"]
    assert said == [("centre", "金鞭溪管委会"), ("C4", "调度员甲")]
    closed = await committee.step_incident(told["id"], "close")
    assert (closed["status"], closed["owner"]["code"]) == ("closed", "C4")


async def test_it_neither_closes_over_the_head_of_units_nor_takes_what_is_anothers(
    committee: Signed, operator: Signed
) -> None:
    told, _ = await sent(operator, HERE)
    assert (await committee.step_incident(told["id"], "transfer", 409, owner="C4"))["error"] == "not_owner"
    await operator.step_incident(told["id"], "transfer", owner="C4")
    assert (await operator.step_incident(told["id"], "transfer", 409, owner="C4"))["error"] == "owned_already"
    assert (await operator.step_incident(told["id"], "transfer", 422, owner="C99"))["field"] == "owner"
    assert (await operator.step_incident(told["id"], "transfer", 400))["field"] == "owner"
    error = await committee.step_incident(told["id"], "close", 409, outcome="false_alarm")
    assert error["error"] == "units_still_out"
    assert (await operator.report(403, location=HERE, keep=True))["field"] == "keep"


async def departs(seat: Signed, incident: str, expect: int = 201, **who: Any) -> Any:
    return await seat.ask("POST", f"/api/incidents/{incident}/departures", expect, id=str(uuid4()), **who)


async def goes_on(seat: Signed, departure: str, step: str, expect: int = 201) -> Any:
    return await seat.ask("POST", f"/api/departures/{departure}/steps", expect, id=str(uuid4()), step=step)


async def test_it_sends_its_own_squads_and_the_centre_sees_them_go(
    served: House, committee: Signed, operator: Signed
) -> None:
    assert [each["code"] for each in (await committee.ask("GET", "/api/squads"))["items"]] == ["S4", "S5"]
    assert len((await operator.ask("GET", "/api/squads"))["items"]) == 10
    told = await committee.report(type="TRA-SP", location=HERE, keep=True)
    async with served.listen(operator) as desk, served.listen(committee) as reader:
        gone = await departs(committee, told["id"], squad="S4", by="中队长")
        [departure] = gone["departures"]
        assert (departure["code"], departure["squad"]["name_zh"]) == ("S4", "执法四中队(金鞭溪)")
        area = f"area/{operator.session['area']}"
        seen = await desk.thing(area, "incident", told["id"], lambda body: bool(body["departures"]))
        assert (seen["state"], seen["departures"], seen["owner"]["code"]) == ("under_way", [departure], "C4")
        there = await goes_on(committee, departure["id"], "at_patient")
        assert there["clock"]["response_time_s"] is not None
        assert there["clock"]["at_patient_at"] == there["departures"][0]["at_patient_at"]
        await served.assert_told_all(reader)
        await served.assert_told_all(desk)
    lines = (await operator.ask("GET", f"/api/incidents/{told['id']}/timeline"))["items"]
    said = [(each["step"], each["body"]["unit"], each["by"]) for each in lines if each["step"].startswith("departure")]
    assert said == [("departure", "S4", "金鞭溪管委会"), ("departure_at_patient", "S4", "金鞭溪管委会")]
    assert await orders(served) == 0

    another = await committee.report(type="TRA-SP", location=THERE, keep=True)
    error = await departs(committee, another["id"], 409, squad="S4")
    assert (error["error"], str(told["number"]) in error["message"]) == ("unit_already_assigned", True)
    await goes_on(committee, departure["id"], "handed_over")
    await departs(committee, another["id"], squad="S4")
    await committee.step_incident(told["id"], "close")
    figures = await operator.ask("GET", "/api/reports/response")
    assert [each["provenance"] for each in figures["rows"] if each["by"] == "all"] == [{"radio": 1}]


async def test_it_sends_nobody_elses_squads_no_unit_and_only_to_what_it_has_in_hand(
    served: House, committee: Signed, operator: Signed
) -> None:
    mine = await committee.report(type="TRA-SP", location=HERE, keep=True)
    await departs(committee, mine["id"], 403, squad="S6")
    await departs(committee, mine["id"], 403, unit="G4-1")
    await departs(committee, mine["id"], 403, name="mountain club")
    assert (await departs(committee, mine["id"], 422, squad="S99"))["field"] == "squad"
    centres = await committee.report(type="TRA-SP", location=HERE)
    assert (await departs(committee, centres["id"], 409, squad="S4"))["error"] == "not_owner"
    theirs = await operator.report(type="TRA-SP", location=ELSEWHERE)
    await departs(committee, theirs["id"], 403, squad="S4")

    gone = (await departs(operator, theirs["id"], squad="S6", by="管委会"))["departures"][0]
    await goes_on(committee, gone["id"], "at_patient", 403)
    await committee.step_incident(mine["id"], "transfer", owner="centre")
    assert (await departs(committee, mine["id"], 409, squad="S4"))["error"] == "not_owner"
    assert await orders(served) == 0


async def orders(served: House) -> int:
    async with served.pool.acquire() as connection:
        count: int = await connection.fetchval("SELECT count(*) FROM feed.outbox WHERE stream LIKE 'unit/%'")
        return count
