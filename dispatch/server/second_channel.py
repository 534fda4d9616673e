"""The second channel: an order that a device does not ring for is told to a pager's or a messenger's webhook.

Pages are rows, written with the alarm that calls for them. Any process sends them, beside everything else: no dispatch
ever waits for it. A try that is not answered well is made again under the same ``webhook-id``, until somebody has
answered the order, or ``MOST_TRIES`` were made.
"""

import asyncio
import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

import msgspec
import structlog

from dispatch import refusal, webhook, words
from dispatch.assignment import State, Step
from dispatch.chase import is_stale
from dispatch.seat import service_seat
from dispatch.server import assigning, late_steps, store, wire
from dispatch.server.chasing import SECOND_CHANNEL, SERVICE, Chased
from dispatch.server.config import SecondChannel
from dispatch.server.locks import lock_assignment
from dispatch.server.objects import PAGE_NEEDLESS
from dispatch.server.store import AWAY, chase_sql
from dispatch.server.work import Answer, Ask, Done, Means, Sender, Work, log, once, working

LOOK_EVERY_S = 0.5
PATIENCE_S = 5.0
LEASE = timedelta(seconds=15)
"""A try lasts at most ``PATIENCE_S``; after this another process takes the page for orphaned."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
MOST_TRIES = 10
AT_ONCE = 4
"""So many pages are being sent at a time, so that a fresh one need not wait for others that nobody takes."""
STALE = "not sent: too late after an outage"
REPLIES_WITHIN = timedelta(hours=1)
"""A reply that names a number only is to a page of this hour."""

_log = structlog.get_logger("second_channel")


async def page(work: Work, each: Chased, alarm: object) -> dict[str, Any]:
    """The row of a page: what the second channel is told of an order, without the caller."""
    id = uuid4()
    [incident] = await store.incidents(work.connection, [each.incident])
    body = wire.Page(
        page=id,
        area=work.area.code,
        unit=each.unit_code,
        phone=each.phone,
        incident_number=incident.number,
        at=work.at,
        text_zh=_text(each, incident, "zh"),
        text_en=_text(each, incident, "en"),
    )
    return {
        "id": id,
        "area": work.area.id,
        "incident": each.incident,
        "assignment": each.id,
        "unit": each.unit,
        "alarm": alarm,
        "body": body,
        "at": work.at,
    }


def _text(each: Chased, of: wire.Incident, language: str) -> str:
    unknown = words.said(words.NOT_KNOWN_YET, language)
    place = of.place
    name = place and (place.name_zh if language == "zh" else place.name_en)
    kind = of.type and (of.type.name_zh if language == "zh" else of.type.name_en)
    where = name or (place and place.words) or (of.cell and of.cell.code) or unknown
    return words.said(words.PAGE, language).format(
        unit=each.unit_code, number=of.number, what=kind or unknown, where=where
    )


async def replied(means: Means, id: str, said: wire.Reply, address: str | None) -> Done[wire.Replied]:
    """A crew's reply, taken once however often its message comes. Raises ``UnknownCode`` when nothing was asked."""
    async with means.pool.acquire() as connection:
        row = await chase_sql.page_of(connection, id=said.page, phone=said.phone, within=REPLIES_WITHIN)
    if row is None:
        raise refusal.UnknownCode(
            field="page" if said.page else "phone", what_zh="短信", what_en="page", value=str(said.page or said.phone)
        )
    sender = Sender(seat=service_seat(row["area"], row["area_code"]), address=address)
    ask = Ask(sender=sender, id=uuid5(NAMESPACE_OID, id), what="reply", body=said, kind=wire.Replied)
    step = Step.ACKNOWLEDGE if said.reply == "1" else Step.DECLINE
    taken = wire.AssignmentStep(id=ask.id, step=step, device_at=said.at, note=said.phone)
    try:
        return await once(means, ask, partial(_take_reply, row=row, said=said, taken=taken))
    except (refusal.Stale, refusal.IllegalStep):
        async with working(means, sender) as work:
            await late_steps.keep(work, row["assignment"], taken, channel=SECOND_CHANNEL)
        raise


