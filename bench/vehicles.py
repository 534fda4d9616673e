"""What of a network vehicles alone have, and crews that sit in one: what routers for roads can be compared on."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geo.coordinates import LonLat
from geo.network import Network, Passage
from geo.travel_time import Origin

TOUCHING_M = 1e-3


def for_vehicles_alone(network: Network) -> Network:
    """The ways that may be driven, and nobody walks on them."""
    edges = tuple(replace(edge, foot=Passage.NONE) for edge in network.edges if edge.driven is not Passage.NONE)
    touched = {end for edge in edges for end in (edge.from_node, edge.to_node)}
    return replace(network, nodes=tuple(node for node in network.nodes if node.id in touched), edges=edges)


def driving(network: Network, nodes: Sequence[str]) -> list[Origin]:
    """Crews that sit in their vehicles at those of these nodes that a road touches."""
    crews = []
    for node in nodes:
        found = network.node(node)
        (road,) = network.snap_index.nearest_on_road(np.array([found.lon]), np.array([found.lat]))
        if road is not None and road.distance_m < TOUCHING_M:
            at = LonLat(found.lon, found.lat)
            crews.append(Origin(id=node, lon=found.lon, lat=found.lat, vehicle=at))
    return crews
