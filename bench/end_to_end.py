"""From the POST of an incident to the order on a crew's terminal, beside two floors in one run.

54 terminals acknowledge and clear every order at once, consoles follow the area, incidents come at a steady rate and
are assigned automatically. The same load goes, turn about, to three programs over the same kind of database:

  ours    the service as it is
  given   (b) the service with the decision given: the same SQL statements and pushes, nothing timed or chosen
  least   (a) the smallest litestar + asyncpg + websocket program: a row, an outbox row, a NOTIFY and a send a POST

    python -m bench.end_to_end --rates 1 10 --seconds 30

Everything runs on this machine, the load's own work included: read the ratios, not the milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import numpy as np
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from bench.served import SERVE, fill, places, say, serving, set_clock, signed_in
from dispatch import feed
from dispatch.decision import Decision, decide
from dispatch.selection import Choice, Verdict, Why
from dispatch.unit import State, Unit, state
from sql.cluster import private_cluster
from sql.scratch import scratch_database, with_database

PROGRAMS = ("ours", "given", "least")
LONGEST_S = 20.0


@dataclass(slots=True)
class Heard:
    """What the load saw: milliseconds from POST to the terminal, and what never came."""

    sent: int = 0
    refused: int = 0
    nobody: int = 0
    waiting: dict[str, float] = field(default_factory=dict)
    stages_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    answered_ms: list[float] = field(default_factory=list)
    received_ms: list[float] = field(default_factory=list)


def main() -> None:
    arguments = _arguments()
    if arguments.serve:
        uvloop.run(_serve(arguments.serve, arguments.port))
        return
    uvloop.run(_bench(arguments))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rates", type=float, nargs="+", default=[1, 10, 50], help="incidents a second")
    parser.add_argument("--seconds", type=float, default=30, help="how long at each rate")
    parser.add_argument("--consoles", type=int, default=20, help="consoles that follow the area")
    parser.add_argument("--programs", nargs="+", choices=PROGRAMS, default=PROGRAMS)
    parser.add_argument("--seed", type=int, default=1, help="where the incidents lie")
    parser.add_argument("--serve", choices=("given", "least"), help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


# --- the run ---


async def _bench(arguments: argparse.Namespace) -> None:
    with private_cluster() as server:
        template = await asyncio.to_thread(_make_template, server)
        print(f"{arguments.seconds:g} s at each rate, {arguments.consoles} consoles, 54 terminals; milliseconds\n")
        print(
            f"{'rate':>5} {'program':8}{'n':>6}{'p50':>9}{'p99':>9}{'201 p50':>9}{'nobody':>8}{'lost':>6}  p50 beside"
        )
        for rate in arguments.rates:
            medians: dict[str, float] = {}
            for program in arguments.programs:
                heard = await _run(server, template, program, rate, arguments)
                medians[program] = _tell(rate, program, heard, medians)


def _make_template(server: str) -> str:
    asyncio.run(say(server, "CREATE DATABASE bench_template"))
    fill(with_database(server, "bench_template"))
    return "bench_template"


async def _run(server: str, template: str, program: str, rate: float, arguments: argparse.Namespace) -> Heard:
    with _database(server, template) as url:
        await set_clock(url)
        module = SERVE if program == "ours" else ("bench.end_to_end", "--serve", program)
        async with serving(url, module) as address, _crowd(program, address, arguments.consoles) as crowd:
            await crowd.report(rate, arguments.seconds, random.Random(arguments.seed))  # noqa: S311
            return crowd.heard


@contextlib.contextmanager
def _database(server: str, template: str) -> Iterator[str]:
    """``scratch_database`` runs a loop of its own, so it lives in a thread of its own."""
    stack = contextlib.ExitStack()
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    with ThreadPoolExecutor(1) as thread:
        url = thread.submit(stack.enter_context, scratch_database(server, template)).result()
        try:
            yield url
        finally:
            thread.submit(stack.close).result()


# --- the load ---


class Crowd:
    """Terminals, consoles and callers of one program."""

    def __init__(self, program: str, address: str, token: str, client: httpx.AsyncClient) -> None:
        self.heard = Heard()
        self._program, self._address, self._token, self._client = program, address, token, client
        self._chores: set[asyncio.Task[None]] = set()

    async def report(self, rate: float, seconds: float, chance: random.Random) -> None:
        """Incidents at a steady rate, whether or not the ones before have been answered."""
        where = places()
        begin = time.perf_counter()
        for number in range(max(1, round(rate * seconds))):
            await asyncio.sleep(max(0.0, begin + number / rate - time.perf_counter()))
            self._start(self._report(chance.choice(where)))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_S):
                while self.heard.waiting or self._chores:  # noqa: ASYNC110 - filled from many places
                    await asyncio.sleep(0.05)

    async def _report(self, place: str) -> None:
        incident = str(uuid4())
        self.heard.sent += 1
        self.heard.waiting[incident] = begun = time.perf_counter()
        body = {"id": incident, "type": "TRA-SP", "location": {"place": place}, "assign": "auto"}
        answer = await self._post("/api/incidents", self._token, body)
        self.heard.answered_ms.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != httpx.codes.CREATED:
            self.heard.refused += 1
            self.heard.waiting.pop(incident, None)
            return
        for name, spent_ms in _stages(answer):
            self.heard.stages_ms[name].append(spent_ms)
        if self._program != "least" and not answer.json()["assignments"]:
            self.heard.nobody += 1
            self.heard.waiting.pop(incident, None)

    async def _post(self, path: str, token: str, body: dict[str, Any]) -> httpx.Response:
        """Sent again with the same id while the service is busy, as every client does."""
        while True:
            answer = await self._client.post(
                self._address + path, json=body, headers={"authorization": f"Bearer {token}"}, timeout=60
            )
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return answer
            await asyncio.sleep(0.5)

    def _start(self, chore: Any) -> None:
        task = asyncio.create_task(chore)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    async def terminal(self, stream: str, token: str) -> None:
        """Store, acknowledge, and be done with every order at once."""
        cursor = feed.Cursor(s=stream)
        async with connect(
            self._address.replace("http", "ws") + "/feed",
            subprotocols=[Subprotocol("dispatch.v1")],
            compression=None,
            proxy=None,
        ) as line:
            await line.send(_hello(token, [cursor], "phone"))
            with contextlib.suppress(ConnectionClosed):
                async for message in line:
                    await self._take(line, json.loads(message), token)

    async def _take(self, line: ClientConnection, frame: dict[str, Any], token: str) -> None:
        if frame["t"] != "ev":
            return
        if frame["b"]["state"] == "assigned":
            begun = self.heard.waiting.pop(frame["b"]["incident"], None)
            if begun is not None:
                self.heard.received_ms.append((time.perf_counter() - begun) * 1000)
                if self._program != "least":
                    self._start(self._be_done(frame["id"], token))
        await line.send(json.dumps({"t": "ack", "s": frame["s"], "e": frame.get("e", ""), "q": frame["q"]}))

    async def _be_done(self, order: str, token: str) -> None:
        for step in ("acknowledge", "clear"):
            await self._post(f"/api/assignments/{order}/steps", token, {"id": str(uuid4()), "step": step})

    async def console(self, stream: str, token: str) -> None:
        async with connect(
            self._address.replace("http", "ws") + "/feed",
            subprotocols=[Subprotocol("dispatch.v1")],
            compression=None,
            proxy=None,
            max_size=None,
        ) as line:
            await line.send(_hello(token, [feed.Cursor(s=stream)], "console"))
            beating = asyncio.create_task(_beat(line))
            with contextlib.suppress(ConnectionClosed):
                async for _ in line:
                    pass
            beating.cancel()


async def _beat(line: ClientConnection) -> None:
    """A console that says nothing for 25 s is taken for dead and closed."""
    with contextlib.suppress(ConnectionClosed):
        for number in range(10**6):
            await asyncio.sleep(10)
            await line.send(json.dumps({"t": "hb", "n": number, "now": round(time.time() * 1000)}))


def _stages(answer: httpx.Response) -> Iterator[tuple[str, float]]:
    """The service's own account of an answer, from its ``Server-Timing`` header."""
    for told in filter(None, answer.headers.get("server-timing", "").split(", ")):
        name, _, spent_ms = told.partition(";dur=")
        yield name, float(spent_ms)


