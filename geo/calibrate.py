"""Speeds learned from tracks: what each class of way took in each direction, and the figures that fit it.

The time of a run is a sum of what the formulae of `geo.speed` multiply by figures (level metres, metres up, metres
down), so the figures that fit best are found by regression, on absolute and not on squared deviations: one rest in
the shade does not make everybody slow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.coordinates import Floats
from geo.profile import STAIR_GRADIENT, Figure, Figures, Movement, Speeds, Way
from geo.runs import Direction, Run, modelled_s
from geo.speed import EdgeClass

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

FEWEST = 8  # runs that a figure is made from
SURE = 30  # with so many a figure is of medium confidence, with fewer of low
OF_ITS_TIME = 0.15  # of a run's time must hang on a figure for the run to count for it
FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A figure or factor before and after. `p90_ratio`: nine of ten runs took at most this times the fitted time."""

    mover: str
    name: str
    before: float
    after: float
    runs: int
    p90_ratio: float
    fitted: bool  # else too few runs hang on it, and it stays

    @property
    def confidence(self) -> str:
        """M with many runs, L with few."""
        return "M" if self.runs >= SURE else "L"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What one class of way took one kind of mover in one direction."""

    movement: Movement
    way: Way
    edge_class: EdgeClass
    direction: Direction
    runs: int
    people: int
    metres: float
    median_mps: float
    p90_mps: float  # nine of ten runs were at least this fast
    height_m_per_min: float | None  # median, where it goes up or down
    error_before: float  # median of |modelled / observed - 1|
    error_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """New speeds and what they rest on; errors are medians of |modelled / observed - 1|."""

    speeds: Speeds
    fitted: tuple[Fitted, ...]
    observed: tuple[Observed, ...]
    error_before: float
    error_after: float
    error_held_out: float | None  # the runs of each fifth of the people, by figures made from the others'


def calibrate(found: Sequence[Run], speeds: Speeds, source: str) -> Calibration:
    """New figures of every mover in the runs, for normal conditions; `source` is written beside each."""
    after, fitted = _fit(found, speeds, source)
    return Calibration(
        speeds=after,
        fitted=fitted,
        observed=_observed(found, speeds, after),
        error_before=_error(found, speeds),
        error_after=_error(found, after),
        error_held_out=_held_out(found, speeds, source),
    )


def factors(found: Sequence[Run], speeds: Speeds, before: Mapping[Way, float]) -> tuple[Fitted, ...]:
    """How much longer each way took than in normal conditions, never less than 1."""
    made: list[Fitted] = []
    for way in Way:
        ratios = np.array([each.seconds / modelled_s(each, speeds) for each in found if each.way == way])
        if len(ratios):
            enough = len(ratios) >= FEWEST
            after = max(1.0, float(np.median(ratios))) if enough else before.get(way, 1.0)
            made.append(
                Fitted(
                    mover="",
                    name=way,
                    before=before.get(way, 1.0),
                    after=after,
                    runs=len(ratios),
                    p90_ratio=float(np.quantile(ratios, 0.9)) / after,
                    fitted=enough,
                )
            )
    return tuple(made)


def _fit(found: Sequence[Run], speeds: Speeds, source: str) -> tuple[Speeds, tuple[Fitted, ...]]:
    told: list[Fitted] = []
    figures = dict(speeds.figures)
    for movement in sorted({each.movement for each in found}):
        mine = [each for each in found if each.movement == movement]
        on_foot = [each for each in mine if not each.driven]
        of = figures[movement]
        new = [
            *_walked([each for each in on_foot if each.edge_class != EdgeClass.PATH], of),
            *_ratio([each for each in on_foot if each.edge_class == EdgeClass.PATH], speeds, "path_factor", of),
            *_driven([each for each in mine if each.driven and not each.kind], of),
        ]
        changed: dict[str, Any] = {each.name: _figure(of, each, source) for each in new if each.fitted}
        figures[movement] = replace(of, **changed)
        told += [replace(each, mover=movement) for each in new]
    kinds = dict(speeds.road_kinds)
    for kind, before in speeds.road_kinds:
        for each in _of_kind([run for run in found if run.kind == kind], speeds, kind, before):
            told.append(each)
            if each.fitted:
                kinds[kind] = _sourced(before, each, source)
    return replace(speeds, figures=tuple(figures.items()), road_kinds=tuple(kinds.items())), tuple(told)


def _walked(found: Sequence[Run], of: Figures) -> list[Fitted]:
    """Level speed and both rates of height from everything walked on paved ways and stairs."""
    names = ("level_mps", "climb_mps", "descend_mps")
    before = np.array([getattr(of, name).value for name in names])
    up, down, length = _columns(found, "ascent_m", "descent_m", "length_m").T
    terms = np.column_stack([np.maximum(length - (up + down) / STAIR_GRADIENT, 0.0), up, down])
    seconds = _columns(found, "seconds")[:, 0]
    free, counts = _resting(terms / before)
    pace = _least_deviations(terms, seconds, 1.0 / before, free)
    after = 1.0 / np.maximum(pace, 1e-9)
    after[1:] = np.minimum(after[1:], STAIR_GRADIENT * after[0])  # nobody is faster on stairs than beside them
    ratios = seconds / (terms @ (1.0 / after))
    return _told(names, before, after, free, counts, ratios)


def _driven(found: Sequence[Run], of: Figures) -> list[Fitted]:
    """The speed of park roads and what their heights cost; bends cost what they did."""
    names = ("road_mps", "road_climb_m", "road_descend_m")
    before = np.array([getattr(of, name).value for name in names])
    terms = _columns(found, "length_m", "ascent_m", "descent_m")
    seconds = _columns(found, "seconds", "bends_deg") @ np.array([1.0, -of.hairpin_s.value / 180.0])
    cost_m = np.array([1.0, before[1], before[2]])
    free, counts = _resting(terms * cost_m)
    free &= free[0]
    folded = np.column_stack([terms[:, 0] + (terms * cost_m)[:, 1:][:, ~free[1:]].sum(axis=1), terms[:, 1:]])
    used = np.array([True, free[1], free[2]])
    pace = np.array([1.0, before[1], before[2]]) / before[0]
    pace[used] = _least_deviations(folded[:, used], seconds, pace[used], free[used])
    after = np.array([1.0 / max(pace[0], 1e-9), *np.where(free[1:], pace[1:] / max(pace[0], 1e-9), before[1:])])
    ratios = seconds * after[0] / (terms @ np.array([1.0, after[1], after[2]]))
    return _told(names, before, after, free, counts, ratios)


def _ratio(found: Sequence[Run], speeds: Speeds, name: str, of: Figures) -> list[Fitted]:
    """A factor on a formula's time: the median of what it took by what it would have."""
    before = getattr(of, name).value
    ratios = np.array([each.seconds / modelled_s(each, speeds) for each in found])
    middle = float(np.median(ratios)) if len(ratios) else 1.0
    free = np.array([len(ratios) >= FEWEST])
    counts = np.array([len(ratios)])
    return _told((name,), np.array([before]), np.array([before * middle]), free, counts, ratios / middle)


