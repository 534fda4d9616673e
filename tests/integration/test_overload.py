"""When more comes in than can be decided, what need not wait does not wait."""

import asyncio
from uuid import uuid4

import asyncpg
import httpx
from house import House


async def test_reports_that_wait_for_their_turn_keep_nobody_else_waiting(served: House) -> None:
    desk = await served.sign_in("operator")
    crew = await served.sign_in("crew-G8-1")
    sent = await desk.report(type="TRA-SP", location={"place": "水绕四门"}, assign="auto")
    (order,) = sent["assignments"]
    other_process = await asyncpg.connect(served.dsn)
    try:
        async with other_process.transaction():
            await other_process.execute("SELECT FROM area FOR NO KEY UPDATE")
            waiting = [
                asyncio.create_task(_report(desk, str(uuid4()))) for _ in range(3 * served.service.pool.get_max_size())
            ]
            await asyncio.sleep(0.3)
            async with asyncio.timeout(4):  # a statement gives up its wait for the lock after five seconds
                await desk.ask("GET", "/api/units")
                holder = crew if order["unit_code"] == "G8-1" else desk
                await holder.step(order["id"], "acknowledge")
                async with served.listen(desk) as console:
                    await console.thing(f"area/{desk.session['area']}", "assignment", order["id"], _acknowledged)
            assert not any(each.done() for each in waiting)
        answers = await asyncio.gather(*waiting)
    finally:
        await other_process.close()
    assert {each.status_code for each in answers} == {httpx.codes.CREATED}


def _acknowledged(body: dict[str, str]) -> bool:
    return body["state"] == "acknowledged"


async def _report(desk: httpx.AsyncClient, name: str) -> httpx.Response:
    body = {"id": name, "type": "TRA-SP", "location": {"place": "水绕四门"}, "assign": "recommend"}
    return await desk.post("/api/incidents", json=body)
