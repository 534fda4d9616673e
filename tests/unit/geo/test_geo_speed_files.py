"""An area's own speeds and conditions."""

from pathlib import Path

import pytest

from geo.conditions import BUILT_IN, RAIN, profile_named
from geo.profile import Movement, PathModel, Way
from geo.speed_files import CONDITIONS, FACTORS, SPEEDS, BadRow, read_speeds, write_rows

HEADS = {
    SPEEDS: "mover,figure,value,source,confidence,illustrative",
    CONDITIONS: "code,name_zh,name_en,kind,closes,queue_s,source,confidence,illustrative",
    FACTORS: "conditions,way,factor,source,confidence,illustrative",
}


def folder(path: Path, **files: str) -> Path:
    for name, rows in files.items():
        (path / f"{name}.csv").write_text(f"\ufeff{HEADS[name]}\n{rows}\n", encoding="utf-8")
    return path


def test_a_folder_without_such_files_has_what_is_built_in(tmp_path: Path) -> None:
    assert read_speeds(tmp_path) == BUILT_IN
    assert read_speeds(tmp_path).version == BUILT_IN.version


def test_a_row_replaces_one_figure_and_nothing_else(tmp_path: Path) -> None:
    own = read_speeds(folder(tmp_path, speeds="crew,level_mps,2.2,our tracks,M,false"))
    crew = own.of(Movement.CREW)
    assert (crew.level_mps.value, crew.level_mps.source, crew.level_mps.confidence) == (2.2, "our tracks", "M")
    assert crew.climb_mps == BUILT_IN.of(Movement.CREW).climb_mps
    assert own.of(Movement.STRETCHER) == BUILT_IN.of(Movement.STRETCHER)
    assert own.version != BUILT_IN.version


def test_figures_that_hold_only_together_may_come_in_any_order(tmp_path: Path) -> None:
    rows = "stretcher,climb_mps,0.9,,A,false\nstretcher,level_mps,2,,A,false"
    assert read_speeds(folder(tmp_path, speeds=rows)).of(Movement.STRETCHER).climb_mps.value == 0.9


def test_roads_surfaces_steps_and_the_hill_function_of_paths_can_be_set(tmp_path: Path) -> None:
    rows = (
        "road,tertiary_kmh,36,,M,false\nroad,forest_road_kmh,18,,M,false\nsurface,gravel_kmh,18,,M,false\n"
        "stairs,step_rise_m,0.17,,M,false\ncrew,path_irmischer_clarke_factor,0.9,,L,false"
    )
    own = read_speeds(folder(tmp_path, speeds=rows))
    assert {name: figure.value for name, figure in own.road_kinds}["tertiary"] == pytest.approx(10)
    assert {name: figure.value for name, figure in own.road_kinds}["forest_road"] == pytest.approx(5)
    assert {name: figure.value for name, figure in own.surfaces}["gravel"] == pytest.approx(5)
    assert own.step_rise_m.value == 0.17
    crew = own.of(Movement.CREW)
    assert (crew.path_model, crew.path_factor.value) == (PathModel.IRMISCHER_CLARKE, 0.9)
    assert own.of(Movement.VISITOR).path_model is PathModel.TOBLER


def test_an_area_adds_conditions_of_its_own_and_changes_those_built_in(tmp_path: Path) -> None:
    own = read_speeds(
        folder(
            tmp_path,
            conditions="march,三月会,March fair,crowds,OXY-JBX-trail; rail,90,the fair of 2025,L,false\n"
            "storm,台风,typhoon,weather,cableway;rail;lift,,our own rule,M,false",
            factors="march,trail,1.4,counted,L,false\nrain,trail,1.5,counted,M,false",
        )
    )
    fair = profile_named("march+rain", own)
    assert fair.words == ("三月会、下雨", "March fair, rain")
    assert fair.closes == {"OXY-JBX-trail", "rail"}
    assert fair.queue_s == 90
    assert fair.factors[Way.TRAIL] == pytest.approx(1.4 * 1.5)
    assert fair.factors[Way.STAIRS] == RAIN.factor(Way.STAIRS)
    assert own.named("storm").closes == {"cableway", "rail", "lift"}
    assert own.named("storm").factors == BUILT_IN.named("storm").factors


@pytest.mark.parametrize(
    ("files", "column", "said"),
    [
        ({SPEEDS: "walker,level_mps,2,,A,false"}, "mover", "'walker' is not one of crew, motorbike"),
        ({SPEEDS: "crew,level_kmh,2,,A,false"}, "figure", "'level_kmh' is not one of road_mps"),
        ({SPEEDS: "crew,level_mps,fast,,A,false"}, "value", "'fast' is not a number"),
        ({SPEEDS: "crew,level_mps,,,A,false"}, "value", "'' is not a number"),
        ({SPEEDS: "crew,level_mps,-1,,A,false"}, "value", "-1.0 is less than 0.001"),
        ({SPEEDS: "crew,level_mps,nan,,A,false"}, "value", "'nan' is not a number"),
        (
            {SPEEDS: "crew,climb_mps,1.5,,A,false"},
            "value",
            "stairs would be faster than level ground (at most climb_mps 1.25)",
        ),
        ({SPEEDS: "crew,level_mps,0.4,,A,false"}, "value", "with 0.4 stairs would be faster than level ground"),
        ({SPEEDS: "road,tertiary,40,,A,false"}, "figure", "'tertiary' must be like tertiary_kmh"),
        ({SPEEDS: "road,tertiary_kmh,0,,A,false"}, "value", "0.0 is less than 0.001"),
        ({SPEEDS: "stairs,rise,0.2,,A,false"}, "figure", "'rise' is not one of step_rise_m"),
        ({CONDITIONS: "night+rain,,,light,,,,A,false"}, "code", "'night+rain' is no name for conditions"),
        ({CONDITIONS: "normal,,,light,,,,A,false"}, "code", "'normal' is no name for conditions"),
        ({CONDITIONS: "fair,,,crowds,,-5,,A,false"}, "queue_s", "-5.0 is less than 0"),
        ({FACTORS: "typhoon,trail,1.5,,A,false"}, "conditions", "'typhoon' is not one of flood, fog"),
        ({FACTORS: "rain,cliff,1.5,,A,false"}, "way", "'cliff' is not one of car, motorbike"),
        ({FACTORS: "rain,trail,0.9,,A,false"}, "factor", "0.9 is less than 1"),
    ],
)
def test_a_row_that_cannot_be_is_named_with_its_field(
    tmp_path: Path, files: dict[str, str], column: str, said: str
) -> None:
    with pytest.raises(BadRow) as caught:
        read_speeds(folder(tmp_path, **files))
    (file,) = files
    assert (caught.value.file, caught.value.row, caught.value.column) == (file, 2, column)
    assert said in caught.value.reason("en")
    assert caught.value.reason("zh")


def test_writing_never_replaces_a_file(tmp_path: Path) -> None:
    folder(tmp_path, speeds="crew,level_mps,2.2,,A,false")
    with pytest.raises(FileExistsError):
        write_rows(tmp_path / "speeds.csv", SPEEDS, [])
    assert read_speeds(tmp_path).of(Movement.CREW).level_mps.value == 2.2
