"""The whole service on one machine: database, tables, demo area, server; and all of it down again at the end.

``script/server`` ends in this program. It answers to Ctrl-C, SIGTERM and the closing of the terminal; even after a
``kill -9`` the kernel ends its children, and a database that outlived it is recognised at the next start.
"""

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

from dispatch.settings import TOP, CannotRun, Drill, Settings, settings_of
from sql.cluster import AlreadyRunning, Cluster, ClusterError
from sql.scratch import with_database

DEMO_AREA = "wulingyuan"
DEMO_LOGINS = "operator, operator2, supervisor, planner, viewer, crew-<unit code>, committee-<C1…C8>"
EASILY_READ = "abcdefghjkmnpqrstuvwxyz23456789"
READY_S = 60.0
GRACE_S = 10.0
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
STEADY_S = 60.0
"""A player that lasted so long did not die of its beginning."""


def main(words: list[str] | None = None) -> None:
    """Run until told to stop. Exits with a sentence when it cannot."""
    try:
        settings = settings_of(words)
        if settings.reset:
            _ask_before_reset(settings)
        asyncio.run(_until_stopped(settings))
    except AlreadyRunning as error:
        sys.exit(f"Rescue Circle is already running: {error.holder}. Stop that one first, or give another --data-dir.")
    except (CannotRun, ClusterError) as error:
        sys.exit(str(error))
    except PermissionError as error:
        sys.exit(f"{error.filename} belongs to somebody else; start as the user who started here first.")


async def _until_stopped(settings: Settings) -> None:
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None  # noqa: S101 we are in one
    for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # under nohup a closing terminal is to be ignored
        if told is not signal.SIGHUP or signal.getsignal(told) is not signal.SIG_IGN:
            loop.add_signal_handler(told, task.cancel)
    try:
        await _run(settings)
    except asyncio.CancelledError:
        _tell("Stopped.")


async def _run(settings: Settings) -> None:
    _refuse_taken_port(settings)
    with _database(settings) as url:
        _tell("Starting 正在启动 …")
        surroundings = {**os.environ, "DATABASE_URL": url}
        if settings.reset:
            await empty(url)
        await _migrate(url)
        password = _demo_password(settings) if settings.demo else None
        if password is not None:
            await _put_demo(url, password, surroundings)
            surroundings |= {"DISPATCH_DEMO_AREA": DEMO_AREA, "DISPATCH_DEMO_PASSWORD": password}
        if settings.drill is not None:
            await _begin_drill(url, settings.drill)
        await _serve(settings, password, surroundings)


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[str]:
    """The URL of the database that was given, or of a private one that runs as long as the block."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    cluster = Cluster(settings.data_dir / "postgres", holder=f"{settings.address}, process {os.getpid()}")
    if cluster.asked_folder.is_symlink():
        _tell(f"The database lies in {cluster.folder}, where the user it runs as can enter")
    with cluster:
        yield cluster.url()


async def _migrate(url: str) -> None:
    from sql import migrate  # noqa: PLC0415 - a second of reading that a refusal need not wait for

    await (await _connect(url)).close()  # says it plainly when nobody answers
    await asyncio.to_thread(migrate.upgrade, url)


async def _put_demo(url: str, password: str, surroundings: dict[str, str]) -> None:
    from dispatch import demo  # noqa: PLC0415 - as above

    connection = await _connect(url)
    try:
        loaded = await connection.fetchval("SELECT EXISTS (SELECT FROM area WHERE code = $1)", DEMO_AREA)
    finally:
        await connection.close()
    if not loaded:
        _tell("Loading the demo area 载入演示景区")
        await _step(["load", str(TOP / "areas" / DEMO_AREA)], surroundings)
    await demo.put_logins(url, DEMO_AREA, password)


async def _begin_drill(url: str, drill: Drill) -> None:
    from dispatch.drill import told_time  # noqa: PLC0415 - as above

    try:
        begins = await told_time.begin(url, DEMO_AREA, drill.at)
    except told_time.RealDatabase as error:
        raise CannotRun("--drill refused: the database holds real incidents, and its clock stays true.") from error
    _tell(f"Drill 演练: {begins:%Y-%m-%d %H:%M}, --drill-seed {drill.seed}")


async def _serve(settings: Settings, password: str | None, surroundings: dict[str, str]) -> None:
    words = ["serve", "--host", settings.host, "--port", str(settings.port), "--workers", str(settings.workers)]
    async with _child(words, surroundings) as server:
        ended = asyncio.create_task(server.wait())
        ready = asyncio.create_task(_ready(settings))
        players: list[asyncio.Task[None]] = []
        try:
            await asyncio.wait([ended, ready], return_when=asyncio.FIRST_COMPLETED)
            if ready.done():
                ready.result()
                _welcome(settings, password)
                players = _players(settings, surroundings)
            raise CannotRun(f"The server ended by itself with exit code {await ended}; what it said is above.")
        finally:
            for task in (ready, ended, *players):
                task.cancel()
            await asyncio.gather(*players, return_exceptions=True)


def _players(settings: Settings, surroundings: dict[str, str]) -> list[asyncio.Task[None]]:
    """Those who play a drill, each part a process of its own, started again should it die."""
    if settings.drill is None:
        return []
    drill, exercise = settings.drill, uuid4()
    options = ["--url", settings.address, "--seed", str(drill.seed), "--pace", str(drill.pace)]
    return [
        asyncio.create_task(_keep_playing(["drill", part, *options, "--exercise", str(exercise)], surroundings))
        for part in ("crews", "callers")
    ]


async def _keep_playing(words: list[str], surroundings: dict[str, str]) -> None:
    wait_s = FIRST_WAIT_S
    while True:
        began = asyncio.get_running_loop().time()
        async with _child(words, surroundings) as child:
            code = await child.wait()
        lasted_s = asyncio.get_running_loop().time() - began
        wait_s = FIRST_WAIT_S if lasted_s > STEADY_S else min(2 * wait_s, LONGEST_WAIT_S)
        _tell(f"The drill's {words[1]} ended with exit code {code} and start again in {wait_s:.0f} s. 演练进程已重启。")
        await asyncio.sleep(wait_s)


def _welcome(settings: Settings, password: str | None) -> None:
    _tell(f"\nRescue Circle 十分钟救援圈: {settings.address}")
    if password is not None:
        _tell(f"  a console and a crew's phone side by side 值班台与队员手机同屏: {settings.address}/demo")
        _tell(f"  demo logins 演示账号: {DEMO_LOGINS}\n  password 密码: {password}")
    _tell("Ctrl-C stops it. 按 Ctrl-C 停止。\n")


async def _ready(settings: Settings) -> None:
    """Wait until /readyz says yes."""
    said = "nothing"
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(READY_S):
            while (said := await _status(settings)) != str(HTTPStatus.OK.value):  # noqa: ASYNC110 another process
                await asyncio.sleep(0.05)
            return
    raise CannotRun(f"{settings.address}/readyz did not get ready within {READY_S:.0f} s; it last answered {said}")


async def _status(settings: Settings) -> str:
    try:
        reader, writer = await asyncio.open_connection(settings.reached_at, settings.port)
    except OSError:
        return "nothing"
    try:
        writer.write(f"GET /readyz HTTP/1.1\r\nHost: {settings.reached_at}\r\nConnection: close\r\n\r\n".encode())
        words = (await reader.readline()).decode().split()
        return words[1] if len(words) > 1 else "nothing"
    except OSError:
        return "nothing"
    finally:
        writer.close()


async def empty(url: str) -> None:
    """Drop the database and make it anew. Raises ``CannotRun`` when an incident is in it that is not an exercise's."""
    connection = await _connect(url)
    try:
        real = 0
        if await connection.fetchval("SELECT to_regclass('public.incident') IS NOT NULL"):
            real = await connection.fetchval("SELECT count(*) FROM incident WHERE exercise IS NULL")
    finally:
        await connection.close()
    if real:
        raise CannotRun(
            f"--reset refused: the database holds {real} real incident(s), that is, not of an exercise."
            f" Nothing was thrown away. To begin anew and keep them, start with another --data-dir."
        )
    name = urlsplit(url).path.lstrip("/")
    connection = await _connect(with_database(url, "postgres"))
    try:
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


