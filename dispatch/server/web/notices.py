"""Notices to crews over HTTP."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.params import Body, FromPath

from dispatch import refusal
from dispatch.seat import Act
from dispatch.server import store, wire
from dispatch.server.desk import Desk
from dispatch.server.web.border import Call, again, errors, seat_of, sender_of
from sql.queries import listed

NOTICES = ["notices"]


def _desk(request: Call) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


@post(
    "/api/notices",
    summary="Tell crews: all, or those of teams, cells, posts",
    responses={**errors(409, 422), **again(wire.Notice)},
    tags=NOTICES,
)
async def send(request: Call, data: Annotated[wire.NewNotice, Body()]) -> Response[wire.Notice]:
    """A text and perhaps a photo until an instant. It reaches phones as an order does: stored, resumed, counted."""
    done = await _desk(request).notice(await sender_of(request), data)
    return Response(done.answer, status_code=200 if done.again else 201)


@get("/api/notices", summary="Notices that stand, and those of the last day", responses=errors(), tags=NOTICES)
async def list_notices(request: Call) -> wire.Notices:
    seat = await seat_of(request)
    seat.must(Act.READ_NOTICES)
    async with request.app.state.pool.acquire() as connection:
        area = await store.area_now(connection, seat.area)
        since = area.at - store.SHOWN_AFTER_CLOSE
        rows = await listed(store.notice_sql.shown_ids(connection, area=seat.area, since=since))
        return wire.Notices(items=await store.notices(connection, [row["id"] for row in rows]))


@get(
    "/api/notices/{notice_id:uuid}/units",
    summary="Which units a notice is for, who has it and who has seen it",
    responses=errors(404),
    tags=NOTICES,
)
async def readers(request: Call, notice_id: FromPath[UUID]) -> wire.NoticeReaders:
    seat = await seat_of(request)
    seat.must(Act.READ_NOTICES)
    async with request.app.state.pool.acquire() as connection:
        found = [each for each in await store.notices(connection, [notice_id]) if each.area == seat.area]
        if not found:
            raise refusal.NotFound(what_zh="通报", what_en="notice", name=notice_id)
        rows = store.notice_sql.who_has(connection, notice=notice_id)
        return wire.NoticeReaders(items=[wire.NoticeReader(**dict(row)) async for row in rows])


@get(
    "/api/notices/{notice_id:uuid}/photo",
    summary="The photo of a notice",
    responses=errors(404),
    media_type="application/octet-stream",
    tags=NOTICES,
)
async def photo(request: Call, notice_id: FromPath[UUID]) -> Response[bytes]:
    """To a crew only that of a notice that is for its unit."""
    seat = await seat_of(request)
    seat.must_somewhere(Act.SEE_NOTICE)
    unit = None if seat.may(Act.SEE_NOTICE) else seat.unit
    async with request.app.state.pool.acquire() as connection:
        row = await store.notice_sql.photo(connection, id=notice_id, area=seat.area, unit=unit)
    if row is None or row["photo"] is None:
        raise refusal.NotFound(what_zh="通报图片", what_en="photo of the notice", name=notice_id)
    headers = {"cache-control": "private, max-age=86400, immutable", "x-content-type-options": "nosniff"}
    return Response(row["photo"], media_type=row["photo_type"], headers=headers)


@post(
    "/api/notices/{notice_id:uuid}/seen",
    summary="The crew has seen the notice",
    responses={**errors(404, 409), **again(wire.Notice)},
    tags=NOTICES,
)
async def seen(
    request: Call, notice_id: FromPath[UUID], data: Annotated[wire.OnNotice, Body()]
) -> Response[wire.Notice]:
    done = await _desk(request).see_notice(await sender_of(request), notice_id, data)
    return Response(done.answer, status_code=200 if done.again else 201)


@post(
    "/api/notices/{notice_id:uuid}/end",
    summary="The notice holds no longer",
    responses={**errors(404, 409), **again(wire.Notice)},
    tags=NOTICES,
)
async def end(
    request: Call, notice_id: FromPath[UUID], data: Annotated[wire.OnNotice, Body()]
) -> Response[wire.Notice]:
    done = await _desk(request).end_notice(await sender_of(request), notice_id, data)
    return Response(done.answer, status_code=200 if done.again else 201)


routes = [send, list_notices, readers, photo, seen, end]
