"""Who passes an edge, and which way."""

from __future__ import annotations

from enum import StrEnum


class Layer(StrEnum):
    """How one travels: lifts are on the foot layer."""

    VEHICLE = "vehicle"
    FOOT = "foot"
    BOTH = "both"

    def covers(self, layer: Layer) -> bool:
        """Whether what is said of this layer holds on that one."""
        return self in {Layer.BOTH, layer}


class Passage(StrEnum):
    """Which way one may travel along an edge, from its `from_node` (forward) or to it (backward)."""

    BOTH = "both"
    FORWARD = "forward"
    BACKWARD = "backward"
    NONE = "none"

    @property
    def onward(self) -> bool:
        """Whether one may travel forward."""
        return self in {Passage.BOTH, Passage.FORWARD}

    @property
    def back(self) -> bool:
        """Whether one may travel backward."""
        return self in {Passage.BOTH, Passage.BACKWARD}
