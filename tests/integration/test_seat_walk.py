"""Every operation and every stream, by every role, on its own things, on others', and on those of another area."""

import argparse
import asyncio
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from house import A_MONDAY_MORNING, House, Signed, set_clock

from dispatch import load
from dispatch.seat import ANYBODY, OPERATIONS, RIGHTS, Act, Role, Scope
from sql.scratch import scratch_database

AREA = Path(__file__).parents[2] / "areas" / "wulingyuan"
CELLS = {"own": "430811002904003", "other": "430811002905001"}
UNITS = {"own": "G4-1", "other": "G5-3"}
LOGIN = {Role.CREW: "crew-G4-1", Role.COMMITTEE: "committee-C4"}
STRANGER = "supervisor-elsewhere"


# --- two areas ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_areas(server_url: str, demo_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo area, and the same once more under another code with a supervisor and an operator of its own."""
    folder = tmp_path_factory.mktemp("area") / "elsewhere"
    shutil.copytree(AREA, folder)
    file = folder / "area.csv"
    file.write_text(file.read_text("utf-8").replace("wulingyuan,", "elsewhere,"), "utf-8")
    with scratch_database(server_url, demo_template) as url:
        parser = argparse.ArgumentParser()
        load.add_arguments(parser)
        day = A_MONDAY_MORNING.date().isoformat()
        assert load.run(parser.parse_args([str(folder), "--from", day, "--database", url])) == 0
        asyncio.run(_people_elsewhere(url))
        yield url.partition("?")[0].rpartition("/")[2]


async def _people_elsewhere(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            """WITH made AS (
                 INSERT INTO account (login, name, password_hash, language)
                 SELECT r.role || '-elsewhere', r.role || ' elsewhere', a.password_hash, 'zh'
                 FROM unnest('{operator,supervisor}'::text[]) r (role), account a WHERE a.login = 'operator'
                 RETURNING id, login)
               INSERT INTO account_role (account, area, role)
               SELECT m.id, area.id, split_part(m.login, '-', 1) FROM made m, area WHERE area.code = 'elsewhere'"""
        )
    finally:
        await connection.close()


@pytest.fixture
def demo_url(server_url: str, two_areas: str) -> Iterator[str]:
    """What ``served`` serves here: both areas."""
    with scratch_database(server_url, two_areas) as url:
        asyncio.run(set_clock(url, A_MONDAY_MORNING))
        yield url


# --- whose things ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """One of each thing that can be asked for, and what is only to be read by those who may."""

    area: str
    cell: str
    unit: str
    unit_code: str
    incident: str
    order: str
    decision: str
    exercise: str
    closure: str
    session: str
    version: str
    phone: str
    note: str
    another: str
    report: str
    link: str
    lift: str
    move: str
    notice: str
    post: str
    departure: str

    @property
    def parts(self) -> Mapping[str, str]:
        """What stands for a name in an address."""
        return {
            "{incident_id}": self.incident,
            "{assignment_id}": self.order,
            "{decision_id}": self.decision,
            "{unit}": self.unit,
            "{exercise_id}": self.exercise,
            "{closure_id}": self.closure,
            "{session_id}": self.session,
            "{report_id}": self.report,
            "{link_id}": self.link,
            "{lift_id}": self.lift,
            "{move_id}": self.move,
            "{notice_id}": self.notice,
            "{departure_id}": self.departure,
            "{stream}": f"ground/{self.area}",
            "{version}": self.version,
            "{z}": "0",
            "{x}": "0",
            "{y}": "0",
        }


