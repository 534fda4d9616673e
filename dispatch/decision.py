"""A choice of units together with everything it rests on, so that it can be explained and replayed."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from msgspec import structs

from dispatch import refusal, selection
from dispatch.closure import ALL_OPEN, Book, Standing
from dispatch.doubt import Possible, differ, possible
from dispatch.run_card import WITHOUT_A_CARD, Need, RunCard
from dispatch.unit import Fix, Unit, Vehicle, believed_position, state
from geo.closure import Layer
from geo.coordinates import LonLat
from geo.doubt import on_way, parts, there
from geo.network import Network
from geo.obstacle import Obstacle, obstacles
from geo.snap import Snap
from geo.speed import NORMAL, Movement, SpeedProfile
from geo.travel_time import (
    OFF_NETWORK_LIMIT_M,
    VEHICLE_REACH_M,
    Journey,
    Leg,
    Mode,
    NetworkVersion,
    Origin,
    Unreachable,
    travel_times,
)


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A unit as it was seen: where, how that was known and since when, and how it would come.

    ``cut_by`` are the closures on the way that it would take if nothing were closed, and ``longer_s`` what they cost it
    (None where they leave no way at all). ``enters`` are closed edges on which its way begins or ends; ``kept_by`` is
    what leaves it no way.
    """

    weighed: selection.Weighed
    team: str
    position: Fix | None
    vehicle: LonLat | None = None
    movement: Movement | None = None
    legs: tuple[Leg, ...] = ()
    travel_s: float | None = None
    turnout_s: int = 0
    enters: tuple[str, ...] = ()
    cut_by: tuple[UUID, ...] = ()
    longer_s: float | None = None
    kept_by: tuple[Obstacle, ...] = ()


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision rests on; ``selection.recommend`` on it gives the same choice again.

    ``closures`` are those that applied at the instant, of all that the network version counts. ``doubt`` are the ways
    on which the patient may be where they make a great difference, the nearest, for which it was decided, first.
    """

    at: datetime
    destination: LonLat
    accuracy_m: float | None = None
    way: str | None = None
    needs: tuple[Need, ...]
    second_tier: tuple[Need, ...]
    units: tuple[Seen, ...]
    network_version: NetworkVersion
    closures: tuple[Standing, ...] = ()
    doubt: tuple[Possible, ...] = ()


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    inputs: Inputs
    choice: selection.Choice

    def seen(self, unit: UUID) -> Seen:
        """What was known of the unit. Raises ``KeyError``."""
        for each in self.inputs.units:
            if each.weighed.id == unit:
                return each
        raise KeyError(unit)


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What an incident asks for: where the patient is, and the people of the run card's two tiers.

    ``accuracy_m`` is how far from there they may be, None at a place that is known; ``way`` the one they are said to be
    on.
    """

    lon: float
    lat: float
    accuracy_m: float | None = None
    way: str | None = None
    needs: tuple[Need, ...]
    second_tier: tuple[Need, ...]


def demand(
    card: RunCard | None, lon: float, lat: float, *, accuracy_m: float | None = None, way: str | None = None
) -> Demand:
    """What the card asks for at the point; two first aiders where there is no card."""
    return Demand(
        lon=lon,
        lat=lat,
        accuracy_m=accuracy_m,
        way=way,
        needs=WITHOUT_A_CARD if card is None else card.needs,
        second_tier=() if card is None else card.second_tier,
    )


_NOBODY: Mapping[UUID, str] = MappingProxyType({})


