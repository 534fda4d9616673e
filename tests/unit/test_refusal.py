"""Every way to say no: a code that stays, a sentence in both languages, the facts in it."""

from datetime import UTC, datetime
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import refusal
from dispatch.refusal import Forbidden, IllegalStep, Refusal, Stale, UnitsStillOut

CODES = {
    "BadRequest": "bad_request",
    "Busy": "busy",
    "CellNotKnown": "cell_not_known",
    "ClosureOver": "closure_over",
    "ExerciseMismatch": "exercise_over",
    "Forbidden": "forbidden",
    "GroundGone": "ground_gone",
    "IdReused": "id_reused",
    "IllegalStep": "illegal_step",
    "ImpossibleTimes": "impossible_times",
    "LinkOver": "link_over",
    "LinkedAlready": "linked_already",
    "MayNotTake": "may_not_take",
    "Missing": "missing",
    "ModeHasNo": "mode_has_no",
    "ModeNeeds": "mode_needs",
    "NoEdgeThere": "no_edge_there",
    "NobodyOn": "nobody_on_duty",
    "NotAPolygon": "not_a_polygon",
    "NotFound": "not_found",
    "NotLocated": "not_located",
    "NotOwner": "not_owner",
    "OwnedAlready": "owned_already",
    "NotSigned": "not_signed",
    "NotSignedIn": "not_signed_in",
    "OnlyReport": "only_report",
    "OneLocation": "one_location",
    "OneNaming": "one_naming",
    "OneSeat": "one_seat",
    "OneWayIn": "one_way_in",
    "OutOfOrder": "out_of_order",
    "OtherDecision": "other_decision",
    "OutsideOwnCells": "outside_own_cells",
    "ReasonRequired": "reason_required",
    "ShadowMode": "shadow_mode",
    "LiveIncident": "live_incident",
    "LoggedAlready": "logged_already",
    "SameIncident": "same_incident",
    "RepeatsAnother": "repeats_another",
    "Stale": "stale",
    "NotOnThatWay": "not_on_that_way",
    "TooFarAway": "too_far_away",
    "TooManyEdges": "too_many_edges",
    "TooManyTries": "too_many_tries",
    "UnitAlreadyAssigned": "unit_already_assigned",
    "UnitNotFree": "unit_not_free",
    "NoPosition": "no_position",
    "OneEnd": "one_end",
    "NobodyToTell": "nobody_to_tell",
    "NotAPicture": "not_a_picture",
    "NoticeOver": "notice_over",
    "UnitsStillOut": "units_still_out",
    "Unknown": "unknown",
    "UnknownCode": "unknown_code",
    "WrongCode": "wrong_code",
    "WrongLogin": "wrong_login",
    "WrongOrigin": "forbidden",
    "WrongPeriod": "wrong_period",
}
"""Programs rely on them: a code is added, never changed."""

KINDS = [each for each in vars(refusal).values() if isinstance(each, type) and issubclass(each, Refusal)]


def blanks(text: str) -> dict[str, str]:
    """The names of the facts, each with its format."""
    return {name: spec or "" for _, name, spec, _ in Formatter().parse(text) if name is not None}


def facts(kind: type[Refusal]) -> dict[str, Any]:
    """One fact for every blank, of the kind that its format asks for."""
    return {name: 12.5 if spec else f"fact-{name}" for name, spec in blanks(kind.en + kind.zh).items()}


def chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_codes_are_stable() -> None:
    assert {kind.__name__: kind.code for kind in KINDS if kind is not Refusal} == CODES


def test_two_ways_to_say_no_share_a_code_only_where_a_program_need_not_tell_them_apart() -> None:
    shared = {code for code in CODES.values() if list(CODES.values()).count(code) > 1}
    assert shared == {"forbidden"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_reads_in_both_languages_with_its_facts(kind: type[Refusal]) -> None:
    given_facts = facts(kind)
    error = kind(**given_facts)
    assert chinese(error.sentence("zh"))
    assert not chinese(error.sentence("en"))
    assert str(error) == error.sentence("en")
    for language, text in (("zh", kind.zh), ("en", kind.en)):
        said = error.sentence(language)
        assert "{" not in said
        for name, spec in blanks(text).items():
            assert format(given_facts[name], spec) in said


@pytest.mark.parametrize("kind", KINDS)
def test_the_two_languages_tell_the_same_facts(kind: type[Refusal]) -> None:
    def told(text: str) -> set[str]:
        return {name.removesuffix("_zh").removesuffix("_en") for name in blanks(text)}

    assert told(kind.zh) == told(kind.en)


def test_a_state_a_step_and_a_role_are_said_in_the_language_of_the_sentence() -> None:
    early = IllegalStep(state="assigned", step="clear")
    assert early.sentence("zh") == "当前状态为“待接警”,不能执行“归队”"
    assert early.sentence("en") == "cannot clear when not acknowledged"
    late = Stale(state="handed_over", step="at_patient")
    assert late.sentence("en") == "this assignment has ended (handed over): too late to arrive at the patient"
    assert Forbidden(role="crew").sentence("zh") == "当前席位(队员)无此权限"


def test_the_field_and_the_facts_for_programs_are_kept() -> None:
    error = UnitsStillOut(field="step", units="G4-2", detail={"units": ["G4-2"]})
    assert (error.field, error.detail, error.facts) == ("step", {"units": ["G4-2"]}, {"units": "G4-2"})
    assert (UnitsStillOut(units="G4-2").field, UnitsStillOut(units="G4-2").detail) == (None, {})


def test_a_fact_that_is_missing_is_a_fault_of_ours_and_seen_at_once() -> None:
    with pytest.raises(KeyError):
        Forbidden()


@given(st.text(), st.sampled_from(["zh", "zh-CN", "en", "ko", ""]))
def test_whatever_somebody_sent_is_repeated_and_never_read_as_a_format(sent: str, language: str) -> None:
    assert sent in refusal.BadRequest(fact=sent).sentence(language)


def test_an_instant_among_the_facts_is_only_printed() -> None:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    assert str(at) in refusal.UnitAlreadyAssigned(unit="G4-2", number=7, since=at).sentence("zh")
