"""Figures over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from dispatch import figures_table
from dispatch.seat import Act
from dispatch.server import figures, store, wire
from dispatch.server.web.border import Call, errors, language_of, seat_of

FIGURES = ["figures"]

From = Annotated[date | None, QueryParameter(name="from", description="first day, in the area's calendar")]
To = Annotated[date | None, QueryParameter(name="to", description="last day, included; today if not said")]


@get(
    "/api/reports/response",
    summary="How long help took: shares within target and percentiles, with what is not known",
    responses=errors(422),
    tags=FIGURES,
)
async def response(
    request: Call, from_: From = None, to: To = None, exercise: FromQuery[UUID | None] = None
) -> wire.ResponseReport:
    """Of the last 30 days if no period is said. In all, by priority, cell, hour, type and conditions, each for P1 and
    P2 with a target, for others with a target, for those without one, and for those entered late. Exercises count in
    no figure; with `exercise` the figures are of that one alone.

    Shares: Wilson's interval. Percentiles: Kaplan-Meier over the raw times, an incident without T5 counting as one that
    took at least as long as is known; Brookmeyer and Crowley's interval. All intervals are of 95 %.
    """
    return await _report(request, from_, to, exercise)


@get(
    "/api/reports/response.csv",
    summary="The same as a table",
    media_type="text/csv",
    responses=errors(422),
    tags=FIGURES,
)
async def response_csv(
    request: Call, from_: From = None, to: To = None, exercise: FromQuery[UUID | None] = None
) -> Response[bytes]:
    """UTF-8 with a byte order mark, so that a spreadsheet reads its Chinese; heads and names in the asker's
    language.
    """
    told = await _report(request, from_, to, exercise)
    table = figures_table.csv_of(told.rows, language_of(request, await seat_of(request)))
    name = f"response-{told.from_day}-{told.to_day}.csv"
    return Response(
        table,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _report(request: Call, first: date | None, last: date | None, exercise: UUID | None) -> wire.ResponseReport:
    seat = await seat_of(request)
    seat.must(Act.READ_FIGURES)
    async with request.app.state.pool.acquire() as connection:
        return await figures.response(connection, await store.area_now(connection, seat.area), first, last, exercise)


routes = [response, response_csv]
