"""The feed over real sockets and a real database: nothing is missed, nobody reads what is not theirs."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from feed_client import PATIENCE_S, FeedClient, assert_told_all
from feed_service import Service, SignedIn, World, service, snapshot, world
from websockets.exceptions import ConnectionClosed

from dispatch import feed
from dispatch.feed import PROFILES, ProfileName
from dispatch.seat import Role
from dispatch.server import auth
from dispatch.server.relay import Timing
from sql.scratch import scratch_database

UNTOLD = Timing(poll_s=60)
"""No poll comes to the rescue within a test."""


@pytest.fixture(scope="module")
def database(server_url: str, empty_template: str) -> Iterator[str]:
    """One for all tests here: each makes an area of its own, and so streams of its own."""
    with scratch_database(server_url, empty_template) as url:
        yield url


@pytest.fixture
async def here(database: str) -> AsyncIterator[World]:
    async with world(database) as made:
        yield made


@pytest.fixture
async def running(here: World) -> AsyncIterator[Service]:
    async with service(here) as started:
        yield started


@pytest.fixture
async def operator(here: World) -> SignedIn:
    return await here.sign_in(Role.OPERATOR)


@pytest.fixture
async def crew(here: World) -> SignedIn:
    return await here.sign_in(Role.CREW, here.unit)


@pytest.fixture
async def sockets() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


def profiles(**changes: Any) -> dict[ProfileName, feed.Profile]:
    return {name: replace(profile, **changes) for name, profile in PROFILES.items()}


async def until(holds: Callable[[], Any]) -> None:
    """Wait for something of the service that nothing tells of."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


# --- nothing is missed ----------------------------------------------------------------------------------------------


async def test_snapshot_and_events_make_the_present_state(here: World, running: Service, operator: SignedIn) -> None:
    for _ in range(3):
        await here.change(here.area_stream)
    async with FeedClient(running.url, here.area_stream, token=operator.token) as client:
        await client.reach(here.area_stream, 3)
        assert [sub.why for sub in client.subs(here.area_stream)] == ["new"]
        thing = await here.change(here.area_stream)
        await here.change(here.area_stream, id=thing)
        await running.feed.wake([here.area_stream])
        async with here.pool.acquire() as connection:
            await assert_told_all(client, connection, snapshot)
        assert client.applied == [(here.area_stream, 4), (here.area_stream, 5)]


async def test_what_leaves_a_stream_is_forgotten_by_whoever_saw_it_live_or_comes_back_later(
    here: World, running: Service, operator: SignedIn
) -> None:
    gone, back = [await here.change(here.area_stream) for _ in range(2)]
    async with FeedClient(running.url, here.area_stream, token=operator.token) as away:
        await away.reach(here.area_stream, 2)
    async with FeedClient(running.url, here.area_stream, token=operator.token) as live:
        await live.reach(here.area_stream, 2)
        for thing in (gone, back):
            await here.leave(here.area_stream, thing)
        await here.change(here.area_stream, id=back)
        await running.feed.wake([here.area_stream])
        async with FeedClient(running.url, token=operator.token, after=away) as returned:
            for client in (live, returned):
                async with here.pool.acquire() as connection:
                    await assert_told_all(client, connection, snapshot)
                assert client.things[here.area_stream].keys() == {("incident", back)}
                assert [bytes(event.b) == feed.GONE for event in client.got(feed.Event)] == [True, True, False]
            assert [sub.mode for sub in returned.subs(here.area_stream)] == ["resume"]


async def test_a_reader_that_comes_and_goes_resumes_without_a_seam(
    here: World, running: Service, operator: SignedIn
) -> None:
    async def write() -> None:
        for _ in range(150):
            await here.change(here.area_stream)
            await running.feed.wake([here.area_stream])

    client = FeedClient(running.url, here.area_stream, token=operator.token)
    async with client:
        await client.reach(here.area_stream, 0)
    writing = asyncio.create_task(write())
    applied = []
    while not writing.done():
        client = FeedClient(running.url, token=operator.token, after=client)
        async with client:
            await client.until(lambda seen=client: len(seen.applied) >= 7 or writing.done())  # type: ignore[misc]
        assert [sub.mode for sub in client.subs(here.area_stream)] == ["resume"]
        applied += [q for _, q in client.applied]
    await writing
    async with FeedClient(running.url, token=operator.token, after=client) as last, here.pool.acquire() as connection:
        await assert_told_all(last, connection, snapshot)
        applied += [q for _, q in last.applied]
    assert applied == list(range(1, 151))


