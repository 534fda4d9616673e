"""A network as files: the three tables an area is loaded from, and a GeoPackage for QGIS."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely

from geo.network import Edge, Network, Node
from geo.survey import Original

NODE_COLUMNS = (
    "code name_zh name_en elevation_m lon lat datum source confidence illustrative".split()  # noqa: SIM905
)
EDGE_COLUMNS = (
    "code name_zh name_en from_node to_node edge_class length_m ascent_m descent_m vehicle foot max_speed_kmh kind "  # noqa: SIM905
    "surface steps wkt datum source confidence illustrative".split()
)
LIFT_COLUMNS = (
    "edge ride_s headway_s access_s exit_s opens on_request request_delay_s source confidence illustrative".split()  # noqa: SIM905
)


def write_tables(network: Network, folder: Path) -> list[Path]:
    """`nodes.csv`, `edges.csv` and `lifts.csv` in the folder, as `docs/area-format.md` has them."""
    folder.mkdir(parents=True, exist_ok=True)
    lifts = [edge for edge in network.edges if edge.lift is not None]
    return [
        _write(folder / "nodes.csv", NODE_COLUMNS, map(_node, network.nodes)),
        _write(folder / "edges.csv", EDGE_COLUMNS, map(_edge, network.edges)),
        _write(folder / "lifts.csv", LIFT_COLUMNS, map(_lift, lifts)),
    ]


def write_package(network: Network, path: Path) -> Path:
    """Layers `nodes` and `edges` in EPSG:4326, with everything the tables have."""
    path.unlink(missing_ok=True)
    points = shapely.points([(node.lon, node.lat) for node in network.nodes])
    _layer(path, "nodes", "Point", points, NODE_COLUMNS, [_node(node) for node in network.nodes])
    lines = np.array([shapely.LineString(edge.line or ()) for edge in network.edges], dtype=object)
    rows = [{**_edge(edge), **(_lift(edge) if edge.lift else {})} for edge in network.edges]
    columns = [*EDGE_COLUMNS, *(name for name in LIFT_COLUMNS if name not in {"edge", *EDGE_COLUMNS})]
    _layer(path, "edges", "LineString", lines, columns, rows, append=True)
    return path


def write_originals(originals: Sequence[Original], path: Path) -> Path:
    """Every feature of a survey as it was given: its coordinates, their datum, its attributes."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "feature", "datum", "wkt", "attributes"])
        writer.writerows([each.id, each.feature, each.datum, each.wkt, each.attributes] for each in originals)
    return path


def _write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _text(value) for name, value in row.items()} for row in rows)
    return path


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case _:
            return str(value)


def _node(node: Node) -> dict[str, Any]:
    return {
        "code": node.id,
        "name_zh": node.name_zh,
        "name_en": node.name_en,
        "elevation_m": round(node.elevation_m, 1),
        "lon": round(node.lon, 7),
        "lat": round(node.lat, 7),
        "datum": "WGS84",
        "source": node.source,
        "confidence": node.confidence,
        "illustrative": False,
    }


def _edge(edge: Edge) -> dict[str, Any]:
    points = ", ".join(f"{round(lon, 7)} {round(lat, 7)}" for lon, lat in edge.line or ())
    return {
        "code": edge.id,
        "name_zh": edge.name_zh,
        "name_en": edge.name_en,
        "from_node": edge.from_node,
        "to_node": edge.to_node,
        "edge_class": edge.edge_class.value,
        "length_m": round(edge.length_m, 2),
        "ascent_m": round(edge.ascent_m, 1),
        "descent_m": round(edge.descent_m, 1),
        "vehicle": None if edge.vehicle is None else edge.vehicle.value,
        "foot": None if edge.foot is None else edge.foot.value,
        "max_speed_kmh": None if edge.max_speed_kmh is None else round(edge.max_speed_kmh, 1),
        "kind": edge.kind,
        "surface": edge.surface,
        "steps": edge.steps,
        "wkt": f"LINESTRING ({points})",
        "datum": "WGS84",
        "source": edge.source,
        "confidence": edge.confidence,
        "illustrative": False,
    }


def _lift(edge: Edge) -> dict[str, Any]:
    lift = edge.lift
    assert lift is not None  # noqa: S101  asked of lifts only
    return {
        "edge": edge.id,
        "ride_s": round(lift.ride_s, 1),
        "headway_s": round(lift.headway_s, 1),
        "access_s": lift.access_s,
        "exit_s": lift.exit_s,
        "opens": lift.opens,
        "on_request": lift.on_request,
        "request_delay_s": lift.request_delay_s,
        "source": edge.source,
        "confidence": edge.confidence,
        "illustrative": False,
    }


def _layer(
    path: Path,
    layer: str,
    shape: str,
    shapes: Any,
    columns: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    *,
    append: bool = False,
) -> None:
    names = [name for name in columns if name not in {"wkt", "lon", "lat", "datum", "edge"}]
    pyogrio.raw.write(
        path,
        np.array(shapely.to_wkb(shapes), dtype=object),
        [_array(name, [row.get(name) for row in rows]) for name in names],
        names,
        layer=layer,
        driver="GPKG",
        geometry_type=shape,
        crs="EPSG:4326",
        append=append,
    )


def _array(name: str, values: list[Any]) -> Any:
    if name.endswith(("_m", "_s", "_kmh")) or name == "steps":
        return np.array(values, dtype=np.float64)
    return np.array([None if value is None else _text(value) for value in values], dtype=object)
