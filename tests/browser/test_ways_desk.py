"""Ways and conditions on the console: closed, switched and opened again by an operator, seen by everybody else."""

from house import House
from playwright.async_api import expect
from seats import Opens


async def test_an_operator_closes_a_way_and_opens_it_again_and_another_console_sees_it(
    opens: Opens, served: House
) -> None:
    desk, wall = await opens("operator"), await opens("viewer")
    await desk.live()
    await wall.live()
    await desk.button("道路", exact=True).click()
    await desk.button("封闭路段…").click()
    await desk.page.get_by_role("combobox", name="路段", exact=True).fill("百龙天梯")
    await desk.page.get_by_role("option", name="BLL-BLU-lift").click()
    await expect(desk.button("确认封闭")).to_be_disabled()
    await desk.page.get_by_label("原因").last.fill("年度检修")
    await desk.page.get_by_label("时长").select_option(label="2 小时")
    await desk.button("确认封闭").click()
    row = desk.page.get_by_role("listitem").filter(has_text="年度检修")
    await expect(row).to_contain_text("百龙天梯")
    await expect(row).to_contain_text("封闭")

    await wall.button("道路 · 封闭 1").click()
    await expect(wall.text("年度检修")).to_be_visible()
    await expect(wall.button("解除")).to_have_count(0)
    await expect(wall.button("封闭路段…")).to_have_count(0)

    operator = await served.sign_in("operator")
    [kept] = (await operator.ask("GET", "/api/closures"))["items"]
    assert (kept["edges"], kept["mode"], kept["reason"]) == (["BLL-BLU-lift"], "shut", "年度检修")
    assert kept["until"] is not None

    await desk.button("解除 百龙天梯").click()
    await expect(desk.text("没有封闭的路段")).to_be_visible()
    await expect(wall.text("没有封闭的路段")).to_be_visible()


async def test_a_kind_of_way_is_slowed_for_vehicles(opens: Opens, served: House) -> None:
    desk = await opens("operator")
    await desk.live()
    await desk.button("道路", exact=True).click()
    await desk.button("封闭路段…").click()
    await desk.page.get_by_label("或一类路段").select_option(label="车行道")
    await desk.button("缓行").click()
    await desk.page.get_by_label("用时倍数").fill("1.5")
    await desk.button("仅车辆").click()
    await desk.page.get_by_label("原因").last.fill("路面结冰")
    await desk.button("确认封闭").click()
    await expect(desk.text("缓行 · ×1.5 · 仅车辆")).to_be_visible()
    operator = await served.sign_in("operator")
    [kept] = (await operator.ask("GET", "/api/closures"))["items"]
    assert (kept["kind"], kept["mode"], kept["factor"], kept["layer"]) == ("road", "slow", 1.5, "vehicle")


async def test_conditions_are_switched_with_a_reason_and_everybody_sees_which_they_are(opens: Opens) -> None:
    desk, wall = await opens("operator"), await opens("viewer")
    await desk.live()
    await wall.live()
    await desk.button("道路", exact=True).click()
    await desk.button("暴雨大风", exact=True).click()
    await desk.button("夜间", exact=True).click()
    await desk.page.get_by_label("原因").fill("气象台橙色预警")
    await desk.button("切换路况").click()
    await expect(desk.text("气象台橙色预警")).to_be_visible()
    await expect(wall.button("道路 · 夜间、暴雨大风")).to_be_visible()
    await desk.button("暴雨大风", exact=True).click()
    await desk.button("夜间", exact=True).click()
    await desk.page.get_by_label("原因").fill("解除预警")
    await desk.button("恢复正常").click()
    await expect(wall.button("道路", exact=True)).to_be_visible()
