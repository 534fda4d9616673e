"""What a way of OpenStreetMap is to a crew: its tags as a class of edge, who may pass it which way, how a lift runs.

The rules are tables. They read tags as somebody who sends rescuers: a gate, a private road or a road for residents
only is open to them, what is signed shut to motor vehicles is not, unless it says `emergency=yes`; a bollard stops a
car. Feet go wherever they are not forbidden.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import radians, tan
from types import MappingProxyType

from opening_hours import validate

from geo.passage import Passage
from geo.speed import EdgeClass

Tags = Mapping[str, str]


class Dropped(StrEnum):
    """Why a way or a part of one is not in the network."""

    NOT_A_WAY = "not_a_way"  # of no kind that is driven, walked or ridden
    NOT_BUILT = "not_built"  # proposed, under construction, abandoned
    CLIMBING = "climbing"  # a via ferrata, or a route for mountaineers
    NO_ACCESS = "no_access"  # shut to feet and to vehicles
    TOO_SHORT = "too_short"  # fewer than two points
    MISSING_NODES = "missing_nodes"  # its nodes are not in the file
    OUTSIDE = "outside"  # outside the area
    ISLAND = "island"  # joined to nothing else
    NO_GEOMETRY = "no_geometry"
    UNKNOWN_CLASS = "unknown_class"


class Noted(StrEnum):
    """What was taken as something else, or assumed, for want of a fact."""

    HOURS_ASSUMED = "hours_assumed"
    HOURS_UNREADABLE = "hours_unreadable"
    SPEED_ASSUMED = "speed_assumed"
    HEADWAY_ASSUMED = "headway_assumed"
    MAX_SPEED_UNREADABLE = "max_speed_unreadable"
    ALTERNATING = "alternating"  # one way at a time, taken as both
    SKIERS_ONLY = "skiers_only"  # a lift nobody rides on foot: kept, but shut
    FREIGHT_ONLY = "freight_only"
    CARS_ON_FERRY = "cars_on_ferry"  # a ferry carries people here, never their car
    BARRIER = "barrier"  # a barrier that stops somebody became an edge of its own
    BARRIER_AT_JUNCTION = "barrier_at_junction"  # which way does it bar? taken as open
    LINKED = "linked"  # a station joined to the nearest way
    NO_HEIGHT = "no_height"  # the elevation model knows nothing of it
    STEPS_COUNTED = "steps_counted"  # its climb is that of its steps
    RIM = "rim"  # an area, of which the rim is walked
    CROSSING_APART = "crossing_apart"  # two lines cross without a common point: not joined


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftTraits:
    """How a lift runs as far as its tags say; `speed_mps` is used where no `ride_s` is given, a headway of None is one
    ride and a minute (two cabins that pass each other)."""

    ride_s: float | None
    speed_mps: float
    headway_s: float | None
    access_s: float
    exit_s: float
    opens: str
    on_request: bool = False
    request_delay_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What the tags of a way come to. `carried`: on a bridge or in a tunnel, not on the ground; `up` is the direction
    in which it climbs, where known (1 forward, -1 backward); `grade` the same as a slope."""

    edge_class: EdgeClass
    vehicle: Passage | None
    foot: Passage | None
    kind: str
    surface: str = ""
    max_speed_kmh: float | None = None
    steps: int | None = None
    up: int = 0
    grade: float | None = None
    carried: bool = False
    lift: LiftTraits | None = None
    name_zh: str = ""
    name_en: str = ""
    noted: tuple[Noted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What lifts are taken to do where their tags are silent."""

    hours: str = "08:00-17:00"
    access_s: float = 60.0
    exit_s: float = 30.0


# --- tables ---

ROADS = frozenset(
    {
        "motorway",
        "trunk",
        "primary",
        "secondary",
        "tertiary",
        "unclassified",
        "residential",
        "living_street",
        "service",
        "road",
        "track",
        "busway",
        "motorway_link",
        "trunk_link",
        "primary_link",
        "secondary_link",
        "tertiary_link",
    }
)
FOOTWAYS = frozenset({"footway", "pedestrian", "cycleway", "corridor", "platform", "sidewalk", "crossing"})
PATHS = frozenset({"path", "bridleway"})
NOT_BUILT = frozenset({"construction", "proposed", "planned", "abandoned", "disused", "razed", "dismantled"})
NO_FEET = frozenset({"motorway", "motorway_link"})
TOO_ROUGH = frozenset({"very_horrible", "impassable"})
PAVED = frozenset(
    {
        "paved",
        "asphalt",
        "concrete",
        "concrete:plates",
        "concrete:lanes",
        "paving_stones",
        "sett",
        "cobblestone",
        "unhewn_cobblestone",
        "stone",
        "bricks",
        "metal",
        "wood",
        "tiles",
        "chipseal",
    }
)
UNPAVED = frozenset(
    {
        "unpaved",
        "ground",
        "dirt",
        "earth",
        "gravel",
        "fine_gravel",
        "pebblestone",
        "grass",
        "mud",
        "sand",
        "rock",
        "snow",
        "ice",
        "woodchips",
        "compacted",
    }
)
MOUNTAINEERS = frozenset({"alpine_hiking", "demanding_alpine_hiking", "difficult_alpine_hiking"})

LIFTS: Mapping[str, tuple[EdgeClass, float, float | None]] = MappingProxyType(
    {
        "cable_car": (EdgeClass.CABLEWAY, 8.0, None),
        "gondola": (EdgeClass.CABLEWAY, 5.0, 20.0),
        "mixed_lift": (EdgeClass.CABLEWAY, 5.0, 20.0),
        "chair_lift": (EdgeClass.CABLEWAY, 2.3, 10.0),
        "drag_lift": (EdgeClass.CABLEWAY, 2.5, 10.0),
        "t-bar": (EdgeClass.CABLEWAY, 2.5, 10.0),
        "j-bar": (EdgeClass.CABLEWAY, 2.5, 10.0),
        "platter": (EdgeClass.CABLEWAY, 2.5, 10.0),
        "rope_tow": (EdgeClass.CABLEWAY, 2.0, 10.0),
        "magic_carpet": (EdgeClass.CABLEWAY, 0.7, 0.0),
        "zip_line": (EdgeClass.CABLEWAY, 10.0, 120.0),
        "goods": (EdgeClass.CABLEWAY, 3.0, None),
        "canopy": (EdgeClass.CABLEWAY, 2.3, 10.0),
        "yes": (EdgeClass.CABLEWAY, 3.0, 30.0),
        "funicular": (EdgeClass.RAIL, 5.0, None),
        "elevator": (EdgeClass.LIFT, 2.0, 30.0),
        "ferry": (EdgeClass.FERRY, 3.0, 1800.0),
    }
)
"""Line speed in metres a second and headway in seconds where the tags give none: usual values, all to be replaced by
the operator's own (assumptions, confidence A). Speeds of the cableways of the place: 6 m/s, headway 19 s."""

SKIERS_ONLY = frozenset({"drag_lift", "t-bar", "j-bar", "platter", "rope_tow", "zip_line"})
FREIGHT_ONLY = frozenset({"goods"})
UP_ONLY = frozenset({"magic_carpet"})
TOURIST_RAIL = frozenset({"monorail", "narrow_gauge", "light_rail", "rail", "miniature", "preserved"})

STOPS_CARS = frozenset(
    {
        "bollard",
        "block",
        "cycle_barrier",
        "stile",
        "kissing_gate",
        "turnstile",
        "full-height_turnstile",
        "motorcycle_barrier",
        "horse_stile",
        "jersey_barrier",
        "debris",
        "log",
        "planter",
        "bump_gate",
        "step",
        "bar",
    }
)
STOPS_NOBODY = frozenset(
    {
        "gate",
        "lift_gate",
        "swing_gate",
        "sliding_gate",
        "hampshire_gate",
        "toll_booth",
        "border_control",
        "entrance",
        "cattle_grid",
        "chain",
        "height_restrictor",
        "kerb",
        "bus_trap",
        "sally_port",
        "wicket_gate",
        "checkpoint",
        "spikes",
        "rope",
        "yes",
        "barrier_board",
    }
)

_YES = frozenset(
    {
        "yes",
        "designated",
        "permissive",
        "official",
        "destination",
        "customers",
        "delivery",
        "permit",
        "private",
        "residents",
        "agricultural",
        "forestry",
        "emergency",
        "public",
        "discouraged",
        "dismount",
        "service",
        "staff",
        "employees",
    }
)
_NO = frozenset({"no", "never", "unavailable"})


ASSUMED = Assumed()


def traits(tags: Tags, assumed: Assumed = ASSUMED) -> Traits | Dropped:
    """What the way is, or why it is nothing to a crew."""
    if "aerialway" in tags:
        return _lift(tags, tags["aerialway"], assumed)
    if tags.get("highway") == "elevator":
        return _lift(tags, "elevator", assumed)
    if tags.get("route") == "ferry" or tags.get("ferry") == "yes":
        return _lift(tags, "ferry", assumed)
    if tags.get("railway") == "funicular":
        return _lift(tags, "funicular", assumed)
    if tags.get("railway") in TOURIST_RAIL and tags.get("usage") == "tourism":
        return _lift(tags, "funicular", assumed)
    return _way(tags)


def _way(tags: Tags) -> Traits | Dropped:
    kind = tags.get("highway", "")
    edge_class = _class(kind, tags)
    if edge_class is None:
        return _why_not(kind, tags)
    driven, walked = _driven(kind, tags), _walked(kind, tags)
    if edge_class == EdgeClass.ROAD and driven is Passage.NONE:
        edge_class = EdgeClass.PATH if kind == "track" or tags.get("surface") in UNPAVED else EdgeClass.FLAGSTONE
    if edge_class != EdgeClass.ROAD:
        driven = Passage.NONE
    if driven is Passage.NONE and walked is Passage.NONE:
        return Dropped.NO_ACCESS
    max_speed, noted = _max_speed(tags)
    if tags.get("oneway") in {"alternating", "reversible"}:
        noted.append(Noted.ALTERNATING)
    if tags.get("area") == "yes":
        noted.append(Noted.RIM)
    return Traits(
        edge_class=edge_class,
        vehicle=None if driven is (Passage.BOTH if edge_class == EdgeClass.ROAD else Passage.NONE) else driven,
        foot=None if walked is Passage.BOTH else walked,
        kind=kind,
        surface=tags.get("surface", ""),
        max_speed_kmh=max_speed if edge_class == EdgeClass.ROAD else None,
        steps=_whole(tags.get("step_count")) if edge_class == EdgeClass.STAIRS else None,
        up=_up(tags),
        grade=_grade(tags),
        carried=_carried(tags),
        name_zh=_name_zh(tags),
        name_en=_name_en(tags),
        noted=tuple(noted),
    )


def _class(kind: str, tags: Tags) -> EdgeClass | None:
    if tags.get("sac_scale") in MOUNTAINEERS and kind in PATHS | FOOTWAYS:
        return None
    if kind in ROADS:
        return EdgeClass.ROAD
    if kind == "steps":
        return EdgeClass.STAIRS
    if kind in PATHS:
        return EdgeClass.FLAGSTONE if tags.get("surface") in PAVED else EdgeClass.PATH
    if kind in FOOTWAYS:
        return EdgeClass.PATH if tags.get("surface") in UNPAVED else EdgeClass.FLAGSTONE
    return None


def _why_not(kind: str, tags: Tags) -> Dropped:
    if kind in NOT_BUILT:
        return Dropped.NOT_BUILT
    if kind == "via_ferrata" or tags.get("sac_scale") in MOUNTAINEERS:
        return Dropped.CLIMBING
    return Dropped.NOT_A_WAY


def _driven(kind: str, tags: Tags) -> Passage:
    if not _allowed(tags, "access", "vehicle", "motor_vehicle", "motorcar", "emergency"):
        return Passage.NONE
    rough = tags.get("tracktype") == "grade5" or tags.get("smoothness") in TOO_ROUGH
    if rough and tags.get("emergency") not in _YES:
        return Passage.NONE
    if tags.get("oneway:emergency") == "no":
        return Passage.BOTH
    implied = "yes" if tags.get("junction") in {"roundabout", "circular"} or kind in NO_FEET else "no"
    return _ONEWAY.get(tags.get("oneway:motor_vehicle", tags.get("oneway", implied)), Passage.BOTH)


_ONEWAY: Mapping[str, Passage] = MappingProxyType(
    {
        "yes": Passage.FORWARD,
        "1": Passage.FORWARD,
        "true": Passage.FORWARD,
        "-1": Passage.BACKWARD,
        "reverse": Passage.BACKWARD,
    }
)


def _walked(kind: str, tags: Tags) -> Passage:
    if not _allowed(tags, "access", "foot", default=kind not in NO_FEET):
        return Passage.NONE
    match tags.get("oneway:foot", tags.get("conveying", "")):
        case "yes" | "1" | "forward":
            return Passage.FORWARD
        case "-1" | "backward":
            return Passage.BACKWARD
        case _:
            return Passage.BOTH


def _allowed(tags: Tags, *keys: str, default: bool = True) -> bool:
    """Whether the last of these keys that says anything allows it: the more special one counts."""
    for key in reversed(keys):
        said = tags.get(key)
        if said in _NO:
            return False
        if said in _YES:
            return True
    return default


def bars(tags: Tags) -> tuple[bool, bool]:
    """Whether a barrier at a node keeps out vehicles, and people on foot."""
    kind = tags.get("barrier", "")
    if not kind:
        return False, False
    cars = _allowed(tags, "access", "vehicle", "motor_vehicle", "motorcar", "emergency", default=kind not in STOPS_CARS)
    locked_out = tags.get("locked") == "yes" and tags.get("access") in _NO
    feet = _allowed(tags, "access" if locked_out else "-", "foot")
    return not cars, not feet


# --- lifts ---


def _lift(tags: Tags, kind: str, assumed: Assumed) -> Traits | Dropped:
    if kind not in LIFTS:
        return Dropped.NOT_BUILT if kind in NOT_BUILT else Dropped.NOT_A_WAY
    edge_class, speed_mps, usual_headway_s = LIFTS[kind]
    noted = []
    ride_s = _duration_s(tags.get("aerialway:duration") or tags.get("duration"), minutes=True)
    said_mps = _speed_mps(tags.get("aerialway:speed") or tags.get("speed"))
    if ride_s is None and said_mps is None:
        noted.append(Noted.SPEED_ASSUMED)
    headway_s = _headway_s(tags)
    if headway_s is None and usual_headway_s != 0.0:
        noted.append(Noted.HEADWAY_ASSUMED)
    opens, about_hours = _hours(tags, assumed)
    foot = Passage.BOTH
    if kind in SKIERS_ONLY or kind in FREIGHT_ONLY:
        foot = Passage.NONE
        noted.append(Noted.SKIERS_ONLY if kind in SKIERS_ONLY else Noted.FREIGHT_ONLY)
    elif kind in UP_ONLY or tags.get("oneway") in {"yes", "1"}:
        foot = Passage.FORWARD
    if not _allowed(tags, "access", "foot"):
        foot = Passage.NONE
    if kind == "ferry" and tags.get("motor_vehicle", tags.get("motorcar")) in _YES:
        noted.append(Noted.CARS_ON_FERRY)
    return Traits(
        edge_class=edge_class,
        vehicle=None,
        foot=None if foot is Passage.BOTH else foot,
        kind=kind,
        lift=LiftTraits(
            ride_s=ride_s,
            speed_mps=said_mps or speed_mps,
            headway_s=usual_headway_s if headway_s is None else headway_s,
            access_s=assumed.access_s,
            exit_s=assumed.exit_s,
            opens=opens,
        ),
        name_zh=_name_zh(tags),
        name_en=_name_en(tags),
        noted=(*noted, *about_hours),
    )


def _hours(tags: Tags, assumed: Assumed) -> tuple[str, tuple[Noted, ...]]:
    said = tags.get("opening_hours")
    if said is None:
        return assumed.hours, (Noted.HOURS_ASSUMED,)
    if not validate(said):
        return assumed.hours, (Noted.HOURS_UNREADABLE,)
    return said, ()


def _headway_s(tags: Tags) -> float | None:
    """Seconds between cabins: of a ferry `interval`; of a lift those its capacity an hour and its cabins' size give."""
    interval_s = _duration_s(tags.get("interval"), minutes=True)
    if interval_s is not None:
        return interval_s
    an_hour, a_cabin = _number(tags.get("aerialway:capacity")), _number(tags.get("aerialway:occupancy"))
    return 3600.0 * a_cabin / an_hour if an_hour and a_cabin else None


# --- values ---


def _number(text: str | None) -> float | None:
    match = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*", text or "")
    return float(match[1].replace(",", ".")) if match else None


def _whole(text: str | None) -> int | None:
    number = _number(text)
    return None if number is None else int(number)


def _duration_s(text: str | None, *, minutes: bool) -> float | None:
    """OSM's durations: minutes, or HH:MM, or HH:MM:SS, or as PT4M."""
    text = (text or "").strip()
    number = _number(text)
    if number is not None and minutes:
        return number * 60 or None
    clock = re.fullmatch(r"(\d+):(\d\d)(?::(\d\d))?", text)
    if clock:
        return int(clock[1]) * 3600.0 + int(clock[2]) * 60 + int(clock[3] or 0) or None
    iso = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", text)
    if iso and any(iso.groups()):
        return int(iso[1] or 0) * 3600.0 + int(iso[2] or 0) * 60 + int(iso[3] or 0) or None
    return None


def _speed_mps(text: str | None) -> float | None:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(m/s|km/h|kmh)?\s*", text or "")
    if match is None or float(match[1]) == 0:
        return None
    return float(match[1]) / (1.0 if match[2] == "m/s" else 3.6)


def _max_speed(tags: Tags) -> tuple[float | None, list[Noted]]:
    text = tags.get("maxspeed", "").strip()
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph)?", text)
    if match and float(match[1]) > 0:
        return float(match[1]) * (1.609344 if match[2] == "mph" else 1.0), []
    known = not text or re.fullmatch(r"none|signals|walk|variable|\w+:.*", text)
    return None, [] if known else [Noted.MAX_SPEED_UNREADABLE]


