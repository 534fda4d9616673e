"""Coverage as it is now: which cells the free units reach in time, computed once for all who ask."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
import shapely

from dispatch.decision import origins
from dispatch.refusal import UnknownCode
from dispatch.server import holes, objects, wire
from dispatch.server.coverage_stand import Basis, Stand, minute_of
from dispatch.server.ground import Ground, Ways
from dispatch.server.store import Area, Connection, area_now, unit_rows
from dispatch.unit import State, Unit, as_seen_by, believed_position, state
from geo.coordinates import Floats, LonLat
from geo.edge_times import in_force
from geo.field import Field
from geo.field import field as field_of
from geo.travel_time import Origin
from grids import coverage
from grids.coverage import Cell, Demand
from sql.queries import listed, queries

_sql = queries("coverage")


@dataclass(slots=True)
class _Kept:
    """The latest of one area, and the lock that lets one computation serve all who came while another went on."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    stand: Stand | None = None


class LiveCoverage:
    """Coverage by area; computed anew, off the event loop, when the area's events, its units' positions, its network,
    the closures that apply, the conditions or the minute have changed, and only for those units that have moved.
    """

    def __init__(self, pool: asyncpg.Pool, ground: Ground) -> None:
        self._pool = pool
        self._ground = ground
        self._kept: dict[UUID, _Kept] = {}

    async def now(
        self, area: UUID, without: str | None = None, cells: frozenset[str] | None = None
    ) -> wire.CoverageNow:
        """The coverage by the free units, or what would be left ``without`` one of them; of some ``cells`` with no word
        about the others.

        Raises ``UnknownCode`` for a unit that is not there, ``NotFound`` for an area without a network.
        """
        stand = await self._stand(area)
        if without is not None and without not in stand.units:
            raise UnknownCode(field="without", what_zh="单元", what_en="unit", value=without)
        asked = (without, cells)
        if asked not in stand.answers:
            stand.answers[asked] = await asyncio.to_thread(_answer, stand, without, cells)
        return stand.answers[asked]

    async def holes(self, area: UUID) -> wire.Holes:
        """What assignments have opened, and the standby move that mends most of it.

        Raises ``NotFound`` for an area without a network.
        """
        stand = await self._stand(area)
        if stand.holes is None:
            stand.holes = await asyncio.to_thread(holes.found, stand)
        return stand.holes

    async def _stand(self, area_id: UUID) -> Stand:
        arrived = asyncio.get_running_loop().time()
        kept = self._kept.setdefault(area_id, _Kept())
        async with self._pool.acquire() as connection:
            _, _, key = await self._read_key(connection, area_id)
        if kept.stand is not None and kept.stand.key == key:
            return kept.stand
        async with kept.lock:
            if kept.stand is None or (kept.stand.key != key and kept.stand.begun < arrived):
                kept.stand = await self._computed(area_id, kept.stand)
            return kept.stand

    async def _computed(self, area_id: UUID, before: Stand | None) -> Stand:
        begun = asyncio.get_running_loop().time()
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            area, ways, key = await self._read_key(connection, area_id)
            rows = await unit_rows(connection, area)
            if before is not None and before.ground.holds(area, ways):
                ground = before.ground
            else:
                ground = await self._read_basis(connection, area, ways)
        units = [as_seen_by(objects.unit_value(row), exercise=False) for row in rows]
        bound = {
            row["code"]: LonLat(row["stands_by_lon"], row["stands_by_lat"])
            for row in rows
            if row["stands_by_at"] is not None and row["stands_by_since"] is None
        }
        return await asyncio.to_thread(_compute, key, begun, area, ground, units, bound, before)

    async def _read_key(self, connection: Connection, area_id: UUID) -> tuple[Area, Ways, tuple[Any, ...]]:
        """The area, its ways, and what tells one stand of it from another."""
        area = await area_now(connection, area_id)
        ways = await self._ground.ways(connection, area)
        stand = await _sql.stand(connection, area=area_id)
        return area, ways, (stand["seq"], stand["positions"], ways, minute_of(area))

    async def _read_basis(self, connection: Connection, area: Area, ways: Ways) -> Basis:
        return Basis(
            ways=ways,
            minute=minute_of(area),
            cells=[dict(row) for row in await listed(_sql.cells(connection, area=area.id, day=area.day))],
            places=[dict(row) for row in await listed(_sql.places(connection, area=area.id))],
            posts=[dict(row) for row in await listed(_sql.posts(connection, area=area.id, day=area.day))],
        )


