"""The whole service running in the test's own loop on a real socket, and people signed in to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
from asyncpg import Pool
from feed_client import FeedClient, assert_told_all

from dispatch.feed import ProfileName
from dispatch.server import auth, store, transport
from dispatch.server.app import Service, service_over
from dispatch.server.config import Config, SecondChannel
from sql.queries import queries

PASSWORD = "a password for tests"

A_MONDAY_MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""10:00 in the area: the day's units are on and the lifts run, whatever hour the tests are run at."""


async def set_clock(url: str, at: datetime) -> None:
    """Let the database tell that it is ``at`` now, as a drill may."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "UPDATE clock SET drill = true, real_from = clock_timestamp(), told_from = $1, speed = 1", at
        )
    finally:
        await connection.close()


class Signed(httpx.AsyncClient):
    """A signed-in program: an HTTP client that carries its token; ``session`` is what signing in answered."""

    session: dict[str, Any]

    @property
    def token(self) -> str:
        return str(self.session["token"])

    async def ask(self, method: str, path: str, expect: int = 200, **body: Any) -> Any:
        """Send and answer the JSON; the status must be what was expected."""
        answer = await self.request(method, path, json=body or None)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def report(self, expect: int = 201, **what: Any) -> Any:
        return await self.ask("POST", "/api/incidents", expect, **{"id": str(uuid4()), **what})

    async def assign(self, incident: str, unit: str, expect: int = 201, **more: Any) -> Any:
        body = {"id": str(uuid4()), "unit": unit, **more}
        return await self.ask("POST", f"/api/incidents/{incident}/assignments", expect, **body)

    async def step(self, assignment: str, step: str, expect: int = 201, **more: Any) -> Any:
        body = {"id": str(uuid4()), "step": step, **more}
        return await self.ask("POST", f"/api/assignments/{assignment}/steps", expect, **body)

    async def step_incident(self, incident: str, step: str, expect: int = 201, **more: Any) -> Any:
        body = {"id": str(uuid4()), "step": step, **more}
        return await self.ask("POST", f"/api/incidents/{incident}/steps", expect, **body)

    async def units(self) -> dict[str, Any]:
        """The units by code."""
        return {each["code"]: each for each in (await self.ask("GET", "/api/units"))["items"]}


class Listener(FeedClient):
    """A reader of the feed who can wait for a thing to be in some state."""

    async def thing(self, stream: str, kind: str, name: str, holds: Callable[[Any], bool]) -> Any:
        """The thing's body as told, once it holds."""
        key = (kind, UUID(name))

        def there() -> bool:
            return key in self.things[stream] and holds(self.things[stream][key][1])

        await self.until(there)
        return self.things[stream][key][1]


@dataclass(slots=True)
class House:
    """A running service; ``url`` is its address, ``pool`` its database."""

    url: str
    dsn: str
    password: str
    service: Service
    clients: list[Signed] = field(default_factory=list)

    @property
    def pool(self) -> Pool:
        return self.service.pool

    async def sign_in(self, login: str, language: str = "en") -> Signed:
        """A session begun in the database: to check a password costs a fifth of a second of the machine, each time."""
        client = self._client(language)
        async with self.pool.acquire() as connection:
            row = await queries("account").account_by_login(connection, login=login)
            token, _ = await auth.begin_session(connection, {**row, "account": row["id"]}, "127.0.0.1")
        client.headers["authorization"] = f"Bearer {token}"
        client.session = {**await client.ask("GET", "/api/session"), "token": token}
        return client

    async def log_in(self, login: str, language: str = "en") -> Signed:
        """A session begun by login and password, as people begin theirs."""
        client = self._client(language)
        client.session = await client.ask("POST", "/api/session", 201, login=login, password=self.password)
        client.headers["authorization"] = f"Bearer {client.token}"
        client.cookies.clear()
        return client

    def _client(self, language: str) -> Signed:
        client = Signed(base_url=self.url, headers={"accept-language": language}, timeout=30)
        self.clients.append(client)
        return client

    def listen(self, signed: Signed, *streams: str, profile: ProfileName = ProfileName.CONSOLE) -> Listener:
        """A socket of that person for these streams, or for all that the seat would want."""
        return Listener(self.url, *(streams or signed.session["streams"]), token=signed.token, profile=profile)

    async def assert_told_all(self, listener: FeedClient) -> None:
        """Snapshot before + pushed messages = snapshot after."""
        async with self.pool.acquire() as connection:
            await assert_told_all(listener, connection, store.snapshot)

    async def unit_id(self, code: str) -> UUID:
        async with self.pool.acquire() as connection:
            found: UUID = await connection.fetchval("SELECT id FROM unit WHERE code = $1", code)
            return found


@asynccontextmanager
async def house(
    dsn: str, password: str, second_channel: SecondChannel | None = None, demo_area: str | None = None
) -> AsyncIterator[House]:
    """Serve until the block ends."""
    config = Config(database_url=dsn, second_channel=second_channel, demo_area=demo_area)
    async with service_over(config) as service:
        listening = transport.bind("127.0.0.1", 0)
        server = transport.server(service.app, before_shutdown=service.feed.drain)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        running = House(
            url=f"http://127.0.0.1:{listening.getsockname()[1]}", dsn=dsn, password=password, service=service
        )
        try:
            await _until_ready(running, serving)
            yield running
        finally:
            for client in running.clients:
                await client.aclose()
            server.should_exit = True
            await serving


async def _until_ready(running: House, serving: "asyncio.Task[None]") -> None:
    async with httpx.AsyncClient(base_url=running.url) as client, asyncio.timeout(30):
        while not serving.done():
            try:
                if (await client.get("/readyz")).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.02)
    raise AssertionError("the service ended before it was ready")
