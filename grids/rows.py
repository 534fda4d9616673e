"""Rows of text become rows of values, and every row that does not is told of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import Geometry, Point

from geo.coordinates import UnknownDatum, to_wgs84_arrays
from grids import area_file
from grids.area_file import AreaFile, RawRow
from grids.fault import Fault
from grids.sheet import NUMBER, Column, Row, Shape, Sheet, Unreadable

_SHAPES = {
    Shape.POINT: frozenset({"Point"}),
    Shape.LINE: frozenset({"LineString"}),
    Shape.POLYGON: frozenset({"Polygon", "MultiPolygon"}),
}
_SHAPE_COLUMNS = {
    None: (),
    Shape.POINT: ("lon", "lat", "datum"),
    Shape.LINE: ("wkt", "datum"),
    Shape.POLYGON: ("wkt", "datum"),
}

_LON = Column(name="lon", kind=NUMBER)
_LAT = Column(name="lat", kind=NUMBER)


@dataclass(slots=True, kw_only=True)
class Folder:
    """Everything read from a folder, and everything wrong with it."""

    path: Path
    files: dict[str, AreaFile] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def __getitem__(self, sheet: Sheet) -> list[Row]:
        return self.rows.get(sheet.name, [])

    def by_key(self, sheet: Sheet) -> dict[tuple[Any, ...], Row]:
        """The sheet's rows by what tells them apart."""
        return {tuple(row[column] for column in sheet.key): row for row in self[sheet]}

    def add(self, row: Row, code: str, column: str | None = None, *, warning: bool = False, **facts: Any) -> None:
        """Note what is wrong with a row."""
        self.faults.append(Fault(code=code, file=row.file, row=row.number, column=column, warning=warning, facts=facts))

    def file_name(self, sheet: Sheet) -> str:
        file = self.files.get(sheet.name)
        return file.path.name if file else f"{sheet.name}.csv"

    @property
    def refused(self) -> bool:
        """Whether anything keeps the folder from being loaded."""
        return any(not fault.warning for fault in self.faults)


def read(path: Path, sheets: Iterable[Sheet]) -> Folder:
    """All sheets of the folder as values. Whatever does not fit is in ``faults``; such rows are left out."""
    sheets = tuple(sheets)
    folder = Folder(path=path)
    for sheet in sheets:
        _read_sheet(folder, sheet)
    for sheet in sheets:
        _check_references(folder, sheet, {each.name: each for each in sheets})
    return folder


def texts(sheet: Sheet, values: Mapping[str, Any]) -> dict[str, str]:
    """A row of values as the texts of its file: what ``read`` would read back to the same values."""
    return {
        column.name: "" if values[column.name] is None else column.kind.write(values[column.name])
        for column in sheet.all_columns
    }


def shape_columns(sheet: Sheet) -> tuple[str, ...]:
    """The columns in which a table holds the shapes of the sheet."""
    return _SHAPE_COLUMNS[sheet.shape]


def _read_sheet(folder: Folder, sheet: Sheet) -> None:
    paths = area_file.candidates(folder.path, sheet.name)
    if not paths and sheet.optional:
        return
    if not paths:
        folder.faults.append(Fault(code="no_file", file=f"{sheet.name}.csv", facts={"name": f"{sheet.name}.csv"}))
        return
    if len(paths) > 1:
        names = ", ".join(path.name for path in paths)
        folder.faults.append(Fault(code="two_files", file=paths[0].name, facts={"names": names}))
        return
    try:
        file = area_file.read(paths[0])
    except area_file.UnreadableFile as error:
        folder.faults.append(error.fault)
        return
    folder.files[sheet.name] = file
    if _check_columns(folder, sheet, file):
        rows = [row for raw in file.rows if (row := _row(folder, sheet, file, raw)) is not None]
        folder.rows[sheet.name] = rows
        _check_unique(folder, sheet, rows)
        if sheet.one_row and len(file.rows) != 1:
            facts = {"rows": len(file.rows)}
            folder.faults.append(Fault(code="one_row", file=file.path.name, facts=facts))


def _check_columns(folder: Folder, sheet: Sheet, file: AreaFile) -> bool:
    known = {column.name for column in sheet.all_columns} | set(shape_columns(sheet)) | {area_file.FAULTS}
    missing = [column.name for column in sheet.all_columns if column.required and column.name not in file.columns]
    for name in missing:
        folder.faults.append(Fault(code="no_column", file=file.path.name, column=name, facts={"name": name}))
    for name in file.columns:
        if name not in known:
            facts = {"name": name}
            folder.faults.append(
                Fault(code="unknown_column", file=file.path.name, column=name, warning=True, facts=facts)
            )
    return not missing


