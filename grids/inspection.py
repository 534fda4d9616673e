"""What is wrong with the ground an area's files describe: holes, overlaps, loose ends, places far away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import opening_hours
import shapely
from shapely import Geometry

from geo.coordinates import Datum, Metric, NotMetric, metric, to_wgs84, zone_fault
from geo.network import islands
from geo.speed import LIFT_CLASSES
from grids import area_format, speeds
from grids.fault import Fault
from grids.network import network_of_rows
from grids.rows import Folder
from grids.sheet import Row

SMALLEST_M2 = 1.0
"""Less than this is rounding of coordinates, not ground."""

FARTHEST_OUTSIDE_M = 20_000.0
"""A point this far outside the boundary is a mistake; a hospital in the next town is not."""

FARTHEST_OFF_NETWORK_M = 300.0
"""Half of what GCJ-02 is off in these parts: a post further than this from any way may have the wrong datum."""

END_TO_NODE_M = 5.0
CLIMB_TOLERANCE_M = 10.0
CODE_DIGITS = 15


def inspect(folder: Folder) -> None:
    """Add to the folder's faults whatever the ground's rows, each right by itself, get wrong together."""
    scale = _area(folder)
    if scale is None:
        return
    if folder[area_format.CELLS] and folder[area_format.BOUNDARY]:
        _cells(folder, scale)
    _owners(folder)
    _edges(folder, scale)
    _points(folder, scale)
    _network(folder)
    speeds.inspect(folder)


def in_metres(shape: Any, scale: Metric) -> Any:
    """Shapes in degrees as shapes in metres."""
    return shapely.transform(shape, lambda points: np.column_stack(scale.metres(points[:, 0], points[:, 1])))


def _area(folder: Folder) -> Metric | None:
    """The area's projection, when its one row holds."""
    if len(folder[area_format.AREA]) != 1:
        return None
    (row,) = folder[area_format.AREA]
    try:
        ZoneInfo(row["time_zone"])
    except (ZoneInfoNotFoundError, ValueError):
        folder.add(row, "not_a_zone", "time_zone", value=row["time_zone"])
    try:
        scale = metric(row["srid"])
    except NotMetric:
        folder.add(row, "not_metric", "srid", value=row["srid"])
        return None
    _zone(folder, row, scale)
    return scale


def _zone(folder: Folder, row: Row, scale: Metric) -> None:
    """A neighbour's zone measures metres too, only wrong ones."""
    if folder[area_format.BOUNDARY]:
        points = shapely.get_coordinates(folder[area_format.BOUNDARY][0].shape)
        if zone_fault(scale.srid, points[:, 0], points[:, 1]):
            use = scale.use
            folder.add(row, "wrong_zone", "srid", value=scale.srid, west=use.west, east=use.east)


def _cells(folder: Folder, scale: Metric) -> None:
    (boundary,) = folder[area_format.BOUNDARY][:1]
    whole = [row for row in (*folder[area_format.CELLS], boundary) if _is_valid(folder, row)]
    if len(whole) <= len(folder[area_format.CELLS]):
        return  # what the broken ones cover is not known: holes and overlaps would be guesses
    cells = folder[area_format.CELLS]
    shapes = np.array([row.shape for row in cells])
    overlapping = _overlaps(folder, cells, shapes, scale)
    _ragged(folder, cells, shapes, overlapping)
    union = shapely.union_all(shapes)
    for part in _parts(shapely.difference(boundary.shape, union), scale):
        _at(folder, boundary, "hole", part, area_m2=_area_m2(part, scale))
    for row in cells:
        for part in _parts(shapely.difference(row.shape, boundary.shape), scale):
            _at(folder, row, "sticks_out", part, area_m2=_area_m2(part, scale))


def _is_valid(folder: Folder, row: Row) -> bool:
    if not shapely.is_valid(row.shape):
        folder.add(row, "broken_shape", why=shapely.is_valid_reason(row.shape))
        return False
    return True


