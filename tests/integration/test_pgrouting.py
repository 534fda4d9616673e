"""pgRouting, given the same edges uncontracted, finds the same times."""

import os
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from math import inf
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import numpy as np
import pytest

from bench import pgrouting
from bench.generated import generated
from bench.vehicles import driving, for_vehicles_alone
from geo.closure import ALL_OPEN, Closure, ClosureMode, Closures, Layer, together
from geo.coordinates import LonLat
from geo.network import Network
from geo.snap import Snap
from geo.speed import NORMAL
from geo.start import place_of
from geo.travel_time import Journey, Origin, travel_times
from grids.network import current_network
from sql.scratch import scratch_database

NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
LEAVE_S = NORMAL.leave_vehicle_s.value
EXACT_S = 1e-6  # sums in another order


@pytest.fixture
def routing_url(server_url: str) -> Iterator[str]:
    with scratch_database(server_url) as url:
        yield url


@pytest.fixture
async def routing(routing_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A database with pgRouting."""
    connection = await asyncpg.connect(routing_url)
    try:
        there = await connection.fetchval("SELECT 1 FROM pg_available_extensions WHERE name = 'pgrouting'")
        if not there and os.environ.get("DATABASE_URL"):
            pytest.skip("the server that DATABASE_URL names has no pgRouting to compare with")
        assert there, "pgRouting is missing: script/install test installs it"
        await connection.execute("CREATE EXTENSION pgrouting CASCADE")
        yield connection
    finally:
        await connection.close()


@pytest.fixture
async def park(demo_url: str) -> Network:
    """The demo area's network as a database keeps it."""
    connection = await asyncpg.connect(demo_url)
    try:
        _, network = await current_network(connection, await connection.fetchval("SELECT id FROM area"))
    finally:
        await connection.close()
    return network


async def test_a_vehicle_takes_as_long_from_every_node_to_every_road_of_the_park_as_in_pgrouting(
    park: Network, routing: asyncpg.Connection
) -> None:
    roads = for_vehicles_alone(park)
    crews, places = driving(roads, [node.id for node in roads.nodes]), positions(roads, range(len(roads.edges)))

    told, theirs = ours(roads, crews, places), await oracle(routing, roads, crews, places)

    np.testing.assert_allclose(told, theirs, rtol=0, atol=EXACT_S)
    assert np.isfinite(told).mean() > 0.1


async def test_crews_of_the_park_take_as_long_by_road_path_stairs_and_lift_as_in_pgrouting(
    park: Network, routing: asyncpg.Connection
) -> None:
    nodes = [node.id for node in park.nodes]
    crews = [*driving(park, nodes), *on_foot(park, nodes)]
    places = positions(park, ways_one_stands_on(park))

    told, theirs = ours(park, crews, places), await oracle(routing, park, crews, places)

    np.testing.assert_allclose(told, theirs, rtol=0, atol=EXACT_S)
    assert np.isfinite(told).mean() > 0.9


async def test_a_made_up_mountain_takes_as_long_as_in_pgrouting_whatever_is_shut(
    routing: asyncpg.Connection,
) -> None:
    network, chance = generated(4000, seed=7), random.Random(3)  # noqa: S311 - no secret
    nodes = [edge.from_node for edge in network.edges if edge.lift is None]
    crews = [*driving(network, chance.sample(nodes, 40)), *on_foot(network, chance.sample(nodes, 20))]
    edges = chance.sample(ways_one_stands_on(network), 60)
    others = sorted({edge.id for edge in network.edges} - {network.edges[number].id for number in edges})
    shut, to_vehicles = frozenset(chance.sample(others, 50)), frozenset(chance.sample(others, 200))
    closures = together(
        [
            Closure(edges=shut, mode=ClosureMode.SHUT),
            Closure(edges=to_vehicles, mode=ClosureMode.SHUT, layer=Layer.VEHICLE),
        ]
    )
    places = positions(network, edges)

    for each in (ALL_OPEN, closures):
        told, theirs = ours(network, crews, places, each), await oracle(routing, network, crews, places, each)
        np.testing.assert_allclose(told, theirs, rtol=0, atol=EXACT_S)
        assert np.isfinite(told).mean() > 0.5


def on_foot(network: Network, nodes: Sequence[str]) -> list[Origin]:
    return [Origin(id=node, lon=lon, lat=lat) for node in nodes for lon, lat in [_at(network, node)]]


def ways_one_stands_on(network: Network) -> list[int]:
    return [number for number, edge in enumerate(network.edges) if edge.lift is None]


def positions(network: Network, edges: Sequence[int]) -> list[Snap]:
    """A place somewhere on each of these edges."""
    chance = np.random.default_rng(5)
    return network.snap_index.positions(np.array(edges), chance.uniform(0.02, 0.98, len(edges)))


def ours(network: Network, crews: Sequence[Origin], places: Sequence[Snap], closures: Closures = ALL_OPEN) -> Any:
    answers = [travel_times(network, crews, place, at=NOON, zone=ZONE, closures=closures) for place in places]
    return np.array([[each.travel_s if isinstance(each, Journey) else inf for each in row] for row in answers])


async def oracle(
    connection: asyncpg.Connection,
    network: Network,
    crews: Sequence[Origin],
    places: Sequence[Snap],
    closures: Closures = ALL_OPEN,
) -> Any:
    await pgrouting.fill(connection, pgrouting.rows(network, closures=closures))
    await pgrouting.put(connection, [place_of(network, place).position for place in places])
    starts = {crew.id: network.node_index[crew.id] for crew in crews}
    vertices = [vertex(node) for node in starts.values() for vertex in (pgrouting.driving, pgrouting.on_foot)]
    found = await pgrouting.seconds(connection, vertices, len(places), LEAVE_S)

    def soonest(crew: Origin, place: int) -> float:
        node = starts[crew.id]
        walking = found.get((pgrouting.on_foot(node), place), inf)
        return walking if crew.vehicle is None else min(walking, found.get((pgrouting.driving(node), place), inf))

    return np.array([[soonest(crew, place) for crew in crews] for place in range(len(places))])


def _at(network: Network, node: str) -> LonLat:
    found = network.node(node)
    return LonLat(found.lon, found.lat)
