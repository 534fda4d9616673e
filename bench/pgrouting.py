"""A network as pgRouting has it: every edge a row, on foot and in a vehicle, nothing contracted, and its answers.

A vehicle may be left at every node and at the destination. The costs of edges are ours, the search is theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
import numpy as np

from geo.along import Position
from geo.closure import ALL_OPEN, Closures, Layer
from geo.network import Network
from geo.open_times import open_times
from geo.speed import NORMAL, SpeedProfile

Row = tuple[int, int, int, float, float]

NOWHERE = -1.0  # the cost of what may not be passed
TABLES = """
DROP TABLE IF EXISTS way, place;
CREATE TABLE way (id bigint PRIMARY KEY, source bigint, target bigint, cost float8, reverse_cost float8);
CREATE TABLE place (pid bigint PRIMARY KEY, edge_id bigint, fraction float8);
"""
TIMES = """
SELECT start_pid, end_pid, agg_cost
FROM pgr_withPointsCost('SELECT id, source, target, cost, reverse_cost FROM way',
                        'SELECT pid, edge_id, fraction FROM place',
                        $1::bigint[], $2::bigint[], directed => true, driving_side => 'b')
"""

AROUND = """
SELECT from_v, node, agg_cost
FROM pgr_drivingDistance('SELECT id, source, target, cost, reverse_cost FROM way', $1::bigint[], $2,
                         directed => true, equicost => true)
"""
SHUT = "UPDATE way SET cost = -1, reverse_cost = -1 WHERE id = ANY($1::bigint[])"


def driving(number: int) -> int:
    """The vertex of a node, or the way of an edge, in a vehicle."""
    return 2 * number + 2


def on_foot(number: int) -> int:
    """The vertex of a node, or the way of an edge, on foot."""
    return 2 * number + 3


def rows(network: Network, profile: SpeedProfile = NORMAL, closures: Closures = ALL_OPEN) -> list[Row]:
    """The ways: of the closures only what is shut; lifts as in their hours."""
    times, leaving, index = open_times(network, profile), 2 * len(network.edges) + 4, network.node_index
    no_vehicle, nobody = closures.shut(Layer.VEHICLE), closures.shut(Layer.FOOT)
    made = []
    for number, edge in enumerate(network.edges):
        tail, head, driven, walked = index[edge.from_node], index[edge.to_node], edge.driven, edge.walked
        for layer, passage, onward_s, back_s, shut in (
            (driving, driven, times.drive_on, times.drive_back, no_vehicle),
            (on_foot, walked, times.foot_on, times.foot_back, nobody),
        ):
            cost = _cost(onward_s.item(number), passage.onward and edge.id not in shut)
            back = _cost(back_s.item(number), passage.back and edge.id not in shut)
            made.append((layer(number), layer(tail), layer(head), cost, back))
    leave_s = profile.leave_vehicle_s.value
    made += [(leaving + node, driving(node), on_foot(node), leave_s, NOWHERE) for node in range(len(network.nodes))]
    return made


def _cost(seconds: float, open_: bool) -> float:
    return seconds if open_ and np.isfinite(seconds) else NOWHERE


async def fill(connection: asyncpg.Connection[Any], ways: Sequence[Row]) -> None:
    """Make the tables, with these ways."""
    await connection.execute(TABLES)
    await connection.copy_records_to_table("way", records=ways)
    await connection.execute("ANALYZE way")


async def put(connection: asyncpg.Connection[Any], positions: Sequence[Position]) -> None:
    """Make these the places that are asked about: number n is 2n + 1 in a vehicle, and 2n + 2 on foot."""
    records = [
        (2 * number + 1 + which, layer(position.edge), position.fraction)
        for number, position in enumerate(positions)
        for which, layer in enumerate((driving, on_foot))
    ]
    await connection.execute("TRUNCATE place")
    await connection.copy_records_to_table("place", records=records)


async def seconds(
    connection: asyncpg.Connection[Any], starts: Sequence[int], places: int, leave_s: float
) -> dict[tuple[int, int], float]:
    """From each of these vertices the seconds to each of the places put there, by number; a vehicle is left there."""
    asked = [-each for each in range(1, 2 * places + 1)]
    found: dict[tuple[int, int], float] = {}
    for row in await connection.fetch(TIMES, starts, asked):
        number, foot = divmod(-row["end_pid"] - 1, 2)
        key, taken_s = (row["start_pid"], number), row["agg_cost"] + (0.0 if foot else leave_s)
        found[key] = min(taken_s, found.get(key, np.inf))
    return found
