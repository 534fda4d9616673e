"""When the network goes: what is stale says so, what was pressed is kept, and everything comes back by itself."""

import re

from house import House
from line import Line
from playwright.async_api import expect
from seats import Opens


async def test_a_console_that_is_cut_off_says_so_and_since_when_and_recovers(
    opens: Opens, line: Line, served: House
) -> None:
    desk = await opens("operator", line.url)
    await desk.live()
    desk.may_lose_network = True
    line.cut()
    banner = desk.page.get_by_role("alert")
    await expect(banner).to_contain_text(re.compile(r"与服务器的连接已断开 \d+ 秒"))
    await expect(banner).to_contain_text(re.compile(r"停在 10:\d\d:\d\d"))
    colleague = await served.sign_in("operator2")
    await colleague.report(location={"place": "后花园"}, type="TRA-FX", assign="recommend")
    await expect(desk.button("进行中 0")).to_be_visible()
    line.mend()
    await desk.live()
    await expect(banner).to_be_hidden()
    await expect(desk.button("进行中 1")).to_be_visible()


async def test_a_phone_keeps_what_is_pressed_without_signal_also_when_it_is_closed(
    opens: Opens, line: Line, served: House
) -> None:
    crew = await opens("crew-G5-2", line.url, phone=True)
    await crew.live()
    crew.may_lose_network = True
    operator = await served.sign_in("operator")
    incident = await operator.report(location={"place": "后花园"}, type="TRA-FX", assign="recommend")
    order = await operator.assign(incident["id"], "G5-2")
    await expect(crew.button("接警")).to_be_visible()
    async with served.listen(operator) as console:  # the service knows that the order has alarmed
        board = f"area/{operator.session['area']}"
        await console.thing(board, "assignment", order["id"], lambda body: body["alarmed_at"] is not None)

    line.cut()
    await crew.button("接警").click()
    await expect(crew.text("1 个步骤尚未发送")).to_be_visible()
    await expect(crew.page.locator(".pressed")).to_contain_text("未发送")
    await expect(crew.button("出发")).to_be_enabled()
    await crew.button("出发").click()
    await expect(crew.text("2 个步骤尚未发送")).to_be_visible()
    assert (await operator.ask("GET", f"/api/assignments/{order['id']}"))["state"] == "assigned"

    await crew.page.close()
    line.mend()
    again = await crew.context.new_page()
    crew.watch(again)
    crew.page = again
    await again.goto(f"{line.url}/crew")
    await crew.live()
    await expect(again.locator(".pressed .fate")).to_have_text(["✓", "✓"])
    await expect(crew.text("尚未发送")).to_be_hidden()
    steps = [each["step"] for each in (await operator.ask("GET", f"/api/incidents/{incident['id']}/timeline"))["items"]]
    assert [step for step in steps if step in ("acknowledge", "en_route")] == ["acknowledge", "en_route"]


async def test_a_step_that_comes_too_late_is_told_to_the_crew_and_to_the_desk(
    opens: Opens, line: Line, served: House
) -> None:
    crew = await opens("crew-G5-2", line.url, phone=True)
    await crew.live()
    crew.may_lose_network = True
    operator = await served.sign_in("operator")
    incident = await operator.report(location={"place": "后花园"}, type="TRA-FX", assign="recommend")
    order = await operator.assign(incident["id"], "G5-2")
    await expect(crew.button("接警")).to_be_visible()
    line.cut()
    await crew.button("接警").click()
    await operator.step(order["id"], "revoke")
    line.mend()
    await expect(crew.page.get_by_role("alert")).to_contain_text("派警已撤回，请勿前往")
    await expect(crew.text("尚未发送")).to_be_hidden()
    desk = await opens("operator")
    alarms = desk.page.get_by_role("region", name="待处理告警")
    await expect(alarms.get_by_text("G5-2 仍在执行已结束的派警")).to_be_visible()
    await alarms.get_by_role("button", name="查看").click()
    await expect(desk.page.locator(".timeline")).to_contain_text("过后才收到")
    await alarms.get_by_role("button", name="已用电台告知").click()
    await expect(alarms).to_be_hidden()


async def test_a_service_that_restarts_is_found_again(opens: Opens, line: Line) -> None:
    crew = await opens("crew-G5-2", line.url, phone=True)
    desk = await opens("operator", line.url)
    await crew.live()
    await desk.live()
    crew.may_lose_network = desk.may_lose_network = True
    for _ in range(2):
        line.cut()
        await expect(desk.text("已断开").first).to_be_visible()
        line.mend()
        await desk.live()
        await crew.live()


async def test_a_browser_that_is_set_offline_sees_it_and_comes_back(opens: Opens) -> None:
    desk = await opens("operator")
    await desk.live()
    desk.may_lose_network = True
    await desk.context.set_offline(True)
    await expect(desk.page.get_by_role("alert")).to_contain_text("与服务器的连接已断开", timeout=20_000)
    await desk.context.set_offline(False)
    await desk.live()