async def _connect(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    try:
        return await asyncpg.connect(url)
    except (OSError, asyncpg.PostgresError) as error:
        place = urlsplit(url)
        raise CannotRun(f"DATABASE_URL: no connection to {place.hostname}{place.path}: {error}") from error


async def _step(words: list[str], surroundings: dict[str, str]) -> None:
    async with _child(words, surroundings) as child:
        if await child.wait() != 0:
            raise CannotRun(f"python -m dispatch {' '.join(words)} failed; what it said is above.")


@contextlib.asynccontextmanager
async def _child(words: list[str], surroundings: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """``python -m dispatch WORDS``, ended with the block, or by the kernel should we be killed.

    In a session of its own, so that Ctrl-C in the terminal comes to us alone and things end in their order.
    """
    command = ["/usr/bin/setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-P", "-m", "dispatch", *words]
    child = await asyncio.create_subprocess_exec(
        *command, env=surroundings, stdin=asyncio.subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.terminate()
            try:
                async with asyncio.timeout(GRACE_S):
                    await child.wait()
            except (TimeoutError, asyncio.CancelledError):  # too slow, or Ctrl-C once more
                child.kill()
                await child.wait()


def _demo_password(settings: Settings) -> str:
    """The one that was given; else the one kept in the data folder, made at the first start."""
    if settings.demo_password is not None:
        return settings.demo_password
    kept = settings.data_dir / "demo-password"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text("".join(secrets.choice(EASILY_READ) for _ in range(12)) + "\n")
    return kept.read_text().strip()


def _ask_before_reset(settings: Settings) -> None:
    if settings.database_url is not None:
        raise CannotRun(
            "--reset is for the private database; with DATABASE_URL set, drop and create that one yourself."
        )
    if settings.yes:
        return
    _tell(f"--reset throws away everything in the database of {settings.data_dir}. Type yes to go on:")
    if sys.stdin.readline().strip().lower() != "yes":
        raise CannotRun("Nothing was thrown away.")


def _refuse_taken_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise CannotRun(
                f"--port {settings.port}: {settings.host}:{settings.port} cannot be had ({error.strerror});"
                f" try another, such as --port {settings.port % 60_000 + 1}"
            ) from error


def _tell(words: str) -> None:
    try:
        print(words, flush=True)
    except OSError:  # the terminal is gone, and we have to go on tidying up
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 as long as we live


if __name__ == "__main__":
    main()
