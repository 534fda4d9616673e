"""Run sheets: what the paper says is what the database and the travel times say."""

import asyncio
from dataclasses import replace
from datetime import UTC, time
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from geo.coordinates import LonLat
from geo.travel_time import Journey, Origin, travel_times
from grids import planning, run_sheet
from grids.__main__ import main
from grids.coverage import State
from grids.run_sheet import NIGHT, NOON, Book, Sheet, instant
from grids.run_sheet_page import clock_text, hours_text

STREET, RIM, FOREST = "430811002908002", "430811002903001", "430811002901006"


def printed(url: str, out: Path, *words: str) -> list[str]:
    """The pages of the PDF as text without spaces: a page knows no words."""
    assert main(["sheets", "--database", url, "--out", str(out), *words]) == 0
    return ["".join(page.extract_text().split()) for page in PdfReader(out).pages]


def bare(text: str) -> str:
    return "".join(text.split())


@pytest.fixture
def book(demo_url: str) -> Book:
    return asyncio.run(run_sheet.read(demo_url))


def one(book: Book, code: str) -> Sheet:
    (sheet,) = run_sheet.sheets(book, [code])
    return sheet


def test_a_page_tells_owner_backups_posts_people_and_places_of_its_cell(
    demo_url: str, book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (page,) = printed(demo_url, tmp_path / "one.pdf", "--cell", STREET, "--language", "both")
    assert "1 个网格的处置单已写入" in capsys.readouterr().out
    sheet = one(book, STREET)
    for said in (STREET, "水绕四门片区", "Shuirao Simen", "示意数据 ILLUSTRATIVE", "1/1", book.ground.network.version):
        assert bare(said) in page
    order = [
        page.index(bare(said)) for said in ("责任 owner · G8 水绕四门", "后备 backup 1 · G4", "后备 backup 2 · G9")
    ]
    assert order == sorted(order)
    assert [row.team["code"] for row in sheet.teams] == ["G8", "G4", "G9"]
    units = [unit for unit in book.units if unit.team in {"G8", "G4", "G9"}]
    assert len(units) == 18
    for unit in units:
        assert f"{unit.code}{bare(unit.name_zh)}{bare(unit.name_en)}{unit.post}" in page
        assert unit.phone is not None
        assert f"{hours_text(unit).replace(' ', '')}{unit.phone}" in page
    for contact in sheet.contacts:
        assert bare(f"{contact['role_zh']}{contact['role_en']}{contact['person']}{contact['phone']}") in page
    for spot in sheet.spots:
        assert bare(f"{spot['code']}{spot['name_zh']}{spot['name_en']}") in page
    assert {spot["code"] for spot in sheet.spots} == {"SOS-52", "SOS-53", "SRS"}
    for row in sheet.posts:
        assert bare(f"{row.post.phone}{clock_text(row.eta_s.day)}{clock_text(row.eta_s.night)}") in page


def test_the_sheets_times_are_those_of_the_coverage_and_of_travel_times(book: Book) -> None:
    for hour, which in ((NOON, 0), (NIGHT, 1)):
        ground = replace(book.ground, at=instant(book, hour).astimezone(UTC))
        crews = planning.crews(ground)
        told = {each.code: each for each in planning.cover(ground, crews).cells}
        posts = {post.code: post for post in ground.posts}
        compared = 0
        for sheet in run_sheet.sheets(book):
            here = sheet.told[which]
            assert here == told[sheet.code]
            if here.point is None:
                continue
            by_code = {row.post.code: row.eta_s[which] for row in sheet.posts}
            for near in here.nearest:
                assert by_code[near.origin] == pytest.approx(near.eta_s, abs=0.5)
            for row in sheet.teams:
                known = [eta[which] for _, _, eta in row.units if eta[which] is not None]
                assert row.eta_s[which] == min(known, default=None)
            unit, post, eta_s = sheet.teams[0].units[-1]
            if eta_s[which] is not None:
                assert post == posts[unit.post]
                vehicle = LonLat(post.lon, post.lat) if unit.vehicle else None
                crew = Origin(id=unit.code, lon=post.lon, lat=post.lat, vehicle=vehicle, ready_after_s=unit.turnout_s)
                (came,) = travel_times(ground.network, [crew], here.point, at=ground.at, zone=ground.zone)
                assert isinstance(came, Journey)
                assert eta_s[which] == pytest.approx(came.eta_s + ground.allowance_s, abs=0.5)
                compared += 1
        assert compared >= (40 if which == 0 else 5)


def test_nobody_is_promised_who_is_not_on_duty_at_night_and_lifts_at_night_take_longer(book: Book) -> None:
    sheet = one(book, RIM)
    assert sheet.target_s == 900
    by_day = [unit for row in sheet.teams for unit, _, eta in row.units if eta.day is not None]
    by_night = [unit for row in sheet.teams for unit, _, eta in row.units if eta.night is not None]
    assert len(by_night) < len(by_day)
    assert all(unit.on_duty(NIGHT) for unit in by_night)
    for row in sheet.teams[1:]:
        for _, _, eta in row.units:
            if eta.night is not None:
                assert eta.night > eta.day


def test_an_own_target_is_told_with_its_source_and_a_cell_without_ways_is_searched(
    demo_url: str, tmp_path: Path, book: Book
) -> None:
    front, forest, rim = printed(demo_url, tmp_path / "two.pdf", "--cell", FOREST, RIM, "--language", "zh")
    assert "时限15:00黄石寨committee'sowncircleof15minutes" in rim
    assert one(book, FOREST).told.day.state is State.SEARCH
    assert "网格内无开放道路:按搜救处置" in forest
    assert "0744-555-0101" in forest
    assert f"{FOREST}吴家峪外围林区G12" in front  # and the page on which it is
    assert f"{RIM}六奇阁环道段G33" in front
    assert f"六奇阁{RIM}3" in front
    assert "含接警处理60秒" in front
    assert "Wujiayu" not in front + forest


def test_english_sheets_hold_no_chinese_but_peoples_names(demo_url: str, tmp_path: Path, book: Book) -> None:
    (page,) = printed(demo_url, tmp_path / "en.pdf", "--cell", STREET, "--language", "en")
    for contact in one(book, STREET).contacts:
        page = page.replace(contact["person"], "")
    assert [letter for letter in page if "\u4e00" <= letter <= "\u9fff"] == []


def test_a_page_is_a4_and_all_its_ink_is_grey(demo_url: str, tmp_path: Path) -> None:
    out = tmp_path / "one.pdf"
    printed(demo_url, out, "--cell", STREET, "--language", "zh")
    (page,) = PdfReader(out).pages
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
    operations = ContentStream(page.get_contents(), page.pdf).operations
    inks = [numbers for numbers, operator in operations if operator in {b"rg", b"RG"}]
    assert len(inks) > 100
    assert all(red == green == blue for red, green, blue in inks)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--cell", "nowhere"], 2, "没有网格 nowhere"),
        (["--out", "sheets.doc"], 2, "后缀须为 .pdf"),
        (["--area", "andorra"], 2, "没有区域 andorra"),
        (["--out", "/nowhere/at/all/sheets.pdf", "--cell", FOREST], 2, "无法写入"),
        (["--database", "postgresql://nobody@127.0.0.1:1/none"], 3, "数据库不可用"),
    ],
)
def test_what_cannot_be_printed_is_said_in_a_sentence(
    demo_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    asked = ["sheets", "--database", demo_url, "--out", str(tmp_path / "x.pdf"), "--language", "zh", *words]
    assert main(asked) == code
    assert said in capsys.readouterr().err.replace("\n", "")


def test_a_machine_without_chinese_letters_says_so_instead_of_printing_boxes(
    demo_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "fonts.conf"
    empty.write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>')
    monkeypatch.setenv("FONTCONFIG_FILE", str(empty))
    asked = ["sheets", "--database", demo_url, "--out", str(tmp_path / "x.pdf"), "--cell", FOREST, "--language", "zh"]
    assert main(asked) == 2
    assert "没有中文字体" in capsys.readouterr().err
    assert not (tmp_path / "x.pdf").exists()


def test_a_unit_is_on_duty_over_midnight_and_shifts_that_follow_on_are_a_whole_day(book: Book) -> None:
    day, night = (time(8), 10.0), (time(18), 14.0)
    unit = replace(book.units[0], shifts=(day,))
    assert (hours_text(unit), unit.on_duty(time(17, 59)), unit.on_duty(time(18))) == ("08:00–18:00", True, False)
    unit = replace(unit, shifts=(night,))
    assert (hours_text(unit), unit.on_duty(time(3)), unit.on_duty(time(8))) == ("18:00–08:00", True, False)
    unit = replace(unit, shifts=(day, night))
    assert (hours_text(unit), unit.on_duty(time(3)), unit.on_duty(NOON)) == ("24 h", True, True)
    unit = replace(unit, shifts=())
    assert (hours_text(unit), unit.on_duty(NOON)) == ("", False)


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "—"), (0.0, "0:00"), (599.2, "10:00"), (600.0, "10:00"), (600.4, "10:01")]
)
def test_a_time_in_print_is_never_shorter_than_it_is(seconds: float | None, text: str) -> None:
    assert clock_text(seconds) == text
