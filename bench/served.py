"""What benchmarks serve: a database with the demo area on a Monday morning, and server processes over it."""

import argparse
import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import asyncpg
import httpx

from dispatch import demo, load
from dispatch.server import auth
from sql import migrate
from sql.queries import queries

AREA = Path(__file__).resolve().parent.parent / "areas" / "wulingyuan"
MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""10:00 in the area: the day's units are on and the lifts run, whatever hour it is here."""

PASSWORD = "only on this machine, only for this run"  # noqa: S105
SERVE = ("dispatch", "serve")
STARTS_IN_S = 180.0


def fill(url: str) -> None:
    """The tables, the demo area and its logins, at ``MORNING`` by the database's clock."""
    migrate.upgrade(url)
    parser = argparse.ArgumentParser()
    load.add_arguments(parser)
    with contextlib.redirect_stdout(sys.stderr):
        load.run(parser.parse_args([str(AREA), "--from", MORNING.date().isoformat(), "--database", url]))
    asyncio.run(demo.put_logins(url, "wulingyuan", PASSWORD))
    asyncio.run(set_clock(url))


async def set_clock(url: str) -> None:
    await say(url, "UPDATE clock SET drill = true, real_from = clock_timestamp(), told_from = $1", MORNING)


async def say(url: str, statement: str, *values: object) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement, *values)
    finally:
        await connection.close()


def places() -> list[str]:
    """The codes of the demo area's first places."""
    return [line.split(",")[1] for line in (AREA / "places.csv").read_text("utf-8-sig").splitlines()[1:40]]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


async def started(
    url: str, port: int, module: tuple[str, ...] = SERVE, log: IO[bytes] | None = None
) -> asyncio.subprocess.Process:
    """A server process over the database at ``url``, which may not be ready yet."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *module, "--port", str(port)),
        env={**os.environ, "DATABASE_URL": url},
        stdout=asyncio.subprocess.DEVNULL if log is None else log,
        stderr=None if log is None else log,
    )


async def until_ready(client: httpx.AsyncClient, address: str) -> None:
    async with asyncio.timeout(STARTS_IN_S):
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(f"{address}/readyz")).status_code == httpx.codes.OK:
                    return
            await asyncio.sleep(0.05)


@asynccontextmanager
async def serving(url: str, module: tuple[str, ...] = SERVE) -> AsyncIterator[str]:
    """The address of a ready server process over the database at ``url``, ended after the block."""
    port = free_port()
    child = await started(url, port, module)
    address = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient() as client:
            await until_ready(client, address)
        yield address
    finally:
        child.terminate()
        await child.wait()


async def tokens(url: str, logins: Sequence[str]) -> dict[str, str]:
    """A session for each login, begun in the database: hashing so many passwords would take longer than the rest."""
    connection = await asyncpg.connect(url)
    try:
        found = {}
        for login in logins:
            row = await queries("account").account_by_login(connection, login=login)
            found[login], _ = await auth.begin_session(connection, {**row, "account": row["id"]}, None)
        return found
    finally:
        await connection.close()


async def signed_in(client: httpx.AsyncClient, address: str, login: str) -> dict[str, Any]:
    answer = await client.post(f"{address}/api/session", json={"login": login, "password": PASSWORD}, timeout=60)
    session: dict[str, Any] = answer.raise_for_status().json()
    return session
