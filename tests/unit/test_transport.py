"""The connection under a websocket, where the other side may be gone at any moment."""

import asyncio

import uvloop

from dispatch.server.transport import Peer


def test_a_peer_that_is_gone_by_the_time_it_is_known_who_it_is_needs_no_patience() -> None:
    """Its device hung up between ``hello`` and the look at its session: nothing is wrong here."""

    async def hung_up() -> None:
        server = await asyncio.start_server(lambda _, writer: writer.transport.abort(), "127.0.0.1", 0)
        async with server:
            _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.transport.abort()
            await asyncio.sleep(0.01)
            peer = Peer.__new__(Peer)
            peer.transport = writer.transport
            peer.wait_for_answers(10)

    asyncio.run(hung_up())
    uvloop.run(hung_up())
