"""Several processes that serve on one listening socket, and the parent that starts, replaces and ends them.

The parent binds the socket and never accepts: a connection goes to whichever worker is free to take it, and one that
waits is not lost when a worker dies. Workers share nothing but the socket and the database; what one commits, the
others push, by NOTIFY and by their own look at the streams' heads.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog
import uvloop

from dispatch.server import transport
from dispatch.server.config import config_of

GRACE_S = 8.0
"""How long a worker may take to tell its readers, finish what it answers and end."""

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
LASTED_S = 60.0
"""A worker that lived so long did not die of starting: its successor follows after the first pause again."""

log = structlog.get_logger("workers")


class CannotStart(Exception):
    """A worker ended before it ever served."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A worker's process, and the end of a pipe that holds a byte once it serves."""

    process: asyncio.subprocess.Process
    serves: int

    async def started(self) -> bool:
        """Wait until it serves; False when it ended instead."""
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self.serves, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self.serves)
        return bool(os.read(self.serves, 1))


def keep(host: str, port: int, count: int) -> int:
    """Serve with ``count`` processes until told to stop; the exit code is not 0 when a worker could not start."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ]
    )
    return asyncio.run(_keep_all(transport.bind(host, port), count))


async def _keep_all(listening: socket.socket, count: int) -> int:
    host, port = listening.getsockname()[:2]
    log.info("serving", host=host, port=port, workers=count)
    slots = [asyncio.create_task(_keep_one(listening, number)) for number in range(1, count + 1)]

    def stop() -> None:
        listening.close()  # nobody is let in who would find all workers gone
        for slot in slots:
            slot.cancel()

    for told in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(told, stop)
    await asyncio.wait(slots, return_when=asyncio.FIRST_COMPLETED)
    if listening.fileno() >= 0:
        stop()
    failures = [
        ended
        for ended in await asyncio.gather(*slots, return_exceptions=True)
        if ended is not None and not isinstance(ended, asyncio.CancelledError)
    ]
    for failure in failures:
        log.error("stopped", reason=str(failure))
        if not isinstance(failure, CannotStart):
            raise failure
    return 1 if failures else 0


async def _keep_one(listening: socket.socket, number: int) -> None:
    """One worker after another, until cancelled. Raises ``CannotStart`` when not even the first came to serve."""
    loop = asyncio.get_running_loop()
    served, pause_s = False, FIRST_PAUSE_S
    while True:
        began = loop.time()
        async with _worker(listening) as worker:
            pid = worker.process.pid
            if await worker.started():
                served = True
                log.info("worker_serves", worker=number, pid=pid)
            code = await worker.process.wait()
        if not served:
            raise CannotStart(f"worker {number} ended with code {code} before it served; what it said is above")
        if loop.time() - began > LASTED_S:
            pause_s = FIRST_PAUSE_S
        log.warning("worker_ended", worker=number, pid=pid, code=code, again_in_s=pause_s)
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


@contextlib.asynccontextmanager
async def _worker(listening: socket.socket) -> AsyncIterator[Worker]:
    """A worker, ended with the block, or by the kernel should we be killed.

    In a session of its own, so that Ctrl-C in the terminal comes to us alone.
    """
    serves, to_say_so = os.pipe()
    own = [sys.executable, "-P", "-m", "dispatch.server.workers", str(listening.fileno()), str(to_say_so)]
    try:
        try:
            process = await asyncio.create_subprocess_exec(
                *("/usr/bin/setpriv", "--pdeathsig", "TERM", "--", *own),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=(listening.fileno(), to_say_so),
                start_new_session=True,
            )
        finally:
            os.close(to_say_so)
        try:
            yield Worker(process=process, serves=serves)
        finally:
            await _end(process)
    finally:
        os.close(serves)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(GRACE_S):
            await process.wait()
    except (TimeoutError, asyncio.CancelledError):  # too slow, or told to stop once more
        log.warning("worker_killed", pid=process.pid)
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _work(listening: int, serves: int) -> None:
    """What a worker does: serve on the parent's socket, and say so."""
    from dispatch.server import app  # noqa: PLC0415 - the parent has no use for it

    def say_so() -> None:
        os.write(serves, b"1")
        os.close(serves)

    uvloop.run(app.serve(config_of(), socket.socket(fileno=listening), say_so))


if __name__ == "__main__":
    _work(*map(int, sys.argv[1:]))
