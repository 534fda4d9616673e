"""Move-up: what an assignment opens is named with the move that mends most; moves end when an incident order comes."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from house import House, Signed


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def holes(seat: Signed) -> dict[str, Any]:
    found: dict[str, Any] = await seat.ask("GET", "/api/coverage/holes")
    return found


async def send_units_away(operator: Signed, place: str, most: int = 3) -> list[str]:
    """Assign the units that are nearest to a place until their leaving opens a hole that a move mends."""
    told = await operator.report(type="TRA-SP", location={"place": place}, assign="recommend")
    sent = []
    for each in [each for each in told["recommendation"]["candidates"] if each["eta_s"] is not None][:most]:
        await operator.assign(told["id"], each["code"], reason="drill")
        sent.append(each["code"])
        if (await holes(operator))["move"] is not None:
            break
    return sent


async def order(seat: Signed, unit: str, to: str, expect: int = 201, **more: Any) -> Any:
    return await seat.ask("POST", "/api/moves", expect, **{"id": str(uuid4()), "unit": unit, "to": to, **more})


async def step(seat: Signed, move: str, step: str, expect: int = 201, **more: Any) -> Any:
    return await seat.ask("POST", f"/api/moves/{move}/steps", expect, id=str(uuid4()), step=step, **more)


async def inside(seat: Signed) -> set[str]:
    cells = (await seat.ask("GET", "/api/coverage/now"))["cells"]
    return {each["code"] for each in cells if each["state"] == "inside"}


async def test_with_nobody_out_there_is_no_hole_and_no_move(operator: Signed) -> None:
    told = await holes(operator)
    assert (told["holes"], told["move"]) == ([], None)


async def test_the_move_that_is_proposed_mends_what_it_says_and_opens_what_it_says(
    served: House, operator: Signed
) -> None:
    before = await inside(operator)
    await send_units_away(operator, "贺龙公园")
    told = await holes(operator)
    opened = {each["code"] for each in told["holes"]}
    assert opened == before - await inside(operator)
    proposed = told["move"]
    assert set(proposed["mends"]) <= opened
    left = await inside(operator)

    move = await order(operator, proposed["unit"], proposed["to"]["code"])
    assert (move["mends"], move["travel_s"]) == (sorted(proposed["mends"]), proposed["travel_s"])
    mending = await holes(operator)
    assert {each["code"] for each in mending["holes"] if each["mended_by"]} <= set(proposed["mends"])
    assert mending["move"] != proposed  # nobody is sent to the same hole twice

    crew = await served.sign_in(f"crew-{proposed['unit']}")
    assert [each["id"] for each in (await crew.ask("GET", "/api/moves"))["items"]] == [move["id"]]
    for each in ("acknowledge", "en_route", "there"):
        moved = await step(crew, move["id"], each)
    assert None not in (moved["acknowledged_at"], moved["en_route_at"], moved["there_at"])
    now = await inside(operator)
    assert set(proposed["mends"]) <= now
    assert left - now <= set(proposed["opens"])
    unit = (await operator.units())[proposed["unit"]]
    assert unit["state"] == "free"
    assert (unit["position"]["lon"], unit["position"]["lat"]) == (move["point"]["lon"], move["point"]["lat"])


async def drilled(served: House, operator: Signed, unit: str) -> None:
    """That unit is sent out in an exercise."""
    supervisor = await served.sign_in("supervisor")
    drill = await supervisor.ask("POST", "/api/exercises", 201, id=str(uuid4()), name="演练")
    there = {"place": "后花园"}
    told = await operator.report(type="TRA-SP", location=there, assign="recommend", exercise=drill["id"])
    await operator.assign(told["id"], unit, reason="演练")


async def test_who_is_in_a_drill_is_proposed_for_no_move_and_a_drill_ends_no_move(
    served: House, operator: Signed
) -> None:
    await send_units_away(operator, "贺龙公园")
    proposed = (await holes(operator))["move"]
    await drilled(served, operator, proposed["unit"])
    instead = (await holes(operator))["move"]
    assert instead is None or instead["unit"] != proposed["unit"]

    post = (await operator.units())["G7-2"]["post"]["code"]
    move = await order(operator, "G8-1", post)
    await drilled(served, operator, "G8-1")
    [kept] = [each for each in (await operator.ask("GET", "/api/moves"))["items"] if each["id"] == move["id"]]
    assert kept["ended_at"] is None


async def test_a_move_by_hand_says_how_long_the_way_is_like_one_that_was_proposed(operator: Signed) -> None:
    post = (await operator.units())["G7-2"]["post"]["code"]
    move = await order(operator, "G7-1", post)
    asked = {"origins": [{"unit": "G7-1"}], "destinations": [{"post": post}]}
    [[told]] = (await operator.ask("POST", "/api/travel-times", 200, **asked))["times"]
    assert move["travel_s"] > 0
    assert move["travel_s"] == pytest.approx(told["eta_s"], abs=1)


async def test_an_order_to_an_incident_ends_the_move_in_the_same_change(served: House, operator: Signed) -> None:
    crew = await served.sign_in("crew-G7-1")
    async with served.listen(crew) as phone, served.listen(operator) as console:
        post = (await operator.units())["G7-2"]["post"]["code"]
        move = await order(operator, "G7-1", post)
        area = f"area/{operator.session['area']}"
        unit = next(each for each in crew.session["streams"] if each.startswith("unit/"))
        for reader, stream in ((console, area), (phone, unit)):
            body = await reader.thing(stream, "move", move["id"], lambda body: True)
            assert (body["unit_code"], body["to"]["code"], body["ended_at"]) == ("G7-1", post, None)
        told = await operator.report(type="TRA-SP", location={"place": "贺龙公园"}, assign="recommend")
        await operator.assign(told["id"], "G7-1", reason="test")
        for reader, stream in ((console, area), (phone, unit)):
            ended = await reader.thing(stream, "move", move["id"], lambda body: body["ended_at"] is not None)
            assert ended["ended_because"] == "assigned"
        await served.assert_told_all(console)
        await served.assert_told_all(phone)
    late = await step(crew, move["id"], "there", 409)
    assert late["error"] == "stale"


async def test_a_new_move_replaces_the_old_one_and_back_at_the_post_ends_it(operator: Signed) -> None:
    units = await operator.units()
    first = await order(operator, "G7-1", units["G7-2"]["post"]["code"])
    second = await order(operator, "G7-1", units["G7-3"]["post"]["code"])
    await step(operator, second["id"], "there", by="G7-1", channel="radio")
    await operator.ask("POST", "/api/units/G7-1/availability", 201, id=str(uuid4()), at_post=True)
    because = {each["id"]: each["ended_because"] for each in (await operator.ask("GET", "/api/moves"))["items"]}
    assert because == {first["id"]: "replaced", second["id"]: "back"}
    position = (await operator.units())["G7-1"]["position"]
    assert (position["lon"], position["lat"]) == tuple(units["G7-1"]["post_point"].values())


async def test_who_sets_out_home_is_where_it_stood_until_it_is_back(served: House, operator: Signed) -> None:
    there = (await operator.units())["G7-2"]["post_point"]
    move = await order(operator, "G7-1", (await operator.units())["G7-2"]["post"]["code"])
    await step(operator, move["id"], "there", by="G7-1", channel="radio")
    await step(operator, move["id"], "call_off")
    position = (await operator.units())["G7-1"]["position"]
    assert {name: round(position[name], 6) for name in ("lon", "lat")} == {
        name: round(value, 6) for name, value in there.items()
    }
    async with served.pool.acquire() as connection:
        rows = await connection.fetch(
            "SELECT step, channel, said_by, address FROM move_up_step WHERE move_up = $1 ORDER BY seq", move["id"]
        )
    assert [(row["step"], row["channel"], row["said_by"]) for row in rows] == [
        ("order", "console", None),
        ("there", "radio", "G7-1"),
        ("call_off", "radio", None),
    ]
    assert all(row["address"] for row in rows)


async def test_what_cannot_be_moved_is_refused_by_its_field(served: House, operator: Signed) -> None:
    post = (await operator.units())["G7-2"]["post"]["code"]
    assert (await order(operator, "G7-1", "nowhere", 422))["field"] == "to"
    assert (await order(operator, "none", post, 422))["field"] == "unit"
    await operator.ask("POST", "/api/units/G7-1/availability", 201, id=str(uuid4()), available=False, reason="x")
    assert (await order(operator, "G7-1", post, 409))["error"] == "unit_not_free"
    told = await operator.report(type="TRA-SP", location={"place": "贺龙公园"}, assign="recommend")
    await operator.assign(told["id"], "G7-3", reason="test")
    assert (await order(operator, "G7-3", post, 409))["error"] == "unit_already_assigned"
    other = await served.sign_in("crew-G7-4")
    move = await order(operator, "G7-5", post)
    await step(other, move["id"], "there", 403)
    mine = await served.sign_in("crew-G7-5")
    await step(mine, move["id"], "call_off", 403)
    await step(mine, move["id"], "decline", note="车坏")


async def test_a_move_and_an_order_at_one_instant_leave_no_unit_with_both(operator: Signed) -> None:
    post = (await operator.units())["G7-2"]["post"]["code"]
    for number in (1, 3, 4, 5):
        unit = f"G7-{number}"
        told = await operator.report(type="TRA-SP", location={"place": "贺龙公园"}, assign="recommend")

        async def sent(path: str, **body: Any) -> httpx.Response:
            return await operator.post(path, json={"id": str(uuid4()), **body})

        answers = await asyncio.gather(
            sent("/api/moves", unit=unit, to=post),
            sent(f"/api/incidents/{told['id']}/assignments", unit=unit, reason="test"),
        )
        assert answers[1].status_code == 201, answers[1].text
        assert answers[0].status_code in (201, 409)
        open_now = [
            each
            for each in (await operator.ask("GET", "/api/moves"))["items"]
            if each["unit_code"] == unit and each["ended_at"] is None
        ]
        assert open_now == []
