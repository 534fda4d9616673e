"""What each seat may do and read: a table, and no to everything else."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.seat import RIGHTS, Act, Role, Seat, may_ask, may_read

AREA, OTHER_AREA = UUID(int=1), UUID(int=2)
UNIT, OTHER_UNIT = UUID(int=11), UUID(int=12)


def seat(role: Role, unit: UUID | None = None) -> Seat:
    return Seat(
        session=UUID(int=21),
        account=UUID(int=22),
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
own_session           yes       yes         yes      yes     yes
read_ground           yes       yes         yes      yes     yes
read_area             yes       yes         yes      yes     no
read_callers          yes       yes         no       no      no
report                yes       yes         no       no      no
run_incident          yes       yes         no       no      no
assign                yes       yes         no       no      no
read_own_unit         no        no          no       no      yes
step_any_assignment   yes       yes         no       no      no
step_own_assignment   no        no          no       no      yes
place_any_unit        yes       yes         no       no      no
place_own_unit        no        no          no       no      yes
run_exercise          no        yes         no       no      no
run_sessions          no        yes         no       no      no
"""


def cells() -> list[tuple[Role, Act, bool]]:
    header, *lines = (line.split() for line in MAY.strip().splitlines())
    return [
        (Role(role), Act(act), answer == "yes")
        for act, *answers in lines
        for role, answer in zip(header, answers, strict=True)
    ]


def test_the_table_above_names_every_role_and_every_act() -> None:
    assert {(role, act) for role, act, _ in cells()} == {(role, act) for role in Role for act in Act}
    assert set(RIGHTS) == set(Role)


@pytest.mark.parametrize(("role", "act", "allowed"), cells())
def test_a_seat_may_do_what_the_table_says_and_nothing_else(role: Role, act: Act, allowed: bool) -> None:
    assert seat(role).may(act) is allowed


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


known = st.sampled_from(["area", "callers", "ground", "unit", "area/", "unit/", str(AREA), str(UNIT), str(OTHER_AREA)])


@given(st.lists(known | st.text(max_size=5)).map("".join), st.sampled_from(SEATS))
def test_any_other_stream_is_refused_whatever_it_is_called(stream: str, one: Seat) -> None:
    own = {f"area/{AREA}", f"callers/{AREA}", f"ground/{AREA}", f"unit/{UNIT}"}
    assert stream in own or not may_read(one, stream)