def _overlaps(folder: Folder, cells: Sequence[Row], shapes: Any, scale: Metric) -> set[int]:
    found: set[int] = set()
    for one, other in np.transpose(shapely.STRtree(shapes).query(shapes, predicate="intersects")):
        if one >= other:
            continue
        for part in _parts(shapely.intersection(shapes[one], shapes[other]), scale):
            found |= {int(one), int(other)}
            area_m2 = _area_m2(part, scale)
            _at(folder, cells[other], "overlap", part, other=cells[one]["code"], area_m2=area_m2)
    return found


def _ragged(folder: Folder, cells: Sequence[Row], shapes: Any, overlapping: set[int]) -> None:
    """Borders that lie on each other without sharing their points: no area is lost, but the next edit opens one."""
    for number, edge in enumerate(shapely.coverage_invalid_edges(shapes)):
        if number not in overlapping and not shapely.is_empty(edge):
            _at(folder, cells[number], "ragged", edge)


def _parts(shape: Geometry, scale: Metric) -> list[Geometry]:
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return [part for part in polygons if _area_m2(part, scale) > SMALLEST_M2]


def _area_m2(shape: Geometry, scale: Metric) -> float:
    return float(shapely.area(in_metres(shape, scale)))


def _at(folder: Folder, row: Row, code: str, part: Geometry, **facts: Any) -> None:
    point = shapely.point_on_surface(part)
    folder.add(row, code, lon=point.x, lat=point.y, **facts)


def _owners(folder: Folder) -> None:
    for row in folder[area_format.CELLS]:
        if row["code_status"] != "own" and not (len(row["code"]) == CODE_DIGITS and row["code"].isdigit()):
            folder.add(row, "wrong_code", "code")
        if row["owner"] in row["backups"]:
            folder.add(row, "own_backup", "backups", team=row["owner"])
        for team in sorted({each for each in row["backups"] if row["backups"].count(each) > 1}):
            folder.add(row, "same_twice", "backups", value=team)


def _points(folder: Folder, scale: Metric) -> None:
    if not folder[area_format.BOUNDARY]:
        return
    boundary = folder[area_format.BOUNDARY][0].shape
    flat = in_metres(boundary, scale)
    for sheet in (area_format.PLACES, area_format.POSTS, area_format.CALL_POINTS, area_format.NODES):
        for row in folder[sheet]:
            _inside(folder, row, boundary, float(shapely.distance(in_metres(row.shape, scale), flat)))
    _call_points(folder, scale)
    _near_ways(folder, scale)


def _inside(folder: Folder, row: Row, boundary: Geometry | None, distance_m: float) -> None:
    if distance_m <= SMALLEST_M2 or not isinstance(row.shape, shapely.Point):
        return
    warning = distance_m <= FARTHEST_OUTSIDE_M
    other = next((datum for datum in _OTHERS if shapely.covers(boundary, _if_it_were(row.shape, datum))), None)
    if other is None:
        folder.add(row, "outside", "lon", warning=warning, distance_m=distance_m)
    else:
        folder.add(row, "outside_perhaps", "datum", warning=warning, distance_m=distance_m, datum=str(other))


_OTHERS = (Datum.GCJ02, Datum.BD09)


def _if_it_were(point: shapely.Point, datum: Datum) -> shapely.Point:
    return shapely.Point(*to_wgs84(point.x, point.y, datum))


def _call_points(folder: Folder, scale: Metric) -> None:
    cells = {row["code"]: row.shape for row in folder[area_format.CELLS]}
    for row in folder[area_format.CALL_POINTS]:
        said = cells.get(row["cell"])
        if said is None or shapely.distance(in_metres(row.shape, scale), in_metres(said, scale)) <= SMALLEST_M2:
            continue
        given = next((code for code, shape in cells.items() if shapely.covers(shape, row.shape)), "-")
        folder.add(row, "other_cell", "cell", warning=True, given=given, said=row["cell"])


