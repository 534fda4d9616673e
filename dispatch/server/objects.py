"""Rows become the objects on the wire; no I/O here."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import convert, json, structs

from dispatch import clock, incident, obstacle, words
from dispatch.assignment import State as AssignmentState
from dispatch.chase import SOUNDS, Ladder, What
from dispatch.closure import Standing
from dispatch.decision import Decision, Seen
from dispatch.doubt import Possible
from dispatch.duplicate import Candidate
from dispatch.evacuation import Carry, most_carriers
from dispatch.selection import Shortfall, Verdict, Why
from dispatch.server import wire
from dispatch.shadow import Mode as AreaMode
from dispatch.unit import Errand, Fix, PositionSource, Unit, Vehicle, believed_position, capabilities, persons, state
from geo.closure import Closure, ClosureMode, Layer, Passage
from geo.conditions import profile_named
from geo.obstacle import Obstacle
from geo.profile import NORMAL_NAME, NORMAL_WORDS, Speeds, UnknownConditions
from geo.speed import EdgeClass
from geo.travel_time import Leg, Mode, NetworkVersion, Stop

Row = Mapping[str, Any]


def named(row: Row, prefix: str) -> wire.Named | None:
    """The code and names of the columns ``<prefix>_code``, ``_zh``, ``_en``; None when there is no such thing."""
    code = row[f"{prefix}_code"]
    if code is None:
        return None
    return wire.Named(code=code, name_zh=row[f"{prefix}_zh"], name_en=row[f"{prefix}_en"])


def place(row: Row) -> wire.Place | None:
    if row["place_source"] is None:
        return None
    located = row["lon"] is not None
    return wire.Place(
        source=row["place_source"],
        given=row["given"],
        point=wire.Point(lon=row["lon"], lat=row["lat"]) if located else None,
        accuracy_m=row["accuracy_m"],
        words=row["words"],
        name_zh=row["place_zh"],
        name_en=row["place_en"],
        outside_area=row["outside_area"],
        snapped=None
        if row["edge"] is None
        else wire.Snapped(
            edge=row["edge"],
            offset_m=round(row["offset_m"], 1),
            distance_m=round(row["snap_distance_m"], 1),
            point=wire.Point(lon=row["snapped_lon"], lat=row["snapped_lat"]),
        ),
    )


def incident_object(row: Row) -> wire.Incident:
    status = incident.Status(row["status"])
    gone = convert(row["departures"], list[wire.Departure])
    on_the_way = [AssignmentState.EN_ROUTE] * (len(gone) if status is incident.Status.OPEN else 0)
    return wire.Incident(
        id=row["id"],
        area=row["area"],
        number=row["number"],
        type=named(row, "type"),
        priority=None if row["priority"] is None else incident.Priority(row["priority"]),
        status=status,
        state=incident.state(
            status,
            located=row["located_at"] is not None,
            assignments=[*(AssignmentState(each) for each in row["states"]), *on_the_way],
        ),
        outcome=None if row["outcome"] is None else incident.Outcome(row["outcome"]),
        duplicate_of=row["duplicate_of"],
        confirmed_at=row["confirmed_at"],
        transferred_to=row["transferred_to"],
        owner=named(row, "owner"),
        entered_late_at=row["entered_late_at"],
        shadow=row["shadow"],
        departures=gone,
        exercise=row["exercise"],
        assign=incident.AssignPolicy(row["assign"]),
        place=place(row),
        cell=named(row, "cell"),
        team=named(row, "team"),
        target_s=row["target_s"],
        target_source=row["target_source"],
        outlook=None if row["outlook"] is None else convert(row["outlook"], wire.Outlook),
        clock=clock_object(row),
        units=[*row["units"], *(each.code for each in gone if each.unit and each.code and each.handed_over_at is None)],
        reports=row["reports"],
        links=convert(row["links"], list[wire.Link]),
        evacuation=None if row["evacuation"] is None else evacuation_object(row["evacuation"]),
        lift_requests=convert(row["lift_requests"], list[wire.LiftRequest]),
        version=row["version"],
    )


def evacuation_object(plan: Row) -> wire.Evacuation:
    carried = Carry(on_foot_m=plan["on_foot_m"], stairs_m=plan["stairs_m"], lifts=tuple(plan["lifts"]))
    return wire.Evacuation(
        patients=plan["patients"],
        carriers=(most_carriers if plan["travel_s"] is None else carried.carriers)(plan["patients"]),
        rendezvous_zh=plan["rendezvous_zh"],
        rendezvous_en=plan["rendezvous_en"],
        rendezvous=None if plan["lon"] is None else wire.Point(lon=plan["lon"], lat=plan["lat"]),
        legs=[stored_leg(each) for each in plan["legs"]],
        travel_s=plan["travel_s"],
        on_foot_m=plan["on_foot_m"],
        stairs_m=plan["stairs_m"],
        lifts=list(plan["lifts"]),
        hospital=convert(plan["hospital"], wire.Named | None),
        told_at=convert(plan["told_at"], datetime | None),
        told_who=plan["told_who"],
    )


def way_out(of: wire.Incident) -> wire.WayOut | None:
    plan = of.evacuation
    if plan is None:
        return None
    return wire.WayOut(
        patients=plan.patients,
        carriers=plan.carriers,
        to_zh=plan.rendezvous_zh,
        to_en=plan.rendezvous_en,
        hospital=plan.hospital,
        lifts=[
            wire.Lift(name_zh=each.name_zh, name_en=each.name_en, wish=each.wish, granted=each.granted)
            for each in of.lift_requests[-2:]
        ],
    )


def duplicate_object(row: Row, of: Candidate) -> wire.Duplicate:
    known = of.known
    return wire.Duplicate(
        incident=known.id,
        number=row["number"],
        type=named(row, "type"),
        priority=None if row["priority"] is None else incident.Priority(row["priority"]),
        status=incident.Status(row["status"]),
        place=place(row),
        cell=named(row, "cell"),
        last_report_at=known.last_report_at,
        travel_s=None if known.travel_s is None else round(known.travel_s, 1),
        distance_m=None if known.distance_m is None else round(known.distance_m, 1),
        likeness=of.likeness,
        same_caller=known.same_caller,
    )


def clock_object(row: Row) -> wire.Clock:
    marks = clock.Marks(
        reported_at=row["reported_at"],
        located_at=row["located_at"],
        assigned_at=row["assigned_at"],
        en_route_at=row["en_route_at"],
        at_patient_at=row["at_patient_at"],
    )
    target_s: int | None = row["target_s"]
    return wire.Clock(
        reported_at=row["reported_at"],
        located_at=row["located_at"],
        assigned_at=row["assigned_at"],
        delivered_at=row["delivered_at"],
        acknowledged_at=row["acknowledged_at"],
        en_route_at=row["en_route_at"],
        at_patient_at=row["at_patient_at"],
        medical_at_patient_at=row["medical_at_patient_at"],
        moving_at=row["moving_at"],
        handed_over_at=row["handed_over_at"],
        closed_at=row["closed_at"],
        alarm_processing_s=clock.alarm_processing_s(marks),
        turnout_s=clock.turnout_s(marks),
        travel_s=clock.travel_s(marks),
        response_time_s=clock.response_time_s(marks),
        target_at=None if target_s is None else row["reported_at"] + timedelta(seconds=target_s),
        within_target=clock.within_target(marks, target_s),
    )


_ASSIGNMENT_TIMES = (
    "assigned_at",
    "delivered_at",
    "alarmed_at",
    "help_asked_at",
    "acknowledged_at",
    "en_route_at",
    "on_scene_at",
    "near_patient_at",
    "at_patient_at",
    "moving_at",
    "handed_over_at",
    "ended_at",
)


def _assignment_fields(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "area": row["area"],
        "incident": row["incident"],
        "incident_number": row["incident_number"],
        "unit": row["unit"],
        "unit_code": row["unit_code"],
        "kind": row["kind"],
        "state": AssignmentState(row["state"]),
        "exercise": row["exercise"],
        "decision": row["decision"],
        "late": row["late"],
        "reason": row["reason"],
        "medical": row["medical"],
        "people": row["people"],
        "eta_s": row["eta_s"],
        "legs": [stored_leg(each) for each in row["legs"]],
        "ended_reason": row["ended_reason"],
        "version": row["version"],
        **{name: row[name] for name in _ASSIGNMENT_TIMES},
    }


def assignment_object(row: Row) -> wire.Assignment:
    return wire.Assignment(**_assignment_fields(row))


LARGEST_ORDER = 1800
"""Bytes of JSON; with its envelope, and the spaces that jsonb puts in, an order stays within 2 KiB."""


def order_object(row: Row, of: wire.Incident, reports: Sequence[wire.Report]) -> wire.Order:
    """The assignment as its crew reads it; ``reports`` are the incident's, oldest first.

    Made for one bar of signal: what does not fit is left out, first what legs repeat, then of long notes, getting into
    and out of the vehicle, of short notes, and last of the legs before the last.
    """
    caller = next((each.caller for each in reports if each.caller is not None), None)
    notes = [each.note for each in reports if each.note][-3:]
    order = wire.Order(
        **_assignment_fields(row),
        type=of.type,
        priority=of.priority,
        place=None if of.place is None else structs.replace(of.place, given={}, snapped=None),
        cell=of.cell,
        target_s=of.target_s,
        reported_at=of.clock.reported_at,
        caller=caller,
        notes=notes,
        way_out=way_out(of),
    )
    for shorter in _SHORTER:
        if _size(order) <= LARGEST_ORDER:
            return order
        order = shorter(order)
    while _size(order) > LARGEST_ORDER and len(order.legs) > 1:
        order = structs.replace(order, legs=order.legs[1:])
    return order


def _size(order: wire.Order) -> int:
    return len(json.encode(order))


def _short_leg(leg: wire.Leg) -> wire.Leg:
    """Without codes, and without where it begins: that is where the one before has ended. A wait says where."""
    where = (leg.from_, leg.from_en) if leg.mode == Mode.WAIT else ("", "")
    return structs.replace(leg, from_=where[0], from_en=where[1], from_code=None, to_code=None)


def _with_short_legs(order: wire.Order) -> wire.Order:
    return structs.replace(order, legs=[_short_leg(leg) for leg in order.legs])


def _under_way_only(order: wire.Order) -> wire.Order:
    moving = [leg for leg in order.legs if leg.mode not in (Mode.LEAVE, Mode.BOARD)]
    return structs.replace(order, legs=moving or order.legs)


def _with_short_notes(order: wire.Order, longest: int) -> wire.Order:
    short = [note if len(note) <= longest else note[: longest - 1] + "…" for note in order.notes]
    return structs.replace(order, notes=short)


_SHORTER: tuple[Callable[[wire.Order], wire.Order], ...] = (
    _with_short_legs,
    partial(_with_short_notes, longest=200),
    partial(_with_short_notes, longest=100),
    partial(_with_short_notes, longest=50),
    _under_way_only,
    partial(_with_short_notes, longest=20),
)


def alarm_object(row: Row) -> wire.Alarm:
    what = What(row["what"])
    return wire.Alarm(
        id=row["id"],
        area=row["area"],
        incident=row["incident"],
        incident_number=row["incident_number"],
        assignment=row["assignment"],
        unit=row["unit"],
        unit_code=row["unit_code"],
        exercise=row["exercise"],
        what=what,
        sounds=what in SOUNDS,
        due_at=row["due_at"],
        raised_at=row["raised_at"],
        stale=row["stale"],
        second_channel=_second_channel(row),
        offer=None if row["offer"] is None else convert(row["offer"], wire.Offer),
        ended_at=row["ended_at"],
        ended_by=row["ended_by"],
        version=row["version"],
    )


def notice_object(row: Row) -> wire.Notice:
    return wire.Notice(
        id=row["id"],
        area=row["area"],
        text=row["text"],
        photo=row["photo"],
        to=convert(row["audience"], wire.Audience),
        until=row["until"],
        by=row["by"],
        made_at=row["made_at"],
        ended_at=row["ended_at"],
        ended_by=row["ended_by"],
        units=row["units"],
        delivered=row["delivered"],
        seen=row["seen"],
        version=row["version"],
    )


def unit_notice(row: Row) -> wire.UnitNotice:
    return wire.UnitNotice(
        id=row["id"],
        area=row["area"],
        unit=row["unit"],
        text=row["text"],
        photo=row["photo"],
        until=row["until"],
        by=row["by"],
        made_at=row["made_at"],
        ended_at=row["ended_at"],
        seen_at=row["seen_at"],
        version=row["version"],
    )


def move_object(row: Row) -> wire.Move:
    return wire.Move(
        id=row["id"],
        area=row["area"],
        unit=row["unit"],
        unit_code=row["unit_code"],
        to=wire.Named(code=row["post_code"], name_zh=row["post_zh"], name_en=row["post_en"]),
        point=wire.Point(lon=row["lon"], lat=row["lat"]),
        travel_s=row["travel_s"],
        mends=list(row["mends"]),
        reason=row["reason"],
        by=row["by"],
        made_at=row["made_at"],
        acknowledged_at=row["acknowledged_at"],
        en_route_at=row["en_route_at"],
        there_at=row["there_at"],
        ended_at=row["ended_at"],
        ended_because=row["ended_because"],
        version=row["version"],
    )


def ladder_of(row: Row) -> Ladder:
    """The ladder in a row of a run card; where the card says nothing, and where there is none, the defaults."""
    return Ladder(**{name: row[name] for name in Ladder.__struct_fields__ if row[name] is not None})


PAGE_NEEDLESS = "answered meanwhile"
"""Why a page was not sent that nobody needed any more."""


def _second_channel(row: Row) -> Literal["none", "queued", "sent", "replied", "needless", "failed"]:
    if row["page"] is None:
        return "none"
    if row["reply"] is not None:
        return "replied"
    if row["sent_at"] is not None:
        return "sent"
    if row["next_try_at"] is not None:
        return "queued"
    return "needless" if row["failure"] == PAGE_NEEDLESS else "failed"


def report_object(row: Row) -> wire.Report:
    said = (row["caller_name"], row["caller_phone"], row["caller_language"])
    return wire.Report(
        id=row["id"],
        area=row["area"],
        incident=row["incident"],
        channel=row["channel"],
        caller=None if said == (None, None, None) else wire.Caller(name=said[0], phone=said[1], language=said[2]),
        note=row["note"],
        location_given=row["location_given"],
        device_at=row["device_at"],
        received_at=row["received_at"],
        by=row["by"],
        version=row["version"],
    )


def timeline_entry(row: Row) -> wire.TimelineEntry:
    return wire.TimelineEntry(**{name: row[name] for name in wire.TimelineEntry.__struct_fields__})


def closure_object(row: Row) -> wire.Closure:
    named = row["named"]
    return wire.Closure(
        kind=None if named.get("kind") is None else EdgeClass(named["kind"]),
        polygon=None if named.get("polygon") is None else convert(named["polygon"], wire.GivenPolygon),
        layer=Layer(row["layer"]),
        mode=ClosureMode(row["mode"]),
        from_=row["valid_from"],
        until=row["valid_until"],
        **{name: row[name] for name in _CLOSURE_COLUMNS},
    )


_CLOSURE_COLUMNS = (
    "id",
    "area",
    "edges",
    "name_zh",
    "name_en",
    "factor",
    "direction",
    "delay_s",
    "reason",
    "by",
    "made_at",
    "ended_at",
    "ended_by",
    "ended_reason",
    "version",
)


def conditions_object(row: Row, speeds: Speeds) -> wire.Conditions:
    name_zh, name_en = _conditions_words(row["profile"], speeds)
    return wire.Conditions(
        id=row["area"],
        area=row["area"],
        profile=row["profile"],
        name_zh=name_zh,
        name_en=name_en,
        reason=row["reason"],
        by=row["by"],
        at=row["at"],
        version=row["version"],
    )


def squad_object(row: Row) -> wire.Squad:
    return wire.Squad(
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        phone=row["phone"],
        committee=named(row, "committee"),
        incident=row["incident"],
        incident_number=row["incident_number"],
    )


def area_mode_object(row: Row) -> wire.AreaMode:
    return wire.AreaMode(
        id=row["area"],
        area=row["area"],
        mode=AreaMode(row["mode"]),
        reason=row["reason"],
        by=row["by"],
        at=row["at"],
        version=row["version"],
    )


def always_live(area: UUID) -> wire.AreaMode:
    """The mode of an area that nobody has ever switched."""
    return wire.AreaMode(id=area, area=area, mode=AreaMode.LIVE, reason=None, by=None, at=None, version=0)


def never_switched(area: UUID) -> wire.Conditions:
    """The conditions of an area in which nobody has switched them."""
    name_zh, name_en = NORMAL_WORDS
    return wire.Conditions(
        id=area,
        area=area,
        profile=NORMAL_NAME,
        name_zh=name_zh,
        name_en=name_en,
        reason=None,
        by=None,
        at=None,
        version=0,
    )


def _conditions_words(profile: str, speeds: Speeds) -> words.Pair:
    try:
        return profile_named(profile, speeds).words
    except UnknownConditions:  # of an earlier release, or of files the area had before
        return profile, profile


def closure_value(row: Row) -> Standing:
    """The closure as decisions see it."""
    return Standing(
        id=row["id"],
        effect=Closure(
            edges=frozenset(row["edges"]),
            mode=ClosureMode(row["mode"]),
            layer=Layer(row["layer"]),
            factor=row["factor"],
            direction=None if row["direction"] is None else Passage(row["direction"]),
            delay_s=row["delay_s"],
        ),
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
    )


def unit_value(row: Row) -> Unit:
    """The unit as the pure rules see it; one that stands by elsewhere has its post there as long as it does."""
    kit = unit_kit(row)
    elsewhere = row["stands_by_since"] is not None
    return Unit(
        id=row["id"],
        code=row["code"],
        team=row["team_code"],
        vehicle=None if row["vehicle"] is None else Vehicle(row["vehicle"]),
        turnout_s=row["turnout_s"],
        post_lon=row["stands_by_lon" if elsewhere else "post_lon"],
        post_lat=row["stands_by_lat" if elsewhere else "post_lat"],
        people=persons(row["members"] or [], kit),
        duty_from=row["duty_from"],
        available=row["available"] is not False,
        in_contact=row["in_contact"] is not False,
        said_at_post_at=max(
            (each for each in (row["at_post_at"], row["stands_by_since"]) if each is not None), default=None
        ),
        fix=_fix(row),
        errand=_errand(row),
        open_assignment=None if row["assignment_state"] is None else AssignmentState(row["assignment_state"]),
        gone=row["went"],
        in_exercise=row["exercise"] is not None,
    )


def unit_kit(row: Row) -> list[str]:
    return sorted({item for kit in row["kit"] or [] for item in kit})


def _fix(row: Row) -> Fix | None:
    if row["fix_at"] is None:
        return None
    return Fix(
        lon=row["fix_lon"],
        lat=row["fix_lat"],
        source=PositionSource(row["fix_source"]),
        at=row["fix_at"],
        accuracy_m=row["fix_accuracy_m"],
    )


def _errand(row: Row) -> Errand | None:
    if row["errand_ended_at"] is None:
        return None
    return Errand(
        ended_at=row["errand_ended_at"],
        set_out=row["errand_set_out"],
        arrived=row["errand_arrived"],
        lon=row["errand_lon"],
        lat=row["errand_lat"],
    )


def unit_object(row: Row, at: datetime) -> wire.Unit:
    value = unit_value(row)
    fix = believed_position(value, at)
    post = named(row, "post")
    return wire.Unit(
        id=row["id"],
        area=row["area"],
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        team=wire.Named(code=row["team_code"], name_zh=row["team_zh"], name_en=row["team_en"]),
        post=post,
        post_point=None if post is None else wire.Point(lon=row["post_lon"], lat=row["post_lat"]),
        vehicle=row["vehicle"],
        turnout_s=row["turnout_s"],
        on_duty=bool(value.people),
        duty_until=row["duty_until"],
        next_duty_at=row["next_duty_at"],
        people=len(value.people),
        capabilities=capabilities(value.people),
        kit=unit_kit(row),
        state=state(value, at).value,
        reason=row["said"],
        position=None
        if fix is None
        else wire.UnitPosition(lon=fix.lon, lat=fix.lat, source=fix.source.value, accuracy_m=fix.accuracy_m, at=fix.at),
        assignment=row["assignment"],
        assignment_state=value.open_assignment,
        incident=row["incident"],
        incident_number=row["incident_number"],
        since=row["assigned_at"] or row["said_at"] or row["duty_from"],
        exercise=row["exercise"],
        version=row["version"],
    )


def _end(stop: Stop) -> tuple[str, str, str | None]:
    return (stop.name_zh, stop.name_en or stop.name_zh, stop.node)


def leg_object(leg: Leg) -> wire.Leg:
    from_zh, from_en, from_code = _end(leg.start)
    to_zh, to_en, to_code = _end(leg.end)
    return wire.Leg(
        mode=leg.mode.value,
        from_=from_zh,
        to=to_zh,
        from_en=from_en,
        to_en=to_en,
        from_code=from_code,
        to_code=to_code,
        length_m=round(leg.length_m, 1),
        climb_m=round(leg.ascent_m, 1),
        descent_m=round(leg.descent_m, 1),
        time_s=round(leg.time_s, 1),
    )


def stored_leg(body: Mapping[str, Any]) -> wire.Leg:
    """A leg as it was stored with its assignment."""
    return wire.Leg(**{"from_" if name == "from" else name: value for name, value in body.items()})


def recommendation(
    decision_id: UUID,
    incident_id: UUID,
    decision: Decision,
    *,
    rows: Sequence[Row],
    responders: Sequence[wire.ToTell],
    target_s: int | None,
    allowance_s: int,
    elapsed_s: float,
    code_version: str,
    zone: ZoneInfo,
    language: str,
) -> wire.Recommendation:
    """The decision with its reasons in the reader's language; ``elapsed_s`` is how long the clock has run already."""
    by_id = {row["id"]: row for row in rows}
    candidates = [
        _candidate(verdict, decision, by_id.get(verdict.id), zone, language) for verdict in decision.choice.verdicts
    ]
    first = [each for each in candidates if each.chosen]
    soonest = min((each.eta_s for each in first if each.eta_s is not None), default=None)
    return wire.Recommendation(
        decision=decision_id,
        at=decision.inputs.at,
        incident=incident_id,
        first=first,
        candidates=candidates,
        responders=list(responders),
        shortfalls=[_shortfall(each, language) for each in decision.choice.shortfalls],
        target_s=target_s,
        allowance_s=allowance_s,
        within_target=None if soonest is None or target_s is None else elapsed_s + soonest <= target_s,
        network_version=network_version(decision.inputs.network_version),
        code_version=code_version,
        doubt=[_in_doubt(each) for each in decision.inputs.doubt],
    )


