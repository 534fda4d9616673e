"""Who should go: the nearest means the nearest, and every pick and every shortfall has a reason."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import combinations
from uuid import UUID

import msgspec
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from dispatch import unit
from dispatch.run_card import Need

MEDICAL = "MED"
"""The capability whose first arrival is the clock's T5m."""


class Why(StrEnum):
    """Why a unit is or is not chosen; the words for each are in ``words``."""

    FIRST = "first_at_the_patient"
    MEDICAL = "first_with_medical_skill"
    NEEDED = "needed_to_fill_the_card"
    NOT_NEEDED = "others_are_sooner_and_enough"
    NOTHING_TO_ADD = "has_nobody_the_card_asks_for"
    UNREACHABLE = "no_open_way_to_the_patient"
    OFF_DUTY = "nobody_on_duty"
    UNAVAILABLE = "signed_off"
    OUT_OF_CONTACT = "out_of_contact"
    NO_POSITION = "off_its_post_without_a_position"
    BUSY = "on_another_incident"
    HERE = "already_on_this_incident"


_OBSTACLES: Mapping[unit.State, Why] = {
    unit.State.OFF_DUTY: Why.OFF_DUTY,
    unit.State.UNAVAILABLE: Why.UNAVAILABLE,
    unit.State.OUT_OF_CONTACT: Why.OUT_OF_CONTACT,
    unit.State.NO_POSITION: Why.NO_POSITION,
    unit.State.BUSY: Why.BUSY,
}


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """A unit as the decision sees it; ``eta_s`` is seconds until it is at the patient, None when it cannot be timed."""

    id: UUID
    code: str
    state: unit.State
    people: tuple[frozenset[str], ...] = ()
    eta_s: float | None = None
    unreachable: str | None = None
    on_this_incident: bool = False


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    code: str
    eta_s: float | None
    chosen: bool
    why: Why


class Shortfall(msgspec.Struct, frozen=True, kw_only=True):
    """People with a capability that the card asks for and nobody free can bring."""

    people: int
    capabilities: frozenset[str]
    tier: int


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """``verdicts`` are in the order of arrival, the chosen first; ``chosen`` names each unit once."""

    chosen: tuple[UUID, ...]
    verdicts: tuple[Verdict, ...]
    shortfalls: tuple[Shortfall, ...]


def recommend(needs: Sequence[Need], second_tier: Sequence[Need], units: Sequence[Weighed]) -> Choice:
    """The units to send, by three wishes in this order: earliest first responder, earliest medical skill where the
    card asks for one in either tier, and the soonest moment at which all first-tier needs are met, with the fewest
    units. Units already on the incident fill needs first. Does not depend on the order of ``units``.
    """
    here = [each.people for each in units if each.on_this_incident]
    open_slots = _unfilled(_slots(needs), here)
    asks_medical = any(MEDICAL in need.capabilities for need in (*needs, *second_tier))
    has_medical = any(MEDICAL in person for people in here for person in people)
    free = sorted(
        (each for each in units if _can_go(each)),
        key=lambda each: (each.eta_s, each.code),
    )
    useful = [each for each in free if _adds(each, open_slots)]
    roles: dict[UUID, Why] = {}
    if useful:
        roles[useful[0].id] = Why.FIRST
    if asks_medical and not has_medical:
        medic = next((each for each in free if any(MEDICAL in person for person in each.people)), None)
        if medic is not None:
            roles.setdefault(medic.id, Why.MEDICAL)
    for each in _fewest(open_slots, useful, [each for each in free if each.id in roles]):
        roles.setdefault(each.id, Why.NEEDED)
    picked = [each for each in free if each.id in roles]
    verdicts = [_verdict(each, roles, open_slots) for each in units]
    return Choice(
        chosen=tuple(each.id for each in picked),
        verdicts=tuple(sorted(verdicts, key=_order)),
        shortfalls=_shortfalls(open_slots, picked, second_tier, asks_medical and not has_medical),
    )


def _can_go(each: Weighed) -> bool:
    return each.state is unit.State.FREE and not each.on_this_incident and each.eta_s is not None


