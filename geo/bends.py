"""How much an edge turns in bends so tight that a vehicle must slow down for them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import shapely

from geo.coordinates import Floats, metric
from geo.network import Network

TIGHT_M = 25.0  # hairpins of park roads have radii of 15 to 20 m
DRAWN_WITHIN_M = 3.0  # a line wavers that much around the way it stands for


@lru_cache(maxsize=16)
def bends_deg(network: Network) -> Floats:
    """Degrees that the drawn line of every edge turns, left and right added up, in bends tighter than `TIGHT_M`.

    A hairpin is about 180. The line is smoothed first, or its surveyor's trembling hand would be bends; a corner
    between two long straight pieces is none, as nothing says how the way rounds it.
    """
    drawn = [edge.line or () for edge in network.edges]
    points = np.array([point for line in drawn for point in line], dtype=np.float64).reshape(-1, 2)
    turned = np.zeros(len(drawn))
    if not len(points):
        return turned
    x, y = metric(network.srid).metres(points[:, 0], points[:, 1])
    of_point = np.repeat(np.arange(len(drawn)), [len(line) for line in drawn])
    numbers = np.unique(of_point)
    lines = shapely.linestrings(x, y, indices=np.searchsorted(numbers, of_point))
    corners, of_corner = shapely.get_coordinates(shapely.simplify(lines, DRAWN_WITHIN_M), return_index=True)
    steps, inside = np.diff(corners, axis=0), of_corner[1:] == of_corner[:-1]
    long_m, heading = np.hypot(steps[:, 0], steps[:, 1]), np.arctan2(steps[:, 1], steps[:, 0])
    turn = np.abs((np.diff(heading) + np.pi) % (2.0 * np.pi) - np.pi)
    shorter, longer = np.minimum(long_m[1:], long_m[:-1]), np.maximum(long_m[1:], long_m[:-1])
    # Half of either side belongs to the corner; where a bend begins, one side is a straight and does not.
    reach_m = np.where(longer > 2.0 * shorter, shorter / 2.0, (shorter + longer) / 2.0)
    tight = inside[1:] & inside[:-1] & (turn > 0) & (reach_m < TIGHT_M * turn)
    np.add.at(turned, numbers[of_corner[1:-1][tight]], np.degrees(turn[tight]))
    return turned
