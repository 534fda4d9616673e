"""Files of an area as rows: every encoding and format gives the same values, and nothing wrong goes untold."""

import csv
import io
import json
import string
from pathlib import Path

import numpy as np
import openpyxl
import pyogrio.raw
import pytest
import shapely
from pyproj import Transformer

from dispatch.area_format import ALL
from geo.coordinates import from_wgs84
from grids import area_file, rows
from grids.area_format import CELLS, LIFTS, POSTS, TEAMS
from grids.fault import SENTENCES
from grids.rows import Folder
from grids.sheet import Sheet

HEADER = "code,name_zh,name_en,members,phone,source,confidence,illustrative"
TEAM = ["G1", "吴家峪应急分队", "Wujiayu team", "35", "0744-555-0101", "示意", "L", "true"]


def teams(folder: Path, *, content: bytes | None = None, members: str = "35") -> Folder:
    row = [*TEAM[:3], members, *TEAM[4:]]
    text = HEADER + "\n" + ",".join(row) + "\n"
    (folder / "teams.csv").write_bytes(text.encode() if content is None else content)
    return rows.read(folder, [TEAMS])


def codes(folder: Folder) -> list[tuple[str, int | None, str | None]]:
    return [(fault.code, fault.row, fault.column) for fault in folder.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_a_table_reads_the_same_in_every_encoding_excel_writes(tmp_path: Path, encoding: str) -> None:
    text = HEADER + "\r\n" + ",".join(TEAM) + "\r\n"
    read = teams(tmp_path, content=text.encode(encoding))
    assert read.faults == []
    (row,) = read[TEAMS]
    assert (row["name_zh"], row["members"], row["source"], row["illustrative"]) == (TEAM[1], 35, "示意", True)


def test_a_file_that_is_no_text_is_told_of(tmp_path: Path) -> None:
    read = teams(tmp_path, content=b"\xff\xfe\xff\xff\x80")
    assert codes(read) == [("encoding", None, None)]


def test_an_excel_table_reads_as_its_csv_does(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER.split(","))
    sheet.append([*TEAM[:3], 35, *TEAM[4:7], True])
    book.save(tmp_path / "teams.xlsx")
    read = rows.read(tmp_path, [TEAMS])
    assert read.faults == []
    as_csv = tmp_path / "csv"
    as_csv.mkdir()
    assert [row.values for row in read[TEAMS]] == [row.values for row in teams(as_csv)[TEAMS]]


def test_two_files_for_the_same_rows_are_refused(tmp_path: Path) -> None:
    (tmp_path / "teams.xlsx").write_bytes(b"")
    assert codes(teams(tmp_path)) == [("two_files", None, None)]


def test_a_missing_file_and_a_missing_column_are_named(tmp_path: Path) -> None:
    assert codes(rows.read(tmp_path, [TEAMS])) == [("no_file", None, None)]
    (tmp_path / "teams.csv").write_text("code,name_zh,illustrative,colour\n", encoding="utf-8")
    read = rows.read(tmp_path, [TEAMS])
    assert codes(read) == [
        ("no_column", None, "name_en"),
        ("no_column", None, "members"),
        ("unknown_column", None, "colour"),
    ]


def test_every_fault_of_every_row_is_told_not_only_the_first(tmp_path: Path) -> None:
    lines = [HEADER, "G1,甲,A,many,,,L,true", ",乙,B,-1,,,X,perhaps", "G1,甲,C,2.5,,,L,true"]
    read = teams(tmp_path, content="\n".join(lines).encode())
    assert codes(read) == [
        ("not_a_number", 2, "members"),
        ("required", 3, "code"),
        ("too_small", 3, "members"),
        ("not_one_of", 3, "confidence"),
        ("not_yes_no", 3, "illustrative"),
        ("not_whole", 4, "members"),
    ]


def test_a_code_twice_names_the_row_it_was_in_first(tmp_path: Path) -> None:
    lines = [HEADER, "G1,甲,A,1,,,L,true", "G1,乙,B,1,,,L,true"]
    (fault,) = teams(tmp_path, content="\n".join(lines).encode()).faults
    assert (fault.code, fault.row, fault.column) == ("twice", 3, "code")
    assert fault.reason("en") == "G1 is already in row 2"
    assert fault.reason("zh") == "与第 2 行重复:G1"


def test_a_line_break_in_a_cell_does_not_shift_the_rows_told_of(tmp_path: Path) -> None:
    lines = [HEADER, '"G1","a\nb",A,1,,,L,true', "G2,乙,B,x,,,L,true"]
    assert codes(teams(tmp_path, content="\n".join(lines).encode())) == [("not_a_number", 4, "members")]


POST = "code,name_zh,name_en,kind,team,elevation_m,phone,lon,lat,datum,source,confidence,illustrative"


def posts(folder: Path, *, lon: str = "110.45", lat: str = "29.34", datum: str = "WGS84") -> Folder:
    line = f"P1,某点,A point,duty_point,,500,,{lon},{lat},{datum},,L,true"
    (folder / "posts.csv").write_text(f"{POST}\n{line}\n", encoding="utf-8")
    return rows.read(folder, [POSTS])


def test_a_point_without_a_datum_is_refused(tmp_path: Path) -> None:
    assert codes(posts(tmp_path, datum="")) == [("no_datum", 2, "datum")]
    assert codes(posts(tmp_path, datum="火星")) == [("unknown_datum", 2, "datum")]


@pytest.mark.parametrize("datum", ["GCJ02", "BD09", "CGCS2000"])
def test_a_point_comes_in_with_its_datum_and_becomes_wgs84(tmp_path: Path, datum: str) -> None:
    there = from_wgs84(110.45, 29.34, datum)
    read = posts(tmp_path, lon=repr(there.lon), lat=repr(there.lat), datum=datum)
    (row,) = read[POSTS]
    assert shapely.distance(row.shape, shapely.Point(110.45, 29.34)) < 1e-8


def test_metres_where_degrees_are_due_are_told_of(tmp_path: Path) -> None:
    assert codes(posts(tmp_path, lon="446579", lat="3245971")) == [("not_degrees", 2, None)]


SQUARE = shapely.box(110.40, 29.30, 110.41, 29.31)
CELL = {
    "code": "430811002901001",
    "name_zh": "甲段",
    "name_en": "Cell A",
    "grid": "G1",
    "kind": "trail",
    "code_status": "provisional",
    "owner": "G1",
    "backups": "G2;G3",
    "target_s": 900,
    "target_source": None,
    "source": "示意",
    "confidence": "L",
    "illustrative": True,
}


def test_a_geojson_polygon_needs_a_datum_as_points_do(tmp_path: Path) -> None:
    area_file.write_geojson(tmp_path / "cells.geojson", [(CELL, SQUARE)])
    assert codes(rows.read(tmp_path, [CELLS])) == [("no_datum", 1, "datum")]


@pytest.mark.parametrize(("epsg", "exact"), [(4326, True), (4490, True), (4546, False)])
def test_a_geopackage_brings_its_datum_with_it(tmp_path: Path, epsg: int, exact: bool) -> None:
    write_geopackage(tmp_path / "cells.gpkg", epsg)
    read = rows.read(tmp_path, [CELLS])
    assert read.faults == []
    (row,) = read[CELLS]
    assert (row["code"], row["target_s"], row["backups"]) == ("430811002901001", 900, ["G2", "G3"])
    assert (row["target_source"], row["illustrative"]) == (None, True)
    assert shapely.equals_exact(row.shape.normalize(), SQUARE.normalize(), tolerance=0 if exact else 1e-9)


def write_geopackage(path: Path, epsg: int) -> None:
    turn = Transformer.from_crs(4326, epsg, always_xy=True)
    shape = shapely.transform(SQUARE, lambda xy: np.column_stack(turn.transform(xy[:, 0], xy[:, 1])))
    named = {name: value for name, value in CELL.items() if name != "target_source"}
    fields = [np.array([value]) if isinstance(value, int) else np.array([value], object) for value in named.values()]
    pyogrio.raw.write(
        path,
        np.array([shapely.to_wkb(shape)], object),
        fields,
        list(named),
        driver="GPKG",
        geometry_type="Polygon",
        crs=f"EPSG:{epsg}",
    )


def test_shapes_may_stand_in_a_table_as_well_known_text(tmp_path: Path) -> None:
    cell = {name: "" if value is None else str(value).lower() for name, value in CELL.items()}
    cell |= {"grid": "G1", "owner": "G1", "backups": "G2", "confidence": "L", "wkt": SQUARE.wkt, "datum": "CGCS2000"}
    area_file.write_csv(tmp_path / "cells.csv", list(cell), [cell])
    (row,) = rows.read(tmp_path, [CELLS])[CELLS]
    assert shapely.equals(row.shape, SQUARE)


def test_a_line_where_a_polygon_is_due_is_told_of(tmp_path: Path) -> None:
    area_file.write_geojson(tmp_path / "cells.geojson", [({**CELL, "datum": "WGS84"}, SQUARE.exterior)])
    assert [code for code, _, _ in codes(rows.read(tmp_path, [CELLS]))] == ["wrong_shape"]


def test_references_are_checked_in_lists_too_and_in_both_directions_of_files(tmp_path: Path) -> None:
    teams(tmp_path)
    area_file.write_geojson(tmp_path / "cells.geojson", [({**CELL, "datum": "WGS84"}, SQUARE)])
    read = rows.read(tmp_path, [CELLS, TEAMS])
    assert [(fault.column, fault.facts["value"]) for fault in read.faults] == [("backups", "G2"), ("backups", "G3")]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_faults_are_written_back_beside_their_rows(tmp_path: Path, language: str) -> None:
    lines = [HEADER, "G1,甲,A,many,,,L,true", "G2,乙,B,1,,,L,true"]
    read = teams(tmp_path, content="\n".join(lines).encode("gb18030"))
    path = area_file.write_faults_back(read.files["teams"], read.faults, tmp_path / "back", language)
    written = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))
    said = {"zh": "members: “many”不是数字", "en": "members: 'many' is not a number"}[language]
    assert [row["faults"] for row in written] == [said, ""]
    assert [row["name_zh"] for row in written] == ["甲", "乙"]
    again = rows.read(path.parent, [TEAMS])
    assert codes(again) == codes(read)


