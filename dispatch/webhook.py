"""Signed messages between this service and a neighbour, as Standard Webhooks has them, so that others' libraries fit.

Three headers come with a body: ``webhook-id`` (the same for every try), ``webhook-timestamp`` (seconds since 1970) and
``webhook-signature``: ``v1,`` and the base64 of HMAC-SHA256 over ``id.timestamp.body``. A secret is ``whsec_`` and the
base64 of at least 24 bytes. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

PREFIX = "whsec_"
LEAST_BYTES = 24

WINDOW = timedelta(minutes=5)
"""How far the sender's clock and ours may be apart; what is older is taken for a replay."""


class BadSecret(ValueError):
    """The text is not a secret for signing."""


class BadMessage(Exception):
    """The message is not from whom it says, or not from now; the text says which."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Secret:
    key: bytes


def secret(text: str) -> Secret:
    """``whsec_…`` as a secret. Raises ``BadSecret``."""
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise BadSecret(f"a secret is {PREFIX} and base64") from None
    if not text.startswith(PREFIX) or len(key) < LEAST_BYTES:
        raise BadSecret(f"a secret is {PREFIX} and the base64 of at least {LEAST_BYTES} bytes")
    return Secret(key=key)


def signed(by: Secret, *, id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers for the body."""
    timestamp = str(int(at.timestamp()))
    return {
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{_signature(by, id, timestamp, body)}",
    }


def verified(by: Secret, headers: Mapping[str, str], body: bytes, *, now: datetime) -> str:
    """The message's id. ``headers`` have names in lower case. Raises ``BadMessage``.

    Whoever takes a message once must remember its id for longer than ``WINDOW``.
    """
    try:
        id, timestamp, given = (headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    except KeyError as missing:
        raise BadMessage(f"the header {missing.args[0]} is missing") from None
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise BadMessage("webhook-timestamp is not seconds since 1970")
    right = _signature(by, id, timestamp, body)
    if not any(_same(each, right) for each in given.split()):
        raise BadMessage("the signature does not fit")
    if abs(int(timestamp) - now.timestamp()) > WINDOW.total_seconds():
        raise BadMessage("webhook-timestamp is more than 5 minutes away from now")
    return id


def _same(given: str, right: str) -> bool:
    version, _, signature = given.partition(",")
    return version == "v1" and hmac.compare_digest(signature.encode(), right.encode())


def _signature(by: Secret, id: str, timestamp: str, body: bytes) -> str:
    content = f"{id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(by.key, content, hashlib.sha256).digest()).decode()