def decide(
    demand: Demand,
    units: Sequence[Unit],
    *,
    here: frozenset[UUID] = frozenset(),
    declined: Mapping[UUID, str] = _NOBODY,
    network: Network,
    at: datetime,
    zone: ZoneInfo,
    profile: SpeedProfile = NORMAL,
    closures: Book = ALL_OPEN,
) -> Decision:
    """Times every unit that can be sent to the patient and chooses; ``here`` are the units already on the incident,
    ``declined`` those that declined it when they were last sent, with the reason they gave.

    ``closures`` are those that apply at ``at``.
    """
    ordered = sorted(units, key=lambda each: each.code)
    positions = {each.id: believed_position(each, at) for each in ordered}
    movable = [
        (each, fix)
        for each in ordered
        if (fix := positions[each.id]) is not None and each.people and each.id not in here
    ]
    point, setting_out = LonLat(demand.lon, demand.lat), origins(movable, network)
    patient = _patient(network, point, demand.accuracy_m, demand.way)
    timed = _timed(network, setting_out, patient, at=at, zone=zone, profile=profile, closures=closures)
    started = {each.id: each for each in setting_out}
    inputs = Inputs(
        at=at,
        destination=point,
        accuracy_m=demand.accuracy_m,
        way=demand.way,
        needs=demand.needs,
        second_tier=demand.second_tier,
        units=tuple(
            _seen(
                each,
                positions[each.id],
                at=at,
                here=here,
                declined=declined.get(each.id),
                origin=started.get(str(each.id)),
                timed=timed.get(str(each.id), _NOT_TIMED),
            )
            for each in ordered
        ),
        network_version=NetworkVersion(
            network=network.version,
            closures=closures.counter,
            conditions=profile.name,
            speeds=profile.version,
            at=at,
        ),
        closures=closures.closures,
    )
    inputs = _asked(inputs, network, setting_out, zone=zone, profile=profile)
    return Decision(inputs=inputs, choice=replay(inputs))


def origins(standing: Sequence[tuple[Unit, Fix]], network: Network) -> list[Origin]:
    """From where each of these units would set out and how: its id, its turnout, and where its vehicle stands."""
    by_road = _beside_a_road([fix for _, fix in standing], network)
    return [_origin(each, fix, beside) for (each, fix), beside in zip(standing, by_road, strict=True)]


def replay(inputs: Inputs) -> selection.Choice:
    """The choice that today's code makes on stored inputs."""
    return selection.recommend(inputs.needs, inputs.second_tier, [each.weighed for each in inputs.units])


def retimed(inputs: Inputs, network: Network, *, zone: ZoneInfo, profile: SpeedProfile) -> Inputs:
    """The inputs with every unit timed again, on their network version: the same times, legs and hindrances again,
    unless the code that times has changed, or somebody the inputs. Raises ``ValueError`` for another network or
    profile.
    """
    stamp = inputs.network_version
    if (network.version, profile.name) != (stamp.network, stamp.conditions):
        raise ValueError(
            f"network {network.version} under {profile.name} is not that of the decision, {stamp.network} under"
            f" {stamp.conditions}"
        )
    if stamp.speeds not in {"", profile.version}:  # decisions of the first release do not say
        raise ValueError(f"speeds {profile.version} are not those of the decision, {stamp.speeds}")
    setting_out = [
        Origin(
            id=str(each.weighed.id),
            lon=each.position.lon,
            lat=each.position.lat,
            vehicle=each.vehicle,
            ready_after_s=float(each.turnout_s),
            movement=each.movement,
        )
        for each in inputs.units
        if each.position is not None and each.weighed.people and not each.weighed.on_this_incident
    ]
    timed = _timed(
        network,
        setting_out,
        _patient(network, inputs.destination, inputs.accuracy_m, inputs.way),
        at=inputs.at,
        zone=zone,
        profile=profile,
        closures=Book(closures=inputs.closures),
    )
    units = (_taken(each, timed.get(str(each.weighed.id), _NOT_TIMED)) for each in inputs.units)
    inputs = structs.replace(inputs, units=tuple(units), doubt=())
    return _asked(inputs, network, setting_out, zone=zone, profile=profile)


