"""What was done, looked at afterwards from a shell: a client of the service's API like any other."""

import argparse
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from dispatch.ways import Out, Service, common

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
