"""People at the pages: a window each, logged in by the form, in which nothing may go wrong unseen."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect

PHONE = MappingProxyType(
    {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
)
DESK = MappingProxyType({"viewport": {"width": 1366, "height": 768}})

NETWORK = re.compile(r"net::ERR_|Failed to load resource|WebSocket connection to")
"""What a browser itself says of a dead network: expected of whoever's line is cut, of nobody else."""

VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Window:
    """One browser window and everything it complained of."""

    context: BrowserContext
    page: Page
    url: str
    may_lose_network: bool = False
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("requestfailed", self._failed)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not (self.may_lose_network and NETWORK.search(message.text)):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _failed(self, request: Request) -> None:
        if not self.may_lose_network and request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.url} {request.failure}")

    async def log_in(self, login: str, password: str) -> None:
        await self.page.goto(self.url)
        await self.page.get_by_label("账号").fill(login)
        await self.page.get_by_label("密码").fill(password)
        await self.page.get_by_role("button", name="登录").click()

    async def live(self) -> None:
        await expect(self.page.get_by_text("● 实时")).to_be_visible(timeout=15_000)

    def button(self, name: str, *, exact: bool = False) -> Locator:
        return self.page.get_by_role("button", name=name, exact=exact)

    def text(self, words: str, *, exact: bool = False) -> Locator:
        return self.page.get_by_text(words, exact=exact)


async def open_window(browser: Browser, url: str, looks: MappingProxyType[str, Any] = DESK) -> Window:
    context = await browser.new_context(locale="zh-CN", **looks)
    await context.add_init_script(VIOLATIONS)
    page = await context.new_page()
    window = Window(context=context, page=page, url=url)
    window.watch(page)
    return window


async def take_call(desk: Window, *, what: str, where: str, option: str | None = None) -> None:
    """An operator takes a call by keyboard and mouse; ``option`` is the place to choose, else the words are kept."""
    await desk.button("新建警情").click()
    await desk.page.get_by_role("combobox", name="发生了什么").fill(what)
    await desk.page.keyboard.press("Enter")
    await desk.page.get_by_role("combobox", name="地名").fill(where)
    if option is not None:
        await desk.page.get_by_role("option", name=option).first.click()
    await desk.page.get_by_label("报警人姓名").fill("王女士")
    await desk.page.get_by_label("回拨电话").fill("13800001111")
    await desk.page.get_by_label("情况说明").fill("老人在台阶上摔倒，右脚踝肿胀")
    await desk.button("建立警情").click()


Opens = Callable[..., Awaitable[Window]]
"""What the fixture `opens` gives: a window for a login."""
