"""A network out of drawn ways: cut where they meet, laid over the terrain, islands told, and every loss accounted for.

Ways come from OpenStreetMap or from an authority's survey; here they are lines with named vertices and traits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import isfinite

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from scipy.sparse import coo_array, eye_array
from scipy.sparse.linalg import spsolve
from scipy.spatial import cKDTree

from geo.coordinates import Floats, LonLat
from geo.network import Edge, Lift, Network, Node, Passage, islands
from geo.osm_tags import Dropped, LiftTraits, Noted, Traits
from geo.speed import LIFT_CLASSES, EdgeClass
from geo.terrain import SAMPLE_M, Terrain, climb, smoothed

LINK_M = 150.0
"""So far a station may lie from the nearest way and still be taken as standing at it."""

GATE_M = 1.0
STEP_M = 0.15
"""The height of a step: 15 cm, of which stone stairs of 1 in 2 are made (`geo.profile`)."""

PASSING_S = 60.0
"""Between two rides of a lift of two cabins that pass each other."""

MOST_SAMPLES = 5
_EARTH = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnWay:
    """A line as it was drawn: `vertices` name its points (the same name, the same place), `points` are WGS-84 degrees.

    `whole` is the id of its edge where the way is not cut; else parts are named by their vertices, `osm:way/12:4-9`.
    `stations` are the vertices in its midst at which a lift stops. `first` is the number of its first vertex.
    """

    id: str
    vertices: tuple[str, ...]
    points: Floats
    traits: Traits
    source: str
    confidence: str = "M"
    whole: str | None = None
    stations: frozenset[str] = frozenset()
    first: int = 0
    climb_m: tuple[float, float] | None = None  # ascent and descent, where they were measured
    length_m: float | None = None  # likewise
    heights_m: Floats | None = None  # likewise, at each vertex

    @property
    def is_lift(self) -> bool:
        return self.traits.edge_class in LIFT_CLASSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """What is known of a vertex: names, and whom a barrier there stops."""

    name_zh: str = ""
    name_en: str = ""
    stops_cars: bool = False
    stops_feet: bool = False


@dataclass(slots=True, kw_only=True)
class Tally:
    """How many, and the first few by their ids."""

    count: int = 0
    samples: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        self.count += 1
        if len(self.samples) < MOST_SAMPLES:
            self.samples.append(name)


@dataclass(slots=True, kw_only=True)
class Account:
    """What became of everything that was read."""

    read: Counter[str] = field(default_factory=Counter)
    dropped: dict[Dropped, Tally] = field(default_factory=dict)
    noted: dict[Noted, Tally] = field(default_factory=dict)

    def drop(self, why: Dropped, name: str) -> None:
        self.dropped.setdefault(why, Tally()).add(name)

    def note(self, what: Noted, name: str) -> None:
        self.noted.setdefault(what, Tally()).add(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Island:
    """A part of the ways that nothing joins to the rest."""

    edges: int
    length_m: float
    sample: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """The network, the parts left out of it, and the road islands within it (largest first, the mainland left out)."""

    network: Network
    account: Account
    islands: tuple[Island, ...]
    left_out: tuple[Edge, ...]
    road_islands: tuple[Island, ...]


Progress = Callable[[str, float], None]
"""Told a step's name and how much of it is done."""


def assemble(
    ways: Sequence[DrawnWay],
    account: Account,
    *,
    code: str,
    terrain: Terrain,
    area: shapely.Geometry | None = None,
    spots: Mapping[str, Spot] | None = None,
    keep_islands: bool = False,
    progress: Progress = lambda step, share: None,
) -> Assembled:
    """The network of these ways; `account` takes what is dropped and assumed. `area` is a polygon in WGS-84 degrees:
    what lies outside is cut off. Of several parts only the largest stays unless `keep_islands`."""
    spots = spots or {}
    progress("cutting", 0.0)
    pieces = [piece for way in ways for piece in _inside(way, area, account)]
    pieces, links = _linked(pieces, account)
    barriers = frozenset(name for name, spot in spots.items() if spot.stops_cars or spot.stops_feet)
    pieces = [_cut_at(piece, barriers) for piece in pieces]
    cuts = _cuts(pieces)
    heights = _heights(pieces, cuts, terrain, account, progress)
    edges = [edge for piece in pieces for edge in _edges(piece, cuts, heights, account)]
    edges = [*edges, *(_link_edge(one, other, heights) for one, other in links)]
    edges = _gated(edges, spots, heights, account)
    progress("joining", 0.0)
    whole = _network(code, edges, heights, spots)
    return _without_islands(whole, account, keep_islands=keep_islands)


