"""Is anything lost, doubled or forgotten when servers, PostgreSQL and the network break? Exit status 0: nothing.

Two or more server processes over a real PostgreSQL, with callers who ask again, operators who race each other, and
crews on the product's own terminal who acknowledge, decline and go dark, some with clocks minutes off. Meanwhile, at
random moments of a printed seed: servers killed (-9), PostgreSQL restarted and killed (-9), connections cut, half open
and paused, on the way to the servers and from them to the database, devices killed, writes sent twice. Then all comes
to rest, everything is written down, and a checker that knows nothing of the service's code reads it (docs/faults.md).

    python -m bench.chaos --seconds 60 --seed 1
    python -m bench.chaos --seconds 3600 --incidents 10000 --seed 2
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import uvloop

from bench.faults import checker, harm
from bench.faults.run import Size, run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="how long things break (60)")
    parser.add_argument("--seed", type=int, default=None, help="of what breaks and who does what (printed)")
    parser.add_argument("--incidents", type=int, default=None, help="stop earlier, after so many reports")
    parser.add_argument("--servers", type=int, default=2, help="server processes (2)")
    parser.add_argument("--open", type=int, default=36, help="no more incidents than so many are open at once (36)")
    parser.add_argument(
        "--grace", type=float, default=checker.GRACE_S, help="seconds in which an order must be chased (5)"
    )
    parser.add_argument("--harm", type=float, default=1.0, help="so many times as much breaks a minute (1)")
    parser.add_argument("--folder", type=Path, default=None, help="keep the record here")
    arguments = parser.parse_args()
    seed = random.randrange(10**6) if arguments.seed is None else arguments.seed  # noqa: S311 - guards nothing
    print(f"seed {seed}, {arguments.seconds:g} s", flush=True)
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="rescue-circle-chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # PostgreSQL's user must be able to enter
    size = Size(servers=arguments.servers, most_open=arguments.open, incidents=arguments.incidents)
    begun = time.monotonic()
    harms = {kind: rate * arguments.harm for kind, rate in harm.A_MINUTE.items()}
    uvloop.run(run(folder, seed=seed, seconds=arguments.seconds, size=size, harms=harms))
    found = report(folder, time.monotonic() - begun, arguments.grace)
    if found:
        print(f"the record is in {folder / 'record'}")
    elif arguments.folder is None:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if found else 0


def report(folder: Path, took_s: float, grace_s: float) -> list[checker.Violation]:
    """Print what happened and what does not hold."""
    read = checker.load(folder / "record")
    found = checker.check(read, grace_s=grace_s)
    counts = {name: len(read.of(name)) for name in ("incident", "assignment", "timeline", "outbox", "alarm")}
    answers = Counter(str(each["status"] or each["error"]) for each in read.of("answer"))
    print(f"{took_s:.0f} s in all; rows: {counts}")
    rungs = Counter(each.rung for each in checker.judged(replace(read, grace_s=grace_s)))
    print(f"rungs that were due, nobody having answered: {dict(rungs)}")
    print(f"harm: {read.told['harm']}")
    print(f"answers: {dict(answers.most_common())}")
    for kind, count in Counter(each.kind for each in found).items():
        print(f"\n{count} × not so: {kind}")
        for each in [each for each in found if each.kind == kind][:10]:
            print(f"  {each.what}")
    print(f"\n{len(found)} violations" if found else "\nnothing lost, nothing doubled, nothing forgotten")
    return found


if __name__ == "__main__":
    sys.exit(main())
