"""A desk sees what has not happened in time, and answers it where it stands."""

from house import House
from playwright.async_api import expect
from seats import Opens

from dispatch.server.chaser import NAME


async def later(served: House, seconds: float) -> None:
    async with served.pool.acquire() as connection:
        await connection.execute("UPDATE clock SET told_from = told_from + make_interval(secs => $1)", seconds)


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
