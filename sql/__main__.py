"""python -m sql: look into the private cluster that runs, or check that tables and migrations agree.

    python -m sql url            where the database is, for export DATABASE_URL=$(python -m sql url)
    python -m sql psql [...]     a psql session in it
    python -m sql check          migrate an empty database and compare it with the tables

The cluster is the one in var/postgres, or in --data-dir. With DATABASE_URL set, that server is meant instead.
"""

import argparse
import os
import sys
from pathlib import Path

from sql.cluster import Cluster, ClusterError, private_cluster
from sql.migrate import check, upgrade
from sql.scratch import scratch_database


def main() -> None:
    """Run the command on the command line."""
    parser = argparse.ArgumentParser(prog="python -m sql", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("command", choices=["url", "psql", "check"])
    parser.add_argument("--data-dir", type=Path, default=Path(__file__).resolve().parents[1] / "var")
    options, words = parser.parse_known_args()
    try:
        if options.command == "check":
            tables_are_what_the_migrations_make()
        elif options.command == "url":
            print(_url(options.data_dir))
        else:
            os.execvp("psql", ["psql", _url(options.data_dir), *words])  # noqa: S606, S607 psql's own words
    except ClusterError as error:
        sys.exit(str(error))


def tables_are_what_the_migrations_make() -> None:
    """Raise when a freshly migrated database and ``sql/tables.py`` say different things."""
    server = os.environ.get("DATABASE_URL")
    if server:
        with scratch_database(server) as url:
            upgrade(url)
            check(url)
    else:
        with private_cluster() as url:
            upgrade(url)
            check(url)


def _url(data_dir: Path) -> str:
    return os.environ.get("DATABASE_URL") or Cluster(data_dir / "postgres").url()


if __name__ == "__main__":
    main()
