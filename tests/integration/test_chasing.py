"""Orders that nobody answers are chased: once, whoever dies, by the run card's ladder, until somebody answers."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from chasing import alarms, kill_the_chaser, later, raised, steps, until
from house import PASSWORD, House, Signed, house

from dispatch import webhook
from dispatch.server.config import SecondChannel

SECRET = webhook.secret("whsec_" + base64.b64encode(b"the secret of both of these sides").decode())


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def ordered(operator: Signed, unit: str = "G5-3", **more: Any) -> dict[str, Any]:
    told = await operator.report(type="TRA-SP", location={"place": "后花园"}, **more)
    order: dict[str, Any] = await operator.assign(told["id"], unit, reason="试")
    return order


async def timers(served: House) -> dict[UUID, datetime]:
    async with served.pool.acquire() as connection:
        return {row["thing"]: row["due_at"] for row in await connection.fetch("SELECT thing, due_at FROM timer")}


async def test_an_order_nobody_answers_climbs_the_ladder_and_every_console_sees_it(
    served: House, operator: Signed
) -> None:
    board = f"area/{operator.session['area']}"
    order = await ordered(operator)
    assigned_at = datetime.fromisoformat(order["assigned_at"])
    assert await timers(served) == {UUID(order["id"]): assigned_at + timedelta(seconds=5)}
    async with served.listen(operator) as console:
        for ahead, what, after_s in ((5, "undelivered", 5), (10, "unalarmed", 15), (30, "unacknowledged", 45)):
            await later(served, ahead)
            alarm = await raised(operator, what)
            assert datetime.fromisoformat(alarm["due_at"]) == assigned_at + timedelta(seconds=after_s)
            assert (alarm["unit_code"], alarm["incident"], alarm["stale"]) == ("G5-3", order["incident"], False)
            await console.thing(board, "alarm", alarm["id"], lambda body: body["ended_at"] is None)
        chased = [each for each in await steps(operator, order["incident"]) if each["step"] == "chased"]
        assert [each["body"]["what"] for each in chased] == ["undelivered", "unalarmed", "unacknowledged"]
        assert {(each["by"], each["channel"], each["unit"]) for each in chased} == {("系统", "service", "G5-3")}
        assert (await operator.ask("GET", f"/api/assignments/{order['id']}"))["state"] == "assigned"
        await served.assert_told_all(console)


async def test_the_next_best_unit_is_offered_while_the_first_is_still_there(served: House, operator: Signed) -> None:
    order = await ordered(operator)
    await later(served, 45)
    offer = (await raised(operator, "unacknowledged"))["offer"]
    assert offer["code"] != "G5-3"
    assert offer["eta_s"] > 0
    sent = await operator.assign(order["incident"], offer["code"], decision=offer["decision"], reason="G5-3 无应答")
    assert sent["unit_code"] == offer["code"]
    shown = await operator.ask("GET", f"/api/incidents/{order['incident']}")
    assert sorted(shown["units"]) == sorted(["G5-3", offer["code"]])


async def test_what_the_crew_does_and_what_is_heard_by_radio_stops_the_chase(served: House, operator: Signed) -> None:
    crew = await served.sign_in("crew-G5-5")
    mine, other = await ordered(operator), await ordered(operator, "G5-5")
    await later(served, 15)
    await until(lambda: alarms_of(operator, mine, {"unalarmed"}))
    await until(lambda: alarms_of(operator, other, {"unalarmed"}))
    await operator.step(mine["id"], "acknowledge", channel="radio", note="队长:收到")
    await crew.step(other["id"], "alarmed")
    assert await alarms(operator) == []
    ended = {each["assignment"]: each for each in await alarms(operator, standing=False)}
    assert (ended[mine["id"]]["ended_by"], ended[other["id"]]["ended_by"]) == ("acknowledge", "alarmed")
    await later(served, 31)
    assert (await raised(operator, "unacknowledged"))["assignment"] == other["id"]
    assert [each["assignment"] for each in await alarms(operator)] == [other["id"]]


async def alarms_of(operator: Signed, order: dict[str, Any], whats: set[str]) -> bool:
    return {each["what"] for each in await alarms(operator) if each["assignment"] == order["id"]} == whats


async def test_a_crew_that_does_not_move_comes_late_or_stays_silent_is_asked(served: House, operator: Signed) -> None:
    order = await ordered(operator)
    await operator.step(order["id"], "acknowledge", channel="radio")
    await later(served, 121)
    await raised(operator, "not_moving")
    await operator.step(order["id"], "en_route", channel="radio")
    await later(served, 60 * 10)
    await raised(operator, "overdue")
    await later(served, 60 * 11)
    silent = await raised(operator, "no_check_in")
    at = datetime.fromisoformat(silent["raised_at"]).isoformat()
    here = {"lon": 110.4495, "lat": 29.3462, "datum": "WGS84", "source": "radio", "device_at": at}
    await operator.post("/api/units/G5-3/positions", json=[here])
    await later(served, 30)

    async def found() -> bool:
        return {each["what"] for each in await alarms(operator)} == {"overdue"}

    await until(found)
    [ended] = [each for each in await alarms(operator, standing=False) if each["what"] == "no_check_in"]
    assert ended["ended_by"] == "position"
    await operator.step(order["id"], "at_patient", channel="radio")
    await later(served, 60 * 31)
    await raised(operator, "overdue_on_scene")
    await operator.step(order["id"], "clear", channel="radio")
    assert await alarms(operator) == []
    assert await timers(served) == {}


async def test_the_run_card_says_how_long_each_rung_is(served: House, operator: Signed) -> None:
    async with served.pool.acquire() as connection:
        await connection.execute(
            "UPDATE run_card SET acknowledge_s = 20, alarm_s = 10 FROM incident_type t"
            " WHERE t.id = incident_type AND t.code = 'TRA-SP'"
        )
    order = await ordered(operator)
    await later(served, 20)
    alarm = await raised(operator, "unacknowledged")
    assert datetime.fromisoformat(alarm["due_at"]) - datetime.fromisoformat(order["assigned_at"]) == timedelta(
        seconds=20
    )
    cards = {each["code"]: each["run_cards"] for each in (await operator.ask("GET", "/api/incident-types"))["items"]}
    assert cards["TRA-SP"][0]["ladder"] == {
        "deliver_s": 5, "alarm_s": 10, "acknowledge_s": 20, "move_s": 120, "on_scene_s": 1800, "check_in_s": 1200,
    }  # fmt: skip


async def test_what_falls_due_while_nobody_serves_is_told_late_and_not_acted_on(
    demo_url: str, second: "Neighbour"
) -> None:
    async with house(demo_url, PASSWORD, second_channel=second.channel) as before:
        kill_the_chaser()
        order = await ordered(await before.sign_in("operator"))
        await later(before, 60 * 10)
    async with house(demo_url, PASSWORD, second_channel=second.channel) as after:
        operator = await after.sign_in("operator")
        alarm = await raised(operator, "unacknowledged")
        assert alarm["stale"] is True
        assert (alarm["offer"], alarm["second_channel"]) == (None, "none")
        [line] = [each for each in await steps(operator, order["incident"]) if each["step"] == "chased"]
        assert line["body"]["stale"] is True
        assert second.got == []


async def test_a_chaser_that_fails_at_one_incident_goes_on_with_the_others(served: House, operator: Signed) -> None:
    broken, sound = await ordered(operator), await ordered(operator, "G5-5")
    async with served.pool.acquire() as connection:
        await connection.execute("ALTER TABLE alarm ADD CONSTRAINT broken CHECK (assignment <> $1)".replace(
            "$1", f"'{broken['id']}'"))  # fmt: skip
    await later(served, 5)
    assert (await raised(operator, "undelivered"))["assignment"] == sound["id"]
    async with served.pool.acquire() as connection:
        await connection.execute("ALTER TABLE alarm DROP CONSTRAINT broken")
    await later(served, 60)

    async def found() -> bool:
        return {each["assignment"] for each in await alarms(operator)} == {broken["id"], sound["id"]}

    await until(found)


async def test_several_chasers_at_once_raise_each_alarm_once(served: House, operator: Signed) -> None:
    orders = [await ordered(operator, f"G5-{number}") for number in (1, 2, 3, 4, 5)]
    kill_the_chaser()
    await later(served, 45)
    await asyncio.gather(*(served.service.chaser.look() for _ in range(8)))
    found = await alarms(operator, standing=False)
    assert sorted(each["assignment"] for each in found) == sorted(each["id"] for each in orders)
    assert {each["what"] for each in found} == {"unacknowledged"}


async def test_a_step_at_the_same_time_and_the_chaser_never_wait_for_each_other(
    served: House, operator: Signed
) -> None:
    kill_the_chaser()
    for _ in range(10):
        order = await ordered(operator)
        await later(served, 16)
        await asyncio.gather(
            *(served.service.chaser.look() for _ in range(3)),
            operator.step(order["id"], "acknowledge"),
            operator.step_incident(order["incident"], "note", note="问"),
        )
        await served.service.chaser.look()
        assert await alarms(operator) == []
        await operator.step_incident(order["incident"], "cancel")


async def test_readyz_tells_of_a_dead_chaser(served: House) -> None:
    async with httpx.AsyncClient(base_url=served.url) as nobody:

        async def alive() -> bool:
            return (await nobody.get("/readyz")).json()["chaser"] is True

        await until(alive)
        kill_the_chaser()
        async with served.pool.acquire() as connection:
            await connection.execute("UPDATE heartbeat SET at = at - interval '11 seconds' WHERE name = 'chaser'")
        answer = await nobody.get("/readyz")
        assert (answer.status_code, answer.json()["chaser"], answer.json()["ready"]) == (200, False, True)


# --- the second channel ---


class Neighbour(ThreadingHTTPServer):
    """A pager's webhook; ``answers`` are the statuses it gives, the last for ever."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.got: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.answers = [204]
        self.unsigned = 0
        self.hold = Event()
        self.hold.set()

    @property
    def channel(self) -> SecondChannel:
        return SecondChannel(url=f"http://127.0.0.1:{self.server_address[1]}/orders", secret=SECRET)


