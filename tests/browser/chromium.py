"""The browser that tests drive: without a map, since drawing one in software is slow, unless a test is about it."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-3d-apis",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

WITH_A_MAP = (
    *(flag for flag in FLAGS if flag not in ("--disable-gpu", "--disable-3d-apis")),
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)


@asynccontextmanager
async def launched(flags: Sequence[str]) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=list(flags)
        )
        yield chromium
        await chromium.close()
