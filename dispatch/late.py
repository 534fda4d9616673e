"""An incident run by radio while the system was down, entered afterwards: whether its times are possible."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

OLDEST = timedelta(days=31)
"""What is older is history for an archive, and its date more likely a slip."""

BETWEEN = (
    "acknowledged_at",
    "en_route_at",
    "on_scene_at",
    "at_patient_at",
    "moving_at",
    "handed_over_at",
)
"""The times of a unit between being sent and being clear, in their order; each may be unknown."""


class Fault(StrEnum):
    AHEAD = "ahead"
    TOO_OLD = "too_old"
    BEFORE = "before"
    """It would lie before ``other``, which comes first."""
    ELSEWHERE = "elsewhere"
    """The unit was on another incident, or is twice in this one, at that time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What cannot be: ``field`` is its name in the request, ``other`` the field or the incident that contradicts it."""

    field: str
    fault: Fault
    other: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """A unit that went, from being sent until it was clear, with the times ``between`` by name."""

    unit: str
    assigned_at: datetime
    cleared_at: datetime
    between: Mapping[str, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A time in which a unit was on another incident; ``until`` None: it still is."""

    unit: str
    number: int
    since: datetime
    until: datetime | None


def problems(
    *, reported_at: datetime, closed_at: datetime, went: Sequence[Went], taken: Iterable[Taken], at: datetime
) -> list[Problem]:
    """All that contradicts itself, another incident, or the clock; empty when it can have been so."""
    found = [*_of_the_clock("reported_at", reported_at, at), *_of_the_clock("closed_at", closed_at, at)]
    if closed_at < reported_at:
        found.append(Problem(field="closed_at", fault=Fault.BEFORE, other="reported_at"))
    for number, each in enumerate(went):
        found += _of_unit(f"units.{number}", each, reported_at, closed_at)
        found += [
            Problem(field=f"units.{number}.assigned_at", fault=Fault.ELSEWHERE, other=str(other.number))
            for other in taken
            if other.unit == each.unit and _overlap(each, other.since, other.until)
        ]
        found += [
            Problem(field=f"units.{number}.assigned_at", fault=Fault.ELSEWHERE, other=f"units.{before}")
            for before, other in enumerate(went[:number])
            if other.unit == each.unit and _overlap(each, other.assigned_at, other.cleared_at)
        ]
    return found


def _of_the_clock(field: str, moment: datetime, at: datetime) -> list[Problem]:
    if moment > at:
        return [Problem(field=field, fault=Fault.AHEAD)]
    return [Problem(field=field, fault=Fault.TOO_OLD)] if at - moment > OLDEST else []


def _of_unit(field: str, went: Went, reported_at: datetime, closed_at: datetime) -> list[Problem]:
    """Its times in their order, after the report and before the close; each wrong one is named once."""
    known = [(f"{field}.{name}", moment) for name in BETWEEN if (moment := went.between[name]) is not None]
    begin, end = (f"{field}.assigned_at", went.assigned_at), (f"{field}.cleared_at", went.cleared_at)
    line = [("reported_at", reported_at), begin, *known, end]
    found = [
        Problem(field=name, fault=Fault.BEFORE, other=before)
        for (before, earlier), (name, later) in pairwise(line)
        if later < earlier
    ]
    if went.cleared_at > closed_at:
        found.append(Problem(field="closed_at", fault=Fault.BEFORE, other=f"{field}.cleared_at"))
    return found


def _overlap(went: Went, since: datetime, until: datetime | None) -> bool:
    return since < went.cleared_at and (until is None or went.assigned_at < until)