def _of_kind(found: Sequence[Run], speeds: Speeds, kind: str, before: Figure) -> list[Fitted]:
    ratios = np.array([each.seconds / modelled_s(each, speeds) for each in found])
    middle = float(np.median(ratios)) if len(ratios) else 1.0
    free, counts = np.array([len(ratios) >= FEWEST]), np.array([len(ratios)])
    told = _told((kind,), np.array([before.value]), np.array([before.value / middle]), free, counts, ratios / middle)
    return [replace(each, mover="road") for each in told]


def _told(
    names: Sequence[str], before: Floats, after: Floats, free: Bools, counts: Ints, ratios: Floats
) -> list[Fitted]:
    if not len(ratios):
        return []
    p90 = float(np.quantile(ratios, 0.9))
    return [
        Fitted(
            mover="",
            name=name,
            before=float(before[number]),
            after=round(float(after[number] if free[number] else before[number]), 4),
            runs=int(counts[number]),
            p90_ratio=p90,
            fitted=bool(free[number]),
        )
        for number, name in enumerate(names)
    ]


def _columns(found: Sequence[Run], *names: str) -> Floats:
    return np.array([[getattr(each, name) for name in names] for each in found], dtype=np.float64).reshape(
        -1, len(names)
    )


def _resting(times: Floats) -> tuple[Bools, Ints]:
    """Which terms enough runs rest on, and how many do; `times` are the terms' parts of each run's time."""
    totals = times.sum(axis=1, keepdims=True)
    counts = (times >= OF_ITS_TIME * totals).sum(axis=0)
    return np.asarray(counts >= FEWEST), np.asarray(counts, dtype=np.int64)


