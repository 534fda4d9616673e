"""A real PostgreSQL with PostGIS for every test that asks: a template made once, cloned for each."""

import argparse
import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from house import A_MONDAY_MORNING, PASSWORD, House, house, set_clock

from dispatch import demo, load
from sql import migrate
from sql.cluster import private_cluster
from sql.scratch import scratch_database

AREA = Path(__file__).parents[1] / "areas" / "wulingyuan"


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A server that tests may make databases on: DATABASE_URL, else a private cluster of our own."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with private_cluster() as url:
        yield url


@pytest.fixture(scope="session")
def empty_template(server_url: str) -> Iterator[str]:
    with scratch_database(server_url) as url:
        migrate.upgrade(url)
        yield _name(url)


@pytest.fixture(scope="session")
def demo_template(server_url: str, empty_template: str) -> Iterator[str]:
    """The demo area with its logins, on a drill's clock that begins on a Monday morning."""
    with scratch_database(server_url, empty_template) as url:
        _load(url)
        asyncio.run(demo.put_logins(url, "wulingyuan", PASSWORD))
        yield _name(url)


def _load(url: str) -> None:
    parser = argparse.ArgumentParser()
    load.add_arguments(parser)
    day = A_MONDAY_MORNING.date().isoformat()
    assert load.run(parser.parse_args([str(AREA), "--from", day, "--database", url])) == 0


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def database_url(server_url: str, empty_template: str) -> Iterator[str]:
    """A database with this version's tables and nothing in them."""
    with scratch_database(server_url, empty_template) as url:
        yield url


@pytest.fixture
def demo_url(server_url: str, demo_template: str) -> Iterator[str]:
    """A database with the demo area, at ten o'clock on a Monday morning."""
    with scratch_database(server_url, demo_template) as url:
        asyncio.run(set_clock(url, A_MONDAY_MORNING))
        yield url


@pytest.fixture
async def served(demo_url: str) -> AsyncIterator[House]:
    """The whole service on a free loopback port, over the demo area."""
    async with house(demo_url, PASSWORD) as running:
        yield running
