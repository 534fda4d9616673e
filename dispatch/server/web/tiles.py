"""The map over HTTP: what there is to draw, and its vector tiles."""

from typing import Annotated

from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, PathParameter

from dispatch.server import wire
from dispatch.server.tiles import LARGEST_ZOOM, Tiles
from dispatch.server.web.border import Call, errors, seat_of

TILE = "application/vnd.mapbox-vector-tile"
FOR_EVER = "private, max-age=31536000, immutable"

Zoom = Annotated[int, PathParameter(description=f"0 … {LARGEST_ZOOM}")]
Column = Annotated[int, PathParameter(description="0 … 2^z − 1, from west to east")]
Line = Annotated[int, PathParameter(description="0 … 2^z − 1, from north to south")]


def _tiles(request: Call) -> Tiles:
    tiles: Tiles = request.app.state.tiles
    return tiles


@get("/api/map", summary="What the map of the area holds, and its version", responses=errors(), tags=["ground"])
async def map_of_area(request: Call) -> wire.Map:
    """Ask again from time to time: a ground that was loaded anew has another version, and other tiles."""
    return await _tiles(request).map((await seat_of(request)).area)


@get(
    "/api/tiles/{version:str}/{z:str}/{x:str}/{y:str}",
    summary="A vector tile of the area's ground",
    media_type=TILE,
    responses={
        304: ResponseSpec(None, description="the same as the copy named by If-None-Match", generate_examples=False),
        **errors(404),
    },
    tags=["ground"],
)
async def tile(request: Call, version: FromPath[str], z: Zoom, x: Column, y: Line) -> Response[bytes]:
    """In the Mapbox Vector Tile format, the layers as `/api/map` names them; the squares are those of web maps
    (EPSG:3857). 404 when the ground is another by now: ask `/api/map` for its version.
    """
    seat = await seat_of(request)
    found = await _tiles(request).tile(seat.area, version, z, x, y)
    headers = {"cache-control": FOR_EVER, "etag": f'"{version}-{z}-{x}-{y}"', "vary": "accept-encoding"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(b"", status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.compressed, headers={**headers, "content-encoding": "gzip"}, media_type=TILE)
    return Response(found.plain, headers=headers, media_type=TILE)


routes = [map_of_area, tile]
