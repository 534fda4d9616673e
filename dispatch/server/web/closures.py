"""Closures of ways over HTTP."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import Body, FromPath, FromQuery, QueryParameter

from dispatch import refusal
from dispatch.server import store, wire
from dispatch.server.desk import Desk
from dispatch.server.web.border import Call, again, errors, seat_of, sender_of
from geo.speed import EdgeClass
from sql.queries import listed

CLOSURES = ["closures"]
MOST_TOLD = 1000


def _desk(request: Call) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


@post(
    "/api/closures",
    summary="Close ways: by their codes, a kind of way, or a polygon",
    responses={**errors(404, 409, 422), **again(wire.Closure)},
    tags=CLOSURES,
)
async def close(request: Call, data: Annotated[wire.NewClosure, Body()]) -> Response[wire.Closure]:
    """The very next decision goes by it, in every process. A journey may still begin or end on a closed way, by its
    nearer end.
    """
    done = await _desk(request).close(await sender_of(request), data)
    return Response(done.answer, status_code=200 if done.again else 201)


@post(
    "/api/closures/{closure_id:uuid}/end",
    summary="Open again what was closed, or call off what was to be",
    responses={**errors(404, 409), **again(wire.Closure)},
    tags=CLOSURES,
)
async def end_closure(
    request: Call, closure_id: FromPath[UUID], data: Annotated[wire.EndOfClosure, Body()]
) -> Response[wire.Closure]:
    done = await _desk(request).end_closure(await sender_of(request), closure_id, data)
    return Response(done.answer, status_code=200 if done.again else 201)


@get("/api/closures", summary="Closures, the latest to begin first", responses=errors(), tags=CLOSURES)
async def list_closures(
    request: Call,
    at: Annotated[datetime | None, QueryParameter(description="those that applied at this instant")] = None,
    all: Annotated[bool, QueryParameter(description=f"the newest {MOST_TOLD}, over or not")] = False,
) -> wire.Closures:
    """Without a question, those that apply now and those to come."""
    seat = await seat_of(request)
    if at is not None and all:
        raise refusal.BadRequest(field="at", fact="either at or all, not both")
    if at is not None and at.tzinfo is None:
        raise refusal.BadRequest(field="at", fact=f"{at.isoformat()} has no time zone")
    sql = store.closure_sql
    async with request.app.state.pool.acquire() as connection:
        if all:
            rows = sql.all_ids(connection, area=seat.area, most=MOST_TOLD)
        elif at is not None:
            rows = sql.in_force_ids(connection, area=seat.area, at=at)
        else:
            area = await store.area_now(connection, seat.area)
            rows = sql.not_over_ids(connection, area=seat.area, since=area.at)
        return wire.Closures(items=await store.closures(connection, [row["id"] for row in await listed(rows)]))


@get("/api/edges", summary="Ways by code or name, to be chosen from", responses=errors(), tags=CLOSURES)
async def find_edges(
    request: Call,
    q: Annotated[str, QueryParameter(max_length=100, description="a part of the code or of a name; all without")] = "",
    kind: FromQuery[EdgeClass | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 20,
) -> wire.NamedEdges:
    """Of the present network; those that begin with the words first."""
    seat = await seat_of(request)
    async with request.app.state.pool.acquire() as connection:
        area = await store.area_now(connection, seat.area)
        rows = store.closure_sql.edges_found(
            connection,
            network=area.network,
            words=_literal(q.strip()),
            kind=None if kind is None else kind.value,
            most=limit,
        )
        return wire.NamedEdges(items=[_edge(row) async for row in rows])


def _literal(words: str) -> str:
    """The words as a pattern that stands for themselves."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _edge(row: Mapping[str, Any]) -> wire.NamedEdge:
    return wire.NamedEdge(
        code=row["code"],
        kind=EdgeClass(row["edge_class"]),
        name_zh=row["name_zh"] or row["code"],
        name_en=row["name_en"] or row["code"],
        length_m=round(row["length_m"], 1),
    )


routes = [find_edges, close, end_closure, list_closures]
