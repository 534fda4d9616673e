"""Whatever the service says to people it can say in Chinese and in English."""

import csv
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from dispatch import assignment, incident
from dispatch.run_card import parse_needs
from dispatch.seat import Role
from dispatch.selection import Why
from dispatch.words import CAPABILITIES, OBSTACLES, ROLES, STATES, STEPS, UNREACHABLE, WHY, Pair, capabilities, said
from geo.obstacle import Cause
from geo.travel_time import Reason

AREA = Path(__file__).parents[2] / "areas" / "wulingyuan"


def chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def blanks(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize(
    ("table", "things"),
    [
        (WHY, set(Why)),
        (UNREACHABLE, set(Reason)),
        (OBSTACLES, {*Cause} | {"lift_shut_until", "closure_until", "conditions_no_vehicles"}),
        (STATES, {*assignment.State, *incident.Status}),
        (STEPS, {*assignment.Step, *incident.Step, "assign", "evacuate", "report"}),
        (ROLES, set(Role)),
    ],
    ids=["why", "unreachable", "obstacles", "states", "steps", "roles"],
)
def test_there_are_words_for_everything_in_the_table_and_nothing_else(
    table: Mapping[Any, Pair], things: set[str]
) -> None:
    assert set(table) == things


@pytest.mark.parametrize("table", [WHY, UNREACHABLE, OBSTACLES, STATES, STEPS, ROLES, CAPABILITIES])
def test_the_two_languages_are_two_and_leave_the_same_blanks(table: Mapping[Any, Pair]) -> None:
    for zh, en in table.values():
        assert chinese(zh)
        assert en
        assert not chinese(en)
        assert blanks(zh) == blanks(en)


def test_the_blanks_of_a_reason_are_those_that_are_filled() -> None:
    filled = {"needs", "unreachable", "said", "last", "number", "declined"}
    assert set().union(*(blanks(zh) for zh, _ in WHY.values())) == filled


def test_no_two_reasons_read_alike() -> None:
    for language in ("zh", "en"):
        assert len({said(pair, language) for pair in WHY.values()}) == len(WHY)


def area_rows(file: str) -> list[dict[str, str]]:
    with (AREA / file).open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def test_there_are_words_for_every_capability_of_the_demo_area() -> None:
    codes = {code for row in area_rows("members.csv") for code in row["capabilities"].split(";")}
    codes |= {code for row in area_rows("roster.csv") for code in row["kit"].split(";")}
    for row in area_rows("run_cards.csv"):
        for need in (*parse_needs(row["needs"]), *parse_needs(row["second_tier"])):
            codes |= need.capabilities
    assert codes - {""} <= set(CAPABILITIES)


def test_capabilities_are_read_in_one_order() -> None:
    assert capabilities(frozenset({"STR", "FA"}), "zh") == "急救+担架"
    assert capabilities(["STR", "FA"], "en") == capabilities(["FA", "STR"], "en")


def test_nothing_particular_is_people_and_an_unknown_code_is_said_as_it_is() -> None:
    assert (capabilities([], "zh"), capabilities([], "en")) == ("人员", "people")
    assert capabilities(["DRONE"], "zh") == "DRONE"


@pytest.mark.parametrize(
    ("language", "heard"), [("zh", "急救"), ("zh-CN", "急救"), ("en", "first aid"), ("ko", "first aid")]
)
def test_who_does_not_read_chinese_gets_english(language: str, heard: str) -> None:
    assert said(CAPABILITIES["FA"], language) == heard
