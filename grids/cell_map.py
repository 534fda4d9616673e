"""A cell drawn for paper: its border, the ways through it by class, posts, places and the point its time is told of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import floor, log10
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.coordinates import LonLat, Metric, metric
from geo.network import Edge, Network
from geo.speed import LIFT_CLASSES, EdgeClass

WIDTH_MM, HEIGHT_MM = 92.0, 84.0
LEAST_M = 400.0
"""However small the cell, so much ground is shown: its ways lead somewhere."""

LETTERS = "Noto Sans CJK SC, Source Han Sans SC, WenQuanYi Micro Hei, WenQuanYi Zen Hei, DejaVu Sans, sans-serif"
LETTER_MM, SMALL_MM = 2.5, 2.1

STYLES: Mapping[EdgeClass, tuple[str, ...]] = MappingProxyType(
    {
        EdgeClass.ROAD: ('stroke="#000" stroke-width="1.3"', 'stroke="#fff" stroke-width="0.8"'),
        EdgeClass.FLAGSTONE: ('stroke="#000" stroke-width="0.45"',),
        EdgeClass.TRAIL: ('stroke="#000" stroke-width="0.45"',),
        EdgeClass.STAIRS: ('stroke="#000" stroke-width="1.1" stroke-dasharray="0.3 0.5"',),
        EdgeClass.PATH: ('stroke="#000" stroke-width="0.45" stroke-dasharray="1.1 0.7"',),
        EdgeClass.CABLEWAY: ('stroke="#000" stroke-width="0.3" stroke-dasharray="3 0.7 0.3 0.7"',),
        EdgeClass.LIFT: ('stroke="#000" stroke-width="0.3" stroke-dasharray="3 0.7 0.3 0.7"',),
        EdgeClass.RAIL: ('stroke="#000" stroke-width="0.3" stroke-dasharray="3 0.7 0.3 0.7"',),
        EdgeClass.FERRY: ('stroke="#000" stroke-width="0.3" stroke-dasharray="3 0.7 0.3 0.7"',),
    }
)
"""How each class of way is drawn, in black and white: strokes one over the other, in millimetres of paper."""


class Mark(NamedTuple):
    """A point to be drawn: ``kind`` is post, call_point, place or target."""

    kind: str
    lon: float
    lat: float
    label: str


class _Frame(NamedTuple):
    """The ground a map shows, and its scale: metres of the ground to millimetres of paper, north up."""

    metres: Metric
    west: float
    north: float
    mm_per_m: float

    @property
    def box(self) -> shapely.Geometry:
        return shapely.box(
            self.west, self.north - HEIGHT_MM / self.mm_per_m, self.west + WIDTH_MM / self.mm_per_m, self.north
        )

    def paper(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(
            [(points[:, 0] - self.west) * self.mm_per_m, (self.north - points[:, 1]) * self.mm_per_m]
        )


class Maps:
    """The ways of a network, ready to be drawn for one cell after another."""

    def __init__(self, network: Network) -> None:
        self._metres = metric(network.srid)
        lines = [shapely.LineString(_line(network, edge)) for edge in network.edges]
        self._lines = _in_metres(self._metres, np.array(lines, dtype=object))
        self._classes = [edge.edge_class for edge in network.edges]
        self._tree = shapely.STRtree(self._lines)

    def draw(
        self, shape: shapely.Geometry, neighbours: Iterable[tuple[str, shapely.Geometry]], marks: Sequence[Mark]
    ) -> str:
        """The map of a cell as SVG, ``WIDTH_MM`` by ``HEIGHT_MM``. Shapes are WGS-84; neighbours are drawn lightly."""
        frame = _frame(self._metres, shape)
        ground = _on_paper(frame, shape)
        parts = [f'<rect width="{WIDTH_MM}" height="{HEIGHT_MM}" fill="#ececec"/>']
        parts += _polygon(ground, 'fill="#fff" stroke="none"')
        for name, other in neighbours:
            parts += _neighbour(_on_paper(frame, other), name)
        parts += _polygon(ground, 'fill="none" stroke="#000" stroke-width="0.7" stroke-dasharray="2.4 0.8"')
        parts += self._ways(frame)
        parts += _marked(frame, marks)
        parts += _scale(frame)
        parts.append(f'<rect width="{WIDTH_MM}" height="{HEIGHT_MM}" fill="none" stroke="#000" stroke-width="0.3"/>')
        return _svg(WIDTH_MM, HEIGHT_MM, parts)

    def _ways(self, frame: _Frame) -> list[str]:
        """All ways in the frame; of a class of several strokes the later lie over all of the earlier: roads join."""
        found: dict[EdgeClass, list[str]] = {}
        for number in sorted(self._tree.query(frame.box, predicate="intersects").tolist()):
            inside = shapely.transform(shapely.intersection(self._lines[number], frame.box), frame.paper)
            lines = [part for part in shapely.get_parts(inside) if part.geom_type == "LineString"]
            found.setdefault(self._classes[number], []).extend(_path(line) for line in lines)
        order = sorted(found, key=lambda each: (each in LIFT_CLASSES, each != EdgeClass.ROAD))
        return [
            f'<path d="{"".join(found[each])}" fill="none" stroke-linejoin="round" {style}/>'
            for each in order
            for style in STYLES[each]
            if found[each]
        ]


def sample(edge_class: EdgeClass) -> str:
    """A short piece of that class of way, for the legend."""
    return _svg(9, 3, [f'<path d="M0.5 1.5H8.5" fill="none" {style}/>' for style in STYLES[edge_class]])


def symbol(kind: str) -> str:
    """The sign of a mark, for the legend."""
    return _svg(3.6, 3.6, [_sign(kind, 1.8, 1.8)])


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" font-family="{LETTERS}" width="{width}mm" height="{height}mm" '
        f'viewBox="0 0 {width} {height}">{"".join(parts)}</svg>'
    )


def _frame(metres: Metric, shape: shapely.Geometry) -> _Frame:
    west, south, east, north = shapely.bounds(_in_metres(metres, shape)).tolist()
    wide, high = max((east - west) * 1.15, LEAST_M), max((north - south) * 1.15, LEAST_M)
    mm_per_m = min(WIDTH_MM / wide, HEIGHT_MM / high)
    return _Frame(
        metres=metres,
        west=(west + east) / 2 - WIDTH_MM / mm_per_m / 2,
        north=(south + north) / 2 + HEIGHT_MM / mm_per_m / 2,
        mm_per_m=mm_per_m,
    )


def _in_metres(metres: Metric, shape: Any) -> Any:
    return shapely.transform(shape, lambda points: np.column_stack(metres.metres(points[:, 0], points[:, 1])))


def _on_paper(frame: _Frame, shape: shapely.Geometry) -> shapely.Geometry:
    """What of the shape lies in the frame, in millimetres."""
    return shapely.transform(shapely.intersection(_in_metres(frame.metres, shape), frame.box), frame.paper)


def _polygon(shape: shapely.Geometry, style: str) -> list[str]:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    if not rings:
        return []
    return [f'<path d="{"".join(_path(ring) + "Z" for ring in rings)}" fill-rule="evenodd" {style}/>']


def _neighbour(shape: shapely.Geometry, name: str) -> list[str]:
    drawn = _polygon(shape, 'fill="none" stroke="#999" stroke-width="0.25"')
    room = shapely.intersection(shape, _page(text_width_mm(name, SMALL_MM) / 2 + 1))
    if drawn and not shapely.is_empty(room):
        at = shapely.point_on_surface(room)
        return [*drawn, _text(at.x, at.y, name, size=SMALL_MM, style='fill="#666" text-anchor="middle"')]
    return drawn


def _page(margin_mm: float) -> shapely.Geometry:
    """The map without a margin left and right, and without the strips of the scale and of the first line."""
    return shapely.box(margin_mm, 3.5, WIDTH_MM - margin_mm, HEIGHT_MM - 6)


def _path(line: shapely.Geometry) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in line.coords)


def _line(network: Network, edge: Edge) -> Sequence[LonLat]:
    if edge.line is not None:
        return edge.line
    ends = network.node(edge.from_node), network.node(edge.to_node)
    return [LonLat(end.lon, end.lat) for end in ends]


def _marked(frame: _Frame, marks: Sequence[Mark]) -> list[str]:
    points = np.array([(mark.lon, mark.lat) for mark in marks], dtype=np.float64).reshape(-1, 2)
    places = frame.paper(np.column_stack(frame.metres.metres(points[:, 0], points[:, 1])))
    shown = [
        (mark, x, y)
        for mark, (x, y) in zip(marks, places.tolist(), strict=True)
        if 0 <= x <= WIDTH_MM and 0 <= y <= HEIGHT_MM
    ]
    groups = _at_one_place(shown)
    taken = [
        shapely.box(x - _STEP_MM * len(group) / 2, y - 1.3, x + _STEP_MM * len(group) / 2, y + 1.3)
        for group, x, y in groups
    ]
    parts = []
    for group, x, y in groups:
        left = x - _STEP_MM * (len(group) - 1) / 2
        parts += [_sign(mark.kind, left + _STEP_MM * number, y) for number, mark in enumerate(group)]
    for group, x, y in groups:
        text = " ".join(mark.label for mark in group if mark.label)
        parts += _label(text, x, y, _STEP_MM * len(group) / 2, taken) if text else []
    return parts


_STEP_MM = 2.6


def _at_one_place(shown: Sequence[tuple[Mark, float, float]]) -> list[tuple[list[Mark], float, float]]:
    """Marks whose signs would cover one another, together: they are drawn in a row and named by one label."""
    groups: list[tuple[list[Mark], float, float]] = []
    for mark, x, y in shown:
        near = next((group for group, at_x, at_y in groups if abs(at_x - x) < 2 and abs(at_y - y) < 2), None)
        if near is None:
            groups.append(([mark], x, y))
        else:
            near.append(mark)
    return groups


def _sign(kind: str, x: float, y: float) -> str:
    match kind:
        case "post":
            corner = f'x="{x - 1:.2f}" y="{y - 1:.2f}" width="2" height="2"'
            return f'<rect {corner} fill="#000" stroke="#fff" stroke-width="0.2"/>'
        case "call_point":
            return (
                f'<path d="M{x:.2f} {y - 1.3:.2f}L{x + 1.2:.2f} {y + 0.9:.2f}H{x - 1.2:.2f}Z" '
                'fill="#fff" stroke="#000" stroke-width="0.35"/>'
            )
        case "target":
            return (
                f'<circle cx="{x:.2f}" cy="{y:.2f}" r="1.5" fill="none" stroke="#000" stroke-width="0.3"/>'
                f'<circle cx="{x:.2f}" cy="{y:.2f}" r="0.6" fill="#000"/>'
            )
        case _:
            return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="0.9" fill="#fff" stroke="#000" stroke-width="0.35"/>'


def _label(text: str, x: float, y: float, aside: float, taken: list[shapely.Geometry]) -> list[str]:
    """The text beside its signs, where it covers nothing else; left out where there is no such place."""
    width, high = text_width_mm(text, LETTER_MM), LETTER_MM
    corners = [
        (x + aside + 0.4, y - high / 2),
        (x - aside - 0.4 - width, y - high / 2),
        (x - width / 2, y - 1.6 - high),
        (x - width / 2, y + 1.6),
        (x + aside, y - 1.3 - high),
        (x + aside, y + 1.3),
        (x - aside - width, y - 1.3 - high),
        (x - aside - width, y + 1.3),
    ]
    page = shapely.box(0.4, 0.4, WIDTH_MM - 0.4, HEIGHT_MM - 0.4)
    for left, top in corners:
        room = shapely.box(left, top, left + width, top + high)
        if shapely.within(room, page) and not any(shapely.intersects(room, each) for each in taken):
            taken.append(room)
            return [_text(left, top + high * 0.86, text, size=LETTER_MM)]
    return []


def _text(x: float, y: float, text: str, *, size: float, style: str = "") -> str:
    """Text on a white rim, so that it can be read over lines."""
    where = f'x="{x:.2f}" y="{y:.2f}" font-size="{size}"'
    rim = f'<text {where} {style} stroke="#fff" stroke-width="0.7" stroke-linejoin="round">{escape(text)}</text>'
    return rim + f"<text {where} {style}>{escape(text)}</text>"


def text_width_mm(text: str, size: float) -> float:
    """About how wide a text is: a Chinese character is as wide as it is high, a Latin one about half."""
    return sum(size if ord(letter) > 0x2E80 else size * 0.56 for letter in text)


def _scale(frame: _Frame) -> list[str]:
    """A bar of a round number of metres, and north."""
    room_m = WIDTH_MM * 0.3 / frame.mm_per_m
    power = 10 ** floor(log10(room_m))
    length_m = max(step * power for step in (1, 2, 5) if step * power <= room_m)
    long_mm, y = length_m * frame.mm_per_m, HEIGHT_MM - 2.5
    said = f"{length_m:.0f} m" if length_m < 1000 else f"{length_m / 1000:.0f} km"
    bar = f"M2 {y - 1}V{y}H{2 + long_mm:.2f}V{y - 1}"
    return [
        f'<path d="{bar}" fill="none" stroke="#fff" stroke-width="1.4"/>',
        f'<path d="{bar}" fill="none" stroke="#000" stroke-width="0.4"/>',
        _text(2.6, y - 1.2, said, size=2.2),
        f'<path d="M{WIDTH_MM - 4} 8.5V2.5M{WIDTH_MM - 5.2} 4.6L{WIDTH_MM - 4} 2.2L{WIDTH_MM - 2.8} 4.6" fill="none" '
        'stroke="#000" stroke-width="0.4"/>',
        _text(WIDTH_MM - 4, 11, "N", size=2.4, style='text-anchor="middle"'),
    ]
