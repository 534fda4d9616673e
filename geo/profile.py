"""What travel times are made of: figures of each kind of mover, factors of named conditions, and one choice of both."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from math import inf

import msgspec

SEPARATOR = "+"
NORMAL_NAME = "normal"
NORMAL_WORDS = ("正常", "normal")


class BrokenSpeeds(ValueError):
    """A figure or factor does not fit; `name` is its, `fact` what is wrong with it."""

    def __init__(self, name: str, fact: str) -> None:
        self.name = name
        self.fact = fact
        super().__init__(f"{name} {fact}")


class UnknownConditions(LookupError):
    """No conditions of that name; `known` are those there are."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name = name
        self.known = known
        super().__init__(f"there are no conditions {name!r}; there are: {', '.join(known)}")


class Movement(StrEnum):
    """Who moves. A unit on foot is a crew without a vehicle."""

    CREW = "crew"  # responders with kit, driving a car or on foot
    MOTORBIKE = "motorbike"  # the same, riding a motorbike
    LOADED = "loaded"  # responders with 20 kg each: ropes, fire pumps
    STRETCHER = "stretcher"  # eight who carry a patient in turns
    VISITOR = "visitor"  # people led out, at a visitor's pace


class Way(StrEnum):
    """What conditions slow: driving by vehicle, going on foot by class of way, and getting into a lift."""

    CAR = "car"
    MOTORBIKE = "motorbike"
    ROAD = "road"  # on foot
    FLAGSTONE = "flagstone"
    STAIRS = "stairs"
    TRAIL = "trail"
    PATH = "path"
    OFF_NETWORK = "off_network"
    STATION = "station"  # access to and exit from a lift, never its ride


