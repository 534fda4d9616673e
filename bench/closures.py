"""How soon a closure made in one server process is seen by another, beside what that one does anyway.

Two processes on one database. A way is closed through the first and opened again, turn about; as soon as the first has
answered, the second is asked who should go. Its answer must count the change: what was decided without it is told as
*stale* and must be 0. In the same run, through the second process:

  again     the same recommendation with nothing changed since the last: the floor
  next      the first recommendation after a change, which reads the closures and compiles the network anew
  push      from sending the change to its event at a console of the second process
  answer    from sending the change to the first process's answer

    python -m bench.closures --rounds 100

Everything runs on this machine, the asking too: read the ratios, not the milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import numpy as np
import uvloop
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from bench.served import fill, serving, signed_in
from sql.cluster import private_cluster
from sql.scratch import scratch_database

EDGE = "BLL-BLU-lift"
PATIENCE_S = 30.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100, help="changes (100)")
    parser.add_argument("--edge", default=EDGE, help=f"the way that is closed and opened ({EDGE})")
    arguments = parser.parse_args()
    with private_cluster() as server, scratch_database(server) as url:
        fill(url)
        uvloop.run(_bench(url, arguments.rounds, arguments.edge))


async def _bench(url: str, rounds: int, edge: str) -> None:
    async with serving(url) as first, serving(url) as second:
        spent_ms: dict[str, list[float]] = defaultdict(list)
        stale = await _rounds(first, second, rounds, edge, spent_ms)
    print(f"{rounds} changes of {edge}; milliseconds\n\n{'':8}{'p50':>9}{'p99':>9}  p50 beside again")
    floor = float(np.percentile(spent_ms["again"], 50))
    for name in ("again", "next", "push", "answer"):
        p50, p99 = np.percentile(spent_ms[name], [50, 99])
        print(f"{name:8}{p50:>9.1f}{p99:>9.1f}  {p50 / floor:.2f}")
    print(f"stale   {stale:>9}")


async def _rounds(first: str, second: str, rounds: int, edge: str, spent_ms: dict[str, list[float]]) -> int:
    async with (
        httpx.AsyncClient(base_url=first, timeout=60) as here,
        httpx.AsyncClient(base_url=second, timeout=60) as there,
    ):
        session = await signed_in(here, first, "operator")
        area, token = session["area"], session["token"]
        here.headers["authorization"] = there.headers["authorization"] = f"Bearer {token}"
        incident = await _post(here, "/api/incidents", type="TRA-SP", location={"place": "后花园"})
        ask = f"/api/incidents/{incident['id']}/recommendation"
        counted = (await there.get(ask)).json()["network_version"]["closures"]
        stale, closure = 0, ""
        async with _told(second, token, f"ground/{area}") as told:
            for number in range(rounds):
                begun = time.perf_counter()
                if number % 2 == 0:
                    closure = (await _post(here, "/api/closures", edges=[edge], reason="bench"))["id"]
                else:
                    await _post(here, f"/api/closures/{closure}/end")
                answered = time.perf_counter()
                advice = (await there.get(ask)).json()
                spent_ms["next"].append((time.perf_counter() - answered) * 1000)
                spent_ms["answer"].append((answered - begun) * 1000)
                counted += 1
                stale += advice["network_version"]["closures"] != counted
                async with asyncio.timeout(PATIENCE_S):
                    spent_ms["push"].append((await told.get() - begun) * 1000)
                begun = time.perf_counter()
                await there.get(ask)
                spent_ms["again"].append((time.perf_counter() - begun) * 1000)
    return stale


async def _post(client: httpx.AsyncClient, path: str, **body: Any) -> Any:
    return (await client.post(path, json={"id": str(uuid4()), **body})).raise_for_status().json()


@asynccontextmanager
async def _told(address: str, token: str, stream: str) -> AsyncIterator[asyncio.Queue[float]]:
    """When each event of closures reached a console."""
    told: asyncio.Queue[float] = asyncio.Queue()
    async with connect(
        f"{address.replace('http', 'ws')}/feed",
        subprotocols=[Subprotocol("dispatch.v1")],
        compression=None,
        proxy=None,
    ) as line:
        hello = {"t": "hello", "v": 1, "device": str(uuid4()), "profile": "console", "token": token}
        await line.send(
            json.dumps({**hello, "now": round(time.time() * 1000), "subs": [{"s": stream}], "positions": False})
        )

        async def listen() -> None:
            async for message in line:
                frame = json.loads(message)
                if frame["t"] == "ev" and frame["k"] == "closure":
                    told.put_nowait(time.perf_counter())
                if frame["t"] == "hb":
                    await line.send(json.dumps({"t": "hb", "n": frame["n"], "now": round(time.time() * 1000)}))

        listening = asyncio.create_task(listen())
        await asyncio.sleep(1)
        try:
            yield told
        finally:
            listening.cancel()


if __name__ == "__main__":
    main()