def _in_doubt(each: Possible) -> wire.WayInDoubt:
    return wire.WayInDoubt(
        edge=each.edge,
        name_zh=each.name_zh,
        name_en=each.name_en,
        point=wire.Point(lon=round(each.point.lon, 7), lat=round(each.point.lat, 7)),
        elevation_m=round(each.elevation_m, 1),
        distance_m=round(each.distance_m, 1),
        eta_s=None if each.eta_s is None else round(each.eta_s, 1),
        taken=each.taken,
        unit=each.unit,
        unit_code=each.code,
    )


def network_version(stamp: NetworkVersion) -> wire.NetworkVersion:
    return wire.NetworkVersion(
        network=stamp.network,
        closures=stamp.closures,
        conditions=stamp.conditions,
        speeds=stamp.speeds,
        at=stamp.at,
    )


def obstacle_object(each: Obstacle, closures: Sequence[Standing]) -> wire.Obstacle:
    return wire.Obstacle(
        cause=each.cause,
        edge=each.edge,
        name_zh=each.name_zh,
        name_en=each.name_en,
        closures=obstacle.ids(each, closures),
        until=obstacle.until(each, closures),
    )


def unreachable(seen: Seen, closures: Sequence[Standing], zone: ZoneInfo, language: str) -> str:
    """Why the unit cannot get there."""
    if seen.kept_by:
        return obstacle.sentence(seen.kept_by, closures, zone, language)
    known = words.UNREACHABLE.get(seen.weighed.unreachable or "", ("路线未知", "the way is not known"))
    return words.said(known, language)


