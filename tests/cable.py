"""A cable between a client and a service that a test can cut, and that can swallow an answer or its body."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass(slots=True)
class Cable:
    """Carries bytes to ``target`` (a port of the loopback, None: nobody there).

    The first answer that begins with ``swallow`` never arrives: all connections break instead. Of the first that begins
    with ``behead`` only the head arrives, and then the end of the connection.
    """

    target: int | None
    swallow: bytes | None = None
    behead: bytes | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Everything that is connected breaks; nobody answers until ``target`` is set again."""
        self.target = None
        self.break_off()

    def break_off(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if self.target is not None:
                await self._through(reader, writer, self.target)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: int) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", target)
        ends = {writer, forth}
        self._writers |= ends
        try:
            pumps = [
                asyncio.create_task(self._pump(reader, forth)),
                asyncio.create_task(self._pump(back, writer, True)),
            ]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
        finally:
            self._writers -= ends
            forth.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: bool = False) -> None:
        while some := await reader.read(65536):
            if answers and self.swallow is not None and some.startswith(self.swallow):
                self.swallow = None
                self.break_off()
                return
            if answers and self.behead is not None and some.startswith(self.behead):
                self.behead = None
                head, blank, _ = some.partition(b"\r\n\r\n")
                writer.write(head + blank)
                await writer.drain()
                writer.write_eof()
                await reader.read()
                return
            writer.write(some)
            await writer.drain()

    async def close(self) -> None:
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def cable(target: int | None) -> AsyncIterator[Cable]:
    made = Cable(target)
    server = await asyncio.start_server(made.carry, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await made.close()
        await server.wait_closed()
