"""The main job as people see it: a call is taken, the right crew is sent and followed, on two screens at once."""

import re

import pytest
from house import House
from playwright.async_api import expect
from seats import Opens, Window, take_call

CREW_STEPS = (("接警", "接警"), ("出发", "出发"), ("到伤者身边", "到伤者"))


async def press(crew: Window, name: str) -> None:
    """The button by its name; a second touch too soon is not taken, so it waits until the buttons are back."""
    button = crew.button(name, exact=True)
    await expect(button).to_be_enabled()
    await button.click()


async def test_a_call_becomes_an_order_and_every_step_of_the_crew_is_seen_with_its_time(opens: Opens) -> None:
    desk = await opens("operator")
    await desk.live()
    await take_call(desk, what="摔伤", where="hhy", option="后花园")

    article = desk.page.get_by_role("article")
    await expect(article.get_by_role("heading", level=2)).to_contain_text("摔伤骨折")
    await expect(article.get_by_text("处置预案 TRA-FX")).to_be_visible()
    first = article.locator(".candidate.chosen").first
    await expect(first).to_contain_text("最先到达伤者")
    code = await first.locator(".code").inner_text()
    await expect(article.locator(".candidate.chosen").last.locator(".way")).to_contain_text(
        re.compile(r"步行|驾车|就在现场")
    )
    await article.get_by_text("其他单元").click()
    await expect(article.get_by_text("已有更快且足够的单元").first).to_be_visible()

    crew = await opens(f"crew-{code}", phone=True)
    await crew.live()
    await expect(crew.text("当前没有派警")).to_be_visible()
    await desk.button(f"派出 {code}").click()

    await expect(crew.page.get_by_role("heading", name="摔伤骨折")).to_be_visible()
    await expect(crew.page.locator(".where")).to_have_text("后花园")
    await expect(crew.page.get_by_role("link", name="拨打 13800001111")).to_have_attribute("href", "tel:13800001111")
    await expect(crew.text("右脚踝肿胀")).to_be_visible()
    card = desk.page.locator(".assignment")
    for time in ("派警", "送达", "响铃"):
        await expect(card.get_by_role("term").filter(has_text=time)).to_be_visible()

    for name, time in CREW_STEPS:
        await press(crew, name)
        await expect(card.get_by_role("term").filter(has_text=re.compile(f"^{time}$"))).to_be_visible()
    await expect(desk.page.locator(".headline")).to_contain_text("按时到达")

    await press(crew, "归队，可再派")
    await expect(crew.text("当前没有派警")).to_be_visible()
    await expect(card).to_contain_text("已归队")
    timeline = desk.page.locator(".timeline")
    for step in ("接报", "派警", "送达终端", "已响铃", "接警", "出发", "到伤者身边", "归队"):
        await expect(timeline.get_by_text(step, exact=True)).to_be_visible()

    await desk.button("结束", exact=True).click()
    await desk.button("结束警情").click()
    await expect(desk.page.locator(".headline")).to_contain_text("已结束 · 处置完毕")
    await expect(desk.button("重新打开")).to_be_visible()
    await expect(desk.button("进行中 0")).to_be_visible()


async def test_another_unit_than_the_recommended_needs_a_reason_and_it_is_kept(opens: Opens) -> None:
    desk = await opens("operator")
    await desk.live()
    await take_call(desk, what="摔伤", where="后花园", option="后花园")
    await desk.text("其他单元").click()
    other = desk.page.locator(".others .candidate").first
    code = await other.locator(".code").inner_text()
    await other.get_by_role("button", name="改派").click()
    await expect(other.get_by_role("button", name="派出此单元")).to_be_disabled()
    await other.get_by_role("button", name="熟悉现场").click()
    await other.get_by_role("button", name="派出此单元").click()
    card = desk.page.locator(".assignment")
    await expect(card).to_contain_text(code)
    await expect(card).to_contain_text("改派理由：熟悉现场")


