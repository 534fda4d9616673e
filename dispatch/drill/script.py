"""A drill written down beforehand: who calls when about what, what happens to the ground, and what is to be met."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Annotated

import msgspec
from msgspec import Meta

from dispatch.drill.calls import PHONES, Call, Told, all_told, name_of
from dispatch.incident import AssignPolicy
from dispatch.server import wire
from geo.closure import ClosureMode, Layer
from geo.speed import EdgeClass

Hour = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="HH:MM in the area")]
Share = Annotated[float, Meta(ge=0, le=1)]


class BadScript(ValueError):
    """The script cannot be played; ``field`` says where (``events[2].at``), ``fact`` what is wrong there."""

    def __init__(self, field: str, fact: str) -> None:
        self.field, self.fact = field, fact
        super().__init__(f"{field}: {fact}" if field else fact)


class Measure(StrEnum):
    """What a played drill is measured by; ``report`` says how each is counted."""

    ASSIGNED = "assigned_share"
    WITHIN_TARGET = "within_target_share"
    RESPONSE_P50 = "response_p50_s"
    RESPONSE_P90 = "response_p90_s"
    T5_PRESENT = "t5_present_share"
    SOUNDING = "sounding_alarms_per_operator_hour"
    LEFT_OPEN = "left_open"
    LIFT_WAYS = "ways_by_lift"
    REPLAYED_SAME = "replayed_same_share"


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a script; what it does not know is a slip of the pen."""


class _Traffic(_Part, frozen=True, kw_only=True, rename={"from_": "from"}):
    """So many calls about everyday things, most of them about ``busiest``."""

    count: Annotated[int, Meta(ge=1, le=1000)]
    from_: Hour
    until: Hour
    busiest: Hour


class _Call(_Part, frozen=True, kw_only=True):
    at: Hour
    type: wire.Code
    where: wire.Location
    words: wire.Text = ""
    channel: wire.ShortText = "phone"
    assign: AssignPolicy = AssignPolicy.AUTO


class Closing(_Part, frozen=True, kw_only=True):
    """Ways closed for so many ``hours``, or till the end."""

    reason: wire.Reason
    edges: list[wire.Code] | None = None
    kind: EdgeClass | None = None
    mode: ClosureMode = ClosureMode.SHUT
    layer: Layer = Layer.BOTH
    factor: float | None = None
    delay_s: float | None = None
    hours: Annotated[float, Meta(gt=0, le=240)] | None = None


class Silencing(_Part, frozen=True, kw_only=True):
    """Crews of these teams, or these units, have no signal for so many ``minutes``."""

    minutes: Annotated[float, Meta(gt=0, le=1440)]
    teams: list[wire.Code] = []
    units: list[wire.Code] = []


class Event(_Part, frozen=True, kw_only=True):
    """Exactly one of: ways are ``closed``, ``conditions`` are switched, crews are ``silent``."""

    at: Hour
    closed: Closing | None = None
    conditions: wire.Code | None = None
    silent: Silencing | None = None


class Expectation(_Part, frozen=True, kw_only=True):
    """What is to be met; ``why`` says where the number comes from."""

    measure: Measure
    at_least: float | None = None
    at_most: float | None = None
    why: str = ""


class Script(_Part, frozen=True, kw_only=True):
    """``desks`` is how many operators are on: alarms are reckoned by operator-hour. ``forgets``: the share of orders in
    which the crew does not press that it is at the patient. ``winds_down_s``: how long after the end what is open may
    go on.
    """

    name_zh: str
    name_en: str
    begins: Hour
    ends: Hour
    seed: int = 1
    desks: Annotated[int, Meta(ge=1, le=20)] = 1
    forgets: Share = 0.0
    loses_signal: Share = 0.15
    declines: Share = 0.04
    winds_down_s: Annotated[float, Meta(ge=0, le=14_400)] = 5400
    traffic: _Traffic | None = None
    calls: list[_Call] = []
    events: list[Event] = []
    expect: list[Expectation] = []

    def after_s(self, hour: str) -> float:
        """Seconds from the beginning until that hour comes."""
        return ((_minutes(hour) - _minutes(self.begins)) % DAY_MIN) * 60.0

    @property
    def lasts_s(self) -> float:
        return self.after_s(self.ends)

    @property
    def first_hour(self) -> time:
        return time.fromisoformat(self.begins)


DAY_MIN = 24 * 60


def read(path: Path) -> Script:
    """Raises ``BadScript``, naming the field."""
    try:
        script = msgspec.yaml.decode(path.read_bytes(), type=Script)
    except OSError as error:
        raise BadScript("", f"{path}: {error.strerror}") from error
    except msgspec.ValidationError as error:
        fact, _, field = str(error).partition(" - at `$")
        raise BadScript(field.strip("`").lstrip("."), fact) from error
    except msgspec.DecodeError as error:
        raise BadScript("", f"{path} is no YAML: {error}") from error
    check(script)
    return script