def by_hand(decision: Decision, unit: UUID, *, advised: Collection[UUID], reason: str | None) -> None:
    """Whether an operator may send the unit: raises ``NobodyOn``, and ``ReasonRequired`` for one not ``advised``."""
    seen = decision.seen(unit).weighed
    if not seen.people:
        raise refusal.NobodyOn(field="unit", unit=seen.code)
    if unit not in advised and not reason:
        names = [each.code for each in decision.choice.verdicts if each.id in advised] or ["-"]
        raise refusal.ReasonRequired(
            field="reason", unit=seen.code, recommended=", ".join(names), detail={"recommended": names}
        )


def _patient(network: Network, point: LonLat, accuracy_m: float | None, way: str | None) -> LonLat | Snap:
    """Where to go: onto the way that was named, as long as the network has it there, else by the nearest one."""
    if way is None or way not in network.edge_index:
        return point
    snap = on_way(network, *point, way, OFF_NETWORK_LIMIT_M)
    return point if snap is None else there(snap, accuracy_m)


def _asked(
    inputs: Inputs, network: Network, setting_out: Sequence[Origin], *, zone: ZoneInfo, profile: SpeedProfile
) -> Inputs:
    """With the ways between which somebody should be asked to decide, each timed as if it were the one; none where one
    was named, or they make no great difference.
    """
    if isinstance(_patient(network, inputs.destination, inputs.accuracy_m, inputs.way), Snap):
        return inputs
    near = parts(network, *inputs.destination, inputs.accuracy_m, profile)
    if len(near) < 2:
        return inputs
    shut = Book(closures=inputs.closures).effect
    found: list[Possible] = []
    for each in near:
        patient = there(each.snap, inputs.accuracy_m)
        answers = travel_times(network, setting_out, patient, at=inputs.at, zone=zone, profile=profile, closures=shut)
        timed = {answer.origin: _Timed(answer) for answer in answers}
        units = tuple(_taken(seen, timed.get(str(seen.weighed.id), _NOT_TIMED)) for seen in inputs.units)
        found.append(possible(each, replay(structs.replace(inputs, units=units)), taken=not found))
    return structs.replace(inputs, doubt=tuple(found)) if differ([each.eta_s for each in found]) else inputs


def _beside_a_road(fixes: Sequence[Fix], network: Network) -> list[bool]:
    snaps = network.snap_index.nearest_on_road(
        np.array([fix.lon for fix in fixes]), np.array([fix.lat for fix in fixes])
    )
    return [snap is not None and snap.distance_m <= VEHICLE_REACH_M for snap in snaps]


def _origin(unit: Unit, fix: Fix, by_road: bool) -> Origin:
    return Origin(
        id=str(unit.id),
        lon=fix.lon,
        lat=fix.lat,
        vehicle=_vehicle(unit, fix, by_road),
        ready_after_s=float(unit.turnout_s),
        movement=Movement.MOTORBIKE if unit.vehicle is Vehicle.MOTORBIKE else Movement.CREW,
    )


def _vehicle(unit: Unit, fix: Fix, by_road: bool) -> LonLat | None:
    """Where the unit's vehicle stands: with the unit when it is by a road, else left at its post."""
    if unit.vehicle is None:
        return None
    if by_road:
        return LonLat(fix.lon, fix.lat)
    return None if unit.post_lon is None or unit.post_lat is None else LonLat(unit.post_lon, unit.post_lat)


class _Cut(NamedTuple):
    """The closures on the way that a unit would take if nothing were closed; see ``Seen``."""

    by: tuple[UUID, ...] = ()
    longer_s: float | None = None


class _Timed(NamedTuple):
    """How a unit comes, or why not; nothing of one that was not asked after."""

    answer: Journey | Unreachable | None
    cut: _Cut = _Cut()
    kept_by: tuple[Obstacle, ...] = ()


_NOT_TIMED = _Timed(answer=None)