def _hello(token: str, cursors: Sequence[feed.Cursor], profile: str) -> str:
    subs = [{"s": each.s, "e": each.e, "q": each.q} for each in cursors]
    return json.dumps(
        {"t": "hello", "v": 1, "device": str(uuid4()), "profile": profile, "token": token, "subs": subs,
         "now": round(time.time() * 1000), "positions": False}
    )  # fmt: skip


@asynccontextmanager
async def _crowd(program: str, address: str, consoles: int) -> AsyncIterator[Crowd]:
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx.AsyncClient(limits=limits) as client:
        operator = await signed_in(client, address, "operator")
        crowd = Crowd(program, address, operator["token"], client)
        crews = [
            await signed_in(client, address, f"crew-G{team}-{number}")
            for team in range(1, 10)
            for number in range(1, 7)
        ]
        lines = [asyncio.create_task(crowd.terminal(f"unit/{crew['unit']}", crew["token"])) for crew in crews]
        lines += [
            asyncio.create_task(crowd.console(f"area/{operator['area']}", operator["token"])) for _ in range(consoles)
        ]
        await asyncio.sleep(2)
        try:
            yield crowd
        finally:
            for each in lines:
                each.cancel()
            await asyncio.gather(*lines, return_exceptions=True)


def _tell(rate: float, program: str, heard: Heard, medians: dict[str, float]) -> float:
    received = np.array(heard.received_ms or [float("nan")])
    p50, p99 = np.percentile(received, [50, 99])
    beside = ", ".join(f"{medians[other] / p50:.2f} × {program}: {other}" for other in medians)
    print(
        f"{rate:>5g} {program:8}{len(heard.received_ms):>6}{p50:>9.1f}{p99:>9.1f}"
        f"{np.percentile(heard.answered_ms or [float('nan')], 50):>9.1f}{heard.nobody:>8}"
        f"{len(heard.waiting) + heard.refused:>6}  {beside}",
        flush=True,
    )
    if heard.stages_ms:
        print(f"{'':6}{_shares(heard)}", flush=True)
    return float(p50)