async def test_a_unit_that_somebody_else_took_meanwhile_is_said_and_the_advice_made_anew(
    opens: Opens, served: House
) -> None:
    desk = await opens("operator")
    await desk.live()
    await take_call(desk, what="摔伤", where="后花园", option="后花园")
    send = desk.page.locator(".candidate.chosen").first.get_by_role("button")
    code = (await send.inner_text()).removeprefix("派出 ")
    colleague = await served.sign_in("operator2")
    other = await colleague.report(location={"place": "黄石寨索道上站"}, type="TRA-FX")
    await desk.page.route("**/api/incidents/*/recommendation", lambda route: route.abort())
    desk.may_lose_network = True
    await colleague.assign(other["id"], code, reason="nearer to the other")
    await expect(desk.page.locator(".units")).to_contain_text(f"{other['number']} 号警情")
    await send.click()
    await expect(desk.page.get_by_role("alert").filter(has_text=f"{code} 已派往")).to_be_visible()
    await desk.page.unroute("**/api/incidents/*/recommendation")
    await desk.button("重新计算").click()
    await desk.text("不可派 1").click()
    await expect(desk.page.locator(".others .candidate", has_text=code)).to_contain_text(
        f"正在处置 {other['number']} 号警情"
    )


async def test_a_place_that_is_not_understood_is_asked_back_and_one_click_locates_it(opens: Opens) -> None:
    desk = await opens("operator")
    await desk.live()
    await take_call(desk, what="摔伤", where="黄石寨")
    asked = desk.page.locator(".asks")
    await expect(asked).to_contain_text("地点未能确定")
    await expect(asked).to_contain_text("原话：“黄石寨”")
    await expect(desk.page.locator(".headline")).to_contain_text("已接报，未定位")
    await desk.page.reload()
    await expect(asked.get_by_role("button").first).to_be_visible()
    choice = asked.get_by_role("button", name="索道上站").first
    await choice.click()
    await expect(asked).to_be_hidden()
    await expect(desk.page.locator(".headline")).to_contain_text("索道上站")
    await expect(desk.page.locator(".candidate.chosen").first).to_be_visible()


async def test_a_point_without_its_datum_is_not_sent_and_with_it_is_converted(opens: Opens) -> None:
    desk = await opens("operator")
    await desk.live()
    await desk.button("新建警情").click()
    await desk.button("坐标").click()
    await desk.page.get_by_label("经度").fill("110.4545")
    await desk.page.get_by_label("纬度").fill("29.3432")
    await desk.button("建立警情").click()
    await expect(desk.page.get_by_role("alert")).to_have_text(re.compile("请填写经度、纬度并选择坐标系"))
    await desk.page.get_by_label("坐标系").select_option("GCJ02")
    await desk.button("建立警情").click()
    await expect(desk.page.locator(".facts")).to_contain_text("110.449")


async def test_an_order_taken_back_does_not_just_vanish_from_the_phone(opens: Opens) -> None:
    desk = await opens("operator")
    await desk.live()
    await take_call(desk, what="摔伤", where="后花园", option="后花园")
    send = desk.page.locator(".candidate.chosen").first.get_by_role("button")
    code = (await send.inner_text()).removeprefix("派出 ")
    crew = await opens(f"crew-{code}", phone=True)
    await crew.live()
    await send.click()
    await expect(crew.button("接警")).to_be_visible()
    await desk.button("代报步骤").click()
    await desk.button("撤回").click()
    await expect(crew.page.get_by_role("alert")).to_contain_text("派警已撤回，请勿前往")
    await crew.page.reload()
    await expect(crew.page.get_by_role("alert")).to_contain_text("派警已撤回，请勿前往")
    await crew.button("知道了").click()
    await expect(crew.text("当前没有派警")).to_be_visible()
    await expect(crew.text("近 24 小时")).to_be_visible()


async def test_a_crew_declines_with_a_reason_and_asks_for_help_by_one_touch(opens: Opens) -> None:
    desk = await opens("operator")
    await desk.live()
    await take_call(desk, what="摔伤", where="后花园", option="后花园")
    await expect(desk.button("全部派出")).to_be_visible()
    codes = await desk.page.locator(".candidate.chosen .code").all_inner_texts()
    one, other = [await opens(f"crew-{code}", phone=True) for code in codes[:2]]
    await one.live()
    await other.live()
    await desk.button("全部派出").click()

    await press(one, "无法前往")
    await one.button("人员不足").click()
    declined = desk.page.locator(".assignment", has_text=codes[0])
    await expect(declined).to_contain_text("已拒绝")
    await expect(declined).to_contain_text("人员不足")

    await press(other, "接警")
    await press(other, "请求支援")
    await other.button("担架力量").click()
    await expect(desk.page.locator(".help-asked")).to_contain_text("担架力量")


