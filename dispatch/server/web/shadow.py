"""Shadow mode over HTTP: how the area is run, who went by radio, and how that compares."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import Body, FromPath

from dispatch import shadow_table
from dispatch.seat import Act
from dispatch.server import departing, shadowing, store, wire
from dispatch.server.desk import Desk
from dispatch.server.web.border import Call, again, errors, language_of, seat_of, sender_of
from dispatch.server.web.figures import From, To

SHADOW = ["shadow"]
MOST_TOLD = 50


def _desk(request: Call) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


@get("/api/mode", summary="How the area is run, live or in shadow, and the history", responses=errors(), tags=SHADOW)
async def mode_now(request: Call) -> wire.AreaModeNow:
    """The latest 50 switches, the present first, and how many open incidents are run in either way."""
    seat = await seat_of(request)
    async with request.app.state.pool.acquire() as connection:
        return await shadowing.mode_now(connection, seat.area, MOST_TOLD)


@post(
    "/api/mode",
    summary="Switch between live and shadow",
    responses={**errors(409, 422), **again(wire.AreaMode)},
    tags=SHADOW,
)
async def switch_mode(request: Call, data: Annotated[wire.NewAreaMode, Body()]) -> Response[wire.AreaMode]:
    """In shadow a report makes an incident and a stored decision as ever, and nobody is commanded: no assignment, no
    order to a device, no second channel, no chasing. Incidents that are open stay as they were taken, so that a switch
    to live pushes nothing.
    """
    done = await _desk(request).switch_mode(await sender_of(request), data)
    return Response(done.answer, status_code=200 if done.again else 201)


@post(
    "/api/incidents/{incident_id:uuid}/departures",
    summary="Send a committee's squad, or log who went to an incident in shadow",
    responses={**errors(404, 409, 422), **again(wire.Incident)},
    tags=SHADOW,
)
async def log_departure(
    request: Call, incident_id: FromPath[UUID], data: Annotated[wire.NewDeparture, Body()]
) -> Response[wire.Incident]:
    """A committee sends its own squads to what it has in hand (409 `not_owner`), each to one incident at a time (409
    `unit_already_assigned`). 409 `live_incident` where units are sent by orders, `logged_already` for a unit that is
    said to have gone.
    """
    done = await _desk(request).log_departure(await sender_of(request), incident_id, data)
    return Response(done.answer, status_code=200 if done.again else 201)


@post(
    "/api/departures/{departure_id:uuid}/steps",
    summary="A later time of who went, or that they did not",
    responses={**errors(404, 409, 422), **again(wire.Incident)},
    tags=SHADOW,
)
async def step_departure(
    request: Call, departure_id: FromPath[UUID], data: Annotated[wire.DepartureStep, Body()]
) -> Response[wire.Incident]:
    """What was said before stays in the timeline."""
    done = await _desk(request).step_departure(await sender_of(request), departure_id, data)
    return Response(done.answer, status_code=200 if done.again else 201)


@get(
    "/api/reports/shadow",
    summary="Who went by radio beside who would have been chosen, with the seconds between them",
    responses=errors(422),
    tags=SHADOW,
)
async def shadow_report(request: Call, from_: From = None, to: To = None) -> wire.ShadowReport:
    """Of the last seven days if no period is said. Both times are of the decision that was stored by the time the first
    unit went, else the first one made after; of those that went the one counts that would have been there first.
    """
    return await _report(request, from_, to)


@get(
    "/api/reports/shadow.csv",
    summary="The same as a table",
    media_type="text/csv",
    responses=errors(422),
    tags=SHADOW,
)
async def shadow_csv(request: Call, from_: From = None, to: To = None) -> Response[bytes]:
    """UTF-8 with a byte order mark; heads and names in the asker's language, times in the area's."""
    told = await _report(request, from_, to)
    seat = await seat_of(request)
    async with request.app.state.pool.acquire() as connection:
        zone = (await store.area_now(connection, seat.area)).zone
    rows = msgspec.to_builtins(told.rows)
    name = f"shadow-{told.from_day}-{told.to_day}.csv"
    return Response(
        shadow_table.csv_of(rows, zone, language_of(request, seat)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _report(request: Call, first: date | None, last: date | None) -> wire.ShadowReport:
    seat = await seat_of(request)
    seat.must(Act.READ_DECISIONS)
    async with request.app.state.pool.acquire() as connection:
        return await shadowing.report(connection, await store.area_now(connection, seat.area), first, last)


@get("/api/squads", summary="Squads that the asker may send, and where they are", responses=errors(), tags=SHADOW)
async def list_squads(request: Call) -> wire.Squads:
    """A committee is told of its own."""
    seat = await seat_of(request)
    async with request.app.state.pool.acquire() as connection:
        return await departing.squads(connection, seat)


routes = [list_squads, mode_now, switch_mode, log_departure, step_departure, shadow_report, shadow_csv]