async def things(served: House, supervisor: Signed, name: str, cell: str, unit: str) -> Things:
    phone, note = f"0744-555-{len(name):04}", f"what the caller said {name}"
    told = await supervisor.report(
        type="TRA-SP", location={"cell": cell}, caller={"phone": phone, "name": f"caller {name}"}, note=note
    )
    post = (await supervisor.units())[unit]["post"]["code"]
    notice = await supervisor.ask(
        "POST",
        "/api/notices",
        201,
        id=str(uuid4()),
        text=f"a notice for {unit}",
        photo="iVBORw0KGgo=",
        to={"posts": [post]},
        until=NEXT_YEAR,
    )
    moved = await supervisor.ask("POST", "/api/moves", 201, id=str(uuid4()), unit=unit, to=post)
    order = await supervisor.assign(told["id"], unit, reason="test")
    another = await supervisor.report(type="TRA-FX", location={"cell": cell})
    [report] = (await supervisor.ask("GET", f"/api/incidents/{told['id']}/reports"))["items"]
    body = {"id": str(uuid4()), "same_as": another["id"]}
    linked = await supervisor.ask("POST", f"/api/incidents/{told['id']}/links", 201, **body)
    body = {"id": str(uuid4()), "edge": "BLL-BLU-lift", "wish": "hold"}
    asked = await supervisor.ask("POST", f"/api/incidents/{told['id']}/lifts", 201, **body)
    exercise = await supervisor.ask("POST", "/api/exercises", 201, id=str(uuid4()), name="drill")
    closed = {"kind": "rail", "reason": f"closed for {name}", "from": NEXT_YEAR}
    closure = await supervisor.ask("POST", "/api/closures", 201, id=str(uuid4()), **closed)
    async with served.pool.acquire() as connection:
        session: UUID = await connection.fetchval(
            "INSERT INTO session (token_hash, account, area, role, created_at, expires_at)"
            " SELECT $1::text::bytea, a.id, $2, 'viewer', now(), now() + interval '1 hour'"
            " FROM account a WHERE a.login = 'viewer' RETURNING id",
            name,
            UUID(supervisor.session["area"]),
        )
    departure = await gone_by_radio(supervisor, cell)
    tiles = (await supervisor.ask("GET", "/api/map"))["tiles"]
    return Things(
        area=supervisor.session["area"],
        cell=cell,
        unit=order["unit"],
        unit_code=unit,
        incident=told["id"],
        order=order["id"],
        decision=order["decision"],
        exercise=exercise["id"],
        closure=closure["id"],
        session=str(session),
        version=tiles.removeprefix("/api/tiles/").partition("/")[0],
        phone=phone,
        note=note,
        another=another["id"],
        report=report["id"],
        link=linked["links"][0]["id"],
        lift=asked["lift_requests"][0]["id"],
        move=moved["id"],
        notice=notice["id"],
        post=post,
        departure=departure,
    )


async def gone_by_radio(supervisor: Signed, cell: str) -> str:
    """Others logged as gone to an incident in shadow; the area is live again."""

    async def switch(mode: str) -> None:
        await supervisor.ask("POST", "/api/mode", 201, id=str(uuid4()), mode=mode, reason="test")

    await switch("shadow")
    told = await supervisor.report(type="TRA-SP", location={"cell": cell})
    await switch("live")
    body = {"id": str(uuid4()), "name": "mountain club"}
    gone = await supervisor.ask("POST", f"/api/incidents/{told['id']}/departures", 201, **body)
    departure: str = gone["departures"][0]["id"]
    return departure


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    seats: Mapping[str, Signed]
    own: Things
    other: Things
    elsewhere: Things

    def whose(self, seat: str) -> Mapping[str, Things]:
        """The same things as that seat sees them."""
        if seat == STRANGER:
            return {"own": self.elsewhere, "elsewhere": self.own}
        return {"own": self.own, "other": self.other, "elsewhere": self.elsewhere}

    def hidden_from(self, seat: str) -> set[str]:
        """What must not be in any answer to that seat."""
        hidden = {value for name, each in self.whose(seat).items() if name == "elsewhere" for value in _secrets(each)}
        hidden |= {
            id for name, each in self.whose(seat).items() if name == "elsewhere" for id in (each.area, each.closure)
        }
        if seat in ("planner", "viewer"):
            hidden |= {text for each in (self.own, self.other) for text in (each.phone, each.note)}
        if seat in ("crew", "committee"):
            hidden |= _secrets(self.other)
        if seat == "committee":
            hidden |= {self.own.phone, self.own.note}
        return hidden


def _secrets(each: Things) -> set[str]:
    return {each.unit, each.incident, each.order, each.phone, each.note, each.session}


