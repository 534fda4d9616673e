"""What a type of incident asks for: how many people with which capabilities, who else is told, and by when."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from dispatch import clock
from dispatch.incident import Priority

CAPABILITY = re.compile(r"[A-Z][A-Z0-9_-]*")
"""A capability's code. What a person can do on duty is their own capabilities together with the kit their unit carries
(``dispatch.unit.persons``): an AED in the kit serves each of its first aiders, and only they fill ``FA+AED``."""

MOST_PEOPLE = 287
"""More than all nine teams have is a slip of the pen, in any area."""

_NEED = re.compile(r"(?P<people>\d+)(?:\s+(?P<capabilities>.+))?")


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """A number of people, each of whom has all of the capabilities; none named means anybody."""

    people: int
    capabilities: frozenset[str] = frozenset()


class RunCard(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one type of incident. ``priority`` None: for every priority that has no card of its own.

    ``target_s`` None: no time target (a search, or refused by default). ``responders`` are kinds of outside responders
    to be told. ``auto_assign``: assigned without waiting for an operator.
    """

    incident_type: str
    priority: Priority | None
    target_s: int | None
    needs: tuple[Need, ...] = ()
    second_tier: tuple[Need, ...] = ()
    responders: tuple[str, ...] = ()
    auto_assign: bool = False
    notes_zh: str = ""
    notes_en: str = ""


WITHOUT_A_CARD = (Need(people=2, capabilities=frozenset({"FA"})),)
"""What is sent where no card says: two first aiders."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Within how many seconds the first responder is to be at the patient, None for no limit; and who says so."""

    target_s: int | None
    source: str


def target(card: RunCard | None, *, cell_s: int | None, cell_source: str | None, area_s: int, area_code: str) -> Target:
    """The card's target, else the area's; the cell's where that is longer."""
    card_s = None if card is None else card.target_s
    target_s = clock.target_s(card_s=card_s, has_card=card is not None, cell_s=cell_s, area_s=area_s)
    if card is not None and target_s is None:
        return Target(target_s=None, source=f"run_card {card.incident_type}: no time target")
    if target_s == cell_s and cell_s != (area_s if card_s is None else card_s):
        return Target(target_s=target_s, source=f"cell: {cell_source or ''}".strip())
    if card is not None:
        return Target(target_s=target_s, source=f"run_card {card.incident_type}")
    return Target(target_s=target_s, source=f"area {area_code}")


class NotNeeds(ValueError):
    """The text does not say how many people with which capabilities; ``part`` is the first part that cannot be read."""

    def __init__(self, part: str, field: str = "needs") -> None:
        self.part = part
        self.field = field
        super().__init__(f"{field}: {part!r} is not a number of people with capabilities, such as '2 FA+AED' or '4'")


def parse_needs(text: str, field: str = "needs") -> tuple[Need, ...]:
    """``2 FA+AED; 4 STR`` as values; an empty text asks for nobody. Raises ``NotNeeds``, naming ``field``.

    Full-width semicolons and plus signs are taken as well, as Chinese keyboards write them.
    """
    parts = text.replace("\uff1b", ";").replace("\uff0b", "+").split(";")
    return tuple(_need(part.strip(), field) for part in parts if part.strip())


def format_needs(needs: Iterable[Need]) -> str:
    """The values in the notation of the files: the inverse of ``parse_needs``."""
    return "; ".join(_text(need) for need in needs)


def card_for(cards: Iterable[RunCard], incident_type: str, priority: Priority | None) -> RunCard | None:
    """The card of the type for that priority, else the one for every priority, else None."""
    mine = {card.priority: card for card in cards if card.incident_type == incident_type}
    return mine.get(priority) or mine.get(None)


def _need(part: str, field: str) -> Need:
    match = _NEED.fullmatch(part)
    if match is None or not 1 <= int(match["people"]) <= MOST_PEOPLE:
        raise NotNeeds(part, field)
    codes = [code.strip() for code in (match["capabilities"] or "").split("+")] if match["capabilities"] else []
    if not all(CAPABILITY.fullmatch(code) for code in codes):
        raise NotNeeds(part, field)
    return Need(people=int(match["people"]), capabilities=frozenset(codes))


def _text(need: Need) -> str:
    return " ".join([str(need.people), *(["+".join(sorted(need.capabilities))] if need.capabilities else [])])