class _Hook(BaseHTTPRequestHandler):
    server: Neighbour

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            self.server.ids.append(webhook.verified(SECRET, headers, body, now=datetime.now(UTC)))
        except webhook.BadMessage:
            self.server.unsigned += 1
        self.server.got.append(json.loads(body))
        self.server.hold.wait()
        status = self.server.answers[0] if len(self.server.answers) == 1 else self.server.answers.pop(0)
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def second() -> Any:
    with Neighbour() as neighbour:
        thread = Thread(target=neighbour.serve_forever, daemon=True)
        thread.start()
        yield neighbour
        neighbour.shutdown()
        thread.join()


@asynccontextmanager
async def paging(dsn: str, second: Neighbour) -> AsyncIterator[tuple[House, Signed]]:
    async with house(dsn, PASSWORD, second_channel=second.channel) as served:
        yield served, await served.sign_in("operator")


async def told(second: Neighbour) -> dict[str, Any]:
    async def some() -> list[dict[str, Any]]:
        return second.got

    return (await until(some))[-1]


def headers_of(id: str, body: bytes, *, ago: timedelta = timedelta(), by: webhook.Secret = SECRET) -> dict[str, str]:
    signed = webhook.signed(by, id=id, at=datetime.now(UTC) - ago, body=body)
    return {**signed, "content-type": "application/json", "accept-language": "en"}


