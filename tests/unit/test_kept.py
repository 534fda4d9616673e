"""An answer that an earlier release kept is given again by this one."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from dispatch.incident import AssignPolicy, State, Status
from dispatch.server import kept, wire

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CLOCK = wire.Clock(reported_at=NOW, **dict.fromkeys(set(wire.Clock.__struct_fields__) - {"reported_at"}))  # type: ignore[arg-type]

ANSWER = wire.IncidentAnswer(
    **dict.fromkeys(wire.Incident.__struct_fields__)  # type: ignore[arg-type]
    | {
        "id": UUID(int=1),
        "area": UUID(int=2),
        "number": 7,
        "status": Status.OPEN,
        "state": State.WAITING,
        "assign": AssignPolicy.RECOMMEND,
        "clock": CLOCK,
        "units": [],
        "reports": 1,
        "links": [],
        "lift_requests": [],
        "shadow": False,
        "departures": [],
        "version": 3,
    }
)
ADDED_SINCE = (
    "owner",
    "entered_late_at",
    "links",
    "evacuation",
    "lift_requests",
    "outlook",
    "confirmed_at",
    "shadow",
    "departures",
)


def without(answer: Any, *fields: str) -> Any:
    return {name: value for name, value in answer.items() if name not in fields}


def test_what_an_answer_could_not_yet_tell_is_told_as_nothing() -> None:
    stored = msgspec.to_builtins(ANSWER)
    old = without(stored, *ADDED_SINCE)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(old, wire.IncidentAnswer)
    assert kept.read(old, wire.IncidentAnswer) == ANSWER
    assert kept.read(stored, wire.IncidentAnswer) == ANSWER
    [again] = kept.read({"items": [old]}, wire.Incidents).items
    assert again.links == []


def test_what_must_be_there_is_not_made_up() -> None:
    stored = without(msgspec.to_builtins(ANSWER), "number")
    with pytest.raises(msgspec.ValidationError, match="number"):
        kept.read(stored, wire.IncidentAnswer)


def test_a_request_sent_before_there_were_more_fields_is_still_the_same_request() -> None:
    assert "edge" not in msgspec.to_builtins(wire.GivenPoint(lon=110.4, lat=29.3, datum="WGS84"))
