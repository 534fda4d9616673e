"""The demo area: the counts that are published, the places that are named, and nothing made up passed off as fact."""

import csv
import datetime
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import shapely

from dispatch.area_format import ALL, INCIDENT_TYPES, MEMBERS, RESPONDERS, ROSTER, RUN_CARDS, UNITS
from dispatch.roster import expand, pattern_of_row
from grids import area_format as ground
from grids import rows
from grids.rows import Folder

DEMO = Path(__file__).parents[2] / "areas" / "wulingyuan"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def area() -> Folder:
    return rows.read(DEMO, ALL)


def test_it_reads_without_a_fault(area: Folder) -> None:
    assert area.faults == []


def test_the_counts_are_those_of_the_district(area: Folder) -> None:
    kinds = Counter(row["kind"] for row in area[ground.POSTS])
    assert kinds == {
        "base": 9,
        "police_office": 12,
        "duty_room": 11,
        "duty_point": 26,
        "fire_station": 3,
        "medical_point": 8,
    }
    sheets = (
        ground.TEAMS,
        ground.GRIDS,
        ground.CELLS,
        ground.PLACES,
        ground.CALL_POINTS,
        ground.COMMITTEES,
        ground.SQUADS,
        ground.NODES,
        ground.EDGES,
        MEMBERS,
        UNITS,
        INCIDENT_TYPES,
    )
    assert [len(area[sheet]) for sheet in sheets] == [9, 9, 58, 56, 58, 8, 10, 56, 70, 287, 54, 30]
    assert sum(row["members"] for row in area[ground.TEAMS]) == 287


def test_nine_grids_pair_with_nine_teams_which_own_their_cells(area: Folder) -> None:
    team_of = {row["code"]: row["team"] for row in area[ground.GRIDS]}
    assert sorted(team_of.values()) == [f"G{number}" for number in range(1, 10)]
    for row in area[ground.CELLS]:
        assert row["owner"] == team_of[row["grid"]]
        assert row["backups"]


def test_every_cell_has_a_committee_that_answers_for_its_whole_grid(area: Folder) -> None:
    of_grid: dict[str, set[str]] = defaultdict(set)
    for row in area[ground.CELLS]:
        of_grid[row["grid"]].add(row["committee"])
    assert all(len(committees) == 1 for committees in of_grid.values())
    assert {committee for each in of_grid.values() for committee in each} == {f"C{number}" for number in range(1, 9)}


def test_the_boundary_holds_all_places_and_the_whole_network(area: Folder) -> None:
    boundary = area[ground.BOUNDARY][0].shape
    ways = [row.shape for row in area[ground.EDGES] if row.shape is not None]
    assert all(shapely.covers(boundary, [*(row.shape for row in area[ground.PLACES]), *ways]))


def test_every_corridor_cell_has_a_call_point_that_lies_in_it(area: Folder) -> None:
    cells = {row["code"]: row for row in area[ground.CELLS]}
    for row in area[ground.CALL_POINTS]:
        assert shapely.covers(cells[row["cell"]].shape, row.shape), row["code"]
    served = {row["cell"] for row in area[ground.CALL_POINTS]}
    assert {code for code, row in cells.items() if row["kind"] != "forest"} == served


def test_cell_codes_have_the_form_of_the_standard_and_say_they_are_provisional(area: Folder) -> None:
    for row in area[ground.CELLS]:
        assert re.fullmatch(r"4308110029\d{2}\d{3}", row["code"])
        assert row["code_status"] == "provisional"


def test_only_huangshizhai_has_a_target_of_its_own_and_tells_its_source(area: Folder) -> None:
    own = [row for row in area[ground.CELLS] if row["target_s"] is not None]
    assert {row["grid"] for row in own} == {"G3"}
    assert {row["target_s"] for row in own} == {900}
    assert all("2023" in row["target_source"] for row in own)


def test_two_to_four_people_of_two_named_roles_answer_for_every_cell(area: Folder) -> None:
    counted = Counter(row["cell"] for row in area[ground.CONTACTS])
    assert set(counted) == {row["code"] for row in area[ground.CELLS]}
    assert set(counted.values()) <= {2, 3, 4}