async def reply(served: House, id: str = "msg-1", expect: int = 201, **said: Any) -> Any:
    body = json.dumps(said).encode()
    async with httpx.AsyncClient(base_url=served.url) as provider:
        answer = await provider.post("/api/replies", content=body, headers=headers_of(id, body))
    assert answer.status_code == expect, answer.text
    return answer.json()


async def test_an_order_that_is_not_stored_goes_once_by_the_second_channel_signed_and_without_the_caller(
    demo_url: str, second: Neighbour
) -> None:
    async with paging(demo_url, second) as (served, operator):
        order = await ordered(operator, caller={"name": "王女士", "phone": "0744-555-0199"}, note="扭伤脚踝")
        await later(served, 5)
        page = await told(second)
        assert (page["unit"], page["phone"], page["area"]) == ("G5-3", "0744-555-0205", "wulingyuan")
        what = f"G5-3：{order['incident_number']} 号警情，扭伤擦伤，后花园"
        assert page["text_zh"] == f"【十分钟救援圈】{what}。回复 1 接警，2 无法前往。"
        assert "0744-555-0199" not in str(page)
        assert second.unsigned == 0

        async def sent() -> bool:
            return (await raised(operator, "undelivered"))["second_channel"] == "sent"

        await until(sent)
        assert "paged" in [each["step"] for each in await steps(operator, order["incident"])]
        await later(served, 40)
        await raised(operator, "unacknowledged")
        assert second.ids == [page["page"]]


