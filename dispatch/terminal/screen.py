"""The crew's terminal in a shell: orders as lines, steps as typed words."""

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from dispatch.assignment import ENDED, State
from dispatch.server import wire
from dispatch.terminal import order_words
from dispatch.terminal.device import Answered, Link, SignInRefused, Terminal, Told, Withdrawn
from dispatch.terminal.order_words import Typed, Word
from dispatch.terminal.store import OtherOwner, Store, StoreInUse
from dispatch.words import STEPS, said

BELL = "\a"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the service (http://127.0.0.1:8000)")
    parser.add_argument("--login", required=True, help="such as crew-G4-2")
    parser.add_argument("--password", help="else DISPATCH_PASSWORD, else it is asked for")
    parser.add_argument("--store", type=Path, help="file for orders and what is still to be sent (one per login)")
    parser.add_argument("--language", choices=("zh", "en"), default="zh", help="of what is shown (zh)")


def run(args: argparse.Namespace) -> int:
    """Show orders as they come and take what the crew types, until told to quit."""
    path = args.store or _state_folder() / f"{args.login}.sqlite"
    try:
        store = Store(path)
    except StoreInUse as error:
        print(error, file=sys.stderr)
        return 1
    try:
        password = args.password or os.environ.get("DISPATCH_PASSWORD")
        if password is None and store.kept("token") is None:
            password = getpass.getpass(said(("密码: ", "Password: "), args.language))
        return asyncio.run(_show(store, args.url, args.login, password, args.language))
    except (SignInRefused, Withdrawn, OtherOwner) as error:
        print(error, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):
        return 0
    finally:
        store.close()


def _state_folder() -> Path:
    root = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(root) / "rescue-circle"


async def _show(store: Store, url: str, login: str, password: str | None, language: str) -> int:
    async with Terminal(url, store, login=login, password=password, language=language) as terminal:
        screen = _Screen(terminal, language, print)
        showing = asyncio.create_task(screen.show())
        typing = asyncio.create_task(screen.take())
        done, waiting = await asyncio.wait({showing, typing}, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for task in done:
            task.result()
    return 0


class _Screen:
    """Lines out for what happens, lines in for what the crew does."""

    def __init__(self, terminal: Terminal, language: str, out: Callable[[str], None]) -> None:
        self._terminal, self._language, self._out = terminal, language, out
        self._shown: dict[UUID, tuple[list[str], str]] = {}

    def _say(self, zh: str, en: str) -> None:
        self._out(said((zh, en), self._language))

    async def show(self) -> None:
        for order in self._terminal.orders():
            self._show_order(order)
        async for happening in self._terminal:
            match happening:
                case Link(up=True, why=""):
                    self._say("— 已连接", "— connected")
                case Link(up=up, why=why):
                    self._say(
                        f"— {'连接' if up else '连接中断，自动重连'}: {why}", f"— {'link' if up else 'offline'}: {why}"
                    )
                case Told(kind="assignment", id=id):
                    self._show(id)
                case Answered(status=status, message=message) if status >= 300:
                    self._say(f"✗ 未被接受: {message or status}", f"✗ refused: {message or status}")
                case _:
                    pass

    def _show(self, id: UUID) -> None:
        order = self._terminal.order(id)
        if order is None:
            self._say(
                "\a‼ 收到无法读取的派警：请更新本程序，并用电台确认",
                "\a‼ an unreadable order: update, and use the radio",
            )
        else:
            self._show_order(order)

    def _show_order(self, order: wire.Order, *, again: bool = False) -> None:
        """All of an order when it is new or has changed, else only its state; a new one rings."""
        lines = order_words.order_lines(order, self._language)
        state = order_words.state_line(order, self._language)
        known = self._shown.get(order.id)
        self._shown[order.id] = (lines, state)
        if again or known is None or known[0] != lines:
            rings = order.state in (State.ASSIGNED, State.REVOKED)
            head, *rest = lines
            self._out("\n".join([f"{BELL if rings else ''}■ {head}", f"  {state}", *(f"  {line}" for line in rest)]))
        elif known[1] != state:
            rings = order.state is State.REVOKED
            self._out(f"{BELL if rings else ''}■ {lines[0]} — {state}")
        if order.alarmed_at is None and order.state not in ENDED:
            self._terminal.alarmed(order.id)

    async def take(self) -> None:
        with _lines() as lines:
            async for line in lines:
                self._terminal.nudge()
                try:
                    meaning = order_words.typed(line)
                except order_words.NotUnderstood as word:
                    self._say(f"不明白“{word}”，输入 ? 查看命令", f"{word} is no command; ? shows them")
                    continue
                if meaning is Word.QUIT:
                    return
                self._do(meaning)

    def _do(self, meaning: Typed | Word | None) -> None:
        match meaning:
            case Word.HELP:
                self._out("\n".join(order_words.help_lines(self._language)))
            case Word.ORDERS:
                orders = self._terminal.orders()
                for order in orders:
                    self._show_order(order, again=True)
                if not orders:
                    self._say("目前没有派警", "no orders")
            case Typed(step=step, number=number, note=note):
                meant = order_words.chosen(self._terminal.orders(ended=True), number)
                if meant is None:
                    self._say("没有这样的派警", "there is no such order")
                    return
                self._terminal.step(meant.id, step, note)
                words = said(STEPS[step], self._language)
                self._say(f"→ {meant.incident_number} 号: {words}", f"→ #{meant.incident_number}: {words}")
            case _:
                pass


@contextmanager
def _lines() -> Iterator[AsyncIterator[str]]:
    """Lines of standard input as they are typed; after its end none ever, so that an unwatched terminal goes on."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    typed = sys.stdin.fileno()

    def feed_in() -> None:
        some = os.read(typed, 4096)
        if some:
            reader.feed_data(some)
        else:
            loop.remove_reader(typed)
            reader.feed_eof()

    try:
        loop.add_reader(typed, feed_in)
    except PermissionError:  # a file, which can always be read
        reader.feed_data(sys.stdin.buffer.read())
        reader.feed_eof()

    async def lines() -> AsyncIterator[str]:
        while line := await reader.readline():
            yield line.decode(errors="replace")
        await asyncio.Event().wait()

    try:
        yield lines()
    finally:
        loop.remove_reader(typed)
