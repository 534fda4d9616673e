"""How ``script/server`` was asked to run: its command line and its environment, checked before anything is started."""

import argparse
import contextlib
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from urllib.parse import urlsplit

TOP = Path(__file__).resolve().parents[1]

MOST_WORKERS = 8
"""What the private database has connections for."""


class CannotRun(Exception):
    """Why the service does not come up, in a sentence that names the setting or the command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """Who plays is started beside the server: from that hour in the area, by that seed, so many times as fast."""

    at: time
    seed: int
    pace: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the command line and the environment say, checked."""

    host: str
    port: int
    workers: int
    data_dir: Path
    demo: bool
    reset: bool
    yes: bool
    drill: Drill | None
    database_url: str | None
    demo_password: str | None

    @property
    def reached_at(self) -> str:
        """The host to call from this machine."""
        return "127.0.0.1" if self.host == "0.0.0.0" else self.host  # noqa: S104 compared, not bound

    @property
    def address(self) -> str:
        return f"http://{self.reached_at}:{self.port}"


def settings_of(words: list[str] | None) -> Settings:
    """Read both. Raises ``CannotRun``; a wrong option exits with its own sentence, as command lines do."""
    parser = argparse.ArgumentParser(prog="script/server", description="Run Rescue Circle until Ctrl-C.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; another than the default needs TLS")
    parser.add_argument("--port", type=_port, default=8000, help="port to serve on (8000)")
    parser.add_argument("--workers", type=_workers, default=1, help="server processes that share the port (1)")
    parser.add_argument("--data-dir", type=Path, default=TOP / "var", help="where the database is kept (var)")
    parser.add_argument("--no-demo", action="store_true", help="without the demo area and its logins")
    parser.add_argument("--drill", action="store_true", help="play callers and crews, on a database of their own")
    parser.add_argument("--drill-at", type=_hour, metavar="HH:MM", help="what time the drill begins at (10:00)")
    parser.add_argument("--drill-seed", type=int, metavar="N", help="the same seed, the same choices")
    parser.add_argument("--drill-pace", type=_pace, metavar="X", help="so many times as fast as people (1)")
    parser.add_argument("--reset", action="store_true", help="first throw the database's content away")
    parser.add_argument("--yes", action="store_true", help="answer yes to what --reset asks")
    said = parser.parse_args(words)
    drill, url = _drill(said), _database_url()
    if drill is not None and url is not None:
        raise CannotRun(
            "--drill has a private database of its own, so that no real one ever tells a drill's time;"
            " start without DATABASE_URL."
        )
    return Settings(
        host=said.host,
        port=said.port,
        workers=said.workers,
        data_dir=_writable(said.data_dir.absolute() / ("" if drill is None else "drill")),
        demo=not said.no_demo,
        reset=said.reset,
        yes=said.yes,
        drill=drill,
        database_url=url,
        demo_password=os.environ.get("DISPATCH_DEMO_PASSWORD") or None,
    )


def _drill(said: argparse.Namespace) -> Drill | None:
    asked = {"--drill-at": said.drill_at, "--drill-seed": said.drill_seed, "--drill-pace": said.drill_pace}
    if not said.drill:
        alone = next((name for name, value in asked.items() if value is not None), None)
        if alone is not None:
            raise CannotRun(f"{alone} goes with --drill")
        return None
    if said.no_demo:
        raise CannotRun("--drill plays in the demo area: leave --no-demo away")
    return Drill(
        at=time(10) if said.drill_at is None else said.drill_at,
        seed=secrets.randbelow(10_000) if said.drill_seed is None else said.drill_seed,
        pace=1.0 if said.drill_pace is None else said.drill_pace,
    )


def _hour(word: str) -> time:
    try:
        return datetime.strptime(word, "%H:%M").time()  # noqa: DTZ007 - an hour of the area
    except ValueError:
        raise argparse.ArgumentTypeError(f"an hour such as 10:00, not {word!r}") from None


def _pace(word: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 < (pace := float(word)) <= 1000:
            return pace
    raise argparse.ArgumentTypeError(f"a number above 0, at most 1000, not {word!r}")


def _port(word: str) -> int:
    if not word.isdecimal() or not 0 < int(word) < 65_536:
        raise argparse.ArgumentTypeError(f"a number from 1 to 65535, not {word!r}")
    return int(word)


def _workers(word: str) -> int:
    if not word.isdecimal() or not 0 < int(word) <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST_WORKERS}, not {word!r}")
    return int(word)


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRun(f"--data-dir {folder}: {error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotRun(f"--data-dir {folder}: may not be written")
    return folder


def _database_url() -> str | None:
    url = os.environ.get("DATABASE_URL")
    if url and urlsplit(url).scheme not in ("postgresql", "postgres"):
        raise CannotRun("DATABASE_URL must look like postgresql://user:password@host:5432/name")
    return url or None
