"""Takes the README's pictures in a running drill: a console with an incident in hand, and the phone of its crew.

It runs ``script/server --drill`` on data of its own, with the same seed each time, waits until a crew has set out and
has some way to go, looks at the pages in a headless Chromium, and stops what it started.
"""

import asyncio
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

TOP = Path(__file__).resolve().parents[1]
PASSWORD = "for pictures only"  # noqa: S105 of a service that lives for a minute on this machine
SEED = "4"
PATIENCE_S = 240
CONSOLE = ViewportSize(width=1600, height=900)
PHONE = ViewportSize(width=390, height=844)
SETTLES_MS = 4_000
FAR_S = 200
"""So far away that the crew is still on its way when both pictures are taken."""

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
"""The map is drawn by software, so that it needs no graphics card."""


async def main(folder: Path) -> None:
    """Write ``console.png`` and ``crew.png``."""
    async with _drill() as address, async_playwright() as playwright:
        incident, unit = await _somebody_on_the_way(address)
        chromium = await playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=list(FLAGS)
        )
        crew = await _signed_in(chromium, address, f"crew-{unit}", PHONE, scale=2)
        await expect(crew.get_by_text("● 实时")).to_be_visible(timeout=60_000)
        await crew.get_by_role("button", name="铃声未打开").click()
        await _take(crew, folder / "crew.png")
        console = await _signed_in(chromium, address, "operator", CONSOLE, scale=1, then=f"/operator#{incident}")
        await expect(console.get_by_text("● 实时")).to_be_visible(timeout=60_000)
        await _take(console, folder / "console.png")
        await chromium.close()


async def _take(page: Page, path: Path) -> None:
    await page.wait_for_timeout(SETTLES_MS)
    await page.screenshot(path=path)
    print(path)


async def _signed_in(
    chromium: Browser, address: str, login: str, size: ViewportSize, *, scale: float, then: str | None = None
) -> Page:
    context = await chromium.new_context(locale="zh-CN", viewport=size, device_scale_factor=scale)
    page = await context.new_page()
    await page.goto(address)
    await page.get_by_label("账号").fill(login)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_url(lambda url: not url.rstrip("/").endswith(address.rpartition("//")[2]))
    if then is not None:
        await page.goto(address + then)
        await page.reload()
    return page


async def _somebody_on_the_way(address: str) -> tuple[str, str]:
    """An incident and the unit that has set out to it and has some minutes to go."""
    async with httpx.AsyncClient(base_url=address, timeout=30) as client, asyncio.timeout(PATIENCE_S):
        signed = await client.post("/api/session", json={"login": "operator", "password": PASSWORD})
        client.headers["authorization"] = f"Bearer {signed.raise_for_status().json()['token']}"
        while True:
            for unit in (await _told(client, "/api/units"))["items"]:
                if unit["assignment_state"] == "en_route":
                    order = await _told(client, f"/api/assignments/{unit['assignment']}")
                    if order["eta_s"] >= FAR_S:
                        return unit["incident"], unit["code"]
            await asyncio.sleep(1)


async def _told(client: httpx.AsyncClient, path: str) -> dict[str, Any]:
    answer = await client.get(path)
    told: dict[str, Any] = answer.raise_for_status().json()
    return told


@asynccontextmanager
async def _drill() -> AsyncIterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="rescue-circle-pictures-") as data:
        words = ["--drill", "--drill-seed", SEED, "--port", str(port), "--data-dir", data]
        server = await asyncio.create_subprocess_exec(
            str(TOP / "script" / "server"), *words, env={**os.environ, "DISPATCH_DEMO_PASSWORD": PASSWORD}
        )
        try:
            yield await _ready(f"http://127.0.0.1:{port}", server)
        finally:
            if server.returncode is None:
                server.send_signal(signal.SIGINT)
            await server.wait()


async def _ready(address: str, server: asyncio.subprocess.Process) -> str:
    async with httpx.AsyncClient() as client, asyncio.timeout(PATIENCE_S):
        while server.returncode is None:
            try:
                if (await client.get(f"{address}/readyz")).status_code == httpx.codes.OK:
                    return address
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.5)
    sys.exit("script/server ended before it was ready; what it said is above")


if __name__ == "__main__":
    FOLDER = Path(sys.argv[1])
    FOLDER.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(FOLDER))
