"""The outline of an area out of a GeoJSON file, in WGS-84."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.coordinates import UnknownDatum, to_wgs84_arrays


class BadOutline(ValueError):
    """The file is no outline; the message names it and the fault."""


def read_outline(path: Path, datum: str | None = None) -> shapely.Geometry:
    """All polygons of the file together. Each says its datum in a property `datum`, else `datum` must be given: it is
    never guessed. Raises `BadOutline`."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise BadOutline(f"{path}: {error}") from error
    features = document.get("features", [document]) if isinstance(document, dict) else []
    polygons = [_polygon(path, number, feature, datum) for number, feature in enumerate(features, start=1)]
    if not polygons:
        raise BadOutline(f"{path}: there is no polygon in it")
    outline = shapely.union_all(polygons)
    shapely.prepare(outline)
    return outline


def _polygon(path: Path, number: int, feature: Any, datum: str | None) -> shapely.Geometry:
    where = f"{path}, feature {number}"
    try:
        shape = shapely.from_geojson(json.dumps(feature.get("geometry", feature)))
    except (shapely.errors.GEOSException, AttributeError, TypeError) as error:
        raise BadOutline(f"{where}: {error}") from error
    if shape is None or shape.geom_type not in {"Polygon", "MultiPolygon"} or not shapely.is_valid(shape):
        raise BadOutline(f"{where}: it must be a valid polygon")
    named = datum or (feature.get("properties") or {}).get("datum")
    if not named:
        raise BadOutline(f"{where}: it has no property datum; name it with --area-datum WGS84, CGCS2000, GCJ02 or BD09")
    try:
        return shapely.transform(shape, lambda at: np.column_stack(to_wgs84_arrays(at[:, 0], at[:, 1], named)))
    except UnknownDatum as error:
        raise BadOutline(f"{where}: {error}") from error
