"""Where a vague place may be, when it makes a great difference: a cliff's top, or its foot."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from dispatch.selection import Choice, Why
from geo.coordinates import LonLat
from geo.doubt import Part

APART_S = 180.0
"""Of the ten minutes: an operator who is asked loses half a minute, and loses it on every vague place."""

TIMES = 1.5
"""Nor is asked where everywhere is far: of an hour, three minutes lie within what times are good for."""


class Possible(msgspec.Struct, frozen=True, kw_only=True):
    """A way on which the patient may be: its code and names, where on it, how far from the point given, and the soonest
    of the units that would be sent were they there, None where nobody could come.

    ``taken``: the decision is for this one, as it lies nearest.
    """

    edge: str
    name_zh: str
    name_en: str
    point: LonLat
    elevation_m: float
    distance_m: float
    unit: UUID | None
    code: str | None
    eta_s: float | None
    taken: bool


def possible(part: Part, choice: Choice, *, taken: bool) -> Possible:
    """The part with the first who would come there; ``choice`` is what would be chosen for it."""
    could = (each for each in choice.verdicts if each.chosen or each.why is Why.NOT_NEEDED)
    first = min(
        (each for each in could if each.eta_s is not None), key=lambda each: (each.eta_s, each.code), default=None
    )
    return Possible(
        edge=part.snap.edge,
        name_zh=part.name_zh,
        name_en=part.name_en,
        point=LonLat(part.snap.lon, part.snap.lat),
        elevation_m=part.snap.elevation_m,
        distance_m=part.snap.distance_m,
        unit=None if first is None else first.id,
        code=None if first is None else first.code,
        eta_s=None if first is None else first.eta_s,
        taken=taken,
    )


def differ(times_s: Sequence[float | None]) -> bool:
    """Whether it makes a great difference which of them it is; None where nobody comes, or is known to."""
    known = [each for each in times_s if each is not None]
    if not known:
        return False
    soonest, latest = min(known), max(known)
    return len(known) < len(times_s) or (latest - soonest >= APART_S and latest >= TIMES * soonest)
