"""A script played: crews, callers and a desk, and what happens to the ground meanwhile; then what was met."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from dispatch.drill.callers import SUPERVISOR, Callers
from dispatch.drill.crew import Crew
from dispatch.drill.report import Report, report
from dispatch.drill.script import BadScript, Closing, Event, Script, Silencing, calls, check_codes, events, until
from dispatch.drill.stage import Stage, insist
from dispatch.drill.watch import Watch
from dispatch.server import wire
from dispatch.terminal import Terminal
from geo.profile import NORMAL_NAME

AT_ONCE = 6
"""So many crews sign in together: passwords are slow on purpose, and all at once would wait for each other in vain."""

LOOKS_S = 20.0
"""How often it is seen whether all is over, in the drill's own time."""


async def play(stage: Stage, script: Script, exercise: UUID, go: Callable[[], Awaitable[None]]) -> Report:
    """Everything from the first call to the last close; ``go`` lets time go on once everybody has come. Raises
    ``BadScript`` where the area lacks what it names, and ``NotADrill``.
    """
    supervisor = stage.terminal(SUPERVISOR)
    watch = Watch(stage, supervisor)
    units = await watch.begin()
    await _check(supervisor, script, units)
    crews = [Crew(stage, watch, unit) for unit in units]
    planned = calls(script)
    callers = Callers(stage, exercise, planned, name=f"{script.name_zh} {script.name_en}"[:200], most_open=None)
    ground = _Ground(stage, supervisor, crews)
    begun = asyncio.Event()

    async def everybody() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(watch.run())
            group.create_task(callers.play())
            group.create_task(_when(begun, ground.play(script)))
            for some in _batches(crews, AT_ONCE):
                for crew in some:
                    group.create_task(crew.play())
                await asyncio.gather(*(crew.connected.wait() for crew in some))

    async def to_the_end() -> Report:
        await asyncio.gather(callers.connected.wait(), *(crew.connected.wait() for crew in crews))
        await go()
        since = stage.now()
        for each in (begun, callers.begin):
            each.set()
        await _over(stage, script, callers, since)
        return await report(
            supervisor,
            script,
            exercise,
            pace=stage.pace,
            since=since,
            now=stage.now(),
            calls=len(planned),
            refused=callers.refused,
        )

    playing, ending = asyncio.create_task(everybody()), asyncio.create_task(to_the_end())
    try:
        await asyncio.wait((playing, ending), return_when=asyncio.FIRST_COMPLETED)
        if playing.done():
            await playing
        return await ending
    finally:
        ending.cancel()
        playing.cancel()
        await asyncio.gather(playing, ending, return_exceptions=True)
        await ground.mend()
        await asyncio.gather(*(crew.leave() for crew in crews), supervisor.sign_out(), return_exceptions=True)


async def _check(supervisor: Terminal, script: Script, units: Sequence[wire.Unit]) -> None:
    _, told = await insist(supervisor, "GET", "/api/incident-types")
    types = {each.code for each in msgspec.convert(told, wire.IncidentTypes).items}
    check_codes(script, types=types, units={each.code: each.team.code for each in units})


async def _when(begun: asyncio.Event, then: Coroutine[Any, Any, None]) -> None:
    try:
        await begun.wait()
    except asyncio.CancelledError:
        then.close()
        raise
    await then


async def _over(stage: Stage, script: Script, callers: Callers, since: datetime) -> None:
    """When the script has ended and nothing is open any more, or what is open has had its time."""
    await callers.rung.wait()
    latest_s = script.lasts_s + script.winds_down_s
    while (gone_s := (stage.now() - since).total_seconds()) < latest_s:
        if gone_s >= script.lasts_s and not callers.open():
            return
        await stage.wait(LOOKS_S)


def _batches(crews: Sequence[Crew], size: int) -> Iterator[Sequence[Crew]]:
    for first in range(0, len(crews), size):
        yield crews[first : first + size]


class _Ground:
    """What happens to ways, weather and signal; ``mend`` undoes it."""

    def __init__(self, stage: Stage, desk: Terminal, crews: Sequence[Crew]) -> None:
        self._stage, self._desk, self._crews = stage, desk, crews
        self._closed: list[UUID] = []
        self._switched = False

    async def play(self, script: Script) -> None:
        begun = asyncio.get_running_loop().time()
        for number, each in enumerate(events(script)):
            await asyncio.sleep(begun + each.at_s / self._stage.pace - asyncio.get_running_loop().time())
            await self._happen(each.event, number)

    async def _happen(self, event: Event, number: int) -> None:
        if event.closed is not None:
            await self._close(event.closed, number)
        if event.conditions is not None:
            await self._switch(event.conditions, number)
        if event.silent is not None:
            self._silence(event.silent)

    async def _close(self, closing: Closing, number: int) -> None:
        for_hours = until(closing)
        new = wire.NewClosure(
            id=uuid4(),
            reason=closing.reason,
            edges=closing.edges,
            kind=closing.kind,
            mode=closing.mode,
            layer=closing.layer,
            factor=closing.factor,
            delay_s=closing.delay_s,
            until=None if for_hours is None else self._stage.now() + for_hours,
        )
        await self._done("POST", "/api/closures", new, f"events[{number}].closed")
        self._closed.append(new.id)
        self._say(f"{closing.mode.value}:{closing.reason}", f"{closing.mode.value}: {closing.reason}")

    async def _switch(self, profile: str, number: int) -> None:
        new = wire.NewConditions(id=uuid4(), profile=profile, reason="演练 drill")
        await self._done("POST", "/api/conditions", new, f"events[{number}].conditions")
        self._switched = True
        self._say(f"路况 {profile}", f"conditions: {profile}")

    def _silence(self, silencing: Silencing) -> None:
        for crew in self._crews:
            if crew.unit.code in silencing.units or crew.unit.team.code in silencing.teams:
                crew.lose_signal(silencing.minutes * 60)

    async def _done(self, method: str, path: str, body: object, field: str) -> None:
        status, answer = await insist(self._desk, method, path, body)
        if status >= 400:
            raise BadScript(field, str(answer.get("message")))

    async def mend(self) -> None:
        for each in self._closed:
            await insist(self._desk, "POST", f"/api/closures/{each}/end", wire.EndOfClosure(id=uuid4()))
        if self._switched:
            back = wire.NewConditions(id=uuid4(), profile=NORMAL_NAME, reason="演练结束 drill over")
            await insist(self._desk, "POST", "/api/conditions", back)

    def _say(self, zh: str, en: str) -> None:
        self._stage.out(f"{self._stage.now():%H:%M:%S}Z {zh} · {en}")
