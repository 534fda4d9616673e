"""Notices: to chosen crews until an instant, stored by devices as orders are, counted as delivered and as seen."""

import base64
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from house import A_MONDAY_MORNING, House, Listener, Signed

from dispatch.feed import ProfileName

UNTIL = (A_MONDAY_MORNING + timedelta(hours=2)).isoformat()
PICTURE = b"\x89PNG\r\n\x1a\n and what follows"


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def send(seat: Signed, expect: int = 201, **more: Any) -> Any:
    body = {"id": str(uuid4()), "text": "寻人：红衣男孩，6 岁", "until": UNTIL, "to": {"all": True}, **more}
    return await seat.ask("POST", "/api/notices", expect, **body)


async def now(seat: Signed, notice: str) -> Any:
    return next(each for each in (await seat.ask("GET", "/api/notices"))["items"] if each["id"] == notice)


async def units_of(seat: Signed, notice: str) -> set[str]:
    return {each["unit_code"] for each in (await seat.ask("GET", f"/api/notices/{notice}/units"))["items"]}


def phone(served: House, crew: Signed) -> Listener:
    return served.listen(crew, own_stream(crew), profile=ProfileName.PHONE)


def own_stream(crew: Signed) -> str:
    return next(each for each in crew.session["streams"] if each.startswith("unit/"))


async def test_a_notice_reaches_phones_as_an_order_does_and_is_counted(served: House, operator: Signed) -> None:
    crew = await served.sign_in("crew-G5-3")
    area = f"area/{operator.session['area']}"
    async with served.listen(operator) as console:
        notice = await send(operator, to={"teams": ["G5"]}, photo=base64.b64encode(PICTURE).decode())
        assert (notice["delivered"], notice["seen"], notice["photo"]) == (0, 0, True)
        assert notice["units"] == len([code for code in await operator.units() if code.startswith("G5-")])
        async with phone(served, crew) as reader:
            body = await reader.thing(own_stream(crew), "notice", notice["id"], lambda body: True)
            assert (body["text"], body["seen_at"]) == ("寻人：红衣男孩，6 岁", None)
            await reader.acknowledge(own_stream(crew))
            await console.thing(area, "notice", notice["id"], lambda body: body["delivered"] == 1)
            await crew.ask("POST", f"/api/notices/{notice['id']}/seen", 201, id=str(uuid4()))
            await crew.ask("POST", f"/api/notices/{notice['id']}/seen", 201, id=str(uuid4()))
            await reader.thing(own_stream(crew), "notice", notice["id"], lambda body: body["seen_at"] is not None)
            await console.thing(area, "notice", notice["id"], lambda body: body["seen"] == 1)
            await served.assert_told_all(reader)
            await served.assert_told_all(console)
    answer = await crew.get(f"/api/notices/{notice['id']}/photo")
    assert (answer.content, answer.headers["content-type"]) == (PICTURE, "image/png")
    [seen] = [
        each
        for each in (await operator.ask("GET", f"/api/notices/{notice['id']}/units"))["items"]
        if each["seen_at"] is not None
    ]
    assert (seen["unit_code"], seen["delivered_at"] is not None) == ("G5-3", True)
    stranger = await served.sign_in("crew-G1-1")
    assert (await stranger.get(f"/api/notices/{notice['id']}/photo")).status_code == 404
    await stranger.ask("POST", f"/api/notices/{notice['id']}/seen", 404, id=str(uuid4()))


async def test_teams_posts_and_cells_say_who_is_meant(served: House, operator: Signed) -> None:
    units = await operator.units()
    post = units["G7-2"]["post"]["code"]

    def of(teams: Iterable[str], posts: Iterable[str] = ()) -> set[str]:
        return {
            code
            for code, unit in units.items()
            if unit["team"]["code"] in teams or (unit["post"] and unit["post"]["code"] in posts)
        }

    assert await units_of(operator, (await send(operator))["id"]) == set(units)
    told = await send(operator, to={"teams": ["G1"], "posts": [post]})
    assert await units_of(operator, told["id"]) == of(["G1"], [post])
    cell = next(each for each in (await operator.ask("GET", "/api/cells"))["items"] if each["owner"]["code"] == "G4")
    told = await send(operator, to={"cells": [cell["code"]]})
    assert await units_of(operator, told["id"]) >= of(["G4"])


async def test_who_was_away_reads_it_later_and_an_ended_notice_is_told_to_all(served: House, operator: Signed) -> None:
    crew = await served.sign_in("crew-G5-3")
    notice = await send(operator)
    await operator.ask("POST", f"/api/notices/{notice['id']}/end", 201, id=str(uuid4()))
    assert (await operator.ask("POST", f"/api/notices/{notice['id']}/end", 409, id=str(uuid4())))[
        "error"
    ] == "notice_over"
    async with phone(served, crew) as reader:
        body = await reader.thing(own_stream(crew), "notice", notice["id"], lambda body: True)
        assert body["ended_at"] is not None
        await served.assert_told_all(reader)
    assert (await now(operator, notice["id"]))["ended_by"]


async def test_the_same_notice_sent_twice_is_one(served: House, operator: Signed) -> None:
    body = {"id": str(uuid4()), "text": "暴雨橙色预警", "until": UNTIL, "to": {"all": True}}
    first = await operator.ask("POST", "/api/notices", 201, **body)
    assert await operator.ask("POST", "/api/notices", 200, **body) == first
    async with served.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM notice") == 1
        row = await connection.fetchrow("SELECT n.address, a.login FROM notice n JOIN account a ON a.id = n.by")
    assert (row["login"], row["address"]) == ("operator", "127.0.0.1")


@pytest.mark.parametrize(
    ("more", "field", "error"),
    [
        ({"to": {}}, "to", "nobody_to_tell"),
        ({"to": {"teams": ["G99"]}}, "to.teams", "unknown_code"),
        ({"to": {"posts": ["nowhere"]}}, "to.posts", "unknown_code"),
        ({"to": {"all": True, "teams": ["G1"]}}, "to", "bad_request"),
        ({"until": "2020-01-01T00:00:00Z"}, "until", "bad_request"),
        ({"photo": base64.b64encode(b"<svg onload=alert(1)>").decode()}, "photo", "not_a_picture"),
        ({"text": ""}, "text", "bad_request"),
    ],
)
async def test_what_is_wrong_with_a_notice_is_told_by_its_field(
    served: House, operator: Signed, more: dict[str, Any], field: str, error: str
) -> None:
    body = {"id": str(uuid4()), "text": "x", "until": UNTIL, "to": {"all": True}, **more}
    answer = await operator.post("/api/notices", json=body)
    assert answer.status_code in (400, 422)
    assert (answer.json()["field"], answer.json()["error"]) == (field, error)
    async with served.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM notice WHERE id = $1", UUID(body["id"])) == 0
