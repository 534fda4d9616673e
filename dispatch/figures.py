"""How long help takes: shares within target and percentiles, with what is not known counted and never left out.

An incident without a T5 is not thrown away and not taken for quick. Somebody may still be on the way (*censored*: it
takes at least as long as it has taken), or it was closed and nobody said when (*missing*: at least as long as until the
last mark that is known). Percentiles are those of the Kaplan-Meier estimate over all of them, read off the raw times
and never averaged; with every T5 known that is the plain ordered sample. Their interval is Brookmeyer and Crowley's, on
the log-log scale; that of a share is Wilson's. All intervals are of 95 %.
"""

import warnings
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from dispatch.incident import Outcome, Priority, Status
from dispatch.words import Pair

CONFIDENCE = 0.95
PERCENTS = (50, 80, 90)

CIRCLE = frozenset({Priority.P1, Priority.P2})
"""The priorities of which the ten-minute circle speaks."""


class Provenance(StrEnum):
    """How it is known when somebody was at the patient."""

    PRESSED = "pressed"
    POSITION = "position"
    RADIO = "radio"
    ASKED = "asked"
    LATE = "late"


BY_CHANNEL = {
    "device": Provenance.PRESSED,
    "position": Provenance.POSITION,
    "asked": Provenance.ASKED,
    "late": Provenance.LATE,
}


def provenance(channel: str, *, corrected: bool) -> Provenance:
    """Of a T5 that came through the channel; what was corrected afterwards had to be asked for, unless a position had
    proposed it.
    """
    how = BY_CHANNEL.get(channel, Provenance.RADIO)
    return Provenance.ASKED if corrected and how is not Provenance.POSITION else how


class Population(StrEnum):
    """Which incidents are looked at together; no incident is in two."""

    CIRCLE = "circle"
    """P1 and P2 with a target."""
    OTHER = "other"
    """Of another priority, or of none yet, with a target."""
    WITHOUT_TARGET = "without_target"
    """A search, and what the run card gives no time for."""
    LATE = "late"
    """Run by radio and entered afterwards."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What an incident has to tell; ``names`` are those of its type and cell, ``hour`` that of T0 in the area."""

    number: int
    reported_at: datetime
    hour: int
    status: Status
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    priority: Priority | None = None
    target_s: int | None = None
    type: str | None = None
    type_names: Pair = ("", "")
    cell: str | None = None
    cell_names: Pair = ("", "")
    conditions: str = "normal"
    assigned_at: datetime | None = None
    en_route_at: datetime | None = None
    on_scene_at: datetime | None = None
    at_patient_at: datetime | None = None
    provenance: Provenance | None = None
    entered_late: bool = False
    exercise: bool = False
    shadow: bool = False


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A figure and its interval; None where the times at hand do not reach so far."""

    value: float | None
    low: float | None
    high: float | None


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """Percentiles of an interval in seconds: ``known`` were seen to end, ``censored`` still go on, of ``missing``
    nobody said when they ended.
    """

    known: int
    censored: int
    missing: int
    p50: Estimate
    p80: Estimate
    p90: Estimate


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of the incidents of one ``population`` that are alike in ``by``.

    ``within`` and ``beyond`` are decided, somebody having come or the target being over; ``undecided`` are the rest of
    ``n``. ``share`` is of the decided; were all undecided beyond, it would be ``share_at_least``, were all within,
    ``share_at_most``. ``provenance`` counts how the known T5 are known.
    """

    by: str
    key: str
    name_zh: str
    name_en: str
    population: Population
    n: int
    within: int
    beyond: int
    undecided: int
    share: Estimate
    share_at_least: float | None
    share_at_most: float | None
    response: Times
    alarm_processing: Times
    turnout: Times
    travel: Times
    provenance: dict[str, int]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """By ``time_s`` after T0 somebody was at the patient in this share of incidents."""

    time_s: float
    share: float
    low: float | None
    high: float | None


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """What no row counts: exercises, what was run by radio while the area was in shadow, and what was called off,
    handed on or a repetition before anybody came.
    """

    exercise: int
    called_off: int
    shadow: int


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    rows: list[Row]
    curve: list[Step]
    left: Left


