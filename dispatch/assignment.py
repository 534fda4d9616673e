"""A unit sent to an incident, from assigned to clear: its states, its steps, and which step may follow which."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
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
    CORRECT = "correct"
    """A time said wrongly is said right, by the desk; the timeline keeps what was said before."""


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
    for state in State:
        moves[state, Step.CORRECT] = state
    return moves


TRANSITIONS: Mapping[tuple[State, Step], State] = MappingProxyType(_table())
"""Every legal step. What is not in the table is refused and changes nothing. A correction keeps an ended assignment
ended; of an open one the state follows from the corrected times (``corrected``).
"""

CREW_STEPS = frozenset(Step) - {Step.REVOKE, Step.TIME_OUT, Step.CORRECT}
DESK_STEPS = CREW_STEPS | {Step.REVOKE, Step.CORRECT}

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


_STATE_OF: Mapping[str, State] = MappingProxyType({TIME_OF[step]: state for step, state in _FORWARD.items()})
"""The state that each time of the way stands for, in their order."""


class OutOfOrder(Exception):
    """A time would lie before one that comes before it, or after one that comes after it; ``other`` is that one."""

    def __init__(self, name: str, other: str) -> None:
        super().__init__(f"{name} would be out of order with {other}")
        self.name, self.other = name, other


def corrected(
    state: State, times: Mapping[str, datetime | None], of: Step, at: datetime | None
) -> tuple[State, dict[str, datetime | None]]:
    """The state and the times of the way with the one that ``of`` sets said right; None: it did not happen.

    ``times`` has ``assigned_at``, the times of the way and ``ended_at``. Raises ``OutOfOrder``, and ``IllegalStep`` for
    a step that sets no time of the way.
    """
    if of not in _FORWARD:
        raise IllegalStep(state, of)
    name = TIME_OF[of]
    way: dict[str, datetime | None] = {each: times[each] for each in _STATE_OF} | {name: at}
    known = [(each, when) for each in ("assigned_at", *way, "ended_at") if (when := (way | _ends(times))[each])]
    for (before, earlier), (after_, later) in pairwise(known):
        if earlier > later:
            raise OutOfOrder(name, before if after_ == name else after_)
    if state in ENDED:
        return state, way
    reached = [_STATE_OF[each] for each, when in way.items() if when is not None]
    return (reached[-1] if reached else State.ASSIGNED), way


LATE_STEPS = CREW_STEPS - {Step.ALARMED, Step.NOTE}
"""What a crew did that matters even where it is refused, because its order has ended meanwhile or has gone on: a crew
out of signal declines, and the radio has said that it is there. A device that rings for what has been called off tells
nobody anything, and a note is taken in any state.
"""


def overtaken(
    state: State, times: Mapping[str, datetime | None], step: Step, at: datetime
) -> dict[str, datetime | None] | None:
    """The times of the way with that of a step that was taken in its place and heard too late; None where it changes
    none: it was taken after the order had ended, or lies out of order, or its time was known, or it has none.

    ``times`` as in ``corrected``. The state stays what it is: what was decided meanwhile holds.
    """
    if step not in _FORWARD or times[TIME_OF[step]] is not None:
        return None
    try:
        return corrected(state, times, step, at)[1]
    except OutOfOrder:
        return None


MAY_NOT_KNOW = frozenset({State.REVOKED, State.TIMED_OUT})
"""How an order ends without its crew: who acts on it afterwards may not know."""


def goes_on(state: State, step: Step) -> bool:
    """Whether a crew that took ``step`` before it could know how its order ended may still be out for it."""
    return state in MAY_NOT_KNOW and step in LATE_STEPS - {Step.DECLINE, Step.CLEAR}


def _ends(times: Mapping[str, datetime | None]) -> dict[str, datetime | None]:
    return {"assigned_at": times["assigned_at"], "ended_at": times["ended_at"]}


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
