"""Many to many: the times are those of one journey after the other, whichever way they were searched."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from geo_networks import at_node
from hypothesis import given, settings
from hypothesis import strategies as st
from test_geo_properties import Given, at, closings, crews, in_force, networks, positions

from geo.journey import Journey
from geo.network import Network
from geo.obstacle import obstacles
from geo.table import table
from geo.travel_time import travel_times

NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


@settings(deadline=None, max_examples=20)
@given(
    ways=networks(),
    where=st.lists(positions, min_size=1, max_size=25),
    given_closures=closings,
    most=st.integers(1, 12),
)
def test_the_table_has_the_time_or_the_reason_of_every_pair(
    ways: Network, where: list[tuple[int, float]], given_closures: list[Given], most: int
) -> None:
    closures, targets, origins = in_force(ways, given_closures), [at(ways, *each) for each in where], crews(ways)[:most]
    told = table(ways, origins, targets, at=NOON, zone=ZONE, closures=closures)
    assert [len(row) for row in told] == [len(targets)] * len(origins)
    for column, target in enumerate(targets):
        answers = travel_times(ways, origins, target, at=NOON, zone=ZONE, closures=closures)
        kept = obstacles(ways, origins, answers, target, at=NOON, zone=ZONE, closures=closures)
        for row, answer in enumerate(answers):
            each = told[row][column]
            if isinstance(answer, Journey):
                assert each.eta_s == pytest.approx(answer.eta_s, abs=1e-3)
                assert each.obstacles == ()
            else:
                assert (each.eta_s, each.obstacles) == (None, kept[answer.origin])


@settings(deadline=None, max_examples=10)
@given(ways=networks(), where=st.lists(positions, min_size=1, max_size=3))
def test_legs_come_on_request_and_an_origin_may_be_asked_about_twice(
    ways: Network, where: list[tuple[int, float]]
) -> None:
    origin = crews(ways)[0]
    targets = [*(at(ways, *each) for each in where), at_node(ways, ways.nodes[0].id)]
    told = table(ways, [origin, origin], targets, at=NOON, zone=ZONE, legs=True)
    assert [each.eta_s for each in told[0]] == [each.eta_s for each in told[1]]
    assert all((each.journey is None) == (each.eta_s is None) for row in told for each in row)
    assert all(each.journey is None for row in table(ways, [origin], targets, at=NOON, zone=ZONE) for each in row)
