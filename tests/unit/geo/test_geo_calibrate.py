"""Speeds learned from tracks."""

import csv
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from geo_tracks import BEGUN, COLUMNS, Walker, wander, with_figures, write

from geo.__main__ import main
from geo.calibrate import FEWEST, calibrate
from geo.conditions import BUILT_IN, RAIN, profile_named
from geo.matching import Matcher
from geo.network import Network
from geo.network_files import read_ways
from geo.profile import Movement, SpeedProfile, Speeds, Way
from geo.runs import Direction, Left, Run, modelled_s, runs
from geo.speed import EdgeClass
from geo.speed_files import read_speeds
from geo.tracks import read, tracks

AREA = Path(__file__).parents[3] / "areas" / "wulingyuan"
TOLERANCE = 0.05
"""Known speeds come back within 5 % from tracks with 6 m of noise, a fix every 5 to 15 s, and rests."""

CREW = {"level_mps": 2.0, "climb_mps": 0.18, "descend_mps": 0.5}
CAR = {"road_mps": 9.0}
CARRIED = {"level_mps": 0.6, "climb_mps": 0.08, "descend_mps": 0.2}


@cache
def park() -> Network:
    return read_ways(AREA)


def day_out(by: str, truth: Speeds, *, people: int, driving: bool = False, edges: int = 8, name: str = "") -> list:
    """Rows of tracks of so many people who go as fast as the truth says."""
    movement = Movement(by) if by in set(Movement) else Movement.CREW
    profile = SpeedProfile(speeds=truth, movement=movement)
    rows = []
    for number in range(people):
        walker = Walker(who=f"{name or by}{number}", by=by, every_s=5.0 + 2 * (number % 5), rests=not driving)
        rows += wander(park(), walker, profile, number + 1000 * driving, edges=edges, driving=driving)
    return rows


def found_in(path: Path) -> list[Run]:
    matcher, found = Matcher(park()), []
    for track in tracks(read(path).fixes):
        made, _ = runs(park(), matcher.match(track), BUILT_IN)
        found += made
    return found


def figures_of(speeds: Speeds, movement: Movement) -> dict[str, float]:
    return {name: figure.value for name, figure in speeds.of(movement).items()}


def test_known_speeds_come_back_from_tracks_with_noise_and_rests(tmp_path: Path) -> None:
    truth = with_figures(with_figures(BUILT_IN, Movement.CREW, **CREW, **CAR), Movement.STRETCHER, **CARRIED)
    rows = [
        *day_out("foot", truth, people=6),
        *day_out("", truth, people=5, driving=True, name="driver"),
        *day_out("stretcher", truth, people=6, edges=5),
    ]
    found = found_in(write(tmp_path / "day.csv", rows))
    made = calibrate(found, BUILT_IN, "test")
    crew, stretcher = (figures_of(made.speeds, each) for each in (Movement.CREW, Movement.STRETCHER))
    assert {name: crew[name] for name in (*CREW, *CAR)} == pytest.approx({**CREW, **CAR}, rel=TOLERANCE)
    assert {name: stretcher[name] for name in CARRIED} == pytest.approx(CARRIED, rel=TOLERANCE)
    assert made.error_after < 0.05 < made.error_before
    assert made.error_held_out is not None
    assert made.error_held_out < 0.05
    assert figures_of(made.speeds, Movement.VISITOR) == figures_of(BUILT_IN, Movement.VISITOR)
    directions = {(each.movement, each.direction) for each in made.observed}
    assert {(each, way) for each in (Movement.CREW, Movement.STRETCHER) for way in Direction} <= directions
    climbed = next(
        each for each in made.observed if (each.way, each.direction) == (Way.TRAIL, Direction.UP) and each.runs > FEWEST
    )
    assert climbed.p90_mps <= climbed.median_mps
    assert climbed.height_m_per_min is not None


def run(seconds: float, **more: object) -> Run:
    given: dict[str, object] = {
        "who": "A",
        "movement": Movement.CREW,
        "way": Way.FLAGSTONE,
        "edge_class": EdgeClass.FLAGSTONE,
        "kind": "",
        "length_m": 1000.0,
        "ascent_m": 0.0,
        "descent_m": 0.0,
        "bends_deg": 0.0,
        "free_mps": 7.5,
        "seconds": seconds,
        **more,
    }
    return Run(**given)  # type: ignore[arg-type]


def test_a_figure_needs_enough_runs_and_stays_as_it_was_without_them() -> None:
    few = calibrate([run(500) for _ in range(FEWEST - 1)], BUILT_IN, "test")
    assert not any(each.fitted for each in few.fitted)
    assert few.speeds.of(Movement.CREW) == BUILT_IN.of(Movement.CREW)
    enough = calibrate([run(500) for _ in range(FEWEST)], BUILT_IN, "test")
    assert {each.name for each in enough.fitted if each.fitted} == {"level_mps"}
    level = enough.speeds.of(Movement.CREW).level_mps
    assert (level.value, level.confidence) == (pytest.approx(2.0), "L")
    assert "8 runs" in level.source
    assert enough.error_held_out is None  # one person cannot be held out from himself


