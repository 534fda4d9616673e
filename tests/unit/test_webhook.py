"""Signed messages: what is altered, old, or by another's hand is not taken."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.webhook import WINDOW, BadMessage, BadSecret, secret, signed, verified

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
OURS = secret("whsec_" + base64.b64encode(b"a secret of twenty-four b").decode())
THEIRS = secret("whsec_" + base64.b64encode(b"b secret of twenty-four b").decode())


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    key = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signed(key, id="msg_p5jXN8AQM9LWM0D4loKWxJek", at=at, body=b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.binary(max_size=200), st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40))
def test_what_was_signed_is_taken(body: bytes, id: str) -> None:
    assert verified(OURS, signed(OURS, id=id, at=NOW, body=body), body, now=NOW) == id


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_another_body_or_another_hand_is_refused(body: bytes, other: bytes) -> None:
    headers = signed(OURS, id="1", at=NOW, body=body)
    if body != other:
        with pytest.raises(BadMessage, match="does not fit"):
            verified(OURS, headers, other, now=NOW)
    with pytest.raises(BadMessage, match="does not fit"):
        verified(THEIRS, headers, body, now=NOW)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp"])
def test_id_and_time_are_signed_too(name: str) -> None:
    headers = signed(OURS, id="1", at=NOW, body=b"")
    with pytest.raises(BadMessage, match="does not fit"):
        verified(OURS, headers | {name: "1795398401"}, b"", now=NOW)


@pytest.mark.parametrize("apart", [WINDOW + timedelta(seconds=1), -WINDOW - timedelta(seconds=1)])
def test_what_is_not_from_now_is_refused(apart: timedelta) -> None:
    with pytest.raises(BadMessage, match="5 minutes"):
        verified(OURS, signed(OURS, id="1", at=NOW - apart, body=b""), b"", now=NOW)


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "٣", "9" * 40])
def test_a_time_that_is_none_is_named(timestamp: str) -> None:
    headers = signed(OURS, id="1", at=NOW, body=b"") | {"webhook-timestamp": timestamp}
    with pytest.raises(BadMessage, match="not seconds"):
        verified(OURS, headers, b"", now=NOW)


def test_a_missing_header_is_named_and_one_of_several_signatures_is_enough() -> None:
    headers = signed(OURS, id="1", at=NOW, body=b"")
    rotated = headers["webhook-signature"] + " v1,b2xk v1a,other"
    assert verified(OURS, headers | {"webhook-signature": rotated}, b"", now=NOW) == "1"
    del headers["webhook-signature"]
    with pytest.raises(BadMessage, match="webhook-signature is missing"):
        verified(OURS, headers, b"", now=NOW)


@pytest.mark.parametrize(
    "text", ["", "whsec_", "whsec_c2hvcnQ=", "not one", "bm8gcHJlZml4IGJ1dCBsb25nIGVub3VnaCB0byBiZQ=="]
)
def test_a_weak_or_broken_secret_is_refused(text: str) -> None:
    with pytest.raises(BadSecret):
        secret(text)
