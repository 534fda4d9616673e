"""The checks of the ground: take the demo area, spoil one thing, and exactly that is told."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from dispatch.area_format import ALL
from dispatch.inspection import inspect as inspect_people
from geo.coordinates import from_wgs84
from grids import area_file, rows
from grids.area_format import CELLS
from grids.fault import Fault
from grids.inspection import inspect as inspect_ground
from grids.rows import Folder

DEMO = Path(__file__).parents[2] / "areas" / "wulingyuan"

Line = dict[str, str]


class Copy:
    """A copy of the demo area that may be spoilt."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(DEMO, folder, dirs_exist_ok=True)

    def edit(self, name: str, change: Callable[[list[Line]], None]) -> None:
        path = self.folder / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
        columns = list(lines[0])
        change(lines)
        area_file.write_csv(path, columns, lines)

    def set(self, name: str, key: str, **values: str) -> None:
        """Change the row whose first column is ``key``."""

        def change(lines: list[Line]) -> None:
            row = next(line for line in lines if next(iter(line.values())) == key)
            row.update(values)

        self.edit(name, change)

    def drop(self, name: str, keep: Callable[[Line], bool]) -> None:
        def change(lines: list[Line]) -> None:
            lines[:] = [line for line in lines if keep(line)]

        self.edit(name, change)

    def reshape(self, name: str, shape_of: Callable[[str, shapely.Geometry], shapely.Geometry | None]) -> None:
        path = self.folder / f"{name}.geojson"
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        given = [shapely.from_geojson(json.dumps(each["geometry"])) for each in features]
        turned = [
            (each["properties"], shape_of(each["properties"]["code"], shape))
            for each, shape in zip(features, given, strict=True)
        ]
        area_file.write_geojson(path, [each for each in turned if each[1] is not None])

    def read(self) -> Folder:
        folder = rows.read(self.folder, ALL)
        inspect_ground(folder)
        inspect_people(folder)
        return folder

    def faults(self) -> list[Fault]:
        """What is told beyond what is told of the demo area itself."""
        return [fault for fault in self.read().faults if fault.code != "road_island"]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def told(faults: list[Fault]) -> list[tuple[str, str, str | None]]:
    return [(fault.code, fault.file, fault.column) for fault in faults]


def test_the_demo_area_has_no_fault_and_tells_of_its_road_island(copy: Copy) -> None:
    (only,) = copy.read().faults
    assert (only.code, only.warning, only.facts["nodes"]) == ("road_island", True, "G_W, YJL")


def test_a_hole_between_the_cells_is_found_where_it_is(copy: Copy) -> None:
    hole = shapely.box(110.4600, 29.3560, 110.4605, 29.3565)
    copy.reshape("cells", lambda _, shape: shape.difference(hole) if shape.intersects(hole) else shape)
    (fault,) = copy.faults()
    assert (fault.code, fault.file, fault.warning) == ("hole", "boundary.geojson", False)
    assert shapely.covers(hole, shapely.Point(fault.facts["lon"], fault.facts["lat"]))
    assert fault.facts["area_m2"] == pytest.approx(0.0005**2 * 111_320**2 * 0.8713, rel=0.01)


def test_an_overlap_names_both_cells_and_a_cell_outside_the_boundary_sticks_out(copy: Copy) -> None:
    bump = shapely.box(110.4600, 29.3560, 110.4605, 29.3565)
    copy.reshape("cells", lambda code, shape: shape.union(bump) if code == "430811002909001" else shape)
    assert {(fault.code, fault.facts["other"]) for fault in copy.faults()} == {("overlap", other_than(copy, bump))}
    far = shapely.box(110.30, 29.35, 110.38, 29.352)
    copy.reshape("cells", lambda code, shape: shape.union(far) if code == "430811002906006" else shape)
    assert "sticks_out" in [fault.code for fault in copy.faults()]


def other_than(copy: Copy, bump: shapely.Geometry) -> str:
    cells = rows.read(DEMO, ALL).rows["cells"]
    return next(str(row["code"]) for row in cells if shapely.covers(row.shape, bump))


def test_borders_that_do_not_share_their_points_are_told_of(copy: Copy) -> None:
    spoilt = False

    def shape_of(_: str, shape: shapely.Geometry) -> shapely.Geometry:
        nonlocal spoilt
        if spoilt or shape.geom_type != "Polygon":
            return shape
        spoilt = True
        return shapely.segmentize(shape, 0.002)

    copy.reshape("cells", shape_of)
    assert {fault.code for fault in copy.faults()} == {"ragged"}


