"""One socket of a crew's device from hello to close, by the client's rule: it stores before it acknowledges."""

import asyncio
import random
from collections.abc import Callable, Sequence

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from dispatch import feed
from dispatch.feed import Close
from dispatch.terminal.store import Store

ACK_EVERY_S = 0.1


class Talk:
    """``run`` returns when the socket is closed; ``code`` and ``why`` say how, ``lasted_s`` how long it stood."""

    def __init__(
        self,
        store: Store,
        *,
        url: str,
        token: str,
        streams: Sequence[str],
        device: str,
        profile: feed.Profile,
        chance: random.Random,
        stored: Callable[[feed.Change], None],
        up: Callable[[str], None],
        clock_ms: Callable[[], int],
        service_clock: Callable[[int], None],
    ) -> None:
        self._store, self._url, self._token, self._streams = store, url, token, streams
        self._device, self._profile, self._chance = device, profile, chance
        self._tell_stored, self._tell_up = stored, up
        self._clock_ms, self._tell_clock = clock_ms, service_clock
        self._copies = {stream: feed.Copy(store.cursor(stream)) for stream in streams}
        self._to_acknowledge: set[str] = set()
        self._something_stored = asyncio.Event()
        self._welcomed_at: float | None = None
        self.lasted_s = 0.0
        self.drain_s = 0.0
        self.code: int | None = None
        self.why = ""

    async def run(self) -> None:
        try:
            async with connect(
                f"{self._url.replace('http', 'ws', 1)}/feed?profile={self._profile.name}",
                subprotocols=[Subprotocol(feed.SUBPROTOCOL)],
                open_timeout=self._profile.hello_s,
                ping_interval=None,
                close_timeout=2,
                compression=None,
                max_size=4 * feed.LONGEST_OUT,
                proxy=None,
            ) as socket:
                await self._talk(socket)
        except (OSError, TimeoutError, WebSocketException) as trouble:
            self.why = self.why or str(trouble)
        if self._welcomed_at is not None:
            self.lasted_s = _now() - self._welcomed_at

    async def _talk(self, socket: ClientConnection) -> None:
        try:
            await socket.send(feed.encode(self._hello()).decode())
            async with asyncio.TaskGroup() as group:
                chores = [group.create_task(self._beat(socket)), group.create_task(self._acknowledge(socket))]
                while (frame := await self._next(socket)) is not None:
                    if isinstance(frame, feed.Drain) and len(chores) == 2:
                        self.drain_s = self._chance.uniform(0, frame.in_ms / 1000)
                        chores.append(group.create_task(self._leave(socket)))
                for chore in chores:
                    chore.cancel()
        except* ConnectionClosed:
            pass
        if self.code is None:
            self.code = socket.close_code
            self.why = f"{socket.close_code} {socket.close_reason or ''}".strip()

    def _hello(self) -> feed.Hello:
        return feed.Hello(
            v=1,
            device=self._device,
            profile=self._profile.name,
            now=self._clock_ms(),
            app="rescue-circle terminal",
            token=self._token,
            subs=[self._store.cursor(stream) for stream in self._streams],
        )

    async def _next(self, socket: ClientConnection) -> feed.ServerFrame | bool | None:
        """The next frame, already stored if it is to be stored; False for one not known here, None at the end."""
        try:
            async with asyncio.timeout(self._profile.silence_s):
                frame = feed.server_frame(await socket.recv())
            if frame is not None:
                self._take(frame)
        except ConnectionClosed:
            return None
        except TimeoutError:
            await self._close(socket, Close.SLOW_OR_SILENT, "the service is silent")
            return None
        except feed.Gap as gap:
            await self._close(socket, Close.GAP_OR_REPLACED, str(gap), like=Close.SLOW_OR_SILENT)
            return None
        except feed.Malformed as bad:
            await self._close(socket, Close.MALFORMED, str(bad))
            return None
        return frame if frame is not None else False

    def _take(self, frame: feed.ServerFrame) -> None:
        match frame:
            case feed.Welcome():
                self._welcomed_at = _now()
                self._tell_clock(frame.now)
                self._tell_up("")
            case feed.Beat():
                self._tell_clock(frame.now)
            case feed.Refusal():
                self._tell_up(f"{frame.error}: {frame.message}")
            case feed.Sub() | feed.Snap() | feed.Event() if frame.s in self._copies:
                change = self._copies[frame.s].take(frame)
                if change is not None:
                    self._store.apply([change])
                    self._to_acknowledge.add(change.stream)
                    self._something_stored.set()
                    self._tell_stored(change)
            case _:
                pass

    async def _acknowledge(self, socket: ClientConnection) -> None:
        """Say what is stored as soon as it is, but not for every single event of a long resume."""
        while True:
            await self._something_stored.wait()
            self._something_stored.clear()
            streams, self._to_acknowledge = self._to_acknowledge, set()
            for stream in streams:
                cursor = self._store.cursor(stream)
                await socket.send(feed.encode(feed.Ack(s=cursor.s, e=cursor.e, q=cursor.q)).decode())
            await asyncio.sleep(ACK_EVERY_S)

    async def _beat(self, socket: ClientConnection) -> None:
        n = 0
        while True:
            await asyncio.sleep(self._profile.beat_s)
            n += 1
            await socket.send(feed.encode(feed.Beat(n=n, now=self._clock_ms())).decode())

    async def _leave(self, socket: ClientConnection) -> None:
        """Go at a moment of our own, before the service ends."""
        await asyncio.sleep(self.drain_s)
        self.drain_s = 0.0
        await self._close(socket, Close.BYE, "drained", like=Close.SLOW_OR_SILENT)

    async def _close(self, socket: ClientConnection, code: Close, why: str, like: Close = Close.BUG) -> None:
        """Close, and go on as after a close by the service with the code ``like``."""
        self.code, self.why = int(like), why
        await socket.close(code, why[:100])


def _now() -> float:
    return asyncio.get_running_loop().time()
