"""Whether a run lost, doubled or forgot anything: reads the record of a run and nothing else.

It knows nothing of the service's code: `docs/faults.md` describes what it reads and what it demands, and another
program can be written from that page to check the same run.

    python -m bench.faults.checker FOLDER/record
"""

import json
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, NamedTuple

Line = dict[str, Any]

GRACE_S = 5.0
"""How long after a deadline, counted while the service is up, an order may stay unchased."""

LOOKS_LATE_S = 1.0
"""The longest time between two looks at the servers through which they count as having been up."""

ENDED = frozenset({"cleared", "declined", "timed_out", "revoked"})
RUNGS = ("undelivered", "unalarmed", "unacknowledged")
"""The rungs of an order's ladder; who was told of a later one is not told of the earlier ones as well."""


class Violation(NamedTuple):
    """``kind`` is the sentence that does not hold, ``what`` the facts against it."""

    kind: str
    what: str


@dataclass(slots=True)
class Run:
    """A record as read: each file by its name, line by line; ``told`` what is true of the run as a whole."""

    told: Mapping[str, Any]
    lines: Mapping[str, Sequence[Line]] = field(default_factory=dict)
    grace_s: float = GRACE_S

    def of(self, name: str) -> Sequence[Line]:
        return self.lines.get(name, ())


def load(folder: Path) -> Run:
    lines = {}
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            lines[path.stem] = [json.loads(line) for line in file]
    return Run(json.loads((folder / "run.json").read_text()), lines)


def check(run: Run, *, grace_s: float = GRACE_S) -> list[Violation]:
    """All that does not hold. On a machine that does other things as well, more grace may be given for chasing."""
    return [violation for each in CHECKS for violation in each(replace(run, grace_s=grace_s))]


def empty(run: Run) -> Iterator[Violation]:
    """A record of nothing proves nothing."""
    for name in ("sent", "answer", "incident", "report", "timeline", "outbox", "applied", "snapshot", "ready"):
        if not run.of(name):
            yield Violation("the record holds a run", f"{name}.jsonl is empty or missing")


# --- reports and incidents ---

REPORTS = frozenset({"/api/incidents", "/api/reports"})


def reports(run: Run) -> Iterator[Violation]:
    """Every accepted report belongs to exactly one incident, and no incident came from nowhere."""
    kind = "every accepted report belongs to exactly one incident"
    named = _reported(run)
    accepted = {each["id"] for each in run.of("answer") if each["path"] in REPORTS and _good(each)}
    carried_out = accepted | {each["id"] for each in run.of("request")}
    incidents = Counter(each["id"] for each in run.of("incident"))
    told = Counter(each["incident"] for each in run.of("report"))
    wanted = Counter(id if id in incidents else of for id, of in named.items() if id in carried_out)
    for id in sorted(accepted):
        of = id if id in incidents else named[id]
        if incidents[of] != 1:
            yield Violation(kind, f"report {id} was accepted, of {of}, which is {incidents[of]} incidents")
    for id in sorted(incidents):
        if id not in named:
            yield Violation(kind, f"incident {id} was reported by nobody")
        elif told[id] != wanted[id]:
            yield Violation(kind, f"incident {id} has {told[id]} reports, and {wanted[id]} were accepted")
    for each in run.of("report"):
        if each["incident"] is None or each["incident"] not in incidents:
            yield Violation(kind, f"report {each['id']} belongs to no incident")


def _reported(run: Run) -> dict[str, str]:
    """By the ids of the reports that were sent the incident that each tells of: a new one's id is the report's own."""
    return {
        each["id"]: each["body"].get("incident") or each["id"] for each in run.of("sent") if each["path"] in REPORTS
    }


def sendings(run: Run) -> Iterator[Violation]:
    """Every sending of a unit that was answered as done is an order, of that incident."""
    kind = "every accepted sending is an order"
    accepted = {each["id"] for each in run.of("answer") if _good(each)}
    orders = {each["id"]: each["incident"] for each in run.of("assignment")}
    for each in {each["id"]: each for each in run.of("sent")}.values():
        _, _, of, id, *rest = each["path"].split("/") + [""] * 2
        if of == "incidents" and rest[0] == "assignments" and each["id"] in accepted and orders.get(each["id"]) != id:
            yield Violation(kind, f"a unit was sent to {id}, and there is no order {each['id']} to it")


