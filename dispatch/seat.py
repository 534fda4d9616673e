"""Who sits at the service, and what that seat may do and read: one table, deny by default."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal
from uuid import UUID

import msgspec


class Role(StrEnum):
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    PLANNER = "planner"
    VIEWER = "viewer"
    """The wall of a command centre: sees what the desk sees, without callers, and changes nothing."""
    CREW = "crew"


class Act(StrEnum):
    """What an operation asks leave for, and over what: the whole area, or what is the seat's own."""

    OWN_SESSION = "own_session"
    READ_GROUND = "read_ground"
    READ_AREA = "read_area"
    READ_CALLERS = "read_callers"
    REPORT = "report"
    RUN_INCIDENT = "run_incident"
    ASSIGN = "assign"
    READ_OWN_UNIT = "read_own_unit"
    STEP_ANY_ASSIGNMENT = "step_any_assignment"
    STEP_OWN_ASSIGNMENT = "step_own_assignment"
    PLACE_ANY_UNIT = "place_any_unit"
    PLACE_OWN_UNIT = "place_own_unit"
    RUN_EXERCISE = "run_exercise"
    RUN_SESSIONS = "run_sessions"


_EVERYONE = frozenset({Act.OWN_SESSION, Act.READ_GROUND})

_DESK = _EVERYONE | frozenset(
    {
        Act.READ_AREA,
        Act.READ_CALLERS,
        Act.REPORT,
        Act.RUN_INCIDENT,
        Act.ASSIGN,
        Act.STEP_ANY_ASSIGNMENT,
        Act.PLACE_ANY_UNIT,
    }
)

RIGHTS: Mapping[Role, frozenset[Act]] = MappingProxyType(
    {
        Role.OPERATOR: _DESK,
        Role.SUPERVISOR: _DESK | {Act.RUN_EXERCISE, Act.RUN_SESSIONS},
        Role.PLANNER: _EVERYONE | {Act.READ_AREA},
        Role.VIEWER: _EVERYONE | {Act.READ_AREA},
        Role.CREW: _EVERYONE | {Act.READ_OWN_UNIT, Act.STEP_OWN_ASSIGNMENT, Act.PLACE_OWN_UNIT},
    }
)

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
        "DELETE /api/sessions/{session_id}": frozenset({Act.RUN_SESSIONS}),
        "POST /api/ticket": frozenset({Act.OWN_SESSION}),
        "GET /api/streams/{stream}": frozenset({Act.READ_GROUND}),
        "GET /api/cells": frozenset({Act.READ_GROUND}),
        "GET /api/posts": frozenset({Act.READ_GROUND}),
        "GET /api/places": frozenset({Act.READ_GROUND}),
        "GET /api/incident-types": frozenset({Act.READ_GROUND}),
        "GET /api/coverage/now": frozenset({Act.READ_AREA}),
        "GET /api/incidents": frozenset({Act.READ_AREA}),
        "POST /api/incidents": frozenset({Act.REPORT}),
        "GET /api/incidents/{incident_id}": frozenset({Act.READ_AREA}),
        "GET /api/incidents/{incident_id}/reports": frozenset({Act.READ_CALLERS}),
        "GET /api/incidents/{incident_id}/timeline": frozenset({Act.READ_CALLERS}),
        "GET /api/incidents/{incident_id}/recommendation": frozenset({Act.ASSIGN}),
        "POST /api/incidents/{incident_id}/steps": frozenset({Act.RUN_INCIDENT}),
        "POST /api/incidents/{incident_id}/assignments": frozenset({Act.ASSIGN}),
        "GET /api/assignments/{assignment_id}": frozenset({Act.READ_CALLERS, Act.READ_OWN_UNIT}),
        "POST /api/assignments/{assignment_id}/steps": frozenset({Act.STEP_ANY_ASSIGNMENT, Act.STEP_OWN_ASSIGNMENT}),
        "GET /api/units": frozenset({Act.READ_AREA, Act.READ_OWN_UNIT}),
        "POST /api/units/{unit}/positions": frozenset({Act.PLACE_ANY_UNIT, Act.PLACE_OWN_UNIT}),
        "POST /api/units/{unit}/availability": frozenset({Act.PLACE_ANY_UNIT, Act.PLACE_OWN_UNIT}),
        "GET /api/exercises": frozenset({Act.READ_AREA}),
        "POST /api/exercises": frozenset({Act.RUN_EXERCISE}),
    }
)
"""What each operation takes: any one of these acts. An operation that is not named here is refused to everybody."""


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """One signed-in session: whose, in which area, as what; a crew's seat is bound to its unit."""

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

    def may(self, act: Act) -> bool:
        return act in RIGHTS[self.role]


def may_ask(role: Role, operation: str) -> bool:
    """Whether a signed-in role may ask for an operation such as ``GET /api/units`` at all, about what is its own."""
    takes = OPERATIONS.get(operation, frozenset())
    return takes == ANYBODY or not RIGHTS[role].isdisjoint(takes)


def may_read(seat: Seat, stream: str) -> bool:
    """Whether the seat may read a feed stream such as ``area/<id>``; unknown streams and other areas: no."""
    kind, _, name = stream.partition("/")
    if kind == "unit":
        return seat.unit is not None and name == str(seat.unit)
    if name != str(seat.area):
        return False
    match kind:
        case "ground":
            return seat.may(Act.READ_GROUND)
        case "area":
            return seat.may(Act.READ_AREA)
        case "callers":
            return seat.may(Act.READ_CALLERS)
        case _:
            return False
