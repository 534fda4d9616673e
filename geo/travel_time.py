"""How long each unit needs to a point, and by which legs: the one function behind dispatch, maps and plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from geo.coordinates import LonLat
from geo.network import Network
from geo.snap import Snap
from geo.speed import NORMAL, SpeedProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Someone who may travel.

    `vehicle` is where their vehicle stands: None on foot, their own `lon, lat` if they sit in it, another point if they
    must walk (or ride a lift) to it first. A vehicle further than `VEHICLE_REACH_M` from any road cannot be driven.
    `ready_after_s` is turnout plus busy-until: when they start, counted from `at`.
    """

    id: str
    lon: float
    lat: float
    vehicle: LonLat | None = None
    ready_after_s: float = 0.0


class Mode(StrEnum):
    """How a leg is travelled."""

    DRIVE = "drive"
    WALK = "walk"
    CABLEWAY = "cableway"
    LIFT = "lift"
    RAIL = "rail"
    WAIT = "wait"  # for a lift to open, or to be opened on request
    BOARD = "board"  # to reach a standing vehicle and start it
    LEAVE = "leave"  # to park and take the kit
    OFF_NETWORK = "off_network"  # through pathless ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """An end of a leg: a node with its names, or a point without a node (`node` None, names say what it is)."""

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
    """The quickest way of one origin. `travel_s` is the sum of the legs' times; `eta_s` adds `ready_after_s` to it."""

    origin: str
    eta_s: float
    travel_s: float
    legs: tuple[Leg, ...]


class Reason(StrEnum):
    """Why there is no journey."""

    NO_WAY = "no_way"  # nothing open joins the two
    ORIGIN_OFF_NETWORK = "origin_off_network"  # further than OFF_NETWORK_LIMIT_M from any way
    DESTINATION_OFF_NETWORK = "destination_off_network"
    ORIGIN_CLOSED = "origin_closed"  # on a closed edge
    DESTINATION_CLOSED = "destination_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """There is no journey for this origin, and why: never a time of 0, never a silent infinity."""

    origin: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkVersion:
    """What travel times rest on; stored with every decision."""

    network: str  # Network.version
    closures: int  # how many changes of closures had been applied
    conditions: str  # SpeedProfile.name
    at: datetime


OFF_NETWORK_LIMIT_M = 2000.0  # beyond, a straight line over cliffs says nothing
VEHICLE_REACH_M = 100.0  # what a car park and the error of a position explain


def travel_times(
    network: Network,
    origins: Sequence[Origin],
    destination: LonLat | Snap,
    *,
    at: datetime,
    zone: ZoneInfo,
    profile: SpeedProfile = NORMAL,
    closed: frozenset[str] = frozenset(),
    opened: frozenset[str] = frozenset(),
) -> tuple[Journey | Unreachable, ...]:
    """The quickest journey of every origin to one point, in the order of the origins.

    `destination` is a WGS-84 point or a position already chosen on the network (of the alternatives of `snaps`). `at`
    is aware; lift hours are read in `zone`. `closed` edges do not exist; `opened` lifts run whatever their hours.
    """
    raise NotImplementedError