def _shares(heard: Heard) -> str:
    """Each stage's mean share of the time from POST to terminal; *else* is the way in and out, commit and push."""
    whole = float(np.mean(heard.received_ms or [float("nan")]))
    shares = {name: float(np.mean(spent_ms)) / whole for name, spent_ms in heard.stages_ms.items() if name != "wake"}
    shares["else"] = 1 - sum(shares.values())
    return "  ".join(f"{name} {share:.0%}" for name, share in shares.items())


# --- the floors ---


async def _serve(program: str, port: int) -> None:
    from dispatch.server import app, transport  # noqa: PLC0415
    from dispatch.server.config import config_of  # noqa: PLC0415

    if program == "given":
        from dispatch.server import choosing  # noqa: PLC0415

        vars(choosing)["decide"] = Given()
        await app.serve(config_of(), transport.bind("127.0.0.1", port))
    else:
        from bench import least  # noqa: PLC0415

        await least.serve(config_of().database_url, port)


class Given:
    """A decision that was made once; from then on only the unit named changes, to one that is free."""

    def __init__(self) -> None:
        self._first: Decision | None = None
        self._turn = 0

    def __call__(self, demand: Any, units: Sequence[Unit], **rest: Any) -> Decision:
        if self._first is None:
            self._first = decide(demand, units, **rest)
        at = rest["at"]
        free = [each for each in units if each.open_assignment is None and state(each, at) is State.FREE]
        if not free:
            return Decision(inputs=self._first.inputs, choice=Choice(chosen=(), verdicts=(), shortfalls=()))
        self._turn += 1
        unit = free[self._turn % len(free)]
        rest_of = tuple(each for each in self._first.choice.verdicts if each.id != unit.id and not each.chosen)
        named = Verdict(id=unit.id, code=unit.code, eta_s=60.0, chosen=True, why=Why.FIRST)
        return Decision(
            inputs=self._first.inputs, choice=Choice(chosen=(unit.id,), verdicts=(named, *rest_of), shortfalls=())
        )


if __name__ == "__main__":
    main()
