"""`python -m geo import-osm` and `import-network`: networks out of maps and surveys, as files, reported and drawn."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import opening_hours
import shapely
from pyogrio.errors import DataSourceError
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from geo import import_report, network_tables
from geo.area_outline import BadOutline, read_outline
from geo.assembly import Account, Assembled, assemble
from geo.assembly import Progress as Told
from geo.command import DONE, FAULTY, Refused, add_language, errors
from geo.osm_tags import ASSUMED, Assumed
from geo.speed import EdgeClass
from geo.survey import FIELDS, BadSurvey, Original, read_mapping
from geo.survey import read as read_survey
from geo.terrain import BadTile, Terrain, read_terrain

WORDS = {
    "reading": ("读取", "reading"),
    "cutting": ("切分", "cutting"),
    "draping": ("贴合地形", "draping"),
    "joining": ("连接", "joining"),
    "writing": ("写入", "writing"),
    "drawing": ("绘图", "drawing"),
    "written": ("已写入 {folder}:{names}", "written to {folder}: {names}"),
}

Made = Callable[[Account, Told], Assembled]


def add_osm(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command `import-osm` and its arguments."""
    importing = commands.add_parser(
        "import-osm",
        help="a network out of OpenStreetMap data / 由 OpenStreetMap 数据生成路网",
        description="Reads roads, tracks, paths, steps, lifts and ferries of an OpenStreetMap file and writes "
        "nodes.csv, edges.csv and lifts.csv, which `load` takes, network.gpkg for QGIS, report.txt, report.json and "
        "network.png. "
        "/ 读取道路、步道、台阶、索道、电梯与渡船,生成可供 load 载入的三个表、GeoPackage、报告和图片。",
    )
    importing.add_argument("file", type=Path, help="FILE.osm.pbf, .osm, .osm.gz / 数据文件")
    _add_common(importing)
    importing.set_defaults(run=_import_osm)