async def world(served: House) -> World:
    seats = {role.value: await served.sign_in(LOGIN.get(role, role.value)) for role in Role}
    seats[STRANGER] = await served.sign_in(STRANGER)
    return World(
        seats=seats,
        own=await things(served, seats["supervisor"], "1", CELLS["own"], UNITS["own"]),
        other=await things(served, seats["supervisor"], "22", CELLS["other"], UNITS["other"]),
        elsewhere=await things(served, seats[STRANGER], "333", CELLS["own"], UNITS["own"]),
    )


# --- what is asked --------------------------------------------------------------------------------------------------

IN_ADDRESS = {
    "GET /api/places": "?q=后花园",
    "GET /api/incidents/{incident_id}/route": "?unit={unit}",
}

A_POSITION = {"lon": 110.45, "lat": 29.34, "datum": "WGS84", "device_at": "2026-11-23T02:00:00Z", "source": "device"}

THEN = "2026-11-23T01:00:00Z"

NEXT_YEAR = "2027-11-23T02:00:00Z"

STEP_INCIDENT = "POST /api/incidents/{incident_id}/steps"
REPORT, MAKE_CODE = "POST /api/incidents", "POST /api/codes"
SIGN_OUT = "DELETE /api/session"


def bodies(operation: str, of: Things, elsewhere: bool) -> list[tuple[frozenset[Act], Any]]:
    """What to send with an operation about these things, and what leave that needs."""
    takes = OPERATIONS[operation]
    acts = frozenset[Act]() if takes == ANYBODY else takes
    if operation == STEP_INCIDENT:
        return [
            (frozenset({Act.NOTE}), {"step": "note", "note": "x"}),
            (frozenset({Act.RUN_INCIDENT}), {"step": "priority", "priority": "P2"}),
            (frozenset({Act.RUN_INCIDENT, Act.RUN_OWN_INCIDENT}), {"step": "transfer", "owner": "centre"}),
        ]
    if operation == "POST /api/incidents/{incident_id}/departures":
        return [
            (frozenset({Act.RUN_INCIDENT}), {"name": "x"}),
            (frozenset({Act.SEND_SQUAD}), {"squad": "S4"}),
        ]
    if operation == "POST /api/departures/{departure_id}/steps":  # of others, for whom no committee speaks
        return [(frozenset({Act.RUN_INCIDENT}), {"step": "at_patient"})]
    known = {
        "POST /api/incidents/late": {"reported_at": THEN, "closed_at": THEN, "by": "x"},
        "POST /api/incidents/{incident_id}/evacuation": {"patients": 2},
        "POST /api/incidents/{incident_id}/lifts": {"edge": "BLL-BLU-lift", "wish": "hold"},
        "POST /api/incidents/{incident_id}/lifts/{lift_id}/answer": {"granted": True, "by": "x"},
        "POST /api/reports": {"incident": of.incident},
        "POST /api/incidents/{incident_id}/links": {"same_as": of.another},
        REPORT: {"exercise": of.exercise} if elsewhere else {"location": {"cell": of.cell}},
        MAKE_CODE: {"unit": of.unit},
        "POST /api/incidents/{incident_id}/assignments": {"unit": of.unit},
        "POST /api/assignments/{assignment_id}/steps": {"step": "note", "note": "x"},
        "POST /api/units/{unit}/positions": [A_POSITION],
        "POST /api/notices": {"text": "x", "to": {"all": True}, "until": NEXT_YEAR},
        "POST /api/travel-times": {
            "origins": [{"location": {"cell": of.cell}}],
            "destinations": [{"location": {"cell": of.cell}}],
        },
        "POST /api/reach": {"origins": [{"location": {"cell": of.cell}}]},
        "POST /api/moves": {"unit": of.unit, "to": of.post},
        "POST /api/moves/{move_id}/steps": {"step": "note", "note": "x"},
        "POST /api/exercises": {"name": "x"},
        "POST /api/mode": {"mode": "live", "reason": "x"},
        "POST /api/conditions": {"profile": "normal", "reason": "x"},
        "POST /api/closures": {"kind": "rail", "reason": "x", "from": NEXT_YEAR},
    }
    return [(acts, known.get(operation, {} if operation.startswith("POST") else None))]


def address(operation: str, of: Things) -> str:
    template = operation.partition(" ")[2] + IN_ADDRESS.get(operation, "")
    for part, value in of.parts.items():
        template = template.replace(part, value)
    assert "{" not in template, f"{operation}: say in this test what stands for the name in {template}"
    return template


