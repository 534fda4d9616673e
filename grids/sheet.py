"""A kind of file in an area's folder: its columns, what may stand in them, and what they refer to."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shapely import Geometry


class Shape(StrEnum):
    """What a row of a sheet looks like on the map."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"


class Unreadable(ValueError):
    """A text is not of its column's kind; ``code`` is that of the fault."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How the text of a column becomes a value and a value the text. ``read`` raises ``Unreadable``."""

    read: Callable[[str], Any]
    write: Callable[[Any], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. An empty text becomes ``default`` unless the column is ``required``.

    ``refers_to`` names the sheet whose ``code`` the text must be; ``stored`` is the name in the database where it
    differs. A ``rare`` column is left out of an export in which every row has the default.
    """

    name: str
    kind: Kind
    required: bool = True
    default: Any = None
    least: float | None = None
    most: float | None = None
    one_of: frozenset[str] | None = None
    refers_to: str | None = None
    stored: str | None = None
    rare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All rows of one kind. ``key`` tells rows apart; each of ``unique`` must not repeat either. An ``optional`` one
    need not be there, and is written only where it has rows."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("code",)
    unique: tuple[str, ...] = ()
    shape: Shape | None = None
    shape_required: bool = True
    sourced: bool = True
    one_row: bool = False
    optional: bool = False

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """The sheet's own columns, then where the row comes from."""
        return (*self.columns, *SOURCED) if self.sourced else self.columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row as values by column name; ``number`` is its line, row or feature in the file. Shapes are WGS-84."""

    file: str
    number: int
    values: Mapping[str, Any]
    shape: Geometry | None = None
    given: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, column: str) -> Any:
        return self.values[column]


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise Unreadable("not_a_number") from None
    if not math.isfinite(number):
        raise Unreadable("not_a_number")
    return number


def _whole(text: str) -> int:
    number = _number(text)
    if not number.is_integer():
        raise Unreadable("not_whole")
    return int(number)


def _yes_no(text: str) -> bool:
    known = {"true": True, "1": True, "yes": True, "是": True, "false": False, "0": False, "no": False, "否": False}
    try:
        return known[text.lower()]
    except KeyError:
        raise Unreadable("not_yes_no") from None


def _clock(text: str) -> str:
    match = re.fullmatch(r"([01]?\d|2[0-3])[:\uff1a]([0-5]\d)(?:[:\uff1a]00)?", text)
    if match is None:
        raise Unreadable("not_a_clock")
    return f"{int(match[1]):02d}:{match[2]}"


def _several(text: str) -> list[str]:
    return [part for each in re.split("[;\uff1b]", text) if (part := each.strip())]


def number_text(value: float) -> str:
    """The shortest text that reads back as the same number."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


TEXT = Kind(read=str, write=str)
NUMBER = Kind(read=_number, write=number_text)
WHOLE = Kind(read=_whole, write=str)
YES_NO = Kind(read=_yes_no, write=lambda value: "true" if value else "false")
CLOCK = Kind(read=_clock, write=str)
SEVERAL = Kind(read=_several, write=";".join)

SOURCED = (
    Column(name="source", kind=TEXT, required=False, default=""),
    Column(name="confidence", kind=TEXT, required=False, default="", one_of=frozenset({"", "H", "M+", "M", "L", "A"})),
    Column(name="illustrative", kind=YES_NO),
)


def code() -> Column:
    """The name by which a row is known to other files, and by which it is found again when files are loaded again."""
    return Column(name="code", kind=TEXT)


def names() -> tuple[Column, Column]:
    """What people read."""
    return Column(name="name_zh", kind=TEXT), Column(name="name_en", kind=TEXT)


def phone() -> Column:
    return Column(name="phone", kind=TEXT, required=False)


def elevation(*, required: bool = False) -> Column:
    return Column(name="elevation_m", kind=NUMBER, required=required, least=-500, most=9000)