# --- the ways inside the area, and stations joined to them ---


def _inside(way: DrawnWay, area: shapely.Geometry | None, account: Account) -> Iterable[DrawnWay]:
    """The pieces of a way whose segments touch the area by an end at least."""
    if len(way.vertices) < 2:
        account.drop(Dropped.TOO_SHORT, way.id)
        return
    for noted in way.traits.noted:
        account.note(noted, way.id)
    if area is None:
        yield way
        return
    within = shapely.contains_xy(area, way.points[:, 0], way.points[:, 1])
    if within.all() or (way.is_lift and within.any()):
        yield way
        return
    kept = within[:-1] | within[1:]
    if not kept.any():
        account.drop(Dropped.OUTSIDE, way.id)
    for start, end in runs(kept):
        yield part_of(way, start, end)


def runs(kept: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """From where to where (not included) what is kept lies without a gap."""
    turns: list[int] = np.flatnonzero(np.diff(np.concatenate([[False], kept, [False]]).astype(np.int8))).tolist()
    return list(zip(turns[::2], turns[1::2], strict=True))


def part_of(way: DrawnWay, start: int, end: int) -> DrawnWay:
    """The way from one of its vertices to another, both included."""
    along_m = _distances(way.points)
    share = float((along_m[end] - along_m[start]) / along_m[-1]) if along_m[-1] > 0 else 1.0
    return replace(
        way,
        vertices=way.vertices[start : end + 1],
        points=way.points[start : end + 1],
        first=way.first + start,
        whole=None,
        climb_m=None if way.climb_m is None else (way.climb_m[0] * share, way.climb_m[1] * share),
        length_m=None if way.length_m is None else way.length_m * share,
        heights_m=None if way.heights_m is None else way.heights_m[start : end + 1],
    )


def _linked(pieces: Sequence[DrawnWay], account: Account) -> tuple[list[DrawnWay], list[tuple[_Place, _Place]]]:
    """Stations that stand beside a way are joined to its nearest vertex, at which the way will be cut."""
    walked = [piece for piece in pieces if not piece.is_lift and piece.traits.foot is not Passage.NONE]
    on_ways = {vertex for piece in walked for vertex in piece.vertices}
    lone: dict[str, _Place] = {}
    for piece in pieces:
        if piece.is_lift:
            for number in _stops(piece):
                if piece.vertices[number] not in on_ways:
                    lone.setdefault(piece.vertices[number], _place(piece.vertices[number], piece.points[number]))
    if not walked or not lone:
        return list(pieces), []
    vertices = [vertex for piece in walked for vertex in piece.vertices]
    points = np.concatenate([piece.points for piece in walked])
    scale = np.array([111_320.0 * np.cos(np.radians(points[:, 1].mean())), 110_950.0])
    places = list(lone.values())
    asked = np.array([(place.lon, place.lat) for place in places])
    _, nearest = cKDTree(points * scale).query(asked * scale)
    links = []
    for place, number in zip(places, np.asarray(nearest).tolist(), strict=True):
        other = _place(vertices[number], points[number])
        if place.metres_to(other) <= LINK_M:
            links.append((place, other))
            account.note(Noted.LINKED, f"{place.vertex} → {other.vertex}")
    cuts = frozenset(other.vertex for _, other in links)
    return [_cut_at(piece, cuts) for piece in pieces], links


@dataclass(frozen=True, slots=True)
class _Place:
    vertex: str
    lon: float
    lat: float

    def metres_to(self, other: _Place) -> float:
        return float(_EARTH.inv(self.lon, self.lat, other.lon, other.lat)[2])


def _place(vertex: str, point: Floats) -> _Place:
    return _Place(vertex, float(point[0]), float(point[1]))


def _stops(piece: DrawnWay) -> list[int]:
    """The vertices at which one gets on and off."""
    last = len(piece.vertices) - 1
    return [number for number, vertex in enumerate(piece.vertices) if number in {0, last} or vertex in piece.stations]


def _cut_at(piece: DrawnWay, cuts: frozenset[str]) -> DrawnWay:
    """The piece with more vertices at which it is cut."""
    mine = cuts.intersection(piece.vertices)
    return piece if piece.is_lift or not mine else replace(piece, stations=piece.stations | mine)


# --- where ways are cut ---


def _cuts(pieces: Sequence[DrawnWay]) -> frozenset[str]:
    """The vertices at which edges end: ends of ways, stations, and where ways meet. Under a lift nothing meets it."""
    met: Counter[str] = Counter()
    for piece in pieces:
        stops = _stops(piece)
        met.update({piece.vertices[number]: 2 for number in stops})
        if not piece.is_lift:
            met.update(piece.vertices)
    return frozenset(vertex for vertex, times in met.items() if times > 1)


def _stretches(piece: DrawnWay, cuts: frozenset[str]) -> list[tuple[int, int]]:
    """From which vertex to which each edge of the piece runs; a ring that meets itself only is cut in its midst too."""
    if piece.is_lift:
        return list(pairwise(_stops(piece)))
    last = len(piece.vertices) - 1
    at = [number for number, vertex in enumerate(piece.vertices) if number in {0, last} or vertex in cuts]
    found: list[tuple[int, int]] = []
    for start, end in pairwise(at):
        middle = (start + end) // 2
        ring = piece.vertices[start] == piece.vertices[end] and start < middle
        found += [(start, middle), (middle, end)] if ring else [(start, end)]
    return found


# --- heights ---


@dataclass(frozen=True, slots=True)
class _Heights:
    """`at` is the height of every vertex at which edges may end, `along` the smoothed profile of each piece by its
    id and first vertex: distances of its vertices, of its samples, and the samples' heights (NaN where unknown)."""

    known: bool
    at: Mapping[str, float]
    along: Mapping[tuple[str, int], tuple[Floats, Floats, Floats]]


def _heights(
    pieces: Sequence[DrawnWay], cuts: frozenset[str], terrain: Terrain, account: Account, progress: Progress
) -> _Heights:
    along = {}
    sums: dict[str, list[float]] = {}
    for number, piece in enumerate(pieces):
        if number % 200 == 0:
            progress("draping", number / len(pieces))
        vertices_m = _distances(piece.points)
        samples_m, sampled = _samples(vertices_m, piece.points)
        heights = np.full(len(samples_m), np.nan)
        if piece.heights_m is not None:
            heights = np.interp(samples_m, vertices_m, piece.heights_m)
        elif terrain and not piece.is_lift and not piece.traits.carried:
            heights = smoothed(samples_m, terrain.heights(sampled[:, 0], sampled[:, 1]), samples_m)
            if np.isnan(heights).any():
                account.note(Noted.NO_HEIGHT, piece.id)
        if not np.isnan(heights).all():
            at_vertices = np.interp(vertices_m, samples_m, heights)
            for vertex, height in zip(piece.vertices, at_vertices.tolist(), strict=True):
                if vertex in cuts and isfinite(height):
                    sums.setdefault(vertex, []).append(height)
        along[piece.id, piece.first] = vertices_m, samples_m, heights
    at = {vertex: sum(heights) / len(heights) for vertex, heights in sums.items()}
    _stations_on_the_ground(pieces, terrain, at)
    _carried_evenly(pieces, cuts, along, terrain, at)
    return _Heights(bool(terrain) or bool(sums), at, along)


def _distances(points: Floats) -> Floats:
    """Metres along a line at each of its points."""
    metres = _EARTH.inv(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])[2]
    return np.concatenate([[0.0], np.cumsum(metres)])


