"""An incident from report to close: which step may follow which, and what a screen says of it."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import assignment
from dispatch.incident import (
    TRANSITIONS,
    AssignPolicy,
    IllegalStep,
    Outcome,
    State,
    Status,
    Step,
    UnitsStillOut,
    after,
    call_off,
    outcome,
    policy,
    state,
)

OPEN, CLOSED = Status.OPEN, Status.CLOSED
CREW = assignment.State
crews = st.lists(st.sampled_from(CREW), max_size=4)


def test_a_closed_incident_is_reopened_or_takes_a_note_and_nothing_else() -> None:
    allowed = {step: after(CLOSED, step) for step in Step if (CLOSED, step) in TRANSITIONS}
    assert allowed == {Step.REOPEN: OPEN, Step.NOTE: CLOSED}


def test_an_open_incident_takes_every_step_but_reopen() -> None:
    allowed = {step: after(OPEN, step) for step in Step if (OPEN, step) in TRANSITIONS}
    assert allowed == {step: OPEN for step in Step if step is not Step.REOPEN} | {
        Step.CLOSE: CLOSED,
        Step.CANCEL: CLOSED,
    }


@pytest.mark.parametrize("status", Status)
def test_what_is_not_in_the_table_is_refused_with_the_step_and_the_status_named(status: Status) -> None:
    for step in Step:
        if (status, step) not in TRANSITIONS:
            with pytest.raises(IllegalStep, match=rf"^cannot {step} when {status}$") as refused:
                after(status, step)
            assert (refused.value.status, refused.value.step) == (status, step)


@given(st.lists(st.sampled_from(Step)))
def test_what_is_closed_stays_closed_until_somebody_reopens_it(steps: list[Step]) -> None:
    status = OPEN
    for step in steps:
        before = status
        try:
            status = after(status, step)
        except IllegalStep:
            continue
        if before is CLOSED and status is OPEN:
            assert step is Step.REOPEN


def test_units_still_out_are_named_in_order() -> None:
    refused = UnitsStillOut({"G5-1", "G4-2"})
    assert refused.units == ["G4-2", "G5-1"]
    assert str(refused) == "cannot close while units are still assigned: G4-2, G5-1"


@pytest.mark.parametrize(
    ("located", "assignments", "shown"),
    [
        (False, [], State.RECEIVED),
        (True, [], State.WAITING),
        (True, [CREW.ASSIGNED], State.ASSIGNED),
        (True, [CREW.ACKNOWLEDGED], State.ASSIGNED),
        (True, [CREW.ASSIGNED, CREW.EN_ROUTE], State.UNDER_WAY),
        (False, [CREW.EN_ROUTE], State.UNDER_WAY),
        (True, [CREW.HANDED_OVER], State.UNDER_WAY),
        (True, [CREW.DECLINED], State.WAITING),
        (True, [CREW.TIMED_OUT, CREW.REVOKED], State.WAITING),
        (True, [CREW.DECLINED, CREW.ASSIGNED], State.ASSIGNED),
        (True, [CREW.CLEARED], State.WAITING),
        (False, [CREW.REVOKED], State.RECEIVED),
    ],
)
def test_what_a_screen_says_of_an_open_incident(
    located: bool, assignments: list[assignment.State], shown: State
) -> None:
    assert state(OPEN, located=located, assignments=assignments) is shown


@given(st.booleans(), crews)
def test_a_closed_incident_is_shown_as_closed_whatever_else_is_true(
    located: bool, assignments: list[assignment.State]
) -> None:
    assert state(CLOSED, located=located, assignments=assignments) is State.CLOSED


@given(st.booleans(), crews)
def test_an_incident_nobody_is_on_is_never_shown_as_cared_for(
    located: bool, assignments: list[assignment.State]
) -> None:
    shown = state(OPEN, located=located, assignments=assignments)
    assert (shown in (State.WAITING, State.RECEIVED)) == assignment.ENDED.issuperset(assignments)


@given(st.booleans(), crews, st.randoms(use_true_random=False))
def test_the_order_of_the_assignments_does_not_matter(
    located: bool, assignments: list[assignment.State], random: Random
) -> None:
    shuffled = list(assignments)
    random.shuffle(shuffled)
    assert state(OPEN, located=located, assignments=shuffled) is state(OPEN, located=located, assignments=assignments)


@pytest.mark.parametrize("said", [None, Outcome.DONE])
def test_closing_as_done_waits_for_the_units(said: Outcome | None) -> None:
    with pytest.raises(UnitsStillOut, match="G5-1"):
        call_off(Step.CLOSE, said, ["G5-1"])
    call_off(Step.CLOSE, said, [])


def test_any_other_end_calls_the_units_off_and_says_which_it_was() -> None:
    assert call_off(Step.CANCEL, None, ["G5-1"]) == "cancel"
    assert call_off(Step.CLOSE, Outcome.FALSE_ALARM, ["G5-1"]) == "false_alarm"


def test_a_cancelled_incident_is_cancelled_and_a_closed_one_is_done_unless_said_otherwise() -> None:
    assert outcome(Step.CANCEL, None) is Outcome.CANCELLED
    assert outcome(Step.CLOSE, None) is Outcome.DONE
    assert outcome(Step.CLOSE, Outcome.TRANSFERRED) is Outcome.TRANSFERRED


def test_what_was_asked_for_goes_before_what_the_run_card_says() -> None:
    assert policy(None, auto_assign=True) is AssignPolicy.AUTO
    assert policy(None, auto_assign=False) is AssignPolicy.RECOMMEND
    assert policy(AssignPolicy.RECOMMEND, auto_assign=True) is AssignPolicy.RECOMMEND
    assert policy(AssignPolicy.AUTO, auto_assign=False) is AssignPolicy.AUTO
