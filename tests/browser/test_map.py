"""The map on the operator's page, drawn in software: what is on it, what a click does, whose letters it has."""

import base64
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from accessible import check
from chromium import WITH_A_MAP, launched
from house import House
from numpy.typing import NDArray
from playwright.async_api import Browser, Locator, Page, expect
from seats import Opens, Window

PATIENCE_MS = 40_000
"""Drawing in software on a loaded machine takes its time."""

Pixels = NDArray[np.uint8]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with launched(WITH_A_MAP) as chromium:
        yield chromium


async def drawn(window: Window) -> Locator:
    """The map, once nothing is left to draw."""
    canvas = window.page.locator(".map-canvas")
    await expect(canvas).to_have_attribute("aria-busy", "false", timeout=PATIENCE_MS)
    return canvas


async def only(window: Window, *groups: str) -> None:
    """Show these groups of layers from the next load on."""
    every = ("coverage", "cells", "ways", "routes", "units", "posts", "callPoints", "places")
    shown = ",".join(f'"{each}":{str(each in groups).lower()}' for each in every)
    await window.context.add_init_script(f"localStorage.setItem('map-layers', '{{{shown}}}')")


async def pixels(page: Page, **clip: float) -> Pixels:
    """What the screen shows in a rectangle: height × width × red, green, blue.

    The bytes come as one string: as a list of numbers they take seconds to read, in the loop that also serves the page.
    """
    picture = base64.b64encode(await page.screenshot(clip=clip)).decode()  # type: ignore[arg-type]
    width, height, values = await page.evaluate(
        """async (picture) => {
             const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
             const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
             const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
             pen.drawImage(bitmap, 0, 0);
             const { data } = pen.getImageData(0, 0, bitmap.width, bitmap.height);
             const letters = Array.from(data, (value) => String.fromCharCode(value)).join("");
             return [bitmap.width, bitmap.height, btoa(letters)];
           }""",
        picture,
    )
    found: Pixels = np.frombuffer(base64.b64decode(values), dtype=np.uint8).reshape(height, width, 4)[:, :, :3]
    return found


async def pin_of(window: Window, mark: Locator) -> tuple[float, float]:
    """Where on the screen the point lies that a mark is pinned to."""
    box = await mark.locator("xpath=ancestor-or-self::li[contains(@class, 'pinned')][1]").bounding_box()
    assert box is not None
    return box["x"], box["y"]


# --- letters ---


async def letter(window: Window, served: House, name: str) -> Pixels:
    """How the map writes the name of a place, after the ground was loaded anew with it."""
    async with served.pool.acquire() as connection:
        await connection.execute("UPDATE place SET name_zh = $1 WHERE code = 'HHY'", name)
    await window.page.reload()
    await drawn(window)
    await window.button("当前警情").click()
    await drawn(window)
    x, y = await pin_of(window, window.page.locator(".incident-mark"))
    return await pixels(window.page, x=x - 10, y=y + 4, width=20, height=20)


def ink(drawing: Pixels) -> int:
    """How many pixels are dark."""
    return int((drawing.max(axis=2) < 110).sum())


async def test_chinese_names_are_written_on_the_map_by_a_font_of_our_own_and_no_other_host_is_asked(
    opens: Opens, served: House
) -> None:
    operator = await served.sign_in("operator")
    async with served.pool.acquire() as connection:
        lon, lat = await connection.fetchrow("SELECT ST_X(point), ST_Y(point) FROM place WHERE code = 'HHY'")
    await operator.report(type="TRA-FX", location={"point": {"lon": lon, "lat": lat, "datum": "WGS84"}})
    desk = await opens("operator")
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    await only(desk, "places")
    await desk.page.locator("button.incident").click()

    once, again, other = [await letter(desk, served, name) for name in ("永", "永", "国")]

    assert min(ink(once), ink(other)) > 20, "no name is written where the place is"
    assert int((once != again).any(axis=2).sum()) == 0, "the same name looks different"
    assert int((once != other).any(axis=2).sum()) > 60, "two different characters look the same"
    assert {urlsplit(each).netloc for each in asked if not each.startswith(("data:", "blob:"))} == {
        urlsplit(desk.url).netloc
    }
    assert any("noto-sans-sc" in each and each.endswith(".woff2") for each in asked)
    assert any("/api/tiles/" in each for each in asked)


# --- marks ---


