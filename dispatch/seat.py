"""Who sits at the service, and what that seat may do and read: one table, deny by default."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal
from urllib.parse import quote
from uuid import UUID

import msgspec

from dispatch import refusal


class Role(StrEnum):
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    PLANNER = "planner"
    VIEWER = "viewer"
    """The wall of a command centre: sees what the desk sees, without callers, and changes nothing."""
    CREW = "crew"
    COMMITTEE = "committee"
    """Of a part of the area: takes calls there, keeps what it can deal with itself and sends its own squads, hands
    the rest up; commands no unit."""


class Act(StrEnum):
    """What an operation does, and so what it asks leave for; over what, its ``Scope`` says."""

    OWN_SESSION = "own_session"
    READ_GROUND = "read_ground"
    READ_INCIDENTS = "read_incidents"
    """Incidents and who goes to them, without callers."""
    READ_UNITS = "read_units"
    READ_ROUTES = "read_routes"
    """From where and by which way a unit goes to an incident."""
    READ_COVERAGE = "read_coverage"
    READ_EXERCISES = "read_exercises"
    READ_ALARMS = "read_alarms"
    READ_CALLERS = "read_callers"
    """Reports, with who called and from which number."""
    READ_TIMELINE = "read_timeline"
    READ_FIGURES = "read_figures"
    """How long help took, without callers and without units."""
    READ_DECISIONS = "read_decisions"
    """Why who was sent: stored decisions, and what becomes of them today."""
    READ_ORDERS = "read_orders"
    """Assignments as their crews read them, with the caller."""
    REPORT = "report"
    NOTE = "note"
    CLOSE_WAYS = "close_ways"
    SWITCH_CONDITIONS = "switch_conditions"
    RUN_INCIDENT = "run_incident"
    RUN_OWN_INCIDENT = "run_own_incident"
    """What a committee does with incidents that it has in hand: hand up, confirm, close."""
    ASSIGN = "assign"
    STEP_ASSIGNMENT = "step_assignment"
    PLACE_UNIT = "place_unit"
    SEND_NOTICE = "send_notice"
    READ_NOTICES = "read_notices"
    """All of the area's, with who has seen them."""
    SEE_NOTICE = "see_notice"
    SAY_SEEN = "say_seen"
    """That one has seen a notice."""
    RUN_EXERCISE = "run_exercise"
    SEND_SQUAD = "send_squad"
    """A committee's own squad, by its word: no device is told."""
    SWITCH_MODE = "switch_mode"
    """Between orders to crews and looking on while the desk works by radio."""
    RUN_SESSIONS = "run_sessions"


class Scope(StrEnum):
    """How far a right reaches; never beyond the seat's own area."""

    AREA = "area"
    OWN_UNIT = "own_unit"
    OWN_CELLS = "own_cells"
    SELF = "self"
    """What this very account does: its session, the reports it took."""


_EVERYONE = {Act.OWN_SESSION: Scope.SELF, Act.READ_GROUND: Scope.AREA}

_READER = _EVERYONE | dict.fromkeys(
    (
        Act.READ_INCIDENTS,
        Act.READ_UNITS,
        Act.READ_ROUTES,
        Act.READ_COVERAGE,
        Act.READ_EXERCISES,
        Act.READ_ALARMS,
        Act.READ_NOTICES,
        Act.SEE_NOTICE,
        Act.READ_FIGURES,
    ),
    Scope.AREA,
)

_DESK = _READER | dict.fromkeys(
    (
        Act.READ_CALLERS,
        Act.READ_TIMELINE,
        Act.READ_DECISIONS,
        Act.READ_ORDERS,
        Act.REPORT,
        Act.NOTE,
        Act.CLOSE_WAYS,
        Act.SWITCH_CONDITIONS,
        Act.RUN_INCIDENT,
        Act.ASSIGN,
        Act.SEND_SQUAD,
        Act.STEP_ASSIGNMENT,
        Act.PLACE_UNIT,
        Act.SEND_NOTICE,
    ),
    Scope.AREA,
)

