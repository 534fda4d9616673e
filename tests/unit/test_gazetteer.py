"""Names of the ground: what is exactly named is located, what may be meant is found, and nothing is guessed."""

import csv
import json
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grids.gazetteer import Entry, Gazetteer, Kind, Match, fold

AREA = Path(__file__).parents[2] / "areas" / "wulingyuan"


@cache
def wulingyuan() -> Gazetteer:
    files = {Kind.PLACE: "places.csv", Kind.CALL_POINT: "call_points.csv", Kind.POST: "posts.csv"}
    named = [(kind, row) for kind, file in files.items() for row in rows(file)]
    cells = json.loads((AREA / "cells.geojson").read_text(encoding="utf-8"))["features"]
    named += [(Kind.CELL, cell["properties"]) for cell in cells]
    return Gazetteer(
        entry(kind, row["code"], row["name_zh"], row["name_en"], *filter(None, row.get("aliases", "").split(";")))
        for kind, row in named
    )


def rows(file: str) -> list[dict[str, str]]:
    with (AREA / file).open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def entry(kind: Kind, code: str, name_zh: str, name_en: str = "", *aliases: str) -> Entry:
    return Entry(kind=kind, code=code, name_zh=name_zh, name_en=name_en, aliases=aliases, lon=110.45, lat=29.35)


def found(text: str, limit: int = 8) -> list[str]:
    return [match.entry.name_zh for match in wulingyuan().search(text, limit)]


def exactly(text: str) -> str | None:
    hit = wulingyuan().exactly(text)
    return None if hit is None else hit.name_zh


# --- what is meant exactly ---


def test_everything_is_located_by_its_name_in_both_languages_its_aliases_and_its_code() -> None:
    for each in wulingyuan().entries:
        for text in (each.name_zh, each.name_en, each.code, *each.aliases):
            assert wulingyuan().exactly(text) is each


def test_every_candidate_can_be_chosen_by_its_code() -> None:
    for text in ("hsz", "yjj", "天梯", "gate"):
        for match in wulingyuan().search(text, 50):
            assert wulingyuan().exactly(match.entry.code) is match.entry


@pytest.mark.parametrize(
    "text", ["黄石寨", "huangshizhai", "hsz", "Huangshizhai", "天子山", "杨家界", "百龙天梯", "cableway"]
)
def test_a_name_that_has_two_ends_is_not_guessed(text: str) -> None:
    assert exactly(text) is None
    assert len(found(text)) > 1


def test_both_ends_of_the_cliff_are_offered() -> None:
    assert {"黄石寨索道上站", "黄石寨索道下站", "黄石寨前山步道口"} <= set(found("黄石寨"))


def test_initials_that_happen_to_be_the_code_of_another_place_locate_nobody() -> None:
    assert exactly("YJJ") == "袁家界"
    assert exactly("yjj") is None
    assert {"袁家界", "杨家界站", "杨家界门票站"} <= set(found("yjj"))


@pytest.mark.parametrize(
    "text",
    ["后花园", " 后 花 园 ", "back garden", "Back-Garden", "ＢＡＣＫ　ＧＡＲＤＥＮ", "袁家界后花园", "hhy", "HHY"],
)
def test_width_case_spaces_and_hyphens_do_not_matter(text: str) -> None:
    assert exactly(text) == "后花园"


def test_of_two_kinds_that_share_a_name_the_place_is_meant() -> None:
    names = Gazetteer(
        [entry(Kind.POST, "P1", "老磨湾"), entry(Kind.CELL, "43", "老磨湾"), entry(Kind.PLACE, "L", "老磨湾")]
    )
    hit = names.exactly("老磨湾")
    assert hit is not None
    assert hit.kind is Kind.PLACE


def test_two_of_a_kind_that_share_a_name_are_not_guessed_between() -> None:
    names = Gazetteer([entry(Kind.PLACE, "A", "一线天"), entry(Kind.PLACE, "B", "一线天", "", "小一线天")])
    assert names.exactly("一线天") is None
    hit = names.exactly("小一线天")
    assert hit is not None
    assert hit.code == "B"


