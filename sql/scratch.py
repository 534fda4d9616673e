"""A database that lasts as long as a block, on whatever server there is."""

import asyncio
import contextlib
import secrets
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg


def with_database(url: str, database: str) -> str:
    """The same server and login, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@contextlib.contextmanager
def scratch_database(server: str, template: str = "template1") -> Iterator[str]:
    """The URL of a new database made from ``template``; dropped at the end, whoever is still connected."""
    name = f"scratch_{secrets.token_hex(6)}"
    asyncio.run(_say(server, f'CREATE DATABASE {name} TEMPLATE "{template}"'))
    try:
        yield with_database(server, name)
    finally:
        asyncio.run(_say(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _say(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
