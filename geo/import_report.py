"""What an import read, dropped and assumed, and what the network came to: as text in two languages, and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from geo.assembly import Assembled, Island, Tally
from geo.network import Passage
from geo.osm_tags import Dropped, Noted

WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "read": ("已读取:{counts}", "read: {counts}"),
        "ways": ("线", "ways"),
        "nodes": ("有标签的点", "tagged nodes"),
        "features": ("要素", "features"),
        "network": (
            "路网:{nodes} 个节点,{edges} 条路段,{km:.1f} 公里",
            "network: {nodes} nodes, {edges} edges, {km:.1f} km",
        ),
        "class": ("  {name:<10} {edges:>6} 条 {km:>8.1f} 公里", "  {name:<10} {edges:>6} edges {km:>8.1f} km"),
        "driven": (
            "  可行车 {km:.1f} 公里,其中单行 {oneway:.1f} 公里",
            "  driven {km:.1f} km, {oneway:.1f} km of it one way",
        ),
        "climb": (
            "  高程 {low:.0f}–{high:.0f} 米,累计上升 {ascent:.0f} 米、下降 {descent:.0f} 米",
            "  heights {low:.0f} to {high:.0f} m, {ascent:.0f} m of ascent and {descent:.0f} m of descent in all",
        ),
        "no_terrain": (
            "  没有高程模型:高程按 0 计,台阶与步道的时间会偏短",
            "  no elevation model: heights are taken as 0, and times on stairs and paths will be too short",
        ),
        "dropped": ("未采用", "dropped"),
        "noted": ("假定与处理", "assumed or changed"),
        "item": ("  {count:>6} {reason}:{samples}", "  {count:>6} {reason}: {samples}"),
        "islands": (
            "孤岛:{count} 处与主体不相连(未写入,除非 --keep-islands)",
            "islands: {count} parts that nothing joins to the rest (left out unless --keep-islands)",
        ),
        "road_islands": (
            "道路孤岛:{count} 处只有步行或索道可达,车辆出不来",
            "road islands: {count} parts of road that no other road joins; a vehicle there stays there",
        ),
        "part": (
            "  {km:>7.2f} 公里,{edges} 条:{sample}({lon:.5f}, {lat:.5f})",
            "  {km:>7.2f} km, {edges} edges: {sample} ({lon:.5f}, {lat:.5f})",
        ),
        "more": ("  …另有 {count} 处", "  … and {count} more"),
        Dropped.NOT_A_WAY: ("不是可通行的道路", "no way that is driven, walked or ridden"),
        Dropped.NOT_BUILT: ("未建成或已废弃", "not built yet, or abandoned"),
        Dropped.CLIMBING: ("攀登路线", "a climbing route"),
        Dropped.NO_ACCESS: ("禁止车辆和行人", "shut to feet and vehicles"),
        Dropped.TOO_SHORT: ("不足两点", "fewer than two points"),
        Dropped.MISSING_NODES: ("文件中缺少节点", "nodes of it are not in the file"),
        Dropped.OUTSIDE: ("在区域之外", "outside the area"),
        Dropped.ISLAND: ("与其余路网不相连", "joined to nothing else"),
        Dropped.NO_GEOMETRY: ("没有线形", "no line"),
        Dropped.UNKNOWN_CLASS: ("类别不在对照表中", "its class is not in the mapping"),
        Noted.HOURS_ASSUMED: ("未注明开放时间,按默认", "no opening hours: the default is taken"),
        Noted.HOURS_UNREADABLE: ("开放时间无法识别,按默认", "opening hours that cannot be read: the default is taken"),
        Noted.SPEED_ASSUMED: ("未注明运行时间或速度,按类型常用值", "no duration or speed: usual for its kind"),
        Noted.HEADWAY_ASSUMED: ("未注明运力,发车间隔按类型常用值", "no capacity: the headway usual for its kind"),
        Noted.MAX_SPEED_UNREADABLE: ("限速无法识别,不采用", "a speed limit that cannot be read is left out"),
        Noted.ALTERNATING: ("交替单行,按双向", "alternately one way, taken as both"),
        Noted.SKIERS_ONLY: ("仅供滑雪者,保留但不可乘", "for skiers only: kept, but nobody rides it"),
        Noted.FREIGHT_ONLY: ("仅供货物,保留但不可乘", "for goods only: kept, but nobody rides it"),
        Noted.CARS_ON_FERRY: ("汽车轮渡,仅按人员计", "a car ferry: people only"),
        Noted.BARRIER: ("障碍成为单独路段", "a barrier became an edge of its own"),
        Noted.BARRIER_AT_JUNCTION: ("路口处的障碍,未采用", "a barrier at a junction is not applied"),
        Noted.LINKED: ("站点接到最近道路", "a station joined to the nearest way"),
        Noted.NO_HEIGHT: ("部分超出高程模型", "partly beyond the elevation model"),
        Noted.STEPS_COUNTED: ("升降按台阶级数", "climb taken from its number of steps"),
        Noted.RIM: ("面状区域,只走边缘", "an area, of which the rim is walked"),
        Noted.CROSSING_APART: ("两线相交但无公共点,未连接", "lines that cross without a common point are not joined"),
    }
)

MOST_ISLANDS = 10


def text(done: Assembled, language: str, *, terrain: bool) -> str:
    """The report as lines of text."""

    def say(word: str, **facts: object) -> str:
        return WORDS[word][1 if language == "en" else 0].format(**facts)

    network = done.network
    counts = ", ".join(f"{count} {say(what)}" for what, count in sorted(done.account.read.items()))
    km = sum(edge.length_m for edge in network.edges) / 1000
    lines = [
        say("read", counts=counts),
        say("network", nodes=len(network.nodes), edges=len(network.edges), km=km),
    ]
    for name, (edges, length_m) in sorted(_classes(done).items()):
        lines.append(say("class", name=name, edges=edges, km=length_m / 1000))
    driven = [edge for edge in network.edges if edge.driven is not Passage.NONE]
    oneway = [edge for edge in driven if edge.driven is not Passage.BOTH]
    lines.append(say("driven", km=_km(driven), oneway=_km(oneway)))
    lines.append(_heights(done, say) if terrain and network.nodes else say("no_terrain"))
    for title, tallies in (("dropped", done.account.dropped), ("noted", done.account.noted)):
        if tallies:
            lines.append(say(title))
            lines += [_item(say, str(what), tally) for what, tally in sorted(tallies.items())]
    for title, parts in (("islands", done.islands), ("road_islands", done.road_islands)):
        if parts:
            lines += [say(title, count=len(parts)), *_parts(say, parts)]
    return "\n".join(lines)


def as_json(done: Assembled) -> str:
    """The same for programs, complete."""
    network = done.network
    told: dict[str, Any] = {
        "network": {"code": network.code, "srid": network.srid},
        "nodes": len(network.nodes),
        "edges": len(network.edges),
        "classes": {name: {"edges": edges, "length_m": round(m, 1)} for name, (edges, m) in _classes(done).items()},
        "read": dict(done.account.read),
        "dropped": {str(why): asdict(tally) for why, tally in sorted(done.account.dropped.items())},
        "noted": {str(what): asdict(tally) for what, tally in sorted(done.account.noted.items())},
        "islands": [asdict(part) for part in done.islands],
        "road_islands": [asdict(part) for part in done.road_islands],
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _classes(done: Assembled) -> dict[str, tuple[int, float]]:
    edges: Counter[str] = Counter(edge.edge_class.value for edge in done.network.edges)
    length_m: Counter[str] = Counter()
    for edge in done.network.edges:
        length_m[edge.edge_class.value] += edge.length_m  # type: ignore[assignment]  # metres, not counts
    return {name: (count, float(length_m[name])) for name, count in edges.items()}


def _km(edges: Any) -> float:
    return float(sum(edge.length_m for edge in edges)) / 1000


def _heights(done: Assembled, say: Any) -> str:
    heights = [node.elevation_m for node in done.network.nodes]
    return str(
        say(
            "climb",
            low=min(heights),
            high=max(heights),
            ascent=sum(edge.ascent_m for edge in done.network.edges),
            descent=sum(edge.descent_m for edge in done.network.edges),
        )
    )


def _item(say: Any, what: str, tally: Tally) -> str:
    more = ", …" if tally.count > len(tally.samples) else ""
    return str(say("item", count=tally.count, reason=say(what), samples=", ".join(tally.samples) + more))


def _parts(say: Any, parts: tuple[Island, ...]) -> list[str]:
    largest = sorted(parts, key=lambda part: -part.length_m)[:MOST_ISLANDS]
    lines = [
        say("part", km=part.length_m / 1000, edges=part.edges, sample=part.sample, lon=part.lon, lat=part.lat)
        for part in largest
    ]
    return lines if len(parts) <= MOST_ISLANDS else [*lines, say("more", count=len(parts) - MOST_ISLANDS)]
