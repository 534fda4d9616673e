"""Who is on duty when: a repeating pattern, and the duties it makes, in the area's own days and hours."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import gcd, lcm
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from grids.sheet import Row
from sql.queries import queries

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

WEEKS_AHEAD = 5
FIRST_DAY = datetime.date(1970, 1, 1)
"""Day 0 of every cycle."""

Id = TypeVar("Id")

_sql = queries("roster")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern(Generic[Id]):
    """A member of a unit on one day of a cycle, every time the cycle comes round.

    ``starts`` is the clock on the area's wall, and so is the end, ``hours`` later: a night shift ends at the same time
    of day also when the clocks change in between.
    """

    unit: Id
    member: Id
    kit: tuple[str, ...]
    cycle_days: int
    cycle_day: int
    starts: datetime.time
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty(Generic[Id]):
    """A member in a unit with kit, from one instant up to another (UTC)."""

    unit: Id
    member: Id
    kit: tuple[str, ...]
    begins: datetime.datetime
    ends: datetime.datetime


def expand(patterns: Iterable[Pattern[Id]], zone: ZoneInfo, first: datetime.date, days: int) -> Iterator[Duty[Id]]:
    """The duties that begin on these days of the area, in the order of the days and of the patterns."""
    patterns = tuple(patterns)
    for number in range(days):
        day = first + datetime.timedelta(days=number)
        for pattern in patterns:
            if (day - FIRST_DAY).days % pattern.cycle_days == pattern.cycle_day:
                yield _duty(pattern, zone, day)


def monday(day: datetime.date) -> datetime.date:
    """The Monday of that day's week."""
    return day - datetime.timedelta(days=day.weekday())


async def extend(connection: Connection, area: UUID, at: datetime.datetime, weeks: int = WEEKS_AHEAD) -> int:
    """Fill the roster to ``weeks`` after ``at`` from the patterns; how many duties were added.

    Only days after the last one filled are written, so a duty changed by hand is never undone; called again it adds
    nothing.
    """
    row = await _sql.filled_until(connection, area=area)
    zone = ZoneInfo(row["time_zone"])
    today = at.astimezone(zone).date()
    first = today if row["last_begins"] is None else row["last_begins"].astimezone(zone).date() + _DAY
    last = today + datetime.timedelta(weeks=weeks)
    if first > last:
        return 0
    patterns = [_pattern(each) async for each in _sql.patterns(connection, area=area)]
    duties = list(expand(patterns, zone, max(first, today), (last - max(first, today)).days + 1))
    added = await _sql.add_duties(
        connection,
        area=area,
        units=[duty.unit for duty in duties],
        members=[duty.member for duty in duties],
        kits=[";".join(duty.kit) for duty in duties],
        begins=[duty.begins for duty in duties],
        ends=[duty.ends for duty in duties],
    )
    return int(added)


def pattern_of_row(row: Row, unit: Id, member: Id) -> Pattern[Id]:
    """A row of the roster's file as a value, for the unit and member as they are named here."""
    return Pattern(
        unit=unit,
        member=member,
        kit=tuple(row["kit"]),
        cycle_days=row["cycle_days"],
        cycle_day=row["cycle_day"],
        starts=datetime.time.fromisoformat(row["starts"]),
        hours=row["hours"],
    )


def overlap(one: Pattern[Id], other: Pattern[Id]) -> bool:
    """Whether the two are ever on duty at the same time. Cycles of different length meet on some day or never."""
    step = gcd(one.cycle_days, other.cycle_days) * _DAY_MINUTES
    begin, end = _minutes(one)
    other_begin, other_end = _minutes(other)
    turn = (begin - other_end) // step + 1  # the first of the other's turns that ends after this one begins
    return other_begin + turn * step < end


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of the cycle in which nobody is there."""

    day: int
    clock: str


def gaps(patterns: Sequence[Pattern[Id]]) -> list[Gap]:
    """The beginnings of all stretches of the cycle without anybody on duty. Empty: somebody is always there."""
    days = _common_cycle(patterns)
    minutes = days * _DAY_MINUTES
    manned = bytearray(minutes)
    for pattern in patterns:
        begin, end = _minutes(pattern)
        for first in range(begin, minutes, pattern.cycle_days * _DAY_MINUTES):
            here, over = min(first + end - begin, minutes), first + end - begin - minutes
            manned[first:here] = b"\1" * (here - first)
            if over > 0:  # the last shift of the cycle ends in the next
                manned[:over] = b"\1" * over
    begins = [] if manned[0] or (any(manned) and not manned[-1]) else [0]
    minute = manned.find(b"\1\0")
    while minute >= 0:
        begins.append(minute + 1)
        minute = manned.find(b"\1\0", minute + 1)
    return [
        Gap(day=begin // _DAY_MINUTES, clock=f"{begin % _DAY_MINUTES // 60:02d}:{begin % 60:02d}") for begin in begins
    ]


_DAY = datetime.timedelta(days=1)
_DAY_MINUTES = 24 * 60
_LONGEST_CYCLE_DAYS = 364


def _common_cycle(patterns: Sequence[Pattern[Id]]) -> int:
    """After how many days all cycles begin together again; a year at most is looked at."""
    return min(lcm(*(pattern.cycle_days for pattern in patterns)), _LONGEST_CYCLE_DAYS)


def _minutes(pattern: Pattern[Id]) -> tuple[int, int]:
    """When the shift begins and ends, in minutes of the cycle; the end may lie in the next."""
    begin = pattern.cycle_day * _DAY_MINUTES + pattern.starts.hour * 60 + pattern.starts.minute
    return begin, begin + round(pattern.hours * 60)


def _duty(pattern: Pattern[Id], zone: ZoneInfo, day: datetime.date) -> Duty[Id]:
    begins = datetime.datetime.combine(day, pattern.starts)
    ends = begins + datetime.timedelta(hours=pattern.hours)
    return Duty(
        unit=pattern.unit,
        member=pattern.member,
        kit=pattern.kit,
        begins=begins.replace(tzinfo=zone).astimezone(datetime.UTC),
        ends=ends.replace(tzinfo=zone).astimezone(datetime.UTC),
    )


def _pattern(row: asyncpg.Record) -> Pattern[UUID]:
    return Pattern(
        unit=row["unit"],
        member=row["member"],
        kit=tuple(row["kit"]),
        cycle_days=row["cycle_days"],
        cycle_day=row["cycle_day"],
        starts=datetime.time.fromisoformat(row["starts"]),
        hours=row["hours"],
    )
