"""Travel times and what is reached in time, from a shell: a client of the service's API like any other."""

import argparse
import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from pyproj import CRS
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dispatch import obstacle, words
from dispatch.spreadsheet import spreadsheet
from dispatch.ways import Out, Refused, Service, common, moment
from geo.coordinates import Datum
from geo.obstacle import Cause

MOVERS = ("foot", "motorbike", "vehicle", "loaded", "stretcher")
NO_DATA = -9999

MOST_ROWS = 500
MOST_PAIRS = 20_000

PLACED = ("unit", "post", "cell", "call_point", "place")
COLUMNS = ("code", *PLACED, "lon", "lat", "datum", "by")


# --- the command lines ---


def add_times_arguments(parser: argparse.ArgumentParser) -> None:
    common(parser)
    parser.description = (
        "Times from every row of one table to every row of another, as dispatch takes them. Each row names one of: unit"
        " (origins only), post, cell, call_point, place, or lon, lat and datum. An origin's column by says who moves"
        f" ({', '.join(MOVERS)}; foot); a column code is a name of your own."
        " / 起点表每行到终点表每行的通行时间,口径与派警一致。"
    )
    parser.add_argument("origins", type=Path, help="CSV of where from / 起点表")
    parser.add_argument("destinations", type=Path, help="CSV of where to / 终点表")
    parser.add_argument(
        "--csv", type=Path, metavar="FILE", help="write the times there, else they are shown / 写出表格"
    )
    _when(parser)
    parser.set_defaults(act=_times)


def add_reach_arguments(parser: argparse.ArgumentParser) -> None:
    common(parser)
    parser.description = (
        "Where the first of these can be within some minutes, or, with nobody named, of all units that are free:"
        " how much ground, an outline for QGIS and honest cells. / 若干分钟内可到达的范围;不指定起点即为全部空闲单元。"
    )
    parser.add_argument("--unit", action="append", default=[], metavar="CODE", help="a unit where it is now / 单元")
    parser.add_argument("--post", action="append", default=[], metavar="CODE", help="from a post / 驻点")
    parser.add_argument("--cell", action="append", default=[], metavar="CODE", help="from a cell / 网格")
    parser.add_argument("--place", action="append", default=[], metavar="NAME", help="from a place / 地点")
    parser.add_argument("--by", choices=MOVERS, default="foot", help="who sets out from a post, cell or place (foot)")
    parser.add_argument(
        "--minutes", type=int, nargs="+", default=[5, 10, 15], metavar="N", help="how long (5 10 15) / 分钟数"
    )
    parser.add_argument("--geojson", type=Path, metavar="FILE", help="write the outlines, WGS-84 / 写出轮廓")
    parser.add_argument(
        "--grid",
        type=Path,
        metavar="FILE.asc",
        help="write the cells as an ESRI ASCII grid of minutes, and its .prj / 写出栅格",
    )
    _when(parser)
    parser.set_defaults(act=_reach)


