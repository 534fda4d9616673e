"""Signing in and out, and the ticket that opens a socket."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import msgspec
from litestar import Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.openapi.spec import SecurityRequirement
from litestar.params import Body, FromPath, QueryParameter

from dispatch import refusal
from dispatch.seat import Seat, streams
from dispatch.server import auth, codes, doorkeeper, wire
from dispatch.server.web.border import Call, errors, seat_of
from sql.queries import listed, queries

OPEN: list[SecurityRequirement] = [{}]


@post("/api/session", summary="Sign in", responses=errors(429), security=OPEN, tags=["session"])
async def sign_in(request: Call, data: Annotated[wire.LogIn, Body()]) -> Response[wire.SessionAnswer]:
    """Answers a token for programs and sets a cookie for browsers; either works everywhere the other does.

    A one-time code (`POST /api/codes`) is answered with a token alone, so that two seats can be open in one browser.
    """
    if not auth.allowed_origin(request.headers.get("origin"), request.headers.get("host", "")):
        raise refusal.WrongOrigin
    token, seat = await _let_in(request.app.state.pool, data, address_of(request))
    answer = await _answer(request, seat, token)
    return Response(answer, status_code=201, cookies=[] if data.login is None else [_cookie(token, request)])


async def _let_in(pool: asyncpg.Pool, data: wire.LogIn, address: str | None) -> tuple[str, Seat]:
    match data:
        case wire.LogIn(login=str(login), password=str(password), code=None):
            async with doorkeeper.one_try(pool, address=address, login=login):
                return await auth.log_in(pool, login, password, address)
        case wire.LogIn(login=None, password=None, code=str(code)):
            async with doorkeeper.one_try(pool, address=address, login=None):
                return await codes.log_in(pool, code, address)
        case _:
            raise refusal.OneWayIn


def address_of(request: Call) -> str | None:
    return None if request.client is None else request.client.host


def _cookie(token: str, request: Call) -> Cookie:
    return Cookie(
        key=auth.COOKIE,
        value=token,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        max_age=int(auth.LASTS.total_seconds()),
        path="/",
    )


@get("/api/session", summary="Who is signed in", responses=errors(), tags=["session"])
async def session(request: Call) -> wire.SessionAnswer:
    return await _answer(request, await seat_of(request), None)


@delete("/api/session", summary="Sign out", responses=errors(), status_code=204, tags=["session"])
async def sign_out(request: Call) -> Response[None]:
    """Ends the session everywhere: its token, its cookie, and the sockets it has opened.

    A cookie beside a token that came in the header belongs to another seat of the same browser, and stays.
    """
    await auth.log_out(request.app.state.pool, await seat_of(request))
    await request.app.state.feed.sessions_ended()
    gone = Response(None, status_code=204)
    if "authorization" not in request.headers:
        gone.delete_cookie(auth.COOKIE, path="/")
    return gone


@get("/api/sessions", summary="Who is signed in to the area", responses=errors(), tags=["session"])
async def list_sessions(request: Call) -> wire.Sessions:
    """For supervisors: every session that has neither ended nor expired, the newest first."""
    seat = await seat_of(request)
    async with request.app.state.pool.acquire() as connection:
        rows = await listed(queries("account").sessions_of_area(connection, area=seat.area))
    return wire.Sessions(items=[_signed_in(row, seat) for row in rows])


@get("/api/sessions/failed", summary="Who failed to sign in to the area", responses=errors(), tags=["session"])
async def list_failed(
    request: Call, limit: Annotated[int, QueryParameter(ge=1, le=500, description="at most so many")] = 50
) -> wire.FailedTries:
    """For supervisors: wrong passwords for logins of the area, the latest first; kept for 90 days."""
    seat = await seat_of(request)
    async with request.app.state.pool.acquire() as connection:
        rows = await listed(queries("account").failed_tries(connection, area=seat.area, limit=limit))
    return wire.FailedTries(items=[wire.FailedTry(**dict(row)) for row in rows])


def _signed_in(row: Mapping[str, Any], asker: Seat) -> wire.SignedIn:
    return wire.SignedIn(
        id=row["id"],
        login=row["login"],
        name=row["name"],
        role=row["role"],
        unit=row["unit"],
        unit_code=row["unit_code"],
        since=row["created_at"],
        expires_at=row["expires_at"],
        address=row["address"],
        own=row["id"] == asker.session,
    )


@delete(
    "/api/sessions/{session_id:uuid}",
    summary="End somebody's session",
    responses=errors(404),
    status_code=204,
    tags=["session"],
)
async def end_session(request: Call, session_id: FromPath[UUID]) -> None:
    """For supervisors: it opens nothing from now on, and its sockets close with 4403. Asked again, nothing changes."""
    seat = await seat_of(request)
    if not await auth.end_session(request.app.state.pool, seat.area, session_id):
        raise refusal.NotFound(what_zh="会话", what_en="session", name=session_id)
    await request.app.state.feed.sessions_ended()


@post("/api/codes", summary="A one-time code for a seat", responses=errors(409, 422), tags=["session"])
async def make_code(request: Call, data: Annotated[wire.NewCode, Body()]) -> wire.OneTimeCode:
    """For supervisors: opens one session, once, within ten minutes, for a login or for the crew of a unit of the area.

    It is told here only; whoever lost the answer asks with a new `id`. Put it into an address's fragment (`#code=…`),
    never into its query, and it is in no log.
    """
    return await codes.make(request.app.state.pool, await seat_of(request), data, address_of(request))


@post("/api/ticket", summary="A ticket for one socket", responses=errors(), tags=["session"])
async def ticket(request: Call) -> wire.TicketAnswer:
    """For browsers, which cannot set a header on a websocket: valid once, for 30 seconds."""
    secret, expires_at = await auth.new_ticket(request.app.state.pool, await seat_of(request))
    return wire.TicketAnswer(ticket=secret, expires_at=expires_at)


async def _answer(request: Call, seat: Seat, token: str | None) -> wire.SessionAnswer:
    async with request.app.state.pool.acquire() as connection:
        area = await queries("incident").area_now(connection, area=seat.area)
        row = await queries("account").seat_by_session(connection, session=seat.session)
        drill = await queries("clock").is_drill(connection)
    return wire.SessionAnswer(
        id=seat.session,
        token=msgspec.UNSET if token is None else token,
        role=seat.role.value,
        area=seat.area,
        area_code=seat.area_code,
        name=seat.name,
        language=seat.language,
        unit=seat.unit,
        unit_code=seat.unit_code,
        cells=list(seat.cells),
        expires_at=row["expires_at"],
        streams=streams(seat),
        time_zone=area["time_zone"],
        area_name_zh=area["name_zh"],
        area_name_en=area["name_en"],
        illustrative=area["illustrative"],
        drill=drill,
    )


routes = [sign_in, session, sign_out, list_sessions, list_failed, end_session, make_code, ticket]