async def test_several_streams_on_one_socket_are_each_without_a_gap(
    here: World, running: Service, operator: SignedIn
) -> None:
    streams = [here.area_stream, f"callers/{here.area}", f"ground/{here.area}"]
    async with FeedClient(running.url, *streams, token=operator.token) as client:
        for n in range(60):
            await here.change(*streams[: 1 + n % 3])
        await running.feed.wake(streams)
        async with here.pool.acquire() as connection:
            await assert_told_all(client, connection, snapshot)
        assert {stream: client.cursors[stream].q for stream in streams} == dict(zip(streams, (60, 40, 20), strict=True))


async def test_a_cursor_older_than_the_ring_is_served_from_the_database(
    here: World, running: Service, operator: SignedIn
) -> None:
    async with FeedClient(running.url, here.area_stream, token=operator.token) as client:
        await client.reach(here.area_stream, 0)
    async with here.pool.acquire() as connection, connection.transaction():
        for _ in range(2500):
            await connection.execute(
                "SELECT feed.emit($1, 'incident', gen_random_uuid(), 1, '{}', clock_timestamp())", here.area_stream
            )
    async with FeedClient(running.url, token=operator.token, after=client) as later:
        await later.reach(here.area_stream, 2500)
        assert later.subs(here.area_stream)[0].mode == "resume"
        assert [q for _, q in later.applied] == list(range(1, 2501))


@pytest.mark.parametrize("why", ["epoch", "floor", "ahead", "new"])
async def test_a_cursor_of_no_use_gets_a_snapshot_and_why(
    here: World, running: Service, operator: SignedIn, why: str
) -> None:
    for _ in range(5):
        await here.change(here.area_stream)
    async with FeedClient(running.url, here.area_stream, token=operator.token) as client:
        await client.reach(here.area_stream, 5)
    cursor = client.cursors[here.area_stream]
    if why == "floor":
        async with here.pool.acquire() as connection, connection.transaction():
            await connection.execute("DELETE FROM feed.outbox WHERE stream = $1 AND seq <= 3", here.area_stream)
            await connection.execute("UPDATE feed.stream SET floor = 3 WHERE name = $1", here.area_stream)
        await running.feed.relay.look()
    stale = {
        "epoch": feed.Cursor(s=cursor.s, e="another", q=5),
        "floor": feed.Cursor(s=cursor.s, e=cursor.e, q=2),
        "ahead": feed.Cursor(s=cursor.s, e=cursor.e, q=6),
        "new": feed.Cursor(s=cursor.s),
    }
    client.cursors[here.area_stream] = stale[why]
    client.things[here.area_stream] = {("incident", uuid4()): (1, "of another time")}
    async with (
        FeedClient(running.url, token=operator.token, after=client) as later,
        here.pool.acquire() as connection,
    ):
        await later.until(lambda: later.cursors[here.area_stream] == cursor)
        assert [sub.why for sub in later.subs(here.area_stream)] == [why]
        await here.change(here.area_stream)
        await running.feed.wake([here.area_stream])
        await assert_told_all(later, connection, snapshot)


async def test_a_cursor_just_above_the_floor_resumes(here: World, running: Service, operator: SignedIn) -> None:
    async with FeedClient(running.url, here.area_stream, token=operator.token) as client:
        await here.change(here.area_stream)
        await running.feed.wake([here.area_stream])
        await client.reach(here.area_stream, 1)
    async with here.pool.acquire() as connection, connection.transaction():
        await connection.execute("DELETE FROM feed.outbox WHERE stream = $1", here.area_stream)
        await connection.execute("UPDATE feed.stream SET floor = 1 WHERE name = $1", here.area_stream)
    async with FeedClient(running.url, token=operator.token, after=client) as later:
        await later.until(lambda: bool(later.subs(here.area_stream)))
        assert later.subs(here.area_stream)[0].mode == "resume"


