"""Notices: sent to crews until an instant, stored by their devices, seen, ended."""

from datetime import datetime
from uuid import UUID

import msgspec

from dispatch import refusal
from dispatch.server import wire
from dispatch.server.store import notice_sql
from dispatch.server.work import Answer, Work
from sql.queries import listed

LARGEST_PHOTO = 700_000
"""Bytes; in base64 it still fits into one request."""

_TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


async def send(work: Work, new: wire.NewNotice) -> Answer[wire.Notice]:
    """To all units of the audience, whoever is on duty. Raises ``UnknownCode``, ``NobodyToTell``, ``NotAPicture``."""
    if new.until <= work.at:
        raise refusal.BadRequest(field="until", fact="the notice would be over before it is sent")
    if new.to.all and (new.to.teams or new.to.cells or new.to.posts):
        raise refusal.BadRequest(field="to", fact="all goes without teams, cells and posts")
    named = {"teams": new.to.teams, "cells": new.to.cells, "posts": new.to.posts}
    for row in await listed(notice_sql.unknown_codes(work.connection, area=work.area.id, day=work.area.day, **named)):
        what_zh, what_en = _NAMES[row["field"]]
        raise refusal.UnknownCode(field=f"to.{row['field']}", what_zh=what_zh, what_en=what_en, value=row["code"])
    await notice_sql.add_notice(
        work.connection,
        id=new.id,
        area=work.area.id,
        text=new.text,
        photo=new.photo,
        photo_type=None if new.photo is None else picture_type(new.photo),
        audience=msgspec.to_builtins(new.to),
        until=new.until,
        by=work.sender.seat.account,
        at=work.at,
        address=work.sender.address,
    )
    rows = await listed(
        notice_sql.add_units(
            work.connection, notice=new.id, area=work.area.id, day=work.area.day, everybody=new.to.all, **named
        )
    )
    if not rows:
        raise refusal.NobodyToTell(field="to")
    work.changed.notices[new.id] = {row["unit"] for row in rows}
    return lambda now: now.notices[0]


_NAMES = {"teams": ("分队", "team"), "cells": ("网格", "cell"), "posts": ("驻点", "post")}


def picture_type(photo: bytes) -> str:
    """By how it begins. Raises ``NotAPicture``."""
    found = next((name for begins, name in _TYPES.items() if photo.startswith(begins)), None)
    if found is None and photo[:4] == b"RIFF" and photo[8:12] == b"WEBP":
        found = "image/webp"
    if found is None or len(photo) > LARGEST_PHOTO:
        raise refusal.NotAPicture(field="photo", limit_kb=LARGEST_PHOTO // 1000)
    return found


async def see(work: Work, notice_id: UUID, unit: UUID) -> Answer[wire.Notice]:
    """A crew says that it has seen the notice; that it did so twice changes nothing. Raises ``NotFound``."""
    await _locked(work, notice_id)
    if await notice_sql.is_for(work.connection, notice=notice_id, unit=unit) is None:
        raise _not_found(notice_id)
    seen = await notice_sql.see(work.connection, notice=notice_id, unit=unit, at=work.at, by=work.sender.seat.account)
    if seen is not None:
        await notice_sql.touch(work.connection, ids=[notice_id])
    work.changed.notices[notice_id] = {unit}
    return lambda now: now.notices[0]


async def end(work: Work, notice_id: UUID) -> Answer[wire.Notice]:
    """It holds no longer; crews are told. Raises ``NotFound`` and ``NoticeOver``."""
    row = await _locked(work, notice_id)
    over_at: datetime | None = row["ended_at"] or (row["until"] if row["until"] <= work.at else None)
    if over_at is not None:
        since = f"{over_at.astimezone(work.area.zone):%Y-%m-%d %H:%M:%S}"
        raise refusal.NoticeOver(since=since, detail={"over_at": over_at})
    await notice_sql.end_notice(work.connection, id=notice_id, at=work.at, by=work.sender.seat.account)
    rows = await listed(notice_sql.units_of(work.connection, notice=notice_id))
    work.changed.notices[notice_id] = {row["unit"] for row in rows}
    return lambda now: now.notices[0]


async def deliver(work: Work, unit: UUID, seq: int) -> None:
    """The unit's device has stored its stream up to ``seq``: the notices in it are delivered."""
    await listed(notice_sql.lock_undelivered(work.connection, unit=unit))
    rows = await listed(notice_sql.deliver(work.connection, unit=unit, seq=seq, at=work.at))
    ids = [row["notice"] for row in rows]
    if ids:
        await notice_sql.touch(work.connection, ids=ids)
    for id in ids:
        work.changed.notices.setdefault(id, set())


async def _locked(work: Work, notice_id: UUID) -> "dict[str, datetime]":
    row = await notice_sql.lock_notice(work.connection, id=notice_id, area=work.area.id)
    if row is None:
        raise _not_found(notice_id)
    return dict(row)


def _not_found(notice_id: UUID) -> refusal.NotFound:
    return refusal.NotFound(what_zh="通报", what_en="notice", name=notice_id)
