"""What was done, looked at afterwards from a shell: a client of the service's API like any other."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from dispatch import figures_table, shadow_table
from dispatch.figures import Row, Step
from dispatch.ways import Out, Refused, Service, common

DIFFERS = 3
"""How ``replay`` exits where something comes out otherwise."""


# --- a decision made again ---


def add_replay_arguments(parser: argparse.ArgumentParser) -> None:
    common(parser)
    parser.epilog = (
        "Exits with 0 when it comes out the same, 3 when it does not, 1 when it cannot be asked. "
        "结果一致退出码为 0,不一致为 3,无法查询为 1。"
    )
    parser.add_argument("decision", type=UUID, help="its id, as an order names it / 决策编号,派警单上有")
    parser.add_argument("--json", action="store_true", help="all that the service answers / 输出完整 JSON")
    parser.set_defaults(act=_replay)


def _replay(service: Service, args: argparse.Namespace, out: Out) -> int:
    told = service.read(f"/api/decisions/{args.decision}/replay")
    if args.json:
        out(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for line in _replay_lines(service, told):
            out(line)
    return 0 if told["same"] else DIFFERS


def _replay_lines(service: Service, told: Mapping[str, Any]) -> list[str]:
    stamp, found = told["network_version"], told["differences"]
    ground = service.say(
        f"路网 {stamp['network']},封闭 {len(told['closures'])} 条,路况 {stamp['conditions']},速度表 {stamp['speeds']}",
        f"network {stamp['network']}, {len(told['closures'])} closures, conditions {stamp['conditions']},"
        f" speeds {stamp['speeds']}",
    )
    number, at = told["incident_number"], told["at"]
    code, now = told["code_version"], told["code_version_now"]
    verdict = (
        service.say(f"{len(found)} 处不同", f"{len(found)} differences") if found else service.say("一致", "the same")
    )
    return [
        service.say(f"{number} 号警情 {at}", f"incident #{number} {at}"),
        ground,
        service.say(f"代码 {code},现在 {now}", f"code {code}, now {now}"),
        verdict,
        *(f"  {each['unit'] or ''} {each['what']}: {_change(each)}" for each in found),
    ]


def _change(each: Mapping[str, Any]) -> str:
    return f"{_short(each['stored'])} → {_short(each['recomputed'])}"


def _short(value: Any) -> str:
    """Legs are many: how many, and how long they take; everything else as it is."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return f"{len(value)} ({sum(each['time_s'] for each in value):.0f} s)"
    return json.dumps(value, ensure_ascii=False)


# --- how long help took ---


def add_response_arguments(parser: argparse.ArgumentParser) -> None:
    common(parser)
    parser.epilog = (
        "Days are of the area's calendar, both included; the last 30 if none are said. Shares: Wilson's interval;"
        " percentiles: Kaplan-Meier over the raw times with Brookmeyer and Crowley's interval; all of 95 %."
        " 日期按区域当地历,首尾均含;不填为最近 30 天。"
    )
    parser.add_argument("--from", dest="from_", metavar="DAY", help="first day, 2026-10-01 / 首日")
    parser.add_argument("--to", metavar="DAY", help="last day / 末日")
    parser.add_argument("--exercise", type=UUID, help="of this exercise alone / 只统计该演练")
    parser.add_argument(
        "--by",
        choices=figures_table.SORTED_BY,
        default="all",
        help="what is shown (all); the files hold everything / 显示分组",
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the table, for spreadsheets / 写出表格")
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help="write a picture, .png .svg .pdf; needs the planning extra / 写出图"
    )
    parser.set_defaults(act=_response)


def _response(service: Service, args: argparse.Namespace, out: Out) -> int:
    asked = {"from": args.from_, "to": args.to, "exercise": args.exercise}
    query = urlencode({name: str(value) for name, value in asked.items() if value is not None})
    told = service.read(f"/api/reports/response?{query}")
    rows, curve = msgspec.convert(told["rows"], list[Row]), msgspec.convert(told["curve"], list[Step])
    first, last, left = told["from_day"], told["to_day"], told["left"]
    out(service.say(f"{first} 至 {last}", f"{first} to {last}"))
    for line in figures_table.lines([each for each in rows if each.by == args.by], service.language):
        out(line)
    out(
        service.say(
            f"未计入:演练 {left['exercise']} 起,影子运行 {left['shadow']} 起,"
            f"到达前取消、移交或重复 {left['called_off']} 起",
            f"not counted: {left['exercise']} in exercises, {left['shadow']} in shadow,"
            f" {left['called_off']} called off, handed on or repeated before anybody came",
        )
    )
    if args.csv is not None:
        args.csv.write_bytes(figures_table.csv_of(rows, service.language))
    if args.plot is not None:
        _plot(service, args.plot, rows, curve, f"{first} – {last}")
    return 0


def _plot(service: Service, path: Path, rows: list[Row], curve: list[Step], title: str) -> None:
    from dispatch import figures_plot  # noqa: PLC0415  an extra that only this needs

    try:
        figures_plot.plot(path, rows, curve, title=title, language=service.language)
    except ImportError as error:
        raise Refused(
            service.say(
                "画图需要 planning 附加包:pip install 'rescue-circle[planning]'",
                "a picture needs the planning extra: pip install 'rescue-circle[planning]'",
            )
        ) from error
    except ValueError as error:
        raise Refused(service.say(f"--plot:{error}", f"--plot: {error}")) from error


# --- a desk in shadow ---


def add_shadow_arguments(parser: argparse.ArgumentParser) -> None:
    common(parser)
    parser.epilog = (
        "Days are of the area's calendar, both included; the last seven if none are said. Both times are of one stored"
        " decision; of those that went the one counts that would have been there first."
        " 日期按区域当地历,首尾均含;不填为最近七天。两个时间出自同一条已存决策。"
    )
    parser.add_argument("--from", dest="from_", metavar="DAY", help="first day, 2026-10-01 / 首日")
    parser.add_argument("--to", metavar="DAY", help="last day / 末日")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the table, for spreadsheets / 写出表格")
    parser.set_defaults(act=_shadow)


def _shadow(service: Service, args: argparse.Namespace, out: Out) -> int:
    asked = {name: value for name, value in (("from", args.from_), ("to", args.to)) if value is not None}
    told = service.read(f"/api/reports/shadow?{urlencode(asked)}")
    first, last, rows = told["from_day"], told["to_day"], told["rows"]
    out(service.say(f"{first} 至 {last}", f"{first} to {last}"))
    for line in shadow_table.lines(rows, told["totals"], service.zone, service.language):
        out(line)
    if args.csv is not None:
        args.csv.write_bytes(shadow_table.csv_of(rows, service.zone, service.language))
    return 0
