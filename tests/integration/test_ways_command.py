"""``python -m dispatch closures`` and ``conditions`` against the running service."""

import argparse
import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from house import A_MONDAY_MORNING, PASSWORD, House

from dispatch import ways

LIFT = "BLL-BLU-lift"


async def told(served: House, command: str, *words: str, login: str = "operator", language: str = "en") -> list[str]:
    """The lines that the command writes; it must be done."""
    status, lines = await _run(served, command, *words, login=login, language=language)
    assert status == 0, lines
    return lines


async def _run(served: House, command: str, *words: str, login: str, language: str) -> tuple[int, list[str]]:
    parser = argparse.ArgumentParser()
    {"closures": ways.add_closures_arguments, "conditions": ways.add_conditions_arguments}[command](parser)
    common = ["--url", served.url, "--login", login, "--password", PASSWORD, "--language", language]
    lines: list[str] = []
    status = await asyncio.to_thread(ways.run, parser.parse_args([*common, *words]), lines.append)
    return status, lines


async def test_a_way_is_closed_listed_and_opened_again_under_the_name_of_who_did_it(served: House) -> None:
    assert await told(served, "closures", "list") == ["nothing is closed"]
    [made] = await told(
        served, "closures", "add", "--edge", LIFT, "--until", "2026-11-23T18:00", "--reason", "rope inspection"
    )
    id, rest = made.split("  ", 1)
    assert rest == "shut  Bailong lift  from 11-23 10:00 until 11-23 18:00  rope inspection — 调度员甲"
    assert await told(served, "closures", "list") == [made]
    [chinese] = await told(served, "closures", "list", language="zh")
    assert chinese.startswith(f"{id}  封闭  百龙天梯  11-23 10:00 至 11-23 18:00")
    [ended] = await told(served, "closures", "end", id, "--reason", "done", login="supervisor")
    assert "ended 11-23 10:00" in ended
    assert await told(served, "closures", "list") == ["nothing is closed"]
    assert await told(served, "closures", "list", "--all") == [ended]
    operator = await served.sign_in("operator")
    [kept] = (await operator.ask("GET", "/api/closures?all=true"))["items"]
    assert (kept["until"], kept["ended_reason"]) == ("2026-11-23T10:00:00Z", "done")


async def test_modes_kinds_and_polygons_are_said_as_the_api_says_them(served: House, tmp_path: Path) -> None:
    twice_as_long = ["--kind", "road", "--layer", "vehicle", "--mode", "slow", "--factor", "2"]
    slow = await told(served, "closures", "add", *twice_as_long, "--reason", "ice")
    assert "  slow (vehicles)  all roads (" in slow[0]
    feature = {
        "type": "Feature",
        "properties": {},
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[110.44, 29.34], [110.46, 29.34], [110.46, 29.35], [110.44, 29.35], [110.44, 29.34]]],
        },
    }
    file = tmp_path / "drawn.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    drawn = await told(served, "closures", "add", "--polygon", str(file), "--datum", "WGS84", "--reason", "rocks")
    assert "  shut  in a drawn area: " in drawn[0]
    later = (A_MONDAY_MORNING + timedelta(days=1)).isoformat()
    assert await told(served, "closures", "list", "--at", later) == [*drawn, *slow]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "--edge", "nowhere", "--reason", "x"], "edges[0]: there is no edge with the code 'nowhere'"),
        (
            ["add", "--edge", LIFT, "--mode", "on_request", "--reason", "x"],
            "delay_s: a closure that is open",
        ),
        (["add", "--edge", LIFT, "--until", "tomorrow", "--reason", "x"], "--until: 'tomorrow' is no ISO 8601 time"),
        (
            ["add", "--polygon", "/nowhere.geojson", "--datum", "WGS84", "--reason", "x"],
            "geojson cannot be read",
        ),
        (["add", "--polygon", "/nowhere.geojson", "--reason", "x"], "a polygon needs its --datum"),
        (["end", "0000"], "0 closures that are not over begin with 0000"),
    ],
)
async def test_what_cannot_be_done_is_said_and_the_status_tells(
    served: House, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert await _run(served, "closures", *words, login="operator", language="en") == (1, [])
    assert said in capsys.readouterr().err


async def test_a_wrong_login_and_a_service_that_is_away_are_said(
    served: House, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (await _run(served, "closures", "list", login="nobody", language="en"))[0] == 1
    assert "login or password is wrong" in capsys.readouterr().err
    parser = argparse.ArgumentParser()
    ways.add_closures_arguments(parser)
    away = parser.parse_args(["--url", "http://127.0.0.1:1", "--password", "x", "--language", "en", "list"])
    assert await asyncio.to_thread(ways.run, away) == 1
    assert "http://127.0.0.1:1 cannot be reached" in capsys.readouterr().err


async def test_conditions_are_shown_and_switched(served: House) -> None:
    now, known = await told(served, "conditions", "show")
    assert now == "normal normal"
    assert "storm storm" in known
    [switched] = await told(served, "conditions", "switch", "storm+night", "--reason", "warning")
    assert switched == "night+storm night, storm  11-23 10:00  warning — 调度员甲"
    assert (await told(served, "conditions", "show", language="zh"))[0].startswith("night+storm 夜间、暴雨大风")


async def test_it_signs_out_again(served: House) -> None:
    await told(served, "closures", "list", login="operator")
    supervisor = await served.sign_in("supervisor")
    sessions = (await supervisor.ask("GET", "/api/sessions"))["items"]
    assert [each["login"] for each in sessions] == ["supervisor"]
