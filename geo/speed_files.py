"""An area's own speeds and conditions: the files `speeds`, `conditions` and `factors` over what is built in.

A row replaces the built-in row of the same key, everything else stays as it is. `docs/speeds.md` explains the columns.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from math import isfinite, nan
from pathlib import Path
from types import MappingProxyType
from typing import Any

from geo.conditions import BUILT_IN
from geo.profile import (
    NORMAL_NAME,
    RATES,
    SEPARATOR,
    SLOWEST,
    STAIR_GRADIENT,
    Conditions,
    Figure,
    Figures,
    Movement,
    PathModel,
    Speeds,
    Way,
    lowest,
)

SPEEDS, CONDITIONS, FACTORS = "speeds", "conditions", "factors"
ROAD, SURFACE, STAIRS = "road", "surface", "stairs"
MOVERS = (*Movement, ROAD, SURFACE, STAIRS)

_STEP_RISE = "step_rise_m"
_KMH = "_kmh"
_PATH_MODELS = {f"path_{model}_factor": model for model in PathModel}
_FIGURES = tuple(
    name
    for each in fields(Figures)
    if each.name != "path_model"
    for name in (_PATH_MODELS if each.name == "path_factor" else (each.name,))
)


SENTENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "not_a_number": ("“{value}”不是数字", "{value!r} is not a number"),
        "not_one_of": ("“{value}”不在允许的取值内:{known}", "{value!r} is not one of {known}"),
        "too_small": ("{value} 小于最小值 {least}", "{value} is less than {least}"),
        "too_fast": (
            "{value} 会使台阶快于平路(最多 {most})",
            "with {value} stairs would be faster than level ground (at most {most})",
        ),
        "not_kmh": ("“{value}”须形如 tertiary_kmh", "{value!r} must be like tertiary_kmh"),
        "no_name": ("“{value}”不能用作条件名称", "{value!r} is no name for conditions"),
    }
)
"""What may be wrong with a row, in Chinese and in English."""


class BadRow(ValueError):
    """A row cannot be: `column` names the field, `code` and `facts` what is wrong with it."""

    def __init__(self, file: str, row: int, column: str, code: str, **facts: object) -> None:
        self.file, self.row, self.column, self.code, self.facts = file, row, column, code, facts
        super().__init__(f"{file}.csv row {row}, {column}: {self.reason('en')}")

    def reason(self, language: str) -> str:
        """What is wrong, Chinese for `zh`, English for anything else."""
        chinese, english = SENTENCES[self.code]
        return (chinese if language.startswith("zh") else english).format(**self.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedRow:
    """One row as values, with its number in its file."""

    number: int
    values: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.values[column]


def speeds_of(
    speeds: Sequence[SourcedRow] = (),
    conditions: Sequence[SourcedRow] = (),
    factors: Sequence[SourcedRow] = (),
    *,
    base: Speeds = BUILT_IN,
) -> Speeds:
    """The area's speeds. Raises `BadRow`.

    `speeds` has mover, figure, value; `conditions` code, name_zh, name_en, kind, closes (a list), queue_s (or None);
    `factors` conditions, way, factor; all have source and confidence.
    """
    made = _with_figures(base, speeds)
    named = _named(made.conditions, conditions)
    return replace(made, conditions=_with_factors(named, factors, conditions))


def _with_figures(base: Speeds, rows: Sequence[SourcedRow]) -> Speeds:
    kinds, surfaces, rise = dict(base.road_kinds), dict(base.surfaces), base.step_rise_m
    of_movers: dict[Movement, list[SourcedRow]] = {}
    for row in rows:
        mover, name = row["mover"], row["figure"]
        if mover in {ROAD, SURFACE}:
            if not name.endswith(_KMH) or name == _KMH:
                raise BadRow(SPEEDS, row.number, "figure", "not_kmh", value=name)
            kmh = _at_least(SPEEDS, row, "value", SLOWEST)
            (kinds if mover == ROAD else surfaces)[name.removesuffix(_KMH)] = _figure(row, kmh / 3.6, "m/s")
        elif mover == STAIRS:
            _one_of(SPEEDS, row, "figure", (_STEP_RISE,))
            rise = _figure(row, _at_least(SPEEDS, row, "value", SLOWEST), "m")
        else:
            _one_of(SPEEDS, row, "mover", MOVERS)
            _one_of(SPEEDS, row, "figure", _FIGURES)
            of_movers.setdefault(Movement(mover), []).append(row)
    figures = {each: _changed(of, of_movers.get(each, [])) for each, of in base.figures}
    return replace(
        base,
        figures=tuple(figures.items()),
        road_kinds=tuple(kinds.items()),
        surfaces=tuple(surfaces.items()),
        step_rise_m=rise,
    )


def _changed(figures: Figures, rows: Sequence[SourcedRow]) -> Figures:
    """The figures with all of these rows together: one may hold only beside another."""
    changed: dict[str, Any] = {}
    by_name: dict[str, SourcedRow] = {}
    for row in rows:
        name = row["figure"]
        if name in _PATH_MODELS:
            changed["path_model"], name = _PATH_MODELS[name], "path_factor"
        value = _at_least(SPEEDS, row, "value", lowest(name))
        changed[name] = _figure(row, value, getattr(figures, name).unit)
        by_name[name] = row
    level = changed.get("level_mps", figures.level_mps).value
    for name in RATES:
        rate, most = changed.get(name, getattr(figures, name)).value, STAIR_GRADIENT * level
        if rate > most:
            row = by_name[name] if name in by_name else by_name["level_mps"]
            raise BadRow(SPEEDS, row.number, "value", "too_fast", value=row["value"], most=f"{name} {most:.3g}")
    return replace(figures, **changed)


def _named(base: Sequence[Conditions], rows: Sequence[SourcedRow]) -> dict[str, Conditions]:
    named = {each.name: each for each in base}
    for row in rows:
        code = row["code"]
        if not code or SEPARATOR in code or code == NORMAL_NAME:
            raise BadRow(CONDITIONS, row.number, "code", "no_name", value=code)
        queue_s = None if row["queue_s"] is None else _at_least(CONDITIONS, row, "queue_s", 0.0)
        named[code] = Conditions(
            name=code,
            kind=row["kind"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            factors=named[code].factors if code in named else (),
            queue_s=None if queue_s is None else _figure(row, queue_s, "s"),
            closes=frozenset(row["closes"]),
            closes_source=row["source"] if row["closes"] else "",
        )
    return named


def _with_factors(
    named: Mapping[str, Conditions], rows: Sequence[SourcedRow], conditions: Sequence[SourcedRow]
) -> tuple[Conditions, ...]:
    factors = {name: dict(each.factors) for name, each in named.items()}
    for row in rows:
        _one_of(FACTORS, row, "conditions", tuple(sorted(named)))
        _one_of(FACTORS, row, "way", tuple(Way))
        factor = _at_least(FACTORS, row, "factor", 1.0)
        factors[row["conditions"]][Way(row["way"])] = _figure(row, factor, "x")
    return tuple(replace(each, factors=tuple(factors[name].items())) for name, each in named.items())


def _figure(row: SourcedRow, value: float, unit: str) -> Figure:
    return Figure(value=value, unit=unit, source=row["source"], confidence=row["confidence"])


def _at_least(file: str, row: SourcedRow, column: str, least: float) -> float:
    value = float(row[column])
    if not value >= least:
        raise BadRow(file, row.number, column, "too_small", value=row[column], least=f"{least:g}")
    return value


def _one_of(file: str, row: SourcedRow, column: str, known: Sequence[str]) -> None:
    if row[column] not in known:
        raise BadRow(file, row.number, column, "not_one_of", value=row[column], known=", ".join(known))


# --- as CSV, for programs without an area's loader ---

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    SPEEDS: ("mover", "figure", "value", "source", "confidence", "illustrative"),
    CONDITIONS: ("code", "name_zh", "name_en", "kind", "closes", "queue_s", "source", "confidence", "illustrative"),
    FACTORS: ("conditions", "way", "factor", "source", "confidence", "illustrative"),
}
_NUMBERS = frozenset({"value", "queue_s", "factor"})


def read_speeds(folder: Path) -> Speeds:
    """The speeds of a folder's CSV files, those built in where it has none. Raises `BadRow`."""
    return speeds_of(*(read_rows(folder / f"{name}.csv", name) for name in (SPEEDS, CONDITIONS, FACTORS)))


def read_rows(path: Path, sheet: str) -> tuple[SourcedRow, ...]:
    """The rows of one of the three files, none where there is no file. Raises `BadRow`."""
    if not path.is_file():
        return ()
    made: list[SourcedRow] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for texts in csv.DictReader(file):
            number = len(made) + 2
            made.append(SourcedRow(number=number, values=_values(sheet, number, texts)))
    return tuple(made)


def _values(sheet: str, number: int, texts: Mapping[str, str | None]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in _COLUMNS[sheet]:
        text = (texts.get(column) or "").strip()
        if column in _NUMBERS:
            values[column] = None if column == "queue_s" and not text else _number(sheet, number, column, text)
        else:
            values[column] = (
                [each for part in text.split(";") if (each := part.strip())] if column == "closes" else text
            )
    return values


def _number(sheet: str, row: int, column: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not isfinite(number):
        raise BadRow(sheet, row, column, "not_a_number", value=text)
    return number


def write_rows(path: Path, sheet: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write one of the three files. Raises `FileExistsError`, never replaces anything."""
    with path.open("x", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS[sheet], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
