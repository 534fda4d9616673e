"""Run sheets as a PDF: one A4 sheet per cell, an index before them, in black and white, Chinese, English or both."""

from __future__ import annotations

import datetime
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from math import ceil
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pypinyin import lazy_pinyin

from geo.network import EdgeClass
from geo.speed import LIFT_CLASSES, NORMAL
from grids import cell_map
from grids.cell_map import Maps, Mark
from grids.coverage import CellCoverage, State
from grids.planning import STATES, Post
from grids.run_sheet import NIGHT, NOON, Book, Sheet, TeamRow, Unit

LANGUAGES = ("zh", "en", "both")

WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "title": ("网格处置单", "run sheets"),
        "illustrative": ("示意数据", "ILLUSTRATIVE"),
        "illustrative_area": (
            "本册含示意数据:位置、人员与电话不可用于真实救援。",
            "This book holds made-up positions, people and numbers: not for a real rescue.",
        ),
        "how": (
            "用法:按地名或编码找到网格,先呼责任分队,再按次序呼后备分队。时间为“分:秒”,自接报起,含接警处理 {allowance} "
            "秒与出动,到达地图上的 ◎ 点(网格内九成道路在此时间内可到)。“日”为 {day}、“夜”为 {night} 的索道电梯与值班"
            "情况;天气正常、无封路。",
            "How to use: find the cell by the name of the place or its code, call the owning team, then the backups in "
            "their order. Times are minutes:seconds from the report, with {allowance} s to take it and the turnout, to "
            "the point ◎ on the map (nine tenths of the cell's ways are reached within it). Day is {day}, night "
            "{night}, with the lifts and crews of that hour, in normal conditions without closures.",
        ),
        "by_name": ("按地名", "By place"),
        "by_code": ("按网格编码", "By cell"),
        "by_team": ("分队电话", "Teams"),
        "page": ("页", "page"),
        "cell": ("网格", "cell"),
        "grid": ("大网格", "grid"),
        "kind": ("类别", "kind"),
        "code_status": ("编码", "code"),
        "target": ("时限", "target"),
        "area_target": ("区域默认时限", "the area's own"),
        "day": ("日", "day"),
        "night": ("夜", "night"),
        "first_there": ("最近驻点到达", "from the nearest post"),
        "owner": ("责任", "owner"),
        "backup": ("后备", "backup"),
        "team": ("分队与单元(呼号)", "team and units (call signs)"),
        "post": ("驻点", "post"),
        "vehicle": ("车辆", "vehicle"),
        "car": ("汽车", "car"),
        "motorbike": ("摩托", "motorbike"),
        "on_foot": ("步行", "on foot"),
        "turnout": ("出动", "turnout"),
        "hours": ("值班时段", "on duty"),
        "nobody": ("无人值班", "nobody"),
        "phone": ("电话", "phone"),
        "name": ("名称", "name"),
        "near": ("最近驻点", "Nearest posts"),
        "told": ("联动,只通知", "told only"),
        "contacts": ("网格联系人", "Contacts of the cell"),
        "spots": ("网格内报警救助点与地点", "Call points and places in the cell"),
        "no_spots": ("无", "none"),
        "search": (
            "网格内无开放道路:按搜救处置,不给出到达时间。",
            "No open way in this cell: search it; no time can be given.",
        ),
        "target_mark": ("计时点", "timed point"),
        "call_point": ("报警救助点", "call point"),
        "place": ("地点", "place"),
        "posts_mark": ("驻点", "post"),
        "imprint": (
            "{area} · {date} 印制 · 路网版本 {version} · 以新代旧",
            "{area} · printed {date} · network version {version} · a newer book replaces it",
        ),
        "base": ("基地", "base"),
        "police_office": ("警务室", "police office"),
        "duty_room": ("值班室", "duty room"),
        "duty_point": ("值守点", "duty point"),
        "fire_station": ("消防站", "fire station"),
        "medical_point": ("医疗点", "medical point"),
        "trail": ("步道", "trail"),
        "road": ("公路", "road"),
        "station": ("站场", "station"),
        "square": ("广场", "square"),
        "scenic_spot": ("景点", "scenic spot"),
        "town": ("城镇", "town"),
        "forest": ("林地", "forest"),
        "water": ("水域", "water"),
        "other": ("其他", "other"),
        "official": ("正式", "official"),
        "provisional": ("暂编", "provisional"),
        "own": ("自编", "own"),
        "way_road": ("公路", "road"),
        "way_trail": ("步道", "trail"),
        "way_stairs": ("台阶", "stairs"),
        "way_path": ("土路", "path"),
        "way_lift": ("索道、电梯、轨道、船", "lift, boat"),
        **{f"state_{state}": words for state, words in STATES.items()},
    }
)

