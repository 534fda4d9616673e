"""Everybody at once, by values alone: a desk, the radio, crews out of signal, against what always holds.

The machine does with the pure rules what the desk does with rows: it sends whom ``recommend`` chooses, takes units by
the table, calls off, and lets devices tell later what was done out of signal.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dispatch import assignment, clock, incident, preemption, selection, unit
from dispatch.assignment import CREW_STEPS, DESK_STEPS, ENDED, LATE_STEPS, OPEN, TIME_OF, State, Step
from dispatch.incident import Priority
from dispatch.run_card import Need

T0 = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
FIRST_AID = frozenset({"FA"})
WAY = tuple(TIME_OF[step] for step in Step if step in TIME_OF and step not in (Step.ALARMED, Step.NEED_HELP))
MINUTES = st.integers(0, 20)
WITH_A_PATIENT = assignment.PROGRESS[assignment.PROGRESS.index(State.AT_PATIENT) :]


@dataclass(slots=True)
class Order:
    unit: int
    incident: int
    times: dict[str, datetime | None]
    state: State = State.ASSIGNED

    @property
    def assigned_at(self) -> datetime:
        at = self.times["assigned_at"]
        assert at is not None
        return at

    @property
    def latest_at(self) -> datetime:
        return max(at for name in ("assigned_at", *WAY) if (at := self.times[name]) is not None)


@dataclass(slots=True)
class Event:
    priority: Priority
    exercise: bool
    status: incident.Status = incident.Status.OPEN


@dataclass(frozen=True, slots=True)
class Pressed:
    """A step on a crew's device, which allowed it by what it then showed."""

    number: int
    order: int
    step: Step
    device_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """Of the timeline: ``pressed`` is the number of the step on the device."""

    order: int
    step: str
    pressed: int | None = None


@dataclass(slots=True)
class Device:
    """What a crew's phone shows: the orders as last told, moved on by its own steps that wait to be sent."""

    off_by: timedelta
    signal: bool = True
    shown: dict[int, State] = field(default_factory=dict)
    waiting: list[Pressed] = field(default_factory=list)


def allowed(state: State, steps: frozenset[Step]) -> list[Step]:
    return sorted(step for step in steps - {Step.CORRECT} if (state, step) in assignment.TRANSITIONS)


