"""The rules of both ends of the feed: rings, places in them, the reader's copy, who is too slow, when to come back."""

import random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from dispatch import feed
from dispatch.feed import PROFILES, After, Close, ProfileName

CONSOLE, PHONE = PROFILES[ProfileName.CONSOLE], PROFILES[ProfileName.PHONE]
THING = feed.Row("incident", UUID(int=1), 1, b"{}")


def stored(q: int, stream: str = "s/1") -> feed.Stored:
    return feed.stored(stream, q, THING, 0)


def ring(head: int, *, first: int = 0, size: int = 8) -> feed.Ring:
    made = feed.Ring("s/1", epoch="e", head=first, floor=0, size=size)
    for q in range(first + 1, head + 1):
        made.append(stored(q))
    return made


# --- the ring -------------------------------------------------------------------------------------------------------


@given(first=st.integers(0, 50), count=st.integers(0, 60), after=st.integers(0, 120), limit=st.integers(1, 20))
def test_what_a_ring_holds_after_a_number_is_what_follows_it(first: int, count: int, after: int, limit: int) -> None:
    made = ring(first + count, first=first)
    assert made.base >= first
    if made.holds(after):
        wanted = range(after + 1, made.head + 1)[:limit]
        assert [event.q for event in made.after(after, limit)] == list(wanted)


@given(count=st.integers(0, 60), after=st.integers(0, 70))
def test_the_bytes_still_to_come_are_those_of_the_events_still_to_come(count: int, after: int) -> None:
    made = ring(count)
    start = max(after, made.base)
    assert made.bytes_after(after) == sum(len(event.frame) for event in made.after(start, 1000))


def test_a_ring_keeps_at_least_its_size_and_at_most_twice_that() -> None:
    made = ring(1000, size=8)
    assert 8 <= made.head - made.base < 16


@pytest.mark.parametrize("q", [3, 5, 6])
def test_a_ring_takes_only_the_next_event(q: int) -> None:
    with pytest.raises(feed.Hole):
        ring(3).append(stored(q))


# --- resume or snapshot ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("epoch", "q", "why"),
    [
        ("", 0, "new"),
        ("", 7, "new"),
        ("other", 7, "epoch"),
        ("e", 11, "ahead"),
        ("e", 4, "floor"),
        ("e", 5, None),
        ("e", 7, None),
        ("e", 10, None),
    ],
)
def test_a_cursor_is_resumed_only_if_everything_after_it_is_kept(epoch: str, q: int, why: str | None) -> None:
    assert feed.why_snapshot(feed.Cursor(s="s/1", e=epoch, q=q), epoch="e", head=10, floor=5) == why


# --- a follower -----------------------------------------------------------------------------------------------------


def test_nothing_is_sent_before_the_subscription_is_answered() -> None:
    follower = feed.Follower(ring(5), feed.Cursor(s="s/1", e="e", q=2))
    assert not follower.next(10)
    follower.resume()
    assert [event.q for event in follower.next(10)] == [3, 4, 5]


def test_a_follower_that_fell_out_of_the_ring_asks_for_the_database() -> None:
    made = ring(100)
    follower = feed.Follower(made, feed.Cursor(s="s/1", e="e", q=2))
    follower.resume()
    assert not follower.in_ring
    assert not follower.next(10)
    list(follower.take(stored(q) for q in range(3, made.base + 1)))
    assert follower.in_ring
    assert follower.next(10)[0].q == made.base + 1


def test_a_follower_refuses_a_hole() -> None:
    follower = feed.Follower(ring(5), feed.Cursor(s="s/1", e="e", q=2))
    follower.resume()
    with pytest.raises(feed.Hole):
        list(follower.take([stored(4)]))


