"""The service put together: desk, feed and their HTTP side, and the work that goes on beside requests."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta

import asyncpg
import structlog
from litestar import Litestar
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from litestar.logging.config import StructLoggingConfig
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag

from dispatch import roster
from dispatch.decision import code_version
from dispatch.server import auth, doorkeeper, pages, store, transport
from dispatch.server.chaser import Chaser
from dispatch.server.config import Config
from dispatch.server.coverage import LiveCoverage
from dispatch.server.desk import Desk
from dispatch.server.feed import Doors, Feed
from dispatch.server.ground import Ground
from dispatch.server.second_channel import Pager
from dispatch.server.stages import ServerTiming
from dispatch.server.tiles import Tiles
from dispatch.server.web import (
    alarms,
    border,
    closures,
    conditions,
    coverage,
    decisions,
    demo,
    evacuation,
    figures,
    ground,
    health,
    incidents,
    moves,
    notices,
    reports,
    sessions,
    shadow,
    tiles,
    travel,
    units,
)
from sql.queries import listed, queries

log = structlog.get_logger()

TURN_S = 20.0
"""How often the feed is told of duties that began or ended; a recommendation reads the roster itself."""

KEEP_HOUSE_S = 3600.0
ANSWERS_KEPT = timedelta(days=7)


class Service:
    """One process of Rescue Circle over its pools; build it inside the loop that will run it.

    The feed has connections of its own: whatever the desk is busy with, what has happened goes out.
    """

    def __init__(self, config: Config, pool: asyncpg.Pool, feed_pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.ground = Ground()
        self.desk = Desk(pool, self._wake, self.ground)
        self.coverage = LiveCoverage(pool, self.ground)
        self.tiles = Tiles(pool)
        self.feed = Feed(
            feed_pool,
            config.database_url,
            doors=Doors(
                seat_of_token=auth.seat_of_token,
                seat_of_ticket=auth.seat_of_ticket,
                still_seated=auth.still_seated,
                allowed_origin=auth.allowed_origin,
                seat_of_request=border.seat_of,
            ),
            snapshot=store.snapshot,
            delivered=self.desk.delivered,
        )
        self.second_channel = config.second_channel
        self.demo_area = config.demo_area
        self.chaser = Chaser(self.desk.means, pages=config.second_channel is not None)
        self.pager = None if config.second_channel is None else Pager(self.desk.means, config.second_channel)
        self.app = build_app(self)

    async def _wake(self, streams: Sequence[str]) -> None:
        await self.feed.wake(streams)

    @asynccontextmanager
    async def running(self, _: Litestar) -> AsyncIterator[None]:
        """The feed and the housekeeping run as long as the app does."""
        await self._warm_up()
        await asyncio.to_thread(pages.built)  # read and compressed before somebody waits for it
        await self.feed.start()
        chores = [
            asyncio.create_task(self._turn_rosters()),
            asyncio.create_task(self._keep_house()),
            asyncio.create_task(self.chaser.run(), name="chaser"),
            *([] if self.pager is None else [asyncio.create_task(self.pager.run())]),
        ]
        try:
            yield
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)
            await self.feed.stop()

    async def _warm_up(self) -> None:
        """Read networks and names before the first report, which must not pay for it."""
        with _database_may_be_away("warm_up"):
            async with self.pool.acquire() as connection:
                for row in await listed(queries("account").areas(connection)):
                    area = await store.area_now(connection, row["id"])
                    if area.network is not None:
                        await self.ground.warm_up(connection, area)

    async def _turn_rosters(self) -> None:
        """At 08:00 the day's units come on, without anybody pressing a key.

        Each process tells it, and what is told twice is the same state twice: better than nobody when one has died.
        """
        told: dict[object, datetime] = {}
        while True:
            with _database_may_be_away("turn_rosters"):
                async with self.pool.acquire() as connection:
                    areas = await listed(queries("account").areas(connection))
                    now: datetime = await connection.fetchval("SELECT server_now()")
                for area in areas:
                    told[area["id"]] = await self.desk.turn_rosters(area["id"], told.get(area["id"], now))
            await asyncio.sleep(TURN_S)

    async def _keep_house(self) -> None:
        """Rosters filled weeks ahead; answers and tickets that nobody may ask for any more are forgotten."""
        while True:
            with _database_may_be_away("keep_house"):
                async with self.pool.acquire() as connection, connection.transaction():
                    await queries("account").keep_house_alone(connection)
                    now: datetime = await connection.fetchval("SELECT server_now()")
                    for area in await listed(queries("account").areas(connection)):
                        await roster.extend(connection, area["id"], now)
                    await store.incident_sql.forget_answers(connection, kept=ANSWERS_KEPT)
                    await queries("account").forget_tickets(connection)
                    await queries("account").forget_tries(connection, kept=doorkeeper.KEPT)
            await asyncio.sleep(KEEP_HOUSE_S)


@contextmanager
def _database_may_be_away(chore: str) -> Iterator[None]:
    """A chore that fails for want of the database is done at its next turn; anything else is a bug and shows."""
    try:
        yield
    except border.AWAY as error:
        log.warning("chore_put_off", chore=chore, error=repr(error))


EXPECTED: tuple[int | type[Exception], ...] = (*border.STATUS, *border.AWAY, 400, 401, 403, 404, 405, 413, 415, 429)
"""What callers get told; everything else that is thrown is a bug, on a websocket too, and is logged with its trace."""

DESCRIPTION = """The dispatch backend of a mountain scenic area: reports come in, the unit that can be at the patient
soonest is chosen with reasons, assigned once, pushed to its phone and to every console, and followed to the close.

