"""A desk sees what has not happened in time, and answers it where it stands."""

from uuid import uuid4

from chasing import later
from house import House
from playwright.async_api import expect
from seats import Opens

from dispatch.server.chaser import NAME


async def test_an_order_nobody_answers_stands_on_the_desk_until_somebody_does(opens: Opens, served: House) -> None:
    desk = await opens("operator")
    await desk.live()
    program = await served.sign_in("operator2")
    incident = await program.report(type="MED-CA", location={"place": "后花园"}, assign="recommend")
    order = await program.assign(incident["id"], "G5-3", reason="试")
    await later(served, 5)
    alarms = desk.page.locator(".alarms")
    await expect(alarms).to_contain_text("G5-3 终端未收到派单")
    await expect(alarms).to_contain_text("用电台或电话呼叫")
    await later(served, 40)
    await expect(alarms).to_contain_text("G5-3 无人接警")
    await expect(alarms.locator("li")).to_have_count(1)
    await alarms.get_by_role("button", name="查看").click()
    await expect(desk.page.locator(".headline")).to_contain_text("心脏骤停")
    await expect(desk.page.locator(".timeline")).to_contain_text("超时未答")
    other = alarms.get_by_role("button", name="派出")
    code = (await other.inner_text()).removeprefix("派出 ")
    await other.click()
    await expect(desk.page.locator(".assignment")).to_have_count(2)
    await expect(desk.page.locator(".assignment").filter(has_text=code)).to_contain_text("G5-3 未应答")
    await alarms.locator("li").filter(has_text="G5-3").get_by_role("button", name="电台已答").click()
    await expect(alarms.locator("li").filter(has_text="G5-3")).to_have_count(0)
    shown = await program.ask("GET", f"/api/assignments/{order['id']}")
    assert shown["state"] == "acknowledged"


async def test_a_dead_chaser_is_an_alarm_of_its_own_in_either_language(opens: Opens, served: House) -> None:
    async with served.pool.acquire() as connection:
        await connection.execute(
            "CREATE FUNCTION stopped() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        )
        await connection.execute(
            "CREATE TRIGGER stopped BEFORE UPDATE ON heartbeat FOR EACH ROW EXECUTE FUNCTION stopped()"
        )
        await connection.execute("DELETE FROM heartbeat WHERE name = $1", NAME)
        await connection.execute(
            "CREATE TRIGGER never BEFORE INSERT ON heartbeat FOR EACH ROW EXECUTE FUNCTION stopped()"
        )
    desk = await opens("viewer")
    await desk.live()
    await expect(desk.page.get_by_role("alert").filter(has_text="追踪已停止")).to_be_visible(timeout=15_000)
    await desk.button("English").click()
    await expect(desk.text("Nobody is chasing orders")).to_be_visible()


async def test_when_units_are_short_the_desk_sees_who_waits_and_takes_one_from_the_less_urgent(
    opens: Opens, served: House
) -> None:
    program = await served.sign_in("operator2")
    for code in (await program.units()).keys() - {"G5-3", "G1-1"}:
        await program.ask("POST", f"/api/units/{code}/availability", 201, id=str(uuid4()), available=False)
    minor = await program.report(type="TRA-SP", location={"place": "后花园"}, priority="P4")
    await program.assign(minor["id"], "G5-3")
    desk = await opens("operator")
    await desk.live()
    urgent = await program.report(type="MED-CA", location={"place": "后花园"}, assign="recommend")
    await program.report(type="TRA-FX", location={"place": "迷魂台"}, assign="recommend")
    queue = desk.page.locator(".queue")
    await expect(queue.locator("li")).to_have_count(2)
    await expect(queue.locator("li").first).to_contain_text("P1 2 号 心脏骤停")
    await expect(queue.locator("li").last).to_contain_text("单元不足，先顾更紧急的")
    await later(served, 60)
    alarm = desk.page.locator(".alarms li").filter(has_text="尚未派出单元").filter(has_text="2 号")
    await expect(alarm).to_contain_text("可从 1 号警情调 G5-3")
    await alarm.get_by_role("button", name="查看").click()
    await expect(desk.page.locator(".outlook")).to_contain_text("等待派出")
    await alarm.get_by_role("button", name="派出 G5-3").click()
    await expect(desk.page.locator(".assignment")).to_contain_text("G5-3")
    await expect(desk.page.locator(".outlook")).to_contain_text("预计按时到达。 G5-3 预计")
    assert (await program.units())["G5-3"]["incident"] == urgent["id"]