WAITING = "every incident is assigned, or visibly waiting"


def waiting(run: Run) -> Iterator[Violation]:
    """At rest, every open incident has a unit on it, or is shown as waiting to whoever looks."""
    out = {each["incident"] for each in run.of("assignment") if each["state"] not in ENDED}
    shown: dict[str, dict[str, str]] = {
        each["server"]: {} for each in run.of("snapshot") if each["stream"].startswith("area/")
    }
    for each in run.of("fresh"):
        if each["kind"] == "incident" and each["stream"].startswith("area/"):
            shown[each["server"]][each["id"]] = each["state"]
    for server, states in shown.items():
        for incident in run.of("incident"):
            state = states.get(incident["id"])
            if incident["status"] == "closed":
                right = state in {None, "closed"}
            else:
                right = state in _rightly(incident["id"] in out)
            if not right:
                yield Violation(WAITING, f"incident {incident['id']} is {incident['status']}, {server} shows {state}")


def waited(run: Run) -> Iterator[Violation]:
    """All the time, what was told of an incident fits who was on it, after each transaction."""
    out: dict[str, set[str]] = defaultdict(set)
    states: dict[str, str] = {}
    events = [each for each in _by_number(run.of("outbox")) if each["stream"].startswith("area/")]
    for (stream, at), told in groupby(events, key=lambda each: (each["stream"], each["at"])):
        touched: set[str] = set()
        for each in told:
            if each["kind"] == "incident" and each["digest"] is not None:
                states[each["id"]] = each["state"]
                touched.add(each["id"])
            elif each.get("of") == "incident":
                (out[each["incident"]].discard if each["state"] in ENDED else out[each["incident"]].add)(each["id"])
                touched.add(each["incident"])
        for incident in touched:
            state = states.get(incident)
            if state != "closed" and state not in _rightly(bool(out[incident])):
                yield Violation(
                    WAITING,
                    f"{stream} at {at} tells that {incident} is {state}, with {len(out[incident])} units on it",
                )


def _rightly(somebody_is_on_it: bool) -> frozenset[str]:
    return frozenset({"assigned", "under_way"} if somebody_is_on_it else {"waiting", "received"})


# --- units ---


def overlaps(run: Run) -> Iterator[Violation]:
    """No unit was on two incidents at once, in the order in which everything was committed."""
    kind = "no unit has two open incident assignments at once"
    on: dict[str, str] = {}
    for each in _by_number(run.of("outbox")):
        if each.get("of") != "incident" or not each["stream"].startswith("area/"):
            continue
        unit, id = each["unit"], each["id"]
        if each["state"] in ENDED:
            if on.get(unit) == id:
                del on[unit]
        elif on.setdefault(unit, id) != id:
            yield Violation(kind, f"unit {unit} got {id} (number {each['seq']}) while it was on {on[unit]}")
    of_unit: dict[str, list[Line]] = defaultdict(list)
    for each in run.of("assignment"):
        if each["kind"] == "incident":
            of_unit[each["unit"]].append(each)
    for unit, rows in of_unit.items():
        rows.sort(key=lambda each: (each["assigned_at"], _end(each)))
        for one, other in pairwise(rows):
            if _end(one) > other["assigned_at"]:
                yield Violation(kind, f"unit {unit} has {one['id']} until {_end(one)}, {other['id']} from before that")


def _end(row: Line) -> float:
    return float("inf") if row["ended_at"] is None else float(row["ended_at"])


# --- streams ---


def holes(run: Run) -> Iterator[Violation]:
    """Each stream is 1…n, each number once."""
    kind = "each stream is 1…n without holes"
    numbers: dict[str, list[int]] = defaultdict(list)
    for each in run.of("outbox"):
        numbers[each["stream"]].append(each["seq"])
    for stream in run.of("stream"):
        there = sorted(numbers.pop(stream["name"], []))
        if there != list(range(stream["floor"] + 1, stream["seq"] + 1)):
            yield Violation(kind, f"{stream['name']} goes to {stream['seq']}, {_first_hole(stream, there)}")
    for name in numbers:
        yield Violation(kind, f"{name} has events and is no stream")


