"""`python -m grids`: the ground of an area alone, without its people and rules."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from grids import command, load
from grids.area_format import GROUND
from grids.inspection import inspect
from grids.load import Loaded
from grids.rows import Folder


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
    args = parser.parse_args(arguments)
    return command.run_load(args, command.Job(sheets=GROUND, inspections=(inspect,), load=_load))


async def _load(connection: AsyncConnection, folder: Folder, from_day: datetime.date | None) -> Loaded:
    loaded = await load.load(connection, folder, from_day)
    await load.finish(loaded, folder)
    return loaded


if __name__ == "__main__":
    sys.exit(main())