RIGHTS: Mapping[Role, Mapping[Act, Scope]] = MappingProxyType(
    {
        Role.OPERATOR: _DESK,
        Role.SUPERVISOR: _DESK | dict.fromkeys((Act.RUN_EXERCISE, Act.RUN_SESSIONS, Act.SWITCH_MODE), Scope.AREA),
        Role.PLANNER: _READER | {Act.READ_DECISIONS: Scope.AREA},
        Role.VIEWER: _READER,
        Role.CREW: _EVERYONE
        | dict.fromkeys(
            (Act.READ_UNITS, Act.READ_ORDERS, Act.STEP_ASSIGNMENT, Act.PLACE_UNIT, Act.SEE_NOTICE, Act.SAY_SEEN),
            Scope.OWN_UNIT,
        ),
        Role.COMMITTEE: _EVERYONE
        | dict.fromkeys(
            (Act.READ_INCIDENTS, Act.READ_COVERAGE, Act.REPORT, Act.NOTE, Act.RUN_OWN_INCIDENT, Act.SEND_SQUAD),
            Scope.OWN_CELLS,
        )
        | {Act.READ_CALLERS: Scope.SELF},
    }
)
"""The table: which role may do what, over what. What is not in it is refused."""

ANYBODY: Final = "anybody"
"""Signed in or not."""

