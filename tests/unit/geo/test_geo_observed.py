"""The speeds beside every walk, ride and climb of the park that somebody published."""

import csv
import statistics
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from geo_networks import wulingyuan

from geo.closure import ALL_OPEN, Closure, ClosureMode, Closures, together
from geo.coordinates import LonLat
from geo.journey import Mode
from geo.profile import Movement
from geo.speed import LIFT_CLASSES, NORMAL, EdgeClass, foot_s
from geo.travel_time import Journey, Origin, travel_times

TABLE = Path(__file__).parents[3] / "docs" / "observed-times.csv"
NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
LIFTS = frozenset(edge.id for edge in wulingyuan().edges if edge.edge_class in LIFT_CLASSES)
WITHOUT_LIFTS = together([Closure(edges=LIFTS, mode=ClosureMode.SHUT)])


@dataclass(frozen=True)
class Compared:
    code: str
    observed: float
    modelled: float
    unit: str
    own: str  # the figure that was made from this very observation, "" for none

    @property
    def error(self) -> float:
        return self.modelled / self.observed - 1


def compared(row: dict[str, str]) -> Compared:
    return Compared(
        code=row["code"],
        observed=(float(row["least"]) + float(row["most"])) / 2,
        modelled=_MODELLED[row["by"]](row),
        unit=row["unit"],
        own=row["rests_on_it"],
    )


def _journey(row: dict[str, str], *, driving: bool, closures: Closures) -> Journey:
    here, there = (wulingyuan().node(row[end]) for end in ("start", "end"))
    origin = Origin(id="", lon=here.lon, lat=here.lat, vehicle=LonLat(here.lon, here.lat) if driving else None)
    profile = NORMAL.moving(Movement(row["mover"]))
    (answer,) = travel_times(
        wulingyuan(),
        [origin],
        LonLat(there.lon, there.lat),
        at=NOON,
        zone=ZoneInfo("Asia/Shanghai"),
        profile=profile,
        closures=closures,
    )
    assert isinstance(answer, Journey)
    return answer


def _walked(row: dict[str, str]) -> float:
    if row["start"]:
        return _journey(row, driving=False, closures=WITHOUT_LIFTS).travel_s / 60
    numbers = (np.array([float(row[name])]) for name in ("length_m", "ascent_m", "descent_m"))
    return float(foot_s(NORMAL.moving(Movement(row["mover"])), EdgeClass(row["edge_class"]), *numbers)[0]) / 60


def _driven(row: dict[str, str]) -> float:
    legs = _journey(row, driving=True, closures=ALL_OPEN).legs
    return sum(leg.time_s for leg in legs if leg.mode is Mode.DRIVE) / 60


def _ridden(row: dict[str, str]) -> float:
    came = _journey(row, driving=False, closures=ALL_OPEN)
    assert came.legs[0].mode in {Mode.CABLEWAY, Mode.RAIL}
    return came.travel_s / 60


def _steps(row: dict[str, str]) -> float:
    return (float(row["ascent_m"]) + float(row["descent_m"])) / NORMAL.speeds.step_rise_m.value


def _length(row: dict[str, str]) -> float:
    return _journey(row, driving=False, closures=WITHOUT_LIFTS).legs[0].length_m


_MODELLED = {"walk": _walked, "drive": _driven, "lift": _ridden, "steps": _steps, "length": _length}


@pytest.fixture(scope="module")
def table() -> list[Compared]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [compared(row) for row in csv.DictReader(file)]


def off(found: list[Compared]) -> float:
    return statistics.median(abs(each.error) for each in found)


def times(found: list[Compared]) -> list[Compared]:
    return [each for each in found if each.unit == "min"]


def test_half_of_all_published_observations_are_met_within_a_quarter_and_the_worst_is_named(
    table: list[Compared], capsys: pytest.CaptureFixture[str]
) -> None:
    ordered = sorted(table, key=lambda each: abs(each.error), reverse=True)
    others = [each for each in table if not each.own]
    said = ", ".join(f"{each.code} {each.error:+.0%}" for each in ordered[:3])
    with capsys.disabled():
        print(
            f"\n{len(table)} observations, median |error| {off(table):.1%}; {off(others):.1%} for the {len(others)} "
            f"that no figure rests on; times alone {off(times(table)):.1%} ({len(times(table))}), "
            f"{off(times(others)):.1%} ({len(times(others))}); worst: {said}"
        )
    for each in ordered:
        print(f"{each.code:22} {each.observed:7.1f} {each.modelled:7.1f} {each.unit:5} {each.error:+5.0%} {each.own}")
    assert len(table) == 29
    assert off(table) <= 0.25
    assert off(times(table)) <= 0.25
    assert [each.code for each in ordered[:3]] == ["balipo-up", "cableway-up", "yuanjiajie-rim"]


def test_every_observation_has_a_source_and_a_confidence() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["source"] and row["confidence"] in {*"HML"} and row["what_zh"] and row["what_en"] for row in rows)
    figures = {name for name, _ in NORMAL.figures.items()} | {"step_rise_m", "ride_s", ""}
    assert {row["rests_on_it"] for row in rows} <= figures


@pytest.mark.parametrize("page", ["speeds.md", "speeds.zh-CN.md"])
def test_the_pages_say_how_far_off_the_speeds_are_and_where_worst(table: list[Compared], page: str) -> None:
    text = (TABLE.parent / page).read_text(encoding="utf-8")
    worst = max(table, key=lambda each: abs(each.error))
    assert f"{worst.code}" in text
    assert f"{worst.error:+.0%}" in text
    others = [each for each in table if not each.own]
    for some in (table, others, times(table), times(others)):
        assert f"{100 * off(some):.0f} %" in text
        assert f" {len(some)} " in text