def _least_deviations(terms: Floats, seconds: Floats, before: Floats, free: Bools) -> Floats:
    """Coefficients >= 0 with the least sum of |terms @ coefficients - seconds| / seconds; those not free stay.

    Iteratively reweighted least squares: the weights turn squares into absolute values.
    """
    from scipy.optimize import nnls  # noqa: PLC0415  a third of a second that no other command needs

    found = before.copy()
    if not free.any():
        return found
    rest = seconds - terms[:, ~free] @ before[~free]
    mine = terms[:, free]
    for _ in range(60):
        off = np.maximum(np.abs(mine @ found[free] - rest), 1e-3 * seconds)
        root = 1.0 / np.sqrt(off * seconds)
        found[free] = nnls(mine * root[:, None], rest * root)[0]
    return found


def _figure(of: Figures, fitted: Fitted, source: str) -> Figure:
    return _sourced(getattr(of, fitted.name), fitted, source)


def _sourced(before: Figure, fitted: Fitted, source: str) -> Figure:
    said = f"{source}; {fitted.runs} runs, nine of ten took at most x {fitted.p90_ratio:.2f}"
    return replace(before, value=fitted.after, source=said, confidence=fitted.confidence)


def _error(found: Sequence[Run], speeds: Speeds) -> float:
    return float(np.median([abs(modelled_s(each, speeds) / each.seconds - 1.0) for each in found]))


def _held_out(found: Sequence[Run], speeds: Speeds, source: str) -> float | None:
    people = sorted({each.who for each in found})
    if len(people) < FOLDS:
        return None
    errors: list[float] = []
    for fold in range(FOLDS):
        out = set(people[fold::FOLDS])
        trained, _ = _fit([each for each in found if each.who not in out], speeds, source)
        errors += [abs(modelled_s(each, trained) / each.seconds - 1.0) for each in found if each.who in out]
    return float(np.median(errors))


def _observed(found: Sequence[Run], before: Speeds, after: Speeds) -> tuple[Observed, ...]:
    groups: dict[tuple[Movement, Way, EdgeClass, Direction], list[Run]] = {}
    for each in found:
        groups.setdefault((each.movement, each.way, each.edge_class, each.direction), []).append(each)
    return tuple(_observed_of(*key, mine, before, after) for key, mine in sorted(groups.items()))


def _observed_of(
    movement: Movement,
    way: Way,
    edge_class: EdgeClass,
    direction: Direction,
    mine: Sequence[Run],
    before: Speeds,
    after: Speeds,
) -> Observed:
    mps = np.array([each.length_m / each.seconds for each in mine])
    heights = {
        Direction.UP: [each.ascent_m / each.seconds * 60 for each in mine],
        Direction.DOWN: [each.descent_m / each.seconds * 60 for each in mine],
    }.get(direction)
    return Observed(
        movement=movement,
        way=way,
        edge_class=edge_class,
        direction=direction,
        runs=len(mine),
        people=len({each.who for each in mine}),
        metres=sum(each.length_m for each in mine),
        median_mps=float(np.median(mps)),
        p90_mps=float(np.quantile(mps, 0.1)),
        height_m_per_min=None if heights is None else float(np.median(heights)),
        error_before=_error(mine, before),
        error_after=_error(mine, after),
    )
