"""Where somebody can be within some minutes: a grid of cells, with its holes, and an outline of it for drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import pairwise
from math import ceil, inf
from zoneinfo import ZoneInfo

import contourpy
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from geo.closure import ALL_OPEN, Closures
from geo.coordinates import Floats, metric
from geo.field import Bools, Ints, Points, nearest
from geo.journey import Origin
from geo.network import Network
from geo.speed import NORMAL, SpeedProfile

CELL_M = 50.0
BESIDE_M = 100.0
MOST_CELLS = 2_000_000

_STEEP_S = 60.0
"""The outline passes between two cells where the limit does, as if their times lay no further from it than this."""
_GENTLE_S = 6.0
"""And no nearer, so that it keeps away from the middles of both."""


class TooFine(ValueError):
    """So small a cell makes a grid of more than `MOST_CELLS`; the message says of how many."""


class Cells:
    """The cells of a network's extent whose middles lie within `beside_m` of a way that is walked.

    Beyond, nothing is known of the ground, and in these mountains it is a cliff more often than not: such a cell is
    reached by nobody. Square, `cell_m` wide, in metres of the network's own projection, their corners at multiples of
    `cell_m`; rows count from the south, columns from the west. Keep them: to find them costs more than a search.

    Raises `TooFine`, and `ValueError` for a size that is not positive.
    """

    def __init__(self, network: Network, cell_m: float = CELL_M, beside_m: float = BESIDE_M) -> None:
        if not (cell_m > 0 and beside_m >= 0):
            raise ValueError(f"cells of {cell_m} m up to {beside_m} m beside the ways: both are to be positive")
        self.network, self.cell_m, self.beside_m = network, float(cell_m), float(beside_m)
        index = network.snap_index
        lines = index.drawn(np.arange(len(network.edges)))
        west, south, east, north = shapely.total_bounds(lines)
        self.x0 = float(np.floor((west - beside_m) / cell_m) * cell_m)
        self.y0 = float(np.floor((south - beside_m) / cell_m) * cell_m)
        self.columns = ceil((east + beside_m - self.x0) / cell_m)
        self.rows = ceil((north + beside_m - self.y0) / cell_m)
        if self.rows * self.columns > MOST_CELLS:
            raise TooFine(f"{self.rows} x {self.columns} cells of {cell_m:g} m are more than {MOST_CELLS}")
        rows, columns = np.nonzero(self._about(lines))
        snaps = index.nearest_on_foot(*self._degrees(rows, columns))
        near = np.array([each is not None and each.distance_m <= beside_m for each in snaps], dtype=bool)
        self.row: Ints = rows[near]
        self.column: Ints = columns[near]
        self.points = Points(network, [each for each in snaps if each is not None and each.distance_m <= beside_m])

    def __len__(self) -> int:
        return len(self.row)

    @property
    def srid(self) -> int:
        return self.network.srid

    @property
    def cell_km2(self) -> float:
        return self.cell_m**2 / 1e6

    def _about(self, lines: NDArray[np.object_]) -> Bools:
        """Somewhat more than the cells within `beside_m` of the lines: only these are measured."""
        points = shapely.get_coordinates(shapely.segmentize(lines, self.cell_m))
        about = np.zeros((self.rows, self.columns), dtype=bool)
        about[
            ((points[:, 1] - self.y0) // self.cell_m).astype(np.int64),
            ((points[:, 0] - self.x0) // self.cell_m).astype(np.int64),
        ] = True
        round_ = 2 * ceil(self.beside_m / self.cell_m + 1) + 1
        return np.asarray(ndimage.binary_dilation(about, np.ones((round_, round_), dtype=bool)), dtype=bool)

    def _degrees(self, rows: Ints, columns: Ints) -> tuple[Floats, Floats]:
        x, y = self.x0 + (columns + 0.5) * self.cell_m, self.y0 + (rows + 0.5) * self.cell_m
        return metric(self.srid).degrees(x.astype(np.float64), y.astype(np.float64))


@lru_cache(maxsize=4)
def cells_of(network: Network) -> Cells:
    """The usual cells of a network, found once."""
    return Cells(network)


@dataclass(frozen=True, eq=False)
class Reach:
    """`eta_s` of shape rows x columns: the seconds from `at` until the first of the origins is in the middle of each
    cell, with the last metres beside the way; infinity where nobody comes within the longest limit asked about."""

    cells: Cells
    eta_s: Floats

    def mask(self, limit_s: float) -> Bools:
        """Which cells are reached within the limit: rows x columns, from the south-west."""
        return self.eta_s <= limit_s

    def area_km2(self, limit_s: float) -> float:
        """Of the cells that are reached; not of the outline."""
        return int(np.count_nonzero(self.mask(limit_s))) * self.cells.cell_km2

    def runs(self, limit_s: float) -> list[tuple[int, int, int]]:
        """The mask as runs of cells: row, first column, how many."""
        edges = np.diff(np.pad(self.mask(limit_s).astype(np.int8), ((0, 0), (1, 1))), axis=1)
        row, begins = np.nonzero(edges == 1)
        ends = np.nonzero(edges == -1)[1]
        return list(zip(row.tolist(), begins.tolist(), (ends - begins).tolist(), strict=True))

    def outline(self, limit_s: float) -> shapely.MultiPolygon:
        """The mask drawn smoothly, WGS-84, with its holes: where the middle of a cell is inside, the cell is in the
        mask, and the other way round. Its line runs between the middles of neighbours, nearer to the one that is
        reached when time is nearly up.
        """
        return _degrees(self.outline_m(limit_s), self.cells.srid)

    def outline_m(self, limit_s: float) -> shapely.MultiPolygon:
        """As `outline`, in metres of the cells' projection."""
        to_spare = np.clip(limit_s - self._bordered, -_STEEP_S, _STEEP_S)
        inside = to_spare >= 0
        height = np.where(inside, np.maximum(to_spare, _GENTLE_S), np.minimum(to_spare, -_GENTLE_S))
        of = self.cells
        drawn = contourpy.contour_generator(
            x=of.x0 + (np.arange(-1, of.columns + 1) + 0.5) * of.cell_m,
            y=of.y0 + (np.arange(-1, of.rows + 1) + 0.5) * of.cell_m,
            z=height,
            fill_type=contourpy.FillType.OuterOffset,
        ).filled(0.0, inf)
        return shapely.MultiPolygon(
            [_polygon(points, offsets) for points, offsets in zip(*drawn, strict=True) if points is not None]
        )

    @cached_property
    def _bordered(self) -> Floats:
        return np.pad(self.eta_s, 1, constant_values=inf)


