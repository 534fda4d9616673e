"""A desk that works by radio, compared with what would have been chosen for it: who went, who would have, and how many
minutes lie between them.

Both times are of one stored decision, so that they rest on the same positions, ways and instant: seconds until a unit
is at the patient, its turnout in it. Of those that went, the one is compared that would have been there first by these
figures and by when each of them went.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from uuid import UUID

import msgspec
from msgspec import structs

from dispatch.decision import Inputs
from dispatch.selection import Choice, Why


class Mode(StrEnum):
    """How an area is run: by orders to devices, or by radio with the system looking on."""

    LIVE = "live"
    SHADOW = "shadow"


class Verdict(StrEnum):
    """What the comparison comes to."""

    SAME = "same"
    """One of the chosen went, and none of them would have been there before it."""
    OTHER = "other"
    NOT_WEIGHED = "not_weighed"
    """Who went is no unit that the decision knew."""
    NOT_TIMED = "not_timed"
    """The unit that went could not be timed: nobody on duty, no position, no open way."""
    NOBODY_CHOSEN = "nobody_chosen"
    NOT_DECIDED = "not_decided"
    """It was never located, so that nobody was weighed for it."""
    NOT_LOGGED = "not_logged"
    """Nobody said who went."""


class Went(msgspec.Struct, frozen=True, kw_only=True):
    """A unit by its id and code, or others by their name alone."""

    unit: UUID | None
    name: str
    went_at: datetime


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """``lost_s`` is by how much the system's choice would have been there sooner; below 0, later. None where one of the
    two times is not known. ``went_why`` is what the decision said of the unit that went.
    """

    verdict: Verdict
    chosen: str | None = None
    chosen_eta_s: float | None = None
    went: str | None = None
    went_eta_s: float | None = None
    went_why: Why | None = None
    lost_s: float | None = None


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """``n`` incidents, by what the comparison came to. ``same_share`` is of those in which both a unit that was weighed
    went and one was chosen; the seconds lost are of the ``timed`` ones, the same choice being 0. A percentile is the
    smallest value that at least so many do not exceed.
    """

    n: int
    same: int
    other: int
    not_weighed: int
    not_timed: int
    nobody_chosen: int
    not_decided: int
    not_logged: int
    same_share: float | None
    timed: int
    median_lost_s: float | None
    p90_lost_s: float | None


def compare(went: Sequence[Went], inputs: Inputs | None, choice: Choice | None) -> Compared:
    """Who went to one incident beside the stored decision on it, None where none was made."""
    chosen = None if choice is None else next((each for each in choice.verdicts if each.chosen), None)
    told = Compared(verdict=Verdict.NOT_LOGGED)
    if chosen is not None:
        told = structs.replace(told, chosen=chosen.code, chosen_eta_s=chosen.eta_s)
    if not went:
        return told
    first = min(went, key=lambda each: each.went_at)
    if inputs is None or choice is None:
        return structs.replace(told, verdict=Verdict.NOT_DECIDED, went=first.name)
    etas = {each.weighed.id: each.weighed.eta_s for each in inputs.units}
    timed = {each: eta_s for each in went if each.unit is not None and (eta_s := etas.get(each.unit)) is not None}
    if not timed:
        known = next((each for each in went if each.unit in etas), None)
        untimed = Verdict.NOBODY_CHOSEN if chosen is None else Verdict.NOT_TIMED
        verdict = Verdict.NOT_WEIGHED if known is None else untimed
        return structs.replace(told, verdict=verdict, went=(known or first).name, went_why=_why(known, choice))
    soonest = min(timed, key=lambda each: (each.went_at + timedelta(seconds=timed[each]), each.name))
    told = structs.replace(told, went=soonest.name, went_eta_s=timed[soonest], went_why=_why(soonest, choice))
    if chosen is None or chosen.eta_s is None:
        return structs.replace(told, verdict=Verdict.NOBODY_CHOSEN)
    if soonest.unit in choice.chosen and timed[soonest] <= chosen.eta_s:
        return structs.replace(told, verdict=Verdict.SAME, lost_s=0.0)
    return structs.replace(told, verdict=Verdict.OTHER, lost_s=timed[soonest] - chosen.eta_s)


def totals(all_: Sequence[Compared]) -> Totals:
    counts = {verdict: sum(each.verdict is verdict for each in all_) for verdict in Verdict}
    both = counts[Verdict.SAME] + counts[Verdict.OTHER] + counts[Verdict.NOT_TIMED]
    lost = sorted(each.lost_s for each in all_ if each.lost_s is not None)
    return Totals(
        n=len(all_),
        same=counts[Verdict.SAME],
        other=counts[Verdict.OTHER],
        not_weighed=counts[Verdict.NOT_WEIGHED],
        not_timed=counts[Verdict.NOT_TIMED],
        nobody_chosen=counts[Verdict.NOBODY_CHOSEN],
        not_decided=counts[Verdict.NOT_DECIDED],
        not_logged=counts[Verdict.NOT_LOGGED],
        same_share=counts[Verdict.SAME] / both if both else None,
        timed=len(lost),
        median_lost_s=_percentile(lost, 0.5),
        p90_lost_s=_percentile(lost, 0.9),
    )


def _why(went: Went | None, choice: Choice) -> Why | None:
    return next((each.why for each in choice.verdicts if went is not None and each.id == went.unit), None)


_ROUNDING = 1e-9


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    return ordered[max(0, ceil(len(ordered) * share - _ROUNDING) - 1)] if ordered else None
