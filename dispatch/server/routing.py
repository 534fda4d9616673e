"""The way of a unit to an incident as a line on the map, by the same times as a recommendation's."""

from uuid import UUID

from msgspec import structs

from dispatch import words
from dispatch.decision import Seen
from dispatch.seat import Act
from dispatch.selection import Why
from dispatch.server import choosing, locks, objects, standing, wire
from dispatch.server.ground import Ways
from dispatch.server.store import unit_rows
from dispatch.server.work import Work
from geo.journey import Leg
from geo.line import leg_line
from geo.network import Network


async def route(work: Work, incident_id: UUID, unit: str) -> wire.Route:
    """The way from where the unit is now; also of one that is under way. Raises ``NotFound``, ``UnknownCode`` and
    ``NotLocated``.
    """
    incident = await locks.see_incident(work, incident_id)
    scene = await choosing.scene_of(work, incident.id, incident.type, incident.priority)
    named = await standing.unit_named(work.connection, work.sender.seat, unit, Act.READ_UNITS)
    rows = await unit_rows(work.connection, work.area, [named.id])
    ways = await work.ground.ways(work.connection, work.area)
    decision = choosing.weigh(work, incident, scene, rows, ways)
    seen = decision.seen(named.id)
    return wire.Route(
        incident=incident.id,
        unit=named.id,
        unit_code=named.code,
        at=work.at,
        eta_s=seen.weighed.eta_s,
        travel_s=seen.travel_s,
        legs=[_leg(ways.network, each) for each in seen.legs],
        reason=_reason(work, seen, ways),
        obstacles=[objects.obstacle_object(each, ways.closures.closures) for each in seen.kept_by],
        network_version=objects.network_version(decision.inputs.network_version),
    )


def _leg(network: Network, leg: Leg) -> wire.RouteLeg:
    told = objects.leg_object(leg)
    line = [(round(lon, 6), round(lat, 6)) for lon, lat in leg_line(network, leg)]
    return wire.RouteLeg(**structs.asdict(told), edges=list(leg.edges), line=line)


def _reason(work: Work, seen: Seen, ways: Ways) -> str | None:
    """Why there is no way; None when there is one."""
    language = work.sender.language
    if seen.weighed.eta_s is not None:
        return None
    if seen.weighed.unreachable is not None:
        return objects.unreachable(seen, ways.closures.closures, work.area.zone, language)
    if not seen.weighed.people:
        return words.said(words.WHY[Why.OFF_DUTY], language)
    return words.said(("位置不明", "nobody knows where it is"), language)