def add_network(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command `import-network` and its arguments."""
    importing = commands.add_parser(
        "import-network",
        help="a network out of a survey / 由测绘数据生成路网",
        description="Reads the lines of a GeoPackage, GeoJSON or Shapefile and writes the same files as import-osm, "
        "and original.csv with every feature as it was given. / 读取 GeoPackage、GeoJSON 或 Shapefile 中的线,输出与 "
        "import-osm 相同的文件,并以 original.csv 保留原始坐标与属性。",
    )
    importing.add_argument("file", type=Path, help="FILE.gpkg, .geojson, .shp / 数据文件")
    importing.add_argument(
        "--datum",
        required=True,
        metavar="DATUM",
        help="WGS84, CGCS2000, GCJ02, BD09, or the projection of a file that names none, EPSG:4546; never guessed "
        "/ 坐标系,必填",
    )
    importing.add_argument(
        "--north-first", action="store_true", help="the first number of a point is north / 坐标先北后东"
    )
    importing.add_argument(
        "--mapping", type=Path, metavar="FILE.toml", help="tables columns, classes, defaults / 对照表"
    )
    importing.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="which column a field is in: " + ", ".join(FIELDS) + " / 字段=列名",
    )
    importing.add_argument(
        "--class",
        dest="classes",
        action="append",
        default=[],
        metavar="VALUE=CLASS",
        help="what a value means: " + ", ".join(EdgeClass) + " / 取值=类别",
    )
    importing.add_argument("--layer", help="which layer (the first) / 图层")
    importing.add_argument("--encoding", help="of a Shapefile that names none, such as GBK / 字符编码")
    importing.add_argument(
        "--join", type=float, default=1.0, metavar="METRES", help="ends so near to a line are on it (1) / 端点合并距离"
    )
    _add_common(importing)
    importing.set_defaults(run=_import_network)


def _add_common(importing: argparse.ArgumentParser) -> None:
    importing.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="where the files are written / 输出文件夹"
    )
    importing.add_argument(
        "--dem",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        metavar="TILE",
        help="SRTM tiles of heights, N29E110.hgt or zipped / 高程瓦片",
    )
    importing.add_argument(
        "--area", type=Path, metavar="FILE", help="GeoJSON polygon: what lies outside is cut off / 区域边界"
    )
    importing.add_argument(
        "--area-datum", metavar="DATUM", help="datum of the area's file, where it does not say / 边界的坐标系"
    )
    importing.add_argument(
        "--keep-islands", action="store_true", help="keep parts that nothing joins to the rest / 保留孤岛"
    )
    importing.add_argument(
        "--lift-hours",
        default=ASSUMED.hours,
        type=_hours,
        metavar="HOURS",
        help="opening hours of lifts that tell none, as OSM writes them (08:00-17:00) / 未注明开放时间的索道按此",
    )
    importing.add_argument("--code", default="imported", help="what the network is called in pictures / 路网名称")
    add_language(importing)


def _hours(text: str) -> str:
    if not opening_hours.validate(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not opening hours as OSM writes them, such as 07:30-18:00")
    return text


def _say(args: argparse.Namespace, word: str, **facts: object) -> str:
    return WORDS[word][1 if args.language == "en" else 0].format(**facts)


def _import_osm(args: argparse.Namespace) -> int:
    with _told_in_a_sentence():
        from geo import osm  # noqa: PLC0415  of the extra [planning]

        terrain, area = read_terrain(args.dem), _area(args)

    def made(account: Account, told: Told) -> Assembled:
        try:
            ways, spots = osm.read(args.file, account, Assumed(hours=args.lift_hours), told)
        except osm.UnreadableMap as error:
            raise _not_imported(error) from error
        return assemble(
            ways,
            account,
            code=args.code,
            terrain=terrain,
            area=area,
            spots=spots,
            keep_islands=args.keep_islands,
            progress=told,
        )

    return _run(args, made, terrain)


def _import_network(args: argparse.Namespace) -> int:
    with _told_in_a_sentence():
        terrain, area = read_terrain(args.dem), _area(args)
        mapping = read_mapping(args.mapping, args.column, args.classes)
    originals: list[Original] = []

    def made(account: Account, told: Told) -> Assembled:
        told("reading", 0.0)
        with _told_in_a_sentence():
            survey = read_survey(
                args.file,
                args.datum,
                mapping,
                account,
                layer=args.layer,
                encoding=args.encoding,
                north_first=args.north_first,
                join_m=args.join,
                assumed=Assumed(hours=args.lift_hours),
            )
            if area is not None:
                survey.check_within(area)
        originals.extend(survey.originals)
        return assemble(
            survey.ways,
            account,
            code=args.code,
            terrain=terrain,
            area=area,
            keep_islands=args.keep_islands,
            progress=told,
        )

    return _run(args, made, terrain, originals)


@contextmanager
def _told_in_a_sentence() -> Iterator[None]:
    """What a person can mend is said, without the lines of the program."""
    try:
        yield
    except (BadTile, BadOutline) as error:
        raise _not_imported(error) from error
    except BadSurvey as error:
        raise Refused(f"无法导入:{error.zh}", f"not imported: {error.en}", FAULTY) from error
    except ModuleNotFoundError as error:
        if error.name not in {"osmium", "matplotlib"}:
            raise
        raise Refused(
            f"缺少规划用的软件包 {error.name}:请运行 script/install planning",
            f"{error.name} is missing: run script/install planning",
        ) from error


def _not_imported(why: object) -> Refused:
    return Refused(f"无法导入:{why}", f"not imported: {why}", FAULTY)


def _area(args: argparse.Namespace) -> shapely.Geometry | None:
    return None if args.area is None else read_outline(args.area, args.area_datum)


def _run(args: argparse.Namespace, made: Made, terrain: Terrain, originals: Sequence[Original] = ()) -> int:
    """Import under a progress bar, write everything, tell what became of it."""
    with _told_in_a_sentence():
        from geo import picture  # noqa: PLC0415  of the extra [planning]
    with _bar(args) as told:
        done = made(Account(), told)
        report = import_report.text(done, args.language, terrain=bool(terrain))
        if not done.network.edges:
            raise Refused(f"没有可用的道路\n{report}", f"no way of it can be used\n{report}", FAULTY)
        told("writing", 0.0)
        try:
            names = [path.name for path in network_tables.write_tables(done.network, args.out)]
            names.append(network_tables.write_package(done.network, args.out / "network.gpkg").name)
            if originals:
                names.append(network_tables.write_originals(originals, args.out / "original.csv").name)
            (args.out / "report.txt").write_text(report + "\n", encoding="utf-8")
            (args.out / "report.json").write_text(import_report.as_json(done), encoding="utf-8")
            told("drawing", 0.0)
            picture.draw(done, args.out / "network.png")
        except (OSError, DataSourceError) as error:
            raise Refused(f"无法写入 {args.out}:{error}", f"{args.out} cannot be written: {error}") from error
    print(report)
    print(_say(args, "written", folder=args.out, names=", ".join([*names, "report.txt", "report.json", "network.png"])))
    return DONE


@contextmanager
def _bar(args: argparse.Namespace) -> Iterator[Told]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors(), transient=True) as progress:
        task = progress.add_task(_say(args, "reading"), total=1.0)
        yield lambda step, share: progress.update(task, description=_say(args, step), completed=share)
