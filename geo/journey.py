"""A journey: who travels, from where, by which legs, how long."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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
    WAIT = "wait"  # for a lift to open, or to be opened on request
    BOARD = "board"  # to stow the kit and start a standing vehicle
    LEAVE = "leave"  # to park and take the kit
    OFF_NETWORK = "off_network"  # through pathless ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """An end of a leg: a node with its names, or a point without a node (`node` None, the names say what it is)."""

    node: str | None
    name_zh: str
    name_en: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """The quickest way of one origin. `travel_s` is the sum of the legs' times; `eta_s` adds `ready_after_s` to it.

    `closed` are the closed edges on which the journey begins or ends: it passes along none, but somebody may have to
    go in, and must be told.
    """

    origin: str
    eta_s: float
    travel_s: float
    legs: tuple[Leg, ...]
    closed: tuple[str, ...] = ()


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
