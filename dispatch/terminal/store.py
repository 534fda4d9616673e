"""What a crew's device keeps: one SQLite file with orders, places in streams, and what is still to be sent."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from dispatch import feed


class StoreInUse(Exception):
    """Another terminal has this file open."""


class OtherOwner(Exception):
    """The file holds what belongs to another login or another service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Something to be sent; ``id`` is also in the body, so that sending it twice does it once."""

    number: int
    id: UUID
    path: str
    body: bytes


_TABLES = """
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cursor (stream TEXT PRIMARY KEY, epoch TEXT NOT NULL, q INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS thing (
  stream TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (stream, kind, id)
);
CREATE TABLE IF NOT EXISTS write (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, path TEXT NOT NULL, body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS alarmed (id TEXT PRIMARY KEY);
"""


class Store:
    """One SQLite file; every method is one transaction that has reached the disk when it returns."""

    def __init__(self, path: Path | str) -> None:
        """Raises ``StoreInUse``."""
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).touch(mode=0o600)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=1)
        try:
            for setting in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"):
                self._db.execute(f"PRAGMA {setting}")
            self._db.executescript(_TABLES)
        except sqlite3.OperationalError:
            self._db.close()
            raise StoreInUse(f"{path} is in use by another terminal") from None

    def close(self) -> None:
        self._db.close()

    def kept(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def keep(self, name: str, value: str | None) -> None:
        with self._transaction():
            self._db.execute("DELETE FROM kept WHERE name = ?", (name,))
            if value is not None:
                self._db.execute("INSERT INTO kept VALUES (?, ?)", (name, value))

    def cursor(self, stream: str) -> feed.Cursor:
        row = self._db.execute("SELECT epoch, q FROM cursor WHERE stream = ?", (stream,)).fetchone()
        return feed.Cursor(s=stream) if row is None else feed.Cursor(s=stream, e=row[0], q=row[1])

    def apply(self, changes: Iterable[feed.Change]) -> None:
        """Store what was told together with the place it was told at."""
        with self._transaction():
            for change in changes:
                self._write(change)

    def _write(self, change: feed.Change) -> None:
        things: Iterable[feed.Thing] = ()
        match change:
            case feed.Replace():
                self._db.execute("DELETE FROM thing WHERE stream = ?", (change.stream,))
                things = change.things
            case feed.Apply():
                things = [change.thing]
            case feed.Remove():
                self._db.execute(
                    "DELETE FROM thing WHERE stream = ? AND kind = ? AND id = ?",
                    (change.stream, change.kind, str(change.id)),
                )
        self._db.executemany(
            "INSERT OR REPLACE INTO thing VALUES (?, ?, ?, ?, ?)",
            [(change.stream, thing.k, str(thing.id), thing.v, bytes(thing.b)) for thing in things],
        )
        self._db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, ?)", (change.stream, change.epoch, change.q))

    def things(self, stream: str, kind: str) -> list[bytes]:
        """The bodies of a stream's things of one kind."""
        rows = self._db.execute("SELECT body FROM thing WHERE stream = ? AND kind = ? ORDER BY id", (stream, kind))
        return [row[0] for row in rows]

    def thing(self, stream: str, kind: str, id: UUID) -> bytes | None:
        row = self._db.execute(
            "SELECT body FROM thing WHERE stream = ? AND kind = ? AND id = ?", (stream, kind, str(id))
        ).fetchone()
        return None if row is None else row[0]

    def queue(self, id: UUID, path: str, body: bytes, *, alarmed: UUID | None = None) -> bool:
        """Put a write at the end of the queue; with ``alarmed`` only if that order has not rung here before."""
        with self._transaction():
            if alarmed is not None:
                first = self._db.execute("INSERT OR IGNORE INTO alarmed VALUES (?)", (str(alarmed),)).rowcount
                if not first:
                    return False
            self._db.execute("INSERT INTO write (id, path, body) VALUES (?, ?, ?)", (str(id), path, body))
            return True

    def next_write(self) -> Write | None:
        row = self._db.execute("SELECT number, id, path, body FROM write ORDER BY number LIMIT 1").fetchone()
        return None if row is None else Write(number=row[0], id=UUID(row[1]), path=row[2], body=row[3])

    def writes(self) -> int:
        """How many writes have not been answered."""
        return int(self._db.execute("SELECT count(*) FROM write").fetchone()[0])

    def answered(self, number: int) -> None:
        with self._transaction():
            self._db.execute("DELETE FROM write WHERE number = ?", (number,))

    def wipe(self) -> None:
        """Forget everything: the device has been withdrawn."""
        with self._transaction():
            for table in ("kept", "cursor", "thing", "write", "alarmed"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        self._db.execute("VACUUM")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
