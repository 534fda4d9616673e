"""What the crews of a drill need to know beyond their own orders, asked from a supervisor's seat."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from dispatch.drill.stage import NotADrill, Stage, insist
from dispatch.drill.way import Point, Way, way
from dispatch.server import wire
from dispatch.terminal import NoAnswer, Terminal

LOOK_S = 2.0
FRESH_S = 1.0


class Watch:
    """Who else is signed in as a unit, which units there are, and which way an order leads."""

    def __init__(self, stage: Stage, terminal: Terminal) -> None:
        self._stage, self._terminal = stage, terminal
        self._sessions: Sequence[wire.SignedIn] = ()
        self._looked_at = 0.0
        self._looking = asyncio.Lock()
        self._began: datetime | None = None
        self.zone = ZoneInfo("UTC")

    async def begin(self) -> list[wire.Unit]:
        """The area's units. Raises ``NotADrill`` where nobody may be played."""
        _, told = await insist(self._terminal, "GET", "/api/session")
        session = msgspec.convert(told, wire.SessionAnswer)
        if not session.drill:
            raise NotADrill
        self.zone = ZoneInfo(session.time_zone)
        _, units = await insist(self._terminal, "GET", "/api/units")
        await self._look()
        return msgspec.convert(units, wire.Units).items

    async def run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await self._look()

    async def freshen(self) -> None:
        """Look again, if the last look was not just now."""
        async with self._looking:
            if asyncio.get_running_loop().time() - self._looked_at > FRESH_S:
                await self._look()

    def somebody_else_is(self, unit: UUID, own: UUID | None) -> bool:
        """Whether, by the last look, a person has signed in as the unit's crew since the drill began.

        Sessions from before are those of players that died, or of visitors who have long gone.
        """
        return any(
            each.unit == unit and each.id != own and (self._began is None or each.since >= self._began)
            for each in self._sessions
        )

    async def way_of(self, order: wire.Order, start: Point) -> Way:
        """The unit's way to the patient from where it is, along the network; straight on where there is none."""
        place = order.place
        end = start if place is None or place.point is None else Point(place.point.lon, place.point.lat)
        status, answer = await insist(
            self._terminal, "GET", f"/api/incidents/{order.incident}/route?unit={order.unit_code}"
        )
        legs = msgspec.convert(answer, wire.Route).legs if status == 200 else []
        if not legs:
            return way([([end], sum(leg.time_s for leg in order.legs))], start=start, end=end)
        return way([([Point(*point) for point in leg.line], leg.time_s) for leg in legs], start=start, end=end)

    async def _look(self) -> None:
        try:
            status, answer = await self._terminal.ask("GET", "/api/sessions")
        except NoAnswer:
            return
        if status != 200:
            return
        self._sessions = msgspec.convert(answer, wire.Sessions).items
        self._looked_at = asyncio.get_running_loop().time()
        if self._began is None:
            self._began = next((each.since for each in self._sessions if each.own), None)
