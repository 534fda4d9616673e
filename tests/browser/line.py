"""The network between a browser and the service, which a test can cut and mend."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Line:
    """A loopback port that leads to the service; while it is cut, nothing gets through and nobody is told."""

    def __init__(self, to: str) -> None:
        target = urlsplit(to)
        self._host, self._port = target.hostname, target.port
        self._open: set[asyncio.StreamWriter] = set()
        self._whole = asyncio.Event()
        self._whole.set()
        self.url = ""

    def cut(self) -> None:
        """Every connection ends at once, new ones come to nothing."""
        self._whole.clear()
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        self._whole.set()

    async def carry(self, near_reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        if not self._whole.is_set():
            near.transport.abort()
            return
        far_reader, far = await asyncio.open_connection(self._host, self._port)
        self._open |= {near, far}
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_pour(near_reader, far))
                group.create_task(_pour(far_reader, near))
        finally:
            self._open -= {near, far}


async def _pour(source: asyncio.StreamReader, into: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await source.read(65536):
            into.write(piece)
            await into.drain()
    with suppress(ConnectionError):
        into.close()
        await into.wait_closed()


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[Line]:
    """A line to the service at ``url``, whole until it is cut."""
    line = Line(url)
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    line.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        line.cut()
        server.close()
        await server.wait_closed()
