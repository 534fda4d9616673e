"""When lifts run: the delay one meets on reaching a lift at an instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import inf
from typing import NamedTuple
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, validate

from geo.closure import Closures, Layer
from geo.network import Edge, Lift, Network

LONGEST_WAIT_S = 1800.0  # a crew waits this long at most for a lift's first run; beyond, the lift is no way


class UnreadableHours(ValueError):
    """A lift's opening hours are not in the OSM grammar."""


class _Spell(NamedTuple):
    """A time through which a lift goes on running, or standing."""

    runs: bool
    since: datetime
    until: datetime


class _Now(NamedTuple):
    """While nothing changes: the delays of all lifts, and those that are shut."""

    spell: _Spell
    delays: tuple[float, ...]
    shut: tuple[int, ...]


_SPELLS_KEPT = 4
_FOREVER = datetime.max.replace(tzinfo=UTC)
_NEVER = _Spell(runs=False, since=_FOREVER, until=_FOREVER)


class LiftHours:
    """The hours of all lifts of a network, in one time zone, under the closures in force on foot.

    A lift opened on request by a closure runs at any hour with that delay. `number` gives the number of a lift by the
    id of its edge.
    """

    def __init__(self, network: Network, zone: ZoneInfo, closures: Closures) -> None:
        lifts = _lifts(network)
        shut, requests = closures.shut(Layer.FOOT), closures.on_request(Layer.FOOT)
        self.number = {edge.id: which for which, edge in enumerate(lifts)}
        self._lifts = tuple(edge.lift for edge in lifts if edge.lift is not None)
        self._closed = tuple(edge.id in shut for edge in lifts)
        self._request_s = tuple(requests.get(edge.id) for edge in lifts)
        self._hours = tuple(_hours(lift.opens, zone) for lift in self._lifts)
        self._now = _Now(_NEVER, (), ())

    def delays_s(self, at: datetime) -> tuple[float, ...]:
        """For each lift the seconds lost to its being shut at `at`: 0 open, the delay on request, or infinity."""
        return self._at(at).delays

    def steady_s(self, at: datetime) -> float:
        """For how many seconds after `at` whoever reaches a lift meets the delay of `delays_s`, negative for none."""
        return (self._at(at).spell.until - at).total_seconds() - LONGEST_WAIT_S

    def _at(self, at: datetime) -> _Now:
        """What holds of all lifts at that instant; kept until one of them opens or shuts."""
        if not self._now.spell.since <= at < self._now.spell.until:
            shut = tuple(which for which in range(len(self._lifts)) if not self.runs(which, at))
            delays = [0.0] * len(self._lifts)
            for which in shut:
                delays[which] = self.shut_delay_s(which)
            until = min((each.spell(at).until for each in set(self._hours)), default=_FOREVER)
            self._now = _Now(_Spell(runs=False, since=at, until=until), tuple(delays), shut)
        return self._now

    def runs(self, which: int, at: datetime) -> bool:
        """Whether the lift takes passengers at that instant without being asked."""
        request_s = self._request_s[which]
        if self._closed[which] or request_s is not None:
            return request_s == 0 and not self._closed[which]
        return self._hours[which].spell(at).runs

    def closed(self, which: int) -> bool:
        """Whether a closure or the conditions shut it, whatever its hours."""
        return self._closed[which]

    def shut_delay_s(self, which: int) -> float:
        """The delay of a lift outside its hours: infinity unless it is started on request."""
        lift, request_s = self._lifts[which], self._request_s[which]
        if self._closed[which]:
            return inf
        if request_s is not None:
            return request_s
        return lift.request_delay_s if lift.on_request else inf

    def delay_s(self, which: int, at: datetime) -> float:
        """The delay met on reaching the lift at `at`: waiting for its first run where that is soon, or on request."""
        if self.runs(which, at):
            return 0.0
        opens = self.opens_after(which, at)
        wait_s = (opens - at).total_seconds() if opens else inf
        return min(wait_s if wait_s <= LONGEST_WAIT_S else inf, self.shut_delay_s(which))

    def opens_after(self, which: int, at: datetime) -> datetime | None:
        """When a lift that is shut at `at` next opens by its hours, None if that is not known or a closure rules it."""
        if self._closed[which] or self._request_s[which] is not None:
            return None
        hours = self._hours[which]
        until = hours.spell(at).until
        return until if until != _FOREVER and hours.spell(until).runs else None

    def openings(self, at: datetime, within_s: float) -> list[datetime]:
        """The instants within that time after `at` at which a lift that is shut at `at` opens."""
        shut = self._at(at).shut
        until = at + timedelta(seconds=within_s)
        return sorted({opens for which in shut if (opens := self.opens_after(which, at)) and opens <= until})


def check_hours(lift: Lift) -> None:
    """Raise `UnreadableHours` when the lift's opening hours cannot be read."""
    _hours(lift.opens, ZoneInfo("UTC"))


@lru_cache(maxsize=16)
def _lifts(network: Network) -> tuple[Edge, ...]:
    return tuple(edge for edge in network.edges if edge.lift is not None)


class _Hours:
    """Opening hours in one time zone; the last answers are kept, of now and of when a crew gets there."""

    def __init__(self, opens: str, zone: ZoneInfo) -> None:
        self._hours, self._zone = OpeningHours(opens, timezone=zone), zone
        self._kept: list[_Spell] = []

    def spell(self, at: datetime) -> _Spell:
        """For how long from `at` on a lift goes on running, or standing."""
        for kept in self._kept:
            if kept.since <= at < kept.until:
                return kept
        local = at.astimezone(self._zone)
        change = self._hours.next_change(local)
        until = _FOREVER if change is None else change.astimezone(UTC)
        spell = _Spell(runs=self._hours.is_open(local), since=at, until=until)
        self._kept = [spell, *(kept for kept in self._kept if kept.until != until)][:_SPELLS_KEPT]
        return spell


@lru_cache(maxsize=1024)
def _hours(opens: str, zone: ZoneInfo) -> _Hours:
    if not validate(opens):
        raise UnreadableHours(f"opening hours {opens!r} are not in the OSM grammar, such as 'Mo-Fr 07:30-18:00'")
    return _Hours(opens, zone)


@lru_cache(maxsize=64)
def lift_hours(network: Network, zone: ZoneInfo, closures: Closures) -> LiftHours:
    """The hours of a network's lifts under these closures; kept, because every decision asks."""
    return LiftHours(network, zone, closures)