Say = Callable[..., str]
"""A word of ``WORDS`` in the language of the book, escaped, with facts filled in; another word as it is."""


def html(book: Book, sheets: Sequence[Sheet], language: str) -> str:
    """The book as one HTML document, everything in it."""
    say = _speaker(language)
    maps = Maps(book.ground.network)
    pages = [_sheet(book, each, maps, say, language) for each in sheets]
    if len(sheets) > 1:
        pages.insert(0, _front(book, sheets, say, language))
    css = Path(__file__).with_name("run_sheet.css").read_text(encoding="utf-8")
    tongue = "en" if language == "en" else "zh-CN"
    title = f"{_both(book.area, language)} {say('title')}"
    imprint = f'<p class="imprint">{_imprint(book, say)}</p>'
    return (
        f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{css}</style></head><body class='{language}'>{imprint}{''.join(pages)}</body></html>"
    )


def pdf(document: str) -> bytes:
    """The document as PDF. Raises ``OSError`` where the libraries that set text are not installed."""
    from weasyprint import HTML  # noqa: PLC0415  its libraries are looked for at import, and the import takes a second

    def nothing_from_outside(url: str, *_: Any, **__: Any) -> dict[str, Any]:
        raise ValueError(f"a run sheet takes nothing from {url}")

    written: bytes = HTML(string=document, url_fetcher=nothing_from_outside).write_pdf()
    return written


def has_chinese_font() -> bool:
    """Whether fontconfig knows a font with Chinese letters; without one there would be boxes in their place."""
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    done = subprocess.run([lister, ":lang=zh-cn", "family"], capture_output=True, check=False)  # noqa: S603
    return bool(done.stdout.strip())


def clock_text(seconds: float | None) -> str:
    """Minutes and seconds, a part of a second being one more; a dash for none."""
    return "—" if seconds is None else f"{ceil(round(seconds, 3)) // 60}:{ceil(round(seconds, 3)) % 60:02d}"


def hours_text(unit: Unit) -> str:
    """The hours of the day at which the unit's roster has people, such as 08:00–18:00; 24 h where shifts follow on."""
    spans = sorted({(_minutes(starts), _minutes(starts) + round(hours * 60)) for starts, hours in unit.shifts})
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    if any(end - start >= 24 * 60 for start, end in joined):
        return "24 h"
    return " ".join(f"{_clock(start)}–{_clock(end)}" for start, end in joined)


def _minutes(at: datetime.time) -> int:
    return at.hour * 60 + at.minute


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def _speaker(language: str) -> Say:
    def say(word: str, **facts: object) -> str:
        chinese, english = (text.format(**facts) for text in WORDS.get(word, (word, "")))
        texts = {"zh": [chinese], "en": [english or chinese], "both": [chinese, english]}[language]
        return escape(" ".join(texts).strip())

    return say


def _both(named: Mapping[str, Any], language: str) -> str:
    """The name of a thing in the book's language."""
    names = {
        "zh": [named["name_zh"]],
        "en": [named["name_en"]],
        "both": [named["name_zh"], named["name_en"]],
    }[language]
    return escape(" ".join(names))


def _post_name(post: Post, language: str) -> str:
    return _both({"name_zh": post.name_zh, "name_en": post.name_en}, language)


def _imprint(book: Book, say: Say) -> str:
    at = book.ground.at.astimezone(book.ground.zone)
    version = f"{book.ground.network.version}, {NORMAL.name}"
    return say("imprint", area=book.ground.code, date=f"{at:%Y-%m-%d %H:%M}", version=version)


