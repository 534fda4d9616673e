"""Heights of the ground."""

import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from drawn_maps import tile
from hypothesis import given
from hypothesis import strategies as st

from geo.terrain import TURN_M, BadTile, climb, read_terrain, smoothed


def test_heights_lie_between_those_of_the_tile_north_up(tmp_path: Path) -> None:
    plane = tile(tmp_path / "N29E110.hgt", lambda lon, lat: 1000 * (lon - 110) + 5000 * (lat - 29), side=1001)
    heights = read_terrain([plane]).heights(
        np.array([110.25, 110.0, 111.0, 110.5005]), np.array([29.5, 29.0, 30.0, 29])
    )
    assert heights == pytest.approx([2750, 0, 6000, 500.5], abs=0.51)


def test_a_zipped_tile_is_read_and_beyond_tiles_and_in_voids_no_height_is_known(tmp_path: Path) -> None:
    holed = tile(tmp_path / "N29E110.hgt", lambda lon, lat: -32768 if lon > 110.5 else 700, side=101)
    with zipfile.ZipFile(tmp_path / "N29E110.hgt.zip", "w") as archive:
        archive.write(holed, "folder/N29E110.hgt")
    terrain = read_terrain([tmp_path / "N29E110.hgt.zip"])
    heights = terrain.heights(np.array([110.2, 110.7, 112.0]), np.array([29.2, 29.2, 29.2]))
    assert heights[0] == 700
    assert np.isnan(heights[1:]).all()


def test_what_is_no_tile_is_named(tmp_path: Path) -> None:
    odd = tmp_path / "N29E110.hgt"
    odd.write_bytes(b"12345")
    with pytest.raises(BadTile, match=r"N29E110.hgt: 5 bytes are not a square"):
        read_terrain([odd])
    unnamed = tmp_path / "heights.hgt"
    unnamed.write_bytes(b"\0" * 8)
    with pytest.raises(BadTile, match=r"heights.hgt: a tile is named by its south-west corner"):
        read_terrain([unnamed])
    with pytest.raises(BadTile, match=r"nowhere.hgt"):
        read_terrain([tmp_path / "nowhere.hgt"])
    (tmp_path / "N29E110.zip").write_bytes(b"no zip")
    with pytest.raises(BadTile, match=r"N29E110.zip"):
        read_terrain([tmp_path / "N29E110.zip"])


heights = st.lists(st.integers(-400, 9000).map(float), min_size=1, max_size=40)


@given(heights=heights)
def test_ascent_less_descent_is_the_difference_of_the_ends_and_neither_is_more_than_was_drawn(
    heights: list[float],
) -> None:
    ascent, descent = climb(np.array(heights))
    assert ascent - descent == pytest.approx(heights[-1] - heights[0])
    assert 0 <= ascent <= sum(max(b - a, 0) for a, b in pairwise(heights)) + 1e-9
    assert 0 <= descent <= sum(max(a - b, 0) for a, b in pairwise(heights)) + 1e-9


@given(heights=heights)
def test_the_way_back_climbs_what_the_way_there_descends_but_for_small_turns(heights: list[float]) -> None:
    there, back = climb(np.array(heights)), climb(np.array(heights[::-1]))
    assert there == pytest.approx(back[::-1], abs=2 * TURN_M)


def test_the_errors_of_a_model_on_a_level_way_are_no_climb() -> None:
    along = np.arange(0.0, 5000.0, 20.0)
    wrong = 500 + 6 * np.sin(along / 35) + np.random.default_rng(1).normal(0, 3, len(along))
    assert sum(climb(wrong)) > 150
    assert sum(climb(smoothed(along, wrong, along))) < 15


def test_a_real_pass_keeps_its_height() -> None:
    along = np.arange(0.0, 6000.0, 20.0)
    over = 500 + 400 * np.exp(-(((along - 3000) / 900) ** 2))
    ascent, descent = climb(smoothed(along, over, along))
    assert ascent == pytest.approx(400, abs=3)
    assert descent == pytest.approx(400, abs=3)


def test_gaps_are_bridged_from_both_sides() -> None:
    along = np.array([0.0, 20.0, 400.0, 420.0])
    known = np.array([100.0, np.nan, np.nan, 200.0])
    assert np.isfinite(smoothed(along, known, along)).all()
    assert np.isnan(smoothed(along, np.full(4, np.nan), along)).all()
