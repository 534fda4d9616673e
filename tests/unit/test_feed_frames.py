"""The frames on the wire: what is understood, what is refused, and how a snapshot is cut into parts."""

from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import feed

ID = UUID(int=7)


def row(body: bytes, kind: str = "incident") -> feed.Row:
    return feed.Row(kind, uuid4(), 1, body)


def test_a_hello_is_read_and_unknown_fields_are_ignored() -> None:
    hello = feed.client_frame(
        '{"t":"hello","v":1,"device":"d","token":"x","profile":"phone","now":5,"app":"a","new":{"field":[1]},'
        '"subs":[{"s":"unit/1","e":"e","q":3,"more":1},{"s":"ground/1"}]}'
    )
    assert isinstance(hello, feed.Hello)
    assert hello.subs == [feed.Cursor(s="unit/1", e="e", q=3), feed.Cursor(s="ground/1", e="", q=0)]


@pytest.mark.parametrize("text", ["", "{", '{"t":"ack"', "nonsense", b"\xff\xfe", '{"t":"hb","n":1,"now":NaN}'])
def test_what_is_not_json_is_malformed(text: str | bytes) -> None:
    with pytest.raises(feed.Malformed):
        feed.client_frame(text)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "1",
        "{}",
        '{"t":"dance"}',
        '{"t":"welcome"}',
        '{"t":"ack","s":"unit/1","e":"x"}',
        '{"t":"ack","s":"unit/1","e":"x","q":-1}',
        '{"t":"ack","s":"unit/1","e":"x","q":99999999999999999999}',
        '{"t":"hello","v":1,"device":"","profile":"phone","now":1,"subs":[]}',
        '{"t":"hello","v":1,"device":"d","profile":"tablet","now":1,"subs":[]}',
    ],
)
def test_json_that_is_no_frame_of_a_reader_is_a_bad_frame(text: str) -> None:
    with pytest.raises(feed.BadFrame):
        feed.client_frame(text)


def test_more_streams_than_a_socket_may_follow_is_a_bad_frame() -> None:
    subs = [{"s": f"unit/{n}"} for n in range(feed.STREAMS_PER_SOCKET + 1)]
    hello = {"t": "hello", "v": 1, "device": "d", "profile": "phone", "now": 1, "token": "x", "subs": subs}
    with pytest.raises(feed.BadFrame):
        feed.client_frame(msgspec.json.encode(hello))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_nothing_that_comes_breaks_the_reading(text: bytes) -> None:
    try:
        frame = feed.client_frame(text)
    except (feed.Malformed, feed.BadFrame):
        return
    assert isinstance(frame, feed.Hello | feed.Ack | feed.Beat | feed.Renewal)


def test_a_frame_that_only_a_newer_server_knows_is_ignored_by_the_reader() -> None:
    assert feed.server_frame('{"t":"cover","s":"area/1","cells":[1,2]}') is None


def test_a_known_frame_with_something_missing_is_not_silently_ignored() -> None:
    with pytest.raises(feed.Malformed):
        feed.server_frame('{"t":"ev","s":"area/1"}')


@pytest.mark.parametrize(
    "frame",
    [
        feed.Welcome(conn=ID, now=1, hb=10, user="u", units=[ID], retry=(0.25, 5)),
        feed.Sub(s="area/1", e="e", head=3, mode="resume"),
        feed.Sub(s="area/1", e="e", head=3, mode="snapshot", why=feed.Why.FLOOR),
        feed.Beat(n=1, now=2),
        feed.Positions(s="area/1", u=[(ID, 110.5, 29.3, 1)]),
        feed.Drain(in_ms=3000),
        feed.Expiry(exp=1),
        feed.Refusal(error="forbidden", message="no", s="area/1"),
    ],
)
def test_what_a_server_sends_a_reader_understands(frame: feed.ServerFrame) -> None:
    assert feed.server_frame(feed.encode(frame)) == frame


def test_an_event_carries_the_body_as_it_is() -> None:
    event = feed.stored("area/1", 4, feed.Row("incident", ID, 2, '{"a": "山"}'.encode()), 99)
    assert msgspec.json.decode(event.frame) == {
        "t": "ev", "s": "area/1", "q": 4, "k": "incident", "id": str(ID), "v": 2, "at": 99, "b": {"a": "山"},
    }  # fmt: skip


@given(st.lists(st.integers(min_value=0, max_value=400), max_size=40))
def test_the_parts_of_a_snapshot_hold_every_row_once_and_none_is_too_long(sizes: list[int]) -> None:
    rows = [row(msgspec.json.encode({"x": "y" * size})) for size in sizes]
    longest = 2048
    parts = [msgspec.json.decode(frame, type=feed.Snap) for frame in _frames("area/1", rows, longest)]
    assert [part.part for part in parts] == list(range(len(parts)))
    assert [part.last for part in parts] == [False] * (len(parts) - 1) + [True]
    assert [thing.id for part in parts for thing in part.rows] == [each.id for each in rows]


def _frames(stream: str, rows: list[feed.Row], longest: int = feed.LONGEST_OUT) -> list[bytes]:
    frames = feed.snapshot_frames(stream, "e", 5, rows, longest)
    assert all(len(frame) <= longest for frame in frames)
    return frames


def test_a_snapshot_of_nothing_is_one_empty_last_part() -> None:
    [frame] = _frames("area/1", [])
    assert msgspec.json.decode(frame, type=feed.Snap) == feed.Snap(s="area/1", e="e", q=5, part=0, last=True, rows=[])


def test_the_open_orders_of_a_unit_come_first_and_alone() -> None:
    ended, open_order = (
        row(b'{"ended_at":"2026-01-01T00:00:00Z"}', "assignment"),
        row(b'{"ended_at":null}', "assignment"),
    )
    parts = [msgspec.json.decode(frame, type=feed.Snap) for frame in _frames("unit/1", [ended, open_order])]
    assert [[thing.id for thing in part.rows] for part in parts] == [[open_order.id], [ended.id]]


def test_a_units_stream_is_answered_before_the_others_and_each_once() -> None:
    wanted = [feed.Cursor(s=name) for name in ("ground/1", "unit/1", "ground/1")]
    assert [cursor.s for cursor in feed.in_order(wanted)] == ["unit/1", "ground/1"]