async def test_clearing_without_having_been_at_the_patient_is_asked_about(opens: Opens) -> None:
    desk = await opens("operator")
    await desk.live()
    await take_call(desk, what="摔伤", where="后花园", option="后花园")
    send = desk.page.locator(".candidate.chosen").first.get_by_role("button")
    code = (await send.inner_text()).removeprefix("派出 ")
    crew = await opens(f"crew-{code}", phone=True)
    await crew.live()
    await send.click()
    await press(crew, "接警")
    await press(crew, "归队，可再派")
    await expect(crew.text("尚未登记到伤者身边的时间")).to_be_visible()
    await crew.button("直接归队").click()
    await expect(desk.page.locator(".assignment")).to_contain_text("已归队")


async def test_steps_heard_over_the_radio_are_entered_for_the_crew(opens: Opens) -> None:
    desk = await opens("operator")
    await desk.live()
    await take_call(desk, what="摔伤", where="后花园", option="后花园")
    await desk.page.locator(".candidate.chosen").first.get_by_role("button").click()
    await desk.button("代报步骤").click()
    entry = desk.page.locator(".step-entry")
    await entry.get_by_label("说了什么").fill("队长电台报告")
    await entry.get_by_role("button", name="到伤者身边").click()
    await expect(desk.page.locator(".assignment-state")).to_have_text("已到伤者身边")
    await expect(desk.page.locator(".timeline")).to_contain_text("队长电台报告")
    await expect(desk.page.locator(".timeline")).to_contain_text("电台")


async def test_a_unit_is_signed_off_and_on_and_its_position_entered_from_the_radio(opens: Opens) -> None:
    desk = await opens("operator")
    await desk.live()
    unit = desk.page.locator(".unit").first
    await unit.get_by_role("button").first.click()
    await unit.get_by_label("原因").fill("车辆故障")
    await unit.get_by_role("button", name="申报不可用").click()
    await expect(unit.locator(".unit-state")).to_contain_text("不可用")
    await expect(unit).to_contain_text("车辆故障")
    await unit.get_by_role("button", name="可派", exact=True).click()
    await expect(unit.locator(".unit-state")).to_contain_text("可派")
    await unit.get_by_role("combobox", name="登记电台报位").fill("后花园")
    await unit.get_by_role("option", name="后花园").first.click()
    await expect(unit.locator(".unit-row")).to_contain_text(re.compile("电台|终端"))


async def test_what_is_done_elsewhere_appears_without_a_touch(opens: Opens, served: House) -> None:
    desk = await opens("operator")
    await desk.live()
    colleague = await served.sign_in("operator2")
    incident = await colleague.report(location={"place": "后花园"}, type="TRA-FX", assign="recommend")
    await expect(desk.button("进行中 1")).to_be_visible()
    row = desk.page.locator("button.incident")
    await expect(row).to_contain_text("待派警")
    await colleague.step_incident(incident["id"], "cancel", note="another one")
    await expect(desk.button("已结束 1")).to_be_visible()


async def test_a_planner_reads_the_operators_page_and_can_do_nothing_on_it(opens: Opens, served: House) -> None:
    colleague = await served.sign_in("operator")
    await colleague.report(
        location={"place": "后花园"}, type="TRA-FX", assign="recommend", caller={"phone": "13800001111"}
    )
    planner = await opens("planner")
    await planner.live()
    await planner.page.locator("button.incident").click()
    await expect(planner.page.locator(".headline")).to_contain_text("摔伤骨折")
    await expect(planner.button("新建警情")).to_be_hidden()
    await expect(planner.button("结束", exact=True)).to_be_hidden()
    await expect(planner.text("13800001111")).to_be_hidden()


