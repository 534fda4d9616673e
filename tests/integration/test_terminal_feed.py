"""A terminal when the service restarts under it, or withdraws it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cable import cable
from feed_service import SignedIn, World, service, world

from dispatch.seat import Role
from dispatch.server import auth
from dispatch.server.relay import Timing
from dispatch.terminal import Link, Store, Terminal, Told, Withdrawn

PATIENCE_S = 30.0


@pytest.fixture
async def here(database_url: str) -> AsyncIterator[World]:
    async with world(database_url) as made:
        yield made


@pytest.fixture
async def crew(here: World) -> SignedIn:
    return await here.sign_in(Role.CREW, here.unit)


def kept(path: Path, here: World) -> Store:
    store = Store(path)
    store.keep("streams", json.dumps([here.unit_stream, f"ground/{here.area}"]))
    return store


async def test_a_planned_restart_loses_nothing(here: World, crew: SignedIn, tmp_path: Path) -> None:
    store = kept(tmp_path / "device.sqlite", here)
    async with (
        asyncio.timeout(PATIENCE_S),
        cable(None) as line,
        Terminal(line.url, store, token=crew.token) as terminal,
    ):
        for _ in range(2):
            async with service(here) as running:
                line.target = urlsplit(running.url).port
                terminal.nudge()
                while await anext(terminal) != Link(up=True, why=""):
                    pass
                order = await here.change(here.unit_stream, kind="assignment")
                await running.feed.wake([here.unit_stream])
                while await anext(terminal) != Told(stream=here.unit_stream, kind="assignment", id=order):
                    pass
            line.target = None
    assert store.cursor(here.unit_stream).q == 2
    assert len(store.things(here.unit_stream, "assignment")) == 2
    store.close()


async def test_a_withdrawn_device_is_wiped_and_stops(here: World, crew: SignedIn, tmp_path: Path) -> None:
    await here.change(here.unit_stream, kind="assignment")
    store = kept(tmp_path / "device.sqlite", here)
    async with (
        asyncio.timeout(PATIENCE_S),
        service(here, timing=Timing(sessions_s=0.05)) as running,
        Terminal(running.url, store, token=crew.token) as terminal,
    ):
        while not store.things(here.unit_stream, "assignment"):
            await anext(terminal)
        await auth.log_out(here.pool, crew.seat)
        with pytest.raises(Withdrawn):
            [happening async for happening in terminal]
    assert store.things(here.unit_stream, "assignment") == []
    assert store.kept("streams") is None
    store.close()
