"""Every answer says where its time went."""

import re
from uuid import uuid4

from house import House

TOLD = re.compile(r"([a-z]+);dur=([0-9.]+)")


async def test_an_incident_assigned_automatically_says_how_long_each_stage_took(served: House) -> None:
    desk = await served.sign_in("operator")
    body = {"id": str(uuid4()), "type": "TRA-SP", "location": {"place": "水绕四门"}, "assign": "auto"}

    answer = await desk.post("/api/incidents", json=body)

    stages = dict(TOLD.findall(answer.headers["server-timing"]))
    wanted = [
        "seat",
        "turn",
        "begin",
        "report",
        "duplicates",
        "units",
        "decide",
        "keep",
        "explain",
        "assign",
        "settle",
        "emit",
        "wake",
    ]
    assert list(stages) == wanted
    assert all(float(spent_ms) > 0 for spent_ms in stages.values())


async def test_signing_in_tells_nothing_of_the_time_it_took(served: House) -> None:
    desk = await served.sign_in("operator")
    desk.headers.pop("authorization")

    assert "server-timing" not in (await desk.post("/api/session", json={"login": "a", "password": "b"})).headers
