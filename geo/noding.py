"""Drawn lines made to meet: surveys end a path beside the road it joins, and never on a common point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.assembly import Account, DrawnWay
from geo.coordinates import Floats
from geo.osm_tags import Dropped, Noted


def vertex_names(points: Floats) -> tuple[str, ...]:
    """Points by their place, to a tenth of a metre: the same place has the same name in every survey."""
    return tuple(f"at:{lon:.6f},{lat:.6f}" for lon, lat in points.tolist())


def noded(ways: Sequence[DrawnWay], within_m: float, account: Account) -> list[DrawnWay]:
    """The lines with their ends on the vertices, or else on the lines, that lie so near; lifts keep their own ends."""
    joined = [_tidy(way) for way in _onto_lines(_onto_vertices(ways, within_m), within_m)]
    kept = [way for way in joined if len(way.vertices) > 1]
    for way in joined:
        if len(way.vertices) < 2:
            account.drop(Dropped.TOO_SHORT, way.id)
    _tell_crossings(kept, account)
    return kept


def _scale(ways: Sequence[DrawnWay]) -> Floats:
    """Metres a degree of longitude and of latitude, here."""
    middle = np.concatenate([way.points[:, 1] for way in ways]).mean()
    return np.array([111_320.0 * np.cos(np.radians(middle)), 110_950.0])


def _onto_vertices(ways: Sequence[DrawnWay], within_m: float) -> list[DrawnWay]:
    places: dict[str, Floats] = {}
    for way in ways:
        for vertex, point in zip(way.vertices, way.points, strict=True):
            places.setdefault(vertex, point)
    names = list(places)
    number = {name: index for index, name in enumerate(names)}
    scaled = np.array(list(places.values())) * _scale(ways)
    ends = {number[way.vertices[end]] for way in ways for end in (0, -1)}
    parent = list(range(len(names)))
    for one, other in sorted(cKDTree(scaled).query_pairs(within_m)):
        if one in ends or other in ends:
            a, b = _root(parent, one), _root(parent, other)
            parent[max(a, b)] = min(a, b)
    moved = {name: names[_root(parent, index)] for name, index in number.items() if _root(parent, index) != index}
    return [_moved(way, moved, places) for way in ways]


def _root(parent: list[int], index: int) -> int:
    while parent[index] != index:
        index = parent[index]
    return index


def _moved(way: DrawnWay, moved: dict[str, str], places: dict[str, Floats]) -> DrawnWay:
    if not moved.keys() & set(way.vertices):
        return way
    vertices = tuple(moved.get(vertex, vertex) for vertex in way.vertices)
    points = way.points.copy()
    for index, vertex in enumerate(vertices):
        points[index] = places[vertex]
    return replace(way, vertices=vertices, points=points)


def _onto_lines(ways: list[DrawnWay], within_m: float) -> list[DrawnWay]:
    """An end that no other line has is put into the line it lies beside."""
    used = Counter(vertex for way in ways for vertex in set(way.vertices))
    scale = _scale(ways)
    lines = np.array([shapely.LineString(way.points * scale) for way in ways], dtype=object)
    tree = shapely.STRtree(lines)
    inserted: dict[int, list[tuple[float, str, Floats]]] = {}
    for number, way in enumerate(ways):
        for end in (0, -1):
            if used[way.vertices[end]] > 1:
                continue
            point = shapely.Point(way.points[end] * scale)
            for other in tree.query(point, predicate="dwithin", distance=within_m).tolist():
                if other != number and not ways[other].is_lift:
                    along = float(shapely.line_locate_point(lines[other], point))
                    inserted.setdefault(other, []).append((along, way.vertices[end], way.points[end]))
                    break
    return [
        _with_vertices(way, lines[number], inserted[number], scale) if number in inserted else way
        for number, way in enumerate(ways)
    ]


def _with_vertices(
    way: DrawnWay, line: shapely.Geometry, more: list[tuple[float, str, Floats]], scale: Floats
) -> DrawnWay:
    steps_m = np.hypot(*(np.diff(way.points, axis=0) * scale).T)
    at = np.concatenate([[0.0], np.cumsum(steps_m)])
    vertices, points = list(way.vertices), list(way.points)
    heights = None if way.heights_m is None else way.heights_m.tolist()
    for along, vertex, point in sorted(more, key=lambda each: -each[0]):
        index = int(np.searchsorted(at, along))
        index = min(max(index, 1), len(at) - 1)
        vertices.insert(index, vertex)
        points.insert(index, point)
        if heights is not None and way.heights_m is not None:
            heights.insert(index, float(np.interp(along, at, way.heights_m)))
    return replace(
        way,
        vertices=tuple(vertices),
        points=np.array(points),
        heights_m=None if heights is None else np.array(heights),
    )


def _tidy(way: DrawnWay) -> DrawnWay:
    """Without vertices that repeat the one before them."""
    keep = [0, *(n for n in range(1, len(way.vertices)) if way.vertices[n] != way.vertices[n - 1])]
    if len(keep) == len(way.vertices):
        return way
    return replace(
        way,
        vertices=tuple(way.vertices[n] for n in keep),
        points=way.points[keep],
        heights_m=None if way.heights_m is None else way.heights_m[keep],
    )


def _tell_crossings(ways: Sequence[DrawnWay], account: Account) -> None:
    """Lines that cross where neither has a vertex: a bridge, or a junction somebody forgot. They are not joined."""
    ground = [way for way in ways if not way.is_lift and not way.traits.carried]
    lines = np.array([shapely.LineString(way.points) for way in ground], dtype=object)
    if len(lines) == 0:
        return
    for one, other in np.transpose(shapely.STRtree(lines).query(lines, predicate="crosses")).tolist():
        if one < other:
            common = set(ground[one].vertices) & set(ground[other].vertices)
            for point in shapely.get_parts(shapely.intersection(lines[one], lines[other])):
                here = vertex_names(np.array([[point.centroid.x, point.centroid.y]]))[0]
                if here not in common:
                    account.note(Noted.CROSSING_APART, f"{ground[one].id} × {ground[other].id} {here}")
