"""What a run leaves behind: one folder of JSON lines, described in docs/faults.md, that any checker can read."""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from time import time
from types import TracebackType
from typing import IO, Any, Self
from uuid import UUID

import asyncpg

from dispatch import feed
from dispatch.terminal.store import Store

FORMAT = 1


def digest(body: bytes | str | None) -> str | None:
    """Of a JSON body, whatever the order of its names and its spaces; None of a body that is null."""
    value = None if body is None else json.loads(body)
    if value is None:
        return None
    return sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:16]


class Record:
    """The folder of a run that is going on. Times are seconds since 1970 by this machine's clock."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._files: dict[str, IO[str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()

    def put(self, name: str, **line: Any) -> None:
        """A line of ``name``.jsonl, at this moment."""
        self.write(name, {"at": round(time(), 3), **line})

    def write(self, name: str, line: Mapping[str, Any]) -> None:
        if name not in self._files:
            self._files[name] = (self.folder / f"{name}.jsonl").open("a", encoding="utf-8")
        self._files[name].write(json.dumps(line, default=_plain, ensure_ascii=False, separators=(",", ":")) + "\n")

    def say(self, **run: Any) -> None:
        """What is true of the run as a whole."""
        (self.folder / "run.json").write_text(json.dumps({"format": FORMAT, **run}, default=_plain, indent=1))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return round(value.timestamp(), 6)
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{value!r} is nothing to write down")


# --- what a client keeps ---

_APPLIED = """
CREATE TABLE IF NOT EXISTS applied (
  number INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, what TEXT NOT NULL, epoch TEXT NOT NULL,
  q INTEGER NOT NULL, kind TEXT, id TEXT, version INTEGER, digest TEXT
)
"""


class RecordedStore(Store):
    """A device's own store that also keeps, in the same transactions, what it was told and in which order.

    It does not wait for the disk: in these runs apps and servers are killed, never the machine.
    """

    def __init__(self, path: Path | str, record: Record, client: str) -> None:
        super().__init__(path)
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(_APPLIED)
        self._record, self._client = record, client

    def _write(self, change: feed.Change) -> None:
        super()._write(change)
        rows: list[tuple[str, str | None, str | None, int | None, str | None]] = []
        match change:
            case feed.Replace():
                rows.append(("snapshot", None, None, None, None))
                rows += [("row", each.k, str(each.id), each.v, digest(bytes(each.b))) for each in change.things]
            case feed.Apply():
                of = change.thing
                rows.append(("event", of.k, str(of.id), of.v, digest(bytes(of.b))))
            case feed.Remove():
                rows.append(("event", change.kind, str(change.id), None, None))
        self._db.executemany(
            "INSERT INTO applied (stream, what, epoch, q, kind, id, version, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(change.stream, what, change.epoch, change.q, *rest) for what, *rest in rows],
        )

    def queue(self, id: UUID, path: str, body: bytes, *, alarmed: UUID | None = None) -> bool:
        new = super().queue(id, path, body, alarmed=alarmed)
        if new:
            self._record.put("sent", client=self._client, id=id, path=path, body=json.loads(body))
        return new

    def hand_over(self) -> None:
        """Write down what this device was told and what it holds now."""
        for stream, what, epoch, q, kind, id, version, told in self._db.execute(
            "SELECT stream, what, epoch, q, kind, id, version, digest FROM applied ORDER BY number"
        ):
            line = {"client": self._client, "stream": stream, "what": what, "epoch": epoch, "q": q}
            if kind is not None:
                line |= {"kind": kind, "id": id, "version": version, "digest": told}
            self._record.write("applied", line)
        for stream, epoch, q in self._db.execute("SELECT stream, epoch, q FROM cursor ORDER BY stream").fetchall():
            self._record.write("cursor", {"client": self._client, "stream": stream, "epoch": epoch, "q": q})
            for kind, id, version, body in self._db.execute(
                "SELECT kind, id, version, body FROM thing WHERE stream = ?", (stream,)
            ):
                held = {"kind": kind, "id": id, "version": version, "digest": digest(body)}
                self._record.write("held", {"client": self._client, "stream": stream, **held})
        self._record.write("left", {"client": self._client, "unsent": self.writes()})

    def hand_over_fresh(self, server: str, stream: str) -> None:
        """Write down what a server told somebody who knew nothing."""
        cursor = self.cursor(stream)
        self._record.write("snapshot", {"server": server, "stream": stream, "epoch": cursor.e, "q": cursor.q})
        for kind, id, version, body in self._db.execute("SELECT kind, id, version, body FROM thing"):
            told = {"kind": kind, "id": id, "version": version, "digest": digest(body)}
            if kind == "incident":
                told["state"] = json.loads(body)["state"]
            self._record.write("fresh", {"server": server, "stream": stream, **told})


# --- what the database and the servers say ---

TABLES = {
    "incident": "SELECT id, number, status, outcome, assign, located_at, received_at, closed_at FROM incident",
    "report": "SELECT id, incident, received_at FROM report",
    "assignment": "SELECT id, incident, unit, kind, state, assigned_at, delivered_at, alarmed_at, acknowledged_at,"
    " ended_at FROM assignment",
    "timeline": "SELECT seq, incident, assignment, step, at, device_at, corrected_at, channel, body FROM incident_log"
    " ORDER BY seq",
    "alarm": "SELECT id, incident, assignment, what, due_at, raised_at, ended_at FROM alarm",
    "request": "SELECT id, what, at FROM request",
    "stream": "SELECT name, seq, floor FROM feed.stream",
    "outbox": "SELECT stream, seq, kind, id, version, body::text AS body, at FROM feed.outbox ORDER BY stream, seq",
    "ladder": """SELECT i.id AS incident, r.deliver_s, r.alarm_s, r.acknowledge_s FROM incident i
        JOIN LATERAL (SELECT * FROM run_card c
          WHERE c.incident_type = i.type AND (c.priority = i.priority OR c.priority IS NULL)
          ORDER BY c.priority NULLS LAST LIMIT 1) r ON true""",
}


async def copy_database(url: str, record: Record) -> None:
    """The tables that the checker reads, all of one instant."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            for name, query in TABLES.items():
                async for row in connection.cursor(query):
                    record.write(name, _outbox(dict(row)) if name == "outbox" else _decoded(dict(row)))
    finally:
        await connection.close()


def _decoded(row: dict[str, Any]) -> dict[str, Any]:
    if isinstance(row.get("body"), str):
        row["body"] = json.loads(row["body"])
    return row


def _outbox(row: dict[str, Any]) -> dict[str, Any]:
    """An event without its body, but for what says who is sent where and who waits."""
    body = row.pop("body")
    row["digest"] = digest(body)
    if row["kind"] == "incident" and row["digest"] is not None:
        row["state"] = json.loads(body)["state"]
    elif row["kind"] == "assignment" and row["digest"] is not None:
        of = json.loads(body)
        row |= {"unit": of["unit"], "incident": of["incident"], "state": of["state"], "of": of["kind"]}
    return row
