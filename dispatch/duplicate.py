"""Whether a report tells of an incident that is known already: near in space, time and type. It only ever asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

NEAR_S = 600.0
"""On foot from the one place to the other; people who watch one accident stand no further apart."""

VERY_NEAR_S = 180.0
"""So near, and within ``VERY_SOON``, even another type may be the same event as somebody else saw it."""

WITHIN = timedelta(hours=2)
"""Since the last report of an open incident."""

VERY_SOON = timedelta(minutes=20)

AFTER_CLOSE = timedelta(minutes=30)
"""A late caller may tell of what has just been closed."""

MOST = 5
"""More than a person compares while somebody speaks to them is no help."""


class Likeness(StrEnum):
    """How the types compare."""

    SAME = "same"
    KIN = "kin"
    """Of one family: the codes agree up to their first hyphen."""
    UNKNOWN = "unknown"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a report says so far."""

    type: str | None
    located: bool
    at: datetime
    exercise: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An incident beside a report. ``travel_s`` is on foot from its place to the report's, None where that cannot be
    timed; ``distance_m`` as the crow flies; ``within_accuracy``: nearer than either place is known exactly.
    """

    id: UUID
    type: str | None
    last_report_at: datetime
    closed_at: datetime | None
    exercise: UUID | None = None
    travel_s: float | None = None
    distance_m: float | None = None
    within_accuracy: bool = False
    same_caller: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An incident that the report may tell of, and how the types compare."""

    known: Known
    likeness: Likeness


def candidates(told: Told, known: Iterable[Known]) -> list[Candidate]:
    """The incidents that the report may tell of, the likeliest first, at most ``MOST``; never a judgement.

    The same caller comes first, then the same type, then who is nearest on foot: at a cliff 100 m through the air may
    be an hour. Where either place is unknown only the same type, or the same caller, is a sign.
    """
    found = [
        Candidate(known=each, likeness=likeness(told.type, each.type))
        for each in known
        if each.exercise == told.exercise and _in_time(told, each)
    ]
    found = [each for each in found if each.known.same_caller or _alike(told, each)]
    return sorted(found, key=_order)[:MOST]


def likeness(one: str | None, other: str | None) -> Likeness:
    """How two codes of types compare."""
    if one is None or other is None:
        return Likeness.UNKNOWN
    if one == other:
        return Likeness.SAME
    return Likeness.KIN if one.partition("-")[0] == other.partition("-")[0] else Likeness.OTHER


def _in_time(told: Told, known: Known) -> bool:
    if known.closed_at is not None:
        return told.at - known.closed_at <= AFTER_CLOSE
    return told.at - known.last_report_at <= WITHIN


def _alike(told: Told, each: Candidate) -> bool:
    known = each.known
    if not told.located or known.distance_m is None:
        return each.likeness is Likeness.SAME
    near_s = 0.0 if known.within_accuracy else known.travel_s
    if near_s is None or near_s > NEAR_S:
        return False
    if each.likeness is not Likeness.OTHER:
        return True
    return near_s <= VERY_NEAR_S and told.at - known.last_report_at <= VERY_SOON


_RANK = {Likeness.SAME: 0, Likeness.KIN: 1, Likeness.UNKNOWN: 1, Likeness.OTHER: 2}


def _order(each: Candidate) -> tuple[bool, int, float, float, str]:
    known = each.known
    away_s = known.travel_s if known.travel_s is not None else NEAR_S
    return (
        not known.same_caller,
        _RANK[each.likeness],
        0.0 if known.within_accuracy else away_s,
        -known.last_report_at.timestamp(),
        str(known.id),
    )