def _first_hole(stream: Line, there: Sequence[int]) -> str:
    missing = sorted(set(range(stream["floor"] + 1, stream["seq"] + 1)) - set(there))
    doubled = [q for q, count in Counter(there).items() if count > 1]
    return f"{len(missing)} numbers are missing from {missing[:1]}, {len(doubled)} doubled, {len(there)} are there"


def applied(run: Run) -> Iterator[Violation]:
    """What each client applied is what the stream holds: after a snapshot or the last event the next, and the same."""
    kind = "each client's applied log equals the stream"
    outbox = {(each["stream"], each["seq"]): each for each in run.of("outbox")}
    at: dict[tuple[str, str], tuple[str, int]] = {}
    wrong: set[tuple[str, str]] = set()
    for each in run.of("applied"):
        place = (each["client"], each["stream"])
        if place in wrong or each["what"] == "row":
            continue
        (epoch, q), before = (each["epoch"], each["q"]), at.get(place)
        at[place] = epoch, q
        if each["what"] == "snapshot":
            if before is not None and before[0] == epoch and q < before[1]:
                wrong.add(place)
                yield Violation(kind, f"{each['client']} {each['stream']}: thrown back from {before[1]} to {q}")
            continue
        stored = outbox.get((each["stream"], q))
        if before is None or q != before[1] + 1:
            fault = f"applied {q} after {None if before is None else before[1]}"
        elif stored is None:
            fault = f"applied {q}, which the stream does not have"
        elif not _same(each, stored):
            fault = f"applied another {q} than the stream has: {each['kind']} {each['id']} version {each['version']}"
        else:
            continue
        wrong.add(place)
        yield Violation(kind, f"{each['client']} {each['stream']}: {fault}")
    yield from _snapshots(run, kind)


def _same(told: Line, stored: Line) -> bool:
    if told["digest"] is None or stored["digest"] is None:
        return told["digest"] == stored["digest"] and (told["kind"], told["id"]) == (stored["kind"], stored["id"])
    return all(told[name] == stored[name] for name in ("kind", "id", "version", "digest"))


def _snapshots(run: Run, kind: str) -> Iterator[Violation]:
    """A snapshot at a number holds what the events up to it made, and all of it that is not over."""
    history: dict[str, dict[tuple[str, str], list[Line]]] = defaultdict(lambda: defaultdict(list))
    for each in _by_number(run.of("outbox")):
        history[each["stream"]][each["kind"], each["id"]].append(each)
    for snapshot, rows in _told(run):
        where, q = f"{snapshot['client']} {snapshot['stream']}: the snapshot at {snapshot['q']}", snapshot["q"]
        of = history[snapshot["stream"]]
        for key, row in rows.items():
            last = _last(of.get(key, ()), q)
            if last is not None and (last["digest"], last["version"]) != (row["digest"], row["version"]):
                yield Violation(kind, f"{where} holds {key} in version {row['version']}, the stream {last['version']}")
        for key, events in of.items():
            last = None if key in rows else _last(events, q)
            if last is not None and _goes_on(last):
                yield Violation(kind, f"{where} lacks {key}, whose version {last['version']} is not over")


def _told(run: Run) -> Iterator[tuple[Line, dict[tuple[str, str], Line]]]:
    """Every snapshot that a client applied, with its rows."""
    open_: dict[tuple[str, str], tuple[Line, dict[tuple[str, str], Line]]] = {}
    for each in run.of("applied"):
        place = (each["client"], each["stream"])
        if each["what"] == "snapshot":
            if place in open_:
                yield open_[place]
            open_[place] = each, {}
        elif each["what"] == "row":
            open_[place][1][each["kind"], each["id"]] = each
    yield from open_.values()


def _last(events: Sequence[Line], q: int) -> Line | None:
    """The last event up to a number, of events in order."""
    upto = bisect_right(events, q, key=lambda each: each["seq"])
    return events[upto - 1] if upto else None


