"""What the `load` and `export` commands share: words, exit codes, and telling what became of a load."""

from __future__ import annotations

import argparse
import asyncio
import datetime
import os
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from grids import area_file, area_format, rows
from grids.fault import Fault, FaultyFiles
from grids.load import Loaded
from grids.rows import Folder
from grids.sheet import Sheet
from sql.migrate import sqlalchemy_url

DONE, FAULTY, USAGE, NO_DATABASE = 0, 1, 2, 3

WORDS = {
    "reading": ("读取文件", "reading files"),
    "checking": ("检查", "checking"),
    "loading": ("写入数据库", "loading"),
    "fault": ("错误", "fault"),
    "warning": ("提示", "warning"),
    "file": ("文件", "file"),
    "row": ("行", "row"),
    "column": ("列", "column"),
    "reason": ("原因", "reason"),
    "added": ("新增", "added"),
    "changed": ("修改", "changed"),
    "removed": ("移除", "removed"),
    "same": ("未变", "same"),
    "no_folder": ("没有文件夹 {folder}", "there is no folder {folder}"),
    "no_url": ("请用 --database 或 DATABASE_URL 指定数据库", "name the database with --database or DATABASE_URL"),
    "no_database": ("数据库不可用:{why}", "the database cannot be used: {why}"),
    "not_loaded": ("{count} 处错误,未写入任何内容", "{count} faults; nothing was loaded"),
    "dry_run": ("试运行:以上为将发生的变化,未写入任何内容", "dry run: so it would change; nothing was changed"),
    "loaded": ("已写入", "loaded"),
    "written_back": ("错误已写回 {path}", "faults written back to {path}"),
    "no_area": ("没有区域 {area}", "there is no area {area}"),
    "which_area": ("请用 --area 指定区域:{areas}", "name one of the areas with --area: {areas}"),
    "exported": ("已导出 {count} 个文件到 {folder}", "{count} files written to {folder}"),
    "no_network": ("区域 {area} 还没有路网", "area {area} has no network yet"),
    "no_kind": ("没有驻点类别 {kind};可用:{kinds}", "there is no kind of post {kind}; there are: {kinds}"),
    "no_conditions": ("没有通行条件 {name};可用:{known}", "there are no conditions {name}; there are: {known}"),
    "no_format": (
        "不能写成 {path}:后缀须为 .csv、.geojson 或 .gpkg",
        "cannot write {path}: the suffix must be .csv, .geojson or .gpkg",
    ),
    "covered": (
        "{at}:{posts} 个驻点;{inside} / {cells} 个有路网格在时限内({share_of_cells});步道 {trail_km:.1f} 公里中"
        "时限内占 {share_of_trail}",
        "{at}: {posts} posts; {inside} of {cells} cells with ways are reached in time ({share_of_cells}); of "
        "{trail_km:.1f} km of trail {share_of_trail}",
    ),
    "not_written": ("无法写入 {path}:{why}", "{path} cannot be written: {why}"),
    "written": ("已写入 {path}", "written to {path}"),
    "no_pdf": ("不能写成 {path}:后缀须为 .pdf", "cannot write {path}: the suffix must be .pdf"),
    "no_cell": ("区域 {area} 没有网格 {cell}", "there is no cell {cell} in area {area}"),
    "no_chinese_font": (
        "本机没有中文字体,请安装(如 apt-get install fonts-wqy-microhei),或用 --language en",
        "this machine has no Chinese font: install one (apt-get install fonts-wqy-microhei), or use --language en",
    ),
    "no_pango": (
        "缺少排版所需的系统库(apt-get install libpango-1.0-0 libpangoft2-1.0-0):{why}",
        "the system's libraries that set text are missing (apt-get install libpango-1.0-0 libpangoft2-1.0-0): {why}",
    ),
    "setting": ("计算并排版", "timing and setting the sheets"),
    "sheets_written": ("{count} 个网格的处置单已写入 {path}", "run sheets of {count} cells written to {path}"),
    "not_empty": (
        "文件夹 {folder} 已有其他格式的同名文件:{names}",
        "{folder} holds the same rows in another format: {names}",
    ),
}