@pytest.mark.parametrize(
    ("epoch", "q", "new"), [("e", 5, True), ("e", 3, True), ("e", 2, False), ("e", 6, False), ("x", 5, False)]
)
def test_only_what_was_sent_can_be_acknowledged(epoch: str, q: int, new: bool) -> None:
    follower = feed.Follower(ring(9), feed.Cursor(s="s/1", e="e", q=2))
    follower.resume()
    list(follower.take(follower.next(3)))
    assert follower.acknowledge(epoch, q) is new


def test_the_same_ack_again_is_nothing_new() -> None:
    follower = feed.Follower(ring(9), feed.Cursor(s="s/1", e="e", q=2))
    follower.resume()
    list(follower.take(follower.next(3)))
    assert follower.acknowledge("e", 4)
    assert not follower.acknowledge("e", 4)
    assert not follower.acknowledge("e", 3)


# --- the reader's copy, against a server that loses, repeats and restarts -------------------------------------------


class ComingAndGoing(RuleBasedStateMachine):
    """A server with a ring, a database and a moving floor; a reader whose connection breaks at any frame."""

    def __init__(self) -> None:
        super().__init__()
        self.epoch, self.floor = 1, 0
        self.log: list[int] = []  # the state is the sum of the log: losing or doubling one event shows
        self.kept_cursor = feed.Cursor(s="s/1")
        self.kept_state = 0
        self.line: list[feed.Sub | feed.Snap | feed.Event] = []
        self.follower: feed.Follower | None = None
        self.copy: feed.Copy | None = None
        self.ring = self.new_ring()

    @property
    def head(self) -> int:
        return len(self.log)

    def new_ring(self) -> feed.Ring:
        return feed.Ring("s/1", epoch=str(self.epoch), head=self.head, floor=self.floor, size=4)

    def event(self, q: int) -> feed.Stored:
        return feed.stored("s/1", q, feed.Row("sum", THING.id, q, str(self.log[q - 1]).encode()), 0)

    @rule(value=st.integers(1, 9), count=st.integers(1, 6))
    def something_happens(self, value: int, count: int) -> None:
        for _ in range(count):
            self.log.append(value)
            self.ring.append(self.event(self.head))

    @rule()
    def old_events_are_dropped(self) -> None:
        self.floor = max(self.floor, self.head - 10)
        self.ring.floor = self.floor

    @rule()
    def the_server_restarts(self) -> None:
        self.ring = self.new_ring()
        self.break_off()

    @rule(back=st.integers(0, 5))
    def the_database_is_put_back(self, back: int) -> None:
        del self.log[self.head - min(back, self.head - self.floor) :]
        self.epoch += 1
        self.ring = self.new_ring()
        self.break_off()

    @rule()
    def break_off(self) -> None:
        self.line, self.follower, self.copy = [], None, None

    @precondition(lambda self: self.follower is None)
    @rule()
    def connect(self) -> None:
        cursor = self.kept_cursor
        self.copy = feed.Copy(cursor)
        self.follower = feed.Follower(self.ring, cursor)
        why = feed.why_snapshot(cursor, epoch=self.ring.epoch, head=self.ring.head, floor=self.ring.floor)
        if why is None:
            self.line.append(self.follower.resume())
            return
        q = self.head
        self.line.append(self.follower.start(q, why))
        rows = [feed.Row("sum", THING.id, q, str(sum(self.log)).encode())]
        for frame in feed.snapshot_frames("s/1", self.ring.epoch, q, rows):
            snap = feed.server_frame(frame)
            assert isinstance(snap, feed.Snap)
            self.line.append(snap)
        self.follower.started(q)

    @precondition(lambda self: self.follower is not None)
    @rule(limit=st.integers(1, 5))
    def the_server_sends(self, limit: int) -> None:
        assert self.follower is not None
        assert self.follower.sent is not None
        if not self.follower.in_ring:
            events = [self.event(q) for q in range(self.follower.sent + 1, self.head + 1)[:limit]]
        else:
            events = list(self.follower.next(limit))
        for frame in self.follower.take(events):
            event = feed.server_frame(frame)
            assert isinstance(event, feed.Event)
            self.line.append(event)

    @precondition(lambda self: bool(self.line))
    @rule(count=st.integers(1, 5))
    def the_reader_takes(self, count: int) -> None:
        assert self.copy is not None
        for _ in range(min(count, len(self.line))):
            change = self.copy.take(self.line.pop(0))
            if isinstance(change, feed.Replace):
                self.kept_state = int(bytes(change.things[0].b))
            elif isinstance(change, feed.Apply):
                assert change.q == self.kept_cursor.q + 1
                self.kept_state += int(bytes(change.thing.b))
            if change is not None:
                self.kept_cursor = feed.Cursor(s="s/1", e=change.epoch, q=change.q)

    @invariant()
    def what_is_kept_is_the_state_at_the_cursor(self) -> None:
        if self.kept_cursor.e == str(self.epoch):
            assert self.kept_state == sum(self.log[: self.kept_cursor.q])


