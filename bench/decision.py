"""How long one decision takes on the demo area, beside the bare scipy search inside it.

Nine units (the bases' first) and all day units are timed to incidents all over the network, in one run and turn about:
the bare `scipy.sparse.csgraph.dijkstra` call on the same compiled graph, the travel times, the same with their legs
drawn, and the whole decision (positions believed, travel times, run card, reasons).

    python -m bench.decision --rounds 300
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import numpy as np
from scipy.sparse.csgraph import dijkstra

from dispatch.area_format import MEMBERS, PEOPLE_AND_RULES, ROSTER, RUN_CARDS, UNITS
from dispatch.decision import Demand, decide
from dispatch.roster import expand, pattern_of_row
from dispatch.unit import Unit, Vehicle, believed_position, persons
from geo.closure import ALL_OPEN
from geo.coordinates import LonLat
from geo.graph import graph
from geo.lift_hours import lift_hours
from geo.network import Network
from geo.speed import NORMAL
from geo.start import place_of
from geo.travel_time import Journey, Leg, Origin, travel_times
from grids.area_format import AREA, EDGES, GROUND, LIFTS, NODES, POSTS
from grids.network import network_of_rows
from grids.rows import Folder, read

AREA_FOLDER = Path(__file__).resolve().parent.parent / "areas" / "wulingyuan"
DAY = date(2026, 5, 1)


def main() -> None:
    arguments = _arguments()
    folder = read(arguments.area, [*GROUND, *PEOPLE_AND_RULES])
    (area,) = folder[AREA]
    zone = ZoneInfo(area["time_zone"])
    at = datetime(DAY.year, DAY.month, DAY.day, arguments.hour, tzinfo=zone).astimezone(UTC)
    network = network_of_rows(area["code"], area["srid"], folder[NODES], folder[EDGES], folder[LIFTS])
    units = units_on_duty(folder, zone, at)
    bases = [unit for unit in units if unit.code.endswith("-1")]
    print(f"{area['code']}: {len(network.nodes)} nodes, {len(network.edges)} edges; {len(units)} units on duty at {at}")
    print(f"{arguments.rounds} incidents each, milliseconds\n\n{'':34}{'p50':>9}{'p99':>9}{'p50 / bare':>12}")
    for some in (bases, units):
        _measure(network, some, _demands(folder, network, arguments), at, zone)


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--area", type=Path, default=AREA_FOLDER, help="folder with the files of an area")
    parser.add_argument("--rounds", type=int, default=300, help="incidents timed for each number of units")
    parser.add_argument("--hour", type=int, default=12, help="hour of the day in the area, for lifts and roster")
    parser.add_argument("--seed", type=int, default=1, help="where the incidents lie")
    return parser.parse_args()


def _measure(network: Network, units: Sequence[Unit], demands: Sequence[Demand], at: datetime, zone: ZoneInfo) -> None:
    compiled = graph(network, NORMAL, ALL_OPEN, lift_hours(network, zone, ALL_OPEN).delays_s(at))
    origins = [_origin(unit, at) for unit in units]
    bare_ms, timed_ms, drawn_ms, decided_ms = [], [], [], []
    for demand in demands:
        point = LonLat(demand.lon, demand.lat)
        matrix = compiled.matrix(place_of(network, network.snap(*point)).position)
        last = [matrix.shape[0] - 1]
        bare_ms.append(milliseconds(partial(dijkstra, matrix, indices=last, return_predecessors=True)))
        timed_ms.append(milliseconds(partial(travel_times, network, origins, point, at=at, zone=zone)))
        drawn_ms.append(milliseconds(partial(_with_legs, network, origins, point, at, zone)))
        decided_ms.append(milliseconds(partial(decide, demand, units, network=network, at=at, zone=zone)))
    bare = float(np.median(bare_ms))
    for name, times in (
        ("bare scipy dijkstra", bare_ms),
        ("travel times", timed_ms),
        ("travel times with legs", drawn_ms),
        ("decision", decided_ms),
    ):
        p50, p99 = np.percentile(times, [50, 99])
        print(f"{len(units):3} units  {name:23}{p50:9.3f}{p99:9.3f}{p50 / bare:12.1f}")


def _with_legs(
    network: Network, origins: Sequence[Origin], point: LonLat, at: datetime, zone: ZoneInfo
) -> list[tuple[Leg, ...]]:
    answers = travel_times(network, origins, point, at=at, zone=zone)
    return [answer.legs for answer in answers if isinstance(answer, Journey)]


def milliseconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def _demands(folder: Folder, network: Network, arguments: Any) -> list[Demand]:
    """Incidents up to 100 m beside the straight lines of edges, with the needs of run cards in turn."""
    chance = random.Random(arguments.seed)  # noqa: S311 - no secret
    cards = [row for row in folder[RUN_CARDS] if row["needs"]]
    demands = []
    for number in range(arguments.rounds):
        edge = chance.choice(network.edges)
        start, end, share = network.node(edge.from_node), network.node(edge.to_node), chance.random()
        card = cards[number % len(cards)]
        demands.append(
            Demand(
                lon=start.lon + share * (end.lon - start.lon) + chance.uniform(-0.001, 0.001),
                lat=start.lat + share * (end.lat - start.lat),
                needs=tuple(card["needs"]),
                second_tier=tuple(card["second_tier"] or ()),
            )
        )
    return demands


def units_on_duty(folder: Folder, zone: ZoneInfo, at: datetime) -> list[Unit]:
    """The units with somebody on duty, at their posts."""
    members, posts = folder.by_key(MEMBERS), folder.by_key(POSTS)
    patterns = [pattern_of_row(row, row["unit"], row["member"]) for row in folder[ROSTER]]
    on_duty = [duty for duty in expand(patterns, zone, DAY, 1) if duty.begins <= at < duty.ends]
    units = []
    for row in folder[UNITS]:
        crew = [duty for duty in on_duty if duty.unit == row["code"]]
        post: Any = posts[row["post"],].shape
        if not crew:
            continue
        units.append(
            Unit(
                id=uuid5(NAMESPACE_URL, row["code"]),
                code=row["code"],
                team=row["team"],
                vehicle=Vehicle(row["vehicle"]) if row["vehicle"] else None,
                turnout_s=row["turnout_s"],
                post_lon=post.x,
                post_lat=post.y,
                people=persons(
                    [members[duty.member,]["capabilities"] for duty in crew], [kit for duty in crew for kit in duty.kit]
                ),
                duty_from=crew[0].begins,
            )
        )
    return units


def _origin(unit: Unit, at: datetime) -> Origin:
    fix = believed_position(unit, at)
    assert fix is not None
    vehicle = LonLat(fix.lon, fix.lat) if unit.vehicle else None
    return Origin(id=unit.code, lon=fix.lon, lat=fix.lat, vehicle=vehicle, ready_after_s=float(unit.turnout_s))


if __name__ == "__main__":
    main()
