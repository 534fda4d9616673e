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


async def test_a_crew_whose_way_is_shut_reads_that_and_why_and_where_and_then_what_goes_round(
    opens: Opens, line: Line, served: House
) -> None:
    crew = await opens(f"crew-{CREW}", line.url, phone=True)
    await crew.live()
    operator = await served.sign_in("operator")
    incident = await operator.report(location={"place": "后花园"}, type="TRA-FX", assign="recommend")
    await operator.assign(incident["id"], CREW, reason="试")
    address = f"/api/incidents/{incident['id']}/route?unit={CREW}"
    first = await operator.ask("GET", address)
    turns = [turn for leg in first["legs"] if len(leg["turns"]) > 1 for turn in leg["turns"]]
    await expect(crew.page.locator(".turns li")).to_have_count(len(turns))

    edges = [edge["code"] for edge in (await operator.ask("GET", "/api/edges"))["items"]]
    shut = {"mode": "shut", "reason": "山洪"}
    closure = await operator.ask("POST", "/api/closures", 201, id=str(uuid4()), edges=edges, **shut)
    none = await operator.ask("GET", address)
    assert none["eta_s"] is None
    assert none["legs"] == []
    said = crew.page.locator(".no-way")
    await expect(said).to_contain_text("现在无路可达")
    await expect(said).to_contain_text("已封闭")
    crossed = [leg for leg in first["legs"] if leg["edges"]]
    await expect(crew.page.locator(".legs.once .closed-leg")).to_have_count(len(crossed))
    await expect(crew.page.locator(".closed-ways li.met")).to_contain_text("在你的路上")

    crew.may_lose_network = True
    line.cut()
    await expect(crew.page.get_by_role("alert").first).to_be_visible()
    await expect(said).to_be_visible()
    line.mend()
    await operator.ask("POST", f"/api/closures/{closure['id']}/end", 201, id=str(uuid4()))
    await expect(said).to_have_count(0)

    on_way = {edge for leg in first["legs"] for edge in leg["edges"]}
    for edge in sorted(on_way):  # one whose closing leaves another way
        tried = await operator.ask("POST", "/api/closures", 201, id=str(uuid4()), edges=[edge], **shut)
        around = await operator.ask("GET", address)
        if around["legs"] and edge not in {each for leg in around["legs"] for each in leg["edges"]}:
            await expect(crew.page.locator(".turned")).to_contain_text("已改走下面的路")
            await expect(crew.page.locator(".closed-ways li.met")).to_contain_text("已绕开")
            break
        await operator.ask("POST", f"/api/closures/{tried['id']}/end", 201, id=str(uuid4()))
    else:
        raise AssertionError("no edge of the way can be gone round")