def figures(records: Sequence[Record], *, now: datetime, exercise: bool = False) -> Figures:
    """The figures of all real incidents, or of an ``exercise`` alone; never of both together."""
    ours = [each for each in records if each.exercise is exercise]
    live = [each for each in ours if not each.shadow]
    counted = [each for each in live if not _called_off(each)]
    circle = [each for each in counted if population(each) is Population.CIRCLE]
    return Figures(
        rows=[
            _row(by, key, names, kind, alike, now)
            for by, sort in SORTS.items()
            for kind, key, names, alike in _sorted(counted, sort)
        ],
        curve=curve([_span(each, _REPORTED, _AT_PATIENT, now) for each in circle]),
        left=Left(
            exercise=len(records) - len(ours),
            called_off=len(live) - len(counted),
            shadow=len(ours) - len(live),
        ),
    )


def population(record: Record) -> Population:
    if record.entered_late:
        return Population.LATE
    if record.target_s is None:
        return Population.WITHOUT_TARGET
    return Population.CIRCLE if record.priority in CIRCLE else Population.OTHER


def _called_off(record: Record) -> bool:
    """Whether it asks for no response of its own. What was closed as done asked for one, whoever forgot to say so; and
    who was given up after the target was over had waited for too long.
    """
    if record.outcome is Outcome.DUPLICATE_OF:
        return True
    return record.at_patient_at is None and record.outcome not in (None, Outcome.DONE) and not _given_up_late(record)


def _given_up_late(record: Record) -> bool:
    if record.outcome is not Outcome.CANCELLED or record.closed_at is None or record.target_s is None:
        return False
    return record.at_patient_at is None and (record.closed_at - record.reported_at).total_seconds() > record.target_s


# --- alike in what ---


_Sort = Callable[[Record], tuple[str, Pair]]

SORTS: dict[str, _Sort] = {
    "all": lambda _: ("", ("全部", "all")),
    "priority": lambda each: (each.priority or "", (each.priority or "未定", each.priority or "not set")),
    "cell": lambda each: (each.cell or "", each.cell_names if each.cell else ("未定位", "not located")),
    "hour": lambda each: (f"{each.hour:02}", (f"{each.hour} 时", f"{each.hour:02}:00")),
    "type": lambda each: (each.type or "", each.type_names if each.type else ("未定", "not set")),
    "conditions": lambda each: (each.conditions, (each.conditions, each.conditions)),
}


def _sorted(records: Sequence[Record], sort: _Sort) -> Iterable[tuple[Population, str, Pair, list[Record]]]:
    kinds = list(Population)

    def place(record: Record) -> tuple[int, str]:
        return kinds.index(population(record)), sort(record)[0]

    for (kind, key), alike in groupby(sorted(records, key=place), key=place):
        group = list(alike)
        yield kinds[kind], key, sort(group[0])[1], group


def _row(by: str, key: str, names: Pair, kind: Population, alike: Sequence[Record], now: datetime) -> Row:
    response = [_span(each, _REPORTED, _AT_PATIENT, now) for each in alike]
    verdicts = [_within(span, each.target_s) for span, each in zip(response, alike, strict=True)]
    within, beyond = verdicts.count(True), verdicts.count(False)
    timed = kind is not Population.WITHOUT_TARGET and bool(alike)
    return Row(
        by=by,
        key=key,
        name_zh=names[0],
        name_en=names[1],
        population=kind,
        n=len(alike),
        within=within,
        beyond=beyond,
        undecided=len(alike) - within - beyond,
        share=share(within, within + beyond),
        share_at_least=within / len(alike) if timed else None,
        share_at_most=(len(alike) - beyond) / len(alike) if timed else None,
        response=times(response),
        alarm_processing=times([_span(each, _REPORTED, _ASSIGNED, now) for each in alike]),
        turnout=times([_span(each, _ASSIGNED, _EN_ROUTE, now) for each in alike]),
        travel=times([_span(each, _EN_ROUTE, _AT_PATIENT, now) for each in alike]),
        provenance={how.value: count for how in Provenance if (count := sum(each.provenance is how for each in alike))},
    )


# --- how long ---


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """From one mark to another: so many seconds, or at least so many while the end is not ``known``; ``open``: it may
    yet be. None where even its beginning is not known.
    """

    seconds: float | None
    known: bool
    open: bool


_MARKS: tuple[Callable[[Record], datetime | None], ...] = (
    lambda each: each.reported_at,
    lambda each: each.assigned_at,
    lambda each: each.en_route_at,
    lambda each: each.on_scene_at,
    lambda each: each.at_patient_at,
)
_REPORTED, _ASSIGNED, _EN_ROUTE, _, _AT_PATIENT = range(len(_MARKS))


