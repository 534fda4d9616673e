"""A unit sent to an incident, from assigned to clear: its states, its steps, and which step may follow which."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    ASSIGNED = "assigned"
    ACKNOWLEDGED = "acknowledged"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    AT_PATIENT = "at_patient"
    MOVING = "moving"
    HANDED_OVER = "handed_over"
    CLEARED = "cleared"
    DECLINED = "declined"
    TIMED_OUT = "timed_out"
    REVOKED = "revoked"


class Step(StrEnum):
    """What a crew, the radio or the desk says of an assignment; the same words on HTTP, feed and screen."""

    ALARMED = "alarmed"
    ACKNOWLEDGE = "acknowledge"
    DECLINE = "decline"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    AT_PATIENT = "at_patient"
    MOVING = "moving"
    HANDED_OVER = "handed_over"
    CLEAR = "clear"
    NEED_HELP = "need_help"
    NOTE = "note"
    REVOKE = "revoke"
    TIME_OUT = "time_out"


ENDED = frozenset({State.CLEARED, State.DECLINED, State.TIMED_OUT, State.REVOKED})
OPEN = frozenset(State) - ENDED

PROGRESS = (
    State.ASSIGNED,
    State.ACKNOWLEDGED,
    State.EN_ROUTE,
    State.ON_SCENE,
    State.AT_PATIENT,
    State.MOVING,
    State.HANDED_OVER,
)
"""The way an assignment goes; a later step may be taken without the ones before it."""

_FORWARD: Mapping[Step, State] = MappingProxyType(
    {
        Step.ACKNOWLEDGE: State.ACKNOWLEDGED,
        Step.EN_ROUTE: State.EN_ROUTE,
        Step.ON_SCENE: State.ON_SCENE,
        Step.AT_PATIENT: State.AT_PATIENT,
        Step.MOVING: State.MOVING,
        Step.HANDED_OVER: State.HANDED_OVER,
    }
)


def _table() -> dict[tuple[State, Step], State]:
    moves: dict[tuple[State, Step], State] = {}
    for step, target in _FORWARD.items():
        for state in PROGRESS[: PROGRESS.index(target)]:
            moves[state, step] = target
    for state in OPEN:
        moves[state, Step.REVOKE] = State.REVOKED
        moves[state, Step.NEED_HELP] = state
        moves[state, Step.NOTE] = state
        moves[state, Step.ALARMED] = state
        if state is not State.ASSIGNED:
            moves[state, Step.CLEAR] = State.CLEARED
    for state in (State.ASSIGNED, State.ACKNOWLEDGED, State.EN_ROUTE):
        moves[state, Step.DECLINE] = State.DECLINED
    moves[State.ASSIGNED, Step.TIME_OUT] = State.TIMED_OUT
    for state in ENDED:
        moves[state, Step.NOTE] = state
    return moves


TRANSITIONS: Mapping[tuple[State, Step], State] = MappingProxyType(_table())
"""Every legal step. What is not in the table is refused and changes nothing."""

CREW_STEPS = frozenset(Step) - {Step.REVOKE, Step.TIME_OUT}
DESK_STEPS = CREW_STEPS | {Step.REVOKE}

TIME_OF: Mapping[Step, str] = MappingProxyType(
    {
        Step.ALARMED: "alarmed_at",
        Step.NEED_HELP: "help_asked_at",
        Step.ACKNOWLEDGE: "acknowledged_at",
        Step.EN_ROUTE: "en_route_at",
        Step.ON_SCENE: "on_scene_at",
        Step.AT_PATIENT: "at_patient_at",
        Step.MOVING: "moving_at",
        Step.HANDED_OVER: "handed_over_at",
    }
)
"""Which time of the assignment a step sets, once."""


def times(step: Step, *, before: State, after: State, at: datetime) -> dict[str, datetime]:
    """The times of the assignment that a step sets; one that was set before stays as it was."""
    set_by_step = {TIME_OF[step]: at} if step in TIME_OF else {}
    return set_by_step | ({"ended_at": at} if after in ENDED and before not in ENDED else {})


class IllegalStep(Exception):
    """The assignment's state does not allow the step."""

    def __init__(self, state: State, step: Step) -> None:
        super().__init__(f"cannot {step.replace('_', ' ')} when {state.replace('_', ' ')}")
        self.state = state
        self.step = step


def after(state: State, step: Step) -> State:
    """The state after ``step``; raises ``IllegalStep`` and promises nothing was half-changed."""
    try:
        return TRANSITIONS[state, step]
    except KeyError:
        raise IllegalStep(state, step) from None
