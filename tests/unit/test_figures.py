"""Figures of response times, against what a person works out by hand."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import figures_table
from dispatch.figures import (
    Estimate,
    Figures,
    Population,
    Provenance,
    Record,
    Row,
    Span,
    figures,
    provenance,
    share,
    times,
)
from dispatch.incident import Outcome, Priority, Status

T0 = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
NOW = T0 + timedelta(hours=2)


def after(seconds: float | None) -> datetime | None:
    return None if seconds is None else T0 + timedelta(seconds=seconds)


def record(number: int, t5: float | None, **facts: Any) -> Record:
    """A fracture of P2 that was done with, assigned after half a minute, under way after two."""
    usual = {
        "number": number,
        "reported_at": T0,
        "hour": 10,
        "status": Status.CLOSED,
        "outcome": Outcome.DONE,
        "priority": Priority.P2,
        "target_s": 600,
        "type": "TRA-FX",
        "type_names": ("骨折", "Fracture"),
        "cell": "C1",
        "cell_names": ("金鞭溪", "Golden Whip Stream"),
        "assigned_at": after(30),
        "en_route_at": after(120),
        "at_patient_at": after(t5),
        "provenance": None if t5 is None else Provenance.PRESSED,
    }
    return Record(**(usual | facts))


def row(told: Figures, by: str = "all", population: Population = Population.CIRCLE, key: str = "") -> Row:
    [found] = [each for each in told.rows if (each.by, each.population, each.key) == (by, population, key)]
    return found


def span(seconds: float, *, known: bool = True) -> Span:
    return Span(seconds=seconds, known=known, open=not known)


def test_what_was_given_up_after_its_target_was_over_is_beyond_it_and_before_is_called_off() -> None:
    given_up = {"outcome": Outcome.CANCELLED, "assigned_at": None, "en_route_at": None}
    told = figures([record(1, None, **given_up, closed_at=after(2400))], now=NOW)
    assert (row(told).n, row(told).beyond, told.left.called_off) == (1, 1, 0)
    soon = figures([record(1, None, **given_up, closed_at=after(500))], now=NOW)
    assert soon.left.called_off == 1
    false = figures([record(1, None, outcome=Outcome.FALSE_ALARM, closed_at=after(2400))], now=NOW)
    assert false.left.called_off == 1


def test_five_incidents_worked_out_by_hand() -> None:
    """Help came after 300, 400, 500 and 700 s; in one nobody is there after 600 s.

    After 300 s 4/5 wait, after 400 s 3/5, after 500 s 2/5. Of those two one is lost sight of at 600 s, so that the one
    who came at 700 s ends the wait of all that are left: 0. So half were reached by 500 s, 80 and 90 % by 700 s.
    """
    told = times([span(300), span(400), span(500), span(600, known=False), span(700)])
    assert (told.known, told.censored, told.missing) == (4, 1, 0)
    assert [each.value for each in (told.p50, told.p80, told.p90)] == [500, 700, 700]
    # Greenwood on the log-log scale at 300 s: s = 4/5, theta = 1.96 * sqrt(1/20) / ln(4/5) = -1.9639;
    # 0.8 ** exp(+-1.9639) = 0.2038 and 0.9692, so between 3 % and 80 % were reached by then: the first bound of P50.
    assert told.p50.low == 300
    assert told.p50.high is None, "of so few nobody can say by when half are reached at the latest"


def test_wilsons_interval_worked_out_by_hand() -> None:
    """9 of 10: (0.9 + 1.96²/20 ± 1.96 √(0.09/10 + 1.96²/400)) / (1 + 1.96²/10) = (1.0921 ± 0.2674) / 1.3841."""
    found = share(9, 10)
    assert found.value == 0.9
    assert found.low == pytest.approx(0.5958, abs=5e-4)
    assert found.high == pytest.approx(0.9821, abs=5e-4)
    assert share(0, 0) == Estimate(value=None, low=None, high=None)


def test_one_incident_without_a_time_is_never_zero_and_never_left_out() -> None:
    under_way = record(3, None, status=Status.OPEN, outcome=None)
    forgotten = record(4, None, on_scene_at=after(550))
    told = row(figures([record(1, 300), record(2, 900), under_way, forgotten], now=after(500) or NOW))
    assert (told.n, told.within, told.beyond, told.undecided) == (4, 1, 1, 2)
    assert told.share.value == 0.5
    assert (told.share_at_least, told.share_at_most) == (0.25, 0.75)
    assert (told.response.known, told.response.censored, told.response.missing) == (2, 1, 1)
    assert told.provenance == {"pressed": 2}


def test_who_is_not_there_when_the_target_is_over_is_late_already() -> None:
    waiting = record(1, None, status=Status.OPEN, outcome=None)
    told = row(figures([waiting], now=after(601) or NOW))
    assert (told.within, told.beyond, told.undecided) == (0, 1, 0)
    crew_said_so_on_scene = record(1, None, on_scene_at=after(700))
    assert row(figures([crew_said_so_on_scene], now=NOW)).beyond == 1


def test_parts_add_up_and_are_known_each_for_itself() -> None:
    told = row(figures([record(1, 480)], now=NOW))
    values = [each.p50.value for each in (told.alarm_processing, told.turnout, told.travel, told.response)]
    assert values == [30, 90, 360, 480]
    nobody_pressed = row(figures([record(1, 480, en_route_at=None)], now=NOW))
    assert (nobody_pressed.turnout.known, nobody_pressed.turnout.missing) == (0, 1)
    assert (nobody_pressed.travel.known, nobody_pressed.travel.missing) == (0, 1)
    assert nobody_pressed.response.p50.value == 480
    crossed = row(figures([record(1, 100)], now=NOW))  # another unit was there before the first one set out
    assert (crossed.travel.known, crossed.travel.missing) == (0, 1)


def test_what_asks_for_no_response_is_counted_apart() -> None:
    ended = {Outcome.FALSE_ALARM, Outcome.CANCELLED, Outcome.TRANSFERRED, Outcome.DUPLICATE_OF}
    called_off = [record(number, None, outcome=outcome) for number, outcome in enumerate(sorted(ended))]
    told = figures([*called_off, record(9, 300, outcome=Outcome.FALSE_ALARM), record(10, 300, exercise=True)], now=NOW)
    assert (told.left.called_off, told.left.exercise) == (4, 1)
    assert row(told).n == 1, "somebody came, whatever it turned out to be"
    drilled = figures([record(9, 300), record(10, 400, exercise=True)], now=NOW, exercise=True)
    assert row(drilled).response.p50.value == 400
    assert (row(drilled).n, drilled.left.exercise) == (1, 1)


def test_types_without_a_target_and_late_entries_have_rows_of_their_own() -> None:
    search = record(2, 5000, target_s=None, type="LOS-CH", priority=Priority.P1)
    late = record(3, 800, entered_late=True, provenance=Provenance.LATE)
    minor = record(4, 700, priority=Priority.P3)
    told = figures([record(1, 300), search, late, minor], now=NOW)
    assert {each.population: each.n for each in told.rows if each.by == "all"} == dict.fromkeys(Population, 1)
    without = row(told, population=Population.WITHOUT_TARGET)
    assert (without.share.value, without.share_at_least, without.undecided) == (None, None, 1)
    assert without.response.p50.value == 5000
    assert row(told, "type", Population.WITHOUT_TARGET, "LOS-CH").n == 1
    assert [each.time_s for each in told.curve] == [300]


def test_every_incident_is_in_one_row_of_each_sort() -> None:
    records = [
        record(1, 300),
        record(2, 400, hour=23, cell=None, type=None, priority=None),
        record(3, None, conditions="night+rain", hour=0),
    ]
    told = figures(records, now=NOW)
    for by in ("all", "priority", "cell", "hour", "type", "conditions"):
        assert sum(each.n for each in told.rows if each.by == by) == 3
    assert [each.key for each in told.rows if each.by == "hour"] == ["00", "10", "23"]
    assert figures([], now=NOW).rows == []


def test_percentiles_of_the_whole_are_not_means_of_percentiles() -> None:
    many = [record(number, 100, cell="C1") for number in range(9)] + [record(9, 1000, cell="C2")]
    told = figures(many, now=NOW)
    assert row(told).response.p90.value == 100
    assert row(told, "cell", key="C2").response.p90.value == 1000


@pytest.mark.parametrize(
    ("channel", "corrected", "how"),
    [
        ("device", False, Provenance.PRESSED),
        ("position", False, Provenance.POSITION),
        ("radio", False, Provenance.RADIO),
        ("phone", False, Provenance.RADIO),
        ("asked", False, Provenance.ASKED),
        ("late", False, Provenance.LATE),
        ("device", True, Provenance.ASKED),
        ("position", True, Provenance.POSITION),
    ],
)
def test_how_a_time_is_known(channel: str, corrected: bool, how: Provenance) -> None:
    assert provenance(channel, corrected=corrected) is how


@given(st.lists(st.tuples(st.integers(0, 3000), st.booleans()), max_size=30), st.integers(0, 3000))
def test_who_is_not_there_never_makes_help_look_quicker(known: list[tuple[int, bool]], waits: int) -> None:
    spans = [span(seconds, known=ended) for seconds, ended in known]
    before, with_one_more = times(spans), times([*spans, span(waits, known=False)])
    for name in ("p50", "p80", "p90"):
        one, other = getattr(before, name).value, getattr(with_one_more, name).value
        assert one is None or other is None or other >= one


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=40))
def test_with_every_time_known_a_percentile_is_one_of_the_ordered_sample(seconds: list[int]) -> None:
    told = times([span(each) for each in seconds])
    ordered = sorted(seconds)
    for percent, of in ((50, told.p50), (80, told.p80), (90, told.p90)):
        assert of.value == ordered[-(-len(ordered) * percent // 100) - 1]
        assert of.low is None or of.low <= of.value
        assert of.high is None or of.high >= of.value


def test_the_table_begins_with_a_byte_order_mark_and_leaves_empty_what_is_not_known() -> None:
    told = figures([record(1, 300), record(2, None)], now=NOW)
    for language, head in (("zh", "达标率"), ("en", "share")):
        raw = figures_table.csv_of(told.rows, language)
        assert raw.startswith(b"\xef\xbb\xbf")
        lines = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
        assert lines[0][head] == "1.0000"
        assert len({len(line) for line in lines}) == 1
        assert None not in lines[0]
    assert lines[0]["response P90 s"] == "300.0"
    assert lines[0]["response P90, upper 95 %"] == ""


def test_the_lines_for_a_shell_say_what_is_unknown() -> None:
    told = figures([record(1, 300), record(2, None)], now=NOW)
    lines = figures_table.lines([each for each in told.rows if each.by == "all"], "en")
    assert "n = 2, 1 within target, 100 % [21, 100] (1 undecided: 50…100 %)" in lines[0]
    assert "1 known, 0 censored, 1 missing" in lines[1]
    assert "达标 1 起" in figures_table.lines(told.rows[:1], "zh")[0]
