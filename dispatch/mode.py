"""How an area is run, shown and switched from a shell: a client of the service's API like any other."""

import argparse
from collections.abc import Mapping
from typing import Any

from dispatch.shadow import Mode
from dispatch.ways import Out, Service, common, shown
from dispatch.words import Pair, said

NAMES: dict[Mode, Pair] = {Mode.LIVE: ("正式运行", "live"), Mode.SHADOW: ("影子运行", "shadow")}

MEANS: dict[Mode, Pair] = {
    Mode.LIVE: (
        "此后接报的警情照常派警：命令发到队员手机，未确认的会追呼",
        "what is reported from now on is run by orders: they go to the crews' phones and are chased",
    ),
    Mode.SHADOW: (
        "此后接报的警情由对讲指挥：系统只推荐并记录，不派警、不追呼",
        "what is reported from now on is run by radio: the system advises and keeps count, sends and chases nobody",
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common(parser)
    acts = parser.add_subparsers(metavar="show | switch", required=True)
    showing = acts.add_parser("show", help="the present mode and the history / 当前运行方式和记录")
    showing.set_defaults(act=_show)
    switching = acts.add_parser("switch", help="run what is reported from now on so; a supervisor's / 切换(值班长)")
    switching.add_argument("mode", choices=[each.value for each in Mode], help="live 正式 | shadow 影子")
    switching.add_argument("--reason", required=True, help="why / 原因")
    switching.set_defaults(act=_switch)


def _show(service: Service, _: argparse.Namespace, out: Out) -> None:
    told = service.read("/api/mode")
    out(_line(service, told["now"]))
    out(_still_open(service, told))
    for each in told["history"][1:]:
        out(f"  {_line(service, each)}")


def _switch(service: Service, args: argparse.Namespace, out: Out) -> None:
    now = service.write("/api/mode", {"mode": args.mode, "reason": args.reason})
    out(_line(service, now))
    out(said(MEANS[Mode(now["mode"])], service.language))
    out(_still_open(service, service.read("/api/mode")))


def _still_open(service: Service, told: Mapping[str, Any]) -> str:
    return service.say(
        f"未结警情保持受理时的方式：影子 {told['open_shadow']} 起，正式 {told['open_live']} 起",
        f"open incidents stay as they were taken: {told['open_shadow']} in shadow, {told['open_live']} live",
    )


def _line(service: Service, each: Mapping[str, Any]) -> str:
    name = said(NAMES[Mode(each["mode"])], service.language)
    if each["at"] is None:
        return name
    return f"{name}  {shown(service, each['at'])}  {each['reason']} — {each['by']}"
