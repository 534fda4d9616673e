"""``python -m dispatch``: the service and what an administrator, a planner or a radio room does from a shell."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

import asyncpg
import uvloop

from dispatch.server.config import BadSetting, Config, config_of

Run = Callable[[argparse.Namespace], int]

MOST_WORKERS = 64


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its status; a wrong setting exits with a sentence that names it."""
    words = sys.argv[1:] if words is None else words
    args = _parser(words[0] if words else "").parse_args(words)
    run: Run = args.run
    try:
        sys.exit(run(args))
    except BadSetting as error:
        sys.exit(str(error))


def _parser(asked: str) -> argparse.ArgumentParser:
    """The command line; of the larger commands only the one that is asked for is read in, and knows its arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m dispatch",
        description="Rescue Circle 十分钟救援圈. The database is named by DATABASE_URL, except where said otherwise.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    serve = commands.add_parser("serve", help="serve the API, the feed and the pages")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    serve.add_argument(
        "--workers",
        type=_workers,
        default=1,
        help="processes that serve on it (1); each holds DISPATCH_POOL_SIZE + 1 database connections",
    )
    serve.set_defaults(run=_serve)

    migrate = commands.add_parser("migrate", help="bring the database to this version's tables")
    migrate.set_defaults(run=_migrate)

    logins = commands.add_parser("demo-logins", help="make the demo logins with the password DISPATCH_DEMO_PASSWORD")
    logins.add_argument("--area", default="wulingyuan", help="code of the area (wulingyuan)")
    logins.set_defaults(run=_demo_logins)

    openapi = commands.add_parser("openapi", help="print the OpenAPI document; needs no database")
    openapi.set_defaults(run=_openapi)

    lifecycle = commands.add_parser("lifecycle", help="print docs/lifecycle.md: steps and states, from the tables")
    lifecycle.set_defaults(run=_lifecycle)

    for name, help_, fill in LARGER:
        larger = commands.add_parser(name, help=help_, description=help_)
        if name == asked:
            fill(larger)
    return parser


def _load(parser: argparse.ArgumentParser) -> None:
    from dispatch import load  # noqa: PLC0415

    load.add_arguments(parser)
    parser.set_defaults(run=load.run)


def _export(parser: argparse.ArgumentParser) -> None:
    from dispatch import load  # noqa: PLC0415

    load.add_export_arguments(parser)
    parser.set_defaults(run=load.run_export)


def _terminal(parser: argparse.ArgumentParser) -> None:
    import dispatch.terminal as terminal  # noqa: PLC0415, PLR0402

    terminal.add_arguments(parser)
    parser.set_defaults(run=terminal.run)


def _drill(parser: argparse.ArgumentParser) -> None:
    import dispatch.drill as drill  # noqa: PLC0415, PLR0402

    drill.add_arguments(parser)
    parser.set_defaults(run=drill.run)


def _closures(parser: argparse.ArgumentParser) -> None:
    from dispatch import ways  # noqa: PLC0415

    ways.add_closures_arguments(parser)
    parser.set_defaults(run=ways.run)


def _conditions(parser: argparse.ArgumentParser) -> None:
    from dispatch import ways  # noqa: PLC0415

    ways.add_conditions_arguments(parser)
    parser.set_defaults(run=ways.run)


def _replay(parser: argparse.ArgumentParser) -> None:
    from dispatch import review, ways  # noqa: PLC0415

    review.add_replay_arguments(parser)
    parser.set_defaults(run=ways.run)


def _response(parser: argparse.ArgumentParser) -> None:
    from dispatch import review, ways  # noqa: PLC0415

    review.add_response_arguments(parser)
    parser.set_defaults(run=ways.run)


def _travel_times(parser: argparse.ArgumentParser) -> None:
    from dispatch import travelling, ways  # noqa: PLC0415

    travelling.add_times_arguments(parser)
    parser.set_defaults(run=ways.run)


def _reach(parser: argparse.ArgumentParser) -> None:
    from dispatch import travelling, ways  # noqa: PLC0415

    travelling.add_reach_arguments(parser)
    parser.set_defaults(run=ways.run)


def _mode(parser: argparse.ArgumentParser) -> None:
    from dispatch import mode, ways  # noqa: PLC0415

    mode.add_arguments(parser)
    parser.set_defaults(run=ways.run)


def _shadow(parser: argparse.ArgumentParser) -> None:
    from dispatch import review, ways  # noqa: PLC0415

    review.add_shadow_arguments(parser)
    parser.set_defaults(run=ways.run)


LARGER = (
    ("load", "check an area's files and load them, all or nothing", _load),
    ("export", "write the area out as files that load takes", _export),
    ("terminal", "a crew's terminal: shows its orders as they come and takes its steps", _terminal),
    ("closures", "close ways of a running service, open them again, list them / 封闭路段", _closures),
    ("conditions", "show or switch the conditions that times are taken under / 路况", _conditions),
    ("travel-times", "how long from each row of a table to each of another / 通行时间表", _travel_times),
    ("reach", "where units or places reach within 5, 10, 15 minutes, for QGIS / 可达范围", _reach),
    ("replay", "make a stored decision again from its inputs, by today's code / 重放一次派警决策", _replay),
    ("response", "how long help took: shares within target, percentiles / 响应时间统计", _response),
    ("mode", "show or switch how the area is run, live or in shadow / 运行方式:正式或影子", _mode),
    ("shadow", "who went by radio beside who would have been chosen / 影子运行对比", _shadow),
    ("drill", "play callers and crews against a service whose clock is a drill's / 演练:扮演报警人和队员", _drill),
)


def _serve(args: argparse.Namespace) -> int:
    from dispatch.server import app, transport, workers  # noqa: PLC0415

    config = config_of()
    if args.workers > 1:
        return workers.keep(args.host, args.port, args.workers)
    uvloop.run(app.serve(config, transport.bind(args.host, args.port)))
    return 0


def _workers(word: str) -> int:
    if not word.isdecimal() or not 0 < int(word) <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST_WORKERS}, not {word!r}")
    return int(word)


def _migrate(_: argparse.Namespace) -> int:
    from sql import migrate  # noqa: PLC0415

    migrate.upgrade(config_of().database_url)
    return 0


def _demo_logins(args: argparse.Namespace) -> int:
    from dispatch import demo  # noqa: PLC0415

    password = os.environ.get("DISPATCH_DEMO_PASSWORD")
    if not password:
        raise BadSetting("DISPATCH_DEMO_PASSWORD must be set: the password that the demo logins are to have")
    try:
        asyncio.run(demo.put_logins(config_of().database_url, args.area, password))
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return 1
    return 0


def _lifecycle(_: argparse.Namespace) -> int:
    from dispatch.lifecycle import document  # noqa: PLC0415

    print(document())
    return 0


def _openapi(_: argparse.Namespace) -> int:
    from dispatch.server.app import Service  # noqa: PLC0415

    async def document() -> dict[str, object]:
        url = "postgresql://nobody@localhost/none"
        pool = asyncpg.create_pool(url)
        return Service(Config(database_url=url), pool, pool).app.openapi_schema.to_schema()

    print(json.dumps(asyncio.run(document()), ensure_ascii=False, indent=2, sort_keys=True))
    return 0


if __name__ == "__main__":
    main()