def test_54_units_by_day_and_22_by_night_every_day_of_the_cycle(area: Folder) -> None:
    patterns = [pattern_of_row(row, row["unit"], row["member"]) for row in area[ROSTER]]
    crews: dict[tuple[datetime.datetime, str], list[str]] = defaultdict(list)
    for duty in expand(patterns, SHANGHAI, datetime.date(2026, 11, 23), 8):
        crews[duty.begins.astimezone(SHANGHAI), duty.unit].append(duty.member)
    manned = Counter(begins for begins, _ in crews)
    assert {begins.hour: count for begins, count in manned.items()} == {8: 54, 18: 22}
    assert {(begins.hour, count) for begins, count in manned.items()} == {(8, 54), (18, 22)}
    assert {len(crew) for crew in crews.values()} <= {2, 3, 4}


def test_every_crew_has_two_first_aiders_and_every_crew_at_night_an_aed(area: Folder) -> None:
    able = {row["code"]: set(row["capabilities"]) for row in area[MEMBERS]}
    shifts = defaultdict(list)
    for row in area[ROSTER]:
        shifts[row["unit"], row["cycle_day"], row["starts"]].append(row)
    for (unit, _, starts), crew in shifts.items():
        assert sum("FA" in able[row["member"]] for row in crew) >= 2, unit
        if starts == "18:00":
            assert any("AED" in row["kit"] for row in crew), unit


def test_units_stand_by_where_the_selection_is_tried(area: Folder) -> None:
    place_of = {row.shape: row["code"] for row in area[ground.PLACES]}
    post_at = {row["code"]: place_of.get(row.shape) for row in area[ground.POSTS]}
    stand = defaultdict(set)
    for row in area[UNITS]:
        stand[row["team"]].add(post_at[row["post"]])
    assert {"MHT", "HHY", "YJJ", "SGW", "BLU"} <= stand["G5"]
    assert "QLX" in stand["G4"]
    bases = {row["code"] for row in area[ground.POSTS] if row["kind"] == "base"}
    assert bases <= {row["post"] for row in area[UNITS]}
    assert Counter(row["team"] for row in area[UNITS]) == {f"G{number}": 6 for number in range(1, 10)}


def test_a_unit_has_a_vehicle_exactly_when_its_post_stands_on_a_road(area: Folder) -> None:
    points = {row["code"]: row.shape for row in area[ground.NODES]}
    roads = [
        row.shape or shapely.LineString([points[row["from_node"]], points[row["to_node"]]])
        for row in area[ground.EDGES]
        if row["edge_class"] == "road"
    ]
    roads_near = shapely.union_all(roads)
    at = {row["code"]: row.shape for row in area[ground.POSTS]}
    for row in area[UNITS]:
        on_a_road = shapely.distance(at[row["post"]], roads_near) < 2e-6
        assert (row["vehicle"] is not None) == on_a_road, row["code"]


def test_every_incident_type_has_a_run_card_and_tells_only_responders_there_are(area: Folder) -> None:
    kinds = {row["kind"] for row in area[RESPONDERS]}
    assert {row["incident_type"] for row in area[RUN_CARDS]} == {row["code"] for row in area[INCIDENT_TYPES]}
    for row in area[RUN_CARDS]:
        assert set(row["responders"]) <= kinds, row["incident_type"]


def test_people_numbers_and_positions_are_marked_as_made_up(area: Folder) -> None:
    for sheet in (ground.TEAMS, ground.CELLS, ground.CONTACTS, ground.CALL_POINTS, MEMBERS, UNITS, RUN_CARDS):
        assert all(row["illustrative"] for row in area[sheet]), sheet.name
    for sheet in ALL:
        for row in area[sheet]:
            if sheet.sourced:
                assert all((row["source"], row["confidence"])), (sheet.name, row.number)
            number = row.values.get("phone")
            assert number is None or re.fullmatch(r"0744-555-0\d{3}|110|119|120|12345", number), number


def test_the_files_are_written_as_export_writes_them() -> None:
    for path in DEMO.glob("*.*"):
        content = path.read_bytes()
        assert content.endswith(b"\n")
        assert b"\r" not in content
        if path.suffix == ".geojson":
            assert json.loads(content)["type"] == "FeatureCollection"
        else:
            assert len(next(csv.reader(content.decode().splitlines()))) > 5