async def test_what_is_rolled_out_of_the_outbox_raises_the_floor(
    here: World, running: Service, operator: SignedIn
) -> None:
    async with FeedClient(running.url, here.area_stream, token=operator.token) as client:
        await client.reach(here.area_stream, 0)
    async with here.pool.acquire() as connection:
        for days in (20, 20, 0):
            await connection.execute(
                "SELECT feed.emit($1, 'incident', gen_random_uuid(), 1, '{}',"
                " clock_timestamp() - $2 * '1 day'::interval)",
                here.area_stream,
                days,
            )
        await connection.execute("SELECT feed.roll(clock_timestamp())")
        assert await connection.fetchval("SELECT floor FROM feed.stream WHERE name = $1", here.area_stream) == 2
    await running.feed.relay.look()
    async with FeedClient(running.url, token=operator.token, after=client) as later:
        await later.until(lambda: bool(later.subs(here.area_stream)))
        assert later.subs(here.area_stream)[0].why == "floor"


async def kill(here: World, pid: int | None) -> None:
    """End a connection of the database, or all of them, the pools' too."""
    await here.pool.expire_connections()
    connection = await asyncpg.connect(here.dsn)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND ($1::int IS NULL OR pid = $1)",
            pid,
        )
    finally:
        await connection.close()


@pytest.mark.parametrize("harm", ["killed", "frozen", "all killed"])
async def test_a_listener_that_is_gone_leaves_no_hole(here: World, operator: SignedIn, harm: str) -> None:
    async with (
        service(here, timing=UNTOLD) as running,
        FeedClient(running.url, here.area_stream, token=operator.token) as client,
    ):
        await client.reach(here.area_stream, 0)
        relay = running.feed.relay
        listener = relay.listener_pid
        assert listener is not None
        try:
            if harm == "frozen":
                os.kill(listener, signal.SIGSTOP)
            else:
                await kill(here, listener if harm == "killed" else None)
            for _ in range(5):
                await here.change(here.area_stream)  # told to nobody, as by a process that died after its commit
            await until(lambda: relay.listening and relay.listener_pid != listener)
            await client.reach(here.area_stream, 5)
        finally:
            if harm == "frozen":
                os.kill(listener, signal.SIGCONT)
        await here.change(here.area_stream)
        async with here.pool.acquire() as connection:
            await connection.execute("SELECT pg_notify('feed', $1)", here.area_stream)
        await client.reach(here.area_stream, 6)


async def test_a_notification_that_is_lost_is_made_good_by_the_poll(
    here: World, running: Service, operator: SignedIn
) -> None:
    async with FeedClient(running.url, here.area_stream, token=operator.token) as client:
        await client.reach(here.area_stream, 0)
        await here.change(here.area_stream)
        await client.reach(here.area_stream, 1)


async def test_another_process_hears_of_it_by_notify(here: World, operator: SignedIn) -> None:
    async with (
        service(here, timing=UNTOLD) as one,
        service(here, timing=UNTOLD) as other,
        FeedClient(other.url, here.area_stream, token=operator.token) as client,
    ):
        await client.reach(here.area_stream, 0)
        await here.change(here.area_stream)
        await one.feed.wake([here.area_stream])
        await client.reach(here.area_stream, 1)


async def test_numbers_are_contiguous_and_in_commit_order_whatever_is_rolled_back(
    here: World, running: Service, operator: SignedIn
) -> None:
    streams = [here.area_stream, f"ground/{here.area}"]
    committed: dict[str, list[int]] = {stream: [] for stream in streams}

    async def write(writer: int) -> None:
        for n in range(30):
            async with here.pool.acquire() as connection:
                transaction = connection.transaction()
                await transaction.start()
                numbers = {s: await here.write(connection, s, uuid4()) for s in streams[: 1 + (writer + n) % 2]}
                if (writer + n) % 3 == 0:
                    await transaction.rollback()
                    continue
                await transaction.commit()
            for stream, q in numbers.items():
                committed[stream].append(q)
            await running.feed.wake(numbers)

    async with FeedClient(running.url, *streams, token=operator.token) as client:
        async with asyncio.TaskGroup() as group:
            for writer in range(8):
                group.create_task(write(writer))
        for stream in streams:
            assert sorted(committed[stream]) == list(range(1, len(committed[stream]) + 1))
            async with here.pool.acquire() as connection:
                await assert_told_all(client, connection, snapshot)
        assert sum(len(each) for each in committed.values()) == len(client.applied) + sum(
            sub.head for stream in streams for sub in client.subs(stream)
        )