def test_faults_of_excel_and_of_shapes_are_written_back_in_kind(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(HEADER.split(","))
    book.active.append([*TEAM[:3], "many", *TEAM[4:]])
    book.save(tmp_path / "teams.xlsx")
    area_file.write_geojson(tmp_path / "cells.geojson", [({**CELL, "kind": "moor", "datum": "WGS84"}, SQUARE)])
    read = rows.read(tmp_path, [TEAMS, CELLS])
    back = tmp_path / "back"
    for name in ("teams", "cells"):
        file = read.files[name]
        mine = [fault for fault in read.faults if fault.file == file.path.name]
        area_file.write_faults_back(file, mine, back, "en")
    assert openpyxl.load_workbook(back / "teams.xlsx").worksheets[0]["I2"].value == "members: 'many' is not a number"
    (feature,) = json.loads((back / "cells.geojson").read_text(encoding="utf-8"))["features"]
    assert feature["properties"]["faults"].startswith("kind: 'moor' is not one of")


@pytest.mark.parametrize("sheet", [TEAMS, LIFTS], ids=lambda sheet: str(sheet.name))
def test_what_is_written_reads_back_as_the_same_values(tmp_path: Path, sheet: Sheet) -> None:
    demo = rows.read(Path(__file__).parents[2] / "areas" / "wulingyuan", [sheet])
    names = [column.name for column in sheet.all_columns]
    area_file.write_csv(tmp_path / f"{sheet.name}.csv", names, [rows.texts(sheet, row.values) for row in demo[sheet]])
    again = rows.read(tmp_path, [sheet])
    assert [row.values for row in again[sheet]] == [row.values for row in demo[sheet]]


def test_every_fault_has_its_sentence_in_both_languages() -> None:
    for chinese, english in SENTENCES.values():
        assert any("一" <= letter <= "鿿" for letter in chinese)
        assert not any("一" <= letter <= "鿿" for letter in english)
        assert fields(chinese) == fields(english)


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("page", ["area-format.md", "area-format.zh-CN.md"])
def test_every_file_and_column_is_explained(page: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    for sheet in ALL:
        assert f"| `{sheet.name}`" in text, sheet.name
        for name in (*(column.name for column in sheet.all_columns), *rows.shape_columns(sheet)):
            assert f"`{name}`" in text, f"{name} of {sheet.name}"
