"""Where to turn: pieces of a leg that add up to it, with a turn where somebody could go wrong and nowhere else."""

import itertools
from datetime import UTC, datetime
from math import fsum
from zoneinfo import ZoneInfo

import pytest
from geo_networks import at_node, edge, network, rows, wulingyuan

from geo.coordinates import LonLat
from geo.journey import Journey, Leg, Mode, Origin
from geo.network import Edge, EdgeClass, Network, Node
from geo.travel_time import travel_times
from geo.turns import Piece, Turn, pieces

NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
PATH = EdgeClass.PATH


def node(name: str, east_m: float, north_m: float) -> Node:
    lon, lat = 110.45 + east_m / 97_146.0, 29.35 + north_m / 110_900.0
    return Node(id=name, lon=lon, lat=lat, elevation_m=500.0, name_zh=f"{name}处", name_en=name)


def crossing(*more: Edge) -> Network:
    """A path from the south to a crossing X, from where one goes on to the north, the east, the west and back along
    another path to the south-west."""
    nodes = [
        node("S", 0, -500), node("X", 0, 0), node("N", 0, 500), node("E", 500, 0), node("W", -500, 0),
        node("B", -60, -500), node("F", 500, 500),
    ]  # fmt: skip
    ways = [edge(*ends, PATH, 500.0) for ends in (("S", "X"), ("X", "N"), ("X", "E"), ("W", "X"), ("X", "B"))]
    return network(nodes, [*ways, *more])


def told(ways: Network, start: str, end: str) -> tuple[Piece, ...]:
    """The walk from one node to another, which is one leg."""
    origin = Origin(id="crew", lon=at_node(ways, start).lon, lat=at_node(ways, start).lat)
    [journey] = travel_times(ways, [origin], at_node(ways, end), at=NOON, zone=ZONE)
    assert isinstance(journey, Journey)
    [walk] = [leg for leg in journey.legs if leg.mode is Mode.WALK]
    return pieces(ways, walk)


@pytest.mark.parametrize(
    ("to", "turns"),
    [
        ("N", [Turn.START]),
        ("E", [Turn.START, Turn.RIGHT]),
        ("W", [Turn.START, Turn.LEFT]),
        ("B", [Turn.START, Turn.BACK]),
    ],
)
def test_at_a_crossing_the_turn_is_told_and_straight_on_is_not(to: str, turns: list[Turn]) -> None:
    ways = crossing()
    found = told(ways, "S", to)
    assert [each.turn for each in found] == turns
    assert [each.length_m for each in found] == pytest.approx([1000.0 / len(turns)] * len(turns))
    if len(found) == 2:
        assert found[1].at == pytest.approx(at_node(ways, "X"))


def test_the_same_crossing_passed_the_other_way_round_turns_the_other_way() -> None:
    assert [each.turn for each in told(crossing(), "E", "S")] == [Turn.START, Turn.LEFT]
    assert [each.turn for each in told(crossing(), "W", "S")] == [Turn.START, Turn.RIGHT]


def test_a_bend_where_nobody_can_go_wrong_is_no_turn_and_another_kind_of_way_is_told() -> None:
    bent = crossing(edge("E", "F", PATH, 500.0))
    assert [each.turn for each in told(bent, "X", "F")] == [Turn.START]
    stairs = crossing(edge("E", "F", EdgeClass.STAIRS, 500.0, ascent_m=60.0))
    found = told(stairs, "X", "F")
    assert [(each.turn, each.edge and each.edge.edge_class) for each in found] == [
        (Turn.START, PATH),
        (Turn.LEFT, EdgeClass.STAIRS),
    ]
    assert (found[0].ascent_m, found[1].ascent_m) == (0.0, pytest.approx(60.0))
    assert found[1].time_s > found[0].time_s


def test_another_name_of_the_way_is_told_where_it_goes_straight_on() -> None:
    ways = crossing()
    named = [
        edge("X", "N", PATH, 500.0, name_zh="金鞭溪", name_en="Golden Whip Stream") if each.id == "X-N-path" else each
        for each in ways.edges
    ]
    found = told(network(list(ways.nodes), named), "S", "N")
    assert [(each.turn, each.edge and each.edge.name_en) for each in found] == [
        (Turn.START, ""),
        (Turn.STRAIGHT, "Golden Whip Stream"),
    ]


def all_legs() -> list[Leg]:
    """From every post of the demo area to a few places, by vehicle."""
    origins = [
        Origin(id=row["code"], lon=lon, lat=lat, vehicle=LonLat(lon, lat))
        for row in rows("posts.csv")
        for lon, lat in [(float(row["lon"]), float(row["lat"]))]
    ]
    places = [row for row in rows("places.csv") if row["code"] in {"HHY", "BFH", "BLU", "HSZ", "TZG"}]
    answers = [
        travel_times(wulingyuan(), origins, LonLat(float(each["lon"]), float(each["lat"])), at=NOON, zone=ZONE)
        for each in places
    ]
    journeys = [each for each in itertools.chain.from_iterable(answers) if isinstance(each, Journey)]
    return [leg for journey in journeys for leg in journey.legs]


def test_the_pieces_of_every_leg_of_the_demo_area_add_up_to_it() -> None:
    legs = all_legs()
    parted = 0
    for leg in legs:
        made = pieces(wulingyuan(), leg)
        parted += len(made) > 1
        assert made[0].turn is Turn.START
        assert Turn.START not in [each.turn for each in made[1:]]
        for name in ("length_m", "ascent_m", "descent_m", "time_s"):
            total = fsum(getattr(each, name) for each in made)
            assert total == pytest.approx(getattr(leg, name), abs=1e-6), (leg, name)
        if not leg.edges:
            assert made[0].edge is None
    assert parted > 10


def test_what_is_ridden_or_waited_for_is_one_piece() -> None:
    legs = [leg for leg in all_legs() if leg.mode in (Mode.LIFT, Mode.CABLEWAY, Mode.WAIT, Mode.LEAVE)]
    assert legs
    assert all(len(pieces(wulingyuan(), leg)) == 1 for leg in legs)
