"""`python -m grids`: the ground of an area alone, without its people and rules."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import asyncpg
from pyogrio.errors import DataSourceError
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.profile import NORMAL_NAME, UnknownConditions
from grids import command, load, planning, run_sheet, run_sheet_page
from grids.area_format import GROUND, POST_KINDS
from grids.coverage import Coverage, State
from grids.export import NoArea
from grids.inspection import inspect
from grids.load import Loaded
from grids.network import NoNetwork
from grids.rows import Folder

_Read = TypeVar("_Read")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m grids", description="The ground of an area: cells, teams, posts and network / 区域底图"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    loading = commands.add_parser(
        "load",
        help="load the ground from a folder / 从文件夹载入",
        description="Checks and loads area, boundary, teams, grids, cells, contacts, places, posts, call points, "
        "committees, squads and network, all or nothing. / 检查并载入网格、分队、驻点与路网,要么全部成功,要么不改动。",
    )
    command.add_load_arguments(loading)
    _add_coverage(commands)
    _add_sheets(commands)
    args = parser.parse_args(arguments)
    if args.command == "sheets":
        return command.run(args, lambda: _sheets(args))
    if args.command == "coverage":
        return command.run(args, lambda: _coverage(args))
    return command.run_load(args, command.Job(sheets=GROUND, inspections=(inspect,), load=_load))


def _add_coverage(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    covering = commands.add_parser(
        "coverage",
        help="which cells are reached in time from the posts / 各网格能否在时限内到达",
        description="Writes for each cell when a crew from the nearest post is there and whether that is in time: one "
        "crew at every post of a team, in its vehicle where the post lies by a road, else on foot; no roster is read. "
        "/ 计算各网格从最近驻点出发的到达时间:各分队驻点各一组,临路驻点乘车,其余步行;不读取值班表。",
    )
    covering.add_argument(
        "--minutes",
        type=_minutes,
        help="target for every cell (default: each cell's own) / 统一时限(默认:各网格自身时限)",
    )
    covering.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="cells.csv, cells.geojson or cells.gpkg / 输出文件"
    )
    covering.add_argument(
        "--at",
        type=datetime.datetime.fromisoformat,
        metavar="TIME",
        help="instant for lift hours, such as 2026-05-01T23:00, in the area's time (default: now) / 时刻(默认现在)",
    )
    covering.add_argument(
        "--posts-kind",
        metavar="KIND,…",
        default="",
        help="crews at posts of these kinds only: " + ", ".join(sorted(POST_KINDS)) + " / 仅这些类别的驻点",
    )
    covering.add_argument(
        "--conditions",
        metavar="NAME",
        default=NORMAL_NAME,
        help="such as night+rain; docs/speeds.md has them (normal) / 通行条件,如 night+rain",
    )
    covering.add_argument("--on-foot", action="store_true", help="everybody walks / 全部步行")
    covering.add_argument(
        "--turnout",
        type=_seconds,
        default=planning.TURNOUT_S,
        metavar="SECONDS",
        help="what a crew needs to set out (60) / 出动时间(秒)",
    )
    covering.add_argument("--area", help="code of the area, where there are several / 区域编码")
    command.add_common_arguments(covering)


def _add_sheets(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    printing = commands.add_parser(
        "sheets",
        help="a sheet of paper per cell, for the day the computers are down / 断网断电时用的纸质网格处置单",
        description="Writes one PDF (A4, black and white) with a run sheet for every cell: owning team and backups in "
        "their order with times by day and by night, units with call signs and phones, nearest posts, contacts, call "
        "points, a map. / 为每个网格生成一页可打印的处置单(PDF,A4 黑白):责任与后备分队、到达时间、呼号电话、驻点、"
        "联系人、地图。",
    )
    printing.add_argument("--area", help="code of the area, where there are several / 区域编码")
    printing.add_argument(
        "--out", type=Path, default=Path("sheets.pdf"), metavar="FILE", help="default: sheets.pdf / 输出文件"
    )
    printing.add_argument(
        "--cell", nargs="+", action="extend", default=[], metavar="CODE", help="these cells only / 仅这些网格"
    )
    command.add_common_arguments(printing, languages=run_sheet_page.LANGUAGES)


def _minutes(word: str) -> float:
    minutes = float(word)
    if not 0 < minutes <= 24 * 60:
        raise argparse.ArgumentTypeError(f"a number of minutes up to a day, not {word!r}")
    return minutes


def _seconds(word: str) -> float:
    seconds = float(word)
    if not 0 <= seconds <= 24 * 3600:
        raise argparse.ArgumentTypeError(f"a number of seconds up to a day, not {word!r}")
    return seconds


async def _coverage(args: argparse.Namespace) -> int:
    kinds = [kind for kind in args.posts_kind.replace(" ", "").split(",") if kind]
    for kind in kinds:
        if kind not in POST_KINDS:
            raise command.Refused("no_kind", kind=kind, kinds=", ".join(sorted(POST_KINDS)))
    if args.out.suffix.lower() not in planning.WRITERS:
        raise command.Refused("no_format", path=args.out)
    ground = await _ground(args)
    crews = planning.crews(ground, kinds, on_foot=args.on_foot, turnout_s=args.turnout)
    try:
        told = planning.cover(ground, crews, args.minutes, conditions=args.conditions)
    except UnknownConditions as error:
        raise command.Refused("no_conditions", name=error.name, known=", ".join(error.known)) from error
    try:
        planning.write(args.out, ground, told, args.language)
    except (OSError, DataSourceError) as error:
        raise command.Refused("not_written", path=args.out, why=error) from error
    print(_summary(args.language, ground, told, len(crews)))
    print(command.say(args.language, "written", path=args.out))
    return command.DONE


async def _ground(args: argparse.Namespace) -> planning.Ground:
    return await _read(args, lambda: planning.read(args.database, args.area, args.at))


async def _sheets(args: argparse.Namespace) -> int:
    if args.out.suffix.lower() != ".pdf":
        raise command.Refused("no_pdf", path=args.out)
    if args.language != "en" and not run_sheet_page.has_chinese_font():
        raise command.Refused("no_chinese_font")
    book = await _read(args, lambda: run_sheet.read(args.database, args.area))
    with command.busy(args, "setting"):
        try:
            pages = run_sheet.sheets(book, args.cell)
        except run_sheet.NoCell as error:
            raise command.Refused("no_cell", cell=error.code, area=book.ground.code) from error
        try:
            written = run_sheet_page.pdf(run_sheet_page.html(book, pages, args.language))
        except OSError as error:
            raise command.Refused("no_pango", why=error) from error
    try:
        args.out.write_bytes(written)
    except OSError as error:
        raise command.Refused("not_written", path=args.out, why=error) from error
    print(command.say(args.language, "sheets_written", count=len(pages), path=args.out))
    return command.DONE


async def _read(args: argparse.Namespace, read: Callable[[], Awaitable[_Read]]) -> _Read:
    """What is read from the database, or why nothing is."""
    if not args.database:
        raise command.Refused("no_url")
    try:
        return await read()
    except NoArea as error:
        word = "no_area" if args.area else "which_area"
        raise command.Refused(word, area=args.area or "", areas=", ".join(error.areas)) from error
    except NoNetwork as error:
        raise command.Refused("no_network", area=args.area or "") from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise command.Refused("no_database", command.NO_DATABASE, why=error) from error


def _summary(language: str, ground: planning.Ground, told: Coverage, posts: int) -> str:
    states = [each.state for each in told.cells]
    return command.say(
        language,
        "covered",
        at=ground.at.astimezone(ground.zone).strftime("%Y-%m-%d %H:%M"),
        posts=posts,
        inside=states.count(State.INSIDE),
        cells=len(states) - states.count(State.SEARCH),
        share_of_cells=_percent(told.share_of_cells),
        trail_km=told.trail_m / 1000,
        share_of_trail=_percent(told.share_of_trail_m),
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


async def _load(connection: AsyncConnection, folder: Folder, from_day: datetime.date | None) -> Loaded:
    loaded = await load.load(connection, folder, from_day)
    await load.finish(loaded, folder)
    return loaded


if __name__ == "__main__":
    sys.exit(main())
