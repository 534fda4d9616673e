"""Networks for the tests of the map: the demo area from its files, and small ones drawn by hand."""

import csv
import math
from functools import cache
from pathlib import Path

from geo.closure import Closure, ClosureMode, Closures, Layer, together
from geo.coordinates import LonLat
from geo.network import Edge, EdgeClass, Lift, Network, Node

AREA = Path(__file__).parents[3] / "areas" / "wulingyuan"


@cache
def wulingyuan() -> Network:
    lifts = {
        row["edge"]: Lift(
            ride_s=float(row["ride_s"]),
            headway_s=float(row["headway_s"]),
            access_s=float(row["access_s"]),
            exit_s=float(row["exit_s"]),
            opens=row["opens"],
            on_request=row["on_request"] == "true",
            request_delay_s=float(row["request_delay_s"] or 0),
        )
        for row in rows("lifts.csv")
    }
    nodes = tuple(
        Node(
            id=row["code"],
            lon=float(row["lon"]),
            lat=float(row["lat"]),
            elevation_m=float(row["elevation_m"]),
            name_zh=row["name_zh"],
            name_en=row["name_en"],
        )
        for row in rows("nodes.csv")
    )
    edges = tuple(
        Edge(
            id=row["code"],
            from_node=row["from_node"],
            to_node=row["to_node"],
            edge_class=EdgeClass(row["edge_class"]),
            length_m=float(row["length_m"]),
            ascent_m=float(row["ascent_m"]),
            descent_m=float(row["descent_m"]),
            lift=lifts.get(row["code"]),
        )
        for row in rows("edges.csv")
    )
    return Network(code="wulingyuan", srid=4546, nodes=nodes, edges=edges)


def rows(file: str) -> list[dict[str, str]]:
    with (AREA / file).open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


SRID = 4546
ALWAYS = Lift(ride_s=300, headway_s=20, access_s=30, exit_s=20, opens="24/7")


def ring_node(number: int, of: int, elevation_m: float = 500.0) -> Node:
    """Nodes on a circle of 3 km, so that no edge between two of them comes near a third."""
    angle = 2 * math.pi * number / of
    lon = 110.45 + 3000 * math.cos(angle) / 97_000
    lat = 29.35 + 3000 * math.sin(angle) / 110_900
    return Node(id=f"N{number}", lon=lon, lat=lat, elevation_m=elevation_m, name_zh=f"点{number}", name_en=f"N{number}")


def line_node(name: str, east_m: float, elevation_m: float = 500.0) -> Node:
    """A node so many metres east of the first one."""
    return Node(
        id=name, lon=110.45 + east_m / 97_146.0, lat=29.35, elevation_m=elevation_m, name_zh=f"{name}处", name_en=name
    )


def edge(start: str, end: str, edge_class: EdgeClass, length_m: float, **more: object) -> Edge:
    number = more.pop("number", "")
    return Edge(
        id=f"{start}-{end}-{edge_class}{number}",
        from_node=start,
        to_node=end,
        edge_class=edge_class,
        length_m=length_m,
        **more,  # type: ignore[arg-type]
    )


def network(nodes: list[Node], edges: list[Edge]) -> Network:
    return Network(code="test", srid=SRID, nodes=tuple(nodes), edges=tuple(edges))


def at_node(of: Network, node: str) -> LonLat:
    found = of.node(node)
    return LonLat(found.lon, found.lat)


def closing(*edges: str, layer: Layer = Layer.BOTH, opened: tuple[str, ...] = ()) -> Closures:
    """These edges shut, and these lifts running whatever their hours."""
    return together(
        [
            Closure(edges=frozenset(edges), mode=ClosureMode.SHUT, layer=layer),
            Closure(edges=frozenset(opened), mode=ClosureMode.ON_REQUEST, layer=Layer.FOOT, delay_s=0.0),
        ]
    )