async def test_a_snapshot_taken_while_others_write_is_exact(
    here: World, running: Service, operator: SignedIn, sockets: AsyncExitStack
) -> None:
    stop = asyncio.Event()

    async def write() -> None:
        while not stop.is_set():
            await here.change(here.area_stream)
            await running.feed.wake([here.area_stream])

    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(write())
        try:
            clients = [
                await sockets.enter_async_context(FeedClient(running.url, here.area_stream, token=operator.token))
                for _ in range(4)
            ]
            for client in clients:
                await client.until(lambda seen=client: len(seen.applied) >= 3)  # type: ignore[misc]
        finally:
            stop.set()
    async with here.pool.acquire() as connection:
        for client in clients:
            await assert_told_all(client, connection, snapshot)


async def test_a_snapshot_holds_nothing_that_happened_after_its_number(here: World, operator: SignedIn) -> None:
    async def meddled_with(connection: Any, stream: str) -> Any:
        await here.change(stream)  # committed by another, between the reading of the head and of the state
        return await snapshot(connection, stream)

    await here.change(here.area_stream)
    async with (
        service(here, state=meddled_with) as running,
        FeedClient(running.url, here.area_stream, token=operator.token) as client,
    ):
        await client.reach(here.area_stream, 2)
        [snap] = client.got(feed.Snap)
        assert (snap.q, len(snap.rows)) == (1, 1)
        assert client.applied == [(here.area_stream, 2)]


# --- nobody waits for a slow reader ---------------------------------------------------------------------------------


async def test_a_slow_subscriber_is_cut_off_and_the_others_are_served(
    here: World, running: Service, operator: SignedIn
) -> None:
    async with (
        FeedClient(running.url, here.area_stream, token=operator.token) as quick,
        FeedClient(running.url, here.area_stream, token=operator.token, receive_buffer=32_768) as slow,
    ):
        await slow.reach(here.area_stream, 0)
        await slow.stop_reading()
        for _ in range(75):
            await here.change(here.area_stream, size=40_000)
            await running.feed.wake([here.area_stream])
        await quick.reach(here.area_stream, 75)
        await until(lambda: running.feed.readers == 1)
        slow.read_on()
        assert await slow.closed() == 4408
        assert slow.cursors[here.area_stream].q < 75
        async with FeedClient(running.url, token=operator.token, after=slow) as again:
            await again.reach(here.area_stream, 75)
            assert again.subs(here.area_stream)[0].mode == "resume"


async def test_a_peer_that_reads_nothing_any_more_does_not_hold_up_the_end(here: World, operator: SignedIn) -> None:
    async with AsyncExitStack() as sockets:
        async with service(here) as running:
            deaf = FeedClient(running.url, here.area_stream, token=operator.token, receive_buffer=32_768)
            await sockets.enter_async_context(deaf)
            await deaf.stop_reading()
            for _ in range(75):
                await here.change(here.area_stream, size=40_000)
            await running.feed.wake([here.area_stream])
            running.server.should_exit = True
            await until(lambda: not running.server.server_state.connections)
        deaf.read_on()
        await deaf.closed()


async def test_silence_is_closed_and_beats_keep_a_socket_open(here: World, operator: SignedIn) -> None:
    timing = Timing(tick_s=0.05)
    async with service(here, profiles=profiles(silence_s=1.0, beat_s=0.1), timing=timing) as running:
        silent = FeedClient(running.url, here.area_stream, token=operator.token)
        beating = FeedClient(running.url, here.area_stream, token=operator.token)

        async def beat() -> None:
            for n in range(1000):
                await beating.send({"t": "hb", "n": n, "now": 0})
                await asyncio.sleep(0.1)

        async with silent, beating:
            beats = asyncio.create_task(beat())
            assert await silent.closed() == 4408
            assert len(silent.got(feed.Beat)) > 2
            await here.change(here.area_stream)
            await running.feed.wake([here.area_stream])
            await beating.reach(here.area_stream, 1)
            beats.cancel()


