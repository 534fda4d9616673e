"""The service as it is broken on purpose: PostgreSQL, server processes, and the cables between them and to them."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

import httpx

from bench.faults.cable import Cable, cable
from bench.faults.record import Record
from bench.served import SERVE, fill, free_port, started
from sql.cluster import Cluster, ClusterError

T = TypeVar("T")

LOOKS_EVERY_S = 0.25
RECOVERS_IN_S = 180.0
"""A machine that does other things as well may need long to start a program."""


class Database:
    """A private PostgreSQL whose commits are durable, killed and restarted at will.

    A cluster belongs to the thread that started it, so it has one of its own.
    """

    def __init__(self, folder: Path) -> None:
        self._cluster = Cluster(folder)
        self._thread = ThreadPoolExecutor(1)

    async def start(self) -> str:
        url = await self._do(self._cluster.start)
        await asyncio.to_thread(fill, url)
        return url

    async def stop(self) -> None:
        await self._do(self._cluster.stop)
        self._thread.shutdown(wait=False)

    async def restart(self) -> str:
        await self._do(self._cluster.stop)
        return await self._do(self._recovered)

    async def kill(self) -> str:
        """``kill -9`` of the server: its next start goes through crash recovery."""
        os.kill(int((self._cluster.folder / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        await self._do(self._cluster.stop)
        return await self._do(self._recovered)

    def _recovered(self) -> str:
        give_up = time.monotonic() + RECOVERS_IN_S
        while True:
            try:
                return self._cluster.start()
            except ClusterError:  # what the dead server left behind is still at work
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.2)

    async def _do(self, what: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, what)


class Server:
    """One server process with its own cable to the database; it is started again whenever it ends."""

    def __init__(self, name: str, url: str, to_database: Cable, module: tuple[str, ...], log: Path) -> None:
        self.name, self.port, self.to_database = name, free_port(), to_database
        self._url = _through(url, to_database)
        self._module, self._log = module, log
        self._process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def keep(self, chance: Random) -> None:
        """Run it for ever, as a supervisor would."""
        try:
            while True:
                with self._log.open("ab") as log:
                    self._process = await started(self._url, self.port, self._module, log)
                await self._process.wait()
                await asyncio.sleep(chance.uniform(0.2, 1.5))
        finally:
            if self._process is not None and self._process.returncode is None:
                with suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.wait()


class Stage:
    """All of it, up and running; ``lines`` is the cable that everybody who uses the service hangs on."""

    def __init__(self, database: Database | None, url: str, servers: list[Server], lines: Cable) -> None:
        self.database, self.url, self.servers, self.lines = database, url, servers, lines

    async def watch(self, record: Record) -> None:
        """Write down when each server says that it is ready, and when it does not."""
        async with httpx.AsyncClient(timeout=1.0) as client:
            while True:
                asked = time.time()
                ready = await asyncio.gather(*(_ready(client, server) for server in self.servers))
                record.write("ready", {"at": round(asked, 3), "ready": ready})
                await asyncio.sleep(LOOKS_EVERY_S)

    async def until_ready(self) -> None:
        async with httpx.AsyncClient(timeout=2.0) as client, asyncio.timeout(RECOVERS_IN_S):
            while not all(await asyncio.gather(*(_ready(client, server) for server in self.servers))):  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    def database_is_at(self, url: str) -> None:
        port = urlsplit(url).port
        assert port is not None
        for server in self.servers:
            server.to_database.mend(port)


async def _ready(client: httpx.AsyncClient, server: Server) -> bool:
    try:
        return (await client.get(f"{server.address}/readyz")).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _through(url: str, of: Cable) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{of.port}"))


@asynccontextmanager
async def stage(
    folder: Path, seed: int, *, servers: int, module: tuple[str, ...] = SERVE, url: str | None = None
) -> AsyncIterator[Stage]:
    """So many servers over PostgreSQL with the demo area, each through its cable, and one cable to all of them.

    Without ``url`` PostgreSQL is one of our own, made in ``folder``.
    """
    database = Database(folder / "postgres") if url is None else None
    try:
        url = url if database is None else await database.start()
        assert url is not None
        async with _served(folder, seed, servers, module, url) as (made, lines):
            running = Stage(database, url, made, lines)
            await running.until_ready()
            yield running
    finally:
        if database is not None:
            await database.stop()


@asynccontextmanager
async def _served(
    folder: Path, seed: int, servers: int, module: tuple[str, ...], url: str
) -> AsyncIterator[tuple[list[Server], Cable]]:
    port = urlsplit(url).port
    assert port is not None
    async with AsyncExitStack() as open_:
        made = []
        for number in range(servers):
            to_database = await open_.enter_async_context(cable(port))
            log = folder / f"server-{number + 1}.log"
            made.append(Server(f"server {number + 1}", url, to_database, module, log))
        lines = await open_.enter_async_context(cable(*(server.port for server in made)))
        lines.chance = Random(f"{seed} lines")  # noqa: S311 - guards nothing
        keeping = [
            asyncio.create_task(server.keep(Random(f"{seed} {server.name}")))  # noqa: S311
            for server in made
        ]
        try:
            yield made, lines
        finally:
            for task in keeping:
                task.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)
