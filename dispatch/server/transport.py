"""The socket under a websocket: how long a peer may stay deaf, how much waits for it, and letting go of it.

One port serves consoles and phones. How long the kernel waits for a peer that no longer answers (``TCP_USER_TIMEOUT``)
is an option of each accepted connection, set once ``hello`` has told what the peer is. That is better than a second
listening socket for phones: no second port to open in firewalls and proxies, no device on the wrong one, and what a
socket may do follows from what its owner said and proved, not from the door it came through.

ASGI cannot say how much waits in a connection, nor drop it: a peer that stops reading would hold its task, its buffer
and the shutdown for ever. So the websocket's protocol itself is reached through the scope (``peer_of``), and events,
encoded once, are written to it without a coroutine a frame.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State

EXTENSION = "dispatch.peer"

BEFORE_HELLO_S = 30
"""How long the kernel waits for an answer of a peer not known yet, and of one that speaks plain HTTP."""

UNSENT_BYTES = 64 * 1024
"""What the kernel takes ahead of what it can send; the rest waits where it can be counted."""

LONGEST_MESSAGE = 64 * 1024
"""Above the longest frame allowed in, so that a frame too long is told so (4413) instead of a bare 1009."""

LETTING_GO_S = 2.0
"""How long a closed peer may take to read what is on its way and to answer the close."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket whose connections do not wait for ever for a peer that is gone; port 0 takes a free one."""
    family, kind, proto, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_NUMERICSERV
    )[0]
    listening = socket.socket(family, kind, proto)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, BEFORE_HELLO_S * 1000)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        listening.bind(address)
        listening.listen(2048)
        listening.setblocking(False)
    except BaseException:
        listening.close()
        raise
    return listening


def uvicorn_options() -> dict[str, Any]:
    """What ``uvicorn.Config`` must be told for the feed to keep its promises.

    No pings: they close a phone after 20 s of canyon and do not evict a peer that stopped reading; the feed has its own
    beats. No deflate: it would compress each event again for every reader.
    """
    return {
        "ws": Peer,
        "ws_max_size": LONGEST_MESSAGE,
        "ws_per_message_deflate": False,
        "ws_ping_interval": None,
        "timeout_graceful_shutdown": 3,
    }


class Server(uvicorn.Server):
    """Uvicorn, telling its readers before it closes their sockets, and its parent when it has begun to serve.

    Uvicorn closes them with 1012 before the lifespan's shutdown is heard of; ``before_shutdown`` comes earlier.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        before_shutdown: Callable[[], Awaitable[None]],
        when_started: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(config)
        self._before_shutdown, self._when_started = before_shutdown, when_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._when_started is not None:
            self._when_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._before_shutdown()
        await super().shutdown(sockets)


class Peer(WebSocketsSansIOProtocol):
    """One websocket's connection, as the feed needs it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.written = 0
        self.when_writable: Callable[[], None] | None = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            cast("dict[str, Any]", self.scope["extensions"])[EXTENSION] = self

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.when_writable is not None:
            self.when_writable()

    def shutdown(self) -> None:
        """The service ends: 1012, and a deaf peer is dropped a little later."""
        super().shutdown()
        asyncio.get_running_loop().call_later(LETTING_GO_S, self.transport.abort)

    @property
    def open(self) -> bool:
        """Whether frames may still be sent."""
        return (
            self.handshake_complete
            and not (self.close_sent or self.disconnected or self.transport.is_closing())
            and self.conn.state is State.OPEN
        )

    @property
    def waiting(self) -> int:
        """Bytes written that the kernel has not taken yet."""
        return 0 if self.disconnected else self.transport.get_write_buffer_size()

    @property
    def taken(self) -> int:
        """Bytes the kernel has taken so far."""
        return self.written - self.waiting

    @property
    def has_room(self) -> bool:
        """Whether the peer reads about as fast as it is written to."""
        return self.open and self.writable.is_set()

    async def room(self) -> bool:
        """Wait until the peer has room; False when it is gone."""
        await self.writable.wait()
        return self.open

    def write_text(self, text: bytes) -> None:
        """Send one text frame, without waiting; nothing happens when the socket is no longer open."""
        if self.open:
            frame = Frame(Opcode.TEXT, text).serialize(mask=False)
            self.written += len(frame)
            self.transport.write(frame)

    def wait_for_answers(self, seconds: float) -> None:
        """How long the kernel may wait for the peer to take what was sent before it drops the connection."""
        sock = self.transport.get_extra_info("socket")
        if sock is not None and not self.transport.is_closing():
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))

    def close(self, code: int, reason: str = "") -> None:
        """Close without waiting: what is on its way may still arrive, but a deaf peer is dropped soon after."""
        if not self.open:
            return
        try:
            self.conn.send_close(code, reason)
        except InvalidState:
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = asyncio.get_running_loop().call_later(LETTING_GO_S, self.transport.abort)


def peer_of(scope: Mapping[str, Any]) -> Peer:
    """The connection under a websocket's ASGI scope; the server must have been started with ``uvicorn_options``."""
    peer = scope.get("extensions", {}).get(EXTENSION)
    if not isinstance(peer, Peer):
        raise RuntimeError("the feed must be served with dispatch.server.transport.uvicorn_options()")
    return peer


def server(
    app: Any, before_shutdown: Callable[[], Awaitable[None]], when_started: Callable[[], None] | None = None
) -> Server:
    """A server for the app with all that the feed needs of it; the caller binds the socket."""
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="on", **uvicorn_options())
    return Server(config, before_shutdown, when_started)
