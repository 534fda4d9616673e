"""What is broken, how often and when: planned from a seed, so that the same run can be tried again."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from random import Random
from time import time

from bench.faults.cable import Link
from bench.faults.people import Crew
from bench.faults.record import Record
from bench.faults.stage import Database, Stage

A_MINUTE: Mapping[str, float] = {
    "cut": 26,
    "half_open": 6,
    "pause": 6,
    "database_cut": 3,
    "database_pause": 1.5,
    "database_half_open": 1,
    "app_killed": 6,
    "server_killed": 2.5,
    "database_restarted": 0.7,
    "database_killed": 0.7,
}
"""How often each kind of harm is done."""

Plan = Sequence[tuple[float, str]]


def plan(seed: int, seconds: float, a_minute: Mapping[str, float] = A_MINUTE) -> Plan:
    """Each kind at random moments, in seconds from the start: its share of the time, and at least once."""
    chance = Random(f"{seed} harm")  # noqa: S311 - guards nothing
    return sorted(
        (chance.uniform(0.05, 0.95) * seconds, kind)
        for kind, rate in a_minute.items()
        for _ in range(max(1, round(rate * seconds / 60)))
    )


class Harm:
    """Does what was planned to a stage and to the devices of those who use it."""

    def __init__(self, stage: Stage, crews: Sequence[Crew], record: Record, seed: int) -> None:
        self._stage, self._crews, self._record = stage, crews, record
        self._chance = Random(f"{seed} victims")  # noqa: S311 - guards nothing
        self._database = asyncio.Lock()
        self.done: Counter[str] = Counter()

    async def do(self, planned: Plan) -> None:
        begun = time()
        async with asyncio.TaskGroup() as group:
            for moment, kind in planned:
                await asyncio.sleep(begun + moment - time())
                group.create_task(self._do(kind))

    async def heal(self) -> None:
        """The network is whole again: what was half open or paused is made anew."""
        async with self._database:
            self._stage.lines.break_off()
            for server in self._stage.servers:
                server.to_database.break_off()
        await self._stage.until_ready()

    async def _do(self, kind: str) -> None:
        how: Mapping[str, Callable[[], Awaitable[int]]] = {
            "cut": self._cut,
            "half_open": self._half_open,
            "pause": self._pause,
            "database_cut": self._database_cut,
            "database_pause": self._database_pause,
            "database_half_open": self._database_half_open,
            "app_killed": self._app_killed,
            "server_killed": self._server_killed,
            "database_restarted": self._database_restarted,
            "database_killed": self._database_killed,
        }
        begun = time()
        count = await how[kind]()
        self.done[kind] += count
        self._record.put("harm", kind=kind, count=count, took_s=round(time() - begun, 3))

    async def _cut(self) -> int:
        links = self._some(self._stage.lines.links, 3)
        for link in links:
            link.sever()
        return len(links)

    async def _half_open(self) -> int:
        for link in self._some(self._stage.lines.links, 1):
            link.half_open(self._chance.choice(("near", "far")))
            return 1
        return 0

    async def _pause(self) -> int:
        links = self._some(self._stage.lines.links, 3)
        for link in links:
            link.pause(self._chance.uniform(1, 12))
        return len(links)

    async def _database_cut(self) -> int:
        links = self._some(self._of_database(), 4)
        for link in links:
            link.sever()
        return len(links)

    async def _database_pause(self) -> int:
        links = self._some(self._of_database(), 2)
        for link in links:
            link.pause(self._chance.uniform(0.5, 6))
        return len(links)

    async def _database_half_open(self) -> int:
        for link in self._some(self._of_database(), 1):
            link.half_open("far")
            return 1
        return 0

    async def _app_killed(self) -> int:
        away_s = self._chance.choice((0.5, 2.0, self._chance.uniform(3, 10)))
        self._chance.choice(self._crews).kill(away_s)
        return 1

    async def _server_killed(self) -> int:
        self._chance.choice(self._stage.servers).kill()
        return 1

    async def _database_restarted(self) -> int:
        return await self._with_database(Database.restart)

    async def _database_killed(self) -> int:
        return await self._with_database(Database.kill)

    async def _with_database(self, what: Callable[[Database], Awaitable[str]]) -> int:
        async with self._database:
            assert self._stage.database is not None, "this database is not ours to harm"
            self._stage.database_is_at(await what(self._stage.database))
        return 1

    def _of_database(self) -> list[Link]:
        return list(self._chance.choice(self._stage.servers).to_database.links)

    def _some(self, links: "set[Link] | list[Link]", most: int) -> list[Link]:
        there = list(links)
        return self._chance.sample(there, min(len(there), self._chance.randint(1, most)))