# --- who comes in, and what they may read ---------------------------------------------------------------------------


async def closed_with(client: FeedClient) -> int | None:
    """Say hello and wait for the close; its code."""
    async with client.connected():
        await client.say_hello()
        return await client.closed()


async def test_a_stream_that_is_not_the_seats_is_refused_and_the_others_are_served(
    here: World, running: Service, crew: SignedIn
) -> None:
    await here.change(here.unit_stream, kind="assignment")
    async with FeedClient(running.url, here.unit_stream, here.area_stream, token=crew.token) as client:
        await client.reach(here.unit_stream, 1)
        await client.until(lambda: bool(client.got(feed.Refusal)))
        [refusal] = client.got(feed.Refusal)
        assert (refusal.error, refusal.s) == ("forbidden", here.area_stream)
        assert client.subs(here.area_stream) == []


@pytest.mark.parametrize("role", list(Role))
async def test_nobody_reads_a_stream_that_is_not_theirs(here: World, running: Service, role: Role) -> None:
    someone = await here.sign_in(role, here.unit if role is Role.CREW else None)
    others = [f"unit/{here.other_unit}", f"area/{uuid4()}", f"callers/{uuid4()}", "outbox/1", "area/"]
    others += [f"callers/{here.area}"] if role not in (Role.OPERATOR, Role.SUPERVISOR) else []
    assert await closed_with(FeedClient(running.url, *others, token=someone.token)) == 4403
    async with httpx.AsyncClient(base_url=running.url, headers={"authorization": f"Bearer {someone.token}"}) as http:
        for stream in others:
            assert (await http.get(f"/api/streams/{stream}")).status_code in (403, 404)


async def test_a_token_that_opens_nothing_is_4401(here: World, running: Service) -> None:
    assert await closed_with(FeedClient(running.url, here.area_stream, token="nonsense")) == 4401


async def test_an_origin_that_is_not_ours_is_refused_even_with_a_token(
    here: World, running: Service, operator: SignedIn
) -> None:
    stranger = FeedClient(running.url, here.area_stream, token=operator.token, origin="https://evil.example")
    async with stranger.connected():
        assert await stranger.closed() == 4403
    async with FeedClient(running.url, here.area_stream, token=operator.token, origin=running.origin) as own:
        await own.reach(here.area_stream, 0)


async def test_a_ticket_opens_one_socket_and_never_one_of_another_site(
    here: World, running: Service, operator: SignedIn
) -> None:
    ticket, _ = await auth.new_ticket(here.pool, operator.seat)
    stranger = FeedClient(running.url, here.area_stream, ticket=ticket, origin="https://evil.example")
    async with stranger.connected():
        assert await stranger.closed() == 4403
    async with FeedClient(running.url, here.area_stream, ticket=ticket, origin=running.origin) as client:
        await client.reach(here.area_stream, 0)
    again = FeedClient(running.url, here.area_stream, ticket=ticket, origin=running.origin)
    assert await closed_with(again) == 4401
    of_a_program, _ = await auth.new_ticket(here.pool, operator.seat)
    async with FeedClient(running.url, here.area_stream, ticket=of_a_program) as client:
        await client.reach(here.area_stream, 0)


async def test_who_says_no_hello_is_closed(here: World) -> None:
    async with service(here, profiles=profiles(hello_s=0.2)) as running:
        mute = FeedClient(running.url, here.area_stream, token="unsaid")
        async with mute.connected():
            assert await mute.closed() == 4408


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ('{"t":"ack","s":"area/1","e":"","q":1}', 4400),
        ("not json", 4400),
        ("[" * 10_000, 4400),
        ('{"t":"hello","v":2,"device":"d","profile":"console","now":0,"subs":[],"token":"x"}', 4400),
        ('{"t":"hello","v":1,"device":"d","profile":"console","now":0,"subs":[]}', 4400),
        ('{"t":"hello","v":1,"device":"d","profile":"console","now":0,"subs":[],"token":"x","ticket":"y"}', 4400),
        ('{"t":"hello","x":"' + "x" * feed.LONGEST_IN + '"}', 4413),
        (b"\x00\x01", 4400),
    ],
)
async def test_a_first_frame_that_is_no_hello_is_closed(
    here: World, running: Service, first: str | bytes, code: int
) -> None:
    client = FeedClient(running.url, here.area_stream, token="unsaid")
    async with client.connected():
        await client.socket.send(first)
        assert await client.closed() == code


