"""Guessing passwords is slow, in all processes together and after a restart, and every failure is written down."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import argon2
import asyncpg
import httpx
import pytest
from house import PASSWORD, House, house

from dispatch import refusal
from dispatch.server import auth, doorkeeper


@pytest.fixture
async def pool(demo_url: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(demo_url, min_size=1, max_size=10) as made:
        yield made


async def sign_in(url: str, login: str, password: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        return await client.post("/api/session", json={"login": login, "password": password})


async def fail(pool: asyncpg.Pool, times: int, *, address: str, login: str) -> int:
    """Wrong passwords without the hashing; how many of them were looked at."""
    looked_at = 0
    for _ in range(times):
        try:
            async with doorkeeper.one_try(pool, address=address, login=login):
                looked_at += 1
                raise refusal.WrongLogin
        except refusal.WrongLogin:
            pass
        except refusal.TooManyTries:
            break
    return looked_at


async def age(pool: asyncpg.Pool, by: timedelta) -> None:
    await pool.execute("UPDATE sign_in_try SET at = at - $1::interval", by)


async def test_two_services_on_one_database_count_together_and_a_new_one_goes_on_counting(demo_url: str) -> None:
    async with AsyncExitStack() as stack:
        first, second = [await stack.enter_async_context(house(demo_url, PASSWORD)) for _ in range(2)]
        for n in range(doorkeeper.TRIES):
            answer = await sign_in((first if n % 2 else second).url, "supervisor", "guess")
            assert (answer.status_code, answer.json()["error"]) == (401, "wrong_login")
        for each in (first, second):
            answer = await sign_in(each.url, "supervisor", PASSWORD)
            assert (answer.status_code, answer.json()["error"]) == (429, "too_many_tries")
            assert (await sign_in(each.url, "operator", PASSWORD)).status_code == 201
    async with house(demo_url, PASSWORD) as later:
        assert (await sign_in(later.url, "supervisor", PASSWORD)).status_code == 429
        await age(later.pool, doorkeeper.WINDOW)
        assert (await sign_in(later.url, "supervisor", PASSWORD)).status_code == 201


async def test_a_right_password_is_let_in_as_soon_as_the_oldest_failure_is_old_whatever_a_guesser_does(
    pool: asyncpg.Pool,
) -> None:
    assert await fail(pool, doorkeeper.TRIES + 5, address="10.0.0.1", login="operator") == doorkeeper.TRIES
    with pytest.raises(refusal.TooManyTries) as told:
        async with doorkeeper.one_try(pool, address="10.0.0.1", login="operator"):
            pass
    assert 55 <= told.value.facts["wait_s"] <= 61
    for _ in range(20):  # refused, so not counted: they do not put it off
        assert await fail(pool, 1, address="10.0.0.1", login="operator") == 0
    await age(pool, doorkeeper.WINDOW)
    async with doorkeeper.one_try(pool, address="10.0.0.1", login="operator"):
        pass


async def test_a_right_password_counts_for_nothing(pool: asyncpg.Pool) -> None:
    for _ in range(3 * doorkeeper.TRIES):
        async with doorkeeper.one_try(pool, address="10.0.0.1", login="operator"):
            pass
    assert await pool.fetchval("SELECT count(*) FROM sign_in_try") == 0


async def test_guesses_at_once_are_counted_before_any_of_them_is_looked_at(pool: asyncpg.Pool) -> None:
    looked_at = 0
    everybody_is_in = asyncio.Event()

    async def guess() -> None:
        nonlocal looked_at
        async with doorkeeper.one_try(pool, address="10.0.0.1", login="operator"):
            looked_at += 1
            await everybody_is_in.wait()
            raise refusal.WrongLogin

    guesses = [asyncio.create_task(guess()) for _ in range(3 * doorkeeper.TRIES)]
    waiting = set(guesses)
    while len(waiting) > doorkeeper.TRIES:
        _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    everybody_is_in.set()
    errors = await asyncio.gather(*guesses, return_exceptions=True)
    assert looked_at == doorkeeper.TRIES
    assert sum(isinstance(each, refusal.TooManyTries) for each in errors) == 2 * doorkeeper.TRIES


async def test_another_login_and_another_address_are_not_held_up(pool: asyncpg.Pool) -> None:
    await fail(pool, doorkeeper.TRIES, address="10.0.0.1", login="operator")
    for address, login in (("10.0.0.2", "operator"), ("10.0.0.1", "operator2")):
        async with doorkeeper.one_try(pool, address=address, login=login):
            pass


async def test_an_address_that_tries_many_logins_is_held_up_but_not_those_who_work_there(served: House) -> None:
    desk = await served.sign_in("operator")
    each = doorkeeper.ADDRESS_TRIES // 10
    for n in range(10):
        assert await fail(served.pool, each, address="127.0.0.1", login=f"guess-{n}") == each
    assert (await sign_in(served.url, "planner", PASSWORD)).status_code == 429
    assert (await sign_in(served.url, "operator", PASSWORD)).status_code == 201
    assert (await desk.get("/api/units")).status_code == 200
    await age(served.pool, doorkeeper.ADDRESS_WINDOW)
    assert (await sign_in(served.url, "planner", PASSWORD)).status_code == 201


async def test_guessing_one_time_codes_is_held_up_alike(served: House) -> None:
    async with httpx.AsyncClient(base_url=served.url) as client:
        answers = [await client.post("/api/session", json={"code": f"guess-{n}"}) for n in range(doorkeeper.TRIES + 1)]
    assert [each.status_code for each in answers] == [401] * doorkeeper.TRIES + [429]


async def test_a_supervisor_reads_who_failed_from_where_in_its_area_and_nobody_else_does(served: House) -> None:
    supervisor = await served.sign_in("supervisor")
    for login in ("operator", "crew-G5-3", "nobody-at-all"):
        assert (await sign_in(served.url, login, "wrong")).status_code == 401
    failed = (await supervisor.ask("GET", "/api/sessions/failed"))["items"]
    assert [(each["login"], each["name"], each["address"]) for each in failed] == [
        ("crew-G5-3", "G5-3", "127.0.0.1"),
        ("operator", "调度员甲", "127.0.0.1"),
    ]
    async with served.pool.acquire() as connection:
        known = await connection.fetch("SELECT login, account IS NOT NULL AS known FROM sign_in_try ORDER BY id")
        assert [tuple(row) for row in known] == [
            ("operator", True),
            ("crew-G5-3", True),
            ("nobody-at-all", False),
        ]
        await connection.execute(
            "UPDATE account_role SET area = $1 WHERE role = 'crew'", await another_area(connection)
        )
    failed = (await supervisor.ask("GET", "/api/sessions/failed"))["items"]
    assert [each["login"] for each in failed] == ["operator"]


async def another_area(connection: asyncpg.Connection) -> object:
    return await connection.fetchval(
        "INSERT INTO area (code, name_zh, name_en, time_zone, srid, languages, boundary)"
        " SELECT 'elsewhere', '别处', 'Elsewhere', time_zone, srid, languages, boundary FROM area RETURNING id"
    )


async def test_what_failed_long_ago_is_forgotten(pool: asyncpg.Pool) -> None:
    await fail(pool, 2, address="10.0.0.1", login="operator")
    await age(pool, doorkeeper.KEPT)
    await fail(pool, 1, address="10.0.0.1", login="operator")
    async with pool.acquire() as connection:
        await doorkeeper.queries("account").forget_tries(connection, kept=doorkeeper.KEPT)
    assert await pool.fetchval("SELECT count(*) FROM sign_in_try") == 1


def test_passwords_are_kept_as_argon2id_at_or_above_what_owasp_asks_for() -> None:
    """OWASP Password Storage Cheat Sheet: m = 19 MiB, t = 2, p = 1, or an equal of it."""
    for hashed in (auth.hash_password("a password"), auth._NOBODY):
        kept = argon2.extract_parameters(hashed)
        assert kept.type is argon2.Type.ID
        assert kept.memory_cost >= 19 * 1024
        assert kept.time_cost >= 2
        assert kept.parallelism >= 1
        assert (kept.salt_len, kept.hash_len) == (16, 32)
    assert auth.hash_password("a password") != auth.hash_password("a password")


async def test_an_unknown_login_is_compared_with_a_hash_that_costs_the_same(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    really = auth.verified

    def watched(password_hash: str, password: str) -> bool:
        compared.append(password_hash)
        return really(password_hash, password)

    monkeypatch.setattr(auth, "verified", watched)
    for login in ("operator", "nobody-at-all"):
        with pytest.raises(refusal.WrongLogin):
            await auth.log_in(pool, login, "wrong", "10.0.0.1")
    known, unknown = (argon2.extract_parameters(each) for each in compared)
    assert known == unknown