def _table(heads: Sequence[tuple[str, str]], lines: Iterable[str]) -> str:
    head = "".join(f'<th class="{style}">{text}</th>' for style, text in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _line(cells: Sequence[tuple[str, str]], style: str = "") -> str:
    return f'<tr class="{style}">' + "".join(f'<td class="{kind}">{text}</td>' for kind, text in cells) + "</tr>"


# --- the front: where to look ---


def _front(book: Book, sheets: Sequence[Sheet], say: Say, language: str) -> str:
    how = say("how", allowance=f"{book.ground.allowance_s:.0f}", day=f"{NOON:%H:%M}", night=f"{NIGHT:%H:%M}")
    mark = f'<div class="mark">{say("illustrative")}</div>' if book.area["illustrative"] else ""
    warned = f"<p><b>{say('illustrative_area')}</b></p>" if book.area["illustrative"] else ""
    teams = [
        _line(
            [
                ("", f"<b>{escape(each['code'])}</b>"),
                ("", _both(each, language)),
                ("phone", escape(each["phone"] or "")),
            ]
        )
        for each in book.teams.values()
    ]
    return (
        f"<section><header>{mark}<h1>{_both(book.area, language)} {say('title')}</h1></header>{warned}<p>{how}</p>"
        f"<h2>{say('by_team')}</h2>{_table([('', ''), ('', ''), ('', say('phone'))], teams)}"
        f"<h2>{say('by_name')}</h2><div class='index'>{_by_name(sheets, say, language)}</div>"
        f"<h2>{say('by_code')}</h2><div class='index'>{_by_code(sheets, say, language)}</div></section>"
    )


def _by_name(sheets: Sequence[Sheet], say: Say, language: str) -> str:
    named = [(spot, sheet) for sheet in sheets for spot in sheet.spots if spot["kind"] == "place"]
    if language == "en":
        named.sort(key=lambda each: each[0]["name_en"])
    else:
        named.sort(key=lambda each: lazy_pinyin(each[0]["name_zh"]))
    lines = [_line([("", _both(spot, language)), ("", escape(sheet.code)), _page(sheet)]) for spot, sheet in named]
    return _table([("", say("name")), ("", say("cell")), ("page", say("page"))], lines)


def _by_code(sheets: Sequence[Sheet], say: Say, language: str) -> str:
    lines = [
        _line(
            [
                ("", escape(each.code)),
                ("", _both(each.facts, language)),
                ("", escape(each.owner)),
                _page(each),
            ]
        )
        for each in sheets
    ]
    return _table([("", say("cell")), ("", say("name")), ("", say("owner")), ("page", say("page"))], lines)


def _page(sheet: Sheet) -> tuple[str, str]:
    return "page", f'<a href="#c{escape(sheet.code)}"></a>'


# --- one cell ---


def _sheet(book: Book, sheet: Sheet, maps: Maps, say: Say, language: str) -> str:
    facts = sheet.facts
    illustrative = facts["illustrative"] or book.area["illustrative"]
    mark = f'<div class="mark">{say("illustrative")}</div>' if illustrative else ""
    grid = _both({"name_zh": facts["grid_zh"], "name_en": facts["grid_en"]}, language)
    return (
        f'<section id="c{escape(sheet.code)}"><header>{mark}<div class="code">{escape(sheet.code)}</div>'
        f'<h1>{_both(facts, language)}</h1><div class="small">{say("grid")} {escape(facts["grid_code"])} {grid} · '
        f"{say('kind')} {say(facts['kind'])} · {say('code_status')} {say(facts['code_status'])}</div></header>"
        f"{_answer(sheet, say)}"
        f'<div class="halves"><div>{_map(book, sheet, maps, language)}{_legend(book, say)}</div><div>'
        f"{_posts(sheet, say, language)}{_contacts(sheet, say, language)}{_spots(sheet, say, language)}</div></div>"
        f"{_teams(sheet, say, language)}</section>"
    )


def _answer(sheet: Sheet, say: Say) -> str:
    source = escape(sheet.facts["target_source"] or "") if sheet.facts["own_target_s"] else say("area_target")
    boxes = [f"<div>{say('target')}<b>{clock_text(sheet.target_s)}</b>{source}</div>"]
    for word, told in (("day", sheet.told.day), ("night", sheet.told.night)):
        boxes.append(f"<div>{say(word)} · {say('first_there')}<b>{clock_text(told.eta_s)}</b>{_state(told, say)}</div>")
    note = f"<p><b>{say('search')}</b></p>" if sheet.told.day.state is State.SEARCH else ""
    return f'<div class="answer">{"".join(boxes)}</div>{note}'


def _state(told: CellCoverage, say: Say) -> str:
    nearest = f" · {escape(told.nearest[0].origin)}" if told.nearest else ""
    return say(f"state_{told.state}") + nearest


def _map(book: Book, sheet: Sheet, maps: Maps, language: str) -> str:
    names = {code: _short(names, language) for code, names in book.ground.names.items()}
    neighbours = [(names[cell.code], cell.shape) for cell in book.ground.cells if cell.code != sheet.code]
    marks = [Mark("post", post.lon, post.lat, post.code) for post in book.ground.posts]
    marks = [*_timed_points(sheet, language), *_numbered(sheet), *marks]
    return maps.draw(sheet.shape, neighbours, marks)


def _short(names: tuple[str, str], language: str) -> str:
    return names[1] if language == "en" else names[0]


def _timed_points(sheet: Sheet, language: str) -> list[Mark]:
    """Where the times by day and by night are told of; one mark where it is the same point."""
    day, night = sheet.told.day.point, sheet.told.night.point
    words = [_short(WORDS[word], language) for word in ("day", "night")]
    if day == night:
        return [] if day is None else [Mark("target", day.lon, day.lat, "")]
    return [
        Mark("target", point.lon, point.lat, word) for point, word in zip((day, night), words, strict=True) if point
    ]


def _numbered(sheet: Sheet) -> list[Mark]:
    return [Mark(spot["kind"], spot["lon"], spot["lat"], str(n)) for n, spot in enumerate(sheet.spots, start=1)]


def _legend(book: Book, say: Say) -> str:
    there = {edge.edge_class for edge in book.ground.network.edges}
    ways = [
        (EdgeClass.ROAD, "way_road"),
        (EdgeClass.TRAIL, "way_trail"),
        (EdgeClass.STAIRS, "way_stairs"),
        (EdgeClass.PATH, "way_path"),
        (EdgeClass.CABLEWAY, "way_lift"),
    ]
    same = {EdgeClass.TRAIL: {EdgeClass.TRAIL, EdgeClass.FLAGSTONE}, EdgeClass.CABLEWAY: set(LIFT_CLASSES)}
    shown = [(each, word) for each, word in ways if there & same.get(each, {each})]
    parts = [f"<span>{cell_map.sample(each)} {say(word)}</span>" for each, word in shown]
    signs = (("target", "target_mark"), ("call_point", "call_point"), ("place", "place"), ("post", "posts_mark"))
    parts += [f"<span>{cell_map.symbol(kind)} {say(word)}</span>" for kind, word in signs]
    return f'<div class="legend">{" ".join(parts)}</div>'


def _posts(sheet: Sheet, say: Say, language: str) -> str:
    lines = []
    for row in sheet.posts:
        told = "" if row.post.of_a_team else f" ({say('told')})"
        name = f"<b>{escape(row.post.code)}</b> {_post_name(row.post, language)}{told}"
        times = [("time", clock_text(eta)) for eta in row.eta_s]
        lines.append(_line([("", name), ("phone", escape(row.post.phone or "")), *times]))
    heads = [("", say("post")), ("", say("phone")), ("time", say("day")), ("time", say("night"))]
    return f"<h2>{say('near')}</h2>{_table(heads, lines)}" if lines else ""


def _contacts(sheet: Sheet, say: Say, language: str) -> str:
    lines = [
        _line(
            [
                ("", _both({"name_zh": each["role_zh"], "name_en": each["role_en"]}, language)),
                ("", escape(each["person"])),
                ("phone", escape(each["phone"])),
            ]
        )
        for each in sheet.contacts
    ]
    return f"<h2>{say('contacts')}</h2><table>{''.join(lines) or _none(say)}</table>"


def _spots(sheet: Sheet, say: Say, language: str) -> str:
    lines = [
        _line(
            [
                ("sign", f"{cell_map.symbol(spot['kind'])} {number}"),
                ("", f"<b>{escape(spot['code'])}</b> {_both(spot, language)}"),
                ("phone", f"{spot['lon']:.5f}, {spot['lat']:.5f}"),
            ]
        )
        for number, spot in enumerate(sheet.spots, start=1)
    ]
    return f"<h2>{say('spots')}</h2><table>{''.join(lines) or _none(say)}</table>"


def _none(say: Say) -> str:
    return f'<tr><td class="none">{say("no_spots")}</td></tr>'


def _teams(sheet: Sheet, say: Say, language: str) -> str:
    heads = [
        ("", say("team")),
        ("", say("post")),
        ("", say("vehicle")),
        ("", say("turnout")),
        ("", say("hours")),
        ("", say("phone")),
        ("time", say("day")),
        ("time", say("night")),
    ]
    return _table(heads, [line for team in sheet.teams for line in _team(team, say, language)])


def _team(row: TeamRow, say: Say, language: str) -> Iterable[str]:
    rank = say("owner") if row.rank == 0 else f"{say('backup')} {row.rank}"
    head = f"{rank} · {escape(row.team['code'])} {_both(row.team, language)}"
    times = "".join(f'<td class="time">{clock_text(eta)}</td>' for eta in row.eta_s)
    phone = escape(row.team["phone"] or "")
    yield f'<tr class="team"><td colspan="5">{head}</td><td class="phone">{phone}</td>{times}</tr>'
    for unit, post, eta_s in row.units:
        name = _both({"name_zh": unit.name_zh, "name_en": unit.name_en}, language)
        yield _line(
            [
                ("", f"<b>{escape(unit.code)}</b> {name}"),
                ("", escape(unit.post) + (f" {say(post.kind)}" if post and language != "both" else "")),
                ("", say(unit.vehicle) if unit.vehicle else say("on_foot")),
                ("", f"{unit.turnout_s:.0f} s"),
                ("phone", hours_text(unit) or say("nobody")),
                ("phone", escape(unit.phone or "")),
                *(("time", clock_text(eta)) for eta in eta_s),
            ]
        )
