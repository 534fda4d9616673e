"""Where a crew is: at its post, out on a way, or on the trail back. No clock of its own: every moment is given."""

from dataclasses import dataclass

from dispatch.drill.way import Point, Way

NOTHING_S = 1e-6
"""What is left of a trail for want of digits."""


@dataclass(frozen=True, slots=True)
class _Walk:
    """On a way since a moment; ``out`` leads on from the post, else back along the trail."""

    way: Way
    began: float
    out: bool


class Feet:
    """Moments are seconds of any steady clock; on the ground ``pace`` times as much time goes by."""

    def __init__(self, here: Point, pace: float = 1.0) -> None:
        self._here, self._pace = here, pace
        self._trail = Way()
        self._walk: _Walk | None = None

    def set_out(self, way: Way, now: float) -> None:
        """On to somewhere, from where one is now."""
        self.stop(now)
        self._walk = _Walk(way, now, out=True)

    def turn_back(self, now: float, slowness: float = 1.0) -> None:
        """Back the way one came, towards the post."""
        self.stop(now)
        if self._trail.stretches:
            self._walk = _Walk(self._trail.back().slowed(slowness), now, out=False)

    def stop(self, now: float) -> None:
        """Stand still where one is."""
        walk, self._walk = self._walk, None
        if walk is None:
            return
        gone_s = (now - walk.began) * self._pace
        self._here = walk.way.at(gone_s) or self._here
        trail = self._trail.then(walk.way.until(gone_s)) if walk.out else walk.way.after(gone_s).back()
        self._trail = trail if trail.time_s > NOTHING_S else Way()

    def arrive(self, now: float) -> None:
        """Be at the end of the way at once, however far it still was."""
        if self._walk is not None:
            self.stop(max(now, self._walk.began + self._walk.way.time_s / self._pace))

    def at(self, now: float) -> Point:
        walk = self._walk
        return self._here if walk is None else walk.way.at((now - walk.began) * self._pace) or self._here

    def left_s(self, now: float) -> float:
        """How much longer, by the given clock, one walks; 0 when standing."""
        if self._walk is None:
            return 0.0
        return max(self._walk.began + self._walk.way.time_s / self._pace - now, 0.0)

    @property
    def walking(self) -> bool:
        return self._walk is not None

    @property
    def home(self) -> bool:
        """Stands where it started from, and did not go away."""
        return self._walk is None and not self._trail.stretches
