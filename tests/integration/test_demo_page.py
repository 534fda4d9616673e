"""Who is let in to a demonstration without a password: who sits at the machine that serves demo data, nobody else."""

from collections.abc import AsyncIterator

import httpx
import pytest
from house import PASSWORD, House, house

ASKED = (("GET", "/demo"), ("POST", "/api/codes/demo"))


@pytest.fixture
async def showing(demo_url: str) -> AsyncIterator[House]:
    async with house(demo_url, PASSWORD, demo_area="wulingyuan") as running:
        yield running


async def answers(url: str, headers: dict[str, str] | None = None) -> list[int]:
    async with httpx.AsyncClient(base_url=url, headers=headers) as client:
        return [(await client.request(method, path)).status_code for method, path in ASKED]


async def test_without_demo_data_there_is_no_such_page(served: House) -> None:
    assert await answers(served.url) == [404, 404]


async def test_at_the_machine_the_page_comes_with_a_supervisors_code(showing: House) -> None:
    assert await answers(showing.url) == [200, 201]
    assert await answers(showing.url.replace("127.0.0.1", "localhost")) == [200, 201]
    async with httpx.AsyncClient(base_url=showing.url) as visitor:
        page = await visitor.get("/demo")
        assert "frame-src 'self'" in page.headers["content-security-policy"].split("; ")
        code = (await visitor.post("/api/codes/demo")).json()["code"]
        session = (await visitor.post("/api/session", json={"code": code})).json()
        assert (session["role"], session["area_code"]) == ("supervisor", "wulingyuan")


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "dispatch.example"},
        {"host": "192.0.2.1:8000"},
        {"x-forwarded-for": "127.0.0.1"},
        {"x-forwarded-for": "192.0.2.7"},
        {"forwarded": "for=192.0.2.7"},
        {"x-real-ip": "192.0.2.7"},
        {"via": "1.1 proxy"},
    ],
    ids=str,
)
async def test_whoever_comes_by_another_name_or_through_a_proxy_is_not_let_in(
    showing: House, headers: dict[str, str]
) -> None:
    assert await answers(showing.url, headers) == [404, 404]


async def test_whoever_comes_from_another_machine_is_not_let_in(showing: House) -> None:
    for address, expected in (("192.0.2.7", [404, 404]), ("2001:db8::7", [404, 404]), ("::1", [200, 201])):
        from_there = httpx.ASGITransport(app=showing.service.app, client=(address, 40_000))
        async with httpx.AsyncClient(base_url="http://127.0.0.1", transport=from_there) as client:
            assert [(await client.request(*asked)).status_code for asked in ASKED] == expected, address


async def test_a_page_of_another_site_gets_no_code(showing: House) -> None:
    async with httpx.AsyncClient(base_url=showing.url, headers={"origin": "https://evil.example"}) as page:
        assert (await page.post("/api/codes/demo")).status_code == 403


async def test_the_code_is_for_the_area_of_the_demonstration(demo_url: str) -> None:
    async with house(demo_url, PASSWORD, demo_area="elsewhere") as running:
        assert (await answers(running.url))[1] == 404
