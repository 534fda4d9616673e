"""Which cells nobody reaches in ten minutes, and how many of them one more crew somewhere would mend.

DATABASE_URL=postgresql://… python examples/coverage.py 110.467 29.388
"""

import asyncio
import os
import sys

from geo.travel_time import Origin
from grids import planning

lon, lat = map(float, sys.argv[1:])
ground = asyncio.run(planning.read(os.environ["DATABASE_URL"]))
crews = planning.crews(ground)
before = planning.cover(ground, crews, minutes=10)
after = planning.cover(ground, [*crews, Origin(id="new", lon=lon, lat=lat, ready_after_s=60)], minutes=10)
for code in sorted(after.inside() - before.inside()):
    print(code, *ground.names[code])
print(f"{len(before.inside())} -> {len(after.inside())} cells in time, of {len(ground.cells)}")
