"""Whether somebody will be at the patient in time, seen before it is too late, and who could still mend it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from dispatch.assignment import State as Assignment
from dispatch.incident import Priority

WATCHED = frozenset({Priority.P1, Priority.P2})
"""The priorities that the ten-minute circle is measured by."""

LOOK_EVERY = timedelta(seconds=15)

STEADY = timedelta(seconds=15)
"""An incident that was seen to be late is in time again only with so much to spare, lest it flicker."""

MUCH_SOONER = timedelta(seconds=120)
"""Another unit is proposed where all goes well only if it would be there so much sooner."""

TO_SEND = timedelta(seconds=60)
"""The time it takes to send somebody: a waiting incident is warned of that long before it would be too late."""


class State(StrEnum):
    WAITING = "waiting"
    """Nobody has been sent, and somebody could be there in time."""
    IN_TIME = "in_time"
    LATE = "late"
    """Who has been sent will be late, and another could still be there in time."""
    OUT_OF_REACH = "out_of_reach"
    """Nobody can be there in time any more: a label with the best time there is. That nobody has been sent is still an
    alarm; that who has been will be late is none, for nothing mends it.
    """


class Source(StrEnum):
    """What an arrival is worked out from."""

    PLAN = "plan"
    POSITION = "position"


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A unit on its way to the incident. ``eta_s`` counts from the assignment and includes ``turnout_s``.

    ``remaining_s`` is its way from where it is known to be now, if that is known. None is not known.
    """

    unit: UUID
    code: str
    state: Assignment
    assigned_at: datetime
    en_route_at: datetime | None = None
    eta_s: float | None = None
    turnout_s: float = 0.0
    remaining_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Could:
    """A unit that could be sent now and would be there ``eta_s`` later; ``taken_from``: the incident that has it."""

    unit: UUID
    code: str
    eta_s: float
    taken_from: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    unit: UUID
    code: str
    at: datetime
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How it stands: by when, who is expected first and when, the best time there is, and the unit to propose.

    ``sent``: whether anybody has been.
    """

    state: State
    sent: bool
    deadline: datetime
    first: Arrival | None
    best_at: datetime | None
    proposed: Could | None


def outlook(
    *, deadline: datetime, going: Sequence[Going], could: Iterable[Could], was: State | None, at: datetime
) -> Outlook:
    """The outlook of an incident at whose patient nobody is yet; ``was`` is its state as last seen.

    A unit that is free is proposed before one that another incident has, where both would be in time.
    """
    arrivals = [each for each in (arrival(each, at) for each in going) if each is not None]
    first = min(arrivals, key=lambda each: (each.at, each.code), default=None)
    ranked = sorted(could, key=lambda each: (each.eta_s, each.code))
    soonest = next(iter(ranked), None)
    in_time = [each for each in ranked if at + timedelta(seconds=each.eta_s) <= deadline]
    mends = next((each for each in in_time if each.taken_from is None), next(iter(in_time), None))
    best_at = min(
        (*((first.at,) if first else ()), *((at + timedelta(seconds=soonest.eta_s),) if soonest else ())), default=None
    )
    to_spare = STEADY if was in (State.LATE, State.OUT_OF_REACH) else timedelta()
    if first is not None and first.at + to_spare <= deadline:
        state, proposed = State.IN_TIME, _sooner(first, ranked, at)
    elif mends is not None:
        state, proposed = State.LATE if going else State.WAITING, mends
    else:
        state, proposed = State.OUT_OF_REACH, soonest if first is None else _sooner(first, ranked, at)
    return Outlook(state=state, sent=bool(going), deadline=deadline, first=first, best_at=best_at, proposed=proposed)


def arrival(going: Going, at: datetime) -> Arrival | None:
    """When the unit is expected at the patient; never in the past, for it is not there. None when it cannot be told."""
    if going.remaining_s is not None:
        when = at + timedelta(seconds=going.remaining_s)
        return Arrival(unit=going.unit, code=going.code, at=when, source=Source.POSITION)
    if going.eta_s is None:
        return None
    turnout = timedelta(seconds=going.turnout_s)
    way = max(timedelta(seconds=going.eta_s) - turnout, timedelta())
    set_out = going.en_route_at if going.en_route_at is not None else max(going.assigned_at + turnout, at)
    arrived = going.state is Assignment.ON_SCENE
    return Arrival(unit=going.unit, code=going.code, at=at if arrived else max(set_out + way, at), source=Source.PLAN)


def warn_at(of: Outlook, *, reported_at: datetime, allowance: timedelta, at: datetime) -> datetime | None:
    """When the outlook is an alarm: at once when who goes will be late and another would not; while nobody has been
    sent, once the allowance is over, or earlier when it would soon be too late, and also when it is too late already:
    somebody is to go all the same. None: there is nothing to warn of, or nothing to be done.
    """
    match of.state:
        case State.LATE:
            return at
        case State.WAITING if of.proposed is not None:
            last_moment = of.deadline - timedelta(seconds=of.proposed.eta_s) - TO_SEND
            return min(reported_at + allowance, max(last_moment, reported_at))
        case State.OUT_OF_REACH if of.proposed is not None and not of.sent:
            return reported_at + allowance
        case _:
            return None


def _sooner(first: Arrival, ranked: Iterable[Could], at: datetime) -> Could | None:
    """A free unit that would be there much sooner than who is expected first."""
    return next(
        (
            each
            for each in ranked
            if each.taken_from is None and at + timedelta(seconds=each.eta_s) + MUCH_SOONER <= first.at
        ),
        None,
    )
