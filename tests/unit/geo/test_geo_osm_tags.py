"""What the tags of OpenStreetMap mean to a crew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.osm_tags import LIFTS, ROADS, Dropped, LiftTraits, Noted, Traits, bars, traits
from geo.passage import Passage
from geo.speed import LIFT_CLASSES, EdgeClass

BOTH, FORWARD, BACKWARD, NONE = Passage.BOTH, Passage.FORWARD, Passage.BACKWARD, Passage.NONE


def read(said: str) -> Traits:
    """The traits of tags written as `key=value key=value`."""
    what = traits(dict(each.split("=", 1) for each in said.split()))
    assert isinstance(what, Traits)
    return what


def lift(said: str) -> LiftTraits:
    what = read(said).lift
    assert what is not None
    return what


def passages(said: str) -> tuple[Passage, Passage]:
    """Which way vehicles and people pass."""
    what = read(said)
    road = BOTH if what.edge_class == EdgeClass.ROAD else NONE
    return road if what.vehicle is None else what.vehicle, BOTH if what.foot is None else what.foot


@pytest.mark.parametrize(
    ("said", "edge_class"),
    [
        ("highway=primary", EdgeClass.ROAD),
        ("highway=track tracktype=grade3", EdgeClass.ROAD),
        ("highway=track tracktype=grade5", EdgeClass.PATH),
        ("highway=track smoothness=impassable", EdgeClass.PATH),
        ("highway=service motor_vehicle=no surface=asphalt", EdgeClass.FLAGSTONE),
        ("highway=path", EdgeClass.PATH),
        ("highway=path surface=paving_stones", EdgeClass.FLAGSTONE),
        ("highway=footway", EdgeClass.FLAGSTONE),
        ("highway=footway surface=gravel", EdgeClass.PATH),
        ("highway=steps", EdgeClass.STAIRS),
        ("highway=path sac_scale=mountain_hiking", EdgeClass.PATH),
        ("aerialway=gondola", EdgeClass.CABLEWAY),
        ("highway=elevator", EdgeClass.LIFT),
        ("railway=funicular", EdgeClass.RAIL),
        ("railway=monorail usage=tourism", EdgeClass.RAIL),
        ("route=ferry", EdgeClass.FERRY),
    ],
)
def test_a_way_is_of_the_class_by_which_its_time_is_told(said: str, edge_class: EdgeClass) -> None:
    assert read(said).edge_class == edge_class


@pytest.mark.parametrize(
    ("said", "vehicles", "feet"),
    [
        ("highway=residential", BOTH, BOTH),
        ("highway=residential oneway=yes", FORWARD, BOTH),
        ("highway=residential oneway=-1", BACKWARD, BOTH),
        ("highway=residential oneway=alternating", BOTH, BOTH),
        ("highway=residential oneway=yes oneway:emergency=no", BOTH, BOTH),
        ("highway=tertiary junction=roundabout", FORWARD, BOTH),
        ("highway=tertiary junction=roundabout oneway=no", BOTH, BOTH),
        ("highway=motorway", FORWARD, NONE),
        ("highway=motorway foot=yes oneway=no", BOTH, BOTH),
        ("highway=service access=private", BOTH, BOTH),
        ("highway=service access=no", None, None),
        ("highway=service access=no foot=yes", NONE, BOTH),
        ("highway=service access=no emergency=yes", BOTH, NONE),
        ("highway=service motor_vehicle=no", NONE, BOTH),
        ("highway=service motor_vehicle=no emergency=designated", BOTH, BOTH),
        ("highway=service motor_vehicle=destination vehicle=no", BOTH, BOTH),
        ("highway=unclassified foot=no", BOTH, NONE),
        ("highway=footway motor_vehicle=yes", NONE, BOTH),
        ("highway=steps conveying=forward", NONE, FORWARD),
        ("aerialway=magic_carpet", NONE, FORWARD),
        ("aerialway=t-bar", NONE, NONE),
        ("aerialway=goods", NONE, NONE),
        ("aerialway=chair_lift", NONE, BOTH),
    ],
)
def test_who_may_pass_and_which_way(said: str, vehicles: Passage | None, feet: Passage | None) -> None:
    if vehicles is None:
        assert traits(dict(each.split("=", 1) for each in said.split())) is Dropped.NO_ACCESS
    else:
        assert passages(said) == (vehicles, feet)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("highway=construction", Dropped.NOT_BUILT),
        ("aerialway=proposed", Dropped.NOT_BUILT),
        ("highway=via_ferrata", Dropped.CLIMBING),
        ("highway=path sac_scale=difficult_alpine_hiking", Dropped.CLIMBING),
        ("highway=raceway", Dropped.NOT_A_WAY),
        ("railway=rail", Dropped.NOT_A_WAY),
        ("aerialway=pylon", Dropped.NOT_A_WAY),
        ("barrier=wall", Dropped.NOT_A_WAY),
    ],
)
def test_what_is_nothing_to_a_crew_is_dropped_with_its_reason(said: str, why: Dropped) -> None:
    assert traits(dict(each.split("=", 1) for each in said.split())) is why


def test_a_cableways_wait_comes_from_capacity_and_its_ride_from_duration_or_speed() -> None:
    """天子山: 8 to a cabin, 1,500 people an hour: a cabin every 19 s."""
    said = lift("aerialway=gondola aerialway:capacity=1500 aerialway:occupancy=8 aerialway:duration=5.2")
    assert (said.headway_s, said.ride_s) == (pytest.approx(19.2), pytest.approx(312))
    assert read("aerialway=gondola aerialway:capacity=1500 aerialway:occupancy=8 aerialway:duration=5").noted == (
        Noted.HOURS_ASSUMED,
    )
    said = lift("aerialway=cable_car")
    assert (said.ride_s, said.speed_mps, said.headway_s) == (None, 8.0, None)
    assert set(read("aerialway=cable_car").noted) == {Noted.SPEED_ASSUMED, Noted.HEADWAY_ASSUMED, Noted.HOURS_ASSUMED}
    said = lift("route=ferry duration=00:20 interval=00:40 opening_hours=Mo-Su")
    assert (said.ride_s, said.headway_s, said.opens) == (1200, 2400, "Mo-Su")
    assert lift("route=ferry duration=PT1H5M").ride_s == 3900


def test_opening_hours_that_cannot_be_read_are_told_and_replaced() -> None:
    what = traits({"aerialway": "gondola", "opening_hours": "when it is nice"})
    assert isinstance(what, Traits)
    assert what.lift is not None
    assert what.lift.opens == "08:00-17:00"
    assert Noted.HOURS_UNREADABLE in what.noted
    what = traits({"aerialway": "gondola", "opening_hours": "Apr-Nov 07:30-18:00; Dec-Mar 08:30-17:45"})
    assert isinstance(what, Traits)
    assert what.lift is not None
    assert what.lift.opens == "Apr-Nov 07:30-18:00; Dec-Mar 08:30-17:45"


def test_what_is_known_beyond_the_class_is_kept() -> None:
    what = read("highway=steps step_count=120 incline=up surface=stone name=一步登天 name:en=Step_to_Heaven tunnel=yes")
    assert (what.steps, what.up, what.surface, what.kind) == (120, 1, "stone", "steps")
    assert (what.name_zh, what.name_en, what.carried) == ("一步登天", "Step_to_Heaven", True)
    assert (read("highway=track maxspeed=30").max_speed_kmh, read("highway=track maxspeed=walk").noted) == (30, ())
    assert read("highway=primary maxspeed=20mph").max_speed_kmh == pytest.approx(32.19, abs=0.01)
    assert read("highway=primary maxspeed=fast").noted == (Noted.MAX_SPEED_UNREADABLE,)
    assert (read("highway=path incline=-12%").grade, read("highway=path incline=-12%").up) == (-0.12, -1)
    assert read("highway=path incline=45°").grade == pytest.approx(1.0)
    assert not read("highway=path tunnel=culvert").carried
    assert read("highway=path bridge=viaduct").carried


@pytest.mark.parametrize(
    ("said", "stops"),
    [
        ("barrier=gate", (False, False)),
        ("barrier=lift_gate access=private", (False, False)),
        ("barrier=bollard", (True, False)),
        ("barrier=bollard emergency=yes", (False, False)),
        ("barrier=gate motor_vehicle=no", (True, False)),
        ("barrier=gate locked=yes access=no", (True, True)),
        ("barrier=gate locked=yes access=no foot=yes", (True, False)),
        ("barrier=stile", (True, False)),
        ("highway=crossing", (False, False)),
    ],
)
def test_a_barrier_stops_cars_or_feet_or_nobody(said: str, stops: tuple[bool, bool]) -> None:
    assert bars(dict(each.split("=", 1) for each in said.split())) == stops


words = st.sampled_from(
    [*ROADS, *LIFTS, "path", "steps", "yes", "no", "-1", "private", "5", "12%", "00:10", "24/7", "", "x", "é", "1;2"]
)
keys = st.sampled_from(
    [
        "highway",
        "aerialway",
        "railway",
        "route",
        "access",
        "foot",
        "vehicle",
        "motor_vehicle",
        "emergency",
        "oneway",
        "junction",
        "maxspeed",
        "incline",
        "step_count",
        "surface",
        "tracktype",
        "duration",
        "aerialway:capacity",
        "aerialway:occupancy",
        "opening_hours",
        "bridge",
        "tunnel",
        "name",
        "barrier",
        "locked",
        "interval",
        "usage",
    ]
)


@given(tags=st.dictionaries(keys, words))
def test_no_tags_break_the_rules_and_whatever_is_kept_can_be_passed_or_is_a_lift(tags: dict[str, str]) -> None:
    bars(tags)
    what = traits(tags)
    if isinstance(what, Traits):
        assert (what.edge_class in LIFT_CLASSES) == (what.lift is not None)
        if what.lift is None:
            driven = (what.vehicle or BOTH) if what.edge_class == EdgeClass.ROAD else NONE
            assert (driven, what.foot or BOTH) != (NONE, NONE)
        else:
            assert what.lift.speed_mps > 0
