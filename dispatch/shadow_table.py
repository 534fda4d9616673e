"""A desk in shadow compared: a table for a spreadsheet and lines for a shell, in the reader's language."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dispatch.shadow import Verdict
from dispatch.spreadsheet import spreadsheet
from dispatch.words import Pair, said

VERDICTS: dict[Verdict, Pair] = {
    Verdict.SAME: ("选择相同", "same choice"),
    Verdict.OTHER: ("选择不同", "another choice"),
    Verdict.NOT_WEIGHED: ("出动者不在候选单元中", "who went was not among the candidates"),
    Verdict.NOT_TIMED: ("出动单元当时无法计时", "the unit that went could not be timed"),
    Verdict.NOBODY_CHOSEN: ("系统无人可派", "the system would have had nobody to send"),
    Verdict.NOT_DECIDED: ("未定位，系统未作选择", "never located, so nothing was decided"),
    Verdict.NOT_LOGGED: ("未记录谁出动", "nobody logged who went"),
}

_HEADS: tuple[Pair, ...] = (
    ("警情号", "incident"),
    ("接报时间", "reported at"),
    ("类型", "type"),
    ("级别", "priority"),
    ("地点", "place"),
    ("实际出动", "went"),
    ("比较的单元", "compared unit"),
    ("其到达秒数", "its seconds to the patient"),
    ("系统会选", "the system's choice"),
    ("其到达秒数（系统）", "the choice's seconds to the patient"),
    ("多用秒数", "seconds lost"),
    ("结果", "result"),
    ("决策编号", "decision"),
)


def csv_of(rows: Sequence[Mapping[str, Any]], zone: ZoneInfo, language: str) -> bytes:
    """One line an incident of the report; seconds as plain numbers, what is not known empty, never 0."""
    return spreadsheet([[said(head, language) for head in _HEADS], *(_cells(row, zone, language) for row in rows)])


def _cells(row: Mapping[str, Any], zone: ZoneInfo, language: str) -> list[str]:
    of = row["compared"]
    return [
        str(row["number"]),
        _local(row["reported_at"], zone),
        _name(row["type"], language),
        row["priority"] or "",
        said((row["place_zh"] or "", row["place_en"] or ""), language),
        ", ".join(each["name"] for each in row["went"]),
        of["went"] or "",
        _number(of["went_eta_s"]),
        of["chosen"] or "",
        _number(of["chosen_eta_s"]),
        _number(of["lost_s"]),
        said(VERDICTS[Verdict(of["verdict"])], language),
        str(row["decision"] or ""),
    ]


def lines(rows: Sequence[Mapping[str, Any]], totals: Mapping[str, Any], zone: ZoneInfo, language: str) -> list[str]:
    """One line an incident, then what they come to."""
    return [*(_line(row, zone, language) for row in rows), *_sums(totals, language)]


def _line(row: Mapping[str, Any], zone: ZoneInfo, language: str) -> str:
    of = row["compared"]
    parts = [
        f"#{row['number']}",
        _local(row["reported_at"], zone),
        f"{said(('出动', 'went'), language)} {of['went'] or '-'} {minutes(of['went_eta_s'])}",
        f"{said(('系统', 'system'), language)} {of['chosen'] or '-'} {minutes(of['chosen_eta_s'])}",
        said(VERDICTS[Verdict(of["verdict"])], language),
    ]
    return "  ".join([*parts, *([] if of["lost_s"] is None else [f"{of['lost_s'] / 60:+.1f} min"])])


def _sums(of: Mapping[str, Any], language: str) -> list[str]:
    share = "-" if of["same_share"] is None else f"{of['same_share']:.0%}"
    missing = ", ".join(
        f"{said(VERDICTS[each], language)} {of[each.value]}"
        for each in Verdict
        if each not in (Verdict.SAME, Verdict.OTHER) and of[each.value]
    )
    zh = (
        f"共 {of['n']} 起，相同 {of['same']}，不同 {of['other']}，相同率 {share}；"
        f"多用时间（{of['timed']} 起）中位 {minutes(of['median_lost_s'])}，P90 {minutes(of['p90_lost_s'])}"
    )
    en = (
        f"n = {of['n']}, same {of['same']}, other {of['other']}, share of the same {share};"
        f" time lost ({of['timed']} timed) median {minutes(of['median_lost_s'])}, P90 {minutes(of['p90_lost_s'])}"
    )
    return [said((zh, en), language), *([missing] if missing else [])]


def minutes(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds / 60:.1f} min"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _name(of: Mapping[str, Any] | None, language: str) -> str:
    return "" if of is None else said((of["name_zh"], of["name_en"]), language)


def _local(moment: datetime | str, zone: ZoneInfo) -> str:
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
