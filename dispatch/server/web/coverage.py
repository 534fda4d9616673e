"""Coverage as it is now over HTTP."""

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from dispatch.seat import Act, Scope
from dispatch.server import holes, wire
from dispatch.server.coverage import LiveCoverage
from dispatch.server.web.border import Call, errors, seat_of


@get(
    "/api/coverage/now",
    summary="Which cells the free units reach in time, now or without one of them",
    responses=errors(404, 422),
    tags=["ground"],
)
async def coverage_now(
    request: Call,
    without: Annotated[
        str | None, QueryParameter(min_length=1, max_length=100, description="code of a unit that is to be sent away")
    ] = None,
) -> wire.CoverageNow:
    """The travel times are a recommendation's. A cell's time is that within which nine tenths of its open ways are
    reached, and `point` is where that is; ask for coverage again when the area's stream tells of a unit. A committee
    is told of its own cells, and of no unit that is not among the nearest to one of them.
    """
    seat = await seat_of(request)
    live: LiveCoverage = request.app.state.coverage
    if seat.scope(Act.READ_COVERAGE) is Scope.OWN_CELLS:
        return await live.now(seat.area, without, frozenset(seat.cells))
    seat.must(Act.READ_COVERAGE)
    return await live.now(seat.area, without)


@get(
    "/api/coverage/holes",
    summary="What assignments have opened, and the standby move that mends most of it",
    responses=errors(404),
    tags=["ground"],
)
async def coverage_holes(request: Call) -> wire.Holes:
    """A hole is a cell that would be reached in time were nobody out on an incident, and is not. Holes count by the
    visitors of their cells. A unit on its way to stand by elsewhere counts as standing there. A committee is told of
    its own cells, and of no unit.
    """
    seat = await seat_of(request)
    live: LiveCoverage = request.app.state.coverage
    if seat.scope(Act.READ_COVERAGE) is Scope.OWN_CELLS:
        return holes.only(await live.holes(seat.area), frozenset(seat.cells))
    seat.must(Act.READ_COVERAGE)
    return await live.holes(seat.area)


routes = [coverage_now, coverage_holes]
