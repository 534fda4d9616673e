"""What all players of a drill share: which service, which choices, how fast, and a line for what happens."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dispatch.drill.conduct import DECLINES, LOSES_SIGNAL
from dispatch.feed import ProfileName
from dispatch.terminal import NoAnswer, Store, Terminal

AGAIN_S = 1.0
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class NotADrill(Exception):
    """The service's clock is a real one: nobody is played there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """``pace``: how many times as fast as people everything goes; tests have little time. ``clock`` is what the devices
    of the drill go by; ``forgets``, ``loses_signal`` and ``declines`` are the shares of orders in which a crew does so.
    """

    url: str
    password: str
    seed: int
    pace: float
    out: Callable[[str], None]
    clock: Callable[[], datetime] | None = None
    forgets: float = 0.0
    loses_signal: float = LOSES_SIGNAL
    declines: float = DECLINES

    def terminal(self, login: str, profile: ProfileName = ProfileName.CONSOLE) -> Terminal:
        """A device of that login which keeps what it is told in memory."""
        return Terminal(
            self.url, Store(":memory:"), login=login, password=self.password, profile=profile, clock=self.clock
        )

    def now(self) -> datetime:
        """By the clock that the drill's devices go by."""
        return datetime.now(UTC) if self.clock is None else self.clock()

    def say(self, at: datetime, zone: ZoneInfo, zh: str, en: str) -> None:
        self.out(f"{at.astimezone(zone):%H:%M:%S} {zh} · {en}")

    async def wait(self, seconds: float) -> None:
        """So long at the pace of the drill."""
        await asyncio.sleep(seconds / self.pace)


async def insist(terminal: Terminal, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    """Ask until there is an answer; a write carries its id, so that asking again does nothing twice."""
    while True:
        try:
            status, answer = await terminal.ask(method, path, body)
        except NoAnswer:
            status, answer = 503, {}
        if status not in PASSING:
            return status, answer
        await asyncio.sleep(AGAIN_S)
