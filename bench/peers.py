"""The tasks of `bench.travel_time` as others do them: pgRouting, Valhalla, OSRM. What is not installed says so.

None of them answers our question: Valhalla and OSRM drive only (no stairs, no lifts, no walk at the end), with speeds
of their own; pgRouting is given our edges, both layers. So their times of travel are not compared here, only what an
answer costs; given our edges and speeds they are, in `tests/integration/test_pgrouting.py` and `bench.osrm_agrees`.
Install notes:

    .uv/bin/uv sync --inexact --extra planning --group peers       Valhalla; OSRM too on Python 3.12 and newer
    python3.12 -m venv .venv312; .venv312/bin/pip install osrm-bindings     OSRM beside 3.11: --osrm .venv312/bin/python
    apt-get install postgresql-15-pgrouting                        script/install test does it
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from bench import pgrouting
from geo.coordinates import LonLat
from geo.network import Network
from geo.snap import Snap
from geo.speed import NORMAL
from geo.start import place_of
from sql.cluster import ClusterError, private_cluster

TO_ONE, FIELD, AREA, CLOSED = "(i) to one incident", "(ii) who is first", "(iii) 10-minute area", "(iv) one edge closed"
LEAVE_S = NORMAL.leave_vehicle_s.value


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What all are asked: the units' nodes, one incident after another, and an edge to close each time."""

    network: Network
    osm: Path | None
    units: Sequence[str]
    incidents: Sequence[Snap]
    closed: Sequence[str]

    def at(self, node: str) -> LonLat:
        found = self.network.node(node)
        return LonLat(found.lon, found.lat)


@dataclass(frozen=True)
class Told:
    """A peer's milliseconds by the clock on the wall, by task, and what is to be said of them."""

    peer: str
    wall_ms: dict[str, list[float]] = field(default_factory=dict)
    remark: str = ""

    def time(self, task: str, call: Callable[[], object]) -> None:
        """Time one answer."""
        begun = time.perf_counter()
        call()
        self.wall_ms.setdefault(task, []).append((time.perf_counter() - begun) * 1000)


def told(asked: Asked, osrm_python: str) -> Iterator[Told]:
    """Each peer's times, or why there are none."""
    yield _pgrouting(asked)
    if asked.osm is None:
        yield Told("Valhalla, OSRM", remark="not run: they read OpenStreetMap files only")
        return
    with tempfile.TemporaryDirectory() as folder:
        yield _valhalla(asked, asked.osm, Path(folder))
        yield _osrm(asked, asked.osm, Path(folder), osrm_python)


def _pgrouting(asked: Asked) -> Told:
    try:
        with private_cluster() as url:
            return asyncio.run(_pgrouting_at(asked, url))
    except ClusterError as error:
        return Told("pgRouting", remark=f"not run: {error}")


async def _pgrouting_at(asked: Asked, url: str) -> Told:
    connection = await asyncpg.connect(url)
    try:
        try:
            await connection.execute("CREATE EXTENSION pgrouting CASCADE")
        except asyncpg.PostgresError as error:
            return Told("pgRouting", remark=f"not run: {error}")
        network = asked.network
        remark = "our edges on both layers, uncontracted; (ii) and (iii) to nodes, not cells"
        told = Told("pgRouting", remark=remark)
        await pgrouting.fill(connection, pgrouting.rows(network))
        nodes = [network.node_index[unit] for unit in asked.units]
        starts = [layer(node) for node in nodes for layer in (pgrouting.driving, pgrouting.on_foot)]
        for incident, edge in zip(asked.incidents, asked.closed, strict=True):
            await pgrouting.put(connection, [place_of(network, incident).position])
            await _timed(told, TO_ONE, pgrouting.seconds(connection, starts, 1, LEAVE_S))
            shut = connection.transaction()
            await shut.start()
            await _timed(told, CLOSED, _closed(connection, network.edge_index[edge], starts))
            await shut.rollback()
        await _timed(told, FIELD, connection.fetch(pgrouting.AROUND, starts, 3600.0))
        await _timed(told, AREA, connection.fetch(pgrouting.AROUND, starts[:2], 600.0))
        return told
    finally:
        await connection.close()


async def _closed(connection: Any, edge: int, starts: Sequence[int]) -> None:
    await connection.execute(pgrouting.SHUT, [pgrouting.driving(edge), pgrouting.on_foot(edge)])
    await pgrouting.seconds(connection, starts, 1, LEAVE_S)


async def _timed(told: Told, task: str, answer: Any) -> None:
    begun = time.perf_counter()
    await answer
    told.wall_ms.setdefault(task, []).append((time.perf_counter() - begun) * 1000)


def _valhalla(asked: Asked, osm: Path, folder: Path) -> Told:
    try:
        import valhalla  # noqa: PLC0415  of the group `peers`
    except ImportError:
        return Told("Valhalla", remark="not run: pyvalhalla-weekly is not installed")
    tiles = folder / "valhalla"
    tiles.mkdir()
    settings = valhalla.get_config(tile_extract="", tile_dir=str(tiles))
    (folder / "valhalla.json").write_text(json.dumps(settings))
    build = Path(sys.executable).with_name("valhalla_build_tiles")
    words: list[str | Path] = [build, "-c", folder / "valhalla.json", osm.resolve()]
    made = subprocess.run(words, capture_output=True, check=False, cwd=folder)  # it leaves lists where it stands
    if made.returncode:
        return Told("Valhalla", remark=f"not run: its tiles were not made: {made.stderr.decode()[-200:]}")
    actor = valhalla.Actor(settings)
    told = Told("Valhalla", remark="driving only; (ii) is not offered; (iii) is an outline; (iv) excludes one place")
    units = [_point(asked.at(unit)) for unit in asked.units]
    for incident, edge in zip(asked.incidents, asked.closed, strict=True):
        question = {"sources": units, "targets": [_point(incident)], "costing": "auto"}
        shut = {**question, "exclude_locations": [_point(asked.at(asked.network.edge(edge).from_node))]}
        told.time(TO_ONE, lambda question=question: actor.matrix(question))  # type: ignore[misc]
        told.time(CLOSED, lambda shut=shut: actor.matrix(shut))  # type: ignore[misc]
    area = {"locations": units[:1], "costing": "auto", "contours": [{"time": 10}], "polygons": True}
    for _ in range(10):
        told.time(AREA, lambda: actor.isochrone(area))
    return told


def _point(place: LonLat | Snap) -> dict[str, float]:
    return {"lon": place.lon, "lat": place.lat}


def _osrm(asked: Asked, osm: Path, folder: Path, python: str) -> Told:
    interpreter = shutil.which(python)
    probe = interpreter and subprocess.run([interpreter, "-c", "import osrm"], capture_output=True, check=False)
    if not probe or probe.returncode:
        return Told("OSRM", remark=f"not run: {python} has no osrm-bindings (they need Python 3.12; see --osrm)")
    question = {
        "units": [asked.at(unit) for unit in asked.units],
        "incidents": [(each.lon, each.lat) for each in asked.incidents],
    }
    program = Path(__file__).with_name("osrm_table.py")
    done = subprocess.run(
        [str(interpreter), program, osm, folder],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ.get("PATH", "")},
    )
    if done.returncode:
        return Told("OSRM", remark=f"not run: {done.stderr.strip()[-300:]}")
    answer = json.loads(done.stdout)
    wall_ms = {TO_ONE: answer["table_ms"], CLOSED: [answer["contract_ms"]]}
    return Told("OSRM", wall_ms, "driving only, contraction hierarchies; (iv) contracts anew; (ii), (iii) not offered")