def check(script: Script) -> None:
    """What the types cannot say. Raises ``BadScript``."""
    if script.lasts_s == 0:
        raise BadScript("ends", f"{script.ends} is when it begins")
    for number, event in enumerate(script.events):
        said = [name for name in ("closed", "conditions", "silent") if getattr(event, name) is not None]
        if len(said) != 1:
            raise BadScript(f"events[{number}]", f"exactly one of closed, conditions, silent, not {said or 'none'}")
        if event.silent is not None and not (event.silent.teams or event.silent.units):
            raise BadScript(f"events[{number}].silent", "no teams and no units")
        if event.closed is not None and (event.closed.edges is None) is (event.closed.kind is None):
            raise BadScript(f"events[{number}].closed", "exactly one of edges, kind")
    for number, each in enumerate(script.expect):
        if each.at_least is None and each.at_most is None:
            raise BadScript(f"expect[{number}]", "neither at_least nor at_most")
    for field, hour in _hours(script):
        if script.after_s(hour) > script.lasts_s:
            raise BadScript(field, f"{hour} is not between {script.begins} and {script.ends}")
    traffic = script.traffic
    if traffic and not script.after_s(traffic.from_) <= script.after_s(traffic.busiest) <= script.after_s(
        traffic.until
    ):
        raise BadScript("traffic.busiest", f"{traffic.busiest} is not between {traffic.from_} and {traffic.until}")


def _hours(script: Script) -> list[tuple[str, str]]:
    hours = [(f"calls[{number}].at", each.at) for number, each in enumerate(script.calls)]
    hours += [(f"events[{number}].at", each.at) for number, each in enumerate(script.events)]
    if script.traffic is not None:
        hours += [("traffic.from", script.traffic.from_), ("traffic.until", script.traffic.until)]
    return hours


def check_codes(script: Script, *, types: set[str], units: dict[str, str]) -> None:
    """Whether the area has what the script names; ``units`` maps a unit's code to its team's. Raises ``BadScript``."""
    for number, call in enumerate(script.calls):
        if call.type not in types:
            raise BadScript(f"calls[{number}].type", f"the area has no incident type {call.type!r}")
    for number, event in enumerate(script.events):
        if event.silent is None:
            continue
        for field, names, known in (
            ("teams", event.silent.teams, set(units.values())),
            ("units", event.silent.units, set(units)),
        ):
            for place, name in enumerate(names):
                if name not in known:
                    raise BadScript(f"events[{number}].silent.{field}[{place}]", f"the area has no {name!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Something that happens ``at_s`` after the beginning."""

    at_s: float
    event: Event


def calls(script: Script) -> list[Call]:
    """All its calls, by time; the same script and seed, the same calls."""
    chance = Random(f"script {script.seed}")  # noqa: S311 - plays, guards nothing
    timed = [(script.after_s(each.at), _told(each), each.assign) for each in script.calls]
    if script.traffic is not None:
        timed += _everyday(script, script.traffic, chance)
    timed.sort(key=lambda each: each[0])
    made: list[Call] = []
    before_s = 0.0
    for at_s, told, assign in timed:
        phone = f"0744-555-0{chance.choice(PHONES)}"
        made.append(Call(after_s=at_s - before_s, told=told, name=name_of(told, chance), phone=phone, assign=assign))
        before_s = at_s
    return made


def _everyday(script: Script, traffic: _Traffic, chance: Random) -> list[tuple[float, Told, AssignPolicy]]:
    first, last, most = (script.after_s(each) for each in (traffic.from_, traffic.until, traffic.busiest))
    lines = _shuffled(all_told(), traffic.count, chance)
    return [(chance.triangular(first, last, most), told, AssignPolicy.AUTO) for told in lines]


def _shuffled(lines: Sequence[Told], count: int, chance: Random) -> list[Told]:
    """Nothing is told again before everything else was told."""
    made: list[Told] = []
    while len(made) < count:
        made += chance.sample(lines, len(lines))
    return made[:count]


def _told(call: _Call) -> Told:
    return Told(
        type=call.type,
        where=call.where,
        channel=call.channel,
        caller="游客",
        language="zh",
        words=call.words,
    )


def events(script: Script) -> list[Timed]:
    return sorted(
        (Timed(at_s=script.after_s(each.at), event=each) for each in script.events), key=lambda each: each.at_s
    )


def until(closing: Closing) -> timedelta | None:
    return None if closing.hours is None else timedelta(hours=closing.hours)


def _minutes(hour: str) -> int:
    hours, minutes = hour.split(":")
    return int(hours) * 60 + int(minutes)
