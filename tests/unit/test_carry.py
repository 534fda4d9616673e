"""Eight carry a stretcher on stairs; the lifts on the way out are those that must be asked for."""

from dispatch.evacuation import Carry, carry
from geo.journey import Leg, Mode, Stop
from geo.network import Edge
from geo.speed import EdgeClass

HERE = Stop(node=None, name_zh="此处", name_en="here", lon=110.4, lat=29.3)

EDGES = {
    "stairs": Edge(id="stairs", from_node="A", to_node="B", edge_class=EdgeClass.STAIRS, length_m=300.0),
    "flat": Edge(id="flat", from_node="B", to_node="C", edge_class=EdgeClass.FLAGSTONE, length_m=500.0),
    "lift": Edge(id="lift", from_node="C", to_node="D", edge_class=EdgeClass.LIFT, length_m=326.0),
}


def leg(mode: Mode, length_m: float, *edges: str) -> Leg:
    return Leg(mode=mode, start=HERE, end=HERE, length_m=length_m, ascent_m=0, descent_m=0, time_s=60, edges=edges)


def test_stairs_count_as_far_as_they_are_walked_and_lifts_are_named_once() -> None:
    way = [
        leg(Mode.OFF_NETWORK, 40),
        leg(Mode.WALK, 700, "stairs", "flat"),
        leg(Mode.WAIT, 0),
        leg(Mode.LIFT, 326, "lift"),
        leg(Mode.DRIVE, 4000, "flat"),
    ]
    assert carry(way, EDGES.__getitem__) == Carry(on_foot_m=740, stairs_m=300, lifts=("lift",))
    assert carry([leg(Mode.WALK, 120, "stairs")], EDGES.__getitem__).stairs_m == 120


def test_eight_carry_each_patient_on_stairs_four_without() -> None:
    assert carry([leg(Mode.WALK, 300, "stairs")], EDGES.__getitem__).carriers(2) == 16
    assert carry([leg(Mode.WALK, 300, "flat")], EDGES.__getitem__).carriers(1) == 4
    assert carry([], EDGES.__getitem__).carriers(1) == 4