def _timed(
    network: Network,
    setting_out: Sequence[Origin],
    patient: LonLat | Snap,
    *,
    at: datetime,
    zone: ZoneInfo,
    profile: SpeedProfile,
    closures: Book,
) -> dict[str, _Timed]:
    """Everybody's way to the patient, by their ids, or what keeps them."""
    shut = closures.effect
    answers = travel_times(network, setting_out, patient, at=at, zone=zone, profile=profile, closures=shut)
    kept = obstacles(network, setting_out, answers, patient, at=at, zone=zone, profile=profile, closures=shut)
    unhindered: Sequence[Journey | Unreachable] = ()
    if closures.closures:
        unhindered = travel_times(network, setting_out, patient, at=at, zone=zone, profile=profile)
    free = {answer.origin: answer for answer in unhindered}
    return {
        answer.origin: _Timed(
            answer,
            _cut(free[answer.origin], answer, closures) if free else _Cut(),
            kept.get(answer.origin, ()),
        )
        for answer in answers
    }


def _seen(
    unit: Unit,
    fix: Fix | None,
    *,
    at: datetime,
    here: frozenset[UUID],
    declined: str | None,
    origin: Origin | None,
    timed: _Timed,
) -> Seen:
    standing = Seen(
        weighed=selection.Weighed(
            id=unit.id,
            code=unit.code,
            state=state(unit, at),
            people=unit.people,
            on_this_incident=unit.id in here,
            declined=declined,
        ),
        team=unit.team,
        position=fix,
        vehicle=None if origin is None else origin.vehicle,
        movement=None if origin is None else origin.movement,
        turnout_s=unit.turnout_s,
    )
    return _taken(standing, timed)


def _taken(seen: Seen, timed: _Timed) -> Seen:
    """The unit with the way that it takes."""
    answer, cut, kept_by = timed
    journey = answer if isinstance(answer, Journey) else None
    return structs.replace(
        seen,
        weighed=structs.replace(
            seen.weighed,
            eta_s=None if journey is None else journey.eta_s,
            unreachable=answer.reason.value if isinstance(answer, Unreachable) else None,
        ),
        legs=() if journey is None else journey.legs,
        travel_s=None if journey is None else journey.travel_s,
        enters=() if journey is None else journey.closed,
        cut_by=cut.by,
        longer_s=cut.longer_s,
        kept_by=kept_by,
    )


LEAST_LONGER_S = 1.0


def _cut(free: Journey | Unreachable, answer: Journey | Unreachable, closures: Book) -> _Cut:
    """Which closures lie on the way that a unit would take if nothing were closed, and what they cost it."""
    if not isinstance(free, Journey):
        return _Cut()
    longer_s = answer.eta_s - free.eta_s if isinstance(answer, Journey) else None
    if longer_s is not None and longer_s < LEAST_LONGER_S:
        return _Cut()
    passed = {layer: _edges(free.legs, layer) for layer in (Layer.FOOT, Layer.VEHICLE)}
    on_the_way = tuple(
        each.id
        for each in closures.closures
        if any(each.effect.layer.covers(layer) and each.effect.edges & edges for layer, edges in passed.items())
    )
    return _Cut(on_the_way, longer_s) if on_the_way else _Cut()


def _edges(legs: Sequence[Leg], layer: Layer) -> set[str]:
    driven = layer is Layer.VEHICLE
    return {edge for leg in legs if (leg.mode is Mode.DRIVE) is driven for edge in leg.edges}


@cache
def code_version() -> str:
    """The release and a hash of the sources that decide, so that a stored decision names the code it came from."""
    root = Path(__file__).resolve().parent.parent
    files = [*sorted((root / "geo").glob("*.py")), *(root / "dispatch" / f"{name}.py" for name in _DECIDING)]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return f"{version('rescue-circle')}+{digest.hexdigest()[:12]}"


_DECIDING = ("closure", "decision", "doubt", "run_card", "selection", "unit")