Sign in with `POST /api/session`; send the token as `Authorization: Bearer`. Every write carries an `id` (UUID) made by
the sender: the same id gets the same answer for seven days. Times are UTC. A point comes with its datum or is refused.
Send `Device-Now` (milliseconds since 1970 by the device's own clock) with writes that carry `device_at`, and a wrong
clock is corrected. Errors have one shape, in the language of `Accept-Language`.
"""


def build_app(service: Service) -> Litestar:
    """The routes over a service's parts."""
    handlers: list[BaseRouteHandler] = [
        *health.routes,
        *sessions.routes,
        *incidents.routes,
        *reports.routes,
        *evacuation.routes,
        *units.routes,
        *ground.routes,
        *alarms.routes,
        *moves.routes,
        *notices.routes,
        *travel.routes,
        *closures.routes,
        *conditions.routes,
        *coverage.routes,
        *decisions.routes,
        *figures.routes,
        *shadow.routes,
        *tiles.routes,
        *service.feed.routes,
        *demo.routes,
        *pages.routes,
    ]
    state = State(
        {
            "pool": service.pool,
            "desk": service.desk,
            "ground": service.ground,
            "coverage": service.coverage,
            "tiles": service.tiles,
            "feed": service.feed,
            "second_channel": service.second_channel,
            "demo_area": service.demo_area,
        }
    )
    return Litestar(
        handlers,
        state=state,
        lifespan=[service.running],
        guards=[border.may_ask],
        middleware=[ServerTiming()],
        exception_handlers=border.HANDLERS,
        logging_config=StructLoggingConfig(log_exceptions="always", disable_stack_trace=set(EXPECTED)),
        request_max_body_size=1_000_000,
        openapi_config=OpenAPIConfig(
            title="Rescue Circle 十分钟救援圈",
            version=code_version().partition("+")[0],
            description=DESCRIPTION,
            path="/schema",
            render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"]), YamlRenderPlugin()],
            components=Components(
                security_schemes={"session": SecurityScheme(type="http", scheme="bearer", description="of the session")}
            ),
            security=[{"session": []}],
            tags=[
                Tag(name=name)
                for name in (
                    "session",
                    "incidents",
                    "reports",
                    "evacuation",
                    "assignments",
                    "units",
                    "ground",
                    "alarms",
                    "feed",
                )
            ],
        ),
    )


@asynccontextmanager
async def service_over(config: Config) -> AsyncIterator[Service]:
    """A service with pools of its own."""
    for_feed = max(1, config.pool_size // 4)
    async with (
        _pool(config, config.pool_size - for_feed) as pool,
        _pool(config, for_feed) as feed_pool,
    ):
        yield Service(config, pool, feed_pool)


@asynccontextmanager
async def _pool(config: Config, size: int) -> AsyncIterator[asyncpg.Pool]:
    pool = await store.open_pool(config.database_url, size=size)
    try:
        yield pool
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await pool.close()


async def serve(config: Config, listening: socket.socket, when_started: Callable[[], None] | None = None) -> None:
    """Serve until told to stop; readers of the feed are told first."""
    async with service_over(config) as service:
        server = transport.server(service.app, before_shutdown=service.feed.drain, when_started=when_started)
        await server.serve(sockets=[listening])
