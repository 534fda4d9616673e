"""The smallest litestar + asyncpg + websocket program that stores a report and an outbox row, notifies and sends.

A floor for `bench/end_to_end.py`: one INSERT, one outbox row, one NOTIFY and one send for each POST; no sessions, no
decision, no acknowledgement, no resume.
"""

from collections import defaultdict
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from litestar import Litestar, Request, get, post, websocket
from litestar.connection import WebSocket
from litestar.exceptions import WebSocketDisconnect

from dispatch.server import transport

TABLE = "CREATE TABLE IF NOT EXISTS least (id uuid PRIMARY KEY, body jsonb, at timestamptz DEFAULT clock_timestamp())"
STORE = "INSERT INTO least (id, body) VALUES ($1, $2::text::jsonb)"
EMIT = "SELECT feed.emit($1, 'assignment', $2, 1, $3::text::jsonb, clock_timestamp())"


async def serve(url: str, port: int) -> None:
    """Serve until told to stop."""
    pool = await asyncpg.create_pool(url, min_size=2, max_size=10)
    await pool.execute(TABLE)
    units: list[UUID] = [row["id"] for row in await pool.fetch("SELECT id FROM unit ORDER BY code")]
    area = await pool.fetchval("SELECT id FROM area")
    sockets: dict[str, list[WebSocket[Any, Any, Any]]] = defaultdict(list)
    turn = iter(range(10**9))

    async def heard(_c: Any, _p: int, _n: str, payload: Any) -> None:
        stream, seq = str(payload).split()
        row = await pool.fetchrow(
            "SELECT id, body::text AS body FROM feed.outbox WHERE stream = $1 AND seq = $2", stream, int(seq)
        )
        assert row is not None
        frame = f'{{"t":"ev","s":"{stream}","q":{seq},"k":"assignment","id":"{row["id"]}","v":1,"b":{row["body"]}}}'
        for each in sockets[stream]:
            await each.send_text(frame)

    listener = await asyncpg.connect(url)
    await listener.add_listener("least", heard)

    @get("/readyz")
    async def readyz() -> None:
        return None

    @post("/api/session")
    async def session(request: Request[Any, Any, Any]) -> dict[str, Any]:
        login = (await request.json())["login"]
        code = login.removeprefix("crew-")
        unit = await pool.fetchval("SELECT id FROM unit WHERE code = $1", code)
        return {"token": login, "unit": unit, "area": area}

    @post("/api/incidents")
    async def report(request: Request[Any, Any, Any]) -> dict[str, Any]:
        body = await request.json()
        unit = units[next(turn) % len(units)]
        order = {"incident": body["id"], "state": "assigned", "unit": str(unit), "note": "x" * 1500}
        async with pool.acquire() as connection:
            async with connection.transaction():
                await connection.execute(STORE, body["id"], msgspec.json.encode(body).decode())
                seq = await connection.fetchval(EMIT, f"unit/{unit}", body["id"], msgspec.json.encode(order).decode())
            await connection.execute("SELECT pg_notify('least', $1)", f"unit/{unit} {seq}")
        return order

    @websocket("/feed")
    async def follow(socket: WebSocket[Any, Any, Any]) -> None:
        await socket.accept(subprotocols="dispatch.v1")
        hello = await socket.receive_json()
        sockets[hello["subs"][0]["s"]].append(socket)
        try:
            while True:
                await socket.receive_text()
        except WebSocketDisconnect:
            sockets[hello["subs"][0]["s"]].remove(socket)

    app = Litestar([readyz, session, report, follow], openapi_config=None)
    await transport.server(app, before_shutdown=_nothing).serve(sockets=[transport.bind("127.0.0.1", port)])
    await listener.close()
    await pool.close()


async def _nothing() -> None:
    """Nobody is told of a restart."""
