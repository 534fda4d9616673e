"""Free units sent to stand by elsewhere, over HTTP."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.params import Body, FromPath

from dispatch.seat import Act, Scope
from dispatch.server import store, wire
from dispatch.server.coverage import LiveCoverage
from dispatch.server.desk import Desk
from dispatch.server.web.border import Call, again, errors, seat_of, sender_of
from sql.queries import listed

MOVES = ["units"]


def _desk(request: Call) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


@get("/api/moves", summary="Units standing by elsewhere, and who did in the last day", responses=errors(), tags=MOVES)
async def list_moves(request: Call) -> wire.Moves:
    """Newest first; a crew is told of its own."""
    seat = await seat_of(request)
    seat.must_somewhere(Act.READ_UNITS)
    unit = seat.unit if seat.scope(Act.READ_UNITS) is Scope.OWN_UNIT else None
    async with request.app.state.pool.acquire() as connection:
        area = await store.area_now(connection, seat.area)
        since = area.at - store.SHOWN_AFTER_CLOSE
        rows = await listed(store.move_sql.shown_ids(connection, area=seat.area, unit=unit, since=since))
        return wire.Moves(items=await store.moves(connection, [row["id"] for row in rows]))


@post(
    "/api/moves",
    summary="Send a free unit to stand by at another post",
    responses={**errors(404, 409, 422), **again(wire.Move)},
    tags=MOVES,
)
async def move(request: Call, data: Annotated[wire.NewMove, Body()]) -> Response[wire.Move]:
    """It stays free: an order to an incident ends the move. An earlier move of the unit is replaced. When it is the
    move that `GET /api/coverage/holes` proposes, what it is to mend is kept with it.
    """
    sender = await sender_of(request)
    sender.seat.must(Act.ASSIGN)
    live: LiveCoverage = request.app.state.coverage
    proposed = (await live.holes(sender.seat.area)).move
    as_proposed = proposed is not None and (proposed.unit, proposed.to.code) == (data.unit, data.to)
    done = await _desk(request).move(
        sender,
        data,
        travel_s=proposed.travel_s if proposed is not None and as_proposed else None,
        mends=proposed.mends if proposed is not None and as_proposed else (),
    )
    return Response(done.answer, status_code=200 if done.again else 201)


@post(
    "/api/moves/{move_id:uuid}/steps",
    summary="What becomes of a move: acknowledged, on the way, there, back",
    responses={**errors(404, 409, 422), **again(wire.Move)},
    tags=MOVES,
)
async def step_move(
    request: Call, move_id: FromPath[UUID], data: Annotated[wire.MoveStep, Body()]
) -> Response[wire.Move]:
    """By the crew, or by an operator who heard it. A unit that is `there` has its post there until the move ends."""
    done = await _desk(request).step_move(await sender_of(request), move_id, data)
    return Response(done.answer, status_code=200 if done.again else 201)


routes = [list_moves, move, step_move]
