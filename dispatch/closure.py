"""Ways closed for a while: which edges of the network, for whom, in which way, from when to when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from uuid import UUID

import msgspec
import numpy as np
import shapely

from dispatch import refusal, words
from geo.closure import Closure, ClosureMode, Closures, together
from geo.coordinates import to_wgs84_arrays
from geo.speed import EdgeClass

MOST_EDGES = 5000
"""Of one closure; with more, the event that tells of it would be too large for a phone."""

MOST_NAMED = 3


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A closure that somebody made and nobody has ended: what it does to which edges, what people call them, and when.

    Without an end it holds until it is ended.
    """

    id: UUID
    effect: Closure
    name_zh: str
    name_en: str
    valid_from: datetime
    valid_until: datetime | None = None

    def applies(self, at: datetime) -> bool:
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


@dataclass(frozen=True, kw_only=True)
class Book:
    """The closures that stand, and the counter of changes at which they are all there are."""

    counter: int = 0
    closures: tuple[Standing, ...] = ()

    def at(self, at: datetime) -> "Book":
        """What applies at the instant: windows begin and end without anybody doing anything."""
        return Book(counter=self.counter, closures=tuple(each for each in self.closures if each.applies(at)))

    @cached_property
    def effect(self) -> Closures:
        """What they do together."""
        return together(each.effect for each in self.closures)


ALL_OPEN = Book()


# --- making one ---


NEEDS: Mapping[ClosureMode, str] = MappingProxyType(
    {ClosureMode.SLOW: "factor", ClosureMode.ONE_WAY: "direction", ClosureMode.ON_REQUEST: "delay_s"}
)
"""What each mode must say besides itself; no other mode may say it."""


def check_mode(mode: ClosureMode, said: Collection[str]) -> None:
    """``said`` are the names of what came with the mode. Raises ``ModeNeeds`` and ``ModeHasNo``."""
    needed = NEEDS.get(mode)
    if needed is not None and needed not in said:
        raise refusal.ModeNeeds(field=needed, mode=mode, name=needed)
    for name in NEEDS.values():
        if name in said and name != needed:
            raise refusal.ModeHasNo(field=name, mode=mode, name=name)


def check_period(valid_from: datetime | None, valid_until: datetime | None, at: datetime) -> None:
    """A closure must end later than it begins and later than now. Raises ``WrongPeriod``."""
    if valid_until is None:
        return
    for name, earlier in (("from", valid_from), ("now", at)):
        if earlier is not None and valid_until <= earlier:
            until, since = (each.isoformat(timespec="seconds") for each in (valid_until, earlier))
            raise refusal.WrongPeriod(field="until", until=until, name=name, earlier=since)


def polygon_wkt(ring: Sequence[tuple[float, float]], datum: str) -> str:
    """The polygon in WGS-84. Raises ``NotAPolygon``."""
    points = np.array(ring, dtype=np.float64)
    polygon = shapely.Polygon(np.column_stack(to_wgs84_arrays(points[:, 0], points[:, 1], datum)))
    if not polygon.is_valid or polygon.area < 1e-9 * polygon.length**2:
        raise refusal.NotAPolygon(field="polygon.ring")
    return str(polygon.wkt)


def check_edges(found: Collection[str], codes: Sequence[str] | None, kind: EdgeClass | None) -> None:
    """Whether all that was named is there. Raises ``UnknownCode``, ``NoEdgeThere`` and ``TooManyEdges``."""
    for number, code in enumerate(codes or []):
        if code not in found:
            raise refusal.UnknownCode(field=f"edges[{number}]", what_zh="路段", what_en="edge", value=code)
    if not found and kind is not None:
        zh, en = words.EDGE_CLASSES[kind]
        raise refusal.NoEdgeThere(field="kind", what_zh=f"本区域{zh}中", what_en=f"among the {en} of the area")
    if not found:
        raise refusal.NoEdgeThere(field="polygon", what_zh="圈定范围内", what_en="inside the polygon")
    if len(found) > MOST_EDGES:
        raise refusal.TooManyEdges(edges=len(found), most=MOST_EDGES)


def names(found: Sequence[Mapping[str, str | None]], kind: EdgeClass | None, *, by_polygon: bool) -> words.Pair:
    """What is closed, as people call it: up to three names, then how many there are."""
    count = len(found)
    if kind is not None:
        zh, en = words.EDGE_CLASSES[kind]
        return f"全部{zh}（{count} 段）", f"all {en} ({count})"
    known_zh = list(dict.fromkeys(each["name_zh"] or each["code"] or "" for each in found))[:MOST_NAMED]
    known_en = list(dict.fromkeys(each["name_en"] or each["code"] or "" for each in found))[:MOST_NAMED]
    zh, en = "、".join(known_zh), ", ".join(known_en)
    if count > len(known_zh):
        zh, en = f"{zh}等 {count} 段", f"{en} and others ({count} edges)"
    return (f"圈定范围：{zh}", f"in a drawn area: {en}") if by_polygon else (zh, en)
