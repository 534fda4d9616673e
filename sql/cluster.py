"""A private PostgreSQL cluster of our own: made, started, stopped, and never in anybody else's way.

Its folder is a PostgreSQL data folder with our password and server log inside and a lock file beside it. It listens on
127.0.0.1 alone, never on 5432, and lets nobody in without the password. PostgreSQL refuses to run as root, so root
hands the folder and the server to another user. The server is our child and ends when we do, even by ``kill -9``.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

NAME = "rescue_circle"
"""The cluster's one role and its first database."""

OLDEST_MAJOR = 15
PORTS = range(15_500, 16_500)
START_S = 300.0  # crash recovery may be long; a server that cannot start ends by itself at once
STOP_S = 60.0

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
    "jit": "off",  # short queries: compiling them costs more than running them
}
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class ClusterError(Exception):
    """Why there is no private cluster, in a sentence for the person who asked for one."""


class PostgresMissing(ClusterError):
    """No PostgreSQL with PostGIS is installed where the distribution puts it."""


class OtherMajor(ClusterError):
    """The folder was written by a PostgreSQL major that is not installed; no other can open it."""


class AlreadyRunning(ClusterError):
    """Somebody holds the folder; ``holder`` is what they said of themselves."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(f"{folder} is in use by {holder or 'another process'}")
        self.holder = holder


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The user who owns the folder and runs the server."""

    name: str
    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        return _run(["test", "-x", str(folder)], self).returncode == 0