TestComingAndGoing = ComingAndGoing.TestCase


def event(q: int) -> feed.Event:
    return feed.Event(s="s/1", q=q, k="incident", id=THING.id, v=1, at=0, b=feed.Raw(b"{}"))


def resumed(q: int = 3) -> feed.Copy:
    copy = feed.Copy(feed.Cursor(s="s/1", e="e", q=q))
    copy.take(feed.Sub(s="s/1", e="e", head=q + 5, mode="resume"))
    return copy


@given(st.lists(st.integers(1, 12), max_size=40))
def test_whatever_comes_only_the_next_event_is_ever_applied(numbers: list[int]) -> None:
    copy, applied = resumed(3), 3
    for q in numbers:
        try:
            change = copy.take(event(q))
        except feed.Gap:
            assert q > applied + 1
            return
        assert (change is not None) == (q == applied + 1)
        applied += change is not None


def test_an_event_before_the_answer_is_a_gap() -> None:
    with pytest.raises(feed.Gap):
        feed.Copy(feed.Cursor(s="s/1", e="e", q=3)).take(event(4))


def test_a_resume_of_another_epoch_is_a_gap() -> None:
    with pytest.raises(feed.Gap):
        feed.Copy(feed.Cursor(s="s/1", e="e", q=3)).take(feed.Sub(s="s/1", e="f", head=9, mode="resume"))


def snap(part: int, *, last: bool, q: int = 9) -> feed.Snap:
    thing = feed.Thing(k="incident", id=THING.id, v=1, b=feed.Raw(b"{}"))
    return feed.Snap(s="s/1", e="f", q=q, part=part, last=last, rows=[thing])


def snapshotting() -> feed.Copy:
    copy = feed.Copy(feed.Cursor(s="s/1", e="e", q=3))
    copy.take(feed.Sub(s="s/1", e="f", head=9, mode="snapshot", why=feed.Why.EPOCH))
    return copy


def test_a_snapshot_replaces_only_when_its_last_part_has_come() -> None:
    copy = snapshotting()
    assert copy.take(snap(0, last=False)) is None
    assert (copy.epoch, copy.q) == ("e", 3)
    change = copy.take(snap(1, last=True))
    assert isinstance(change, feed.Replace)
    assert (change.epoch, change.q, len(change.things)) == ("f", 9, 2)
    assert copy.take(event(9)) is None
    assert copy.take(event(10)) is not None


def test_an_event_without_a_body_tells_to_forget_the_thing_and_is_numbered_like_any_other() -> None:
    copy = resumed(3)
    leaves = feed.Event(s="s/1", q=4, k="incident", id=THING.id, v=7, at=0, b=feed.Raw(feed.GONE))
    assert copy.take(leaves) == feed.Remove("s/1", "e", 4, "incident", THING.id)
    assert copy.take(leaves) is None
    assert isinstance(copy.take(event(5)), feed.Apply)
    with pytest.raises(feed.Gap):
        resumed(2).take(leaves)


