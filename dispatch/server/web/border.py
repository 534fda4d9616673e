"""Where requests come in and refusals go out: who sends, from where, and one shape for every error."""

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec

from dispatch import refusal
from dispatch.seat import ANYBODY, OPERATIONS, Seat
from dispatch.seat import may_ask as seat_may_ask
from dispatch.server import auth, store, wire
from dispatch.server.stages import stage
from dispatch.server.work import Sender

Call = Request[Any, Any, State]
log = structlog.get_logger()

STATUS: dict[type[refusal.Refusal], HTTPStatus] = {
    refusal.BadRequest: HTTPStatus.BAD_REQUEST,
    refusal.OneLocation: HTTPStatus.BAD_REQUEST,
    refusal.Missing: HTTPStatus.BAD_REQUEST,
    refusal.OneWayIn: HTTPStatus.BAD_REQUEST,
    refusal.OneSeat: HTTPStatus.BAD_REQUEST,
    refusal.OneNaming: HTTPStatus.BAD_REQUEST,
    refusal.NotAPolygon: HTTPStatus.BAD_REQUEST,
    refusal.WrongPeriod: HTTPStatus.BAD_REQUEST,
    refusal.ModeNeeds: HTTPStatus.BAD_REQUEST,
    refusal.ModeHasNo: HTTPStatus.BAD_REQUEST,
    refusal.NotSignedIn: HTTPStatus.UNAUTHORIZED,
    refusal.WrongCode: HTTPStatus.UNAUTHORIZED,
    refusal.WrongLogin: HTTPStatus.UNAUTHORIZED,
    refusal.NotSigned: HTTPStatus.UNAUTHORIZED,
    refusal.Forbidden: HTTPStatus.FORBIDDEN,
    refusal.WrongOrigin: HTTPStatus.FORBIDDEN,
    refusal.OutsideOwnCells: HTTPStatus.FORBIDDEN,
    refusal.CellNotKnown: HTTPStatus.FORBIDDEN,
    refusal.NotFound: HTTPStatus.NOT_FOUND,
    refusal.IdReused: HTTPStatus.CONFLICT,
    refusal.IllegalStep: HTTPStatus.CONFLICT,
    refusal.Stale: HTTPStatus.CONFLICT,
    refusal.ImpossibleTimes: HTTPStatus.UNPROCESSABLE_ENTITY,
    refusal.OwnedAlready: HTTPStatus.CONFLICT,
    refusal.NotOwner: HTTPStatus.CONFLICT,
    refusal.SameIncident: HTTPStatus.UNPROCESSABLE_ENTITY,
    refusal.RepeatsAnother: HTTPStatus.CONFLICT,
    refusal.LinkedAlready: HTTPStatus.CONFLICT,
    refusal.LinkOver: HTTPStatus.CONFLICT,
    refusal.OnlyReport: HTTPStatus.CONFLICT,
    refusal.OutOfOrder: HTTPStatus.UNPROCESSABLE_ENTITY,
    refusal.UnitsStillOut: HTTPStatus.CONFLICT,
    refusal.UnitAlreadyAssigned: HTTPStatus.CONFLICT,
    refusal.UnitNotFree: HTTPStatus.CONFLICT,
    refusal.NoPosition: HTTPStatus.UNPROCESSABLE_ENTITY,
    refusal.OneEnd: HTTPStatus.UNPROCESSABLE_ENTITY,
    refusal.NobodyToTell: HTTPStatus.UNPROCESSABLE_ENTITY,
    refusal.NotAPicture: HTTPStatus.UNPROCESSABLE_ENTITY,
    refusal.NoticeOver: HTTPStatus.CONFLICT,
    refusal.NotLocated: HTTPStatus.CONFLICT,
    refusal.ShadowMode: HTTPStatus.CONFLICT,
    refusal.LiveIncident: HTTPStatus.CONFLICT,
    refusal.LoggedAlready: HTTPStatus.CONFLICT,
    refusal.MayNotTake: HTTPStatus.CONFLICT,
    refusal.OtherDecision: HTTPStatus.CONFLICT,
    refusal.ExerciseMismatch: HTTPStatus.CONFLICT,
    refusal.GroundGone: HTTPStatus.CONFLICT,
    refusal.ClosureOver: HTTPStatus.CONFLICT,
    refusal.UnknownCode: HTTPStatus.UNPROCESSABLE_ENTITY,
    refusal.NoEdgeThere: HTTPStatus.UNPROCESSABLE_ENTITY,
    refusal.TooManyEdges: HTTPStatus.UNPROCESSABLE_ENTITY,
    refusal.NotOnThatWay: HTTPStatus.UNPROCESSABLE_ENTITY,
    refusal.TooFarAway: HTTPStatus.UNPROCESSABLE_ENTITY,
    refusal.NobodyOn: HTTPStatus.UNPROCESSABLE_ENTITY,
    refusal.ReasonRequired: HTTPStatus.UNPROCESSABLE_ENTITY,
    refusal.TooManyTries: HTTPStatus.TOO_MANY_REQUESTS,
    refusal.Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    refusal.Unknown: HTTPStatus.SERVICE_UNAVAILABLE,
}

RETRY_MS = 500