def reaches(role: Role, acts: frozenset[Act], whose: str) -> bool:
    """What the table says."""
    scopes = {RIGHTS[role][act] for act in acts if act in RIGHTS[role]}
    return bool(scopes) and (whose == "own" or (whose == "other" and Scope.AREA in scopes))


def about_things(operation: str) -> bool:
    return "{" in operation or operation in (REPORT, MAKE_CODE)


async def test_every_operation_by_every_role_on_its_own_things_on_others_and_on_another_areas(served: House) -> None:
    async with httpx.AsyncClient(base_url=served.url) as client:
        document = (await client.get("/schema")).json()
    described = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert described == OPERATIONS.keys(), "what is not in dispatch.seat.OPERATIONS is refused to everybody"
    here = await world(served)
    for name, seat in here.seats.items():
        role, hidden = Role(seat.session["role"]), here.hidden_from(name)
        for operation in sorted(OPERATIONS.keys() - {SIGN_OUT}):
            if OPERATIONS[operation] == ANYBODY:
                continue
            for whose, of in here.whose(name).items():
                if whose != "own" and not about_things(operation):
                    continue
                for acts, body in bodies(operation, of, whose == "elsewhere"):
                    await ask(seat, operation, of, body, may=reaches(role, acts, whose), hidden=hidden, whose=whose)


async def ask(seat: Signed, operation: str, of: Things, body: Any, *, may: bool, hidden: set[str], whose: str) -> None:
    method, path = operation.partition(" ")[0], address(operation, of)
    sent = {"id": str(uuid4()), **body} if isinstance(body, dict) else body
    answer = await seat.request(method, path, json=sent)
    said = f"{seat.session['role']} {operation} {whose}: {answer.status_code} {answer.text[:300]}"
    assert answer.status_code not in (401, 500, 503), said
    refusals = {403, 404, 422} if whose == "elsewhere" else {403, 404}
    assert (answer.status_code in refusals) is not may, said
    asked = f"{path} {sent}"
    told = {each for each in hidden if each in answer.text and each not in asked}
    assert not told, f"{said}: tells of {told}"


async def test_signing_out_is_everybodys_own_affair(served: House) -> None:
    for role in Role:
        someone = await served.sign_in(LOGIN.get(role, role.value))
        assert (await someone.delete("/api/session")).status_code == 204
        assert (await someone.get("/api/session")).status_code == 401


async def test_every_stream_by_every_role_and_what_is_in_it(served: House) -> None:
    here = await world(served)
    own, other, elsewhere = here.own, here.other, here.elsewhere
    desk = {"operator", "supervisor"}
    readers = {
        f"area/{own.area}": desk | {"planner", "viewer"},
        f"callers/{own.area}": desk,
        f"ground/{own.area}": set(here.seats) - {STRANGER},
        f"unit/{own.unit}": {"crew"},
        f"unit/{other.unit}": set[str](),
        f"unit/{elsewhere.unit}": set[str](),
        f"cell/{own.area}/{own.cell}": {"committee"},
        f"cell/{own.area}/{other.cell}": set[str](),
        f"cell/{elsewhere.area}/{elsewhere.cell}": set[str](),
        f"cell/{own.area}/{own.cell}/": set[str](),
        f"cell/{own.area}": set[str](),
        **{f"{kind}/{elsewhere.area}": {STRANGER} for kind in ("area", "callers", "ground")},
        f"area/{uuid4()}": set[str](),
        "nothing": set[str](),
    }
    for stream, may in readers.items():
        for name, seat in here.seats.items():
            answer = await seat.get(f"/api/streams/{quote(stream)}")
            own_name = stream.rstrip("/") in seat.session["streams"]  # the address knows no slash at its end
            assert (answer.status_code == 200) is (name in may or own_name), f"{name} {stream}: {answer.status_code}"
            assert answer.status_code in (200, 403), f"{name} {stream}: {answer.text}"
            told = {each for each in here.hidden_from(name) if each in answer.text and each not in stream}
            assert not told, f"{name} {stream} tells of {told}"
            if answer.status_code == 200:
                assert stream.rstrip("/") in seat.session["streams"]
