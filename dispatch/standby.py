"""Move-up: which free unit should stand by elsewhere, so that the fewest visitors are left out of reach.

A hole is a cell that was reached in time while nobody was out on an incident, and is not now. A move is judged by the
cells themselves, by the same coverage that the map shows: what it mends of the holes less what it opens elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.coordinates import Floats
from geo.field import Field
from grids.coverage import Coverage, Demand, coverage

_Mask: TypeAlias = NDArray[np.bool_]

FURTHEST_S = 20 * 60.0
"""A unit that would stand by only after so long mends nothing now; the rule is ours, to be tuned in use."""

LOOKED_AT = 24
"""So many of the moves that promise most by the metre are judged by the cell."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """What could be: ``reach_s[u, p]`` seconds until free unit ``u`` stands at place ``p``, infinity where it cannot;
    ``from_places[u][p, d]`` seconds from there to demand point ``d`` once it stands there, turnout included.

    Units that move and turn out alike share one array.
    """

    places: tuple[str, ...]
    reach_s: Floats
    from_places: Sequence[Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveUp:
    """Send ``unit`` to stand by at ``place``: the holes it ``mends``, what it ``opens``, and the visitors of either."""

    unit: str
    place: str
    travel_s: float
    mends: tuple[str, ...]
    opens: tuple[str, ...]
    gain: float


def holes(before: Coverage, now: Coverage) -> tuple[str, ...]:
    """The codes of the cells that were inside their target before and are not now, in the order of the cells."""
    inside, still = before.inside(), now.inside()
    return tuple(each.code for each in now.cells if each.code in inside and each.code not in still)


def weights(visitors: Mapping[str, float | None]) -> dict[str, float]:
    """What each cell counts: its visitors; one whose visitors are not known counts like the mean of those that are,
    and where none are known all count alike.
    """
    known = [each for each in visitors.values() if each is not None]
    mean = sum(known) / len(known) if known else 1.0
    return {code: mean if each is None else float(each) for code, each in visitors.items()}


def best_move(
    demand: Demand,
    now: Field,
    could: Standing,
    *,
    open_holes: Sequence[str],
    weight: Mapping[str, float],
    allowance_s: float,
) -> MoveUp | None:
    """The one move that mends most of the holes, by visitors, less what it opens; None when none mends more than it
    opens. ``now`` holds the free units, in the order of ``could``. Of equals the sooner, then the first by code.
    """
    inside = coverage(demand, now, allowance_s=allowance_s).inside()
    best: tuple[Any, MoveUp] | None = None
    for u, p in _promising(demand, now, could, open_holes, weight, allowance_s):
        eta_s = now.eta_s.copy()
        eta_s[u] = could.from_places[u][p]
        then = coverage(demand, Field(origins=now.origins, eta_s=eta_s), allowance_s=allowance_s).inside()
        mends = tuple(code for code in open_holes if code in then)
        opens = tuple(sorted(inside - then))
        gain = sum(weight[code] for code in mends) - sum(weight[code] for code in opens)
        travel_s = float(could.reach_s[u, p])
        move = MoveUp(
            unit=now.origins[u], place=could.places[p], travel_s=travel_s, mends=mends, opens=opens, gain=gain
        )
        rank = (-gain, travel_s, move.unit, move.place)
        if mends and gain > 0 and (best is None or rank < best[0]):
            best = (rank, move)
    return None if best is None else best[1]


def _promising(
    demand: Demand,
    now: Field,
    could: Standing,
    open_holes: Sequence[str],
    weight: Mapping[str, float],
    allowance_s: float,
) -> list[tuple[int, int]]:
    """The pairs of unit and place that would bring most of the holes' demand in time and lose least, by the point."""
    if not open_holes or not now.origins:
        return []
    worth, of_holes = _worth(demand, weight), _in(demand, open_holes)
    target_s = np.array([cell.target_s for cell in demand.cells])[demand.cell_of]
    who, times_s = now.ranked(2)
    late_now = times_s[0] + allowance_s > target_s
    pairs: list[tuple[float, float, int, int]] = []
    for u in range(len(now.origins)):
        others_s = np.where(who[0] == u, times_s[1], times_s[0])
        late = others_s + allowance_s > target_s
        soon = could.from_places[u] + allowance_s <= target_s
        back = soon @ (worth * (late & of_holes))
        lost = (~soon) @ (worth * (late & ~late_now))
        for p in np.flatnonzero((could.reach_s[u] <= FURTHEST_S) & (back > 0)).tolist():
            pairs.append((float(lost[p] - back[p]), float(could.reach_s[u, p]), u, p))
    return [(u, p) for _, _, u, p in sorted(pairs)[:LOOKED_AT]]


def _worth(demand: Demand, weight: Mapping[str, float]) -> Floats:
    """What each demand point counts: its share of its cell's demand, times the cell's weight."""
    whole = np.bincount(demand.cell_of, weights=demand.weight_m, minlength=len(demand.cells))
    counts = np.array([weight[cell.code] for cell in demand.cells])
    worth: Floats = demand.weight_m / whole[demand.cell_of] * counts[demand.cell_of]
    return worth


def _in(demand: Demand, codes: Sequence[str]) -> _Mask:
    named = np.array([cell.code in codes for cell in demand.cells], dtype=np.bool_)
    inside: _Mask = named[demand.cell_of]
    return inside
