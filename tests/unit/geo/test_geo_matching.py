"""Tracks put onto the ways they followed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from geo_networks import edge, line_node, network
from geo_tracks import Walker, wander
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.coordinates import from_wgs84
from geo.matching import Lost, Matched, Matcher
from geo.network import EdgeClass, Network
from geo.speed import NORMAL
from geo.tracks import By, Fix, Track, tracks

BEGUN = datetime(2026, 5, 1, 4, tzinfo=UTC)
M = 1 / 97_146.0  # degrees of longitude a metre
N = 1 / 110_900.0


def straight() -> Network:
    """Two kilometres west to east, a side way north from the middle, a road elsewhere that nothing joins."""
    nodes = [line_node("A", 0), line_node("B", 1000), line_node("C", 2000)]
    north = replace(line_node("D", 1000), lat=29.35 + 800 * N)
    away = [replace(line_node(name, east_m), lat=29.35 + 3000 * N) for name, east_m in (("X", 0), ("Y", 500))]
    trail = EdgeClass.TRAIL
    edges = [edge("A", "B", trail, 1300), edge("B", "C", trail, 1000), edge("B", "D", trail, 800)]
    return network([*nodes, north, *away], [*edges, edge("X", "Y", EdgeClass.ROAD, 500)])


def fixes(*points: tuple[float, float, float], accuracy_m: float = 5.0) -> Track:
    """A track through (second, metres east, metres north) of A."""
    made = [
        Fix(
            who="A",
            at=BEGUN + timedelta(seconds=second),
            lon=110.45 + east * M,
            lat=29.35 + north * N,
            accuracy_m=accuracy_m,
            by=By.FOOT,
        )
        for second, east, north in points
    ]
    (track,) = tracks(made)
    return track


def along(found: Matched) -> list[list[str]]:
    """The edges of each stretch in the order they were travelled."""
    names = []
    for stretch in found.stretches:
        order: list[str] = []
        for interval in stretch:
            for piece in interval.pieces:
                name = ["AB", "BC", "BD", "XY"][piece.edge]
                if not order or order[-1] != name:
                    order.append(name)
        names.append(order)
    return names


def test_a_track_turns_off_where_the_person_did_and_its_shares_are_those_of_the_edges() -> None:
    walk = [(10.0 * n, 15.0 * n, 4.0 * (-1) ** n) for n in range(67)]
    walk += [(670 + 10.0 * n, 1000 + 3.0 * (-1) ** n, 15.0 * n) for n in range(1, 41)]
    found = Matcher(straight()).match(fixes(*walk))
    assert along(found) == [["AB", "BD"]]
    travelled = [piece for interval in found.stretches[0] for piece in interval.pieces]
    share = {number: sum(each.end - each.start for each in travelled if each.edge == number) for number in (0, 2)}
    assert share[0] == pytest.approx(1.0, abs=0.01)
    assert share[2] == pytest.approx(600 / 800, abs=0.02)
    assert not found.lost


def test_between_distant_fixes_the_way_leads_over_edges_nobody_was_seen_on() -> None:
    found = Matcher(straight()).match(fixes((0, 900, 0), (100, 1000, 300)))
    assert along(found) == [["AB", "BD"]]


def test_fixes_away_from_every_way_are_counted_and_cut_the_track() -> None:
    there = [(10.0 * n, 15.0 * n, 0.0) for n in range(20)]
    off = [(200 + 10.0 * n, 300.0, -200.0 - n) for n in range(5)]
    back = [(250 + 10.0 * n, 300 + 15.0 * n, 0.0) for n in range(20)]
    found = Matcher(straight()).match(fixes(*there, *off, *back))
    assert along(found) == [["AB"], ["AB"]]
    assert found.lost == {Lost.OFF_NETWORK: 5}


def test_a_jump_that_no_way_explains_cuts_the_track() -> None:
    there = [(10.0 * n, 100 + 10.0 * n, 0.0) for n in range(5)]
    over = [(50 + 10.0 * n, 100 + 10.0 * n, 3000.0) for n in range(5)]
    found = Matcher(straight()).match(fixes(*there, *over))
    assert along(found) == [["AB"], ["XY"]]


def test_nobody_is_believed_faster_than_anything_on_these_ways() -> None:
    found = Matcher(straight()).match(fixes((0, 0, 0), (10, 1900, 0)))
    assert found.stretches == ()
    assert found.lost == {Lost.DISJOINT: 2}


def test_inaccurate_and_single_fixes_are_told_apart() -> None:
    vague = fixes((0, 0, 0), (10, 15, 0), accuracy_m=150)
    assert Matcher(straight()).match(vague).lost == {Lost.INACCURATE: 2}
    alone = fixes((0, 100, 0), (10, 100, -500))
    assert Matcher(straight()).match(alone).lost == {Lost.ALONE: 1, Lost.OFF_NETWORK: 1}


def test_two_kinds_of_way_on_one_line_cannot_be_told_apart_and_two_of_one_kind_need_not() -> None:
    nodes = [line_node("A", 0), line_node("B", 1000)]
    trail = edge("A", "B", EdgeClass.TRAIL, 1000)
    walk = fixes(*((10.0 * n, 15.0 * n, 0.0) for n in range(40)))
    beside_road = network(nodes, [trail, edge("A", "B", EdgeClass.ROAD, 1000)])
    found = Matcher(beside_road).match(walk)
    assert found.stretches == ()
    assert found.lost == {Lost.TWINS: 39}
    beside_trail = network(nodes, [trail, edge("A", "B", EdgeClass.TRAIL, 1100, number=2)])
    assert Matcher(beside_trail).match(walk).lost == {}


def test_a_track_of_another_datum_finds_no_way() -> None:
    walk = [(10.0 * n, 15.0 * n, 0.0) for n in range(40)]
    track = fixes(*walk)
    shifted = [from_wgs84(lon, lat, "GCJ02") for lon, lat in zip(track.lons, track.lats, strict=True)]
    wrong = Track(
        who="A",
        by=By.FOOT,
        begun=track.begun,
        seconds=track.seconds,
        lons=np.array([each.lon for each in shifted]),
        lats=np.array([each.lat for each in shifted]),
        accuracy_m=track.accuracy_m,
    )
    assert Matcher(straight()).match(wrong).lost[Lost.OFF_NETWORK] >= 0.9 * len(track)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), every_s=st.sampled_from([2.0, 10.0, 30.0]))
def test_every_fix_is_matched_or_accounted_for_and_time_never_runs_twice(seed: int, every_s: float) -> None:
    ways = straight()
    walker = Walker(who="A", by="foot", every_s=every_s, noise_m=8.0, rests=True)
    rows = wander(ways, walker, NORMAL, seed, edges=5)
    given_fixes = [
        Fix(
            who="A",
            at=datetime.fromisoformat(row["at"]),
            lon=float(row["lon"]),
            lat=float(row["lat"]),
            accuracy_m=8.0,
            by=By.FOOT,
        )
        for row in rows
    ]
    for track in tracks(given_fixes):
        found = Matcher(ways).match(track)
        assert sum(found.lost.values()) <= found.fixes == len(track)
        clock = -1.0
        for stretch in found.stretches:
            for interval in stretch:
                assert interval.seconds > 0
                assert interval.begun_s >= clock
                clock = interval.begun_s + interval.seconds
                assert all(0 <= share <= 1 for piece in interval.pieces for share in (piece.start, piece.end))
        assert clock <= track.seconds[-1]
