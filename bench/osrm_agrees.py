"""Does OSRM, given our vehicle profile, find our driving times? Exit status 0: it does, within its rounding.

The ways that may be driven are written as an OpenStreetMap file, each edge a straight way between its nodes with the
speed at which OSRM takes as long for it as we do; `driving.lua` takes these speeds and nothing else. OSRM rounds every
edge to a tenth of a second, so a way of n edges may differ by (n + 2) / 20 s; and it measures lengths with rulers kept
for every tenth of a degree of latitude, half of which is a thousandth of a length.

    python -m bench.osrm_agrees --osm andorra.osm.pbf --dem N42E001.hgt.zip --osrm PYTHON_WITH_OSRM

Places are nodes at which every road may be driven both ways: OSRM stands on one of the roads that meet there.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from math import cos, hypot, isinf, radians, sqrt
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from bench.travel_time import imported
from bench.vehicles import driving, for_vehicles_alone
from geo.network import Network, Node, Passage, islands
from geo.open_times import open_times
from geo.speed import NORMAL
from geo.travel_time import Journey, travel_times

EQUATOR_M, FLATTENING = 6_378_137.0, 1 / 298.257223563
ECCENTRICITY_2 = FLATTENING * (2 - FLATTENING)
ROUNDED_S, MEASURED = 0.05, 0.001
LEAST_M = 0.1  # OSRM keeps coordinates to a millionth of a degree
AT, ZONE = datetime(2026, 5, 1, 4, 0, tzinfo=UTC), ZoneInfo("Europe/Andorra")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--osm", type=Path, required=True, help="an OpenStreetMap file")
    parser.add_argument("--dem", type=Path, nargs="*", default=[], help="its SRTM tiles")
    parser.add_argument("--osrm", default=sys.executable, metavar="PYTHON", help="an interpreter with osrm-bindings")
    parser.add_argument("--from", dest="starts", type=int, default=40, help="vehicles (40)")
    parser.add_argument("--to", dest="ends", type=int, default=60, help="destinations (60)")
    parser.add_argument("--seed", type=int, default=1, help="where they are")
    asked = parser.parse_args()
    roads = drawable(for_vehicles_alone(imported(asked.osm, asked.dem)))
    nodes = both_ways(roads)
    chance = random.Random(asked.seed)  # noqa: S311 - no secret
    starts, ends = chance.sample(nodes, asked.starts), chance.sample(nodes, asked.ends)
    with tempfile.TemporaryDirectory() as folder:
        theirs = of_osrm(roads, starts, ends, asked.osrm, Path(folder))
    return compare(roads, starts, ends, theirs)


def drawable(network: Network) -> Network:
    """Without edges too short for OSRM's coordinates, of which its length cannot be told."""
    kept = tuple(edge for edge in network.edges if _osrm_m(*_ends(network, edge.from_node, edge.to_node)) > LEAST_M)
    return replace(network, edges=kept)


def both_ways(roads: Network) -> list[str]:
    """The nodes of the largest part of which all roads go both ways."""
    part = islands(roads).roads[0]
    one_way = {end for edge in roads.edges if edge.driven is not Passage.BOTH for end in (edge.from_node, edge.to_node)}
    return [node.id for node in roads.nodes if node.id in part and node.id not in one_way]


def of_osrm(roads: Network, starts: list[str], ends: list[str], python: str, folder: Path) -> list[list[float | None]]:
    """OSRM's seconds to each end from every start."""
    write(roads, folder / "roads.osm.pbf")
    here = Path(__file__).parent
    question = {
        "units": [_lonlat(roads, each) for each in starts],
        "incidents": [_lonlat(roads, each) for each in ends],
    }
    (folder / "osrm").mkdir()
    done = subprocess.run(
        [python, here / "osrm_table.py", folder / "roads.osm.pbf", folder / "osrm", here / "driving.lua"],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ.get("PATH", "")},
    )
    if done.returncode:
        sys.exit(f"not run: {done.stderr.strip()[-400:]}")
    seconds: list[list[float | None]] = json.loads(done.stdout)["seconds"]
    return seconds