async def test_a_neighbour_that_fails_is_tried_again_under_the_same_id_and_nobody_waits_for_it(
    demo_url: str, second: Neighbour
) -> None:
    second.answers = [500, 302, 204]
    async with paging(demo_url, second) as (served, operator):
        await ordered(operator)
        await later(served, 5)

        async def sent() -> bool:
            return (await raised(operator, "undelivered"))["second_channel"] == "sent"

        await until(sent)
        assert len(second.ids) == 3
        assert len(set(second.ids)) == 1


async def test_an_order_answered_meanwhile_is_not_sent_again(demo_url: str, second: Neighbour) -> None:
    second.answers = [503]
    async with paging(demo_url, second) as (served, operator):
        order = await ordered(operator)
        await later(served, 5)
        await told(second)
        await operator.step(order["id"], "acknowledge", channel="radio")

        async def given_up() -> bool:
            return (await raised(operator, "undelivered"))["second_channel"] == "needless"

        await until(given_up)


async def test_what_is_too_late_after_an_outage_is_not_sent_and_that_is_shown(demo_url: str, second: Neighbour) -> None:
    second.answers = [503] * 100
    async with paging(demo_url, second) as (served, operator):
        order = await ordered(operator)
        await later(served, 5)
        await told(second)
        await later(served, 600)

        async def given_up() -> bool:
            return (await raised(operator, "undelivered"))["second_channel"] == "failed"

        await until(given_up)
        second.answers = []
        lines = await steps(operator, order["incident"])
        [failed] = [each for each in lines if each["step"] == "page_failed"]
        assert "too late" in failed["body"]["failure"]


async def test_a_page_that_nobody_takes_holds_up_no_other(demo_url: str, second: Neighbour) -> None:
    async with paging(demo_url, second) as (served, operator):
        second.hold.clear()  # it answers nobody until it is let
        try:
            for code in ("G5-3", "G5-2"):
                await ordered(operator, unit=code)
            await later(served, 5)

            async def both() -> bool:
                return len(set(second.ids)) == 2

            await until(both)
        finally:
            second.hold.set()