class Cluster:
    """A private cluster in ``folder``.

    ``holder`` is told to whoever tries to start the same folder meanwhile. A cluster that is not ``durable`` is quicker
    and loses its content when the machine fails: for tests. Start it from a thread that lives as long as it should.
    """

    def __init__(self, folder: Path, *, holder: str = "", durable: bool = True) -> None:
        self.asked_folder = folder.absolute()
        self.account = _account(self.asked_folder)
        self.folder = _resting_place(self.asked_folder, self.account)
        self.holder = holder or f"process {os.getpid()}"
        self.durable = durable
        self._lock: int | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> str:
        """Make the folder if there is none, start the server, and return the URL of the first database.

        A server that outlived its parent is stopped first. Raises ``ClusterError``.
        """
        self._take_lock()
        try:
            self._stop_orphan()
            programs = self._programs()
            if not (self.folder / "PG_VERSION").exists():
                self._make(programs)
            self._serve(programs)
        except BaseException:
            self.stop()
            raise
        return self.url()

    def stop(self) -> None:
        """End the server, disconnecting everybody, and let go of the folder. Harmless when nothing runs."""
        if self._server is not None:
            _end_child(self._server)
            self._server = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def url(self, database: str = NAME) -> str:
        """Where a running server's ``database`` is. Raises ``ClusterError`` when none runs."""
        running = self._postmaster()
        if running is None:
            raise ClusterError(f"no PostgreSQL runs in {self.folder}")
        password = (self.folder / "password").read_text().strip()
        return f"postgresql://{NAME}:{password}@127.0.0.1:{running.port}/{database}"

    @property
    def exists(self) -> bool:
        return (self.folder / "PG_VERSION").exists()

    def _take_lock(self) -> None:
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.folder.with_name(f"{self.folder.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 1000).decode()
            os.close(lock)
            raise AlreadyRunning(self.folder, holder) from None
        os.ftruncate(lock, 0)
        os.write(lock, self.holder.encode())
        self._lock = lock

    def _stop_orphan(self) -> None:
        orphan = self._postmaster()
        if orphan is not None:
            _end(orphan.pid, lambda: not orphan.runs_in(self.folder))

    def _postmaster(self) -> "_Postmaster | None":
        postmaster = _Postmaster.of(self.folder)
        return postmaster if postmaster is not None and postmaster.runs_in(self.folder) else None

    def _programs(self) -> Path:
        found = _installed()
        if not found:
            raise PostgresMissing(
                f"PostgreSQL {OLDEST_MAJOR} or newer with PostGIS is not installed;"
                f" on Debian 12: apt-get install postgresql-15 postgresql-15-postgis-3"
            )
        if not self.exists:
            return found[max(found)]
        major = int((self.folder / "PG_VERSION").read_text().strip())
        if major not in found:
            raise OtherMajor(_other_major(self.folder, major, max(found)))
        return found[major]

    def _make(self, programs: Path) -> None:
        """initdb beside the folder, then rename: a folder that is there is whole."""
        if self.folder.exists() and any(self.folder.iterdir()):
            raise ClusterError(f"{self.folder} is not empty and not a PostgreSQL data folder; it is left as it is")
        new = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._give(new)
        password = secrets.token_urlsafe(32)
        with tempfile.NamedTemporaryFile("w", prefix="rescue-circle-") as password_file:
            password_file.write(password)
            password_file.flush()
            self._give(Path(password_file.name))
            options = [
                "--username",
                NAME,
                "--auth",
                "scram-sha-256",
                "--pwfile",
                password_file.name,
                "--data-checksums",
            ]
            options += ["--encoding", "UTF8", "--locale", "C.UTF-8", *([] if self.durable else ["--no-sync"])]
            self._must_run([programs / "initdb", *options, "--pgdata", new])
        self._must_run([programs / "postgres", "--single", "-D", new, "postgres"], f"CREATE DATABASE {NAME}\n")
        self._keep_password(new / "password", password)
        if self.folder.exists():
            self.folder.rmdir()
        new.rename(self.folder)

    def _keep_password(self, path: Path, password: str) -> None:
        path.touch(mode=0o600)
        path.write_text(password + "\n")
        self._give(path)

    def _give(self, path: Path) -> None:
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)

    def _serve(self, programs: Path) -> None:
        for port in _ports(self.folder):
            told = self._log_size()
            self._server = self._spawn(programs, port)
            if self._ready(self._server):
                return
            self._server = None
            said = self._log_since(told)
            if "Address already in use" not in said:
                raise ClusterError(f"PostgreSQL did not start in {self.folder}:\n{said.strip()}")
        raise ClusterError(f"no free port between {PORTS.start} and {PORTS.stop - 1} on 127.0.0.1")

    def _spawn(self, programs: Path, port: int) -> "subprocess.Popen[bytes]":
        settings = {**SETTINGS, **({} if self.durable else HASTY), "port": str(port)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        log = self.folder / "server.log"
        log.touch(mode=0o600)
        self._give(log)
        # A session of its own: Ctrl-C in the terminal is for us, and we stop the server last.
        with log.open("ab") as out:
            return subprocess.Popen(  # noqa: S603 our own words and paths
                ["/usr/bin/setpriv", "--pdeathsig", "INT", "--", programs / "postgres", "-D", self.folder, *options],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                **_as(self.account),
            )

    def _ready(self, server: "subprocess.Popen[bytes]") -> bool:
        """Wait for the server's own word, in its pid file; False when it ended instead."""
        give_up = time.monotonic() + START_S
        while server.poll() is None:
            postmaster = _Postmaster.of(self.folder)
            if postmaster is not None and postmaster.pid == server.pid and postmaster.is_ready:
                return True
            if time.monotonic() > give_up:
                _end_child(server)
                break
            time.sleep(0.02)
        return False

    def _log_size(self) -> int:
        log = self.folder / "server.log"
        return log.stat().st_size if log.exists() else 0

    def _log_since(self, told: int) -> str:
        return (self.folder / "server.log").read_bytes()[told:].decode(errors="replace")[-2000:]

    def _must_run(self, command: list[str | Path], words: str = "") -> None:
        done = _run([str(word) for word in command], self.account, words)
        if done.returncode != 0:
            raise ClusterError(f"{Path(command[0]).name} failed:\n{(done.stderr or done.stdout).strip()[-2000:]}")


@contextlib.contextmanager
def private_cluster(folder: Path | None = None) -> Iterator[str]:
    """The URL of a cluster that lasts as long as the block and does not mind losing its content: for tests.

    Without ``folder`` it lies in the machine's temporary folder and is removed at the end.
    """
    if folder is not None:
        with Cluster(folder, durable=False) as cluster:
            yield cluster.url()
        return
    temporary = Path(tempfile.mkdtemp(prefix="rescue-circle-"))
    temporary.chmod(0o755)  # the server's user must be able to enter; the data folder inside is 0700
    try:
        with private_cluster(temporary / "postgres") as url:
            yield url
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Postmaster:
    """What ``postmaster.pid`` says of the server."""

    pid: int
    port: int
    is_ready: bool

    @classmethod
    def of(cls, folder: Path) -> Self | None:
        try:
            lines = (folder / "postmaster.pid").read_text().splitlines()
            return cls(pid=int(lines[0]), port=int(lines[3]), is_ready=len(lines) > 7 and lines[7].strip() == "ready")
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def runs_in(self, folder: Path) -> bool:
        """Whether that process is there and is this folder's server, not a stranger with a number used again."""
        try:
            return Path(f"/proc/{self.pid}/cwd").readlink() == folder
        except (FileNotFoundError, PermissionError):
            return False


def _installed() -> dict[int, Path]:
    """The folder of programs by major, of those majors that have PostGIS."""
    found = {}
    for programs in Path("/usr/lib/postgresql").glob("*/bin"):
        major = programs.parent.name
        has_postgis = Path(f"/usr/share/postgresql/{major}/extension/postgis.control").exists()
        if major.isdigit() and int(major) >= OLDEST_MAJOR and has_postgis and (programs / "postgres").exists():
            found[int(major)] = programs
    return found


def _account(folder: Path) -> Account | None:
    """Whom the server runs as: ourselves (None), or when we are root the folder's owner, else ``postgres``."""
    if os.geteuid() != 0:
        return None
    version = folder / "PG_VERSION"
    owner = version.stat().st_uid if version.exists() else 0
    try:
        user = pwd.getpwuid(owner) if owner else pwd.getpwnam("postgres")
    except KeyError:
        raise PostgresMissing(
            f"PostgreSQL does not run as root, and there is no user {owner or 'postgres'} to run it as"
        ) from None
    return Account(name=user.pw_name, uid=user.pw_uid, gid=user.pw_gid)


def _resting_place(folder: Path, account: Account | None) -> Path:
    """``folder``, or, where the server's user cannot enter, a place in /var/lib with a link to it."""
    if folder.is_symlink() or folder.exists() or account is None:
        return folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    if account.may_enter(folder.parent):
        return folder.resolve()
    elsewhere = Path("/var/lib/rescue-circle", hashlib.sha256(bytes(folder)).hexdigest()[:12], "postgres")
    elsewhere.parent.mkdir(parents=True, exist_ok=True)
    folder.symlink_to(elsewhere)
    return elsewhere


def _other_major(folder: Path, major: int, newest: int) -> str:
    age = "older" if major < newest else "newer"
    return (
        f"{folder} was made by PostgreSQL {major}, {age} than the PostgreSQL {newest} installed here, which cannot open"
        f" it. Your data is whole. Either install the version that made it"
        f" (apt-get install postgresql-{major} postgresql-{major}-postgis-3) and start again, or dump it there with"
        f" pg_dump, move the folder away, start, and restore the dump."
    )


def _ports(folder: Path) -> Iterator[int]:
    """Free ports, first the one this folder had before if nobody took it, so that planners' settings keep working."""
    start = int.from_bytes(hashlib.sha256(bytes(folder)).digest()[:4])
    for step in range(len(PORTS)):
        port = PORTS[(start + step) % len(PORTS)]
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        yield port


def _as(account: Account | None) -> dict[str, Any]:
    """How ``subprocess`` becomes ``account``, with nothing of our own surroundings that could mislead PostgreSQL."""
    plain = {"cwd": "/", "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, "umask": 0o077}
    if account is None:
        return plain
    return {**plain, "user": account.uid, "group": account.gid, "extra_groups": []}


def _run(command: list[str], account: Account | None, words: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 our own words and paths
        command, input=words, capture_output=True, text=True, check=False, **_as(account)
    )


def _end_child(server: "subprocess.Popen[bytes]") -> None:
    _end(server.pid, lambda: server.poll() is not None)


def _end(pid: int, has_ended: Callable[[], bool]) -> None:
    """Ask the server to disconnect everybody and end; after a minute, to end at once and recover at the next start."""
    for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)
        give_up = time.monotonic() + STOP_S
        while time.monotonic() < give_up:
            if has_ended():
                return
            time.sleep(0.02)
