"""An order in words, as a crew reads it, and what a crew types to answer it; Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType

from dispatch.assignment import Step
from dispatch.server import wire
from dispatch.words import STATES, STEPS, Pair, said

LEGS: Mapping[str, Pair] = MappingProxyType(
    {
        "drive": ("驾车", "drive"),
        "walk": ("步行", "walk"),
        "cableway": ("乘索道", "cableway"),
        "lift": ("乘电梯", "lift"),
        "rail": ("乘小火车", "rail"),
        "ferry": ("乘船", "boat"),
        "wait": ("等候", "wait"),
        "board": ("上车", "board"),
        "leave": ("停车取装备", "park and take the kit"),
    }
)


def minutes(seconds: float, language: str) -> str:
    """Whole minutes, rounded up, so that nobody is promised to be there sooner; never 0."""
    whole = max(1, -(-int(seconds + 0.999) // 60))
    return said((f"{whole} 分钟", f"{whole} min"), language)


def order_lines(order: wire.Order, language: str) -> list[str]:
    """What the crew must know, most urgent first: which incident, where, who called, how to get there."""
    zh = language.startswith("zh")
    priority = f" {order.priority}" if order.priority else ""
    drill = said(("【演练】", "[EXERCISE] "), language) if order.exercise else ""
    kind = _name(order.type, language) or said(("类型未知", "type unknown"), language)
    lines = [
        drill
        + said(
            (f"{order.incident_number} 号警情{priority} {kind}", f"#{order.incident_number}{priority} {kind}"), language
        )
    ]
    lines.append(said(("地点: ", "Place: "), language) + _place(order, language))
    caller = _caller(order.caller)
    if caller:
        lines.append(said(("呼叫人: ", "Caller: "), language) + caller)
    for note in order.notes:
        lines.append(said(("说明: ", "Said: "), language) + note)
    way = [_leg(leg, language) for leg in order.legs]
    if way:
        lines.append(said(("路线: ", "Way: "), language) + ("，".join(way) if zh else ", ".join(way)))
    lines.append(_eta(order, language))
    return lines


def state_line(order: wire.Order, language: str) -> str:
    """How far the crew has got with it, as the service knows."""
    return said(("状态: ", "State: "), language) + said(STATES[order.state], language)


def _eta(order: wire.Order, language: str) -> str:
    target = ""
    if order.target_s is not None:
        goal = minutes(order.target_s, language)
        target = said((f"(目标:接报后 {goal})", f" (target: {goal} after the report)"), language)
    if order.eta_s is None:
        return said(("预计用时不明", "travel time unknown"), language) + target
    return said(("预计 ", "ETA "), language) + minutes(order.eta_s, language) + target


def _name(named: wire.Named | None, language: str) -> str:
    return "" if named is None else said((named.name_zh, named.name_en), language)


def _place(order: wire.Order, language: str) -> str:
    place = order.place
    if place is None:
        return said(("未定位", "not located"), language)
    name = said((place.name_zh or "", place.name_en or ""), language) or place.words or ""
    point = "" if place.point is None else f"{place.point.lat:.5f},{place.point.lon:.5f}"
    cell = "" if order.cell is None else f"{_name(order.cell, language)} {order.cell.code}"
    return " · ".join(part for part in (name, cell, point) if part)


def _caller(caller: wire.Caller | None) -> str:
    if caller is None:
        return ""
    return " ".join(part for part in (caller.name, caller.phone, caller.language) if part)


def _leg(leg: wire.Leg, language: str) -> str:
    mode = said(LEGS.get(leg.mode, (leg.mode, leg.mode)), language)
    time = minutes(leg.time_s, language)
    if leg.mode in ("wait", "board", "leave"):
        return f"{mode} {time}"
    to = said((f"到{leg.to}" if leg.to else "", f" to {leg.to_en}" if leg.to_en else ""), language)
    far = f" {leg.length_m:.0f} {said(('米', 'm'), language)}" if leg.mode == "walk" else ""
    up = said((f" 上升 {leg.climb_m:.0f} 米", f" up {leg.climb_m:.0f} m"), language) if leg.climb_m >= 1 else ""
    return f"{mode}{far}{up} {time}{to}"


# --- what a crew types ---


class Word(Enum):
    """What may be typed that is no step."""

    HELP = "help"
    ORDERS = "orders"
    QUIT = "quit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A step for an order; ``number`` names the incident, None the newest open order."""

    step: Step
    number: int | None
    note: str | None


