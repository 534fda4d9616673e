"""Closures as values: when they apply, what they name, and what they are called."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from dispatch import refusal
from dispatch.closure import (
    MOST_EDGES,
    NEEDS,
    Book,
    Standing,
    check_edges,
    check_mode,
    check_period,
    names,
    polygon_wkt,
)
from dispatch.words import EDGE_CLASSES
from geo.closure import Closure, ClosureMode, Layer
from geo.speed import EdgeClass

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def standing(number: int, starts: datetime = NOON, until: datetime | None = None, *edges: str) -> Standing:
    effect = Closure(edges=frozenset(edges or {"A"}), mode=ClosureMode.SHUT)
    return Standing(id=UUID(int=number), effect=effect, name_zh="甲", name_en="A", valid_from=starts, valid_until=until)


def test_a_window_begins_at_its_first_instant_and_is_over_at_its_last() -> None:
    window = standing(1, NOON, NOON + HOUR)
    tick = timedelta(microseconds=1)
    moments = (NOON - tick, NOON, NOON + HOUR - tick, NOON + HOUR)
    assert [window.applies(each) for each in moments] == [False, True, True, False]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9) | st.none())), st.integers(0, 20))
def test_a_book_at_an_instant_holds_what_applies_then_and_keeps_its_counter(
    windows: list[tuple[int, int | None]], hour: int
) -> None:
    made = [
        standing(number, NOON + starts * HOUR, None if lasts is None else NOON + (starts + lasts) * HOUR)
        for number, (starts, lasts) in enumerate(windows)
    ]
    at = NOON + hour * HOUR
    told = Book(counter=7, closures=tuple(made)).at(at)
    assert told.counter == 7
    assert [each.id for each in told.closures] == [each.id for each in made if each.applies(at)]
    assert told.at(at) == told


def test_the_edges_of_several_closures_are_all_shut() -> None:
    both = Book(closures=(standing(1, NOON, None, "A", "B"), standing(2, NOON, None, "B", "C")))
    assert both.effect.shut(Layer.BOTH) == {"A", "B", "C"}
    assert not Book().effect


@pytest.mark.parametrize("mode", ClosureMode)
def test_a_mode_says_what_it_needs_and_nothing_that_belongs_to_another(mode: ClosureMode) -> None:
    needed = [NEEDS[mode]] if mode in NEEDS else []
    check_mode(mode, needed)
    for missing in needed:
        with pytest.raises(refusal.ModeNeeds) as told:
            check_mode(mode, [])
        assert told.value.field == missing
    for other in set(NEEDS.values()) - set(needed):
        with pytest.raises(refusal.ModeHasNo) as told:
            check_mode(mode, [*needed, other])
        assert told.value.field == other


def test_a_refused_mode_is_said_in_the_readers_words() -> None:
    with pytest.raises(refusal.ModeNeeds) as told:
        check_mode(ClosureMode.ON_REQUEST, [])
    assert told.value.sentence("en") == "a closure that is open on request needs delay_s"
    assert told.value.sentence("zh") == "“应请求开放”须给出 delay_s"


@pytest.mark.parametrize(
    ("starts", "until", "named"),
    [(NOON + 2 * HOUR, NOON + HOUR, "from"), (NOON, NOON, "from"), (None, NOON - HOUR, "now"), (None, NOON, "now")],
)
def test_an_end_before_the_beginning_or_before_now_is_refused(
    starts: datetime | None, until: datetime, named: str
) -> None:
    with pytest.raises(refusal.WrongPeriod) as told:
        check_period(starts, until, NOON)
    assert (told.value.field, told.value.facts["name"]) == ("until", named)


@pytest.mark.parametrize("starts", [None, NOON - HOUR, NOON + HOUR])
def test_a_period_may_have_begun_before_and_need_not_have_an_end(starts: datetime | None) -> None:
    check_period(starts, None, NOON)
    check_period(starts, NOON + 2 * HOUR, NOON)


def test_a_polygon_is_moved_by_its_datum_and_one_that_crosses_itself_is_refused() -> None:
    ring = [(110.460, 29.340), (110.470, 29.340), (110.470, 29.350)]
    as_given = shapely.from_wkt(polygon_wkt(ring, "WGS84"))
    assert as_given.equals(shapely.Polygon(ring))
    moved = shapely.from_wkt(polygon_wkt(ring, "GCJ02"))
    assert moved.centroid.distance(as_given.centroid) * 111_000 > 400
    for broken in (
        [(110.0, 29.0), (110.1, 29.1), (110.1, 29.0), (110.0, 29.1)],
        [(110.0, 29.0), (110.1, 29.1), (110.2, 29.2)],
    ):
        with pytest.raises(refusal.NotAPolygon) as told:
            polygon_wkt(broken, "WGS84")
        assert told.value.field == "polygon.ring"


def test_every_kind_of_way_has_a_name_in_both_languages() -> None:
    assert EDGE_CLASSES.keys() == set(EdgeClass)


def test_what_is_not_there_is_named_with_its_place_in_the_list() -> None:
    with pytest.raises(refusal.UnknownCode, match="'B'") as told:
        check_edges({"A", "C"}, ["A", "B", "C"], None)
    assert told.value.field == "edges[1]"
    with pytest.raises(refusal.NoEdgeThere, match="among the stairs of the area") as none:
        check_edges(set(), None, EdgeClass.STAIRS)
    assert none.value.field == "kind"
    with pytest.raises(refusal.NoEdgeThere, match="inside the polygon"):
        check_edges(set(), None, None)
    with pytest.raises(refusal.TooManyEdges, match="5001"):
        check_edges({str(number) for number in range(MOST_EDGES + 1)}, None, EdgeClass.ROAD)
    check_edges({"A"}, ["A", "A"], None)


def edge(code: str, zh: str | None = None, en: str | None = None) -> dict[str, Any]:
    return {"code": code, "name_zh": zh, "name_en": en}


def test_a_closure_is_called_what_people_call_its_ways() -> None:
    lift, nameless = edge("L", "百龙天梯", "Bailong lift"), edge("osm:way/1:2-3")
    many = [edge(str(number), f"{number}号", f"No. {number}") for number in range(5)]
    assert names([lift], None, by_polygon=False) == ("百龙天梯", "Bailong lift")
    assert names([lift, nameless], None, by_polygon=False) == (
        "百龙天梯、osm:way/1:2-3",
        "Bailong lift, osm:way/1:2-3",
    )
    assert names(many, None, by_polygon=False) == (
        "0号、1号、2号等 5 段",
        "No. 0, No. 1, No. 2 and others (5 edges)",
    )
    assert names(many, EdgeClass.STAIRS, by_polygon=False) == ("全部台阶（5 段）", "all stairs (5)")
    assert names([lift], None, by_polygon=True) == ("圈定范围：百龙天梯", "in a drawn area: Bailong lift")
