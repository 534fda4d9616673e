"""Coordinates: which datum a point came in, and metres for an area's own projection."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

Floats = NDArray[np.float64]


class LonLat(NamedTuple):
    """A WGS-84 point, degrees, longitude first (as in GeoJSON)."""

    lon: float
    lat: float


class Datum(StrEnum):
    """The four ways a coordinate reaches a Chinese control room."""

    WGS84 = "WGS84"
    CGCS2000 = "CGCS2000"  # within a metre of WGS-84: taken as equal
    GCJ02 = "GCJ02"  # Amap, Tencent, WeChat
    BD09 = "BD09"  # Baidu


class UnknownDatum(ValueError):
    """A coordinate without a datum, or with one nobody here knows."""


class WrongZone(ValueError):
    """Points do not lie where their projection is made for; the message names both."""


class NotMetric(ValueError):
    """The SRID given for an area is unknown or does not measure in metres."""


def datum(name: str) -> Datum:
    """The datum of that name; an unlabelled or unknown one is refused, never guessed (GCJ-02 is 568 m off here)."""
    try:
        return Datum(name)
    except ValueError:
        known = ", ".join(Datum)
        raise UnknownDatum(f"datum {name!r} is not one of {known}") from None


def to_wgs84(lon: float, lat: float, datum_name: str) -> LonLat:
    """One point from `datum_name` to WGS-84, degrees. Raises `UnknownDatum`."""
    lons, lats = to_wgs84_arrays(np.array([lon]), np.array([lat]), datum_name)
    return LonLat(float(lons[0]), float(lats[0]))


def from_wgs84(lon: float, lat: float, datum_name: str) -> LonLat:
    """One WGS-84 point to `datum_name`, degrees. Raises `UnknownDatum`."""
    lons, lats = from_wgs84_arrays(np.array([lon]), np.array([lat]), datum_name)
    return LonLat(float(lons[0]), float(lats[0]))


def to_wgs84_arrays(lons: Floats, lats: Floats, datum_name: str) -> tuple[Floats, Floats]:
    """Many points to WGS-84; the shifts have no closed inverse, so they are taken off by iteration (to under 1 mm)."""
    match datum(datum_name):
        case Datum.WGS84 | Datum.CGCS2000:
            return lons, lats
        case Datum.GCJ02:
            return _inverse_of_gcj02(lons, lats)
        case Datum.BD09:
            return _inverse_of_gcj02(*_gcj02_from_bd09(lons, lats))


def from_wgs84_arrays(lons: Floats, lats: Floats, datum_name: str) -> tuple[Floats, Floats]:
    """Many WGS-84 points to `datum_name`."""
    match datum(datum_name):
        case Datum.WGS84 | Datum.CGCS2000:
            return lons, lats
        case Datum.GCJ02:
            return _gcj02(lons, lats)
        case Datum.BD09:
            return _bd09_from_gcj02(*_gcj02(lons, lats))


class Use(NamedTuple):
    """Where a projection is made for, in degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric projection: degrees to metres and back, x east and y north whatever the axis order of the SRID."""

    srid: int
    forward: Transformer
    backward: Transformer
    use: Use

    def metres(self, lons: Floats, lats: Floats) -> tuple[Floats, Floats]:
        """x, y in metres for arrays of degrees."""
        x, y = self.forward.transform(lons, lats)
        return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)

    def degrees(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """lon, lat in degrees for arrays of metres."""
        lons, lats = self.backward.transform(x, y)
        return np.asarray(lons, dtype=np.float64), np.asarray(lats, dtype=np.float64)

    def metres_of(self, lon: float, lat: float) -> tuple[float, float]:
        """x, y in metres of one point, without the cost of arrays."""
        x, y = self.forward.transform(lon, lat)
        return float(x), float(y)

    def degrees_of(self, x: float, y: float) -> tuple[float, float]:
        """lon, lat in degrees of one point, without the cost of arrays."""
        lon, lat = self.backward.transform(x, y)
        return float(lon), float(lat)


@lru_cache(maxsize=32)
def metric(srid: int) -> Metric:
    """The projection of an area (EPSG number from the area, never a constant: another area's would be wrong)."""
    try:
        crs = CRS.from_epsg(srid)
    except CRSError as error:
        raise NotMetric(f"EPSG:{srid} is not known") from error
    if not crs.is_projected or crs.axis_info[0].unit_name != "metre":
        raise NotMetric(f"EPSG:{srid} ({crs.name}) does not measure in metres")
    return Metric(
        srid=srid,
        forward=Transformer.from_crs(4326, crs, always_xy=True),
        backward=Transformer.from_crs(crs, 4326, always_xy=True),
        use=Use(*crs.area_of_use.bounds) if crs.area_of_use else Use(-180.0, -90.0, 180.0, 90.0),
    )


def zone_fault(srid: int, lons: Floats, lats: Floats) -> str:
    """Why what lies around these WGS-84 points should not be measured in that projection, empty where it is right.

    Chinese projections come in zones, and a neighbour's measures well enough to be taken for the right one: at
    武陵源 (110.3 to 110.7 E) EPSG:4546 and 4525 (111 E) and 32649 are right, 4547 (114 E) and 4524 (108 E) are not.
    Raises `NotMetric`.
    """
    if not (np.isfinite(lons).all() and np.isfinite(lats).all()):
        return f"EPSG:{srid}: the numbers are no place in that projection"
    use = metric(srid).use
    lon, lat = (float(axis.min() + axis.max()) / 2 for axis in (lons, lats))
    if use.west <= lon <= use.east and use.south <= lat <= use.north:
        return ""
    made_for = f"{use.west:g} to {use.east:g} E, {use.south:g} to {use.north:g} N"
    return f"EPSG:{srid} is made for {made_for}; {lon:.4f}, {lat:.4f} lies outside"


def projected_to_wgs84(x: Floats, y: Floats, srid: int, *, north_first: bool = False) -> tuple[Floats, Floats]:
    """Metres in that projection to WGS-84 degrees (CGCS2000 is taken as equal).

    `x` counts east and `y` north, whatever axis order the EPSG register has (4546 is north, east there), unless the
    numbers are given `north_first`. Raises `WrongZone` where the result is not where the projection is made for: the
    zone is another's, or the axes are swapped, and every point would lie hundreds of kilometres off. Of two zones
    without a zone number in their eastings (4546, 4547) the numbers alone cannot tell.
    """
    if north_first:
        x, y = y, x
    lons, lats = metric(srid).degrees(x, y)
    fault = zone_fault(srid, lons, lats)
    if fault:
        swapped = zone_fault(srid, *metric(srid).degrees(y, x))
        raise WrongZone(fault if swapped else f"{fault}; swapped they would fit: is north the first number?")
    return lons, lats


# GCJ-02: a published reverse-engineered shift on the Krasovsky 1940 ellipsoid. It is applied inside this rectangle,
# which is drawn around China and takes in parts of its neighbours; outside it map services give plain WGS-84.
CHINA_BOX = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north
_KRASOVSKY_A_M = 6378245.0
_KRASOVSKY_E2 = 0.00669342162296594323
_BAIDU_TURN = np.pi * 3000.0 / 180.0


def _gcj02(lons: Floats, lats: Floats) -> tuple[Floats, Floats]:
    d_lon, d_lat = _gcj02_shift(lons, lats)
    inside = _in_china_box(lons, lats)
    return np.where(inside, lons + d_lon, lons), np.where(inside, lats + d_lat, lats)


def _inverse_of_gcj02(lons: Floats, lats: Floats) -> tuple[Floats, Floats]:
    # A point just inside the rectangle may be shifted out of it: it is the unshifted guess that says which it was.
    guess_lons, guess_lats = lons, lats
    for _ in range(6):  # each pass leaves about a thousandth of the error before it
        d_lon, d_lat = _gcj02_shift(guess_lons, guess_lats)
        guess_lons, guess_lats = lons - d_lon, lats - d_lat
    inside = _in_china_box(guess_lons, guess_lats)
    return np.where(inside, guess_lons, lons), np.where(inside, guess_lats, lats)


def _in_china_box(lons: Floats, lats: Floats, margin: float = 0.0) -> NDArray[np.bool_]:
    west, south, east, north = CHINA_BOX
    across = (lons >= west - margin) & (lons <= east + margin)
    return np.asarray(across & (lats >= south - margin) & (lats <= north + margin))


def _gcj02_shift(lons: Floats, lats: Floats) -> tuple[Floats, Floats]:
    """The shift in degrees; zero far outside the rectangle, where the formula means nothing."""
    near = _in_china_box(lons, lats, margin=0.05)
    lons, lats = np.where(near, lons, 105.0), np.where(near, lats, 35.0)
    east_m, north_m = _gcj02_waves(lons - 105.0, lats - 35.0)
    phi = np.radians(lats)
    w2 = 1.0 - _KRASOVSKY_E2 * np.sin(phi) ** 2
    d_lat = np.degrees(north_m * w2 * np.sqrt(w2) / (_KRASOVSKY_A_M * (1.0 - _KRASOVSKY_E2)))
    d_lon = np.degrees(east_m * np.sqrt(w2) / (_KRASOVSKY_A_M * np.cos(phi)))
    return np.where(near, d_lon, 0.0), np.where(near, d_lat, 0.0)


def _gcj02_waves(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """East and north shift in metres of the sphere: polynomials in degrees from 105 E 35 N, plus sine waves."""
    root, short = np.sqrt(np.abs(x)), 20.0 * (np.sin(6.0 * np.pi * x) + np.sin(2.0 * np.pi * x))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east = east + 2.0 / 3.0 * (
        short
        + 20.0 * np.sin(np.pi * x)
        + 40.0 * np.sin(np.pi * x / 3.0)
        + 150.0 * np.sin(np.pi * x / 12.0)
        + 300.0 * np.sin(np.pi * x / 30.0)
    )
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north = north + 2.0 / 3.0 * (
        short
        + 20.0 * np.sin(np.pi * y)
        + 40.0 * np.sin(np.pi * y / 3.0)
        + 160.0 * np.sin(np.pi * y / 12.0)
        + 320.0 * np.sin(np.pi * y / 30.0)
    )
    return east, north


def _bd09_from_gcj02(lons: Floats, lats: Floats) -> tuple[Floats, Floats]:
    radius = np.hypot(lons, lats) + 0.00002 * np.sin(lats * _BAIDU_TURN)
    angle = np.arctan2(lats, lons) + 0.000003 * np.cos(lons * _BAIDU_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _gcj02_from_bd09(lons: Floats, lats: Floats) -> tuple[Floats, Floats]:
    guess_lons, guess_lats = lons - 0.0065, lats - 0.006
    for _ in range(6):
        there_lons, there_lats = _bd09_from_gcj02(guess_lons, guess_lats)
        guess_lons, guess_lats = guess_lons + lons - there_lons, guess_lats + lats - there_lats
    return guess_lons, guess_lats
