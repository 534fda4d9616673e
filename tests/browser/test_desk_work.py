"""What an operator does by keys while somebody speaks: which incident it is, and what a crew says."""

from house import House
from playwright.async_api import expect
from seats import Opens


async def test_a_second_call_is_recognised_while_it_is_typed_and_kept_with_the_first(
    served: House, opens: Opens
) -> None:
    operator = await served.sign_in("operator")
    first = await operator.report(type="TRA-FX", location={"place": "后花园"}, caller={"name": "王女士"})
    desk = await opens("operator")
    await desk.live()
    await desk.button("新建警情").click()
    await desk.page.get_by_role("combobox", name="地名").fill("后花园")
    await expect(desk.text("可能是同一起")).to_be_visible(timeout=15_000)
    await desk.page.get_by_label("报警人姓名").fill("李先生")
    await desk.page.keyboard.press("Alt+1")
    await expect(desk.text("2 次接报").first).to_be_visible(timeout=15_000)
    await expect(desk.text("李先生")).to_be_visible()
    await expect(desk.text("王女士")).to_be_visible()

    second = await operator.report(type="TRA-SP", location={"place": "后花园"})
    await desk.text(f"{second['number']} 号", exact=True).click()
    await desk.button(f"与 {first['number']} 号关联").click()
    await expect(desk.text(f"⇄ 与 {first['number']} 号同一起").first).to_be_visible(timeout=15_000)
    await expect(desk.text(f"⇄ {second['number']} 号也报此事").first).to_be_visible()
    now = [await operator.ask("GET", f"/api/incidents/{each['id']}") for each in (first, second)]
    assert [each["status"] for each in now] == ["open", "open"]
    await desk.button("解除关联").click()
    await expect(desk.text("⇄ ")).to_have_count(0, timeout=15_000)