def _samples(vertices_m: Floats, points: Floats) -> tuple[Floats, Floats]:
    """Distances at most `SAMPLE_M` apart along the line, its vertices among them, and the points there."""
    even = np.arange(0.0, vertices_m[-1], SAMPLE_M)
    at = np.unique(np.concatenate([even, vertices_m]))
    return at, np.column_stack([np.interp(at, vertices_m, points[:, axis]) for axis in (0, 1)])


def _stations_on_the_ground(pieces: Sequence[DrawnWay], terrain: Terrain, at: dict[str, float]) -> None:
    if not terrain:
        return
    stations = {
        piece.vertices[number]: piece.points[number] for piece in pieces if piece.is_lift for number in _stops(piece)
    }
    lone = [vertex for vertex in stations if vertex not in at]
    points = np.array([stations[vertex] for vertex in lone]).reshape(-1, 2)
    for vertex, height in zip(lone, terrain.heights(points[:, 0], points[:, 1]).tolist(), strict=True):
        if isfinite(height):
            at[vertex] = height


def _carried_evenly(
    pieces: Sequence[DrawnWay],
    cuts: frozenset[str],
    along: Mapping[tuple[str, int], tuple[Floats, Floats, Floats]],
    terrain: Terrain,
    at: dict[str, float],
) -> None:
    """Vertices of no known height (on bridges, in tunnels, over gaps of the model) lie evenly between those of known
    height: each is the mean of its neighbours, the nearer counting more. What hangs on none takes the ground's height,
    0 where that is not known either."""
    unknown: dict[str, int] = {}
    ground: dict[str, float] = {}
    joins: list[tuple[str, str, float]] = []
    for piece in pieces:
        vertices_m = along[piece.id, piece.first][0]
        for start, end in _stretches(piece, cuts):
            joins.append(
                (piece.vertices[start], piece.vertices[end], max(float(vertices_m[end] - vertices_m[start]), 0.1))
            )
            for number in (start, end):
                vertex = piece.vertices[number]
                if vertex not in at and vertex not in unknown:
                    unknown[vertex] = len(unknown)
                    ground[vertex] = _ground_m(terrain, piece.points[number])
    if not unknown:
        return
    terms: list[tuple[int, int, float]] = []
    right = np.zeros(len(unknown))
    for one, other, length_m in joins:
        for mine, theirs in ((one, other), (other, one)):
            if mine not in unknown:
                continue
            row, weight = unknown[mine], 1.0 / length_m
            terms.append((row, row, weight))
            if theirs in unknown:
                terms.append((row, unknown[theirs], -weight))
            else:
                right[row] += weight * at[theirs]
    faint = 1e-9  # what hangs on nothing known stays at the ground
    size = len(unknown)
    rows, columns, weights = (np.array(each) for each in zip(*terms, strict=True))
    matrix = coo_array((weights, (rows, columns)), shape=(size, size)).tocsc() + faint * eye_array(size, format="csc")
    found = spsolve(matrix, right + faint * np.array([ground[vertex] for vertex in unknown]))
    at.update(zip(unknown, np.atleast_1d(found).tolist(), strict=True))