def _near_ways(folder: Folder, scale: Metric) -> None:
    points = {row["code"]: row.shape for row in folder[area_format.NODES]}
    lines = [_line(row, points) for row in folder[area_format.EDGES]]
    ways = in_metres(shapely.union_all([line for line in lines if line is not None]), scale)
    if ways.is_empty:
        return
    for sheet in (area_format.POSTS, area_format.CALL_POINTS):
        for row in folder[sheet]:
            distance_m = float(shapely.distance(in_metres(row.shape, scale), ways))
            if distance_m > FARTHEST_OFF_NETWORK_M:
                folder.add(row, "off_network", "lon", warning=True, distance_m=distance_m)


def _line(row: Row, points: dict[str, Geometry | None]) -> Geometry | None:
    if row.shape is not None:
        return row.shape
    ends = [points.get(row[end]) for end in ("from_node", "to_node")]
    return None if None in ends else shapely.LineString(ends)


def _edges(folder: Folder, scale: Metric) -> None:
    nodes = {row["code"]: row for row in folder[area_format.NODES]}
    for row in folder[area_format.EDGES]:
        start, end = nodes.get(row["from_node"]), nodes.get(row["to_node"])
        if start is None or end is None:
            continue  # told of as an unknown reference
        if row["from_node"] == row["to_node"] and row.shape is None:
            folder.add(row, "loop", "to_node")
            continue
        _length(folder, row, start, end, scale)
        _line_ends(folder, row, start, end, scale)
    _lifts(folder)


def _length(folder: Folder, row: Row, start: Row, end: Row, scale: Metric) -> None:
    ends = in_metres([start.shape, end.shape], scale)
    straight_m = float(shapely.distance(*ends))
    if row["length_m"] < straight_m - SMALLEST_M2:
        folder.add(row, "too_short", "length_m", length_m=row["length_m"], straight_m=straight_m)
    climb_m = row["ascent_m"] - row["descent_m"]
    rise_m = end["elevation_m"] - start["elevation_m"]
    if abs(climb_m - rise_m) > CLIMB_TOLERANCE_M:
        folder.add(row, "climb", "ascent_m", warning=True, climb_m=climb_m, rise_m=rise_m)


def _line_ends(folder: Folder, row: Row, start: Row, end: Row, scale: Metric) -> None:
    if row.shape is None:
        return
    for which, node, place in ((0, start, "start"), (-1, end, "end")):
        tip = in_metres(shapely.get_point(row.shape, which), scale)
        distance_m = float(shapely.distance(tip, in_metres(node.shape, scale)))
        if distance_m > END_TO_NODE_M:
            folder.add(row, "dangling", "wkt", end=place, node=node["code"], distance_m=distance_m)


def _lifts(folder: Folder) -> None:
    edges = {row["code"]: row for row in folder[area_format.EDGES]}
    lifts = {row["edge"]: row for row in folder[area_format.LIFTS]}
    for code, row in lifts.items():
        if code in edges and edges[code]["edge_class"] not in LIFT_CLASSES:
            folder.add(row, "not_a_lift", "edge", edge=code)
        if not opening_hours.validate(row["opens"]):
            folder.add(row, "not_hours", "opens", value=row["opens"])
    for code, row in edges.items():
        if row["edge_class"] in LIFT_CLASSES and code not in lifts:
            folder.add(row, "no_lift", "edge_class")


def _network(folder: Folder) -> None:
    """Islands, once the rows make a network at all."""
    sheets = (area_format.NODES, area_format.EDGES, area_format.LIFTS)
    files = {folder.file_name(sheet) for sheet in sheets}
    if folder.refused and any(fault.file in files and not fault.warning for fault in folder.faults):
        return
    area = folder[area_format.AREA][0]
    network = network_of_rows(area["code"], area["srid"], *(folder[sheet] for sheet in sheets))
    pieces = islands(network)
    file = folder.file_name(area_format.EDGES)
    folder.faults += _said(file, "unreachable", pieces.parts[1:], warning=False)
    folder.faults += _said(file, "road_island", pieces.roads[1:], warning=True)


def _said(file: str, code: str, parts: Iterable[frozenset[str]], *, warning: bool) -> list[Fault]:
    return [Fault(code=code, file=file, warning=warning, facts={"nodes": ", ".join(sorted(part))}) for part in parts]
