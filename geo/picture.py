"""A network drawn as a picture (PNG), so that whoever imported it sees at once what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from geo.assembly import Assembled
from geo.network import Edge, Passage
from geo.speed import LIFT_CLASSES, EdgeClass

STYLES = {
    "road": ("#1f1f1f", 1.6, "-"),
    "one way": ("#7a1fa2", 1.6, "-"),
    "flagstone, trail": ("#1565c0", 1.0, "-"),
    "stairs": ("#e65100", 1.6, "-"),
    "path": ("#2e7d32", 0.8, "-"),
    "lift, rail, ferry": ("#00838f", 1.4, "--"),
    "nobody passes": ("#9e9e9e", 0.8, ":"),
    "island, left out": ("#d50000", 1.8, "-"),
}


def draw(done: Assembled, path: Path) -> None:
    """The network by class, what was left out in red, north up, with a scale in metres."""
    kinds: dict[str, list[Sequence[tuple[float, float]]]] = {name: [] for name in STYLES}
    for edge in done.network.edges:
        kinds[_kind(edge)].append(edge.line or ())
    kinds["island, left out"] = [edge.line or () for edge in done.left_out]
    figure = Figure(figsize=(11, 9), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for name, lines in kinds.items():
        colour, width, dashes = STYLES[name]
        if lines:
            label = f"{name} ({len(lines)})"
            axes.add_collection(LineCollection(lines, colors=colour, linewidths=width, linestyles=dashes, label=label))
    axes.autoscale()
    latitude = sum(axes.get_ylim()) / 2
    axes.set_aspect(1 / cos(radians(latitude)))
    axes.set_title(f"{done.network.code}: {len(done.network.nodes)} nodes, {len(done.network.edges)} edges")
    axes.set_xlabel("longitude, degrees (WGS-84)")
    axes.set_ylabel("latitude, degrees")
    axes.ticklabel_format(useOffset=False)
    axes.grid(visible=True, linewidth=0.3)
    axes.legend(loc="best", fontsize=8)
    figure.savefig(path)


def _kind(edge: Edge) -> str:
    if edge.driven is Passage.NONE and edge.walked is Passage.NONE:
        return "nobody passes"
    if edge.edge_class in LIFT_CLASSES:
        return "lift, rail, ferry"
    if edge.driven in {Passage.FORWARD, Passage.BACKWARD}:
        return "one way"
    return {EdgeClass.ROAD: "road", EdgeClass.STAIRS: "stairs", EdgeClass.PATH: "path"}.get(
        edge.edge_class, "flagstone, trail"
    )
