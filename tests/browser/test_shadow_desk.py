"""A centre that begins in shadow: three keys log who went, and the week says where it would have chosen otherwise."""

from typing import Any
from uuid import uuid4

from house import House, Signed
from playwright.async_api import expect
from seats import Opens


async def shadow(seat: Signed) -> None:
    await seat.ask("POST", "/api/mode", 201, id=str(uuid4()), mode="shadow", reason="试运行")


async def departures(seat: Signed, incident: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await seat.ask("GET", f"/api/incidents/{incident}"))["departures"]
    return found


async def test_who_went_is_logged_by_three_keys_and_compared_and_a_supervisor_switches_to_live(
    served: House, opens: Opens
) -> None:
    supervisor = await served.sign_in("supervisor")
    await shadow(supervisor)
    told = await supervisor.report(type="TRA-SP", location={"place": "后花园"})
    desk = await opens("supervisor")
    await desk.live()
    await expect(desk.text("影子运行：用对讲指挥")).to_be_visible(timeout=15_000)
    await desk.text("扭伤擦伤").first.click()
    second = desk.page.locator(".ranking li").nth(1)
    await expect(second).to_be_visible(timeout=15_000)
    await expect(desk.page.get_by_role("button", name="派出")).to_have_count(0)
    for key in ("g", "2", "Enter"):
        await desk.page.keyboard.press(key)
    gone = desk.page.locator(".departures li")
    await expect(gone).to_have_count(1, timeout=15_000)
    [logged] = await departures(supervisor, told["id"])
    assert logged["code"] == told["recommendation"]["candidates"][1]["code"]

    await desk.page.keyboard.press("g")
    await desk.page.keyboard.type("民间救援队 -5 /王队")
    await expect(desk.text("民间救援队（非本区单元） · 5 分钟前 · 王队 报告")).to_be_visible()
    await desk.page.keyboard.press("Enter")
    await expect(gone).to_have_count(2, timeout=15_000)
    await desk.button(f"已到患者处 {logged['code']}").click()
    await expect(desk.text("到患者处 1").first).to_be_visible(timeout=15_000)

    await desk.button("影子运行", exact=True).click()
    await expect(desk.text("共 1 起：选择相同 0，不同 1，相同率 0 %")).to_be_visible(timeout=15_000)
    await desk.button("切换为正式运行").click()
    await expect(desk.text("不会因切换而突然派出或收回")).to_be_visible()
    await desk.page.get_by_label("原因").fill("试运行结束")
    await desk.button("切换为正式运行").click()
    await expect(desk.text("未结警情：影子 1 起，正式 0 起")).to_be_visible(timeout=15_000)
    await expect(desk.text("影子运行：用对讲指挥")).to_have_count(0)