class PathModel(StrEnum):
    """Which hill function times unpaved paths."""

    TOBLER = "tobler"
    IRMISCHER_CLARKE = "irmischer_clarke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with what it rests on. Confidence: H high, M medium, L low, A assumption."""

    value: float
    unit: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How one kind of mover moves in daylight on dry ways. `geo.speed` has the formulae. Raises `BrokenSpeeds`."""

    road_mps: Figure  # on a level, straight park road
    road_climb_m: Figure  # metres of level road that cost as much as a metre up
    road_descend_m: Figure  # or down
    hairpin_s: Figure  # for every 180 degrees of tight bends
    level_mps: Figure
    climb_mps: Figure  # height a second on stairs, everything counted
    descend_mps: Figure
    path_factor: Figure  # times the hill function's seconds
    off_network_mps: Figure
    leave_vehicle_s: Figure
    board_vehicle_s: Figure
    station_factor: Figure  # times a lift's access and exit
    queue_s: Figure  # before a lift
    path_model: PathModel = PathModel.TOBLER

    def __post_init__(self) -> None:
        for name, figure in self.items():
            if not lowest(name) <= figure.value < inf:
                raise BrokenSpeeds(name, f"is {figure.value}, not a number of at least {lowest(name):g}")
        for name in RATES:
            rate, most = getattr(self, name).value, STAIR_GRADIENT * self.level_mps.value
            if rate > most:
                raise BrokenSpeeds(name, f"is {rate}: stairs would be faster than level ground (at most {most:.3g})")

    def items(self) -> tuple[tuple[str, Figure], ...]:
        """The figures by name."""
        return tuple((each.name, getattr(self, each.name)) for each in fields(self) if each.name != "path_model")


STAIR_GRADIENT = 0.5  # of stone stairs: 15 cm of rise on 30 cm of tread
SLOWEST = 1e-3
RATES = ("climb_mps", "descend_mps")


def lowest(figure: str) -> float:
    """The least that a figure of that name may be: what is divided by must not be 0."""
    return SLOWEST if figure.endswith(("_mps", "_factor")) else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What slows everybody for a while, under a name: factors on time, 1 or more; what is not named is not slowed.

    Of several conditions of one `kind` (rain and storm are both weather) the larger factor counts; those of different
    kinds multiply. `closes` names classes of edges (`cableway`), vehicles that stay where they are (`car`,
    `motorbike`), or single edges by id. Raises `BrokenSpeeds`.
    """

    name: str
    kind: str
    name_zh: str
    name_en: str
    factors: tuple[tuple[Way, Figure], ...] = ()
    queue_s: Figure | None = None  # more seconds before a lift, priority lane or not
    closes: frozenset[str] = frozenset()
    closes_source: str = ""

    def __post_init__(self) -> None:
        if not self.name or SEPARATOR in self.name or self.name == NORMAL_NAME:
            raise BrokenSpeeds(repr(self.name), "is no name for conditions")
        for way, figure in self.factors:
            if not 1.0 <= figure.value < inf:
                raise BrokenSpeeds(way, f"has the factor {figure.value} in {self.name}, not a number of at least 1")
        if self.queue_s is not None and not 0.0 <= self.queue_s.value < inf:
            raise BrokenSpeeds("queue_s", f"is {self.queue_s.value} in {self.name}, not a number of at least 0")

    def factor(self, way: Way) -> float:
        """The factor of a way, 1 where none is given."""
        return next((figure.value for each, figure in self.factors if each == way), 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speeds:
    """All figures and all named conditions of an area. Keep it: its hash is made once, and compiled graphs with it."""

    figures: tuple[tuple[Movement, Figures], ...]
    conditions: tuple[Conditions, ...] = ()
    road_kinds: tuple[tuple[str, Figure], ...] = ()  # m/s by OSM's `highway=*`; without a kind, it is a park road
    surfaces: tuple[tuple[str, Figure], ...] = ()  # the most m/s by OSM's `surface=*`
    step_rise_m: Figure
    version: str = field(init=False)  # a hash of the content

    def __post_init__(self) -> None:
        missing = [each for each in Movement if each not in dict(self.figures)]
        if missing:
            raise BrokenSpeeds(", ".join(missing), "have no figures")
        for name, figure in (*self.road_kinds, *self.surfaces, ("step_rise_m", self.step_rise_m)):
            if not 0.0 < figure.value < inf:
                raise BrokenSpeeds(name, f"is {figure.value}, not a number above 0")
        object.__setattr__(self, "version", hashlib.sha256(_content(self)).hexdigest()[:12])

    def __hash__(self) -> int:
        return hash(self.version)

    def of(self, movement: Movement) -> Figures:
        """The figures of that kind of mover."""
        return dict(self.figures)[movement]

    def named(self, name: str) -> Conditions:
        """The conditions of that name. Raises `UnknownConditions`."""
        found = self.by_name.get(name)
        if found is None:
            raise UnknownConditions(name, tuple(sorted(self.by_name)))
        return found

    @property
    def by_name(self) -> Mapping[str, Conditions]:
        return {each.name: each for each in self.conditions}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedProfile:
    """The speeds of one kind of mover under the conditions of the hour: what a travel time is asked with.

    `name` (`normal`, `night+rain`) is stored with every decision, `version` says which figures were meant by it.
    """

    speeds: Speeds
    movement: Movement = Movement.CREW
    conditions: tuple[Conditions, ...] = ()  # in the order of their names
    figures: Figures = field(init=False, repr=False, compare=False)
    factors: Mapping[Way, float] = field(init=False, repr=False, compare=False)
    queue_s: float = field(init=False, compare=False)
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ordered = tuple(sorted(set(self.conditions), key=lambda each: each.name))
        queues: dict[str, float] = {}
        for each in ordered:
            more_s = 0.0 if each.queue_s is None else each.queue_s.value
            queues[each.kind] = max(more_s, queues.get(each.kind, 0.0))
        figures = self.speeds.of(self.movement)
        object.__setattr__(self, "conditions", ordered)
        object.__setattr__(self, "figures", figures)
        object.__setattr__(self, "factors", {way: _factor(ordered, way) for way in Way})
        object.__setattr__(self, "queue_s", figures.queue_s.value + sum(queues.values()))
        object.__setattr__(self, "_hash", hash((self.speeds, self.movement, self.name)))

    def __hash__(self) -> int:
        return self._hash

    @property
    def name(self) -> str:
        """The names of the conditions, whatever the order they were given in."""
        return SEPARATOR.join(each.name for each in self.conditions) or NORMAL_NAME

    @property
    def version(self) -> str:
        """Which figures and factors these are."""
        return self.speeds.version

    @property
    def words(self) -> tuple[str, str]:
        """What people call the conditions, Chinese and English."""
        if not self.conditions:
            return NORMAL_WORDS
        return "、".join(each.name_zh for each in self.conditions), ", ".join(each.name_en for each in self.conditions)

    @property
    def leave_vehicle_s(self) -> Figure:
        return self.figures.leave_vehicle_s

    @property
    def board_vehicle_s(self) -> Figure:
        return self.figures.board_vehicle_s

    @property
    def vehicle(self) -> Way:
        """What the mover drives, if it drives."""
        return Way.MOTORBIKE if self.movement == Movement.MOTORBIKE else Way.CAR

    @property
    def closes(self) -> frozenset[str]:
        """What the conditions close."""
        return frozenset().union(*(each.closes for each in self.conditions))

    @property
    def drives(self) -> bool:
        """Whether vehicles of this kind move at all."""
        return self.vehicle not in self.closes

    def under(self, *conditions: Conditions) -> SpeedProfile:
        """The same mover under these conditions too: no order, and none counts twice."""
        return replace(self, conditions=(*self.conditions, *conditions))

    def moving(self, movement: Movement) -> SpeedProfile:
        """Another kind of mover under the same conditions."""
        return self if movement == self.movement else replace(self, movement=movement)


def _content(speeds: Speeds) -> bytes:
    """Everything that a time can depend on, whatever the order it was given in."""
    pairs = [sorted(each, key=lambda pair: pair[0]) for each in (speeds.figures, speeds.road_kinds, speeds.surfaces)]
    named = [
        (replace(each, closes=frozenset(), factors=()), sorted(each.factors, key=lambda pair: pair[0]))
        for each in sorted(speeds.conditions, key=lambda each: each.name)
    ]
    closes = [sorted(each.closes) for each in sorted(speeds.conditions, key=lambda each: each.name)]
    return msgspec.json.encode((pairs, named, closes, speeds.step_rise_m))


def _factor(conditions: tuple[Conditions, ...], way: Way) -> float:
    by_kind: dict[str, float] = {}
    for each in conditions:
        by_kind[each.kind] = max(each.factor(way), by_kind.get(each.kind, 1.0))
    product = 1.0
    for kind in sorted(by_kind):
        product *= by_kind[kind]
    return product
