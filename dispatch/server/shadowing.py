"""Shadow mode: an area switched between orders and looking on, who really went logged, and the two compared."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import convert

from dispatch.decision import Inputs
from dispatch.incident import Priority
from dispatch.selection import Choice
from dispatch.server import figures, objects, wire
from dispatch.server.store import Area, Connection, area_modes, shadow_sql
from dispatch.server.work import Answer, Work
from dispatch.shadow import Went, compare, totals

# --- the mode ---


async def switch(work: Work, new: wire.NewAreaMode) -> Answer[wire.AreaMode]:
    """What is reported from now on is run so; what is open stays as it was taken. The caller holds the area's lock."""
    await shadow_sql.switch(
        work.connection,
        id=new.id,
        area=work.area.id,
        mode=new.mode,
        reason=new.reason,
        by=work.sender.seat.account,
        at=work.at,
        address=work.sender.address,
    )
    work.changed.mode = True
    return lambda now: now.mode[work.area.id]


async def mode_now(connection: Connection, area: UUID, most: int) -> wire.AreaModeNow:
    history = await area_modes(connection, area, most)
    still = await shadow_sql.open_incidents(connection, area=area)
    now = history[0] if history else objects.always_live(area)
    return wire.AreaModeNow(now=now, open_shadow=still["shadow"], open_live=still["live"], history=history)


# --- compared ---

USUAL_DAYS = 7


async def report(connection: Connection, area: Area, first: date | None, last: date | None) -> wire.ShadowReport:
    """Of the days from ``first`` to ``last``; the last seven where nothing is said. Raises ``BadRequest``."""
    first, last = figures.period(area, first, last, usual_days=USUAL_DAYS)
    since, until = figures.between(area, first, last)
    rows = [_row(row) async for row in shadow_sql.cases(connection, area=area.id, since=since, until=until)]
    return wire.ShadowReport(
        area=area.id,
        at=area.at,
        from_day=first,
        to_day=last,
        rows=rows,
        totals=totals([each.compared for each in rows]),
    )


def _row(row: Mapping[str, Any]) -> wire.ShadowRow:
    went = convert(row["went"], list[Went])
    decided = row["decision"] is not None
    return wire.ShadowRow(
        incident=row["id"],
        number=row["number"],
        reported_at=row["reported_at"],
        type=objects.named(row, "type"),
        priority=None if row["priority"] is None else Priority(row["priority"]),
        place_zh=row["place_zh"] or row["words"],
        place_en=row["place_en"] or row["words"],
        target_s=row["target_s"],
        decision=row["decision"],
        decided_at=row["decided_at"],
        went=went,
        compared=compare(
            went,
            convert(row["inputs"], Inputs) if decided else None,
            convert(row["result"], Choice) if decided else None,
        ),
    )
