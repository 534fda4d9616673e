"""One event that needs a response: its status, its steps, and what they may follow."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

from dispatch import assignment


class Priority(StrEnum):
    """P1 life now, P2 serious, P3 can wait, P4 not urgent."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class Status(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Outcome(StrEnum):
    DONE = "done"
    DUPLICATE_OF = "duplicate_of"
    FALSE_ALARM = "false_alarm"
    TRANSFERRED = "transferred"
    CANCELLED = "cancelled"


class State(StrEnum):
    """What a screen says of an incident; derived from the rows that exist, never stored."""

    RECEIVED = "received"
    WAITING = "waiting"
    ASSIGNED = "assigned"
    UNDER_WAY = "under_way"
    CLOSED = "closed"


class Step(StrEnum):
    LOCATE = "locate"
    RETYPE = "retype"
    PRIORITY = "priority"
    NOTE = "note"
    CONFIRM = "confirm"
    """A second source has said so, or somebody sees it."""
    TRANSFER = "transfer"
    """From the command centre to a committee, or from a committee to the centre or another; it has one owner."""
    CLOSE = "close"
    CANCEL = "cancel"
    REOPEN = "reopen"


class AssignPolicy(StrEnum):
    AUTO = "auto"
    RECOMMEND = "recommend"


TRANSITIONS: Mapping[tuple[Status, Step], Status] = MappingProxyType(
    {
        (Status.OPEN, Step.LOCATE): Status.OPEN,
        (Status.OPEN, Step.RETYPE): Status.OPEN,
        (Status.OPEN, Step.PRIORITY): Status.OPEN,
        (Status.OPEN, Step.NOTE): Status.OPEN,
        (Status.OPEN, Step.CONFIRM): Status.OPEN,
        (Status.OPEN, Step.TRANSFER): Status.OPEN,
        (Status.OPEN, Step.CLOSE): Status.CLOSED,
        (Status.OPEN, Step.CANCEL): Status.CLOSED,
        (Status.CLOSED, Step.NOTE): Status.CLOSED,
        (Status.CLOSED, Step.REOPEN): Status.OPEN,
    }
)
"""Every legal step. What is not in the table is refused and changes nothing."""


class IllegalStep(Exception):
    """The incident's status does not allow the step."""

    def __init__(self, status: Status, step: Step) -> None:
        super().__init__(f"cannot {step} when {status}")
        self.status = status
        self.step = step


OWNERS_STEPS = frozenset({Step.TRANSFER, Step.CONFIRM, Step.CLOSE})
"""What a committee may do with an incident that it has in hand."""

CENTRE = "centre"
"""The owner of whatever no committee has in hand."""

WEIGHED_AGAIN = frozenset({Step.LOCATE, Step.RETYPE, Step.PRIORITY})
"""The steps after which the target, and who should go, are worked out again."""


class UnitsStillOut(Exception):
    """An incident is closed as done only when every unit sent to it has been cleared."""

    def __init__(self, units: Collection[str]) -> None:
        super().__init__(f"cannot close while units are still assigned: {', '.join(sorted(units))}")
        self.units = sorted(units)


def after(status: Status, step: Step) -> Status:
    """The status after ``step``; raises ``IllegalStep``."""
    try:
        return TRANSITIONS[status, step]
    except KeyError:
        raise IllegalStep(status, step) from None


def policy(asked: AssignPolicy | None, *, auto_assign: bool) -> AssignPolicy:
    """Whether units go without an operator: as was asked, else as the run card says."""
    return asked or (AssignPolicy.AUTO if auto_assign else AssignPolicy.RECOMMEND)


def outcome(step: Step, said: Outcome | None) -> Outcome:
    """How an incident ends by closing, as said or as done, or by cancelling."""
    return Outcome.CANCELLED if step is Step.CANCEL else said or Outcome.DONE


def call_off(step: Step, said: Outcome | None, still_out: Collection[str]) -> str:
    """Why the units still out are called off when the incident ends so; raises ``UnitsStillOut`` where it must wait
    for them: what is closed as done was seen to its end.
    """
    if still_out and outcome(step, said) is Outcome.DONE:
        raise UnitsStillOut(still_out)
    return (said or step).value


_UNDER_WAY = frozenset(assignment.PROGRESS[2:])


def state(status: Status, *, located: bool, assignments: Collection[assignment.State]) -> State:
    """What to show: closed, under way once a unit moves, assigned, else waiting, or received while not located."""
    if status is Status.CLOSED:
        return State.CLOSED
    if any(each in _UNDER_WAY for each in assignments):
        return State.UNDER_WAY
    if any(each in assignment.OPEN for each in assignments):
        return State.ASSIGNED
    return State.WAITING if located else State.RECEIVED
