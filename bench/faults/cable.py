"""A cable between a client and a service, in pure Python: it can be cut, go deaf at one end, pause, or be very bad."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Literal

PIECE = 1400
"""About what one packet carries; a bad line loses and delays packets, not conversations."""

End = Literal["near", "far"]
"""The near end is who connected, the far end who listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """A bad line: how fast, how far, how much is lost, and when nothing passes at all.

    Bytes that TCP carries are never lost for good: a lost packet comes after ``resend_s``, lost again after twice that,
    and holds up all behind it. ``hole_s`` of silence begin every ``hole_every_s`` (0: never). Both ways of one cable
    share nothing but the weather; all connections of a cable share its speed.
    """

    bits_s: float
    round_trip_s: float
    loss: float
    resend_s: float = 1.0
    hole_s: float = 0.0
    hole_every_s: float = 0.0


class Link:
    """One connection that a cable carries."""

    def __init__(self, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self._ends: dict[End, asyncio.StreamWriter] = {"near": near, "far": far}
        self._flows = asyncio.Event()
        self._flows.set()
        self.deaf: End | None = None

    def sever(self) -> None:
        """Both ends are told at once."""
        for writer in self._ends.values():
            writer.transport.abort()

    def half_open(self, told: End) -> None:
        """That end is told that it is over; the other hears nothing any more, and whatever it says is lost."""
        self.deaf = "far" if told == "near" else "near"
        self._flows.set()
        self._ends[told].transport.abort()

    def pause(self, seconds: float) -> None:
        """Nothing passes for a while, and then all of it."""
        self._flows.clear()
        asyncio.get_running_loop().call_later(seconds, self._flows.set)

    async def flows(self) -> None:
        await self._flows.wait()


@dataclass(slots=True)
class Cable:
    """Carries bytes to one of the ports ``to`` of the loopback, chosen for each connection; none: nobody is there.

    The first answer that begins with ``swallow`` never arrives: all connections break instead.
    """

    to: list[int]
    chance: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - guards nothing
    weather: Weather | None = None
    swallow: bytes | None = None
    port: int = 0
    links: set[Link] = field(default_factory=set)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    _busy_until: dict[End, float] = field(default_factory=dict)
    _began: float | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Everything that is connected breaks; nobody answers until ``mend``."""
        self.to = []
        self.break_off()

    def mend(self, *to: int) -> None:
        self.to = list(to)

    def break_off(self) -> None:
        for link in list(self.links):
            link.sever()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._carry(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # nobody waits for this task, and asyncio's streams would log that it was cancelled
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for port in self.chance.sample(self.to, len(self.to)):
            with suppress(OSError):
                back, forth = await asyncio.open_connection("127.0.0.1", port)
                await self._through(reader, writer, back, forth)
                return

    async def _through(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        back: asyncio.StreamReader,
        forth: asyncio.StreamWriter,
    ) -> None:
        link = Link(writer, forth)
        self.links.add(link)
        pumps = {
            asyncio.create_task(self._pump(link, "near", reader, forth)),
            asyncio.create_task(self._pump(link, "far", back, writer)),
        }
        try:
            while pumps:
                _, pumps = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                if link.deaf is None:
                    break
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self.links.discard(link)
            forth.transport.abort()

    async def _pump(self, link: Link, end: End, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        late = _Late(writer) if self.weather is not None else None
        try:
            while some := await reader.read(65536 if late is None else PIECE):
                await link.flows()
                if link.deaf == end:
                    continue
                if end == "far" and self.swallow is not None and some.startswith(self.swallow):
                    self.swallow = None
                    self.break_off()
                    return
                if writer.is_closing():
                    return
                if late is None:
                    writer.write(some)
                    await writer.drain()
                else:
                    await late.write(some, self._passes(end, len(some)))
            if late is not None:
                await late.empty()
        except ConnectionError:
            pass
        finally:
            if late is not None:
                late.close()

    def _passes(self, end: End, length: int) -> tuple[float, float]:
        """When a piece will have left by a bad line, and when it will be there."""
        assert self.weather is not None
        of, now = self.weather, asyncio.get_running_loop().time()
        if self._began is None:
            self._began = now
        left = max(now, self._busy_until.get(end, now)) + length * 8 / of.bits_s
        self._busy_until[end] = left
        arrives, resent = left + of.round_trip_s / 2, of.resend_s
        while self.chance.random() < of.loss:
            arrives, resent = arrives + resent, resent * 2
        return left, _after_the_hole(of, arrives - self._began) + self._began

    async def close(self) -> None:
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _after_the_hole(of: Weather, moment: float) -> float:
    """Holes lie at the end of each period, so that a line begins with signal."""
    if of.hole_every_s <= 0:
        return moment
    into = moment % of.hole_every_s
    return moment if into < of.hole_every_s - of.hole_s else moment + of.hole_every_s - into


class _Late:
    """Pieces on their way to a writer, in their order, each no earlier than it may arrive."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._on_the_way: asyncio.Queue[tuple[bytes, float]] = asyncio.Queue()
        self._arriving = asyncio.create_task(self._arrive())

    async def write(self, some: bytes, passes: tuple[float, float]) -> None:
        """Wait until the piece has left, not until it is there."""
        left, arrives = passes
        self._on_the_way.put_nowait((some, arrives))
        await asyncio.sleep(left - asyncio.get_running_loop().time())

    async def empty(self) -> None:
        await self._on_the_way.join()

    def close(self) -> None:
        self._arriving.cancel()

    async def _arrive(self) -> None:
        while True:
            some, arrives = await self._on_the_way.get()
            await asyncio.sleep(arrives - asyncio.get_running_loop().time())
            self._writer.write(some)
            with suppress(ConnectionError):
                await self._writer.drain()
            self._on_the_way.task_done()


@asynccontextmanager
async def cable(
    *to: int, weather: Weather | None = None, chance: Callable[[], Random] | None = None
) -> AsyncIterator[Cable]:
    """A cable on a free port, whole until it is harmed."""
    made = Cable(list(to), weather=weather)
    if chance is not None:
        made.chance = chance()
    server = await asyncio.start_server(made.carry, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await made.close()
        await server.wait_closed()
