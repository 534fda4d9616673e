"""What is wrong in an area's files: where, and why, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from geo.speed_files import SENTENCES as SENTENCES_OF_SPEEDS

SENTENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "no_file": ("缺少文件 {name}", "the file {name} is missing"),
        "two_files": ("同一内容有多个文件:{names},只保留一个", "several files hold the same rows: {names}; keep one"),
        "unreadable": ("无法读取:{why}", "cannot be read: {why}"),
        "encoding": ("既不是 UTF-8 也不是 GB18030 编码", "neither UTF-8 nor GB18030"),
        "no_column": ("缺少列 {name}", "the column {name} is missing"),
        "unknown_column": ("多余的列,将被忽略:{name}", "the column {name} is not known and is left out"),
        "required": ("不能为空", "must not be empty"),
        "not_a_number": ("“{value}”不是数字", "{value!r} is not a number"),
        "not_whole": ("“{value}”不是整数", "{value!r} is not a whole number"),
        "not_yes_no": ("“{value}”应为 true 或 false", "{value!r} is neither true nor false"),
        "not_a_clock": ("“{value}”不是时刻(如 08:00)", "{value!r} is not a time of day such as 08:00"),
        "not_needs": (
            "“{value}”应写作“人数 能力”,如 2 FA+AED; 4 STR",
            "{value!r} is not needs like 2 FA+AED; 4 STR",
        ),
        "not_hours": (
            "“{value}”不是开放时间(OSM opening_hours 写法)",
            "{value!r} is not opening hours as OSM writes them",
        ),
        "not_a_zone": ("“{value}”不是 IANA 时区名", "{value!r} is not an IANA time zone"),
        "not_metric": ("EPSG:{value} 不是以米为单位的投影", "EPSG:{value} is not a projection in metres"),
        "wrong_zone": (
            "EPSG:{value} 适用于东经 {west:g}–{east:g} 度,区域不在其中",
            "EPSG:{value} is made for {west:g} to {east:g} E, and the area lies elsewhere",
        ),
        "too_small": ("{value} 小于最小值 {least}", "{value} is less than {least}"),
        "too_large": ("{value} 大于最大值 {most}", "{value} is more than {most}"),
        "not_one_of": ("“{value}”不在允许的取值内:{known}", "{value!r} is not one of {known}"),
        "twice": ("与第 {first} 行重复:{value}", "{value} is already in row {first}"),
        "unknown": ("{sheet} 中没有“{value}”", "{value!r} is not in {sheet}"),
        "one_row": ("应只有一行,实有 {rows} 行", "must hold one row, not {rows}"),
        "no_datum": (
            "坐标没有注明基准(datum:WGS84、CGCS2000、GCJ02、BD09),拒绝猜测",
            "the point has no datum (WGS84, CGCS2000, GCJ02, BD09); none is guessed",
        ),
        "unknown_datum": ("未知的坐标基准“{value}”", "the datum {value!r} is not one of WGS84, CGCS2000, GCJ02, BD09"),
        "no_shape": ("没有几何图形", "has no geometry"),
        "wrong_shape": ("几何类型应为 {wanted},实为 {given}", "the geometry must be a {wanted}, not a {given}"),
        "broken_shape": ("图形无效:{why}", "the geometry is not valid: {why}"),
        "not_degrees": ("坐标不是经纬度(度)", "the coordinates are not degrees of longitude and latitude"),
        "overlap": (
            "与网格 {other} 重叠 {area_m2:.0f} 平方米(约 {lon:.6f}, {lat:.6f})",
            "overlaps cell {other} by {area_m2:.0f} m² (near {lon:.6f}, {lat:.6f})",
        ),
        "ragged": (
            "边界与相邻网格的顶点不一致(约 {lon:.6f}, {lat:.6f})",
            "its border does not match its neighbour's points (near {lon:.6f}, {lat:.6f})",
        ),
        "hole": (
            "边界内有 {area_m2:.0f} 平方米不属于任何网格(约 {lon:.6f}, {lat:.6f})",
            "{area_m2:.0f} m² inside the boundary belong to no cell (near {lon:.6f}, {lat:.6f})",
        ),
        "sticks_out": (
            "超出边界 {area_m2:.0f} 平方米(约 {lon:.6f}, {lat:.6f})",
            "reaches {area_m2:.0f} m² beyond the boundary (near {lon:.6f}, {lat:.6f})",
        ),
        "outside": ("位于边界外 {distance_m:.0f} 米", "lies {distance_m:.0f} m outside the boundary"),
        "outside_perhaps": (
            "位于边界外 {distance_m:.0f} 米;若基准为 {datum} 则在界内,请核对 datum",
            "lies {distance_m:.0f} m outside the boundary, but inside if its datum were {datum}: check the datum",
        ),
        "off_network": (
            "距最近道路或步道 {distance_m:.0f} 米,请核对位置与基准(GCJ-02 与 WGS-84 在中国相差数百米)",
            "lies {distance_m:.0f} m from any way: check position and datum (GCJ-02 is off by hundreds of metres)",
        ),
        "other_cell": ("位于网格 {given} 内,而非 {said}", "lies in cell {given}, not in {said}"),
        "wrong_code": ("不是 15 位数字编码(6+3+3+3)", "is not a code of 15 digits (6+3+3+3)"),
        "own_backup": ("责任分队不能同时是后备分队:{team}", "the owner {team} is also named as backup"),
        "same_twice": ("{value} 出现两次", "{value} is named twice"),
        "loop": ("起点与终点相同", "starts and ends at the same node"),
        "too_short": (
            "长度 {length_m:.0f} 米短于两端直线距离 {straight_m:.0f} 米",
            "its {length_m:.0f} m are less than the straight line of {straight_m:.0f} m between its ends",
        ),
        "dangling": (
            "线的{end}距节点 {node} {distance_m:.0f} 米",
            "its line's {end} lies {distance_m:.0f} m from node {node}",
        ),
        "climb": (
            "升降 {climb_m:+.0f} 米与两端高差 {rise_m:+.0f} 米不符",
            "climbs {climb_m:+.0f} m, but its ends differ by {rise_m:+.0f} m",
        ),
        "not_a_lift": ("{edge} 不是索道、电梯或轨道", "{edge} is not a cableway, lift or rail"),
        "no_lift": ("缺少运行信息(lifts)", "has no row in lifts"),
        "road_island": (
            "道路不与其他道路相连(车辆只能在其中行驶):{nodes}",
            "these roads are joined to no others, vehicles stay among them: {nodes}",
        ),
        "unreachable": ("与路网其余部分不相连:{nodes}", "nothing joins these to the rest of the network: {nodes}"),
        "lonely_node": ("没有任何路段相连", "no edge ends here"),
        "team_size": ("人数写为 {said},人员表中有 {counted} 人", "has {said} members, but {counted} are listed"),
        "other_team": ("属于 {given},而单元属于 {said}", "belongs to {given}, but the unit to {said}"),
        "no_owner_hour": (
            "责任分队 {team} 在周期第 {day} 日 {clock} 起无人值班",
            "its owner {team} has nobody on duty from {clock} on day {day} of the cycle",
        ),
        "no_backup_hour": (
            "后备分队 {team} 在周期第 {day} 日 {clock} 起均无人值班",
            "none of its backups {team} has anybody on duty from {clock} on day {day} of the cycle",
        ),
        "cycle_day": ("cycle_day {day} 不小于 cycle_days {days}", "cycle_day {day} is not less than cycle_days {days}"),
        "two_shifts": ("{member} 的班次与第 {first} 行重叠", "{member} is already on duty then by row {first}"),
        "unit_size": ("有一班只有 {people} 人(应为 2-6 人)", "has a shift of {people} (2-6 make a unit)"),
        "no_roster": ("没有值班安排,不会被派出", "is on no roster and will not be sent"),
        "no_driver": ("有车,但有一班无人具备 DRV", "has a vehicle, but a shift without DRV"),
        "no_card": ("没有处置预案", "has no run card"),
        **{code: SENTENCES_OF_SPEEDS[code] for code in ("too_fast", "not_kmh", "no_name")},
        "closes_nothing": (
            "“{value}”既不是道路类别,也不是 car、motorbike 或路段编码",
            "{value!r} is no class of edge, neither car nor motorbike, and no edge's code",
        ),
        "later": (
            "{value} 已有 {date} 起生效的版本,--from 不能更早",
            "{value} already has a version from {date}: use --from of that day or later",
        ),
        "kept": (
            "{value} 不再列出,但历史记录仍引用,予以保留",
            "{value} is listed no more, but rows of the past name it: it stays",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong. A fault that is only a ``warning`` does not keep the files from being loaded."""

    code: str
    file: str
    row: int | None = None
    column: str | None = None
    warning: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)

    def reason(self, language: str) -> str:
        """The fault in one sentence, Chinese for ``zh``, English for anything else."""
        chinese, english = SENTENCES[self.code]
        return (chinese if language.startswith("zh") else english).format(**self.facts)


class FaultyFiles(Exception):
    """The files cannot be loaded, and nothing was; ``faults`` says why."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__(f"{len(faults)} faults, the first: {faults[0].file}: {faults[0].reason('en')}")