async def test_a_chaser_whose_every_look_fails_is_dead(served: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise RuntimeError("a fault")

    chaser = served.service.chaser
    assert await chaser.look()
    operator = await served.sign_in("operator")
    await ordered(operator)
    monkeypatch.setattr("dispatch.server.chaser.fire", fails)
    await later(served, 5)

    async def seen() -> bool:
        return not await chaser.look()

    await until(seen)
    assert not await chaser.look(), "also while nothing more is due"
    monkeypatch.undo()


@pytest.mark.parametrize(("said", "state"), [("1", "acknowledged"), ("2", "declined")])
async def test_a_crew_answers_with_1_or_2_and_a_replay_changes_nothing(
    demo_url: str, second: Neighbour, said: str, state: str
) -> None:
    async with paging(demo_url, second) as (served, operator):
        order = await ordered(operator)
        await later(served, 5)
        page = await told(second)
        answer = await reply(served, reply=said, phone=page["phone"])
        assert answer == {"page": page["page"], "assignment": order["id"], "state": state}
        assert await reply(served, expect=200, reply=said, phone=page["phone"]) == answer
        shown = await operator.ask("GET", f"/api/assignments/{order['id']}")
        assert shown["state"] == state
        entry = (await steps(operator, order["incident"]))[-1]
        assert (entry["channel"], entry["body"]["note"]) == ("second_channel", page["phone"])
        [alarm] = await alarms(operator, standing=False)
        assert (alarm["second_channel"], alarm["ended_by"]) == ("replied", {"1": "acknowledge", "2": "decline"}[said])


async def test_who_does_not_sign_or_replays_or_answers_too_late_is_refused(demo_url: str, second: Neighbour) -> None:
    async with paging(demo_url, second) as (served, operator):
        order = await ordered(operator)
        await later(served, 5)
        page = await told(second)
        body = json.dumps({"reply": "1", "page": page["page"]}).encode()
        other = webhook.secret("whsec_" + base64.b64encode(b"x" * 30).decode())
        async with httpx.AsyncClient(base_url=served.url) as provider:
            for headers in (
                {"content-type": "application/json"},
                headers_of("msg-2", body, by=other),
                headers_of("msg-2", body, ago=timedelta(minutes=6)),
            ):
                answer = await provider.post("/api/replies", content=body, headers=headers)
                assert (answer.status_code, answer.json()["error"]) == (401, "not_signed")
        assert (await reply(served, "m3", 422, reply="1", page=str(uuid4())))["field"] == "page"
        assert (await reply(served, "m4", 400, reply="1"))["field"] == "page"
        await operator.step(order["id"], "revoke")
        for _ in range(2):
            assert (await reply(served, "m5", 409, reply="1", page=page["page"]))["error"] == "stale"
        kept = [each for each in await steps(operator, order["incident"]) if each["step"] == "too_late"]
        assert [(each["channel"], each["body"]["of"]) for each in kept] == [("second_channel", "acknowledge")]


async def test_without_a_second_channel_no_reply_is_taken(served: House) -> None:
    assert (await reply(served, expect=401, reply="1", phone="1"))["error"] == "not_signed"


async def test_an_exercise_is_chased_on_screen_and_reaches_nobody_outside(demo_url: str, second: Neighbour) -> None:
    async with paging(demo_url, second) as (served, operator):
        supervisor = await served.sign_in("supervisor")
        drill = await supervisor.ask("POST", "/api/exercises", 201, id=str(uuid4()), name="演练")
        played = await ordered(operator, exercise=drill["id"])
        real = await ordered(operator, "G5-5")
        await later(served, 45)
        assert (await told(second))["unit"] == "G5-5"
        await until(lambda: alarms_of(operator, played, {"unacknowledged"}))
        await until(lambda: alarms_of(operator, real, {"unacknowledged"}))
        [shown] = [each for each in await alarms(operator) if each["assignment"] == played["id"]]
        assert (shown["exercise"], shown["second_channel"]) == (drill["id"], "none")
        async with served.pool.acquire() as connection:
            assert await connection.fetchval("SELECT count(*) FROM page") == 1
        assert [each["unit"] for each in second.got] == ["G5-5"]