def test_a_polygon_that_crosses_itself_is_told_of_and_holes_are_not_guessed(copy: Copy) -> None:
    bow_tie = shapely.Polygon([(110.40, 29.30), (110.41, 29.31), (110.41, 29.30), (110.40, 29.31)])
    copy.reshape("cells", lambda code, shape: bow_tie if code == "430811002901001" else shape)
    assert "broken_shape" in {fault.code for fault in copy.faults()}
    assert "hole" not in {fault.code for fault in copy.faults()}


def test_a_missing_cell_is_a_hole(copy: Copy) -> None:
    copy.reshape("cells", lambda code, shape: None if code == "430811002901001" else shape)
    assert {fault.code for fault in copy.faults()} == {"hole", "unknown"}  # its call points and contacts miss it too


def test_an_edge_to_nowhere_is_told_of(copy: Copy) -> None:
    copy.set("edges", "YBF-HLG-trail", to_node="XXX")
    assert told(copy.faults()) == [("unknown", "edges.csv", "to_node")]


def test_an_edge_whose_line_ends_beside_its_node_dangles(copy: Copy) -> None:
    copy.set("edges", "DJT-STW-trail", wkt="LINESTRING (110.451 29.396, 110.4535 29.3970)", datum="WGS84")
    (fault,) = copy.faults()
    assert (fault.code, fault.column, fault.facts["node"]) == ("dangling", "wkt", "STW")
    assert fault.facts["distance_m"] == pytest.approx(55, abs=1)


def test_an_edge_shorter_than_its_straight_line_is_told_of(copy: Copy) -> None:
    copy.set("edges", "DJT-STW-trail", length_m="200")
    (fault,) = copy.faults()
    assert (fault.code, fault.column, round(fault.facts["straight_m"])) == ("too_short", "length_m", 294)


def test_a_climb_that_does_not_fit_the_heights_is_a_warning(copy: Copy) -> None:
    copy.set("edges", "DJT-STW-trail", ascent_m="80")
    (fault,) = copy.faults()
    assert (fault.code, fault.warning) == ("climb", True)


def test_a_part_that_nothing_joins_is_a_fault_and_a_road_island_a_warning(copy: Copy) -> None:
    copy.drop("edges", lambda line: line["code"] != "DJT-STW-trail")
    (fault,) = copy.faults()
    assert (fault.code, fault.warning, fault.facts["nodes"]) == ("unreachable", False, "STW")


def test_a_lift_needs_to_say_how_it_runs_and_only_a_lift_does(copy: Copy) -> None:
    copy.set("lifts", "BLL-BLU-lift", opens="from dawn till dusk")
    copy.set("lifts", "TZL-TZU-cableway", edge="DJT-STW-trail")
    assert sorted(told(copy.faults())) == [
        ("no_lift", "edges.csv", "edge_class"),
        ("not_a_lift", "lifts.csv", "edge"),
        ("not_hours", "lifts.csv", "opens"),
    ]


def test_a_point_outside_that_would_lie_inside_by_another_datum_asks_for_its_datum(copy: Copy) -> None:
    there = from_wgs84(110.6255, 29.365, "GCJ02")  # just inside the eastern edge
    copy.set("posts", "G6-Z1", lon=repr(there.lon), lat=repr(there.lat))
    fault = next(fault for fault in copy.faults() if fault.code == "outside_perhaps")
    assert (fault.facts["datum"], fault.column, fault.warning) == ("GCJ02", "datum", True)


def test_a_point_in_another_province_is_a_fault(copy: Copy) -> None:
    copy.set("posts", "G6-Z1", lon="110.41", lat="28.90")
    fault = next(fault for fault in copy.faults() if fault.code == "outside")
    assert (fault.warning, fault.column) == (False, "lon")


def test_a_post_shifted_by_a_wrong_datum_lies_off_every_way(copy: Copy) -> None:
    there = from_wgs84(110.4500, 29.3210, "GCJ02")
    copy.set("posts", "G2-Z2", lon=repr(there.lon), lat=repr(there.lat))
    assert told(copy.faults()) == [("off_network", "posts.csv", "lon")]


def test_a_call_point_in_another_cell_than_it_says_is_told_of(copy: Copy) -> None:
    copy.set("call_points", "SOS-01", lon="110.4385", lat="29.396")
    assert "other_cell" in {fault.code for fault in copy.faults()}


