"""`python -m geo`: what can be done with the map alone, without emergencies."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from geo import calibrating, importing
from geo.command import Refused, either, errors

COMMANDS: tuple[Callable[[argparse._SubParsersAction[argparse.ArgumentParser]], None], ...] = (
    calibrating.add,
    importing.add_osm,
    importing.add_network,
)
"""Each adds one command; its parser's default `run` takes the arguments and gives the exit code."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do a command: 0 done, 1 faults in the files, 2 wrong use."""
    parser = argparse.ArgumentParser(prog="python -m geo", description="Networks and travel times / 路网与通行时间")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in COMMANDS:
        add(commands)
    args = parser.parse_args(arguments)
    try:
        done: int = args.run(args)
        return done
    except Refused as refused:
        errors().print(either(args.language, refused.zh, refused.en), style="red", markup=False)
        return refused.code


if __name__ == "__main__":
    sys.exit(main())