def _candidate(verdict: Verdict, decision: Decision, row: Row | None, zone: ZoneInfo, language: str) -> wire.Candidate:
    seen = decision.seen(verdict.id)
    fix = seen.position
    return wire.Candidate(
        unit=verdict.id,
        code=verdict.code,
        team=seen.team,
        eta_s=None if verdict.eta_s is None else round(verdict.eta_s, 1),
        legs=[leg_object(leg) for leg in seen.legs],
        position_source=None if fix is None else fix.source.value,
        position_age_s=None if fix is None else round((decision.inputs.at - fix.at).total_seconds(), 1),
        capabilities=capabilities(seen.weighed.people),
        people=len(seen.weighed.people),
        chosen=verdict.chosen,
        reason=_reason(verdict.why, seen, decision, row, zone, language) + _closed_on_the_way(seen, decision, language),
        reason_code=verdict.why.value,
        cut_by=list(seen.cut_by),
        longer_s=None if seen.longer_s is None else round(seen.longer_s, 1),
        enters=list(seen.enters),
        obstacles=[obstacle_object(each, decision.inputs.closures) for each in seen.kept_by],
    )


def _reason(why: Why, seen: Seen, decision: Decision, row: Row | None, zone: ZoneInfo, language: str) -> str:
    needs = "、".join(
        words.capabilities(each.capabilities, language)
        for each in (*decision.inputs.needs, *decision.inputs.second_tier)
    )
    return words.said(words.WHY[why], language).format(
        needs=needs,
        unreachable=unreachable(seen, decision.inputs.closures, zone, language),
        said=(row and row["said"]) or words.said(("未说明", "no reason given"), language),
        last=_last_known(row, decision.inputs.at, language),
        number=(row and row["incident_number"]) or "?",
        declined=_declined(seen.weighed.declined, language),
    )


