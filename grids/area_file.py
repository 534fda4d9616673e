"""Files of an area as rows of text: CSV in UTF-8 or GB18030, Excel, GeoJSON, GeoPackage; and the way back."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyogrio.raw
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely import Geometry

from grids.fault import Fault

SUFFIXES = (".csv", ".xlsx", ".geojson", ".gpkg")
FAULTS = "faults"
"""The column beside the rows in which faults are written back; read files may still have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """One row as the file has it; ``number`` is what a person sees in the program that made the file."""

    number: int
    texts: Mapping[str, str]
    shape: Geometry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaFile:
    """One file. ``datum`` is that of its coordinate system, where the format names one."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[RawRow, ...]
    datum: str | None = None


class UnreadableFile(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.reason("en"))


def candidates(folder: Path, name: str) -> list[Path]:
    """The files in which the sheet of that name may be, of any format that is read."""
    return [path for suffix in SUFFIXES if (path := folder / f"{name}{suffix}").is_file()]


def read(path: Path) -> AreaFile:
    """The rows of the file. Raises ``UnreadableFile``."""
    readers = {".csv": _read_csv, ".xlsx": _read_xlsx, ".geojson": _read_geojson, ".gpkg": _read_gpkg}
    try:
        return readers[path.suffix](path)
    except UnreadableFile:
        raise
    except Exception as error:  # a broken file breaks its library in ways no list would hold
        fault = Fault(code="unreadable", file=path.name, facts={"why": f"{type(error).__name__}: {error}"})
        raise UnreadableFile(fault) from error


def decode(content: bytes, name: str) -> str:
    """UTF-8 with or without a mark at its beginning, else GB18030 (of which GBK, Excel's on a Chinese Windows, is a
    part). Raises ``UnreadableFile``."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(Fault(code="encoding", file=name))


