"""Networks for the tests of the map: the demo area from its files, and small ones drawn by hand."""

import csv
from functools import cache
from pathlib import Path

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