def _span(record: Record, first: int, last: int, now: datetime) -> Span:
    start, end = _MARKS[first](record), _MARKS[last](record)
    in_hand = record.status is Status.OPEN
    if start is None or (end is not None and end < start):  # marks of several units may cross
        return Span(seconds=None, known=False, open=in_hand and end is None)
    if end is not None:
        return Span(seconds=(end - start).total_seconds(), known=True, open=False)
    seen = [at for mark in _MARKS[first:last] if (at := mark(record)) is not None and at >= start]
    if last == _AT_PATIENT and _given_up_late(record) and record.closed_at is not None:
        seen.append(record.closed_at)  # nobody had come by then
    until = max(now, start) if in_hand and not _passed(record, last) else max(seen)
    return Span(seconds=(until - start).total_seconds(), known=False, open=in_hand and not _passed(record, last))


def _passed(record: Record, mark: int) -> bool:
    """Whether a later mark is known, so that this one is past and was not told."""
    return any(later(record) is not None for later in _MARKS[mark + 1 :])


def _within(span: Span, target_s: int | None) -> bool | None:
    """None while it is not decided."""
    if target_s is None or span.seconds is None:
        return None
    if span.known:
        return span.seconds <= target_s
    return False if span.seconds > target_s else None


# --- estimates ---


def share(of: int, n: int) -> Estimate:
    """Wilson's score interval; nothing of nothing."""
    if n == 0:
        return Estimate(value=None, low=None, high=None)
    interval = stats.binomtest(of, n).proportion_ci(CONFIDENCE, method="wilson")
    return Estimate(value=of / n, low=float(interval.low), high=float(interval.high))


def times(spans: Sequence[Span]) -> Times:
    reached = _reached(spans)
    p50, p80, p90 = (_percentile(reached, percent / 100) for percent in PERCENTS)
    return Times(
        known=sum(each.known for each in spans),
        censored=sum(not each.known and each.open for each in spans),
        missing=sum(not each.known and not each.open for each in spans),
        p50=p50,
        p80=p80,
        p90=p90,
    )


def curve(spans: Sequence[Span]) -> list[Step]:
    """The share that was reached by each time at which somebody was, with its interval at that time."""
    at_s, value, low, high = _reached(spans)
    return [
        Step(time_s=float(at_s[each]), share=float(value[each]), low=_number(low[each]), high=_number(high[each]))
        for each in range(len(at_s))
    ]


_Floats = NDArray[np.float64]


def _reached(spans: Sequence[Span]) -> tuple[_Floats, _Floats, _Floats, _Floats]:
    """Kaplan-Meier: the times at which spans ended, the share ended by each, and its lower and upper bound (nan where
    there is none).
    """
    timed = [(each.seconds, each.known) for each in spans if each.seconds is not None]
    if not any(known for _, known in timed):
        nothing = np.array([])
        return nothing, nothing, nothing, nothing
    seconds, known = np.array([each for each, _ in timed]), np.array([each for _, each in timed])
    waiting = stats.ecdf(stats.CensoredData.right_censored(seconds, ~known)).sf
    with warnings.catch_warnings():  # it has no bounds where nobody waits any more, and says so
        warnings.simplefilter("ignore", RuntimeWarning)
        bounds: Any = waiting.confidence_interval(CONFIDENCE, method="log-log")
    ends = np.isin(waiting.quantiles, seconds[known])
    share_waiting, low, high = (np.asarray(each.probabilities)[ends] for each in (waiting, bounds.low, bounds.high))
    return waiting.quantiles[ends], 1 - share_waiting, 1 - high, 1 - low


def _percentile(reached: tuple[_Floats, _Floats, _Floats, _Floats], share_: float) -> Estimate:
    """The first time by which so many were reached; that by which its upper bound says so, and by which its lower."""
    at_s, value, low, high = reached
    return Estimate(value=_first(at_s, value, share_), low=_first(at_s, high, share_), high=_first(at_s, low, share_))


_ROUNDING = 1e-9


def _first(at_s: _Floats, shares: _Floats, least: float) -> float | None:
    with np.errstate(invalid="ignore"):
        there = np.flatnonzero(shares >= least - _ROUNDING)
    return float(at_s[there[0]]) if len(there) else None


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
