"""What the service is told by its environment, checked at the start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


class BadSetting(Exception):
    """A setting is missing or cannot be read; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """``database_url`` is asyncpg's; one process uses ``pool_size`` connections, a quarter of them for the feed."""

    database_url: str
    pool_size: int = 10


def config_of(environment: Mapping[str, str] = os.environ) -> Config:
    """Read DATABASE_URL and DISPATCH_POOL_SIZE. Raises ``BadSetting``."""
    url = environment.get("DATABASE_URL", "")
    if urlsplit(url).scheme not in ("postgresql", "postgres"):
        raise BadSetting("DATABASE_URL must be set, such as postgresql://user:password@host:5432/name")
    size = environment.get("DISPATCH_POOL_SIZE", "10")
    if not size.isdecimal() or not 2 <= int(size) <= 200:
        raise BadSetting(f"DISPATCH_POOL_SIZE must be a number from 2 to 200, not {size!r}")
    return Config(database_url=url, pool_size=int(size))
