"""Loading an area: all or nothing, again without harm, forward in time, and out again."""

import argparse
import asyncio
import csv
import json
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import numpy as np
import openpyxl
import pyogrio.raw
import pytest
import shapely

from dispatch import load, roster
from dispatch.area_format import ALL
from geo.coordinates import from_wgs84
from geo.network import Passage
from grids import area_file, rows
from grids import area_format as ground
from grids.__main__ import main as grids_main
from grids.network import NoNetwork, current_network, network_of_rows

DEMO = Path(__file__).parents[2] / "areas" / "wulingyuan"
FIRST, LATER = date(2026, 11, 23), date(2026, 12, 7)
Line = dict[str, str]
Connection = asyncpg.Connection
T = TypeVar("T")


def loaded(url: str, folder: Path, *words: str) -> int:
    parser = argparse.ArgumentParser()
    load.add_arguments(parser)
    return load.run(parser.parse_args([str(folder), "--database", url, "--language", "en", *words]))


def exported(url: str, folder: Path, *words: str) -> int:
    parser = argparse.ArgumentParser()
    load.add_export_arguments(parser)
    return load.run_export(parser.parse_args([str(folder), "--database", url, "--language", "en", *words]))


@pytest.fixture
def area_url(demo_url: str) -> str:
    """A database with the demo area, its rosters from ``FIRST``, which is today there."""
    return demo_url


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(DEMO, tmp_path / "area")
    return tmp_path / "area"


def edit(folder: Path, name: str, change: Callable[[list[Line]], None]) -> None:
    path = folder / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    columns = list(lines[0])
    change(lines)
    area_file.write_csv(path, list(dict.fromkeys([*columns, *lines[0]])), lines)


def set_row(folder: Path, name: str, code: str, **values: str) -> None:
    def change(lines: list[Line]) -> None:
        next(line for line in lines if next(iter(line.values())) == code).update(values)

    edit(folder, name, change)


def drop(folder: Path, name: str, keep: Callable[[Line], bool]) -> None:
    def change(lines: list[Line]) -> None:
        lines[:] = [line for line in lines if keep(line)]

    edit(folder, name, change)


def every_row(url: str) -> dict[str, list[str]]:
    """All rows of all tables, ids included."""

    async def read(connection: Connection) -> dict[str, list[str]]:
        tables = await connection.fetch(
            "SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname <> 'spatial_ref_sys'"
        )
        return {
            name: sorted(str(tuple(row)) for row in await connection.fetch(f"SELECT * FROM {name}"))  # noqa: S608
            for (name,) in tables
        }

    return connected(url, read)


def values(url: str, statement: str, *given: object) -> list[tuple[Any, ...]]:
    async def read(connection: Connection) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await connection.fetch(statement, *given)]

    return connected(url, read)


def connected(url: str, work: Callable[[Connection], Awaitable[T]]) -> T:
    """What ``work`` gives on a connection of its own; the commands under test run loops of their own."""

    async def run() -> T:
        connection = await asyncpg.connect(url)
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(run())


def test_loading_again_changes_nothing_whatever_the_day(area_url: str) -> None:
    before = every_row(area_url)
    assert loaded(area_url, DEMO) == 0
    assert loaded(area_url, DEMO, "--from", FIRST.isoformat()) == 0
    assert loaded(area_url, DEMO, "--from", LATER.isoformat()) == 0
    assert every_row(area_url) == before


def test_export_then_load_changes_no_row_and_no_id(area_url: str, tmp_path: Path) -> None:
    before = every_row(area_url)
    assert exported(area_url, tmp_path / "out") == 0
    assert loaded(area_url, tmp_path / "out") == 0
    assert every_row(area_url) == before


def test_the_demo_areas_files_are_what_export_writes(area_url: str, tmp_path: Path) -> None:
    assert exported(area_url, tmp_path) == 0
    for path in sorted(DEMO.glob("*.*")):
        assert (tmp_path / path.name).read_text("utf-8") == path.read_text("utf-8"), path.name


