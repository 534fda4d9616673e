"""From a map into the database: what an import writes is what an area is loaded from."""

import asyncio
import csv
import json
import shutil
from collections import Counter
from pathlib import Path
from xml.sax.saxutils import quoteattr

import asyncpg
import pytest

from geo.__main__ import main as geo
from grids import __main__ as grids

AREA = Path(__file__).parents[2] / "areas" / "wulingyuan"
KINDS = {"road": "unclassified", "trail": "footway", "stairs": "steps", "flagstone": "footway", "path": "path"}


def demo_map(path: Path) -> Path:
    """The demo area's nodes and edges as an OpenStreetMap file."""
    with (AREA / "nodes.csv").open(encoding="utf-8", newline="") as file:
        nodes = {each["code"]: (number, each) for number, each in enumerate(csv.DictReader(file), start=1)}
    lines = ['<osm version="0.6">']
    for number, each in nodes.values():
        name = f"<tag k='name' v={quoteattr(each['name_zh'] or 'x')}/>"
        lines.append(f"<node id='{number}' version='1' lon='{each['lon']}' lat='{each['lat']}'>{name}</node>")
    with (AREA / "edges.csv").open(encoding="utf-8", newline="") as file:
        for number, each in enumerate(csv.DictReader(file), start=1):
            refs = "".join(f"<nd ref='{nodes[each[end]][0]}'/>" for end in ("from_node", "to_node"))
            kind = KINDS.get(each["edge_class"])
            tag = f"<tag k='highway' v='{kind}'/>" if kind else "<tag k='aerialway' v='gondola'/>"
            lines.append(f"<way id='{number}' version='1'>{refs}{tag}</way>")
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def test_an_imported_network_is_loaded_by_the_command_that_loads_an_area(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "area"
    shutil.copytree(AREA, folder)
    (folder / "conditions.csv").unlink()  # names edges of the network that is replaced
    source = demo_map(tmp_path / "map.osm")
    given = ["import-osm", str(source), "--area", str(folder / "boundary.geojson"), "--out", str(folder)]
    assert geo([*given, "--language", "zh"]) == 0
    assert "路网:56 个节点,70 条路段" in capsys.readouterr().out
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert grids.main(["load", str(folder), "--database", database_url, "--language", "en"]) == 0, capsys.readouterr()
    classes, codes = asyncio.run(stored(database_url))
    assert classes == {name: each["edges"] for name, each in report["classes"].items()}
    assert len(codes) == 70
    assert all(code.startswith("osm:way/") and code.endswith(":0-1") for code in codes)


async def stored(url: str) -> tuple[dict[str, int], list[str]]:
    """How many edges of each class the area's network has, and all their codes."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT e.edge_class, e.code FROM network_edge e JOIN network n ON n.id = e.network WHERE n.current"
        )
    finally:
        await connection.close()
    return dict(Counter(row["edge_class"] for row in rows)), [row["code"] for row in rows]
