"""One-time codes: a supervisor lets one person in to one seat, once, soon, and it is known who did."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from house import House, Signed


@pytest.fixture
async def supervisor(served: House) -> Signed:
    return await served.sign_in("supervisor")


async def enter(served: House, code: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=served.url, headers={"accept-language": "zh"}) as nobody:
        return await nobody.post("/api/session", json={"code": code})


def bearer(session: Any) -> dict[str, str]:
    return {"authorization": f"Bearer {session['token']}"}


async def test_a_code_opens_one_session_of_its_seat_once_and_it_is_kept_who_made_it(
    served: House, supervisor: Signed
) -> None:
    made = await supervisor.ask("POST", "/api/codes", 201, id=(id := str(uuid4())), unit="G5-3")
    assert (made["id"], made["login"], made["role"], made["unit_code"]) == (id, "crew-G5-3", "crew", "G5-3")
    answer = await enter(served, made["code"].upper().replace("-", " "))
    session = answer.json()
    assert (answer.status_code, session["role"], session["unit_code"]) == (201, "crew", "G5-3")
    assert "set-cookie" not in answer.headers
    async with httpx.AsyncClient(base_url=served.url, headers=bearer(session)) as phone:
        assert [each["code"] for each in (await phone.get("/api/units")).json()["items"]] == ["G5-3"]
    again = await enter(served, made["code"])
    assert (again.status_code, again.json()["error"]) == (401, "wrong_code")
    assert again.json()["message"] == "登录码不正确、已用过或已过期"
    async with served.pool.acquire() as connection:
        row = await connection.fetchrow(
            "SELECT c.used_at, c.address, s.unit, m.login FROM one_time_code c JOIN session s ON s.id = c.session"
            " JOIN account m ON m.id = c.made_by WHERE c.id = $1",
            UUID(id),
        )
    assert (row["login"], row["address"], str(row["unit"])) == ("supervisor", "127.0.0.1", made["unit"])
    assert row["used_at"] is not None


async def test_the_secret_is_stored_nowhere(served: House, supervisor: Signed) -> None:
    made = await supervisor.ask("POST", "/api/codes", 201, id=str(uuid4()), login="operator")
    async with served.pool.acquire() as connection:
        tables = await connection.fetch(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables"
            " WHERE schemaname IN ('public', 'feed')"
        )
        for written in (made["code"], made["code"].replace("-", "")):
            for table in tables:
                found = await connection.fetchval(
                    f"SELECT count(*) FROM {table['name']} t WHERE t::text LIKE '%' || $1 || '%'",  # noqa: S608
                    written,
                )
                assert found == 0, table["name"]


async def test_a_code_that_has_expired_opens_nothing(served: House, supervisor: Signed) -> None:
    made = await supervisor.ask("POST", "/api/codes", 201, login="operator")
    async with served.pool.acquire() as connection:
        await connection.execute("UPDATE one_time_code SET expires_at = clock_timestamp()")
    assert (await enter(served, made["code"])).status_code == 401


async def test_a_code_for_a_seat_that_is_no_longer_held_opens_nothing(served: House, supervisor: Signed) -> None:
    made = await supervisor.ask("POST", "/api/codes", 201, unit="G5-3")
    async with served.pool.acquire() as connection:
        await connection.execute(
            "UPDATE account_role SET unit = (SELECT id FROM unit WHERE code = 'G5-4') WHERE unit = $1",
            UUID(made["unit"]),
        )
    assert (await enter(served, made["code"])).status_code == 401


async def test_a_code_is_for_one_known_seat_of_the_area_and_never_for_another_supervisor(
    served: House, supervisor: Signed
) -> None:
    async with served.pool.acquire() as connection:
        other = await connection.fetchval(
            "INSERT INTO account (login, name, password_hash) VALUES ('supervisor2', '值班长乙', 'x') RETURNING id"
        )
        await connection.execute(
            "INSERT INTO account_role (account, area, role) SELECT $1, id, 'supervisor' FROM area", other
        )
    for asked, status, error in (
        ({}, 400, "one_seat"),
        ({"login": "operator", "unit": "G5-3"}, 400, "one_seat"),
        ({"unit": "G9-99"}, 422, "unknown_code"),
        ({"login": "operator", "role": "crew"}, 422, "unknown_code"),
        ({"login": "supervisor2"}, 403, "forbidden"),
    ):
        answer = await supervisor.request("POST", "/api/codes", json=asked)
        assert (answer.status_code, answer.json()["error"]) == (status, error), asked
    assert (await supervisor.ask("POST", "/api/codes", 201, login="supervisor"))["role"] == "supervisor"
    async with served.pool.acquire() as connection:
        await connection.execute(
            "INSERT INTO area (code, name_zh, name_en, time_zone, srid, languages, boundary)"
            " SELECT 'elsewhere', '别处', 'Elsewhere', time_zone, srid, languages, boundary FROM area"
        )
        await connection.execute("UPDATE session SET area = (SELECT id FROM area WHERE code = 'elsewhere')")
    assert (await supervisor.ask("POST", "/api/codes", 422, unit="G5-3"))["error"] == "unknown_code"


async def test_the_same_id_makes_no_second_code(supervisor: Signed) -> None:
    id = str(uuid4())
    await supervisor.ask("POST", "/api/codes", 201, id=id, login="operator")
    assert (await supervisor.ask("POST", "/api/codes", 409, id=id, login="operator"))["error"] == "id_reused"


async def test_guessing_codes_is_slowed_down_and_passwords_still_work(served: House, supervisor: Signed) -> None:
    made = await supervisor.ask("POST", "/api/codes", 201, login="operator")
    for _ in range(10):
        assert (await enter(served, "aaaaa-aaaaa")).status_code == 401
    answer = await enter(served, made["code"])
    assert (answer.status_code, answer.json()["error"]) == (429, "too_many_tries")
    await served.sign_in("operator")


@pytest.mark.parametrize(
    "asked",
    [{}, {"login": "operator"}, {"password": "x"}, {"login": "operator", "password": "x", "code": "aaaaa-aaaaa"}],
)
async def test_one_signs_in_in_one_way(served: House, asked: dict[str, str]) -> None:
    async with httpx.AsyncClient(base_url=served.url) as nobody:
        answer = await nobody.post("/api/session", json=asked)
    assert (answer.status_code, answer.json()["error"]) == (400, "one_way_in")


async def test_a_second_seat_by_token_signs_out_without_the_first_ones_cookie(
    served: House, supervisor: Signed
) -> None:
    async with httpx.AsyncClient(base_url=served.url) as browser:
        await browser.post("/api/session", json={"login": "operator", "password": served.password})
        made = await supervisor.ask("POST", "/api/codes", 201, unit="G5-3")
        second = (await browser.post("/api/session", json={"code": made["code"]})).json()
        assert (await browser.get("/api/session")).json()["role"] == "operator"
        assert (await browser.get("/api/session", headers=bearer(second))).json()["role"] == "crew"
        assert (await browser.delete("/api/session", headers=bearer(second))).status_code == 204
        assert (await browser.get("/api/session", headers=bearer(second))).status_code == 401
        assert (await browser.get("/api/session")).json()["role"] == "operator"


async def test_an_exercise_ends_once_and_takes_no_report_from_then_on(served: House, supervisor: Signed) -> None:
    drill = await supervisor.ask("POST", "/api/exercises", 201, id=str(uuid4()), name="演练")
    inside = await supervisor.report(type="TRA-SP", location={"place": "后花园"}, exercise=drill["id"])
    ended = await supervisor.ask("POST", f"/api/exercises/{drill['id']}/end", 201, id=(id := str(uuid4())))
    assert ended["ends_at"] is not None
    assert await supervisor.ask("POST", f"/api/exercises/{drill['id']}/end", 200, id=id) == ended
    later = await supervisor.ask("POST", f"/api/exercises/{drill['id']}/end", 201, id=str(uuid4()))
    assert later["ends_at"] == ended["ends_at"]
    assert (await supervisor.report(409, exercise=drill["id"]))["error"] == "exercise_over"
    await supervisor.step_incident(inside["id"], "cancel", note="演练结束")
    await supervisor.ask("POST", f"/api/exercises/{uuid4()}/end", 404, id=str(uuid4()))


async def test_the_session_says_whether_the_clock_is_a_drills(served: House, supervisor: Signed) -> None:
    assert supervisor.session["drill"] is True
    async with served.pool.acquire() as connection:
        await connection.execute("UPDATE clock SET drill = false, real_from = NULL, told_from = NULL")
    assert (await supervisor.ask("GET", "/api/session"))["drill"] is False