def _slots(needs: Iterable[Need]) -> list[frozenset[str]]:
    """One slot per person asked for."""
    return [need.capabilities for need in needs for _ in range(need.people)]


def _adds(each: Weighed, slots: Sequence[frozenset[str]]) -> bool:
    return any(slot <= person for slot in slots for person in each.people)


def _matching(slots: Sequence[frozenset[str]], people: Sequence[frozenset[str]]) -> list[int]:
    """Which person fills which slot, each person one slot at most; -1 where nobody does."""
    if not slots or not people:
        return [-1] * len(slots)
    fits = csr_array(np.array([[slot <= person for person in people] for slot in slots], dtype=np.int8))
    return [int(each) for each in maximum_bipartite_matching(fits, perm_type="column")]


def _unfilled(slots: Sequence[frozenset[str]], crews: Sequence[Sequence[frozenset[str]]]) -> list[frozenset[str]]:
    people = [person for crew in crews for person in crew]
    return [slot for slot, filled in zip(slots, _matching(slots, people), strict=True) if filled < 0]


def _missing(slots: Sequence[frozenset[str]], units: Sequence[Weighed]) -> int:
    return len(_unfilled(slots, [each.people for each in units]))


def _fewest(slots: Sequence[frozenset[str]], useful: Sequence[Weighed], fixed: Sequence[Weighed]) -> Sequence[Weighed]:
    """The fewest further units beside the fixed ones that fill as many slots as anybody can, at the soonest moment.

    ``useful`` comes in order of arrival; the shortest beginning of it that fills the most settles the moment, and its
    last unit must go.
    """
    useful = [each for each in useful if each not in fixed]
    best = _missing(slots, [*fixed, *useful])
    if _missing(slots, fixed) == best:
        return []
    end = next(n for n in range(1, len(useful) + 1) if _missing(slots, [*fixed, *useful[:n]]) == best)
    last = useful[end - 1]
    for size in range(end):
        for more in combinations(useful[: end - 1], size):
            if _missing(slots, [*fixed, *more, last]) == best:
                return [*more, last]
    raise AssertionError("the whole beginning fills the slots, so some part of it does")


def _verdict(each: Weighed, roles: Mapping[UUID, Why], slots: Sequence[frozenset[str]]) -> Verdict:
    return Verdict(id=each.id, code=each.code, eta_s=each.eta_s, chosen=each.id in roles, why=_why(each, roles, slots))


def _why(each: Weighed, roles: Mapping[UUID, Why], slots: Sequence[frozenset[str]]) -> Why:
    if each.id in roles:
        return roles[each.id]
    if each.on_this_incident:
        return Why.HERE
    if each.state in _OBSTACLES:
        return _OBSTACLES[each.state]
    if each.eta_s is None:
        return Why.UNREACHABLE
    if slots and not _adds(each, slots):
        return Why.NOTHING_TO_ADD
    return Why.NOT_NEEDED


def _order(verdict: Verdict) -> tuple[bool, bool, float, str]:
    """Chosen first, then who could go, by time; what cannot be timed ranks last."""
    can_go = verdict.why in (Why.NOT_NEEDED, Why.NOTHING_TO_ADD)
    eta_s = float("inf") if verdict.eta_s is None else verdict.eta_s
    return (not verdict.chosen, not can_go, eta_s, verdict.code)


def _shortfalls(
    slots: Sequence[frozenset[str]], picked: Sequence[Weighed], second_tier: Sequence[Need], asks_medical: bool
) -> tuple[Shortfall, ...]:
    lacking: dict[frozenset[str], int] = {}
    for slot in _unfilled(slots, [each.people for each in picked]):
        lacking[slot] = lacking.get(slot, 0) + 1
    found = [Shortfall(people=people, capabilities=slot, tier=1) for slot, people in lacking.items()]
    medics = sum(MEDICAL in person for each in picked for person in each.people)
    wanted = max((need.people for need in second_tier if MEDICAL in need.capabilities), default=0)
    if asks_medical and medics < wanted:
        found.append(Shortfall(people=wanted - medics, capabilities=frozenset({MEDICAL}), tier=2))
    return tuple(found)
