"""The smallest group dispatched as one: who is on it, where it is believed to be, and whether it can be sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import cos, hypot, radians
from uuid import UUID

from dispatch import assignment


class Vehicle(StrEnum):
    CAR = "car"
    MOTORBIKE = "motorbike"


class PositionSource(StrEnum):
    DEVICE = "device"
    RADIO = "radio"
    POST = "post"
    INCIDENT = "incident"


class State(StrEnum):
    """What a screen says of a unit; everything but ``free`` keeps it from being recommended."""

    OFF_DUTY = "off_duty"
    FREE = "free"
    UNAVAILABLE = "unavailable"
    OUT_OF_CONTACT = "out_of_contact"
    NO_POSITION = "no_position"
    BUSY = "busy"


OLDEST_POSITION = timedelta(minutes=30)
"""A position away from the post that is older than this says nothing; the rule is ours, to be tuned in use."""

AT_POST_M = 150.0
"""A position this near to the post counts as standing at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A point somebody gave for a unit (EPSG:4326), and when it was true."""

    lon: float
    lat: float
    source: PositionSource
    at: datetime
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """The last assignment a unit ended on this duty: how far it went and where that was."""

    ended_at: datetime
    set_out: bool
    arrived: bool
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit as the rows tell of it at one instant; ``people`` holds each person's capabilities, kit included."""

    id: UUID
    code: str
    team: str
    vehicle: Vehicle | None
    turnout_s: int
    post_lon: float | None
    post_lat: float | None
    people: tuple[frozenset[str], ...] = ()
    duty_from: datetime | None = None
    available: bool = True
    in_contact: bool = True
    said_at_post_at: datetime | None = None
    fix: Fix | None = None
    errand: Errand | None = None
    open_assignment: assignment.State | None = None
    in_exercise: bool = False
    gone: bool = False
    """To an incident by word of the radio, without an order."""


def as_seen_by(unit: Unit, *, exercise: bool) -> Unit:
    """The unit as an incident sees it: to a real one, who is busy in an exercise only is free."""
    free = gives_way(in_exercise=unit.in_exercise, to_exercise=exercise)
    return replace(unit, open_assignment=None) if free else unit


def gives_way(*, in_exercise: bool, to_exercise: bool) -> bool:
    """Whether what a unit does is called off for an incident: a drill, for a real one."""
    return in_exercise and not to_exercise


def capabilities(people: Sequence[frozenset[str]]) -> dict[str, int]:
    """How many of the people hold each capability."""
    counts: dict[str, int] = {}
    for person in people:
        for capability in person:
            counts[capability] = counts.get(capability, 0) + 1
    return dict(sorted(counts.items()))


def persons(members: Sequence[Sequence[str]], kit: Sequence[str]) -> tuple[frozenset[str], ...]:
    """Each person's own capabilities together with what the unit carries: an AED in the kit serves its first aiders."""
    return tuple(frozenset(own) | frozenset(kit) for own in members)


def believed_position(unit: Unit, at: datetime) -> Fix | None:
    """Where the unit is taken to be: the newest of what was reported, where it was last sent, or its post.

    None when it is off its post and nobody knows where, or when what is known is older than ``OLDEST_POSITION``.
    """
    since = max((each for each in (unit.duty_from, unit.said_at_post_at) if each is not None), default=None)
    latest = _newest(unit, since)
    if latest is None:
        return _post(unit, since)
    if isinstance(latest, Errand):
        return None
    if _at_post(unit, latest):
        return latest
    return latest if at - latest.at <= OLDEST_POSITION else None


def _newest(unit: Unit, since: datetime | None) -> Fix | Errand | None:
    """The newest thing known since the duty began or the unit was last said to be at its post."""
    known: list[tuple[datetime, Fix | Errand]] = []
    if unit.fix is not None:
        known.append((unit.fix.at, unit.fix))
    if unit.errand is not None and unit.errand.set_out:
        known.append((unit.errand.ended_at, _arrival(unit.errand) or unit.errand))
    known = [each for each in known if since is None or each[0] >= since]
    return max(known, key=lambda each: each[0])[1] if known else None


def _arrival(errand: Errand) -> Fix | None:
    if not errand.arrived or errand.lon is None or errand.lat is None:
        return None
    return Fix(lon=errand.lon, lat=errand.lat, source=PositionSource.INCIDENT, at=errand.ended_at)


def _post(unit: Unit, since: datetime | None) -> Fix | None:
    if unit.post_lon is None or unit.post_lat is None or since is None:
        return None
    return Fix(lon=unit.post_lon, lat=unit.post_lat, source=PositionSource.POST, at=since)


def _at_post(unit: Unit, fix: Fix) -> bool:
    if unit.post_lon is None or unit.post_lat is None:
        return False
    east = (fix.lon - unit.post_lon) * cos(radians(fix.lat)) * 111_320
    north = (fix.lat - unit.post_lat) * 111_320
    return hypot(east, north) <= AT_POST_M


def state(unit: Unit, at: datetime) -> State:
    """Whether the unit can be sent now, and if not, the first thing that keeps it."""
    if unit.open_assignment is not None or unit.gone:
        return State.BUSY
    if not unit.people:
        return State.OFF_DUTY
    if not unit.available:
        return State.UNAVAILABLE
    if not unit.in_contact:
        return State.OUT_OF_CONTACT
    if believed_position(unit, at) is None:
        return State.NO_POSITION
    return State.FREE
