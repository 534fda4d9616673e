"""The way of a unit to an incident as a line on the map, by the same times as a recommendation's."""

from uuid import UUID

from msgspec import structs

from dispatch import refusal, words
from dispatch.decision import Seen
from dispatch.seat import About, Act
from dispatch.selection import Why
from dispatch.server import choosing, locks, objects, standing, wire
from dispatch.server.ground import Ways
from dispatch.server.store import unit_rows
from dispatch.server.work import Work
from geo.journey import Leg
from geo.line import leg_line
from geo.turns import Piece, pieces


async def route(work: Work, incident_id: UUID, unit: str) -> wire.Route:
    """The way from where the unit is now; also of one that is under way. Who may not read all ways, a crew, reads that
    of its own unit to the incident whose order it has. Raises ``NotFound``, ``UnknownCode``, ``Forbidden`` and
    ``NotLocated``.
    """
    seat = work.sender.seat
    named = await standing.unit_named(work.connection, seat, unit, Act.READ_UNITS)
    ordered = named.holder is not None and named.holder.incident == incident_id
    if not (seat.may(Act.READ_ROUTES) or (ordered and seat.may(Act.READ_ORDERS, About(area=seat.area, unit=named.id)))):
        raise refusal.Forbidden(role=seat.role)
    incident = await locks.see_incident(work, incident_id)
    scene = await choosing.scene_of(work, incident.id, incident.type, incident.priority)
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
        legs=[_leg(ways, seen, each) for each in seen.legs],
        reason=_reason(work, seen, ways),
        obstacles=[objects.obstacle_object(each, ways.closures.closures) for each in seen.kept_by],
        network_version=objects.network_version(decision.inputs.network_version),
    )


def _leg(ways: Ways, seen: Seen, leg: Leg) -> wire.RouteLeg:
    told = objects.leg_object(leg)
    line = [(round(lon, 6), round(lat, 6)) for lon, lat in leg_line(ways.network, leg)]
    profile = ways.profile if seen.movement is None else ways.profile.moving(seen.movement)
    parts = pieces(ways.network, leg, profile=profile, closures=ways.closures.effect)
    return wire.RouteLeg(
        **structs.asdict(told), edges=list(leg.edges), line=line, turns=[_turn(each) for each in parts]
    )


def _turn(piece: Piece) -> wire.RouteTurn:
    edge = piece.edge
    return wire.RouteTurn(
        turn=piece.turn,
        point=wire.Point(lon=round(piece.at.lon, 7), lat=round(piece.at.lat, 7)),
        kind=None if edge is None else edge.edge_class.value,
        name_zh="" if edge is None else edge.name_zh,
        name_en="" if edge is None else edge.name_en,
        length_m=round(piece.length_m, 1),
        climb_m=round(piece.ascent_m, 1),
        descent_m=round(piece.descent_m, 1),
        time_s=round(piece.time_s, 1),
    )


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