async def test_units_and_incidents_stand_where_they_are_and_one_click_takes_them_in_hand(
    opens: Opens, served: House
) -> None:
    desk = await opens("operator")
    await desk.live()
    await drawn(desk)
    colleague = await served.sign_in("operator2")
    incident = await colleague.report(type="TRA-FX", location={"place": "后花园"}, assign="recommend")
    mark = desk.page.locator(".incident-mark")
    await expect(mark).to_have_attribute("aria-label", "1 号 · 摔伤骨折 · P2 · 后花园 · 时限内")
    await mark.click()
    await expect(desk.page.get_by_role("article")).to_contain_text("摔伤骨折")
    await expect(desk.page.locator(".map-notes")).to_have_text("示意")

    order = await colleague.assign(incident["id"], "G8-1", reason="演练")
    unit = desk.page.locator(".unit-mark.busy")
    await expect(unit).to_have_text("■G8-1")
    before = await pin_of(desk, unit)
    await colleague.step(order["id"], "en_route", channel="radio")
    place = incident["place"]["point"]
    where = {**place, "datum": "WGS84", "device_at": "2026-11-23T02:00:00Z", "source": "radio"}
    assert (await colleague.post("/api/units/G8-1/positions", json=[where])).status_code == 201
    pinned = await pin_of(desk, mark)
    await desk.page.wait_for_function(
        """([x, y]) => {
             const box = document.querySelector(".unit-mark.busy").closest(".pinned").getBoundingClientRect();
             return Math.hypot(box.x - x, box.y - y) < 1;
           }""",
        arg=list(pinned),
    )
    assert before != pinned
    await unit.click()
    row = desk.page.locator(".unit", has_text="G8-1")
    await expect(row.locator(".unit-details")).to_be_visible()
    await expect(row).to_be_in_viewport()


async def test_free_units_at_one_post_are_one_mark_that_opens_as_a_list(opens: Opens) -> None:
    desk = await opens("operator")
    await desk.live()
    await drawn(desk)
    crowd = desk.page.locator(".unit-mark.crowd").first
    codes = ((await crowd.get_attribute("title")) or "").split()
    await expect(crowd).to_have_text(f"●{len(codes)}")
    await crowd.click()
    listed = desk.page.locator(".crowd-list .unit-mark")
    await expect(listed).to_have_text([f"●{code}" for code in codes])
    await listed.last.click()
    await expect(desk.page.locator(".unit-details")).to_be_visible()
    await expect(desk.page.locator(".unit", has=desk.page.locator(".unit-details"))).to_contain_text(codes[-1])


# --- the place of a call ---


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
async def test_a_point_of_the_map_becomes_the_place_of_the_call_in_wgs84(opens: Opens, served: House, by: str) -> None:
    desk = await opens("operator")
    await desk.live()
    canvas = await drawn(desk)
    await desk.button("新建警情").click()
    await expect(desk.text("点击地图设定地点")).to_be_visible()
    box = await canvas.bounding_box()
    assert box is not None
    if by == "mouse":
        await canvas.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    else:
        await canvas.locator("canvas").focus()
        await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_label("坐标系")).to_have_value("WGS84")
    lon, lat = [float(await desk.page.get_by_label(label).input_value()) for label in ("经度", "纬度")]
    assert (lon, lat) == pytest.approx(((110.37086 + 110.627301) / 2, (29.300143 + 29.418121) / 2), abs=0.002)
    pinned = await pin_of(desk, desk.page.locator(".draft-mark"))
    assert pinned == pytest.approx((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), abs=2)
    await desk.button("建立警情").click()
    await expect(desk.page.locator(".facts")).to_contain_text(f"{lon:.5f}, {lat:.5f}")
    await expect(desk.page.locator(".draft-mark")).to_be_hidden()
    colleague = await served.sign_in("operator2")
    [incident] = (await colleague.ask("GET", "/api/incidents"))["items"]
    assert incident["place"]["given"]["point"]["datum"] == "WGS84"
    assert incident["place"]["point"] == {"lon": pytest.approx(lon), "lat": pytest.approx(lat)}


# --- coverage and ways ---


def blue(drawing: Pixels) -> int:
    """How many pixels have the colour of a route, whose line is the only thing in it."""
    red, green, strong = (drawing[:, :, n].astype(int) for n in range(3))
    return int(((strong > 150) & (strong - red > 90) & (strong - green > 50)).sum())


