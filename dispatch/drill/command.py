"""``python -m dispatch drill``: play callers and crews against a running service, until told to stop."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from dispatch.drill.callers import SUPERVISOR, Callers
from dispatch.drill.crew import Crew
from dispatch.drill.stage import NotADrill, Stage
from dispatch.drill.watch import Watch
from dispatch.terminal import SignInRefused

PASSWORD = "DISPATCH_DEMO_PASSWORD"  # noqa: S105 - the name of the setting


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = f"{PASSWORD}: the password of the demo logins / 演示账号的密码"
    parser.add_argument(
        "part",
        nargs="?",
        choices=("all", "crews", "callers"),
        default="all",
        help="who is played (all) / 扮演谁",
    )
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the service (http://127.0.0.1:8000) / 服务地址")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same choices (1) / 随机种子")
    parser.add_argument("--exercise", type=UUID, help="id of the exercise, to go on with it / 演练编号")
    parser.add_argument("--pace", type=_pace, default=1.0, help="so many times as fast as people (1) / 相对真人的倍速")


def run(args: argparse.Namespace) -> int:
    """Play until SIGTERM or Ctrl-C; 1 when it cannot be played there."""
    password = os.environ.get(PASSWORD)
    if not password:
        print(
            f"请设置 {PASSWORD}:演示账号的密码 · {PASSWORD} must be set: the password of the demo logins",
            file=sys.stderr,
        )
        return 1
    stage = Stage(url=args.url, password=password, seed=args.seed, pace=args.pace, out=_print)
    why: str | None = None
    try:
        asyncio.run(_until_told(_play(stage, args.part, args.exercise or uuid4())))
    except* NotADrill:
        why = (
            "该服务的时钟不是演练时钟,不在真实值班中扮演任何人 · this service's clock is not a drill's, and nobody is"
            " played among real people: begin with script/server --drill"
        )
    except* SignInRefused as refused:
        why = f"无法登录 · cannot sign in: {refused.exceptions[0]}"
    if why is not None:
        print(why, file=sys.stderr)
    return 0 if why is None else 1


async def _play(stage: Stage, part: str, exercise: UUID) -> None:
    async with asyncio.TaskGroup() as group:
        if part != "callers":
            group.create_task(play_crews(stage))
        if part != "crews":
            group.create_task(Callers(stage, exercise).play())


async def play_crews(stage: Stage) -> None:
    """Every unit of the area, each with a login and a device of its own."""
    supervisor = stage.terminal(SUPERVISOR)
    watch = Watch(stage, supervisor)
    crews = [Crew(stage, watch, unit) for unit in await watch.begin()]
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(watch.run())
            for crew in crews:
                group.create_task(crew.play())
    finally:
        await asyncio.gather(*(crew.leave() for crew in crews), supervisor.sign_out(), return_exceptions=True)


async def _until_told(playing: Coroutine[Any, Any, None]) -> None:
    task, loop = asyncio.create_task(playing), asyncio.get_running_loop()
    for told in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(told, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


def _pace(word: str) -> float:
    with suppress(ValueError):
        if 0 < (pace := float(word)) <= 1000:
            return pace
    raise argparse.ArgumentTypeError(f"a number above 0, at most 1000, not {word!r}")


def _print(line: str) -> None:
    print(line, flush=True)
