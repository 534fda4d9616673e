"""An area's own speeds and conditions: loaded, kept, exported, used by plans, and told of where they are wrong."""

import argparse
import asyncio
import csv
import shutil
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from dispatch import load
from dispatch.area_format import ALL
from geo.conditions import BUILT_IN, profile_named
from geo.profile import Movement, Speeds, Way
from grids import planning, rows, speeds
from grids.__main__ import main as grids_main
from grids.inspection import inspect
from grids.rows import Folder

DEMO = Path(__file__).parents[2] / "areas" / "wulingyuan"
SPEEDS = "mover,figure,value,source,confidence,illustrative\ncrew,level_mps,{value},our tracks,M,false\n"
FACTORS = "conditions,way,factor,source,confidence,illustrative\nflood,car,2.5,our rule,A,false\n"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(DEMO, tmp_path / "area")
    return tmp_path / "area"


def loaded(url: str, folder: Path) -> int:
    return grids_main(["load", str(folder), "--database", url, "--language", "en"])


def kept(url: str) -> tuple[Speeds, list[tuple[str, bool]]]:
    """The speeds in use, and the versions kept."""

    async def read() -> tuple[Speeds, list[tuple[str, bool]]]:
        connection = await asyncpg.connect(url)
        try:
            area = await connection.fetchval("SELECT id FROM area")
            every = await connection.fetch("SELECT version, current FROM speeds ORDER BY loaded_at, current")
            return await speeds.current_speeds(connection, area), [(row["version"], row["current"]) for row in every]
        finally:
            await connection.close()

    return asyncio.run(read())


def level_mps(of: Speeds) -> float:
    return of.of(Movement.CREW).level_mps.value


def test_an_area_has_its_own_rows_over_what_is_built_in(demo_url: str) -> None:
    own, versions = kept(demo_url)
    assert versions == [(own.version, True)]
    assert own.version != BUILT_IN.version
    assert own.figures == BUILT_IN.figures
    flooded = profile_named("flood", own)
    assert {"rail", "ZCT-HLW-trail"} < flooded.closes
    assert flooded.factors == profile_named("flood").factors


def test_other_speeds_become_current_and_the_old_ones_are_kept(demo_url: str, copy: Path) -> None:
    (copy / "speeds.csv").write_text(SPEEDS.format(value=2.2), encoding="utf-8")
    (copy / "factors.csv").write_text(FACTORS, encoding="utf-8")
    assert loaded(demo_url, copy) == 0
    own, versions = kept(demo_url)
    assert level_mps(own) == 2.2
    assert own.named("flood").factor(Way.CAR) == 2.5
    assert sorted(current for _, current in versions) == [False, True]
    assert loaded(demo_url, copy) == 0
    assert kept(demo_url)[1] == versions
    for name in ("speeds", "factors", "conditions"):
        (copy / f"{name}.csv").unlink()
    assert loaded(demo_url, copy) == 0
    own, versions = kept(demo_url)
    assert own == BUILT_IN
    assert [current for _, current in versions] == [False, False]


def test_they_are_exported_as_they_were_loaded_and_load_again_without_a_change(
    demo_url: str, copy: Path, tmp_path: Path
) -> None:
    (copy / "speeds.csv").write_text(SPEEDS.format(value=2.2), encoding="utf-8")
    assert loaded(demo_url, copy) == 0
    before = kept(demo_url)
    out = tmp_path / "out"
    assert exported(demo_url, out) == 0
    for name in ("speeds", "conditions"):
        assert lines(out / f"{name}.csv") == lines(copy / f"{name}.csv")
    assert not (out / "factors.csv").exists()
    assert loaded(demo_url, out) == 0
    assert kept(demo_url) == before


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def exported(url: str, folder: Path) -> int:
    parser = argparse.ArgumentParser()
    load.add_export_arguments(parser)
    return load.run_export(parser.parse_args([str(folder), "--database", url, "--language", "en"]))


def read(folder: Path) -> Folder:
    found = rows.read(folder, ALL)
    inspect(found)
    return found


@pytest.mark.parametrize(
    ("name", "text", "column", "said"),
    [
        ("speeds", SPEEDS.format(value="fast"), "value", "'fast' is not a number"),
        ("speeds", SPEEDS.format(value=-2), "value", "-2.0 is less than 0.001"),
        ("speeds", SPEEDS.replace("level_mps", "speed").format(value=2), "figure", "'speed' is not one of road_mps"),
        ("speeds", SPEEDS.replace("crew", "walker").format(value=2), "mover", "'walker' is not one of"),
        ("factors", FACTORS.replace("2.5", "0.5"), "factor", "0.5 is less than 1"),
        ("factors", FACTORS.replace("flood", "typhoon"), "conditions", "'typhoon' is not one of flood, fog"),
        ("factors", FACTORS.replace("car", "boat"), "way", "'boat' is not one of car"),
    ],
)
def test_what_cannot_be_is_a_fault_that_names_file_row_and_column(
    copy: Path, name: str, text: str, column: str, said: str
) -> None:
    (copy / f"{name}.csv").write_text(text, encoding="utf-8")
    (fault,) = [each for each in read(copy).faults if not each.warning]
    assert (fault.file, fault.row, fault.column) == (f"{name}.csv", 2, column)
    assert said in fault.reason("en")
    assert fault.reason("zh")


def test_conditions_that_close_what_there_is_not_are_a_fault(copy: Path) -> None:
    path = copy / "conditions.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("TYT-LTF-trail", "TYT-LTF-trial"), encoding="utf-8")
    (fault,) = [each for each in read(copy).faults if not each.warning]
    assert (fault.file, fault.row, fault.column) == ("conditions.csv", 2, "closes")
    assert "'TYT-LTF-trial' is no class of edge" in fault.reason("en")


def test_a_plan_under_conditions_covers_no_more_and_knows_the_areas_own(demo_url: str, tmp_path: Path) -> None:
    ground = asyncio.run(planning.read(demo_url, at=datetime(2026, 5, 1, 4, tzinfo=UTC)))
    crews = planning.crews(ground)
    shares = [
        planning.cover(ground, crews, conditions=name).share_of_trail_m for name in ("normal", "rain", "night+rain")
    ]
    assert all(share is not None for share in shares)
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[-1]
    fair, flooded = (planning.cover(ground, crews, conditions=name) for name in ("normal", "flood"))
    assert flooded.trail_m < fair.trail_m  # what is closed is no longer there to be covered
    words = ["coverage", "--database", demo_url, "--out", str(tmp_path / "cells.csv"), "--language", "en"]
    assert grids_main([*words, "--conditions", "night+rain"]) == 0
    assert grids_main([*words, "--conditions", "typhoon"]) == 2