TYPED: Mapping[Step, Sequence[str]] = MappingProxyType(
    {
        Step.ACKNOWLEDGE: ("a", "ack", "acknowledge", "接受", "收到", "接警"),
        Step.DECLINE: ("d", "decline", "拒绝"),
        Step.EN_ROUTE: ("e", "en_route", "go", "出发"),
        Step.ON_SCENE: ("o", "on_scene", "到场", "到达"),
        Step.AT_PATIENT: ("p", "at_patient", "到伤者", "到伤者身边", "见到伤者"),
        Step.MOVING: ("m", "moving", "转运"),
        Step.HANDED_OVER: ("h", "handed_over", "移交"),
        Step.CLEAR: ("c", "clear", "完毕", "归队"),
        Step.NEED_HELP: ("!", "need_help", "请求支援", "增援", "求援"),
        Step.NOTE: ("n", "note", "备注"),
    }
)

WORDS: Mapping[Word, Sequence[str]] = MappingProxyType(
    {
        Word.HELP: ("?", "help", "帮助"),
        Word.ORDERS: ("l", "orders", "list", "派警", "列表"),
        Word.QUIT: ("q", "quit", "exit", "退出"),
    }
)

_KNOWN: Mapping[str, Step | Word] = MappingProxyType(
    {word: meaning for table in (TYPED, WORDS) for meaning, words in table.items() for word in words}
)


_FULL_WIDTH = str.maketrans({"\uff1f": "?", "\uff01": "!", "\u3000": " ", "\uff03": "#"})
"""What a Chinese keyboard types for these."""


class NotUnderstood(Exception):
    """What was typed is no command."""


def typed(line: str) -> Typed | Word | None:
    """What a line means: ``a``, ``出发``, ``p 12``, ``note 12 two stretchers``; None for an empty line.

    A number after the word names the incident. Raises ``NotUnderstood``.
    """
    parts = line.translate(_FULL_WIDTH).split(maxsplit=1)
    if not parts:
        return None
    meaning = _KNOWN.get(parts[0].lower())
    if meaning is None:
        raise NotUnderstood(parts[0])
    if isinstance(meaning, Word):
        return meaning
    number, rest = None, parts[1].strip() if len(parts) > 1 else ""
    first, _, after = rest.partition(" ")
    if first.lstrip("#").isascii() and first.lstrip("#").isdigit():
        number, rest = int(first.lstrip("#")), after.strip()
    return Typed(step=meaning, number=number, note=rest or None)


def help_lines(language: str) -> list[str]:
    """All that may be typed."""
    lines = [f"{said(STEPS[step], language):<14} {'  '.join(words)}" for step, words in TYPED.items()]
    lines.append(said(("列出派警", "list orders"), language) + "  " + "  ".join(WORDS[Word.ORDERS]))
    lines.append(said(("退出", "quit"), language) + "  " + "  ".join(WORDS[Word.QUIT]))
    lines.append(
        said(
            (
                "词后可加警情号和说明，如:n 12 需要两副担架",
                "a number after the word names the incident: n 12 two stretchers",
            ),
            language,
        )
    )
    return lines


def chosen(orders: Sequence[wire.Order], number: int | None) -> wire.Order | None:
    """The order that is meant: of the incident's number, else the newest open one, else the newest."""
    if number is not None:
        return next((order for order in reversed(orders) if order.incident_number == number), None)
    live = [order for order in orders if order.ended_at is None]
    return max(live or orders, key=_assigned_at, default=None)


def _assigned_at(order: wire.Order) -> datetime:
    return order.assigned_at
