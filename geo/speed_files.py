"""An area's own speeds and conditions: the files `speeds`, `conditions` and `factors` over what is built in.

A row replaces the built-in row of the same key, everything else stays as it is. `docs/speeds.md` explains the columns.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from geo.conditions import BUILT_IN
from geo.profile import (
    NORMAL_NAME,
    SEPARATOR,
    BrokenSpeeds,
    Conditions,
    Figure,
    Figures,
    Movement,
    PathModel,
    Speeds,
    Way,
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


class BadRow(ValueError):
    """A row cannot be; `column` names the field."""

    def __init__(self, file: str, row: int, column: str, zh: str, en: str) -> None:
        self.file, self.row, self.column, self.zh, self.en = file, row, column, zh, en
        super().__init__(f"{file}.csv row {row}, {column}: {en}")


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
                raise _bad(SPEEDS, row, "figure", f"须形如 tertiary{_KMH}", f"must be like tertiary{_KMH}")
            kmh = _positive(row)
            (kinds if mover == ROAD else surfaces)[name.removesuffix(_KMH)] = _figure(row, kmh / 3.6, "m/s")
        elif mover == STAIRS:
            _one_of(SPEEDS, row, "figure", (_STEP_RISE,))
            rise = _figure(row, _positive(row), "m")
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
        changed[name] = _figure(row, row["value"], getattr(figures, name).unit)
        by_name[name] = row
    try:
        return replace(figures, **changed)
    except BrokenSpeeds as broken:
        row = by_name.get(broken.name, rows[-1])
        raise _bad(SPEEDS, row, "value", f"不可能:{broken}", str(broken)) from broken


def _named(base: Sequence[Conditions], rows: Sequence[SourcedRow]) -> dict[str, Conditions]:
    named = {each.name: each for each in base}
    for row in rows:
        code = row["code"]
        if not code or SEPARATOR in code or code == NORMAL_NAME:
            raise _bad(CONDITIONS, row, "code", f"“{code}”不能作名称", f"{code!r} is no name for conditions")
        queue_s = row["queue_s"]
        if queue_s is not None and not 0 <= queue_s < float("inf"):
            raise _bad(CONDITIONS, row, "queue_s", f"{queue_s} 小于 0", f"{queue_s} is not a number of at least 0")
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
        if not 1 <= row["factor"] < float("inf"):
            said = row["factor"]
            raise _bad(FACTORS, row, "factor", f"{said} 小于 1", f"{said} is not a number of at least 1")
        factors[row["conditions"]][Way(row["way"])] = _figure(row, row["factor"], "x")
    return tuple(replace(each, factors=tuple(factors[name].items())) for name, each in named.items())


def _figure(row: SourcedRow, value: float, unit: str) -> Figure:
    return Figure(value=value, unit=unit, source=row["source"], confidence=row["confidence"])


def _positive(row: SourcedRow) -> float:
    value = float(row["value"])
    if not 0 < value < float("inf"):
        raise _bad(SPEEDS, row, "value", f"{value} 不大于 0", f"{value} is not a number above 0")
    return value


def _one_of(file: str, row: SourcedRow, column: str, known: Iterable[str]) -> None:
    if row[column] not in known:
        names = ", ".join(known)
        said = row[column]
        raise _bad(file, row, column, f"“{said}”不在允许的取值内:{names}", f"{said!r} is not one of {names}")


def _bad(file: str, row: SourcedRow, column: str, zh: str, en: str) -> BadRow:
    return BadRow(file, row.number, column, zh, en)


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
            try:
                values[column] = float(text) if text or column != "queue_s" else None
            except ValueError:
                raise BadRow(sheet, number, column, f"“{text}”不是数字", f"{text!r} is not a number") from None
        else:
            values[column] = (
                [each for part in text.split(";") if (each := part.strip())] if column == "closes" else text
            )
    return values


def write_rows(path: Path, sheet: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write one of the three files. Raises `FileExistsError`, never replaces anything."""
    with path.open("x", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS[sheet], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
