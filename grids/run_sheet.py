"""Run sheets: what paper must say of each cell on the day the computers are down.

Times are those of ``grids coverage``: from the report until somebody is at the cell's own point, the one at which its
coverage is measured. As paper does not know the hour, every time stands there twice: at noon, and at night with the
lifts and the crews of the night.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from types import MappingProxyType
from typing import Any, NamedTuple

import asyncpg
import shapely

from geo.coordinates import LonLat
from geo.field import Field, Points, field
from geo.travel_time import Origin
from grids import planning
from grids.coverage import CellCoverage
from grids.planning import Ground, Post
from sql.queries import listed, queries

NOON, NIGHT = datetime.time(12, 0), datetime.time(23, 0)
MOST_POSTS = 3
TOLD = ("fire_station", "medical_point")
"""Posts of nobody's team, of which the nearest of each kind is named: they are told, never commanded."""

_sql = queries("run_sheet")


class NoCell(LookupError):
    """A cell asked for is not in the area."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"there is no cell {code}")


class ByDay(NamedTuple):
    """Something at noon and at night."""

    day: Any
    night: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit, its call sign being its code. ``shifts`` are when its roster has people: (starts, hours)."""

    code: str
    name_zh: str
    name_en: str
    team: str
    post: str
    vehicle: str | None
    turnout_s: float
    phone: str | None
    shifts: tuple[tuple[datetime.time, float], ...]

    def on_duty(self, at: datetime.time) -> bool:
        """Whether its roster has anybody at that hour of the day."""
        return any(_since(starts, at) < hours * 3600 for starts, hours in self.shifts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Everything the sheets of an area are made of. ``rows`` are those of the database by what they are."""

    area: Mapping[str, Any]
    ground: Ground
    teams: Mapping[str, Mapping[str, Any]]
    cells: Mapping[str, Mapping[str, Any]]
    contacts: Sequence[Mapping[str, Any]]
    spots: Sequence[Mapping[str, Any]]
    units: Sequence[Unit]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRow:
    """A team of the cell: the owner (rank 0) or a backup; ``eta_s`` is that of its first unit on duty."""

    rank: int
    team: Mapping[str, Any]
    eta_s: ByDay
    units: tuple[tuple[Unit, Post | None, ByDay], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRow:
    """A post near the cell, and the time of a crew that stands by there."""

    post: Post
    eta_s: ByDay


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One cell's sheet. ``told`` is its coverage by the posts; times are None where nobody is, or nobody comes."""

    code: str
    facts: Mapping[str, Any]
    shape: shapely.Geometry
    target_s: float
    told: ByDay  # of CellCoverage
    teams: tuple[TeamRow, ...]
    posts: tuple[PostRow, ...]
    contacts: tuple[Mapping[str, Any], ...]
    spots: tuple[Mapping[str, Any], ...]

    @property
    def owner(self) -> str:
        """The owning team's code."""
        return str(self.facts["teams"][0])


async def read(database: str, area: str | None = None) -> Book:
    """The area of that code, or the only one there is, today. Raises ``NoArea`` and ``NoNetwork``."""
    ground = await planning.read(database, area)
    day = ground.at.astimezone(ground.zone).date()
    connection = await asyncpg.connect(database)
    try:
        row = await _sql.area(connection, code=ground.code)
        teams = await listed(_sql.teams(connection, area=row["id"]))
        cells = await listed(_sql.cells(connection, area=row["id"], day=day))
        contacts = await listed(_sql.contacts(connection, area=row["id"], day=day))
        spots = await listed(_sql.places(connection, area=row["id"]))
        units = await listed(_sql.units(connection, area=row["id"]))
    finally:
        await connection.close()
    return Book(
        area=row,
        ground=ground,
        teams=MappingProxyType({each["code"]: each for each in teams}),
        cells=MappingProxyType({each["code"]: each for each in cells}),
        contacts=contacts,
        spots=spots,
        units=tuple(_unit(each) for each in units),
    )


def sheets(book: Book, codes: Sequence[str] = ()) -> list[Sheet]:
    """The sheets of these cells, or of all, in the order of their codes. Raises ``NoCell``."""
    for code in codes:
        if code not in book.cells:
            raise NoCell(code)
    times = ByDay(_times(book, NOON), _times(book, NIGHT))
    wanted = [cell for cell in book.ground.cells if not codes or cell.code in codes]
    return [_sheet(book, cell.code, cell.shape, cell.target_s, times) for cell in sorted(wanted, key=lambda c: c.code)]


def instant(book: Book, at: datetime.time) -> datetime.datetime:
    """That hour of the book's day, in the area's time."""
    return datetime.datetime.combine(book.ground.at.astimezone(book.ground.zone).date(), at, book.ground.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Times:
    """At one hour: the coverage of each cell, and from when everybody is at its point, by (post or unit, cell)."""

    told: Mapping[str, CellCoverage]
    eta_s: Mapping[tuple[str, str], float]


def _times(book: Book, hour: datetime.time) -> _Times:
    ground = replace(book.ground, at=instant(book, hour).astimezone(datetime.UTC))
    crews = planning.crews(ground)
    told = planning.cover(ground, crews)
    reached = [each for each in told.cells if each.point is not None]
    points = Points(ground.network, [each.point for each in reached if each.point is not None])
    standing = [*crews, *planning.crews(ground, TOLD), *_units_at_posts(book, hour)]
    times = field(ground.network, standing, points, at=ground.at, zone=ground.zone)
    return _Times(
        told={each.code: each for each in told.cells},
        eta_s=_by_names(times, [each.code for each in reached], ground.allowance_s),
    )


def _units_at_posts(book: Book, hour: datetime.time) -> list[Origin]:
    """The units on duty at that hour, at their posts with their vehicles: so a decision takes them without news."""
    posts = {post.code: post for post in book.ground.posts}
    return [
        Origin(
            id=_named(unit),
            lon=post.lon,
            lat=post.lat,
            vehicle=LonLat(post.lon, post.lat) if unit.vehicle else None,
            ready_after_s=unit.turnout_s,
        )
        for unit in book.units
        if unit.on_duty(hour) and (post := posts.get(unit.post)) is not None
    ]


def _by_names(times: Field, cells: Sequence[str], allowance_s: float) -> dict[tuple[str, str], float]:
    return {
        (origin, cell): seconds + allowance_s
        for origin, row in zip(times.origins, times.eta_s.tolist(), strict=True)
        for cell, seconds in zip(cells, row, strict=True)
        if isfinite(seconds)
    }


def _sheet(book: Book, code: str, shape: shapely.Geometry, target_s: float, times: ByDay) -> Sheet:
    facts = book.cells[code]
    inside = [spot for spot in book.spots if shapely.intersects_xy(shape, spot["lon"], spot["lat"])]
    return Sheet(
        code=code,
        facts=facts,
        shape=shape,
        target_s=target_s,
        told=ByDay(times.day.told[code], times.night.told[code]),
        teams=tuple(_team(book, rank, team, code, times) for rank, team in enumerate(facts["teams"])),
        posts=_posts(book, code, times),
        contacts=tuple(each for each in book.contacts if each["cell"] == code),
        spots=tuple(inside),
    )


def _team(book: Book, rank: int, team: str, cell: str, times: ByDay) -> TeamRow:
    posts = {post.code: post for post in book.ground.posts}
    rows = [(unit, posts.get(unit.post), _eta(times, _named(unit), cell)) for unit in book.units if unit.team == team]
    rows.sort(key=lambda row: (_last_if_none(row[2].day), _last_if_none(row[2].night), row[0].code))
    return TeamRow(
        rank=rank,
        team=book.teams[team],
        eta_s=ByDay(_first(eta.day for *_, eta in rows), _first(eta.night for *_, eta in rows)),
        units=tuple(rows),
    )


def _posts(book: Book, cell: str, times: ByDay) -> tuple[PostRow, ...]:
    """The nearest posts of teams at noon and at night, and the nearest of each kind that is only told."""
    rows = [PostRow(post=post, eta_s=_eta(times, post.code, cell)) for post in book.ground.posts]
    of_teams = [row for row in rows if row.post.of_a_team]
    named: list[PostRow] = []
    for hour in (0, 1):
        near = sorted(of_teams, key=lambda row: _last_if_none(row.eta_s[hour]))[:MOST_POSTS]
        named += [row for row in near if row.eta_s[hour] is not None and row not in named]
    for kind in TOLD:
        near = sorted((row for row in rows if row.post.kind == kind), key=lambda row: _last_if_none(row.eta_s.day))
        named += [row for row in near[:1] if row.eta_s != ByDay(None, None) and row not in named]
    return tuple(sorted(named, key=lambda row: (not row.post.of_a_team, _last_if_none(row.eta_s.day), row.post.code)))


def _eta(times: ByDay, who: str, cell: str) -> ByDay:
    return ByDay(times.day.eta_s.get((who, cell)), times.night.eta_s.get((who, cell)))


def _named(unit: Unit) -> str:
    """A unit among posts: both have codes, which may be the same."""
    return f"unit {unit.code}"


def _first(etas: Any) -> float | None:
    return min((eta for eta in etas if eta is not None), default=None)


def _last_if_none(eta_s: float | None) -> tuple[bool, float]:
    return (eta_s is None, eta_s or 0.0)


def _unit(row: Mapping[str, Any]) -> Unit:
    shifts = tuple(_shift(each) for each in row["shifts"])
    return Unit(**{**row, "turnout_s": float(row["turnout_s"]), "shifts": shifts})


def _shift(text: str) -> tuple[datetime.time, float]:
    starts, hours = text.split("+")
    return datetime.time.fromisoformat(starts), float(hours)


def _since(starts: datetime.time, at: datetime.time) -> float:
    """Seconds of the day from one hour to the other, over midnight if need be."""
    return (_seconds(at) - _seconds(starts)) % 86400


def _seconds(at: datetime.time) -> float:
    return at.hour * 3600 + at.minute * 60 + at.second
