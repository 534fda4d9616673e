"""Orders to crews that have one bar of signal: is each stored on the device, how long does it take, who is thrown out?

One server process, and for each crew the product's own terminal behind a cable of its own that carries 50 kbit/s with
3 s there and back, loses a fifth of all packets, and falls silent for 30 s every two minutes. An operator with a good
line sends each crew an order; once its device has it the crew acknowledges and clears, waits a while, and gets the
next.

    python -m bench.one_bar --seconds 3600 --crews 6
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import numpy as np
import uvloop

from bench.faults.cable import Weather, cable
from bench.served import fill, serving, set_clock, tokens
from dispatch.assignment import ENDED, Step
from dispatch.terminal import Link, Store, Terminal
from sql.cluster import private_cluster

ONE_BAR = Weather(bits_s=50_000, round_trip_s=3.0, loss=0.2, resend_s=1.0, hole_s=30.0, hole_every_s=120.0)
GIVES_UP_S = 600.0
"""An order that has not been stored by then is lost, as far as this run can see."""
CLOSED = httpx.codes.CONFLICT


@dataclass(slots=True)
class Seen:
    """What became of the orders of one crew, in seconds, and how often its socket came up, or went down and why."""

    unit: str
    stored_s: list[float] = field(default_factory=list)
    cleared_s: list[float] = field(default_factory=list)
    lost: int = 0
    up: int = 0
    down: Counter[str] = field(default_factory=Counter)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3600, help="how long orders are sent (3600)")
    parser.add_argument("--crews", type=int, default=6, help="crews, each behind a cable of its own (6)")
    parser.add_argument("--rest", type=float, default=20, help="seconds between two orders of a crew (20)")
    parser.add_argument("--seed", type=int, default=1, help="of what is lost")
    arguments = parser.parse_args()
    with private_cluster() as url:
        fill(url)
        seen = uvloop.run(_bench(url, arguments))
    tell(seen)
    return 1 if any(each.lost for each in seen) else 0


async def _bench(url: str, arguments: argparse.Namespace) -> list[Seen]:
    await set_clock(url)
    units = [f"G{1 + number % 9}-{1 + number // 9}" for number in range(arguments.crews)]
    async with serving(url) as address:
        known = await tokens(url, ["operator", *(f"crew-{unit}" for unit in units)])
        return await run(address, known, units, seconds=arguments.seconds, rest_s=arguments.rest, seed=arguments.seed)


async def run(
    address: str,
    known: dict[str, str],
    units: Sequence[str],
    *,
    seconds: float,
    rest_s: float,
    seed: int,
    weather: Weather = ONE_BAR,
) -> list[Seen]:
    """Orders to these units until the time is over; ``known`` are tokens of ``operator`` and ``crew-<unit>``."""
    until = monotonic() + seconds
    headers = {"authorization": f"Bearer {known['operator']}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as desk:
        work = [
            _serve(desk, address, known[f"crew-{unit}"], unit, until=until, rest_s=rest_s, seed=seed, weather=weather)
            for unit in units
        ]
        return await asyncio.gather(*work)


async def _serve(
    desk: httpx.AsyncClient,
    address: str,
    token: str,
    unit: str,
    *,
    until: float,
    rest_s: float,
    seed: int,
    weather: Weather,
) -> Seen:
    """One crew: order after order, each to its end."""
    seen, port = Seen(unit), urlsplit(address).port
    if port is None:
        raise ValueError(f"{address} names no port")
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "device.sqlite")
        store.keep("token", token)
        async with cable(port, weather=weather, chance=lambda: random.Random(f"{seed} {unit}")) as line:  # noqa: S311
            terminal = Terminal(line.url, store, login=f"crew-{unit}", token=token)
            async with terminal:
                watching = asyncio.create_task(_watch(terminal, seen))
                while monotonic() < until and not seen.lost:
                    await _one(desk, terminal, unit, seen)
                    await asyncio.sleep(rest_s)
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
        store.close()
    return seen


async def _watch(terminal: Terminal, seen: Seen) -> None:
    async for happening in terminal:
        if isinstance(happening, Link) and happening.up:
            seen.up += 1
        elif isinstance(happening, Link):
            seen.down[happening.why] += 1


async def _one(desk: httpx.AsyncClient, terminal: Terminal, unit: str, seen: Seen) -> None:
    incident, order = str(uuid4()), str(uuid4())
    told = await desk.post(
        "/api/incidents",
        json={"id": incident, "type": "TRA-SP", "location": {"place": "后花园"}, "assign": "recommend"},
    )
    told.raise_for_status()
    sent = await desk.post(
        f"/api/incidents/{incident}/assignments", json={"id": order, "unit": unit, "reason": "one bar"}
    )
    sent.raise_for_status()
    begun, id = monotonic(), UUID(order)
    if not await _until(lambda: terminal.order(id) is not None):
        seen.lost += 1
        return
    seen.stored_s.append(monotonic() - begun)
    terminal.alarmed(id)
    terminal.step(id, Step.ACKNOWLEDGE)
    terminal.step(id, Step.CLEAR)

    def over() -> bool:
        known = terminal.order(id)
        return known is not None and known.state in ENDED

    if not await _until(over):
        seen.lost += 1
        return
    seen.cleared_s.append(monotonic() - begun)
    closed = await desk.post(f"/api/incidents/{incident}/steps", json={"id": str(uuid4()), "step": "close"})
    if closed.status_code != CLOSED:
        closed.raise_for_status()


async def _until(holds: Callable[[], bool]) -> bool:
    give_up = monotonic() + GIVES_UP_S
    while not holds():
        if monotonic() > give_up:
            return False
        await asyncio.sleep(0.1)
    return True


def tell(seen: Sequence[Seen]) -> None:
    stored, cleared = ([each for one in seen for each in getattr(one, name)] for name in ("stored_s", "cleared_s"))
    print(f"{len(stored)} orders stored on devices, {sum(each.lost for each in seen)} lost")
    for what, values in (("stored on the device after", stored), ("cleared, and known to be, after", cleared)):
        if values:
            p50, p90, most = np.percentile(values, [50, 90, 100])
            print(f"{what:34} p50 {p50:6.1f} s   p90 {p90:6.1f} s   at most {most:6.1f} s")
    for each in seen:
        why = ", ".join(f"{count} x {reason}" for reason, count in each.down.most_common()) or "-"
        print(f"{each.unit}: {len(each.stored_s)} orders; the socket came up {each.up} times, went down: {why}")


if __name__ == "__main__":
    sys.exit(main())
