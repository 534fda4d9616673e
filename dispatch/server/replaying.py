"""A stored decision replayed: its own inputs, on the ground of then, by the code of today."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import convert, structs

from dispatch import refusal
from dispatch.decision import Decision, Inputs, code_version, replay, retimed
from dispatch.replay import differences
from dispatch.selection import Choice
from dispatch.server import objects, wire
from dispatch.server.store import Area, Connection, incident_sql
from geo.conditions import profile_named
from geo.network import Network
from geo.profile import SpeedProfile, UnknownConditions
from geo.travel_time import NetworkVersion
from grids.network import network_of_version
from grids.speeds import current_speeds, speeds_of_version


async def replayed(connection: Connection, area: Area, decision: UUID) -> wire.Replay:
    """Raises ``NotFound``, and ``GroundGone`` where the decision's network or conditions are no longer known."""
    row = await incident_sql.stored_decision(connection, id=decision, area=area.id)
    if row is None:
        raise refusal.NotFound(what_zh="决策", what_en="decision", name=decision)
    stored = Decision(inputs=convert(row["inputs"], Inputs), choice=convert(row["result"], Choice))
    stamp = convert(row["network_version"], NetworkVersion)
    inputs = structs.replace(stored.inputs, network_version=stamp)
    network, profile = await _network(connection, area, stamp), await _profile(connection, area, stamp)
    inputs = retimed(inputs, network, zone=area.zone, profile=profile)
    again = Decision(inputs=inputs, choice=replay(inputs))
    return _answer(row, stored, again)


async def _network(connection: Connection, area: Area, stamp: NetworkVersion) -> Network:
    network = await network_of_version(connection, area.id, stamp.network)
    if network is None:
        raise refusal.GroundGone(what_zh="路网", what_en="network", name=stamp.network)
    return network


async def _profile(connection: Connection, area: Area, stamp: NetworkVersion) -> SpeedProfile:
    """Decisions of the first release do not say which speeds they went by; the area's present ones are tried."""
    speeds = (
        await speeds_of_version(connection, area.id, stamp.speeds)
        if stamp.speeds
        else await current_speeds(connection, area.id)
    )
    if speeds is None:
        raise refusal.GroundGone(what_zh="速度表", what_en="speeds", name=stamp.speeds)
    try:
        return profile_named(stamp.conditions, speeds)
    except UnknownConditions as error:
        raise refusal.GroundGone(what_zh="路况", what_en="conditions", name=stamp.conditions) from error


def _answer(row: Mapping[str, Any], stored: Decision, again: Decision) -> wire.Replay:
    found = differences(stored, again)
    return wire.Replay(
        decision=row["id"],
        incident=row["incident"],
        incident_number=row["number"],
        at=row["at"],
        same=not found,
        stored=_choice(stored.choice),
        recomputed=_choice(again.choice),
        differences=[wire.Difference(**structs.asdict(each)) for each in found],
        network_version=objects.network_version(again.inputs.network_version),
        closures=[each.id for each in again.inputs.closures],
        code_version=row["code_version"],
        code_version_now=code_version(),
    )


def _choice(choice: Choice) -> wire.ReplayedChoice:
    return wire.ReplayedChoice(
        chosen=[each.code for each in choice.verdicts if each.chosen],
        candidates=[
            wire.ReplayedUnit(
                unit=each.id,
                code=each.code,
                eta_s=None if each.eta_s is None else round(each.eta_s, 1),
                chosen=each.chosen,
                reason_code=each.why.value,
            )
            for each in choice.verdicts
        ],
    )