def _up(tags: Tags) -> int:
    match tags.get("incline", ""):
        case "up":
            return 1
        case "down":
            return -1
        case _:
            grade = _grade(tags)
            return 0 if not grade else 1 if grade > 0 else -1


def _grade(tags: Tags) -> float | None:
    match = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*(%|°)\s*", tags.get("incline", ""))
    if match is None:
        return None
    value = float(match[1])
    if match[2] == "%":
        return value / 100 if abs(value) <= 200 else None
    return tan(radians(value)) if abs(value) <= 60 else None


def _carried(tags: Tags) -> bool:
    """Not on the ground: a bridge, a tunnel, a gallery. A culvert carries water: the way above it is on the ground."""
    bridge, tunnel = tags.get("bridge", "no"), tags.get("tunnel", "no")
    return bridge != "no" or tunnel not in {"no", "culvert"}


def _name_zh(tags: Tags) -> str:
    return tags.get("name:zh") or tags.get("name:zh-Hans") or tags.get("name") or tags.get("ref", "")


def _name_en(tags: Tags) -> str:
    name = tags.get("name", "")
    return tags.get("name:en") or tags.get("int_name") or (name if name.isascii() else "") or tags.get("ref", "")


def names(tags: Tags) -> tuple[str, str]:
    """The names of a node, Chinese and English, empty where it has none."""
    return (_name_zh(tags), _name_en(tags)) if "name" in tags or "name:zh" in tags else ("", "")
