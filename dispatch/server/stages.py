"""Where the time of one request went, stage by stage, told in its answer's ``Server-Timing`` header."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter
from typing import Any

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

HEADER = b"server-timing"

_spent: ContextVar[dict[str, float] | None] = ContextVar("spent", default=None)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Count the block's seconds to that stage of the request being answered; outside of a request they count nowhere.

    Stages do not nest: each second belongs to one.
    """
    spent = _spent.get()
    if spent is None:
        yield
        return
    begun = perf_counter()
    try:
        yield
    finally:
        spent[name] = spent.get(name, 0.0) + perf_counter() - begun


class ServerTiming(ASGIMiddleware):
    """Sends what was counted with the answer (W3C Server Timing, milliseconds), so that browsers show it as well."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        spent: dict[str, float] = {}
        token = _spent.set(spent)

        async def with_header(message: Message) -> None:
            if message["type"] == "http.response.start" and spent:
                told: Any = ", ".join(f"{name};dur={seconds * 1000:.2f}" for name, seconds in spent.items())
                message["headers"] = [*message.get("headers", []), (HEADER, told.encode())]
            await send(message)

        try:
            await next_app(scope, receive, with_header)
        finally:
            _spent.reset(token)
