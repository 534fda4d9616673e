"""The named queries of the ``.sql`` files beside this module, one object per file, spoken with asyncpg."""

from collections.abc import AsyncIterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import aiosql


@cache
def queries(name: str) -> Any:
    """The queries of ``<name>.sql`` as functions that take a connection and named values."""
    return aiosql.from_path(Path(__file__).with_name(f"{name}.sql"), "asyncpg", mandatory_parameters=False)


async def listed(rows: AsyncIterator[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """All rows of a query that answers many; none of them is left for later."""
    return [row async for row in rows]