def test_other_formats_and_encodings_of_the_same_rows_change_nothing(area_url: str, copy: Path) -> None:
    before = every_row(area_url)
    as_gb18030(copy / "members.csv")
    as_excel(copy / "posts.csv")
    as_excel(copy / "roster.csv")
    as_geopackage(copy / "cells.geojson")
    as_gcj02(copy / "call_points.csv")
    assert loaded(area_url, copy, "--dry-run") == 0
    assert loaded(area_url, copy) == 0
    after = every_row(area_url)
    assert {name for name in before if before[name] != after[name]} <= {"call_point"}  # GCJ-02 comes back to a hair


def as_gb18030(path: Path) -> None:
    path.write_bytes(path.read_text("utf-8").encode("gb18030"))


def as_excel(path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    with path.open(encoding="utf-8", newline="") as file:
        for number, line in enumerate(csv.reader(file)):
            book.active.append(line if number == 0 else [as_typed(cell) for cell in line])
    book.save(path.with_suffix(".xlsx"))
    path.unlink()


def as_typed(cell: str) -> object:
    """What Excel makes of a cell that a person types."""
    if cell in ("true", "false"):
        return cell == "true"
    try:
        return float(cell)
    except ValueError:
        return cell or None


def as_geopackage(path: Path) -> None:
    features = json.loads(path.read_text("utf-8"))["features"]
    names = [name for name in features[0]["properties"] if name not in ("datum", "target_s")]
    columns = [np.array([each["properties"][name] for each in features], object) for name in names]
    columns[names.index("illustrative")] = columns[names.index("illustrative")].astype(bool)
    targets = np.array([each["properties"]["target_s"] or np.nan for each in features], float)
    shapes = [shapely.from_geojson(json.dumps(each["geometry"])) for each in features]
    pyogrio.raw.write(
        path.with_suffix(".gpkg"),
        shapely.to_wkb(np.array(shapes)),
        [*columns, targets],
        [*names, "target_s"],
        driver="GPKG",
        geometry_type="Unknown",
        crs="EPSG:4490",
    )
    path.unlink()


def as_gcj02(path: Path) -> None:
    def change(lines: list[Line]) -> None:
        for line in lines:
            there = from_wgs84(float(line["lon"]), float(line["lat"]), "GCJ02")
            line.update(lon=repr(there.lon), lat=repr(there.lat), datum="GCJ02")

    edit(path.parent, path.stem, change)


def test_faults_load_nothing_and_are_all_told(
    database_url: str, copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_row(copy, "teams", "G5", members="40")
    set_row(copy, "edges", "YBF-HLG-trail", to_node="XXX")
    assert loaded(database_url, copy, "--faults-back", str(tmp_path / "back")) == 1
    assert {name: found for name, found in every_row(database_url).items() if found}.keys() <= {
        "clock",
        "alembic_version",
        "account",  # the service's own
    }
    said = " ".join(capsys.readouterr().out.split())
    assert "has 40 members, but 38 are listed" in said
    assert "'XXX' is not in nodes" in said
    assert "2 faults; nothing was loaded" in said
    assert sorted(path.name for path in (tmp_path / "back").iterdir()) == ["edges.csv", "teams.csv"]


def test_a_dry_run_counts_and_changes_nothing(area_url: str, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = every_row(area_url)
    set_row(copy, "units", "G1-1", turnout_s="75")
    drop(copy, "places", lambda line: line["code"] != "STW")
    capsys.readouterr()
    assert loaded(area_url, copy, "--dry-run") == 0
    counts = {line.split()[0]: line.split()[1:] for line in capsys.readouterr().out.splitlines() if line.split()}
    assert counts["units"] == ["0", "1", "0", "53"]
    assert counts["places"] == ["0", "0", "1", "55"]
    assert counts["members"] == ["0", "0", "0", "287"]
    assert every_row(area_url) == before


def test_a_changed_row_keeps_its_id_and_a_unit_counts_the_change(area_url: str, copy: Path) -> None:
    statement = "SELECT id, version, turnout_s FROM unit WHERE code = 'G1-1'"
    ((unit, version, _),) = values(area_url, statement)
    set_row(copy, "units", "G1-1", turnout_s="75")
    assert loaded(area_url, copy) == 0
    assert values(area_url, statement) == [(unit, int(str(version)) + 1, 75)]


def test_a_changed_cell_ends_on_the_day_and_its_next_version_begins(area_url: str, copy: Path) -> None:
    path = copy / "cells.geojson"
    text, spoken = path.read_text("utf-8"), '"backups": "G8;G9"'
    code = text[: text.index(spoken)].rpartition('"code": "')[2].partition('"')[0]
    path.write_text(text.replace(spoken, '"backups": "G9;G8"', 1), "utf-8")
    assert loaded(area_url, copy, "--from", LATER.isoformat()) == 0
    backups = """
        SELECT t.code FROM cell c JOIN cell_team ct ON ct.cell = c.id JOIN team t ON t.id = ct.team
        WHERE c.code = $1 AND c.valid @> $2::date AND ct.valid @> $2::date ORDER BY ct.rank"""
    assert values(area_url, backups, code, FIRST) == [("G1",), ("G8",), ("G9",)]
    assert values(area_url, backups, code, LATER) == [("G1",), ("G9",), ("G8",)]
    assert values(area_url, "SELECT count(*) FROM cell WHERE code = $1", code) == [(1,)]


def test_a_cell_with_another_border_is_another_row_from_that_day(area_url: str, copy: Path) -> None:
    path = copy / "cells.geojson"
    code = json.loads(path.read_text("utf-8"))["features"][0]["properties"]["code"]
    text = path.read_text("utf-8")
    path.write_text(text.replace('"kind": "', '"kind": "water", "was": "', 1), "utf-8")
    assert loaded(area_url, copy, "--from", LATER.isoformat()) == 0
    rows_of_cell = "SELECT kind, lower(valid), upper(valid) FROM cell WHERE code = $1 ORDER BY lower(valid) NULLS FIRST"
    assert values(area_url, rows_of_cell, code) == [("road", None, LATER), ("water", LATER, None)]
    owners = """
        SELECT count(*) FROM cell c JOIN cell_team ct ON ct.cell = c.id AND ct.valid @> $2::date
        WHERE c.code = $1 AND c.valid @> $2::date"""
    for day in (FIRST, LATER):
        assert values(area_url, owners, code, day) == [(3,)]
    before = every_row(area_url)
    assert loaded(area_url, copy) == 0, "the same again, today: nothing differs from what is to come"
    assert loaded(area_url, DEMO, "--from", FIRST.isoformat()) == 1, "its next version is already there"
    assert every_row(area_url) == before
    assert loaded(area_url, DEMO, "--from", LATER.isoformat()) == 0, "changed again on the same day: in place"
    assert [kind for kind, *_ in values(area_url, rows_of_cell, code)] == ["road", "road"]


def test_a_post_that_moves_and_one_that_closes_keep_their_past(area_url: str, copy: Path) -> None:
    set_row(copy, "posts", "G1-Z1", lon="110.5431")
    drop(copy, "posts", lambda line: line["code"] != "MP-8")
    assert loaded(area_url, copy, "--from", LATER.isoformat()) == 0
    on_day = "SELECT ST_X(point) FROM post WHERE code = $1 AND valid @> $2::date"
    assert values(area_url, on_day, "G1-Z1", FIRST) == [(110.543,)]
    assert values(area_url, on_day, "G1-Z1", LATER) == [(110.5431,)]
    assert values(area_url, on_day, "MP-8", FIRST) != []
    assert values(area_url, on_day, "MP-8", LATER) == []


def test_an_export_of_a_day_holds_what_was_valid_then(area_url: str, copy: Path, tmp_path: Path) -> None:
    drop(copy, "posts", lambda line: line["code"] != "MP-8")
    assert loaded(area_url, copy, "--from", LATER.isoformat()) == 0
    for day, there in ((FIRST, True), (LATER, False)):
        assert exported(area_url, tmp_path / day.isoformat(), "--on", day.isoformat()) == 0
        assert ("MP-8" in (tmp_path / day.isoformat() / "posts.csv").read_text("utf-8")) == there


def test_the_network_of_the_files_is_the_network_of_the_database(area_url: str) -> None:
    ((area, version),) = values(area_url, "SELECT area, version FROM network")
    network_id, network = connected(area_url, lambda connection: current_network(connection, area))
    assert isinstance(network_id, UUID)
    read = rows.read(DEMO, ALL)
    described = network_of_rows("wulingyuan", 4546, *(read[s] for s in (ground.NODES, ground.EDGES, ground.LIFTS)))
    assert (network.nodes, network.edges) == (described.nodes, described.edges)
    assert network.version == described.version == version
    with pytest.raises(NoNetwork):
        connected(area_url, lambda connection: current_network(connection, network_id))


def test_what_few_edges_say_comes_in_and_goes_out_again(area_url: str, copy: Path, tmp_path: Path) -> None:
    known = {"vehicle": "forward", "foot": "none", "max_speed_kmh": "40", "kind": "tertiary", "surface": "asphalt"}

    def say(lines: list[Line]) -> None:
        for line in lines:
            mine = known if line["code"] == "BLU-MHT-road" else dict.fromkeys(known, "")
            line.update(mine, steps="3878" if line["code"] == "DGT-XRQ-trail" else "")

    edit(copy, "edges", say)
    assert loaded(area_url, copy) == 0
    ((area,),) = values(area_url, "SELECT area FROM network WHERE current")
    _, network = connected(area_url, lambda connection: current_network(connection, area))
    road = network.edge("BLU-MHT-road")
    assert (road.driven, road.walked, road.max_speed_kmh) == (Passage.FORWARD, Passage.NONE, 40)
    assert (road.kind, road.surface, network.edge("DGT-XRQ-trail").steps) == ("tertiary", "asphalt", 3878)
    assert exported(area_url, tmp_path / "out") == 0
    with (copy / "edges.csv").open() as given, (tmp_path / "out" / "edges.csv").open() as told:
        assert list(csv.DictReader(told)) == list(csv.DictReader(given))


def test_another_network_becomes_current_and_the_old_one_stays(area_url: str, copy: Path) -> None:
    set_row(copy, "edges", "YBF-HLG-trail", length_m="450")
    assert loaded(area_url, copy) == 0
    assert values(area_url, "SELECT current, count(*) FROM network GROUP BY 1 ORDER BY 1") == [
        (False, 1),
        (True, 1),
    ]
    lengths = """
        SELECT e.length_m FROM network n JOIN network_edge e ON e.network = n.id
        WHERE e.code = 'YBF-HLG-trail' ORDER BY n.current"""
    assert values(area_url, lengths) == [(400.0,), (450.0,)]
    assert loaded(area_url, copy) == 0
    assert values(area_url, "SELECT count(*) FROM network") == [(2,)]


def test_what_is_listed_no_more_goes_unless_the_past_names_it(
    area_url: str, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drop(copy, "members", lambda line: line["code"] != "G1-M01")
    drop(copy, "roster", lambda line: line["member"] != "G1-M01")
    set_row(copy, "teams", "G1", members="34")
    drop(copy, "squads", lambda line: line["code"] != "S10")
    assert loaded(area_url, copy, "--from", LATER.isoformat()) == 0
    assert "G1-M01 is listed no more, but rows of the past name it" in " ".join(capsys.readouterr().out.split())
    duties = (
        "SELECT count(*) > 0 FROM duty d JOIN member m ON m.id = d.member WHERE m.code = $1 AND lower(during) >= $2"
    )
    assert values(area_url, duties, "G1-M01", datetime(2026, 12, 6, 16, tzinfo=UTC)) == [(False,)]
    assert values(area_url, duties, "G1-M01", datetime(2026, 11, 23, tzinfo=UTC)) == [(True,)]
    assert values(area_url, "SELECT count(*) FROM squad") == [(9,)]


def test_rosters_reach_five_weeks_and_the_night_before_the_first_morning(area_url: str) -> None:
    ((first, last),) = values(area_url, "SELECT min(lower(during)), max(lower(during)) FROM duty")
    assert first == datetime(2026, 11, 22, 0, tzinfo=UTC)
    assert last == datetime(2026, 12, 27, 10, tzinfo=UTC)
    at = "SELECT count(DISTINCT unit) FROM duty WHERE during @> $1::timestamptz"
    assert values(area_url, at, datetime(2026, 11, 23, 2, tzinfo=UTC)) == [(54,)]
    for hour in (11, 17, 23):
        assert values(area_url, at, datetime(2026, 11, 22, hour, tzinfo=UTC)) == [(22,)]


def test_a_changed_roster_leaves_the_days_before_as_they_were(area_url: str, copy: Path) -> None:
    before = "SELECT unit, member, kit, during FROM duty WHERE lower(during) < $1 ORDER BY 1, 2, 4"
    day = datetime(2026, 12, 6, 16, tzinfo=UTC)
    past = values(area_url, before, day)
    edit(copy, "roster", lambda lines: lines[0].update(kit="AED;ROPE"))
    assert loaded(area_url, copy, "--from", LATER.isoformat()) == 0
    assert values(area_url, before, day) == past
    roped = "SELECT count(*) > 0 FROM duty WHERE 'ROPE' = ANY(kit) AND lower(during) >= $1"
    assert values(area_url, roped, day) == [(True,)]


def test_the_running_service_keeps_the_rosters_filled(area_url: str) -> None:
    ((area,),) = values(area_url, "SELECT id FROM area")
    last, on = "SELECT max(lower(during)) FROM duty", "SELECT unit, member FROM duty WHERE during @> $1::timestamptz"

    async def extended(connection: Connection, at: datetime) -> int:
        return await roster.extend(connection, area, at)

    a_week_on = datetime(2026, 11, 30, 2, tzinfo=UTC)
    assert connected(area_url, lambda connection: extended(connection, a_week_on)) > 0
    assert connected(area_url, lambda connection: extended(connection, a_week_on)) == 0
    assert values(area_url, last) == [(datetime(2027, 1, 4, 10, tzinfo=UTC),)]
    after_a_long_rest = datetime(2027, 6, 1, 2, tzinfo=UTC)
    assert connected(area_url, lambda connection: extended(connection, after_a_long_rest)) > 0
    manned = values(area_url, on, after_a_long_rest)
    assert len({unit for unit, _ in manned}) == 54
    taken_off = manned[0][1]
    values(area_url, "DELETE FROM duty WHERE member = $1 AND during @> $2::timestamptz", taken_off, after_a_long_rest)
    assert connected(area_url, lambda connection: extended(connection, after_a_long_rest)) == 0
    assert taken_off not in {member for _, member in values(area_url, on, after_a_long_rest)}


def test_the_ground_loads_alone_and_the_rest_on_top_of_it(database_url: str) -> None:
    assert grids_main(["load", str(DEMO), "--database", database_url]) == 0
    assert values(database_url, "SELECT count(*) FROM cell") == [(58,)]
    assert values(database_url, "SELECT count(*) FROM member") == [(0,)]
    assert loaded(database_url, DEMO, "--from", FIRST.isoformat()) == 0
    assert values(database_url, "SELECT count(*) FROM cell") == [(58,)]
    before = every_row(database_url)
    assert grids_main(["load", str(DEMO), "--database", database_url]) == 0
    assert every_row(database_url) == before


def test_two_areas_live_side_by_side_with_the_same_codes(area_url: str, copy: Path, tmp_path: Path) -> None:
    before = {table: set(found) for table, found in every_row(area_url).items()}
    edit(copy, "area", lambda lines: lines[0].update(code="elsewhere"))
    assert loaded(area_url, copy, "--from", FIRST.isoformat()) == 0
    after = every_row(area_url)
    assert all(before[table] <= set(after[table]) for table in before)
    assert values(area_url, "SELECT count(*) FROM unit WHERE code = 'G1-1'") == [(2,)]
    assert exported(area_url, tmp_path / "out") == 2, "which of the two?"
    assert exported(area_url, tmp_path / "out", "--area", "nowhere") == 2
    assert exported(area_url, tmp_path / "out", "--area", "elsewhere") == 0


def test_the_exit_code_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nobody = "postgresql://nobody@127.0.0.1:1/none"
    assert loaded(nobody, tmp_path / "missing") == 2
    assert "there is no folder" in capsys.readouterr().err
    assert loaded(nobody, DEMO) == 3
    assert "the database cannot be used" in capsys.readouterr().err
    assert loaded("mysql://x", DEMO) == 2