def test_one_long_rest_does_not_make_everybody_slow() -> None:
    found = [run(400 + number, who=str(number)) for number in range(10)] + [run(2000, who="tired")]
    made = calibrate(found, BUILT_IN, "test")
    assert made.speeds.of(Movement.CREW).level_mps.value == pytest.approx(1000 / 405, rel=0.01)


def test_roads_teach_their_speed_and_what_their_heights_cost() -> None:
    truth = with_figures(BUILT_IN, Movement.CREW, road_mps=9.0, road_climb_m=6.0, road_descend_m=2.0)
    road = {"way": Way.CAR, "edge_class": EdgeClass.ROAD}
    shapes = [
        {"length_m": 1000.0 + 100 * number, "ascent_m": up, "descent_m": down, "bends_deg": 180.0 * (number % 3)}
        for number in range(10)
        for up, down in ((0.0, 0.0), (90.0 + 10 * number, 0.0), (0.0, 9.0))
    ]
    found = [run(1, **road, **shape) for shape in shapes]
    made = calibrate(
        [run(modelled_s(each, truth), **road, **shape) for each, shape in zip(found, shapes, strict=True)],
        BUILT_IN,
        "test",
    )
    crew = figures_of(made.speeds, Movement.CREW)
    assert (crew["road_mps"], crew["road_climb_m"]) == pytest.approx((9.0, 6.0), rel=0.02)
    assert crew["hairpin_s"] == 4.0


def test_paths_teach_a_factor_and_roads_of_a_kind_their_own_speed() -> None:
    path = {"way": Way.PATH, "edge_class": EdgeClass.PATH}
    tertiary = {"way": Way.CAR, "edge_class": EdgeClass.ROAD, "kind": "tertiary", "free_mps": 11.11}
    found = [run(1000 / 1.399 * 1.5, **path) for _ in range(FEWEST)] + [run(200, **tertiary) for _ in range(FEWEST)]
    made = calibrate(found, BUILT_IN, "test")
    assert made.speeds.of(Movement.CREW).path_factor.value == pytest.approx(1.5, rel=0.01)
    assert dict(made.speeds.road_kinds)["tertiary"].value == pytest.approx(5.0, rel=0.01)


def test_learned_stairs_are_never_quicker_than_level_ground() -> None:
    up = {"way": Way.STAIRS, "edge_class": EdgeClass.STAIRS, "length_m": 100.0, "ascent_m": 50.0}
    made = calibrate([run(20.0, **up) for _ in range(FEWEST)], BUILT_IN, "test")
    crew = made.speeds.of(Movement.CREW)
    assert crew.climb_mps.value == crew.level_mps.value / 2


def on_the_creek(folder: Path, shares: list[float]) -> tuple[list[Run], set[Left]]:
    """The runs of somebody who is at these shares of one trail, 10 s apart."""
    trail = next(edge for edge in park().edges if edge.id == "ZCT-HLW-trail")
    start, end = park().node(trail.from_node), park().node(trail.to_node)
    rows = []
    for number, share in enumerate(shares):
        lon, lat = start.lon + share * (end.lon - start.lon), start.lat + share * (end.lat - start.lat)
        at = (BEGUN + timedelta(seconds=10 * number)).isoformat()
        rows.append(dict(zip(COLUMNS, ("A", at, f"{lon}", f"{lat}", "WGS84", "5", "foot"), strict=True)))
    (track,) = tracks(read(write(folder / "A.csv", rows)).fixes)
    found, left = runs(park(), Matcher(park()).match(track), BUILT_IN)
    return found, {each for each, count in left.items() if count}


def test_who_stands_teaches_nothing(tmp_path: Path) -> None:
    assert on_the_creek(tmp_path, [0.5 + 0.003 * (number % 3) for number in range(90)]) == ([], {Left.STANDING})


def test_who_paces_to_and_fro_is_not_taken_for_slow(tmp_path: Path) -> None:
    found, left = on_the_creek(tmp_path, [0.3 + 0.4 * abs(number % 24 - 12) / 12 for number in range(90)])
    assert left & {Left.STANDING, Left.WANDERING}
    assert all(each.length_m / each.seconds == pytest.approx(0.4 * 800 / 120, rel=0.1) for each in found)


def test_who_crosses_no_distance_or_flies_over_it_teaches_nothing(tmp_path: Path) -> None:
    assert on_the_creek(tmp_path, [0.5, 0.51, 0.52, 0.53]) == ([], {Left.SHORT})
    assert on_the_creek(tmp_path, [0.0, 0.3, 0.6, 0.9]) == ([], {Left.ODD})


