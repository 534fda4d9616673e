"""The network of an area: out of its files, and the current one out of the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

import msgspec
import shapely

from geo.coordinates import LonLat
from geo.network import Edge, EdgeClass, Lift, Network, Node, Passage
from grids.sheet import Row
from sql.queries import queries

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

_sql = queries("network")


class NoNetwork(LookupError):
    """The area has no current network: none was ever loaded."""

    def __init__(self, area: UUID) -> None:
        self.area = area
        super().__init__(f"area {area} has no current network")


async def current_network(connection: Connection, area: UUID) -> tuple[UUID, Network]:
    """The id and the value of the area's current network. Raises ``NoNetwork``."""
    row = await _sql.current(connection, area=area)
    if row is None:
        raise NoNetwork(area)
    return row["id"], await _read(connection, row)


async def network_of_version(connection: Connection, area: UUID, version: str) -> Network | None:
    """The network the area had under that version, in use or not; None where it was never loaded."""
    row = await _sql.of_version(connection, area=area, version=version)
    return None if row is None else await _read(connection, row)


async def _read(connection: Connection, row: asyncpg.Record) -> Network:
    nodes = [each async for each in _sql.nodes(connection, network=row["id"])]
    edges = [each async for each in _sql.edges(connection, network=row["id"])]
    return Network(
        code=row["code"],
        srid=row["srid"],
        nodes=tuple(_stored_node(each) for each in nodes),
        edges=tuple(_stored_edge(each) for each in edges),
    )


def network_of_rows(code: str, srid: int, nodes: Sequence[Row], edges: Sequence[Row], lifts: Sequence[Row]) -> Network:
    """The network the files describe. An edge without a line of its own runs straight between its nodes."""
    points = {row["code"]: row.shape for row in nodes}
    lift_of = {row["edge"]: row for row in lifts}
    return Network(
        code=code,
        srid=srid,
        nodes=tuple(_node(row) for row in sorted(nodes, key=lambda row: str(row["code"]))),
        edges=tuple(
            _edge(row, straight(row, points), lift_of.get(row["code"]))
            for row in sorted(edges, key=lambda row: str(row["code"]))
        ),
    )


def straight(row: Row, points: dict[str, Any]) -> shapely.LineString:
    """The edge's line, or the straight one between its nodes."""
    line = row.shape
    if isinstance(line, shapely.LineString):
        return line
    return shapely.LineString([points[row["from_node"]], points[row["to_node"]]])


def lift_of_row(row: Row) -> Lift:
    """How the lift of that row runs."""
    return Lift(
        ride_s=row["ride_s"],
        headway_s=row["headway_s"],
        access_s=row["access_s"],
        exit_s=row["exit_s"],
        opens=row["opens"],
        on_request=row["on_request"],
        request_delay_s=row["request_delay_s"],
    )


def _node(row: Row) -> Node:
    point = row.shape
    assert isinstance(point, shapely.Point)  # noqa: S101  the sheet asks for points
    return Node(
        id=row["code"],
        lon=point.x,
        lat=point.y,
        elevation_m=row["elevation_m"],
        name_zh=row["name_zh"] or "",
        name_en=row["name_en"] or "",
        source=row["source"],
        confidence=row["confidence"],
    )


def _edge(row: Row, line: shapely.LineString, lift: Row | None) -> Edge:
    return Edge(
        id=row["code"],
        from_node=row["from_node"],
        to_node=row["to_node"],
        edge_class=EdgeClass(row["edge_class"]),
        length_m=row["length_m"],
        ascent_m=row["ascent_m"],
        descent_m=row["descent_m"],
        line=tuple(LonLat(lon, lat) for lon, lat in line.coords),
        lift=None if lift is None else lift_of_row(lift),
        name_zh=row["name_zh"] or "",
        name_en=row["name_en"] or "",
        source=row["source"],
        confidence=row["confidence"],
        **_known(row),
    )


def _known(row: Row | asyncpg.Record) -> dict[str, Any]:
    """What few edges say beyond their class, as it stands in a row of a file or of the database."""
    return {
        "vehicle": None if row["vehicle"] is None else Passage(row["vehicle"]),
        "foot": None if row["foot"] is None else Passage(row["foot"]),
        "max_speed_kmh": row["max_speed_kmh"],
        "kind": row["kind"] or "",
        "surface": row["surface"] or "",
        "steps": row["steps"],
    }


def _stored_node(row: asyncpg.Record) -> Node:
    return Node(
        id=row["code"],
        lon=row["lon"],
        lat=row["lat"],
        elevation_m=row["elevation_m"],
        name_zh=row["name_zh"] or "",
        name_en=row["name_en"] or "",
        source=row["source"],
        confidence=row["confidence"],
    )


def _stored_edge(row: asyncpg.Record) -> Edge:
    line = shapely.from_wkb(row["line"])
    return Edge(
        id=row["code"],
        from_node=row["from_node"],
        to_node=row["to_node"],
        edge_class=EdgeClass(row["edge_class"]),
        length_m=row["length_m"],
        ascent_m=row["ascent_m"],
        descent_m=row["descent_m"],
        line=tuple(LonLat(lon, lat) for lon, lat in line.coords),
        lift=None if row["lift"] is None else msgspec.json.decode(row["lift"], type=Lift),
        name_zh=row["name_zh"] or "",
        name_en=row["name_en"] or "",
        source=row["source"],
        confidence=row["confidence"],
        **_known(row),
    )