@pytest.mark.parametrize("wrong", [snap(1, last=True), snap(0, last=True, q=8)])
def test_a_part_that_was_not_to_come_is_a_gap(wrong: feed.Snap) -> None:
    with pytest.raises(feed.Gap):
        snapshotting().take(wrong)


def test_an_event_in_the_middle_of_a_snapshot_is_a_gap() -> None:
    with pytest.raises(feed.Gap):
        snapshotting().take(event(10))


# --- too slow, too many, when to come back --------------------------------------------------------------------------


def test_a_live_console_may_be_behind_for_five_seconds_and_no_longer() -> None:
    pace = feed.Pace(CONSOLE, at=0)
    assert not pace.too_slow(behind=10, taken=0, live=True, at=5)
    assert pace.too_slow(behind=10, taken=50, live=True, at=5.1)


def test_being_level_once_starts_the_five_seconds_afresh() -> None:
    pace = feed.Pace(CONSOLE, at=0)
    assert not pace.too_slow(behind=0, taken=0, live=True, at=4)
    assert not pace.too_slow(behind=10, taken=0, live=True, at=9)
    assert pace.too_slow(behind=10, taken=0, live=True, at=9.1)


def test_a_console_that_is_catching_up_is_slow_only_when_it_takes_nothing() -> None:
    pace = feed.Pace(CONSOLE, at=0)
    assert not pace.too_slow(behind=5 * CONSOLE.behind_bytes, taken=100, live=False, at=4)
    assert not pace.too_slow(behind=5 * CONSOLE.behind_bytes, taken=200, live=False, at=8)
    assert pace.too_slow(behind=5 * CONSOLE.behind_bytes, taken=200, live=False, at=13.1)


@pytest.mark.parametrize("profile", [CONSOLE, PHONE])
def test_a_live_reader_too_many_bytes_behind_is_slow_at_once(profile: feed.Profile) -> None:
    pace = feed.Pace(profile, at=0)
    assert not pace.too_slow(behind=profile.behind_bytes, taken=0, live=True, at=1)
    assert pace.too_slow(behind=profile.behind_bytes + 1, taken=0, live=True, at=1)


def test_a_phone_is_never_too_slow_by_seconds() -> None:
    pace = feed.Pace(PHONE, at=0)
    assert not pace.too_slow(behind=PHONE.behind_bytes, taken=0, live=True, at=100_000)


def test_an_allowance_is_used_up_by_a_burst_and_comes_back_with_time() -> None:
    allowance = feed.Allowance(rate=2, burst=4, at=0)
    assert [allowance.take(1, 0) for _ in range(5)] == [True] * 4 + [False]
    assert allowance.take(1, 0.5)
    assert not allowance.take(1, 0.5)
    assert [allowance.take(1, 1000) for _ in range(5)] == [True] * 4 + [False]


@given(st.integers(0, 2000), st.integers(0))
def test_waits_grow_to_their_limit_and_never_beyond(tries: int, seed: int) -> None:
    back_off = feed.BackOff(0.25, 5, random.Random(seed))  # noqa: S311
    for n in range(tries % 40):
        assert 0 <= back_off.wait_s() <= min(5, 0.25 * 2**n)
    back_off.success()
    assert back_off.wait_s() <= 0.25


@pytest.mark.parametrize(
    ("code", "after"),
    [
        (1012, After.SOON),
        (4401, After.SIGN_IN),
        (4403, After.WIPE_AND_STOP),
        (4408, After.AT_ONCE),
        (4409, After.BACK_OFF),
        (4500, After.BACK_OFF),
        (1006, After.BACK_OFF),
        (None, After.BACK_OFF),
        (3999, After.BACK_OFF),
    ],
)
def test_only_a_withdrawal_stops_a_reader_for_good(code: int | None, after: After) -> None:
    assert feed.after_close(code) is after
    assert (after is After.WIPE_AND_STOP) == (code == Close.WITHDRAWN)
