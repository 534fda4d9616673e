"""How the pages are served: from this host alone, compressed, kept where they may be; and whether all can read them."""

import re
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from accessible import check
from house import House
from seats import Opens, take_call

from dispatch.server import pages

SIZES = ({"width": 1366, "height": 768}, {"width": 1920, "height": 1080})


@pytest.fixture
async def client(served: House) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=served.url)


@pytest.mark.parametrize("path", ["/", "/operator", "/crew", "/committee"])
async def test_a_page_allows_nothing_from_any_other_host(client: httpx.AsyncClient, path: str) -> None:
    async with client:
        answer = await client.get(path)
    policy = dict(each.split(" ", 1) for each in answer.headers["content-security-policy"].split("; "))
    assert policy.pop("default-src") == "'none'"
    assert {source for sources in policy.values() for source in sources.split()} <= {"'self'", "'none'", "data:"}
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"
    assert not re.search(r"https?://", answer.text)


async def test_files_are_kept_for_ever_and_pages_only_as_long_as_they_are_the_same(client: httpx.AsyncClient) -> None:
    async with client:
        page = await client.get("/crew")
        for path in re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text):
            asset = await client.get(path)
            assert asset.status_code == HTTPStatus.OK
            assert asset.headers["cache-control"].endswith("immutable")
            assert asset.headers["content-encoding"] == "gzip"
        same = await client.get("/crew", headers={"if-none-match": page.headers["etag"]})
        plain = await client.get("/crew", headers={"accept-encoding": "identity"})
    assert same.status_code == HTTPStatus.NOT_MODIFIED
    assert same.content == b""
    assert plain.content == page.content
    assert "content-encoding" not in plain.headers


async def test_what_was_not_built_does_not_exist(client: httpx.AsyncClient) -> None:
    async with client:
        for path in ("/assets/nothing.js", "/assets/..%2F..%2F..%2Fpages.py", "/assets/%2e%2e%2findex.html"):
            answer = await client.get(path)
            assert answer.status_code == HTTPStatus.NOT_FOUND, path


def test_a_folder_without_a_build_is_empty(tmp_path: Path) -> None:
    assert pages.built(tmp_path) == {}


def test_the_crews_page_is_small_enough_for_one_bar_of_signal() -> None:
    files = pages.built()
    named = re.findall(r"/(assets/[^\"]+)\"", files["crew.html"].plain.decode())
    assert sum(weight(files[name]) for name in named) < 50_000


def test_the_operators_page_begins_without_the_map_and_is_light_enough_with_it() -> None:
    files = pages.built()
    first = set(re.findall(r"/(assets/[^\"]+)\"", files["operator.html"].plain.decode()))
    assert sum(weight(files[name]) for name in first) < 80_000
    assert not any("maplibregl" in files[name].plain.decode() for name in first if name.endswith(".js"))
    code = [file for name, file in files.items() if name.endswith((".js", ".css", ".html"))]
    assert any(b"maplibregl" in file.plain for file in code)
    assert sum(weight(file) for file in code) <= 450_000


def weight(file: pages.File) -> int:
    """Bytes on the line."""
    return len(file.plain if file.compressed is None else file.compressed)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_operators_page_is_accessible(opens: Opens, scheme: str) -> None:
    desk = await opens(None)
    await desk.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await desk.page.goto(desk.url)
    await check(desk.page)
    await desk.log_in("operator", "a password for tests")
    await desk.live()
    await desk.button("新建警情").click()
    await check(desk.page)
    await desk.button("取消").click()
    await take_call(desk, what="摔伤", where="后花园", option="后花园")
    await desk.page.locator(".candidate.chosen").first.get_by_role("button").click()
    await desk.button("代报步骤").click()
    await desk.text("其他单元").click()
    await desk.page.locator(".unit-row").first.click()
    await check(desk.page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_crews_page_is_accessible(opens: Opens, served: House, scheme: str) -> None:
    crew = await opens("crew-G5-2", phone=True)
    await crew.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await crew.live()
    await check(crew.page)
    operator = await served.sign_in("operator")
    incident = await operator.report(location={"place": "后花园"}, type="TRA-FX", assign="recommend")
    await operator.assign(incident["id"], "G5-2")
    await crew.button("接警").wait_for()
    await check(crew.page)
    await crew.button("无法前往").click()
    await check(crew.page)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size['width']}")
async def test_the_operators_page_fits_the_screen_without_scrolling_sideways(
    opens: Opens, size: dict[str, int]
) -> None:
    desk = await opens("operator")
    await desk.page.set_viewport_size(size)  # type: ignore[arg-type]
    await desk.live()
    await take_call(desk, what="摔伤", where="后花园", option="后花园")
    await desk.page.locator(".candidate.chosen").first.wait_for()
    for language in ("English", "中文"):
        wide = await desk.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        tall = await desk.page.evaluate("document.documentElement.scrollHeight - innerHeight")
        assert (wide, tall) == (0, 0)
        assert await desk.page.evaluate(
            "document.querySelector('.in-hand').scrollWidth <= document.querySelector('.in-hand').clientWidth"
        )
        await desk.button(language).click()
