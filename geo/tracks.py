"""Where people were and when: tracks out of CSV and GPX files, every row that is not one told of."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from geo.coordinates import Floats, UnknownDatum, to_wgs84
from geo.profile import Movement

ACCURACY_UNKNOWN_M = 10.0  # what a phone under trees is off by when it does not say
WORST_ACCURACY_M = 100.0  # a fix worse than this says nothing about a way


class By(StrEnum):
    """How a track's people say they went."""

    CAR = "car"
    MOTORBIKE = "motorbike"
    FOOT = "foot"
    LOADED = "loaded"
    STRETCHER = "stretcher"
    VISITOR = "visitor"
    UNSAID = ""

    @property
    def movement(self) -> Movement:
        """Whose figures such a track is about."""
        same = {By.MOTORBIKE, By.LOADED, By.STRETCHER, By.VISITOR}
        return Movement(self) if self in same else Movement.CREW


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong with one row of a file, in Chinese and in English."""

    file: str
    row: int | None
    column: str
    zh: str
    en: str

    def sentence(self, language: str) -> str:
        """The fault in one line, Chinese for `zh`, English for anything else."""
        if language.startswith("zh"):
            where = self.file if self.row is None else f"{self.file} 第 {self.row} 行"
            return f"{where}{f' {self.column} 列' if self.column else ''}:{self.zh}"
        where = self.file if self.row is None else f"{self.file} row {self.row}"
        return f"{where}{f', {self.column}' if self.column else ''}: {self.en}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One point of a track: WGS-84 degrees, an aware instant, and by how much it may be off."""

    who: str
    at: datetime
    lon: float
    lat: float
    accuracy_m: float
    by: By


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track:
    """Fixes of one person in the order of time, without a long gap: seconds from `begun`, degrees, metres."""

    who: str
    by: By
    begun: datetime
    seconds: Floats
    lons: Floats
    lats: Floats
    accuracy_m: Floats

    def __len__(self) -> int:
        return len(self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What the files held: good fixes, and what is wrong with the other rows."""

    fixes: tuple[Fix, ...]
    faults: tuple[Fault, ...]


def read(path: Path) -> Read:
    """The fixes of a CSV or GPX file."""
    readers: Mapping[str, Callable[[Path], Read]] = {".csv": _read_csv, ".gpx": _read_gpx}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        return _unreadable(path, "只读取 .csv 与 .gpx", "only .csv and .gpx are read")
    try:
        return reader(path)
    except (OSError, DataSourceError, DataLayerError, csv.Error) as error:
        return _unreadable(path, f"无法读取:{error}", f"cannot be read: {error}")


def tracks(fixes: Iterable[Fix], *, gap: timedelta = timedelta(minutes=2)) -> list[Track]:
    """The fixes by person and in the order of time, cut where nothing was heard for longer than `gap`."""
    by_person: dict[tuple[str, By], list[Fix]] = {}
    for fix in fixes:
        by_person.setdefault((fix.who, fix.by), []).append(fix)
    made: list[Track] = []
    for (who, by), mine in by_person.items():
        mine.sort(key=lambda fix: fix.at)
        for part in _parts(mine, gap):
            begun = part[0].at
            made.append(
                Track(
                    who=who,
                    by=by,
                    begun=begun,
                    seconds=np.array([(fix.at - begun).total_seconds() for fix in part]),
                    lons=np.array([fix.lon for fix in part]),
                    lats=np.array([fix.lat for fix in part]),
                    accuracy_m=np.array([fix.accuracy_m for fix in part]),
                )
            )
    return made


def _parts(fixes: Sequence[Fix], gap: timedelta) -> Iterator[list[Fix]]:
    part: list[Fix] = []
    for fix in fixes:
        if part and fix.at - part[-1].at > gap:
            yield part
            part = []
        if not part or fix.at > part[-1].at:  # two fixes of one instant: the first counts
            part.append(fix)
    if part:
        yield part


def _unreadable(path: Path, zh: str, en: str) -> Read:
    return Read(fixes=(), faults=(Fault(file=path.name, row=None, column="", zh=zh, en=en),))


# --- CSV ---

_REQUIRED = ("who", "at", "lon", "lat", "datum")


class _Wrong(ValueError):
    def __init__(self, column: str, zh: str, en: str) -> None:
        self.column, self.zh, self.en = column, zh, en
        super().__init__(en)


def _read_csv(path: Path) -> Read:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return _unreadable(path, "不是 UTF-8 编码", "not UTF-8")
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    missing = [name for name in _REQUIRED if name not in (rows.fieldnames or ())]
    if missing:
        names = ", ".join(missing)
        return _unreadable(path, f"缺少列 {names}", f"the column {names} is missing")
    fixes: list[Fix] = []
    faults: list[Fault] = []
    for row in rows:
        texts = {name: (value or "").strip() for name, value in row.items() if isinstance(name, str)}
        try:
            fixes.append(_fix(texts))
        except _Wrong as wrong:
            number = rows.line_num
            faults.append(Fault(file=path.name, row=number, column=wrong.column, zh=wrong.zh, en=wrong.en))
    return Read(fixes=tuple(fixes), faults=tuple(faults))


def _fix(texts: Mapping[str, str]) -> Fix:
    if not texts["who"]:
        raise _Wrong("who", "不能为空", "must not be empty")
    lon, lat = _number(texts, "lon", -180, 180), _number(texts, "lat", -90, 90)
    try:
        point = to_wgs84(lon, lat, texts["datum"])
    except UnknownDatum:
        said = texts["datum"] or "-"
        raise _Wrong(
            "datum",
            f"“{said}”不是 WGS84、CGCS2000、GCJ02、BD09 之一,拒绝猜测",
            f"{said!r} is not one of WGS84, CGCS2000, GCJ02, BD09; none is guessed",
        ) from None
    accuracy_m = _number(texts, "accuracy_m", 0, math.inf) if texts.get("accuracy_m") else ACCURACY_UNKNOWN_M
    return Fix(
        who=texts["who"],
        at=_instant(texts["at"]),
        lon=point.lon,
        lat=point.lat,
        accuracy_m=accuracy_m,
        by=_by(texts.get("by", "")),
    )


def _number(texts: Mapping[str, str], column: str, least: float, most: float) -> float:
    try:
        number = float(texts[column])
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        known = f"{least:g}…{most:g}"
        raise _Wrong(
            column, f"“{texts[column]}”不是 {known} 内的数字", f"{texts[column]!r} is not a number within {known}"
        )
    return number


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _Wrong("at", f"“{text}”不是 ISO 8601 时刻", f"{text!r} is not an instant in ISO 8601") from None
    if at.tzinfo is None:
        raise _Wrong("at", f"“{text}”没有时区(如 +08:00)", f"{text!r} has no time zone (such as +08:00)")
    return at.astimezone(UTC)


def _by(text: str) -> By:
    try:
        return By(text.lower())
    except ValueError:
        known = ", ".join(each for each in By if each)
        raise _Wrong("by", f"“{text}”不在允许的取值内:{known}", f"{text!r} is not one of {known}") from None


# --- GPX: WGS-84 by its own definition; one file is one person's ---


def _read_gpx(path: Path) -> Read:
    _, _, shapes, fields = pyogrio.raw.read(path, layer="track_points", columns=["time"], datetime_as_string=True)
    fixes: list[Fix] = []
    faults: list[Fault] = []
    for number, (shape, time) in enumerate(zip(shapely.from_wkb(shapes), fields[0], strict=True), start=1):
        if time is None:
            faults.append(Fault(file=path.name, row=number, column="time", zh="该点没有时刻", en="has no time"))
            continue
        at = datetime.fromisoformat(time)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        fixes.append(Fix(who=path.stem, at=at, lon=shape.x, lat=shape.y, accuracy_m=ACCURACY_UNKNOWN_M, by=By.UNSAID))
    return Read(fixes=tuple(fixes), faults=tuple(faults))
