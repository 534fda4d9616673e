"""A headless Chromium for each test, windows in it, and no complaint left unread."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from chromium import FLAGS, launched
from house import House
from line import Line, line_to
from playwright.async_api import Browser
from seats import DESK, PHONE, Opens, Window, open_window

from dispatch.server import pages


@pytest.fixture(scope="session", autouse=True)
def pages_are_built() -> None:
    assert "operator.html" in pages.built(), "build the pages first: npm ci && npm run build in dispatch/console"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with launched(FLAGS) as chromium:
        yield chromium


@pytest.fixture
async def opens(browser: Browser, served: House) -> AsyncIterator[Opens]:
    """Opens a window for a login; at the end no window may have anything to complain of."""
    windows: list[Window] = []

    async def opened(login: str | None, url: str | None = None, *, phone: bool = False) -> Window:
        looks: MappingProxyType[str, Any] = PHONE if phone else DESK
        window = await open_window(browser, url or served.url, looks)
        windows.append(window)
        if login is not None:
            await window.log_in(login, served.password)
        return window

    yield opened
    await _keep_pictures(windows)
    complaints = [complaint for window in windows for complaint in window.complaints]
    for window in windows:
        await window.context.close()
    assert complaints == []


async def _keep_pictures(windows: list[Window]) -> None:
    """With PICTURES naming a folder, how every window looked at the end of its test."""
    folder = os.environ.get("PICTURES")
    if folder is None:
        return
    name = os.environ.get("PYTEST_CURRENT_TEST", "test").rpartition("::")[2].partition(" ")[0]
    for number, window in enumerate(windows):
        await window.page.screenshot(path=Path(folder) / f"{name}-{number}.png")


@pytest.fixture
async def line(served: House) -> AsyncIterator[Line]:
    async with line_to(served.url) as whole:
        yield whole
