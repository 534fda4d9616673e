"""Waiting incidents and free units matched together, because one after another is a bad way when units are short."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from scipy.optimize import linear_sum_assignment

from dispatch.incident import Priority

PRESSING = (Priority.P1, Priority.P2, None, Priority.P3, Priority.P4)
"""Priorities as a desk takes them; what is not known yet may be the worst, and goes before P3."""

LONGEST_S = 4 * 3600
"""Times beyond this count alike: who is so far away is no help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An incident to which nobody has been sent: how much its target leaves, and in what time each unit that would help
    is there. ``left_s`` None: it has no target.
    """

    id: UUID
    number: int
    priority: Priority | None
    left_s: float | None
    eta_s: Mapping[UUID, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The unit for an incident, and whether it is there in time; None where there is no target."""

    incident: UUID
    unit: UUID
    eta_s: float
    in_time: bool | None


def queue(waiting: Iterable[Waiting]) -> list[Waiting]:
    """In the order in which a desk takes them: by priority, then the first that came."""
    return sorted(waiting, key=lambda each: (PRESSING.index(each.priority), each.number))


def match(waiting: Sequence[Waiting]) -> list[Match]:
    """One first responder for an incident, one incident for a unit, in the order of the queue.

    By three wishes in this order: of each priority, the most urgent first, as many incidents as can be get one; as many
    of all as can be are reached inside their targets; the time of all together is the least, to the second.
    """
    rows = queue(waiting)
    units = sorted({unit for each in rows for unit in each.eta_s})
    if not units:
        return []
    gain = _gains(rows, units)
    chosen = zip(*linear_sum_assignment(gain, maximize=True), strict=True)
    return [_match(rows[row], units[column]) for row, column in chosen if gain[row, column] > 0]


def _match(of: Waiting, unit: UUID) -> Match:
    eta_s = of.eta_s[unit]
    return Match(incident=of.id, unit=unit, eta_s=eta_s, in_time=_in_time(of, eta_s))


def _in_time(of: Waiting, eta_s: float) -> bool | None:
    return None if of.left_s is None else eta_s <= of.left_s


def _gains(rows: Sequence[Waiting], units: Sequence[UUID]) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """What each pair is worth: each wish by more than all pairs together could gain of the wishes after it. Whole
    numbers that a float holds exactly; seconds become coarser only where there are very many of both.
    """
    pairs = min(len(rows), len(units))
    present = [priority for priority in reversed(PRESSING) if any(each.priority == priority for each in rows)]
    grain_s = 1
    while (pairs * (LONGEST_S // grain_s + 1) + 1) * (pairs + 1) ** (len(present) + 1) > 2**53:
        grain_s *= 2
    best = LONGEST_S // grain_s + 1
    inside = pairs * best + 1
    worth = {priority: inside * (pairs + 1) ** (rank + 1) for rank, priority in enumerate(present)}
    gain = np.zeros((len(rows), len(units)))
    for row, of in enumerate(rows):
        for column, unit in enumerate(units):
            if (eta_s := of.eta_s.get(unit)) is not None:
                time = best - round(min(eta_s, LONGEST_S)) // grain_s
                gain[row, column] = worth[of.priority] + inside * (_in_time(of, eta_s) is True) + time
    return gain
