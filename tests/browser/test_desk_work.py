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


async def test_an_incident_run_by_radio_is_entered_afterwards_and_what_cannot_be_is_said_beside_its_field(
    served: House, opens: Opens
) -> None:
    desk = await opens("operator")
    await desk.live()
    await desk.button("已结束").click()
    await desk.button("补录警情").click()
    await desk.page.get_by_label("接报时间").fill("0905")
    await desk.page.get_by_label("结束时间").fill("0955")
    await desk.page.get_by_label("谁提供的").fill("值班员甲")
    await desk.page.get_by_role("combobox", name="发生了什么").fill("扭伤")
    await desk.page.keyboard.press("Enter")
    await desk.page.get_by_role("combobox", name="地名").fill("后花园")
    await desk.page.get_by_label("单元代码").fill("G5-3")
    await desk.page.get_by_label("派警", exact=True).fill("0907")
    await desk.page.get_by_label("到伤者", exact=True).fill("0903")
    await desk.page.get_by_label("归队", exact=True).fill("0950")
    await desk.button("补录", exact=True).click()
    await expect(desk.text("G5-3 到伤者身边 不能早于 G5-3 派警", exact=True)).to_be_visible(timeout=15_000)
    desk.complaints.clear()  # the browser's own word on the refusal
    await desk.page.get_by_label("到伤者", exact=True).fill("0918")
    await desk.button("补录", exact=True).click()
    await expect(desk.text("其中补录 1 起")).to_be_visible(timeout=15_000)
    await expect(desk.page.locator("article .late-mark").first).to_be_visible()
    await expect(desk.page.locator(".timeline time").nth(2)).to_have_text("09:18:00")


async def test_what_a_crew_says_is_one_line_of_keys_and_what_was_said_wrongly_is_corrected(
    served: House, opens: Opens
) -> None:
    operator = await served.sign_in("operator")
    told = await operator.report(type="TRA-SP", location={"place": "后花园"})
    await operator.assign(told["id"], "G5-3")
    desk = await opens("operator")
    await desk.live()
    await desk.text("扭伤擦伤").first.click()
    await desk.page.keyboard.press("r")
    await desk.page.keyboard.type("53 4 右踝肿 /王队")
    await expect(desk.text("G5-3 · 1 号 · 到伤者身边 · 右踝肿 · 电台 · 王队 报告")).to_be_visible(timeout=15_000)
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.locator(".assignment-state.at_patient").first).to_be_visible(timeout=15_000)
    await desk.page.keyboard.type("53 @黄石寨索道上站")
    await expect(desk.page.locator(".radio-line [role=status]")).to_contain_text("在黄石寨索道上站")
    await desk.page.keyboard.press("Enter")
    await expect(desk.text("报告位置")).to_be_visible(timeout=15_000)
    at = (await operator.units())["G5-3"]["position"]
    assert at["source"] == "radio"

    await desk.button("更正").click()
    await desk.page.get_by_label("为什么更正").fill("听错了")
    await desk.button("改为没有发生").click()
    await expect(desk.page.locator(".assignment-state.assigned").first).to_be_visible(timeout=15_000)
    lines = (await operator.ask("GET", f"/api/incidents/{told['id']}/timeline"))["items"]
    assert [(each["step"], each["body"].get("said_by"), each["channel"]) for each in lines[-3:]] == [
        ("at_patient", "王队", "radio"),
        ("position", "G5-3", "radio"),
        ("correct", None, "console"),
    ]


async def test_a_committee_sends_its_squad_and_hands_up_by_one_key_and_the_centre_gives_it_back_by_another(
    served: House, opens: Opens
) -> None:
    committee = await served.sign_in("committee-C4")
    told = await committee.report(type="TRA-SP", location={"cell": "430811002904003"}, keep=True)
    theirs, desk = await opens("committee-C4"), await opens("operator")
    await theirs.live()
    await desk.live()
    for window in (theirs, desk):
        await window.text("扭伤擦伤").first.click()
    await expect(desk.text("金鞭溪管委会负责")).to_be_visible(timeout=15_000)
    await expect(theirs.text("本管委会负责")).to_be_visible()
    await theirs.button("已派出 执法四中队").click()
    await expect(desk.page.locator(".departures")).to_contain_text("执法四中队", timeout=15_000)
    await theirs.page.keyboard.press("u")
    await expect(desk.text("金鞭溪管委会负责")).to_have_count(0, timeout=15_000)
    await expect(theirs.text("本管委会负责")).to_have_count(0)
    await desk.page.keyboard.press("t")
    await desk.page.get_by_label("转交给").select_option("C4")
    await desk.page.keyboard.press("Enter")
    await expect(theirs.text("本管委会负责")).to_be_visible(timeout=15_000)
    now = await committee.ask("GET", f"/api/incidents/{told['id']}")
    assert (now["status"], now["owner"]["code"]) == ("open", "C4")


async def test_the_way_out_is_planned_asked_and_told_and_the_crew_reads_it(served: House, opens: Opens) -> None:
    operator = await served.sign_in("operator")
    told = await operator.report(type="TRA-FX", location={"place": "后花园"})
    await operator.assign(told["id"], "G5-3", reason="x")
    desk, phone = await opens("operator"), await opens("crew-G5-3", phone=True)
    await desk.live()
    await desk.text("摔伤骨折").first.click()
    await desk.button("安排转运").click()
    await desk.page.get_by_role("combobox", name="接驳点").fill("百龙天梯下站")
    await desk.page.get_by_role("option", name="百龙天梯下站").first.click()
    await expect(desk.text("接驳点 百龙天梯下站").first).to_be_visible(timeout=15_000)
    await desk.page.get_by_role("button", name="保持等候").click()
    await desk.page.get_by_label("谁答复的").fill("李师傅")
    await desk.button("同意", exact=True).click()
    await expect(desk.text("李师傅 ·").first).to_be_visible(timeout=15_000)
    await desk.page.get_by_label("医院", exact=True).focus()
    await desk.page.get_by_label("医院", exact=True).select_option("R-120")
    await desk.page.get_by_label("医院接电话的人").fill("护士长")
    await desk.button("已通知", exact=True).click()
    await expect(desk.text("已通知 护士长").first).to_be_visible(timeout=15_000)
    await expect(phone.text("接驳点 百龙天梯下站")).to_be_visible(timeout=15_000)
    await expect(phone.text("保持等候 同意")).to_be_visible()


async def test_a_place_between_top_and_foot_is_asked_about_and_one_press_settles_it(
    served: House, opens: Opens
) -> None:
    operator = await served.sign_in("operator")
    point = {"lon": 110.427, "lat": 29.3245, "datum": "WGS84", "accuracy_m": 100}
    told = await operator.report(type="TRA-FX", location={"point": point}, assign="recommend")
    desk = await opens("operator")
    await desk.live()
    await desk.text(f"{told['number']} 号", exact=True).first.click()
    asked = desk.page.get_by_role("group", name="人在哪一条路上？二者选一")
    await expect(asked.get_by_role("button")).to_have_count(2, timeout=15_000)
    await asked.get_by_text("海拔约 725 米").click()
    await expect(asked).to_have_count(0, timeout=15_000)
    await expect(desk.text("海拔约 725 米").first).to_be_visible()
    now = await operator.ask("GET", f"/api/incidents/{told['id']}")
    assert now["place"]["given"]["point"] == {**point, "edge": "HZU-LMW-trail"}
