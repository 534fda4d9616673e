"""The pages about speeds show the numbers that are used."""

from pathlib import Path

import pytest

from geo.conditions import BUILT_IN
from geo.profile import Movement, Way

DOCS = Path(__file__).parents[3] / "docs"
PAGES = ["speeds.md", "speeds.zh-CN.md"]


def rows(page: str) -> dict[str, list[str]]:
    """The table rows that begin with a name in backticks, their cells by that name."""
    found: dict[str, list[str]] = {}
    for line in (DOCS / page).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| `"):
            found[cells[0].split("`")[1]] = cells[1:]
    return found


def header(page: str, first: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {first} ")]
    return [cell.split()[-1] for cell in line.strip("| ").split("|")[1:]]


@pytest.mark.parametrize(("page", "first"), [*zip(PAGES, ["figure", "数值"], strict=True)])
def test_the_figures_of_every_mover_are_those_used(page: str, first: str) -> None:
    movers = [Movement(word) for word in header(page, first)]
    assert set(movers) == set(Movement)
    shown = rows(page)
    for number, mover in enumerate(movers):
        for name, figure in BUILT_IN.of(mover).items():
            assert float(shown[name][number]) == figure.value, (mover, name)


@pytest.mark.parametrize(("page", "first"), [*zip(PAGES, ["factor on time", "时间系数"], strict=True)])
def test_the_factors_of_all_conditions_are_those_used(page: str, first: str) -> None:
    names = header(page, first)
    assert set(names) == set(BUILT_IN.by_name)
    shown = rows(page)
    for number, name in enumerate(names):
        for way in Way:
            assert float(shown[way][number] or 1) == BUILT_IN.named(name).factor(way), (name, way)


@pytest.mark.parametrize(("page", "first"), [*zip(PAGES, ["closes", "关闭"], strict=True)])
def test_the_pages_say_what_conditions_close(page: str, first: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {first} |")]
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")[1:]]
    for name, cell in zip(header(page, "factor on time" if page == "speeds.md" else "时间系数"), cells, strict=True):
        assert {each.strip() for each in cell.split(",") if each.strip()} == BUILT_IN.named(name).closes
