"""Notices at the pages: sent with a photo to chosen crews, read on the phone, counted at the desk, ended."""

import base64

from house import House
from playwright.async_api import expect
from seats import Opens

RED_DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg=="
)


async def test_a_notice_with_a_photo_reaches_the_chosen_crew_and_the_desk_sees_that_it_was_seen(
    opens: Opens, served: House
) -> None:
    crew = await opens("crew-G5-3", phone=True)
    other = await opens("crew-G1-1", phone=True)
    await crew.live()
    desk = await opens("operator")
    await desk.live()
    await desk.button("通报", exact=True).click()
    await desk.button("发布通报…").click()
    send = desk.button("发布", exact=True)
    await expect(send).to_be_disabled()
    await desk.page.get_by_label("内容").fill("寻人：红衣男孩，6 岁，乾坤柱附近走失")
    await desk.page.get_by_label("图片").set_input_files(
        files=[{"name": "boy.png", "mimeType": "image/png", "buffer": RED_DOT}]
    )
    await desk.button("选择分队、网格、驻点").click()
    await expect(send).to_be_disabled()
    await desk.page.get_by_role("group", name="分队").get_by_role("button", name="G5").click()
    await send.click()
    row = desk.page.get_by_role("listitem").filter(has_text="红衣男孩")
    await expect(row).to_contain_text("G5")
    await expect(row).to_contain_text("/ 6 单元")

    card = crew.page.get_by_role("region", name="通报")
    await expect(card).to_contain_text("红衣男孩")
    await expect(card.get_by_role("img")).to_be_visible()
    await expect(row).to_contain_text("已送达 1")
    await card.get_by_role("button", name="知道了").click()
    await expect(card).to_be_hidden()
    await expect(row).to_contain_text("已阅 1")
    await other.live()
    await expect(other.text("红衣男孩")).to_have_count(0)

    await row.get_by_role("button", name="结束通报").click()
    await expect(desk.text("当前没有有效的通报")).to_be_visible()
    await expect(crew.page.locator(".recent")).to_have_count(0)