def _ground_m(terrain: Terrain, point: Floats) -> float:
    height = float(terrain.heights(point[:1], point[1:])[0]) if terrain else 0.0
    return height if isfinite(height) else 0.0


# --- edges ---


def _edges(piece: DrawnWay, cuts: frozenset[str], heights: _Heights, account: Account) -> Iterable[Edge]:
    stretches = _stretches(piece, cuts)
    for start, end in stretches:
        whole = piece.whole if len(stretches) == 1 else None
        yield _edge(
            piece, start, end, whole or f"{piece.id}:{piece.first + start}-{piece.first + end}", heights, account
        )


def _edge(piece: DrawnWay, start: int, end: int, name: str, heights: _Heights, account: Account) -> Edge:
    traits = piece.traits
    vertices_m, samples_m, profile = heights.along[piece.id, piece.first]
    from_node, to_node = piece.vertices[start], piece.vertices[end]
    level_m = float(vertices_m[end] - vertices_m[start])
    share = level_m / float(vertices_m[-1]) if vertices_m[-1] > 0 else 1.0
    ends = heights.at.get(from_node, 0.0), heights.at.get(to_node, 0.0)
    if piece.climb_m is not None:
        ascent_m, descent_m = piece.climb_m[0] * share, piece.climb_m[1] * share
    elif traits.steps and not piece.is_lift:
        account.note(Noted.STEPS_COUNTED, name)
        up = traits.up or (1 if ends[1] >= ends[0] else -1)
        rise_m = traits.steps * STEP_M * share
        ascent_m, descent_m = (rise_m, 0.0) if up > 0 else (0.0, rise_m)
    elif not heights.known and traits.grade is not None and not piece.is_lift:
        rise_m = level_m * traits.grade
        ascent_m, descent_m = max(rise_m, 0.0), max(-rise_m, 0.0)
    else:
        between = (samples_m >= vertices_m[start]) & (samples_m <= vertices_m[end])
        ascent_m, descent_m = climb(_between_ends(samples_m[between], profile[between], ends))
    return Edge(
        id=name,
        from_node=from_node,
        to_node=to_node,
        edge_class=traits.edge_class,
        length_m=_along_the_ground(level_m, ascent_m, descent_m) if piece.length_m is None else piece.length_m * share,
        ascent_m=ascent_m,
        descent_m=descent_m,
        line=tuple(LonLat(lon, lat) for lon, lat in piece.points[start : end + 1].tolist()),
        lift=None if traits.lift is None else _lift(traits.lift, level_m, ascent_m + descent_m, share),
        name_zh=traits.name_zh,
        name_en=traits.name_en,
        source=piece.source,
        confidence=piece.confidence,
        vehicle=traits.vehicle,
        foot=traits.foot,
        max_speed_kmh=traits.max_speed_kmh,
        kind=traits.kind,
        surface=traits.surface,
        steps=None if traits.steps is None else round(traits.steps * share),
    )


