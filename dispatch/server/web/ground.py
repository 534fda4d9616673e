"""The ground over HTTP: cells, posts, places, incident types."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import QueryParameter

from dispatch.incident import Priority
from dispatch.seat import Seat
from dispatch.server import store, wire
from dispatch.server.ground import Ground, candidate
from dispatch.server.objects import ladder_of, named
from dispatch.server.web.border import Call, errors, seat_of
from sql.queries import listed

GROUND = ["ground"]


@get("/api/cells", summary="Management-grid cells with owners, backups and targets", responses=errors(), tags=GROUND)
async def list_cells(request: Call) -> wire.Cells:
    seat = await seat_of(request)
    async with request.app.state.pool.acquire() as connection:
        area = await store.area_now(connection, seat.area)
        rows = await listed(store.place_sql.cell_rows(connection, area=area.id, day=area.day))
    return wire.Cells(items=[_cell(row, area) for row in rows])


def _cell(row: Mapping[str, Any], area: store.Area) -> wire.Cell:
    teams = [wire.Named(code=each["code"], name_zh=each["name_zh"], name_en=each["name_en"]) for each in row["teams"]]
    owned = bool(row["teams"]) and row["teams"][0]["rank"] == 0
    own_target = row["target_s"] is not None
    return wire.Cell(
        id=row["id"],
        area=row["area"],
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        kind=row["kind"],
        grid=wire.Named(code=row["grid_code"], name_zh=row["grid_zh"], name_en=row["grid_en"]),
        committee=named(row, "committee"),
        owner=teams[0] if owned else None,
        backups=teams[1:] if owned else teams,
        target_s=row["target_s"] if own_target else area.target_s,
        target_source=(row["target_source"] or "cell") if own_target else f"area {area.code}",
        label_point=wire.Point(lon=row["label_lon"], lat=row["label_lat"]),
        geometry=row["geometry"],
        illustrative=row["illustrative"],
    )


@get("/api/posts", summary="Where units stand by", responses=errors(), tags=GROUND)
async def list_posts(request: Call) -> wire.Posts:
    seat = await seat_of(request)
    async with request.app.state.pool.acquire() as connection:
        area = await store.area_now(connection, seat.area)
        rows = await listed(store.place_sql.post_rows(connection, area=area.id, day=area.day))
    return wire.Posts(
        items=[
            wire.Post(
                id=row["id"],
                area=row["area"],
                code=row["code"],
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                kind=row["kind"],
                team=named(row, "team"),
                point=wire.Point(lon=row["lon"], lat=row["lat"]),
                elevation_m=row["elevation_m"],
                phone=row["phone"],
                source=row["source"],
                confidence=row["confidence"],
                illustrative=row["illustrative"],
            )
            for row in rows
        ]
    )


@get("/api/places", summary="Search names: Chinese, English, pinyin, initials", responses=errors(), tags=GROUND)
async def search_places(
    request: Call,
    q: Annotated[
        str, QueryParameter(min_length=1, max_length=200, description="`黄石寨`, `huangshizhai`, `hsz`, `Huang`")
    ],
    limit: Annotated[int, QueryParameter(ge=1, le=50)] = 8,
) -> wire.PlaceCandidates:
    """Places, call points, posts and cells, best first; `location` is what to send to locate an incident there."""
    seat: Seat = await seat_of(request)
    ground: Ground = request.app.state.ground
    async with request.app.state.pool.acquire() as connection:
        names = await ground.names(connection, await store.area_now(connection, seat.area))
    return wire.PlaceCandidates(items=[candidate(each) for each in names.search(q, limit)])


@get("/api/incident-types", summary="Incident types with their run cards", responses=errors(), tags=GROUND)
async def list_incident_types(request: Call) -> wire.IncidentTypes:
    seat = await seat_of(request)
    async with request.app.state.pool.acquire() as connection:
        rows = await listed(store.place_sql.type_rows(connection, area=seat.area))
    types: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        types.setdefault(row["code"], []).append(row)
    return wire.IncidentTypes(items=[_type(each) for each in types.values()])


def _type(rows: list[Mapping[str, Any]]) -> wire.IncidentType:
    first = rows[0]
    return wire.IncidentType(
        code=first["code"],
        name_zh=first["name_zh"],
        name_en=first["name_en"],
        priority=Priority(first["priority"]),
        run_cards=[_card(row) for row in rows if row["card"] is not None],
    )


def _card(row: Mapping[str, Any]) -> wire.RunCard:
    return wire.RunCard(
        priority=None if row["card_priority"] is None else Priority(row["card_priority"]),
        target_s=row["target_s"],
        needs=msgspec.convert(row["needs"], list[wire.Need]),
        second_tier=msgspec.convert(row["second_tier"], list[wire.Need]),
        responders=list(row["responders"]),
        auto_assign=row["auto_assign"],
        ladder=ladder_of(row),
        notes_zh=row["notes_zh"],
        notes_en=row["notes_en"],
    )


@get("/api/committees", summary="Committees of the area", responses=errors(), tags=GROUND)
async def list_committees(request: Call) -> wire.Committees:
    seat = await seat_of(request)
    async with request.app.state.pool.acquire() as connection:
        rows = await listed(store.place_sql.committee_rows(connection, area=seat.area))
    return wire.Committees(items=[wire.Named(**dict(row)) for row in rows])


routes = [list_cells, list_committees, list_posts, search_places, list_incident_types]
