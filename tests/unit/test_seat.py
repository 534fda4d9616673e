"""What each seat may do and read: a table, and no to everything else."""

from contextlib import nullcontext
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import refusal
from dispatch.seat import RIGHTS, About, Act, Role, Scope, Seat, may_ask, may_read, streams

AREA, OTHER_AREA = UUID(int=1), UUID(int=2)
UNIT, OTHER_UNIT = UUID(int=11), UUID(int=12)
ACCOUNT, OTHER_ACCOUNT = UUID(int=22), UUID(int=23)


def seat(role: Role, unit: UUID | None = None) -> Seat:
    return Seat(
        session=UUID(int=21),
        account=ACCOUNT,
        login=role.value,
        name=role.value,
        language="zh",
        area=AREA,
        area_code="wulingyuan",
        role=role,
        unit=unit,
    )


SEATS = [seat(Role.OPERATOR), seat(Role.SUPERVISOR), seat(Role.PLANNER), seat(Role.VIEWER), seat(Role.CREW, UNIT)]

MAY = """
                  operator  supervisor  planner  viewer  crew
own_session       self      self        self     self    self
read_ground       area      area        area     area    area
read_incidents    area      area        area     area    no
read_units        area      area        area     area    own_unit
read_coverage     area      area        area     area    no
read_exercises    area      area        area     area    no
read_callers      area      area        no       no      no
read_timeline     area      area        no       no      no
read_orders       area      area        no       no      own_unit
report            area      area        no       no      no
note              area      area        no       no      no
run_incident      area      area        no       no      no
assign            area      area        no       no      no
step_assignment   area      area        no       no      own_unit
place_unit        area      area        no       no      own_unit
run_exercise      no        area        no       no      no
run_sessions      no        area        no       no      no
"""


def cells() -> list[tuple[Role, Act, Scope | None]]:
    header, *lines = (line.split() for line in MAY.strip().splitlines())
    return [
        (Role(role), Act(act), None if answer == "no" else Scope(answer))
        for act, *answers in lines
        for role, answer in zip(header, answers, strict=True)
    ]


def test_the_table_above_names_every_role_and_every_act() -> None:
    assert {(role, act) for role, act, _ in cells()} == {(role, act) for role in Role for act in Act}
    assert set(RIGHTS) == set(Role)


ABOUT = {
    "own": About(area=AREA, unit=UNIT, account=ACCOUNT),
    "another unit's": About(area=AREA, unit=OTHER_UNIT, account=ACCOUNT),
    "another account's": About(area=AREA, unit=UNIT, account=OTHER_ACCOUNT),
    "nobody's": About(area=AREA),
    "another area's": About(area=OTHER_AREA, unit=UNIT, account=ACCOUNT),
}

REACHES = {
    Scope.AREA: {"own", "another unit's", "another account's", "nobody's"},
    Scope.OWN_UNIT: {"own", "another account's"},
    Scope.SELF: {"own", "another unit's"},
    None: set[str](),
}


@pytest.mark.parametrize(("role", "act", "scope"), cells())
def test_a_seat_may_do_what_the_table_says_to_what_it_says_and_nothing_else(
    role: Role, act: Act, scope: Scope | None
) -> None:
    one = seat(role, UNIT)
    assert one.scope(act) is scope
    assert {name for name, about in ABOUT.items() if one.may(act, about)} == REACHES[scope]
    assert one.may(act) is (scope is Scope.AREA)
    with nullcontext() if scope is Scope.AREA else pytest.raises(refusal.Forbidden):
        one.must(act)


@pytest.mark.parametrize(
    ("stream", "readers"),
    [
        (f"area/{AREA}", {Role.OPERATOR, Role.SUPERVISOR, Role.PLANNER, Role.VIEWER}),
        (f"callers/{AREA}", {Role.OPERATOR, Role.SUPERVISOR}),
        (f"ground/{AREA}", set(Role)),
        (f"unit/{UNIT}", {Role.CREW}),
        (f"area/{OTHER_AREA}", set()),
        (f"callers/{OTHER_AREA}", set()),
        (f"ground/{OTHER_AREA}", set()),
        (f"unit/{OTHER_UNIT}", set()),
        (f"unit/{AREA}", set()),
        ("unit/None", set()),
        ("unit/", set()),
        ("unit", set()),
        ("area/", set()),
        ("area", set()),
        ("", set()),
        ("/", set()),
        (f"/{AREA}", set()),
        (f"{AREA}", set()),
        (f"area/{AREA}/", set()),
        (f"area/{AREA} ", set()),
        (f"AREA/{AREA}", set()),
        (f"everything/{AREA}", set()),
    ],
)
def test_who_may_read_a_stream(stream: str, readers: set[Role]) -> None:
    assert {each.role for each in SEATS if may_read(each, stream)} == readers


@pytest.mark.parametrize("role", Role)
def test_an_operation_that_is_not_in_the_table_is_refused_to_everybody(role: Role) -> None:
    assert may_ask(role, "GET /api/units")
    assert not may_ask(role, "GET /api/something-new")
    assert not may_ask(role, "PUT /api/units")


def test_a_seat_without_a_unit_reads_no_unit() -> None:
    assert not may_read(seat(Role.CREW), f"unit/{UNIT}")
    assert streams(seat(Role.CREW)) == [f"ground/{AREA}"]


known = st.sampled_from(["area", "callers", "ground", "unit", "area/", "unit/", str(AREA), str(UNIT), str(OTHER_AREA)])


@given(st.lists(known | st.text(max_size=5)).map("".join), st.sampled_from(SEATS))
def test_any_other_stream_is_refused_whatever_it_is_called(stream: str, one: Seat) -> None:
    own = {f"area/{AREA}", f"callers/{AREA}", f"ground/{AREA}", f"unit/{UNIT}"}
    assert stream in own or not may_read(one, stream)
