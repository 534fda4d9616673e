"""Tracks made up from speeds that are known, with the errors that real ones have."""

import csv
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import shapely

from geo.coordinates import Floats, from_wgs84, metric
from geo.network import Network
from geo.open_times import open_times
from geo.profile import Figures, Movement, SpeedProfile, Speeds
from geo.speed import EdgeClass

BEGUN = datetime(2026, 5, 1, 0, 0, tzinfo=UTC)
COLUMNS = ("who", "at", "lon", "lat", "datum", "accuracy_m", "by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Walker:
    """One person's day out: how they go, how exact their phone is, how often it speaks."""

    who: str
    by: str
    movement: Movement = Movement.CREW
    every_s: float = 10.0
    noise_m: float = 6.0
    rests: bool = False
    datum: str = "WGS84"


def with_figures(speeds: Speeds, movement: Movement, **values: float) -> Speeds:
    """The speeds with other figures for that kind of mover."""
    changed: dict[Movement, Figures] = dict(speeds.figures)
    of = changed[movement]
    changed[movement] = replace(of, **{name: replace(getattr(of, name), value=each) for name, each in values.items()})
    return replace(speeds, figures=tuple(changed.items()))


def wander(
    of: Network, walker: Walker, profile: SpeedProfile, seed: int, *, edges: int = 12, driving: bool = False
) -> list[dict[str, str]]:
    """Rows of a track over so many edges in a row, never straight back, each taking what the profile says."""
    random = np.random.default_rng(seed)
    times, scale = open_times(of, profile), metric(of.srid)
    around: dict[int, list[tuple[int, bool]]] = {}
    for number, edge in enumerate(of.edges):
        if (edge.edge_class == EdgeClass.ROAD) == driving:
            around.setdefault(of.node_index[edge.from_node], []).append((number, True))
            around.setdefault(of.node_index[edge.to_node], []).append((number, False))
    node, before = int(random.choice(sorted(around))), -1
    clock, marks = 0.0, [(0.0, *_metres(of, node))]
    for _ in range(edges):
        choices = [each for each in around[node] if each[0] != before] or around[node]
        number, onward = choices[int(random.integers(len(choices)))]
        if walker.rests and random.random() < 0.3:
            clock += 180.0
            marks.append((clock, *marks[-1][1:]))
        seconds = (
            (times.drive_on if onward else times.drive_back)[number]
            if driving
            else (times.foot_on if onward else times.foot_back)[number]
        )
        line = shapely.get_coordinates(of.snap_index.drawn(np.array([number])))
        line = line if onward else line[::-1]
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
        marks += [(clock + seconds * far / along[-1], x, y) for far, (x, y) in zip(along[1:], line[1:], strict=True)]
        clock += float(seconds)
        edge = of.edges[number]
        node, before = of.node_index[edge.to_node if onward else edge.from_node], number
    return _rows(walker, np.array(marks), random, scale)


def _metres(of: Network, node: int) -> tuple[float, float]:
    found = of.nodes[node]
    x, y = metric(of.srid).metres(np.array([found.lon]), np.array([found.lat]))
    return float(x[0]), float(y[0])


def _rows(walker: Walker, marks: Floats, random: np.random.Generator, scale: object) -> list[dict[str, str]]:
    at_s = np.arange(0.0, marks[-1, 0], walker.every_s)
    x, y = (np.interp(at_s, marks[:, 0], marks[:, column]) for column in (1, 2))
    x, y = (each + random.normal(0.0, walker.noise_m, len(at_s)) for each in (x, y))
    lons, lats = scale.degrees(x, y)  # type: ignore[attr-defined]
    rows = []
    for second, lon, lat in zip(at_s, lons, lats, strict=True):
        point = from_wgs84(float(lon), float(lat), walker.datum)
        rows.append(
            {
                "who": walker.who,
                "at": (BEGUN + timedelta(seconds=float(second))).isoformat(),
                "lon": f"{point.lon:.7f}",
                "lat": f"{point.lat:.7f}",
                "datum": walker.datum,
                "accuracy_m": f"{walker.noise_m:g}",
                "by": walker.by,
            }
        )
    return rows


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    """The rows as a file of tracks."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path