OPERATIONS: Mapping[str, frozenset[Act] | Literal["anybody"]] = MappingProxyType(
    {
        "GET /healthz": ANYBODY,
        "GET /readyz": ANYBODY,
        "GET /feed": ANYBODY,
        "POST /api/session": ANYBODY,
        "GET /api/session": frozenset({Act.OWN_SESSION}),
        "DELETE /api/session": frozenset({Act.OWN_SESSION}),
        "GET /api/sessions": frozenset({Act.RUN_SESSIONS}),
        "GET /api/sessions/failed": frozenset({Act.RUN_SESSIONS}),
        "DELETE /api/sessions/{session_id}": frozenset({Act.RUN_SESSIONS}),
        "POST /api/ticket": frozenset({Act.OWN_SESSION}),
        "POST /api/codes/demo": ANYBODY,
        "POST /api/codes": frozenset({Act.RUN_SESSIONS}),
        "GET /api/streams/{stream}": frozenset({Act.READ_GROUND}),
        "GET /api/cells": frozenset({Act.READ_GROUND}),
        "GET /api/committees": frozenset({Act.READ_GROUND}),
        "GET /api/posts": frozenset({Act.READ_GROUND}),
        "GET /api/places": frozenset({Act.READ_GROUND}),
        "GET /api/incident-types": frozenset({Act.READ_GROUND}),
        "GET /api/map": frozenset({Act.READ_GROUND}),
        "GET /api/tiles/{version}/{z}/{x}/{y}": frozenset({Act.READ_GROUND}),
        "GET /api/coverage/now": frozenset({Act.READ_COVERAGE}),
        "GET /api/coverage/holes": frozenset({Act.READ_COVERAGE}),
        "POST /api/notices": frozenset({Act.SEND_NOTICE}),
        "GET /api/notices": frozenset({Act.READ_NOTICES}),
        "GET /api/notices/{notice_id}/units": frozenset({Act.READ_NOTICES}),
        "GET /api/notices/{notice_id}/photo": frozenset({Act.SEE_NOTICE}),
        "POST /api/notices/{notice_id}/seen": frozenset({Act.SAY_SEEN}),
        "POST /api/notices/{notice_id}/end": frozenset({Act.SEND_NOTICE}),
        "GET /api/moves": frozenset({Act.READ_UNITS}),
        "POST /api/moves": frozenset({Act.ASSIGN}),
        "POST /api/moves/{move_id}/steps": frozenset({Act.STEP_ASSIGNMENT}),
        "GET /api/incidents": frozenset({Act.READ_INCIDENTS}),
        "GET /api/edges": frozenset({Act.READ_GROUND}),
        "GET /api/network": frozenset({Act.READ_GROUND}),
        "POST /api/travel-times": frozenset({Act.READ_ROUTES}),
        "POST /api/reach": frozenset({Act.READ_ROUTES}),
        "GET /api/closures": frozenset({Act.READ_GROUND}),
        "POST /api/closures": frozenset({Act.CLOSE_WAYS}),
        "POST /api/closures/{closure_id}/end": frozenset({Act.CLOSE_WAYS}),
        "GET /api/conditions": frozenset({Act.READ_GROUND}),
        "POST /api/conditions": frozenset({Act.SWITCH_CONDITIONS}),
        "GET /api/mode": frozenset({Act.READ_GROUND}),
        "POST /api/mode": frozenset({Act.SWITCH_MODE}),
        "POST /api/incidents/{incident_id}/departures": frozenset({Act.RUN_INCIDENT, Act.SEND_SQUAD}),
        "POST /api/departures/{departure_id}/steps": frozenset({Act.RUN_INCIDENT, Act.SEND_SQUAD}),
        "GET /api/squads": frozenset({Act.SEND_SQUAD}),
        "GET /api/reports/shadow": frozenset({Act.READ_DECISIONS}),
        "GET /api/reports/shadow.csv": frozenset({Act.READ_DECISIONS}),
        "POST /api/incidents": frozenset({Act.REPORT}),
        "POST /api/incidents/late": frozenset({Act.RUN_INCIDENT}),
        "POST /api/reports": frozenset({Act.REPORT}),
        "GET /api/reports/similar": frozenset({Act.REPORT}),
        "POST /api/reports/{report_id}/split": frozenset({Act.RUN_INCIDENT}),
        "GET /api/responders": frozenset({Act.RUN_INCIDENT}),
        "GET /api/incidents/{incident_id}/rendezvous": frozenset({Act.RUN_INCIDENT}),
        "POST /api/incidents/{incident_id}/evacuation": frozenset({Act.RUN_INCIDENT}),
        "POST /api/incidents/{incident_id}/lifts": frozenset({Act.RUN_INCIDENT}),
        "POST /api/incidents/{incident_id}/lifts/{lift_id}/answer": frozenset({Act.RUN_INCIDENT}),
        "GET /api/incidents/{incident_id}/similar": frozenset({Act.RUN_INCIDENT}),
        "POST /api/incidents/{incident_id}/links": frozenset({Act.RUN_INCIDENT}),
        "POST /api/incidents/{incident_id}/links/{link_id}/end": frozenset({Act.RUN_INCIDENT}),
        "GET /api/incidents/{incident_id}": frozenset({Act.READ_INCIDENTS}),
        "GET /api/incidents/{incident_id}/reports": frozenset({Act.READ_CALLERS}),
        "GET /api/incidents/{incident_id}/timeline": frozenset({Act.READ_TIMELINE}),
        "GET /api/incidents/{incident_id}/recommendation": frozenset({Act.ASSIGN}),
        "GET /api/incidents/{incident_id}/route": frozenset({Act.READ_ROUTES, Act.READ_ORDERS}),
        "GET /api/decisions/{decision_id}/replay": frozenset({Act.READ_DECISIONS}),
        "POST /api/incidents/{incident_id}/steps": frozenset({Act.RUN_INCIDENT, Act.RUN_OWN_INCIDENT, Act.NOTE}),
        "POST /api/incidents/{incident_id}/assignments": frozenset({Act.ASSIGN}),
        "GET /api/assignments/{assignment_id}": frozenset({Act.READ_ORDERS}),
        "POST /api/assignments/{assignment_id}/steps": frozenset({Act.STEP_ASSIGNMENT}),
        "GET /api/units": frozenset({Act.READ_UNITS}),
        "POST /api/units/{unit}/positions": frozenset({Act.PLACE_UNIT}),
        "POST /api/units/{unit}/availability": frozenset({Act.PLACE_UNIT}),
        "GET /api/queue": frozenset({Act.ASSIGN}),
        "GET /api/alarms": frozenset({Act.READ_ALARMS}),
        "GET /api/reports/response": frozenset({Act.READ_FIGURES}),
        "GET /api/reports/response.csv": frozenset({Act.READ_FIGURES}),
        "POST /api/replies": ANYBODY,
        "GET /api/exercises": frozenset({Act.READ_EXERCISES}),
        "POST /api/exercises": frozenset({Act.RUN_EXERCISE}),
        "POST /api/exercises/{exercise_id}/end": frozenset({Act.RUN_EXERCISE}),
    }
)
"""What each operation takes: any one of these acts. An operation that is not named here is refused to everybody."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """The thing that something is asked of: in which area it is, and whose."""

    area: UUID
    unit: UUID | None = None
    cell: str | None = None
    account: UUID | None = None


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """One signed-in session: whose, in which area, as what; a crew's seat is bound to its unit, a committee's to the
    codes of its cells.
    """

    session: UUID
    account: UUID
    login: str
    name: str
    language: str
    area: UUID
    area_code: str
    role: Role
    unit: UUID | None = None
    unit_code: str | None = None
    cells: tuple[str, ...] = ()

    def scope(self, act: Act) -> Scope | None:
        """How far the seat's right to the act reaches; None where it has none."""
        return RIGHTS[self.role].get(act)

    def may(self, act: Act, about: About | None = None) -> bool:
        """Whether the seat may do it to this thing; without a thing: to anything in its area."""
        scope = self.scope(act)
        if about is None:
            return scope is Scope.AREA
        match scope:
            case Scope.AREA:
                reaches = True
            case Scope.OWN_UNIT:
                reaches = about.unit is not None and about.unit == self.unit
            case Scope.OWN_CELLS:
                reaches = about.cell is not None and about.cell in self.cells
            case Scope.SELF:
                reaches = about.account == self.account
            case None:
                reaches = False
        return reaches and about.area == self.area

    def must_somewhere(self, act: Act) -> None:
        """Raises ``Forbidden`` where the seat has no right to the act at all, whatever it is about."""
        if self.scope(act) is None:
            raise refusal.Forbidden(role=self.role)

    def must(self, act: Act, about: About | None = None, *, field: str | None = None) -> None:
        """Raises ``Forbidden`` where ``may`` says no; ``field`` is the part of the request that is too much."""
        if not self.may(act, about):
            raise refusal.Forbidden(field=field, role=self.role)


