"""The chasing of one order, by values alone: whatever the crew, the radio and the service do, nothing is
missed or doubled.

The machine keeps one timer as the service does: every change sets it to when there is something to look at, and whoever
finds it due looks. The service may be away for a while; what it then finds is late, and says so.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dispatch import assignment
from dispatch.assignment import OPEN, State, Step
from dispatch.chase import LOOK_AGAIN, RUNGS, STALE, Followed, Ladder, What, goes_by_second_channel, is_stale, look

T0 = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TICK = timedelta(seconds=1)
"""How often the service looks for what is due."""

LADDER = Ladder(move_s=60, on_scene_s=120, check_in_s=90)
TIMES = {"alarmed_at", "acknowledged_at", "en_route_at"}


class Chasing(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.at = T0
        self.of = Followed(state=State.ASSIGNED, assigned_at=T0, latest_at=T0)
        self.timer: datetime | None = None
        self.standing: dict[What, datetime] = {}
        self.told: list[tuple[What, datetime, datetime, bool]] = []
        """What was raised, when it was due, when it was raised, and whether it was said to come too late."""
        self.paged: list[What] = []
        self.returns = [T0]
        """Since when the service has been up, each time that it came back."""

    @initialize(alone=st.booleans(), eta_s=st.none() | st.integers(30, 300))
    def ordered(self, alone: bool, eta_s: int | None) -> None:
        self.of = replace(self.of, alone=alone, eta_s=eta_s)
        self._follow()

    # --- what happens ---

    @rule(what=st.sampled_from(["delivered", "alarmed", "position"]), seconds=st.integers(0, 60))
    def device_tells(self, what: str, seconds: int) -> None:
        self._wait(timedelta(seconds=seconds))
        if what == "position":
            self.of = replace(self.of, heard_at=self.at)
            return  # a position rings no bell
        if self.of.state is State.ASSIGNED:
            name = f"{what}_at"
            self.of = replace(self.of, **{name: getattr(self.of, name) or self.at})
            self._follow()

    @rule(seconds=st.integers(0, 150), data=st.data())
    def somebody_steps(self, seconds: int, data: st.DataObject) -> None:
        """The crew, the radio or the desk: to the timers it is all the same."""
        self._wait(timedelta(seconds=seconds))
        steps = sorted(step for step in Step if (self.of.state, step) in assignment.TRANSITIONS)
        step = data.draw(st.sampled_from(steps))
        if step in (Step.CORRECT, Step.NOTE, Step.ALARMED):
            return
        after = assignment.after(self.of.state, step)
        times = assignment.times(step, before=self.of.state, after=after, at=self.at)
        known = {name: getattr(self.of, name) or at for name, at in times.items() if name in TIMES}
        latest_at = self.at if after is not self.of.state and after in OPEN else self.of.latest_at
        self.of = replace(self.of, state=after, latest_at=latest_at, heard_at=self.at, **known)
        self._follow()

    @rule(seconds=st.integers(1, 1500))
    def time_passes(self, seconds: int) -> None:
        self._wait(timedelta(seconds=seconds))

    @rule(seconds=st.integers(1, 900))
    def the_service_is_away(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)
        self.returns.append(self.at)
        self._wait(TICK)

    # --- what the service does with rows ---

    def _wait(self, span: timedelta) -> None:
        """The service is up: within a tick of when the timer goes off, it is looked at."""
        until = self.at + span
        while self.timer is not None and self.timer + TICK <= until:
            self.at = max(self.at, self.timer + TICK)
            self._fire()
        self.at = until

    def _follow(self) -> None:
        found = look(self.of, LADDER, raised=self.standing, at=self.at)
        self._end(found.answered)
        self.timer = found.timer_at

    def _fire(self) -> None:
        found = look(self.of, LADDER, raised=self.standing, at=self.at)
        assert found.next_at is None or found.next_at > self.at, "whoever looks is done for now"
        for what, due_at in found.due.items():
            assert what not in self.standing, "one alarm of a kind"
            self.standing[what] = self.at
            stale = is_stale(due_at, self.at)
            self.told.append((what, due_at, self.at, stale))
            if not stale and not self.paged and goes_by_second_channel(self.of, what):
                self.paged.append(what)
        self._end(found.answered)
        self.timer = found.next_at

    def _end(self, answered: frozenset[What]) -> None:
        for what in answered:
            del self.standing[what]

    # --- what always holds ---

    @invariant()
    def each_rung_is_told_once_at_most_and_in_order(self) -> None:
        rungs = [RUNGS.index(what) for what, *_ in self.told if what in RUNGS]
        assert rungs == sorted(set(rungs))

    @invariant()
    def an_order_that_nobody_answers_is_chased_in_time(self) -> None:
        """By the words of the ladder, not by the code's: not stored by 5 s, not rung by 15 s, not answered by 45 s."""
        if self.of.state is not State.ASSIGNED:
            return
        missing = {What.UNACKNOWLEDGED: 45}
        if self.of.alarmed_at is None:
            missing[What.UNALARMED] = 15
            if self.of.delivered_at is None:
                missing[What.UNDELIVERED] = 5
        for what, seconds in missing.items():
            by = max(T0 + timedelta(seconds=seconds), self.returns[-1]) + TICK
            if self.at >= by:
                assert any(told in RUNGS[RUNGS.index(what) :] for told, *_ in self.told), f"{what} was not told"

    @invariant()
    def nothing_is_told_before_it_is_due_nor_later_than_a_tick_while_the_service_is_up(self) -> None:
        for _, due_at, at, _ in self.told:
            assert due_at <= at <= max(due_at, self._back_before(at)) + TICK

    @invariant()
    def what_comes_too_late_says_so_and_pages_nobody(self) -> None:
        for what, due_at, at, stale in self.told:
            assert stale is (at - due_at > STALE)
            assert not (stale and what in self.paged)
        assert len(self.paged) <= 1

    @invariant()
    def an_answer_stops_the_ladder(self) -> None:
        if self.of.state is not State.ASSIGNED:
            assert self.standing.keys().isdisjoint(RUNGS)

    @invariant()
    def an_ended_order_has_no_timer_and_no_alarm(self) -> None:
        if self.of.state not in OPEN:
            assert self.timer is None
            assert not self.standing

    @invariant()
    def a_lone_crew_that_is_heard_of_again_is_asked_for_no_more(self) -> None:
        since = self.standing.get(What.NO_CHECK_IN)
        heard_at = self.of.heard_at
        if since is None or heard_at is None or heard_at <= since:
            return
        if self.at < heard_at + timedelta(seconds=LADDER.check_in_s):  # from then on it has been silent again
            assert self.at <= max(heard_at, self.returns[-1]) + LOOK_AGAIN + TICK

    def _back_before(self, at: datetime) -> datetime:
        return max((each for each in self.returns if each <= at), default=T0)


TestChasing = Chasing.TestCase
TestChasing.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
