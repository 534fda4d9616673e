"""The way on the crew's phone: where to turn, what is closed and whether that lies on the way; kept without signal."""

from uuid import uuid4

from house import House
from line import Line
from playwright.async_api import expect
from seats import Opens

CREW = "G1-2"


async def test_a_crew_reads_where_to_turn_and_what_is_closed_on_its_way_also_without_signal(
    opens: Opens, line: Line, served: House
) -> None:
    crew = await opens(f"crew-{CREW}", line.url, phone=True)
    await crew.live()
    operator = await served.sign_in("operator")
    incident = await operator.report(location={"place": "后花园"}, type="TRA-FX", assign="recommend")
    await operator.assign(incident["id"], CREW, reason="试")
    told = await operator.ask("GET", f"/api/incidents/{incident['id']}/route?unit={CREW}")
    turns = [turn for leg in told["legs"] if len(leg["turns"]) > 1 for turn in leg["turns"]]
    assert turns
    shown = crew.page.locator(".turns li")
    await expect(shown).to_have_count(len(turns))
    await expect(shown.filter(has_text=turns[1]["name_zh"]).first).to_be_visible()

    walked = next(leg for leg in told["legs"] if leg["mode"] in ("walk", "drive") and leg["edges"])
    slow = {"mode": "slow", "factor": 1.1, "reason": "路面结冰"}
    await operator.ask("POST", "/api/closures", 201, id=str(uuid4()), edges=[walked["edges"][-1]], **slow)
    closed = crew.page.locator(".closed-ways")
    await expect(closed.get_by_text("封闭与管制 · 1")).to_be_visible()
    await expect(closed.locator("li.met")).to_contain_text("在你的路上")
    await expect(closed.locator("li.met")).to_contain_text("路面结冰")

    crew.may_lose_network = True
    line.cut()
    await expect(crew.page.get_by_role("alert")).to_be_visible()
    await expect(shown).to_have_count(len(turns))
    await expect(closed.locator("li.met")).to_be_visible()
    line.mend()
    await crew.page.reload()
    await crew.live()
    await expect(shown).to_have_count(len(turns))
