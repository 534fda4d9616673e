"""Small OpenStreetMap files and SRTM tiles, made for a test."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

Tags = Mapping[str, str]


def osm_file(
    path: Path,
    nodes: Mapping[int, tuple[float, float]],
    ways: Mapping[int, tuple[Sequence[int], Tags]],
    tagged: Mapping[int, Tags] | None = None,
) -> Path:
    """An .osm file: nodes by id as (lon, lat), ways by id as (node ids, tags), and the tags of some nodes."""
    said = tagged or {}
    lines = ['<osm version="0.6">']
    for number, (lon, lat) in nodes.items():
        lines.append(f'<node id="{number}" version="1" lon="{lon}" lat="{lat}">{_tags(said.get(number, {}))}</node>')
    for number, (refs, tags) in ways.items():
        inside = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        lines.append(f'<way id="{number}" version="3">{inside}{_tags(tags)}</way>')
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def _tags(tags: Tags) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def tile(path: Path, height: Callable[[float, float], float], side: int = 1201) -> Path:
    """An .hgt tile named by its corner, with the height of every (lon, lat) in whole metres."""
    name = path.name
    south, west = float(name[1:3]), float(name[4:7])
    shares = np.linspace(0.0, 1.0, side)
    heights = np.array([[height(west + east, south + 1 - down) for east in shares] for down in shares])
    path.write_bytes(heights.round().astype(">i2").tobytes())
    return path
