"""Who may do and read what: sessions, roles, other areas, other sites."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from feed_client import FeedClient
from house import House


async def test_signing_in_gives_a_token_and_a_cookie_and_either_works(served: House) -> None:
    async with httpx.AsyncClient(base_url=served.url) as browser:
        answer = await browser.post("/api/session", json={"login": "operator", "password": served.password})
        assert answer.status_code == 201
        assert (answer.json()["role"], answer.json()["area_code"]) == ("operator", "wulingyuan")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert (await browser.get("/api/units")).status_code == 200
    async with httpx.AsyncClient(base_url=served.url) as program:
        bearer = {"Authorization": f"Bearer {answer.json()['token']}"}
        assert (await program.get("/api/units", headers=bearer)).status_code == 200


async def test_signing_out_ends_the_session_everywhere(served: House) -> None:
    operator = await served.sign_in("operator")
    async with served.listen(operator) as console:
        assert (await operator.delete("/api/session")).status_code == 204
        assert (await operator.get("/api/units")).status_code == 401
        assert (await operator.post("/api/ticket")).status_code == 401
        assert console.welcome is not None


async def test_a_supervisor_sees_who_is_signed_in_and_ends_a_session_with_its_sockets(served: House) -> None:
    supervisor, crew = await served.sign_in("supervisor"), await served.sign_in("crew-G5-3")
    sessions = {each["login"]: each for each in (await supervisor.ask("GET", "/api/sessions"))["items"]}
    assert sessions.keys() == {"supervisor", "crew-G5-3"}
    assert [each["own"] for each in sessions.values()] == [False, True]
    shown = sessions["crew-G5-3"]
    assert (shown["role"], shown["unit_code"], shown["address"]) == ("crew", "G5-3", "127.0.0.1")
    ticket = (await crew.ask("POST", "/api/ticket", 201))["ticket"]
    async with served.listen(crew) as phone, served.listen(supervisor) as console:
        for _ in range(2):
            assert (await supervisor.delete(f"/api/sessions/{shown['id']}")).status_code == 204
        assert await phone.closed() == 4403
        assert console.socket.close_code is None
    assert (await crew.get("/api/units")).status_code == 401
    late = FeedClient(served.url, f"unit/{crew.session['unit']}", ticket=ticket)
    await late.connect()
    await late.say_hello()
    assert await late.closed() == 4401
    left = (await supervisor.ask("GET", "/api/sessions"))["items"]
    assert [each["login"] for each in left] == ["supervisor"]


async def test_a_request_that_waits_for_news_gets_none_once_its_session_is_ended(served: House) -> None:
    supervisor, crew = await served.sign_in("supervisor"), await served.sign_in("crew-G5-3")
    [mine] = [each for each in (await supervisor.ask("GET", "/api/sessions"))["items"] if not each["own"]]
    stream = f"/api/streams/unit/{crew.session['unit']}"
    sub = (await crew.ask("GET", stream))["items"][0]
    waiting = asyncio.create_task(crew.get(stream, params={"e": sub["e"], "q": sub["head"], "wait": 25}))
    while not served.service.feed.waiting:  # noqa: ASYNC110 a request on its way
        await asyncio.sleep(0.01)
    await supervisor.delete(f"/api/sessions/{mine['id']}")
    assert (await waiting).status_code == 401


async def test_sessions_of_another_area_are_neither_seen_nor_ended(served: House) -> None:
    supervisor, crew = await served.sign_in("supervisor"), await served.sign_in("crew-G5-3")
    [theirs] = [each for each in (await supervisor.ask("GET", "/api/sessions"))["items"] if not each["own"]]
    async with served.pool.acquire() as connection:
        other = await connection.fetchval(
            "INSERT INTO area (code, name_zh, name_en, time_zone, srid, languages, boundary)"
            " SELECT 'elsewhere', '别处', 'Elsewhere', time_zone, srid, languages, boundary FROM area RETURNING id"
        )
        await connection.execute("UPDATE session SET area = $1 WHERE role = 'supervisor'", other)
    assert [each["own"] for each in (await supervisor.ask("GET", "/api/sessions"))["items"]] == [True]
    for id in (theirs["id"], str(uuid4())):
        assert (await supervisor.delete(f"/api/sessions/{id}")).status_code == 404
    assert (await crew.get("/api/units")).status_code == 200


@pytest.mark.parametrize(("login", "password"), [("operator", "wrong"), ("nobody", "wrong"), ("crew-G9-9", "x")])
async def test_wrong_logins_are_refused_alike(served: House, login: str, password: str) -> None:
    async with httpx.AsyncClient(base_url=served.url) as client:
        answer = await client.post("/api/session", json={"login": login, "password": password})
    assert (answer.status_code, answer.json()["error"]) == (401, "wrong_login")


async def test_nothing_is_told_without_a_session(served: House) -> None:
    document = await _openapi(served)
    async with httpx.AsyncClient(base_url=served.url) as nobody:
        for path, method, operation in _operations(document):
            if operation.get("security") == [{}] or not path.startswith("/api/"):
                continue
            answer = await nobody.request(method, _example(path), json=_body(path, method))
            assert answer.status_code in (400, 401), f"{method} {path}: {answer.status_code}"
            assert "items" not in answer.json()


async def test_a_page_of_another_site_can_do_nothing_with_our_cookie(served: House) -> None:
    async with httpx.AsyncClient(base_url=served.url) as browser:
        await browser.post("/api/session", json={"login": "operator", "password": served.password})
        evil = {"Origin": "https://evil.example"}
        answer = await browser.post("/api/incidents", json={"id": str(uuid4())}, headers=evil)
        assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
        assert (await browser.post("/api/ticket", headers=evil)).status_code == 403
        own = {"Origin": served.url}
        assert (await browser.post("/api/incidents", json={"id": str(uuid4())}, headers=own)).status_code == 201


@pytest.mark.parametrize("login", ["planner", "viewer"])
async def test_a_planner_and_a_viewer_read_and_change_nothing(served: House, login: str) -> None:
    operator, planner = await served.sign_in("operator"), await served.sign_in(login)
    told = await operator.report(type="TRA-SP", location={"place": "后花园"}, caller={"phone": "0744-555-0101"})
    shown = await planner.ask("GET", f"/api/incidents/{told['id']}")
    assert "0744-555-0101" not in str(shown)
    await planner.report(403)
    await planner.assign(told["id"], "G5-3", 403)
    await planner.step_incident(told["id"], "close", 403)
    for private in ("reports", "timeline", "recommendation"):
        assert (await planner.get(f"/api/incidents/{told['id']}/{private}")).status_code == 403


async def test_a_crew_sees_and_steps_its_own_order_only(served: House) -> None:
    operator = await served.sign_in("operator")
    mine, other = await served.sign_in("crew-G5-3"), await served.sign_in("crew-G5-5")
    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    order = await operator.assign(told["id"], "G5-3")
    assert [each["code"] for each in (await mine.ask("GET", "/api/units"))["items"]] == ["G5-3"]
    for path in ("/api/incidents", f"/api/incidents/{told['id']}", f"/api/incidents/{told['id']}/timeline"):
        assert (await mine.get(path)).status_code == 403
    assert (await other.get(f"/api/assignments/{order['id']}")).status_code == 403
    assert (await other.step(order["id"], "acknowledge", 403))["error"] == "forbidden"
    assert (await mine.step(order["id"], "revoke", 403))["error"] == "forbidden"
    assert (await mine.ask("GET", f"/api/assignments/{order['id']}"))["state"] == "assigned"
    await mine.assign(told["id"], "G5-4", 403)
    positions = [
        {"lon": 110.45, "lat": 29.34, "datum": "WGS84", "device_at": "2026-11-23T02:00:00Z", "source": "device"}
    ]
    assert (await mine.post("/api/units/G5-3/positions", json=positions)).status_code == 201
    assert (await mine.post("/api/units/G5-5/positions", json=positions)).status_code == 403


async def test_a_ticket_opens_one_socket_once(served: House) -> None:
    operator = await served.sign_in("operator")
    ticket = (await operator.ask("POST", "/api/ticket", 201))["ticket"]
    stream = f"area/{operator.session['area']}"
    async with FeedClient(served.url, stream, ticket=ticket, origin=served.url) as console:
        assert console.welcome is not None
    again = FeedClient(served.url, stream, ticket=ticket, origin=served.url)
    await again.connect()
    await again.say_hello()
    assert await again.closed() == 4401


async def test_every_operation_is_described_with_its_error_answers(served: House) -> None:
    document = await _openapi(served)
    operations = list(_operations(document))
    assert len(operations) >= 25
    for path, method, operation in operations:
        assert operation.get("summary"), f"{method} {path} has no summary"
        if path.startswith("/api/"):
            assert {"401", "403"} <= operation["responses"].keys(), f"{method} {path}"
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/Error"), (
                        f"{path} {status}"
                    )
    names = document["components"]["schemas"]
    for frame in ("Hello", "Welcome", "Sub", "Snap", "Event", "Ack", "Drain"):
        assert any(name.endswith(frame) for name in names), frame


async def test_health_and_readiness_are_told_to_anybody(served: House) -> None:
    async with httpx.AsyncClient(base_url=served.url) as nobody:
        assert (await nobody.get("/healthz")).json() == {"status": "ok"}
        ready = await nobody.get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        assert (await nobody.get("/api/no-such-thing")).json()["error"] == "not_found"


async def _openapi(served: House) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=served.url) as client:
        answer = await client.get("/schema")
        assert answer.status_code == 200
        document: dict[str, Any] = answer.json()
        return document


def _operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method.upper(), operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]


def _example(path: str) -> str:
    parts = [str(uuid4()) if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts) + ("?q=x" if path == "/api/places" else "")


def _body(path: str, method: str) -> Any:
    if method == "GET" or path in {"/api/ticket", "/api/session"}:
        return None
    if path.endswith("/positions"):
        return []
    return {"id": str(uuid4()), "step": "note", "unit": "G5-3", "name": "x"}