def _when(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--at", metavar="TIME", help="setting out then (now) / 出发时间")
    parser.add_argument(
        "--conditions", metavar="NAME", help="under these, such as rain, night+storm (the present) / 路况"
    )


def _asked(service: Service, args: argparse.Namespace) -> dict[str, Any]:
    asked = {} if args.at is None else {"at": moment(service, args.at, "--at")}
    return asked if args.conditions is None else {**asked, "conditions": args.conditions}


# --- times ---


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    number: int
    name: str
    end: Mapping[str, Any]


def _times(service: Service, args: argparse.Namespace, out: Out) -> int:
    origins = _read(service, args.origins, origins=True)
    destinations = _read(service, args.destinations, origins=False)
    heads = [
        ("起点", "origin"),
        ("终点", "destination"),
        ("秒", "seconds"),
        ("分钟", "minutes"),
        ("无法到达的原因", "why not"),
    ]
    lines: list[list[str]] = [[words.said(each, service.language) for each in heads]]
    asked = _asked(service, args)
    for some, others, answer in _answers(service, args, origins, destinations, asked):
        for origin, row in zip(some, answer["times"], strict=True):
            for destination, told in zip(others, row, strict=True):
                lines.append([origin.name, destination.name, *_cells(service, told)])
    if args.csv is None:
        for line in lines:
            out("\t".join(line))
        return 0
    args.csv.write_bytes(spreadsheet(lines))
    out(
        service.say(
            f"{len(origins)} × {len(destinations)} 个通行时间已写入 {args.csv}",
            f"{len(origins)} × {len(destinations)} times written to {args.csv}",
        )
    )
    return 0


def _answers(
    service: Service,
    args: argparse.Namespace,
    origins: Sequence[_Row],
    destinations: Sequence[_Row],
    asked: Mapping[str, Any],
) -> Iterator[tuple[Sequence[_Row], Sequence[_Row], Any]]:
    """In questions no larger than the service answers, with a bar where there are several."""
    to = min(len(destinations), MOST_ROWS)
    out_of = max(1, min(MOST_ROWS, MOST_PAIRS // to))
    questions = [
        (origins[first : first + out_of], destinations[second : second + to])
        for first in range(0, len(origins), out_of)
        for second in range(0, len(destinations), to)
    ]
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=len(questions) == 1,
    )
    with bar:
        task = bar.add_task(service.say("通行时间", "travel times"), total=len(questions))
        for some, others in questions:
            body = {"origins": [each.end for each in some], "destinations": [each.end for each in others], **asked}
            try:
                answer = service.ask("/api/travel-times", body)
            except Refused as refused:
                raise _in_the_file(service, refused, args, some, others) from refused
            yield some, others, answer
            bar.advance(task)


def _in_the_file(
    service: Service, refused: Refused, args: argparse.Namespace, some: Sequence[_Row], others: Sequence[_Row]
) -> Refused:
    """What the service says of `origins[3].unit`, said of the line it came from."""
    field, _, fact = str(refused).partition(": ")
    for name, path, rows in (("origins", args.origins, some), ("destinations", args.destinations, others)):
        number, closed, rest = field.removeprefix(f"{name}[").partition("]")
        if field.startswith(f"{name}[") and closed and number.isdigit():
            where = rest.removeprefix(".").removeprefix("location.") or service.say("行", "row")
            return _fault(service, path, rows[int(number)].number, where, fact, fact)
    return refused


def _cells(service: Service, told: Mapping[str, Any]) -> list[str]:
    if told["eta_s"] is not None:
        return [f"{told['eta_s']:g}", f"{told['eta_s'] / 60:.1f}", ""]
    return ["", "", words.said(("、", ", "), service.language).join(_why(service, each) for each in told["obstacles"])]


def _why(service: Service, of: Mapping[str, Any]) -> str:
    ends = None if of["until"] is None else datetime.fromisoformat(of["until"])
    return obstacle.said(
        Cause(of["cause"]), of["edge"], (of["name_zh"], of["name_en"]), ends, service.zone, service.language
    )


def _read(service: Service, path: Path, *, origins: bool) -> list[_Row]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(service.say(f"无法读取 {path}:{error}", f"{path} cannot be read: {error}")) from error
    reader = csv.DictReader(io.StringIO(text))
    unknown = [each for each in reader.fieldnames or [] if each not in COLUMNS]
    if unknown:
        known = ", ".join(COLUMNS)
        zh, en = f"没有 {unknown[0]!r} 这一列,可用:{known}", f"there is no column {unknown[0]!r}, only {known}"
        raise _fault(service, path, 1, unknown[0], zh, en)
    rows = [
        _row(
            service,
            path,
            reader.line_num,
            {name: (value or "").strip() for name, value in each.items() if name},
            origins,
        )
        for each in reader
    ]
    if not rows:
        raise Refused(service.say(f"{path} 没有数据行", f"{path} has no rows"))
    return rows


def _row(service: Service, path: Path, number: int, given: Mapping[str, str], origins: bool) -> _Row:
    placed = [name for name in PLACED if given.get(name)]
    pointed = any(given.get(name) for name in ("lon", "lat", "datum"))
    if len(placed) + pointed != 1:
        zh, en = (
            f"须恰好填一项:{'、'.join(PLACED)},或经纬度",
            f"exactly one of {', '.join(PLACED)}, or lon, lat and datum",
        )
        raise _fault(service, path, number, "+".join(placed) or service.say("空", "nothing"), zh, en)
    if not origins and (placed == ["unit"] or given.get("by")):
        wrong = "unit" if placed == ["unit"] else "by"
        raise _fault(service, path, number, wrong, "只能用于起点", "only an origin has one")
    by = given.get("by") or "foot"
    if by not in MOVERS:
        raise _fault(service, path, number, "by", f"{by!r} 不在 {MOVERS} 中", f"{by!r} is none of {', '.join(MOVERS)}")
    what = placed[0] if placed else "point"
    name = given.get("code") or (given[what] if placed else f"{given.get('lon')},{given.get('lat')}")
    if what in ("unit", "post"):
        end: dict[str, Any] = {what: given[what]}
    else:
        end = {"location": {what: given[what] if placed else _point(service, path, number, given)}}
    return _Row(number=number, name=name, end={**end, "by": by} if origins and what != "unit" else end)


def _point(service: Service, path: Path, number: int, given: Mapping[str, str]) -> dict[str, Any]:
    datums = [each.value for each in Datum]
    if given.get("datum") not in datums:
        known = ", ".join(datums)
        raise _fault(service, path, number, "datum", f"须为 {known} 之一", f"must be one of {known}")
    point: dict[str, Any] = {"datum": given["datum"]}
    for name in ("lon", "lat"):
        try:
            point[name] = float(given.get(name) or "")
        except ValueError:
            told = given.get(name) or ""
            raise _fault(service, path, number, name, f"{told!r} 不是数", f"{told!r} is no number") from None
    return point


def _fault(service: Service, path: Path, number: int, field: str, zh: str, en: str) -> Refused:
    return Refused(service.say(f"{path.name} 第 {number} 行 {field}:{zh}", f"{path.name} line {number}, {field}: {en}"))


# --- what is reached ---


def _reach(service: Service, args: argparse.Namespace, out: Out) -> int:
    named = [
        *({"unit": each} for each in args.unit),
        *({"post": each, "by": args.by} for each in args.post),
        *({"location": {"cell": each}, "by": args.by} for each in args.cell),
        *({"location": {"place": each}, "by": args.by} for each in args.place),
    ]
    body = {"minutes": args.minutes, **_asked(service, args), **({"origins": named} if named else {})}
    told = service.ask("/api/reach", body)
    names = [
        service.say(each["name_zh"] or each["code"] or "", each["name_en"] or each["code"] or "")
        for each in told["origins"]
    ]
    out(service.say(f"起点:{'、'.join(names)}", f"from: {', '.join(names)}"))
    for each in told["within"]:
        count = sum(length for _, _, length in each["runs"])
        out(
            service.say(
                f"{each['minutes']} 分钟:{each['km2']:.2f} 平方公里({count} 格)",
                f"{each['minutes']} min: {each['km2']:.2f} km² ({count} cells)",
            )
        )
    if args.geojson is not None:
        args.geojson.write_text(json.dumps(_features(told), ensure_ascii=False), "utf-8")
    if args.grid is not None:
        _write_grid(args.grid, told)
    return 0


def _features(told: Mapping[str, Any]) -> dict[str, Any]:
    """The longest first, so that drawn in this order none hides another."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"minutes": each["minutes"], "km2": each["km2"], "at": told["at"]},
                "geometry": each["outline"],
            }
            for each in reversed(told["within"])
        ],
    }


def _write_grid(path: Path, told: Mapping[str, Any]) -> None:
    """The least of the minutes asked about in which each cell is reached; rows of this format begin in the north."""
    grid = told["grid"]
    minutes = np.full((grid["rows"], grid["columns"]), NO_DATA, dtype=np.int32)
    for each in reversed(told["within"]):
        for row, column, length in each["runs"]:
            minutes[row, column : column + length] = each["minutes"]
    head = (
        f"ncols {grid['columns']}\nnrows {grid['rows']}\nxllcorner {grid['x0']}\nyllcorner {grid['y0']}\n"
        f"cellsize {grid['cell_m']}\nNODATA_value {NO_DATA}\n"
    )
    rows = "\n".join(" ".join(map(str, row)) for row in minutes[::-1].tolist())
    path.write_text(f"{head}{rows}\n", "ascii")
    path.with_suffix(".prj").write_text(CRS.from_epsg(grid["srid"]).to_wkt("WKT1_ESRI"), "ascii")
