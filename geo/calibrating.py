"""`python -m geo calibrate`: speeds learned from the tracks of an area's own people, written beside, never over."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from geo import tracks
from geo.calibrate import FEWEST, Calibration, Fitted, calibrate, factors
from geo.command import DONE, FAULTY, Refused, add_language, either, errors
from geo.matching import Lost, Matcher
from geo.network_files import BadFile, read_ways
from geo.profile import Conditions, Figures, Movement, PathModel, Speeds, UnknownConditions
from geo.runs import Left, Run, runs
from geo.speed_files import FACTORS, ROAD, SPEEDS, BadRow, SourcedRow, read_rows, read_speeds, write_rows
from geo.tracks import By, Fix

MOST_FAULTS_SHOWN = 20

LOST = {
    Lost.INACCURATE: ("精度差于 100 米", "less accurate than 100 m"),
    Lost.OFF_NETWORK: (
        "附近没有道路(路网外、乘索道、基准错误)",
        "no way near (off the network, in a lift, wrong datum)",
    ),
    Lost.DISJOINT: ("与前后点之间无路可走", "no way from one to the next in that time"),
    Lost.ALONE: ("孤立的点", "alone"),
    Lost.TWINS: ("两种道路重合,无法区分", "two kinds of way lie on each other"),
}
LEFT = {
    Left.STANDING: ("原地停留", "standing"),
    Left.SHORT: ("不足 40 米", "shorter than 40 m"),
    Left.WANDERING: ("来回走动", "to and fro"),
    Left.ODD: ("快慢不像在走这条路", "too fast or slow to be this way"),
}
HEADS = (
    ("行动方式", "mover"),
    ("道路", "way"),
    ("方向", "direction"),
    ("段数", "runs"),
    ("人数", "people"),
    ("公里", "km"),
    ("中位 m/s", "median m/s"),
    ("九成不低于", "9 of 10 at least"),
    ("高差 m/min", "height m/min"),
    ("误差前", "error before"),
    ("误差后", "after"),
)
DIRECTIONS = {"up": ("上行", "up"), "level": ("平", "level"), "down": ("下行", "down")}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command and its arguments."""
    parser = commands.add_parser(
        "calibrate",
        help="learn speeds from tracks / 用轨迹校准速度",
        description="Puts tracks onto an area's ways, compares what people took with the model, and writes the figures "
        "that fit as files of an area (speeds.csv, or factors.csv with --conditions). Nothing is put into use and no "
        "file is replaced. / 把轨迹匹配到区域路网,与模型比较,并写出拟合的数值文件;不会直接启用,也不会覆盖任何文件。",
    )
    parser.add_argument(
        "tracks",
        type=Path,
        nargs="+",
        metavar="TRACKS",
        help="CSV files with who, at, lon, lat, datum and perhaps accuracy_m, by; or GPX / 轨迹文件(CSV 或 GPX)",
    )
    parser.add_argument("--area", type=Path, required=True, metavar="FOLDER", help="the area's folder / 区域文件夹")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to write / 输出文件夹")
    parser.add_argument(
        "--conditions",
        metavar="NAME",
        help="the tracks were made under these conditions: learn their factors / 轨迹是在该条件下记录的:拟合其系数",
    )
    parser.add_argument(
        "--by",
        type=By,
        choices=[each for each in By if each],
        help="how people went whose tracks do not say / 未注明者的行动方式",
    )
    parser.add_argument(
        "--gap",
        type=_seconds,
        default=120.0,
        metavar="SECONDS",
        help="silence that ends a track (120) / 超过该间隔即视为另一段轨迹",
    )
    parser.add_argument("--skip-faulty", action="store_true", help="go on without rows that are wrong / 跳过有错误的行")
    add_language(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; the exit code."""
    sheet = FACTORS if args.conditions else SPEEDS
    out = args.out / f"{sheet}.csv"
    if out.exists():
        raise Refused(
            f"{out} 已存在,不会覆盖;请另选 --out", f"{out} is there already and is not replaced: use another --out"
        )
    try:
        network, speeds = read_ways(args.area), read_speeds(args.area)
        conditions = speeds.named(args.conditions) if args.conditions else None
        own = read_rows(args.area / f"{sheet}.csv", sheet)
    except BadFile as error:
        raise Refused(error.zh, error.en, FAULTY) from error
    except BadRow as error:
        raise Refused(
            f"{error.file}.csv 第 {error.row} 行 {error.column} 列:{error.reason('zh')}", str(error), FAULTY
        ) from error
    except UnknownConditions as error:
        known = ", ".join(error.known)
        raise Refused(f"没有条件“{error.name}”;可用:{known}", str(error)) from error
    fixes = _read(args)
    found = _followed(args, fixes, Matcher(network), speeds)
    _tell_matching(args.language, found)
    if not found.runs:
        raise Refused("没有可用的轨迹段", "nothing of the tracks can be used", FAULTY)
    source = _source(fixes, found.runs)
    if conditions is None:
        made = calibrate(found.runs, speeds, source)
        _tell(args.language, made)
        rows = _speed_rows(own, speeds, made)
        enough = any(each.fitted for each in made.fitted)
    else:
        learned = factors(found.runs, speeds, {way: each.value for way, each in conditions.factors})
        _console().print(_fitted_table(args.language, learned))
        rows = _factor_rows(own, conditions, learned, source)
        enough = any(each.fitted for each in learned)
    if not enough:
        raise Refused(
            f"每个数值至少需要 {FEWEST} 段轨迹,未写出文件",
            f"a figure needs {FEWEST} runs at least; nothing is written",
            FAULTY,
        )
    args.out.mkdir(parents=True, exist_ok=True)
    write_rows(out, sheet, rows)
    said = either(
        args.language,
        f"已写入 {out};核对后放入区域文件夹才会启用",
        f"written to {out}; nothing uses it before you put it into the area's folder",
    )
    _console().print(said, markup=False)
    return DONE


def _seconds(word: str) -> float:
    seconds = float(word)
    if not 1 <= seconds <= 24 * 3600:
        raise argparse.ArgumentTypeError(f"a number of seconds from 1 to a day, not {word!r}")
    return seconds


def _console() -> Console:
    return Console(soft_wrap=True)


def _read(args: argparse.Namespace) -> list[Fix]:
    read = [tracks.read(path) for path in args.tracks]
    faults = [fault for each in read for fault in each.faults]
    shown = errors()
    for fault in faults[:MOST_FAULTS_SHOWN]:
        shown.print(fault.sentence(args.language), style="red", markup=False)
    if len(faults) > MOST_FAULTS_SHOWN:
        more = len(faults) - MOST_FAULTS_SHOWN
        shown.print(either(args.language, f"……另有 {more} 处", f"… and {more} more"), style="red", markup=False)
    if faults and not args.skip_faulty:
        raise Refused(
            f"{len(faults)} 处错误,未继续;用 --skip-faulty 跳过这些行",
            f"{len(faults)} faults, nothing was done; --skip-faulty goes on without these rows",
            FAULTY,
        )
    fixes = [fix for each in read for fix in each.fixes]
    return [replace(fix, by=args.by) if args.by and fix.by is By.UNSAID else fix for fix in fixes]


@dataclass(slots=True, kw_only=True)
class Followed:
    """What became of all tracks."""

    runs: list[Run] = field(default_factory=list)
    tracks: int = 0
    fixes: int = 0
    lost: Counter[Lost] = field(default_factory=Counter)
    left: Counter[Left] = field(default_factory=Counter)


def _followed(args: argparse.Namespace, fixes: Iterable[Fix], matcher: Matcher, speeds: Speeds) -> Followed:
    found = Followed()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors(),
        transient=True,
    ) as progress:
        cut = tracks.tracks(fixes, gap=timedelta(seconds=args.gap))
        for track in progress.track(cut, description=either(args.language, "匹配轨迹", "matching tracks")):
            matched = matcher.match(track)
            made, left = runs(matcher.network, matched, speeds)
            found.runs += made
            found.tracks += 1
            found.fixes += matched.fixes
            found.lost += matched.lost
            found.left += left
    return found


def _source(fixes: Sequence[Fix], found: Sequence[Run]) -> str:
    first, last = (f"{each:%Y-%m-%d}" for each in (min(fix.at for fix in fixes), max(fix.at for fix in fixes)))
    days = first if first == last else f"{first} to {last}"
    return f"tracks of {len({each.who for each in found})} people, {days}"


# --- what is said ---


def _tell_matching(language: str, found: Followed) -> None:
    on_ways = found.fixes - sum(found.lost.values())
    share = f"{on_ways / found.fixes:.0%}" if found.fixes else "-"
    console = _console()
    said = either(
        language,
        f"{found.tracks} 段轨迹,{found.fixes} 个点,匹配到道路 {on_ways} 个({share});可用的行程 {len(found.runs)} 段",
        f"{found.tracks} tracks of {found.fixes} fixes, {on_ways} on ways ({share}); {len(found.runs)} runs to use",
    )
    console.print(said, markup=False)
    counted: list[tuple[tuple[str, str], int]] = [(LOST[why], count) for why, count in found.lost.most_common()]
    counted += [(LEFT[why], count) for why, count in found.left.most_common()]
    for words, count in counted:
        if count:
            console.print(f"  {either(language, *words)}: {count}", markup=False)


def _tell(language: str, made: Calibration) -> None:
    console = _console()
    heads = (
        "行动方式",
        "道路",
        "方向",
        "段数",
        "人数",
        "公里",
        "中位 m/s",
        "九成不低于",
        "高差 m/min",
        "误差前",
        "误差后",
    )
    english = ("mover", "way", "direction", "runs", "people", "km", "median m/s", "9 of 10 at least", "height m/min")
    table = Table(*(heads if language.startswith("zh") else (*english, "error before", "after")), box=None)
    for each in made.observed:
        table.add_row(
            each.movement,
            each.way,
            either(language, *DIRECTIONS[each.direction]),
            str(each.runs),
            str(each.people),
            f"{each.metres / 1000:.1f}",
            f"{each.median_mps:.2f}",
            f"{each.p90_mps:.2f}",
            "" if each.height_m_per_min is None else f"{each.height_m_per_min:.1f}",
            f"{each.error_before:.0%}",
            f"{each.error_after:.0%}",
        )
    console.print(table)
    console.print(_fitted_table(language, made.fitted))
    held = "-" if made.error_held_out is None else f"{made.error_held_out:.0%}"
    said = either(
        language,
        f"误差中位数:校准前 {made.error_before:.0%},校准后 {made.error_after:.0%};对未参与校准的人 {held}",
        f"median error: {made.error_before:.0%} before, {made.error_after:.0%} after; {held} for people held out",
    )
    console.print(said, markup=False)


def _fitted_table(language: str, fitted: Iterable[Fitted]) -> Table:
    heads = ("行动方式", "数值", "原值", "新值", "段数", "九成不超过", "")
    english = ("mover", "figure", "before", "after", "runs", "9 of 10 at most", "")
    table = Table(*(heads if language.startswith("zh") else english), box=None)
    few = either(language, f"少于 {FEWEST} 段,保持原值", f"fewer than {FEWEST} runs: as it was")
    for each in fitted:
        ratio = f"x {each.p90_ratio:.2f}"
        note = "" if each.fitted else few
        table.add_row(each.mover, each.name, f"{each.before:.4g}", f"{each.after:.4g}", str(each.runs), ratio, note)
    return table


# --- what is written ---


def _speed_rows(own: Sequence[SourcedRow], before: Speeds, made: Calibration) -> list[Mapping[str, Any]]:
    """The area's own rows, with those learned in their places or at the end."""
    rows = {(row["mover"], row["figure"]): dict(row.values) for row in own}
    for each in made.fitted:
        if not each.fitted:
            continue
        if each.mover == ROAD:
            figure = dict(made.speeds.road_kinds)[each.name]
            key, value = (ROAD, f"{each.name}_kmh"), figure.value * 3.6
        else:
            figures = made.speeds.of(Movement(each.mover))
            figure = getattr(figures, each.name)
            key, value = (each.mover, _name(each.name, figures)), figure.value
        rows[key] = {
            "mover": key[0],
            "figure": key[1],
            "value": f"{value:.4g}",
            "source": figure.source,
            "confidence": figure.confidence,
            "illustrative": "false",
        }
    return list(rows.values())


def _name(name: str, figures: Figures) -> str:
    return f"path_{PathModel(figures.path_model)}_factor" if name == "path_factor" else name


def _factor_rows(
    own: Sequence[SourcedRow], conditions: Conditions, learned: Sequence[Fitted], source: str
) -> list[Mapping[str, Any]]:
    rows = {(row["conditions"], row["way"]): dict(row.values) for row in own}
    for each in learned:
        if each.fitted:
            rows[conditions.name, each.name] = {
                "conditions": conditions.name,
                "way": each.name,
                "factor": f"{each.after:.4g}",
                "source": f"{source}; {each.runs} runs, nine of ten took at most x {each.p90_ratio:.2f}",
                "confidence": each.confidence,
                "illustrative": "false",
            }
    return list(rows.values())
