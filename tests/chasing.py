"""What tests of chasing share: the clock moved on, alarms waited for, a chaser that dies."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from house import House, Signed

PATIENCE_S = 30.0


async def until(holds: Callable[[], Awaitable[Any]]) -> Any:
    """What ``holds`` gives, once that is something."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := await holds()):  # noqa: ASYNC110 what the service does is seen by asking
            await asyncio.sleep(0.05)
    return found


async def later(served: House, seconds: float) -> None:
    """The database's clock jumps ahead; what is due by then is looked at within a second."""
    async with served.pool.acquire() as connection:
        await connection.execute("UPDATE clock SET told_from = told_from + make_interval(secs => $1)", seconds)


def kill_the_chaser() -> None:
    """It dies, as by a fault of its own, and the process lives on."""
    [chaser] = [task for task in asyncio.all_tasks() if task.get_name() == "chaser"]
    chaser.cancel()


async def alarms(signed: Signed, *, standing: bool = True) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await signed.ask("GET", f"/api/alarms?standing={str(standing).lower()}"))["items"]
    return found


async def raised(signed: Signed, what: str) -> dict[str, Any]:
    """The newest alarm of that kind, once there is one."""

    async def there() -> dict[str, Any] | None:
        return next((each for each in await alarms(signed, standing=False) if each["what"] == what), None)

    found: dict[str, Any] = await until(there)
    return found


async def steps(signed: Signed, incident: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await signed.ask("GET", f"/api/incidents/{incident}/timeline"))["items"]
    return found
