"""How long travel times take on a real mountain country and on made-up networks of growing size, beside others.

Four tasks, of nine units that drive and one incident after another: (i) travel times of all units to it, given as a
place on the network and as coordinates; (ii) who of the nine is first in every cell of a grid over the network (the
cells put on their ways once before); (iii) the cells that one of them reaches within ten minutes; (iv) the answer to
(i) right after one edge was closed, to everybody and to vehicles alone (nothing of that closure is known before). In
one run and turn about with the floor, the bare `scipy.sparse.csgraph.dijkstra` call from the incident over the whole
compiled graph. CPU time of the thread, so that what else the machine does tells less, and beside it the time by the
clock on the wall. Then, with --peers, the same tasks as pgRouting, Valhalla and OSRM do them, where they are installed
(`bench/peers.py` says how, and what they answer).

    python -m bench.travel_time --osm andorra.osm.pbf --dem N42E001.hgt.zip --peers     (needs the extra `planning`)
    python -m bench.travel_time --nodes 3000 30000 300000 --plot growth.png

On made-up networks the units and incidents are within a few kilometres of each other, as an area's are, however large
the map around them is. Memory is what the network, the graph and all that is kept beside it added to the process.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from scipy.sparse.csgraph import dijkstra

from bench import peers
from bench.generated import generated
from bench.peers import Asked
from geo.closure import ALL_OPEN, Closure, ClosureMode, Closures, Layer, together
from geo.coordinates import LonLat
from geo.field import Points, nearest
from geo.graph import Graph, graph
from geo.lift_hours import lift_hours
from geo.network import Edge, Network, Node, Passage
from geo.snap import Snap
from geo.speed import NORMAL
from geo.start import place_of
from geo.travel_time import Journey, Origin, travel_times

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
UNITS = 9
CELL_M = 50.0
AROUND_M = 6000.0  # how far from each other those are who have to do with one another on a made-up network
BARE = "bare scipy dijkstra"
TO_ONE, CLOSED = "(i) travel times to a place on the network", "(iv) one edge closed, and travel times"


class Measured(NamedTuple):
    """One network's numbers: its nodes, the bytes of each, and milliseconds of CPU by task."""

    nodes: int
    node_bytes: float
    cpu_ms: dict[str, float]


def main() -> None:
    arguments = _arguments()
    print(f"{UNITS} units, {arguments.rounds} incidents, milliseconds\n")
    found = []
    for name, make in _networks(arguments):
        chance = random.Random(arguments.seed)  # noqa: S311 - no secret
        found.append(_measure(name, make, arguments, chance))
    if arguments.plot:
        _plot(found, arguments.plot)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--osm", type=Path, help="an OpenStreetMap file")
    parser.add_argument("--dem", type=Path, nargs="*", default=[], help="its SRTM tiles")
    parser.add_argument("--nodes", type=int, nargs="*", default=[], help="sizes of made-up networks")
    parser.add_argument("--cells", type=float, metavar="METRES", default=CELL_M, help="the side of a cell (50)")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="where units and incidents are")
    parser.add_argument("--peers", action="store_true", help="pgRouting, Valhalla and OSRM too")
    parser.add_argument("--osrm", default=sys.executable, metavar="PYTHON", help="an interpreter with osrm-bindings")
    parser.add_argument("--plot", type=Path, metavar="PNG", help="draw how the tasks' costs grow with the network")
    return parser.parse_args()


def _networks(arguments: argparse.Namespace) -> Iterator[tuple[str, Callable[[], Network]]]:
    if arguments.osm:
        yield arguments.osm.name, partial(imported, arguments.osm, arguments.dem)
    for nodes in arguments.nodes:
        yield f"made up, {nodes}", partial(generated, nodes, arguments.seed)


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