def _row(folder: Folder, sheet: Sheet, file: AreaFile, raw: RawRow) -> Row | None:
    before = len(folder.faults)
    blank = Row(file=file.path.name, number=raw.number, values={})
    values = {
        column.name: _value(folder, blank, column, raw.texts.get(column.name, "")) for column in sheet.all_columns
    }
    shape = None if sheet.shape is None else _shape(folder, blank, sheet, file, raw)
    if any(not fault.warning for fault in folder.faults[before:]):
        return None
    return Row(file=blank.file, number=raw.number, values=values, shape=shape)


def _value(folder: Folder, row: Row, column: Column, text: str) -> Any:
    if not text:
        if column.required:
            folder.add(row, "required", column.name)
        return column.default
    try:
        value = column.kind.read(text)
    except Unreadable as error:
        folder.add(row, error.code, column.name, value=text)
        return None
    if column.least is not None and value < column.least:
        folder.add(row, "too_small", column.name, value=text, least=column.least)
    if column.most is not None and value > column.most:
        folder.add(row, "too_large", column.name, value=text, most=column.most)
    if column.one_of is not None and value not in column.one_of:
        known = ", ".join(sorted(each for each in column.one_of if each))
        folder.add(row, "not_one_of", column.name, value=text, known=known)
    return value


def _shape(folder: Folder, row: Row, sheet: Sheet, file: AreaFile, raw: RawRow) -> Geometry | None:
    """The row's shape in WGS-84, from the file's geometry, its ``wkt`` or its ``lon`` and ``lat``."""
    given = raw.shape if raw.shape is not None else _written_shape(folder, row, sheet, raw)
    if given is None:
        return None
    if given.geom_type not in _SHAPES[sheet.shape or Shape.POINT]:
        folder.add(row, "wrong_shape", wanted=str(sheet.shape), given=given.geom_type)
        return None
    datum = raw.texts.get("datum") or file.datum
    if not datum:
        folder.add(row, "no_datum", "datum")
        return None
    west, south, east, north = given.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        folder.add(row, "not_degrees")
        return None
    try:
        return shapely.transform(given, lambda points: _to_wgs84(points, datum))
    except UnknownDatum:
        folder.add(row, "unknown_datum", "datum", value=datum)
        return None


def _written_shape(folder: Folder, row: Row, sheet: Sheet, raw: RawRow) -> Geometry | None:
    if sheet.shape is Shape.POINT:
        if not raw.texts.get("lon") and not raw.texts.get("lat") and not sheet.shape_required:
            return None
        lon = _value(folder, row, _LON, raw.texts.get("lon", ""))
        lat = _value(folder, row, _LAT, raw.texts.get("lat", ""))
        return None if lon is None or lat is None else Point(lon, lat)
    text = raw.texts.get("wkt", "")
    if not text:
        if sheet.shape_required:
            folder.add(row, "no_shape", "wkt")
        return None
    try:
        return shapely.from_wkt(text)
    except shapely.errors.GEOSException as error:
        folder.add(row, "broken_shape", "wkt", why=str(error))
        return None


def _to_wgs84(points: Any, datum: str) -> Any:
    return np.column_stack(to_wgs84_arrays(points[:, 0], points[:, 1], datum))


def _check_unique(folder: Folder, sheet: Sheet, rows: Sequence[Row]) -> None:
    keys = [sheet.key] if sheet.key else []
    for columns in (*keys, *((name,) for name in sheet.unique)):
        first: dict[tuple[Any, ...], int] = {}
        for row in rows:
            value = tuple(row[column] for column in columns)
            if value in first:
                said = " ".join(str(each) for each in value if each is not None)
                folder.add(row, "twice", columns[0], first=first[value], value=said)
            first.setdefault(value, row.number)


def _check_references(folder: Folder, sheet: Sheet, sheets: Mapping[str, Sheet]) -> None:
    for column in sheet.columns:
        target = sheets.get(column.refers_to or "")
        if target is None or target.name not in folder.rows:
            continue
        # A row left out for a fault of its own is still there to be referred to.
        known = {row.texts.get("code") for row in folder.files[target.name].rows}
        for row in folder[sheet]:
            value = row[column.name]
            for each in value if isinstance(value, list) else [value]:
                if each is not None and each not in known:
                    folder.add(row, "unknown", column.name, sheet=target.name, value=each)
