"""Whether the process lives, and whether it can do its work."""

import asyncio
from typing import Any

import msgspec
from litestar import Response, get
from litestar.openapi.spec import SecurityRequirement

from dispatch.server import store
from dispatch.server.chaser import DEAD_AFTER, NAME
from dispatch.server.web.border import AWAY, Call

OPEN: list[SecurityRequirement] = [{}]
PATIENCE_S = 3.0


class Health(msgspec.Struct, frozen=True, kw_only=True):
    status: str


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """``ready`` only when the database answers, every area has a network, and the feed follows the outbox.

    ``chaser``: whether orders are being chased, by whichever process; while not, people must watch for answers.
    """

    ready: bool
    database: bool
    network: bool
    feed: bool
    chaser: bool


@get("/healthz", summary="The process lives", security=OPEN, tags=["health"])
async def healthz() -> Health:
    return Health(status="ok")


@get("/readyz", summary="The service can do its work", security=OPEN, tags=["health"])
async def readyz(request: Call) -> Response[Readiness]:
    """200 when ready, else 503; either way each part says whether it is."""
    database, network, chaser = False, False, False
    try:
        async with asyncio.timeout(PATIENCE_S), request.app.state.pool.acquire() as connection:
            row = await connection.fetchrow(
                "SELECT count(*) AS areas, count(n.id) AS networks"
                " FROM area a LEFT JOIN network n ON n.area = a.id AND n.current"
            )
            database, network = True, row["areas"] == row["networks"]
            chaser = await store.chase_sql.beats(connection, name=NAME, within=DEAD_AFTER)
    except AWAY:
        pass
    feed: Any = request.app.state.feed
    ready = database and network and feed.ready
    answer = Readiness(ready=ready, database=database, network=network, feed=feed.ready, chaser=chaser)
    return Response(answer, status_code=200 if ready else 503, headers={"cache-control": "no-store"})


routes = [healthz, readyz]