async def test_an_unknown_frame_is_answered_and_otherwise_ignored(
    here: World, running: Service, operator: SignedIn
) -> None:
    async with FeedClient(running.url, here.area_stream, token=operator.token) as client:
        await client.send({"t": "dance"})
        await client.send({"t": "hb", "n": 1, "now": 1, "unknown": "field"})
        await client.until(lambda: bool(client.got(feed.Refusal)))
        assert [each.error for each in client.got(feed.Refusal)] == ["bad_request"]
        await here.change(here.area_stream)
        await running.feed.wake([here.area_stream])
        await client.reach(here.area_stream, 1)


@pytest.mark.parametrize(("frame", "code"), [("{", 4400), ('{"t":"hb","x":"' + "x" * feed.LONGEST_IN + '"}', 4413)])
async def test_rubbish_on_an_open_socket_closes_it(
    here: World, running: Service, operator: SignedIn, frame: str, code: int
) -> None:
    async with FeedClient(running.url, here.area_stream, token=operator.token) as client:
        await client.socket.send(frame)
        assert await client.closed() == code


async def test_a_flood_of_frames_is_closed_but_acks_are_no_flood(
    here: World, running: Service, operator: SignedIn
) -> None:
    async with FeedClient(running.url, here.area_stream, token=operator.token) as client:
        for _ in range(500):
            await client.send({"t": "ack", "s": here.area_stream, "e": "", "q": 0})
        await client.send({"t": "dance"})
        await client.until(lambda: bool(client.got(feed.Refusal)))
        with suppress(ConnectionClosed):
            for n in range(1000):
                await client.send({"t": "hb", "n": n, "now": 0})
        assert await client.closed() == 4429


async def test_a_session_that_is_ended_or_over_closes_its_sockets(here: World, operator: SignedIn) -> None:
    async with service(here, timing=Timing(sessions_s=0.05)) as running:
        other = await here.sign_in(Role.SUPERVISOR)
        client = FeedClient(running.url, here.area_stream, token=operator.token)
        async with client, FeedClient(running.url, here.area_stream, token=other.token) as over:
            await auth.log_out(here.pool, operator.seat)
            assert await client.closed() == 4403
            async with here.pool.acquire() as connection:
                await connection.execute("UPDATE session SET expires_at = now() WHERE id = $1", other.seat.session)
            assert await over.closed() == 4401


async def test_a_session_ended_through_one_process_closes_its_sockets_at_all_of_them(
    here: World, operator: SignedIn
) -> None:
    never = Timing(sessions_s=3600)
    async with (
        service(here, timing=never) as running,
        service(here, timing=never) as other,
        FeedClient(running.url, here.area_stream, token=operator.token) as near,
        FeedClient(other.url, here.area_stream, token=operator.token) as far,
    ):
        await auth.log_out(here.pool, operator.seat)
        await running.feed.sessions_ended()
        assert await near.closed() == 4403
        assert await far.closed() == 4403


async def test_a_token_is_renewed_in_place_but_not_for_another_seat(here: World, operator: SignedIn) -> None:
    async with service(here, timing=Timing(sessions_s=0.05)) as running:
        other = await here.sign_in(Role.OPERATOR)
        async with here.pool.acquire() as connection:
            await connection.execute(
                "UPDATE session SET expires_at = now() + interval '5 minutes' WHERE area = $1", here.area
            )
        async with FeedClient(running.url, here.area_stream, token=operator.token) as client:
            await client.until(lambda: bool(client.got(feed.Expiry)))
            await client.send({"t": "auth", "token": operator.token})
            await client.until(lambda: len(client.got(feed.Expiry)) == 2)
            await client.send({"t": "auth", "token": other.token})
            assert await client.closed() == 4403


