"""How long travel times take on a real mountain country and on made-up networks of growing size, beside bare scipy.

In one run and turn about, on the same compiled graph, for nine units that drive and one incident after another: the
bare `scipy.sparse.csgraph.dijkstra` call from the incident over the whole graph; `travel_times` of all units to it,
given as a place on the network and as coordinates; and the same again right after one edge was closed, to everybody
and to vehicles alone (nothing of that closure is known before); with --cells, who of the nine is first in every cell
of a grid over the network, the cells put on their ways once before. CPU time of the thread, so that what else the
machine does tells less.

    python -m bench.travel_time --osm andorra.osm.pbf --dem N42E001.hgt.zip     (needs the extra `planning`)
    python -m bench.travel_time --nodes 3000 30000 300000
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from scipy.sparse.csgraph import dijkstra

from bench.generated import generated
from geo.closure import ALL_OPEN, Closure, ClosureMode, Closures, Layer, together
from geo.coordinates import LonLat
from geo.field import Points, nearest
from geo.graph import Graph, graph
from geo.lift_hours import lift_hours
from geo.network import Network, Passage
from geo.snap import Snap
from geo.speed import NORMAL
from geo.start import place_of
from geo.travel_time import Journey, Origin, travel_times

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
UNITS = 9


def main() -> None:
    arguments = _arguments()
    print(f"{UNITS} units, {arguments.rounds} incidents, milliseconds of CPU\n")
    for name, network in _networks(arguments):
        chance = random.Random(arguments.seed)  # noqa: S311 - no secret
        _measure(name, network, arguments.rounds, chance, arguments.cells)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--osm", type=Path, help="an OpenStreetMap file")
    parser.add_argument("--dem", type=Path, nargs="*", default=[], help="its SRTM tiles")
    parser.add_argument("--nodes", type=int, nargs="*", default=[], help="sizes of made-up networks")
    parser.add_argument("--cells", type=float, metavar="METRES", help="also ask who is first in cells of that size")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="where units and incidents are")
    return parser.parse_args()


def _networks(arguments: argparse.Namespace) -> Iterator[tuple[str, Network]]:
    if arguments.osm:
        yield arguments.osm.name, imported(arguments.osm, arguments.dem)
    for nodes in arguments.nodes:
        yield f"made up, {nodes}", generated(nodes, arguments.seed)


def imported(file: Path, tiles: list[Path]) -> Network:
    """The network in an OpenStreetMap file, with heights from SRTM tiles."""
    from geo import osm  # noqa: PLC0415  of the extra [planning]
    from geo.assembly import Account, assemble  # noqa: PLC0415
    from geo.osm_tags import Assumed  # noqa: PLC0415
    from geo.terrain import read_terrain  # noqa: PLC0415

    account = Account()
    ways, spots = osm.read(file, account, Assumed(hours="08:00-17:00"), _untold)
    done = assemble(
        ways,
        account,
        code=file.stem,
        terrain=read_terrain(tiles),
        area=None,
        spots=spots,
        keep_islands=False,
        progress=_untold,
    )
    return done.network


def _untold(*_: object, **__: object) -> None:
    """Nobody watches the progress of an import here."""


def _measure(name: str, network: Network, rounds: int, chance: random.Random, cell_m: float | None) -> None:
    first_ms = milliseconds(partial(_compiled, network))
    compiled = _compiled(network)
    roads = [edge for edge in network.edges if edge.driven is Passage.BOTH]
    units = [_unit(number, network, chance.choice(roads).from_node) for number in range(UNITS)]
    warm = [_incident(network, chance) for _ in range(10)]
    found = [isinstance(answer, Journey) for each in warm for answer in _ask(network, units, each)]
    times: dict[str, list[float]] = {}
    cells = None if cell_m is None else _cells(network, cell_m)

    def note(what: str, call: Callable[[], object]) -> None:
        times.setdefault(what, []).append(milliseconds(call))

    for number in range(rounds):
        snap = _incident(network, chance)
        point = LonLat(snap.lon, snap.lat)
        matrix = compiled.matrix(place_of(network, snap).position)
        last = [matrix.shape[0] - 1]
        note("bare scipy dijkstra", partial(dijkstra, matrix, indices=last, return_predecessors=True))
        note("travel times to a place on the network", partial(_ask, network, units, snap))
        note("travel times to coordinates", partial(_ask, network, units, point))
        if number % 10 == 0:
            edge = chance.choice(roads).id
            shut = Closure(edges=frozenset({edge}), mode=ClosureMode.SHUT)
            to_vehicles = Closure(edges=frozenset({edge}), mode=ClosureMode.SHUT, layer=Layer.VEHICLE)
            note("one edge closed, and travel times", partial(_ask, network, units, snap, together([shut])))
            note("closed to vehicles alone", partial(_ask, network, units, snap, together([to_vehicles])))
        if cells is not None and number % 10 == 0:
            what = f"first in {len(cells)} cells"
            note(what, partial(nearest, network, units, cells, at=AT, zone=ZONE, within_s=3600.0))
    size = f"{len(network.nodes)} nodes, {len(network.edges)} edges"
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name}: {size}; searched: {compiled.stretches.states} states, {len(compiled.stretches.starts)} stretches")
    print(f"compiled from nothing in {first_ms:.0f} ms; {np.mean(found):.0%} reached; peak so far {peak_mb:.0f} MB")
    bare = float(np.median(times["bare scipy dijkstra"]))
    print(f"{'':42}{'p50':>9}{'p99':>9}{'p50 / bare':>12}")
    for what, each in times.items():
        p50, p99 = np.percentile(each, [50, 99])
        print(f"{what:42}{p50:9.3f}{p99:9.3f}{p50 / bare:12.2f}")
    print(flush=True)


def _cells(network: Network, cell_m: float) -> Points:
    """The middles of cells over the network's whole extent; those too far from any way count as reached by nobody."""
    lons, lats = ([getattr(node, name) for node in network.nodes] for name in ("lon", "lat"))
    high, wide = cell_m / 111_200, cell_m / (111_200 * np.cos(np.radians(np.mean(lats))))
    rows, columns = np.arange(min(lats), max(lats), high), np.arange(min(lons), max(lons), wide)
    return Points(network, [LonLat(lon, lat) for lat in rows.tolist() for lon in columns.tolist()])


def _compiled(network: Network) -> Graph:
    return graph(network, NORMAL, ALL_OPEN, lift_hours(network, ZONE, ALL_OPEN).delays_s(AT))


def _unit(number: int, network: Network, node: str) -> Origin:
    here = network.node(node)
    return Origin(id=str(number), lon=here.lon, lat=here.lat, vehicle=LonLat(here.lon, here.lat), ready_after_s=60.0)


def _incident(network: Network, chance: random.Random) -> Snap:
    near = network.node(chance.choice(network.edges).from_node)
    return network.snap(near.lon + chance.uniform(-0.001, 0.001), near.lat + chance.uniform(-0.001, 0.001))


def _ask(network: Network, units: list[Origin], to: LonLat | Snap, closures: Closures = ALL_OPEN) -> tuple[object, ...]:
    return travel_times(network, units, to, at=AT, zone=ZONE, closures=closures)


def milliseconds(call: Callable[[], object]) -> float:
    started = time.thread_time()
    call()
    return (time.thread_time() - started) * 1000


if __name__ == "__main__":
    main()