def _between_ends(samples_m: Floats, profile: Floats, ends: tuple[float, float]) -> Floats:
    """The profile turned so that it begins and ends at the heights of its nodes; even where it is not known."""
    if np.isnan(profile).any() or len(profile) < 2 or samples_m[-1] <= samples_m[0]:
        return np.array(ends)
    along = (samples_m - samples_m[0]) / (samples_m[-1] - samples_m[0])
    return np.asarray(profile + (ends[0] - profile[0]) * (1 - along) + (ends[1] - profile[-1]) * along)


def _along_the_ground(level_m: float, ascent_m: float, descent_m: float) -> float:
    return float(np.hypot(level_m, ascent_m + descent_m))


def _lift(traits: LiftTraits, level_m: float, height_m: float, share: float) -> Lift:
    rope_m = _along_the_ground(level_m, height_m, 0.0)
    ride_s = rope_m / traits.speed_mps if traits.ride_s is None else traits.ride_s * share
    return Lift(
        ride_s=ride_s,
        headway_s=ride_s + PASSING_S if traits.headway_s is None else traits.headway_s,
        access_s=traits.access_s,
        exit_s=traits.exit_s,
        opens=traits.opens,
        on_request=traits.on_request,
        request_delay_s=traits.request_delay_s,
    )


def _link_edge(station: _Place, way: _Place, heights: _Heights) -> Edge:
    rise_m = heights.at.get(way.vertex, 0.0) - heights.at.get(station.vertex, 0.0)
    level_m = station.metres_to(way)
    return Edge(
        id=f"{station.vertex}:link",
        from_node=station.vertex,
        to_node=way.vertex,
        edge_class=EdgeClass.PATH,
        length_m=_along_the_ground(level_m, rise_m, 0.0),
        ascent_m=max(rise_m, 0.0),
        descent_m=max(-rise_m, 0.0),
        line=(LonLat(station.lon, station.lat), LonLat(way.lon, way.lat)),
        kind="link",
        source="joined by the import: the station lies beside the way",
        confidence="A",
    )


# --- barriers ---


def _gated(edges: Sequence[Edge], spots: Mapping[str, Spot], heights: _Heights, account: Account) -> list[Edge]:
    """A barrier between two edges becomes an edge of its own, a metre of the first of them: it can be opened."""
    ends: dict[str, list[int]] = {}
    barred = {name: spot for name, spot in spots.items() if spot.stops_cars or spot.stops_feet}
    for number, edge in enumerate(edges):
        for end in (edge.from_node, edge.to_node):
            if end in barred:
                ends.setdefault(end, []).append(number)
    made = list(edges)
    for name, numbers in ends.items():
        if len(numbers) > 2:
            account.note(Noted.BARRIER_AT_JUNCTION, name)
        elif len(numbers) == 2 and numbers[0] != numbers[1] and made[numbers[0]].lift is None:
            account.note(Noted.BARRIER, name)
            shorter, gate = _gate(made[numbers[0]], name, barred[name])
            made[numbers[0]] = shorter
            made.append(gate)
    return made


def _gate(edge: Edge, name: str, spot: Spot) -> tuple[Edge, Edge]:
    """The edge shortened by a metre at the barrier, and that metre."""
    onward = edge.to_node == name
    assert edge.line is not None  # noqa: S101  assembled edges have lines
    line = edge.line if onward else edge.line[::-1]
    length_m = min(GATE_M, edge.length_m / 2)
    share = length_m / edge.length_m if edge.length_m > 0 else 0.5
    drawn = shapely.LineString(line)
    place = shapely.line_interpolate_point(drawn, 1.0 - share, normalized=True)
    here = LonLat(float(place.x), float(place.y))
    before = shapely.line_locate_point(drawn, place)
    kept = [point for point in line if shapely.line_locate_point(drawn, shapely.Point(point)) < before]
    inner = f"{name}:gate"
    drawn_rest = (*(kept or [line[0]]), here)
    rest = replace(
        edge,
        to_node=inner if onward else edge.to_node,
        from_node=edge.from_node if onward else inner,
        line=drawn_rest if onward else drawn_rest[::-1],
        length_m=edge.length_m - length_m,
    )
    stub = replace(
        edge,
        id=name,
        from_node=inner,
        to_node=name,
        line=(here, line[-1]),
        length_m=length_m,
        ascent_m=0.0,
        descent_m=0.0,
        vehicle=Passage.NONE if spot.stops_cars else _turned(edge.vehicle, onward=onward),
        foot=Passage.NONE if spot.stops_feet else _turned(edge.foot, onward=onward),
        steps=None,
        kind="barrier",
        name_zh=spot.name_zh,
        name_en=spot.name_en,
    )
    return rest, stub


