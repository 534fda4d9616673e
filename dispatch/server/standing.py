"""How units stand: which one is meant and who has it, where it is, whether it can be sent, whose duty turns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dispatch import clock, refusal
from dispatch.seat import About, Act, Seat
from dispatch.server import wire
from dispatch.server.locks import lock_incident
from dispatch.server.store import Area, Changed, Connection, unit_sql
from dispatch.server.work import Answer, Sender, Work, log, said_of
from geo.coordinates import Datum, to_wgs84


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The open assignment that has a unit."""

    assignment: UUID
    incident: UUID
    number: int
    assigned_at: datetime
    exercise: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedUnit:
    """A unit found by its id or code, and who has it."""

    id: UUID
    code: str
    holder: Holder | None


async def unit_named(connection: Connection, seat: Seat, name: str, act: Act) -> NamedUnit:
    """The unit of that id or code, if the seat may do this to it. Raises ``Forbidden`` and ``UnknownCode``."""
    row = await unit_sql.unit_named(connection, area=seat.area, name=name)
    seat.must(act, None if row is None else About(area=seat.area, unit=row["id"]))
    if row is None:
        raise refusal.UnknownCode(field="unit", what_zh="单元", what_en="unit", value=name)
    return NamedUnit(id=row["id"], code=row["code"], holder=_holder(row))


def _holder(row: Mapping[str, Any]) -> Holder | None:
    if row["assignment"] is None:
        return None
    return Holder(
        assignment=row["assignment"],
        incident=row["incident"],
        number=row["number"],
        assigned_at=row["assigned_at"],
        exercise=row["exercise"],
    )


def held(unit: str, holder: Holder, area: Area) -> refusal.UnitAlreadyAssigned:
    """The refusal of a unit that another has, with who and since when."""
    return refusal.UnitAlreadyAssigned(
        field="unit",
        unit=unit,
        number=holder.number,
        since=f"{holder.assigned_at.astimezone(area.zone):%H:%M:%S}",
        detail={
            "unit": unit,
            "incident": holder.incident,
            "incident_number": holder.number,
            "assignment": holder.assignment,
            "since": holder.assigned_at,
        },
    )


NEAR_PATIENT_M = 30.0
"""So near to where the patient is said to be, a crew is taken to be with them, if somebody confirms it."""

LATE_AT_MOST = timedelta(days=1)
"""Who had no signal tells within the day where it was."""

VAGUE_M = 50.0
"""A position that may be this far off proposes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """An order whose crew was first near its patient then."""

    assignment: UUID
    at: datetime


async def add_positions(
    connection: Connection, sender: Sender, area: Area, unit: UUID, positions: Sequence[wire.NewPosition]
) -> Near | None:
    """Each is kept as it was given, with its datum, beside what it is in WGS-84; answers whether the unit has come near
    the patient it was sent to, where nobody has said so yet.
    """
    for number, each in enumerate(positions):
        if each.source == "radio":
            sender.seat.must(Act.PLACE_UNIT, field=f"[{number}].source")
    rows = [_position(sender, area, unit, each) for each in positions]
    await unit_sql.add_positions(connection, rows)
    near = await unit_sql.near_patient(
        connection,
        unit=unit,
        lons=[row["lon"] for row in rows],
        lats=[row["lat"] for row in rows],
        accuracies=[row["accuracy_m"] for row in rows],
        ats=[row["device_at"] for row in rows],
        accuracy_m=VAGUE_M,
        within_m=NEAR_PATIENT_M,
        since=area.at - LATE_AT_MOST,
    )
    return None if near is None else Near(assignment=near["id"], at=near["at"])


async def heard_of(work: Work, unit: str, positions: Sequence[wire.NewPosition]) -> wire.Stored:
    """Positions that somebody said; the timeline of the incident that the unit is on tells who and how."""
    named = await unit_named(work.connection, work.sender.seat, unit, Act.PLACE_UNIT)
    if named.holder is not None:
        await lock_incident(work, named.holder.incident)
    await add_positions(work.connection, work.sender, work.area, named.id, positions)
    if named.holder is not None:
        for each in positions:
            log(
                work,
                named.holder.incident,
                "position",
                {"lon": each.lon, "lat": each.lat, "datum": each.datum, **said_of(None, each.by)},
                assignment=named.holder.assignment,
                unit=named.id,
                device_at=each.device_at,
                corrected_at=clock.corrected(each.device_at, device_now=work.sender.device_now, at=work.at),
                channel=each.channel or each.source,
            )
    return wire.Stored(stored=len(positions))


def _position(sender: Sender, area: Area, unit: UUID, given: wire.NewPosition) -> dict[str, Any]:
    lon, lat = to_wgs84(given.lon, given.lat, Datum(given.datum))
    return {
        "unit": unit,
        "lon": lon,
        "lat": lat,
        "accuracy_m": given.accuracy_m,
        "source": given.source,
        "datum": given.datum,
        "original_lon": given.lon,
        "original_lat": given.lat,
        "device_at": clock.corrected(given.device_at, device_now=sender.device_now, at=area.at),
        "at": area.at,
        "by": sender.seat.account,
        "said_by": given.by,
        "channel": given.channel or ("radio" if given.source == "radio" else None),
    }


async def set_availability(work: Work, unit: UUID, new: wire.NewAvailability) -> Answer[wire.Unit]:
    await unit_sql.add_availability(
        work.connection,
        id=new.id,
        unit=unit,
        available=new.available,
        in_contact=new.in_contact,
        at_post=new.at_post,
        reason=new.reason,
        at=work.at,
        by=work.sender.seat.account,
    )
    work.changed.units.add(unit)
    return lambda now: now.units[unit]


async def turned(connection: Connection, area: Area, since: datetime) -> Changed:
    """The units whose duty began or ended since then."""
    rows = unit_sql.units_turning(connection, area=area.id, since=since, at=area.at)
    return Changed(units={row["unit"] async for row in rows})
