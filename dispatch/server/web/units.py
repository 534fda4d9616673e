"""Units, and drills, over HTTP."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.params import Body, FromPath

from dispatch.seat import Act
from dispatch.server import store, wire
from dispatch.server.desk import Desk
from dispatch.server.web.border import Call, again, errors, seat_of, sender_of
from sql.queries import listed

UNITS = ["units"]
MOST_POSITIONS = 1000


def _desk(request: Call) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


@get("/api/units", summary="All units as they are now", responses=errors(), tags=UNITS)
async def list_units(request: Call) -> wire.Units:
    """A crew sees its own unit only."""
    seat = await seat_of(request)
    own = [] if seat.unit is None else [seat.unit]
    only = None if seat.may(Act.READ_UNITS) else own
    async with request.app.state.pool.acquire() as connection:
        area = await store.area_now(connection, seat.area)
        return wire.Units(items=await store.units(connection, area, only))


@post(
    "/api/units/{unit:str}/positions",
    summary="Where a unit is or was",
    responses=errors(422),
    tags=UNITS,
)
async def add_positions(
    request: Call, unit: FromPath[str], data: Annotated[list[wire.NewPosition], Body(max_items=MOST_POSITIONS)]
) -> wire.Stored:
    """In batches, newest or oldest first; each with its datum. The unit by id or code."""
    return await _desk(request).add_positions(await sender_of(request), unit, data)


@post(
    "/api/units/{unit:str}/availability",
    summary="Sign a unit on or off, in or out of contact, or back at its post",
    responses={**errors(409, 422), **again(wire.Unit)},
    tags=UNITS,
)
async def set_availability(
    request: Call, unit: FromPath[str], data: Annotated[wire.NewAvailability, Body()]
) -> Response[wire.Unit]:
    done = await _desk(request).set_availability(await sender_of(request), unit, data)
    return Response(done.answer, status_code=200 if done.again else 201)


@post(
    "/api/exercises",
    summary="Begin an exercise",
    responses={**errors(409), **again(wire.Exercise)},
    tags=["exercises"],
)
async def begin_exercise(request: Call, data: Annotated[wire.NewExercise, Body()]) -> Response[wire.Exercise]:
    """What carries its id is a drill everywhere it is seen, and counts in no statistic."""
    done = await _desk(request).begin_exercise(await sender_of(request), data)
    return Response(done.answer, status_code=200 if done.again else 201)


@post(
    "/api/exercises/{exercise_id:uuid}/end",
    summary="End an exercise",
    responses={**errors(404, 409), **again(wire.Exercise)},
    tags=["exercises"],
)
async def end_exercise(
    request: Call, exercise_id: FromPath[UUID], data: Annotated[wire.ExerciseEnd, Body()]
) -> Response[wire.Exercise]:
    """No report enters it from now on; what is open in it goes on to its close. One that has ended stays as it was."""
    done = await _desk(request).end_exercise(await sender_of(request), exercise_id, data)
    return Response(done.answer, status_code=200 if done.again else 201)


@get("/api/exercises", summary="Exercises, newest first", responses=errors(), tags=["exercises"])
async def list_exercises(request: Call) -> wire.Exercises:
    seat = await seat_of(request)
    async with request.app.state.pool.acquire() as connection:
        rows = await listed(store.incident_sql.exercise_rows(connection, area=seat.area))
    return wire.Exercises(items=[wire.Exercise(**dict(row)) for row in rows])


routes = [list_units, add_positions, set_availability, begin_exercise, end_exercise, list_exercises]