async def test_looking_at_a_candidate_shows_its_way_and_the_cells_that_sending_it_would_lose(
    opens: Opens, served: House
) -> None:
    colleague = await served.sign_in("operator2")
    incident = await colleague.report(type="TRA-FX", location={"place": "后花园"}, assign="recommend")
    missed, lost = await _missed(colleague, incident)
    desk = await opens("operator")
    await only(desk, "routes")
    await desk.live()
    await desk.page.goto(f"{desk.url}/operator#{incident['id']}")
    await desk.page.reload()
    await desk.page.locator(".candidate.chosen").first.wait_for()
    await desk.text("其他单元").click()
    canvas = await drawn(desk)
    await desk.button("全区").click()
    await drawn(desk)
    box: Any = await canvas.bounding_box()
    room = {"x": box["x"], "y": box["y"] + 40, "width": box["width"], "height": box["height"] - 90}
    before = blue(await pixels(desk.page, **room))
    row = desk.page.locator(".candidate").filter(has=desk.page.locator(".code", has_text=missed))
    await row.scroll_into_view_if_needed()
    async with desk.page.expect_response(lambda answer: "/route?unit=" in answer.url):
        await row.hover()
    named = {each["code"]: each["name_zh"] for each in (await colleague.ask("GET", "/api/cells"))["items"]}
    await expect(desk.page.locator(".loses")).to_have_text(
        f"若派出 {missed}：{len(lost)} 个网格将超出时限：{'、'.join(named[code] for code in lost)}"
    )
    await expect(desk.page.locator(".coverage-bar")).to_contain_text("→")
    await drawn(desk)
    assert blue(await pixels(desk.page, **room)) > before + 100
    await desk.page.locator(".headline").hover()
    await expect(desk.page.locator(".loses")).to_be_hidden()


async def _missed(seat: Any, incident: dict[str, Any]) -> tuple[str, list[str]]:
    """A candidate that comes from far and whose leaving loses cells, and which: nobody else is there in time."""
    far = {each["code"] for each in incident["recommendation"]["candidates"] if (each["eta_s"] or 0) > 300}
    cells = (await seat.ask("GET", "/api/coverage/now"))["cells"]
    inside = [each for each in cells if each["state"] == "inside" and len(each["nearest"]) > 1]
    missed = next(
        each["unit"] for each in inside if each["unit"] in far and each["nearest"][1]["eta_s"] > each["target_s"]
    )
    return missed, (await seat.ask("GET", f"/api/coverage/now?without={missed}"))["lost"]


# --- who has no callers, and who has no map ---


@pytest.mark.parametrize("login", ["viewer", "planner"])
async def test_who_only_reads_sees_the_map_with_what_happens_and_takes_nothing_from_it(
    opens: Opens, served: House, login: str
) -> None:
    colleague = await served.sign_in("operator")
    incident = await colleague.report(type="TRA-FX", location={"place": "后花园"}, assign="auto")
    window = await opens(login)
    await window.live()
    await drawn(window)
    await window.page.locator(".incident-mark").click()
    await expect(window.page.locator(".headline")).to_contain_text("摔伤骨折")
    await expect(window.page.locator(".unit-mark.busy").first).to_contain_text(incident["units"][0])
    await expect(window.page.locator(".coverage-legend")).to_contain_text("时限内")
    await window.page.locator(".map-canvas").click(position={"x": 30, "y": 300})
    await expect(window.page.locator(".draft-mark")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_with_its_map_is_accessible_and_fits_both_screens(opens: Opens, scheme: str) -> None:
    desk = await opens("operator")
    await desk.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await desk.live()
    await drawn(desk)
    await desk.page.locator(".map-layers summary").click()
    await check(desk.page)
    for language in ("English", "中文"):
        for width, height in ((1366, 768), (1920, 1080)):
            await desk.page.set_viewport_size({"width": width, "height": height})
            beyond = await desk.page.evaluate(
                "(({scrollWidth, scrollHeight}) => [scrollWidth - innerWidth, scrollHeight - innerHeight])"
                "(document.documentElement)"
            )
            assert beyond == [0, 0]
            for part in (".incidents", ".map-part", ".in-hand", ".units"):
                assert ((await desk.page.locator(part).bounding_box()) or {"width": 0})["width"] > 200, part
        await desk.button(language).click()
