"""``python -m dispatch drill``: play callers and crews against a running service, until told to stop."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec

from dispatch.drill import report, script, told_time
from dispatch.drill.callers import SUPERVISOR, Callers
from dispatch.drill.crew import Crew
from dispatch.drill.play import play
from dispatch.drill.script import BadScript, Script
from dispatch.drill.stage import NotADrill, Stage
from dispatch.drill.watch import Watch
from dispatch.terminal import SignInRefused

AREA = "wulingyuan"
MOST_ASKING = 32
"""So many of the drill's devices ask at once; the others wait their turn."""

PASSWORD = "DISPATCH_DEMO_PASSWORD"  # noqa: S105 - the name of the setting


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = f"{PASSWORD}: the password of the demo logins / 演示账号的密码"
    parser.add_argument(
        "part",
        nargs="?",
        type=_part,
        default="all",
        metavar="all | crews | callers | SCRIPT.yaml",
        help="who is played (all), or a script from its beginning to its end / 扮演谁,或演练脚本",
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="a script's report as JSON too / 另存报告")
    parser.add_argument(
        "--database",
        metavar="URL",
        default=os.environ.get("DATABASE_URL"),
        help="the service's, to set a script's hour in it (DATABASE_URL) / 服务的数据库",
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
    if isinstance(args.part, Path):
        return _run_script(args, password)
    stage = Stage(url=args.url, password=password, seed=args.seed, pace=args.pace, out=_print)
    why: str | None = None
    try:
        asyncio.run(_until_told(_play(stage, args.part, args.exercise or uuid4())))
    except* NotADrill:
        why = NOT_A_DRILL
    except* SignInRefused as refused:
        why = f"无法登录 · cannot sign in: {refused.exceptions[0]}"
    if why is not None:
        print(why, file=sys.stderr)
    return 0 if why is None else 1


NOT_A_DRILL = (
    "该服务的时钟不是演练时钟,不在真实值班中扮演任何人 · this service's clock is not a drill's, and nobody is"
    " played among real people: begin with script/server --drill"
)

NOT_MET = 3
"""How the command exits where a script was played and something in it was not met."""


def _run_script(args: argparse.Namespace, password: str) -> int:
    """Play a script at the pace, time going as fast in the service; 0 where all was met that it expects, else 3."""
    try:
        plan = script.read(args.part)
        if not args.database:
            raise BadScript("", "DATABASE_URL 未设置,无法设定演练时间 · a script needs --database or DATABASE_URL")
        told = asyncio.run(_play_script(args, plan, password))
    except (BadScript, NotADrill, told_time.RealDatabase, SignInRefused, ExceptionGroup) as error:
        why = why_not(args.part, error)
        if why is None:
            raise
        print(why, file=sys.stderr)
        return 1
    for line in report.lines(told):
        _print(line)
    if args.report is not None:
        args.report.write_bytes(msgspec.json.format(msgspec.json.encode(told), indent=2))
    return 0 if told.all_met else NOT_MET


def why_not(path: Path, error: BaseException) -> str | None:
    """Why a script cannot be played, or not to its end; None for what is a fault of ours."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    match error:
        case BadScript():
            return f"{path}: {error}"
        case NotADrill():
            return NOT_A_DRILL
        case told_time.RealDatabase():
            return "库中有真实警情,拒绝演练 · refused: the database holds real incidents"
        case SignInRefused():
            return f"无法登录 · cannot sign in: {error}"
        case _:
            return None


async def _play_script(args: argparse.Namespace, plan: Script, password: str) -> report.Report:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(MOST_ASKING))
    clock = told_time.ToldClock(await told_time.begin(args.database, AREA, plan.first_hour, speed=0), args.pace)

    async def go() -> None:
        """When everybody has come, and not before: time stands still until then."""
        await told_time.go_on(args.database, speed=args.pace)
        clock.go()

    stage = Stage(
        url=args.url,
        password=password,
        seed=plan.seed,
        pace=args.pace,
        out=_print,
        clock=clock,
        forgets=plan.forgets,
        loses_signal=plan.loses_signal,
        declines=plan.declines,
    )
    try:
        return await play(stage, plan, args.exercise or uuid4(), go)
    finally:
        await told_time.go_on(args.database, speed=1)


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


def _part(word: str) -> str | Path:
    if word in ("all", "crews", "callers"):
        return word
    if word.endswith((".yaml", ".yml")):
        return Path(word)
    raise argparse.ArgumentTypeError(f"all, crews, callers or a .yaml file, not {word!r}")


def _pace(word: str) -> float:
    with suppress(ValueError):
        if 0 < (pace := float(word)) <= 1000:
            return pace
    raise argparse.ArgumentTypeError(f"a number above 0, at most 1000, not {word!r}")


def _print(line: str) -> None:
    print(line, flush=True)
