"""The demonstration: two seats in one browser by one-time codes, a fall by one button, and both sides follow it."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from accessible import check
from house import PASSWORD, House, house
from playwright.async_api import FrameLocator, expect
from seats import Opens, Window

SIZES = ({"width": 1366, "height": 768}, {"width": 1920, "height": 1080})
FALL = "有人在后花园摔倒"


@pytest.fixture
async def served(demo_url: str) -> AsyncIterator[House]:
    """The service as it is told that it serves a demonstration."""
    async with house(demo_url, PASSWORD, demo_area="wulingyuan") as running:
        yield running


class Demo:
    """A visitor's window with its two frames."""

    def __init__(self, window: Window) -> None:
        self.window, self.page = window, window.page
        self.console = self.page.frame_locator("iframe[name=console]")
        self.phone = self.page.frame_locator("iframe[name=phone]")

    async def open(self) -> None:
        await self.page.goto(f"{self.window.url}/demo")
        for frame in (self.console, self.phone):
            await live(frame)

    async def fall(self) -> str:
        """Press the button; the code of the unit whose phone it is then."""
        await self.window.button(FALL).click()
        await expect(self.phone.get_by_role("button", name="接警", exact=True)).to_be_visible(timeout=20_000)
        heading = await self.page.locator(".frame.phone h2").inner_text()
        return heading.rpartition(" ")[2]

    async def press(self, name: str) -> None:
        button = self.phone.get_by_role("button", name=name, exact=True)
        await expect(button).to_be_enabled()
        await button.click()


async def live(frame: FrameLocator) -> None:
    await expect(frame.get_by_text("● 实时")).to_be_visible(timeout=30_000)


@pytest.fixture
async def demo(opens: Opens) -> Demo:
    visit = Demo(await opens(None))
    await visit.open()
    return visit


async def logins(served: House) -> list[str]:
    async with served.pool.acquire() as connection:
        rows = await connection.fetch(
            "SELECT a.login FROM session s JOIN account a ON a.id = s.account WHERE s.ended_at IS NULL ORDER BY a.login"
        )
    return [row["login"] for row in rows]


async def test_a_visitor_presses_one_button_answers_on_the_phone_and_the_console_follows(
    demo: Demo, served: House
) -> None:
    await expect(demo.console.locator(".drill-ribbon")).to_have_text("演练")
    await expect(demo.phone.get_by_text("当前没有派警")).to_be_visible()
    unit = await demo.fall()
    await expect(demo.page.get_by_role("status").first).to_contain_text("号警情已派")
    await expect(demo.phone.get_by_role("heading", name="摔伤骨折")).to_be_visible()
    await expect(demo.phone.locator(".where")).to_have_text("后花园")
    article = demo.console.get_by_role("article")
    await expect(article.get_by_role("heading", level=2)).to_contain_text("摔伤骨折")
    card = demo.console.locator(".assignment", has_text=unit)
    for name, time in (("接警", "接警"), ("出发", "出发"), ("到伤者身边", "到伤者")):
        await demo.press(name)
        await expect(card.get_by_role("term").filter(has_text=re.compile(f"^{time}$"))).to_be_visible()
    await expect(demo.console.locator(".headline")).to_contain_text("按时到达")
    operator = await served.sign_in("operator2")
    [fallen] = (await operator.ask("GET", "/api/incidents"))["items"]
    [exercise] = (await operator.ask("GET", "/api/exercises"))["items"]
    assert fallen["exercise"] == exercise["id"]
    assert fallen["assign"] == "auto"


async def test_the_addresses_hold_no_code_a_frame_can_be_loaded_anew_and_the_browser_gets_no_cookie(demo: Demo) -> None:
    for name, path in (("console", "/operator"), ("phone", "/crew")):
        frame = demo.page.frame(name=name)
        assert frame is not None
        assert frame.url == f"{demo.window.url}{path}"
        who = await frame.locator(".who").inner_text()
        await frame.evaluate("location.reload()")
        await expect(frame.locator(".who")).to_have_text(who)
        await live(demo.page.frame_locator(f"iframe[name={name}]"))
    assert await demo.window.context.cookies() == []


async def test_seats_are_given_back_when_the_page_is_left(demo: Demo, served: House) -> None:
    assert len(await logins(served)) == 3
    await demo.page.goto("about:blank")
    while await logins(served):
        await demo.page.wait_for_timeout(50)


async def test_logging_out_in_one_frame_leaves_the_other_where_it_is(demo: Demo) -> None:
    await demo.console.get_by_role("button", name="退出").click()
    await expect(demo.console.get_by_role("button", name="登录")).to_be_visible()
    demo.window.may_lose_network = True  # a browser reports the 401 itself
    await demo.fall()
    await demo.press("接警")
    await expect(demo.phone.get_by_role("button", name="出发", exact=True)).to_be_visible()


async def test_a_code_that_was_used_leads_to_the_log_in_and_is_said(opens: Opens, served: House) -> None:
    supervisor = await served.sign_in("supervisor")
    code = (await supervisor.ask("POST", "/api/codes", 201, unit="G5-2"))["code"]
    first = await opens(None)
    await first.page.goto(f"{first.url}/#code={code}")
    await first.live()
    assert first.page.url == f"{first.url}/crew"
    await first.page.reload()
    await first.live()
    second = await opens(None)
    second.may_lose_network = True  # a browser reports the 401 itself
    await second.page.goto(f"{second.url}/crew#code={code}")
    await expect(second.text("登录码不正确、已用过或已过期")).to_be_visible()
    assert "code" not in second.page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_demonstration_is_accessible_in_both_languages(opens: Opens, scheme: Any) -> None:
    visit = Demo(await opens(None))
    await visit.page.emulate_media(color_scheme=scheme)
    await visit.open()
    await check(visit.page)
    await visit.page.locator(".demo-head").get_by_role("button", name="English").click()
    await expect(visit.console.get_by_text("● Live")).to_be_visible()
    await expect(visit.phone.get_by_text("● Live")).to_be_visible()
    await expect(visit.window.button("Somebody fell at the Back Garden")).to_be_visible()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size['width']}")
async def test_the_demonstration_fits_the_screen(demo: Demo, size: Any) -> None:
    await demo.page.set_viewport_size(size)
    await demo.fall()
    for root in (demo.page.main_frame, *demo.page.main_frame.child_frames):
        wide = await root.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, root.name
    assert await demo.page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
