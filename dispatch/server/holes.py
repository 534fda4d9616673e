"""Holes that assignments have opened in the coverage, and the standby move that mends most of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from msgspec import structs

from dispatch import standby
from dispatch.decision import origins
from dispatch.server import wire
from dispatch.server.coverage_stand import Stand
from dispatch.standby import MoveUp, Standing
from dispatch.unit import Fix, PositionSource, State, Unit, believed_position, state
from geo.coordinates import Floats, LonLat
from geo.field import Field, Points, field
from geo.travel_time import Origin
from grids.coverage import Coverage, coverage


def found(stand: Stand) -> wire.Holes:
    """What is missing beside the coverage with everybody back who is out on an incident, and what would mend most.

    Who is on the way to stand by elsewhere counts as standing there already, and is not sent on.
    """
    settled = _with(stand.times, _rows(stand, _bound(stand)))
    soon = _coverage(stand, settled)
    whole = _coverage(stand, _with(settled, _rows(stand, _out(stand))))
    open_now = standby.holes(whole, stand.coverage)
    still = standby.holes(whole, soon)
    return wire.Holes(
        at=stand.area.at,
        network_version=stand.ground.ways.version_at(stand.ground.minute),
        holes=_told(stand, open_now, soon),
        move=None if not still else _proposed(stand, settled, still),
    )


def only(whole: wire.Holes, cells: Collection[str]) -> wire.Holes:
    """The holes in some of the cells, with no word of units."""
    told = [structs.replace(each, mended_by=None) for each in whole.holes if each.code in cells]
    return structs.replace(whole, holes=told, move=None)


def _bound(stand: Stand) -> list[tuple[Unit, Fix]]:
    """Units on their way to stand by elsewhere, as if they stood there."""
    return [
        (stand.units[code], _fix(stand, point)) for code, point in stand.bound.items() if code in stand.times.origins
    ]


def _out(stand: Stand) -> list[tuple[Unit, Fix]]:
    """Units out on an incident, as if they stood by at their posts."""
    back = [
        replace(each, open_assignment=None, fix=None, errand=None)
        for each in stand.units.values()
        if each.open_assignment is not None
    ]
    at = stand.area.at
    return [(each, fix) for each in back if (fix := believed_position(each, at)) and state(each, at) is State.FREE]


def _fix(stand: Stand, point: LonLat) -> Fix:
    return Fix(lon=point.lon, lat=point.lat, source=PositionSource.POST, at=stand.area.at)


def _rows(stand: Stand, standing: Sequence[tuple[Unit, Fix]]) -> dict[str, Floats]:
    """The seconds of each unit, by its code, from where it is taken to stand to every demand point."""
    times_s = _field(stand, origins(standing, stand.ground.ways.network), stand.demand.points)
    return {unit.code: row for (unit, _), row in zip(standing, times_s, strict=True)}


def _field(stand: Stand, setting_out: Sequence[Origin], points: Points) -> Floats:
    ways = stand.ground.ways
    told = field(
        ways.network,
        setting_out,
        points,
        at=stand.ground.minute,
        zone=stand.area.zone,
        profile=ways.profile,
        closures=ways.closures.effect,
    )
    return told.eta_s.reshape(len(setting_out), len(points))


def _with(times: Field, rows: Mapping[str, Floats]) -> Field:
    """The field with these rows in place of what it had, or beside it."""
    known = {**dict(zip(times.origins, times.eta_s, strict=True)), **rows}
    points = times.eta_s.shape[1]
    return Field(origins=tuple(known), eta_s=np.array(list(known.values())).reshape(len(known), points))


def _coverage(stand: Stand, times: Field) -> Coverage:
    return coverage(stand.demand, times, allowance_s=stand.area.allowance_s)


def _proposed(stand: Stand, settled: Field, still: Sequence[str]) -> wire.ProposedMove | None:
    """The best move of those who are free and not bound elsewhere."""
    posts = stand.ground.posts
    move = standby.best_move(
        stand.demand,
        settled,
        _could(stand, settled.origins),
        open_holes=still,
        weight=standby.weights({row["code"]: row["visitors"] for row in stand.ground.cells}),
        allowance_s=stand.area.allowance_s,
    )
    return None if move is None else _proposal(move, {row["code"]: row for row in posts})


def _could(stand: Stand, codes: Sequence[str]) -> Standing:
    """From where the free units are to every post, and from every post on, for each way of moving and turning out. Who
    is bound elsewhere, or in a drill, which only an incident ends, is sent nowhere.
    """
    network, at = stand.ground.ways.network, stand.area.at
    places = [(row["code"], LonLat(row["lon"], row["lat"])) for row in stand.ground.posts]
    there = Points(network, [point for _, point in places])
    movers = [stand.units[code] for code in codes]
    standing = [(each, fix) for each in movers if (fix := believed_position(each, at))]
    reach_s = _field(stand, origins(standing, network), there)
    reach_s[[code in stand.bound or stand.units[code].in_exercise for code in codes]] = np.inf
    alike: dict[tuple[Any, ...], Floats] = {}
    from_places = []
    for unit, _ in standing:
        kind = (unit.vehicle, unit.turnout_s)
        if kind not in alike:
            posted = [(unit, _fix(stand, point)) for _, point in places]
            alike[kind] = _field(stand, origins(posted, network), stand.demand.points)
        from_places.append(alike[kind])
    return Standing(places=tuple(code for code, _ in places), reach_s=reach_s, from_places=from_places)


def _proposal(move: MoveUp, posts: Mapping[str, Mapping[str, Any]]) -> wire.ProposedMove:
    post = posts[move.place]
    return wire.ProposedMove(
        unit=move.unit,
        to=wire.Named(code=post["code"], name_zh=post["name_zh"], name_en=post["name_en"]),
        travel_s=round(move.travel_s, 1),
        mends=list(move.mends),
        opens=list(move.opens),
    )


def _told(stand: Stand, codes: Sequence[str], soon: Coverage) -> list[wire.Hole]:
    """The holes in the order of the cells; a unit on its way mends those that it will be the nearest to in time."""
    cells = {row["code"]: row for row in stand.ground.cells}
    now = {each.code: each for each in stand.coverage.cells}
    then = {each.code: each for each in soon.cells}
    told = []
    for code in codes:
        nearest = then[code].nearest[0].origin if then[code].nearest else None
        mended = code in soon.inside()
        told.append(
            wire.Hole(
                code=code,
                name_zh=cells[code]["name_zh"],
                name_en=cells[code]["name_en"],
                eta_s=now[code].eta_s,
                target_s=now[code].target_s,
                visitors=cells[code]["visitors"],
                mended_by=nearest if mended and nearest in stand.bound else None,
            )
        )
    return told