@pytest.mark.parametrize("text", ["", " ", "。", "!?", "\u3000", "\u200b", "不知道在哪里", "救命"])
def test_words_that_name_nothing_locate_nothing(text: str) -> None:
    assert exactly(text) is None


def test_without_any_name_nothing_is_found() -> None:
    assert Gazetteer([]).exactly("后花园") is None
    assert Gazetteer([]).search("后花园") == []


# --- what may be meant ---


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hsz", "黄石寨索道上站"),
        ("ＨＳＺ", "黄石寨索道上站"),
        ("hszsd", "黄石寨索道下站"),
        ("黄石寨索道", "黄石寨索道上站"),
        ("huangshizhai", "黄石寨索道上站"),
        ("Huang shi zhai", "黄石寨索道上站"),
        ("Huangshizhai upper", "黄石寨索道上站"),
        ("我在黄石寨索道上站旁边摔倒了", "黄石寨索道上站"),
        ("shuiraosimen", "水绕四门"),
        ("srsm", "水绕四门"),
        ("golden whip", "金鞭岩"),
        ("Back Gardn", "后花园"),
        ("乾坤", "乾坤柱观景台"),
        ("sos15", "黄石寨索道上站报警救助点"),
        ("天梯", "百龙天梯上站"),
    ],
)
def test_what_people_say_and_type_finds_the_place(text: str, name: str) -> None:
    assert name in found(text, 5)


def test_every_name_is_found_first_by_itself() -> None:
    for each in wulingyuan().entries:
        assert wulingyuan().search(each.name_zh)[0] == Match(entry=each, score=1.0)


def test_every_name_is_found_by_its_pinyin() -> None:
    for each in wulingyuan().entries:
        assert each in [match.entry for match in wulingyuan().search(each.spelled[0], 3)]


def test_a_short_code_inside_a_long_word_is_no_likeness() -> None:
    names = Gazetteer([entry(Kind.PLACE, "G_S", "森林公园门票站"), entry(Kind.PLACE, "HZU", "黄石寨", "Huangshizhai")])
    assert [match.entry.code for match in names.search("huangshizhai upper")] == ["HZU"]


def test_what_resembles_nothing_finds_nothing() -> None:
    assert found("xyzzyxyzzy") == []
    assert found("𓀀𓀁") == []


def test_no_more_are_offered_than_asked_for() -> None:
    assert [len(found("站", limit)) for limit in (1, 3, 8)] == [1, 3, 8]


# --- whatever is typed ---


fragments = st.sampled_from(["黄石寨", "hsz", "Hua", "上", "站", "SOS-1", "ＨＳ", " ", "-", "ß", "İ", "門", "G4", "ﷺ"])
typed = st.text(max_size=30) | st.lists(fragments, max_size=6).map("".join)


@settings(max_examples=60)
@given(typed, st.integers(1, 50))
def test_any_text_is_taken_and_answered_best_first(text: str, limit: int) -> None:
    matches = wulingyuan().search(text, limit)
    assert len(matches) <= limit
    assert all(0 < match.score <= 1 for match in matches)
    assert matches == sorted(matches, key=lambda match: -match.score)
    assert len({(match.entry.kind, match.entry.code) for match in matches}) == len(matches)


@given(typed)
def test_what_is_exact_is_also_the_best_found(text: str) -> None:
    hit = wulingyuan().exactly(text)
    if hit is not None:
        matches = wulingyuan().search(text, 50)
        assert hit in [match.entry for match in matches if match.score == matches[0].score == 1.0]


@settings(max_examples=60)
@given(typed)
def test_spaces_around_and_within_change_nothing(text: str) -> None:
    spaced = f" {' '.join(text)}\u3000"
    if fold(spaced) == fold(text):
        assert wulingyuan().search(spaced) == wulingyuan().search(text)


@given(typed, st.randoms(use_true_random=False))
def test_the_order_of_the_names_does_not_matter(text: str, random: Random) -> None:
    few = list(wulingyuan().entries[::12])
    shuffled = list(few)
    random.shuffle(shuffled)
    assert Gazetteer(shuffled).search(text) == Gazetteer(few).search(text)
    assert Gazetteer(shuffled).exactly(text) == Gazetteer(few).exactly(text)