def _measure(name: str, make: Callable[[], Network], arguments: argparse.Namespace, chance: random.Random) -> Measured:
    before_mb = _resident_mb()
    network = make()
    first_ms, _ = milliseconds(partial(_compiled, network))
    compiled = _compiled(network)
    near = _near(network, chance) if arguments.osm is None else list(network.edges)
    roads = [edge for edge in near if edge.driven is Passage.BOTH]
    at = [chance.choice(roads).from_node for _ in range(UNITS)]
    units = [_unit(number, network, node) for number, node in enumerate(at)]
    warm = [_incident(network, near, chance) for _ in range(10)]
    found = [isinstance(answer, Journey) for each in warm for answer in _ask(network, units, each)]
    node_bytes = (_resident_mb() - before_mb) * 2**20 / len(network.nodes)
    cells = _cells(network, arguments.cells) if arguments.osm else _cells_near(network, near, arguments.cells)
    nearest(network, units, cells, at=AT, zone=ZONE, within_s=3600.0)
    times: dict[str, list[tuple[float, float]]] = {}

    def note(what: str, call: Callable[[], object]) -> None:
        times.setdefault(what, []).append(milliseconds(call))

    incidents, closed = [], []
    for number in range(arguments.rounds):
        snap = _incident(network, near, chance)
        point = LonLat(snap.lon, snap.lat)
        matrix = compiled.matrix(place_of(network, snap).position)
        last = [matrix.shape[0] - 1]
        note(BARE, partial(dijkstra, matrix, indices=last, return_predecessors=True))
        note(TO_ONE, partial(_ask, network, units, snap))
        note("(i) travel times to coordinates", partial(_ask, network, units, point))
        if number % 10 == 0:
            edge = chance.choice(roads).id
            shut = Closure(edges=frozenset({edge}), mode=ClosureMode.SHUT)
            to_vehicles = Closure(edges=frozenset({edge}), mode=ClosureMode.SHUT, layer=Layer.VEHICLE)
            first = f"(ii) who is first in each of {len(cells)} cells"
            note(first, partial(nearest, network, units, cells, at=AT, zone=ZONE, within_s=3600.0))
            area = partial(nearest, network, units[:1], cells, at=AT, zone=ZONE, within_s=600.0)
            note("(iii) the 10-minute area of one", area)
            note(CLOSED, partial(_ask, network, units, snap, together([shut])))
            note("(iv) closed to vehicles alone", partial(_ask, network, units, snap, together([to_vehicles])))
            incidents.append(snap)
            closed.append(edge)
    size = f"{len(network.nodes)} nodes, {len(network.edges)} edges"
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name}: {size}; searched: {compiled.stretches.states} states, {len(compiled.stretches.starts)} stretches")
    print(
        f"compiled from nothing in {first_ms:.0f} ms; {np.mean(found):.0%} reached;"
        f" {node_bytes:.0f} bytes per node, peak so far {peak_mb:.0f} MB"
    )
    bare = float(np.median([cpu_ms for cpu_ms, _ in times[BARE]]))
    print(f"{'':46}{'CPU p50':>9}{'p99':>9}{'p50 / bare':>12}{'wall p50':>10}")
    for what, each in times.items():
        cpu_ms, wall_ms = np.array(each).T
        p50, p99 = np.percentile(cpu_ms, [50, 99])
        print(f"{what:46}{p50:9.3f}{p99:9.3f}{p50 / bare:12.2f}{np.median(wall_ms):10.3f}")
    print(flush=True)
    if arguments.peers:
        asked = Asked(network=network, osm=arguments.osm, units=at, incidents=incidents, closed=closed)
        _print_peers(asked, arguments.osrm, float(np.median([wall for _, wall in times[TO_ONE]])))
    medians = {what.split(" in each")[0]: float(np.median([cpu for cpu, _ in each])) for what, each in times.items()}
    return Measured(len(network.nodes), node_bytes, medians)


def _print_peers(asked: Asked, osrm_python: str, ours_ms: float) -> None:
    print(f"{'peers':46}{'wall p50':>9}{'p99':>9}{'p50 / our (i)':>15}")
    for told in peers.told(asked, osrm_python):
        print(f"{told.peer}: {told.remark}")
        for what, each in told.wall_ms.items():
            p50, p99 = np.percentile(each, [50, 99])
            print(f"  {what:44}{p50:9.3f}{p99:9.3f}{p50 / ours_ms:15.2f}")
    print(flush=True)