def _goes_on(event: Line) -> bool:
    """Whether the thing is of those that a snapshot must hold: an open incident, an order under way."""
    if event["digest"] is None:
        return False
    if event["kind"] == "incident":
        return bool(event["state"] != "closed")
    return event["kind"] == "assignment" and event["state"] not in ENDED


def final(run: Run) -> Iterator[Violation]:
    """At rest, every client holds what a fresh snapshot tells, from whichever server it comes."""
    kind = "every client's final state equals a fresh snapshot"
    states: dict[tuple[str, str], dict[tuple[str, str], tuple[int, str]]] = defaultdict(dict)
    for each in run.of("fresh"):
        states[each["server"], each["stream"]][each["kind"], each["id"]] = (each["version"], each["digest"])
    holds: dict[tuple[str, str], dict[tuple[str, str], tuple[int, str]]] = defaultdict(dict)
    for each in run.of("held"):
        holds[each["client"], each["stream"]][each["kind"], each["id"]] = (each["version"], each["digest"])
    reads = {(each["client"], each["stream"]): each["q"] for each in run.of("cursor")}
    for snapshot in run.of("snapshot"):
        stream = snapshot["stream"]
        right = states[snapshot["server"], stream]
        for (client, of), q in reads.items():
            if of != stream:
                continue
            if q != snapshot["q"]:
                yield Violation(kind, f"{client} stands at {q} of {stream}, {snapshot['server']} at {snapshot['q']}")
            elif holds[client, stream] != right:
                yield Violation(kind, f"{client} {stream}: {_difference(holds[client, stream], right)}")


def _difference(one: Mapping[tuple[str, str], Any], other: Mapping[tuple[str, str], Any]) -> str:
    different = [key for key in one.keys() | other.keys() if one.get(key) != other.get(key)]
    kind, id = min(different)
    return f"{len(different)} things differ, such as {kind} {id}: {one.get((kind, id))}, not {other.get((kind, id))}"


# --- steps ---


def steps(run: Run) -> Iterator[Violation]:
    """All that was answered as done is known, and each step stands in the timeline, once, with the device's time."""
    kind = "no acknowledged step is missing from the timeline"
    accepted = {each["id"] for each in run.of("answer") if _good(each)}
    carried_out = {each["id"] for each in run.of("request")}
    wanted: Counter[tuple[str, str, float | None]] = Counter()
    for each in {each["id"]: each for each in run.of("sent")}.values():
        if each["id"] in accepted and each["id"] not in carried_out:
            yield Violation(kind, f"{each['path']} {each['id']} was answered as done and is not known")
        _, _, of, id, *rest = each["path"].split("/") + [""] * 2
        if of in ("assignments", "incidents") and rest[0] == "steps" and each["id"] in carried_out:
            wanted[id, each["body"]["step"], _moment(each["body"].get("device_at"))] += 1
    by_people = {"device", "radio", "phone", "console"}
    there = Counter(
        (each["assignment"] or each["incident"], each["step"], each["device_at"])
        for each in run.of("timeline")
        if each["channel"] in by_people
    )
    for step, count in wanted.items():
        if there[step] != count:
            yield Violation(kind, f"{step[1]} of {step[0]} was done {count} times, the timeline has {there[step]}")


def unsent(run: Run) -> Iterator[Violation]:
    """Nothing that somebody did is still on a device when everything has come to rest, and everything has."""
    for each in run.of("left"):
        if each["unsent"]:
            yield Violation("nothing is left unsent", f"{each['client']} still has {each['unsent']} writes")
    if not run.told["settled"]:
        yield Violation("the service comes to rest", "incidents were still open, or readers not current, at the end")


def faults(run: Run) -> Iterator[Violation]:
    """Whatever breaks, no answer is "a fault in the service"."""
    for each in run.of("answer"):
        if each["status"] == 500:
            yield Violation("no answer is a fault of the service", f"{each['path']} of {each['client']}")


# --- chasing ---


