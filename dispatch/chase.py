"""Chasing an order: what ought to have happened by when, what is missing, and when to look again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from dispatch.assignment import State


class What(StrEnum):
    """What is missing of an assignment or an incident; each names, on the screen, something to do about it."""

    UNDELIVERED = "undelivered"
    """The crew's device has not stored the order."""
    UNALARMED = "unalarmed"
    """The device has not rung."""
    UNACKNOWLEDGED = "unacknowledged"
    """Nobody has said yes or no."""
    NOT_MOVING = "not_moving"
    """Acknowledged, and not set out."""
    OVERDUE = "overdue"
    """Set out, and not there though it should be."""
    OVERDUE_ON_SCENE = "overdue_on_scene"
    """There, and no further step for long."""
    NO_CHECK_IN = "no_check_in"
    """A crew that is alone out there has not been heard of."""
    LATE = "late"
    """Of an incident: who goes will not be at the patient in time, and another could be (``outlook``)."""
    NOT_SENT = "not_sent"
    """Of an incident: nobody has been sent, or nobody is left of who was."""
    NOT_LOCATED = "not_located"
    """Of an urgent incident: nobody has said where it is, so that nobody can be sent."""
    TOO_LATE = "too_late"
    """A crew that was out of reach has acted on an order that had been called off, and may be out there."""


class Ladder(msgspec.Struct, frozen=True, kw_only=True):
    """How long each step of an order may take, in seconds; a run card may say otherwise.

    From the assignment: ``deliver_s``, ``alarm_s``, ``acknowledge_s``. From the acknowledgement: ``move_s``. From the
    last step at the scene: ``on_scene_s``. From the last sign of life of a crew that is alone: ``check_in_s``.
    """

    deliver_s: int = 5
    alarm_s: int = 15
    acknowledge_s: int = 45
    move_s: int = 120
    on_scene_s: int = 1800
    check_in_s: int = 1200


RUNGS = (What.UNDELIVERED, What.UNALARMED, What.UNACKNOWLEDGED)
"""The ladder of a new order: who misses a later rung is not told of the earlier ones as well."""

SOUNDS = frozenset(What) - {What.UNDELIVERED}
"""What calls for an operator at once; an order not stored goes by the second channel first."""

UNTIL_ANSWERED = frozenset({What.TOO_LATE})
"""What stands until somebody has answered it, however the assignment goes on."""

STALE = timedelta(minutes=5)
"""A timer that comes so late, after an outage, finds a world it was not set for: it is told, and acts no more."""

LEAST_GRACE = timedelta(minutes=2)
"""How much later than foretold a crew may arrive before it is overdue, or a quarter of its way where that is more."""

LOOK_AGAIN = timedelta(seconds=30)
"""How soon to see whether a crew that was not heard of has been heard of: positions ring no bell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """An assignment as far as its chasing depends on it.

    ``latest_at`` is its latest step, the assignment itself included; ``heard_at`` the last sign of life of its crew, by
    step, word or position; ``alone``: no other unit is on the incident; ``eta_s`` counts from the assignment and
    includes ``turnout_s``.
    """

    state: State
    assigned_at: datetime
    latest_at: datetime
    delivered_at: datetime | None = None
    alarmed_at: datetime | None = None
    acknowledged_at: datetime | None = None
    en_route_at: datetime | None = None
    heard_at: datetime | None = None
    eta_s: float | None = None
    turnout_s: float = 0.0
    alone: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What looking at an assignment finds: what is newly due since when, what stands no more, when to look again."""

    due: Mapping[What, datetime]
    answered: frozenset[What]
    next_at: datetime | None

    @property
    def timer_at(self) -> datetime | None:
        """When the timer of who has only looked is to go off: at once where something is due."""
        return min((*self.due.values(), *((self.next_at,) if self.next_at is not None else ())), default=None)


def look(of: Followed, ladder: Ladder, *, raised: Collection[What], at: datetime) -> Look:
    """Look at an assignment for which the alarms ``raised`` stand.

    If nothing changes, nothing is due between ``at`` and ``next_at``.
    """
    by_when = deadlines(of, ladder)
    passed = {what for what, deadline in by_when.items() if deadline <= at}
    highest = max((RUNGS.index(what) for what in passed & set(RUNGS)), default=0)
    new = passed - set(raised) - set(RUNGS[:highest])
    ahead = [deadline for what, deadline in by_when.items() if deadline > at]
    if What.NO_CHECK_IN in passed:
        ahead.append(at + LOOK_AGAIN)
    return Look(
        due={what: by_when[what] for what in What if what in new},
        answered=frozenset(raised) - passed - UNTIL_ANSWERED,
        next_at=min(ahead, default=None),
    )


def deadlines(of: Followed, ladder: Ladder) -> dict[What, datetime]:
    """By when each thing that is still to happen must have happened, in the present state."""
    match of.state:
        case State.ASSIGNED:
            return _of_the_order(of, ladder)
        case State.ACKNOWLEDGED:
            return {What.NOT_MOVING: (of.acknowledged_at or of.latest_at) + timedelta(seconds=ladder.move_s)}
        case State.EN_ROUTE:
            return _arrival(of) | _check_in(of, ladder)
        case State.ON_SCENE | State.AT_PATIENT | State.MOVING:
            return _on_scene(of, ladder) | _check_in(of, ladder)
        case State.HANDED_OVER:
            return _on_scene(of, ladder)
        case _:
            return {}


def is_stale(due_at: datetime, at: datetime) -> bool:
    """Whether what was due then comes too late now to be acted on by itself."""
    return at - due_at > STALE


def goes_by_second_channel(of: Followed, what: What) -> bool:
    """Whether the second channel may help: an order that has not rung on the crew's device."""
    return what in RUNGS and (of.delivered_at is None or of.alarmed_at is None)


def _of_the_order(of: Followed, ladder: Ladder) -> dict[What, datetime]:
    by_when = {What.UNACKNOWLEDGED: of.assigned_at + timedelta(seconds=ladder.acknowledge_s)}
    if of.alarmed_at is None:
        by_when[What.UNALARMED] = of.assigned_at + timedelta(seconds=ladder.alarm_s)
        if of.delivered_at is None:
            by_when[What.UNDELIVERED] = of.assigned_at + timedelta(seconds=ladder.deliver_s)
    return by_when


def _arrival(of: Followed) -> dict[What, datetime]:
    if of.eta_s is None:
        return {}
    turnout = timedelta(seconds=of.turnout_s)
    set_out = max(of.assigned_at + turnout, of.en_route_at or of.latest_at)
    way = max(timedelta(seconds=of.eta_s) - turnout, timedelta())
    return {What.OVERDUE: set_out + way + max(LEAST_GRACE, way / 4)}


def _on_scene(of: Followed, ladder: Ladder) -> dict[What, datetime]:
    return {What.OVERDUE_ON_SCENE: of.latest_at + timedelta(seconds=ladder.on_scene_s)}


def _check_in(of: Followed, ladder: Ladder) -> dict[What, datetime]:
    if not of.alone:
        return {}
    heard_at = max(of.latest_at, of.heard_at or of.latest_at)
    return {What.NO_CHECK_IN: heard_at + timedelta(seconds=ladder.check_in_s)}