def _near(network: Network, chance: random.Random) -> list[Edge]:
    """The edges around some road."""
    roads = [edge for edge in network.edges if edge.driven is Passage.BOTH]
    here = network.node(chance.choice(roads).from_node)
    high, wide = AROUND_M / 111_200, AROUND_M / (111_200 * np.cos(np.radians(here.lat)))
    nodes = {node.id for node in network.nodes if abs(node.lon - here.lon) < wide and abs(node.lat - here.lat) < high}
    return [edge for edge in network.edges if edge.from_node in nodes and edge.to_node in nodes]


def _resident_mb() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def _plot(found: list[Measured], path: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  of the extra [planning]
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(9.5, 5.6), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    (times, memory), sizes = figure.subplots(1, 2, width_ratios=(2, 1)), [each.nodes for each in found]
    for what in found[0].cpu_ms:
        floor = {"color": "black", "linestyle": "dashed"} if what == BARE else {}
        times.plot(sizes, [each.cpu_ms[what] for each in found], marker="o", label=what, **floor)
    times.set(yscale="log", ylabel="CPU per answer, ms (median)", title="What an answer costs as the map grows")
    memory.plot(sizes, [each.nodes * each.node_bytes / 2**20 for each in found], marker="o", color="black")
    memory.set(yscale="log", ylabel="memory of the map and all kept beside it, MB", title="Memory")
    for axes in (times, memory):
        axes.set(xscale="log", xlabel="nodes of the network")
        axes.grid(visible=True, which="both", alpha=0.25)
    figure.legend(loc="outside lower center", ncols=2, fontsize=8)
    figure.savefig(path)


def _cells_near(network: Network, edges: list[Edge], cell_m: float) -> Points:
    """Cells around these edges only."""
    nodes = {end for edge in edges for end in (edge.from_node, edge.to_node)}
    return _cells(network, cell_m, [network.node(node) for node in nodes])


def _cells(network: Network, cell_m: float, nodes: Sequence[Node] = ()) -> Points:
    """The middles of cells over the extent of these nodes, or of all; nobody reaches those far from any way."""
    lons, lats = ([getattr(node, name) for node in nodes or network.nodes] for name in ("lon", "lat"))
    high, wide = cell_m / 111_200, cell_m / (111_200 * np.cos(np.radians(np.mean(lats))))
    rows, columns = np.arange(min(lats), max(lats), high), np.arange(min(lons), max(lons), wide)
    return Points(network, [LonLat(lon, lat) for lat in rows.tolist() for lon in columns.tolist()])


def _compiled(network: Network) -> Graph:
    return graph(network, NORMAL, ALL_OPEN, lift_hours(network, ZONE, ALL_OPEN).delays_s(AT))


def _unit(number: int, network: Network, node: str) -> Origin:
    here = network.node(node)
    return Origin(id=str(number), lon=here.lon, lat=here.lat, vehicle=LonLat(here.lon, here.lat), ready_after_s=60.0)


def _incident(network: Network, edges: Sequence[Edge], chance: random.Random) -> Snap:
    near = network.node(chance.choice(edges).from_node)
    return network.snap(near.lon + chance.uniform(-0.001, 0.001), near.lat + chance.uniform(-0.001, 0.001))


def _ask(network: Network, units: list[Origin], to: LonLat | Snap, closures: Closures = ALL_OPEN) -> tuple[object, ...]:
    return travel_times(network, units, to, at=AT, zone=ZONE, closures=closures)


def milliseconds(call: Callable[[], object]) -> tuple[float, float]:
    """Of the thread's CPU, and by the clock on the wall."""
    begun, used = time.perf_counter(), time.thread_time()
    call()
    cpu_s = time.thread_time() - used
    return cpu_s * 1000, (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
