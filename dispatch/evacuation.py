"""The way out: how many carry a patient by which way, and which lifts must be asked for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from geo.journey import LIFT_MODES, Leg, Mode
from geo.network import Edge
from geo.speed import EdgeClass

CARRIERS_ON_STAIRS: Final = 8
"""For one stretcher, in turns; eight carried one down 500 steps in five minutes (news report, Wudangshan)."""

CARRIERS_ON_THE_LEVEL: Final = 4
"""One at each corner; an assumption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carry:
    """What a way asks of those who carry: metres on foot, metres of those on stairs, the lifts that are ridden."""

    on_foot_m: float
    stairs_m: float
    lifts: tuple[str, ...]

    def carriers(self, patients: int) -> int:
        """For all patients at once: eight for each where there are stairs, else four."""
        return patients * (CARRIERS_ON_STAIRS if self.stairs_m > 0 else CARRIERS_ON_THE_LEVEL)


def most_carriers(patients: int) -> int:
    """While no way is known it may have stairs."""
    return patients * CARRIERS_ON_STAIRS


def carry(legs: Iterable[Leg], edge: Callable[[str], Edge]) -> Carry:
    """What the legs ask of who carries. The first and last edge of a leg count as far as the leg is long, so that no
    stairs are left out, and more than there are may be counted where a leg begins in the middle of some.
    """
    on_foot_m = stairs_m = 0.0
    lifts: list[str] = []
    for leg in legs:
        if leg.mode in LIFT_MODES:
            lifts += leg.edges
        elif leg.mode in (Mode.WALK, Mode.OFF_NETWORK):
            on_foot_m += leg.length_m
            stairs = sum(each.length_m for each in map(edge, leg.edges) if each.edge_class is EdgeClass.STAIRS)
            stairs_m += min(stairs, leg.length_m)
    return Carry(on_foot_m=on_foot_m, stairs_m=stairs_m, lifts=tuple(dict.fromkeys(lifts)))