class Refused(Exception):
    """The command cannot be done; its sentence is for the person who gave it."""

    def __init__(self, word: str, code: int = USAGE, **facts: object) -> None:
        self.word = word
        self.code = code
        self.facts = facts
        super().__init__(say("en", word, **facts))


def say(language: str, word: str, **facts: object) -> str:
    """A word or sentence of the commands, English for ``en``, Chinese for anything else."""
    chinese, english = WORDS[word]
    return (english if language.startswith("en") else chinese).format(**facts)


@contextmanager
def busy(args: argparse.Namespace, word: str) -> Iterator[None]:
    """Show on the terminal that work goes on, and for how long it has."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=_errors(), transient=True
    ) as progress:
        progress.add_task(say(args.language, word), total=None)
        yield


def language_of_environment() -> str:
    """The language the terminal asks for; Chinese where it asks for none."""
    asked = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "en" if asked.lower().startswith("en") else "zh"


def add_common_arguments(parser: argparse.ArgumentParser, languages: Sequence[str] = ("zh", "en")) -> None:
    """What every command about an area takes."""
    parser.add_argument(
        "--database",
        metavar="URL",
        default=os.environ.get("DATABASE_URL"),
        help="postgresql://… (default: DATABASE_URL) / 数据库地址",
    )
    parser.add_argument(
        "--language",
        choices=languages,
        default=language_of_environment(),
        help="language of what is said and written (default: the terminal's, else zh) / 语言",
    )


def add_load_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `load`."""
    parser.add_argument("folder", type=Path, help="folder with the area's files / 区域文件夹")
    parser.add_argument(
        "--from",
        dest="from_day",
        metavar="DATE",
        type=datetime.date.fromisoformat,
        help="day from which what differs holds, YYYY-MM-DD in the area (default: today; the first rosters of an area "
        "begin with this week's Monday) / 变化的生效日期(默认今日;首次载入时值班表自本周一起)",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="check, count what would change, change nothing / 只检查,不写入"
    )
    parser.add_argument(
        "--faults-back",
        metavar="DIR",
        type=Path,
        help="write copies of faulty files there, with a column `faults` / 把错误写回到该目录的副本",
    )
    add_common_arguments(parser)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one `load` reads, how it checks it, and how it puts it into the database."""

    sheets: Sequence[Sheet]
    inspections: Sequence[Callable[[Folder], None]]
    load: Callable[[AsyncConnection, Folder, datetime.date | None], Awaitable[Loaded]]


def run_load(args: argparse.Namespace, job: Job) -> int:
    """Do a `load`; the exit code: 0 done, 1 faults in the files, 2 wrong use, 3 no database."""
    return _guarded(args, lambda: _load(args, job))


def run(args: argparse.Namespace, work: Callable[[], Awaitable[int]]) -> int:
    """Do any other command under the same exit codes."""
    return _guarded(args, work)


def checked(path: Path, job: Job) -> Folder:
    """The folder read and inspected."""
    folder = rows.read(path, job.sheets)
    for inspect in job.inspections:
        inspect(folder)
    return folder


def database_of(args: argparse.Namespace) -> str:
    """The database's address for SQLAlchemy. Raises ``Refused`` when none is named."""
    if not args.database:
        raise Refused("no_url")
    try:
        return sqlalchemy_url(args.database)
    except ValueError as error:
        raise Refused("no_database", USAGE, why=error) from error


def other_formats(folder: Path, names: Iterable[str]) -> list[str]:
    """Files in the folder that hold sheets in formats an export does not write: beside it, they could not be read."""
    ours = {f"{name}.geojson" if name in area_format.AS_GEOJSON else f"{name}.csv" for name in names}
    found = [path.name for name in names for path in area_file.candidates(folder, name)]
    return sorted(set(found) - ours)


