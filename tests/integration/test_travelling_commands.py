"""``python -m dispatch travel-times`` and ``reach`` against the running service."""

import argparse
import asyncio
import csv
import io
import json
from pathlib import Path
from uuid import uuid4

import pytest
import shapely
from house import PASSWORD, House

from dispatch import travelling, ways
from geo.coordinates import metric
from geo.speed import EdgeClass


async def run(served: House, command: str, *words: str, language: str = "en") -> tuple[int, list[str]]:
    parser = argparse.ArgumentParser()
    {"travel-times": travelling.add_times_arguments, "reach": travelling.add_reach_arguments}[command](parser)
    common = ["--url", served.url, "--login", "planner", "--password", PASSWORD, "--language", language]
    lines: list[str] = []
    status = await asyncio.to_thread(ways.run, parser.parse_args([*common, *words]), lines.append)
    return status, lines


def table(path: Path, *lines: str) -> str:
    path.write_text("\ufeff" + "\n".join(lines) + "\n", "utf-8")
    return str(path)


async def test_a_table_of_times_is_what_the_api_answers_and_opens_in_a_spreadsheet(
    served: House, tmp_path: Path
) -> None:
    origins = table(
        tmp_path / "from.csv", "code,unit,place,by", "crew,G5-1,,", "walker,,水绕四门,foot", ",,水绕四门,vehicle"
    )
    to = table(tmp_path / "to.csv", "place,lon,lat,datum", "后花园,,,", ",110.460,29.340,WGS84")
    status, [line] = await run(served, "travel-times", origins, to, "--csv", str(tmp_path / "out.csv"))
    assert (status, line) == (0, f"3 × 2 times written to {tmp_path / 'out.csv'}")
    content = (tmp_path / "out.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [(row["origin"], row["destination"]) for row in rows] == [
        (origin, destination)
        for origin in ("crew", "walker", "水绕四门")
        for destination in ("后花园", "110.460,29.340")
    ]
    operator = await served.sign_in("operator")
    answer = await operator.ask(
        "POST",
        "/api/travel-times",
        200,
        origins=[{"location": {"place": "水绕四门"}, "by": by} for by in ("foot", "vehicle")],
        destinations=[{"location": {"place": "后花园"}}],
    )
    assert [float(rows[number]["seconds"]) for number in (2, 4)] == [row[0]["eta_s"] for row in answer["times"]]


async def test_where_there_is_no_way_the_table_says_why(served: House, tmp_path: Path) -> None:
    operator = await served.sign_in("operator")
    for kind in EdgeClass:
        await operator.post("/api/closures", json={"id": str(uuid4()), "kind": kind, "reason": "试"})
    ends = [table(tmp_path / "a.csv", "place", "水绕四门"), table(tmp_path / "b.csv", "place", "后花园")]
    status, lines = await run(served, "travel-times", *ends)
    assert status == 0
    origin, destination, seconds, minutes, why = lines[1].split("\t")
    assert (origin, destination, seconds, minutes) == ("水绕四门", "后花园", "", "")
    assert "is closed" in why
    _, chinese = await run(served, "travel-times", *ends, language="zh")
    assert "已封闭" in chinese[1]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("place", "水绕四门", "没有的地方xyz"), "from.csv line 3, place: "),
        (("place,post", "水绕四门,P1"), "from.csv line 2, post+place: exactly one of"),
        (("place,by", "水绕四门,bus"), "from.csv line 2, by: 'bus' is none of foot"),
        (("lon,lat", "110.4,29.3"), "from.csv line 2, datum: must be one of WGS84"),
        (("lon,lat,datum", "x,29.3,WGS84"), "from.csv line 2, lon: 'x' is no number"),
        (("where", "x"), "from.csv line 1, where: there is no column 'where'"),
        (("unit",), "from.csv has no rows"),
    ],
)
async def test_a_wrong_row_is_named_by_its_line_and_column(
    served: House, tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: tuple[str, ...], said: str
) -> None:
    to = table(tmp_path / "to.csv", "place", "后花园")
    status, _ = await run(served, "travel-times", table(tmp_path / "from.csv", *lines), to)
    assert status == 1
    assert said in capsys.readouterr().err


async def test_what_is_reached_is_written_as_outlines_and_as_cells(served: House, tmp_path: Path) -> None:
    drawn, grid = tmp_path / "reach.geojson", tmp_path / "reach.asc"
    asked = ["--place", "水绕四门", "--by", "vehicle", "--minutes", "10", "5"]
    status, lines = await run(served, "reach", *asked, "--geojson", str(drawn), "--grid", str(grid))
    assert status == 0
    assert lines[0].startswith("from: ")
    assert [line.split(" min")[0] for line in lines[1:]] == ["5", "10"]
    features = json.loads(drawn.read_text("utf-8"))["features"]
    assert [each["properties"]["minutes"] for each in features] == [10, 5]
    assert all(shapely.geometry.shape(each["geometry"]).is_valid for each in features)
    head = dict(line.split() for line in grid.read_text("ascii").splitlines()[:6])
    rows = [line.split() for line in grid.read_text("ascii").splitlines()[6:]]
    assert (len(rows), {len(row) for row in rows}) == (int(head["nrows"]), {int(head["ncols"])})
    found = [value for row in rows for value in row]
    cells = int(lines[2].split("(")[1].split(" ")[0])
    assert {"5", "10", "-9999"} == set(found)
    assert found.count("5") + found.count("10") == cells
    assert "CGCS2000" in grid.with_suffix(".prj").read_text("ascii")


async def test_the_cells_of_the_file_lie_where_the_outline_does(served: House, tmp_path: Path) -> None:
    drawn, grid = tmp_path / "reach.geojson", tmp_path / "reach.asc"
    await run(served, "reach", "--place", "水绕四门", "--minutes", "10", "--geojson", str(drawn), "--grid", str(grid))
    [feature] = json.loads(drawn.read_text("utf-8"))["features"]
    shape = shapely.geometry.shape(feature["geometry"])
    lines = grid.read_text("ascii").splitlines()
    head = {name: float(value) for name, value in (line.split() for line in lines[:6])}
    for down, line in list(enumerate(lines[6:])):
        for column, value in enumerate(line.split()):
            if value == "10":
                x = head["xllcorner"] + (column + 0.5) * head["cellsize"]
                y = head["yllcorner"] + (head["nrows"] - down - 0.5) * head["cellsize"]
                assert shape.contains(shapely.Point(metric(4546).degrees_of(x, y)))
