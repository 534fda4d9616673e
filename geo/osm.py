"""OpenStreetMap files (.osm.pbf, .osm, .osm.gz …) as drawn ways: what crews drive, walk and ride."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import osmium
from osmium.filter import KeyFilter
from osmium.osm import Node, Way

from geo.assembly import Account, DrawnWay, Progress, Spot, runs
from geo.coordinates import Floats
from geo.osm_tags import ASSUMED, Assumed, Dropped, bars, names, traits

WAYS = ("highway", "aerialway", "railway", "route", "ferry")
NODES = ("barrier", "aerialway", "name")
CREDIT = "© OpenStreetMap contributors, ODbL"


class UnreadableMap(ValueError):
    """The file is no OpenStreetMap data; the message names it and the fault."""


def read(
    path: Path,
    account: Account,
    assumed: Assumed = ASSUMED,
    progress: Progress = lambda step, share: None,
) -> tuple[list[DrawnWay], dict[str, Spot]]:
    """The ways of the file and what is known of their nodes; `account` takes what is read and dropped. Raises
    `UnreadableMap`."""
    progress("reading", 0.0)
    ways: list[DrawnWay] = []
    spots: dict[str, Spot] = {}
    stations: set[str] = set()
    try:
        found = osmium.FileProcessor(str(path)).with_locations().with_filter(KeyFilter(*WAYS, *NODES))
        for thing in found:
            if isinstance(thing, Node):
                account.read["nodes"] += 1
                _node(thing, spots, stations)
            elif isinstance(thing, Way) and any(key in thing.tags for key in WAYS):
                account.read["ways"] += 1
                ways += _way(thing, account, assumed)
    except (RuntimeError, OSError) as error:
        raise UnreadableMap(f"{path}: {error}") from error
    if not account.read["ways"]:
        raise UnreadableMap(f"{path}: there is no road, path or lift in it")
    at_stations = frozenset(stations)
    return [_stopping(way, at_stations) for way in ways], spots


def _node(node: Node, spots: dict[str, Spot], stations: set[str]) -> None:
    tags = dict(node.tags)
    name = f"osm:node/{node.id}"
    if tags.get("aerialway") == "station":
        stations.add(name)
    cars, feet = bars(tags)
    name_zh, name_en = names(tags)
    if cars or feet or name_zh or name_en:
        spots[name] = Spot(name_zh=name_zh, name_en=name_en, stops_cars=cars, stops_feet=feet)


def _way(way: Way, account: Account, assumed: Assumed) -> Iterable[DrawnWay]:
    """The way, in pieces where nodes of it are not in the file."""
    name = f"osm:way/{way.id}"
    what = traits(dict(way.tags), assumed)
    if isinstance(what, Dropped):
        account.drop(what, name)
        return
    here = np.array([node.location.valid() for node in way.nodes] or [False])
    if not here.all():
        missing = ", ".join(f"osm:node/{node.ref}" for node in way.nodes if not node.location.valid())
        account.drop(Dropped.MISSING_NODES, f"{name} ({missing})")
    refs = [(node.ref, node.x, node.y) for node in way.nodes]
    source = f"{CREDIT}: way {way.id} v{way.version}"
    for start, end in runs(here):
        run = refs[start:end]
        yield DrawnWay(
            id=name,
            vertices=tuple(f"osm:node/{ref}" for ref, _, _ in run),
            points=_degrees(run),
            traits=what,
            source=source,
            first=start,
        )


def _degrees(run: list[tuple[int, int, int]]) -> Floats:
    """OSM's whole ten-millionths as degrees."""
    return np.array([(x, y) for _, x, y in run], dtype=np.float64) / 1e7


def _stopping(way: DrawnWay, stations: frozenset[str]) -> DrawnWay:
    """A lift with the stations in its midst."""
    mine = stations.intersection(way.vertices[1:-1]) if way.is_lift else frozenset()
    return replace(way, stations=mine) if mine else way
