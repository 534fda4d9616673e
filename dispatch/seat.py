"""Who sits at the service, and what that seat may do and read: one table, deny by default."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

import msgspec


class Role(StrEnum):
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    PLANNER = "planner"
    CREW = "crew"


class Act(StrEnum):
    """What handlers ask leave for."""

    READ_AREA = "read_area"
    READ_CALLERS = "read_callers"
    REPORT = "report"
    RUN_INCIDENT = "run_incident"
    ASSIGN = "assign"
    STEP_ANY_ASSIGNMENT = "step_any_assignment"
    STEP_OWN_ASSIGNMENT = "step_own_assignment"
    PLACE_ANY_UNIT = "place_any_unit"
    PLACE_OWN_UNIT = "place_own_unit"
    RUN_EXERCISE = "run_exercise"


_DESK = frozenset(
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
        Role.SUPERVISOR: _DESK | {Act.RUN_EXERCISE},
        Role.PLANNER: frozenset({Act.READ_AREA}),
        Role.CREW: frozenset({Act.STEP_OWN_ASSIGNMENT, Act.PLACE_OWN_UNIT}),
    }
)


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


def may_read(seat: Seat, stream: str) -> bool:
    """Whether the seat may read a feed stream such as ``area/<id>``; unknown streams and other areas: no."""
    kind, _, name = stream.partition("/")
    if kind == "unit":
        return seat.unit is not None and name == str(seat.unit)
    if name != str(seat.area):
        return False
    match kind:
        case "ground":
            return True
        case "area":
            return seat.may(Act.READ_AREA)
        case "callers":
            return seat.may(Act.READ_CALLERS)
        case _:
            return False