def reach(
    cells: Cells,
    origins: Sequence[Origin],
    *,
    within_s: float,
    at: datetime,
    zone: ZoneInfo,
    profile: SpeedProfile = NORMAL,
    closures: Closures = ALL_OPEN,
) -> Reach:
    """How soon the first of the origins is in each cell, if that is within `within_s`: the times of `nearest`."""
    eta_s = np.full((cells.rows, cells.columns), inf)
    if origins and len(cells):
        found = nearest(
            cells.network,
            origins,
            cells.points,
            at=at,
            zone=zone,
            profile=profile,
            closures=closures,
            within_s=within_s,
        )
        eta_s[cells.row, cells.column] = found.eta_s
    return Reach(cells, eta_s)


def _polygon(points: Floats, offsets: NDArray[np.uint32]) -> shapely.Polygon:
    rings = [points[begins:ends] for begins, ends in pairwise(offsets.tolist())]
    return shapely.Polygon(rings[0], rings[1:])


def _degrees(shape: shapely.MultiPolygon, srid: int) -> shapely.MultiPolygon:
    def turned(points: Floats) -> Floats:
        lons, lats = metric(srid).degrees(points[:, 0], points[:, 1])
        return np.column_stack((lons, lats)).round(7)

    return shapely.MultiPolygon(shapely.transform(np.array(shape.geoms, dtype=object), turned).tolist())
