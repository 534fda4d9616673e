"""A walk back is the walk there on the network turned round."""

from dataclasses import replace

import pytest
from geo_networks import at_node, network
from hypothesis import given, settings
from hypothesis import strategies as st
from test_geo_properties import Given, ask, at, closings, crews, eta_s, in_force, networks, touched

from geo.closure import Closures, together
from geo.network import Edge, Network, Passage
from geo.snap import Snap
from geo.travel_time import Origin

TURNED = {Passage.FORWARD: Passage.BACKWARD, Passage.BACKWARD: Passage.FORWARD}


def turned(way: Edge) -> Edge:
    return replace(
        way,
        from_node=way.to_node,
        to_node=way.from_node,
        ascent_m=way.descent_m,
        descent_m=way.ascent_m,
        vehicle=None if way.vehicle is None else TURNED.get(way.vehicle, way.vehicle),
        foot=None if way.foot is None else TURNED.get(way.foot, way.foot),
    )


def mirrored(way: Edge) -> Edge:
    """Passable against its sense with the heights of its sense: a step back along it costs what one on did."""
    foot = None if way.foot is None else TURNED.get(way.foot, way.foot)
    return replace(way, ascent_m=way.descent_m, descent_m=way.ascent_m, foot=foot)


def facing(closures: Closures, round_: dict[Passage, Passage]) -> Closures:
    return together(
        replace(one, direction=None if one.direction is None else round_[one.direction]) for one in closures
    )


def on_foot(ways: Network, node: str) -> Origin:
    lon, lat = at_node(ways, node)
    return Origin(id=node, lon=lon, lat=lat)


def end_at(ways: Network, node: str) -> Snap:
    return next(
        at(ways, number, share)
        for number, way in enumerate(ways.edges)
        for share, end in ((0.0, way.from_node), (1.0, way.to_node))
        if end == node
    )


@settings(deadline=None, max_examples=40)
@given(ways=networks(), pair=st.tuples(st.integers(0, 6), st.integers(0, 6)), given_closures=closings)
def test_reverse_times_are_forward_times_on_the_reversed_network(
    ways: Network, pair: tuple[int, int], given_closures: list[Given]
) -> None:
    closures = in_force(ways, given_closures)
    back = network(list(ways.nodes), [mirrored(way) for way in ways.edges])
    here, there = (touched(ways)[number % len(touched(ways))] for number in pair)
    (out,) = ask(ways, [on_foot(ways, here)], end_at(ways, there), closures)
    (home,) = ask(back, [on_foot(back, there)], end_at(back, here), facing(closures, TURNED))
    assert eta_s(home) == pytest.approx(eta_s(out), abs=1e-6)


@settings(deadline=None, max_examples=25)
@given(ways=networks(), where=st.tuples(st.integers(0, 13), st.sampled_from([0.0, 0.25, 1.0])))
def test_which_end_of_an_edge_is_called_its_first_changes_nothing(ways: Network, where: tuple[int, float]) -> None:
    other = network(list(ways.nodes), [turned(way) for way in ways.edges])
    to = at(ways, *where)
    length_m = ways.edge(to.edge).length_m
    one = ask(ways, crews(ways), to)
    two = ask(other, crews(other), replace(to, offset_m=length_m - to.offset_m))
    assert [eta_s(each) for each in two] == pytest.approx([eta_s(each) for each in one], abs=1e-6)
