"""How long live coverage takes on an area after one unit has moved, beside the bare scipy search inside it.

In one run and turn about: the bare `scipy.sparse.csgraph.dijkstra` call from one place and from all of them on the same
compiled graph; the coverage recomputed after one unit's move (its way out, its times to every demand point, all cells);
the coverage computed whole, as at the turn of a minute; and `travel_times` of all units to one point, which coverage
would have to ask for every demand point if there were no field.

With --osm the same units, put anywhere by chance, on the network of an OpenStreetMap file, in squares of a kilometre.

    python -m bench.coverage --rounds 100
    python -m bench.coverage --osm andorra.osm.pbf --dem N42E001.hgt.zip        (needs the extra `planning`)
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra

from bench.decision import AREA_FOLDER, milliseconds, units_on_duty
from bench.travel_time import imported
from dispatch.area_format import PEOPLE_AND_RULES
from dispatch.decision import origins
from dispatch.unit import Fix, PositionSource, Unit, believed_position
from geo.closure import ALL_OPEN
from geo.coordinates import Floats, LonLat
from geo.field import Field, field
from geo.graph import graph
from geo.lift_hours import lift_hours
from geo.network import Network
from geo.speed import NORMAL
from geo.start import place_of
from geo.travel_time import Origin, travel_times
from grids.area_format import AREA, CELLS, EDGES, GROUND, LIFTS, NODES, PLACES
from grids.coverage import Cell, Coverage, Demand, coverage, demand
from grids.network import network_of_rows
from grids.rows import Folder, read

DAY = date(2026, 5, 1)


@dataclass(frozen=True, kw_only=True)
class Here:
    """The area at an hour, with the units on duty."""

    network: Network
    demand: Demand
    allowance_s: float
    at: datetime
    zone: ZoneInfo
    units: Sequence[Unit]


def main() -> None:
    arguments = _arguments()
    here = _here(read(arguments.area, [*GROUND, *PEOPLE_AND_RULES]), arguments.hour)
    if arguments.osm:
        here = _elsewhere(here, imported(arguments.osm, arguments.dem), random.Random(arguments.seed))  # noqa: S311
    print(
        f"{len(here.network.nodes)} nodes, {len(here.network.edges)} edges; {len(here.units)} units on duty"
        f" at {here.at}; {len(here.demand.points)} demand points in {len(here.demand.cells)} cells"
    )
    _measure(here, arguments.rounds, random.Random(arguments.seed))  # noqa: S311 - no secret


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--area", type=Path, default=AREA_FOLDER, help="folder with the files of an area")
    parser.add_argument("--osm", type=Path, help="an OpenStreetMap file, for its network in place of the area's")
    parser.add_argument("--dem", type=Path, nargs="*", default=[], help="its SRTM tiles")
    parser.add_argument("--rounds", type=int, default=100, help="moves timed")
    parser.add_argument("--hour", type=int, default=12, help="hour of the day in the area, for lifts and roster")
    parser.add_argument("--seed", type=int, default=1, help="who moves where")
    return parser.parse_args()


def _here(folder: Folder, hour: int) -> Here:
    (area,) = folder[AREA]
    zone = ZoneInfo(area["time_zone"])
    at = datetime(DAY.year, DAY.month, DAY.day, hour, tzinfo=zone).astimezone(UTC)
    network = network_of_rows(area["code"], area["srid"], folder[NODES], folder[EDGES], folder[LIFTS])
    cells = [
        Cell(code=row["code"], shape=row.shape, target_s=row["target_s"] or area["target_s"]) for row in folder[CELLS]
    ]
    return Here(
        network=network,
        demand=demand(network, cells, [LonLat(shape.x, shape.y) for row in folder[PLACES] if (shape := row.shape)]),
        allowance_s=area["allowance_s"],
        at=at,
        zone=zone,
        units=units_on_duty(folder, zone, at),
    )


def _elsewhere(here: Here, network: Network, chance: random.Random) -> Here:
    """The units anywhere on another network, in squares of a kilometre."""
    lons, lats = np.array([(node.lon, node.lat) for node in network.nodes]).T
    north = 1000 / 111_320
    east = north / float(np.cos(np.radians(lats.mean())))
    corners = [(west, south) for west in np.arange(lons.min(), lons.max(), east) for south in _south(lats, north)]
    cells = [
        Cell(code=f"{number:05}", shape=shapely.box(west, south, west + east, south + north), target_s=600)
        for number, (west, south) in enumerate(corners)
    ]
    units = []
    for unit in here.units:
        node = chance.choice(network.nodes)
        fix = Fix(lon=node.lon, lat=node.lat, source=PositionSource.DEVICE, at=here.at)
        units.append(replace(unit, fix=fix))
    return replace(here, network=network, demand=demand(network, cells, []), units=units)


def _south(lats: Floats, north: float) -> list[float]:
    return [float(each) for each in np.arange(lats.min(), lats.max(), north)]


def _measure(here: Here, rounds: int, chance: random.Random) -> None:
    hours = lift_hours(here.network, here.zone, ALL_OPEN)
    matrix = graph(here.network, NORMAL, ALL_OPEN, hours.delays_s(here.at)).matrix(
        place_of(here.network, _snap(here)).position
    )
    crews = _origins(here, here.units)
    times = _field(here, crews)
    everywhere = [here.network.node_index[chance.choice(here.network.nodes).id] for _ in crews]
    took: dict[str, list[float]] = {}
    for _ in range(rounds):
        mover, spot = chance.randrange(len(crews)), chance.choice(here.demand.spots)
        for name, call in (
            ("bare scipy dijkstra, one place", partial(dijkstra, matrix, indices=everywhere[:1])),
            ("bare scipy dijkstra, all places", partial(dijkstra, matrix, indices=everywhere)),
            ("coverage after one unit's move", partial(_moved, here, times, mover, spot)),
            ("coverage computed whole", partial(_whole, here)),
            ("travel times to one point", partial(travel_times, here.network, crews, spot, at=here.at, zone=here.zone)),
        ):
            took.setdefault(name, []).append(milliseconds(call))
    bare_one, bare_all = (float(np.median(took[name])) for name in list(took)[:2])
    print(f"{rounds} rounds, milliseconds\n\n{'':34}{'p50':>9}{'p99':>9}{'/ bare one':>12}{'/ bare all':>12}")
    for name, each in took.items():
        p50, p99 = np.percentile(each, [50, 99])
        print(f"{name:34}{p50:9.3f}{p99:9.3f}{p50 / bare_one:12.1f}{p50 / bare_all:12.1f}")
    one_by_one = float(np.median(took["travel times to one point"])) * len(here.demand.points)
    print(
        f"\none by one, every point: {one_by_one / float(np.median(took['coverage computed whole'])):.0f} x the whole"
    )


def _moved(here: Here, times: Field, mover: int, spot: LonLat) -> Coverage:
    """One unit reports another position: its times anew, everybody else's as they were."""
    fix = Fix(lon=spot.lon, lat=spot.lat, source=PositionSource.DEVICE, at=here.at)
    row = _field(here, _origins(here, [replace(here.units[mover], fix=fix)]))
    eta_s = times.eta_s.copy()
    eta_s[mover] = row.eta_s[0]
    return coverage(here.demand, Field(origins=times.origins, eta_s=eta_s), allowance_s=here.allowance_s)


def _whole(here: Here) -> Coverage:
    times = _field(here, _origins(here, here.units))
    return coverage(here.demand, times, allowance_s=here.allowance_s)


def _field(here: Here, crews: Sequence[Origin]) -> Field:
    return field(here.network, crews, here.demand.points, at=here.at, zone=here.zone)


def _origins(here: Here, units: Sequence[Unit]) -> list[Origin]:
    standing = [(each, fix) for each in units if (fix := believed_position(each, here.at)) is not None]
    return origins(standing, here.network)


def _snap(here: Here) -> Any:
    return here.network.snap(*here.demand.spots[0])


if __name__ == "__main__":
    main()
