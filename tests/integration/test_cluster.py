"""A private cluster lets nobody in without the password, ends with its parent, and keeps what it holds."""

import asyncio
import contextlib
import fcntl
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from sql.cluster import AlreadyRunning, Cluster, ClusterError, OtherMajor, private_cluster
from sql.scratch import scratch_database, with_database

pytestmark = pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="DATABASE_URL names a server instead")
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root must become somebody else")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where a cluster may be made; other users can enter the folder around it."""
    with tempfile.TemporaryDirectory(prefix="rescue-circle-") as around:
        Path(around).chmod(0o755)
        yield Path(around) / "postgres"


@pytest.fixture(scope="module")
def pattern() -> Iterator[Path]:
    """A cluster made once, to be copied by those that are not about the making."""
    with tempfile.TemporaryDirectory(prefix="rescue-circle-") as around:
        Path(around).chmod(0o755)
        with Cluster(Path(around) / "postgres", durable=False) as cluster:
            pass
        yield cluster.folder


@pytest.fixture
def made(folder: Path, pattern: Path) -> Path:
    """A cluster that has been started and stopped before."""
    subprocess.run(["cp", "-a", pattern, folder], check=True)
    return folder


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with private_cluster() as url:
        yield url


def value(url: str, query: str) -> object:
    async def ask() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    return asyncio.run(ask())


