"""Who should go: the nearest means the nearest, and every pick and every shortfall has a reason."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import count, product
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

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
    DECLINED = "declined_this_incident"


_OBSTACLES: Mapping[unit.State, Why] = {
    unit.State.OFF_DUTY: Why.OFF_DUTY,
    unit.State.UNAVAILABLE: Why.UNAVAILABLE,
    unit.State.OUT_OF_CONTACT: Why.OUT_OF_CONTACT,
    unit.State.NO_POSITION: Why.NO_POSITION,
    unit.State.BUSY: Why.BUSY,
}


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """A unit as the decision sees it; ``eta_s`` is seconds until it is at the patient, None when it cannot be timed.

    ``declined`` is why it declined this incident when it was last sent to it, None unless it did.
    """

    id: UUID
    code: str
    state: unit.State
    people: tuple[frozenset[str], ...] = ()
    eta_s: float | None = None
    unreachable: str | None = None
    on_this_incident: bool = False
    declined: str | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    code: str
    eta_s: float | None
    chosen: bool
    why: Why


class Shortfall(msgspec.Struct, frozen=True, kw_only=True):
    """People with a capability that the card asks for and nobody free can bring; of the second tier only medical skill
    is looked at, the rest of it being called when it is wanted.
    """

    people: int
    capabilities: frozenset[str]
    tier: int


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """``verdicts`` are in the order of arrival, the chosen first; ``chosen`` names each unit once."""

    chosen: tuple[UUID, ...]
    verdicts: tuple[Verdict, ...]
    shortfalls: tuple[Shortfall, ...]


def recommend(needs: Sequence[Need], second_tier: Sequence[Need], units: Sequence[Weighed]) -> Choice:
    """The units to send, by four wishes in this order: earliest first responder, earliest medical skill where the card
    asks for one in either tier, the soonest moment at which the first tier has all that can be had, the fewest units.
    Units already on the incident fill needs first; one that declined it is not asked again. Does not depend on the
    order of ``units``.

    A first responder need not fill a place: who brings any of what a place asks for begins to help. A first aider a
    minute away goes to a cardiac arrest though the nearest AED comes from elsewhere.
    """
    places = _Places(needs)
    here = _people(each for each in units if each.on_this_incident)
    lacking = places.wanted - places.reach(here)
    free = sorted((each for each in units if _can_go(each)), key=lambda each: (each.eta_s, each.code))
    reach = {each.id: places.reach(each.people) for each in free}
    missing = _missing(lacking)
    useful = [each for each in free if _missing(lacking - reach[each.id]) < missing]
    asked = _medical([*needs, *second_tier]) and not any(MEDICAL in person for person in here)
    wanting = [kind for kind in places.kinds if _missing(lacking - places.reach([kind])) < missing]
    firsts = _soonest([each for each in free if _helps(each, wanting)])
    medics = _soonest([each for each in free if _is_medical(each)]) if asked else []
    ids = _fewest(lacking, reach, useful, firsts, medics)
    picked = [each for each in free if each.id in ids]
    able = {each.id for each in useful}  # who fills a place; a first responder may not
    roles = _roles(picked, firsts, medics)
    verdicts = [_verdict(each, roles, each.id in able or not missing) for each in units]
    return Choice(
        chosen=tuple(each.id for each in picked),
        verdicts=tuple(sorted(verdicts, key=_order)),
        shortfalls=(
            *_shortfalls(places, [*here, *_people(picked)], tier=1),
            *_shortfalls(_Places(_medical(second_tier)), [*here, *_people(free)], tier=2),
        ),
    )


def helps(needs: Sequence[Need], people: Iterable[frozenset[str]]) -> bool:
    """Whether one of the people brings any of what a need asks for."""
    kinds = [need.capabilities for need in needs]
    return any(not kind or kind & person for person in people for kind in kinds)


def _can_go(each: Weighed) -> bool:
    return (
        each.state is unit.State.FREE and not each.on_this_incident and each.declined is None and each.eta_s is not None
    )


def _people(units: Iterable[Weighed]) -> list[frozenset[str]]:
    return [person for each in units for person in each.people]


def _medical(needs: Iterable[Need]) -> list[Need]:
    return [need for need in needs if MEDICAL in need.capabilities]


def _is_medical(each: Weighed) -> bool:
    return any(MEDICAL in person for person in each.people)


def _helps(each: Weighed, wanting: Iterable[frozenset[str]]) -> bool:
    """Whether somebody of the unit brings any of what an empty place asks for."""
    return any(not kind or kind & person for kind in wanting for person in each.people)


def _soonest(units: Sequence[Weighed]) -> list[Weighed]:
    """All that arrive with the first of them; units of one post arrive together."""
    return [each for each in units if each.eta_s == units[0].eta_s]


_Counts = NDArray[np.int64]
"""A number for every set of kinds of place, at the sum of the kinds' bits; the empty set comes first."""