def chased(run: Run) -> Iterator[Violation]:
    """Every order that was not answered by a rung of its ladder was chased within 5 s of the service being up, once.

    An answer counts from when it reached the service. When nobody was up, the 5 s begin when somebody is again.
    """
    kind = "every unacknowledged order was chased in time"
    raised = _raised(run)
    for order, rung, due, latest in judged(run):
        higher = RUNGS[RUNGS.index(rung) :]
        if not any(each["what"] in higher and each["raised_at"] <= latest for each in raised[order]):
            yield Violation(kind, f"order {order} was {rung} at {due:.1f}, not answered and not chased by {latest:.1f}")
    for order, alarms in raised.items():
        for what, count in Counter(each["what"] for each in alarms).items():
            if count > 1:
                yield Violation(kind, f"order {order} was chased as {what} {count} times")


class Due(NamedTuple):
    """A rung that nobody's answer made needless: when it was due, and by when it must have been climbed."""

    order: str
    rung: str
    due: float
    latest: float


def judged(run: Run) -> Iterator[Due]:
    """The rungs that this run says something of: whoever looks at a run without any has seen nobody chased."""
    up = list(_up(run.of("ready"), run.told["told_minus_real"]))
    ladders = {each["incident"]: each for each in run.of("ladder")}
    answers = _answers(run)
    for order in run.of("assignment"):
        ladder = ladders.get(order["incident"], {})
        for rung, name, default in zip(RUNGS, ("deliver_s", "alarm_s", "acknowledge_s"), (5, 15, 45), strict=True):
            due = order["assigned_at"] + (ladder.get(name) or default)
            latest = _latest(up, due, run.grace_s)
            if latest is not None and answers[order["id"]].get(rung, latest + 1) > latest:
                yield Due(order["id"], rung, due, latest)


def _raised(run: Run) -> dict[str, list[Line]]:
    raised: dict[str, list[Line]] = defaultdict(list)
    for each in run.of("alarm"):
        if each["assignment"] is not None and each["what"] in RUNGS:
            raised[each["assignment"]].append(each)
    return raised


def _answers(run: Run) -> Mapping[str, Mapping[str, float]]:
    """When the service learned, for each order, what makes each rung needless."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    needless = {"delivered": RUNGS[:1], "alarmed": RUNGS[:2]}
    for each in run.of("timeline"):
        if each["assignment"] is None or each["step"] in {"assigned", "chased", "note", "need_help"}:
            continue
        for rung in needless.get(each["step"], RUNGS):
            known = found[each["assignment"]]
            known[rung] = min(known.get(rung, each["at"]), each["at"])
    return found


def _up(looks: Sequence[Line], shift: float) -> Iterator[tuple[float, float]]:
    """The stretches in which at least one server said that it was ready, by the database's clock."""
    since: float | None = None
    for look, after in pairwise(looks):
        up = any(look["ready"]) and any(after["ready"]) and after["at"] - look["at"] <= LOOKS_LATE_S
        if up and since is None:
            since = look["at"]
        if not up and since is not None:
            yield since + shift, look["at"] + shift
            since = None
    if since is not None:
        yield since + shift, looks[-1]["at"] + shift


def _latest(up: Sequence[tuple[float, float]], due: float, grace_s: float) -> float | None:
    """The moment by which what was due then must have been looked at; None: the service was never up so long again."""
    for since, until in up:
        if until - max(since, due) >= grace_s:
            return max(since, due) + grace_s
    return None


# --- in common ---


def _good(answer: Line) -> bool:
    return bool(200 <= answer["status"] < 300)


def _by_number(events: Iterable[Line]) -> list[Line]:
    return sorted(events, key=lambda each: (each["stream"], each["seq"]))


def _moment(text: str | None) -> float | None:
    return None if text is None else round(datetime.fromisoformat(text).timestamp(), 6)


CHECKS = (empty, reports, sendings, waiting, waited, overlaps, holes, applied, final, steps, unsent, faults, chased)


def main() -> int:
    run = load(Path(sys.argv[1]))
    found = check(run)
    for violation in found[:50]:
        print(f"{violation.kind}: {violation.what}")
    print(
        f"{len(found)} violations in {len(run.of('incident'))} incidents, {len(list(judged(run)))} rungs that were due"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
