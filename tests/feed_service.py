"""A small service around the feed for tests: real sockets and a real database, things in a table of its own."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvicorn
from litestar import Litestar, Request, Response

from dispatch import feed, refusal
from dispatch.seat import Role, Seat
from dispatch.server import auth
from dispatch.server.feed import Doors, Feed
from dispatch.server.relay import Snapshot, Timing
from dispatch.server.transport import Server, bind, uvicorn_options

THINGS = """
CREATE TABLE IF NOT EXISTS thing (
  stream text, kind text, id uuid, version bigint, body text, PRIMARY KEY (stream, kind, id)
)
"""


async def snapshot(connection: Any, stream: str) -> Sequence[Any]:
    rows: Sequence[Any] = await connection.fetch(
        "SELECT kind, id, version, body FROM thing WHERE stream = $1 ORDER BY id", stream
    )
    return [feed.Row(row["kind"], row["id"], row["version"], row["body"].encode()) for row in rows]


@dataclass(frozen=True, slots=True)
class SignedIn:
    token: str
    seat: Seat


@dataclass(slots=True)
class World:
    """An area with a unit, and people signed in to it."""

    pool: asyncpg.Pool
    dsn: str
    area: UUID = field(default_factory=uuid4)
    unit: UUID = field(default_factory=uuid4)
    other_unit: UUID = field(default_factory=uuid4)

    @property
    def area_stream(self) -> str:
        return f"area/{self.area}"

    @property
    def unit_stream(self) -> str:
        return f"unit/{self.unit}"

    async def make(self) -> None:
        async with self.pool.acquire() as connection:
            await connection.execute(THINGS)
            await connection.execute(
                "INSERT INTO area (id, code, name_zh, name_en, time_zone, srid, languages, boundary) VALUES ($1, $2,"
                " '试', 'Test', 'Asia/Shanghai', 4546, '{zh}', ST_Multi(ST_MakeEnvelope(110, 29, 111, 30, 4326)))",
                self.area,
                str(self.area),
            )
            team = await connection.fetchval(
                "INSERT INTO team (area, code, name_zh, name_en, members) VALUES ($1, 'G1', '一队', 'One', 9)"
                " RETURNING id",
                self.area,
            )
            for number, unit in enumerate((self.unit, self.other_unit), 1):
                await connection.execute(
                    "INSERT INTO unit (id, area, team, code, name_zh, name_en, post_code, turnout_s)"
                    " VALUES ($1, $2, $3, $4, '单元', 'Unit', 'B1', 60)",
                    unit,
                    self.area,
                    team,
                    f"G1-{number}",
                )

    async def sign_in(self, role: Role, unit: UUID | None = None) -> SignedIn:
        token = f"token-{uuid4()}"
        async with self.pool.acquire() as connection:
            account = await connection.fetchval(
                "INSERT INTO account (login, name, password_hash) VALUES ($1, 'x', 'x') RETURNING id", str(uuid4())
            )
            await connection.execute(
                "INSERT INTO session (token_hash, account, area, role, unit, created_at, expires_at)"
                " VALUES ($1, $2, $3, $4, $5, now(), now() + interval '1 hour')",
                auth.digest(token),
                account,
                self.area,
                role,
                unit,
            )
        seat = await auth.seat_of_token(self.pool, token)
        assert seat is not None
        return SignedIn(token, seat)

    async def change(self, *streams: str, id: UUID | None = None, size: int = 10, kind: str = "incident") -> UUID:
        """One transaction changes a thing and tells the streams; the feed is not woken by this."""
        thing = id or uuid4()
        async with self.pool.acquire() as connection, connection.transaction():
            for stream in sorted(streams):
                await self.write(connection, stream, thing, size=size, kind=kind)
        return thing

    async def write(self, connection: Any, stream: str, thing: UUID, *, size: int = 10, kind: str = "incident") -> int:
        version = await connection.fetchval(
            "INSERT INTO thing AS t VALUES ($1, $2, $3, 1, '{}') ON CONFLICT (stream, kind, id)"
            " DO UPDATE SET version = t.version + 1 RETURNING version",
            stream,
            kind,
            thing,
        )
        body = json.dumps({"id": str(thing), "version": version, "filler": "x" * size})
        await connection.execute("UPDATE thing SET body = $1 WHERE stream = $2 AND id = $3", body, stream, thing)
        q: int = await connection.fetchval(
            "SELECT feed.emit($1, $2, $3, $4, $5::jsonb, clock_timestamp())", stream, kind, thing, version, body
        )
        return q

    async def leave(self, stream: str, thing: UUID, *, kind: str = "incident") -> None:
        """The thing is in the stream no longer; the feed is not woken by this."""
        async with self.pool.acquire() as connection, connection.transaction():
            version = await connection.fetchval(
                "DELETE FROM thing WHERE stream = $1 AND kind = $2 AND id = $3 RETURNING version", stream, kind, thing
            )
            await connection.execute(
                "SELECT feed.emit($1, $2, $3, $4, 'null', clock_timestamp())", stream, kind, thing, version
            )

    async def head(self, stream: str) -> int:
        async with self.pool.acquire() as connection:
            head: int | None = await connection.fetchval("SELECT seq FROM feed.stream WHERE name = $1", stream)
        return head or 0


@asynccontextmanager
async def world(dsn: str) -> AsyncIterator[World]:
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=12)
    try:
        made = World(pool, dsn)
        await made.make()
        yield made
    finally:
        await pool.close()


@dataclass(slots=True)
class Service:
    feed: Feed
    url: str
    server: Server
    delivered: list[tuple[Seat, int]]

    @property
    def origin(self) -> str:
        return self.url


def _refused(_: Request[Any, Any, Any], error: refusal.Refusal) -> Response[Any]:
    return Response({"error": error.code}, status_code={"forbidden": 403, "not_signed_in": 401}.get(error.code, 503))


@asynccontextmanager
async def service(
    world: World,
    *,
    profiles: dict[feed.ProfileName, feed.Profile] | None = None,
    timing: Timing | None = None,
    state: Snapshot = snapshot,
) -> AsyncIterator[Service]:
    """The feed on a free port of the loopback, until the block ends."""
    delivered: list[tuple[Seat, int]] = []

    async def note_delivered(seat: Seat, q: int) -> None:
        delivered.append((seat, q))

    async def seat_of_request(request: Request[Any, Any, Any]) -> Seat:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        seat = await auth.seat_of_token(pool, token)
        if seat is None:
            raise refusal.NotSignedIn
        return seat

    pool = await asyncpg.create_pool(world.dsn, min_size=1, max_size=10)
    the_feed = Feed(
        pool,
        world.dsn,
        doors=Doors(
            seat_of_token=auth.seat_of_token,
            seat_of_ticket=auth.seat_of_ticket,
            still_seated=auth.still_seated,
            allowed_origin=auth.allowed_origin,
            seat_of_request=seat_of_request,
        ),
        snapshot=state,
        delivered=note_delivered,
        profiles=profiles or feed.PROFILES,
        timing=timing,
    )
    app = Litestar(
        the_feed.routes,
        exception_handlers={refusal.Refusal: _refused},
        on_startup=[the_feed.start],
        on_shutdown=[the_feed.stop],
        openapi_config=None,
        debug=True,
    )
    listening = bind("127.0.0.1", 0)
    config = uvicorn.Config(app, lifespan="on", log_config=None, **uvicorn_options())
    server = Server(config, before_shutdown=the_feed.drain)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not (server.started and the_feed.ready):
            assert not serving.done(), serving.exception()
            await asyncio.sleep(0.01)
        yield Service(the_feed, f"http://127.0.0.1:{listening.getsockname()[1]}", server, delivered)
    finally:
        server.should_exit = True
        await serving
        await pool.close()
