"""The nearest point of the network that people can stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, isnan
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.coordinates import Floats, metric
from geo.passage import Passage
from geo.speed import FOOT_CLASSES

if TYPE_CHECKING:
    from geo.network import Edge, Network

Ints = NDArray[np.int64]


class OffTheMap(ValueError):
    """A point so far away, or so odd, that it has no place on the area's map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snap:
    """A position on the network, and how far from the given point it lies.

    `offset_m` counts from the edge's `from_node` in the edge's own length (0 <= offset_m <= length_m); `distance_m`
    is the straight horizontal line from the given point; lon, lat and elevation_m are those of the position.
    """

    edge: str
    offset_m: float
    distance_m: float
    lon: float
    lat: float
    elevation_m: float


class SnapIndex:
    """Search trees in metres over the edges of a network. Lifts count at their ends only."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._metric = metric(network.srid)
        standable = [number for number, edge in enumerate(network.edges) if edge.edge_class in FOOT_CLASSES]
        driven = [number for number in standable if network.edges[number].driven is not Passage.NONE]
        ends = _lone_lift_ends(network, standable)
        self._foot = _Shapes(self, standable, ends)
        self._road = _Shapes(self, driven, [])

    def nearest_on_foot(self, lons: Floats, lats: Floats) -> tuple[Snap | None, ...]:
        """For each point, the nearest position on a road, a foot edge or the end of a lift; None off the map."""
        return self._foot.nearest(lons, lats)

    def nearest_one(self, lon: float, lat: float) -> Snap | None:
        """The same as `nearest_on_foot` of one point, sooner."""
        return self._foot.nearest_one(lon, lat)

    def nearest_on_road(self, lons: Floats, lats: Floats) -> tuple[Snap | None, ...]:
        """For each point, the nearest position where vehicles may pass; None off the map or where there is none."""
        return self._road.nearest(lons, lats)

    def within(self, lon: float, lat: float, within_m: float) -> tuple[Snap, ...]:
        """One position on each edge within that distance, nearest first."""
        return self._foot.within(lon, lat, within_m)

    def drawn(self, edges: Ints) -> NDArray[np.object_]:
        """The lines of the edges of these numbers, in metres."""
        network = self.network
        return self.lines([_line(network.edges[number], network) for number in edges.tolist()])

    def lines(self, drawn: Sequence[Sequence[tuple[float, float]]]) -> NDArray[np.object_]:
        """Lines of degrees as lines in metres."""
        points = np.array([point for line in drawn for point in line], dtype=np.float64).reshape(-1, 2)
        x, y = self._metric.metres(points[:, 0], points[:, 1])
        line_of_point = np.repeat(np.arange(len(drawn)), [len(line) for line in drawn])
        return np.asarray(shapely.linestrings(x, y, indices=line_of_point), dtype=object)

    def points(self, lons: Floats, lats: Floats) -> NDArray[np.object_]:
        """Degrees as points in metres, None where they are off the map."""
        x, y = self._metric.metres(lons, lats)
        on_map = np.isfinite(x) & np.isfinite(y)
        points = np.full(len(lons), None, dtype=object)
        points[on_map] = shapely.points(x[on_map], y[on_map])
        return points

    def point(self, lon: float, lat: float) -> shapely.Point | None:
        """Degrees as a point in metres, None where it is off the map."""
        x, y = self._metric.metres_of(lon, lat)
        return shapely.Point(x, y) if isfinite(x) and isfinite(y) else None

    def snap_at(self, point: shapely.Point, edge: int, fraction: float, shape: shapely.LineString) -> Snap:
        """The position at this fraction of this edge, measured from the point."""
        place = shapely.line_interpolate_point(shape, fraction, normalized=True)
        lon, lat = self._metric.degrees_of(place.x, place.y)
        return self._snap(edge, fraction, float(shapely.distance(point, place)), lon, lat)

    def snaps(
        self, points: NDArray[np.object_], edges: Ints, fractions: Floats, shapes: NDArray[np.object_]
    ) -> list[Snap]:
        """The positions at these fractions of these edges, each measured from the point beside it."""
        places = shapely.line_interpolate_point(shapes, fractions, normalized=True)
        distances = shapely.distance(points, places)
        lons, lats = self._metric.degrees(shapely.get_x(places), shapely.get_y(places))
        rows = zip(edges.tolist(), fractions.tolist(), distances.tolist(), lons.tolist(), lats.tolist(), strict=True)
        return [self._snap(*row) for row in rows]

    def positions(self, edges: Ints, fractions: Floats) -> list[Snap]:
        """The positions at these fractions of the edges of these numbers, chosen and not searched for."""
        numbers = np.unique(edges)
        shapes = self.drawn(numbers)[np.searchsorted(numbers, edges)]
        return self.snaps(shapely.line_interpolate_point(shapes, fractions, normalized=True), edges, fractions, shapes)

    def _snap(self, number: int, fraction: float, distance_m: float, lon: float, lat: float) -> Snap:
        edge = self.network.edges[number]
        start_m = self.network.node(edge.from_node).elevation_m
        end_m = self.network.node(edge.to_node).elevation_m
        return Snap(
            edge=edge.id,
            offset_m=fraction * edge.length_m,
            distance_m=distance_m,
            lon=lon,
            lat=lat,
            elevation_m=start_m + fraction * (end_m - start_m),
        )


class _Shapes:
    """One search tree: lines of edges, then lines without length for lift ends that touch no such edge."""

    def __init__(self, index: SnapIndex, lines: list[int], ends: list[tuple[int, float, float, float]]) -> None:
        self._index = index
        drawn = [_line(index.network.edges[number], index.network) for number in lines]
        self._shapes = index.lines([*drawn, *([(lon, lat)] * 2 for _, _, lon, lat in ends)])
        self._edges = np.array(lines + [end[0] for end in ends], dtype=np.int64)
        self._end_fraction = np.array([np.nan] * len(lines) + [end[1] for end in ends])
        self._tree = shapely.STRtree(self._shapes)
        self._known: dict[tuple[float, float], Snap | None] = {}  # units are asked for again and again where they stand

    def nearest(self, lons: Floats, lats: Floats) -> tuple[Snap | None, ...]:
        if len(lons) > _FEW:
            return self._nearest(lons, lats)
        points, known = list(zip(lons.tolist(), lats.tolist(), strict=True)), self._known
        fresh = [point for point in dict.fromkeys(points) if point not in known]
        if fresh:
            if len(known) + len(fresh) > _MOST_KNOWN:
                known.clear()
                fresh = list(dict.fromkeys(points))
            asked = np.array(fresh, dtype=np.float64)
            known.update(zip(fresh, self._nearest(asked[:, 0], asked[:, 1]), strict=True))
        return tuple(known[point] for point in points)

    def nearest_one(self, lon: float, lat: float) -> Snap | None:
        known = self._known
        if (lon, lat) in known:
            return known[lon, lat]
        if len(known) >= _MOST_KNOWN:
            known.clear()
        point = self._index.point(lon, lat)
        found = None if point is None or len(self._shapes) == 0 else self._snap(point)
        known[lon, lat] = found
        return found

    def _nearest(self, lons: Floats, lats: Floats) -> tuple[Snap | None, ...]:
        found: list[Snap | None] = [None] * len(lons)
        if len(self._shapes) == 0:
            return tuple(found)
        points = self._index.points(lons, lats)
        askers, hits = self._tree.query_nearest(points, all_matches=True)
        order = np.lexsort((hits, askers))  # of equals (where edges meet) the first edge, so that answers repeat
        askers, first = np.unique(askers[order], return_index=True)
        for asker, snap in zip(askers.tolist(), self._snaps(points[askers], hits[order][first]), strict=True):
            found[asker] = snap
        return tuple(found)

    def within(self, lon: float, lat: float, within_m: float) -> tuple[Snap, ...]:
        point = self._index.points(np.array([lon]), np.array([lat]))
        if point[0] is None or len(self._shapes) == 0:
            return ()
        hits = np.sort(self._tree.query(point[0], predicate="dwithin", distance=within_m))
        snaps = self._snaps(np.repeat(point, len(hits)), hits)
        return tuple(sorted(snaps, key=lambda snap: snap.distance_m))

    def _snap(self, point: shapely.Point) -> Snap:
        hit = int(self._tree.query_nearest(point, all_matches=True).min())
        shape, fraction = self._shapes[hit], self._end_fraction.item(hit)
        if isnan(fraction):
            fraction = float(shapely.line_locate_point(shape, point, normalized=True))
        fraction = 0.0 if fraction < _AT_END else 1.0 if fraction > 1.0 - _AT_END else fraction
        return self._index.snap_at(point, self._edges.item(hit), fraction, shape)

    def _snaps(self, points: NDArray[np.object_], hits: Ints) -> list[Snap]:
        shapes = self._shapes[hits]
        fractions = np.asarray(shapely.line_locate_point(shapes, points, normalized=True))
        fractions = np.where(np.isnan(self._end_fraction[hits]), fractions, self._end_fraction[hits])
        fractions = np.where(fractions < _AT_END, 0.0, np.where(fractions > 1.0 - _AT_END, 1.0, fractions))
        return self._index.snaps(points, self._edges[hits], fractions, shapes)


_AT_END = 1e-9
_FEW, _MOST_KNOWN = 512, 20_000


def _line(edge: Edge, network: Network) -> Sequence[tuple[float, float]]:
    if edge.line is not None:
        return edge.line
    start, end = network.node(edge.from_node), network.node(edge.to_node)
    return ((start.lon, start.lat), (end.lon, end.lat))


def _lone_lift_ends(network: Network, standable: list[int]) -> list[tuple[int, float, float, float]]:
    """(edge number, fraction, lon, lat) of lift ends where no road or foot edge starts."""
    reached = {end for number in standable for end in _ends(network.edges[number])}
    lone: dict[str, tuple[int, float, float, float]] = {}
    for number, edge in enumerate(network.edges):
        for fraction, end in enumerate(_ends(edge)):
            if end not in reached:
                node = network.node(end)
                lone.setdefault(end, (number, float(fraction), node.lon, node.lat))
    return list(lone.values())


def _ends(edge: Edge) -> tuple[str, str]:
    return edge.from_node, edge.to_node
