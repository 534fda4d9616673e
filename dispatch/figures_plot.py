"""Figures as a picture: how soon somebody is there, and at which hours it takes long. Needs the ``planning`` extra."""

from collections.abc import Sequence
from pathlib import Path

from dispatch.figures import Population, Row, Step
from dispatch.words import Pair, said

CHINESE = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "SimHei", "PingFang SC")
"""Fonts with Chinese letters; without any of them the words are English."""

TARGET_MIN = 10
SMALLEST_N = 5
"""A percentile of fewer is drawn hollow."""


def plot(path: Path, rows: Sequence[Row], curve: Sequence[Step], *, title: str, language: str) -> None:
    """Writes a PNG, SVG or PDF. Raises ``ImportError`` where matplotlib is not installed."""
    import matplotlib as mpl  # noqa: PLC0415  large, and an extra
    from matplotlib import font_manager  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    installed = {each.name for each in font_manager.fontManager.ttflist}
    fonts = [each for each in CHINESE if each in installed]
    language = language if fonts else "en"

    def word(pair: Pair) -> str:
        return said(pair, language)

    with mpl.rc_context({"font.sans-serif": [*fonts, "DejaVu Sans"], "font.family": "sans-serif"}):
        figure = Figure(figsize=(11, 4.5), layout="constrained")
        figure.suptitle(title if language == "zh" or title.isascii() else "")
        left, right = figure.subplots(1, 2)

        minutes = [0.0, *(each.time_s / 60 for each in curve)]
        reached = [0.0, *(100 * each.share for each in curve)]
        left.step(minutes, reached, where="post", color="tab:blue")
        known = [each for each in curve if each.low is not None and each.high is not None]
        left.fill_between(
            [each.time_s / 60 for each in known],
            [100 * (each.low or 0) for each in known],
            [100 * (each.high or 0) for each in known],
            step="post",
            alpha=0.2,
            color="tab:blue",
        )
        left.axvline(TARGET_MIN, color="tab:red", linewidth=1)
        left.set(xlim=(0, None), ylim=(0, 100))
        left.set_xlabel(word(("接报后分钟", "minutes after the first report")))
        left.set_ylabel(word(("已到伤者身边 %", "somebody at the patient, %")))
        left.set_title(word(("一、二级警情（95 % 区间）", "P1 and P2, with 95 % interval")))

        hours = [each for each in rows if each.by == "hour" and each.population is Population.CIRCLE]
        for name, colour in (("p50", "tab:blue"), ("p90", "tab:orange")):
            for many in (True, False):
                points = [
                    (int(each.key), of.value / 60)
                    for each in hours
                    if (of := getattr(each.response, name)).value is not None and (each.n >= SMALLEST_N) is many
                ]
                right.scatter(
                    [hour for hour, _ in points],
                    [value for _, value in points],
                    color=colour,
                    facecolors=colour if many else "none",
                    label=name.upper() if many else f"{name.upper()}, n < {SMALLEST_N}",
                )
        right.axhline(TARGET_MIN, color="tab:red", linewidth=1)
        right.set(xlim=(-0.5, 23.5), ylim=(0, None))
        right.set_xlabel(word(("接报时段（时）", "hour of the report")))
        right.set_ylabel(word(("响应时间 分钟", "response time, minutes")))
        right.legend(loc="upper right", fontsize="small")
        figure.savefig(path, dpi=150)