async def test_a_device_that_comes_back_replaces_its_old_socket(here: World, running: Service, crew: SignedIn) -> None:
    phone = ProfileName.PHONE
    old = FeedClient(running.url, here.unit_stream, token=crew.token, device="one", profile=phone)
    other = FeedClient(running.url, here.unit_stream, token=crew.token, device="two", profile=phone)
    new = FeedClient(running.url, here.unit_stream, token=crew.token, device="one", profile=phone)
    async with old, other, new:
        assert await old.closed() == 4409
        await new.reach(here.unit_stream, 0)
        await other.reach(here.unit_stream, 0)


async def test_a_planned_end_is_told_before_the_socket_is_closed(here: World, operator: SignedIn) -> None:
    async with service(here) as running, FeedClient(running.url, here.area_stream, token=operator.token) as client:
        running.server.should_exit = True  # what SIGTERM does
        assert await client.closed() == 1012
        assert isinstance(client.frames[-1], feed.Drain)


# --- what is stored on a device -------------------------------------------------------------------------------------


async def stored(here: World, device: str) -> dict[str, int]:
    async with here.pool.acquire() as connection:
        rows = await connection.fetch("SELECT stream, seq FROM feed.cursor WHERE device = $1", device)
    return {row["stream"]: row["seq"] for row in rows}


async def test_only_the_crews_own_ack_delivers(here: World, running: Service, crew: SignedIn) -> None:
    await here.change(here.unit_stream, kind="assignment")
    async with FeedClient(running.url, here.unit_stream, f"ground/{here.area}", token=crew.token) as client:
        await client.reach(here.unit_stream, 1)
        assert running.delivered == []
        await client.send({"t": "ack", "s": here.unit_stream, "e": client.cursors[here.unit_stream].e, "q": 2})
        await client.send({"t": "ack", "s": here.unit_stream, "e": "another", "q": 1})
        await client.send({"t": "dance"})
        await client.until(lambda: bool(client.got(feed.Refusal)))
        assert running.delivered == []
        await client.acknowledge(here.unit_stream)
        await until(lambda: running.delivered == [(crew.seat, 1)])
        assert await stored(here, client.device) == {here.unit_stream: 1}


async def test_a_consoles_ack_moves_its_cursor_and_delivers_nothing(
    here: World, running: Service, operator: SignedIn
) -> None:
    await here.change(here.area_stream)
    async with FeedClient(running.url, here.area_stream, token=operator.token) as client:
        await client.reach(here.area_stream, 1)
        await client.acknowledge(here.area_stream)
        while await stored(here, client.device) != {here.area_stream: 1}:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert running.delivered == []


async def test_the_cursor_in_hello_says_what_a_lost_ack_would_have_said(
    here: World, running: Service, crew: SignedIn
) -> None:
    await here.change(here.unit_stream, kind="assignment")
    async with FeedClient(running.url, here.unit_stream, token=crew.token) as client:
        await client.reach(here.unit_stream, 1)
    assert running.delivered == []
    async with FeedClient(running.url, token=crew.token, after=client):
        await until(lambda: running.delivered == [(crew.seat, 1)])


async def test_a_phone_gets_its_open_orders_before_anything_else(here: World, running: Service, crew: SignedIn) -> None:
    ground = f"ground/{here.area}"
    for _ in range(20):
        await here.change(ground, size=40_000)
    ended = await here.change(here.unit_stream, kind="assignment")
    open_order = await here.change(here.unit_stream, kind="assignment")
    async with here.pool.acquire() as connection:
        await connection.execute(
            "UPDATE thing SET body = jsonb_set(body::jsonb, '{ended_at}', '\"2026-01-01T00:00:00Z\"') WHERE id = $1",
            ended,
        )
    phone = FeedClient(running.url, ground, here.unit_stream, token=crew.token, profile=ProfileName.PHONE)
    async with phone:
        await phone.reach(ground, 20)
        snaps = phone.got(feed.Snap)
        assert [row.id for row in snaps[0].rows] == [open_order]
        assert [row.id for row in snaps[1].rows] == [ended]
        assert {snap.s for snap in snaps[2:]} == {ground}
        assert len(snaps) > 4
        assert all(len(feed.encode(snap)) <= feed.LONGEST_OUT for snap in snaps)