# --- in a thread ---


def _compute(
    key: tuple[Any, ...],
    begun: float,
    area: Area,
    ground: Basis,
    units: Sequence[Unit],
    bound: Mapping[str, LonLat],
    before: Stand | None,
) -> Stand:
    same = before is not None and before.ground.same_demand(ground)
    demand = before.demand if before is not None and same else _demand(ground)
    known = before.rows if before is not None and same and before.ground.minute == ground.minute else {}
    free = [(each, fix) for each in units if (fix := believed_position(each, area.at)) and _free(each, area.at)]
    rows = times_of(origins(free, ground.ways.network), ground, demand, area, known)
    told = Field(
        origins=tuple(each.code for each, _ in free),
        eta_s=np.array(list(rows.values()), dtype=np.float64).reshape(len(rows), len(demand.points)),
    )
    return Stand(
        key=key,
        begun=begun,
        area=area,
        ground=ground,
        units={each.code: each for each in units},
        bound=bound,
        demand=demand,
        times=told,
        coverage=coverage.coverage(demand, told, allowance_s=area.allowance_s),
        rows=rows,
    )


def _free(unit: Unit, at: datetime) -> bool:
    return state(unit, at) is State.FREE


def _demand(ground: Basis) -> Demand:
    cells = [
        Cell(code=row["code"], shape=shapely.from_wkb(row["geom"]), target_s=row["target_s"]) for row in ground.cells
    ]
    places = [LonLat(row["lon"], row["lat"]) for row in ground.places]
    ways = ground.ways
    closed = in_force(ways.network, ways.profile, ways.closures.effect)
    return coverage.demand(ways.network, cells, places, closed)


def times_of(
    free: Sequence[Origin], ground: Basis, demand: Demand, area: Area, known: Mapping[Origin, Floats]
) -> dict[Origin, Floats]:
    """The times of each origin to every point; those who stand where they stood before keep theirs."""
    fresh = [each for each in free if each not in known]
    ways = ground.ways
    told = field_of(
        ways.network,
        fresh,
        demand.points,
        at=ground.minute,
        zone=area.zone,
        profile=ways.profile,
        closures=ways.closures.effect,
    )
    found = {**known, **dict(zip(fresh, told.eta_s, strict=True))}
    return {each: found[each] for each in free}


def _answer(stand: Stand, without: str | None, cells: frozenset[str] | None) -> wire.CoverageNow:
    shown, lost = stand.coverage, frozenset[str]()
    if without is not None:
        shown = coverage.left_behind(stand.demand, stand.times, {without}, allowance_s=stand.area.allowance_s)
        lost = stand.coverage.inside() - shown.inside()
    free = [each for each in stand.times.origins if each != without]
    if cells is not None:
        shown, lost = coverage.only(shown, cells), lost & cells
        named = {near.origin for each in shown.cells for near in each.nearest}
        free = [each for each in free if each in named]
    return wire.CoverageNow(
        at=stand.area.at,
        network_version=stand.ground.ways.version_at(stand.ground.minute),
        allowance_s=stand.area.allowance_s,
        free_units=free,
        without=without,
        lost=sorted(lost),
        share_of_cells=shown.share_of_cells,
        share_of_trail_m=shown.share_of_trail_m,
        trail_m=round(shown.trail_m, 1),
        cells=[_cell(each) for each in shown.cells],
    )


def _cell(each: coverage.CellCoverage) -> wire.CellCoverage:
    return wire.CellCoverage(
        code=each.code,
        state=each.state.value,
        eta_s=None if each.eta_s is None else round(each.eta_s, 1),
        target_s=each.target_s,
        unit=each.nearest[0].origin if each.nearest else None,
        nearest=[wire.NearUnit(code=near.origin, eta_s=round(near.eta_s, 1)) for near in each.nearest],
        point=None if each.point is None else wire.Point(lon=each.point.lon, lat=each.point.lat),
        length_m=round(each.length_m, 1),
        covered_m=round(each.covered_m, 1),
    )
