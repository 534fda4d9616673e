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


CELL, OTHER_CELL = "430811002904001", "430811002905001"


def seat(role: Role, unit: UUID | None = None, cells: tuple[str, ...] = ()) -> Seat:
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
        cells=cells,
    )


SEATS = [
    *(seat(role) for role in (Role.OPERATOR, Role.SUPERVISOR, Role.PLANNER, Role.VIEWER)),
    seat(Role.CREW, UNIT),
    seat(Role.COMMITTEE, cells=(CELL, "A/1 号")),
]

MAY = """
                  operator  supervisor  planner  viewer  crew      committee
own_session       self      self        self     self    self      self
read_ground       area      area        area     area    area      area
read_incidents    area      area        area     area    no        own_cells
read_units        area      area        area     area    own_unit  no
read_routes       area      area        area     area    no        no
read_coverage     area      area        area     area    no        own_cells
read_exercises    area      area        area     area    no        no
read_alarms       area      area        area     area    no        no
read_callers      area      area        no       no      no        self
read_timeline     area      area        no       no      no        no
read_figures      area      area        area     area    no        no
read_decisions    area      area        area     no      no        no
read_orders       area      area        no       no      own_unit  no
report            area      area        no       no      no        own_cells
close_ways        area      area        no       no      no        no
switch_conditions area      area        no       no      no        no
note              area      area        no       no      no        own_cells
run_incident      area      area        no       no      no        no
run_own_incident  no        no          no       no      no        own_cells
assign            area      area        no       no      no        no
step_assignment   area      area        no       no      own_unit  no
place_unit        area      area        no       no      own_unit  no
send_notice       area      area        no       no      no        no
read_notices      area      area        area     area    no        no
see_notice        area      area        area     area    own_unit  no
say_seen          no        no          no       no      own_unit  no
run_exercise      no        area        no       no      no        no
run_sessions      no        area        no       no      no        no
send_squad        area      area        no       no      no        own_cells
switch_mode       no        area        no       no      no        no
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
    "own": About(area=AREA, unit=UNIT, cell=CELL, account=ACCOUNT),
    "another unit's": About(area=AREA, unit=OTHER_UNIT, cell=CELL, account=ACCOUNT),
    "another cell's": About(area=AREA, unit=UNIT, cell=OTHER_CELL, account=ACCOUNT),
    "another account's": About(area=AREA, unit=UNIT, cell=CELL, account=OTHER_ACCOUNT),
    "nobody's": About(area=AREA),
    "another area's": About(area=OTHER_AREA, unit=UNIT, cell=CELL, account=ACCOUNT),
}

REACHES = {
    Scope.AREA: {"own", "another unit's", "another cell's", "another account's", "nobody's"},
    Scope.OWN_UNIT: {"own", "another cell's", "another account's"},
    Scope.OWN_CELLS: {"own", "another unit's", "another account's"},
    Scope.SELF: {"own", "another unit's", "another cell's"},
    None: set[str](),
}


@pytest.mark.parametrize(("role", "act", "scope"), cells())
def test_a_seat_may_do_what_the_table_says_to_what_it_says_and_nothing_else(
    role: Role, act: Act, scope: Scope | None
) -> None:
    one = seat(role, UNIT, (CELL,))
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
        (f"cell/{AREA}/{CELL}", {Role.COMMITTEE}),
        (f"cell/{AREA}/A%2F1%20%E5%8F%B7", {Role.COMMITTEE}),
        (f"cell/{AREA}/A/1 号", set()),
        (f"cell/{AREA}/{OTHER_CELL}", set()),
        (f"cell/{OTHER_AREA}/{CELL}", set()),
        (f"cell/{AREA}/", set()),
        (f"cell/{AREA}", set()),
        (f"cell/{CELL}", set()),
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
def test_a_right_to_some_things_only_is_no_right_to_the_whole_area(role: Role) -> None:
    one = seat(role, UNIT, (CELL,))
    for act, scope in RIGHTS[role].items():
        one.must_somewhere(act)
        assert one.may(act) is (scope is Scope.AREA)
    for act in set(Act) - RIGHTS[role].keys():
        with pytest.raises(refusal.Forbidden):
            one.must_somewhere(act)


@pytest.mark.parametrize("role", Role)
def test_an_operation_that_is_not_in_the_table_is_refused_to_everybody(role: Role) -> None:
    assert may_ask(role, "GET /api/cells")
    assert not may_ask(role, "GET /api/something-new")
    assert not may_ask(role, "PUT /api/units")


def test_a_seat_without_a_unit_reads_no_unit() -> None:
    assert not may_read(seat(Role.CREW), f"unit/{UNIT}")
    assert streams(seat(Role.CREW)) == [f"ground/{AREA}"]


def test_a_committee_without_cells_reads_no_cell() -> None:
    assert streams(seat(Role.COMMITTEE)) == [f"ground/{AREA}"]


known = st.sampled_from(["area", "callers", "ground", "unit", "area/", "unit/", str(AREA), str(UNIT), str(OTHER_AREA)])


@given(st.lists(known | st.text(max_size=5)).map("".join), st.sampled_from(SEATS))
def test_any_other_stream_is_refused_whatever_it_is_called(stream: str, one: Seat) -> None:
    own = {f"area/{AREA}", f"callers/{AREA}", f"ground/{AREA}", f"unit/{UNIT}", *streams(SEATS[-1])}
    assert stream in own or not may_read(one, stream)
