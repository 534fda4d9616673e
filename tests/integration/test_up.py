"""The whole service comes up with one command and goes down with it, and says plainly why when it cannot."""

import asyncio
import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import asyncpg
import pytest

from dispatch.up import CannotRun, empty
from sql.cluster import private_cluster

TOP = Path(__file__).parents[2]
private = pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="DATABASE_URL names a server instead")


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """A data folder that the database's user can enter."""
    with tempfile.TemporaryDirectory(prefix="rescue-circle-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def from_a_terminal() -> Iterator[None]:
    """What is started here ends when its terminal closes, though the tests may run under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


class Up:
    """A running ``script/server``, past its installing."""

    def __init__(self, var: Path, *options: str, environment: Mapping[str, str] | None = None) -> None:
        own = {
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DISPATCH_DEMO_PASSWORD")
        }
        with from_a_terminal():
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "dispatch.up", "--data-dir", str(var), *options],
                cwd=TOP,
                env={**own, **(environment or {})},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def says(self, words: str) -> str:
        """Read on until ``words`` are said, and return what was said until then."""
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if words in line:
                return said
        raise AssertionError(f"{words!r} was never said, but:\n{said}")

    def ends(self, told: signal.Signals | None = None, typed: str | None = None) -> tuple[int, str]:
        """The exit code and the rest of what it says, after being told or typed to."""
        if told is not None:
            self.process.send_signal(told)
        said, _ = self.process.communicate(typed)
        return self.process.returncode, said


@contextlib.contextmanager
def up(var: Path, *options: str, **environment: str) -> Iterator[Up]:
    running = Up(var, *options, environment=environment)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.communicate()


def refusal(var: Path, *options: str, typed: str | None = None, **environment: str) -> str:
    with up(var, *options, **environment) as running:
        code, said = running.ends(typed=typed)
        assert code != 0
        return said


def database_of(var: Path) -> int:
    """A handle on the database's process that becomes readable when it ends."""
    return os.pidfd_open(int((var / "postgres" / "postmaster.pid").read_text().splitlines()[0]))


@private
def test_it_serves_until_ctrl_c_and_the_database_stops_too(var: Path, port: int) -> None:
    with up(var, "--port", str(port), "--no-demo") as running:
        running.says(f"http://127.0.0.1:{port}")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
            assert answer.status == 200
        second = refusal(var, "--port", str(port + 1 if port < 65_535 else 1024), "--no-demo")
        assert "already running" in second
        assert f"http://127.0.0.1:{port}" in second
        database = database_of(var)
        code, said = running.ends(signal.SIGINT)
        assert (code, said.splitlines()[-1]) == (0, "Stopped.")
        assert select.select([database], [], [], 0)[0]
        os.close(database)
    socket.create_server(("127.0.0.1", port)).close()


@private
def test_killed_with_nine_it_leaves_nothing_running_and_starts_again_until_the_terminal_closes(
    var: Path, port: int
) -> None:
    with up(var, "--port", str(port), "--no-demo") as running:
        running.says("Ctrl-C")
        database = database_of(var)
        running.ends(signal.SIGKILL)  # returns when everybody has closed what they print to
        assert select.select([database], [], [], 60)[0], "the database outlived its parent by a minute"
        os.close(database)
    with up(var, "--port", str(port), "--no-demo") as running:
        running.says("Ctrl-C")
        assert running.ends(signal.SIGHUP)[0] == 0


@private
def test_reset_throws_exercises_away_and_refuses_when_a_real_incident_is_there() -> None:
    async def story(url: str) -> None:
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE TABLE incident (exercise uuid); INSERT INTO incident VALUES (NULL)")
        with pytest.raises(CannotRun, match="1 real incident"):
            await empty(url)
        await connection.execute("UPDATE incident SET exercise = gen_random_uuid()")
        await connection.close()
        await empty(url)
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("SELECT to_regclass('incident')") is None
        await connection.close()

    with private_cluster() as url:
        asyncio.run(story(url))


def test_a_taken_port_is_named(var: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        assert f"--port {port}" in refusal(var, "--port", str(port))


@pytest.mark.parametrize("port", ["0", "65536", "eight"])
def test_an_impossible_port_is_named(var: Path, port: str) -> None:
    assert "--port" in refusal(var, "--port", port)


def test_an_impossible_number_of_workers_is_named(var: Path) -> None:
    assert "--workers: a number from 1 to 8, not '9'" in refusal(var, "--workers", "9")


def test_a_database_url_of_something_else_is_named(var: Path) -> None:
    assert "DATABASE_URL" in refusal(var, DATABASE_URL="mysql://localhost/rescue")


def test_a_database_that_does_not_answer_is_named_without_its_password(var: Path, port: int) -> None:
    said = refusal(var, "--port", str(port), DATABASE_URL="postgresql://ada:secret@127.0.0.1:1/rescue")
    assert "DATABASE_URL: no connection to 127.0.0.1/rescue" in said
    assert "secret" not in said


def test_reset_is_not_for_a_database_that_somebody_else_looks_after(var: Path) -> None:
    assert "DATABASE_URL" in refusal(var, "--reset", "--yes", DATABASE_URL="postgresql://127.0.0.1:1/rescue")


@pytest.mark.parametrize("typed", ["", "no\n", "y\n"])
def test_reset_asks_and_takes_only_a_yes(var: Path, typed: str) -> None:
    assert "Nothing was thrown away" in refusal(var, "--reset", typed=typed)


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "--data-dir" in refusal(tmp_path / "file" / "var")


@private
def test_a_database_of_an_older_major_is_explained(tmp_path: Path, port: int) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("11\n")
    said = refusal(tmp_path, "--port", str(port))
    assert "made by PostgreSQL 11" in said
    assert "Traceback" not in said


def children(process: int) -> dict[str, int]:
    """The players of a drill, by what they play."""
    found = {}
    for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
        words = Path(f"/proc/{child}/cmdline").read_text().split("\0")
        if "drill" in words:
            found[words[words.index("drill") + 1]] = int(child)
    return found


@private
def test_a_drill_has_data_of_its_own_a_clock_of_its_own_and_players_that_are_replaced_when_they_die(
    var: Path, port: int
) -> None:
    with up(var, "--port", str(port), "--drill", "--drill-seed", "7", "--drill-pace", "20") as running:
        said = running.says("号警情")
        assert re.search(r"Drill 演练: \d{4}-\d\d-\d\d 10:00, --drill-seed 7", said)
        assert f"http://127.0.0.1:{port}/demo" in said
        assert said.splitlines()[-1].startswith("10:0"), "the drill's own clock"
        assert (var / "drill" / "postgres").exists()
        playing = children(running.process.pid)
        assert playing.keys() == {"crews", "callers"}
        os.kill(playing["crews"], signal.SIGKILL)
        running.says("The drill's crews ended with exit code -9 and start again")
        running.says("has acknowledged")
        code, said = running.ends(signal.SIGINT)
        assert (code, said.splitlines()[-1]) == (0, "Stopped.")
        assert "Traceback" not in said


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--drill-seed", "7"], "--drill-seed goes with --drill"),
        (["--drill", "--no-demo"], "--no-demo"),
        (["--drill", "--drill-at", "25:00"], "--drill-at"),
        (["--drill", "--drill-pace", "0"], "--drill-pace"),
    ],
)
def test_a_drill_that_cannot_be_is_named(var: Path, options: list[str], named: str) -> None:
    assert named in refusal(var, *options)


def test_no_database_of_somebody_elses_becomes_a_drills(var: Path) -> None:
    assert "private database of its own" in refusal(var, "--drill", DATABASE_URL="postgresql://127.0.0.1:1/rescue")