class _Places:
    """The places a card asks to be filled, one person one place, by kind: the capabilities that the person must have.

    How many stay empty is told by Hall's theorem without trying who takes which place: it is the most, over all sets of
    kinds, of the places of those kinds less the people who fit one of them. And such people simply add up over units.
    """

    def __init__(self, needs: Iterable[Need]) -> None:
        people: dict[frozenset[str], int] = {}
        for need in needs:
            people[need.capabilities] = people.get(need.capabilities, 0) + need.people
        self.kinds = sorted(people, key=len, reverse=True)
        self._sets = np.arange(1 << len(people))
        self._one: dict[frozenset[str], _Counts] = {}
        self.wanted = self._none()
        for bit, kind in enumerate(self.kinds):
            self.wanted += people[kind] * self._touched(1 << bit)

    def reach(self, people: Iterable[frozenset[str]]) -> _Counts:
        """How many of the people fit a kind of the set, for every set."""
        total = self._none()
        for person in people:
            if person not in self._one:
                self._one[person] = self._touched(
                    sum(1 << bit for bit, kind in enumerate(self.kinds) if kind <= person)
                )
            total += self._one[person]
        return total

    def _none(self) -> _Counts:
        return np.zeros(len(self._sets), dtype=np.int64)

    def _touched(self, kinds: int) -> _Counts:
        """One for every set that holds one of the kinds."""
        touched: _Counts = np.not_equal(self._sets & kinds, 0).astype(np.int64)
        return touched

    def empty(self, people: Iterable[frozenset[str]]) -> list[tuple[frozenset[str], int]]:
        """How many places of each kind stay empty; what asks for most is filled first, what anybody can do last."""
        lacking = self.wanted - self.reach(people)
        missing = [_missing(lacking[: 1 << bits]) for bits in range(len(self.kinds) + 1)]
        return [(kind, missing[bit + 1] - missing[bit]) for bit, kind in enumerate(self.kinds)]


def _missing(lacking: _Counts) -> int:
    return int(lacking.max())


def _fewest(
    lacking: _Counts,
    reach: Mapping[UUID, _Counts],
    useful: Sequence[Weighed],
    firsts: Sequence[Weighed],
    medics: Sequence[Weighed],
) -> set[UUID]:
    """The fewest units with one of the firsts and one of the medics among them that fill all that can be filled by the
    soonest moment at which it can be. Who arrives after that moment fills nothing.
    """
    wanted = lacking - _missing(lacking - sum(reach[each.id] for each in useful))
    pool = {each.id: reach[each.id] for each in _in_time(wanted, reach, useful)}
    groups = [[each.id for each in group] for group in (firsts, medics) if group]
    fixed = [set(ids) for ids in product(*groups)]
    for size in count():
        for ids in fixed:
            rest = wanted - sum(pool[each] for each in ids if each in pool)
            more = _filling(rest, [each for each in pool.items() if each[0] not in ids], size - len(ids))
            if more is not None:
                return ids | more
    raise AssertionError("everybody who is in time fills it, so some of them do")


def _in_time(wanted: _Counts, reach: Mapping[UUID, _Counts], useful: Sequence[Weighed]) -> list[Weighed]:
    """Those who arrive by the moment at which everybody who has arrived fills what is wanted."""
    for number, last in enumerate(useful, start=1):
        wanted = wanted - reach[last.id]
        if _missing(wanted) <= 0:
            return [*useful[:number], *(each for each in useful[number:] if each.eta_s == last.eta_s)]
    return []


def _filling(rest: _Counts, pool: Sequence[tuple[UUID, _Counts]], size: int) -> set[UUID] | None:
    """The first so many of the pool, in its order, that fill the rest; None when no so many do."""
    if size <= 0:
        return set() if size == 0 and _missing(rest) <= 0 else None
    if len(pool) < size or _missing(rest - np.sort([reach for _, reach in pool], axis=0)[-size:].sum(axis=0)) > 0:
        return None
    failed: list[_Counts] = []
    for number, (each, reach) in enumerate(pool):
        filled = np.minimum(reach, rest)
        if any((filled <= other).all() for other in failed):
            continue
        more = _filling(rest - reach, pool[number + 1 :], size - 1)
        if more is not None:
            return {each, *more}
        failed.append(filled)
    return None


def _roles(picked: Sequence[Weighed], firsts: Sequence[Weighed], medics: Sequence[Weighed]) -> dict[UUID, Why]:
    roles: dict[UUID, Why] = {}
    for group, why in ((firsts, Why.FIRST), (medics, Why.MEDICAL)):
        one = next((each for each in picked if each in group), None)
        if one is not None:
            roles.setdefault(one.id, why)
    return dict.fromkeys((each.id for each in picked), Why.NEEDED) | roles


def _verdict(each: Weighed, roles: Mapping[UUID, Why], useful: bool) -> Verdict:
    return Verdict(id=each.id, code=each.code, eta_s=each.eta_s, chosen=each.id in roles, why=_why(each, roles, useful))


def _why(each: Weighed, roles: Mapping[UUID, Why], useful: bool) -> Why:
    if each.id in roles:
        return roles[each.id]
    if each.on_this_incident:
        return Why.HERE
    if each.state in _OBSTACLES:
        return _OBSTACLES[each.state]
    if each.declined is not None:
        return Why.DECLINED
    if each.eta_s is None:
        return Why.UNREACHABLE
    return Why.NOT_NEEDED if useful else Why.NOTHING_TO_ADD


def _order(verdict: Verdict) -> tuple[bool, bool, float, str]:
    """Chosen first, then who could go, by time; what cannot be timed ranks last."""
    can_go = verdict.why in (Why.NOT_NEEDED, Why.NOTHING_TO_ADD)
    eta_s = float("inf") if verdict.eta_s is None else verdict.eta_s
    return (not verdict.chosen, not can_go, eta_s, verdict.code)


def _shortfalls(places: _Places, people: Sequence[frozenset[str]], *, tier: int) -> list[Shortfall]:
    return [Shortfall(people=empty, capabilities=kind, tier=tier) for kind, empty in places.empty(people) if empty]
