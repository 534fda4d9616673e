"""What the service is told by its environment, checked at the start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from dispatch import webhook


class BadSetting(Exception):
    """A setting is missing or cannot be read; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondChannel:
    """Where orders go that a device does not ring for, and the secret that both sides sign with."""

    url: str
    secret: webhook.Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """``database_url`` is asyncpg's; one process uses ``pool_size`` connections, a quarter of them for the feed.

    ``demo_area`` is the code of an area whose data is a demonstration's: only then is ``/demo`` served.
    """

    database_url: str
    pool_size: int = 10
    second_channel: SecondChannel | None = None
    demo_area: str | None = None


def config_of(environment: Mapping[str, str] = os.environ) -> Config:
    """Read DATABASE_URL, and DISPATCH_ with POOL_SIZE, SECOND_CHANNEL_URL, SECOND_CHANNEL_SECRET and DEMO_AREA.

    Raises ``BadSetting``.
    """
    url = environment.get("DATABASE_URL", "")
    if urlsplit(url).scheme not in ("postgresql", "postgres"):
        raise BadSetting("DATABASE_URL must be set, such as postgresql://user:password@host:5432/name")
    size = environment.get("DISPATCH_POOL_SIZE", "10")
    if not size.isdecimal() or not 2 <= int(size) <= 200:
        raise BadSetting(f"DISPATCH_POOL_SIZE must be a number from 2 to 200, not {size!r}")
    return Config(
        database_url=url,
        pool_size=int(size),
        second_channel=_second_channel(environment),
        demo_area=environment.get("DISPATCH_DEMO_AREA") or None,
    )


def _second_channel(environment: Mapping[str, str]) -> SecondChannel | None:
    url, secret = (environment.get(f"DISPATCH_SECOND_CHANNEL_{name}", "") for name in ("URL", "SECRET"))
    if not url and not secret:
        return None
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise BadSetting("DISPATCH_SECOND_CHANNEL_URL must be an address such as https://pager.example/orders")
    try:
        return SecondChannel(url=url, secret=webhook.secret(secret))
    except webhook.BadSecret as error:
        raise BadSetting(f"DISPATCH_SECOND_CHANNEL_SECRET: {error}") from None