def write(roads: Network, path: Path) -> None:
    """The roads as a file that OSRM reads, each with the speed that makes it take as long as we say."""
    import osmium  # noqa: PLC0415  of the extra [planning]

    times, number = open_times(roads, NORMAL), roads.node_index
    with osmium.SimpleWriter(str(path)) as file:
        for node in roads.nodes:
            place = osmium.osm.mutable.Node(id=number[node.id] + 1, location=(node.lon, node.lat))
            file.add_node(place)
        for n, edge in enumerate(roads.edges):
            length_m = _osrm_m(*_ends(roads, edge.from_node, edge.to_node))
            tags = {}
            for way, passes, takes_s in (
                ("forward", edge.driven.onward, times.drive_on.item(n)),
                ("backward", edge.driven.back, times.drive_back.item(n)),
            ):
                if passes and not isinf(takes_s):
                    tags[f"kmh:{way}"] = repr(3.6 * length_m / takes_s)
            ends = [number[edge.from_node] + 1, number[edge.to_node] + 1]
            file.add_way(osmium.osm.mutable.Way(id=n + 1, nodes=ends, tags=tags))


def compare(roads: Network, starts: list[str], ends: list[str], theirs: list[list[float | None]]) -> int:
    """Print how far the two are apart; 1 where that is more than OSRM's rounding."""
    crews = driving(roads, starts)
    leave_s = NORMAL.leave_vehicle_s.value
    apart, over, one_alone = [], [], 0
    for end, row in zip(ends, theirs, strict=True):
        place = roads.node(end)
        told = travel_times(roads, crews, roads.snap(place.lon, place.lat), at=AT, zone=ZONE)
        for start, ours, osrm_s in zip(starts, told, row, strict=True):
            if start == end:
                continue
            if not isinstance(ours, Journey) or osrm_s is None:
                one_alone += isinstance(ours, Journey) or osrm_s is not None
                continue
            edges = sum(len(leg.edges) for leg in ours.legs)
            drive_s = ours.travel_s - leave_s
            apart.append((osrm_s - drive_s, drive_s))
            if abs(osrm_s - drive_s) > ROUNDED_S * (edges + 2) + MEASURED * drive_s:
                over.append(f"{start} to {end}: {drive_s:.2f} s, OSRM {osrm_s:.2f} s, {edges} edges")
    off_s, ours_s = np.abs(apart).T
    print(f"{len(roads.nodes)} nodes, {len(roads.edges)} roads; {len(apart)} pairs, {one_alone} that one of us reaches")
    print(f"of {np.median(ours_s):.0f} s at the median, apart by {np.median(off_s):.2f} s, {off_s.max():.2f} s at most")
    print(f"{len(over)} by more than OSRM rounds and measures")
    for each in over[:5]:
        print(f"  {each}")
    return 1 if over or one_alone else 0


def _ends(network: Network, one: str, other: str) -> tuple[Node, Node]:
    return network.node(one), network.node(other)


def _lonlat(network: Network, node: str) -> tuple[float, float]:
    found = network.node(node)
    return found.lon, found.lat


def _osrm_m(one: Node, other: Node) -> float:
    """Metres between two nodes as OSRM has them: coordinates to a millionth of a degree, on a plane that touches the
    ellipsoid between them (its `greatCircleDistance` is a cheap ruler).
    """
    lon1, lat1, lon2, lat2 = (round(each, 6) for each in (one.lon, one.lat, other.lon, other.lat))
    cosine = cos(radians((lat1 + lat2) / 2))
    curved = 1 / (1 - ECCENTRICITY_2 * (1 - cosine**2))
    degree_m = radians(1) * EQUATOR_M * sqrt(curved)
    return hypot(degree_m * cosine * (lon2 - lon1), degree_m * curved * (1 - ECCENTRICITY_2) * (lat2 - lat1))


if __name__ == "__main__":
    raise SystemExit(main())
