"""The demonstration's page and the code that opens it: only over demo data, and only for who sits at this machine."""

from ipaddress import ip_address
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import State

from dispatch import refusal
from dispatch.server import auth, codes, pages, wire
from dispatch.server.web.border import Call, errors
from dispatch.server.web.sessions import OPEN, address_of

PASSED_ON = ("forwarded", "via", "x-forwarded-for", "x-real-ip")
"""What a proxy says it speaks for somebody else with: then nobody knows who sits at this machine."""


def demo_area(request: Request[Any, Any, State]) -> str:
    """The demonstration's area. Raises ``NotFound`` where none is served, and for everybody from elsewhere.

    The name the page was asked for by is looked at too: another site's name may have been pointed at this machine.
    """
    area: str | None = request.app.state.demo_area
    here = request.client is not None and _is_loopback(request.client.host) and _is_loopback(request.url.hostname or "")
    if area is None or not here or any(header in request.headers for header in PASSED_ON):
        raise refusal.NotFound(what_zh="页面", what_en="page", name=request.url.path)
    return area


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@get("/demo", include_in_schema=False)
async def page(request: Request[Any, Any, State]) -> Response[bytes]:
    demo_area(request)
    return pages.demo(request)


@post(
    "/api/codes/demo",
    summary="A one-time code for a visitor of the demonstration",
    responses=errors(404),
    security=OPEN,
    tags=["session"],
)
async def code(request: Call) -> wire.OneTimeCode:
    """For the page `/demo`, from this very machine, where demo data is served; 404 everywhere else."""
    area = demo_area(request)
    if not auth.allowed_origin(request.headers.get("origin"), request.headers.get("host", "")):
        raise refusal.WrongOrigin
    return await codes.make_for_demo(request.app.state.pool, area, address_of(request))


routes = [page, code]