def test_an_owner_cannot_be_its_own_backup_and_codes_have_fifteen_digits(copy: Copy) -> None:
    path = copy.folder / "cells.geojson"
    text = path.read_text(encoding="utf-8")
    text = text.replace('"owner": "G1", "backups": "G8;G9"', '"owner": "G1", "backups": "G1;G9;G9"', 1)
    path.write_text(text, encoding="utf-8")
    assert [fault.code for fault in copy.faults()] == ["own_backup", "same_twice"]


def test_an_unknown_time_zone_and_a_projection_in_degrees_are_told_of(copy: Copy) -> None:
    copy.set("area", "wulingyuan", time_zone="Asia/Zhangjiajie", srid="4326")
    assert [fault.code for fault in copy.faults()] == ["not_a_zone", "not_metric"]


@pytest.mark.parametrize("srid", ["4547", "4524"])
def test_a_neighbours_zone_is_refused_and_the_right_ones_are_taken(copy: Copy, srid: str) -> None:
    copy.set("area", "wulingyuan", srid=srid)
    faults = [fault for fault in copy.faults() if fault.code == "wrong_zone"]
    assert [(fault.file, fault.column, fault.warning) for fault in faults] == [("area.csv", "srid", False)]
    for right in ("4546", "4525", "32649"):
        copy.set("area", "wulingyuan", srid=right)
        assert "wrong_zone" not in {fault.code for fault in copy.faults()}


def test_a_team_must_have_as_many_members_as_it_says(copy: Copy) -> None:
    copy.set("teams", "G5", members="40")
    (fault,) = copy.faults()
    assert (fault.code, fault.facts) == ("team_size", {"said": 40, "counted": 38})


def test_an_hour_without_anybody_of_the_owner_is_told_for_each_of_its_cells(copy: Copy) -> None:
    night = {"starts": "18:00", "cycle_day": "2"}
    copy.drop("roster", lambda line: not (line["unit"].startswith("G9") and night.items() <= line.items()))
    faults = copy.faults()
    owned = [fault for fault in faults if fault.code == "no_owner_hour"]
    assert len(owned) == 4
    assert owned[0].facts == {"team": "G9", "day": 2, "clock": "18:00"}
    assert "no_backup_hour" not in {fault.code for fault in faults}  # every cell backed by G9 has another backup


def test_a_cell_whose_backups_all_sleep_at_night_is_told_of(copy: Copy) -> None:
    copy.drop("roster", lambda line: not (line["unit"][:2] in ("G8", "G9") and line["starts"] == "18:00"))
    lonely = {fault.row for fault in copy.faults() if fault.code == "no_backup_hour"}
    backed_by_them_alone = {row.number for row in copy.read()[CELLS] if set(row["backups"]) == {"G8", "G9"}}
    assert lonely == backed_by_them_alone != set()


def test_nobody_is_in_two_units_at_once(copy: Copy) -> None:
    def double(lines: list[Line]) -> None:
        lines.append({**lines[0], "unit": "G1-2", "starts": "17:30", "hours": "1"})

    copy.edit("roster", double)
    (fault,) = (fault for fault in copy.faults() if not fault.warning)
    assert (fault.code, fault.file, fault.row, fault.facts["first"]) == ("two_shifts", "roster.csv", 862, 2)


def test_a_member_serves_in_the_own_team_and_within_the_cycle(copy: Copy) -> None:
    def spoil(lines: list[Line]) -> None:
        lines[0]["unit"] = "G2-1"
        lines[1]["cycle_day"] = "5"

    copy.edit("roster", spoil)
    assert [fault.code for fault in copy.faults()] == ["other_team", "cycle_day"]


def test_a_unit_of_one_a_car_without_driver_and_a_type_without_card_are_warnings(copy: Copy) -> None:
    copy.drop("roster", lambda line: line["unit"] != "G9-5" or line["member"] == "G9-M09")
    copy.edit("members", unskilled)
    copy.drop("run_cards", lambda line: line["incident_type"] != "ENV-TR")
    faults = copy.faults()
    assert all(fault.warning for fault in faults)
    assert {fault.code for fault in faults} == {"unit_size", "no_driver", "no_card"}


def unskilled(lines: list[Line]) -> None:
    for line in lines:
        if line["team"] == "G8":
            line["capabilities"] = "FA"


def test_needs_that_cannot_be_read_are_told_of(copy: Copy) -> None:
    copy.set("run_cards", "MED-CA", needs="two first-aiders")
    assert told(copy.faults())[0] == ("not_needs", "run_cards.csv", "needs")
