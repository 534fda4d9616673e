"""The files of people and rules: members, units, rosters, outside responders, run cards. `docs/area-format.md`."""

from dispatch.chase import Ladder
from dispatch.incident import Priority
from dispatch.run_card import NotNeeds, format_needs, parse_needs
from dispatch.unit import Vehicle
from grids.area_format import GROUND, LONGEST_TARGET_S
from grids.sheet import (
    CLOCK,
    NUMBER,
    SEVERAL,
    TEXT,
    WHOLE,
    YES_NO,
    Column,
    Kind,
    Shape,
    Sheet,
    Unreadable,
    code,
    elevation,
    names,
    phone,
)


def _needs(text: str) -> object:
    try:
        return parse_needs(text)
    except NotNeeds:
        raise Unreadable("not_needs") from None


NEEDS = Kind(read=_needs, write=format_needs)
_PRIORITIES = frozenset(Priority)

LONGEST_RUNG_S = 24 * 3600
"""An order that may wait longer than a day for its next step is a slip of the pen."""

MEMBERS = Sheet(
    name="members",
    columns=(
        code(),
        Column(name="name", kind=TEXT),
        Column(name="team", kind=TEXT, refers_to="teams"),
        Column(name="capabilities", kind=SEVERAL, required=False, default=[]),
    ),
)
UNITS = Sheet(
    name="units",
    columns=(
        code(),
        *names(),
        Column(name="team", kind=TEXT, refers_to="teams"),
        Column(name="post", kind=TEXT, refers_to="posts", stored="post_code"),
        Column(name="vehicle", kind=TEXT, required=False, one_of=frozenset(Vehicle)),
        Column(name="turnout_s", kind=WHOLE, least=0, most=3600),
        phone(),
    ),
    unique=("name_zh", "name_en"),
)
ROSTER = Sheet(
    name="roster",
    columns=(
        Column(name="unit", kind=TEXT, refers_to="units"),
        Column(name="member", kind=TEXT, refers_to="members"),
        Column(name="kit", kind=SEVERAL, required=False, default=[]),
        Column(name="cycle_days", kind=WHOLE, least=1, most=56),
        Column(name="cycle_day", kind=WHOLE, least=0, most=55),
        Column(name="starts", kind=CLOCK),
        Column(name="hours", kind=NUMBER, least=0.25, most=24),
    ),
    key=("unit", "member", "cycle_day", "starts"),
    sourced=False,
)
RESPONDERS = Sheet(
    name="responders",
    columns=(code(), *names(), Column(name="kind", kind=TEXT), Column(name="phone", kind=TEXT), elevation()),
    unique=("name_zh", "name_en"),
    shape=Shape.POINT,
    shape_required=False,
)
INCIDENT_TYPES = Sheet(
    name="incident_types",
    columns=(code(), *names(), Column(name="priority", kind=TEXT, one_of=_PRIORITIES)),
    unique=("name_zh", "name_en"),
)
RUN_CARDS = Sheet(
    name="run_cards",
    columns=(
        Column(name="incident_type", kind=TEXT, refers_to="incident_types"),
        Column(name="priority", kind=TEXT, required=False, one_of=_PRIORITIES),
        Column(name="target_s", kind=WHOLE, required=False, least=1, most=LONGEST_TARGET_S),
        Column(name="needs", kind=NEEDS, required=False, default=()),
        Column(name="second_tier", kind=NEEDS, required=False, default=()),
        Column(name="responders", kind=SEVERAL, required=False, default=[]),
        Column(name="auto_assign", kind=YES_NO),
        *(
            Column(name=name, kind=WHOLE, required=False, least=1, most=LONGEST_RUNG_S)
            for name in Ladder.__struct_fields__
        ),
        Column(name="notes_zh", kind=TEXT, required=False, default=""),
        Column(name="notes_en", kind=TEXT, required=False, default=""),
    ),
    key=("incident_type", "priority"),
)

PEOPLE_AND_RULES = (MEMBERS, UNITS, ROSTER, RESPONDERS, INCIDENT_TYPES, RUN_CARDS)
ALL = (*GROUND, *PEOPLE_AND_RULES)
