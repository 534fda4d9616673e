"""A journey: who travels, from where, by which legs, how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

import msgspec

from geo.coordinates import LonLat
from geo.profile import Movement


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Someone who may travel.

    `vehicle` is where their vehicle stands: None on foot, their own `lon, lat` if they sit in it, another point if they
    must walk (or ride a lift) to it first. A vehicle further than `VEHICLE_REACH_M` from any road cannot be driven.
    `ready_after_s` is turnout plus busy-until: when they start, counted from `at`. `movement` says how they move, None
    as the question's profile has it.
    """

    id: str
    lon: float
    lat: float
    vehicle: LonLat | None = None
    ready_after_s: float = 0.0
    movement: Movement | None = None


class Mode(StrEnum):
    """How a leg is travelled."""

    DRIVE = "drive"
    WALK = "walk"
    CABLEWAY = "cableway"
    LIFT = "lift"
    RAIL = "rail"
    FERRY = "ferry"
    WAIT = "wait"  # for a lift to open, or to be opened on request
    BOARD = "board"  # to stow the kit and start a standing vehicle
    LEAVE = "leave"  # to park and take the kit
    OFF_NETWORK = "off_network"  # through pathless ground


LIFT_MODES = frozenset({Mode.CABLEWAY, Mode.LIFT, Mode.RAIL, Mode.FERRY})


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """An end of a leg: a node with its names, or a point without a node (`node` None, the names say what it is)."""

    node: str | None
    name_zh: str
    name_en: str
    lon: float
    lat: float


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of a journey in one mode. `edges` are the ids it follows, in order (a part of the first and last)."""

    mode: Mode
    start: Stop
    end: Stop
    length_m: float
    ascent_m: float
    descent_m: float
    time_s: float
    edges: tuple[str, ...] = ()

    @property
    def climb_m(self) -> float:
        """Net height gained, negative when the leg goes down."""
        return self.ascent_m - self.descent_m


class Drawn(NamedTuple):
    """A journey's legs, and the shut edges on which it begins or ends."""

    legs: tuple[Leg, ...]
    closed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Journey:
    """The quickest way of one origin. `travel_s` is the sum of the legs' times; `eta_s` adds `ready_after_s` to it.

    Its legs are drawn when they are first asked for.
    """

    origin: str
    eta_s: float
    travel_s: float
    draw: Callable[[], Drawn] = field(repr=False)

    @cached_property
    def _drawn(self) -> Drawn:
        return self.draw()

    @property
    def legs(self) -> tuple[Leg, ...]:
        """The legs, in the order in which they are travelled."""
        return self._drawn.legs

    @property
    def closed(self) -> tuple[str, ...]:
        """The shut edges on which the journey begins or ends: it passes along none, but somebody may have to go in, and
        must be told."""
        return self._drawn.closed

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Journey):
            return NotImplemented
        return (self.origin, self.eta_s, self.travel_s, self._drawn) == (
            other.origin,
            other.eta_s,
            other.travel_s,
            other._drawn,
        )

    __hash__ = None  # type: ignore[assignment]  # drawn late, so it is nobody's key


class Reason(StrEnum):
    """Why there is no journey."""

    NO_WAY = "no_way"  # nothing open joins the two
    ORIGIN_OFF_NETWORK = "origin_off_network"  # further than OFF_NETWORK_LIMIT_M from any way
    DESTINATION_OFF_NETWORK = "destination_off_network"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """There is no journey for this origin, and why: never a time of 0, never a silent infinity."""

    origin: str
    reason: Reason
