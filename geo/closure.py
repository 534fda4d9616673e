"""What is known of edges at one moment beyond the network itself: shut, slow, one-way, or opened on request.

Values without a clock: whoever asks for travel times passes the closures that are in force at that instant, and they
hold for the whole journey (a lift's own opening hours are walked by the clock; a closure's end is not foreseen).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from geo.passage import Layer, Passage

__all__ = ["ALL_OPEN", "BadClosure", "Closure", "ClosureMode", "Closures", "Layer", "Passage", "together"]


class BadClosure(ValueError):
    """A closure says less or more than its mode means; the message names the field and the fact."""


class ClosureMode(StrEnum):
    """What a closure does to its edges, on its layer."""

    SHUT = "shut"  # nobody passes; a journey may begin or end there, by the nearer end, and then says so
    SLOW = "slow"  # all times are multiplied by `factor`
    ONE_WAY = "one_way"  # passable in `direction` alone
    ON_REQUEST = "on_request"  # does not run or open by itself: whoever passes waits `delay_s`, at any hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """One closure of one or more edges, by their stable ids. Raises `BadClosure`.

    `factor` (>= 1) goes with SLOW, `direction` (forward or backward along the edge) with ONE_WAY, `delay_s` (>= 0, of
    each passage, counted from reaching it) with ON_REQUEST. A lift opened at night is ON_REQUEST with a delay of 0.
    A gate that the network says nobody passes is opened by ON_REQUEST; stairs are not opened to vehicles by it.
    Edges that a network does not have are no fault.
    """

    edges: frozenset[str]
    mode: ClosureMode
    layer: Layer = Layer.BOTH
    factor: float | None = None
    direction: Passage | None = None
    delay_s: float | None = None

    def __post_init__(self) -> None:
        for name, of_mode in (
            ("factor", ClosureMode.SLOW),
            ("direction", ClosureMode.ONE_WAY),
            ("delay_s", ClosureMode.ON_REQUEST),
        ):
            if (getattr(self, name) is not None) != (self.mode is of_mode):
                needs = "needs a" if self.mode is of_mode else "has no"
                raise BadClosure(f"{name}: a closure of mode {self.mode} {needs} {name}")
        if self.factor is not None and not (isfinite(self.factor) and self.factor >= 1):
            raise BadClosure(f"factor: {self.factor} is no number >= 1")
        if self.direction not in {None, Passage.FORWARD, Passage.BACKWARD}:
            raise BadClosure(f"direction: {self.direction} is neither forward nor backward")
        if self.delay_s is not None and not (isfinite(self.delay_s) and self.delay_s >= 0):
            raise BadClosure(f"delay_s: {self.delay_s} is no number >= 0")


@dataclass(frozen=True, slots=True)
class Closures:
    """All closures in force at one moment, as one value that can be kept, compared and stored; made by `together`.

    Of several on one edge and layer: SHUT counts whatever else there is, factors multiply, two one-ways against each
    other leave no way, and of delays the longest counts.
    """

    each: tuple[Closure, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.each)

    def __iter__(self) -> Iterator[Closure]:
        return iter(self.each)

    def shut(self, layer: Layer) -> frozenset[str]:
        """The edges nobody passes on that layer; for BOTH, those nobody passes at all."""
        if layer is Layer.BOTH:
            return self.shut(Layer.FOOT) & self.shut(Layer.VEHICLE)
        found = (one.edges for one in self.each if one.mode is ClosureMode.SHUT and one.layer.covers(layer))
        return frozenset[str]().union(*found)

    def on_request(self, layer: Layer) -> Mapping[str, float]:
        """The edges that are opened on request on that layer, with their delays; none that is shut."""
        delays: dict[str, float] = {}
        for one in self.each:
            if one.delay_s is not None and one.layer.covers(layer):
                for edge in one.edges:
                    delays[edge] = max(one.delay_s, delays.get(edge, 0.0))
        shut = self.shut(layer)
        return {edge: delay_s for edge, delay_s in delays.items() if edge not in shut}


ALL_OPEN = Closures()
"""Nothing but the network itself."""


def together(closures: Iterable[Closure]) -> Closures:
    """These closures as one value; their order does not matter, and one given twice counts once."""
    return Closures(tuple(sorted(set(closures), key=_order)))


def _order(closure: Closure) -> tuple[object, ...]:
    numbers = (closure.factor or 0.0, closure.delay_s or 0.0)
    return (closure.mode, closure.layer, *numbers, closure.direction or "", tuple(sorted(closure.edges)))
