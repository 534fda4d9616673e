"""Heights of the ground out of SRTM tiles (.hgt, or zipped), and heights along a way made fit to walk by.

A tile of 3" says the height every 90 m, a few metres wrong. A way drawn over it as it is would climb all those errors,
so each way's heights are smoothed along it, and small ups and downs are no climb:

    z(s) = the straight line fitted to the samples around s, read at s: with d_i = s_i - s, over samples every 20 m of
           the way, w_i = max(0, 1 - |d_i| / 150 m), S_k = sum(w_i d_i^k) and T_k = sum(w_i d_i^k z_i),
           z(s) = (S_2 T_0 - S_1 T_1) / (S_0 S_2 - S_1^2)      (local linear regression: even slopes stay as they are)
    ascent = sum of the rises between turning points, where a turn back of less than 5 m is no turning point

so ascent - descent is the difference of the ends. Ends of ways take the mean of all the ways that meet there; what is
carried by a bridge or led through a tunnel runs evenly between its ends.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from math import isqrt
from pathlib import Path

import numpy as np

from geo.coordinates import Floats

SAMPLE_M = 20.0
SMOOTHING_M = 150.0
TURN_M = 5.0
_VOID = -32768


class BadTile(ValueError):
    """A file is no SRTM tile; the message names it and the fault."""


class Terrain:
    """Tiles of heights by their south-west corner, in degrees."""

    def __init__(self, tiles: dict[tuple[int, int], Floats]) -> None:
        self._tiles = tiles

    def __bool__(self) -> bool:
        return bool(self._tiles)

    def heights(self, lons: Floats, lats: Floats) -> Floats:
        """Metres above sea level, between the four heights around (bilinear); NaN where no tile knows."""
        heights = np.full(len(lons), np.nan)
        for (south, west), tile in self._tiles.items():
            inside = (lons >= west) & (lons <= west + 1) & (lats >= south) & (lats <= south + 1) & np.isnan(heights)
            if inside.any():
                heights[inside] = _between(tile, lons[inside] - west, south + 1 - lats[inside])
        return heights


def read_terrain(paths: Iterable[Path]) -> Terrain:
    """The tiles in these files, each named by its corner such as N29E110.hgt. Raises `BadTile`."""
    tiles = {}
    for path in paths:
        for name, content in _contents(path):
            tiles[_corner(name)] = _tile(name, content)
    return Terrain(tiles)


def _contents(path: Path) -> Iterable[tuple[str, bytes]]:
    try:
        if path.suffix.lower() != ".zip":
            yield path.name, path.read_bytes()
            return
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".hgt")]
            if not names:
                raise BadTile(f"{path}: there is no .hgt in it")
            for name in names:
                yield name.rpartition("/")[2], archive.read(name)
    except (OSError, zipfile.BadZipFile) as error:
        raise BadTile(f"{path}: {error}") from error


def _corner(name: str) -> tuple[int, int]:
    match = re.match(r"([NS])(\d{2})([EW])(\d{3})", name.upper())
    if match is None:
        raise BadTile(f"{name}: a tile is named by its south-west corner, such as N29E110.hgt")
    south, west = int(match[2]), int(match[4])
    return (-south if match[1] == "S" else south), (-west if match[3] == "W" else west)


def _tile(name: str, content: bytes) -> Floats:
    side = isqrt(len(content) // 2)
    if side < 2 or side * side * 2 != len(content):
        raise BadTile(f"{name}: {len(content)} bytes are not a square of heights (1201 or 3601 a side)")
    heights = np.frombuffer(content, dtype=">i2").reshape(side, side).astype(np.float64)
    heights[heights == _VOID] = np.nan
    return heights


def _between(tile: Floats, east: Floats, south: Floats) -> Floats:
    """Heights at these shares of a degree from the tile's north-west corner."""
    last = len(tile) - 1
    x, y = east * last, south * last
    column, row = np.minimum(x.astype(np.int64), last - 1), np.minimum(y.astype(np.int64), last - 1)
    across, down = x - column, y - row
    upper = tile[row, column] * (1 - across) + tile[row, column + 1] * across
    lower = tile[row + 1, column] * (1 - across) + tile[row + 1, column + 1] * across
    return np.asarray(upper * (1 - down) + lower * down)


def smoothed(along_m: Floats, heights: Floats, at_m: Floats) -> Floats:
    """The smoothed heights at these distances along a way, of samples at `along_m`; NaN only where all samples are."""
    known = ~np.isnan(heights)
    if not known.any():
        return np.full(len(at_m), np.nan)
    along_m, heights = along_m[known], heights[known]
    away_m = along_m[None, :] - at_m[:, None]
    weights = np.maximum(0.0, 1.0 - np.abs(away_m) / SMOOTHING_M)
    first = weights * away_m
    s0, s1, s2 = weights.sum(axis=1), first.sum(axis=1), (first * away_m).sum(axis=1)
    spread = s0 * s2 - s1**2
    fits = spread > 1e-6 * s0**2  # one sample alone has no slope
    fitted = (s2 * (weights @ heights) - s1 * (first @ heights)) / np.where(fits, spread, 1.0)
    return np.where(fits, fitted, np.interp(at_m, along_m, heights))


def climb(heights: Floats) -> tuple[float, float]:
    """Ascent and descent along these heights, in which turns back of less than `TURN_M` do not count."""
    ascent = descent = 0.0
    start = low = high = float(heights[0])
    for height in heights[1:].tolist():
        low, high = min(low, height), max(high, height)
        if height <= high - TURN_M and high > start:  # it turned down at the high
            ascent += high - start
            start, low, high = high, height, height
        elif height >= low + TURN_M and low < start:  # it turned up at the low
            descent += start - low
            start, low, high = low, height, height
    rest = float(heights[-1]) - start
    return ascent + max(rest, 0.0), descent + max(-rest, 0.0)
