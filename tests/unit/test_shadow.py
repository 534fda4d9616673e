"""Who went by radio beside who would have been chosen: which is compared, by how much, and what is not known."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import msgspec
import pytest

from dispatch.decision import Inputs, Seen
from dispatch.run_card import Need
from dispatch.selection import Choice, Weighed, Why, recommend
from dispatch.shadow import Compared, Verdict, Went, compare, totals
from dispatch.shadow_table import csv_of, lines
from dispatch.unit import State
from geo.coordinates import LonLat
from geo.travel_time import NetworkVersion

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NEEDS = (Need(people=1, capabilities=frozenset({"MED"})),)


def of(code: str) -> UUID:
    return uuid5(UUID(int=0), code)


def decided(**etas: float | None) -> tuple[Inputs, Choice]:
    """A decision among these units, all alike but for their times; one whose code begins with B is busy."""
    weighed = [
        Weighed(
            id=of(code),
            code=code,
            state=State.BUSY if code.startswith("B") else State.FREE,
            people=(frozenset({"MED"}),),
            eta_s=eta_s,
        )
        for code, eta_s in etas.items()
    ]
    inputs = Inputs(
        at=AT,
        destination=LonLat(110.0, 29.0),
        needs=NEEDS,
        second_tier=(),
        units=tuple(Seen(weighed=each, team="T", position=None) for each in weighed),
        network_version=NetworkVersion(network="n", closures=0, conditions="normal", speeds="", at=AT),
    )
    return inputs, recommend(NEEDS, (), weighed)


def went(code: str, after_s: float = 0, *, others: bool = False) -> Went:
    return Went(unit=None if others else of(code), name=code, went_at=AT + timedelta(seconds=after_s))


def test_the_same_unit_loses_nothing_and_another_the_seconds_between_them() -> None:
    decision = decided(A=200, C=500)
    same = compare([went("A")], *decision)
    assert (same.verdict, same.lost_s, same.went_why) == (Verdict.SAME, 0, Why.FIRST)
    other = compare([went("C")], *decision)
    assert (other.verdict, other.chosen, other.went, other.lost_s) == (Verdict.OTHER, "A", "C", 300)
    assert other.went_why is Why.NOT_NEEDED


def test_of_two_that_were_chosen_and_are_as_quick_either_is_the_same_choice() -> None:
    two = (Need(people=2, capabilities=frozenset({"MED"})),)
    inputs, _ = decided(A=200, C=200, D=300)
    choice = recommend(two, (), [each.weighed for each in inputs.units])
    assert [each.code for each in choice.verdicts if each.chosen] == ["A", "C"]
    assert compare([went("C")], inputs, choice).verdict is Verdict.SAME
    assert compare([went("D")], inputs, choice).verdict is Verdict.OTHER


def test_of_several_that_went_the_one_counts_that_would_have_been_there_first() -> None:
    decision = decided(A=200, C=500)
    assert compare([went("C"), went("A", 5)], *decision).verdict is Verdict.SAME
    late = compare([went("C"), went("A", 301)], *decision)
    assert (late.went, late.lost_s) == ("C", 300)
    assert compare([went("mountain club", others=True), went("C", 60)], *decision).went == "C"


def test_a_unit_that_the_system_took_for_busy_may_have_been_sooner() -> None:
    told = compare([went("B1")], *decided(A=200, B1=80))
    assert (told.verdict, told.lost_s, told.went_why) == (Verdict.OTHER, -120, Why.BUSY)


@pytest.mark.parametrize(
    ("gone", "decision", "verdict"),
    [
        ([], decided(A=200), Verdict.NOT_LOGGED),
        ([went("A")], (None, None), Verdict.NOT_DECIDED),
        ([went("mountain club", others=True)], decided(A=200), Verdict.NOT_WEIGHED),
        ([went("Z")], decided(A=200), Verdict.NOT_WEIGHED),
        ([went("C")], decided(A=200, C=None), Verdict.NOT_TIMED),
        ([went("B1")], decided(B1=80), Verdict.NOBODY_CHOSEN),
        ([went("C")], decided(B1=80, C=None), Verdict.NOBODY_CHOSEN),
    ],
)
def test_what_cannot_be_compared_says_why_and_has_no_minutes(gone: list[Went], decision: Any, verdict: Verdict) -> None:
    told = compare(gone, *decision)
    assert (told.verdict, told.lost_s) == (verdict, None)


def test_totals_count_everything_and_take_percentiles_from_the_raw_seconds() -> None:
    lost = [0.0, 60.0, 120.0, 180.0, -60.0]
    all_ = [Compared(verdict=Verdict.OTHER if each else Verdict.SAME, lost_s=each) for each in lost]
    rest = [Compared(verdict=each) for each in Verdict if each not in (Verdict.SAME, Verdict.OTHER)]
    told = totals(all_ + rest)
    assert (told.n, told.same, told.other, told.timed) == (10, 1, 4, 5)
    assert (told.not_weighed, told.not_timed, told.nobody_chosen, told.not_decided, told.not_logged) == (1, 1, 1, 1, 1)
    assert told.same_share == pytest.approx(1 / 6)  # the one that could not be timed was another choice too
    assert (told.median_lost_s, told.p90_lost_s) == (60, 180)
    nothing = totals([])
    assert (nothing.n, nothing.same_share, nothing.median_lost_s, nothing.p90_lost_s) == (0, None, None, None)


def test_the_table_leaves_empty_what_is_not_known_and_the_lines_say_it_in_both_languages() -> None:
    compared = compare([went("C")], *decided(A=200, C=500))
    row = {
        "number": 7,
        "reported_at": AT,
        "type": {"code": "T", "name_zh": "摔伤", "name_en": "Fall"},
        "priority": None,
        "place_zh": "后花园",
        "place_en": "Back Garden",
        "decision": None,
        "went": [{"name": "C"}],
        "compared": msgspec.to_builtins(compared),
    }
    unknown = {**row, "went": [], "compared": msgspec.to_builtins(compare([], None, None))}
    zone = ZoneInfo("Asia/Shanghai")
    table = csv_of([row, unknown], zone, "zh")
    assert table.startswith("\ufeff警情号,".encode())
    _, first, second = csv.reader(io.StringIO(table.decode("utf-8-sig")))
    assert first[:3] == ["7", "2026-11-23 10:00", "摔伤"]
    assert first[5:12] == ["C", "C", "500.0", "A", "200.0", "300.0", "选择不同"]
    assert second[5:11] == [""] * 6
    sums = msgspec.to_builtins(totals([compared, compare([], None, None)]))
    assert lines([row], sums, zone, "en") == [
        "#7  2026-11-23 10:00  went C 8.3 min  system A 3.3 min  another choice  +5.0 min",
        "n = 2, same 0, other 1, share of the same 0%; time lost (1 timed) median 5.0 min, P90 5.0 min",
        "nobody logged who went 1",
    ]
    assert lines([], sums, zone, "zh")[1] == "未记录谁出动 1"