async def _take_reply(
    work: Work, row: Mapping[str, Any], said: wire.Reply, taken: wire.AssignmentStep
) -> Answer[wire.Replied]:
    order = await assigning.step(work, row["assignment"], taken, channel=SECOND_CHANNEL)
    await chase_sql.reply_to_page(work.connection, id=row["id"], reply=said.reply, at=work.at)
    await chase_sql.touch_alarm(work.connection, id=row["alarm"])
    work.changed.alarms.add(row["alarm"])
    return lambda now: wire.Replied(page=row["id"], assignment=row["assignment"], state=order(now).state)


class Pager:
    """Sends pages until cancelled."""

    def __init__(self, means: Means, channel: SecondChannel) -> None:
        self._means, self._channel = means, channel

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._send())

    async def _send(self) -> None:
        while True:
            try:
                while await self._send_one():
                    pass
            except AWAY as error:
                _log.warning("paging_put_off", error=repr(error))
            except Exception:
                _log.exception("paging_failed")
            await asyncio.sleep(LOOK_EVERY_S)

    async def _send_one(self) -> bool:
        async with self._means.pool.acquire() as connection:
            row = await chase_sql.take_page(connection, lease=LEASE)
        if row is None:
            return False
        if row["state"] != State.ASSIGNED:
            await self._finish(row, failure=PAGE_NEEDLESS)
            return True
        if is_stale(row["at"], row["now"]):
            await self._finish(row, failure=STALE)
            return True
        failure = await asyncio.to_thread(self._post, str(row["id"]), msgspec.json.encode(row["body"]))
        if failure is None or row["tries"] >= MOST_TRIES:
            await self._finish(row, failure=failure)
        else:
            _log.warning("page_not_taken", page=str(row["id"]), tries=row["tries"], failure=failure)
            pause_s = min(FIRST_PAUSE_S * 2 ** (row["tries"] - 1), LONGEST_PAUSE_S)
            async with self._means.pool.acquire() as connection:
                await chase_sql.try_page_again(
                    connection, id=row["id"], wait=timedelta(seconds=pause_s), failure=failure
                )
        return True

    def _post(self, id: str, body: bytes) -> str | None:
        """One try; None when it was taken, else what went wrong. Blocks, so it runs in a thread."""
        headers = webhook.signed(self._channel.secret, id=id, at=datetime.now(UTC), body=body)
        request = urllib.request.Request(  # noqa: S310 the scheme was checked with the setting
            self._channel.url, data=body, headers={**headers, "content-type": "application/json"}
        )
        try:
            with _opener.open(request, timeout=PATIENCE_S) as answer:
                return None if 200 <= answer.status < 300 else f"status {answer.status}"
        except urllib.error.HTTPError as error:
            return f"status {error.code}"
        except (OSError, http.client.HTTPException) as error:
            return repr(error)[:200]

    async def _finish(self, row: Mapping[str, Any], *, failure: str | None) -> None:
        """What became of the page, told on its alarm and in the timeline."""
        async with working(self._means, Sender(seat=service_seat(row["area"], ""))) as work:
            locked = await lock_assignment(work, row["assignment"])
            alarm = await chase_sql.finish_page(
                work.connection, id=row["id"], failure=failure, sent=failure is None, at=work.at
            )
            if alarm is None:
                return
            await chase_sql.touch_alarm(work.connection, id=alarm)
            work.changed.alarms.add(alarm)
            if failure != PAGE_NEEDLESS:
                step = "paged" if failure is None else "page_failed"
                body = {"tries": row["tries"], "failure": failure}
                log(work, locked.incident, step, body, assignment=locked.id, unit=locked.unit, channel=SERVICE)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is signed for one address goes to no other."""

    def redirect_request(self, *_: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)