SERVICE_ACCOUNT: Final = UUID("00000000-0000-4000-8000-000000000001")


def service_seat(area: UUID, area_code: str) -> Seat:
    """The seat of the service itself, where no person acts; its account is made with the tables, for nobody to use."""
    return Seat(
        session=UUID(int=0),
        account=SERVICE_ACCOUNT,
        login="service",
        name="系统",
        language="zh",
        area=area,
        area_code=area_code,
        role=Role.OPERATOR,
    )


def may_ask(role: Role, operation: str) -> bool:
    """Whether a signed-in role may ask for an operation such as ``GET /api/units`` at all, about what is its own."""
    takes = OPERATIONS.get(operation, frozenset())
    return takes == ANYBODY or not RIGHTS[role].keys().isdisjoint(takes)


def cell_stream(area: UUID, cell: str) -> str:
    """The stream of what happens in a cell. By the cell's code, which stays when its row is renewed; escaped, because
    a code may hold anything and a stream's name neither spaces nor slashes.
    """
    return f"cell/{area}/{quote(cell, safe='')}"


def streams(seat: Seat) -> list[str]:
    """The feed's streams that the seat may read, the most urgent first: what is its own, else the area's."""
    found: list[str] = []
    if seat.unit is not None and seat.scope(Act.READ_ORDERS) is Scope.OWN_UNIT:
        found.append(f"unit/{seat.unit}")
    if seat.may(Act.READ_INCIDENTS) and seat.may(Act.READ_UNITS):
        found.append(f"area/{seat.area}")
    elif seat.scope(Act.READ_INCIDENTS) is Scope.OWN_CELLS:
        found += [cell_stream(seat.area, cell) for cell in seat.cells]
    if seat.may(Act.READ_CALLERS):
        found.append(f"callers/{seat.area}")
    if seat.may(Act.READ_GROUND):
        found.append(f"ground/{seat.area}")
    return found


def may_read(seat: Seat, stream: str) -> bool:
    """Whether the seat may read a feed stream such as ``area/<id>``; unknown streams and other areas: no."""
    return stream in streams(seat)
