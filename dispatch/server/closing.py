"""Ways closed and opened again: each change counts up the network's counter, so that no decision overlooks it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from dispatch import closure, refusal
from dispatch.server import wire
from dispatch.server.store import closure_sql
from dispatch.server.work import Answer, Work
from sql.queries import listed


async def close(work: Work, new: wire.NewClosure) -> Answer[wire.Closure]:
    """Close what is named, from now or from when it says."""
    said = {name: getattr(new, name) for name in closure.NEEDS.values()}
    closure.check_mode(new.mode, [name for name, value in said.items() if value is not None])
    closure.check_period(new.from_, new.until, work.at)
    found = await _named(work, new)
    name_zh, name_en = closure.names(found, new.kind, by_polygon=new.polygon is not None)
    await _count(work)
    await closure_sql.add_closure(
        work.connection,
        id=new.id,
        area=work.area.id,
        named=_as_said(new),
        edges=[each["code"] for each in found],
        name_zh=name_zh,
        name_en=name_en,
        layer=new.layer.value,
        mode=new.mode.value,
        **said,
        valid_from=new.from_ or work.at,
        valid_until=new.until,
        reason=new.reason,
        by=work.sender.seat.account,
        made_at=work.at,
    )
    work.changed.closures.add(new.id)
    return lambda now: now.closures[new.id]


async def end(work: Work, closure_id: UUID, end: wire.EndOfClosure) -> Answer[wire.Closure]:
    """Open again what was closed. Raises ``NotFound``, and ``ClosureOver`` for one that is over already."""
    if await _closure(work, closure_id) is None:
        raise refusal.NotFound(what_zh="封闭", what_en="closure", name=closure_id)
    await _count(work)
    over_at = _over_at(await _closure(work, closure_id), work.at)
    if over_at is not None:
        since = f"{over_at.astimezone(work.area.zone):%Y-%m-%d %H:%M:%S}"
        raise refusal.ClosureOver(since=since, detail={"over_at": over_at})
    await closure_sql.end_closure(
        work.connection, id=closure_id, at=work.at, by=work.sender.seat.account, reason=end.reason
    )
    work.changed.closures.add(closure_id)
    return lambda now: now.closures[closure_id]


async def _closure(work: Work, closure_id: UUID) -> Any:
    return await closure_sql.closure_of(work.connection, id=closure_id, area=work.area.id)


def _over_at(row: Mapping[str, Any], at: datetime) -> datetime | None:
    ended: datetime | None = row["ended_at"]
    until: datetime | None = row["valid_until"]
    return ended or (until if until is not None and until <= at else None)


async def _count(work: Work) -> None:
    """From here on nobody else changes the area's closures. Raises ``Busy`` as another network takes over."""
    if await closure_sql.raise_counter(work.connection, area=work.area.id) is None:
        raise refusal.Busy


async def _named(work: Work, new: wire.NewClosure) -> Sequence[Mapping[str, Any]]:
    """The edges meant, by code. Raises ``OneNaming`` and what ``check_edges`` raises."""
    if sum(each is not None for each in (new.edges, new.kind, new.polygon)) != 1:
        raise refusal.OneNaming
    if work.area.network is None:
        raise refusal.NotFound(what_zh="路网", what_en="network of", name=work.area.code)
    found = await listed(
        closure_sql.edges_named(
            work.connection,
            network=work.area.network,
            codes=new.edges or [],
            kind=None if new.kind is None else new.kind.value,
            polygon=None if new.polygon is None else closure.polygon_wkt(new.polygon.ring, new.polygon.datum),
        )
    )
    closure.check_edges({each["code"] for each in found}, new.edges, new.kind)
    return found


def _as_said(new: wire.NewClosure) -> dict[str, Any]:
    said = {"edges": new.edges, "kind": new.kind, "polygon": new.polygon}
    return {name: msgspec.to_builtins(each) for name, each in said.items() if each is not None}