def _turned(passage: Passage | None, *, onward: bool) -> Passage | None:
    """The passage as seen from the other end."""
    if onward or passage in {None, Passage.BOTH, Passage.NONE}:
        return passage
    return Passage.BACKWARD if passage is Passage.FORWARD else Passage.FORWARD


# --- the network, and what hangs on nothing ---


def _network(code: str, edges: Sequence[Edge], heights: _Heights, spots: Mapping[str, Spot]) -> Network:
    points: dict[str, LonLat] = {}
    for edge in edges:
        if edge.line is not None:
            points.setdefault(edge.from_node, edge.line[0])
            points.setdefault(edge.to_node, edge.line[-1])
    source = {end: edge.source for edge in edges for end in (edge.from_node, edge.to_node)}
    nodes = [_node(name, point, heights, spots, source[name]) for name, point in points.items()]
    srid = zone_of([node.lon for node in nodes], [node.lat for node in nodes])
    return Network(code=code, srid=srid, nodes=tuple(nodes), edges=tuple(edges))


def _node(name: str, point: LonLat, heights: _Heights, spots: Mapping[str, Spot], source: str) -> Node:
    outer = name.removesuffix(":gate")
    spot = spots.get(outer, Spot())
    return Node(
        id=name,
        lon=point.lon,
        lat=point.lat,
        elevation_m=heights.at.get(outer, 0.0),
        name_zh=spot.name_zh,
        name_en=spot.name_en,
        source=source,
        confidence="M",
    )


def zone_of(lons: Sequence[float], lats: Sequence[float]) -> int:
    """The UTM zone (EPSG, WGS-84) that holds the middle of these points; zone 49 north where there are none."""
    if not lons:
        return 32649
    lon, lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
    return (32600 if lat >= 0 else 32700) + int((lon + 180) // 6) % 60 + 1


def _without_islands(whole: Network, account: Account, *, keep_islands: bool) -> Assembled:
    """Parts are what somebody can get around in: a lift that nobody may ride joins nothing."""
    passed = [edge for edge in whole.edges if not _shut(edge)]
    passable = _with(whole, passed)
    found = islands(passable)
    mainland = found.parts[0] if found.parts else frozenset()
    left_out: tuple[Edge, ...] = ()
    kept = whole
    if not keep_islands:
        left_out = tuple(edge for edge in whole.edges if not {edge.from_node, edge.to_node} <= mainland)
        for edge in left_out:
            account.drop(Dropped.ISLAND, edge.id)
        kept = _with(whole, [edge for edge in whole.edges if {edge.from_node, edge.to_node} <= mainland])
    return Assembled(
        network=kept,
        account=account,
        islands=tuple(_island(passable, part) for part in found.parts[1:]),
        left_out=left_out,
        road_islands=tuple(_island(kept, part, driven=True) for part in islands(kept).roads[1:]),
    )


def _shut(edge: Edge) -> bool:
    return edge.driven is Passage.NONE and edge.walked is Passage.NONE


def _with(whole: Network, edges: Sequence[Edge]) -> Network:
    """The network of these edges of it."""
    ends = {end for edge in edges for end in (edge.from_node, edge.to_node)}
    nodes = tuple(node for node in whole.nodes if node.id in ends)
    return Network(code=whole.code, srid=whole.srid, nodes=nodes, edges=tuple(edges))


def _island(network: Network, part: frozenset[str], *, driven: bool = False) -> Island:
    edges = [
        edge for edge in network.edges if edge.from_node in part and (not driven or edge.driven is not Passage.NONE)
    ]
    node = network.node(min(part))
    return Island(
        edges=len(edges),
        length_m=sum(edge.length_m for edge in edges),
        sample=edges[0].id if edges else node.id,
        lon=node.lon,
        lat=node.lat,
    )