def write_csv(
    path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]], *, for_excel: bool = False
) -> None:
    """Rows as CSV in UTF-8; ``for_excel`` with the mark by which Excel knows it."""
    with path.open("w", encoding="utf-8-sig" if for_excel else "utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([row.get(column, "") for column in columns] for row in rows)


def write_geojson(path: Path, features: Sequence[tuple[Mapping[str, Any], Geometry | None]]) -> None:
    """Features as GeoJSON, one a line, so that a change of one cell is a change of one line."""
    lines = [json.dumps(_feature(*each), ensure_ascii=False) for each in features]
    path.write_text(
        '{"type": "FeatureCollection", "features": [\n' + ",\n".join(lines) + "\n]}\n",
        encoding="utf-8",
    )


def write_faults_back(file: AreaFile, faults: Sequence[Fault], folder: Path, language: str) -> Path:
    """A copy of the file in ``folder`` with what is wrong with each row in a column beside it.

    CSV and Excel stay what they are, shapes become GeoJSON. Faults of the file as a whole stand in its first row.
    """
    said: dict[int, list[str]] = {}
    first = file.rows[0].number if file.rows else 0
    for fault in faults:
        where = f"{fault.column}: " if fault.column else ""
        number = first if fault.row is None else fault.row
        said.setdefault(number, []).append(where + fault.reason(language))
    columns = (*(column for column in file.columns if column != FAULTS), FAULTS)
    rows = [
        replace(row, texts={**row.texts, FAULTS: "; ".join(dict.fromkeys(said.get(row.number, [])))})
        for row in file.rows
    ]
    folder.mkdir(parents=True, exist_ok=True)
    if file.path.suffix == ".csv":
        path = folder / file.path.name
        write_csv(path, columns, [row.texts for row in rows], for_excel=True)
    elif file.path.suffix == ".xlsx":
        path = folder / file.path.name
        _write_xlsx(path, columns, [row.texts for row in rows])
    else:
        path = folder / f"{file.path.stem}.geojson"
        write_geojson(path, [(row.texts, row.shape) for row in rows])
    return path


def _read_csv(path: Path) -> AreaFile:
    reader = csv.reader(io.StringIO(decode(path.read_bytes(), path.name), newline=""), strict=True)
    lines: list[tuple[int, list[str]]] = []
    start = 1
    for cells in reader:
        lines.append((start, cells))
        start = reader.line_num + 1
    return _table(path, lines)


def _read_xlsx(path: Path) -> AreaFile:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        lines = [
            (number, [_cell_text(value) for value in row])
            for number, row in enumerate(sheet.iter_rows(values_only=True), start=1)
        ]
    finally:
        book.close()
    return _table(path, lines)


def _table(path: Path, lines: list[tuple[int, list[str]]]) -> AreaFile:
    if not lines:
        return AreaFile(path=path, columns=(), rows=())
    columns = tuple(cell.strip() for cell in lines[0][1])
    rows = tuple(
        RawRow(number=number, texts=_by_name(columns, cells))
        for number, cells in lines[1:]
        if any(cell.strip() for cell in cells)
    )
    return AreaFile(path=path, columns=tuple(column for column in columns if column), rows=rows)


def _by_name(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    return {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column}


def _cell_text(value: Any) -> str:
    """What Excel shows: it keeps 600 as 600.0, times as times, and true as TRUE."""
    match value:
        case None:
            text = ""
        case bool():
            text = "true" if value else "false"
        case float():
            text = str(int(value)) if value.is_integer() else repr(value)
        case datetime.time():
            text = value.strftime("%H:%M")
        case list() | tuple():
            text = ";".join(_cell_text(each) for each in value)
        case _:
            text = str(value)
    return text


def _write_xlsx(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(columns))
    for row in rows:
        sheet.append([row.get(column, "") for column in columns])
    book.save(path)


def _read_geojson(path: Path) -> AreaFile:
    document = json.loads(decode(path.read_bytes(), path.name))
    features = document["features"] if document.get("type") == "FeatureCollection" else [document]
    named = document.get("crs", {}).get("properties", {}).get("name")
    to_degrees, datum = _to_degrees(named) if named else (None, None)
    rows = []
    for number, feature in enumerate(features, start=1):
        shape = feature.get("geometry") and shapely.from_geojson(json.dumps(feature["geometry"]))
        texts = {key: _cell_text(value).strip() for key, value in (feature.get("properties") or {}).items()}
        rows.append(RawRow(number=number, texts=texts, shape=_turned(shape, to_degrees)))
    columns = tuple(dict.fromkeys(key for row in rows for key in row.texts))
    return AreaFile(path=path, columns=columns, rows=tuple(rows), datum=datum if to_degrees else None)


def _read_gpkg(path: Path) -> AreaFile:
    meta, _, shapes, fields = pyogrio.raw.read(path)
    to_degrees, datum = _to_degrees(meta["crs"]) if meta["crs"] else (None, None)
    columns = tuple(str(name) for name in meta["fields"])
    found = shapely.from_wkb(shapes) if shapes is not None else np.full(len(fields[0]), None)
    rows = tuple(
        RawRow(
            number=number,
            texts={
                name: _cell_text(_plain(field[number - 1])).strip() for name, field in zip(columns, fields, strict=True)
            },
            shape=_turned(shape, to_degrees),
        )
        for number, shape in enumerate(found, start=1)
    )
    return AreaFile(path=path, columns=columns, rows=rows, datum=datum)


def _plain(value: Any) -> Any:
    """A number out of an array as Python's own; NaN stands for an empty field there."""
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and np.isnan(value) else value


def _to_degrees(name: str) -> tuple[Transformer | None, str | None]:
    """How coordinates of the named system become degrees, and their datum; Chinese map services' shifts have no
    coordinate system of their own, so a ``datum`` column outranks this."""
    try:
        crs = CRS.from_user_input(name)
    except CRSError:
        return None, None
    geodetic = crs.geodetic_crs
    datum = "CGCS2000" if geodetic is not None and "2000" in geodetic.name else "WGS84"
    if crs.is_geographic:
        return None, datum
    return Transformer.from_crs(crs, 4326, always_xy=True), datum


def _turned(shape: Geometry | None, transformer: Transformer | None) -> Geometry | None:
    if shape is None or transformer is None:
        return shape
    return shapely.transform(shape, lambda points: np.column_stack(transformer.transform(points[:, 0], points[:, 1])))


def _feature(properties: Mapping[str, Any], shape: Geometry | None) -> dict[str, Any]:
    geometry = None if shape is None else json.loads(shapely.to_geojson(shape))
    return {"type": "Feature", "properties": dict(properties), "geometry": geometry}