def _declined(reason: str | None, language: str) -> str:
    """The crew's words; a decline without any is kept as the name of the step."""
    return reason if reason and reason not in words.STEPS else words.said(("未说明", "no reason given"), language)


def _closed_on_the_way(seen: Seen, decision: Decision, language: str) -> str:
    """What closures mean for a unit that has a way: what going round them costs, whether it must go into one."""
    named = {each.id: (each.name_zh, each.name_en) for each in decision.inputs.closures}
    ways = words.said(("、", ", "), language).join(words.said(named[each], language) for each in seen.cut_by)
    said = []
    if seen.cut_by and seen.longer_s is not None:
        minutes = max(1, round(seen.longer_s / 60))
        said.append(words.said(words.LONGER_WAY, language).format(ways=ways, minutes=minutes))
    if seen.enters:
        said.append(words.said(words.GOES_IN, language))
    return "".join(said)


def _last_known(row: Row | None, at: datetime, language: str) -> str:
    known = (
        None if row is None else max((each for each in (row["fix_at"], row["errand_ended_at"]) if each), default=None)
    )
    if known is None:
        return words.said(("从未报告位置", "no position was ever reported"), language)
    minutes = round((at - known).total_seconds() / 60)
    return words.said((f"最后消息在 {minutes} 分钟前", f"last heard of {minutes} min ago"), language)


def _shortfall(each: Shortfall, language: str) -> wire.Shortfall:
    what = words.capabilities(each.capabilities, language)
    if each.capabilities:
        lacking = (f"尚缺 {each.people} 名具备{what}能力的人员", f"{each.people} more with {what} are not to be had")
    else:
        lacking = (f"尚缺 {each.people} 人", f"{each.people} more people are not to be had")
    return wire.Shortfall(
        people=each.people,
        capabilities=sorted(each.capabilities),
        tier=1 if each.tier == 1 else 2,
        reason=words.said(lacking, language),
    )
