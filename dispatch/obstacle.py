"""What keeps a unit from getting there, as an operator reads it: which lift, which closure, which island, how long."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch import words
from dispatch.closure import Standing
from geo.closure import ClosureMode
from geo.obstacle import Cause, Obstacle

MOST_SAID = 3
"""A sentence names so many; all are in the answer."""


def closing(obstacle: Obstacle, closures: Iterable[Standing]) -> tuple[Standing, ...]:
    """The closures that make it one: those that shut its edge, or make it one-way, to who travels so."""
    if obstacle.cause is not Cause.CLOSURE or obstacle.layer is None:
        return ()
    return tuple(
        each
        for each in closures
        if obstacle.edge in each.effect.edges
        and each.effect.layer.covers(obstacle.layer)
        and each.effect.mode in (ClosureMode.SHUT, ClosureMode.ONE_WAY)
    )


def ids(obstacle: Obstacle, closures: Iterable[Standing]) -> list[UUID]:
    return [each.id for each in closing(obstacle, closures)]


def until(obstacle: Obstacle, closures: Iterable[Standing]) -> datetime | None:
    """When it is one no more, as far as that is known: a closure without an end has none."""
    if obstacle.cause is not Cause.CLOSURE:
        return obstacle.until
    ends = [each.valid_until for each in closing(obstacle, closures)]
    known = [each for each in ends if each is not None]
    return max(known) if known and len(known) == len(ends) else None


def sentence(obstacles: Sequence[Obstacle], closures: Sequence[Standing], zone: ZoneInfo, language: str) -> str:
    """All of it in one sentence; times are the area's own."""
    told = [
        said(each.cause, each.edge, (each.name_zh, each.name_en), until(each, closures), zone, language)
        for each in obstacles[:MOST_SAID]
    ]
    if len(obstacles) > MOST_SAID:
        told.append(words.said(("等", "and more"), language))
    return words.said(("、", ", "), language).join(dict.fromkeys(told))


def said(
    cause: Cause, edge: str | None, names: words.Pair, ends: datetime | None, zone: ZoneInfo, language: str
) -> str:
    """One of them: what it is and is called, and when it is over."""
    name = words.said(names, language)
    if cause is Cause.ISLAND and not name:
        return words.said(words.UNREACHABLE["no_way"], language)
    key = cause.value
    if cause is Cause.CONDITIONS and edge is None:
        key = "conditions_no_vehicles"
    elif ends is not None:
        key = f"{key}_until"
    moment = "" if ends is None else f"{ends.astimezone(zone):%m-%d %H:%M}"
    return words.said(words.OBSTACLES[key], language).format(name=name, until=moment)
