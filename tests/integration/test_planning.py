"""A planner's coverage: from the database to a file that Excel, QGIS and a script can read."""

import asyncio
import csv
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely

from geo.travel_time import Journey, travel_times
from grids import planning
from grids.__main__ import main
from grids.coverage import State

ROOT = Path(__file__).parents[2]


def covered(url: str, out: Path, *words: str) -> int:
    return main(["coverage", "--database", url, "--out", str(out), "--language", "zh", *words])


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_excel_reads_the_chinese_of_the_csv_and_every_cell_is_in_it(
    demo_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "网格.csv"
    assert covered(demo_url, out, "--minutes", "10") == 0
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    told = lines(out)
    assert len(told) == 58
    assert {each["时限(秒)"] for each in told} == {"600"}
    assert {each["状态"] for each in told} == {"时限内", "超时限", "无开放道路(搜救)"}
    for each in told:
        assert (float(each["到达时间(秒)"]) <= 600) == (each["状态"] == "时限内") if each["到达时间(秒)"] else True
    inside = sum(each["状态"] == "时限内" for each in told)
    assert f"58 个驻点;{inside} / 49 个有路网格在时限内" in capsys.readouterr().out


def test_the_three_formats_say_the_same(demo_url: str, tmp_path: Path) -> None:
    for name in ("cells.csv", "cells.geojson", "cells.gpkg", "cells.gpkg"):
        assert covered(demo_url, tmp_path / name, "--language", "en", "--at", "2026-12-01T22:30") == 0
    table = {each["code"]: each for each in lines(tmp_path / "cells.csv")}
    features = json.loads((tmp_path / "cells.geojson").read_text(encoding="utf-8"))["features"]
    assert {each["properties"]["code"] for each in features} == table.keys()
    meta, _, shapes, fields = pyogrio.raw.read(tmp_path / "cells.gpkg")
    package = dict(zip(meta["fields"], fields, strict=True))
    assert meta["crs"] == "EPSG:4326"
    for number, feature in enumerate(features):
        said, row = feature["properties"], table[feature["properties"]["code"]]
        assert package["code"][number] == said["code"]
        assert package["state"][number] == said["state"] == row["state"]
        assert shapely.from_wkb(shapes[number]).equals(shapely.from_geojson(json.dumps(feature["geometry"])))
        if said["eta_s"] is None:
            assert np.isnan(package["eta_s"][number])
            assert row["eta_s"] == ""
        else:
            assert package["eta_s"][number] == said["eta_s"] == float(row["eta_s"])


def test_a_cells_time_is_that_of_travel_times_from_its_nearest_post(demo_url: str) -> None:
    ground = asyncio.run(planning.read(demo_url))
    crews = planning.crews(ground)
    by_id = {each.id: each for each in crews}
    checked = 0
    for each in planning.cover(ground, crews).cells[::4]:
        if each.point is not None:
            (came,) = travel_times(
                ground.network, [by_id[each.nearest[0].origin]], each.point, at=ground.at, zone=ground.zone
            )
            assert isinstance(came, Journey)
            assert each.eta_s == pytest.approx(came.eta_s + ground.allowance_s, abs=0.5)
            checked += 1
    assert checked >= 10


def test_more_posts_never_cover_less_and_walking_never_covers_more(demo_url: str) -> None:
    ground = asyncio.run(planning.read(demo_url, "wulingyuan"))
    bases, teams = planning.crews(ground, {"base"}), planning.crews(ground)
    assert (len(bases), len(teams)) == (9, 58)
    few, many = planning.cover(ground, bases), planning.cover(ground, teams)
    walking = planning.cover(ground, planning.crews(ground, on_foot=True))
    assert few.inside() < many.inside()
    assert walking.inside() <= many.inside()
    assert {each.target_s for each in many.cells} >= {600, 900}
    assert State.SEARCH in {each.state for each in many.cells}
    later = replace(ground, at=ground.at.replace(hour=15))
    assert planning.cover(later, teams).inside() <= many.inside()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--posts-kind", "castle"], 2, "没有驻点类别 castle"),
        (["--out", "cells.shp"], 2, "后缀须为"),
        (["--area", "andorra"], 2, "没有区域 andorra"),
        (["--out", "/nowhere/at/all/cells.csv"], 2, "无法写入"),
        (["--out", "/nowhere/at/all/cells.gpkg"], 2, "无法写入"),
        (["--database", "postgresql://nobody@127.0.0.1:1/none"], 3, "数据库不可用"),
        (["--database", "nonsense"], 3, "数据库不可用"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    demo_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    assert covered(demo_url, tmp_path / "cells.csv", *words) == code
    assert said in capsys.readouterr().err.replace("\n", "")


@pytest.mark.parametrize("words", [["--minutes", "0"], ["--minutes", "nan"], ["--turnout", "-1"], ["--at", "noon"]])
def test_numbers_and_times_that_make_no_sense_are_refused(demo_url: str, tmp_path: Path, words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        covered(demo_url, tmp_path / "cells.csv", *words)
    assert ended.value.code == 2


def test_the_example_runs(demo_url: str) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples/coverage.py"), "110.467", "29.388"],
        env={"DATABASE_URL": demo_url, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    before, _, after = done.stdout.splitlines()[-1].split()[:3]
    assert int(before) < int(after)
