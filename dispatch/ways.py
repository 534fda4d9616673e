"""Ways closed and opened again, and conditions switched, from a shell: a client of the service's API like any other."""

import argparse
import getpass
import http.client
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4
from zoneinfo import ZoneInfo

from dispatch.words import CLOSURE_MODES, said
from geo.closure import ClosureMode, Layer
from geo.coordinates import Datum
from geo.speed import EdgeClass

HTTP_S = 20.0
MOST_TRIES = 3
SHORT_ID = 8
"""So much of an id is shown, and enough to name a closure."""

Out = Callable[[str], None]


class Refused(Exception):
    """The service said no, or could not be asked; the message says what and why."""


# --- the command lines ---


def add_closures_arguments(parser: argparse.ArgumentParser) -> None:
    common(parser)
    acts = parser.add_subparsers(metavar="list | add | end", required=True)

    listing = acts.add_parser("list", help="those in force and to come / 正在生效的和将要生效的")
    listing.add_argument("--at", metavar="TIME", help="those that applied at that moment / 某一时刻生效的")
    listing.add_argument("--all", action="store_true", help="over ones too, the newest 1000 / 含已结束的")
    listing.set_defaults(act=_list)

    adding = acts.add_parser("add", help="close ways, or change how they are passed / 封闭路段或改变通行方式")
    what = adding.add_mutually_exclusive_group(required=True)
    what.add_argument("--edge", action="append", metavar="CODE", help="a way by its code; as many as wanted / 路段编码")
    what.add_argument("--kind", choices=[each.value for each in EdgeClass], help="all ways of a kind / 一类路段")
    what.add_argument(
        "--polygon",
        type=Path,
        metavar="FILE",
        help="what a GeoJSON polygon touches; needs --datum / 多边形内",
    )
    adding.add_argument("--datum", choices=[each.value for each in Datum], help="of the polygon / 多边形坐标系")
    adding.add_argument(
        "--layer", choices=[each.value for each in Layer], default="both", help="whom it concerns (both) / 对谁"
    )
    adding.add_argument(
        "--mode", choices=[each.value for each in ClosureMode], default="shut", help="what it does (shut) / 方式"
    )
    adding.add_argument("--factor", type=float, help="slow: all times so many times as long / 缓行倍数")
    adding.add_argument("--direction", choices=["forward", "backward"], help="one_way: along the way or against it")
    adding.add_argument("--delay-s", type=float, help="on_request: seconds until it is opened / 开放所需秒数")
    adding.add_argument("--from", dest="from_", metavar="TIME", help="begins then (now) / 开始时间")
    adding.add_argument("--until", metavar="TIME", help="is over then (when it is ended) / 结束时间")
    adding.add_argument("--reason", required=True, help="why / 原因")
    adding.set_defaults(act=_add)

    ending = acts.add_parser("end", help="open again what was closed / 解除封闭")
    ending.add_argument("closure", help="its id, or how it begins / 编号或其开头")
    ending.add_argument("--reason", help="why / 原因")
    ending.set_defaults(act=_end)


def add_conditions_arguments(parser: argparse.ArgumentParser) -> None:
    common(parser)
    acts = parser.add_subparsers(metavar="show | switch", required=True)
    showing = acts.add_parser("show", help="the present ones, those there are, the history / 当前路况、可选路况和记录")
    showing.set_defaults(act=_show)
    switching = acts.add_parser("switch", help="take all times under others from now on / 切换路况")
    switching.add_argument("profile", help="such as rain, night+storm, normal")
    switching.add_argument("--reason", required=True, help="why / 原因")
    switching.set_defaults(act=_switch)


