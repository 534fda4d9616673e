"""The calls of a drill: who rings, when, about what and from where; the same seed brings the same calls."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import msgspec

from dispatch.incident import AssignPolicy
from dispatch.server import wire

AT_ONCE_S = (1.0, 6.0, 14.0, 26.0)
"""When the first calls come: a screen that shows a drill has life from the beginning."""

BETWEEN_S = (60.0, 120.0)
"""Least and most between two calls after that: a busy day, on which each incident can still be followed."""

AT_ONCE_OPEN = 7
"""While so many incidents are open, nobody rings."""

SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗郑梁谢唐许邓冯韩曹彭"
FOREIGN = {"en": ("Mr Miller", "Ms Clark", "Mr Novak"), "ko": ("金女士", "朴先生", "崔女士")}

PHONES = range(700, 900)
"""0744-555-0700 … 0899: numbers in the range the demo area keeps for people who do not exist."""

LEFT_TO_PEOPLE = 0.4
"""The share of calls whose unit is left to be chosen at a console."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody tells: a line of ``calls.csv``. ``where``: a place, a call point's code, or a point as shared."""

    type: str
    where: str | wire.Location
    channel: str
    caller: str
    language: str
    words: str

    @property
    def location(self) -> wire.Location:
        """As an incident's location is asked for."""
        if isinstance(self.where, wire.Location):
            return self.where
        return msgspec.convert(self._named(self.where), wire.Location)

    @staticmethod
    def _named(where: str) -> dict[str, object]:
        if where.startswith("SOS-"):
            return {"call_point": where}
        datum, _, point = where.partition(" ")
        if point:
            lon, lat = map(float, point.split(","))
            return {"point": {"lon": lon, "lat": lat, "datum": datum, "accuracy_m": 30}}
        return {"place": where}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """``after_s`` seconds after the one before, or after the beginning."""

    after_s: float
    told: Told
    name: str
    phone: str
    assign: AssignPolicy


@cache
def all_told() -> tuple[Told, ...]:
    with Path(__file__).with_name("calls.csv").open(newline="", encoding="utf-8") as file:
        return tuple(Told(**row) for row in csv.DictReader(file))


def calls(seed: int) -> Iterator[Call]:
    """Calls without end. Nothing is told again before everything else was told."""
    chance = Random(f"calls {seed}")  # noqa: S311 - plays, guards nothing
    due = 0.0
    for number, told in enumerate(_told(chance)):
        if number < len(AT_ONCE_S):
            after_s, due = AT_ONCE_S[number] - due, AT_ONCE_S[number]
        else:
            after_s = chance.uniform(*BETWEEN_S)
        yield Call(
            after_s=after_s,
            told=told,
            name=name_of(told, chance),
            phone=f"0744-555-0{chance.choice(PHONES)}",
            assign=AssignPolicy.RECOMMEND if chance.random() < LEFT_TO_PEOPLE else AssignPolicy.AUTO,
        )


def _told(chance: Random) -> Iterator[Told]:
    while True:
        yield from chance.sample(all_told(), len(all_told()))


def name_of(told: Told, chance: Random) -> str:
    if told.caller.startswith("游客") and told.language in FOREIGN:
        return chance.choice(FOREIGN[told.language])
    surname = chance.choice(SURNAMES)
    return f"{told.caller}{surname}某" if not told.caller.startswith("游客") else surname + told.caller[2:]
