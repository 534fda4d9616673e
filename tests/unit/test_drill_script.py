"""Drills written down beforehand: what is wrong is named by its field, what is right is planned the same every time."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from dispatch.assignment import State
from dispatch.drill import script as scripts
from dispatch.drill.callers import Ask, ask
from dispatch.drill.command import why_not
from dispatch.drill.conduct import Forgets, conduct, next_step
from dispatch.drill.report import expectation_met
from dispatch.drill.script import BadScript, Expectation, Measure, Script
from dispatch.drill.stage import NotADrill
from dispatch.drill.told_time import ToldClock
from dispatch.incident import AssignPolicy
from dispatch.server import wire

AREA = Path(__file__).parents[2] / "areas" / "wulingyuan"
DRILLS = sorted((AREA / "drills").glob("*.yaml"))

SMALL = """
name_zh: 小演练
name_en: A small drill
begins: "22:00"
ends: "01:00"
calls:
  - {at: "00:30", type: TRA-SP, where: {place: 后花园}}
  - {at: "22:10", type: MED-CA, where: {call_point: SOS-33}, assign: recommend}
events:
  - {at: "23:00", conditions: night}
expect:
  - {measure: left_open, at_most: 0}
"""


def read(text: str, folder: Path) -> Script:
    path = folder / "script.yaml"
    path.write_text(text, "utf-8")
    return scripts.read(path)


@pytest.mark.parametrize("path", DRILLS, ids=[each.stem for each in DRILLS])
def test_every_drill_of_the_demo_can_be_played(path: Path) -> None:
    plan = scripts.read(path)
    assert scripts.calls(plan)
    assert plan.expect
    header, *lines = (AREA / "incident_types.csv").read_text("utf-8-sig").splitlines()
    types = {line.split(",")[0] for line in lines}
    header, *lines = (AREA / "units.csv").read_text("utf-8-sig").splitlines()
    team = header.split(",").index("team")
    units = {line.split(",")[0]: line.split(",")[team] for line in lines}
    scripts.check_codes(plan, types=types, units=units)


def test_the_demo_has_the_five_days_a_centre_must_have_seen() -> None:
    names = {each.stem for each in DRILLS}
    assert names == {"ordinary_day", "golden_week", "storm", "night_arrest", "radio_silence"}
    assert [
        len(scripts.calls(scripts.read(AREA / "drills" / f"{name}.yaml"))) for name in ("ordinary_day", "golden_week")
    ] == [
        35,
        140,
    ]


def test_calls_come_by_the_hour_also_after_midnight_and_the_same_every_time(tmp_path: Path) -> None:
    plan = read(SMALL, tmp_path)
    planned = scripts.calls(plan)
    assert [(each.after_s, each.told.type, each.assign) for each in planned] == [
        (600, "MED-CA", AssignPolicy.RECOMMEND),
        (8400, "TRA-SP", AssignPolicy.AUTO),
    ]
    assert [each.at_s for each in scripts.events(plan)] == [3600]
    assert scripts.calls(plan) == planned
    assert (plan.lasts_s, plan.first_hour) == (3 * 3600, time(22))


@pytest.mark.parametrize(
    ("was", "becomes", "field", "fact"),
    [
        ('begins: "22:00"', 'begins: "25:00"', "begins", "Expected `str` matching"),
        ("type: TRA-SP", "kind: TRA-SP", "calls[0]", "unknown field `kind`"),
        ("place: 后花园", "spot: 后花园", "calls[0].where", "unknown field `spot`"),
        ('at: "23:00"', 'at: "05:00"', "events[0].at", "not between 22:00 and 01:00"),
        ("conditions: night}", "silent: {minutes: 10}}", "events[0].silent", "no teams"),
        ("conditions: night}", "}", "events[0]", "exactly one of"),
        ("conditions: night}", "closed: {reason: x}}", "events[0].closed", "exactly one of edges, kind"),
        ("measure: left_open", "measure: luck", "expect[0].measure", "luck"),
        ("at_most: 0", "why: x", "expect[0]", "neither at_least nor at_most"),
        ('ends: "01:00"', 'ends: "22:00"', "ends", "when it begins"),
        ("name_en: A small drill", "name_en: 3", "name_en", "Expected `str`"),
        (
            "calls:",
            "traffic: {count: 0, from: '22:00', until: '23:00', busiest: '22:30'}\ncalls:",
            "traffic.count",
            ">= 1",
        ),
        (
            "calls:",
            "traffic: {count: 3, from: '22:00', until: '23:00', busiest: '00:30'}\ncalls:",
            "traffic.busiest",
            "00:30",
        ),
        ("name_zh: 小演练", "name_zh: [", "", "no YAML"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(was: str, becomes: str, field: str, fact: str, tmp_path: Path) -> None:
    assert was in SMALL
    with pytest.raises(BadScript) as error:
        read(SMALL.replace(was, becomes), tmp_path)
    assert error.value.field == field
    assert fact in error.value.fact


def test_a_script_names_only_what_the_area_has(tmp_path: Path) -> None:
    plan = read(SMALL.replace("conditions: night", "silent: {minutes: 5, teams: [G4], units: [G1-1, G9-9]}"), tmp_path)
    for types, units, field in (
        ({"MED-CA"}, {"G1-1": "G1"}, "calls[0].type"),
        ({"MED-CA", "TRA-SP"}, {"G1-1": "G1"}, "events[0].silent.teams[0]"),
        ({"MED-CA", "TRA-SP"}, {"G1-1": "G1", "G4-1": "G4"}, "events[0].silent.units[1]"),
    ):
        with pytest.raises(BadScript) as error:
            scripts.check_codes(plan, types=types, units=units)
        assert error.value.field == field


def test_time_stands_still_until_everybody_has_come() -> None:
    begins = datetime(2026, 10, 1, 0, 5, tzinfo=UTC)
    clock = ToldClock(begins, 1000.0)
    assert clock() == clock() == begins
    clock.go()
    assert begins <= clock() < begins + timedelta(days=1)


def test_what_could_not_be_measured_is_not_met() -> None:
    wanted = Expectation(measure=Measure.SOUNDING, at_most=6)
    assert [expectation_met(wanted, value).met for value in (6.0, 6.1, None)] == [True, False, False]
    between = Expectation(measure=Measure.WITHIN_TARGET, at_least=0.5, at_most=0.9)
    assert [expectation_met(between, value).met for value in (0.4, 0.7, 0.95)] == [False, True, False]


def test_a_crew_that_forgets_takes_as_long_and_clears_without_saying_where_it_was() -> None:
    how = {each.forgets: each for seed in range(60) if (each := conduct(seed, "U", 1, turnout_s=60, forgets=1.0))}
    assert how.keys() == {Forgets.AT_PATIENT, Forgets.BOTH}
    both, one = how[Forgets.BOTH], how[Forgets.AT_PATIENT]
    assert next_step(State.EN_ROUTE, both, way_s=300) == ("clear", 300 + both.look_s + both.treat_s)
    assert next_step(State.ON_SCENE, one, way_s=300) == ("clear", one.look_s + one.treat_s)
    assert next_step(State.EN_ROUTE, one, way_s=300) == ("on_scene", 300)
    assert conduct(1, "U", 1, turnout_s=60) == conduct(1, "U", 1, turnout_s=60, forgets=0.0)
    assert conduct(1, "U", 1, turnout_s=60).forgets is Forgets.NOTHING


T = datetime(2026, 10, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "reached", "asked"),
    [
        ({"state": State.ASSIGNED}, False, Ask.WHERE_ARE_YOU),
        ({"state": State.ON_SCENE, "near_patient_at": T}, False, Ask.IS_IT_SO),
        ({"state": State.CLEARED, "near_patient_at": T}, True, Ask.IS_IT_SO),
        ({"state": State.CLEARED, "on_scene_at": T}, False, Ask.WHEN_WAS_IT),
        ({"state": State.CLEARED, "on_scene_at": T}, True, None),
        ({"state": State.CLEARED}, False, None),
        ({"state": State.AT_PATIENT, "near_patient_at": T, "at_patient_at": T}, True, None),
        ({"state": State.REVOKED, "near_patient_at": T}, False, None),
        ({"state": State.EN_ROUTE}, False, None),
    ],
)
def test_what_the_desk_of_a_drill_asks_a_crew(facts: dict[str, object], reached: bool, asked: Ask | None) -> None:
    assert ask(an_assignment(**facts), reached=reached) is asked


def an_assignment(**facts: object) -> wire.Assignment:
    unknown = dict.fromkeys(wire.Assignment.__struct_fields__)
    ids = dict.fromkeys(("id", "area", "incident", "unit", "decision"), UUID(int=1))
    usual = {"kind": "incident", "legs": [], "medical": False, "late": False, "people": 2, "incident_number": 1}
    return wire.Assignment(**{**unknown, **ids, **usual, "unit_code": "U", "assigned_at": T, "version": 1, **facts})  # type: ignore[arg-type]


def test_a_script_that_cannot_be_played_says_why_and_a_fault_of_ours_is_not_hidden() -> None:
    path = Path("storm.yaml")
    wrong = ExceptionGroup("playing", [ExceptionGroup("ground", [BadScript("events[1].closed", "no such way")])])
    assert why_not(path, wrong) == "storm.yaml: events[1].closed: no such way"
    assert "not a drill's" in (why_not(path, NotADrill()) or "")
    assert why_not(path, ExceptionGroup("playing", [ZeroDivisionError()])) is None