@pytest.mark.parametrize(
    ("login", "page"),
    [("operator", "/operator"), ("supervisor", "/operator"), ("planner", "/operator"), ("viewer", "/operator")],
)
async def test_everyone_is_led_to_their_page(opens: Opens, login: str, page: str) -> None:
    window = await opens(login)
    await window.live()
    assert window.page.url.endswith(page)
    await window.page.goto(window.url)
    await window.live()
    await window.button("退出").click()
    await expect(window.button("登录")).to_be_visible()


async def test_a_wrong_password_is_refused_in_the_readers_language(opens: Opens) -> None:
    window = await opens(None)
    window.may_lose_network = True  # a browser reports the 401 itself
    await window.log_in("operator", "guessed")
    await expect(window.page.get_by_role("alert")).to_contain_text("账号或密码不正确")
    await window.button("English").click()
    await window.button("Log in").click()
    await expect(window.page.get_by_role("alert")).to_contain_text("login or password is wrong")


async def test_the_language_is_switched_and_kept(opens: Opens) -> None:
    desk = await opens("operator")
    await desk.live()
    await take_call(desk, what="摔伤", where="后花园", option="后花园")
    await expect(desk.page.locator(".candidate.chosen").first).to_contain_text("最先到达伤者")
    await desk.button("English").click()
    await expect(desk.page.locator(".headline")).to_contain_text("Fall with fracture")
    await expect(desk.page.locator(".candidate.chosen").first).to_contain_text("first at the patient")
    await expect(desk.page.locator("html")).to_have_attribute("lang", "en-GB")
    await desk.page.reload()
    await expect(desk.text("● Live")).to_be_visible()
    await expect(desk.page.locator(".headline")).to_contain_text("Back Garden")
    await desk.button("中文").click()
    await expect(desk.page.locator("html")).to_have_attribute("lang", "zh-CN")
    await expect(desk.text("示意数据")).to_be_visible()


async def test_a_crew_says_where_it_is_and_whether_it_can_be_sent(opens: Opens) -> None:
    desk = await opens("operator")
    await desk.live()
    row = desk.page.locator(".unit", has_text="G5-2")
    crew = await opens("crew-G5-2", phone=True)
    await crew.live()
    await expect(crew.page.locator(".own-state")).to_contain_text("可派")

    await crew.button("申报不可用").click()
    await crew.button("车辆或装备故障").click()
    await expect(row).to_contain_text("不可用")
    await crew.button("可派", exact=True).click()
    await expect(row).to_contain_text("可派")

    await crew.context.grant_permissions(["geolocation"])
    await crew.context.set_geolocation({"longitude": 110.4495, "latitude": 29.3462, "accuracy": 12})
    await crew.button("共享本机位置").click()
    await expect(crew.text("正在共享位置")).to_be_visible()
    await expect(row).to_contain_text(re.compile(r"终端 · \d+ 秒前"))
    await crew.button("停止共享位置").click()
    await expect(crew.text("未共享位置")).to_be_visible()

    await crew.page.reload()
    await crew.button("已回驻点").click()
    await expect(row).to_contain_text("在驻点")
    await expect(crew.button("已回驻点")).to_be_hidden()


async def test_words_for_which_there_is_no_type_are_kept_with_what_was_said(opens: Opens) -> None:
    desk = await opens("operator")
    await desk.live()
    await desk.button("新建警情").click()
    await desk.page.get_by_role("combobox", name="发生了什么").fill("手机掉进缝里")
    await desk.page.get_by_label("情况说明").fill("人没事")
    await desk.button("建立警情").click()
    await expect(desk.page.locator(".headline")).to_contain_text("类型不详")
    await expect(desk.page.locator(".reports")).to_contain_text("手机掉进缝里\n人没事")


async def test_a_session_that_has_ended_leads_every_window_of_it_to_the_log_in(opens: Opens) -> None:
    desk = await opens("operator")
    await desk.live()
    desk.may_lose_network = True  # a browser reports the 401 itself
    other = await desk.context.new_page()
    await other.goto(f"{desk.url}/operator")
    await other.get_by_role("button", name="退出").click()
    await expect(desk.button("登录")).to_be_visible(timeout=30_000)
    await expect(desk.page.get_by_role("status")).to_have_text(re.compile("登录已失效|授权已被收回"))