class Desk(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.at = T0
        self.known: list[Event] = []
        self.orders: list[Order] = []
        self.devices: list[Device] = []
        self.timeline: list[Line] = []
        self.pressed: list[Pressed] = []
        self.answered: set[int] = set()

    @initialize(
        off_by=st.lists(st.integers(-20, 20), min_size=3, max_size=3),
        priorities=st.lists(st.sampled_from(Priority), min_size=4, max_size=4),
        people=st.integers(1, 5),
    )
    def begin(self, off_by: list[int], priorities: list[Priority], people: int) -> None:
        self.devices = [Device(timedelta(minutes=minutes)) for minutes in off_by]
        self.known = [Event(priority, number == 1) for number, priority in enumerate(priorities)]
        self._send(0, people, [0, 1, 2])

    # --- the desk ---

    @rule(
        what=st.sampled_from(["send", "send", "take", "close", "cancel", "reopen"]),
        of=st.integers(0, 3),
        data=st.data(),
    )
    def decides(self, what: str, of: int, data: st.DataObject) -> None:
        is_open = self.known[of].status is incident.Status.OPEN
        match what:
            case "send" if is_open:
                self._send(of, data.draw(st.integers(1, 5)), data.draw(st.permutations(range(3))))
            case "take" if is_open:
                self._take(of, data.draw(st.integers(0, 2)))
            case "close" | "cancel" | "reopen":
                self._end_or_reopen(of, incident.Step(what))

    def _send(self, event: int, people: int, order: list[int]) -> None:
        """Whom ``recommend`` chooses, nearest first in the order drawn; who is in a drill is called off it."""
        to = self.known[event]
        weighed = [self._weighed(number, event, 60.0 * (1 + order.index(number))) for number in range(3)]
        choice = selection.recommend([Need(people=people, capabilities=FIRST_AID)], [], weighed)
        for chosen in choice.chosen:
            for held in self._open_of(chosen.int - 1):
                assert self.known[self.orders[held].incident].exercise, "chosen, and on a real incident"
                assert not to.exercise
                self._end(held, Step.REVOKE)
            self._add(chosen.int - 1, event)

    def _take(self, event: int, number: int) -> None:
        """A unit is taken from the less urgent incident that has it, where the table allows it."""
        to, held = self.known[event], self._open_of(number)
        if not held:
            return
        order = self.orders[held[0]]
        giver = self.known[order.incident]
        if giver.exercise != to.exercise or not preemption.may_take(to.priority, giver.priority, order.state):
            return
        assert order.state not in WITH_A_PATIENT
        self._end(held[0], Step.REVOKE)
        self._add(number, event)

    def _end_or_reopen(self, event: int, step: incident.Step) -> None:
        of = self.known[event]
        still_out = [number for number, each in enumerate(self.orders) if each.incident == event and each.state in OPEN]
        try:
            status = incident.after(of.status, step)
            if status is incident.Status.CLOSED:
                incident.call_off(step, None, [str(each) for each in still_out])
        except (incident.IllegalStep, incident.UnitsStillOut):
            return
        of.status = status
        if status is incident.Status.CLOSED:
            for number in still_out:
                self._end(number, Step.REVOKE)

    # --- an order goes on ---

    @rule(by=st.sampled_from(["crew", "crew", "out of signal", "out of signal", "radio", "correction"]), data=st.data())
    def goes_on(self, by: str, data: st.DataObject) -> None:
        self.at += timedelta(minutes=data.draw(MINUTES))
        number = data.draw(st.integers(0, len(self.orders) - 1))
        match by:
            case "radio":
                step = data.draw(st.sampled_from(allowed(self.orders[number].state, DESK_STEPS)))
                assert self._step(number, step, self.at)
            case "correction":
                at = data.draw(st.none() | st.integers(0, 90).map(lambda minutes: T0 + timedelta(minutes=minutes)))
                self._correct(self.orders[number], data.draw(st.sampled_from(sorted(TIME_OF))), at)
            case _:
                self._press(self.devices[self.orders[number].unit], number, by == "crew", data)

    def _press(self, device: Device, order: int, signal: bool, data: st.DataObject) -> None:
        """Something that the device, as far as it knows, allows; where there is no signal it is told later."""
        device.signal = signal
        if order not in device.shown:
            return
        steps = allowed(device.shown[order], LATE_STEPS) or [Step.NOTE]
        step = data.draw(st.sampled_from([*steps, *steps, *allowed(device.shown[order], CREW_STEPS)]))
        device.shown[order] = assignment.after(device.shown[order], step)
        made = Pressed(len(self.pressed), order, step, self.at + device.off_by)
        self.pressed.append(made)
        device.waiting.append(made)

    def _correct(self, order: Order, of: Step, happened_at: datetime | None) -> None:
        times = order.times | {"ended_at": order.times["ended_at"] or self.at}
        try:
            order.state, way = assignment.corrected(order.state, times, of, happened_at)
        except (assignment.OutOfOrder, assignment.IllegalStep):
            return
        order.times |= way

    # --- what the desk does with rows ---

    def _weighed(self, number: int, event: int, eta_s: float) -> selection.Weighed:
        held = self._open_of(number)
        on = [self.orders[each] for each in held]
        seen = unit.as_seen_by(
            unit.Unit(
                id=UUID(int=number + 1),
                code=f"U{number}",
                team="G1",
                vehicle=None,
                turnout_s=60,
                post_lon=110.0,
                post_lat=29.0,
                people=(FIRST_AID, FIRST_AID),
                duty_from=T0,
                open_assignment=on[0].state if on else None,
                in_exercise=any(self.known[each.incident].exercise for each in on),
            ),
            exercise=self.known[event].exercise,
        )
        return selection.Weighed(
            id=seen.id,
            code=seen.code,
            state=unit.state(seen, self.at),
            people=seen.people,
            eta_s=eta_s,
            on_this_incident=any(each.incident == event for each in on),
        )

    def _open_of(self, number: int) -> list[int]:
        return [key for key, each in enumerate(self.orders) if each.unit == number and each.state in OPEN]

    def _add(self, number: int, event: int) -> None:
        times: dict[str, datetime | None] = {
            "assigned_at": self.at,
            "ended_at": None,
            **dict.fromkeys(TIME_OF.values()),
        }
        self.orders.append(Order(number, event, times))

    def _end(self, number: int, step: Step) -> None:
        assert self._step(number, step, self.at), "what is open can be called off"

    def _step(self, number: int, step: Step, at: datetime, pressed: int | None = None) -> bool:
        order = self.orders[number]
        try:
            after = assignment.after(order.state, step)
        except assignment.IllegalStep:
            return False
        for name, when in assignment.times(step, before=order.state, after=after, at=at).items():
            order.times[name] = order.times[name] or when
        order.state = after
        self.timeline.append(Line(number, step, pressed))
        return True

    def _told(self, each: Pressed, device_now: datetime) -> None:
        order = self.orders[each.order]
        at = clock.corrected(each.device_at, device_now=device_now, at=self.at, not_before=order.latest_at)
        self.answered.add(each.number)
        if self._step(each.order, each.step, at, each.number) or each.step not in LATE_STEPS:
            return
        state, before = order.state, dict(order.times)
        ends = {"ended_at": order.times["ended_at"] or self.at}
        at = clock.corrected(each.device_at, device_now=device_now, at=self.at)
        way = assignment.overtaken(order.state, order.times | ends, each.step, at)
        order.times |= way or {}
        self.timeline.append(Line(each.order, "too_late", each.number))
        assert order.state is state, "what was decided meanwhile holds"
        assert all(order.times[name] == when for name, when in before.items() if when is not None)

    # --- what always holds ---

    @invariant()
    def who_has_signal_is_heard_and_told(self) -> None:
        """Devices with signal send what waits, in order, and are shown how things stand; no rule, it just happens."""
        for number, device in enumerate(self.devices):
            if device.signal:
                for each in device.waiting:
                    self._told(each, self.at + device.off_by)
                device.waiting.clear()
                device.shown = {key: order.state for key, order in enumerate(self.orders) if order.unit == number}

    @invariant()
    def no_unit_has_two_orders_at_a_time(self) -> None:
        for number in range(3):
            mine = sorted(
                ((each.assigned_at, each.times["ended_at"]) for each in self.orders if each.unit == number),
                key=lambda span: (span[0], span[1] or datetime.max.replace(tzinfo=UTC)),
            )
            for (_, ended), (begun, _) in pairwise(mine):
                assert ended is not None
                assert ended <= begun

    @invariant()
    def an_order_has_an_end_if_and_only_if_it_has_ended(self) -> None:
        for each in self.orders:
            assert (each.times["ended_at"] is not None) is (each.state in ENDED)

    @invariant()
    def the_times_of_an_order_are_in_order(self) -> None:
        for each in self.orders:
            known = [at for name in ("assigned_at", *WAY, "ended_at") if (at := each.times[name]) is not None]
            assert known == sorted(known)
            assert known[-1] <= self.at

    @invariant()
    def what_a_screen_says_of_an_open_order_is_its_latest_time(self) -> None:
        for each in self.orders:
            if each.state in OPEN and each.state is not State.ASSIGNED:
                name = TIME_OF[
                    next(step for step in TIME_OF if assignment.TRANSITIONS.get((State.ASSIGNED, step)) is each.state)
                ]
                assert each.times[name] == each.latest_at

    @invariant()
    def no_order_of_a_closed_incident_is_open(self) -> None:
        for each in self.orders:
            if self.known[each.incident].status is incident.Status.CLOSED:
                assert each.state in ENDED

    @invariant()
    def no_step_that_was_told_is_lost_or_doubled(self) -> None:
        lines = [each.pressed for each in self.timeline if each.pressed is not None]
        assert len(lines) == len(set(lines))
        for each in self.pressed:
            if each.number in self.answered and each.step is not Step.ALARMED:
                assert each.number in lines, f"{each.step} of {each.order}, which its device allowed"


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
