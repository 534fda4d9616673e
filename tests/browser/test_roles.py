"""Each role at its page, against the whole service: what it does, and what is neither shown nor sent to it."""

from contextlib import suppress
from typing import Any

import pytest
from accessible import check
from house import House, Signed
from playwright.async_api import Error, Page, Route, expect
from seats import Opens, Window

PHONE, NOTE = "0744-555-0177", "老人在步道上摔倒"
CALLER = {"name": "赵女士", "phone": PHONE}
HERE, ELSEWHERE = {"cell": "430811002904003"}, {"cell": "430811002905001"}
ELSEWHERE_PHONE = "0744-555-0166"


class Overheard:
    """Everything that the service tells a page, over HTTP and the socket, and what it refuses."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.refused: list[str] = []

    async def listen(self, page: Page) -> None:
        await page.route("**/api/**", self._pass_on)
        page.on("websocket", lambda socket: socket.on("framereceived", lambda text: self.told.append(str(text))))

    async def _pass_on(self, route: Route) -> None:
        with suppress(Error):  # the window is being closed: what cannot be read is not passed on either
            response = await route.fetch()
            self.told.append(await response.text())
            if response.status in (403, 404):
                self.refused.append(f"{response.status} {response.url}")
            await route.fulfill(response=response)


async def seated(opens: Opens, served: House, login: str, *, phone: bool = False) -> tuple[Window, Overheard]:
    window = await opens(None, phone=phone)
    heard = Overheard()
    await heard.listen(window.page)
    await window.log_in(login, served.password)
    await window.live()
    return window, heard


@pytest.fixture
async def operator(served: House) -> Signed:
    return await served.sign_in("operator")


async def reported(operator: Signed, **what: Any) -> Any:
    return await operator.report(**{"type": "TRA-SP", "caller": CALLER, "note": NOTE, "assign": "recommend", **what})


def incident(window: Window, told: Any) -> Any:
    return window.page.locator("button.incident", has_text=f"{told['number']} 号")


async def tells_nothing_of(window: Window, heard: Overheard, *hidden: str) -> None:
    everything = "\n".join([*heard.told, await window.page.content()])
    assert [each for each in hidden if each in everything] == []


async def test_a_committee_follows_its_cells_takes_a_call_and_sees_no_caller_but_its_own(
    opens: Opens, served: House, operator: Signed
) -> None:
    mine = await reported(operator, location=HERE)
    order = await operator.assign(mine["id"], "G4-1", reason="test")
    theirs = await reported(operator, location=ELSEWHERE, caller={"phone": ELSEWHERE_PHONE})
    window, heard = await seated(opens, served, "committee-C4")
    await incident(window, mine).click()
    await expect(window.page.locator(".sent")).to_contain_text("G4-1")
    await expect(incident(window, theirs)).to_have_count(0)
    await expect(window.page.locator(".own-cell .coverage")).to_have_count(len((await cells(operator))["G4"]))
    await check(window.page)
    await window.page.get_by_label("补充情况").fill("有挑夫在现场")
    await window.button("告知").click()
    await expect(window.text("已记入警情时间线")).to_be_visible()
    await tells_nothing_of(window, heard, PHONE, NOTE, ELSEWHERE_PHONE, theirs["id"])

    await window.button("接警上报").click()
    await window.page.get_by_role("combobox", name="发生了什么").fill("摔伤")
    await window.page.keyboard.press("Enter")
    await window.page.get_by_role("combobox", name="地名").fill("后花园")
    await window.page.locator(".combobox li", has_text="后花园").first.click()
    await expect(window.text("不在本辖区网格内，请转告指挥中心")).to_be_visible()
    await expect(window.button("上报警情")).to_be_disabled()
    await check(window.page)
    await window.page.get_by_role("combobox", name="地名").fill("紫草潭")
    await window.page.locator(".combobox li", has_text="紫草潭").first.click()
    await window.page.get_by_label("回拨电话").fill("0744-555-0155")
    await window.button("上报警情").click()
    await expect(window.page.get_by_role("link", name="0744-555-0155")).to_be_visible()
    assert len((await operator.ask("GET", "/api/incidents?status=open"))["items"]) == 3

    await operator.step_incident(mine["id"], "locate", location=ELSEWHERE)
    await expect(incident(window, mine)).to_have_count(0)
    await window.button("English").click()
    await expect(window.page.get_by_role("heading", name="Our cells")).to_be_visible()
    await tells_nothing_of(window, heard, PHONE, NOTE, ELSEWHERE_PHONE, theirs["id"])
    assert any(order["id"] in each for each in heard.told)
    assert heard.refused == []


async def cells(operator: Signed) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for each in (await operator.ask("GET", "/api/cells"))["items"]:
        found.setdefault(each["grid"]["code"], []).append(each)
    return found


async def test_a_supervisor_ends_a_session_and_runs_an_exercise(opens: Opens, served: House, operator: Signed) -> None:
    crew = await opens("crew-G5-3", phone=True)
    await crew.live()
    crew.may_lose_network = True  # its next request is refused, and a browser says so
    window, heard = await seated(opens, served, "supervisor")
    await window.button("值班管理").click()
    row = window.page.get_by_role("row", name="crew-G5-3")
    await row.get_by_role("button", name="结束会话").click()
    await row.get_by_role("button", name="确认结束").click()
    await expect(row).to_have_count(0)
    await expect(crew.text("本席位的授权已被收回")).to_be_visible()
    await window.page.get_by_label("演练名称").fill("索道救援演练")
    await window.button("开始演练").click()
    await expect(window.text("进行中，")).to_be_visible()
    await check(window.page)
    [exercise] = (await operator.ask("GET", "/api/exercises"))["items"]
    await window.button("关闭", exact=True).click()
    await window.button("新建警情").click()
    await window.page.get_by_label("真实还是演练").select_option(label="演练：索道救援演练")
    await window.page.get_by_role("combobox", name="发生了什么").fill("摔伤")
    await window.page.keyboard.press("Enter")
    await check(window.page)
    await window.button("建立演练警情").click()
    await expect(window.page.locator(".headline .exercise")).to_be_visible()
    [made] = (await operator.ask("GET", "/api/incidents"))["items"]
    assert made["exercise"] == exercise["id"]
    await window.button("值班管理").click()
    await window.button("结束演练").click()
    await expect(window.text("已结束，")).to_be_visible()
    await operator.report(409, location=HERE, exercise=exercise["id"])
    await window.button("关闭", exact=True).click()
    await expect(window.page.locator(".incident .exercise")).to_be_visible()
    assert heard.refused == []


@pytest.mark.parametrize("login", ["planner", "viewer"])
async def test_a_planner_and_the_wall_see_the_desk_without_callers_and_without_a_button_that_would_be_refused(
    opens: Opens, served: House, operator: Signed, login: str
) -> None:
    told = await reported(operator, location=HERE)
    await operator.assign(told["id"], "G4-1", reason="test")
    waiting = await reported(operator, location={"place": "大树下面"})
    window, heard = await seated(opens, served, login)
    for each in (told, waiting):
        await incident(window, each).click()
        await expect(window.page.get_by_role("article")).to_be_visible()
    await incident(window, told).click()
    await expect(window.page.locator(".assignment")).to_contain_text("G4-1")
    await window.page.locator(".unit-row", has_text="G4-1").click()
    await expect(window.page.locator(".unit-details")).to_be_visible()
    await window.button("已结束").click()
    for button in ("新建警情", "值班管理", "代报步骤", "失去联络"):
        await expect(window.button(button)).to_have_count(0)
    await check(window.page)
    await tells_nothing_of(window, heard, PHONE, NOTE)
    assert heard.refused == []


async def test_an_operator_sees_the_caller_and_no_tool_of_the_supervisors(
    opens: Opens, served: House, operator: Signed
) -> None:
    told = await reported(operator, location=HERE)
    window, heard = await seated(opens, served, "operator2")
    await incident(window, told).click()
    await expect(window.page.get_by_role("link", name=PHONE)).to_be_visible()
    await expect(window.button("值班管理")).to_have_count(0)
    assert heard.refused == []


async def test_a_crew_sees_its_own_order_with_the_caller_and_nobody_elses(
    opens: Opens, served: House, operator: Signed
) -> None:
    mine = await reported(operator, location=HERE)
    theirs = await reported(operator, location=ELSEWHERE, caller={"phone": ELSEWHERE_PHONE})
    await operator.assign(theirs["id"], "G5-3", reason="test")
    window, heard = await seated(opens, served, "crew-G4-1", phone=True)
    await operator.assign(mine["id"], "G4-1", reason="test")
    await window.button("接警").click()
    await expect(window.page.get_by_role("link", name=PHONE)).to_be_visible()
    await tells_nothing_of(window, heard, ELSEWHERE_PHONE, theirs["id"], "G5-3")
    assert heard.refused == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_committees_page_can_be_read_on_a_phone_and_in_the_dark(
    opens: Opens, served: House, operator: Signed, scheme: Any
) -> None:
    await reported(operator, location=HERE)
    window = await opens(None, phone=True)
    await window.page.emulate_media(color_scheme=scheme)
    await window.log_in("committee-C4", served.password)
    await window.live()
    await window.page.locator("button.incident").first.click()
    await check(window.page)
    assert await window.page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