# --- the command ---


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., int]:
    def call(*arguments: str) -> int:
        given = ("--area", str(AREA), "--out", str(tmp_path / "out"), "--language", "en")
        return main(["calibrate", *arguments, *given])

    return call


@pytest.fixture(scope="module")
def rainy_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    slow = profile_named("rain")
    rows = []
    for number in range(6):
        walker = Walker(who=f"w{number}", by="foot", every_s=8.0)
        rows += wander(park(), walker, slow, number, edges=8)
    return write(tmp_path_factory.mktemp("tracks") / "rain.csv", rows)


def test_the_command_writes_figures_that_an_area_can_load_and_replaces_no_file(
    command: Callable[..., int], rainy_day: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(str(rainy_day)) == 0
    said = capsys.readouterr().out
    assert "median error" in said
    assert "held out" in said
    written = tmp_path / "out" / "speeds.csv"
    crew = read_speeds(tmp_path / "out").of(Movement.CREW)
    assert crew.level_mps.value == pytest.approx(2.5 / RAIN.factor(Way.TRAIL), rel=TOLERANCE)
    assert crew.road_mps == BUILT_IN.of(Movement.CREW).road_mps
    before = written.read_bytes()
    assert command(str(rainy_day)) == 2
    assert "is there already and is not replaced" in capsys.readouterr().err
    assert written.read_bytes() == before


def test_under_named_conditions_it_learns_their_factors_and_leaves_the_figures(
    command: Callable[..., int], rainy_day: Path, tmp_path: Path
) -> None:
    assert command(str(rainy_day), "--conditions", "rain") == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["factors.csv"]
    learned = read_speeds(tmp_path / "out")
    assert learned.named("rain").factor(Way.TRAIL) == pytest.approx(RAIN.factor(Way.TRAIL), rel=TOLERANCE)
    assert learned.named("rain").factor(Way.CAR) == RAIN.factor(Way.CAR)
    assert learned.figures == BUILT_IN.figures


def test_a_bad_row_is_named_and_nothing_is_done_unless_it_may_be_skipped(
    command: Callable[..., int], rainy_day: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = rainy_day.read_text(encoding="utf-8").splitlines()
    lines[4] = lines[4].replace("WGS84", "")
    bad = tmp_path / "bad.csv"
    bad.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert command(str(bad)) == 1
    said = capsys.readouterr().err
    assert "bad.csv row 5, datum: '-' is not one of WGS84, CGCS2000, GCJ02, BD09; none is guessed" in said
    assert "1 faults, nothing was done" in said
    assert not (tmp_path / "out").exists()
    assert command(str(bad), "--skip-faulty") == 0
    assert (tmp_path / "out" / "speeds.csv").is_file()


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("edges.csv", ("trail,900", "trial,900"), "edges.csv row 4, edge_class: 'trial' is not one of road"),
        ("edges.csv", ("trail,900", "trail,long"), "edges.csv row 4, length_m: 'long' is not a number"),
        ("nodes.csv", ("WGS84", "WGS"), "nodes.csv row 2, datum: 'WGS' is not one of WGS84"),
    ],
)
def test_a_fault_of_the_area_is_named(
    rainy_day: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, change: tuple[str, str], said: str
) -> None:
    for name in ("area.csv", "nodes.csv", "edges.csv"):
        text = (AREA / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(*change, 1) if name == file else text, encoding="utf-8")
    arguments = ["calibrate", str(rainy_day), "--area", str(tmp_path), "--out", str(tmp_path / "out")]
    assert main([*arguments, "--language", "en"]) == 1
    assert said in capsys.readouterr().err
    assert main([*arguments, "--language", "zh"]) == 1
    assert f"{file} 第" in capsys.readouterr().err


def test_unknown_conditions_and_tracks_far_away_are_said(
    command: Callable[..., int], rainy_day: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(str(rainy_day), "--conditions", "typhoon") == 2
    assert "no conditions 'typhoon'; there are: flood, fog" in capsys.readouterr().err
    with rainy_day.open(encoding="utf-8", newline="") as file:
        rows = [{**row, "lon": str(float(row["lon"]) + 1)} for row in csv.DictReader(file)]
    assert command(str(write(tmp_path / "elsewhere.csv", rows[:50]))) == 1
    told = capsys.readouterr()
    assert "0 on ways (0%)" in told.out
    assert "no way near (off the network, in a lift, wrong datum): 50" in told.out
    assert "nothing of the tracks can be used" in told.err


def test_help_is_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["calibrate", "--help"])
    said = capsys.readouterr().out
    assert "Nothing is put into use" in " ".join(said.split())
    assert "不会直接启用" in said