def common(parser: argparse.ArgumentParser) -> None:
    """What every command asks that is a client of the service."""
    parser.epilog = (
        "TIME is ISO 8601, in the area's own time zone unless it says another: 2026-11-23T18:00. "
        "时间按 ISO 8601 填写,不写时区即为区域当地时间。"
    )
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the service (http://127.0.0.1:8000) / 服务地址")
    parser.add_argument("--login", default="operator", help="who does it (operator) / 账号")
    parser.add_argument("--password", help="else DISPATCH_PASSWORD, else it is asked for / 密码")
    parser.add_argument("--language", choices=("zh", "en"), default="zh", help="of what is shown (zh) / 显示语言")


def run(args: argparse.Namespace, out: Out = print) -> int:
    """Do what was asked, and answer what that says, else 0; 1 when the service says no or is away."""
    try:
        password = args.password or os.environ.get("DISPATCH_PASSWORD")
        if password is None:
            password = getpass.getpass(said(("密码: ", "Password: "), args.language))
        with signed_in(args.url, args.login, password, args.language) as service:
            return args.act(service, args, out) or 0
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1


# --- the service ---


class Service:
    """The API under one session; ``zone`` is the area's own."""

    def __init__(self, url: str, language: str) -> None:
        self.url, self.language = url.rstrip("/"), language
        self.zone = ZoneInfo("UTC")
        self.token: str | None = None

    def say(self, zh: str, en: str) -> str:
        return said((zh, en), self.language)

    def read(self, path: str) -> Any:
        return self._ask("GET", path)

    def ask(self, path: str, body: Mapping[str, Any]) -> Any:
        """A question that takes a body; nothing is done by it."""
        return self._ask("POST", path, body)

    def write(self, path: str, body: Mapping[str, Any]) -> Any:
        """Sent under one id until it is answered, so that it is done once."""
        return self._ask("POST", path, {"id": str(uuid4()), **body})

    def sign_in(self, login: str, password: str) -> None:
        session = self._ask("POST", "/api/session", {"login": login, "password": password})
        self.token, self.zone = session["token"], ZoneInfo(session["time_zone"])

    def sign_out(self) -> None:
        self._ask("DELETE", "/api/session")

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        for tries_left in range(MOST_TRIES - 1, -1, -1):
            try:
                return self._ask_once(method, path, body)
            except urllib.error.HTTPError as error:
                if error.code == HTTPStatus.SERVICE_UNAVAILABLE and tries_left:
                    continue
                raise Refused(_refusal(error)) from error
            except (OSError, http.client.HTTPException) as error:
                if not tries_left:
                    why = self.say(f"无法连接 {self.url}:{error}", f"{self.url} cannot be reached: {error}")
                    raise Refused(why) from error
        raise AssertionError("the last try answers or raises")

    def _ask_once(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        headers = {"Accept-Language": self.language, "Content-Type": "application/json"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(  # noqa: S310 - the address is the caller's own
            f"{self.url}{path}",
            method=method,
            headers=headers,
            data=None if body is None else json.dumps(body).encode(),
        )
        with urllib.request.urlopen(request, timeout=HTTP_S) as answer:  # noqa: S310
            content = answer.read()
        return json.loads(content) if content else None


@contextmanager
def signed_in(url: str, login: str, password: str, language: str) -> Iterator[Service]:
    service = Service(url, language)
    service.sign_in(login, password)
    try:
        yield service
    finally:
        service.sign_out()


def _refusal(error: urllib.error.HTTPError) -> str:
    try:
        told = json.loads(error.read())
        return f"{told['field']}: {told['message']}" if told.get("field") else str(told["message"])
    except (ValueError, KeyError, TypeError, OSError, http.client.HTTPException):
        return f"HTTP {error.code}"


# --- closures ---


def _list(service: Service, args: argparse.Namespace, out: Out) -> None:
    query = "?all=true" if args.all else ""
    if args.at is not None:
        query += f"{'&' if query else '?'}at={quote(moment(service, args.at, '--at'))}"
    closures = service.read(f"/api/closures{query}")["items"]
    for each in closures:
        out(_line(service, each))
    if not closures:
        out(service.say("没有封闭", "nothing is closed"))


def _add(service: Service, args: argparse.Namespace, out: Out) -> None:
    body = {
        "edges": args.edge,
        "kind": args.kind,
        "polygon": None if args.polygon is None else _polygon(service, args.polygon, args.datum),
        "layer": args.layer,
        "mode": args.mode,
        "factor": args.factor,
        "direction": args.direction,
        "delay_s": args.delay_s,
        "from": None if args.from_ is None else moment(service, args.from_, "--from"),
        "until": None if args.until is None else moment(service, args.until, "--until"),
        "reason": args.reason,
    }
    made = service.write("/api/closures", {name: value for name, value in body.items() if value is not None})
    out(_line(service, made))


def _end(service: Service, args: argparse.Namespace, out: Out) -> None:
    named = [each for each in service.read("/api/closures")["items"] if each["id"].startswith(args.closure.lower())]
    if len(named) != 1:
        raise Refused(
            service.say(
                f"有 {len(named)} 条未结束的封闭以 {args.closure} 开头",
                f"{len(named)} closures that are not over begin with {args.closure}",
            )
        )
    body = {} if args.reason is None else {"reason": args.reason}
    out(_line(service, service.write(f"/api/closures/{named[0]['id']}/end", body)))


def _line(service: Service, each: Mapping[str, Any]) -> str:
    """One closure: how it is named, what it does to what, when, why and by whom."""
    since, until, ended = (shown(service, each[name]) for name in ("from", "until", "ended_at"))
    if ended is not None:
        during = service.say(f"{since} 起,{ended} 已解除", f"from {since}, ended {ended}")
    elif until is not None:
        during = service.say(f"{since} 至 {until}", f"from {since} until {until}")
    else:
        during = service.say(f"{since} 起", f"from {since}")
    mode = said(CLOSURE_MODES[each["mode"]], service.language)
    layer = {"both": "", "foot": service.say("(步行)", " (on foot)"), "vehicle": service.say("(车辆)", " (vehicles)")}
    name = service.say(each["name_zh"], each["name_en"])
    parts = [each["id"][:SHORT_ID], f"{mode}{layer[each['layer']]}", name, during, f"{each['reason']} — {each['by']}"]
    return "  ".join(parts)


def moment(service: Service, text: str, option: str) -> str:
    """An instant as the service takes it. Raises ``Refused`` for what is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(
            service.say(f"{option}: {text!r} 不是 ISO 8601 时间", f"{option}: {text!r} is no ISO 8601 time")
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=service.zone)).isoformat()


def shown(service: Service, moment: str | None) -> str | None:
    """A moment as the area's clock has it."""
    return None if moment is None else f"{datetime.fromisoformat(moment).astimezone(service.zone):%m-%d %H:%M}"


def _polygon(service: Service, path: Path, datum: str | None) -> dict[str, Any]:
    if datum is None:
        raise Refused(service.say("多边形须用 --datum 说明坐标系", "a polygon needs its --datum"))
    try:
        shape = json.loads(path.read_text("utf-8"))
        while shape.get("type") in ("FeatureCollection", "Feature"):
            shape = shape["features"][0] if shape["type"] == "FeatureCollection" else shape["geometry"]
        outer, *holes = shape["coordinates"] if shape["type"] == "Polygon" else [[], []]
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Refused(service.say(f"无法读取 {path}:{error}", f"{path} cannot be read: {error}")) from error
    if not outer or holes:
        raise Refused(service.say(f"{path} 不是一个无孔的多边形", f"{path} is not one polygon without holes"))
    return {"ring": [point[:2] for point in outer], "datum": datum}


# --- conditions ---


def _show(service: Service, _: argparse.Namespace, out: Out) -> None:
    told = service.read("/api/conditions")
    out(_switched(service, told["now"]))
    known: Sequence[Mapping[str, Any]] = told["known"]
    names = ", ".join(f"{each['name']} {service.say(each['name_zh'], each['name_en'])}" for each in known)
    out(service.say(f"可选: normal 正常, {names}", f"there are: normal, {names}"))
    for each in told["history"][1:]:
        out(f"  {_switched(service, each)}")


def _switch(service: Service, args: argparse.Namespace, out: Out) -> None:
    out(_switched(service, service.write("/api/conditions", {"profile": args.profile, "reason": args.reason})))


def _switched(service: Service, each: Mapping[str, Any]) -> str:
    name = f"{each['profile']} {service.say(each['name_zh'], each['name_en'])}"
    if each["at"] is None:
        return name
    return f"{name}  {shown(service, each['at'])}  {each['reason']} — {each['by']}"
