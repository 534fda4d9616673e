"""A crew far from any signal: its steps come late, in order, with its own times, to what was decided meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from cable import cable
from chasing import alarms, later
from house import A_MONDAY_MORNING, House, Signed

from dispatch.assignment import State, Step
from dispatch.terminal import Answered, Store, Terminal

CREW, UNIT, OTHER = "crew-G5-3", "G5-3", "G5-2"
PATIENCE_S = 90.0


class Device:
    """A terminal whose clock is seven minutes slow."""

    def __init__(self, url: str, store: Store, password: str) -> None:
        self.terminal = Terminal(url, store, login=CREW, password=password, clock=self.now)
        self.answers: list[Answered] = []

    def now(self) -> datetime:
        return datetime.now(UTC) - timedelta(minutes=7)

    def did(self, order: str, step: Step, minutes_ago: float, note: str | None = None) -> None:
        self.terminal.step(UUID(order), step, note, at=self.now() - timedelta(minutes=minutes_ago))

    def state(self, order: str) -> State | None:
        known = self.terminal.order(UUID(order))
        return None if known is None else known.state

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                happening = await anext(self.terminal)
                if isinstance(happening, Answered):
                    self.answers.append(happening)


@asynccontextmanager
async def device(url: str, path: Path, password: str) -> AsyncIterator[Device]:
    store = Store(path / "device.sqlite")
    try:
        made = Device(url, store, password)
        async with made.terminal:
            yield made
    finally:
        store.close()


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


@pytest.fixture
def port(served: House) -> int:
    found = urlsplit(served.url).port
    assert found is not None
    return found


async def ordered(operator: Signed) -> tuple[str, str]:
    incident = str(uuid4())
    await operator.report(id=incident, type="TRA-SP", location={"place": "后花园"})
    told = await operator.assign(incident, UNIT, reason="test")
    return incident, str(told["id"])


async def timeline(operator: Signed, incident: str, order: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await operator.ask("GET", f"/api/incidents/{incident}/timeline"))["items"]
    return [each for each in items if each["assignment"] == order]


async def heard_too_late(operator: Signed, incident: str, order: str) -> list[dict[str, Any]]:
    return [each for each in await timeline(operator, incident, order) if each["step"] == "too_late"]


async def told(operator: Signed, incident: str) -> dict[str, Any]:
    [found] = [each for each in (await operator.ask("GET", "/api/incidents"))["items"] if each["id"] == incident]
    return dict(found)


async def standing(operator: Signed, order: str) -> list[dict[str, Any]]:
    return [each for each in await alarms(operator) if (each["what"], each["assignment"]) == ("too_late", order)]


def milliseconds(at: datetime) -> str:
    return str(round(at.timestamp() * 1000))


async def test_an_hour_offline_arrives_in_order_with_the_devices_times_corrected(
    served: House, operator: Signed, port: int, tmp_path: Path
) -> None:
    incident, order = await ordered(operator)
    async with cable(port) as line, device(line.url, tmp_path, served.password) as crew:
        await crew.until(lambda: crew.state(order))
        line.cut()
        await later(served, 3600)
        for step, minutes_ago in ((Step.ACKNOWLEDGE, 40), (Step.EN_ROUTE, 20), (Step.AT_PATIENT, 0)):
            crew.did(order, step, minutes_ago)
        line.target = port
        crew.terminal.nudge()
        await crew.until(lambda: len(crew.answers) == 3)
    assert [each.error for each in crew.answers] == [None] * 3
    whole = await timeline(operator, incident, order)
    said = [each for each in whole if each["device_at"] is not None]
    assert [each["step"] for each in said] == ["acknowledge", "en_route", "at_patient"]
    assigned = next(each for each in whole if each["step"] == "assigned")
    for minutes, each in zip((20, 40, 60), said, strict=True):
        corrected = datetime.fromisoformat(each["corrected_at"]) - datetime.fromisoformat(assigned["at"])
        assert timedelta(minutes=minutes) <= corrected < timedelta(minutes=minutes + 5), "within the test's own time"
    raw = [datetime.fromisoformat(each["device_at"]) for each in said]
    assert timedelta(minutes=19) < raw[1] - raw[0] < timedelta(minutes=21), "as the device told it"
    # The figures go by the corrected time, not by when it was heard.
    clock = (await told(operator, incident))["clock"]
    assert clock["at_patient_at"] == said[2]["corrected_at"]
    assert datetime.fromisoformat(clock["at_patient_at"]) > A_MONDAY_MORNING


async def test_what_a_crew_did_for_an_order_cancelled_meanwhile_is_told_to_both_sides_and_kept(
    served: House, operator: Signed, port: int, tmp_path: Path
) -> None:
    incident, order = await ordered(operator)
    async with (
        served.listen(operator) as console,
        cable(port) as line,
        device(line.url, tmp_path, served.password) as crew,
    ):
        await crew.until(lambda: crew.state(order))
        line.cut()
        await later(served, 600)
        await operator.step_incident(incident, "cancel", note="a second call said nobody is hurt")
        await later(served, 600)
        crew.did(order, Step.ACKNOWLEDGE, 15)
        crew.did(order, Step.AT_PATIENT, 5, "two people hurt")
        area = f"area/{operator.session['area']}"
        before = await console.thing(area, "incident", incident, lambda body: body["status"] == "closed")
        line.target = port
        crew.terminal.nudge()
        # The crew: its steps are refused, and the order it holds is called off.
        await crew.until(lambda: len(crew.answers) == 2 and crew.state(order) is State.REVOKED)
        assert [each.error for each in crew.answers] == ["stale", "stale"]
        # The desk: the incident is told anew, and an alarm says that the crew is out there.
        [alarm] = await standing(operator, order)
        shown = await console.thing(area, "alarm", alarm["id"], lambda body: body["ended_at"] is None)
        assert (shown["unit_code"], shown["sounds"]) == (UNIT, True)
        await console.thing(area, "incident", incident, lambda body: body["version"] >= before["version"] + 2)
    late = await heard_too_late(operator, incident, order)
    assert [each["body"]["of"] for each in late] == ["acknowledge", "at_patient"]
    assert [each["body"]["counts"] for each in late] == [True, False], "the second was done after the end"
    assert (late[1]["body"]["note"], late[1]["body"]["state"]) == ("two people hurt", "revoked")
    moments = [datetime.fromisoformat(each["corrected_at"]) for each in late]
    assert timedelta(minutes=9) < moments[1] - moments[0] < timedelta(minutes=11)
    now = await told(operator, incident)
    assert (now["status"], now["outcome"]) == ("closed", "cancelled"), "what was decided holds"
    assert now["clock"]["at_patient_at"] is None
    kept = await operator.ask("GET", f"/api/assignments/{order}")
    assert (kept["state"], kept["acknowledged_at"]) == ("revoked", late[0]["corrected_at"])
    # The operator has spoken to the crew.
    await operator.step(order, "note", note="told by radio")
    assert await standing(operator, order) == []


async def test_a_crew_replaced_for_its_silence_was_at_the_patient_first_when_its_step_says_so(
    served: House, operator: Signed
) -> None:
    crew = await served.sign_in(CREW)
    incident, order = await ordered(operator)
    was_there = datetime.now(UTC)
    await later(served, 600)
    await operator.step(order, "revoke")
    await operator.assign(incident, OTHER, reason="the first does not answer")
    told_at = datetime.now(UTC) + timedelta(minutes=10)
    crew.headers["device-now"] = milliseconds(told_at)
    await crew.step(order, "at_patient", 409, device_at=was_there.isoformat())
    [late] = await heard_too_late(operator, incident, order)
    assert late["body"]["counts"] is True
    now = await told(operator, incident)
    assert now["clock"]["at_patient_at"] == late["corrected_at"]
    assert OTHER in now["units"], "who was sent instead stays sent"


async def test_the_same_late_step_asked_again_is_answered_the_same_and_kept_once(
    served: House, operator: Signed
) -> None:
    crew = await served.sign_in(CREW)
    incident, order = await ordered(operator)
    await operator.step(order, "revoke")
    again = str(uuid4())
    answers = [await crew.step(order, "acknowledge", 409, id=again) for _ in range(3)]
    assert [each["error"] for each in answers] == ["stale"] * 3
    assert answers[0] == answers[1] == answers[2]
    assert len(await heard_too_late(operator, incident, order)) == 1
    assert len(await standing(operator, order)) == 1
    await crew.step(order, "clear", 409)
    assert await standing(operator, order) == [], "it has come back"


async def test_a_step_that_the_radio_was_faster_than_is_kept_with_its_time(served: House, operator: Signed) -> None:
    crew = await served.sign_in(CREW)
    incident, order = await ordered(operator)
    await crew.step(order, "acknowledge")
    await later(served, 300)
    await operator.step(order, "at_patient", channel="radio", by="the crew")
    now = datetime.now(UTC)
    crew.headers["device-now"] = milliseconds(now)
    refused = await crew.step(order, "en_route", 409, device_at=(now - timedelta(minutes=4)).isoformat())
    assert refused["error"] == "illegal_step"
    [late] = await heard_too_late(operator, incident, order)
    assert late["body"]["counts"] is True
    shown = await operator.ask("GET", f"/api/assignments/{order}")
    assert (shown["state"], shown["en_route_at"]) == ("at_patient", late["corrected_at"])
    assert await standing(operator, order) == []


async def test_what_an_operator_is_refused_is_nobodys_late_step(served: House, operator: Signed) -> None:
    incident, order = await ordered(operator)
    await operator.step(order, "revoke")
    await operator.step(order, "en_route", 409, channel="radio")
    assert await heard_too_late(operator, incident, order) == []
