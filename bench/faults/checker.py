"""Whether a run lost, doubled or forgot anything: reads the record of a run and nothing else.

It knows nothing of the service's code: `docs/faults.md` describes what it reads and what it demands, and another
program can be written from that page to check the same run.

    python -m bench.faults.checker FOLDER/record
"""

import json
import sys
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


# --- reports and incidents ---


def reports(run: Run) -> Iterator[Violation]:
    """Every accepted report belongs to exactly one incident, and no incident came from nowhere."""
    kind = "every accepted report belongs to exactly one incident"
    asked = [each for each in run.of("sent") if each["path"] == "/api/incidents"]
    sent = {each["id"] for each in asked}
    accepted = {each["id"] for each in run.of("answer") if each["path"] == "/api/incidents" and _good(each)}
    incidents = Counter(each["id"] for each in run.of("incident"))
    told = Counter(each["incident"] for each in run.of("report"))
    for id in sorted(accepted):
        if incidents[id] != 1:
            yield Violation(kind, f"report {id} was accepted and is {incidents[id]} incidents")
        elif told[id] != 1:
            yield Violation(kind, f"incident {id} has {told[id]} reports, and one was accepted")
    for id in sorted(incidents.keys() - sent):
        yield Violation(kind, f"incident {id} was reported by nobody")
    for each in run.of("report"):
        if each["incident"] is None or each["incident"] not in incidents:
            yield Violation(kind, f"report {each['id']} belongs to no incident")


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
    still = Counter(
        each["unit"] for each in run.of("assignment") if each["kind"] == "incident" and each["state"] not in ENDED
    )
    for unit, count in still.items():
        if count > 1:
            yield Violation(kind, f"unit {unit} has {count} open assignments at the end")


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
    at: dict[tuple[str, str], int | None] = {}
    wrong: set[tuple[str, str]] = set()
    for each in run.of("applied"):
        place = (each["client"], each["stream"])
        if place in wrong or each["what"] == "row":
            continue
        q, before = each["q"], at.get(place)
        at[place] = q
        if each["what"] == "snapshot":
            continue
        stored = outbox.get((each["stream"], q))
        if before is None or q != before + 1:
            fault = f"applied {q} after {before}"
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
    """A snapshot at a number holds what the events up to it made, neither less nor more."""
    history: dict[tuple[str, str, str], list[tuple[int, int, str | None]]] = defaultdict(list)
    for each in _by_number(run.of("outbox")):
        key = (each["stream"], each["kind"], each["id"])
        history[key].append((each["seq"], each["version"], each["digest"]))
    for each in run.of("applied"):
        if each["what"] != "row":
            continue
        events = history.get((each["stream"], each["kind"], each["id"]), [])
        upto = [event for event in events if event[0] <= each["q"]]
        if upto and (upto[-1][2] is None or upto[-1][1] != each["version"]):
            yield Violation(
                kind,
                f"{each['client']} {each['stream']}: the snapshot at {each['q']} holds version {each['version']} of"
                f" {each['kind']} {each['id']}, the stream version {upto[-1][1]}",
            )


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
    """Each step that was answered as done stands in the timeline, once, with the time the device told."""
    kind = "no acknowledged step is missing from the timeline"
    accepted = {each["id"] for each in run.of("answer") if _good(each)}
    carried_out = {each["id"] for each in run.of("request")}
    wanted: Counter[tuple[str, str, float | None]] = Counter()
    for each in {each["id"]: each for each in run.of("sent")}.values():
        _, _, of, id, *rest = each["path"].split("/") + [""] * 2
        if of != "assignments" or rest[0] != "steps":
            continue
        if each["id"] in accepted and each["id"] not in carried_out:
            yield Violation(kind, f"step {each['id']} was answered as done and is not known")
        if each["id"] in carried_out:
            wanted[id, each["body"]["step"], _moment(each["body"].get("device_at"))] += 1
    by_people = {"device", "radio", "phone", "console"}
    there = Counter(
        (each["assignment"], each["step"], each["device_at"])
        for each in run.of("timeline")
        if each["assignment"] is not None and each["channel"] in by_people
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
    """Every order that was not answered by a rung of its ladder was chased within 5 s of the service being up.

    An answer counts from when it reached the service. When nobody was up, the 5 s begin when somebody is again.
    """
    kind = "every unacknowledged order was chased in time"
    up = list(_up(run.of("ready"), run.told["told_minus_real"]))
    ladders = {each["incident"]: each for each in run.of("ladder")}
    answers = _answers(run)
    raised: dict[str, list[Line]] = defaultdict(list)
    for each in run.of("alarm"):
        if each["assignment"] is not None and each["what"] in RUNGS:
            raised[each["assignment"]].append(each)
    for order in run.of("assignment"):
        ladder = ladders.get(order["incident"], {})
        for rung, name, default in zip(RUNGS, ("deliver_s", "alarm_s", "acknowledge_s"), (5, 15, 45), strict=True):
            due = order["assigned_at"] + (ladder.get(name) or default)
            latest = _latest(up, due, run.grace_s)
            if latest is None or answers[order["id"]].get(rung, latest + 1) <= latest:
                continue
            higher = RUNGS[RUNGS.index(rung) :]
            if not any(each["what"] in higher and each["raised_at"] <= latest for each in raised[order["id"]]):
                yield Violation(
                    kind,
                    f"order {order['id']} was {rung} at {due:.1f}, not answered and not chased by {latest:.1f}",
                )


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


CHECKS = (reports, waiting, waited, overlaps, holes, applied, final, steps, unsent, faults, chased)


def main() -> int:
    run = load(Path(sys.argv[1]))
    found = check(run)
    for violation in found[:50]:
        print(f"{violation.kind}: {violation.what}")
    print(f"{len(found)} violations in {len(run.of('incident'))} incidents")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
