"""The ground as a map: vector tiles made by PostGIS, kept in the process under the version of what they show."""

import gzip
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from dispatch.refusal import BadRequest, NotFound
from dispatch.server import wire
from dispatch.server.store import Area, Connection, area_now
from sql.queries import queries

_sql = queries("tiles")

LARGEST_ZOOM = 18

USEFUL_ZOOMS = (6, 14)
"""From where an area is seen at all, to where a line is exact to the half metre; a map draws the last ones larger."""

LAYERS = (
    wire.MapLayer(id="boundary", shape="line", fields=["code", "name_zh", "name_en"]),
    wire.MapLayer(
        id="cells",
        shape="polygon",
        fields=["code", "name_zh", "name_en", "kind", "target_s", "team", "team_zh", "team_en"],
    ),
    wire.MapLayer(id="ways", shape="line", fields=["code", "name_zh", "name_en", "class", "illustrative"]),
    wire.MapLayer(id="posts", shape="point", fields=["code", "name_zh", "name_en", "kind", "team"]),
    wire.MapLayer(id="call_points", shape="point", fields=["code", "name_zh", "name_en", "cell"]),
    wire.MapLayer(id="places", shape="point", fields=["code", "name_zh", "name_en", "elevation_m"]),
)
"""What a tile holds; ``code`` is unique in its layer, so that live state is put on by it."""

MOST_BYTES_KEPT = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile as it is sent: plain, and compressed once for all who take it so."""

    plain: bytes
    compressed: bytes


class Tiles:
    """Tiles by area and version. A version names one state of one area's ground: what is kept under it never changes,
    and a ground that was loaded anew has another.
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._kept: OrderedDict[tuple[UUID, str, int, int, int], Tile] = OrderedDict()
        self._bytes = 0

    async def map(self, area: UUID) -> wire.Map:
        """What there is to draw of the area now, and under which version."""
        async with self._reading(area) as (_, _, ground):
            return _map(ground)

    async def tile(self, area: UUID, version: str, z: int, x: int, y: int) -> Tile:
        """A tile of that version. Raises ``BadRequest`` for a square that is none, ``NotFound`` when the ground is
        another by now.
        """
        _check(z, x, y)
        key = (area, version, z, x, y)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        async with self._reading(area) as (connection, now, ground):
            if ground["version"] != version:
                raise NotFound(
                    what_zh="地图版本", what_en="map version", name=version, detail={"current": ground["version"]}
                )
            plain = await _sql.tile(connection, area=area, day=now.day, z=z, x=x, y=y)
        return self._keep(key, Tile(plain, gzip.compress(plain, 6, mtime=0)))

    @asynccontextmanager
    async def _reading(self, area: UUID) -> AsyncIterator[tuple[Connection, Area, Mapping[str, Any]]]:
        """One state of the database: the area at its instant, and its ground with the version."""
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            now = await area_now(connection, area)
            yield connection, now, await _sql.ground(connection, area=area, day=now.day)

    def _keep(self, key: tuple[UUID, str, int, int, int], tile: Tile) -> Tile:
        self._drop(key)
        self._kept[key] = tile
        self._bytes += _size(tile)
        while self._bytes > MOST_BYTES_KEPT:
            self._drop(next(iter(self._kept)))
        return tile

    def _drop(self, key: tuple[UUID, str, int, int, int]) -> None:
        dropped = self._kept.pop(key, None)
        if dropped is not None:
            self._bytes -= _size(dropped)


def _size(tile: Tile) -> int:
    return len(tile.plain) + len(tile.compressed) + 500  # and its key


def _check(z: int, x: int, y: int) -> None:
    _within("z", z, LARGEST_ZOOM)
    _within("x", x, 2**z - 1)
    _within("y", y, 2**z - 1)


def _within(field: str, value: int, most: int) -> None:
    if not 0 <= value <= most:
        raise BadRequest(field=field, fact=f"{field} = {value}, not 0 … {most}")


def _map(ground: Mapping[str, Any]) -> wire.Map:
    version = ground["version"]
    smallest, largest = USEFUL_ZOOMS
    return wire.Map(
        version=version,
        tiles=f"/api/tiles/{version}/{{z}}/{{x}}/{{y}}",
        smallest_zoom=smallest,
        largest_zoom=largest,
        bounds=[ground["west"], ground["south"], ground["east"], ground["north"]],
        layers=list(LAYERS),
        name_zh=ground["name_zh"],
        name_en=ground["name_en"],
        illustrative=ground["illustrative"],
        attribution="; ".join((*ground["credits"], ground["source"])),
        network_version=ground["network_version"],
    )
