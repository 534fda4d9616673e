"""A stored decision decided again from its own inputs, and all that comes out otherwise."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from dispatch.decision import Decision, Seen
from dispatch.selection import Choice, Verdict
from geo.journey import Leg

DIGITS = 3
"""Times and lengths are compared to the millisecond and the millimetre: what lies below is the machine's."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that comes out otherwise; ``unit`` is its code where it is a unit's. What is not there is None."""

    what: str
    unit: str | None
    stored: Any
    recomputed: Any


def differences(stored: Decision, recomputed: Decision) -> list[Difference]:
    """First what was decided, then what each unit's way there looked like, in the order of the units' codes."""
    return [
        *_of_choices(stored.choice, recomputed.choice),
        *_difference("doubt", None, _doubt(stored), _doubt(recomputed)),
        *_of_units(stored, recomputed),
    ]


def _of_choices(stored: Choice, recomputed: Choice) -> Iterator[Difference]:
    for what, fact in (("chosen", _chosen), ("order", _order), ("shortfalls", _shortfalls)):
        yield from _difference(what, None, fact(stored), fact(recomputed))


def _chosen(choice: Choice) -> list[str]:
    return [each.code for each in choice.verdicts if each.chosen]


def _order(choice: Choice) -> list[str]:
    return [each.code for each in choice.verdicts]


def _shortfalls(choice: Choice) -> list[list[Any]]:
    return [[each.tier, each.people, *sorted(each.capabilities)] for each in choice.shortfalls]


def _doubt(decision: Decision) -> list[dict[str, Any]]:
    return [
        {"edge": each.edge, "unit": each.code, "eta_s": _rounded(each.eta_s), "taken": each.taken}
        for each in decision.inputs.doubt
    ]


def _of_units(stored: Decision, recomputed: Decision) -> Iterator[Difference]:
    before, after = _by_unit(stored), _by_unit(recomputed)
    for unit in sorted({**before, **after}, key=lambda each: (before.get(each) or after[each])["code"]):
        one, other = before.get(unit, {}), after.get(unit, {})
        for what in {**one, **other}:
            yield from _difference(what, (one or other)["code"], one.get(what), other.get(what))


def _by_unit(decision: Decision) -> dict[UUID, Mapping[str, Any]]:
    verdicts = {each.id: each for each in decision.choice.verdicts}
    return {each.weighed.id: _told(each, verdicts.get(each.weighed.id)) for each in decision.inputs.units}


def _told(seen: Seen, verdict: Verdict | None) -> Mapping[str, Any]:
    """All of a unit that is worked out, and nothing of what is taken as it was."""
    return {
        "code": seen.weighed.code,
        "reason": None if verdict is None else verdict.why.value,
        "eta_s": _rounded(seen.weighed.eta_s),
        "verdict_eta_s": None if verdict is None else _rounded(verdict.eta_s),
        "unreachable": seen.weighed.unreachable,
        "travel_s": _rounded(seen.travel_s),
        "legs": _legs(seen.legs),
        "enters": list(seen.enters),
        "cut_by": sorted(str(each) for each in seen.cut_by),
        "longer_s": _rounded(seen.longer_s),
        "kept_by": msgspec.to_builtins(seen.kept_by),
    }


def _legs(legs: Sequence[Leg]) -> list[dict[str, Any]]:
    return [
        {
            "mode": each.mode.value,
            "from": each.start.node,
            "to": each.end.node,
            "edges": list(each.edges),
            "length_m": _rounded(each.length_m),
            "time_s": _rounded(each.time_s),
        }
        for each in legs
    ]


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, DIGITS)


def _difference(what: str, unit: str | None, stored: Any, recomputed: Any) -> Iterator[Difference]:
    if stored != recomputed:
        yield Difference(what=what, unit=unit, stored=stored, recomputed=recomputed)
