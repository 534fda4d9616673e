"""The checker of broken runs is itself checked: a whole run passes, and a fault of each kind is seen."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bench.faults.checker import CHECKS, Line, Run, check, judged, load

T0 = 1_000_000.0
AREA, UNIT = "area/a", "unit/u1"
Lines = dict[str, list[Line]]


def event(stream: str, seq: int, kind: str, id: str, version: int, **more: Any) -> Line:
    digest = f"{kind} {id} {version}"
    return {
        "stream": stream,
        "seq": seq,
        "kind": kind,
        "id": id,
        "version": version,
        "digest": digest,
        "at": T0,
        **more,
    }


def order(stream: str, seq: int, version: int, state: str, *, id: str = "o1", unit: str = "u1") -> Line:
    more = {"unit": unit, "incident": "i1", "state": state, "of": "incident"}
    return event(stream, seq, "assignment", id, version, **more)


OUTBOX = [
    event(AREA, 1, "incident", "i1", 1, state="assigned"),
    order(AREA, 2, 1, "assigned"),
    order(AREA, 3, 2, "acknowledged"),
    event(AREA, 4, "incident", "i1", 2, state="assigned"),
    order(UNIT, 1, 1, "assigned"),
    order(UNIT, 2, 2, "acknowledged"),
]


def log(client: str, stream: str, after: int) -> list[Line]:
    """What a client applied that got a snapshot at a number and all that followed."""
    place = {"client": client, "stream": stream, "epoch": "e"}
    kept = {(each["kind"], each["id"]): each for each in OUTBOX if each["stream"] == stream and each["seq"] <= after}
    return [
        {**place, "what": "snapshot", "q": after},
        *({**place, **_thing(each), "what": "row", "q": after} for each in kept.values()),
        *(
            {**place, **_thing(each), "what": "event", "q": each["seq"]}
            for each in OUTBOX
            if each["stream"] == stream and each["seq"] > after
        ),
    ]


def _thing(of: Line) -> Line:
    return {name: of[name] for name in ("kind", "id", "version", "digest")}


def state(stream: str) -> list[Line]:
    return [_thing(each) for each in {(e["kind"], e["id"]): e for e in OUTBOX if e["stream"] == stream}.values()]


def whole() -> Lines:
    """A report, its incident, its order to a unit that acknowledges after 8 s: nothing wrong anywhere."""
    report = {"client": "caller", "path": "/api/incidents", "id": "i1"}
    further = {"client": "caller", "path": "/api/reports", "id": "f1"}
    send = {"client": "operator", "path": "/api/incidents/i1/assignments", "id": "o1"}
    bare_note = {"client": "operator", "path": "/api/incidents/i1/steps", "id": "n1"}
    note = {**bare_note, "body": {"step": "note"}}
    steps = "/api/assignments/o1/steps"
    step = {"client": "crew", "path": steps, "id": "s1", "body": {"step": "acknowledge", "device_at": _at(8)}}
    lines: Lines = {
        "sent": [
            {**report, "at": T0, "body": {}},
            {**further, "at": T0 + 3, "body": {"incident": "i1"}},
            {**send, "at": T0, "body": {"unit": "u1"}},
            {**step, "at": T0 + 8},
            {**note, "at": T0 + 9},
        ],
        "answer": [
            {**report, "at": T0, "status": 0, "error": "ReadTimeout"},
            {**report, "at": T0 + 1, "status": 200, "error": None},
            {"client": "crew", "path": steps, "id": "s1", "at": T0 + 8, "status": 201, "error": None},
            *({**each, "at": T0 + 9, "status": 201, "error": None} for each in (further, send, bare_note)),
        ],
        "request": [{"id": id} for id in ("i1", "s1", "f1", "o1", "n1")],
        "incident": [{"id": "i1", "status": "open"}],
        "report": [{"id": "r1", "incident": "i1"}, {"id": "r2", "incident": "i1"}],
        "assignment": [
            {
                "id": "o1",
                "incident": "i1",
                "unit": "u1",
                "kind": "incident",
                "state": "acknowledged",
                "assigned_at": T0,
                "ended_at": None,
            }
        ],
        "timeline": [
            said("assigned", 0, "console"),
            said("delivered", 2, "device"),
            said("alarmed", 3, "device"),
            {**said("acknowledge", 9, "device"), "device_at": T0 + 8},
            {**said("note", 9, "console"), "assignment": None},
        ],
        "alarm": [],
        "ladder": [{"incident": "i1", "deliver_s": None, "alarm_s": None, "acknowledge_s": 20}],
        "stream": [{"name": AREA, "seq": 4, "floor": 0}, {"name": UNIT, "seq": 2, "floor": 0}],
        "outbox": [dict(each) for each in OUTBOX],
        "applied": [*log("console", AREA, 0), *log("late console", AREA, 3), *log("crew", UNIT, 0)],
        "cursor": [
            {"client": client, "stream": stream, "epoch": "e", "q": q}
            for client, stream, q in (("console", AREA, 4), ("late console", AREA, 4), ("crew", UNIT, 2))
        ],
        "held": [
            {"client": client, "stream": stream, **each}
            for client, stream in (("console", AREA), ("late console", AREA), ("crew", UNIT))
            for each in state(stream)
        ],
        "snapshot": [{"server": "one", "stream": AREA, "epoch": "e", "q": 4}, snapshot_of_unit()],
        "fresh": [
            {"server": "one", "stream": stream, **each, **({"state": "assigned"} if each["kind"] == "incident" else {})}
            for stream in (AREA, UNIT)
            for each in state(stream)
        ],
        "left": [{"client": "crew", "unsent": 0}],
        "ready": [{"at": T0 + n / 4, "ready": [True, False]} for n in range(400)],
    }
    return lines


def snapshot_of_unit() -> Line:
    return {"server": "one", "stream": UNIT, "epoch": "e", "q": 2}


def said(step: str, after_s: float, channel: str, of: str = "o1") -> Line:
    return {"incident": "i1", "assignment": of, "step": step, "at": T0 + after_s, "device_at": None, "channel": channel}


def _at(seconds: float) -> str:
    return datetime.fromtimestamp(T0 + seconds, UTC).isoformat()


def run_of(lines: Lines, *, settled: bool = True) -> Run:
    return Run({"told_minus_real": 0.0, "settled": settled}, lines)


def test_a_whole_run_passes() -> None:
    assert check(run_of(whole())) == []


def test_a_record_is_read_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"told_minus_real": 0.0, "settled": True}))
    for name, lines in whole().items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    read = load(tmp_path)
    assert len(read.of("outbox")) == len(OUTBOX)
    assert check(read) == []


# --- a fault of each kind ---


def a_report_is_lost(of: Lines) -> None:
    of["incident"].clear()
    of["report"].clear()


def a_report_is_two_incidents(of: Lines) -> None:
    of["incident"].append({"id": "i2", "status": "closed"})
    of["report"].append({"id": "r2", "incident": "i2"})


def a_report_belongs_to_nothing(of: Lines) -> None:
    of["report"].append({"id": "r2", "incident": None})


def one_incident_has_the_report_twice(of: Lines) -> None:
    of["report"].append({"id": "r2", "incident": "i1"})


def a_further_report_is_lost(of: Lines) -> None:
    del of["report"][1]


def a_further_report_is_of_an_incident_that_is_not(of: Lines) -> None:
    of["sent"][1]["body"]["incident"] = "i9"


def a_unit_was_sent_and_there_is_no_order(of: Lines) -> None:
    of["assignment"].clear()


def nobody_is_on_it_and_it_is_not_shown_as_waiting(of: Lines) -> None:
    of["assignment"][0]["state"] = "declined"


def an_open_incident_is_not_shown_at_all(of: Lines) -> None:
    of["fresh"] = [each for each in of["fresh"] if each["kind"] != "incident"]


def an_incident_is_told_as_waiting_with_a_unit_on_it(of: Lines) -> None:
    of["outbox"][3]["state"] = "waiting"


def a_unit_is_on_two_at_once(of: Lines) -> None:
    of["outbox"].append(order(AREA, 5, 1, "assigned", id="o2"))
    of["stream"][0]["seq"] = 5


def two_open_assignments_are_left(of: Lines) -> None:
    of["assignment"].append({**of["assignment"][0], "id": "o2", "assigned_at": T0 + 90})


def two_assignments_overlap_and_one_is_over(of: Lines) -> None:
    of["assignment"][0] |= {"state": "cleared", "ended_at": T0 + 50}
    of["assignment"].append({**of["assignment"][0], "id": "o2", "assigned_at": T0 + 40, "ended_at": T0 + 60})


def a_stream_has_a_hole(of: Lines) -> None:
    of["outbox"] = [each for each in of["outbox"] if (each["stream"], each["seq"]) != (AREA, 3)]


def a_number_is_given_twice(of: Lines) -> None:
    of["outbox"].append(dict(OUTBOX[0]))


def a_stream_is_behind_its_head(of: Lines) -> None:
    of["stream"][0]["seq"] = 6


def a_client_missed_an_event(of: Lines) -> None:
    del of["applied"][2]


def a_client_applied_an_event_twice(of: Lines) -> None:
    of["applied"].insert(2, of["applied"][1])


def a_client_applied_something_else(of: Lines) -> None:
    of["applied"][2] = {**of["applied"][2], "digest": "else"}


def a_snapshot_lacks_what_had_happened(of: Lines) -> None:
    row = next(each for each in of["applied"] if each["what"] == "row" and each["kind"] == "assignment")
    row["version"] = 1


def a_snapshot_knows_what_had_not_happened(of: Lines) -> None:
    row = next(each for each in of["applied"] if each["what"] == "row" and each["kind"] == "incident")
    row["version"] = 2


def a_snapshot_holds_another_body(of: Lines) -> None:
    row = next(each for each in of["applied"] if each["what"] == "row" and each["kind"] == "assignment")
    row["digest"] = "else"


def a_snapshot_lacks_an_order_under_way(of: Lines) -> None:
    of["applied"] = [each for each in of["applied"] if each["what"] != "row" or each["kind"] != "assignment"]


def a_client_is_thrown_back(of: Lines) -> None:
    place = {"client": "crew", "stream": UNIT, "epoch": "e"}
    of["applied"] += [
        {**place, "what": "snapshot", "q": 1},
        {**place, **_thing(OUTBOX[4]), "what": "row", "q": 1},
        {**place, **_thing(OUTBOX[5]), "what": "event", "q": 2},
    ]


def a_client_ends_in_another_state(of: Lines) -> None:
    of["held"][0]["digest"] = "else"


def a_client_holds_less(of: Lines) -> None:
    del of["held"][0]


def a_client_ends_behind(of: Lines) -> None:
    of["cursor"][2]["q"] = 1


def a_step_is_not_in_the_timeline(of: Lines) -> None:
    del of["timeline"][3]


def a_step_is_in_the_timeline_twice(of: Lines) -> None:
    of["timeline"].append(dict(of["timeline"][3]))


def a_step_has_another_time(of: Lines) -> None:
    of["timeline"][3]["device_at"] = T0 + 7


def a_step_was_answered_and_never_done(of: Lines) -> None:
    del of["request"][1]


def an_incidents_step_was_answered_and_never_done(of: Lines) -> None:
    of["request"] = [each for each in of["request"] if each["id"] != "n1"]


def an_incidents_step_is_not_in_the_timeline(of: Lines) -> None:
    del of["timeline"][4]


def nothing_was_recorded(of: Lines) -> None:
    of.clear()


def something_is_left_unsent(of: Lines) -> None:
    of["left"][0]["unsent"] = 1


def the_service_answers_that_it_is_at_fault(of: Lines) -> None:
    of["answer"][0]["status"] = 500


def an_order_is_not_chased(of: Lines) -> None:
    del of["timeline"][1:4]


def an_order_is_chased_too_late(of: Lines) -> None:
    of["timeline"][3]["at"] = T0 + 60
    of["alarm"].append({"assignment": "o1", "what": "unacknowledged", "raised_at": T0 + 26})


def an_order_is_chased_twice(of: Lines) -> None:
    of["timeline"][3]["at"] = T0 + 60
    of["alarm"] += [{"assignment": "o1", "what": "unacknowledged", "raised_at": T0 + at} for at in (21, 22)]


FAULTS = [
    ("the record holds a run", nothing_was_recorded),
    ("every accepted report belongs to exactly one incident", a_further_report_is_lost),
    ("every accepted report belongs to exactly one incident", a_further_report_is_of_an_incident_that_is_not),
    ("every accepted sending is an order", a_unit_was_sent_and_there_is_no_order),
    ("no unit has two open incident assignments at once", two_assignments_overlap_and_one_is_over),
    ("each client's applied log equals the stream", a_snapshot_holds_another_body),
    ("each client's applied log equals the stream", a_snapshot_lacks_an_order_under_way),
    ("each client's applied log equals the stream", a_client_is_thrown_back),
    ("no acknowledged step is missing from the timeline", an_incidents_step_was_answered_and_never_done),
    ("no acknowledged step is missing from the timeline", an_incidents_step_is_not_in_the_timeline),
    ("every unacknowledged order was chased in time", an_order_is_chased_twice),
    ("every accepted report belongs to exactly one incident", a_report_is_lost),
    ("every accepted report belongs to exactly one incident", a_report_is_two_incidents),
    ("every accepted report belongs to exactly one incident", a_report_belongs_to_nothing),
    ("every accepted report belongs to exactly one incident", one_incident_has_the_report_twice),
    ("every incident is assigned, or visibly waiting", nobody_is_on_it_and_it_is_not_shown_as_waiting),
    ("every incident is assigned, or visibly waiting", an_open_incident_is_not_shown_at_all),
    ("every incident is assigned, or visibly waiting", an_incident_is_told_as_waiting_with_a_unit_on_it),
    ("no unit has two open incident assignments at once", a_unit_is_on_two_at_once),
    ("no unit has two open incident assignments at once", two_open_assignments_are_left),
    ("each stream is 1…n without holes", a_stream_has_a_hole),
    ("each stream is 1…n without holes", a_number_is_given_twice),
    ("each stream is 1…n without holes", a_stream_is_behind_its_head),
    ("each client's applied log equals the stream", a_client_missed_an_event),
    ("each client's applied log equals the stream", a_client_applied_an_event_twice),
    ("each client's applied log equals the stream", a_client_applied_something_else),
    ("each client's applied log equals the stream", a_snapshot_lacks_what_had_happened),
    ("each client's applied log equals the stream", a_snapshot_knows_what_had_not_happened),
    ("every client's final state equals a fresh snapshot", a_client_ends_in_another_state),
    ("every client's final state equals a fresh snapshot", a_client_holds_less),
    ("every client's final state equals a fresh snapshot", a_client_ends_behind),
    ("no acknowledged step is missing from the timeline", a_step_is_not_in_the_timeline),
    ("no acknowledged step is missing from the timeline", a_step_is_in_the_timeline_twice),
    ("no acknowledged step is missing from the timeline", a_step_has_another_time),
    ("no acknowledged step is missing from the timeline", a_step_was_answered_and_never_done),
    ("nothing is left unsent", something_is_left_unsent),
    ("no answer is a fault of the service", the_service_answers_that_it_is_at_fault),
    ("every unacknowledged order was chased in time", an_order_is_not_chased),
    ("every unacknowledged order was chased in time", an_order_is_chased_too_late),
]


@pytest.mark.parametrize(("kind", "harm"), FAULTS, ids=[harm.__name__ for _, harm in FAULTS])
def test_a_fault_of_each_kind_is_seen(kind: str, harm: Callable[[Lines], None]) -> None:
    lines = whole()
    harm(lines)
    assert kind in {violation.kind for violation in check(run_of(lines))}


def test_a_run_that_never_came_to_rest_fails() -> None:
    assert {each.kind for each in check(run_of(whole(), settled=False))} == {"the service comes to rest"}


def test_every_check_has_a_fault_that_it_sees() -> None:
    found: set[str] = set()
    for _, harm in FAULTS:
        lines = whole()
        harm(lines)
        found |= {each.__name__ for each in CHECKS if list(each(run_of(lines)))}
    assert found == {each.__name__ for each in CHECKS}


# --- what is no fault ---


def test_an_order_chased_in_time_or_by_a_higher_rung_is_no_fault() -> None:
    lines = whole()
    lines["timeline"] = [said("assigned", 0, "console"), said("acknowledge", 60, "radio")]
    assert [each.rung for each in judged(run_of(lines))] == ["undelivered", "unalarmed", "unacknowledged"]
    lines["alarm"] = [
        {"assignment": "o1", "what": what, "raised_at": T0 + after_s}
        for what, after_s in (("unalarmed", 9.9), ("unacknowledged", 24.9))
    ]
    assert not [each for each in check(run_of(lines)) if "chased" in each.kind]


def test_while_no_server_is_up_nobody_can_chase_and_the_five_seconds_begin_when_one_is() -> None:
    lines = whole()
    lines["timeline"] = [said("assigned", 0, "console")]
    lines["ready"] = [{"at": T0 + n / 4, "ready": [not 4 < n / 4 < 60]} for n in range(400)]
    lines["alarm"] = [{"assignment": "o1", "what": "unacknowledged", "raised_at": T0 + 64.5}]
    assert not [each for each in check(run_of(lines)) if "chased" in each.kind]
    lines["alarm"][0]["raised_at"] = T0 + 65.5
    assert [each for each in check(run_of(lines)) if "chased" in each.kind]


def test_a_thing_that_left_a_stream_is_forgotten_by_who_follows_it() -> None:
    lines = whole()
    gone = {**event(AREA, 5, "incident", "i1", 3), "digest": None}
    lines["outbox"].append(gone)
    lines["stream"][0]["seq"] = 5
    for client in ("console", "late console"):
        place = {"client": client, "stream": AREA, "epoch": "e", "what": "event", "q": 5}
        lines["applied"].append({**place, **_thing(gone), "version": None})
    assert not [each for each in check(run_of(lines)) if "applied" in each.kind]