def _guarded(args: argparse.Namespace, work: Callable[[], Awaitable[int]]) -> int:
    try:
        return asyncio.run(_awaited(work))
    except Refused as refusal:
        _errors().print(say(args.language, refusal.word, **refusal.facts), style="red", markup=False)
        return refusal.code
    except (OSError, DBAPIError) as error:
        why = getattr(error, "orig", None) or error
        _errors().print(say(args.language, "no_database", why=why), style="red", markup=False)
        return NO_DATABASE
    except SQLAlchemyError as error:
        _errors().print(say(args.language, "no_database", why=error), style="red", markup=False)
        return NO_DATABASE


async def _awaited(work: Callable[[], Awaitable[int]]) -> int:
    return await work()


def _errors() -> Console:
    return Console(stderr=True)


async def _load(args: argparse.Namespace, job: Job) -> int:
    if not args.folder.is_dir():
        raise Refused("no_folder", folder=args.folder)
    url = database_of(args)
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=_errors(), transient=True
    ) as progress:
        step = progress.add_task(say(args.language, "reading"), total=None)
        folder = rows.read(args.folder, job.sheets)
        progress.update(step, description=say(args.language, "checking"))
        for inspect in job.inspections:
            inspect(folder)
        loaded = None
        if not folder.refused:
            progress.update(step, description=say(args.language, "loading"))
            loaded = await _into_database(url, folder, args, job)
    _tell(args, folder, loaded)
    return FAULTY if loaded is None else DONE


async def _into_database(url: str, folder: Folder, args: argparse.Namespace, job: Job) -> Loaded | None:
    """Everything in one transaction; a dry run does the same and takes it back, so that its counts are true."""
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection, connection.begin() as transaction:
            loaded = await job.load(connection, folder, args.from_day)
            if args.dry_run:
                await transaction.rollback()
            return loaded
    except FaultyFiles as refused:
        folder.faults += refused.faults
        return None
    finally:
        await engine.dispose()


def _tell(args: argparse.Namespace, folder: Folder, loaded: Loaded | None) -> None:
    language, console = args.language, Console(soft_wrap=True)
    if folder.faults:
        console.print(_fault_table(folder.faults, language))
    if args.faults_back is not None:
        for path in faults_back(folder, args.faults_back, language):
            console.print(say(language, "written_back", path=path), markup=False)
    if loaded is None:
        count = sum(not fault.warning for fault in folder.faults)
        console.print(say(language, "not_loaded", count=count), style="red", markup=False)
        return
    console.print(_change_table(loaded, language))
    console.print(say(language, "dry_run" if args.dry_run else "loaded"), markup=False)


def faults_back(folder: Folder, directory: Path, language: str) -> list[Path]:
    """Copies of the faulty files with what is wrong beside the rows."""
    return [
        area_file.write_faults_back(file, mine, directory, language)
        for file in folder.files.values()
        if (mine := [fault for fault in folder.faults if fault.file == file.path.name])
    ]


def _fault_table(faults: Sequence[Fault], language: str) -> Table:
    table = Table("", *(say(language, word) for word in ("file", "row", "column", "reason")), box=None)
    for fault in sorted(faults, key=lambda each: (each.warning, each.file, each.row or 0)):
        table.add_row(
            say(language, "warning" if fault.warning else "fault"),
            fault.file,
            "" if fault.row is None else str(fault.row),
            fault.column or "",
            fault.reason(language),
            style="yellow" if fault.warning else "red",
        )
    return table


def _change_table(loaded: Loaded, language: str) -> Table:
    words = ("file", "added", "changed", "removed", "same")
    table = Table(*(say(language, word) for word in words), box=None)
    for name, change in loaded.changes.items():
        table.add_row(name, str(change.added), str(change.changed), str(change.removed), str(change.same))
    return table
