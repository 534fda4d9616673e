"""One bar of signal: every order is stored, and nobody is thrown out again and again."""

from dataclasses import replace

from house import House

from bench.one_bar import ONE_BAR, run

SHORT = replace(ONE_BAR, hole_s=6.0, hole_every_s=24.0)
"""Its silences are a fifth as long, and as far apart, as they are for an hour in the bench."""


async def test_with_one_bar_of_signal_every_order_is_stored_and_nobody_is_evicted_into_a_loop(served: House) -> None:
    units = ["G5-3", "G7-1"]
    known = {name: (await served.sign_in(name)).token for name in ("operator", *(f"crew-{unit}" for unit in units))}
    seen = await run(served.url, known, units, seconds=15, rest_s=1, seed=3, weather=SHORT)
    assert [each.lost for each in seen] == [0, 0]
    assert all(each.stored_s for each in seen)
    assert all(each.up <= 3 for each in seen), seen
    async with served.pool.acquire() as connection:
        orders, delivered = await connection.fetchrow("SELECT count(*), count(delivered_at) FROM assignment")
    assert orders == delivered == sum(len(each.stored_s) for each in seen)
