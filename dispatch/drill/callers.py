"""The people of a drill who are not crews: those who call, and an operator who does what nobody else does."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
from random import Random
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec

from dispatch.assignment import ENDED, PROGRESS, State, Step
from dispatch.drill.calls import AT_ONCE_OPEN, Call, calls
from dispatch.drill.stage import NotADrill, Stage, insist
from dispatch.incident import Outcome, Status
from dispatch.incident import Step as IncidentStep
from dispatch.server import wire
from dispatch.terminal import Link

NAME = "演练 Drill"
OPERATOR, SUPERVISOR = "operator2", "supervisor"

SWEEP_S = 2.0
CLOSES_AFTER_S = (8.0, 20.0)
ASSIGNS_AFTER_S = (45.0, 80.0)
ASSIGNS_AGAIN_AFTER_S = (8.0, 15.0)
LEAST_SWEEP_S = 0.1
UNDONE = frozenset({State.DECLINED, State.TIMED_OUT, State.REVOKED})
BEFORE_PATIENT = frozenset(PROGRESS[: PROGRESS.index(State.AT_PATIENT)])
NO_ANSWER = "呼叫无应答 No answer"
TOLD = "演练值班员登记 Entered by the drill's operator"
ENDS_WITHIN_S = 7.0
"""A service that does not answer any more keeps nobody from ending."""

MOST_TRIES = 8
"""Looks at an incident after which it is handed on to others."""

OVER = "演练结束 The exercise is over"
HANDED_ON = "转相关单位处理 Handed on: nobody of the teams is needed or free"


class Need(StrEnum):
    """What an open incident waits for from whoever sits at a console."""

    ASSIGN = "assign"
    ASSIGN_AGAIN = "assign_again"
    CLOSE = "close"


def need(incident: wire.Incident, assignments: Iterable[wire.Assignment]) -> Need | None:
    """None while a crew is at it, and for what only a person can know: where it is."""
    states = [each.state for each in assignments if each.incident == incident.id]
    if incident.status is not Status.OPEN or any(state not in ENDED for state in states):
        return None
    if State.CLEARED in states:
        return Need.CLOSE
    if incident.place is None or incident.place.point is None:
        return None
    return Need.ASSIGN_AGAIN if states else Need.ASSIGN


AFTER_S = {Need.ASSIGN: ASSIGNS_AFTER_S, Need.ASSIGN_AGAIN: ASSIGNS_AGAIN_AFTER_S, Need.CLOSE: CLOSES_AFTER_S}


class Ask(StrEnum):
    """What an operator asks a crew for that has not said it."""

    WHERE_ARE_YOU = "where_are_you"
    """The order was never answered."""
    IS_IT_SO = "is_it_so"
    """Its position says that it is at the patient."""
    WHEN_WAS_IT = "when_was_it"
    """It is clear again, and nobody knows when it was at the patient."""


ASKS_AFTER_S = {Ask.WHERE_ARE_YOU: (60.0, 90.0), Ask.IS_IT_SO: (15.0, 60.0), Ask.WHEN_WAS_IT: (60.0, 180.0)}


def ask(each: wire.Assignment, *, reached: bool) -> Ask | None:
    """``reached``: somebody is known to have been at that patient."""
    if each.state is State.ASSIGNED:
        return Ask.WHERE_ARE_YOU
    if each.at_patient_at is not None or each.state in UNDONE:
        return None
    if each.near_patient_at is not None and (each.state is State.CLEARED or each.state in BEFORE_PATIENT):
        return Ask.IS_IT_SO
    if each.state is State.CLEARED and each.on_scene_at is not None and not reached:
        return Ask.WHEN_WAS_IT
    return None


class Callers:
    """Calls and desk of one exercise, from its beginning to its end. ``play`` goes on until cancelled.

    Planned calls wait for ``begin``, and ``rung`` tells when all have come. While ``most_open`` incidents are open,
    nobody rings.
    """

    def __init__(
        self,
        stage: Stage,
        exercise: UUID,
        planned: Iterable[Call] | None = None,
        *,
        name: str = NAME,
        most_open: int | None = AT_ONCE_OPEN,
    ) -> None:
        self._stage, self._exercise, self._name, self._most_open = stage, exercise, name, most_open
        self._planned = calls(stage.seed) if planned is None else planned
        self.connected, self.begin, self.rung = asyncio.Event(), asyncio.Event(), asyncio.Event()
        if planned is None:
            self.begin.set()
        self.refused = 0
        self._chance = Random(f"desk {stage.seed}")  # noqa: S311 - plays, guards nothing
        self._desk = stage.terminal(OPERATOR)
        self._supervisor = stage.terminal(SUPERVISOR)
        self._zone = ZoneInfo("UTC")
        self._area_stream = ""
        self._due: dict[tuple[UUID, Need, int], float] = {}
        self._tries: dict[UUID, int] = {}
        self._asked: dict[tuple[UUID, Ask], float] = {}

    async def play(self) -> None:
        """Raises ``NotADrill`` where nobody may be played."""
        try:
            await self._begin()
            async with self._desk, asyncio.TaskGroup() as group:
                group.create_task(self._listen())
                group.create_task(self._ring())
                group.create_task(self._sweep())
                group.create_task(self._look_after())
        finally:
            await self._end()

    # --- the exercise ---

    async def _begin(self) -> None:
        _, told = await insist(self._supervisor, "GET", "/api/session")
        session = msgspec.convert(told, wire.SessionAnswer)
        if not session.drill:
            raise NotADrill
        self._zone, self._area_stream = ZoneInfo(session.time_zone), f"area/{session.area}"
        await self._end_others()
        await insist(self._supervisor, "POST", "/api/exercises", wire.NewExercise(id=self._exercise, name=self._name))

    async def _end_others(self) -> None:
        """An earlier drill that was killed has left its exercise open."""
        _, told = await insist(self._supervisor, "GET", "/api/exercises")
        for each in msgspec.convert(told, wire.Exercises).items:
            if each.name == self._name and each.ends_at is None and each.id != self._exercise:
                await self._wind_up(each.id)

    async def _end(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(ENDS_WITHIN_S):
                if self._area_stream:
                    await self._wind_up(self._exercise)
                for terminal in (self._desk, self._supervisor):
                    await terminal.sign_out()

    async def _wind_up(self, exercise: UUID) -> None:
        """Cancel what is still open in it, then end it; then what a call that was on its way has still made in it: an
        exercise that has ended takes no more.
        """
        await self._cancel_all(exercise)
        await insist(self._supervisor, "POST", f"/api/exercises/{exercise}/end", wire.ExerciseEnd(id=uuid4()))
        await self._cancel_all(exercise)

    async def _cancel_all(self, exercise: UUID) -> None:
        _, told = await insist(self._supervisor, "GET", "/api/incidents?status=open&limit=500")
        for incident in msgspec.convert(told, wire.Incidents).items:
            if incident.exercise == exercise:
                cancel = wire.IncidentStep(id=uuid4(), step=IncidentStep.CANCEL, note=OVER)
                await insist(self._supervisor, "POST", f"/api/incidents/{incident.id}/steps", cancel)

    # --- calls ---

    async def _ring(self) -> None:
        await self.connected.wait()
        await self.begin.wait()
        due = asyncio.get_running_loop().time()
        for call in self._planned:
            due += call.after_s / self._stage.pace
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            while self._most_open is not None and len(self.open()) >= self._most_open:
                await self._stage.wait(SWEEP_S)
                due = asyncio.get_running_loop().time()
            await self._report(call)
        self.rung.set()

    async def _report(self, call: Call) -> None:
        told = call.told
        new = wire.NewIncident(
            id=uuid4(),
            type=told.type,
            location=told.location,
            caller=wire.Caller(name=call.name, phone=call.phone, language=told.language),
            note=told.words,
            exercise=self._exercise,
            assign=call.assign,
            channel=told.channel,
        )
        status, answer = await insist(self._desk, "POST", "/api/incidents", new)
        if status >= 400:
            self.refused += 1
            self._say(f"报警未被受理:{answer.get('message')}", f"a report was refused: {answer.get('error')}")
            return
        made = msgspec.convert(answer, wire.IncidentAnswer)
        units = ", ".join(each.unit_code for each in made.assignments)
        zh, en = _names(made)
        self._say(
            f"{made.number} 号警情 {zh}({call.name}){f' → {units}' if units else ',等待派警'}",
            f"#{made.number} {en}{f' → {units}' if units else ', waiting for an operator'}",
        )

    # --- the desk ---

    async def _listen(self) -> None:
        async for happening in self._desk:
            if happening == Link(up=True, why=""):
                self.connected.set()

    async def _sweep(self) -> None:
        """Do what has waited for a person long enough."""
        while True:
            await self._pause()
            waiting = [(incident, what) for incident in self.open() if (what := need(incident, self._assignments()))]
            now, due = asyncio.get_running_loop().time(), dict[tuple[UUID, Need, int], float]()
            for incident, what in waiting:
                key = (incident.id, what, self._tries.get(incident.id, 0))
                due[key] = self._due.get(key, now + self._chance.uniform(*AFTER_S[what]) / self._stage.pace)
                if now >= due[key]:
                    self._tries[incident.id] = key[2] + 1
                    await (self._close(incident) if what is Need.CLOSE else self._assign(incident))
            self._due = due

    async def _assign(self, incident: wire.Incident) -> None:
        path = f"/api/incidents/{incident.id}"
        status, answer = await insist(self._desk, "GET", f"{path}/recommendation")
        if status != 200:
            return
        advice = msgspec.convert(answer, wire.Recommendation)
        if not advice.first:
            if not advice.shortfalls or self._tries[incident.id] >= MOST_TRIES:
                await self._hand_on(incident)
            return
        for chosen in advice.first:
            new = wire.NewAssignment(id=uuid4(), unit=chosen.code, decision=advice.decision)
            status, _ = await insist(self._desk, "POST", f"{path}/assignments", new)
            if status < 300:
                self._say(
                    f"值班员派 {chosen.code}({incident.number} 号)", f"{chosen.code} assigned (#{incident.number})"
                )

    async def _hand_on(self, incident: wire.Incident) -> None:
        await self._step(incident, Outcome.TRANSFERRED, HANDED_ON)

    async def _close(self, incident: wire.Incident) -> None:
        await self._step(incident, Outcome.DONE, None)

    async def _step(self, incident: wire.Incident, outcome: Outcome, note: str | None) -> None:
        close = wire.IncidentStep(id=uuid4(), step=IncidentStep.CLOSE, outcome=outcome, note=note)
        status, _ = await insist(self._desk, "POST", f"/api/incidents/{incident.id}/steps", close)
        if status < 300:
            self._say(f"{incident.number} 号警情结束", f"#{incident.number} closed")

    # --- crews that say nothing ---

    async def _look_after(self) -> None:
        """Confirm when crews were at the patient, or ask them, and send others for those that do not answer."""
        while True:
            await self._pause()
            reached = {each.incident for each in self._assignments() if each.at_patient_at is not None}
            now = asyncio.get_running_loop().time()
            for each in self._assignments():
                what = None if each.exercise != self._exercise else ask(each, reached=each.incident in reached)
                if what is None:
                    continue
                due = self._asked.setdefault(
                    (each.id, what), now + self._chance.uniform(*ASKS_AFTER_S[what]) / self._stage.pace
                )
                if now >= due:
                    self._asked[each.id, what] = float("inf")
                    await self._ask(each, what)

    async def _ask(self, each: wire.Assignment, what: Ask) -> None:
        path = f"/api/assignments/{each.id}/steps"
        if what is Ask.WHERE_ARE_YOU:
            silent = wire.NewAvailability(id=uuid4(), available=True, in_contact=False, reason=NO_ANSWER)
            await insist(self._desk, "POST", f"/api/units/{each.unit}/availability", silent)
            revoke = wire.AssignmentStep(id=uuid4(), step=Step.REVOKE, note=NO_ANSWER)
            await insist(self._desk, "POST", path, revoke)
            self._say(f"{each.unit_code} 无应答,改派", f"{each.unit_code} does not answer; others are sent")
            return
        proposed = each.near_patient_at is not None
        told = wire.AssignmentStep(
            id=uuid4(),
            step=Step.AT_PATIENT if each.ended_at is None else Step.CORRECT,
            of=None if each.ended_at is None else Step.AT_PATIENT,
            note=None if each.ended_at is None else TOLD,
            channel="position" if proposed else "asked",
            happened_at=each.near_patient_at if proposed else each.on_scene_at,
        )
        status, _ = await insist(self._desk, "POST", path, told)
        if status < 300:
            how = ("按位置", "from position") if proposed else ("询问", "asked")
            self._say(f"{each.unit_code} 到伤者身边({how[0]})", f"{each.unit_code} was at the patient ({how[1]})")

    async def _pause(self) -> None:
        """Until the desk looks up again; however fast the drill, it has hands like anybody."""
        await asyncio.sleep(max(SWEEP_S / self._stage.pace, LEAST_SWEEP_S))

    def open(self) -> list[wire.Incident]:
        """The exercise's open incidents, as the feed tells them."""
        told = (
            msgspec.json.decode(body, type=wire.Incident)
            for body in self._desk.store.things(self._area_stream, "incident")
        )
        return [each for each in told if each.exercise == self._exercise and each.status is Status.OPEN]

    def _assignments(self) -> list[wire.Assignment]:
        return [
            msgspec.json.decode(body, type=wire.Assignment)
            for body in self._desk.store.things(self._area_stream, "assignment")
        ]

    def _say(self, zh: str, en: str) -> None:
        self._stage.say(self._desk.now(), self._zone, zh, en)


def _names(incident: wire.Incident) -> tuple[str, str]:
    """Where and what, in Chinese and in English."""
    kind, place = incident.type, incident.place
    what = ("", "") if kind is None else (kind.name_zh, kind.name_en)
    where = ("", "") if place is None else (place.name_zh or place.words or "", place.name_en or place.words or "")
    return f"{where[0]} {what[0]}".strip(), f"{what[1]} at {where[1]}" if where[1] else what[1]