# --- positions ------------------------------------------------------------------------------------------------------


async def test_consoles_get_the_latest_positions_and_phones_none(
    here: World, running: Service, operator: SignedIn
) -> None:
    async def place(unit: UUID, lon: float) -> None:
        async with here.pool.acquire() as connection:
            await connection.execute(
                "INSERT INTO position (unit, point, source, datum, original_lon, original_lat, device_at, at, by)"
                " VALUES ($1, ST_SetSRID(ST_MakePoint($2, 29.3), 4326), 'device', 'WGS84', $2, 29.3, now(), now(), $3)",
                unit,
                lon,
                operator.seat.account,
            )

    def lons(client: FeedClient) -> dict[UUID, float]:
        return {unit: lon for frame in client.got(feed.Positions) for unit, lon, _, _ in frame.u}

    await place(here.unit, 110.1)
    phone = FeedClient(running.url, here.area_stream, token=operator.token, profile=ProfileName.PHONE)
    quiet = FeedClient(running.url, here.area_stream, token=operator.token, positions=False)
    async with FeedClient(running.url, here.area_stream, token=operator.token) as console, phone, quiet:
        await console.until(lambda: lons(console) == {here.unit: 110.1})
        await place(here.unit, 110.2)
        await console.until(lambda: lons(console) == {here.unit: 110.2})
        running.feed.positions(here.area, [(here.other_unit, 110.3, 29.3, datetime.now(UTC))])
        await console.until(lambda: lons(console) == {here.unit: 110.2, here.other_unit: 110.3})
        assert phone.got(feed.Positions) == quiet.got(feed.Positions) == []


# --- the twin over HTTP ---------------------------------------------------------------------------------------------


async def test_the_http_twin_gives_the_same_objects_and_its_number_acknowledges(
    here: World, running: Service, crew: SignedIn
) -> None:
    for _ in range(3):
        await here.change(here.unit_stream, kind="assignment")
    async with (
        FeedClient(running.url, here.unit_stream, token=crew.token) as client,
        httpx.AsyncClient(base_url=running.url, headers={"authorization": f"Bearer {crew.token}"}) as http,
    ):
        await client.reach(here.unit_stream, 3)
        answer = await http.get(f"/api/streams/{here.unit_stream}")
        items = answer.json()["items"]
        told = [frame for frame in client.frames if isinstance(frame, feed.Sub | feed.Snap)]
        assert [item["t"] for item in items] == ["sub", "snap"]
        assert items == [httpx.Response(200, content=feed.encode(frame)).json() for frame in told]
        assert running.delivered == []
        epoch = items[0]["e"]
        waiting = asyncio.create_task(
            http.get(f"/api/streams/{here.unit_stream}", params={"e": epoch, "q": 3, "wait": 25, "device": "p1"})
        )
        await until(lambda: running.delivered == [(crew.seat, 3)])
        assert not waiting.done()
        await here.change(here.unit_stream, kind="assignment")
        await running.feed.wake([here.unit_stream])
        items = (await waiting).json()["items"]
        await client.reach(here.unit_stream, 4)
        assert [item["t"] for item in items] == ["sub", "ev"]
        assert items[1] == httpx.Response(200, content=feed.encode(client.got(feed.Event)[-1])).json()
        assert await stored(here, "p1") == {here.unit_stream: 3}


async def test_the_twin_answers_at_once_when_it_is_not_asked_to_wait(
    here: World, running: Service, operator: SignedIn
) -> None:
    async with httpx.AsyncClient(base_url=running.url, headers={"authorization": f"Bearer {operator.token}"}) as http:
        first = (await http.get(f"/api/streams/{here.area_stream}")).json()["items"]
        epoch = first[0]["e"]
        items = (await http.get(f"/api/streams/{here.area_stream}", params={"e": epoch, "q": 0})).json()["items"]
        assert [(item["t"], item["mode"]) for item in items] == [("sub", "resume")]


async def test_plain_http_is_told_that_the_feed_is_a_socket(running: Service) -> None:
    async with httpx.AsyncClient(base_url=running.url) as http:
        answer = await http.get("/feed", headers={"accept-language": "en"})
    assert (answer.status_code, answer.json()["error"]) == (426, "upgrade_required")
