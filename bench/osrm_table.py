"""OSRM's answers, in a program without anything of ours: osrm-bindings may need another interpreter than we run on.

    python bench/osrm_table.py MAP.osm.pbf FOLDER [PROFILE.lua] < question.json

Standard input: {"units": [[lon, lat], …], "incidents": [[lon, lat], …]}. Prepares the map with OSRM's car profile, or
the one given, and contraction hierarchies in FOLDER, then prints {"table_ms": […], "cpu_ms": […], "contract_ms":
milliseconds, "seconds": [[…], …]}: one table of all units to each incident with what it cost and said (null where there
is no way), and what preparing the hierarchies again costs, which a closure makes necessary.
"""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import osrm


def main() -> None:
    """Answer the question given."""
    source, folder, *profile = sys.argv[1:]
    asked = json.load(sys.stdin)
    of_osrm = Path(osrm.__file__).parent
    programs = of_osrm / "bin"
    map_ = Path(folder, "map.osm.pbf")
    shutil.copyfile(source, map_)
    _run(programs / "osrm-extract", "-p", *(profile or [str(of_osrm / "share" / "profiles" / "car.lua")]), map_)
    begun = time.perf_counter()
    _run(programs / "osrm-contract", map_.with_name("map.osrm"))
    contract_ms = (time.perf_counter() - begun) * 1000
    engine = osrm.OSRM(str(map_.with_name("map.osrm")))
    units = [tuple(each) for each in asked["units"]]
    table_ms, cpu_ms, seconds = [], [], []
    for incident in asked["incidents"]:
        places = [*units, tuple(incident)]
        asking = osrm.TableParameters(
            coordinates=places, sources=list(range(len(units))), destinations=[len(units)], generate_hints=False
        )
        begun, used = time.perf_counter(), time.process_time()
        told = engine.Table(asking)
        table_ms.append((time.perf_counter() - begun) * 1000)
        cpu_ms.append((time.process_time() - used) * 1000)
        seconds.append([row[0] for row in told["durations"]])
    print(json.dumps({"table_ms": table_ms, "cpu_ms": cpu_ms, "contract_ms": contract_ms, "seconds": seconds}))


def _run(*words: object) -> None:
    program = Path(str(words[0]))
    program.chmod(program.stat().st_mode | 0o111)
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)


if __name__ == "__main__":
    main()