def language_of(connection: ASGIConnection[Any, Any, Any, Any], seat: Seat | None = None) -> str:
    """The language to answer in: what the request asks for, else the seat's own, else Chinese."""
    asked = connection.headers.get("accept-language", "").strip().casefold()
    if asked.startswith("zh"):
        return "zh"
    if asked and not asked.startswith("*"):
        return "en"
    return "zh" if seat is None else seat.language


def token_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The session's token from the ``Authorization`` header, else from the cookie."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.casefold() == "bearer" and token:
        return token.strip()
    return connection.cookies.get(auth.COOKIE)


SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


async def may_ask(connection: ASGIConnection[Any, Any, Any, State], _: BaseRouteHandler) -> None:
    """The guard before every operation under ``/api/``, whatever its handler does: the table says who may ask for it.

    Handlers and the desk look further where the answer depends on the thing: whose unit, which area.
    """
    template = connection.scope["path_template"]
    if not isinstance(connection, Request) or not template.startswith("/api/"):
        return
    operation = f"{connection.method} {template}"
    if OPERATIONS.get(operation) == ANYBODY:
        return
    with stage("seat"):
        seat = await seat_of(connection)
    if not seat_may_ask(seat.role, operation):
        raise refusal.Forbidden(role=seat.role)


async def seat_of(request: Call) -> Seat:
    """Whoever is signed in. Raises ``NotSignedIn``, and ``WrongOrigin`` for a page of another site."""
    known: Seat | None = request.state.get("seat")
    if known is not None:
        return known
    if request.method not in SAFE and not auth.allowed_origin(
        request.headers.get("origin"), request.headers.get("host", "")
    ):
        raise refusal.WrongOrigin
    token = token_of(request)
    seat = None if token is None else await auth.seat_of_token(request.app.state.pool, token)
    if seat is None:
        raise refusal.NotSignedIn
    request.state["seat"] = seat
    return seat


async def sender_of(request: Call) -> Sender:
    """Who asks, from where, in which language, and what their device's clock shows (``Device-Now``, ms since 1970)."""
    seat = await seat_of(request)
    return Sender(
        seat=seat,
        address=None if request.client is None else request.client.host,
        device_now=_device_now(request),
        language=language_of(request, seat),
    )


def _device_now(request: Call) -> datetime | None:
    said = request.headers.get("device-now")
    if said is None:
        return None
    try:
        return datetime.fromtimestamp(int(said) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise refusal.BadRequest(
            field="Device-Now", fact=f"the header Device-Now is not milliseconds since 1970: {said[:40]!r}"
        ) from None


# --- errors ---


def _answer(error: wire.Error, status: int, headers: dict[str, str] | None = None) -> Response[wire.Error]:
    return Response(error, status_code=status, headers=headers or {}, media_type="application/json")


def refused(request: Call, error: refusal.Refusal) -> Response[wire.Error]:
    """A refusal in the caller's language."""
    status = STATUS[type(error)]
    detail = error.detail
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        detail = {**detail, "retry_ms": RETRY_MS}
    return _answer(
        wire.Error(
            error=error.code,
            message=error.sentence(language_of(request)),
            field=error.field if error.field is not None else msgspec.UNSET,
            detail=detail or msgspec.UNSET,
            incident=detail.get("incident", msgspec.UNSET),
            since=detail.get("since", msgspec.UNSET),
        ),
        status,
    )


def not_valid(request: Call, error: ValidationException) -> Response[wire.Error]:
    """A body or a parameter that does not fit its type: the field and the fact."""
    first: Any = error.extra[0] if isinstance(error.extra, list) and error.extra else {}
    return refused(
        request,
        refusal.BadRequest(field=first.get("key"), fact=first.get("message") or error.detail),
    )


_HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_big", 415: "bad_request", 429: "too_many"}


def http_error(_: Call, error: HTTPException) -> Response[wire.Error]:
    """What the framework itself refuses, in our one shape."""
    code = _HTTP_CODES.get(error.status_code, "bad_request" if error.status_code < 500 else "internal")
    return _answer(wire.Error(error=code, message=error.detail or code), error.status_code)


AWAY = store.AWAY


def away(request: Call, error: Exception) -> Response[wire.Error]:
    log.warning("database_away", error=type(error).__name__, path=request.url.path)
    return refused(request, refusal.Unknown())


def bug(request: Call, error: Exception) -> Response[wire.Error]:
    log.exception("bug", path=request.url.path, method=request.method, exc_info=error)
    words = "服务内部错误,已记录" if language_of(request) == "zh" else "a fault in the service; it has been recorded"
    return _answer(wire.Error(error="internal", message=words), HTTPStatus.INTERNAL_SERVER_ERROR)


HANDLERS: dict[int | type[Exception], Callable[..., Response[wire.Error]]] = {
    refusal.Refusal: refused,
    ValidationException: not_valid,
    HTTPException: http_error,
    **dict.fromkeys(AWAY, away),
    Exception: bug,
}


def errors(*statuses: int) -> dict[int, ResponseSpec]:
    """The error answers of an operation, for the OpenAPI document."""
    always = (400, 401, 403, 503)
    return {
        status: ResponseSpec(wire.Error, description=HTTPStatus(status).phrase, generate_examples=False)
        for status in sorted({*always, *statuses})
    }


def again(kind: type[msgspec.Struct]) -> dict[int, ResponseSpec]:
    """The answer to a request that was carried out before under the same id."""
    return {200: ResponseSpec(kind, description="carried out before: the same answer", generate_examples=False)}
