"""The terminal without a network: what its store keeps, how an order reads, what may be typed."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import feed
from dispatch.assignment import CREW_STEPS, State, Step
from dispatch.incident import Priority
from dispatch.server import wire
from dispatch.terminal import OtherOwner, Store, StoreInUse, Terminal
from dispatch.terminal.order_words import (
    TYPED,
    NotUnderstood,
    Typed,
    Word,
    chosen,
    help_lines,
    minutes,
    order_lines,
    state_line,
    typed,
)
from dispatch.words import STATES, STEPS

ID = UUID(int=1)
AT = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)


def thing(id: UUID, body: str) -> feed.Thing:
    return feed.Thing(k="assignment", id=id, v=1, b=msgspec.Raw(body.encode()))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "device.sqlite"


# --- the store ------------------------------------------------------------------------------------------------------


def test_what_was_told_and_the_place_it_was_told_at_are_kept_together(path: Path) -> None:
    store = Store(path)
    assert store.cursor("unit/1") == feed.Cursor(s="unit/1")
    store.apply([feed.Replace("unit/1", "e", 4, [thing(UUID(int=1), "1"), thing(UUID(int=2), "2")])])
    store.apply([feed.Apply("unit/1", "e", 5, thing(UUID(int=2), "22"))])
    store.close()
    again = Store(path)
    assert again.cursor("unit/1") == feed.Cursor(s="unit/1", e="e", q=5)
    assert again.things("unit/1", "assignment") == [b"1", b"22"]
    again.apply([feed.Remove("unit/1", "e", 6, "assignment", UUID(int=1))])
    assert again.things("unit/1", "assignment") == [b"22"]
    assert again.cursor("unit/1").q == 6
    again.apply([feed.Replace("unit/1", "f", 1, [])])
    assert again.things("unit/1", "assignment") == []
    assert again.cursor("unit/1") == feed.Cursor(s="unit/1", e="f", q=1)
    again.close()


def test_a_change_that_cannot_be_stored_whole_is_not_stored_at_all(path: Path) -> None:
    class Full(Store):
        def _write(self, change: feed.Change) -> None:
            super()._write(change)
            raise OSError("the disk is full")

    store = Full(path)
    with pytest.raises(OSError, match="full"):
        store.apply([feed.Apply("unit/1", "e", 5, thing(ID, "1"))])
    assert store.cursor("unit/1") == feed.Cursor(s="unit/1")
    assert store.things("unit/1", "assignment") == []
    store.close()


def test_writes_leave_the_queue_in_order_and_only_when_answered(path: Path) -> None:
    store = Store(path)
    ids = [uuid4() for _ in range(3)]
    for each in ids:
        store.queue(each, "/x", b"{}")
    store.close()
    again = Store(path)
    left = []
    while write := again.next_write():
        assert again.next_write() == write
        left.append(write.id)
        again.answered(write.number)
    assert left == ids
    again.close()


def test_an_order_rings_once_however_often_it_is_shown(path: Path) -> None:
    store = Store(path)
    assert store.queue(uuid4(), "/x", b"{}", alarmed=ID)
    assert not store.queue(uuid4(), "/x", b"{}", alarmed=ID)
    assert store.writes() == 1
    store.close()


def test_only_one_terminal_may_have_a_store_open(path: Path) -> None:
    store = Store(path)
    with pytest.raises(StoreInUse):
        Store(path)
    store.close()
    Store(path).close()


def test_the_store_is_readable_by_its_owner_alone(path: Path) -> None:
    Store(path).close()
    assert path.stat().st_mode & 0o077 == 0


def test_a_wiped_store_holds_nothing(path: Path) -> None:
    store = Store(path)
    store.keep("token", "secret-token")
    store.apply([feed.Apply("unit/1", "e", 5, thing(ID, '"a-phone-number"'))])
    store.queue(uuid4(), "/x", b"{}", alarmed=ID)
    store.wipe()
    assert (store.kept("token"), store.writes(), store.things("unit/1", "assignment")) == (None, 0, [])
    store.close()
    assert b"a-phone-number" not in path.read_bytes()


async def test_a_store_of_another_login_is_refused(path: Path) -> None:
    store = Store(path)
    Terminal("http://here", store, login="crew-1")
    Terminal("http://here/", store, login="crew-1")
    with pytest.raises(OtherOwner):
        Terminal("http://here", store, login="crew-2")
    with pytest.raises(OtherOwner):
        Terminal("http://there", store, login="crew-1")
    store.close()


# --- an order in words ----------------------------------------------------------------------------------------------


def leg(mode: str, **more: float) -> wire.Leg:
    numbers = {"length_m": 0.0, "climb_m": 0.0, "descent_m": 0.0, "time_s": 60.0} | more
    ends = {"from_": "甲", "to": "水绕四门", "from_en": "A", "to_en": "Four Gates", "from_code": None, "to_code": None}
    return wire.Leg(mode=mode, **ends, **numbers)  # type: ignore[arg-type]


def order(number: int = 12, state: State = State.ASSIGNED, *, at: datetime = AT, **more: object) -> wire.Order:
    empty = dict.fromkeys(wire.Order.__struct_fields__)
    known = {
        "id": UUID(int=number), "incident": ID, "incident_number": number, "unit": ID, "unit_code": "G5-3",
        "kind": "incident", "state": state, "decision": ID, "medical": False, "people": 4, "eta_s": 700.0,
        "legs": [leg("drive", time_s=240), leg("walk", length_m=700, climb_m=20, time_s=361)], "assigned_at": at,
        "ended_at": at if state in (State.CLEARED, State.REVOKED) else None, "version": 1,
        "type": wire.Named(code="T", name_zh="扭伤", name_en="Sprain"), "priority": Priority.P2, "target_s": 900,
        "reported_at": at, "caller": wire.Caller(name="王女士", phone="0744"), "notes": ["在石阶上"],
    }  # fmt: skip
    return wire.Order(**(empty | known | more))  # type: ignore[arg-type]


def test_an_order_says_what_where_who_and_how_to_get_there() -> None:
    zh, en = "\n".join(order_lines(order(), "zh")), "\n".join(order_lines(order(), "en"))
    for words in (
        "12 号警情 P2 扭伤",
        "王女士 0744",
        "在石阶上",
        "驾车 4 分钟到水绕四门",
        "步行 700 米 上升 20 米 7 分钟",
        "预计 12 分钟",
        "15 分钟",
    ):
        assert words in zh
    for words in (
        "#12 P2 Sprain",
        "王女士 0744",
        "drive 4 min to Four Gates",
        "walk 700 m up 20 m 7 min",
        "ETA 12 min",
    ):
        assert words in en


def test_an_exercise_says_so_first() -> None:
    assert order_lines(order(exercise=ID), "zh")[0].startswith("【演练】")
    assert order_lines(order(exercise=ID), "en")[0].startswith("[EXERCISE]")


def test_what_is_not_known_is_said_and_not_made_up() -> None:
    lines = "\n".join(order_lines(order(type=None, eta_s=None, legs=[], caller=None, notes=[]), "en"))
    assert "type unknown" in lines
    assert "travel time unknown" in lines
    assert "not located" in lines
    assert "Caller" not in lines


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_state_and_every_step_of_a_crew_has_words(language: str) -> None:
    assert set(STATES) >= set(State)
    assert set(STEPS) >= CREW_STEPS
    assert len({state_line(order(state=state), language) for state in State}) == len(State)


@given(st.floats(0, 100_000))
def test_minutes_are_never_fewer_than_it_takes_and_never_none(seconds: float) -> None:
    whole = int(minutes(seconds, "en").split()[0])
    assert whole >= 1
    assert whole * 60 >= seconds - 1e-6
    assert (whole - 1) * 60 <= seconds


# --- what is typed --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("", None),
        ("   ", None),
        ("a", Typed(step=Step.ACKNOWLEDGE, number=None, note=None)),
        ("ACK\n", Typed(step=Step.ACKNOWLEDGE, number=None, note=None)),
        ("收到", Typed(step=Step.ACKNOWLEDGE, number=None, note=None)),
        ("出发 12", Typed(step=Step.EN_ROUTE, number=12, note=None)),
        ("p #12", Typed(step=Step.AT_PATIENT, number=12, note=None)),
        ("d 车坏了", Typed(step=Step.DECLINE, number=None, note="车坏了")),
        ("n 12 two stretchers", Typed(step=Step.NOTE, number=12, note="two stretchers")),
        ("!", Typed(step=Step.NEED_HELP, number=None, note=None)),
        ("\uff01 12", Typed(step=Step.NEED_HELP, number=12, note=None)),
        ("?", Word.HELP),
        ("\uff1f", Word.HELP),
        ("列表", Word.ORDERS),
        ("q", Word.QUIT),
    ],
)
def test_a_line_means_a_step_or_a_word(line: str, meaning: object) -> None:
    assert typed(line) == meaning


@pytest.mark.parametrize("line", ["x", "revoke 12", "12", "接收"])
def test_what_is_no_command_is_not_guessed(line: str) -> None:
    with pytest.raises(NotUnderstood):
        typed(line)


def test_every_step_that_a_crew_types_has_a_short_form_and_a_chinese_word() -> None:
    assert set(TYPED) == CREW_STEPS - {Step.ALARMED}
    words = [word for words in TYPED.values() for word in words]
    assert len(words) == len(set(words))
    for language in ("zh", "en"):
        assert all(any(words[0] in line for line in help_lines(language)) for words in TYPED.values())


def test_a_step_is_for_the_newest_open_order_unless_a_number_says_another() -> None:
    old, new = order(1, at=AT.replace(hour=6)), order(2, at=AT.replace(hour=7))
    ended = order(3, State.REVOKED, at=AT)
    assert chosen([old, new, ended], None) == new
    assert chosen([old, new, ended], 1) == old
    assert chosen([old, new, ended], 3) == ended
    assert chosen([old, new, ended], 4) is None
    assert chosen([ended], None) == ended
    assert chosen([], None) is None
