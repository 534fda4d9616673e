"""Tracks out of files."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from geo.coordinates import from_wgs84
from geo.profile import Movement
from geo.tracks import ACCURACY_UNKNOWN_M, By, Fix, read, tracks

HEAD = "who,at,lon,lat,datum,accuracy_m,by\n"
GOOD = "张三,2026-05-01T12:00:00+08:00,110.45,29.35,WGS84,5,foot\n"
GPX = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>out</name><trkseg>
<trkpt lat="29.35" lon="110.45"><ele>500</ele><time>2026-05-01T04:00:00Z</time></trkpt>
<trkpt lat="29.351" lon="110.451"><time>2026-05-01T12:00:10.500+08:00</time></trkpt>
<trkpt lat="29.352" lon="110.452"></trkpt>
</trkseg></trk></gpx>
"""


def written(folder: Path, text: str, name: str = "day.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def fix(second: float, who: str = "A", by: By = By.FOOT) -> Fix:
    at = datetime(2026, 5, 1, 4, tzinfo=UTC) + timedelta(seconds=second)
    return Fix(who=who, at=at, lon=110.45, lat=29.35 + second * 1e-5, accuracy_m=5, by=by)


def test_a_row_becomes_a_fix_in_wgs84_and_utc(tmp_path: Path) -> None:
    shifted = from_wgs84(110.45, 29.35, "GCJ02")
    row = f"李四,2026-05-01T12:00:00+08:00,{shifted.lon:.9f},{shifted.lat:.9f},GCJ02,,\n"
    found = read(written(tmp_path, "\ufeff" + HEAD + GOOD + row))
    assert found.faults == ()
    one, other = found.fixes
    assert (one.who, one.accuracy_m, one.by) == ("张三", 5, By.FOOT)
    assert one.at == other.at == datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
    assert (other.lon, other.lat) == pytest.approx((110.45, 29.35), abs=1e-7)
    assert (other.accuracy_m, other.by) == (ACCURACY_UNKNOWN_M, By.UNSAID)


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (",2026-05-01T12:00:00Z,110,29,WGS84,,", "who", "must not be empty"),
        ("A,noon,110,29,WGS84,,", "at", "'noon' is not an instant"),
        ("A,2026-05-01T12:00:00,110,29,WGS84,,", "at", "'2026-05-01T12:00:00' has no time zone"),
        ("A,2026-05-01T12:00:00Z,east,29,WGS84,,", "lon", "'east' is not a number"),
        ("A,2026-05-01T12:00:00Z,29,110,WGS84,,", "lat", "'110' is not a number within -90…90"),
        ("A,2026-05-01T12:00:00Z,nan,29,WGS84,,", "lon", "'nan' is not a number"),
        ("A,2026-05-01T12:00:00Z,110,29,,,", "datum", "'-' is not one of WGS84"),
        ("A,2026-05-01T12:00:00Z,110,29,WGS-84,,", "datum", "'WGS-84' is not one of WGS84"),
        ("A,2026-05-01T12:00:00Z,110,29,WGS84,-3,", "accuracy_m", "'-3' is not a number"),
        ("A,2026-05-01T12:00:00Z,110,29,WGS84,3,horse", "by", "'horse' is not one of car, motorbike"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_kept(tmp_path: Path, row: str, column: str, said: str) -> None:
    found = read(written(tmp_path, HEAD + GOOD + row + "\n" + GOOD))
    (fault,) = found.faults
    assert len(found.fixes) == 2
    assert (fault.row, fault.column) == (3, column)
    assert fault.sentence("en").startswith(f"day.csv row 3, {column}: {said}")
    assert fault.sentence("zh").startswith(f"day.csv 第 3 行 {column} 列")


def test_a_file_without_a_column_or_not_there_or_of_another_kind_is_named(tmp_path: Path) -> None:
    found = [
        read(written(tmp_path, "who,at,lon,lat\n")),
        read(tmp_path / "nowhere.csv"),
        read(written(tmp_path, "{}", "day.json")),
        read(written(tmp_path, "<gpx><trk>", "day.gpx")),
    ]
    said = [fault.sentence("en") for each in found for fault in each.faults]
    assert said[0] == "day.csv: the column datum is missing"
    assert said[1].startswith("nowhere.csv: cannot be read")
    assert said[2] == "day.json: only .csv and .gpx are read"
    assert said[3].startswith("day.gpx: cannot be read")
    assert not any(each.fixes for each in found)


def test_gpx_points_have_the_files_name_their_zones_and_a_fault_where_they_have_no_time(tmp_path: Path) -> None:
    found = read(written(tmp_path, GPX, "unit-7.gpx"))
    assert [each.who for each in found.fixes] == ["unit-7", "unit-7"]
    assert found.fixes[1].at - found.fixes[0].at == timedelta(seconds=10.5)
    assert (found.fixes[1].lon, found.fixes[1].lat) == (110.451, 29.351)
    (fault,) = found.faults
    assert fault.sentence("en") == "unit-7.gpx row 3, time: has no time"


def test_tracks_are_each_persons_in_order_and_cut_at_silence() -> None:
    given = [fix(30), fix(0), fix(10), fix(300), fix(310), fix(0, "B"), fix(5, "A", By.CAR)]
    found = tracks(given, gap=timedelta(seconds=120))
    assert [(each.who, each.by, each.seconds.tolist()) for each in found] == [
        ("A", By.FOOT, [0, 10, 30]),
        ("A", By.FOOT, [0, 10]),
        ("B", By.FOOT, [0]),
        ("A", By.CAR, [0]),
    ]
    assert found[1].begun - found[0].begun == timedelta(seconds=300)


def test_two_fixes_of_one_instant_are_one() -> None:
    (found,) = tracks([fix(0), fix(0), fix(10)])
    assert len(found) == 2


def test_what_people_say_of_themselves_decides_whose_figures_they_teach() -> None:
    assert {each: each.movement for each in By} == {
        By.CAR: Movement.CREW,
        By.FOOT: Movement.CREW,
        By.UNSAID: Movement.CREW,
        By.MOTORBIKE: Movement.MOTORBIKE,
        By.LOADED: Movement.LOADED,
        By.STRETCHER: Movement.STRETCHER,
        By.VISITOR: Movement.VISITOR,
    }
