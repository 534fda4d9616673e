"""Move-up at the pages: a hole is named, one press sends who mends most, and its crew reads where to stand by."""

from uuid import uuid4

from house import House, Signed
from playwright.async_api import expect
from seats import Opens


async def until_a_move_is_proposed(operator: Signed) -> None:
    """Send the nearest units to one incident until that opens a hole that another can mend."""
    told = await operator.report(type="TRA-SP", location={"place": "贺龙公园"}, assign="recommend")
    for each in [each for each in told["recommendation"]["candidates"] if each["eta_s"] is not None][:4]:
        await operator.assign(told["id"], each["code"], reason="test")
        if (await operator.ask("GET", "/api/coverage/holes"))["move"] is not None:
            return
    raise AssertionError("no move was proposed")


async def test_one_press_sends_the_unit_that_mends_most_and_its_crew_says_how_far_it_is(
    opens: Opens, served: House
) -> None:
    operator = await served.sign_in("operator2")
    await until_a_move_is_proposed(operator)
    proposed = (await operator.ask("GET", "/api/coverage/holes"))["move"]
    desk = await opens("operator")
    await desk.live()
    box = desk.page.locator(".holes-opened")
    await expect(box).to_contain_text(f"建议 {proposed['unit']} 补位至{proposed['to']['name_zh']}")
    await box.get_by_role("button", name=f"补位 {proposed['unit']}").click()
    row = desk.page.locator(".unit-row").filter(has=desk.page.locator(".code", has_text=proposed["unit"]))
    await expect(row).to_contain_text(f"补位：{proposed['to']['name_zh']} · 已下达")

    crew = await opens(f"crew-{proposed['unit']}", phone=True)
    card = crew.page.get_by_role("region", name="补位任务")
    await expect(card).to_contain_text(proposed["to"]["name_zh"])
    for step, after in (("收到", "已收到"), ("出发", "途中"), ("到位", "已到位")):
        await card.get_by_role("button", name=step, exact=True).click()
        await expect(card).to_contain_text(after)
    await expect(row).to_contain_text("已到位")
    told = await operator.report(type="TRA-SP", location={"place": "神堂湾"})
    await operator.ask(
        "POST",
        f"/api/incidents/{told['id']}/assignments",
        201,
        id=str(uuid4()),
        unit=proposed["unit"],
        reason="test",
    )
    await expect(card).to_be_hidden()
    await expect(row).not_to_contain_text("补位")