@contextlib.contextmanager
def program(words: str, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A Python program of ``words`` with a cluster of ``folder`` at hand; past the block it is gone."""
    top = Path(__file__).parents[2]
    words = (
        f"from pathlib import Path; from sql.cluster import Cluster; cluster = Cluster(Path({str(folder)!r}))\n{words}"
    )
    command = [sys.executable, "-c", words]
    with subprocess.Popen(command, cwd=top, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def test_it_listens_on_the_loopback_alone_and_not_where_others_do(url: str) -> None:
    assert urlsplit(url).hostname == "127.0.0.1"
    assert urlsplit(url).port != 5432
    assert value(url, "SHOW listen_addresses") == "127.0.0.1"
    assert value(url, "SHOW unix_socket_directories") == ""


def test_it_keeps_checksums_and_speaks_utf8_and_utc(url: str) -> None:
    assert value(url, "SHOW data_checksums") == "on"
    assert value(url, "SHOW server_encoding") == "UTF8"
    assert value(url, "SHOW timezone") == "UTC"
    assert value(url, "SELECT lower('黄石寨 É')") == "黄石寨 é"


@pytest.mark.parametrize("login", ["rescue_circle:wrong", "rescue_circle", "postgres", "rescue_circle:"])
def test_nobody_comes_in_without_the_password(
    url: str, login: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    place = urlsplit(url).netloc.rpartition("@")[2]
    with pytest.raises((asyncpg.InvalidPasswordError, asyncpg.InterfaceError)):
        value(f"postgresql://{login}@{place}/rescue_circle", "SELECT 1")


def test_only_the_owner_reads_the_password_and_the_log(made: Path) -> None:
    with Cluster(made, durable=False) as cluster:
        for secret in (cluster.folder / "password", cluster.folder / "server.log"):
            assert secret.stat().st_mode & 0o777 == 0o600
        assert cluster.folder.stat().st_mode & 0o777 == 0o700


def test_a_second_start_keeps_what_was_stored_and_the_address(made: Path) -> None:
    with Cluster(made) as cluster:
        first = cluster.url()
        value(first, "CREATE TABLE kept AS SELECT 7 AS seven")
    with Cluster(made) as cluster:
        assert cluster.url() == first
        assert value(first, "SELECT seven FROM kept") == 7


def test_an_address_that_somebody_took_meanwhile_is_left_to_them(made: Path) -> None:
    with Cluster(made, durable=False) as cluster:
        first = urlsplit(cluster.url()).port
    with socket.create_server(("127.0.0.1", first or 0)), Cluster(made, durable=False) as cluster:
        assert urlsplit(cluster.url()).port != first
        assert value(cluster.url(), "SELECT 1") == 1


def test_a_second_start_meanwhile_is_told_who_holds_the_folder(made: Path) -> None:
    with Cluster(made, holder="the one on port 8000", durable=False) as cluster:
        with pytest.raises(AlreadyRunning, match="the one on port 8000"):
            Cluster(made).start()
        assert value(cluster.url(), "SELECT 1") == 1


def test_a_stopped_cluster_has_no_address_and_can_be_stopped_again(made: Path) -> None:
    cluster = Cluster(made, durable=False)
    cluster.start()
    cluster.stop()
    cluster.stop()
    with pytest.raises(ClusterError, match="no PostgreSQL runs"):
        cluster.url()


def test_the_server_ends_when_its_parent_is_killed(made: Path) -> None:
    with program("print(cluster.start(), flush=True); input()", made) as parent:
        assert parent.stdout is not None
        url = parent.stdout.readline().strip()
        value(url, "CREATE TABLE kept AS SELECT 7 AS seven")
        server = int((made / "postmaster.pid").read_text().splitlines()[0])
        gone = os.pidfd_open(server)
        parent.send_signal(signal.SIGKILL)
    assert select.select([gone], [], [], 60)[0], "the server outlived its parent by a minute"
    os.close(gone)
    with Cluster(made) as cluster:
        assert value(cluster.url(), "SELECT seven FROM kept") == 7


def test_a_server_that_nobody_looks_after_any_more_is_stopped_and_started_anew(made: Path) -> None:
    forget = "import os; print(cluster.start(), flush=True); os.execvp('sleep', ['sleep', '600'])"
    with program(forget, made) as parent:
        assert parent.stdout is not None
        url = parent.stdout.readline().strip()
        value(url, "CREATE TABLE kept AS SELECT 7 AS seven")
        with made.with_name("postgres.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # wait until exec has let go of it
        orphan = int((made / "postmaster.pid").read_text().splitlines()[0])
        with Cluster(made) as cluster:
            assert int((made / "postmaster.pid").read_text().splitlines()[0]) != orphan
            assert value(cluster.url(), "SELECT seven FROM kept") == 7


def test_a_pid_file_of_a_process_that_is_somebody_else_is_not_believed(made: Path) -> None:
    with Cluster(made, durable=False):
        left = (made / "postmaster.pid").read_text()
    stranger = left.replace(left.splitlines()[0], str(os.getpid()), 1)
    (made / "postmaster.pid").write_text(stranger)
    with pytest.raises(ClusterError, match="no PostgreSQL runs"):
        Cluster(made).url()


def test_a_folder_of_an_older_major_is_explained_and_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "PG_VERSION").write_text("9\n")
    with pytest.raises(OtherMajor, match=r"made by PostgreSQL 9, older than .* postgresql-9-postgis-3.* pg_dump"):
        Cluster(folder).start()
    assert [path.name for path in folder.iterdir()] == ["PG_VERSION"]


def test_a_folder_with_something_else_in_it_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "letters.txt").write_text("dear all")
    with pytest.raises(ClusterError, match="not empty and not a PostgreSQL data folder"):
        Cluster(folder).start()
    assert (folder / "letters.txt").read_text() == "dear all"


def test_a_half_made_folder_of_an_interrupted_first_start_is_made_again(folder: Path) -> None:
    half = folder.with_name("postgres.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("15\n")
    with Cluster(folder, durable=False) as cluster:
        assert value(cluster.url(), "SELECT 1") == 1
    assert not half.exists()


def test_what_postgres_says_when_it_does_not_start_is_told(made: Path) -> None:
    with Cluster(made, durable=False):
        pass
    with (made / "postgresql.conf").open("a") as settings:
        settings.write("work_mem = 'plenty'\n")
    with pytest.raises(ClusterError, match='invalid value for parameter "work_mem"'):
        Cluster(made).start()


@only_root
def test_root_hands_the_server_to_another_user(made: Path) -> None:
    with Cluster(made, durable=False):
        server = int((made / "postmaster.pid").read_text().splitlines()[0])
        assert Path(f"/proc/{server}").stat().st_uid != 0
        assert made.stat().st_uid == Path(f"/proc/{server}").stat().st_uid


@only_root
def test_where_the_other_user_cannot_enter_a_link_leads_to_a_place_where_they_can(folder: Path) -> None:
    folder.parent.chmod(0o700)
    cluster = Cluster(folder, durable=False)
    try:
        with cluster:
            value(cluster.url(), "CREATE TABLE kept AS SELECT 7 AS seven")
        assert cluster.folder.is_relative_to("/var/lib/rescue-circle")
        assert folder.resolve() == cluster.folder
        with Cluster(folder, durable=False) as again:
            assert value(again.url(), "SELECT seven FROM kept") == 7
    finally:
        shutil.rmtree(cluster.folder.parent)


def test_a_private_cluster_for_tests_leaves_nothing_behind() -> None:
    with private_cluster() as url:
        place = Path(str(value(url, "SHOW data_directory")))
        assert place.exists()
    assert not place.parent.exists()


def test_a_scratch_database_is_gone_after_its_block(url: str) -> None:
    with scratch_database(url) as scratch:
        name = value(scratch, "SELECT current_database()")
    assert value(url, f"SELECT count(*) FROM pg_database WHERE datname = '{name}'") == 0  # noqa: S608
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        value(with_database(url, str(name)), "SELECT 1")
